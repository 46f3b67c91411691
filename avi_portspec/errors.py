"""Every error that the package raises, and the faults that they carry.

.. code-block:: text

    PortSpecError
     +-- InvalidDataError     (ValueError)   a record or a file is wrong
     +-- InvalidQueryError    (ValueError)   a question cannot be asked so
     +-- UnknownNameError     (LookupError)  no such edition, flow, name, ...
     +-- MixedEditionsError   (ValueError)   two editions in one operation
     +-- UnresolvedError      (ValueError)   the page leaves a deployment open
     +-- CannotExpressError   (ValueError)   a platform cannot say a rule
     +-- MissingExtraError    (ImportError)  an optional package is absent

Each leaf also derives from the built-in that fits, and carries what went
wrong as data: nobody has to parse a message.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

__all__ = [
    "CannotExpressError",
    "Fault",
    "InvalidDataError",
    "InvalidQueryError",
    "MissingExtraError",
    "MixedEditionsError",
    "PortSpecError",
    "UnknownNameError",
    "UnresolvedError",
    "nearest",
    "shown",
]

#: The longest piece of a wrong value that a message repeats, in characters.
_SHOWN = 60
#: The longest path or id that a message repeats, in characters.
_PATH = 200
#: The largest integer that a message repeats, in bits.
_BITS = 128
#: The most faults that a message lists; the error carries all of them.
_FAULTS = 100
#: The most names that a message lists when none is like the wrong one.
_LISTED = 12


def nearest(name: object, known: Iterable[str]) -> str | None:
    """Return the known name that is most like *name*, or ``None``.

    Args:
        name: What was given; anything but a string is like nothing.
        known: The names that would have been right.
    """
    if not isinstance(name, str):
        return None
    # Imported here: only a failing call pays for it.
    from difflib import get_close_matches

    # Folded, so that a wrong capital alone still finds its name; cut,
    # because matching a hostile megabyte would take minutes.
    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    hits = get_close_matches(name[:200].casefold(), folded, n=1)
    return folded[hits[0]] if hits else None


def shown(value: object) -> str:
    """Return *value* as an error message shows it: typed, and short."""
    kinds: dict[type, str] = {
        bool: "the truth value",
        dict: "a table",
        float: "the float",
        int: "the integer",
        list: "a list",
        tuple: "a list",
        str: "the string",
    }
    if value is None:
        return "nothing"
    if isinstance(value, (list, dict, tuple)):
        return f"{kinds[type(value)]} of {len(value)}"
    if isinstance(value, frozenset):
        words = sorted(each for each in value if isinstance(each, str))
        if not words or len(words) < len(value):
            return f"a list of {len(value)}"
        return f"the words {_cut(', '.join(map(repr, words)))}"
    if isinstance(value, int) and value.bit_length() > _BITS:
        # A huge integer has no cheap decimal form, or none at all.
        return f"an integer of {value.bit_length()} bits"
    text = repr(value[: _SHOWN + 1] if isinstance(value, str) else value)
    return f"{kinds.get(type(value), type(value).__name__)} {_cut(text)}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _clean(text: str) -> str:
    """Return a key or an id from data as a terminal can show it."""
    cut = text if len(text) <= _PATH else f"{text[: _PATH - 3]}..."
    return cut if cut.isprintable() else ascii(cut)[1:-1]


class Fault(NamedTuple):
    """One thing that is wrong, and where.

    Attributes:
        path: Where it is, from the outermost record inwards, as in
            ``flows[3].ports[0].low``; empty for the whole.
        wanted: What would have been right.
        got: What was there instead.
        nearest: The known name that is most like it, if there is one.
        record: The id of the record that *path* leads into, if it has one:
            people find it by that, not by counting.
    """

    path: str
    wanted: str
    got: str
    nearest: str | None = None
    record: str | None = None

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        name = f" ({_clean(self.record)})" if self.record else ""
        where = f"{_clean(self.path)}{name}: " if self.path else ""
        return f"{where}wanted {self.wanted}, got {self.got}{hint}"

    def under(self, prefix: str) -> Fault:
        """Return the same fault as seen from one record further out."""
        if not prefix or not self.path:
            return self._replace(path=prefix or self.path)
        dot = "" if self.path.startswith("[") else "."
        return self._replace(path=f"{prefix}{dot}{self.path}")


class PortSpecError(Exception):
    """The root of every error that this package raises on purpose."""


class InvalidDataError(PortSpecError, ValueError):
    """A record, or a file of records, does not hold together.

    Attributes:
        subject: What was being made or read: a record's type, or a file.
        faults: Everything that is wrong with it, never just the first.
    """

    def __init__(self, subject: str, faults: Iterable[Fault]) -> None:
        self.subject = subject
        self.faults = tuple(faults)
        super().__init__(subject, self.faults)

    def __str__(self) -> str:
        if len(self.faults) == 1:
            return f"{self.subject}: {self.faults[0]}"
        lines = [f"  {fault}" for fault in self.faults[:_FAULTS]]
        if len(self.faults) > _FAULTS:
            lines.append(f"  and {len(self.faults) - _FAULTS} more")
        count = f"{self.subject}: {len(self.faults)} faults"
        return "\n".join([count, *lines])


class InvalidQueryError(PortSpecError, ValueError):
    """A query's argument is of the wrong type, or out of range.

    Attributes:
        argument: The name of the argument.
        wanted: What it takes.
        got: What it was given.
    """

    def __init__(self, argument: str, wanted: str, got: str) -> None:
        self.argument = argument
        self.wanted = wanted
        self.got = got
        super().__init__(argument, wanted, got)

    def __str__(self) -> str:
        return f"{self.argument}: wanted {self.wanted}, got {self.got}"


class UnknownNameError(PortSpecError, LookupError):
    """Nothing goes by that name.

    Attributes:
        kind: What was looked for: ``"endpoint"``, ``"flow"``, ...
        name: What was asked for.
        known: The names that there are, in their usual order.
        nearest: The one that is most like *name*, or ``None``.
    """

    def __init__(self, kind: str, name: Any, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        self.nearest = nearest(name, self.known)
        super().__init__(kind, name, self.known)

    def __str__(self) -> str:
        text = f"no {self.kind} goes by {shown(self.name)}"
        if self.nearest:
            return f"{text}; did you mean {self.nearest!r}?"
        if 0 < len(self.known) <= _LISTED:
            return f"{text}; known: {', '.join(self.known)}"
        return text


class MixedEditionsError(PortSpecError, ValueError):
    """Flows of two different editions cannot be combined in one answer."""


class UnresolvedError(PortSpecError, ValueError):
    """A strict answer was asked for, and the page does not give one.

    Attributes:
        edition: The id of the edition that was asked.
        conflicts: What the page rules out without naming a substitute.
        gaps: What the page is silent on.
    """

    def __init__(
        self, edition: str, conflicts: Iterable[Any], gaps: Iterable[Any]
    ) -> None:
        self.edition = edition
        self.conflicts = tuple(conflicts)
        self.gaps = tuple(gaps)
        super().__init__(edition, self.conflicts, self.gaps)

    def __str__(self) -> str:
        found = [*self.conflicts, *self.gaps]
        lines = "\n".join(f"  {each}" for each in found)
        return f"{self.edition} leaves this deployment open\n{lines}"


class CannotExpressError(PortSpecError, ValueError):
    """A platform has no way to say a rule without making it wider.

    Attributes:
        platform: The name of the platform.
        rule: The id of the rule.
        flows: The ids of the flows that the rule is for.
        reason: What the platform cannot say.
    """

    def __init__(
        self, platform: str, rule: str, flows: Iterable[str], reason: str
    ) -> None:
        self.platform = platform
        self.rule = rule
        self.flows = tuple(flows)
        self.reason = reason
        super().__init__(platform, rule, self.flows, reason)

    def __str__(self) -> str:
        flows = ", ".join(map(_clean, self.flows))
        return (
            f"{self.platform} cannot say rule {_clean(self.rule)} "
            f"(for {flows}): {self.reason}"
        )


class MissingExtraError(PortSpecError, ImportError):
    """Something optional was asked for that is not installed.

    Attributes:
        extra: The extra that brings it, as in ``avi-portspec[toml]``.
    """

    def __init__(self, what: str, extra: str) -> None:
        self.what = what
        self.extra = extra
        super().__init__(what, extra)

    def __str__(self) -> str:
        return (
            f"{self.what} needs an optional package: "
            f"pip install 'avi-portspec[{self.extra}]'"
        )
