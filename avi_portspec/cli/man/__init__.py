"""The man page, from the help pages' own text.

``python -m avi_portspec.cli.man`` writes it to standard output, in the
macros of man(7). Its date is ``SOURCE_DATE_EPOCH``'s, where that is set, so
that builds can be repeated.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Final

import avi_portspec
from avi_portspec.cli.pages import ENVIRONMENT, EXITS, Described, described
from avi_portspec.cli.program import NAME, SECTIONS

__all__ = ["man_page"]

_WIDTH: Final = 72


def man_page() -> str:
    """Return the page, in roff."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    program, *commands = described()
    by_name = {each.name: each for each in commands}
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    day = time.strftime("%Y-%m-%d", time.gmtime(epoch))
    version = f"{NAME} {avi_portspec.__version__}"
    yield f'.TH {NAME.upper()} 1 "{day}" "{version}" "User Commands"'
    yield ".SH NAME"
    yield f"{_text(NAME)} \\- which ports the Avi load balancer needs"
    yield ".SH SYNOPSIS"
    yield from _usage(program)
    yield ".SH DESCRIPTION"
    yield _prose(program.summary)
    for paragraph in program.paragraphs:
        yield ".PP"
        yield _prose(paragraph)
    yield ".SH EXAMPLES"
    yield from _examples(program)
    yield from _options(program, ".SH")
    for section, names in SECTIONS.items():
        yield f".SH COMMANDS: {section.upper()}"
        for name in names:
            yield from _command(by_name[name])
    yield ".SH ENVIRONMENT"
    yield from _terms(ENVIRONMENT)
    yield ".SH EXIT STATUS"
    yield from _terms((str(code), text) for code, text in EXITS)


def _command(page: Described) -> Iterator[str]:
    yield f".SS {_text(page.name)}"
    yield from _usage(page)
    yield ".PP"
    yield _prose(page.summary)
    for paragraph in page.paragraphs:
        yield ".PP"
        yield _prose(paragraph)
    yield ".PP"
    yield from _examples(page)
    yield from _options(page, ".PP")
    if page.ending:
        yield ".PP"
        yield _prose(page.ending)


def _usage(page: Described) -> Iterator[str]:
    name, _, rest = page.usage.partition(" ")
    yield f".B {_text(name)}"
    yield _text(rest)


def _examples(page: Described) -> Iterator[str]:
    for number, example in enumerate(page.examples):
        if number:
            yield ".PP"
        yield _prose(example.text)
        yield ".PP"
        yield ".nf"
        yield f".RS\n{_text(example.line)}\n.RE"
        yield ".fi"


def _options(page: Described, macro: str) -> Iterator[str]:
    for section, options in page.options:
        if macro == ".SH":
            yield f".SH {_text(section.upper())}"
        else:
            yield macro
            yield f"{_text(section)}:"
        yield from _terms(options)


def _terms(terms: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in terms:
        yield ".TP"
        yield f".B {_text(term)}"
        yield _prose(text)


def _text(text: str) -> str:
    """Return a line that roff takes as it stands.

    Hyphens are minus signs, for options are copied; a line that starts as a
    request does is none.
    """
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped[:1] in {".", "'"} else escaped


def _prose(text: str) -> str:
    """Return a paragraph, in lines of its source that are not long."""
    lines = wrap(text, _WIDTH, break_on_hyphens=False)
    return "\n".join(map(_text, lines))
