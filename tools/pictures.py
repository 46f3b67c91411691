"""Pictures of the documentation, and the layout of its examples.

``python -m tools.pictures`` builds the documentation, takes every picture that
the README and the documentation show, and measures each example of a
directive, for a test to compare with. It needs the dependency groups ``docs``
and ``browser``, and Chromium; for the workbook, LibreOffice Calc and
``pdftoppm``, or its picture stays as it was. Look at what changed before you
commit it.

No two machines have the same fonts. So layout is measured in a font that is
made here, in which every letter is half as wide as it is high: the browsers'
own tests have Ahem for the same reason. What is left between two versions of
Chromium is far below the tolerance.
"""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import avi_portspec

__all__ = [
    "AT_MOST",
    "EXAMPLES",
    "LAYOUT",
    "PICTURES",
    "SHELF",
    "WIDTHS",
    "WORKBOOK",
    "Box",
    "Picture",
    "compare",
    "layout",
    "main",
]

ROOT: Final = Path(__file__).parents[1]
#: Where the pictures lie.
SHELF: Final = ROOT / "docs" / "_static" / "pictures"
#: A picture has fewer bytes than this.
AT_MOST: Final = 150_000
#: The examples that are measured, and where their layout is kept.
EXAMPLES: Final = ROOT / "docs" / "sphinx" / "examples"
LAYOUT: Final = ROOT / "tests" / "docs" / "snapshots" / "layout.json"
#: The widths of the window, in pixels.
WIDTHS: Final = (320, 1280)
#: An edge may lie this far from where it was: pixels, or a share of its place.
PIXELS: Final = 6
SHARE: Final = 0.03

Scheme: TypeAlias = Literal["light", "dark"]
#: What an element is; where it begins, from the left and from the top of the
#: text; its width and its height.
Box: TypeAlias = tuple[str, int, int, int, int]


class Picture(NamedTuple):
    """A picture of a page of the documentation.

    Attributes:
        name: The file's name, without its suffix.
        page: The page, with the choice that its address makes.
        scheme: Light or dark.
        width: The width of the window, in pixels.
        height: Its height.
        shows: The element that it shows; without one, the window.
        scale: How many dots a pixel has.
    """

    name: str
    page: str
    scheme: Scheme
    width: int = 1280
    height: int = 900
    shows: str = ""
    scale: float = 2


#: How much of the page stands around an element, in pixels.
_MARGIN: Final = 16
_TABLE: Final = "article .avi-block"
_CHOSEN: Final = "explore.html#cloud=aws&service=dns,ntp"
#: The page that the picture of a change ticket is of: down to its rules.
_TICKET: Final = "ticket.html"
#: The picture of a workbook: its first sheet, as it is printed, down to the
#: last row.
WORKBOOK: Final = "workbook"
#: Every picture that there is.
PICTURES: Final = (
    Picture("table-light", "index.html", "light", shows=_TABLE),
    Picture("table-dark", "index.html", "dark", shows=_TABLE),
    Picture("phone-light", "index.html", "light", 320, shows=_TABLE),
    Picture("phone-dark", "index.html", "dark", 320, shows=_TABLE),
    Picture("chooser-light", _CHOSEN, "light", 800, 856, scale=1.125),
    Picture("chooser-dark", _CHOSEN, "dark", 800, 856, scale=1.125),
    Picture("ticket-light", _TICKET, "light", 900, 1110, scale=1),
    Picture("ticket-dark", _TICKET, "dark", 900, 1110, scale=1),
)


def build(source: Path, target: Path) -> None:
    """Build documents as HTML.

    Args:
        source: The folder of the documents.
        target: The folder of the pages.
    """
    command = (sys.executable, "-m", "sphinx", "-q", "-b", "html")
    subprocess.run([*command, str(source), str(target)], check=True)  # noqa: S603 - our own


def export(name: avi_portspec.exporters.FormatName) -> str | bytes:
    """Return the answer of the documentation's own example in a format.

    Args:
        name: The format.
    """
    page = ROOT / "docs" / "how-to" / "export.rst"
    text = page.read_text(encoding="utf-8")
    found = re.search(r":caption: addresses.toml\n\n((?: {3}.*\n)+)", text)
    assert found is not None  # noqa: S101 - the page shows it
    edition = avi_portspec.load()
    site = avi_portspec.loads_inventory(found[1], edition=edition)
    deployment = avi_portspec.preset(
        "aws", features={"cli-shell"}, services={"dns", "ntp"}
    )
    answer = edition.resolve(deployment)
    return avi_portspec.export(answer, name, inventory=site)


def print_workbook(folder: Path) -> bytes | None:
    """Return the first page of a workbook as PNG; without the tools, nothing.

    Args:
        folder: An empty folder to print it in.
    """
    office, paint = shutil.which("soffice"), shutil.which("pdftoppm")
    if office is None or paint is None:
        return None
    book, printed = folder / "rules.xlsx", folder / "rules.pdf"
    workbook = export("xlsx")
    assert isinstance(workbook, bytes)  # noqa: S101 - this format is binary
    book.write_bytes(workbook)
    own = f"-env:UserInstallation={(folder / 'settings').as_uri()}"
    to_pdf = (office, "--headless", own, "--convert-to", "pdf")
    subprocess.run([*to_pdf, "--outdir", folder, book], check=True)  # noqa: S603 - our own
    page = ["-singlefile", "-scale-to-x", "1020", "-scale-to-y", "-1"]
    part = ["-x", "25", "-y", "42", "-W", "969", "-H", "476"]
    to_png = [paint, "-png", *page, *part]
    subprocess.run([*to_png, printed, folder / "rules"], check=True)  # noqa: S603 - our own
    return (folder / "rules.png").read_bytes()


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Chromium; the value is what opens pages."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--hide-scrollbars",
            ],
        )
        yield made
        made.close()


def take(browser: Any, site: Path, picture: Picture) -> bytes:
    """Return a picture, as PNG.

    Args:
        browser: The browser.
        site: The folder of the pages.
        picture: What it is of.
    """
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=picture.scale,
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    page.goto(f"{site.as_uri()}/{picture.page}")
    page.wait_for_load_state("networkidle")
    clip = None
    if picture.shows:
        box = page.locator(picture.shows).first.bounding_box()
        clip = {
            "x": box["x"] - _MARGIN,
            "y": box["y"] - _MARGIN,
            "width": box["width"] + 2 * _MARGIN,
            "height": box["height"] + 2 * _MARGIN,
        }
    taken: bytes = page.screenshot(
        animations="disabled", clip=clip, full_page=clip is not None
    )
    page.close()
    return taken


# -- layout ------------------------------------------------------------------


#: What is measured: blocks, rows, the cells of the first row of each group,
#: and what can be used. Pictures of Graphviz are Graphviz's.
_MEASURE: Final = """() => {
  const article = document.querySelector("article");
  const home = article.getBoundingClientRect();
  const boxes = [];
  const wanted = "p, li, table, caption, tr, thead th, summary, input, " +
    "button, select, tbody > tr:first-child > *";
  for (const element of article.querySelectorAll(wanted)) {
    if (element.closest("svg, .graphviz")) continue;
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const own = [...element.classList].find((name) => name.startsWith("avi-"));
    const name = element.localName + (own ? "." + own : "");
    boxes.push([name, box.left - home.left, box.top - home.top, box.width,
      box.height].map((at) => at.toFixed ? Math.round(at) : at));
  }
  return boxes.slice(0, 100);
}"""


def layout(browser: Any, folder: Path) -> dict[str, list[Box]]:
    """Return where the parts of each example lie, by its name and width.

    Args:
        browser: The browser.
        folder: An empty folder to build them in.
    """
    source, target = folder / "source", folder / "html"
    source.mkdir()
    (source / "conf.py").write_text(
        'extensions = ["sphinx_avi_portspec"]\nhtml_theme = "furo"\n'
        'suppress_warnings = ["toc", "avi_portspec"]\n',
        encoding="utf-8",
    )
    # The examples of roles link to the edition's records.
    (source / "index.rst").write_text(".. avi-port-page::\n", encoding="utf-8")
    names = sorted(path.stem for path in EXAMPLES.glob("*.txt"))
    for name in names:
        text = (EXAMPLES / f"{name}.txt").read_text(encoding="utf-8")
        text = f"{name}\n{'=' * len(name)}\n\n{text}"
        (source / f"{name}.rst").write_text(text, encoding="utf-8")
    build(source, target)
    font = base64.b64encode(_even()).decode("ascii")
    style = (
        "@font-face { font-family: Even; "
        f"src: url(data:font/ttf;base64,{font}); }} "
        "*, ::before, ::after { font-family: Even !important; }"
    )
    found: dict[str, list[Box]] = {}
    page = browser.new_page()
    for name in names:
        page.goto((target / f"{name}.html").as_uri())
        page.add_style_tag(content=style)
        page.evaluate("document.fonts.ready")
        assert page.evaluate("document.fonts.check('16px Even')")  # noqa: S101
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            boxes = page.evaluate(_MEASURE)
            found[f"{name} at {width}"] = [tuple(box) for box in boxes]
    page.close()
    return found


def _even() -> bytes:
    """Return a font in which each letter is half as wide as it is high."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    corners = (50, 0), (50, 700), (450, 700), (450, 0)
    pen.moveTo(corners[0])
    for corner in corners[1:]:
        pen.lineTo(corner)
    pen.closePath()
    letter, blank = pen.glyph(), TTGlyphPen(None).glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "blank", "letter"])
    blanks = {0x20: "blank", 0xA0: "blank"}
    letters = dict.fromkeys(range(0x21, 0x3000), "letter")
    builder.setupCharacterMap(letters | blanks)
    builder.setupGlyf({".notdef": letter, "blank": blank, "letter": letter})
    builder.setupHorizontalMetrics(
        {".notdef": (500, 50), "blank": (500, 0), "letter": (500, 50)}
    )
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Even", "styleName": "Regular"})
    builder.setupOS2(
        sTypoAscender=800,
        sTypoDescender=-200,
        sTypoLineGap=0,
        usWinAscent=800,
        usWinDescent=200,
    )
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def compare(
    before: Mapping[str, Sequence[Box]], now: Mapping[str, Sequence[Box]]
) -> list[str]:
    """Return what moved, in lines.

    Args:
        before: Where the parts of each example were.
        now: Where they are.
    """
    if before.keys() != now.keys():
        return [f"examples: {sorted(before.keys() ^ now.keys())}"]
    moved = []
    for name, boxes in now.items():
        was = [box[0] for box in before[name]]
        if was != [box[0] for box in boxes]:
            moved.append(f"{name}: other parts than before")
            continue
        for old, new in zip(before[name], boxes, strict=True):
            if any(
                abs(a - b) > max(PIXELS, SHARE * max(a, b))
                for a, b in zip(old[1:], new[1:], strict=True)
            ):
                moved.append(f"{name}: {old} became {new}")
                break
    return moved


def dumps(found: Mapping[str, Sequence[Box]]) -> str:
    """Return a layout as JSON, with a box in a line.

    Args:
        found: Where the parts of each example lie.
    """
    parts = []
    for name, boxes in found.items():
        lines = ",\n".join(f"  {json.dumps(box)}" for box in boxes)
        parts.append(f"{json.dumps(name)}: [\n{lines}\n]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def loads(text: str) -> dict[str, list[Box]]:
    """Return a layout from JSON.

    Args:
        text: The JSON.
    """
    return {
        name: [tuple(box) for box in boxes]
        for name, boxes in json.loads(text).items()
    }


def main() -> None:
    """Take every picture, and measure every example."""
    SHELF.mkdir(parents=True, exist_ok=True)
    for path in SHELF.iterdir():
        if path.stem not in {WORKBOOK, *(each.name for each in PICTURES)}:
            path.unlink()
    with tempfile.TemporaryDirectory() as made:
        site = Path(made) / "site"
        # The pages may show pictures that do not exist yet.
        build(ROOT / "docs", site)
        (site / _TICKET).write_text(str(export("ticket-html")), "utf-8")
        paper = Path(made) / "paper"
        paper.mkdir()
        if workbook := print_workbook(paper):
            (SHELF / f"{WORKBOOK}.png").write_bytes(workbook)
        with chromium() as browser:
            for picture in PICTURES:
                path = SHELF / f"{picture.name}.png"
                path.write_bytes(take(browser, site, picture))
                sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")
            folder = Path(made) / "examples"
            folder.mkdir()
            LAYOUT.write_text(dumps(layout(browser, folder)), "utf-8")


if __name__ == "__main__":
    main()
