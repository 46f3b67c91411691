"""Changes and plans word for word: text, JSON, and every reason of a plan.

One pair of small editions has a change of each kind: its documents stand here
whole. The plan is worked out a second time, number by number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import (
    AWS,
    ENDPOINTS,
    FACETS,
    edition,
    editions,
    flow,
    note,
)
from laws import examples

from avi_portspec import (
    DATA_VERSION,
    ICMP,
    AllOf,
    AnyOf,
    Condition,
    Deployment,
    Edition,
    Endpoint,
    FacetValue,
    Flow,
    InvalidDataError,
    InvalidQueryError,
    Match,
    PortRange,
    Reason,
    Resolution,
    Source,
    UnknownNameError,
    Unless,
    diff,
    load,
    preset,
    presets,
)
from avi_portspec.changes.meaning import condition_action


def _marks(*pairs: tuple[Any, str]) -> tuple[Reason, ...]:
    return tuple(Reason(field=field, reason=why) for field, why in pairs)


OLD = edition(
    flow("gone", ports=(PortRange.of(1), PortRange.of(2))),
    flow(
        "same",
        2,
        source="server",
        inferred=_marks(("ports", "A."), ("source", "B.")),
    ),
    name="old",
    more={"notes": [note("no-a")]},
)
NEW = edition(
    flow(
        "same",
        source="server",
        ports=(PortRange.of(10000), PortRange(low=20000, high=20005)),
        when=AWS,
        inferred=_marks(("service", "C."), ("requirement", "D.")),
    ),
    flow(
        "come",
        2,
        protocols=(ICMP,),
        ports=(),
        icmp_types=(8,),
        requirement="when-used",
    ),
    name="new",
    more={
        "notes": [note("no-a", kind="restriction")],
        "endpoints": ENDPOINTS[::-1],
        "source": Source(title="Page two", location="Elsewhere"),
        "facets": FACETS[::-1],
        "aliases": ("latest",),
    },
)
SILENT = (
    "The {} page does not name it, which proves nothing: find out whether it "
    "is still in use before you close it."
)
UNNAMED = "unstated: no flow names AWS: its requirements are not documented."
PERHAPS = {
    "silent": (
        " The {} page does not name it, which proves nothing: it may be in "
        "use already."
    ),
    "unstated": (
        " The {} page does not say whether it applies: it may be in use "
        "already."
    ),
    "optional": " On the {} page, it is optional.",
}
ENDED = {
    "not-applicable": "By the {} page, it does not apply to this deployment",
    "replaced": "By the {} page, another flow replaces it",
    "unsupported": "By the {} page, it is not supported for this deployment",
}


class TestText:
    """The documents, whole."""

    def test_changes(self) -> None:
        """Each field on a line; lists, records and orders in words."""
        assert diff(OLD, NEW).to_text() == (
            "From old to new\n\n"
            "To open\n"
            "- added in flows: come (controller to server, ICMP echo "
            "request)\n\n"
            "To review\n"
            "- removed in flows: gone (controller to server, TCP 1 and TCP "
            "2)\n"
            "- changed in flows: same (server to server, TCP 10000 and TCP "
            "20000-20005)\n"
            "    ports (meaning): added 20000-20005\n"
            "    when (meaning): always -> only if cloud is aws\n"
            "    inferred (text): ports: A.; source: B. -> service: C.; "
            "requirement: D.\n"
            "    citation (citation): only, bullet 2, item 1 -> only, bullet "
            "1, item 1\n"
            "- changed in notes: no-a\n"
            "    kind (meaning): purpose -> restriction\n\n"
            "The edition itself\n"
            "- id (text): old -> new\n"
            "- title (text): Edition old -> Edition new\n"
            "- aliases (text): none -> latest\n"
            "- source (text): title: Page; location: Nowhere -> title: Page "
            "two; location: Elsewhere\n\n"
            "In another order: facets and endpoints\n"
        )

    def test_plan(self) -> None:
        """What to open, close, check and keep, then what is optional."""
        head = "From        To      Port  "
        assert diff(OLD, NEW, "aws").to_text() == (
            "Upgrade old -> new: open 2, close 0, keep 1, check 1\n\n"
            "Controller cluster on virtual machines, managing AWS\n\n"
            "Open before the upgrade\n"
            "From        To      Port             Service  Why\n"
            "----------  ------  ---------------  -------  "
            "-------------------\n"
            "SERVER      SERVER  TCP 20000-20005           "
            "Required on AWS [a]\n"
            "CONTROLLER  SERVER  ICMP echo        Ping     Required\n\n"
            "The old page does not name 1 of these. It may be open already."
            "\n\n"
            "Close after the upgrade\n\nNothing.\n\n"
            "Check\n"
            f"{head}    Service  Why\n"
            "----------  ------  --------  -------  ----------------\n"
            "CONTROLLER  SERVER  TCP 1, 2           Not named by new\n\n"
            "What new does not name may still be in use: find out before you "
            "close it.\n\n"
            "old documents nothing for AWS. This plan cannot tell what old "
            "needs there.\n\n"
            "Keep open\n"
            "From    To      Port       Service  Why\n"
            "------  ------  ---------  -------  -------------------\n"
            "SERVER  SERVER  TCP 10000           Required on AWS [a]\n\n"
            "Assumptions\n- [a] Assumed: D; C.\n\n"
            f"Source: vendor's port page. Edition old, SHA-256 {OLD.digest}; "
            f"edition new, SHA-256 {NEW.digest}. Management traffic only. "
            f"Data {DATA_VERSION}.\n"
        )


def _cited(number: int) -> dict[str, Any]:
    return {"section": "only", "place": "bullet", "number": number}


def _field(
    name: str, before: Any, after: Any, kind: str = "text", to: str = "none"
) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "action": to,
        "before": before,
        "after": after,
    }


def _record(
    record: str, what: str, action: str, collection: str = "flows", **more: Any
) -> dict[str, Any]:
    return {
        "collection": collection,
        "id": record,
        "what": what,
        "action": action,
        **more,
    }


class TestJson:
    """The data, whole."""

    def test_changes(self) -> None:
        """Records as an edition's file has them, fields by name."""
        ends = {"section": "only", "source": "controller"}
        assert json.loads(diff(OLD, NEW).to_json()) == {
            "old": "old",
            "new": "new",
            "fields": [
                _field("id", "old", "new"),
                _field("title", "Edition old", "Edition new"),
                _field("aliases", [], ["latest"]),
                _field(
                    "source",
                    {"title": "Page", "location": "Nowhere"},
                    {"title": "Page two", "location": "Elsewhere"},
                ),
            ],
            "records": [
                _record(
                    "come",
                    "added",
                    "open",
                    before=None,
                    after={
                        "id": "come",
                        **ends,
                        "destination": "server",
                        "protocols": ["icmp"],
                        "icmp_types": [8],
                        "requirement": "when-used",
                        "citation": _cited(2),
                    },
                ),
                _record(
                    "gone",
                    "removed",
                    "review",
                    before={
                        "id": "gone",
                        **ends,
                        "destination": "server",
                        "protocols": ["tcp"],
                        "ports": [1, 2],
                        "requirement": "required",
                        "citation": _cited(1),
                    },
                    after=None,
                ),
                _record(
                    "same",
                    "changed",
                    "review",
                    fields=[
                        _field(
                            "ports",
                            [10000],
                            [10000, {"low": 20000, "high": 20005}],
                            "meaning",
                            "open",
                        ),
                        _field(
                            "when",
                            {"all": []},
                            {"facet": "cloud", "values": ["aws"]},
                            "meaning",
                            "review",
                        ),
                        _field(
                            "inferred",
                            [
                                {"field": "ports", "reason": "A."},
                                {"field": "source", "reason": "B."},
                            ],
                            [
                                {"field": "service", "reason": "C."},
                                {"field": "requirement", "reason": "D."},
                            ],
                        ),
                        _field("citation", _cited(2), _cited(1), "citation"),
                    ],
                ),
                _record(
                    "no-a",
                    "changed",
                    "review",
                    "notes",
                    fields=[
                        _field(
                            "kind",
                            "purpose",
                            "restriction",
                            "meaning",
                            "review",
                        )
                    ],
                ),
            ],
            "orders": [
                {"collection": name, "before": before, "after": after}
                for name, before, after in (
                    (
                        "facets",
                        ["cloud", "controller", "feature", "service"],
                        ["service", "feature", "controller", "cloud"],
                    ),
                    (
                        "endpoints",
                        ["controller", "service-engine", "server"],
                        ["server", "service-engine", "controller"],
                    ),
                    ("flows", ["gone", "same"], ["same", "come"]),
                )
            ],
        }

    def test_plan(self) -> None:
        """Each step flat, with its protocol by name and number."""
        keys = ("flow", "protocol", "protocol_number", "port_low", "port_high")
        ends = {"destination": "server", "icmp_types": []}
        same = {**ends, "source": "server", "before": "needed"}
        same |= {"after": "needed", "reason": "Required on AWS."}
        gone = {**ends, "source": "controller", "before": "needed"}
        gone |= {"after": "silent", "reason": SILENT.format("new")}
        come = {**ends, "source": "controller", "icmp_types": [8]}
        come |= {"before": "silent", "after": "needed"}
        come["reason"] = f"Required.{PERHAPS['silent'].format('old')}"

        def step(rest: Any, *values: Any) -> dict[str, Any]:
            return {**dict(zip(keys, values, strict=True)), **rest}

        assert json.loads(diff(OLD, NEW, "aws").to_json()) == {
            "old": "old",
            "new": "new",
            "open": [
                step(same, "same", "tcp", 6, 20000, 20005),
                step(come, "come", "icmp", 1, None, None),
            ],
            "keep": [step(same, "same", "tcp", 6, 10000, 10000)],
            "close": [],
            "review": [
                step(gone, "gone", "tcp", 6, 1, 1),
                step(gone, "gone", "tcp", 6, 2, 2),
            ],
            "not_documented": {
                "old": [UNNAMED],
                "new": [],
            },
        }


_Number = tuple[str, str, int, int]
DEPLOYMENTS = st.builds(
    Deployment,
    clouds=st.sampled_from([{"aws"}, {"gcp"}, {"aws", "gcp"}]),
    controller=st.sampled_from(["container", "virtual-machine"]),
    features=st.sampled_from([set(), {"cli-shell"}]),
    nodes=st.sampled_from(["cluster", "single-node"]),
)


def _numbers(one: Flow) -> set[_Number]:
    """Return each port and each type of message that a flow is over."""
    found = set()
    for protocol in one.protocols:
        numbers = {port for ports in one.ports for port in ports}
        if not protocol.has_ports:
            numbers = {*(one.icmp_types or range(256))}
        found |= {
            (one.source, one.destination, protocol.number, number)
            for number in numbers
        }
    return found


def _over(answer: Resolution, *statuses: str) -> set[_Number]:
    found: set[_Number] = set()
    for decision in answer:
        if decision.status in statuses:
            found |= _numbers(decision.flow)
    return found


def _status(answer: Resolution, name: str) -> str:
    known = answer.edition.flows.ids()
    return answer.status_of(name) if name in known else "silent"


def _ending(after: Resolution, gone: Flow) -> tuple[str, str]:
    """Return what becomes of what is not needed any more, and why."""
    page = after.edition.id
    for exclusion in after.edition.exclusions:
        if [exclusion.source, exclusion.destination] == [
            gone.source,
            gone.destination,
        ]:
            return "close", f"The {page} page states: {exclusion.text}"
    for conflict in after.conflicts:
        if gone.id == conflict.flow or gone.id in conflict.replaces:
            return "review", f"Unresolved on the {page} page: {conflict.text}"
    status = _status(after, gone.id)
    if status == "silent":
        return "review", SILENT.format(page)
    if status == "needed":
        same = "page has the same flow without these ports."
        return "close", f"The {page} {same}"
    why = after[gone.id].reason
    if status in {"optional", "unstated"}:
        return "review", why
    return "close", f"{ENDED[status].format(page)}. {why}"


def _asked(
    before: Resolution, after: Resolution
) -> Iterator[tuple[Flow, str]]:
    """Yield what a person has to find out, and what about it."""
    for decision in after:
        if decision.status in {"unstated", "direction-unclear"}:
            yield decision.flow, decision.reason
    known = {"needed", "optional", "declined", "direction-unclear"}
    for decision in before:
        there = _status(after, decision.flow.id) in known
        if decision.status == "direction-unclear" and not there:
            yield decision.flow, decision.reason


def _plan(
    before: Resolution, after: Resolution
) -> Iterator[tuple[str, _Number, str, str, str, str]]:
    """Yield what a plan says about each number."""
    order = ["16.2", "17.1", "vantage-undated"]
    ids = [answer.edition.id for answer in (before, after)]
    is_down = {*ids} <= {*order} and ids != sorted(ids, key=order.index)

    def told(action: str, one: Flow, number: _Number, why: str) -> Any:
        statuses = (_status(before, one.id), _status(after, one.id))
        if is_down and action == "close":
            # Nothing is closed on an older page's word.
            action = "review"
        return (action, number, one.id, *statuses, why)

    had = _over(before, "needed")
    for one in after.having("needed"):
        why = after[one].reason
        more = PERHAPS.get(_status(before, one.id), "")
        opening = why + more.format(before.edition.id)
        for number in _numbers(one):
            there = number in had
            action, text = ("none", why) if there else ("open", opening)
            yield told(action, one, number, text)
    for one, why in _asked(before, after):
        for number in _numbers(one):
            yield told("review", one, number, why)
    left = _over(after, "needed", "unstated", "direction-unclear")
    # Whoever has the rule in the other direction may have the right one.
    unclear = _over(after, "direction-unclear")
    left |= {(two, one, *rest) for one, two, *rest in unclear}
    for one in before.flows:
        for number in _numbers(one) - left:
            action, why = _ending(after, one)
            if number in _over(after, "optional"):
                action = "review"
                why = f"On the {after.edition.id} page, it is optional."
            yield told(action, one, number, why)


def _agree(old: Edition, new: Edition, where: Deployment) -> None:
    plan = diff(old, new, where)
    assert {
        (
            step.action,
            (
                step.source,
                step.destination,
                step.pair.protocol.number,
                number,
            ),
            step.flow,
            step.before,
            step.after,
            step.reason,
        )
        for step in plan.steps
        for number in step.pair.ports or step.icmp_types or range(256)
    } == {*_plan(plan.old, plan.new)}


class TestPlan:
    """The plan, worked out number by number."""

    @examples(4)
    @given(editions(), editions("two"), DEPLOYMENTS)
    def test_invented(
        self, old: Edition, new: Edition, where: Deployment
    ) -> None:
        """Each number has its action, both decisions, and the reason."""
        _agree(old, new, where)

    @pytest.mark.parametrize("old", ["16.2", "17.1", "vantage-undated"])
    @pytest.mark.parametrize("new", ["16.2", "17.1", "vantage-undated"])
    def test_real(self, old: str, new: str) -> None:
        """So it is for every preset, and where there is a conflict."""
        for name in presets():
            for controller in ("container", "virtual-machine"):
                where = preset(name, controller=controller)
                _agree(load(old), load(new), where)

    @pytest.mark.parametrize("status", ["replaced", "unsupported"])
    def test_ended(self, status: str) -> None:
        """A flow that is replaced, or ruled out beside one that is needed."""
        docker = Match(facet="controller", values=("container",))
        where = preset("aws", controller="container")
        other: dict[str, Any] = {"ports": (PortRange.of(2),)}
        first: dict[str, Any] = {}
        notes = []
        if status == "replaced":
            other["replaces"] = ("first",)
        else:
            first = {
                "when": Unless(part=docker),
                "replaces": ("other",),
            }
            notes = [note("out", kind="restriction", qualifies=("first",))]
        old = edition(flow("first"), name="old")
        new = edition(
            flow("first", **first),
            flow("other", 2, **other),
            name="new",
            more={"notes": notes},
        )
        _agree(old, new, where)
        (step,) = diff(old, new, where).to_close
        assert step.after == status
        end = {
            "replaced": "Replaced by TCP 2.",
            "unsupported": "Not supported: the Controller is a container. "
            "Text.",
        }
        assert step.reason == f"{ENDED[status].format('new')}. {end[status]}"


class TestOneEdition:
    """A deployment that only one of two editions knows."""

    @pytest.fixture
    def own(self) -> Edition:
        """Return an edition with a cloud that no other has."""
        cloud = FACETS[0]
        ibm = FacetValue(id="ibm", name="IBM Cloud")
        values = (*cloud.values, ibm)
        facets = (attrs.evolve(cloud, values=values), *FACETS[1:])
        return edition(name="own", more={"facets": facets})

    def test_the_other_is_named(self, own: Edition) -> None:
        """Whichever of them it is."""
        known = ", ".join(value.id for value in FACETS[0].values)
        where = Deployment(clouds={"ibm"})
        for pair in ((OLD, own), (own, OLD)):
            with pytest.raises(UnknownNameError) as unknown:
                diff(*pair, "ibm")
            assert str(unknown.value) == (
                f"unknown preset of edition old 'ibm'; known: {known}"
            )
            with pytest.raises(InvalidDataError) as wrong:
                diff(*pair, where)
            assert str(wrong.value) == (
                "Deployment for edition old: clouds: expected one of "
                f"{known}, got 'ibm'"
            )

    def test_neither_is_to_blame_for_a_slip(self, own: Edition) -> None:
        """What no edition knows is told as a lone edition tells it."""
        for pair in ((OLD, own), (own, OLD)):
            with pytest.raises(UnknownNameError) as unknown:
                diff(*pair, "azur")
            assert unknown.value.kind == "preset"
            with pytest.raises(InvalidDataError) as wrong:
                diff(*pair, Deployment(clouds={"azur"}))
            assert wrong.value.subject == "Deployment"


class TestErrors:
    """What is wrong, word for word."""

    def test_other_edition(self) -> None:
        """What does not fit is told record by record."""
        other = edition(flow("gone"), flow("else", 2, source="server"))
        turned = attrs.evolve(other, endpoints=ENDPOINTS[::-1])
        with pytest.raises(InvalidDataError) as caught:
            diff(OLD, NEW).apply(turned)
        rules = {fault.rule for fault in caught.value.faults}
        assert rules == {"changes/other-edition"}
        record = "expected the record as old has it, got another"
        assert str(caught.value) == (
            "changes from old: 7 faults\n"
            "  id: expected the id of old, got another one\n"
            "  title: expected the title of old, got another one\n"
            "  endpoints: expected the endpoints of old, in order, got "
            "others\n"
            "  flows: expected the flows of old, in order, got others\n"
            f"  flows (gone): {record}\n"
            f"  flows (same): {record}\n"
            f"  notes (no-a): {record}"
        )

    def test_an_id_that_was_a_name(self) -> None:
        """A record whose new id was its name is another one, and no misfit."""
        kinds: Any = {"name": "Jump", "kind": "client"}
        before = Endpoint(id="host", aliases=("jump-host",), **kinds)
        after = Endpoint(id="jump-host", **kinds)
        old, new = (
            edition(more={"endpoints": [*ENDPOINTS, one]})
            for one in (before, after)
        )
        changes = diff(old, new)
        assert [(c.id, c.before, c.after) for c in changes] == [
            ("host", before, None),
            ("jump-host", None, after),
        ]
        assert changes.apply(old) == new
        assert changes.inverse().apply(new) == old

    def test_names(self) -> None:
        """A collection or an action that there is none of."""
        with pytest.raises(InvalidQueryError) as wrong:
            diff(OLD, 17.1)  # type: ignore[call-overload]
        assert str(wrong.value) == (
            "new: expected an edition, or the id or the file of one, got 17.1"
        )
        changes = diff(OLD, NEW)
        with pytest.raises(UnknownNameError) as caught:
            changes.of("flow")
        assert str(caught.value) == (
            "unknown collection 'flow'; did you mean 'flows'? Known: facets, "
            "sections, endpoints, flows, exclusions, pointers, notes, "
            "interfaces"
        )
        with pytest.raises(UnknownNameError) as caught:
            changes.calling_for("opn")  # type: ignore[arg-type]
        assert str(caught.value) == (
            "unknown action 'opn'; did you mean 'open'? Known: open, "
            "optional, review, none"
        )

    def test_an_order_alone_is_a_change(self) -> None:
        """Without a record or a field that differs, changes are true."""
        assert diff(OLD, attrs.evolve(OLD, endpoints=ENDPOINTS[::-1]))
        assert diff(OLD, attrs.evolve(OLD, title="Other"))


class TestConditions:
    """How many words two conditions may have to be compared."""

    @pytest.mark.parametrize(("count", "action"), [(13, "open"), (14, "open")])
    def test_as_many_as_are_tabulated(self, count: int, action: str) -> None:
        """Up to fourteen; a fifteenth is for a person to look at."""
        words = tuple(f"cloud-{number}" for number in range(count))
        many = Match(facet="cloud", values=words)
        few = Match(facet="cloud", values=words[1:])
        assert condition_action(few, many) == action
        more = Match(facet="cloud", values=(*words, "a", "b"))
        assert condition_action(few, more) == "review"

    @pytest.mark.parametrize(
        ("before", "after", "action"),
        [
            # Each of these needs values of two facets at once.
            ("cloud", "controller", "review"),
            ("cloud", "feature", "review"),
            ("feature", "service", "review"),
        ],
    )
    def test_facets_are_apart(
        self, before: Any, after: Any, action: str
    ) -> None:
        """One condition and another, of whatever facets, are mixed."""
        one = Match(facet=before, values=("x",))
        other = Match(facet=after, values=("y",))
        both: Condition = AllOf(parts=(one, other))
        assert condition_action(one, other) == action
        assert condition_action(one, both) == "close"
        assert condition_action(AnyOf(parts=(one, other)), one) == "close"
        never = AllOf(parts=(one, Unless(part=one)))
        assert condition_action(never, both) == "open"

    def test_ways_to_run_exclude_one_another(self) -> None:
        """Two of them never hold at once, whatever else is asked about."""
        ways = [
            Match(facet="controller", values=(word,)) for word in ("a", "b")
        ]
        cloud = Match(facet="cloud", values=("aws",))
        never = AllOf(parts=(cloud, Unless(part=cloud)))
        assert condition_action(AllOf(parts=(*ways, cloud)), never) == "none"
