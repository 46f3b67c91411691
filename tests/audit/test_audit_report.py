"""What a report has: sums, findings, and whether all is well."""

from __future__ import annotations

from ipaddress import ip_network

import attrs
import pytest
from audit_making import (
    ALLOW,
    ANY,
    CONTROLLER,
    ENGINE,
    SSH,
    Members,
    audit,
    existing,
    into,
    networks,
    ordered,
    resolution,
    role_map,
    rule,
)

import avi_portspec
from avi_portspec import DeclinedFlow, InvalidDataError, Inventory
from avi_portspec import audit as package
from avi_portspec.audit import readers
from avi_portspec.audit.document import make_document
from avi_portspec.audit.findings import Finding
from avi_portspec.audit.model import (
    Anywhere,
    Group,
    Place,
    PrefixList,
    Unknown,
    Unread,
)
from avi_portspec.audit.report import Report, audit_rules
from avi_portspec.audit.roles import RoleMap
from avi_portspec.documents import text

ALL = role_map(not_filtered=("service-engine",))


def kinds(report: Report) -> list[str]:
    """Return the kinds of the open findings."""
    return [finding.kind for finding in report.open]


def unread(kind: str, **more: object) -> Unread:
    """Return something that is no rule."""
    given = {
        "place": Place("rules.json", 50),
        "kind": kind,
        "text": "module.x",
        "why": "it is of a registry",
    }
    return Unread(**{**given, **more})  # type: ignore[arg-type]


class TestSums:
    """Nothing vanishes."""

    def test_everything_is_counted(self) -> None:
        """What was read, set aside, failed or is not known."""
        three = tuple(
            unread(kind, place=Place("rules.json", 50 + at))
            for at, kind in enumerate(("set-aside", "failed", "unknown"))
        )
        report = audit(into(CONTROLLER, rule(ANY, ANY, "tcp")), unread=three)
        (file,) = report.files
        assert attrs.asdict(file, recurse=False) == {
            "name": "rules.json",
            "format": "aws",
            "groups": 1,
            "units": 4,
            "read": 1,
            "set_aside": 1,
            "failed": 1,
            "unknown": 1,
            "unread": three,
            "assumes": (),
        }
        assert kinds(report).count("unread") == 2

    def test_a_reader_that_loses_a_rule_is_refused(self) -> None:
        """As is a filter with more rules than anybody keeps."""
        sound = existing(into(CONTROLLER, rule(ANY, ANY, "tcp")))
        with pytest.raises(InvalidDataError, match="units"):
            attrs.evolve(sound, units=2)
        (own,) = sound.filters
        many = (own.rules[0],) * 20_000
        with pytest.raises(InvalidDataError, match="at most 20,000 rules"):
            attrs.evolve(
                sound,
                filters=(attrs.evolve(own, rules=(*many, own.rules[0])),),
            )
        # The provider's come on top.
        default = attrs.evolve(own.rules[0], origin="provider-default")
        full = attrs.evolve(own, rules=(*many, default))
        assert attrs.evolve(sound, filters=(full,)).read == 1

    def test_several_files(self) -> None:
        """Are one report."""
        files = [existing(into(CONTROLLER)), existing(into(ENGINE))]
        report = audit_rules(files, resolution(), roles=role_map())
        assert len(report.files) == 2
        assert "unfiltered" not in kinds(report)


class TestFindings:
    """What deviates from what is needed."""

    def test_the_gravest_come_first(self) -> None:
        """And what is unknown last."""
        report = audit(
            into(
                CONTROLLER,
                rule(ANY, Members(), "tcp/22"),
                rule(Group("sg-x"), Members(), "tcp/1", 2),
            ),
        )
        levels = [finding.level for finding in report.findings]
        order = ["error", "warning", "note", "unknown"]
        assert levels == sorted(levels, key=order.index)
        assert {*levels} == {*order}
        assert report.count("unknown") == 1

    def test_a_broad_rule_says_what_it_assumes(self) -> None:
        """The default of a variable."""
        assumes = ("var.x = 0.0.0.0/0 (default)",)
        report = audit(
            into(CONTROLLER, rule(ANY, Members(), "tcp/22", assumes=assumes))
        )
        broad = [f for f in report.findings if f.kind == "broad"]
        assert {f.flow for f in broad} == {
            SSH,
            "controller-to-controller-ssh",
        }
        assert broad[0].hints == (f"assumes {assumes[0]}",)
        assert broad[0].level == "warning"

    def test_a_default_of_the_provider_is_a_note(self) -> None:
        """Nobody wrote it."""
        default = rule(ENGINE, Members(), "any", origin="provider-default")
        report = audit(into(CONTROLLER, default))
        (broad,) = [f for f in report.findings if f.flow == SSH]
        assert (broad.kind, broad.level) == ("broad", "note")
        # Of its own verdict nobody is told: it is in no file.
        assert [f for f in report.findings if f.kind == "unexplained"] == []

    def test_a_last_resort_is_no_rule(self) -> None:
        """It is said in its own words."""
        report = audit(ordered(CONTROLLER, last_resort=ALLOW))
        (broad,) = [f for f in report.findings if f.flow == SSH]
        assert "chain policy" in broad.text
        assert broad.place == Place("rules.json", 100)

    def test_denied_names_who_denies(self) -> None:
        """With its place."""
        report = audit(
            ordered(
                CONTROLLER,
                rule(ANY, Members(), "tcp/22", 1, action="deny"),
                rule(ENGINE, Members(), "tcp/22", 2),
            )
        )
        (denied,) = [f for f in report.findings if f.flow == SSH]
        assert denied.kind == "denied"
        assert denied.text.endswith("Denied by rules.json:1 rule-1.")

    @pytest.mark.parametrize(
        ("direction", "words"),
        [
            ("in", "into controller"),
            ("out", "out of service-engine"),
            ("through", "between the two sides"),
        ],
    )
    def test_where_it_lacks(self, direction: str, words: str) -> None:
        """In words."""
        parties = {"in": (CONTROLLER,), "out": (ENGINE,), "through": ()}
        report = audit(into(parties[direction], direction=direction))
        (found,) = [f for f in report.findings if f.flow == SSH]
        assert words in found.text
        back = ordered(
            CONTROLLER, direction="out", is_stateful=False, id="back"
        )
        texts = [f.text for f in audit(back).findings if f.flow == SSH]
        assert "back from controller" in texts[0]

    @pytest.mark.parametrize(
        ("direction", "words"),
        [
            ("in", "it reaches controller"),
            ("out", "it leaves service-engine"),
            ("through", "it passes between the two sides"),
        ],
    )
    def test_what_is_not_known(self, direction: str, words: str) -> None:
        """In words, with what would settle it."""
        parties = {"in": (CONTROLLER,), "out": (ENGINE,), "through": ()}
        unknown = rule(ANY, ANY, Unknown("var.x", "it has no value"))
        report = audit(into(parties[direction], unknown, direction=direction))
        (found,) = [f for f in report.findings if f.flow == SSH]
        assert words in found.text
        assert "var.x: it has no value" in found.hints[0]

    def test_replies_that_are_not_known(self) -> None:
        """The same."""
        unknown = rule(ANY, ANY, Unknown("var.x", "it has no value"))
        back = ordered(CONTROLLER, unknown, direction="out", is_stateful=False)
        texts = [f.text for f in audit(back).findings if f.flow == SSH]
        assert "whether the replies of controller pass" in texts[0]

    @pytest.mark.parametrize("release", [None, "16.2"])
    def test_rules_say_why(self, release: str | None) -> None:
        """What states them, what rules them out, what shadows them.

        The release of the deployment changes no verdict.
        """
        report = audit(
            ordered(
                ENGINE,
                rule(ENGINE, Members(), "97", 1),
                rule(ENGINE, Members(), "97", 2),
                rule(CONTROLLER, Members(), "tcp/9999", 3),
                rule(ENGINE, Members(), "tcp/9001", 4),
                rule(networks(), Members(), "tcp/1-40", 5),
            ),
            resolution=resolution(release=release),
        )
        texts = {f.kind: f.text for f in report.findings if f.rule}
        assert "aws-groups-30-2-etherip" in texts["stated-elsewhere"]
        assert texts["shadowed"].endswith("(rule-1).")
        assert "not required" in texts["ruled-out"]
        assert "objstore-vmware: " in texts["not-here"]
        assert texts["empty"] == (
            "rule-5: tcp/1-40: it matches nothing: it has no source left."
        )
        ports = {f.kind: f.ports for f in report.findings if f.rule}
        assert ports["ruled-out"] == (9999,)
        assert ports["empty"] == ()

    def test_rules_that_match_nothing_say_why(self) -> None:
        """One of its sides, its service, or all of it in its filter."""
        four, six = Anywhere((4,)), Anywhere((6,))
        report = audit(
            into(
                CONTROLLER,
                rule(ENGINE, networks(), "tcp/22", 1),
                rule(ENGINE, Members(), "", 2),
                rule(four, six, "tcp/22", 3),
            )
        )
        assert [f.text for f in report.findings if f.kind == "empty"] == [
            "rule-1: tcp/22: it matches nothing: it has no destination left.",
            "rule-2: no service: it matches nothing: it has no service left.",
            (
                "rule-3: tcp/22: it matches nothing: its source, destination "
                "and service never meet in its filter."
            ),
        ]

    def test_a_rule_of_both_directions_is_told_once(self) -> None:
        """And another of the same place, with another service, by itself."""
        rules = [rule(ENGINE, CONTROLLER, f"tcp/{at}") for at in (7, 9)]
        report = audit(
            *(
                into(party, *rules, id=f"dfw {way}", direction=way)
                for party, way in ((CONTROLLER, "in"), (ENGINE, "out"))
            )
        )
        assert len(report.rules) == 4
        texts = [f.text for f in report.findings if f.kind == "unexplained"]
        assert texts == [
            f"rule-1: tcp/{at}: no flow of this edition needs it."
            for at in (7, 9)
        ]

    def test_a_row_that_failed_is_no_rule_besides(self) -> None:
        """Its parties are known, and that it was not read is told."""
        text = "source,destination,port\nController,SE,see below\n"
        file = readers.read(text.encode(), "t.csv")
        found = kinds(audit_rules(file, resolution()))
        assert found.count("unread") == 1
        assert "ruled-out" not in found

    def test_a_rule_of_several_filters_is_told_once(self) -> None:
        """What a host receives and what it forwards is for other hosts."""
        report = audit(
            *(
                into(
                    CONTROLLER, rule(ANY, end, "tcp/9"), id=id_, direction=way
                )
                for end, id_, way in (
                    (Members(), "input", "in"),
                    (ANY, "forward", "through"),
                )
            )
        )
        assert [each.verdict for each in report.rules] == ["unexplained"] * 2
        assert kinds(report).count("unexplained") == 1

    def test_later_rules_shadow_none(self) -> None:
        """Not even one of which nothing is sure."""
        unknown = rule(ENGINE, Members(), Unknown("var.p", "no value"), 1)
        last = rule(Anywhere((4, 6)), Members(), "any", 2, action="deny")
        report = audit(ordered(CONTROLLER, unknown, last))
        assert "shadowed" not in kinds(report)

    def test_a_rule_whose_service_is_not_known(self) -> None:
        """Is called by what the file says."""
        unknown = rule(Group("sg-s"), Members(), Unknown("var.p", "no value"))
        both = Anywhere((4, 6))
        report = audit(ordered(CONTROLLER, rule(both, both, "any"), unknown))
        (found,) = [f for f in report.findings if f.kind == "shadowed"]
        assert found.text.startswith(
            "rule-1: unknown service var.p (no value): "
        )
        assert found.ports == ()


class TestRoles:
    """What the role map does not say."""

    NEXT = (
        ": give it its roles under [party] (audit rules --init-roles writes a "
        "draft), or a name of your own if it is nobody of the product."
    )

    def test_who_is_not_filtered_at_all(self) -> None:
        """Unless the map says that nobody gave the rules."""
        report = audit(into(CONTROLLER))
        (found,) = [f for f in report.findings if f.kind == "unfiltered"]
        assert (found.party, found.level) == ("service-engine", "unknown")
        assert "unfiltered" not in kinds(audit(into(CONTROLLER), roles=ALL))

    def test_parties_that_are_in_no_role(self) -> None:
        """Once each, with the rules that name them."""
        rules = [
            rule(Group("sg-x"), Members(), "tcp/22", line)
            for line in range(1, 7)
        ]
        rules.append(rule(networks("10.0.0.0/8"), Members(), "tcp/22", 7))
        report = audit(into(CONTROLLER, *rules))
        many, one = (f.text for f in report.findings if f.kind == "unmapped")
        assert many == (
            "sg-x is in no role of the role map (rules.json:1, rules.json:2, "
            f"rules.json:3, rules.json:4 and 2 more){self.NEXT}"
        )
        assert one == (
            f"10.0.0.0/8 is in no role of the role map (rules.json:7)"
            f"{self.NEXT}"
        )

    def test_what_people_call_a_party(self) -> None:
        """Beside its id, unless that has it."""
        groups = (Group("sg-0a1", "web"), Group("/groups/web", "web"))
        rules = [
            rule(group, Members(), "tcp/22", line)
            for line, group in enumerate(groups, 1)
        ]
        report = audit(into(CONTROLLER, *rules))
        one, other = (f.text for f in report.findings if f.kind == "unmapped")
        assert one.startswith("sg-0a1 called web is in no role")
        assert other.startswith("/groups/web is in no role")

    def test_who_is_probably_meant(self) -> None:
        """By a name that nobody has but for a letter."""
        row = rule(Group("Contoller"), Members(), "tcp/22", 1)
        report = audit(into(CONTROLLER, row))
        (found,) = (f.text for f in report.findings if f.kind == "unmapped")
        assert found == (
            "Contoller is in no role of the role map (rules.json:1)"
            f"{self.NEXT} Did you mean 'Controller'?"
        )

    def test_nobody_is_meant_by_their_own_name(self) -> None:
        """Other sources name a virtual network, which is no role."""
        row = rule(PrefixList("VirtualNetwork"), Members(), "tcp/22", 1)
        report = audit(into(CONTROLLER, row))
        (found,) = (f.text for f in report.findings if f.kind == "unmapped")
        assert found.endswith(self.NEXT)

    def test_networks_of_a_role_are_known(self) -> None:
        """By the inventory, or by the role map."""
        site = Inventory(
            addresses={"controller": [ip_network("10.0.0.0/30")]}  # type: ignore[dict-item]
        )
        group = into(
            CONTROLLER, rule(networks("10.0.0.0/8"), Members(), "tcp/22")
        )
        assert "unmapped" not in kinds(audit(group, inventory=site))
        roles = role_map(
            parties={"sg-c": ("controller",), "10.1.0.0/16": ("jump-host",)}
        )
        assert "unmapped" not in kinds(audit(group, roles=roles))

    def test_who_may_be_in_another_network(self) -> None:
        """Rules for whoever there is are for nobody elsewhere."""
        hint = (
            "if these rules do not filter external-network-services, list it "
            "under [not-filtered] of the role map"
        )
        none = rule(CONTROLLER, ANY, "any", action="deny")
        whole = ordered((), none, id="egress", direction="out")
        report = audit(whole, into(CONTROLLER))
        hints = {
            (each.party, each.side): each.hints
            for each in report.findings
            if each.kind in {"denied", "missing"} and each.hints
        }
        assert hints == {("external-network-services", "source"): (hint,)}
        written = text.write(make_document(report))
        assert written.count(hint) == 1
        own = audit(ordered(CONTROLLER, none, direction="out"))
        assert hint not in text.write(make_document(own))

    @pytest.mark.parametrize("key", ["10.9.7.*", "10.9.?.0/2?", "10.9.7.0/24"])
    def test_patterns_give_networks_their_roles(self, key: str) -> None:
        """As the network itself does, which is not named beside it."""
        ends = networks("10.9.7.0/24")
        report = audit(
            into(CONTROLLER, rule(ends, ANY, "tcp/22")),
            roles=RoleMap(
                parties={
                    key: ("service-engine",),
                    "sg-c": ("controller",),
                    "10.8.0.0/16": ("ops",),
                }
            ),
        )
        side = report.flows[SSH].sides["destination"]
        assert (str(side.verdict), side.reasons) == ("covered", ())
        assert "unmapped" not in kinds(report)

    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [
            ("SE", "Service Engines", "covered"),
            # Whoever has another name may be somebody else.
            ("SE", "Engines of Berlin", "unknown"),
            ("Engines of Bonn", "Engines of Berlin", "unknown"),
        ],
    )
    def test_a_table_spells_one_party_in_several_ways(
        self, first: str, second: str, expected: str
    ) -> None:
        """A role map that says so as well changes nothing."""
        rows = f"{first},Controller,TCP,22\n{second},DNS server,UDP,53\n"
        data = f"source,destination,protocol,port\n{rows}".encode()
        engines = {first: ("service-engine",), second: ("service-engine",)}
        report = audit_rules(
            readers.read(data, "t.csv"),
            resolution(),
            roles=RoleMap(parties=engines),
        )
        assert str(report.flows[SSH].verdict) == expected

    def test_filters_that_no_file_has(self) -> None:
        """Once each: what is together in no file adds nothing up."""
        filters = [
            into(CONTROLLER, id=f"sg-c {way}", direction=way)
            for way in ("in", "out")
        ]
        roles = role_map(
            together=(("sg-c", "typo"), ("sg-c out", "typo", "sg-c through"))
        )
        report = audit(*filters, roles=roles)
        found = [f for f in report.findings if f.kind == "together-unmatched"]
        assert [(f.party, f.level) for f in found] == [
            ("typo", "warning"),
            ("sg-c through", "warning"),
        ]
        assert found[0].text == (
            "together names typo, which is no filter of these files: correct "
            "or remove it."
        )

    def test_parties_that_are_misspelt(self) -> None:
        """Only those: the role map may be for other files as well."""
        roles = RoleMap(
            parties={
                "SG-C": ("controller",),
                "sg-see": ("service-engine",),
                "dns-group": ("dns-server",),
                "10.0.0.0/8": ("client",),
                "sg-s?": ("ntp-server",),
            }
        )
        group = into(CONTROLLER, rule(Group("sg-s"), Members(), "tcp/22"))
        (found,) = [
            f
            for f in audit(group, roles=roles).findings
            if f.kind == "party-unmatched"
        ]
        assert (found.party, found.level) == ("sg-see", "note")
        assert found.text == (
            "sg-see of the role map is in none of these files. Did you mean "
            "'sg-s'?"
        )

    def test_who_is_who_is_said(self) -> None:
        """Also of a party that mixes roles, and of one known by name."""
        roles = role_map(parties={"sg-c": ("controller", "service-engine")})
        group = into(CONTROLLER, rule(Group("SE"), Members(), "tcp/22"))
        assert audit(group, roles=roles).roles == {
            "sg-c": ("controller", "service-engine"),
            "SE": ("service-engine",),
        }

    def test_the_inventory_has_to_be_of_the_edition(self) -> None:
        """As it has to be for rules."""
        site = Inventory(addresses={"nobody": [ip_network("10.0.0.0/30")]})  # type: ignore[dict-item]
        with pytest.raises(InvalidDataError, match="nobody"):
            audit(inventory=site)


class TestTheExitCode:
    """Whether all is well."""

    def test_a_finding_is_one(self) -> None:
        """And nothing at all is none."""
        everything = [
            DeclinedFlow(flow=flow.id, reason="Not here.")
            for flow in resolution().flows
        ]
        answer = resolution(declined=tuple(everything))
        groups = (into(CONTROLLER), into(ENGINE, id="two"))
        good = audit(*groups, resolution=answer)
        assert good.open == ()
        assert good.exit_code() == 0
        assert audit(*groups).exit_code() == 1

    def test_what_is_unknown_can_be_allowed(self) -> None:
        """But nothing that was found, and no rule that could not be read."""
        answer = resolution(
            declined=tuple(
                DeclinedFlow(flow=flow.id, reason="Not here.")
                for flow in resolution().flows
            )
        )
        for kind, code in (("set-aside", 0), ("unknown", 0), ("failed", 1)):
            report = audit(
                into(CONTROLLER),
                into(ENGINE, id="two"),
                resolution=answer,
                unread=(unread(kind),),
            )
            assert report.exit_code() == int(kind != "set-aside")
            assert report.exit_code(allow_unknown=True) == code
        assert audit(into(CONTROLLER)).exit_code(allow_unknown=True) == 1


class TestFingerprints:
    """The same deviation has the same one, in every run."""

    def test_no_line_is_in_them(self) -> None:
        """Nor the name of a rule that its line makes."""

        def marks(line: int) -> list[str]:
            group = into(
                CONTROLLER,
                rule(ENGINE, Members(), "tcp/9999", line),
                rule(Group("sg-x"), Members(), "tcp/1", line + 1),
                place=Place("rules.json", line + 100),
            )
            return [f.fingerprint for f in audit(group).findings]

        assert marks(1) == marks(50)
        assert len({*marks(1)}) == len(marks(1))

    def test_two_that_are_alike_are_two(self) -> None:
        """Equal rules are counted."""
        report = audit(
            into(
                CONTROLLER,
                rule(ENGINE, Members(), "tcp/9999", 1),
                rule(ENGINE, Members(), "tcp/9999", 2),
            )
        )
        one, two = (
            f.fingerprint for f in report.findings if f.kind == "unexplained"
        )
        assert two == f"{one}-2"


class TestHostileNames:
    """Names are in the hand of whoever writes the file."""

    def test_nothing_in_them_acts_on_a_terminal(self) -> None:
        """Nor changes the direction of text."""
        name = "a\x1b[31m\u202e"
        report = audit(into(Group(name), rule(Group(name), ANY, "tcp/22")))
        texts = [f.text + f.party for f in report.findings]
        assert any("a[31m" in text for text in texts)
        assert all(text.isprintable() for text in texts)
        party = Finding(kind="unread", level="note", text="", party=name).party
        assert party == "a[31m"


class TestThePackage:
    """``avi_portspec.audit``."""

    def test_its_names_are_fetched_when_they_are_used(self) -> None:
        """And each is what it says."""
        assert package.rules is audit_rules
        for name in package.__all__:
            assert getattr(package, name)
        with pytest.raises(AttributeError, match="no attribute 'rule'"):
            package.rule  # noqa: B018
        assert avi_portspec.audit is package
