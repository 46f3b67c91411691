"""Editions hold together, or do not exist: one rule, one broken edition."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from example_data import example
from hypothesis import given

from avi_portspec import (
    Citation,
    Edition,
    Exclusion,
    Extent,
    InvalidDataError,
    Match,
    Note,
    PortRange,
    Source,
    UnknownNameError,
    dumps,
    loads,
    strategies,
)
from avi_portspec.model.plain import canonical


def broken(edition: Edition, **fields: Any) -> list[str]:
    """Return what an edition with such fields is refused for."""
    with pytest.raises(InvalidDataError) as caught:
        attrs.evolve(edition, **fields)
    return [str(fault) for fault in caught.value.faults]


def changed(records: Any, position: int, **fields: Any) -> list[Any]:
    """Return records, one of them with other fields."""
    made = list(records)
    made[position] = attrs.evolve(made[position], **fields)
    return made


class TestTypes:
    """An edition's fields."""

    @pytest.mark.parametrize("wrong", [None, 7, "text", [1], b"x"])
    def test_collections_are_of_records(
        self, edition: Edition, wrong: object
    ) -> None:
        """Anything else is refused, and said to be refused."""
        for field in ("flows", "notes"):
            (fault,) = broken(edition, **{field: wrong})
            assert fault.startswith(f"{field}: expected a list")

    def test_iterators_will_do(self, edition: Edition) -> None:
        """Any iterable of records is taken."""
        made = attrs.evolve(
            edition, notes=iter(edition.notes), flows=iter(edition.flows)
        )
        assert made == edition

    def test_an_id_may_be_a_release(self, edition: Edition) -> None:
        """With dots, or in words; not with blanks."""
        assert attrs.evolve(edition, id="30.2.1").id == "30.2.1"
        (fault,) = broken(edition, id="30 2")
        assert "did you mean '30-2'" in fault


class TestReferences:
    """Every id that is mentioned is one that there is."""

    @pytest.mark.parametrize(
        ("field", "position", "change", "path", "near"),
        [
            ("sections", 3, {"parent": "gpc"}, "sections[3].parent", "gcp"),
            ("flows", 0, {"source": "controler"}, ".source", "controller"),
            ("flows", 0, {"destination": "aw"}, ".destination", "aws"),
            ("flows", 0, {"replaces": ("x-y-z",)}, ".replaces[0]", None),
            ("pointers", 0, {"targets": ("aw",)}, ".targets[0]", "aws"),
            ("notes", 0, {"sections": ("aw",)}, ".sections[0]", "aws"),
            (
                "notes",
                9,
                {"qualifies": ("controller-to-servise-engine",)},
                ".qualifies[0]",
                "controller-to-service-engine",
            ),
            (
                "notes",
                0,
                {"citation": Citation(section="aw", place="row", number=1)},  # type: ignore[arg-type]
                ".citation.section",
                "aws",
            ),
        ],
    )
    def test_a_dangling_one_is_a_fault(  # noqa: PLR0917 - one case a row
        self,
        edition: Edition,
        field: str,
        position: int,
        change: dict[str, Any],
        path: str,
        near: str | None,
    ) -> None:
        """At its path, with the record's id and the nearest known name."""
        records = changed(getattr(edition, field), position, **change)
        faults = broken(edition, **{field: records})
        (fault,) = [text for text in faults if f"{path} (" in text]
        assert f"({records[position].id})" in fault
        if near:
            assert f"did you mean {near!r}?" in fault

    def test_conditions_ask_about_what_is_declared(
        self, edition: Edition
    ) -> None:
        """Facets and values alike."""
        when = Match(facet="cloud", values=("awz",))
        faults = broken(edition, flows=changed(edition.flows, 0, when=when))
        assert any("did you mean 'aws'?" in fault for fault in faults)
        faults = broken(edition, facets=edition.facets[:2])
        assert any(".facet (" in f and "'feature'" in f for f in faults)

    def test_groups_are_not_excluded(self, edition: Edition) -> None:
        """Nor is an exclusion about everyone."""
        wrong = changed(edition.exclusions, 0, destination="external-entities")
        assert any(
            "the group 'external-entities'" in fault
            for fault in broken(edition, exclusions=wrong)
        )

    def test_groups_are_no_side_of_a_flow(self, edition: Edition) -> None:
        """A rule to "external entities" would be a rule to everyone."""
        flows = changed(edition.flows, 0, destination="external-entities")
        assert any(
            "the group 'external-entities'" in fault
            for fault in broken(edition, flows=flows)
        )

    def test_only_a_flow_between_the_same_two_is_replaced(
        self, edition: Edition
    ) -> None:
        """Nothing else can stand in for it."""
        at = edition.flows.ids().index("service-engine-to-controller-ntp")
        flows = changed(
            edition.flows, at, replaces=("controller-to-controller-ssh",)
        )
        assert any(
            "between the same two endpoints" in fault
            for fault in broken(edition, flows=flows)
        )


class TestNames:
    """Names are unique where one has to do."""

    def test_ids_are(self, edition: Edition) -> None:
        """Across flows, exclusions, pointers and notes together."""
        flow = edition.flows[0].id
        faults = broken(edition, notes=changed(edition.notes, 0, id=flow))
        assert any(f"{flow!r}, as flows[0] has" in text for text in faults)

    def test_aliases_are(self, edition: Edition) -> None:
        """Capitals do not make a difference."""
        faults = broken(
            edition,
            endpoints=changed(edition.endpoints, 1, aliases=("CONTROLLER",)),
        )
        assert faults == [
            (
                "endpoints[1] (service-engine): expected names that no other "
                "record has, got 'CONTROLLER', as endpoints[0] has"
            )
        ]

    def test_values_of_a_facet_are(self, edition: Edition) -> None:
        """Two clouds of one name could not be told apart."""
        facet = edition.facets["cloud"]
        twice = attrs.evolve(
            facet,
            values=(*facet.values, attrs.evolve(facet.values[1], id="x")),
        )
        faults = broken(
            edition, facets=changed(edition.facets, 0, values=twice.values)
        )
        assert any("no other value of the facet" in text for text in faults)
        same = changed(
            edition.facets,
            0,
            values=(*facet.values, attrs.evolve(facet.values[0], name="y")),
        )
        assert any(
            "no other value of the facet" in text
            for text in broken(edition, facets=same)
        )


class TestThePage:
    """Records stand where the page has them."""

    def test_they_are_in_page_order(self, edition: Edition) -> None:
        """Published order is what answers keep."""
        flows = list(edition.flows)
        flows[0], flows[1] = flows[1], flows[0]
        faults = broken(edition, flows=flows)
        assert any(
            "in the order of the vendor's page" in text for text in faults
        )

    def test_each_place_is_cited(self, edition: Edition) -> None:
        """A row that nothing cites was forgotten."""
        faults = broken(edition, pointers=())
        assert any("none that cites management, row 2" in t for t in faults)
        faults = broken(edition, overview=Extent(lead_ins=(9,), bullets=(1,)))
        assert any("none that cites overview" in text for text in faults)

    def test_each_citation_is_a_place(self, edition: Edition) -> None:
        """A citation of a tenth row of six is a slip."""
        place = Citation(section="azure", place="bullet", number=9)  # type: ignore[arg-type]
        at = edition.flows.ids().index("controller-to-azure")
        faults = broken(
            edition, flows=changed(edition.flows, at, citation=place)
        )
        assert any("that the section's extent holds" in t for t in faults)

    @pytest.mark.parametrize("field", ["flows", "exclusions", "pointers"])
    def test_records_are_cited_in_their_own_section(
        self, edition: Edition, field: str
    ) -> None:
        """A citation elsewhere would be a citation of something else."""
        moved = changed(getattr(edition, field), 0, section="aws")
        faults = broken(edition, **{field: moved})
        assert any("the record's own section, 'aws'" in t for t in faults)

    def test_subsections_stand_in_their_parents(
        self, edition: Edition
    ) -> None:
        """Not after another section has begun."""
        at = edition.sections.ids().index("mesos-nodes")
        moved = changed(edition.sections, at, parent="cloud-orchestrators")
        faults = broken(edition, sections=moved)
        assert any("directly stands in" in text for text in faults)


class TestFacts:
    """Records do not contradict one another."""

    def test_no_flow_repeats_another(self, edition: Edition) -> None:
        """Section, source, destination, protocol and port are identity."""
        flows = changed(edition.flows, 1, ports=(PortRange.of(22),))
        faults = broken(edition, flows=flows)
        assert any("those of flows[0], TCP 22" in text for text in faults)

    def test_two_sections_may_state_the_same_traffic(self) -> None:
        """The section is part of what a flow is; two ids are kept apart."""
        data = example()
        portal = data["flows"][1] | {"id": "engine-portal-again"}
        portal |= {"section": "second"}
        portal["citation"] = {"section": "second", "place": "row", "number": 1}
        data["flows"].append(portal)
        data["sections"][1]["extent"] = {"rows": [1], "notes": [1]}
        made = loads(json.dumps(data))
        assert [flow.section for flow in made.flows.select(port=443)] == [
            "first",
            "second",
        ]
        portal |= {"section": "first"}
        portal["citation"] = {"section": "first", "place": "row", "number": 3}
        del data["exclusions"]
        data["sections"][1]["extent"] = {"notes": [1]}
        with pytest.raises(InvalidDataError) as caught:
            loads(json.dumps(data))
        assert [fault.rule for fault in caught.value.faults] == [
            "flow/same-traffic"
        ]

    def test_no_flow_is_excluded(self, edition: Edition) -> None:
        """What is not needed cannot be needed."""
        first = edition.exclusions[0]
        assert isinstance(first, Exclusion)
        wrong = changed(edition.exclusions, 0, destination="controller")
        faults = broken(edition, exclusions=wrong)
        assert any("does not exclude" in text for text in faults)

    def test_derived_fields_cannot_be_made_up(self, edition: Edition) -> None:
        """What flows say of notes is worked out from the notes."""
        flows = changed(edition.flows, 0, notes=("login-banner",))
        (fault,) = broken(edition, flows=flows)
        assert fault.startswith("flows[0].notes (controller-to-controller-ssh")
        assert "expected nothing, or" in fault
        sections = changed(edition.sections, 0, order=7)
        with pytest.raises(InvalidDataError) as caught:
            attrs.evolve(edition, sections=sections)
        (wrong,) = caught.value.faults
        assert wrong.rule == "edition/derived-field"
        assert wrong.path == "sections[0].order"
        assert wrong.expected == "nothing, or 1"


class TestQuestions:
    """What an edition answers."""

    def test_sections_nest(self, edition: Edition) -> None:
        """Four at the top, as the overview lists them."""
        assert [s.id for s in edition.subsections()] == [
            "management",
            "network-services",
            "cloud-orchestrators",
            "container-nodes",
        ]
        inner = edition.subsections("Ports Used by Container Cluster Nodes")
        assert len(inner) == 3
        assert edition.subsections("aws") == ()

    def test_a_section_states_records_in_page_order(
        self, edition: Edition
    ) -> None:
        """Flows, the exclusion and the pointer, as the table has them."""
        stated = edition.stated_in("management")
        assert len(stated) == 20
        kinds = [type(record).__name__ for record in stated[4:6]]
        assert kinds == ["Pointer", "Exclusion"]

    def test_notes_are_found_by_what_they_qualify(
        self, edition: Edition
    ) -> None:
        """A flow, an exclusion or a pointer."""
        (note,) = edition.notes_on("controller-to-service-engine")
        assert isinstance(note, Note)
        assert edition.notes_on("controller-to-external-entities") == ()
        with pytest.raises(UnknownNameError) as caught:
            edition.notes_on("controller-to-servise-engine")
        assert str(caught.value).startswith(
            "unknown flow, exclusion or pointer "
            "'controller-to-servise-engine'; did you mean"
        )

    @pytest.mark.parametrize(
        ("field", "kind"),
        [
            *(("sections", "section"), ("endpoints", "endpoint")),
            *(("exclusions", "exclusion"), ("pointers", "pointer")),
            *(("notes", "note"), ("facets", "facet"), ("flows", "flow")),
        ],
    )
    def test_a_collection_says_what_it_holds(
        self, edition: Edition, field: str, kind: str
    ) -> None:
        """In the message about a name that it does not know."""
        with pytest.raises(UnknownNameError, match=f"^unknown {kind} 'x-y'"):
            getattr(edition, field)["x-y"]

    def test_sections_know_their_place_and_lead_ins(
        self, edition: Edition
    ) -> None:
        """Counted from one, as a reader does."""
        orders = [section.order for section in edition.sections]
        assert orders == [*range(1, len(orders) + 1)]
        lead_ins = [note for note in edition.notes if note.kind == "lead-in"]
        assert lead_ins
        for section in edition.sections:
            assert section.lead_ins == tuple(
                note.id
                for note in lead_ins
                if note.citation.section == section.id
            )

    def test_it_says_what_it_is(self, edition: Edition) -> None:
        """In one line; the whole would fill pages."""
        assert repr(edition) == "<Edition vantage-undated: 42 flows>"
        assert "(vantage-undated): 42 flows<" in edition._repr_html_()
        assert edition.names() == ("vantage-undated",)


class TestDigest:
    """The digest pins the data."""

    @given(strategies.editions(), strategies.editions())
    def test_equal_editions_have_equal_digests(
        self, one: Edition, other: Edition
    ) -> None:
        """And different ones different digests."""
        assert (one == other) == (one.digest == other.digest)

    def test_it_is_that_of_the_canonical_json(self, edition: Edition) -> None:
        """Whoever has the JSON can work it out with other tools."""
        import hashlib
        import json

        import avi_portspec

        data = json.loads(avi_portspec.dumps(edition, indent=2))
        text = json.dumps(
            data, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        assert hashlib.sha256(text.encode()).hexdigest() == edition.digest

    def test_letters_are_as_they_are(self) -> None:
        """RFC 8785 escapes what it has to, and nothing else."""

        def spell(value: Any) -> str:
            if isinstance(value, dict):
                pairs = sorted(value.items())
                inner = ",".join(f"{spell(k)}:{spell(v)}" for k, v in pairs)
                return f"{{{inner}}}"
            if isinstance(value, list):
                return f"[{','.join(map(spell, value))}]"
            if isinstance(value, str):
                text = value.replace("\\", r"\\").replace('"', r"\"")
                return f'"{text}"'
            return str(value).lower()

        data = example()
        data["title"] = 'Ä "b" \\ \N{ELECTRIC PLUG} /'
        made = loads(json.dumps(data))
        assert made.title == data["title"]
        assert canonical(made) == spell(json.loads(dumps(made))).encode()


class TestAddresses:
    """Where a page can be read: a link that people follow."""

    @pytest.mark.parametrize(
        "url",
        [
            *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"),
            *("//x.example/", "https:", "https://", "HTTPS://x.example/"),
            *("https://x.example/ a", 'https://x.example/"', "https://é/"),
            *("https://x.example/\n", f"https://{'a' * 2001}", ""),
        ],
    )
    def test_what_might_run_is_refused(self, url: str) -> None:
        """An address is for reading a page, and nothing else."""
        with pytest.raises(InvalidDataError, match="https:// or http://"):
            Source(title="Page", location="Here", url=url)

    def test_others_are_kept(self) -> None:
        """With port, query and fragment."""
        url = "https://x.example:8443/a%20b/?q=[1]&r=(2)#part"
        assert Source(title="Page", location="Here", url=url).url == url
