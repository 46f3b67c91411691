"""Deviations that somebody accepts, for one flow or one rule, for a time."""

# Annotations are no strings here: see checks_of.
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import attrs

from avi_portspec.errors import Fault, InvalidDataError, nearest, shown
from avi_portspec.model.checks import (
    Check,
    Choice,
    Integer,
    Many,
    Maybe,
    Nested,
    Text,
)
from avi_portspec.model.edition import EditionData
from avi_portspec.model.record import Record
from avi_portspec.names import DeviationKind
from avi_portspec.serialisation.converter import read

__all__ = ["Accepted", "AcceptedDeviations", "read_accepted"]

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class _Day(Check):
    """A day of the calendar, as ISO 8601 has it."""

    __slots__ = ()

    rule = "audit/day"
    expected = "a day, such as 2027-01-31"

    def accepts(self, value: object) -> bool:
        if type(value) is not str or not _DAY.fullmatch(value):
            return False
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            return False
        return True


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Accepted(Record):
    """A deviation that somebody accepts.

    Attributes:
        finding: The kind of finding.
        flow: The id of the flow that it is about, or else:
        rule: The id of the rule.
        port: The only port that it is about, if it is about some.
        party: The side that it is about, by role, or of a rule its filter;
            all of them without it.
        reason: Why it is accepted.
        by: Who accepts it.
        until: The last day on which it is.
    """

    finding: Annotated[DeviationKind, Choice(DeviationKind)]
    flow: Annotated[str | None, Maybe(Text("the id of a flow"))] = None
    rule: Annotated[str | None, Maybe(Text("the id of a rule"))] = None
    port: Annotated[int | None, Maybe(Integer(0, 65535))] = None
    party: Annotated[str | None, Maybe(Text("a role"))] = None
    reason: Annotated[str, Text("a reason")]
    by: Annotated[str, Text("who accepts it")]
    until: Annotated[str, _Day()]

    def _faults(self) -> Iterator[Fault]:
        if (self.flow is None) == (self.rule is None):
            expected = "either a flow or a rule"
            got = "neither" if self.flow is None else "both"
            yield Fault("audit/flow-or-rule", "", expected, got)

    def has_ended(self, today: dt.date) -> bool:
        """Return whether its last day is over."""
        return dt.date.fromisoformat(self.until) < today


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class AcceptedDeviations(Record):
    """What a site accepts.

    Attributes:
        accepted: The deviations, in the order of their file.
    """

    accepted: Annotated[
        tuple[Accepted, ...],
        Many(
            "a list of accepted deviations",
            Nested("an accepted deviation", Accepted),
        ),
    ] = ()


def read_accepted(
    table: Mapping[str, Any], subject: str, edition: EditionData
) -> tuple[Accepted, ...]:
    """Return the accepted deviations that plain data holds.

    Args:
        table: The data.
        subject: What to call it in an error: a file's name, say.
        edition: The edition that knows the flows.

    Raises:
        InvalidDataError: It holds something else; it carries every fault.
    """
    found: AcceptedDeviations = read(
        _plain(table), AcceptedDeviations, subject
    )
    known = edition.flows.ids()
    faults = [
        Fault(
            "reference/dangling",
            f"accepted[{at}].flow",
            f"the id of a flow of {edition.id}",
            shown(each.flow),
            nearest(each.flow, known),
        )
        for at, each in enumerate(found.accepted)
        if each.flow is not None and each.flow not in known
    ]
    if faults:
        raise InvalidDataError(subject, faults)
    return found.accepted


def _plain(value: Any) -> Any:
    """Return data with its days as text: TOML has a type of its own."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [*map(_plain, value)]
    # Of a day with a time, the type is another.
    return value.isoformat() if type(value) is dt.date else value
