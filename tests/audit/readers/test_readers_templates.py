"""Templates of Azure Resource Manager: nothing of them vanishes."""

from __future__ import annotations

from typing import Any

import pytest
from reader_views import read_json, rules

GROUP = "Microsoft.Network/networkSecurityGroups"
INSTEAD = "audit what it made: 'az network nsg list'"


def rule(name: str = "portal", **more: Any) -> dict[str, Any]:
    """Return a rule for what comes in."""
    properties = {
        "direction": "Inbound",
        "access": "Allow",
        "priority": 100,
        "protocol": "Tcp",
        "sourcePortRange": "*",
        "destinationPortRange": "8443",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "*",
        **more,
    }
    return {"name": name, "properties": properties}


def group(*listed: Any, **more: Any) -> dict[str, Any]:
    """Return a group of a template."""
    given = {"securityRules": [*listed], **more.pop("properties", {})}
    return {"type": GROUP, "name": "ctl", "properties": given, **more}


def template(*resources: Any) -> dict[str, Any]:
    """Return a template."""
    return {"contentVersion": "1.0.0.0", "resources": [*resources]}


class TestExpressions:
    """What only a deployment works out."""

    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            (
                {"destinationPortRange": "[parameters('port')]"},
                "allow any46 > any46 ?[parameters('port')]",
            ),
            (
                {"sourceAddressPrefix": "[variables('admins')]"},
                "allow ?[variables('admins')] > any46 tcp/8443",
            ),
        ],
    )
    def test_of_a_side_or_a_service(
        self, more: dict[str, Any], expected: str
    ) -> None:
        """The rule is there, and that of it is not known."""
        found = read_json(template(group(rule(**more))))
        assert rules(found)["ctl in"][0] == expected
        assert (found.units, found.read) == (1, 1)

    @pytest.mark.parametrize(
        "more",
        [
            {"access": "[if(parameters('x'), 'Allow', 'Deny')]"},
            {"priority": "[add(100, copyIndex())]"},
            {"direction": "[parameters('way')]"},
        ],
    )
    def test_of_its_place_or_its_action(self, more: dict[str, Any]) -> None:
        """The rule is not known, and may be in either filter."""
        found = read_json(template(group(rule("a", **more), rule("b"))))
        (left,) = found.unread
        (word,) = more.values()
        assert (left.kind, left.text) == ("unknown", word)
        assert left.why == f"an expression; {INSTEAD}"
        assert left.filters == ("ctl in", "ctl out")
        assert left.place.pointer == "/resources/0/properties/securityRules/0"
        assert (found.units, found.read) == (2, 1)

    def test_of_all_rules(self) -> None:
        """As a module has it that is given its rules."""
        listed = {"properties": {"securityRules": "[parameters('rules')]"}}
        found = read_json(template(group(**listed)))
        assert [(each.kind, each.text, each.why) for each in found.unread] == [
            (
                "unknown",
                "networksecuritygroups ctl",
                f"[parameters('rules')]: an expression; {INSTEAD}",
            )
        ]
        assert len(rules(found)["ctl in"]) == 3
        assert found.units == 1

    def test_names_and_brackets_are_texts(self) -> None:
        """A name may be worked out; two brackets stand for one."""
        found = read_json(template(group(rule("[concat('a', 'b')]"))))
        assert found.filters[0].rules[0].id == "[concat('a', 'b')]"
        listed = template(group(rule(description="[[x]")))
        assert read_json(listed).read == 1


class TestLeftovers:
    """Other things that make rules."""

    @pytest.mark.parametrize(
        ("resource", "text", "why"),
        [
            (
                {"type": f"{GROUP}/securityRules", "name": "ctl/ntp"},
                "securityrules ctl/ntp",
                f"a rule beside its group; {INSTEAD}",
            ),
            (
                group(resources=[{"type": "securityRules", "name": "ntp"}]),
                "securityrules ntp",
                f"a rule beside its group; {INSTEAD}",
            ),
            (
                group(properties={"copy": [{"name": "securityRules"}]}),
                "networksecuritygroups ctl",
                f"a loop makes its rules; {INSTEAD}",
            ),
            (
                group(condition="[parameters('make')]"),
                "networksecuritygroups ctl",
                f"it is made only if [parameters('make')]; {INSTEAD}",
            ),
            (
                {"type": GROUP, "name": "old", "existing": True},
                "networksecuritygroups old",
                f"it exists already; {INSTEAD}",
            ),
            (
                {
                    "type": "Microsoft.Resources/deployments",
                    "name": "inner",
                    "properties": {"template": template(group(rule()))},
                },
                "deployments inner",
                f"a template of its own; {INSTEAD}",
            ),
            (
                {
                    "type": "Microsoft.Resources/deployments",
                    "name": "linked",
                    "properties": {"templateLink": {"uri": "https://x"}},
                },
                "deployments linked",
                f"a template of its own; {INSTEAD}",
            ),
        ],
    )
    def test_each_is_unknown(
        self, resource: dict[str, Any], text: str, why: str
    ) -> None:
        """It counts as one, and may decide what comes in or goes out."""
        found = read_json(template(group(rule(), name="other"), resource))
        assert [(each.text, each.why) for each in found.unread] == [
            (text, why)
        ]
        assert found.unread[0].kind == "unknown"
        assert found.unread[0].filters == ()
        assert (found.units, found.read) == (2, 1)
        assert [each.id for each in found.filters[:2]] == [
            "other in",
            "other out",
        ]

    @pytest.mark.parametrize(
        "resource",
        [
            group(condition=True),
            group(properties={"copy": []}),
            group(existing=False),
            {
                "type": "Microsoft.Resources/deployments",
                "name": "inner",
                "properties": {
                    "template": template({"type": "Microsoft.Web/sites"})
                },
            },
            {"type": 7, "name": "x"},
            "x",
        ],
    )
    def test_others_are_nothing(self, resource: Any) -> None:
        """They make no rules, or are read as what they are."""
        found = read_json(template(group(rule(), name="other"), resource))
        assert (found.units, found.unread) == (1, ())

    def test_resources_by_their_names(self) -> None:
        """As templates have them that come from Bicep."""
        data = {
            "resources": {
                "a": group(rule()),
                "b": group(rule(), existing=True),
            }
        }
        found = read_json(data)
        assert found.filters[0].place.pointer == "/resources/a"
        assert [each.id for each in found.filters] == ["ctl in", "ctl out"]
        assert (found.units, found.read) == (2, 1)
