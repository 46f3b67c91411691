"""Changes and plans as text, Markdown and JSON."""

from __future__ import annotations

import json
from typing import Any

import attrs
from hypothesis import given
from invented import AWS, edition, editions, exclusion, flow

from avi_portspec import ICMP, Edition, PortRange, diff, load, preset

OLD, NEW = load("17.1"), load("vantage-undated")


class TestText:
    """Plain text, for a terminal."""

    def test_nothing(self) -> None:
        """That nothing differs is said."""
        assert diff(OLD, OLD).to_text() == (
            "From 17.1 to 17.1\n\nNothing differs\n"
        )

    def test_by_action(self) -> None:
        """Changes stand under what they call for."""
        text = str(diff(OLD, NEW))
        heads = [
            line
            for line in text.splitlines()
            if line and line[0] not in "- " and "-> " not in line
        ]
        assert heads == [
            "From 17.1 to vantage-undated",
            "To open",
            "Optional",
            "To review",
            "No work for a firewall",
            "The edition itself",
        ]

    def test_field(self) -> None:
        """A field stands under its record, with both its values."""
        text = diff(
            edition(flow("flow")),
            edition(flow("flow", purpose="New.", when=AWS)),
        ).to_text()
        assert text == (
            "From one to one\n\nTo review\n"
            "- changed in flows: flow (controller to server, TCP 10000)\n"
            "    purpose (text): none -> New.\n"
            "    when (meaning): always -> only if cloud is aws\n"
        )

    def test_values(self) -> None:
        """Ranges are spelled as users write them."""
        wide = (PortRange(low=1, high=2), PortRange.of(7))
        text = diff(
            edition(flow("flow")),
            edition(flow("flow", ports=wide), name="two"),
        ).to_text()
        assert "ports (meaning): 10000 -> 1-2 and 7\n" in text

    def test_lists_show_what_differs(self) -> None:
        """Of two lists that share members, only the others are shown."""
        wide = (PortRange.of(7), PortRange.of(8), PortRange.of(9))
        text = diff(
            edition(flow("flow", ports=wide[:2])),
            edition(flow("flow", ports=wide[1:]), name="two"),
        ).to_text()
        assert "ports (meaning): removed 7; added 9\n" in text

    def test_lists_in_another_order(self) -> None:
        """Where the order alone differs, both are shown."""
        names = ("one", "two")
        before = edition()
        text = diff(
            attrs.evolve(before, aliases=names),
            attrs.evolve(before, aliases=names[::-1]),
        ).to_text()
        assert "aliases (text): one and two -> two and one\n" in text

    def test_records(self) -> None:
        """Reasons and citations are sentences, other records name fields."""
        text = diff(OLD, NEW).to_text()
        assert "readings (text): added when: The row gives the " in text
        assert "management, row 1, item 3 -> management, row 1, item 4" in text
        assert (
            "extent (citation): lead_ins: 2; rows: 3, 1, 4, 5 -> lead_ins: 2; "
        ) in text
        assert "overview (citation): none -> lead_ins: 1; bullets: 1" in text

    def test_order(self) -> None:
        """A collection in another order is named."""
        one = edition()
        turned = attrs.evolve(one, endpoints=tuple(one.endpoints)[::-1])
        text = diff(one, turned).to_text()
        assert text.endswith("In another order: endpoints\n")


class TestPlanText:
    """The plan, for a terminal."""

    def test_headings(self) -> None:
        """What to open and to close is there, even where it is nothing."""
        text = str(diff(OLD, NEW, "aws"))
        assert "\nOpen before the upgrade\nFrom  " in text
        assert "\nKeep open\nFrom  " in text
        assert "\nClose after the upgrade\n\nNothing.\n" in text
        assert "\nCheck\n\n17.1 documents nothing for AWS." in text
        assert "\nAssumptions\n- [a] Assumed: TCP (only a port " in text

    def test_what_is_not_documented(self) -> None:
        """Gaps and conflicts are named with the page that leaves them."""
        deployment = preset("openstack", controller="container")
        text = diff(OLD, NEW, deployment).to_text()
        assert text.count("\nConflict on the vantage-undated page: ") == 2
        assert "17.1 documents nothing" not in text

    def test_types(self) -> None:
        """ICMP steps name their messages."""
        echo = flow("flow", protocols=(ICMP,), ports=(), icmp_types=(8,))
        text = diff(edition(), edition(echo), "aws").to_text()
        assert "CONTROLLER  SERVER  ICMP echo  Ping     Required\n" in text


class TestMarkdown:
    """Markdown, for a ticket."""

    def test_headings_and_lists(self) -> None:
        """Titles are headings, and lists stand apart from them."""
        text = diff(OLD, NEW).to_markdown()
        assert text.startswith(
            "# From 17.1 to vantage-undated\n\n## To open\n\n- added in "
        )

    def test_markup_is_escaped(self) -> None:
        """What data says is never read as markup."""
        text = diff(
            edition(flow("flow")), edition(flow("flow", purpose="<b> *x* _y_"))
        ).to_markdown()
        assert r"none -\> \<b\> \*x\* \_y\_" in text

    def test_plan(self) -> None:
        """A plan is a document of its own."""
        text = diff(OLD, NEW, "aws").to_markdown()
        assert text.startswith(
            r"# Upgrade 17.1 -\> vantage-undated: open 3, close 0, keep 8"
        )
        assert "\n## Close after the upgrade\n\nNothing.\n" in text
        assert "\n| Controller | Controller | TCP 443 | HTTPS | Requi" in text


class TestJson:
    """JSON, for a program."""

    @given(editions(), editions("two"))
    def test_everything_is_there(self, old: Edition, new: Edition) -> None:
        """The JSON has every change, its action and its fields."""
        changes = diff(old, new)
        data = json.loads(changes.to_json())
        assert [r["id"] for r in data["records"]] == [c.id for c in changes]
        assert [r["action"] for r in data["records"]] == [
            c.action for c in changes
        ]
        assert [
            [field["name"] for field in record.get("fields", [])]
            for record in data["records"]
        ] == [[field.name for field in c.fields] for c in changes]
        assert [o["collection"] for o in data["orders"]] == [
            o.collection for o in changes.orders
        ]

    def test_records_are_data(self) -> None:
        """What came is written as an edition's file has it."""
        data: Any = json.loads(diff(OLD, NEW).to_json(indent=1))
        (added,) = (
            r for r in data["records"] if r["id"] == "controller-to-aws"
        )
        assert added["before"] is None
        assert added["after"]["ports"] == [443]

    def test_plan(self) -> None:
        """A plan has its four lists, and what is left open."""
        deployment = preset("openstack", controller="container")
        data = json.loads(diff(OLD, NEW, deployment).to_json())
        assert [
            (step["protocol"], step["port_low"], step["port_high"])
            for step in data["open"]
        ] == [("tcp", 443, 443), ("tcp", 4001, 4001)]
        assert data["open"][0]["before"] == "silent"
        assert {step["protocol"] for step in data["keep"]} == {"tcp", "udp"}
        assert data["close"] == []
        assert len(data["review"]) == 2
        assert data["not_documented"]["17.1"] == []
        assert len(data["not_documented"]["vantage-undated"]) == 2

    def test_a_plan_keeps_letters_and_takes_an_indent(self) -> None:
        """Text stands as it is; an indent breaks lines, without it none."""
        excluded = exclusion("none", "controller", "server")
        new = edition(
            name="two",
            more={"exclusions": [attrs.evolve(excluded, text="Größe.")]},
        )
        plan = diff(edition(flow("one")), new, "aws")
        line, lines = plan.to_json(), plan.to_json(indent=2)
        assert "Größe" in line
        assert "\n" not in line
        assert '\n  "' in lines
        assert json.loads(line) == json.loads(lines)
