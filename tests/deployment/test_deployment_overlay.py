"""A site's own facts over an edition."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from avi_portspec import (
    TCP,
    Edition,
    InvalidDataError,
    InvalidQueryError,
    Overlay,
    PortChange,
    PortRange,
    SiteFlow,
    diff,
    dumps,
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
            (TEXT.replace("reason", "reasons"), "did you mean 'reason'"),
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
