"""The lines of changes and plans, as the specification's sketch has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import (
    AWS,
    CLI,
    DOCKER,
    ENDPOINTS,
    SILENT,
    edition,
    editions,
    exclusion,
    flow,
)
from laws import examples

from avi_portspec import (
    ALWAYS,
    ICMP,
    TCP,
    UDP,
    AllOf,
    AnyOf,
    Condition,
    Deployment,
    Edition,
    Match,
    PortRange,
    Reason,
    Unless,
    diff,
    load,
    preset,
)
from avi_portspec.changes.lines import (
    Changed,
    Part,
    change_counts,
    change_parts,
    hidden_changes,
    hidden_steps,
    plan_document,
    plan_parts,
    plan_title,
)
from avi_portspec.documents.blocks import Table

OLD, NEW = load("17.1"), load("vantage-undated")
SE = "Service Engine"
ECHO: dict[str, Any] = {"protocols": (ICMP,), "ports": (), "icmp_types": (8,)}
#: Clouds that both of two long conditions name.
MOST = ("azure", "openstack", "vcenter", "nsx-t")

#: What the specification shows for 17.1 and vantage-undated.
SKETCH = {
    "Open, where it applies": [
        "+ Controller -> Controller, TCP 443, HTTPS: always",
        f"+ {SE} -> {SE}, TCP 4001, ObjStore: on AWS, Azure, GCP or OpenStack",
        (
            f"+ {SE} -> {SE}, TCP 9001, ObjStore: on vCenter, Linux Server "
            "Cloud or NSX-T"
        ),
        "+ GCP -> Avi Vantage, TCP 443: on GCP",
        "+ Controller -> AWS, TCP 443: on AWS",
        "+ Controller -> Azure, TCP 443: on Azure",
    ],
    "Optional": [
        (
            "+ Controller -> Management gateway, ICMP echo, Ping: gateway "
            "status only"
        ),
        f"+ {SE} -> Management gateway, ICMP echo, Ping: gateway status only",
        f"+ {SE} -> Controller, ICMP echo, Ping: Controller status only",
    ],
    "Review before closing": [
        "~ Controller -> Controller, TCP 5098, SSH: no longer on OpenStack",
        f"~ {SE} -> Controller, TCP 5098, SSH: no longer on OpenStack",
        f"! Controller -> {SE}, none: now stated: no port needed",
    ],
}


def spelled(changed: Changed) -> str:
    """Return a line as a sentence."""
    line = changed.line
    # The sign or the heading has said it.
    assert line.need.tag == ""
    ends = (
        changed.edition.endpoints[name].label
        for name in (line.source, line.destination)
    )
    what = ", ".join(
        filter(None, [" -> ".join(ends), str(line.port), line.service])
    )
    return f"{changed.sign} {what}: {line.need.text}".strip()


def spell(parts: Iterable[Part]) -> dict[str, list[str]]:
    """Return lines and remarks by their heading."""
    return {
        part.title: [*map(spelled, part.lines), *part.remarks]
        for part in parts
    }


def changes_of(old: Edition, new: Edition) -> dict[str, list[str]]:
    """Return what changes from one edition to another."""
    return spell(change_parts(old, new, diff(old, new)))


def changed_flow(
    before: dict[str, Any], after: dict[str, Any]
) -> dict[str, list[str]]:
    """Return the lines about the one flow that differs, by their heading."""
    old = edition(flow("one", **before), name="old")
    new = edition(flow("one", **after), name="new")
    return changes_of(old, new)


def one_change(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return what the one line about the one flow that differs says."""
    ((line,),) = changed_flow(before, after).values()
    return line.partition(": ")[2]


class TestChanges:
    """What changes between two editions."""

    def test_the_sketch(self) -> None:
        """Word for word, in the order of the newer page."""
        assert changes_of(OLD, NEW) == SKETCH
        changes = diff(OLD, NEW)
        assert change_counts(changes) == (
            "9 flows added, 2 changed, 0 removed"
        )

    def test_doubt_is_told(self) -> None:
        """Whichever way round, below the line, as tables have it."""
        text = (
            "Direction as the vendor states it. More likely the Controller "
            "connects to GCP."
        )
        for old, new in ((OLD, NEW), (NEW, OLD)):
            found = {
                changed.line.flows[0].id: changed.line.below
                for part in change_parts(old, new, diff(old, new))
                for changed in part.lines
                if changed.line.below
            }
            assert found == {"gcp-to-avi-vantage": (text,)}
        plan = diff(OLD, NEW, "gcp")
        (cell,) = (
            row[-1]
            for block in plan_document(plan).blocks
            if isinstance(block, Table)
            for row in block.rows
            if row[0] == "GCP"
        )
        assert cell == (
            "Direction not clear: the vendor may have swapped source and "
            f"destination [a]. {text}"
        )

    def test_the_other_way_round(self) -> None:
        """What a page does not name is not closed on that account."""
        found = changes_of(NEW, OLD)
        assert found["Open, where it applies"] == [
            "~ Controller -> Controller, TCP 5098, SSH: now also on OpenStack",
            f"~ {SE} -> Controller, TCP 5098, SSH: now also on OpenStack",
        ]
        *removed, last = found["Review before closing"]
        assert len(removed) == 9
        assert all(
            line.startswith("- ") and line.endswith(": not named by 17.1")
            for line in removed
        )
        assert last == (
            f"! Controller -> {SE}, none: no longer stated: no port needed"
        )

    def test_what_is_hidden_is_counted(self) -> None:
        """Each record that has no line, and the edition's own fields."""
        changes = diff(OLD, NEW)
        lines = sum(map(len, SKETCH.values()))
        count = len(changes.records) + len(changes.fields) - lines
        assert hidden_changes(changes) == (
            f"Hidden: {count} changes of wording, citations and notes, 2 of "
            "them to review."
        )
        assert hidden_changes(diff(OLD, OLD)) == ""
        one, other = edition(), edition(more={"title": "Other"})
        assert hidden_changes(diff(one, other)) == (
            "Hidden: 1 change of wording, citations and notes."
        )
        one = edition(flow("one"), name="old")
        two = edition(flow("one"), flow("two", 2, source="server"), name="old")
        assert change_counts(diff(one, two)) == (
            "1 flow added, 0 changed, 0 removed"
        )
        assert change_counts(diff(two, one)) == (
            "0 flows added, 0 changed, 1 removed"
        )
        assert change_counts(diff(one, one)) == "nothing differs"

    @pytest.mark.parametrize(
        ("before", "after", "lines"),
        [
            # What is more is told apart from what a person decides.
            (
                {},
                {"requirement": "optional", "ports": (PortRange.of(9),)},
                {
                    "Optional": ["~ {}, TCP 9: moved from TCP 10000; {}"],
                    "Review before closing": [
                        (
                            "- {}, TCP 10000: now TCP 9; close it when "
                            "nothing uses it"
                        )
                    ],
                },
            ),
            (
                {},
                {
                    "requirement": "optional",
                    "ports": (PortRange(low=10000, high=10001),),
                },
                {
                    "Optional": ["~ {}, TCP 10001: was TCP 10000"],
                    "Review before closing": ["~ {}, TCP 10000-10001: {}"],
                },
            ),
            (
                {"requirement": "optional", "when": AWS},
                {"requirement": "optional"},
                {"Optional": ["~ {}, TCP 10000: now always, was on AWS"]},
            ),
        ],
    )
    def test_optional_flows(
        self,
        before: dict[str, Any],
        after: dict[str, Any],
        lines: dict[str, list[str]],
    ) -> None:
        """More of one is optional, and less is reviewed."""
        said = ("CONTROLLER -> SERVER", "now optional, was required")
        assert changed_flow(before, after) == {
            heading: [line.format(*said) for line in found]
            for heading, found in lines.items()
        }

    @examples(5)
    @given(editions(), editions("two"))
    def test_one_word_for_one_change(self, old: Edition, new: Edition) -> None:
        """A list by heading and one by action agree, line by line."""
        words = {
            "Open, where it applies": "open",
            "Optional": "optional",
            "Review before closing": "review",
        }
        found: dict[str, set[str]] = {}
        for part in change_parts(old, new, diff(old, new)):
            for line in part.lines:
                record = line.line.exclusion or line.line.flows[0]
                found.setdefault(record.id, set()).add(words[part.title])
        for change in diff(old, new):
            if change.collection not in {"flows", "exclusions"}:
                continue
            said = found.get(change.id, {"none"})
            assert change.action in said
            assert change.action == "review" or len(said) == 1

    def test_an_exclusion_closes(self) -> None:
        """A flow that is gone, where no port is needed any more."""
        old = edition(flow("one"), name="old")
        stated = exclusion("no-traffic", "controller", "server")
        new = edition(name="new", more={"exclusions": [stated]})
        assert changes_of(old, new) == {
            "Review before closing": [
                "- CONTROLLER -> SERVER, TCP 10000: no longer needed",
                "! CONTROLLER -> SERVER, none: now stated: no port needed",
            ]
        }

    def test_a_withdrawn_exclusion_has_the_names_of_its_page(self) -> None:
        """The newer one may name the ends otherwise, or not at all."""
        renamed = [attrs.evolve(e, name=f"Old {e.id}") for e in ENDPOINTS]
        stated = exclusion("no-traffic", "controller", "server")
        more = {"exclusions": [stated], "endpoints": renamed}
        assert changes_of(edition(more=more), edition()) == {
            "Review before closing": [
                (
                    "! Old controller -> Old server, none: no longer stated: "
                    "no port needed"
                )
            ]
        }

    @pytest.mark.parametrize(
        ("before", "after", "text"),
        [
            ({"when": ALWAYS}, {"when": AWS}, "now on AWS, was always"),
            ({"when": AWS}, {"when": ALWAYS}, "now always, was on AWS"),
            ({"when": AWS}, {"when": SILENT}, "now not documented for GCP"),
            ({"when": SILENT}, {"when": AWS}, "now on AWS only"),
            (
                {"when": AWS},
                {"when": Match(facet="cloud", values=("azure", "gcp"))},
                "now on Azure or GCP, was on AWS",
            ),
            (
                {"when": Unless(part=DOCKER)},
                {"when": ALWAYS},
                "now also if the Controller is a container",
            ),
            (
                {"when": AllOf(parts=(DOCKER, Unless(part=AWS)))},
                {"when": DOCKER},
                "now also on AWS",
            ),
            (
                {"when": AllOf(parts=(Unless(part=AWS), Unless(part=CLI)))},
                {"when": ALWAYS},
                "now also on AWS and for the CLI shell",
            ),
            (
                {"when": Match(facet="cloud", values=("aws", *MOST))},
                {"when": Match(facet="cloud", values=("gcp", *MOST))},
                "now also on GCP, no longer on AWS",
            ),
            (
                {"when": AWS, "requirement": "optional"},
                {"when": Match(facet="cloud", values=("azure",))},
                "now required, was optional; now on Azure, was on AWS",
            ),
            # The condition is spelled in another way: no difference.
            (
                {"when": AWS, "requirement": "optional"},
                {"when": AnyOf(parts=(AWS, AllOf(parts=(AWS, DOCKER))))},
                "now required, was optional",
            ),
            (
                {"requirement": "optional"},
                {"requirement": "required"},
                "now required, was optional",
            ),
            (
                {"requirement": "required"},
                {"requirement": "some-or-all"},
                "now some or all of these, was required",
            ),
        ],
    )
    def test_each_kind_of_difference(
        self, before: dict[str, Any], after: dict[str, Any], text: str
    ) -> None:
        """What it is now, or what it was."""
        assert one_change(before, after) == text

    def test_a_condition_that_means_the_same(self) -> None:
        """It has no line, for a firewall has nothing to do."""
        both = AnyOf(parts=(AWS, AllOf(parts=(AWS, DOCKER))))
        one = edition(flow("one", when=AWS))
        other = edition(flow("one", when=both))
        assert changes_of(one, other) == {}

    def test_several_differences_of_a_flow(self) -> None:
        """Each of them, in the order of a table's columns."""
        before: dict[str, Any] = {"when": AWS, "source": "server"}
        before |= {"requirement": "optional", "protocols": (UDP,)}
        azure: Condition = Match(facet="cloud", values=("azure",))
        assert changed_flow(before, {"when": azure}) == {
            "Open, where it applies": [
                (
                    "~ CONTROLLER -> SERVER, TCP 10000: moved from SERVER -> "
                    "SERVER, UDP 10000; now required, was optional; now on "
                    "Azure, was on AWS"
                )
            ],
            "Review before closing": [
                (
                    "- SERVER -> SERVER, UDP 10000: now CONTROLLER -> SERVER, "
                    "TCP 10000; close it when nothing uses it"
                )
            ],
        }

    @pytest.mark.parametrize(
        ("before", "after", "opened", "reviewed"),
        [
            (
                {"ports": (PortRange.of(443),)},
                {"ports": (PortRange.of(9443),)},
                ["CONTROLLER -> SERVER, TCP 9443: moved from TCP 443"],
                ["CONTROLLER -> SERVER, TCP 443: now TCP 9443"],
            ),
            (
                {"ports": (PortRange.of(22), PortRange.of(443))},
                {"ports": (PortRange(low=22, high=30),)},
                ["CONTROLLER -> SERVER, TCP 23-30: was TCP 22, 443"],
                ["CONTROLLER -> SERVER, TCP 443: now TCP 22-30"],
            ),
            (
                {"ports": (PortRange.of(22),)},
                {"ports": (PortRange(low=21, high=23),)},
                ["CONTROLLER -> SERVER, TCP 21, 23: was TCP 22"],
                [],
            ),
            (
                {"protocols": (TCP, UDP)},
                {"protocols": (TCP,)},
                [],
                ["CONTROLLER -> SERVER, UDP 10000: now TCP 10000"],
            ),
            (
                ECHO,
                {"protocols": (ICMP,), "ports": (), "icmp_types": (8, 13)},
                ["CONTROLLER -> SERVER, ICMP type 13: was ICMP echo"],
                [],
            ),
            (
                {"protocols": (TCP, UDP), "ports": (PortRange.of(22),)},
                {
                    "protocols": (TCP, UDP),
                    "ports": (PortRange(low=22, high=23),),
                },
                ["CONTROLLER -> SERVER, TCP or UDP 23: was TCP or UDP 22"],
                [],
            ),
            # What moved as a whole is spelled as in tables.
            (
                {"source": "server", **ECHO},
                ECHO,
                [
                    (
                        "CONTROLLER -> SERVER, ICMP echo, Ping: moved from "
                        "SERVER -> SERVER"
                    )
                ],
                [
                    (
                        "SERVER -> SERVER, ICMP echo, Ping: now CONTROLLER "
                        "-> SERVER"
                    )
                ],
            ),
            (
                {"source": "server"},
                {"source": "controller"},
                [
                    (
                        "CONTROLLER -> SERVER, TCP 10000: moved from SERVER "
                        "-> SERVER"
                    )
                ],
                ["SERVER -> SERVER, TCP 10000: now CONTROLLER -> SERVER"],
            ),
        ],
    )
    def test_what_moved_is_opened_here_and_reviewed_there(
        self,
        before: dict[str, Any],
        after: dict[str, Any],
        opened: list[str],
        reviewed: list[str],
    ) -> None:
        """In one line, a reader would close the new port."""
        found = changed_flow(before, after)
        assert found.get("Open, where it applies", []) == [
            f"~ {line}" for line in opened
        ]
        assert found.get("Review before closing", []) == [
            f"- {line}; close it when nothing uses it" for line in reviewed
        ]

    def test_a_site_that_moves_a_port_is_named(self) -> None:
        """And the upgrade plan opens and closes the same."""
        site = NEW.overlay(
            'id = "berlin"\ntitle = "Berlin"\n[[changes]]\n'
            'flow = "external-to-controller-https"\nports = [9443]\n'
            'reason = "It moved."\n'
        )
        ends = "External network services -> Controller"
        assert changes_of(NEW, site) == {
            "Open, where it applies": [
                (
                    f"~ {ends}, TCP 9443, HTTPS: moved from TCP 443 by the "
                    "site's overlay berlin"
                )
            ],
            "Review before closing": [
                (
                    f"- {ends}, TCP 443, HTTPS: now TCP 9443; close it when "
                    "nothing uses it"
                )
            ],
        }
        plan = diff(NEW, site, "aws")
        assert [str(step.pair) for step in plan.to_open] == ["TCP 9443"]
        assert [str(step.pair) for step in plan.to_close] == ["TCP 443"]

    def test_replacing(self) -> None:
        """What a flow replaces now, or that it replaces nothing."""
        ports: Any = {"ports": (PortRange.of(2),)}
        plain = edition(flow("one"), flow("two", 2, **ports))
        taking = edition(
            flow("one"), flow("two", 2, replaces=("one",), **ports)
        )
        for old, new, text in (
            (plain, taking, "now replaces TCP 10000"),
            (taking, plain, "replaces nothing"),
        ):
            ((line,),) = changes_of(old, new).values()
            assert line == f"~ CONTROLLER -> SERVER, TCP 2: {text}"
        third: Any = {"ports": (PortRange.of(3),)}
        flows = plain.flows
        old = edition(*flows, flow("three", 3, **third))
        third["replaces"] = ("one", "two")
        new = edition(*flows, flow("three", 3, **third))
        assert changes_of(old, new)["Review before closing"] == [
            "~ CONTROLLER -> SERVER, TCP 3: now replaces TCP 10000 and TCP 2"
        ]

    @examples(5)
    @given(editions(), editions("two"))
    def test_every_flow_with_work_has_a_line(
        self, old: Edition, new: Edition
    ) -> None:
        """And each line says something; the rest is counted."""
        changes = diff(old, new)
        parts = change_parts(old, new, changes)
        lines = [line for part in parts for line in part.lines]
        # Of a flow that is optional, that may be all that is known.
        optional = {"Optional": "+"}
        assert all(
            line.line.need.text or optional.get(part.title) == line.sign
            for part in parts
            for line in part.lines
        )
        found = [
            (line.line.exclusion or line.line.flows[0]).id for line in lines
        ]
        expected = [
            change.id
            for change in changes
            if change.collection in {"flows", "exclusions"}
            and change.action != "none"
        ]
        assert {*found} == {*expected}
        text = hidden_changes(changes)
        left = len(changes) + len(changes.fields) - len(expected)
        assert text.startswith(f"Hidden: {left} change") or not left


class TestPlans:
    """What an upgrade needs."""

    def test_the_sketch(self) -> None:
        """Open, close and check; the rest is counted."""
        plan = diff(OLD, NEW, "aws")
        assert plan_title(plan) == (
            "Upgrade 17.1 -> vantage-undated: open 3, close 0, keep 8"
        )
        assert spell(plan_parts(plan)) == {
            "Open before the upgrade": [
                "Controller -> Controller, TCP 443, HTTPS: Required",
                f"{SE} -> {SE}, TCP 4001, ObjStore: Required on AWS",
                "Controller -> AWS, TCP 443: Required on AWS",
                "The 17.1 page does not name these. They may be open already.",
            ],
            "Close after the upgrade": [],
            "Check": [
                (
                    "17.1 documents nothing for AWS. This plan cannot tell "
                    "what 17.1 needs there."
                )
            ],
        }
        opened = plan_parts(plan)[0].lines
        assert [len(line.line.assumed) for line in opened] == [0, 0, 3]
        assert hidden_steps(plan) == "Optional: 3. Unchanged: 8."

    def test_the_whole(self) -> None:
        """With what stays open, and what is optional."""
        plan = diff(OLD, NEW, "aws")
        found = spell(plan_parts(plan, whole=True))
        assert [*found][3:] == ["Keep open", "Optional"]
        assert len(found["Keep open"]) == 8
        assert found["Keep open"][0] == (
            "Controller -> Controller, TCP 22, SSH: Required: the Controller "
            "is not a container"
        )
        assert found["Optional"] == [
            line.removeprefix("+ ") for line in SKETCH["Optional"]
        ]
        nothing = diff(edition(name="old"), edition(name="new"), "aws")
        assert [*spell(plan_parts(nothing, whole=True))] == [
            "Open before the upgrade",
            "Close after the upgrade",
            "Check",
        ]
        assert hidden_steps(nothing) == ""

    def test_what_is_closed_has_no_assumptions(self) -> None:
        """They were about needing it, which the newer page settles."""
        why = Reason(field="ports", reason="Assumed.")
        old = edition(
            flow("one", ports=(PortRange(low=1, high=9),), inferred=(why,)),
            name="old",
        )
        new = edition(
            flow("one", ports=(PortRange(low=2, high=9),), inferred=(why,)),
            name="new",
        )
        _, closed, *_, kept = plan_parts(diff(old, new, "aws"), whole=True)
        assert [line.line.assumed for line in closed.lines] == [()]
        assert [line.line.assumed for line in kept.lines] == [("Assumed.",)]

    def test_a_table_stands_under_its_heading(self) -> None:
        """It needs no caption, and no first cell names its row."""
        blocks = plan_document(diff(OLD, NEW, "aws")).blocks
        tables = [block for block in blocks if isinstance(block, Table)]
        assert len(tables) == 3
        assert {(t.caption, t.names_rows) for t in tables} == {("", False)}

    def test_a_downgrade_closes_nothing(self) -> None:
        """Its title says so, and all that it no longer names is to check."""
        plan = diff(NEW, OLD, "aws")
        assert plan.is_downgrade
        assert plan_title(plan) == (
            "Downgrade vantage-undated -> 17.1: open 0, close 0, keep 8, "
            "check 3"
        )
        found = spell(plan_parts(plan))
        assert found["Close after the downgrade"] == []
        *lines, older, used, gap = found["Check"]
        assert lines[0] == (
            "Controller -> Controller, TCP 443, HTTPS: Not named by 17.1"
        )
        assert len(lines) == 3
        assert older == (
            "17.1 is the older edition. Nothing is closed on its word."
        )
        assert used == (
            "What 17.1 does not name may still be in use: find out before "
            "you close it."
        )
        assert gap.startswith("17.1 documents nothing for AWS.")

    @pytest.mark.parametrize(
        ("old", "new", "is_downgrade"),
        [
            ("17.1", "17.1", False),
            ("16.2", "17.1", False),
            ("vantage-undated", "16.2", True),
            ("vantage-undated.berlin", "17.1.berlin", True),
            ("vantage-undated", "own", False),
            ("own", "16.2", False),
            ("17.1", "16.2x", False),
        ],
    )
    def test_which_is_older(
        self, old: str, new: str, *, is_downgrade: bool
    ) -> None:
        """Of bundled editions it is known, with a site's overlay as well."""
        stated = exclusion("no-traffic", "controller", "server")
        before = edition(flow("one"), name="one")
        after = edition(name="two", more={"exclusions": [stated]})
        plan = diff(
            attrs.evolve(before, id=old), attrs.evolve(after, id=new), "aws"
        )
        assert plan.is_downgrade is is_downgrade
        assert len(plan.to_close) == int(not is_downgrade)
        line = "CONTROLLER -> SERVER, TCP 10000: No port needed"
        found = spell(plan_parts(plan))
        heading = "Check" if is_downgrade else "Close after the upgrade"
        assert found[heading][0] == line

    def test_a_conflict_is_to_check(self) -> None:
        """With the sentences that say what conflicts."""
        plan = diff(OLD, NEW, preset("openstack", controller="container"))
        found = spell(plan_parts(plan))["Check"]
        assert found[:2] == [
            (
                "Controller -> Controller, TCP 5098, SSH: Not supported on "
                "OpenStack"
            ),
            f"{SE} -> Controller, TCP 5098, SSH: Not supported on OpenStack",
        ]
        assert [*map(str, plan.new.conflicts)] == [
            text.replace("Conflict on the vantage-undated page", "conflict")
            for text in found[2:]
        ]

    def test_what_is_not_documented(self) -> None:
        """Flows of the newer page are lines, those of the older a remark."""
        found = spell(plan_parts(diff(OLD, NEW, "openshift")))["Check"]
        ends = f"{SE} -> {SE}, TCP"
        assert found == [
            f"{ends} 4001, ObjStore: Not documented for OpenShift",
            f"{ends} 9001, ObjStore: Not documented for OpenShift",
        ]
        old = edition(flow("one", when=SILENT), name="old")
        new = edition(flow("one", when=AWS), name="new")
        plan = diff(old, new, Deployment(clouds={"gcp"}))
        assert spell(plan_parts(plan))["Check"][-1] == (
            "Not documented by old: the port from CONTROLLER to SERVER on "
            "GCP. Elsewhere it is TCP 10000."
        )

    def test_what_neither_page_documents_is_said_once(self) -> None:
        """With both names, for an interface that none covers."""
        found = spell(plan_parts(diff(OLD, NEW, "vcenter")))["Check"]
        (said,) = found
        assert said == (
            "Not documented by 17.1 or vantage-undated: the flows between "
            "the Controller and vCenter Server on vCenter."
        )

    def test_what_the_older_page_says(self) -> None:
        """One, several of several, and silence about a deployment."""
        old = edition(
            flow("two", ports=(PortRange.of(2),), when=SILENT),
            name="old",
        )
        flows = [
            flow(name, at, ports=(PortRange.of(at),))
            for at, name in enumerate(("one", "two"), start=1)
        ]
        new = edition(*flows, name="new")
        plan = diff(old, new, "gcp")
        assert plan_parts(plan)[0].remarks == (
            "The old page does not name 1 of these. It may be open already.",
            (
                "The old page does not say whether this deployment needs 1 of "
                "these. It may be open already."
            ),
        )
        plan = diff(edition(name="old"), edition(flows[0], name="new"), "gcp")
        assert plan_parts(plan)[0].remarks == (
            "The old page does not name this. It may be open already.",
        )

    @pytest.mark.parametrize(
        ("before", "after", "lines"),
        [
            # Some ports are no longer listed.
            (
                {"ports": (PortRange(low=1, high=9),)},
                {"ports": (PortRange(low=2, high=3),)},
                {
                    "Close after the upgrade": [
                        (
                            "CONTROLLER -> SERVER, TCP 1, 4-9: new lists "
                            "other ports for it"
                        )
                    ]
                },
            ),
            (
                {
                    "protocols": (TCP, UDP),
                    "ports": (PortRange(low=1, high=9),),
                },
                {
                    "protocols": (TCP, UDP),
                    "ports": (PortRange(low=2, high=3),),
                },
                {
                    "Close after the upgrade": [
                        (
                            "CONTROLLER -> SERVER, TCP or UDP 1, 4-9: new "
                            "lists other ports for it"
                        )
                    ]
                },
            ),
            # Of two protocols one is new.
            (
                {},
                {"protocols": (TCP, UDP)},
                {
                    "Open before the upgrade": [
                        "CONTROLLER -> SERVER, UDP 10000: Required"
                    ]
                },
            ),
            # Both are: the cell is as in tables.
            (
                {"protocols": (TCP, UDP), "ports": (PortRange.of(9),)},
                {"protocols": (TCP, UDP)},
                {
                    "Open before the upgrade": [
                        "CONTROLLER -> SERVER, TCP or UDP 10000: Required"
                    ],
                    "Close after the upgrade": [
                        (
                            "CONTROLLER -> SERVER, TCP or UDP 9: new lists "
                            "other ports for it"
                        )
                    ],
                },
            ),
            # Messages: the same, others, and all of them.
            (
                ECHO,
                {"protocols": (ICMP,), "ports": (), "icmp_types": (0, 8)},
                {
                    "Open before the upgrade": [
                        "CONTROLLER -> SERVER, ICMP type 0: Required"
                    ]
                },
            ),
            (
                ECHO,
                {"protocols": (ICMP,), "ports": (), "icmp_types": (0, 8, 13)},
                {
                    "Open before the upgrade": [
                        "CONTROLLER -> SERVER, ICMP type 0, 13: Required"
                    ]
                },
            ),
            (
                {},
                ECHO,
                {
                    "Open before the upgrade": [
                        "CONTROLLER -> SERVER, ICMP echo, Ping: Required"
                    ],
                    "Close after the upgrade": [
                        (
                            "CONTROLLER -> SERVER, TCP 10000: new lists "
                            "other ports for it"
                        )
                    ],
                },
            ),
            (
                {},
                {"protocols": (ICMP,), "ports": ()},
                {
                    "Open before the upgrade": [
                        "CONTROLLER -> SERVER, ICMP: Required"
                    ],
                    "Close after the upgrade": [
                        (
                            "CONTROLLER -> SERVER, TCP 10000: new lists "
                            "other ports for it"
                        )
                    ],
                },
            ),
            # It applies no longer, or is optional.
            (
                {},
                {"when": Match(facet="cloud", values=("gcp",))},
                {
                    "Close after the upgrade": [
                        "CONTROLLER -> SERVER, TCP 10000: Only on GCP"
                    ]
                },
            ),
            (
                {},
                {"requirement": "optional", "purpose": "Status only"},
                {
                    "Check": [
                        (
                            "CONTROLLER -> SERVER, TCP 10000: Optional: "
                            "status only"
                        )
                    ]
                },
            ),
        ],
    )
    def test_each_kind_of_step(
        self,
        before: dict[str, Any],
        after: dict[str, Any],
        lines: dict[str, list[str]],
    ) -> None:
        """Its ports, and why."""
        old = edition(flow("one", **before), name="old")
        new = edition(flow("one", **after), name="new")
        found = {
            title: [line for line in lines if " -> " in line]
            for title, lines in spell(
                plan_parts(diff(old, new, "aws"))
            ).items()
        }
        assert {title: here for title, here in found.items() if here} == lines

    @examples(5)
    @given(editions(), editions("two"), st.sampled_from(["aws", "gcp"]))
    def test_every_step_is_on_a_line(
        self, old: Edition, new: Edition, where: str
    ) -> None:
        """And every line is of a step, so that the counts are right."""
        plan = diff(old, new, where)
        parts = plan_parts(plan, whole=True)
        found = {
            line.line.flows[0].id
            for part in parts
            for line in part.lines
            if part.title != "Optional"
        }
        assert found == {step.flow for step in plan.steps}
        numbers = [
            int(word.rstrip(","))
            for word in plan_title(plan).split()
            if word.rstrip(",").isdigit()
        ]
        lines = [len(p.lines) for p in parts if p.title != "Optional"]
        assert sum(numbers) == sum(lines)
