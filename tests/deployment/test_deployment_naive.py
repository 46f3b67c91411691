"""Answers, worked out a second time and plainly: no bits, no slots, no cache.

The rules are written once more from their description, over one small edition
that combines every kind of condition with every kind of flow, every edition
that lacks a facet, and every deployment that these can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import attrs
from deployment_space import subsets
from small_edition import (
    ALL_FACETS,
    AWS,
    DOCKER,
    SILENT,
    make_edition,
    make_flow,
)

from avi_portspec import (
    ALWAYS,
    AllOf,
    Answer,
    AnyOf,
    Citation,
    Condition,
    Deployment,
    Edition,
    Flow,
    Match,
    Note,
    Reason,
    Unless,
)
from avi_portspec.model.facets import FACETS as FIELDS

OPENSTACK = Match(facet="cloud", values=("openstack",), unstated=("gcp",))
CLI = Match(facet="feature", values=("cli-shell",))
DNS = Match(facet="service", values=("dns",))
CONDITIONS: tuple[Condition, ...] = (
    ALWAYS,
    AWS,
    SILENT,
    DOCKER,
    CLI,
    DNS,
    AnyOf(parts=(AWS, CLI)),
    AllOf(parts=(SILENT, Unless(part=DOCKER))),
    AllOf(parts=(AWS, DNS, Unless(part=CLI))),
    # Alone, neither cloud is unstated; together they are.
    AllOf(parts=(AWS, OPENSTACK)),
    # Without the exception it would apply where that is unstated.
    AllOf(parts=(DOCKER, Unless(part=SILENT))),
)
REQUIREMENTS = ("required", "optional", "some-or-all", "when-used")
#: Notes that qualify every other flow; one kind alone restricts.
KINDS = ("restriction", "purpose", "restriction")


def _letters(number: int) -> str:
    """Return a number in letters: an id names no port."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:02}")


def _edition(flows: list[Flow], facets: tuple[str, ...]) -> Edition:
    """Return an edition with notes, whose conditions ask about some facets."""
    kept = [
        flow
        for flow in flows
        if {match.facet for match in flow.when.matches()} <= {*facets}
    ]
    ids = {flow.id for flow in kept}
    notes = [
        Note(
            id=f"note-{number}",
            kind=kind,
            text=f"Note {number}.",
            qualifies=[flow.id for flow in kept[number % 2 :: 2]],
            citation=Citation(section="only", place="note", number=number),
        )
        for number, kind in enumerate(KINDS, start=1)
    ]
    placed = [
        attrs.evolve(
            flow,
            citation=attrs.evolve(flow.citation, number=number),
            replaces=[other for other in flow.replaces if other in ids],
        )
        for number, flow in enumerate(kept, start=1)
    ]
    asked = [facet for facet in ALL_FACETS if facet.id in facets]
    return make_edition(placed, notes, asked)


def _flows() -> list[Flow]:
    """Return a flow of each condition and requirement, on either ends.

    Some replace the one or the two before them that have the same ends.
    """
    found: list[Flow] = []
    sorts = product(CONDITIONS, REQUIREMENTS)
    for number, (when, requirement) in enumerate(sorts, start=1):
        ends = {
            "source": "controller" if number % 4 else "server",
            "destination": "controller" if number % 4 == 1 else "server",
        }
        alike = [
            flow.id
            for flow in found
            if [flow.source, flow.destination] == [*ends.values()]
        ]
        count = 2 * (number % 5 == 0) or (number % 3 == 0)
        mark = Reason(field="ports", reason=f"Reason {number}.")
        found.append(
            make_flow(
                f"flow-{_letters(number)}",
                number,
                when=when,
                requirement=requirement,
                replaces=alike[len(alike) - count :],
                inferred=[mark] if number % 2 else [],
                readings=[] if number % 2 else [mark],
                **ends,
            )
        )
    return found


FACETS = ("cloud", "controller", "feature", "service")
EDITIONS = [
    _edition(_flows(), facets)
    for facets in (FACETS, *combinations(FACETS, 3), ("cloud",), ())
]


def _deployments(edition: Edition) -> Iterator[Deployment]:
    """Yield all that an edition can be asked about and tell apart."""
    ids = {facet.id for facet in edition.facets}
    for clouds, features, services, controller, nodes in product(
        [found for found in subsets("aws", "gcp", "azure") if found]
        if "cloud" in ids
        else [()],
        subsets("cli-shell") if "feature" in ids else [()],
        subsets("dns", "ldap") if "service" in ids else [()],
        ("container", "virtual-machine"),
        ("cluster", "single-node"),
    ):
        yield Deployment(
            clouds=clouds,
            features=features,
            services=services,
            controller=controller,
            nodes=nodes,
        )


def _asked(step: int = 1) -> Iterator[tuple[Edition, Deployment]]:
    """Yield what is asked, of editions that have prepared nothing yet.

    All of the edition that has every facet, and some of the others.

    Args:
        step: How many of these to pass over, and one.
    """
    steps = (1, 3, 3, 3, 3, 1, 1)
    for edition, more in zip(EDITIONS, steps, strict=True):
        fresh = attrs.evolve(edition)
        for where in [*_deployments(edition)][:: more * step]:
            yield fresh, where


def _restrictions(edition: Edition, flow: Flow) -> list[Note]:
    return [
        note
        for note in edition.notes
        if note.kind == "restriction" and flow.id in note.qualifies
    ]


def _own_status(edition: Edition, where: Deployment, flow: Flow) -> str:
    """Return the decision on a flow, whatever replaces it."""
    answer = flow.when.evaluate(where)
    bare = attrs.evolve(where, features=(), services=())
    if answer is Answer.UNSTATED:
        return "unstated"
    if answer is Answer.YES:
        by_itself = flow.when.evaluate(bare) is not Answer.NO
        chosen = flow.requirement == "optional" and by_itself
        return "optional" if chosen else "needed"
    relaxed = flow.when.relax().evaluate(where) is Answer.YES
    if relaxed and _restrictions(edition, flow):
        return "unsupported"
    return "not-applicable"


def _status(edition: Edition, where: Deployment, flow: Flow) -> str:
    """Return the decision on a flow."""
    ends = (flow.source, flow.destination)
    if ends == ("controller", "controller") and where.nodes == "single-node":
        return "not-applicable"
    for other in edition.flows:
        if flow.id in other.replaces and _own_status(
            edition, where, other
        ) in {"needed", "optional"}:
            return "replaced"
    return _own_status(edition, where, flow)


class TestDecisions:
    """Every decision of every answer, by hand."""

    def test_statuses(self) -> None:
        """The rules give the same decision, in published order."""
        seen = set()
        for edition, where in _asked():
            answer = edition.resolve(where)
            statuses = [
                _status(edition, where, flow) for flow in edition.flows
            ]
            seen.update(statuses)
            assert [answer.status_of(flow) for flow in edition.flows] == (
                statuses
            )
        assert len(seen) == 6

    def test_collections(self) -> None:
        """Each decision has its flows, and silence goes along."""
        for edition, where in _asked(7):
            answer = edition.resolve(where)
            status = {
                flow.id: _status(edition, where, flow)
                for flow in edition.flows
            }
            for one, other in product(set(status.values()), repeat=2):
                found = answer.having(one, other)  # type: ignore[arg-type]
                assert list(found.ids()) == [
                    name
                    for name, decided in status.items()
                    if decided in {one, other}
                ]
                assert {flow.id for flow in found.unstated} == {
                    name
                    for name, decided in status.items()
                    if decided == "unstated" and "unstated" not in {one, other}
                } or "unstated" in {one, other}

    def test_records(self) -> None:
        """A decision has what it rests on: facts, notes and citations."""
        for edition, where in _asked(5):
            for decision in edition.resolve(where):
                flow, status = decision.flow, decision.status
                replaced_by = [
                    other
                    for other in edition.flows
                    if status == "replaced"
                    and flow.id in other.replaces
                    and other.when.evaluate(where) is Answer.YES
                ]
                notes = [n for n in edition.notes if flow.id in n.qualifies]
                if status == "unsupported":
                    notes = _restrictions(edition, flow)
                assert decision.facts == tuple(
                    (facet, where.values_of(facet))
                    for facet in dict.fromkeys(
                        match.facet for match in flow.when.matches()
                    )
                )
                assert decision.replaced_by == tuple(
                    other.id for other in replaced_by
                )
                assert decision.notes == tuple(notes)
                assert decision.citations == tuple(
                    record.citation for record in (flow, *replaced_by, *notes)
                )
                assert decision.inferred == flow.inferred
                assert decision.readings == flow.readings


class TestOpenQuestions:
    """What is left unsettled, by hand."""

    @staticmethod
    def _gaps(
        edition: Edition, where: Deployment
    ) -> Iterator[tuple[str, str, list[str]]]:
        names = dict(FIELDS)
        for facet in edition.facets:
            for value in facet.values:
                if value.id not in where.values_of(facet.id):
                    continue
                only: Any = {names[facet.id]: value.id}
                if facet.many:
                    only = {names[facet.id]: [value.id]}
                alone = attrs.evolve(where, **only)
                silent = [
                    flow
                    for flow in edition.flows
                    if Answer.UNSTATED
                    in {flow.when.evaluate(w) for w in (alone, where)}
                    and any(
                        match.facet == facet.id and value.id in match.unstated
                        for match in flow.when.matches()
                    )
                ]
                named = {
                    (match.facet, word)
                    for flow in edition.flows
                    for match in flow.when.matches()
                    for word in (*match.values, *match.unstated)
                }
                left = [
                    flow.id
                    for flow in silent
                    if _status(edition, where, flow) != "not-applicable"
                ]
                unknown = facet.many and (facet.id, value.id) not in named
                if left or (unknown and not silent):
                    yield facet.id, value.id, left

    def test_gaps(self) -> None:
        """A value on which the vendor is silent, or that nothing names."""
        seen = set()
        for edition, where in _asked():
            gaps = edition.resolve(where).gaps
            assert [(g.facet, g.value, [*g.flows]) for g in gaps] == [
                *self._gaps(edition, where)
            ]
            for gap in gaps:
                seen.add((gap.facet, gap.value, bool(gap.flows)))
                assert gap.citations == tuple(
                    edition.flows[name].citation for name in gap.flows
                )
        assert seen == {
            ("cloud", "gcp", True),
            ("cloud", "azure", False),
            ("service", "ldap", False),
        }

    def test_no_silence_without_a_gap(self) -> None:
        """A strict question fails wherever a flow is unstated."""
        for edition, where in _asked():
            answer = edition.resolve(where)
            named = {name for gap in answer.gaps for name in gap.flows}
            assert {*answer.having("unstated").ids()} <= named

    def test_conflicts(self) -> None:
        """What a note rules out, and nothing that it replaces applies."""
        seen = set()
        for edition, where in _asked():
            found = []
            for flow in edition.flows:
                if _status(edition, where, flow) == "unsupported" and not any(
                    _status(edition, where, edition.flows[name])
                    in {"needed", "optional"}
                    for name in flow.replaces
                ):
                    notes = _restrictions(edition, flow)
                    found.append(
                        (
                            flow.id,
                            flow.replaces,
                            tuple(note.id for note in notes),
                            tuple(note.citation for note in notes),
                        )
                    )
            conflicts = edition.resolve(where).conflicts
            assert found == [
                (c.flow, c.replaces, c.notes, c.citations) for c in conflicts
            ]
            seen.update(bool(conflict.replaces) for conflict in conflicts)
        assert seen == {False, True}
