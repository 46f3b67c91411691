"""What port tables cost a build, beside tables written by hand.

Five projects of the same pages are built one after the other, in HTML and
in one process: pages without a table, with ``list-table``, with
``csv-table``, and with ``avi-port-table`` in its layouts ``flat`` and
``grouped``. All but the last have the same text in the same 40 rows of 6
columns; the last shows the same flows in groups, as it does by default. Every
row of both is an anchor that can be linked to. What counts is CPU seconds,
less those of the empty pages, as a ratio within one run.

    python benchmarks/sphinx_tables.py [--pages 1000] [--rounds 1]

With ``--quick`` there are two pages and no time is judged: it only shows
that it runs, and that each table has all rows.

With ``--edit`` it measures instead what one edit of the data costs: of 200
pages, 25 use the edition, and then 100. What counts is the CPU seconds of
the build after the edit, less those of a build with nothing to do.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import attrs

import avi_portspec
from avi_portspec.model.display import ports_text
from avi_portspec.tabular.columns import COLUMNS, Row
from sphinx_avi_portspec.layouts import DEFAULT_COLUMNS, cell_text

ROWS = 40
#: How many pages a chapter has.
CHAPTER = 20
#: The most that a port table may cost, as a share of the other's cost.
WANTED = {"list-table": 0.55, "csv-table": 0.75}


def edition() -> avi_portspec.Edition:
    """Return the newest edition without what a table by hand has not.

    Marks for inferred facts, and their explanations, are text of their own.
    """
    newest = avi_portspec.load()
    return attrs.evolve(
        newest,
        id="benchmark",
        aliases=(),
        flows=[
            attrs.evolve(flow, inferred=(), readings=(), notes=())
            for flow in newest.flows
        ],
    )


def cells(whole: avi_portspec.Edition) -> list[list[str]]:
    """Return the text of the table, ports as literals."""
    lines = []
    for flow in whole.flows[:ROWS]:
        line = [
            cell_text(COLUMNS[name], Row(flow, whole))
            for name in DEFAULT_COLUMNS
        ]
        line[DEFAULT_COLUMNS.index("ports")] = f"``{ports_text(flow)}``"
        lines.append(line)
    return [[COLUMNS[name].heading for name in DEFAULT_COLUMNS], *lines]


def list_table(lines: list[list[str]]) -> str:
    """Return the table as a ``list-table``."""
    text = ".. list-table:: Ports\n   :header-rows: 1\n   :stub-columns: 1\n\n"
    for line in lines:
        for position, cell in enumerate(line):
            text += f"   {'*' if position == 0 else ' '} - {cell}\n"
    return text


def csv_table(lines: list[list[str]]) -> str:
    """Return the table as a ``csv-table``."""
    text = ".. csv-table:: Ports\n   :header-rows: 1\n   :stub-columns: 1\n\n"
    for line in lines:
        text += "   " + ",".join(f'"{cell}"' for cell in line) + "\n"
    return text


def project(folder: Path, table: str, pages: int) -> None:
    """Write a project of pages that all hold the table."""
    folder.mkdir()
    (folder / "conf.py").write_text(
        'extensions = ["sphinx_avi_portspec"]\n'
        'avi_portspec_files = ["../edition.json"]\n'
        'avi_portspec_edition = "benchmark"\n'
        "avi_portspec_source_line = False\n",
        encoding="utf-8",
    )
    # Chapters, as documentation of that size has: the sidebar of every page
    # would list all others else, and its cost would hide that of tables.
    chapters = range(0, pages, CHAPTER)
    page(folder / "index.rst", toctree(f"c{at}" for at in chapters))
    for at in chapters:
        numbers = range(at, min(at + CHAPTER, pages))
        page(folder / f"c{at}.rst", toctree(f"p{each}" for each in numbers))
        for number in numbers:
            page(folder / f"p{number}.rst", table)


def toctree(names: Iterable[str]) -> str:
    """Return the directive that lists some pages."""
    return ".. toctree::\n\n" + "".join(f"   {name}\n" for name in names)


def page(path: Path, text: str) -> None:
    """Write a page, titled by its name."""
    title = f"Page {path.stem}"
    path.write_text(f"{title}\n{'=' * len(title)}\n\n{text}", encoding="utf-8")


def seconds(folder: Path, *, fresh: bool = True) -> float:
    """Build a project, and return the CPU seconds that it took."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE"
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W"),
            *(["-E", "-a"] if fresh else []),
            *("-j", "1", str(folder), str(folder / "_build")),
        ],
        check=True,
        env=environment,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (
        before.ru_utime + before.ru_stime
    )


def edited(folder: Path, users: int, pages: int = 200) -> float:
    """Return what an edit costs in a project with so many users."""
    whole = edition()
    path = folder.parent / "edition.json"
    path.write_text(avi_portspec.dumps(whole), encoding="utf-8")
    table = f".. avi-port-table:: Ports\n   :limit: {ROWS}\n"
    project(folder, "", pages)
    for number in range(users):
        page(folder / f"p{number}.rst", table)
    seconds(folder)
    idle = seconds(folder, fresh=False)
    path.write_text(
        avi_portspec.dumps(attrs.evolve(whole, title="Edited")),
        encoding="utf-8",
    )
    return seconds(folder, fresh=False) - idle


def edits() -> int:
    """Compare, and return 1 if the cost does not follow the users."""
    few, many = 25, 100
    with tempfile.TemporaryDirectory() as name:
        cost = {
            users: edited(Path(name, str(users)), users)
            for users in (few, many)
        }
    ratio = cost[many] / cost[few]
    print(
        json.dumps(
            {
                "users": [few, many],
                "CPU seconds": [round(cost[few], 2), round(cost[many], 2)],
                "ratio": round(ratio, 2),
                "expected": f"about {many // few}",
            },
            indent=2,
        )
    )
    return int(ratio > 1.3 * many / few)


def main() -> int:
    """Build, compare, and return 1 if a table costs more than is expected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--edit", action="store_true")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.pages = 2
    if arguments.edit:
        return edits()
    whole = edition()
    lines = cells(whole)
    ids = [flow.id for flow in whole.flows]
    kept = f"   :limit: {ROWS}\n" if len(ids) > ROWS else ""
    # What needs no port has no requirement: it would be a row more.
    kept += "   :requirement: required, optional, some-or-all, when-used\n"
    kinds = {
        "empty": "",
        "list-table": list_table(lines),
        "csv-table": csv_table(lines),
        "flat": f".. avi-port-table:: Ports\n   :layout: flat\n{kept}",
        "grouped": f".. avi-port-table:: Ports\n{kept}",
    }
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "edition.json").write_text(
            avi_portspec.dumps(whole), encoding="utf-8"
        )
        for kind, table in kinds.items():
            project(folder / kind, table, arguments.pages)
        for _ in range(arguments.rounds):
            for kind in kinds:
                took = seconds(folder / kind)
                best[kind] = min(best.get(kind, took), took)
        for kind in WANTED.keys() | {"flat"}:
            html = (folder / kind / "_build" / "p0.html").read_text("utf-8")
            if html.count("<tr") != len(lines):
                raise SystemExit(f"{kind} has other rows than the data")
        html = (folder / "grouped" / "_build" / "p0.html").read_text("utf-8")
        if html.count("-flow-") != len(lines) - 1:
            raise SystemExit("grouped has other rows than the data")
    if arguments.quick:
        made = ", ".join(kinds)
        print(f"ok: {len(lines) - 1} flows a page, each in its row: {made}")
        return 0
    net = {kind: took - best["empty"] for kind, took in best.items()}
    ratios = {
        f"{layout} / {kind}": net[layout] / net[kind]
        for layout in ("flat", "grouped")
        for kind in WANTED
    }
    print(
        json.dumps(
            {
                "pages": arguments.pages,
                "rows": len(lines) - 1,
                "CPU seconds": {k: round(v, 2) for k, v in best.items()},
                "ratios": {k: round(v, 3) for k, v in ratios.items()},
                "expected": WANTED,
            },
            indent=2,
        )
    )
    return int(
        any(ratio > WANTED[kind.split()[-1]] for kind, ratio in ratios.items())
    )


if __name__ == "__main__":
    raise SystemExit(main())
