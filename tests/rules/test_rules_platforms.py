"""The registry of platforms, and what every writer has to do."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import attrs
import pytest
from rules_examples import (
    aws,
    fitting,
    portless,
    rendered,
    rule,
    unwrap,
    with_rules,
)

import avi_portspec.rules.platforms
from avi_portspec import (
    CannotExpressError,
    Deployment,
    Edition,
    FlowId,
    InvalidQueryError,
    Rule,
    RuleSet,
    UnknownNameError,
    loads_inventory,
    platforms,
    rule_set,
)
from avi_portspec.model.facets import DeclinedFlow
from avi_portspec.names import OptionName, Scope
from avi_portspec.rules.neutral import SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import (
    PlatformName,
    csv_table,
    options_of,
    render,
    write,
)
from avi_portspec.rules.platforms.clouds import size_refusal

FOLDER = Path(avi_portspec.rules.platforms.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))
#: What a rule has besides its traffic, for those who read rules. A writer
#: that asked only for these could forget one, and open everything.
SHORTCUTS = {"icmp_types", "ports", "source_ports"}


def trees() -> list[ast.Module]:
    """Return the writers' modules, parsed."""
    return [ast.parse(path.read_text("utf-8")) for path in MODULES]


class TestTheRegistry:
    """A platform is a module, a name for type checkers and an entry."""

    def test_type_checkers_know_the_names(self) -> None:
        """Those that there are, and no others."""
        assert get_args(PlatformName) == platforms()

    @pytest.mark.parametrize(
        ("name", "near"),
        [
            ("nftabels", "nftables"),
            ("aws-teraform", "aws-terraform"),
            ("NSXT", "nsx-t"),
        ],
    )
    def test_an_unknown_name(
        self, edition: Edition, name: Any, near: str
    ) -> None:
        """The error has the nearest one, and all that there are."""
        with pytest.raises(UnknownNameError) as caught:
            aws(edition).render(name)
        assert f"did you mean '{near}'?" in str(caught.value)
        assert tuple(caught.value.known) == platforms()


class TestOptions:
    """What can be asked of a platform, and what is refused."""

    def test_all_places_name_the_same(self) -> None:
        """What writes, what is asked for, and what type checkers know."""
        _, _, *asked = inspect.signature(RuleSet.render).parameters
        assert tuple(asked) == get_args(OptionName)
        *fields, _ = attrs.fields_dict(Options)
        assert fields == asked
        hints = get_type_hints(RuleSet.render)
        for name, hint in get_type_hints(Options).items():
            if name in asked:
                assert hints[name] == hint | None

    @pytest.mark.parametrize(
        "options",
        [
            {"name": "south"},
            {"scope": "all"},
            {"scope": "product"},
            {"last_line": "permit"},
            {"hook": "host"},
            {"hook": "forward"},
            {"icmp_errors": False},
            {"icmp_errors": True},
            {"syntax": "hcl"},
        ],
        ids=str,
    )
    def test_those_that_a_platform_does_not_take(
        self, edition: Edition, options: dict[str, Any]
    ) -> None:
        """Are refused by name, whatever they hold, rather than ignored."""
        (name,) = options
        others = [each for each in platforms() if name not in options_of(each)]
        assert "csv" in others
        for platform in others:
            with pytest.raises(InvalidQueryError) as caught:
                aws(edition).render(platform, **options)
            assert caught.value.argument == name
            assert platform in caught.value.expected

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("name", "South", "lower-case words"),
            ("name", "", "lower-case words"),
            ("name", "-j", "lower-case words"),
            ("name", "x\n", "lower-case words"),
            ("name", "x" * 17, "16 characters"),
            ("name", 7, "lower-case words"),
            ("scope", "any", "'product' or 'all'"),
            ("last_line", "deny", "'permit' or 'none'"),
            ("hook", "input", "'forward' or 'host' or 'bridge'"),
            ("hook", ["host"], "'forward' or 'host' or 'bridge'"),
            ("icmp_errors", 1, "True or False"),
            ("syntax", "yaml", "'json' or 'hcl'"),
            ("header", 1, "True or False"),
            ("partial", "no", "True or False"),
        ],
    )
    def test_values(self, name: str, value: Any, expected: str) -> None:
        """Of which none is guessed at."""
        with pytest.raises(InvalidQueryError, match=expected) as caught:
            Options(**{name: value})
        assert caught.value.argument == name

    def test_the_longest_name(self) -> None:
        """Is a name; and there is one in an identifier only if asked for."""
        assert Options(name="x" * 16).identifier("a") == f"a-{'x' * 16}"
        assert Options().identifier("a") == "a"

    def test_they_are_options(self, edition: Edition) -> None:
        """A mapping of them would not have been checked."""
        found: Any = {"name": "x"}
        with pytest.raises(InvalidQueryError, match="options"):
            render(aws(edition), "nftables", found)

    def test_of_an_unknown_platform(self) -> None:
        """There are none."""
        name: Any = "nftabels"
        with pytest.raises(UnknownNameError, match="nftables"):
            options_of(name)


def refused(edition: Edition, flow: str) -> Rule:
    """Return a rule for a flow that no Linux firewall can express."""
    return attrs.evolve(portless(edition, 43, 6), flows=(FlowId(flow),))


class TestPartial:
    """What a platform cannot express, where the rest is asked for."""

    def test_is_left_out_and_listed(self, edition: Edition) -> None:
        """The rest is what it would have been; the header tells."""
        flow = "service-engine-to-controller-echo"
        one, own = rule(edition), refused(edition, flow)
        rules = with_rules(edition, own, one)
        with pytest.raises(CannotExpressError):
            rules.render("nftables")
        written = write(rules, "nftables", Options(partial=True))
        assert written.rules.rules == (one,)
        assert written.text == rules.render("nftables", partial=True)
        text = unwrap(written.text)
        assert text.startswith(f"# {rules.header()[0]}\n")
        (told,) = set(written.rules.omissions) - set(rules.omissions)
        assert told.subject == flow
        assert told.kind == "not-expressible"
        assert f"nftables, rule {own.id}: " in told.reason
        assert f"# left out: {told}\n" in text

    def test_of_a_need_is_not_complete(self, edition: Edition) -> None:
        """A flow that the deployment does not need takes nothing from it."""
        needed = "service-engine-to-controller-ntp"
        for flow, complete in (
            ("service-engine-to-controller-echo", True),
            (needed, False),
        ):
            own = refused(edition, flow)
            rules = with_rules(edition, *aws(edition).rules, own)
            written = write(rules, "nftables", Options(partial=True))
            assert written.rules.complete is complete
        line = f"# complete: NO, needed flows without rules: {needed}\n"
        assert line in written.text

    def test_without_any_refusal(self, edition: Edition) -> None:
        """It is the whole, for every platform of ours."""
        rules = aws(edition)
        for name, writer in avi_portspec.rules.platforms._WRITERS.items():
            if writer.module != "network":
                partial = rules.render(name, partial=True)
                assert partial == rules.render(name)

    def test_what_is_about_all_rules(
        self, edition: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Is refused still: there is no part that would do."""

        def too_large(rules: SiteRules, options: Options) -> str:
            raise size_refusal("csv", rules, "they are too many")

        monkeypatch.setattr(csv_table, "render", too_large)
        with pytest.raises(CannotExpressError, match="too many") as caught:
            aws(edition).render("csv", partial=True)
        assert caught.value.rule == "all"


class TestWriters:
    """What a type checker holds them to is not gone round."""

    def test_the_bytes_are_the_same_in_every_process(self) -> None:
        """Whatever the seed of Python's hashes; those of aerleon elsewhere."""
        code = (
            "import hashlib, sys\n"
            "from cloud_sites import rules_for\n"
            "rules = rules_for()\n"
            "for name in sys.argv[1:]:\n"
            "    text = rules.render(name)\n"
            "    print(name, hashlib.sha256(text.encode()).hexdigest())\n"
        )
        writers = avi_portspec.rules.platforms._WRITERS
        names = [n for n, w in writers.items() if w.module != "network"]
        one, other = (
            subprocess.run(
                [
                    sys.executable,
                    "-c",
                    code,
                    *names,
                ],
                capture_output=True,
                text=True,
                check=True,
                env={
                    **os.environ,
                    "PYTHONHASHSEED": seed,
                    "PYTHONPATH": os.pathsep.join(sys.path),
                },
            ).stdout
            for seed in ("1", "2")
        )
        assert one == other
        assert [line.split()[0] for line in one.splitlines()] == names

    def test_they_match_on_traffic(self) -> None:
        """None reads a part of it off a rule."""
        read = {
            f"{node.value.id}.{node.attr}"
            for tree in trees()
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.attr in SHORTCUTS
            and node.value.id != "self"
        }
        assert read == {"spec.ports"}, "azure's own record has ports"

    def test_each_match_is_complete(self) -> None:
        """It ends in what a type checker refuses if a case is missing."""
        matches = [
            node
            for tree in trees()
            for node in ast.walk(tree)
            if isinstance(node, ast.Match)
        ]
        assert len(matches) > 10
        for match in matches:
            last = ast.unparse(match.cases[-1])
            assert last.split() == [
                *("case", "_", "as", "never:", "assert_never(never)")
            ]


def ipv4_alone(edition: Edition, cloud: Any, more: str) -> RuleSet:
    """Return rules that every platform but ip6tables can express."""
    text = (
        'controller = ["10.10.1.11"]\nservice-engine = ["10.20.0.0/24"]\n'
        f'external-network-services = ["192.0.2.0/24"]\n{more}'
    )
    inventory = loads_inventory(text, edition=edition)
    return rule_set(edition.resolve(cloud), inventory, missing="omit")


def remarks(value: Any) -> Iterator[str]:
    """Yield what Terraform takes for comments, in whatever of its JSON."""
    if isinstance(value, dict):
        for key, inner in value.items():
            groups = inner.values() if isinstance(inner, dict) else [inner]
            if key == "//":
                yield from (line for lines in groups for line in lines)
            else:
                yield from remarks(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from remarks(inner)


def scopes(platform: PlatformName) -> tuple[Scope, ...]:
    """Return the scopes that a platform takes, or its only one."""
    return get_args(Scope) if "scope" in options_of(platform) else ("product",)


def whole(
    rules: RuleSet, platform: PlatformName, scope: Scope = "product"
) -> str:
    """Return rules with all that they say of themselves.

    A table does so where that is asked for, so that what reads tables can
    read it; the command says the same beside it.
    """
    header = True if "header" in options_of(platform) else None
    asked = None if scope == "product" else scope
    return rendered(rules, platform, Options(header=header, scope=asked))


class TestHonesty:
    """What every platform's text says of what it rests on."""

    @pytest.mark.parametrize("platform", platforms())
    def test_each_inferred_field_is_named(
        self, edition: Edition, platform: PlatformName
    ) -> None:
        """Of every flow that has a rule in it, and of no other."""
        rules = ipv4_alone(edition, "aws", 'aws = ["203.0.113.9"]')
        found = " ".join(whole(rules, platform).split())
        # A table's comment has no commas, and lists of devices wrap lines.
        plain = found.replace(";", ",").replace(" ! ", " ").replace("# ", "")
        written = {
            name
            for rule in rules.rules
            for name in rule.flows
            if platform != "ip6tables"
        }
        for flow in edition.flows:
            fields = ", ".join(reason.field for reason in flow.inferred)
            line = f"Not stated by the vendor: {flow.id} ({fields})"
            told = line.replace(" ", "") in plain.replace(" ", "")
            assert told == bool(fields and flow.id in written), line

    @pytest.mark.parametrize("platform", platforms())
    def test_comments_fit_a_page(
        self, edition: Edition, platform: PlatformName
    ) -> None:
        """Each line, unless the platform has none, and what it has is data."""
        rules = ipv4_alone(edition, "aws", "")
        text = whole(rules, platform)
        lines = [
            line.strip()
            for line in text.splitlines()
            # What people copy into a shell stays in one line.
            if re.match(r" *[#!] ", line) and " -S | awk" not in line
        ]
        if platform.endswith("-terraform"):
            lines = [*remarks(json.loads(text))]
        elif platform == "paloalto":
            lines = re.findall("<!--\n(.*?)-->", text, re.DOTALL)[0].split(
                "\n"
            )
        has_none = platform in {"aws-cloudformation", "azure-arm", "nsx-t"}
        assert (len(lines) > len(rules.header())) != has_none
        assert max(map(len, lines), default=0) <= 100

    @pytest.mark.parametrize("platform", platforms())
    def test_it_says_what_it_is_about(
        self, edition: Edition, platform: PlatformName
    ) -> None:
        """In a line: the edition, no release, and what is out of scope."""
        rules = ipv4_alone(edition, "aws", "")
        text = "".join(unwrap(whole(rules, platform)).split())
        for part in (
            "release not stated",
            "management traffic only",
            "health monitors and BGP are not part of it",
        ):
            assert part.replace(" ", "") in text

    @pytest.mark.parametrize("platform", platforms())
    @pytest.mark.parametrize("cloud", ["nsx-t", "vcenter", "no-orchestrator"])
    def test_none_is_complete_with_a_gap(
        self, edition: Edition, platform: PlatformName, cloud: str
    ) -> None:
        """It says how many gaps there are, and lists each."""
        rules = ipv4_alone(edition, cloud, 'esxi-host = ["203.0.113.9"]')
        plain = "".join(whole(rules, platform).split())
        assert "complete:yes" not in plain
        assert rules.resolution.gaps
        for gap in rules.resolution.gaps:
            told = gap.text.replace("'", "").replace(" ", "")[:40]
            assert told in plain.replace("'", "").replace("!", "")

    @pytest.mark.parametrize("platform", platforms())
    @pytest.mark.parametrize("cloud", ["nsx-t", "kubernetes"])
    def test_each_is_judged_by_what_is_asked_for(
        self, edition: Edition, platform: PlatformName, cloud: str
    ) -> None:
        """A gap about other flows is told, and does not count."""
        side = "external-network-services"
        inventory = loads_inventory(
            f'controller = ["10.10.1.11"]\n{side} = ["192.0.2.0/24"]\n',
            edition=edition,
        )
        answer = edition.resolve(cloud)
        rules = rule_set(answer, inventory, source=side)
        plain = "".join(unwrap(whole(rules, platform)).split())
        plain = plain.replace("!", "")
        # A table's comment has no commas.
        plain = plain.replace("#", "").replace(";", ",")
        # It has no rule: these addresses are of IPv4.
        verdict = "NO" if platform == "ip6tables" else "yes"
        assert f"complete:{verdict}," in plain
        assert f"onlyflowswithsource{side}arecounted" in plain
        assert answer.gaps
        assert plain.count("Notaskedfor,andnotcounted.") >= len(answer.gaps)
        others = [flow.id for flow in answer.needed if flow.source != side]
        for name in others:
            assert name in plain

    @pytest.mark.parametrize("platform", platforms())
    def test_none_hides_what_several_clouds_lack(
        self, edition: Edition, platform: PlatformName
    ) -> None:
        """However many omissions there are, each is told with its kind."""
        clouds = ["vcenter", "nsx-t", "aws", "gcp", "openstack"]
        clouds += ["azure", "kubernetes"]
        services = [each.id for each in edition.facets["service"].values]
        lists = [f'{c} = ["10.1.{at}.1"]' for at, c in enumerate(clouds)]
        inventory = loads_inventory(
            "\n".join(
                ['controller = ["10.0.0.1"]', "[service-engine]", *lists]
            ),
            edition=edition,
        )
        answer = edition.resolve(Deployment(clouds=clouds, services=services))
        rules = rule_set(answer, inventory, missing="omit")
        header = True if "header" in options_of(platform) else None
        for scope in scopes(platform):
            asked = None if scope == "product" else scope
            options = Options(header=header, scope=asked, partial=True)
            found = write(rules, platform, fitting(platform, options))
            plain = "".join(found.text.split())
            plain = plain.replace("!", "").replace("#", "")
            left = found.rules.listed
            assert len(left) > 20
            for each in left:
                told = f"{each.subject}({each.kind})".replace(" ", "")
                assert told in plain

    @pytest.mark.parametrize("platform", platforms())
    @pytest.mark.parametrize(
        ("made", "kind"),
        [
            ({"clouds": ["openstack"], "controller": "container"}, "conflict"),
            ({"clouds": ["gcp"]}, "direction-unclear"),
            ({"clouds": ["aws"]}, "no-address"),
            ({"clouds": ["aws"]}, "declined"),
            ({"clouds": ["nsx-t"]}, "cluster-ip"),
        ],
    )
    def test_none_hides_what_has_no_rule(
        self,
        edition: Edition,
        platform: PlatformName,
        made: dict[str, Any],
        kind: str,
    ) -> None:
        """It is listed, with the kind of reason, and what is open is told."""
        flow = FlowId("external-to-controller-snmp")
        if kind == "declined":
            declined = DeclinedFlow(flow=flow, reason="not polled")
            made = {**made, "declined": [declined]}
        rules = ipv4_alone(
            edition, Deployment(**made), 'cluster-ip = "10.10.1.10"'
        )
        left = [each for each in rules.omissions if each.kind == kind]
        assert left
        for scope in scopes(platform):
            plain = "".join(whole(rules, platform, scope).split())
            plain = plain.replace("!", "")
            for each in left:
                told = f"{each.subject}({each.kind})".replace(" ", "")
                assert told in plain.replace("#", "")
            # Something that is needed has no rule in each, or a gap.
            assert "complete:yes" not in plain
