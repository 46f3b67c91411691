"""What a type checker says of rules, checked by mypy and never run.

Each ``type: ignore`` is a claim that its line is refused: mypy reports one
that ignores nothing.
"""

from __future__ import annotations

from typing import assert_never, assert_type

from avi_portspec import Bare, Message, Ported, Rule, RuleSet, platforms


def forgets_messages(rule: Rule) -> str:
    """A writer that knows of no messages of ICMP is refused."""
    match rule.traffic:
        case Ported(ports=ports):
            return " ".join(map(str, ports))
        case Bare():
            return "*"
        case _ as never:
            assert_never(never)  # type: ignore[arg-type]


def takes_all_traffic_for_ports(rule: Rule) -> str:
    """So is one that takes all traffic for ports."""
    return str(rule.traffic.ports)  # type: ignore[union-attr]


def forgets_nothing(rule: Rule) -> str:
    """One that knows all three is not."""
    match rule.traffic:
        case Ported(ports=ports):
            return " ".join(map(str, ports))
        case Message(icmp_type=kind):
            return str(kind)
        case Bare():
            return "*"
        case _ as never:
            assert_never(never)


def renders(rules: RuleSet) -> None:
    """Platforms are known by name."""
    assert_type(rules.render("nftables"), str)
    for platform in platforms():
        rules.render(platform)
    rules.render("nftabels")  # type: ignore[arg-type]
    rules.render("nftables", scope="all", hook="host", name="south")
    rules.render("cisco", last_line="none")
    rules.render("cisco", last_line="deny")  # type: ignore[arg-type]
    rules.render("aws-terraform", syntax="hcl")
    rules.render("nftables", hook="input")  # type: ignore[arg-type]
