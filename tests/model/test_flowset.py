"""Flows as a collection: a sequence, a set, and the answer to queries."""

from __future__ import annotations

import itertools
import operator
import pickle
from collections.abc import Iterable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import (
    TCP,
    UDP,
    Answer,
    Edition,
    Flow,
    Flows,
    InvalidQueryError,
    MixedEditionsError,
    PortRange,
    UnknownNameError,
    load,
    strategies,
)
from avi_portspec.names import fold


def several(value: Any) -> list[Any]:
    """Return a criterion's values as a list."""
    return [value] if isinstance(value, (str, int)) else list(value)


class Naive:
    """A filter as one would write it by hand, a flow at a time."""

    def __init__(self, edition: Edition, criteria: dict[str, Any]) -> None:
        self.edition = edition
        self.criteria = criteria

    def answer(self, flow: Flow) -> Answer:
        """Return whether a flow meets every criterion, or is unstated."""
        return min(
            (
                max(
                    (getattr(self, name)(flow, v) for v in several(value)),
                    default=Answer.NO,
                )
                for name, value in self.criteria.items()
            ),
            default=Answer.YES,
        )

    def members(self, flows: Iterable[Flow], answer: Answer) -> list[Flow]:
        """Return the flows with that answer."""
        return [flow for flow in flows if self.answer(flow) is answer]

    def same(self, record: Any, name: str) -> bool:
        title = getattr(record, "title", None)
        known = [record.id, getattr(record, "name", title) or record.id]
        known += getattr(record, "aliases", ())
        return fold(name) in [fold(each) for each in known]

    def yes(self, *, found: bool) -> Answer:
        return Answer.YES if found else Answer.NO

    def source(self, flow: Flow, name: str) -> Answer:
        endpoint = self.edition.endpoints[flow.source]
        return self.yes(found=self.same(endpoint, name))

    def destination(self, flow: Flow, name: str) -> Answer:
        endpoint = self.edition.endpoints[flow.destination]
        return self.yes(found=self.same(endpoint, name))

    def endpoint(self, flow: Flow, name: str) -> Answer:
        return max(self.source(flow, name), self.destination(flow, name))

    def protocol(self, flow: Flow, name: str | int) -> Answer:
        found = [p for p in flow.protocols if name in {p.name, p.number}]
        return self.yes(found=bool(found))

    def port(self, flow: Flow, port: int) -> Answer:
        return self.yes(found=any(r.low <= port <= r.high for r in flow.ports))

    def service(self, flow: Flow, name: str) -> Answer:
        return self.yes(found=fold(flow.service or "") == fold(name))

    def section(self, flow: Flow, name: str) -> Answer:
        section = self.edition.sections[flow.section]
        while not self.same(section, name):
            if section.parent is None:
                return Answer.NO
            section = self.edition.sections[section.parent]
        return Answer.YES

    def requirement(self, flow: Flow, word: str) -> Answer:
        return self.yes(found=flow.requirement == word)

    def note(self, flow: Flow, name: str) -> Answer:
        qualified = self.edition.notes[name].qualifies
        return self.yes(found=flow.id in qualified)

    def inferred(self, flow: Flow, word: str | bool) -> Answer:  # noqa: FBT001
        fields = [reason.field for reason in flow.inferred]
        if isinstance(word, bool):
            return self.yes(found=bool(fields) == word)
        return self.yes(found=word in fields)

    def cloud(self, flow: Flow, name: str) -> Answer:
        facet = self.edition.facets["cloud"]
        (value,) = [v for v in facet.values if self.same(v, name)]
        left = flow.when.possible({"cloud": frozenset({value.id})})
        if Answer.YES in left:
            return Answer.YES
        return max(left)


@st.composite
def criteria(draw: st.DrawFn, edition: Edition) -> dict[str, Any]:
    """Return criteria that make sense for an edition."""
    endpoints = [n for e in edition.endpoints for n in (e.id, e.name)]
    services = [flow.service for flow in edition.flows if flow.service]
    ports = [r.low for flow in edition.flows for r in flow.ports]
    cloud = edition.facets.get("cloud")
    values = {
        "source": endpoints,
        "destination": endpoints,
        "endpoint": endpoints,
        "protocol": ["tcp", "udp", 1, 97],
        "port": [*ports, 443],
        "service": services,
        "section": [n for s in edition.sections for n in (s.id, s.title)],
        "cloud": [v.id for v in cloud.values] if cloud else [],
        "requirement": ["required", "optional"],
        "note": list(edition.notes.ids()),
        "inferred": [True, False, "ports", "when"],
    }
    chosen: dict[str, Any] = {}
    names = draw(st.sets(st.sampled_from(sorted(values)), max_size=3))
    for name in sorted(names):
        if not values[name]:
            continue
        one = st.sampled_from(values[name])
        words = st.lists(one, max_size=3).map(tuple)
        value = draw(one | words)
        if name == "inferred" and isinstance(value, tuple):
            value = tuple(v for v in value if isinstance(v, str))
        chosen[name] = value
    return chosen


def selected(edition: Edition, data: st.DataObject) -> Flows:
    """Return the answer to some query."""
    return edition.flows.select(**data.draw(criteria(edition)))


class TestSelect:
    """Queries, against a filter written by hand."""

    @given(strategies.editions(), st.data())
    def test_it_is_the_naive_filter(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """Members, unstated and excluded flows, in published order."""
        chosen = data.draw(criteria(edition))
        naive = Naive(edition, chosen)
        answer = edition.flows.select(**chosen)
        assert list(answer) == naive.members(edition.flows, Answer.YES)
        assert list(answer.unstated) == naive.members(
            edition.flows, Answer.UNSTATED
        )
        rest = edition.flows.exclude(**chosen)
        assert list(rest) == naive.members(edition.flows, Answer.NO)
        assert rest.unstated == answer.unstated

    @given(st.data())
    def test_it_is_so_for_the_real_edition(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """With the same oracle."""
        chosen = data.draw(criteria(edition))
        naive = Naive(edition, chosen)
        answer = edition.flows.select(**chosen)
        assert list(answer) == naive.members(edition.flows, Answer.YES)
        assert list(answer.unstated) == naive.members(
            edition.flows, Answer.UNSTATED
        )

    @given(st.data())
    def test_queries_compose(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """Two queries in turn are one query with both sets of criteria."""
        one = data.draw(criteria(edition))
        two = data.draw(criteria(edition))
        for name in set(one) & set(two):
            del two[name]
        both = edition.flows.select(**one).select(**two)
        whole = edition.flows.select(**one, **two)
        assert both == whole
        assert both.unstated == whole.unstated

    @given(st.data())
    def test_three_answers_part_a_collection(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """A flow is selected, excluded or unstated: one of the three."""
        flows = edition.flows.select(**data.draw(criteria(edition)))
        chosen = data.draw(criteria(edition))
        yes, no = flows.select(**chosen), flows.exclude(**chosen)
        assert yes.isdisjoint(no)
        assert set(yes) | set(no) | set(yes.unstated) >= set(flows)
        assert set(yes) | set(no) <= set(flows)

    def test_no_criteria_select_everything(self, edition: Edition) -> None:
        """There is nothing to fail."""
        assert edition.flows.select() is edition.flows
        assert len(edition.flows.exclude()) == 0

    def test_a_name_is_found_in_any_spelling(self, edition: Edition) -> None:
        """Ids, names, aliases, capitals."""
        answers = {
            edition.flows.select(source=name)
            for name in ("service-engine", "SE", "avi SERVICE engine")
        }
        assert len(answers) == 1

    def test_a_record_serves_as_its_name(self, edition: Edition) -> None:
        """Endpoints, sections and notes."""
        flows = edition.flows
        engine = edition.endpoints["SE"]
        note = edition.notes["login-banner"]
        aws = edition.sections["aws"]
        assert flows.select(source=engine) == flows.select(source="SE")
        assert flows.select(note=[note]) == flows.select(note=note.id)
        assert flows.select(section=aws) == flows.select(section="aws")
        assert flows.select(requirement="Required") == flows.select(
            requirement=["required"]
        )

    def test_a_section_includes_its_subsections(
        self, edition: Edition
    ) -> None:
        """Orchestrators are all in subsections."""
        flows = edition.flows.select(section="cloud-orchestrators")
        assert len(flows) == 13
        assert len({flow.section for flow in flows}) == 8

    def test_a_range_is_several_ports(self, edition: Edition) -> None:
        """Any of them will do."""
        flows = edition.flows.select(port=range(5000, 5060))
        assert [str(pair) for pair in flows.ports()] == [
            "TCP 5000",
            "TCP 5050",
            "TCP 5054",
            "TCP 35357",
        ]

    @pytest.mark.parametrize(
        ("low", "high"),
        [
            *((443, 443), (442, 443), (443, 444), (1000, 1100)),
            *((1023, 1041), (1024, 1055), (1, 65535), (32768, 65535)),
        ],
    )
    def test_every_port_of_a_range_is_found(
        self, edition: Edition, low: int, high: int
    ) -> None:
        """From the lowest to the highest, and none beside them."""
        ssh, *others = edition.flows
        ports = PortRange(low=low, high=high)
        one = attrs.evolve(
            edition,
            flows=[
                attrs.evolve(ssh, protocols=(UDP,), ports=(ports,)),
                *others,
            ],
        )
        tried = {*range(low - 9, low + 99), *range(high - 99, high + 9)}
        for port in tried & {*range(65536)}:
            assert (ssh.id in one.flows.select(port=port)) == (
                low <= port <= high
            )

    def test_what_is_inferred_is_found(self, edition: Edition) -> None:
        """Any field of it, or none."""
        inferred = [flow for flow in edition.flows if flow.inferred]
        assert 0 < len(inferred) < len(edition.flows)
        assert list(edition.flows.select(inferred=True)) == inferred
        rest = edition.flows.select(inferred=False)
        assert list(rest) == [f for f in edition.flows if f not in inferred]

    def test_no_values_select_nothing(self, edition: Edition) -> None:
        """Any of none is none."""
        assert len(edition.flows.select(port=[])) == 0
        assert len(edition.flows.select(source=[])) == 0


class TestSilence:
    """What the page does not say is neither answered nor dropped."""

    @pytest.mark.parametrize(
        "cloud", ["openshift", "kubernetes", "mesos", "no-orchestrator"]
    )
    def test_object_store_ports_are_unstated_for_other_clouds(
        self, edition: Edition, cloud: str
    ) -> None:
        """The page names seven clouds and no other."""
        answer = edition.flows.select(
            source="SE", destination="SE", cloud=cloud
        )
        assert len(answer) == 0
        assert [str(p) for p in answer.unstated.ports()] == [
            "TCP 4001",
            "TCP 9001",
        ]

    def test_later_criteria_narrow_it_too(self, edition: Edition) -> None:
        """It is as much part of the answer as the members."""
        answer = edition.flows.select(cloud="openshift").select(port=9001)
        assert answer.unstated.ids() == (
            "service-engine-to-service-engine-objstore-vmware",
        )

    def test_a_stated_cloud_settles_it(self, edition: Edition) -> None:
        """Of two clouds, one may be stated."""
        answer = edition.flows.select(
            source="SE", destination="SE", cloud=["openshift", "aws"]
        )
        assert [str(pair) for pair in answer.ports()] == ["TCP 4001"]
        assert [str(p) for p in answer.unstated.ports()] == ["TCP 9001"]

    def test_two_clouds_in_turn_are_both_asked(self, edition: Edition) -> None:
        """What the first leaves open, the second leaves open or rules out."""
        flows = edition.flows
        clouds = [value.id for value in edition.facets["cloud"].values]
        for one, two in itertools.product(clouds, repeat=2):
            first, second = flows.select(cloud=one), flows.select(cloud=two)
            assert first.select(cloud=two) == first & second
            assert first.exclude(cloud=two) == first - second

    def test_it_is_counted(self, edition: Edition) -> None:
        """In a line, which is the caption in a notebook."""
        between = edition.flows.select(source="SE", destination="SE")
        for flows, text in (
            (edition.flows, "42 flows"),
            (edition.flows[:1], "1 flow"),
            (edition.flows[:2], "2 flows"),
            (between.select(cloud="openshift"), "0 flows, 2 more unstated"),
        ):
            line = f"Flows of vantage-undated: {text}"
            assert repr(flows) == f"<{line}>"
            assert f"<caption>{line}</caption>" in flows._repr_html_()

    def test_it_is_shown(self, edition: Edition) -> None:
        """In a terminal and in a notebook."""
        answer = edition.flows.select(source="SE", cloud="openshift")
        assert "The vendor's page does not say" in str(answer)
        assert "The vendor&#x27;s page does not say" in answer._repr_html_()


class TestErrors:
    """Questions that cannot be asked."""

    @pytest.mark.parametrize(
        ("criteria", "near"),
        [
            ({"source": "controler"}, "controller"),
            ({"destination": ["controler"]}, "controller"),
            ({"endpoint": "Avi Controler"}, "Avi Controller"),
            ({"protocol": "tpc"}, "tcp"),
            ({"service": "SHS"}, "SSH"),
            ({"section": "managment"}, "management"),
            ({"cloud": "amazon web service"}, "Amazon Web Services"),
            ({"requirement": "requierd"}, "required"),
            ({"note": "login-baner"}, "login-banner"),
            ({"inferred": "port"}, "ports"),
        ],
    )
    def test_unknown_names_suggest_the_nearest(
        self, edition: Edition, criteria: dict[str, Any], near: str
    ) -> None:
        """As look-up errors, with the suggestion as data."""
        with pytest.raises(UnknownNameError) as caught:
            edition.flows.select(**criteria)
        assert caught.value.nearest == near

    @pytest.mark.parametrize(
        "criteria",
        [
            {"source": 22},
            {"source": b"SE"},
            {"protocol": b"tcp"},
            {"source": [22]},
            {"cloud": 22},
            {"cloud": [22]},
            {"port": -1},
            {"port": 65536},
            {"port": True},
            {"port": "443"},
            {"port": 4.43},
            {"protocol": 256},
            {"protocol": 6.0},
            {"requirement": 1},
        ],
    )
    def test_wrong_types_are_refused(
        self, edition: Edition, criteria: dict[str, Any]
    ) -> None:
        """Nothing is coerced: "443" is no port."""
        with pytest.raises(InvalidQueryError):
            edition.flows.select(**criteria)

    @pytest.mark.parametrize(
        ("criteria", "message"),
        [
            ({"source": 22}, "endpoint: expected a name, or several, got 22"),
            ({"source": [2]}, "endpoint: expected a name, or several, got 2"),
            ({"service": 22}, "service: expected a name, or several, got 22"),
            ({"section": 22}, "section: expected a name, or several, got 22"),
            ({"note": 22}, "note: expected a name, or several, got 22"),
            ({"cloud": 22}, "cloud: expected a cloud, or several, got 22"),
            ({"cloud": [22]}, "cloud: expected a name, or several, got 22"),
            (
                {"protocol": 2.5},
                "protocol: expected a protocol, or several, got 2.5",
            ),
            (
                {"port": "443"},
                "port: expected a port number, or several, got '443'",
            ),
            (
                {"port": [65536]},
                "port: expected port numbers from 0 to 65535, got 65536",
            ),
            (
                {"requirement": 1},
                (
                    "requirement: expected one or several of required, "
                    "optional, some-or-all, when-used, got 1"
                ),
            ),
            (
                {"inferred": 1},
                (
                    "inferred: expected one or several of source, "
                    "destination, protocols, ports, service, requirement, "
                    "when, replaces, icmp_types, got 1"
                ),
            ),
            (
                {"endpoint": "controler"},
                "unknown endpoint 'controler'; did you mean 'controller'?",
            ),
            ({"service": "SHS"}, "unknown service 'SHS'; did you mean 'SSH'?"),
            ({"section": "x-y"}, "unknown section 'x-y'"),
            ({"cloud": "x-y"}, "unknown cloud 'x-y'"),
            ({"note": "x-y"}, "unknown note 'x-y'"),
            (
                {"requirement": ["Requird"]},
                (
                    "unknown requirement 'Requird'; did you mean 'required'? "
                    "Known: required, optional, some-or-all, when-used"
                ),
            ),
            (
                {"requirement": [1]},
                (
                    "unknown requirement 1; known: required, optional, "
                    "some-or-all, when-used"
                ),
            ),
            (
                {"inferred": "port"},
                (
                    "unknown inferred 'port'; did you mean 'ports'? Known: "
                    "source, destination, protocols, ports, service, "
                    "requirement, when, replaces, icmp_types"
                ),
            ),
        ],
    )
    def test_the_words_of_a_refusal(
        self, edition: Edition, criteria: dict[str, Any], message: str
    ) -> None:
        """What it is about, what was expected, and what came."""
        with pytest.raises((InvalidQueryError, UnknownNameError)) as caught:
            edition.flows.select(**criteria)
        assert str(caught.value) == message

    def test_an_edition_without_clouds_knows_none(self) -> None:
        """Whatever is asked is unknown then."""
        found = []

        @given(strategies.editions().filter(lambda e: "cloud" not in e.facets))
        def ask(edition: Edition) -> None:
            with pytest.raises(UnknownNameError):
                edition.flows.select(cloud="aws")
            found.append(edition)

        ask()
        assert found


class TestSequence:
    """The collection as a sequence."""

    def test_it_is_in_published_order(self, edition: Edition) -> None:
        """Whatever order the criteria are given in."""
        flows = edition.flows.select(port=[8443, 22, 443])
        positions = [edition.flows.index(flow) for flow in flows]
        assert positions == sorted(positions)

    def test_it_is_indexed_by_position_and_id(self, edition: Edition) -> None:
        """And sliced into collections."""
        flows = edition.flows
        assert flows[0] is flows["controller-to-controller-ssh"]
        assert flows[-1] is list(flows)[-1]
        assert list(flows[2:4]) == list(flows)[2:4]
        assert isinstance(flows[2:4], Flows)
        assert flows.get(flows[0].id) is flows[0]
        assert flows.get("nobody") is None

    def test_a_backward_slice_is_refused(self, edition: Edition) -> None:
        """Collections are in published order; reversed() is not one."""
        with pytest.raises(InvalidQueryError) as caught:
            edition.flows[::-1]
        assert str(caught.value) == (
            "slice: expected a step above zero, got -1"
        )
        assert next(reversed(edition.flows)) is edition.flows[-1]

    def test_an_unknown_id_suggests_the_nearest(
        self, edition: Edition
    ) -> None:
        """As everywhere."""
        with pytest.raises(UnknownNameError) as caught:
            edition.flows["controller-to-controler-ssh"]
        assert str(caught.value) == (
            "unknown flow 'controller-to-controler-ssh'; did you mean "
            "'controller-to-controller-ssh'?"
        )
        with pytest.raises(IndexError):
            edition.flows[99]

    def test_flows_and_ids_are_members(self, edition: Edition) -> None:
        """Of the collection that holds them, and of no other."""
        ssh = edition.flows["controller-to-controller-ssh"]
        rest = edition.flows.exclude(service="SSH")
        assert ssh in edition.flows
        assert ssh.id in edition.flows
        assert ssh not in rest
        assert ssh.id not in rest
        assert 22 not in edition.flows

    def test_ids_are_in_order(self, edition: Edition) -> None:
        """One a flow."""
        assert edition.flows.ids() == tuple(f.id for f in edition.flows)

    def test_a_slip_suggests_what_was_meant(self, edition: Edition) -> None:
        """And says what it is that has no such attribute."""
        for wrong, text in {
            "slect": "Flows has no attribute 'slect'; did you mean 'select'?",
            "typo": "Flows has no attribute 'typo'",
            "_slect": "Flows has no attribute '_slect'",
            # What is private is not suggested either.
            "lazy": "Flows has no attribute 'lazy'",
            "shape": (
                "Flows has no attribute 'shape'; give a data frame the list "
                "from to_records()"
            ),
        }.items():
            with pytest.raises(AttributeError) as caught:
                getattr(edition.flows, wrong)
            assert str(caught.value) == text
            assert caught.value.name == wrong
        with pytest.raises(AttributeError, match=r"^Catalog .* 'ids'\?$"):
            edition.endpoints.idss  # type: ignore[attr-defined]  # noqa: B018
        with pytest.raises(AttributeError, match=r"^Catalog.*'shape'$"):
            edition.endpoints.shape  # type: ignore[attr-defined]  # noqa: B018
        with pytest.raises(AttributeError, match=r"^Resolution .* 'gaps'\?$"):
            edition.resolve("aws").gasp  # type: ignore[attr-defined]  # noqa: B018

    def test_a_data_frame_is_given_records(self, edition: Edition) -> None:
        """A library that takes flows for an array is told what to take."""
        pd = pytest.importorskip("pandas")
        assert len(pd.DataFrame(edition.flows.to_records())) > len(
            edition.flows
        )
        with pytest.raises(AttributeError, match=r"the list from to_records"):
            pd.DataFrame(edition.flows)

    def test_it_has_no_other_attributes(self, edition: Edition) -> None:
        """A slip fails as it does everywhere, in the index too."""
        with pytest.raises(AttributeError, match=r"^Flows has no attribute"):
            edition.flows.nonsense  # type: ignore[attr-defined]  # noqa: B018
        with pytest.raises(AttributeError, match="Index has no attribute"):
            edition.flows._index.nonsense  # type: ignore[attr-defined]  # noqa: B018


class TestSet:
    """The collection as a set."""

    @given(st.data())
    def test_what_is_stated_obeys_the_laws_of_sets(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """Against Python's own sets, where nothing is left open."""
        a, b = selected(edition, data), selected(edition, data)
        a, b = edition.flows & set(a), edition.flows & set(b)
        assert set(a & b) == set(a) & set(b)
        assert set(a | b) == set(a) | set(b)
        assert set(a - b) == set(a) - set(b)
        assert set(a ^ b) == set(a) ^ set(b)
        assert (a <= b) == (set(a) <= set(b))
        assert (a < b) == (set(a) < set(b))
        assert (a >= b) == (set(a) >= set(b))
        assert (a > b) == (set(a) > set(b))
        assert a.isdisjoint(b) == set(a).isdisjoint(set(b))
        assert (a == b) == (set(a) == set(b))
        assert (a - b) | (a & b) == a
        assert set(a) & b == a & b
        assert set(a) | b == a | b
        assert set(a) - b == a - b
        assert set(a) ^ b == a ^ b

    @given(st.data())
    def test_what_is_unstated_obeys_three_valued_logic(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """Flow by flow: and is min, or is max, not swaps yes and no."""

        def value(flows: Flows, flow: Flow) -> int:
            return 2 if flow in flows else 1 if flow in flows.unstated else 0

        a, b = selected(edition, data), selected(edition, data)
        for flow in edition.flows:
            x, y = value(a, flow), value(b, flow)
            assert value(a & b, flow) == min(x, y)
            assert value(a | b, flow) == max(x, y)
            assert value(a - b, flow) == min(x, 2 - y)
            assert value(a ^ b, flow) == max(min(x, 2 - y), min(2 - x, y))
        assert a & b == b & a
        assert a | b == b | a
        assert list(a | b) == [f for f in edition.flows if f in (a | b)]

    @given(st.data())
    def test_operators_are_queries(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """Both criteria, or not these criteria: said in either way."""
        flows = edition.flows
        one, two = (data.draw(criteria(edition)) for _ in range(2))
        for name in set(one) & set(two):
            del two[name]
        assert flows.select(**one) & flows.select(**two) == flows.select(
            **one, **two
        )
        assert flows - flows.select(**one) == flows.exclude(**one)

    def test_each_pair_of_answers(self, edition: Edition) -> None:
        """Kleene's tables, a flow for each field: no, unstated, yes."""
        pairs = list(itertools.product("n?y", repeat=2))

        def make(answers: Iterable[str]) -> Flows:
            found = list(answers)
            return Flows(
                edition.flows._index,
                frozenset(at for at, a in enumerate(found) if a == "y"),
                frozenset(at for at, a in enumerate(found) if a == "?"),
            )

        a = make(one for one, _ in pairs)
        b = make(two for _, two in pairs)
        for found, table in (
            (a & b, "nnn n?? n?y"),
            (a | b, "n?y ??y yyy"),
            (a - b, "nnn ??n y?n"),
            (a ^ b, "n?y ??? y?n"),
        ):
            assert found == make(table.replace(" ", ""))

    def test_of_what_is_stated_it_is_a_set(self, edition: Edition) -> None:
        """Every two sets of three flows, compared as Python's own."""
        flows = edition.flows[:3]
        parts = [
            set(itertools.compress(flows, chosen))
            for chosen in itertools.product([False, True], repeat=3)
        ]
        for one, two in itertools.product(parts, repeat=2):
            a, b = flows & one, flows & two
            for compare in (
                *(operator.eq, operator.ne, operator.lt, operator.le),
                *(operator.gt, operator.ge),
            ):
                assert compare(a, b) == compare(one, two)
            assert a.isdisjoint(b) == one.isdisjoint(two)
            for combine in (
                *(operator.and_, operator.or_, operator.sub, operator.xor),
            ):
                found = combine(one, two)
                for left, right in ((a, b), (one, b), (a, two)):
                    assert set(combine(left, right)) == found

    def test_an_open_answer_is_not_an_empty_one(
        self, edition: Edition
    ) -> None:
        """Nothing stated, and nothing needed, are two things."""
        between = edition.flows.select(source="SE", destination="SE")
        open_ = between.select(cloud="openshift")
        empty = between.select(port=1)
        assert len(open_) == len(empty) == 0
        assert open_ != empty
        assert hash(open_) != hash(empty)

    def test_plain_sets_will_do(self, edition: Edition) -> None:
        """Of flows of the same edition."""
        ssh = edition.flows.select(service="SSH")
        assert ssh & {ssh[0]} == ssh[:1]
        assert ssh >= frozenset(ssh)

    def test_other_operands_are_refused(self, edition: Edition) -> None:
        """As Python's own sets refuse them."""
        with pytest.raises(TypeError):
            edition.flows & [edition.flows[0]]  # type: ignore[operator]
        for operation in (operator.lt, operator.le, operator.gt, operator.ge):
            with pytest.raises(TypeError):
                operation(edition.flows, 1)
        for operation in (operator.or_, operator.sub, operator.xor):
            for operands in ((edition.flows, 1), (1, edition.flows)):
                with pytest.raises(TypeError):
                    operation(*operands)
        assert edition.flows != [*edition.flows]

    def test_editions_do_not_mix(self, edition: Edition) -> None:
        """An answer is about one page."""
        other = load("17.1").flows
        with pytest.raises(MixedEditionsError, match=r"'17\.1'"):
            edition.flows | other
        for stranger in (22, None, "controller-to-aws"):
            with pytest.raises(MixedEditionsError, match="not a flow of"):
                edition.flows | {stranger}

    def test_a_second_copy_of_the_edition_mixes(
        self, edition: Edition
    ) -> None:
        """Equal flows are equal, wherever they were loaded."""
        again = pickle.loads(pickle.dumps(edition))
        assert edition.flows & again.flows == edition.flows
        answer = pickle.loads(pickle.dumps(edition.flows.select(port=22)))
        assert answer == edition.flows.select(port=22)
        assert hash(answer) == hash(edition.flows.select(port=22))


class TestGroups:
    """Groups and ports."""

    @given(
        strategies.editions(),
        st.sampled_from(["source", "section", "service", "requirement"]),
    )
    def test_groups_part_the_collection(
        self, edition: Edition, key: str
    ) -> None:
        """Each flow is in the group of its value, in order of appearance."""
        groups = edition.flows.group_by(key)
        assert sum(map(len, groups.values())) == len(edition.flows)
        for value, flows in groups.items():
            assert all(getattr(flow, key) == value for flow in flows)
        assert list(groups) == list(
            dict.fromkeys(getattr(flow, key) for flow in edition.flows)
        )

    def test_a_flow_can_be_in_several(self, edition: Edition) -> None:
        """Of protocols, ports and endpoints it may have several."""
        ldap = edition.flows.select(service="LDAP")
        assert list(ldap.group_by("protocol")) == ["TCP", "UDP"]
        assert [str(key) for key in ldap.group_by("port")] == [
            "TCP 389",
            "UDP 389",
        ]
        assert list(ldap.group_by("endpoint")) == [
            "controller",
            "ldap-server",
        ]
        assert list(ldap.group_by("destination")) == ["ldap-server"]

    def test_a_function_groups_too(self, edition: Edition) -> None:
        """By anything that can be a key."""
        groups = edition.flows.group_by(lambda flow: len(flow.protocols))
        assert {count: len(flows) for count, flows in groups.items()} == {
            1: 40,
            2: 2,
        }

    def test_open_questions_stay_in_their_groups(
        self, edition: Edition
    ) -> None:
        """Even where a group has nothing else."""
        answer = edition.flows.select(cloud="openshift", destination="SE")
        (group,) = answer.group_by("source").values()
        assert len(group) == 0
        assert len(group.unstated) == 2

    def test_an_unknown_key_suggests_the_nearest(
        self, edition: Edition
    ) -> None:
        """As everywhere."""
        with pytest.raises(UnknownNameError) as caught:
            edition.flows.group_by("sources")
        assert str(caught.value) == (
            "unknown grouping 'sources'; did you mean 'source'? Known: "
            "destination, endpoint, port, protocol, requirement, section, "
            "service, source"
        )

    @given(strategies.editions())
    def test_ports_are_distinct_and_sorted(self, edition: Edition) -> None:
        """By protocol number, then by port."""
        pairs = edition.flows.ports()
        assert len(set(pairs)) == len(pairs)
        keys = [(p.protocol.number, p.ports or PortRange.of(1)) for p in pairs]
        assert keys == sorted(keys)
        assert set(pairs) == {
            pair for flow in edition.flows for pair in flow.protocol_ports()
        }

    def test_messages_are_sorted_by_type(self, edition: Edition) -> None:
        """Behind the protocol alone, which is every type."""
        types: dict[str, tuple[int, ...]] = {
            "controller-to-gateway-echo": (8, 3, 0),
            "service-engine-to-controller-echo": (),
        }
        made = attrs.evolve(
            edition,
            flows=[
                attrs.evolve(f, icmp_types=types.get(f.id, f.icmp_types))
                for f in edition.flows
            ],
        )
        assert [str(p) for p in made.flows.select(protocol=1).ports()] == [
            *("ICMP", "ICMP echo reply"),
            *("ICMP type 3", "ICMP echo request"),
        ]

    def test_protocols_serve_as_criteria(self, edition: Edition) -> None:
        """A protocol object, its name and its number are one."""
        flows = edition.flows
        assert flows.select(protocol=TCP) == flows.select(protocol="TCP")
        assert flows.select(protocol=[6, "udp"]) == flows.select(
            protocol=["tcp", 17]
        )

    def test_names_come_with_it(self, edition: Edition) -> None:
        """Whoever gets flows can name their endpoints."""
        flow = edition.flows[0]
        assert edition.flows.endpoints[flow.source].name == "Avi Controller"
