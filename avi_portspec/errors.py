"""Every error that the package raises, and the faults that they carry.

.. code-block:: text

    PortSpecError
     +-- InvalidDataError     (ValueError)   a record or a file is wrong
     +-- InvalidQueryError    (ValueError)   an argument is wrong
     +-- UnknownNameError     (LookupError)  no such edition, flow, name, ...
     |    +-- NoEditionError                 no edition is of that release
     +-- MixedEditionsError   (ValueError)   two editions in one operation
     +-- UnresolvedError      (ValueError)   an answer is incomplete
     +-- CannotExpressError   (ValueError)   a platform cannot express a rule
     +-- MissingExtraError    (ImportError)  an optional package is absent

Each error also derives from the built-in exception that fits, and carries
what went wrong as attributes, so that nobody has to parse a message.
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
    "NoEditionError",
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
        name: The unknown name; anything but a string is like no name.
        known: The known names.
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
    """Return *value* as an error message shows it, cut to one line."""
    if value is None:
        return "nothing"
    if isinstance(value, (str, int, float)):
        return _shown_scalar(value)
    if isinstance(value, frozenset) and all(
        isinstance(word, str) for word in value
    ):
        words = ", ".join(map(repr, sorted(value)))
        return f"the words {_cut(words)}" if words else "an empty list"
    # Subclasses too: a Counter is a table, a named tuple is a list.
    if isinstance(value, (dict, list, tuple, frozenset, set)):
        kind = "table" if isinstance(value, dict) else "list"
        if not value:
            return f"an empty {kind}"
        return f"a {kind} of {len(value)} item{'s' if len(value) > 1 else ''}"
    text = repr(value)
    # The repr of a foreign object may hold line breaks.
    text = text if text.isprintable() else ascii(text)[1:-1]
    name = type(value).__name__
    return _cut(text if text.startswith(name) else f"{name} {text}")


def _shown_scalar(value: float | str) -> str:
    if isinstance(value, str):
        return _cut(repr(value[: _SHOWN + 1]))
    if isinstance(value, int) and value.bit_length() > _BITS:
        # A huge integer has no cheap decimal form, or none at all.
        return f"an integer of {value.bit_length()} bits"
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _clean(text: str) -> str:
    """Return a key or an id from data, safe for a terminal."""
    cut = text if len(text) <= _PATH else f"{text[: _PATH - 3]}..."
    return cut if cut.isprintable() else ascii(cut)[1:-1]


class Fault(NamedTuple):
    """One thing that is wrong, and its place.

    Attributes:
        rule: The id of the rule that is broken, as in
            ``flow/port-in-id``: it stays the same when the words change.
            The documentation lists them all.
        path: Where it is, from the outermost record inwards, as in
            ``flows[3].ports[0].low``; empty for the whole.
        expected: What would have been right.
        got: What was there instead.
        nearest: The known name that is most like it, if there is one.
        record: The id of the record that *path* leads into, if it has one:
            people find it by that, not by counting.
    """

    rule: str
    path: str
    expected: str
    got: str
    nearest: str | None = None
    record: str | None = None

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        name = f" ({_clean(self.record)})" if self.record else ""
        where = f"{_clean(self.path)}{name}: " if self.path else ""
        if self.expected.startswith("valid "):
            # What follows is a parser's message, and no value.
            return f"{where}not {self.expected}: {self.got}{hint}"
        return f"{where}expected {self.expected}, got {self.got}{hint}"

    def under(self, prefix: str) -> Fault:
        """Return the same fault, with its path from an outer record."""
        if not prefix or not self.path:
            return self._replace(path=prefix or self.path)
        dot = "" if self.path.startswith("[") else "."
        return self._replace(path=f"{prefix}{dot}{self.path}")


class PortSpecError(Exception):
    """The root of every error that this package raises on purpose."""


class InvalidDataError(PortSpecError, ValueError):
    """A record, or a file of records, is wrong.

    Attributes:
        subject: What was made or read: a record's type, or a file.
        faults: Everything that is wrong with it, not just the first fault.
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
        expected: What it takes.
        got: What it was given.
    """

    def __init__(self, argument: str, expected: str, got: str) -> None:
        self.argument = argument
        self.expected = expected
        self.got = got
        super().__init__(argument, expected, got)

    def __str__(self) -> str:
        return f"{self.argument}: expected {self.expected}, got {self.got}"


class UnknownNameError(PortSpecError, LookupError):
    """No record, word or file has that name.

    Attributes:
        kind: What it should have named: ``"endpoint"``, ``"flow"``, ...
        name: The unknown name.
        known: The known names, in their usual order.
        nearest: The known name that is most like it, or ``None``.
    """

    def __init__(self, kind: str, name: Any, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        self.nearest = nearest(name, self.known)
        super().__init__(kind, name, self.known)

    def __str__(self) -> str:
        text = f"unknown {self.kind} {shown(self.name)}"
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        if 0 < len(self.known) <= _LISTED:
            end = " Known" if self.nearest else "; known"
            text += f"{end}: {', '.join(self.known)}"
        return text


class NoEditionError(UnknownNameError):
    """No edition has the name of a release.

    Attributes:
        nearest: The edition to read instead, or ``None`` if none is near.
        reason: What is known of the release, and why that edition is near.
    """

    def __init__(
        self,
        release: str,
        known: Iterable[str],
        near: str | None,
        reason: str,
    ) -> None:
        super().__init__("edition", release, known)
        self.nearest = near
        self.reason = reason
        self.args = (release, self.known, near, reason)

    def __str__(self) -> str:
        near = f"the nearest is {self.nearest!r}"
        text = near if self.nearest else "none of the editions is near"
        return f"no edition {shown(self.name)}; {text}. {self.reason}"


class MixedEditionsError(PortSpecError, ValueError):
    """Flows of two different editions cannot be combined in one answer."""


class UnresolvedError(PortSpecError, ValueError):
    """A strict answer was requested, and it is not documented completely.

    Attributes:
        edition: The id of the edition.
        conflicts: What its page rules out without naming a replacement.
        gaps: What its page is silent on.
        unclear: The flows of which it leaves the direction in doubt, in words.
    """

    def __init__(
        self,
        edition: str,
        conflicts: Iterable[Any],
        gaps: Iterable[Any],
        unclear: Iterable[str] = (),
    ) -> None:
        self.edition = edition
        self.conflicts = tuple(conflicts)
        self.gaps = tuple(gaps)
        self.unclear = tuple(unclear)
        super().__init__(edition, self.conflicts, self.gaps, self.unclear)

    def __str__(self) -> str:
        found = [*self.conflicts, *self.gaps, *self.unclear]
        lines = "\n".join(f"  {line}" for line in found)
        return (
            f"the vendor's page ({self.edition}) does not cover this "
            f"deployment completely\n{lines}"
        )


class CannotExpressError(PortSpecError, ValueError):
    """A platform cannot express a rule without making it wider.

    Attributes:
        platform: The name of the platform.
        rule: The id of the rule.
        flows: The ids of the flows that the rule is for.
        reason: What the platform cannot express.
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
            f"{self.platform} cannot express rule {_clean(self.rule)} "
            f"(for {flows}): {self.reason}"
        )


class MissingExtraError(PortSpecError, ImportError):
    """A feature needs an optional package that is not installed.

    Attributes:
        what: The feature.
        extra: The extra that installs it, as in ``avi-portspec[toml]``.
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
