"""Pages in a real browser: what the tests of several parts share."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

__all__ = [
    "POLICY",
    "chromium",
    "find_violations",
    "parted_names",
    "quiet",
    "resize",
    "run_axe",
    "serving",
    "settle",
    "shorten",
    "show",
]

CHROMIUM = "/usr/bin/chromium"

#: No inline script, no inline style, nothing from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:"
)

#: What axe looks for in the dark: what hangs on colours, as axe itself says.
#: In all else, a page in the dark is the page in the light. The stricter
#: contrast is asked for nowhere.
COLOURS = {
    "runOnly": ["cat.color"],
    "rules": {"color-contrast-enhanced": {"enabled": False}},
}

#: Waits for what a change of a page sets off: frames, fonts, transitions.
_SETTLE = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  await document.fonts.ready;
  await Promise.allSettled(
    document.getAnimations()
      .filter((each) => each.effect.getComputedTiming().endTime < Infinity)
      .map((each) => each.finished)
  );
}"""

#: Removes each part that is as one before it, but for words and values: it
#: has the same elements in the same places, with the same classes and
#: attributes, with words or without.
_SHORTEN = """() => {
  const own = (node) => [
    node.localName, node.getAttribute("class"), node.getAttributeNames(),
    Boolean(node.textContent.trim()),
  ].join();
  const shape = (node) =>
    `${own(node)}{${[...new Set([...node.children].map(shape))].join(";")}}`;
  const place = (node) => node.parentElement
    ? `${place(node.parentElement)}>${node.parentElement.localName}.${
      node.parentElement.getAttribute("class")}` : "";
  const seen = new Set();
  const parts = "table, tbody tr, dl, li, :not(td, th) > p, pre, " +
    ":is(:not(th) > p, pre, .sig) :is(a, code, em, span, strong)";
  for (const node of document.querySelectorAll(parts)) {
    const key = place(node) + shape(node);
    if (seen.has(key)) node.remove();
    seen.add(key);
  }
}"""

#: Squeezes each line with a name, and returns those in which it is parted.
_PARTED = """(name) => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, 4);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const box = text.parentElement.closest("caption, dd, h1, li, p, td, th");
    if (text.data.includes(name) && box?.getBoundingClientRect().width > 1) {
      if (!texts.some((other) => other[1] === box)) {
        const narrow = document.createElement("div");
        narrow.style.width = "0";
        narrow.append(...box.childNodes);
        box.append(narrow);
      }
      texts.push([text, box]);
    }
  }
  const parted = texts.filter(([text]) => {
    const range = document.createRange();
    const at = text.data.indexOf(name);
    range.setStart(text, at);
    range.setEnd(text, at + name.length);
    return range.getClientRects().length > 1;
  });
  return [texts.length, parted.map(([, box]) => box.textContent)];
}"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word, under a policy."""

    policy = ""

    def end_headers(self) -> None:
        """Add the policy to each answer."""
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path, policy: str = "") -> Iterator[str]:
    """Serve a folder on this machine; the value is its address."""
    handler = type("Served", (Handler,), {"policy": policy})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(handler, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium, driven by Playwright."""
    api = pytest.importorskip(
        "playwright.sync_api",
        reason="browser tests need Playwright: pip install playwright",
    )
    if not Path(CHROMIUM).exists():
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    with api.sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                # Nothing is fetched from elsewhere.
                "--no-proxy-server",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield made
        made.close()


def show(
    page: Any,
    address: str,
    *,
    width: int = 1280,
    height: int = 900,
    scheme: str = "light",
) -> None:
    """Show an address as if the page had been opened for it.

    To open one starts a process, which takes longer than most tests.
    """
    # Else another hash of the same address would load nothing.
    page.goto("about:blank")
    page.emulate_media(media="null", color_scheme=scheme, forced_colors="none")
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)


def settle(page: Any) -> None:
    """Wait until a page is drawn as it will stay."""
    page.evaluate(_SETTLE)


def resize(page: Any, width: int, height: int = 900) -> None:
    """Give what a page shows a window of another width."""
    page.set_viewport_size({"width": width, "height": height})
    settle(page)


@contextmanager
def quiet(page: Any) -> Iterator[None]:
    """Demand that no script complains meanwhile."""
    wrong: list[str] = []

    def hear(error: Any) -> None:
        wrong.append(str(error))

    def listen(said: Any) -> None:
        if "avi-portspec" in said.text:
            wrong.append(said.text)

    page.on("pageerror", hear)
    page.on("console", listen)
    yield
    page.remove_listener("pageerror", hear)
    page.remove_listener("console", listen)
    assert wrong == []


def shorten(page: Any) -> None:
    """Leave the first of all parts of a page that differ in words alone.

    What axe says of one of them, it says of all, and takes as long for each.
    """
    page.evaluate(_SHORTEN)


def parted_names(page: Any, name: str) -> tuple[int, list[str]]:
    """Return how often a name is on a page, and where a line ends within it.

    Whatever it stands in gets no width, so that lines end wherever they can.
    """
    found: tuple[int, list[str]] = page.evaluate(_PARTED, name)
    return found


@cache
def _axe_script() -> str:
    """Return the script of axe, which finds what keeps people out."""
    package = pytest.importorskip(
        "axe_playwright_python",
        reason="axe is missing: pip install axe-playwright-python",
    )
    (script,) = Path(package.__file__).parent.glob("*.js")
    return script.read_text(encoding="utf-8")


def run_axe(
    page: Any, within: str, scheme: str = "light"
) -> list[dict[str, Any]]:
    """Return the rules that a part of a page breaks, as axe tells it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_script())
    page.emulate_media(color_scheme=scheme)
    settle(page)
    only = {} if scheme == "light" else COLOURS
    found: dict[str, Any] = page.evaluate(
        "([within, options]) => axe.run(within, options)",
        [within, {"resultTypes": ["violations"], "preload": False, **only}],
    )
    return list(found["violations"])


def find_violations(
    page: Any, within: str = "article, .announcement"
) -> list[tuple[str, str, list[str]]]:
    """Return what keeps people out of a page, in the light and in the dark.

    The theme's own frame is the theme's affair, what a site writes into it
    is the site's.
    """
    return [
        (scheme, rule["id"], [n["html"][:120] for n in rule["nodes"]][:3])
        for scheme in ("light", "dark")
        for rule in run_axe(page, within, scheme)
    ]
