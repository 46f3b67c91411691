"""A site's own facts over an edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from avi_portspec import (
    TCP,
    Edition,
    EndpointNames,
    InvalidDataError,
    InvalidQueryError,
    Overlay,
    PortChange,
    PortRange,
    SiteFlow,
    SiteNote,
    diff,
    dumps,
    export,
    load,
    loads,
)

HTTPS = "external-to-controller-https"
TEXT = f"""
id = "berlin"
title = "Site Berlin"

[[endpoints]]
id = "jump-host"
name = "Jump host"
kind = "client"

[[flows]]
id = "jump-host-to-controller-ssh"
source = "jump-host"
destination = "controller"
protocols = ["tcp"]
ports = [22]
purpose = "Administrators reach the Controller from here alone."
when = {{ facet = "cloud", values = ["aws"] }}

[[changes]]
flow = "{HTTPS}"
ports = [9443]
reason = "The portal moved."
"""
HEAD = 'id = "berlin"\ntitle = "Site Berlin"\n'


def _edition() -> Edition:
    return load("vantage-undated")


class TestMerge:
    """The site's facts stand beside the page's."""

    def test_changed_ports(self) -> None:
        """The flow has the site's ports, and says that they are the site's."""
        flow = _edition().overlay(TEXT).flows[HTTPS]
        assert [str(pair) for pair in flow.protocol_ports()] == ["TCP 9443"]
        assert flow.origin == "berlin"
        reason = flow.why_inferred("ports")
        assert reason == (
            "Moved from TCP 443 by the site's overlay berlin: The portal "
            "moved."
        )

    def test_new_records(self) -> None:
        """A new flow and its endpoint answer queries, and are marked."""
        site = _edition().overlay(TEXT)
        (flow,) = site.flows.select(source="Jump host")
        assert flow.origin == site.endpoints["jump-host"].origin == "berlin"
        assert flow.citation.section == "berlin"
        assert site.sections["Site Berlin"].origin == "berlin"

    def test_it_is_resolved(self) -> None:
        """A deployment needs the site's flows as it does the page's."""
        site = _edition().overlay(TEXT)
        name = "jump-host-to-controller-ssh"
        assert site.resolve("aws").status_of(name) == "needed"
        assert site.resolve("gcp").status_of(name) == "not-applicable"

    def test_the_page_is_not_the_reason_for_the_site_s_own(self) -> None:
        """A ticket says who asks for a flow that the page does not have."""
        answer = _edition().overlay(TEXT).resolve("aws")
        mine = answer["jump-host-to-controller-ssh"].reason
        assert mine == "Required by the site (overlay berlin) on AWS."
        assert answer[HTTPS].reason == "Required."

    def test_nothing_else_changes(self) -> None:
        """Every other record is the page's, and unmarked."""
        edition, site = _edition(), _edition().overlay(TEXT)
        changed = {change.id for change in diff(edition, site)}
        assert changed == {
            HTTPS,
            "berlin",
            "jump-host",
            "jump-host-to-controller-ssh",
        }
        assert {f.id for f in site.flows if f.origin} == {
            HTTPS,
            "jump-host-to-controller-ssh",
        }

    def test_identity(self) -> None:
        """The edition with the site's facts goes by a name of its own."""
        site = load("17.1").overlay(TEXT)
        assert site.id == "17.1.berlin"
        assert site.aliases == ()
        assert site.title.endswith(", with Site Berlin")

    def test_the_marks_are_data(self) -> None:
        """A round trip through JSON keeps the marks."""
        site = _edition().overlay(TEXT)
        assert loads(dumps(site)) == site

    def test_two_sites(self) -> None:
        """One overlay can be laid over another."""
        text = TEXT.replace("berlin", "paris").replace("Berlin", "Paris")
        text = text.replace("jump-host", "bastion").replace("Jump", "Bastion")
        both = _edition().overlay(TEXT).overlay(text)
        assert both.id == "vantage-undated.berlin.paris"
        assert both.flows[HTTPS].origin == "paris"
        assert both.endpoints["jump-host"].origin == "berlin"

    def test_from_a_file(self, tmp_path: Path) -> None:
        """A path serves, as a string or as a path."""
        path = tmp_path / "site.toml"
        path.write_text(TEXT, encoding="utf-8")
        assert _edition().overlay(path) == _edition().overlay(str(path))

    def test_readings_of_the_ports_go(self) -> None:
        """How the page's ports were read no longer matters."""
        name = "external-to-controller-ssh"
        text = TEXT.replace(HTTPS, name)
        assert _edition().flows[name].readings
        assert _edition().overlay(text).flows[name].readings == ()

    @given(st.integers(1, 65535))
    def test_an_overlay_as_a_value(self, port: int) -> None:
        """An overlay made in code does the same."""
        taken = {
            ports.low
            for flow in _edition().flows.select(
                source="external-network-services", protocol="tcp"
            )
            for ports in flow.ports
        }
        assume(port not in taken)
        overlay = Overlay(
            id="site",
            title="A site",
            changes=[
                PortChange(
                    flow=HTTPS, ports=[PortRange.of(port)], reason="Moved."
                )
            ],
            flows=[
                SiteFlow(
                    id="more",
                    source="controller",
                    destination="service-engine-gateway",
                    protocols=[TCP],
                    ports=[PortRange.of(port)],
                    purpose="Testing.",
                )
            ],
        )
        site = _edition().overlay(overlay)
        assert site.flows[HTTPS].ports == (PortRange.of(port),)
        assert site.flows["more"].requirement == "required"


CITED = (
    TEXT.replace('reason = "The', 'reference = "change 7"\nreason = "The')
    .replace('kind = "client"', 'kind = "client"\nreference = "change 8"')
    .replace('purpose = "Adm', 'reference = "change 9"\npurpose = "Adm')
    + """
[[names]]
endpoint = "controller"
label = "Chief"
aliases = ["lb-manager"]
reference = "change 10"

[[notes]]
id = "jump-host-hours"
text = "From 6 to 22 hours."
qualifies = ["jump-host-to-controller-ssh"]
reference = "change 11"
"""
)
SSH = "jump-host-to-controller-ssh"


class TestWhatASiteCites:
    """Each fact of a site can have a source, and names the site with it."""

    def test_flows_and_endpoints(self) -> None:
        """As data, beside the overlay."""
        site = _edition().overlay(CITED)
        found = {flow.id: flow.reference for flow in site.flows if flow.origin}
        assert found == {HTTPS: "change 7", SSH: "change 9"}
        assert site.endpoints["jump-host"].reference == "change 8"
        assert loads(dumps(site)) == site

    def test_the_reason_of_a_decision(self) -> None:
        """What a ticket and a rule give as the reason."""
        answer = _edition().overlay(CITED).resolve("aws")
        assert answer[SSH].reason == (
            "Required by the site (overlay berlin, change 9) on AWS."
        )
        assert answer.flows[HTTPS].why_inferred("ports") == (
            "Moved from TCP 443 by the site's overlay berlin, change 7: The "
            "portal moved."
        )

    @pytest.mark.parametrize("form", ["markdown", "ticket", "csv", "json"])
    def test_documents_say_it(self, form: Any) -> None:
        """Beside each mention of the overlay as who states a flow."""
        site = _edition().overlay(CITED)
        text = export(site.resolve("aws"), form)
        assert isinstance(text, str)
        assert "change 7" in text
        assert "change 9" in text

    def test_it_is_no_change_of_meaning(self) -> None:
        """A firewall has nothing to do."""
        changes = diff(_edition().overlay(TEXT), _edition().overlay(CITED))
        assert {change.action for change in changes.of("flows")} == {"none"}

    def test_another_overlay_moves_what_this_one_added(self) -> None:
        """It still is berlin's flow, and not the vendor's."""
        text = (
            'id = "paris"\ntitle = "Paris"\n[[changes]]\n'
            f'flow = "{SSH}"\nports = [2222]\nreason = "R."\n'
            'reference = "change 12"\n'
        )
        both = _edition().overlay(CITED).overlay(text)
        flow = both.flows[SSH]
        assert (flow.origin, flow.reference) == ("berlin", "change 9")
        assert "overlay paris, change 12" in str(flow.why_inferred("ports"))
        assert "overlay berlin, change 9" in both.resolve("aws")[SSH].reason


class TestNames:
    """A site's own words for the endpoints of the vendor's page."""

    def test_tables_have_the_label(self) -> None:
        """And a question can use every name, the vendor's too."""
        site = _edition().overlay(CITED)
        plain = _edition().endpoints["controller"]
        controller = site.endpoints["controller"]
        assert (plain.label, controller.label) == ("Controller", "Chief")
        for name in ("chief", "LB-Manager", plain.name, *plain.aliases):
            assert site.endpoints[name] is controller
            assert site.flows.select(destination=name).ids()

    def test_they_are_not_the_vendor_s(self) -> None:
        """The endpoint is, and each name says which overlay has it."""
        controller = _edition().overlay(CITED).endpoints["controller"]
        assert controller.origin is None
        assert (
            attrs.evolve(controller, site_names=())
            == (_edition().endpoints["controller"])
        )
        (given,) = controller.site_names
        assert (given.origin, given.reference) == ("berlin", "change 10")

    def test_of_two_overlays_the_later_has_the_label(self) -> None:
        """Without a label of its own, the earlier one stays."""
        text = 'id = "paris"\ntitle = "P"\n[[names]]\nendpoint = "controller"'
        site = _edition().overlay(CITED)
        for more, label in (
            ('label = "Boss"', "Boss"),
            ('aliases = ["boss"]', "Chief"),
        ):
            controller = site.overlay(f"{text}\n{more}").endpoints["boss"]
            assert controller.label == label
            assert [n.origin for n in controller.site_names] == [
                "berlin",
                "paris",
            ]

    @pytest.mark.parametrize(
        ("text", "path", "near"),
        [
            ('endpoint = "contoller"', "endpoint", "controller"),
            ('endpoint = "dns-server"', "aliases[0]", None),
            ('endpoint = "controller"\nlabel = "GCP cloud"', "label", None),
            ('endpoint = "controller"\nlabel = "jump host"', "label", None),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, text: str, path: str, near: str | None
    ) -> None:
        """An endpoint that is not there, or a name that another one has."""
        own = f'{TEXT}[[names]]\n{text}\naliases = ["Avi Controller"]\n'
        with pytest.raises(InvalidDataError) as caught:
            _edition().overlay(own)
        assert [(f.path, f.nearest) for f in caught.value.faults] == [
            (f"names[0].{path}", near)
        ]

    def test_one_name_for_two(self) -> None:
        """Nobody could tell them apart; and each endpoint stands once."""
        text = (
            f'{HEAD}[[names]]\nendpoint = "controller"\naliases = ["lb"]\n'
            '[[names]]\nendpoint = "service-engine"\naliases = ["LB"]\n'
            '[[names]]\nendpoint = "controller"\nlabel = "Chief"\n'
            '[[names]]\nendpoint = "controller"\n'
        )
        with pytest.raises(InvalidDataError) as caught:
            _edition().overlay(text)
        assert {(f.rule, f.path) for f in caught.value.faults} == {
            ("id/duplicate", "names[1].aliases[0]"),
            ("overlay/named-twice", "names[2].endpoint"),
            ("overlay/no-name", "names[3]"),
        }


class TestNotes:
    """What a site says about its own flows."""

    def test_they_qualify_them(self) -> None:
        """And say whose they are, wherever a note is read."""
        site = _edition().overlay(CITED)
        (note,) = site.notes_on(SSH)
        assert note.text == (
            "The site's overlay berlin, change 11: From 6 to 22 hours."
        )
        assert note.kind == "scope"
        assert site.sections[str(note.citation.section)].origin == "berlin"
        assert site.resolve("aws")[SSH].notes == (note,)

    def test_only_of_its_own_flows(self) -> None:
        """What the vendor states, a site does not qualify."""
        text = CITED.replace(f'["{SSH}"]', f'["{SSH}", "{HTTPS}", "jump"]')
        with pytest.raises(InvalidDataError) as caught:
            _edition().overlay(text)
        assert [f.path for f in caught.value.faults] == [
            "notes[0].qualifies[1]",
            "notes[0].qualifies[2]",
        ]

    def test_of_a_broken_flow_the_flow_is_the_fault(self) -> None:
        """Whether it cannot be read, or makes no flow."""
        for old, new, path in (
            ("ports = [22]", "ports = 22", "flows[0].ports"),
            ("ports = [22]", "", "flows[0].ports"),
        ):
            with pytest.raises(InvalidDataError) as caught:
                _edition().overlay(CITED.replace(old, new))
            assert [f.path for f in caught.value.faults] == [path]

    def test_an_id_is_one_record_s(self) -> None:
        """That of a note of the vendor's page is taken."""
        text = CITED.replace('"jump-host-hours"', '"login-banner"')
        with pytest.raises(InvalidDataError) as caught:
            _edition().overlay(text)
        assert [(f.rule, f.path) for f in caught.value.faults] == [
            ("id/duplicate", "notes[0]")
        ]

    def test_there_is_an_end_to_faults(self) -> None:
        """Nobody reads thousands of them."""
        notes = [
            SiteNote(id=f"n{at}", text="T.", qualifies=("x",))
            for at in range(1_200)
        ]
        names = [
            EndpointNames(endpoint="x", label=f"L{at}") for at in range(1_200)
        ]
        for more in ({"notes": notes}, {"names": names}):
            overlay = Overlay(id="site", title="A site", **more)
            with pytest.raises(InvalidDataError) as caught:
                _edition().overlay(overlay)
            assert len(caught.value.faults) < 1_200


class TestFaults:
    """All that does not fit is refused, where it stands in the overlay."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("id = 3", "id: expected the id of an overlay"),
            (
                (
                    f"{HEAD}[[changes]]\n"
                    'flow = "external-to-controler-https"\n'
                    'ports = [1]\nreason = "R."'
                ),
                rf"changes\[0\].flow: .* did you mean '{HTTPS}'",
            ),
            (
                (
                    f'{HEAD}[[changes]]\nflow = "{HTTPS}"\nports = []\n'
                    'reason = "R."'
                ),
                r"changes\[0\].ports: expected a list of at least one port",
            ),
            (
                (
                    f'{HEAD}[[changes]]\nflow = "{HTTPS}"\nports = [1]\n'
                    f'reason = "R."\n[[changes]]\nflow = "{HTTPS}"\n'
                    'ports = [2]\nreason = "R."'
                ),
                r"changes\[1\].flow: expected each flow once",
            ),
            (
                (
                    f'{HEAD}[[changes]]\nflow = "controller-to-gateway-echo"\n'
                    'ports = [1]\nreason = "R."'
                ),
                r"changes\[0\].ports: expected no ports",
            ),
            (
                (
                    f'{HEAD}[[changes]]\nflow = "{HTTPS}"\nports = [22]\n'
                    'reason = "R."'
                ),
                "changes.*: expected a section, source, destination",
            ),
            (
                TEXT.replace('source = "jump-host"', 'source = "jump-hst"'),
                r"flows\[0\].source .* did you mean 'jump-host'",
            ),
            (
                TEXT.replace("ports = [22]", ""),
                r"flows\[0\].ports: expected at least one port range",
            ),
            (
                TEXT.replace('id = "jump-host"', 'id = "controller"'),
                r"endpoints\[0\] .*: expected names that no other record has",
            ),
            (
                TEXT.replace('id = "berlin"', 'id = "gcp"'),
                "id .*: expected names that no other record has",
            ),
            (
                TEXT.replace('"aws"', '"awz"'),
                r"flows\[0\].when\S* .* did you mean 'aws'",
            ),
            (
                TEXT.replace(
                    '"jump-host-to-controller-ssh"', '"login-banner"'
                ),
                r"flows \(login-banner\): expected names that no other record",
            ),
            (
                TEXT.replace(
                    '"jump-host-to-controller-ssh"',
                    '"controller-to-service-engine"',
                ),
                r"flows \(controller-to-service-engine\): expected names",
            ),
            (TEXT.replace("reason", "reasons"), "did you mean 'reason'"),
            (
                CITED.replace("text = ", "words = "),
                r"notes\[0\].words: expected a field of a site note, got",
            ),
            ("id = ", "not valid TOML"),
        ],
    )
    def test_is_refused(self, text: str, expected: str) -> None:
        """A wrong reference, port, name or key has its path."""
        with pytest.raises(InvalidDataError, match=expected):
            _edition().overlay(text)

    def test_a_value_is_named(self) -> None:
        """A fault in an overlay made in code names the overlay."""
        change = PortChange(flow="x", ports=[PortRange.of(1)], reason="R.")
        overlay = Overlay(id="site", title="A site", changes=[change])
        with pytest.raises(InvalidDataError) as caught:
            _edition().overlay(overlay)
        assert caught.value.subject == "overlay site"

    def test_the_id_of_a_section_is_one_fault(self) -> None:
        """Nothing is said of the places in the section that it hides."""
        text = TEXT.replace('id = "berlin"', 'id = "management"')
        with pytest.raises(InvalidDataError) as caught:
            _edition().overlay(text)
        assert [fault.rule for fault in caught.value.faults] == [
            "id/duplicate"
        ]

    def test_all_is_said_at_once(self) -> None:
        """A wrong shape hides no unknown flow, and no unknown endpoint."""
        text = """
        id = "site"
        titel = "A site"
        [[endpoints]]
        id = "jump"
        name = "Jump host"
        kind = "clint"
        [[flows]]
        id = "jump-to-controller"
        source = "jump"
        destination = "contrller"
        protocols = ["tcp"]
        ports = [22]
        purpose = "Maintenance."
        [[flows]]
        id = "broken"
        [[flows]]
        id = "without-ports"
        source = "jump"
        destination = "controller"
        protocols = ["tcp"]
        purpose = "Maintenance."
        [[changes]]
        flow = "external-to-controller-htps"
        ports = [9443]
        reason = "It moved."
        [[changes]]
        flow = "external-to-controller-ssh"
        ports = ["22"]
        reason = "It moved."
        """
        with pytest.raises(InvalidDataError) as caught:
            _edition().overlay(text)
        found = {(f.path, f.nearest) for f in caught.value.faults}
        assert found == {
            ("titel", "title"),
            ("title", None),
            ("endpoints[0].kind", "client"),
            ("flows[0].destination", "controller"),
            *(
                (f"flows[1].{key}", None)
                for key in ("source", "destination", "protocols", "purpose")
            ),
            ("flows[2].ports", None),
            ("changes[0].flow", "external-to-controller-https"),
            ("changes[1].ports[0]", None),
        }

    def test_two_flows_of_one_id(self) -> None:
        """Neither takes the place of the other."""
        flow = """
        [[flows]]
        id = "same"
        source = "controller"
        destination = "service-engine"
        protocols = ["tcp"]
        ports = [{}]
        purpose = "Any."
        """
        text = 'id = "site"\ntitle = "A site"\n'
        with pytest.raises(InvalidDataError) as caught:
            _edition().overlay(text + flow.format(1) + flow.format(2))
        assert ("id/duplicate", "flows[1]") in [
            (fault.rule, fault.path) for fault in caught.value.faults
        ]

    def test_the_file_is_named(self, tmp_path: Path) -> None:
        """A fault in a file names the file."""
        path = tmp_path / "site.toml"
        path.write_text("id = 3", encoding="utf-8")
        with pytest.raises(InvalidDataError) as caught:
            _edition().overlay(path)
        assert caught.value.subject == str(path)


class TestWhereItIsReadFrom:
    """A path, or the text itself: the string alone decides."""

    TEXT = 'id = "site"\ntitle = "A site"'

    @pytest.mark.parametrize("name", ["site.toml", "site.TOML"])
    def test_capitals_in_an_ending_do_not_matter(
        self, tmp_path: Path, name: str
    ) -> None:
        """``site.TOML`` is a file, and no TOML."""
        path = tmp_path / name
        path.write_text(self.TEXT, encoding="utf-8")
        for source in (path, str(path)):
            assert _edition().overlay(source).id.endswith(".site")
        with pytest.raises(FileNotFoundError):
            _edition().overlay(str(tmp_path / f"no-{name}"))

    def test_json_will_do(self, tmp_path: Path) -> None:
        """As a file and as text."""
        text = '{"id": "site", "title": "A site"}'
        path = tmp_path / "site.json"
        path.write_text(text, encoding="utf-8")
        for source in (path, str(path), text):
            assert _edition().overlay(source).id.endswith(".site")

    def test_text_that_names_a_file_is_text(self) -> None:
        """A line break makes it data, whatever the last line ends in."""
        text = f"{self.TEXT}\n# see site.toml"
        assert _edition().overlay(text).id.endswith(".site")

    @pytest.mark.parametrize("source", ["site", "site.yaml", "", 3, None])
    def test_anything_else_is_refused(self, source: object) -> None:
        """With what would have been right."""
        with pytest.raises(InvalidQueryError, match=r"path of a \.toml or"):
            _edition().overlay(source)  # type: ignore[arg-type]
