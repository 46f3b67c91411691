"""What a reader collects: filters, what is no rule, and every fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import attrs

from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.inputs.nodes import UnsettledError, WrongError
from avi_portspec.audit.model import (
    Direction,
    Existing,
    Filter,
    Members,
    Party,
    Place,
    Rule,
    Unread,
    UnreadKind,
)
from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.model.consistency import FAULTS

__all__ = ["MEMBERS", "Reading", "order_sides", "unique"]

#: The side of a rule that its filter is attached to.
MEMBERS: Final[tuple[Party, ...]] = (Members(),)

_MORE: Final = Fault(
    "file/too-many-faults",
    "",
    f"at most {FAULTS:,} faults",
    "more, not listed",
)


class Reading:
    """One file while it is read.

    Args:
        name: The name of the file.
        format_: The name of the reader.
    """

    def __init__(self, name: str, format_: str) -> None:
        self.name = name
        self.format = format_
        self.filters: list[Filter] = []
        self.unread: list[Unread] = []
        self.faults: list[Fault] = []

    def place(self, pointer: str = "", line: int | None = None) -> Place:
        """Return a place in the file."""
        return Place(self.name, line, pointer)

    def leave(
        self,
        place: Place,
        kind: UnreadKind,
        text: str,
        why: str,
        filters: tuple[str, ...] = (),
        *,
        is_apart: bool = False,
        may_deny: bool = False,
        is_bounded: bool = False,
    ) -> None:
        """Note something that is no rule; see :class:`Unread`."""
        self.unread.append(
            Unread(
                place=place,
                kind=kind,
                text=clean(text),
                why=why,
                filters=filters,
                is_apart=is_apart,
                may_deny=may_deny,
                is_bounded=is_bounded,
            )
        )

    def refuse(self, fault: Fault) -> None:
        """Note what is wrong.

        Raises:
            InvalidDataError: It is one fault too many.
        """
        self.faults.append(fault)
        if len(self.faults) >= FAULTS:
            raise InvalidDataError(self.name, [*self.faults, _MORE])

    @contextmanager
    def guard(
        self, place: Place | None = None, filters: tuple[str, ...] = ()
    ) -> Iterator[None]:
        """Note what is wrong with a part, or not known, and go on after it.

        Args:
            place: The place of the part.
            filters: The filters that it may belong to; none for all.
        """
        try:
            yield
        except WrongError as wrong:
            self.refuse(wrong.fault)
        except UnsettledError as unsettled:
            text, why = unsettled.unknown.text, unsettled.unknown.why
            self.leave(place or self.place(), "unknown", text, why, filters)

    def finish(self, units: int, filters: Iterable[Filter] = ()) -> Existing:
        """Return what was read.

        Args:
            units: How many rules the file has, counted apart.
            filters: More filters.

        Raises:
            InvalidDataError: Something is wrong, or a rule was lost.
        """
        self.filters += filters
        if self.faults:
            raise InvalidDataError(self.name, self.faults)
        try:
            return Existing(
                name=self.name,
                format=self.format,
                filters=tuple(self.filters),
                unread=tuple(self.unread),
                units=units,
            )
        except InvalidDataError as wrong:
            # The file is at fault: it has rules where no rule belongs.
            raise InvalidDataError(self.name, wrong.faults) from None


def unique(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield rules; those that go by a name twice get their place, too."""
    seen: set[str] = set()
    for rule in rules:
        name = rule.id
        while name in seen:
            name = f"{name} ({rule.place.line or rule.place.pointer})"
        seen.add(name)
        yield attrs.evolve(rule, id=name)


def order_sides(
    direction: Direction,
    others: tuple[Party, ...],
    own: tuple[Party, ...] = MEMBERS,
) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Return the sources and destinations of a rule of one direction.

    Args:
        direction: ``in`` or ``out``.
        others: Who is on the other side.
        own: Who is on the side of the filter.
    """
    return (others, own) if direction == "in" else (own, others)
