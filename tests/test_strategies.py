"""The public strategies make sound records of every type."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Iterator
from itertools import chain
from types import ModuleType
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import (
    ALWAYS,
    AllOf,
    AnyOf,
    Edition,
    Flow,
    Interface,
    Match,
    Overlay,
    SiteFlow,
    Unless,
    strategies,
)
from avi_portspec.model.record import Record, checks_of

#: Not to explain: that would vary each part of what was found, and what is
#: looked for here is meant to be found.
SEARCH = settings(
    max_examples=200,
    database=None,
    phases=[Phase.generate, Phase.shrink],
)
#: The same draws on each machine and in each run.
ALIKE = settings(
    max_examples=25,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
)


@pytest.fixture(scope="module")
def clashing() -> ModuleType:
    """Return the strategies, whose ids and names are all ``a`` or ``b``."""
    spec = importlib.util.spec_from_file_location(
        "clashing_strategies", strategies.__file__
    )
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "text", lambda *_, **__: st.sampled_from("ab"))
        spec.loader.exec_module(made)
    return made


Drawn = tuple[Edition, Overlay, SiteFlow, Interface]


@pytest.fixture(scope="module")
def drawn() -> list[Drawn]:
    """Return editions and overlays, drawn once for all who look at them.

    Overlays have few flows of their own, and editions few interfaces, so one
    of each is drawn beside them.
    """
    found: list[Drawn] = []

    @settings(ALIKE, max_examples=30)
    @given(
        st.tuples(
            strategies.editions(),
            strategies.overlays(),
            strategies.site_flows(),
            strategies.interfaces(),
        )
    )
    def draw(records: Drawn) -> None:
        found.append(records)

    draw()
    return found


@pytest.mark.slow
class TestClashes:
    """What is drawn may have any name: an earlier one, too."""

    def test_editions_are_sound_whatever_clashes(
        self, clashing: ModuleType
    ) -> None:
        """No drawn id or name takes that of another record."""
        seen: set[str] = set()

        @ALIKE
        @given(clashing.editions())
        def look(edition: Edition) -> None:
            seen.update(edition.endpoints.ids())

        look()
        assert seen == {"a", "b"}

    def test_records_are_sound_whatever_clashes(
        self, clashing: ModuleType
    ) -> None:
        """Each strategy, on its own."""

        @ALIKE
        @given(st.data())
        def look(data: st.DataObject) -> None:
            for name in sorted({*clashing.__all__} - {"editions"}):
                data.draw(getattr(clashing, name)())

        look()


class TestEditions:
    """Whole editions."""

    @given(strategies.editions(max_sections=1))
    def test_the_number_of_sections_is_bounded(self, edition: Edition) -> None:
        """By the argument."""
        assert len(edition.sections) == 1

    def test_they_are_varied(self, drawn: list[Drawn]) -> None:
        """Every kind of record comes up, and what hangs together."""
        seen: set[str] = set()
        for edition, *_ in drawn:
            flows = edition.flows
            features = {
                "flows": len(flows) > 1,
                "replaced flows": any(flow.replaces for flow in flows),
                "exclusions": edition.exclusions,
                "pointers": edition.pointers,
                "subsections": any(s.parent for s in edition.sections),
                "notes": any(flow.notes for flow in flows),
                "ICMP types": any(flow.icmp_types for flow in flows),
                "protocols": any(len(f.protocols) > 1 for f in flows),
                "conditions": any([*f.when.matches()] for f in flows),
            }
            seen.update(name for name, there in features.items() if there)
        assert len(seen) == 9

    def test_they_shrink_to_next_to_nothing(self) -> None:
        """A failing test is then easy to read."""
        smallest = find(strategies.editions(), lambda _: True, settings=SEARCH)
        assert len(smallest.flows) == 0
        assert len(smallest.sections) == 1


class TestFlows:
    """Flows of an edition."""

    def test_without_facets_nothing_is_asked(self) -> None:
        """Neither by a flow's condition, nor by that of a reason in it."""
        found: list[Flow] = []

        @ALIKE
        @given(strategies.flows(between=("a", "b")))
        def draw(flow: Flow) -> None:
            found.append(flow)

        draw()
        reasons = [why for f in found for why in (*f.inferred, *f.readings)]
        assert reasons
        assert {each.when for each in (*found, *reasons)} == {ALWAYS}


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
        "endpoint_names": "EndpointNames",
        "accepted_readings": "AcceptedReading",
        "declined_flows": "DeclinedFlow",
        "extents": "Extent",
        "facet_values": "FacetValue",
        "port_changes": "PortChange",
        "port_ranges": "PortRange",
        "protocol_ports": "ProtocolPorts",
        "site_flows": "SiteFlow",
        "site_names": "SiteNames",
        "site_notes": "SiteNote",
        "statement_sources": "StatementSource",
    }
    return singular.get(name, name[:-1].capitalize())


@pytest.mark.parametrize("name", strategies.__all__)
def test_each_makes_what_it_is_named_for(name: str) -> None:
    """Or a part of it: conditions are of several types."""

    @settings(ALIKE, max_examples=5)
    @given(getattr(strategies, name)())
    def draw(made: Any) -> None:
        kind = getattr(avi_portspec, strategy_of(name), type(made))
        assert isinstance(made, kind)

    draw()


@given(st.data())
def test_records_can_be_made_on_their_own(data: st.DataObject) -> None:
    """Without an edition around them."""
    for name in strategies.__all__:
        made = data.draw(getattr(strategies, name)())
        assert made is not None


#: Fields that the strategies leave as they are, and why.
LEFT = {
    # An overlay sets them, when it is applied.
    "Section.origin",
    "Endpoint.origin",
    "Flow.origin",
    "Flow.reference",
    "Endpoint.site_names",
}


def records_in(value: Any) -> Iterator[Record]:
    """Yield a record, and every record that it holds."""
    if isinstance(value, Record):
        yield value
        for name, _, _ in checks_of(type(value)):
            yield from records_in(getattr(value, name))
    elif isinstance(value, Collection) and not isinstance(value, str):
        for each in value:
            yield from records_in(each)


def test_every_field_of_every_record_is_drawn(
    drawn: list[Drawn],
) -> None:
    """A new field gets a strategy with it: it comes in two values or more."""
    values: dict[str, set[Any]] = {}
    for records in drawn:
        for record in chain.from_iterable(map(records_in, records)):
            cls = type(record)
            for name, _, is_derived in checks_of(cls):
                if not is_derived:
                    seen = values.setdefault(f"{cls.__name__}.{name}", set())
                    value = getattr(record, name)
                    if len(seen) < 2:
                        seen.add(str(value))
    alike = {name for name, seen in values.items() if len(seen) == 1}
    assert alike == LEFT
