"""The public strategies make sound records of every type."""

from __future__ import annotations

from hypothesis import Phase, find, given, seed, settings
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import (
    AllOf,
    AnyOf,
    Edition,
    Match,
    Unless,
    strategies,
)
from avi_portspec.model.record import Record

SEARCH = settings(max_examples=200, database=None)


class TestEditions:
    """Whole editions."""

    @given(strategies.editions(max_sections=1))
    def test_the_number_of_sections_is_bounded(self, edition: Edition) -> None:
        """By the argument."""
        assert len(edition.sections) == 1

    def test_they_are_varied(self) -> None:
        """Every kind of record comes up, and what hangs together."""
        seen: set[str] = set()

        @settings(max_examples=120, phases=[Phase.generate], database=None)
        @seed(1)
        @given(strategies.editions())
        def look(edition: Edition) -> None:
            flows = edition.flows
            features = {
                "flows": len(flows) > 1,
                "exclusions": edition.exclusions,
                "pointers": edition.pointers,
                "subsections": any(s.parent for s in edition.sections),
                "notes": any(flow.notes for flow in flows),
                "ICMP types": any(flow.icmp_types for flow in flows),
                "protocols": any(len(f.protocols) > 1 for f in flows),
                "conditions": any([*f.when.matches()] for f in flows),
            }
            seen.update(name for name, there in features.items() if there)

        look()
        assert len(seen) == 8

    def test_they_shrink_to_next_to_nothing(self) -> None:
        """A failing test is then easy to read."""
        smallest = find(strategies.editions(), lambda _: True, settings=SEARCH)
        assert len(smallest.flows) == 0
        assert len(smallest.sections) == 1


class TestConditions:
    """Conditions of every form."""

    def test_every_form_comes_up(self) -> None:
        """Alone and nested."""
        for form in (AllOf, AnyOf, Match, Unless):
            found = find(
                strategies.conditions(),
                lambda c, form=form: isinstance(c, form),
                settings=SEARCH,
            )
            assert isinstance(found, form)


#: What the strategies cannot import.
ABOVE = ("avi_portspec.exporters.", "avi_portspec.rules.")


def test_there_is_one_for_every_public_record() -> None:
    """A new record type gets a strategy with it."""
    made = {
        "Condition" if name == "conditions" else strategy_of(name)
        for name in strategies.__all__
    }
    records = {
        name
        for name in avi_portspec.__all__
        if isinstance(getattr(avi_portspec, name), type)
        and issubclass(getattr(avi_portspec, name), Record)
        # Those of a floor above are made where they are tested.
        and not getattr(avi_portspec, name).__module__.startswith(ABOVE)
    }
    conditions = {"Always", "AllOf", "AnyOf", "Match", "Unless"}
    assert records - conditions <= made


def strategy_of(name: str) -> str:
    """Return the name of the type that a strategy makes."""
    singular = {
        "extents": "Extent",
        "facet_values": "FacetValue",
        "port_changes": "PortChange",
        "port_ranges": "PortRange",
        "protocol_ports": "ProtocolPorts",
        "site_flows": "SiteFlow",
    }
    return singular.get(name, name[:-1].capitalize())


@given(st.data())
def test_records_can_be_made_on_their_own(data: st.DataObject) -> None:
    """Without an edition around them."""
    for name in strategies.__all__:
        made = data.draw(getattr(strategies, name)())
        assert made is not None
