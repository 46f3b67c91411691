"""Changes and plans as text, Markdown and JSON."""

from __future__ import annotations

import json
from typing import Any

import attrs
from hypothesis import given
from invented import AWS, edition, editions, flow

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
            "To close",
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
            "From one to one\n\nTo close\n"
            "- changed in flows: flow (controller to server, TCP 10000)\n"
            "    purpose (text): none -> New.\n"
            "    when (meaning): always -> only if cloud is aws\n"
        )

    def test_values(self) -> None:
        """Records, ranges and lists are spelled as data has them."""
        wide = (PortRange(low=1, high=2), PortRange.of(7))
        text = diff(
            edition(flow("flow")),
            edition(flow("flow", ports=wide), name="two"),
        ).to_text()
        assert "ports (meaning): 10000 -> low 1, high 2 and 7\n" in text

    def test_order(self) -> None:
        """A collection in another order is named."""
        one = edition()
        turned = attrs.evolve(one, endpoints=tuple(one.endpoints)[::-1])
        text = diff(one, turned).to_text()
        assert text.endswith("In another order: endpoints\n")


class TestPlanText:
    """The plan, for a terminal."""

    def test_headings(self) -> None:
        """All four lists are there, even where one is empty."""
        text = str(diff(OLD, NEW, "aws"))
        assert "\nOpen before the upgrade\n- controller to controller" in text
        assert "\nKeep open\n" in text
        assert "\nClose after the upgrade: nothing\n" in text
        assert "\nReview: nothing\n" in text

    def test_what_is_left_open(self) -> None:
        """Gaps and conflicts stand under the page that leaves them."""
        deployment = preset("openstack", controller="container")
        text = diff(OLD, NEW, deployment).to_text()
        assert "What the page of vantage-undated leaves open\n- confl" in text
        assert "What the page of 17.1" not in text

    def test_types(self) -> None:
        """ICMP steps name their types."""
        echo = flow("flow", protocols=(ICMP,), ports=(), icmp_types=(8,))
        text = diff(edition(), edition(echo), "aws").to_text()
        assert "controller to server, ICMP type 8 (flow): " in text


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
        assert text.startswith("# Upgrade from 17.1 to vantage-undated\n")
        assert "\n## Close after the upgrade: nothing\n" in text


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
        assert [step["ports"] for step in data["open"]] == [443, 4001]
        assert data["open"][0]["before"] == "silent"
        assert {step["protocol"] for step in data["keep"]} == {"tcp", "udp"}
        assert data["close"] == []
        assert len(data["review"]) == 2
        assert data["left_open"]["17.1"] == []
        assert len(data["left_open"]["vantage-undated"]) == 2
