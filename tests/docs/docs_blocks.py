"""The blocks of code in the documentation, found and run by the tests."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "DOCS",
    "ROOT",
    "Block",
    "Command",
    "blocks_of",
    "commands_of",
    "matches",
    "pages",
    "run",
]

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"

_DIRECTIVE = re.compile(
    r"(?P<indent> *)\.\. (?:code-block|sourcecode|code)::\s*(?P<kind>\S*)$"
)
_OPTION = re.compile(r"\s+:(?P<name>[\w-]+):(?: (?P<value>.*))?$")
_FENCE = re.compile(
    r"```(?P<kind>\w+)\n"
    r"(?P<text>(?:# (?P<name>[\w.-]+\.\w+)\n)?.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


#: The width of a terminal, where a command says no other.
_COLUMNS = "80"


class Block(NamedTuple):
    """A block of code on a page.

    Attributes:
        kind: Its language, as the directive or the fence names it.
        name: The file that it is, which is its caption; or nothing.
        text: What is in it.
        line: Where it begins.
    """

    kind: str
    name: str
    text: str
    line: int


def pages() -> list[Path]:
    """Return the documentation's pages; the README, where it is at hand.

    Whoever tests an installed wheel has the tests and the documentation
    alone.
    """
    found = sorted(DOCS.rglob("*.rst"))
    return [*found, README] if README.exists() else found


def blocks_of(path: Path) -> list[Block]:
    """Return a page's blocks of code, in their order."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        # No captions there: a file begins with a comment that names it.
        return [
            Block(
                found["kind"],
                found["name"] or "",
                found["text"],
                text.count("\n", 0, found.start()) + 1,
            )
            for found in _FENCE.finditer(text)
        ]
    return list(_directives(text.splitlines()))


def _directives(lines: Sequence[str]) -> Iterator[Block]:
    for start, line in enumerate(lines):
        found = _DIRECTIVE.match(line)
        if found is None:
            continue
        at = start + 1
        options = {}
        while at < len(lines) and (option := _OPTION.match(lines[at])):
            options[option["name"]] = option["value"] or ""
            at += 1
        body = []
        for below in lines[at:]:
            depth = len(below) - len(below.lstrip())
            if below.strip() and depth <= len(found["indent"]):
                break
            body.append(below)
        content = textwrap.dedent("\n".join(body)).strip("\n") + "\n"
        yield Block(
            found["kind"], options.get("caption", ""), content, start + 1
        )


# -- commands ----------------------------------------------------------------


class Command(NamedTuple):
    """A command as a reader types it, and what they are told to see.

    Attributes:
        text: What stands after the prompt, lines joined.
        expected: The lines below it.
    """

    text: str
    expected: list[str]


def commands_of(block: Block) -> list[Command]:
    """Return the commands in a block for a console.

    A line that begins with ``$`` is a command, which goes on where a line
    ends with a backslash. Without any such line, every line is a command.
    """
    lines = block.text.rstrip("\n").split("\n")
    prompted = any(line.startswith("$ ") for line in lines)
    found: list[Command] = []
    going_on = False
    for line in lines:
        if going_on:
            text = found[-1].text[:-1] + line.removeprefix("> ").lstrip()
            found[-1] = Command(text, [])
        elif line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif not prompted:
            found.append(Command(line, []))
        else:
            found[-1].expected.append(line)
            continue
        going_on = found[-1].text.endswith("\\")
    return found


def matches(expected: Sequence[str], actual: str) -> bool:
    """Return whether an output is the one that is shown.

    A line of three dots stands for any lines, and at the end of a line for
    the rest of it. Blanks at the ends of lines, and empty lines at the end,
    do not count.
    """
    pattern = "".join(map(_pattern, expected))
    lines = [line.rstrip() for line in actual.rstrip().split("\n")]
    text = "".join(f"{line}\n" for line in lines) if actual.strip() else ""
    return re.fullmatch(pattern, text) is not None


def _pattern(line: str) -> str:
    if line.strip() == "...":
        return "(?:.*\n)*"
    shown, dots, rest = line.rstrip().rpartition(" ...")
    if dots and not rest:
        return f"{re.escape(shown)} .*\n"
    return f"{re.escape(line.rstrip())}\n"


def run(text: str, folder: Path) -> tuple[str, int]:
    """Run a command in a folder; return all that it says, and its status.

    What can be runs in this process: starting Python takes longer than most
    commands do.
    """
    words = shlex.split(text)
    target = None
    columns = _COLUMNS
    if words[0].startswith("COLUMNS="):
        columns = words.pop(0).removeprefix("COLUMNS=")
    if len(words) > 2 and words[-2] == ">":
        target = folder / words.pop()
        words.pop()
    where = _entry(words)
    if where is None or {"|", "&&", ";", "<", ">", ">>"} & set(words):
        return _shell(text, folder)
    module, rest = where
    said, status = _called(module, words, rest, folder, columns)
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(said, encoding="utf-8")
        said = ""
    return said, status


def _entry(words: Sequence[str]) -> tuple[str, int] | None:
    """Return the module of a command's ``main``, and where arguments begin."""
    if words[0] == "avi-portspec":
        return "avi_portspec.cli", 1
    if words[:3] == ["python", "-m", "avi_portspec"]:
        return "avi_portspec.cli", 3
    if words[0] == "sphinx-build":
        return "sphinx.cmd.build", 1
    if words[:2] == ["python", "-m"] and words[2:]:
        is_tool = words[2].startswith("tools.")
        return words[2] if is_tool else f"{words[2]}.__main__", 3
    return None


class _Terminal(io.TextIOWrapper):
    """Standard output, as if it were a terminal."""

    def isatty(self) -> bool:
        return True


def is_for_a_terminal(words: Sequence[str]) -> bool:
    """Return whether a reader sees an answer as a terminal shows it.

    Of commands whose answers fit a terminal; a script takes what it needs by
    name, and a pipe gets the same whatever the terminal.
    """
    script = {"--columns", "--json", "--markdown", "--quiet", "--output"}
    fitting = {"ports", "explain", "diff", "upgrade"}
    return bool(fitting & {*words[:1]}) and script.isdisjoint(words)


def _called(
    module: str, words: Sequence[str], start: int, folder: Path, columns: str
) -> tuple[str, int]:
    before = Path.cwd(), sys.argv, dict(os.environ)
    raw = io.BytesIO()
    on_terminal = is_for_a_terminal(words[start:])
    kind = _Terminal if on_terminal else io.TextIOWrapper
    out = kind(raw, encoding="utf-8", write_through=True)
    # What a pipe is: no terminal, and of no width. Pages show no colours;
    # Sphinx writes them to a pipe, too, where the environment speaks of CI.
    for name in ("COLUMNS", "LINES", "FORCE_COLOR", "CLICOLOR_FORCE"):
        os.environ.pop(name, None)
    os.environ["NO_COLOR"] = "1"
    if on_terminal:
        os.environ["COLUMNS"] = columns
    os.chdir(folder)
    sys.argv = [" ".join(words[:start]), *words[start:]]
    status: object = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            main = importlib.import_module(module).main
            if module == "sphinx.cmd.build":
                status = main(words[start:])
            else:
                status = main()
    except SystemExit as left:
        status = left.code
    finally:
        os.chdir(before[0])
        sys.argv = before[1]
        os.environ.clear()
        os.environ.update(before[2])
    out.flush()
    said = raw.getvalue().decode("utf-8")
    return said, status if isinstance(status, int) else int(bool(status))


def _shell(text: str, folder: Path) -> tuple[str, int]:
    """Run a line that is more than a command of the project's."""
    programs = folder / ".programs"
    if not programs.exists():
        programs.mkdir()
        for name, module in (("avi-portspec", "avi_portspec"), ("python", "")):
            more = f"-m {module} " if module else ""
            script = programs / name
            script.write_text(
                f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {more}"$@"\n',
                encoding="utf-8",
            )
            script.chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    made = subprocess.run(
        ["bash", "-o", "pipefail", "-c", text],  # noqa: S607
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return made.stdout, made.returncode
