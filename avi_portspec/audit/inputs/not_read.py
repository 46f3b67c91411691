"""Files about traffic that no reader has, and what to give instead."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from avi_portspec.audit.inputs.document import Document

__all__ = ["Kind", "name_binary", "name_kind"]


class Kind(NamedTuple):
    """A kind of file that is not read.

    Attributes:
        name: What it is.
        instead: What to give instead of it.
    """

    name: str
    instead: str


_AWS: Final = "what 'aws ec2 describe-security-groups' prints"
_AZURE: Final = "what 'az network nsg list' prints"
_TABLE: Final = "it as HTML, or its table in CSV or Markdown"
#: How much of a file tells its kind.
_HEAD: Final = 1 << 20
#: The modules of Ansible that make rules.
_MODULES: Final = (
    "ec2_group|ec2_security_group|azure_rm_securitygroup|gcp_compute_firewall"
    "|security_group_rule|os_security_group_rule|firewalld|ufw|iptables"
)
#: What only files of a kind have; the first that fits tells it.
_KINDS: Final = tuple(
    (re.compile(pattern, re.MULTILINE), Kind(name, instead))
    for pattern, name, instead in (
        (
            r"\bAWSTemplateFormatVersion\b|\bAWS::EC2::SecurityGroup\b",
            "a CloudFormation template",
            _AWS,
        ),
        (
            r'"SecurityGroupRules"\s*:',
            "rules without the groups that have them",
            _AWS,
        ),
        (r"^SecurityGroups:", "YAML", f"{_AWS} with --output json"),
        (r"^resource \w+ 'Microsoft\.", "Bicep", _AZURE),
        (r'"SecurityRules"\s*:', "groups as PowerShell has them", _AZURE),
        (
            r"^[- ]*defaultSecurityRules:",
            "YAML",
            f"{_AZURE} with --output json",
        ),
        (
            r"^NAME +NETWORK +DIRECTION\b",
            "a table of gcloud",
            "what 'gcloud compute firewall-rules list --format=json' prints",
        ),
        (
            r"^\| ID +\| IP Protocol\b",
            "a table of openstack",
            "what 'openstack security group rule list --long -f json' prints",
        ),
        (
            (
                r"^kind: *(?:Cilium\w*NetworkPolicy|GlobalNetworkPolicy"
                r"|(?:Baseline)?AdminNetworkPolicy)\s*$"
            ),
            "policies that extend Kubernetes",
            "its own, of kind NetworkPolicy, or a table in CSV",
        ),
        (r"^\|===\s*$", "AsciiDoc", _TABLE),
        (r"^ *\.\. (?:list|csv)-table::", "reStructuredText", _TABLE),
        (r"^ *\+=[=+]+\+\s*$", "a table drawn with + and =", _TABLE),
        (
            r"^Chain \S+ \((?:policy|\d+ references)\b",
            "a list of iptables -L",
            "what 'iptables-save' prints",
        ),
        (
            r"^Status: active$",
            "the status of ufw",
            "what 'iptables-save' prints",
        ),
        (
            r"^ +rich rules:",
            "zones of firewalld",
            "what 'nft -j list ruleset' prints",
        ),
        (
            r"^Terraform will perform\b|^Plan: \d+ to add\b",
            "a plan as text",
            "what 'terraform show -json' prints",
        ),
        (
            rf"^ *- +hosts:|^[- ]+(?:\w+\.\w+\.)?(?:{_MODULES}):",
            "tasks of Ansible",
            "the rules that they make, as the cloud or the host prints them",
        ),
    )
)


#: How files begin that are no text.
_BINARY: Final = {
    b"PK\x03\x04": Kind(
        "a workbook, or another packed file", "its table in CSV"
    ),
    b"\xd0\xcf\x11\xe0": Kind("a document of an office", "its table in CSV"),
    b"%PDF-": Kind("a PDF", "its table in CSV"),
    b"\x1f\x8b": Kind("a packed file", "what is in it"),
}


def name_binary(document: Document) -> Kind | None:
    """Return what kind of file it is, if it is no text that is known."""
    data = document.data
    return next(
        (kind for mark, kind in _BINARY.items() if data.startswith(mark)), None
    )


def name_kind(document: Document) -> Kind | None:
    """Return what kind of file it is, if it is one that is not read."""
    head = document.data[:_HEAD].decode("utf-8", "replace")
    return next((kind for seen, kind in _KINDS if seen.search(head)), None)
