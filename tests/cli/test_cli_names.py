"""Names as people type them: synonyms, several clouds, wrong words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from asking_cli import Ask

from avi_portspec import Deployment, load, loads_deployment, preset
from avi_portspec.cli.parameters import CLOUDS, FEATURES, PLATFORMS
from avi_portspec.rules.platforms import options_of, platforms


class TestSynonyms:
    """What people say for what the data calls otherwise."""

    @pytest.mark.parametrize(
        ("name", "cloud"),
        [
            ("vsphere", "vcenter"),
            ("vSphere", "vcenter"),
            ("vmware", "vcenter"),
            ("lsc", "linux-server-cloud"),
            ("k8s", "kubernetes"),
            ("nsxt", "nsx-t"),
        ],
    )
    def test_a_cloud_is_found(self, ask: Ask, name: str, cloud: str) -> None:
        """As a preset, as a cloud, and as the argument."""
        for options in (f"--deployment {name}", f"--cloud {name}", name):
            answer = ask(f"init {options} --output -")
            assert loads_deployment(answer.out) == preset(cloud)

    def test_a_platform_is_found(self, ask: Ask, files: Path) -> None:
        """And the rules are those of its own name."""
        line = "rules --inventory addresses.toml --cloud aws --platform"
        for name, meant in (("nft", "nftables"), ("heat", "openstack-heat")):
            assert ask(f"{line} {name}") == ask(f"{line} {meant}")

    def test_each_means_something_that_there_is(self) -> None:
        """A name that went would be a dead end."""
        facets = load("vantage-undated").facets
        words = {
            facet.id: {value.id for value in facet.values} for facet in facets
        }
        assert set(CLOUDS.values()) <= words["cloud"]
        assert set(FEATURES.values()) <= words["feature"] | words["service"]
        assert set(PLATFORMS.values()) <= {*platforms()}
        for synonyms in (CLOUDS, FEATURES, PLATFORMS):
            assert synonyms.keys().isdisjoint(synonyms.values())

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (
                "rules --inventory addresses.toml aws --platform terraform",
                "'aws-terraform', 'azure-terraform' or 'gcp-terraform'?",
            ),
            ("ports aws --with snmp", "did you mean 'snmp-traps'?"),
            ("ports linux", "did you mean 'linux-server-cloud'?"),
            ("ports DNS", "Add it to a cloud: aws --with dns"),
            ("ports vcentre", "unknown deployment 'vcentre'; did you mean "),
            ("ports vsphre", "did you mean 'vsphere'? Known: aws, "),
            ("ports --cloud googel", "did you mean 'google'? Known: aws, "),
            ("rules --platform pannos", "did you mean 'panos'? Known: "),
            ("ports --cloud zzz", "unknown cloud 'zzz'; known: aws, azure"),
        ],
    )
    def test_what_could_be_several_is_suggested(
        self, ask: Ask, files: Path, line: str, said: str
    ) -> None:
        """All that have the word in their names; nothing is guessed."""
        answer = ask(line)
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err


class TestUnknownNames:
    """Too many names to list are listed by a command."""

    @pytest.mark.parametrize(
        ("line", "command"),
        [
            ("explain qqq aws", "ports --columns id,ports"),
            ("show qqq", "ports --columns id,ports"),
            ("ports --source qqq", "endpoints"),
            ("notes qqq", "notes"),
            ("sources qqq", "sources"),
            ("statements qqq", "statements"),
        ],
    )
    def test_the_command_is_named(
        self, ask: Ask, line: str, command: str
    ) -> None:
        """And it can be run."""
        answer = ask(line)
        assert answer.code == 2
        assert f"; 'avi-portspec {command}' lists them\n" in answer.err
        assert ask(command).code == 0

    def test_a_word_that_starts_so_comes_before_one_that_has_it(
        self, ask: Ask
    ) -> None:
        """``port`` is in ``export`` too."""
        assert "did you mean 'ports'? Known" in ask("port aws").err


class TestWhatIsMissing:
    """An option or an argument without which a command cannot run."""

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("rules", "--platform is required. The platform, such as "),
            (
                "rules --platform csv",
                "--inventory is required. The addresses of your endpoints, ",
            ),
            ("completion", "SHELL is required; known: bash, zsh, fish\n"),
            ("diff", "OLD is required\n"),
        ],
    )
    def test_the_error_says_what_it_is(
        self, ask: Ask, line: str, message: str
    ) -> None:
        """An option's help, or the words that an argument can be."""
        answer = ask(line)
        assert answer.code == 2
        assert f"Error: {message}" in answer.err


class TestSeveralDeployments:
    """A Controller that manages several clouds."""

    @pytest.mark.parametrize(
        "options",
        [
            "--deployment vcenter,aws",
            "--deployment vcenter --deployment aws",
            "vcenter aws",
            "vcenter --cloud aws",
            "AWS,vSphere",
        ],
    )
    def test_their_clouds_are_put_together(
        self, ask: Ask, options: str
    ) -> None:
        """However they are given."""
        answer = ask(f"init {options} --output -")
        expected = Deployment(clouds={"aws", "vcenter"})
        assert loads_deployment(answer.out) == expected

    def test_a_file_can_be_one_of_them(self, ask: Ask, files: Path) -> None:
        """It keeps its features."""
        answer = ask("init deployment.toml gcp --output -")
        assert loads_deployment(answer.out) == Deployment(
            clouds={"aws", "gcp"}, features={"cli-shell"}
        )

    def test_two_files_are_refused(self, ask: Ask, files: Path) -> None:
        """Neither is ignored."""
        Path(files, "other.toml").write_text('clouds = ["gcp"]\n')
        answer = ask("ports deployment.toml other.toml")
        assert answer.code == 2
        assert "two deployment files" in answer.err

    def test_the_argument_is_the_option(self, ask: Ask) -> None:
        """``ports aws`` is short for ``ports --deployment aws``."""
        for command in ("ports", "export --format csv", "explain tcp/22"):
            expected = ask(f"{command} --deployment aws --with dns")
            assert ask(f"{command} aws --with dns") == expected
            assert expected.code == 0

    def test_an_empty_argument_is_refused(self, ask: Ask) -> None:
        """A variable that was never set is not "any deployment"."""
        answer = ask("ports ''")
        assert (answer.code, answer.out) == (2, "")


class TestSubjects:
    """What ``explain`` takes for a port."""

    @pytest.mark.parametrize(
        "subject", ["tcp/443", "443/tcp", "tcp:443", "TCP 443", "443/TCP"]
    )
    def test_a_port_in_any_notation(self, ask: Ask, subject: str) -> None:
        """The answer is the same."""
        assert ask(f"explain '{subject}' aws") == ask("explain tcp/443 aws")

    def test_a_service_is_all_its_flows(self, ask: Ask) -> None:
        """By its name, in any case."""
        flows = load("vantage-undated").flows.select(service="SSH")
        answer = json.loads(ask("explain ssh aws --json").out)
        found = [each["flow"]["id"] for each in answer["decisions"]]
        assert found == [*flows.ids()]
        assert answer["subject"] == "ssh"
        assert ask("explain SSH aws").out == ask("explain ssh aws").out

    def test_a_service_is_suggested(self, ask: Ask) -> None:
        """As flows and protocols are."""
        answer = ask("explain htpps aws")
        assert answer.code == 2
        assert "did you mean 'https'?" in answer.err


class TestLists:
    """``presets``, ``platforms`` and ``formats``."""

    @pytest.mark.parametrize("edition", ["16.2", "vantage-undated"])
    def test_presets_are_the_clouds_of_the_edition(
        self, ask: Ask, edition: str
    ) -> None:
        """And each is one that --deployment takes."""
        answer = ask(f"presets --json --edition {edition}")
        found = json.loads(answer.out)["presets"]
        clouds = load(edition).facets["cloud"].values
        assert [each["name"] for each in found] == [c.id for c in clouds]
        for each in found:
            for name in (each["name"], *each["aliases"]):
                line = f"ports --edition {edition} --deployment '{name}'"
                assert ask(f"{line} --json").code == 0

    def test_platforms_are_those_of_the_library(self, ask: Ask) -> None:
        """With their synonyms."""
        lines = ask("platforms --no-header").out.splitlines()
        assert [line.split()[0] for line in lines] == [*platforms()]
        assert "asa" in ask("platforms").out

    def test_platforms_tell_their_options(self, ask: Ask) -> None:
        """Those that their rules take: all take --partial."""
        found = json.loads(ask("platforms --json").out)["platforms"]
        for each in found:
            assert each["options"] == [*options_of(each["name"])]
            assert each["options"][-1] == "partial"

    def test_formats_are_those_of_the_library(self, ask: Ask) -> None:
        """With the suffix by which they are chosen."""
        from avi_portspec import formats

        found = json.loads(ask("formats --json").out)["formats"]
        assert found == [each._asdict() for each in formats()]

    def test_the_help_of_export_names_each_format(self, ask: Ask) -> None:
        """So does the list that it leads to, with what each is."""
        words = ask("help export").out.split("--format FORMAT")[1].split()
        listed = ask("formats --no-header --quiet").out.splitlines()
        for line in listed:
            assert line.split()[0] in {word.rstrip(",") for word in words}
        assert "'avi-portspec formats'" in " ".join(words)


class TestTheReadme:
    """What the README says of these lists."""

    def test_it_counts_the_platforms(self) -> None:
        """A number in words, which nobody updates by himself."""
        readme = Path(__file__).parents[2] / "README.md"
        if not readme.exists():
            pytest.skip("the README is in the repository, not in the wheel")
        words = ["eighteen", "nineteen", "twenty", "twenty-one", "twenty-two"]
        expected = words[len(platforms()) - 18]
        text = readme.read_text(encoding="utf-8")
        others = [each for each in words if f" {each} platforms" in text]
        assert others == [expected]
