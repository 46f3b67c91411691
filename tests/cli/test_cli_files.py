"""Files of one's own: ``check``, ``init``, editions, overlays, pages."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import attrs
import pytest
from asking_cli import Ask
from markdown_it import MarkdownIt

import avi_portspec
from avi_portspec import (
    Deployment,
    Edition,
    InvalidDataError,
    load,
    loads_deployment,
    preset,
    rule_set,
)
from avi_portspec.ledger.entries import load_ledger


@pytest.fixture
def own(files: Path) -> Path:
    """Return the folder, with an edition of one's own in two formats."""
    edition = attrs.evolve(load("16.2"), id="own", aliases=())
    Path(files, "own.json").write_text(avi_portspec.dumps(edition))
    Path(files, "own.toml").write_text(avi_portspec.dumps_toml(edition))
    return files


class TestCheck:
    """Sound, or all that is wrong."""

    def test_each_kind_is_recognised(self, ask: Ask, own: Path) -> None:
        """By what is in it, in TOML and in JSON."""
        for name, kind in (("deployment", "deployment"), ("site", "overlay")):
            table = tomllib.loads(Path(own, f"{name}.toml").read_text())
            Path(own, f"{name}.json").write_text(json.dumps(table))
            for suffix in ("toml", "json"):
                file = f"{name}.{suffix}"
                answer = ask(f"check {file}")
                expected = f"{file}: valid {kind} for vantage-undated\n"
                assert (answer.code, answer.out) == (0, expected)
        for file in ("own.toml", "own.json"):
            answer = ask(f"check {file}")
            assert (answer.code, answer.out) == (
                0,
                f"{file}: valid edition\n",
            )

    def test_an_edition_is_checked_while_a_bundled_one_is_broken(
        self, ask: Ask, own: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever writes an edition checks it where it will be bundled.

        Other files are checked against the newest edition, and cannot be.
        """

        def fail(name: str | None = None) -> Edition:
            raise InvalidDataError("040-30.2.toml", [])

        monkeypatch.setattr("avi_portspec.edition.loading.load", fail)
        answer = ask("check own.toml")
        assert (answer.code, answer.out) == (0, "own.toml: valid edition\n")
        data = json.loads(ask("check own.toml --json").out)
        assert (data["edition"], data["digest"]) == (None, None)
        assert [each["is_sound"] for each in data["files"]] == [True]
        answer = ask("check deployment.toml")
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("Error: 040-30.2.toml: ")

    def test_all_faults_of_all_files_are_told(
        self, ask: Ask, own: Path
    ) -> None:
        """Each with its place, and the nearest name."""
        Path(own, "one.toml").write_text(
            'clouds = ["awz"]\nfeatures = ["cli-shel"]\nservice = []\n'
        )
        Path(own, "two.toml").write_text('clouds = ["awz"]\n')
        Path(own, "three.toml").write_text("clouds = [\n")
        answer = ask("check one.toml deployment.toml two.toml three.toml")
        assert answer.code == 1
        assert answer.err == ""
        assert "one.toml: 3 faults\n  service: " in answer.out
        assert "did you mean 'services'?" in answer.out
        assert "did you mean 'cli-shell'?" in answer.out
        assert "deployment.toml: valid deployment" in answer.out
        assert "two.toml: clouds: expected" in answer.out
        assert "did you mean 'aws'?" in answer.out
        assert "three.toml: not valid TOML" in answer.out

    @pytest.mark.parametrize(
        ("text", "paths"),
        [
            (
                'clouds = ["awz", 3]\nfeatures = 4\nservices = ["dnss"]\n',
                ["clouds[1]", "features", "clouds", "services"],
            ),
            # One fault a key: that there is no cloud follows from it.
            ("clouds = 1\nnodes = 2\n", ["clouds", "nodes"]),
            ("nodes = 2\n", ["nodes", "clouds"]),
            (
                'clouds = ["aws"]\ncontroller = "vm"\nnodes = {}\n',
                ["nodes", "controller"],
            ),
        ],
    )
    def test_no_fault_hides_another(
        self, ask: Ask, own: Path, text: str, paths: list[str]
    ) -> None:
        """Wrong types and unknown words are told at once, by each reader."""
        Path(own, "bad.toml").write_text(text)
        (found,) = json.loads(ask("check bad.toml --json").out)["files"]
        assert [fault["path"] for fault in found["faults"]] == paths
        with pytest.raises(avi_portspec.InvalidDataError) as wrong:
            avi_portspec.loads_deployment(
                text, edition=load("vantage-undated")
            )
        assert [fault.path for fault in wrong.value.faults] == paths
        answer = ask("ports --deployment bad.toml")
        assert answer.code == 2
        for path in paths:
            # Which cloud there is, an option can still say.
            if (path, text) != ("clouds", "nodes = 2\n"):
                assert f"{path}: expected" in answer.err

    @pytest.mark.parametrize(
        "line",
        [
            *("ports --deployment {}", "ports --cloud aws --overlay {}"),
            *("ports --edition-file {}", "init -o - --deployment {}"),
            "rules --platform csv --cloud aws --inventory {}",
        ],
    )
    def test_a_byte_order_mark_is_named(
        self, ask: Ask, own: Path, line: str
    ) -> None:
        """Some editors add one, and no editor shows it."""
        for name, text in (("a.toml", b"a = 1"), ("a.json", b'{"a": 1}')):
            Path(own, name).write_bytes(b"\xef\xbb\xbf" + text)
            answer = ask(line.format(name))
            assert answer.code == 2
            assert answer.err == (
                f"Error: {name}: expected text in UTF-8, without a byte order "
                "mark, got a byte order mark at its start\n"
            )

    def test_words_are_told_as_toml_has_them(
        self, ask: Ask, own: Path
    ) -> None:
        """Nobody who writes a file knows the types of Python."""
        Path(own, "bad.toml").write_text('clouds = "aws"\n')
        text = ask("check bad.toml").out
        assert "expected a list of kebab-case words" in text

    def test_an_overlay_is_held_to_the_edition(
        self, ask: Ask, own: Path
    ) -> None:
        """What it changes has to be there."""
        Path(own, "bad.toml").write_text(
            Path(own, "site.toml").read_text().replace("-https", "-htps")
        )
        answer = ask("check bad.toml")
        assert answer.code == 1
        assert "bad.toml: changes[0].flow: expected" in answer.out
        assert ask("check site.toml --edition 17.1").code == 0

    def test_an_edition_s_faults_have_places(
        self, ask: Ask, own: Path
    ) -> None:
        """As they have when it is loaded."""
        text = Path(own, "own.json").read_text().replace("tcp", "tpc")
        Path(own, "own.json").write_text(text)
        answer = ask("check own.json")
        assert answer.code == 1
        assert "did you mean 'tcp'?" in answer.out
        assert "flows[" in answer.out

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "got an empty file"),
            ("cluods = 1", "did you mean 'clouds'?"),
            ("a = 1", "got the key 'a'"),
        ],
    )
    def test_what_is_none_of_them_is_told(
        self, ask: Ask, own: Path, text: str, said: str
    ) -> None:
        """Unless an option says what it is meant to be."""
        Path(own, "what.toml").write_text(text)
        answer = ask("check what.toml")
        assert answer.code == 1
        assert (
            "a deployment, an overlay, an edition or an inventory"
            in answer.out
        )
        assert said in answer.out
        assert "format" in ask("check what.toml --as edition").out

    def test_an_inventory_is_one(self, ask: Ask, own: Path) -> None:
        """By its keys; a slip in one of them is its fault."""
        answer = ask("check addresses.toml")
        assert (answer.code, answer.out) == (
            0,
            "addresses.toml: valid inventory for vantage-undated\n",
        )
        Path(own, "what.toml").write_text('controller = ["10.0.0.1/8"]\n')
        answer = ask("check what.toml")
        assert answer.code == 1
        assert answer.out.startswith("what.toml: controller[0]: expected ")
        Path(own, "what.toml").write_text('dns-server = ["10.0.0.53"]\n')
        assert "valid inventory" in ask("check what.toml").out
        Path(own, "what.toml").write_text("clouds = []\ncontroller = [1]\n")
        assert "controller: expected " in ask("check what.toml").out
        Path(own, "what.toml").write_text("contoller = []\n")
        assert "did you mean 'controller'?" in ask("check what.toml").out

    def test_what_an_inventory_has_for_overlays_is_told(
        self, ask: Ask, own: Path
    ) -> None:
        """By whatever reads it: not a fault, and not kept quiet."""
        path = Path(own, "addresses.toml")
        more = '[overlay.paris]\nvault = ["10.30.0.1"]\n'
        path.write_text(f"{path.read_text()}{more}")
        told = "not used without --overlay or --accept: overlay.paris.vault\n"
        assert ask("check addresses.toml").out == (
            f"addresses.toml: valid inventory for vantage-undated; {told}"
        )
        (file,) = json.loads(ask("check addresses.toml --json").out)["files"]
        assert file["unused"] == ["overlay.paris.vault"]
        for line in ("rules --platform csv aws", "export aws --format csv"):
            answer = ask(f"{line} --inventory addresses.toml")
            assert answer.code == 0
            assert answer.err == f"addresses.toml: {told}"

    def test_a_choice_without_effect_is_told(
        self, ask: Ask, own: Path
    ) -> None:
        """Whoever declines what is not needed anyway may mean another."""
        Path(own, "site.toml").write_text(
            'clouds = ["aws"]\n[[readings]]\nflow = "gcp-to-avi-vantage"\n'
            'direction = "stated"\n[[declined]]\nreason = "not polled"\n'
            'flow = "external-to-controller-snmp"\n[[declined]]\n'
            'flow = "controller-to-dns"\nreason = "resolved locally"\n'
        )
        answer = ask("check site.toml")
        assert (answer.code, answer.out) == (
            0,
            (
                "site.toml: valid deployment for vantage-undated; no effect: "
                "readings[0] (gcp-to-avi-vantage is not-applicable here), "
                "declined[1] (controller-to-dns is not-applicable here)\n"
            ),
        )
        (file,) = json.loads(ask("check site.toml --json").out)["files"]
        assert file["unused"] == ["readings[0]", "declined[1]"]
        slip = Path(own, "site.toml").read_text().replace("-snmp", "-snpm")
        Path(own, "site.toml").write_text(slip)
        answer = ask("check site.toml")
        assert answer.code == 1
        assert "did you mean 'external-to-controller-snmp'?" in answer.out

    def test_choices_are_written_out_again(self, ask: Ask, own: Path) -> None:
        """With a comment on what can be read, and what declined."""
        text = (
            'clouds = ["gcp"]\n[[readings]]\nflow = "gcp-to-avi-vantage"\n'
            'direction = "reversed"\n'
        )
        Path(own, "site.toml").write_text(text)
        made = ask("init --deployment site.toml --output -").out
        assert "#   [[declined]]\n" in made
        assert avi_portspec.loads_deployment(
            made
        ) == avi_portspec.loads_deployment(text)
        # The edition of 17.1 leaves no direction in doubt.
        assert "readings" not in ask("init aws -o - --edition 17.1").out

    def test_another_file_is_no_inventory(self, ask: Ask, own: Path) -> None:
        """It is told what was found in its place."""
        Path(own, "other.toml").write_text('controller = "container"\n')
        line = "rules --platform csv --cloud aws --inventory"
        for file, found in (
            ("deployment.toml", "got a deployment"),
            ("other.toml", "got a deployment"),
            ("site.toml", "got an overlay"),
            ("own.toml", "got an edition"),
        ):
            answer = ask(f"{line} {file}")
            assert answer.code == 2
            assert f"{file}: expected an inventory" in answer.err
            assert found in answer.err

    def test_another_file_is_no_edition(self, ask: Ask, own: Path) -> None:
        """One sentence, whichever option takes it; and so for overlays."""
        assert Path(own, "deployment.toml").exists()
        for line in ("ports --edition-file {}", "diff 17.1 {}"):
            answer = ask(line.format("addresses.toml"))
            assert answer.code == 2
            assert answer.err == (
                "Error: addresses.toml: expected an edition, got an "
                "inventory, which lists the addresses of endpoints\n"
            )
        answer = ask("ports --overlay deployment.toml")
        assert answer.err.startswith("Error: deployment.toml: expected an ov")

    def test_an_inventory_can_be_json(self, ask: Ask, own: Path) -> None:
        """As every other file."""
        table = tomllib.loads(Path(own, "addresses.toml").read_text())
        Path(own, "addresses.json").write_text(json.dumps(table))
        line = "rules --platform csv aws --inventory addresses"
        assert ask(f"{line}.json").out == ask(f"{line}.toml").out

    def test_a_wrong_kind_suggests_the_right_one(self, ask: Ask) -> None:
        """As everywhere."""
        answer = ask("check a.toml --as overlai")
        assert answer.code == 2
        assert "did you mean 'overlay'?" in answer.err

    def test_the_others_are_checked_if_one_cannot_be_read(
        self, ask: Ask, own: Path
    ) -> None:
        """And the exit code tells that one could not."""
        answer = ask("check deploymet.toml deployment.toml .")
        assert answer.code == 2
        assert answer.out.startswith("deployment.toml: valid deployment")
        assert "deploymet.toml: No such file or directory" in answer.err
        assert "did you mean 'deployment.toml'?" in answer.err
        assert ".: Is a directory" in answer.err

    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("plam.json", "plan.json"),
            ("plan.jsn", "plan.json"),
            ("PLAN.JSON", "plan.json"),
            # That both end in .json makes nothing alike.
            ("sg.json", None),
            ("alan.jsn", None),
        ],
    )
    def test_only_a_name_that_is_like_it_is_near(
        self,
        ask: Ask,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        meant: str | None,
    ) -> None:
        """Of a folder with one file, that is not always the one."""
        monkeypatch.chdir(tmp_path)
        Path("plan.json").touch()
        hint = f"; did you mean {meant!r}?" if meant else ""
        assert ask(f"check {name}").err == (
            f"Error: {name}: No such file or directory{hint}\n"
        )

    def test_a_file_in_no_folder_has_no_near_one(self, ask: Ask) -> None:
        """There is nothing beside it."""
        answer = ask("check missing/deployment.toml")
        assert answer.err == (
            "Error: missing/deployment.toml: No such file or directory\n"
        )

    def test_standard_input_can_be_one_of_them(self, ask: Ask) -> None:
        """It is called so."""
        answer = ask("check -", stdin=b"clouds = 1")
        assert answer.code == 1
        assert answer.out.startswith("standard input: clouds: ")


class TestEditionsOfOnesOwn:
    """``--edition-file`` and ``--overlay``, for every command."""

    def test_endpoints_say_what_of_them_is_a_site_s(
        self, ask: Ask, own: Path
    ) -> None:
        """Whose names they are, and what the site cites; else no column."""
        Path(own, "paris.toml").write_text(
            'id = "paris"\ntitle = "Paris"\n[[endpoints]]\nid = "vault"\n'
            'name = "Vault"\nkind = "service"\nreference = "CMDB 88"\n'
            '[[names]]\nendpoint = "controller"\nlabel = "Chief"\n'
            'aliases = ["lbm"]\n'
        )
        answer = ask("endpoints lbm vault aws --overlay paris.toml")
        head, _, controller, vault, aws = answer.out.splitlines()[:5]
        assert head.endswith("Site")
        assert controller.endswith("  Chief, lbm (the site's overlay paris)")
        assert vault.endswith("  the site's overlay paris, CMDB 88")
        assert aws.endswith("Amazon Web Services")
        plain = ask("endpoints controller --json")
        (found,) = json.loads(plain.out)["endpoints"]
        assert (found["site_names"], found["reference"]) == ([], None)
        assert "Site" not in ask("endpoints controller").out

    def test_they_are_asked(self, ask: Ask, own: Path) -> None:
        """In either format, and from standard input."""
        expected = ask("digest --edition-file own.toml").out
        assert expected.split()[1] == "own"
        assert ask("digest --edition-file own.json").out == expected
        for name in ("own.json", "own.toml"):
            text = Path(own, name).read_bytes()
            answer = ask("digest --edition-file -", stdin=text)
            assert answer.out == expected

    def test_they_are_compared(self, ask: Ask, own: Path) -> None:
        """With others, and with themselves."""
        answer = ask("diff own.toml own.json")
        first, _, last = answer.out.splitlines()
        assert (answer.code, first) == (0, "own -> own: nothing differs")
        assert last.startswith("Source: ")
        answer = ask("diff 16.2 own.json")
        assert answer.code == 1
        assert answer.out.startswith("16.2 -> own: 0 flows added, ")
        text = Path(own, "own.toml").read_bytes()
        assert ask("diff own.toml -", stdin=text).code == 0

    def test_facets_can_be_named(self, ask: Ask, own: Path) -> None:
        """It is the same edition; a wrong name suggests the right one."""
        table = json.loads(Path(own, "own.json").read_text())
        for name in ("standard", "standart"):
            text = json.dumps(table | {"facets": name})
            Path(own, f"{name}.json").write_text(text)
        assert ask("check standard.json").code == 0
        assert ask("diff own.json standard.json").code == 0
        answer = ask("check standart.json")
        assert answer.code == 1
        assert answer.out == (
            "standart.json: facets: expected a list of facets, or the name "
            "of one: standard, got 'standart'; did you mean 'standard'?\n"
        )

    @pytest.mark.parametrize(
        "asked", ["--deployment ibm", "--cloud 'Big Blue'"]
    )
    def test_their_own_clouds_are_presets(
        self, ask: Ask, files: Path, asked: str
    ) -> None:
        """For answers and for rules; other editions do not know them."""
        table = json.loads(avi_portspec.dumps(load("vantage-undated"))) | {
            "id": "ibm"
        }
        table["facets"][0]["values"].append(
            {"id": "ibm", "name": "IBM Cloud", "aliases": ["Big Blue"]}
        )
        del table["interfaces"]
        Path(files, "ibm.json").write_text(json.dumps(table))
        file = "--edition-file ibm.json"
        assert "IBM Cloud" in ask(f"presets {file}").out
        assert ask(f"ports {file} {asked}").out.startswith(
            "Clouds that the Controller manages: IBM Cloud\n"
        )
        rules = f"rules --platform nftables --inventory addresses.toml {asked}"
        assert "clouds: ibm;" in ask(f"{rules} {file}").out
        assert ask(f"ports {asked}").code == 2

    def test_overlays_are_laid_over(self, ask: Ask, own: Path) -> None:
        """What they bring says where it comes from."""
        line = "ports --overlay site.toml --port 9443 --columns ports,origin"
        assert "TCP 9443  berlin" in ask(line).out

    def test_an_overlay_that_is_wrong_names_its_file(
        self, ask: Ask, own: Path
    ) -> None:
        """Whether it is none, or does not fit."""
        Path(own, "bad.toml").write_text('id = "a"\n')
        answer = ask("ports --overlay bad.toml")
        assert answer.code == 2
        assert "bad.toml: title: " in answer.err
        line = "ports --edition-file own.toml --overlay site.toml"
        assert ask(line).code == 0

    def test_a_wrong_edition_suggests_the_right_one(self, ask: Ask) -> None:
        """By name; and a file that is not there is told as such."""
        assert "did you mean '17.1'" in ask("ports --edition 17").err
        assert "No such file" in ask("ports --edition-file no.toml").err


class TestWhatIsTooLarge:
    """Files and streams of any size."""

    @pytest.mark.parametrize(
        "line",
        [
            "check {}",
            "ports --deployment {}",
            "ports --overlay {}",
            "ports --edition-file {}",
            "diff 16.2 --json {}.toml",
            "verify-source {}",
        ],
    )
    def test_it_is_refused(self, ask: Ask, own: Path, line: str) -> None:
        """A device that has no end is read no further than the limit."""
        endless = Path("/dev/zero")
        if not endless.exists():
            pytest.skip("there is no file without an end")
        for name in ("endless", "endless.toml"):
            Path(own, name).symlink_to(endless)
        answer = ask(line.format("endless"))
        assert answer.code == 2
        assert "expected at most 8,388,608 bytes, got more" in answer.err

    def test_others_are_checked_all_the_same(
        self, ask: Ask, own: Path
    ) -> None:
        """As if it could not be read at all."""
        Path(own, "large.toml").write_bytes(b" " * (8 * 1024 * 1024 + 1))
        answer = ask("check large.toml deployment.toml")
        assert answer.code == 2
        assert "deployment.toml: valid deployment" in answer.out

    def test_so_is_standard_input(self, ask: Ask) -> None:
        """Which may have no end either."""
        answer = ask("check -", stdin=b" " * (8 * 1024 * 1024 + 1))
        assert answer.code == 2
        assert "standard input: expected at most" in answer.err


class TestDiffAndUpgrade:
    """What the library renders."""

    def test_diff_is_the_library_s(self, ask: Ask) -> None:
        """As JSON; with --all and as Markdown, field by field at the end."""
        changes = avi_portspec.diff(load("16.2"), load("vantage-undated"))
        assert ask("diff 16.2 --json").out == f"{changes.to_json()}\n"
        _, _, rest = changes.to_text().partition("\n")
        heading = "All changes, field by field"
        whole = ask("diff 16.2 --all").out
        assert f"\n\n{heading}\n{rest}\nSource: " in whole
        _, _, rest = changes.to_markdown().partition("\n")
        whole = ask("diff 16.2 --markdown").out
        assert f"\n\n## {heading}\n{rest}\nSource: " in whole

    def test_markdown_has_the_work_first(self, ask: Ask) -> None:
        """In tables, with words for the signs, and no id."""
        text, _, _ = ask("diff 17.1 --markdown").out.partition("## All")
        tokens = MarkdownIt().enable("table").parse(text)
        cells = [token.content for token in tokens if token.type == "inline"]
        assert cells[0] == (
            "From 17.1 to vantage-undated: 9 flows added, 2 changed, 0 removed"
        )
        assert [cells[at] for at in (1, 2, 7, 8, 13)] == [
            *("Open, where it applies", "Change", "Needed", "New", "always")
        ]
        assert cells[-6:] == [
            *("Stated", "Controller", "Service Engine", "none", ""),
            "now stated: no port needed",
        ]
        assert "controller" not in text

    @pytest.mark.parametrize(
        "line", ["diff 17.1", "upgrade 17.1 --cloud vcenter"]
    )
    def test_it_says_what_it_compares(self, ask: Ask, line: str) -> None:
        """With both digests, of which a terminal has twelve digits."""
        editions = load("17.1"), load("vantage-undated")
        start = "Source: vendor's port page. Edition 17.1, SHA-256 "
        for command in (line, f"{line} --markdown"):
            last = ask(command).out.splitlines()[-1]
            assert last.startswith(start)
            for edition in editions:
                assert f"dition {edition.id}, SHA-256 {edition.digest}" in last
        shown = " ".join(ask(f"{line} --no-color", width=80).out.split())
        for edition in editions:
            assert f"SHA-256 {edition.digest[:12]}" in shown
            assert edition.digest[:13] not in shown

    #: The last sentences, below what the specification shows.
    SOURCES = (
        "\nSource: vendor's port page. Edition 17.1, SHA-256 {}; edition "
        "vantage-undated, SHA-256 {}. Management traffic only. Data "
        f"{avi_portspec.DATA_VERSION}.\n"
    )

    #: What the specification shows, but for what is counted at the end.
    DIFF = """\
17.1 -> vantage-undated: 9 flows added, 2 changed, 0 removed

Open, where it applies
  + Controller -> Controller              TCP 443    HTTPS     always
  + Service Engine -> Service Engine      TCP 4001   ObjStore  on AWS, Azure, \
GCP or OpenStack
  + Service Engine -> Service Engine      TCP 9001   ObjStore  on vCenter, \
Linux Server Cloud or NSX-T
  + GCP -> Avi Vantage                    TCP 443              on GCP
    Direction as the vendor states it. More likely the Controller connects \
to GCP.
  + Controller -> AWS                     TCP 443              on AWS
  + Controller -> Azure                   TCP 443              on Azure

Optional
  + Controller -> Management gateway      ICMP echo  Ping      gateway status \
only
  + Service Engine -> Management gateway  ICMP echo  Ping      gateway status \
only
  + Service Engine -> Controller          ICMP echo  Ping      Controller \
status only

Review before closing
  ~ Controller -> Controller              TCP 5098   SSH       no longer on \
OpenStack
  ~ Service Engine -> Controller          TCP 5098   SSH       no longer on \
OpenStack
  ! Controller -> Service Engine          none                 now stated: no \
port needed

Hidden: 48 changes of wording, citations and notes, 2 of them to review. Add \
--all to see them.
"""

    def test_diff_is_the_sketch(self, ask: Ask) -> None:
        """What a firewall has to do, first."""
        digests = (load(name).digest for name in ("17.1", "vantage-undated"))
        sources = self.SOURCES.format(*digests)
        assert ask("diff 17.1").out == f"{self.DIFF}{sources}"

    def test_diff_on_a_narrow_terminal(self, ask: Ask) -> None:
        """Without services; a condition goes on below its own column."""
        lines = ask("diff 17.1 --no-color", width=80).out.splitlines()
        assert lines[4:6] == [
            (
                "  + Service Engine -> Service Engine      TCP 4001   on AWS, "
                "Azure, GCP or"
            ),
            f"{' ' * 53}OpenStack",
        ]
        assert "HTTPS" not in "\n".join(lines)

    UPGRADE = """\
Upgrade 17.1 -> vantage-undated: open 3, close 0, keep 8
Controller cluster on virtual machines, managing AWS

Open before the upgrade
  Controller -> Controller          TCP 443   HTTPS     Required
  Service Engine -> Service Engine  TCP 4001  ObjStore  Required on AWS
  Controller -> AWS                 TCP 443             Required on AWS [a]
  The 17.1 page does not name these. They may be open already.

Close after the upgrade
  Nothing.

Check
  17.1 documents nothing for AWS. This plan cannot tell what 17.1 needs there.

Optional: 3. Unchanged: 8. Add --all to see them.

[a] Assumed: TCP (only a port number is given); the Controller as source (none
    is named); required (not said).
"""

    def test_upgrade_is_the_sketch(self, ask: Ask) -> None:
        """Open, close, check; on a terminal of 80 columns."""
        line = "upgrade 17.1 --deployment aws --no-color"
        shown = ask(line, width=80).out
        assert shown.startswith(f"{self.UPGRADE}\nSource: ")
        piped = ask(line).out.split()
        expected = self.UPGRADE.split()
        assert piped[: len(expected)] == expected

    def test_a_downgrade_closes_nothing(self, ask: Ask) -> None:
        """It says what it is, in the first word."""
        text = ask("upgrade vantage-undated 17.1 --deployment aws").out
        assert text.startswith("Downgrade vantage-undated -> 17.1: ")
        assert "\nClose after the downgrade\n  Nothing.\n" in text
        assert "Nothing is closed on its word." in text

    def test_all_of_an_upgrade(self, ask: Ask) -> None:
        """What is counted otherwise."""
        text = ask("upgrade 17.1 --deployment aws --all").out
        assert "--all" not in text
        assert "\nKeep open\n  Controller -> Controller " in text
        assert "\nOptional\n  Controller -> Management gateway " in text

    @pytest.mark.parametrize("option", ["--json", "--markdown"])
    @pytest.mark.parametrize(
        "line", ["diff 16.2", "upgrade 17.1 --cloud vcenter"]
    )
    def test_all_is_for_people(self, ask: Ask, line: str, option: str) -> None:
        """The other answers have everything."""
        answer = ask(f"{line} --all {option}")
        assert (answer.code, answer.out) == (2, "")
        assert f"{option} always has everything" in answer.err

    @pytest.mark.parametrize(
        "line", ["diff 16.2", "upgrade 17.1 --cloud vcenter"]
    )
    def test_an_answer_is_one_of_them(self, ask: Ask, line: str) -> None:
        """Neither of two is dropped without a word."""
        answer = ask(f"{line} --markdown --json")
        assert (answer.code, answer.out) == (2, "")
        assert "--json and --markdown" in answer.err

    def test_upgrade_is_the_library_s(self, ask: Ask) -> None:
        """With a deployment of options; and 1 says that there is work."""
        plan = avi_portspec.diff(
            load("17.1"), load("vantage-undated"), "vcenter"
        )
        answer = ask("upgrade 17.1 --cloud vcenter")
        assert answer.code == 1
        line = "upgrade 17.1 --cloud vcenter --markdown"
        assert ask(line).out == plan.to_markdown()
        assert ask("upgrade 17.1 17.1 --cloud vcenter").code == 0


class TestInitInventory:
    """The addresses that rules will need."""

    @pytest.mark.parametrize("cloud", ["openstack", "aws,vcenter", "gcp"])
    def test_filled_in_it_is_whole(
        self, ask: Ask, files: Path, cloud: str
    ) -> None:
        """Every key, and no other; empty, it is refused key by key."""
        answer = ask(f"init --inventory --cloud {cloud}")
        assert (answer.code, answer.out) == (0, "")
        assert answer.err.endswith("avi-portspec check inventory.toml\n")
        path = files / "inventory.toml"
        text = path.read_text()
        answer = ask("check inventory.toml")
        assert answer.code == 1
        assert f"{text.count('= []') - 1} faults" in answer.out
        lines = [
            line.replace("[]", f'["10.9.{number}.0/24"]')
            for number, line in enumerate(text.splitlines())
            if not line.startswith("#")
        ]
        path.write_text("\n".join(lines))
        assert ask("check inventory.toml").code == 0
        line = (
            f"rules --platform csv --inventory inventory.toml --cloud {cloud}"
        )
        answer = ask(f"{line} --allow-gaps")
        assert "no-address" not in answer.out
        assert answer.out

    @pytest.mark.parametrize("name", avi_portspec.editions())
    @pytest.mark.parametrize("lot", ["", "feature", "feature service"])
    def test_it_has_what_rules_ask_for(
        self, ask: Ask, name: str, lot: str
    ) -> None:
        """In each cloud and in all, whichever direction is accepted."""
        edition = load(name)
        words = {
            f"{each.id}s": [value.id for value in each.values]
            for each in edition.facets
            if each.id in lot.split()
        }
        used = [word for known in words.values() for word in known]
        option = f"--with {','.join(used)}" if used else ""
        clouds = [each.id for each in edition.facets["cloud"].values]
        doubtful = [flow.id for flow in edition.flows if flow.direction_doubts]
        for here in [*clouds, ",".join(clouds)]:
            deployment = Deployment(clouds=here.split(","), **words)
            resolution = edition.resolve(deployment)
            line = f"init --inventory --edition {name} --output - {option}"
            text = ask(f"{line} --cloud {here}").out
            lines = [
                each.replace("[]", f'["10.9.{number}.0/24"]')
                for number, each in enumerate(text.splitlines())
            ]
            site = avi_portspec.loads_inventory(
                "\n".join(lines), edition=edition
            )
            empty = avi_portspec.Inventory(addresses={})
            asked = set()
            for word in ("", "stated", "reversed"):
                here_too = set(doubtful) & {
                    *resolution.direction_unclear.ids()
                }
                readings = dict.fromkeys(here_too if word else (), word)
                # Complains of nothing: neither addresses nor clouds lack.
                rule_set(resolution, site, readings=readings)
                with pytest.raises(InvalidDataError) as caught:
                    rule_set(resolution, empty, readings=readings)
                asked |= {fault.path for fault in caught.value.faults}
            assert {*site.addresses} == asked

    def test_a_doubtful_end_says_when_it_is_needed(self, ask: Ask) -> None:
        """Its key would be a fault to whoever accepts no reading."""
        made = ask("init gcp --inventory --output -").out
        assert (
            "# GCP cloud. Needed for:\n"
            "#   gcp-to-avi-vantage, with a reading of its direction\n"
            "# A reading is --accept-reading of 'avi-portspec rules', or\n"
            "# [[readings]] in the deployment file; without, remove the key.\n"
            "gcp = []\n"
        ) in made
        reading = (
            'clouds = ["gcp"]\n[[readings]]\nflow = "gcp-to-avi-vantage"\n'
            'direction = "stated"\n'
        )
        line = "init --inventory --deployment - --output -"
        read = ask(line, stdin=reading.encode()).out
        assert "#   gcp-to-avi-vantage\ngcp = []\n" in read
        assert "reading" not in read
        two = ask("init aws,gcp --inventory --output -").out
        assert "avi-vantage.gcp = []\n" in two
        assert "avi-vantage.aws" not in two

    def test_an_overlay_s_endpoints_are_apart(
        self, ask: Ask, files: Path
    ) -> None:
        """So that the file serves runs without the overlay, too."""
        site = (
            'id = "paris"\ntitle = "Paris"\n[[endpoints]]\nid = "vault"\n'
            'name = "Vault"\nkind = "service"\n[[flows]]\nid = "backup"\n'
            'source = "controller"\ndestination = "vault"\nports = [22]\n'
            'protocols = ["tcp"]\npurpose = "Backup."\n'
        )
        Path(files, "paris.toml").write_text(site)
        line = "init aws --inventory --overlay paris.toml --overlay site.toml"
        assert ask(line).code == 0
        text = Path(files, "inventory.toml").read_text()
        assert text.endswith(
            "\n\n[overlay.paris]\n\n# Vault. Needed for:\n#   backup\n"
            "vault = []\n"
        )
        assert "overlay.berlin" not in text

    def test_it_can_be_printed(self, ask: Ask) -> None:
        """With the flows that need each key."""
        answer = ask("init aws --inventory --output -")
        assert "#   controller-to-aws\naws = []\n" in answer.out
        assert "#   avi-portspec check FILE\n" in answer.out


class TestInit:
    """A file to begin with."""

    def test_what_it_writes_is_what_was_said(
        self, ask: Ask, tmp_path: Path
    ) -> None:
        """It is sound, and its comments name every word that there is."""
        answer = ask("init --cloud aws --with cli-shell")
        assert (answer.code, answer.out) == (0, "")
        assert "ports --deployment deployment.toml" in answer.err
        text = Path(tmp_path, "deployment.toml").read_text(encoding="utf-8")
        expected = preset("aws", features={"cli-shell"})
        assert loads_deployment(text) == expected
        for facet in load("vantage-undated").facets:
            for value in facet.values:
                assert f"#   {value.id}" in text
        assert ask("check deployment.toml").code == 0

    def test_questions_make_the_same(self, ask: Ask) -> None:
        """What fits nothing is asked again, with the nearest word."""
        answer = ask(
            "init --output -",
            stdin=b"awz\naws, gcp\ny\ny\ncli-shell\nDNS\n",
            asked=True,
        )
        assert answer.code == 0
        assert loads_deployment(answer.out) == avi_portspec.Deployment(
            clouds={"aws", "gcp"},
            controller="container",
            nodes="single-node",
            features={"cli-shell"},
            services={"dns"},
        )
        assert "did you mean 'aws'?" in answer.err

    def test_no_word_is_cut_by_the_terminal(self, ask: Ask) -> None:
        """The choices are a line each, and none is long."""
        stdin = b"aws\n\n\n\n\n"
        answer = ask("init -o -", stdin=stdin, asked=True, width=80)
        flowing = " ".join(answer.err.split())
        for facet in load("vantage-undated").facets:
            if facet.many:
                for value in facet.values:
                    assert f"{value.id} {value.name} " in flowing
        choices = [
            line for line in answer.err.splitlines() if line[:2] == "  "
        ]
        assert max(map(len, choices)) <= 80

    def test_no_answer_is_the_least(self, ask: Ask) -> None:
        """A preset, as it is."""
        answer = ask("init -o -", stdin=b"aws\n\n\n\n\n", asked=True)
        assert loads_deployment(answer.out) == preset("aws")

    def test_without_a_terminal_it_needs_options(self, ask: Ask) -> None:
        """And says which."""
        answer = ask("init")
        assert answer.code == 2
        assert "--cloud aws" in answer.err

    def test_a_file_that_is_there_stays(
        self, ask: Ask, tmp_path: Path
    ) -> None:
        """Unless it is to be overwritten; also a link to nowhere."""
        path = Path(tmp_path, "deployment.toml")
        path.write_text("mine")
        answer = ask("init --cloud aws")
        assert answer.code == 2
        assert "--force" in answer.err
        assert path.read_text() == "mine"
        assert ask("init --cloud aws --force").code == 0
        assert path.read_text() != "mine"
        Path(tmp_path, "link").symlink_to(Path(tmp_path, "nowhere"))
        assert ask("init --cloud aws --output link").code == 2

    def test_odd_names_of_files_break_no_comment(self, ask: Ask) -> None:
        """A line's end in it would end the comment too."""
        answer = ask("init --cloud aws --output 'a b\nclouds = []'")
        assert answer.code == 0
        name = "a b\nclouds = []"
        text = Path(name).read_text(encoding="utf-8")
        assert loads_deployment(text) == preset("aws")
        assert ask("init --cloud aws --output 'a b.toml'").code == 0
        text = Path("a b.toml").read_text(encoding="utf-8")
        assert "--deployment 'a b.toml'" in text


class TestVerifySource:
    """The ledger, for whoever has a copy of the page."""

    def test_another_page_has_drifted(self, ask: Ask, files: Path) -> None:
        """HTML is told by its name, or by how it starts."""
        found = ask("verify-source page.html")
        assert found.code == 1
        assert found.out.endswith("unchanged: 0 fragments\n")
        text = Path(files, "page.html").read_bytes()
        assert ask("verify-source -", stdin=text).out == found.out
        Path(files, "page").write_bytes(text)
        assert ask("verify-source page").out == found.out
        Path(files, "page.txt").write_bytes(text)
        assert ask("verify-source page.txt").out != found.out

    def test_the_page_has_not(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A page whose fragments are the ledger's."""
        # The page itself is nobody's to hand on: its digests have to do.
        fragments = load_ledger().entries
        monkeypatch.setattr(
            "avi_portspec.ledger.fragments.from_text", lambda _: fragments
        )
        answer = ask("verify-source -", stdin=b"the page")
        assert answer.code == 0
        assert answer.out == f"unchanged: {len(fragments)} fragments\n"

    def test_what_is_no_text_is_told(self, ask: Ask) -> None:
        """With the place in it."""
        answer = ask("verify-source -", stdin=b"abc\xff")
        assert answer.code == 2
        assert "byte 0xff at offset 3" in answer.err

    def test_a_mark_at_the_beginning_is_no_text(
        self, ask: Ask, files: Path
    ) -> None:
        """Some programs put one before the pages that they keep."""
        text = Path(files, "page.html").read_bytes()
        found = ask("verify-source -", stdin=b"\xef\xbb\xbf" + text)
        assert found.out == ask("verify-source page.html").out

    def test_earlier_editions_have_pages_of_their_own(
        self, ask: Ask, files: Path
    ) -> None:
        """What has drifted is told by the places that their pages have."""
        page = Path(files, "page.md")
        page.write_text(
            "---\ntitle: Protocol Ports Used by Avi Vantage for Management "
            "Communication\n---\n### Mesos Nodes\n* Port 22\n* Port 23\n"
        )
        answer = ask("verify-source page.md --edition 17.1")
        assert answer.code == 1
        assert "unchanged: 3 fragments\n" in answer.out
        assert "new: mesos-nodes/bullet-2/sentence-1\n" in answer.out
        assert "gone: openstack/heading\n" in answer.out

    def test_an_edition_without_a_ledger_is_told(
        self, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With those that have one."""
        (tmp_path / "17.1.toml").touch()
        monkeypatch.setattr("avi_portspec.ledger.entries.FOLDER", tmp_path)
        answer = ask("verify-source - --edition 16.2")
        assert answer.code == 2
        assert "17.1" in answer.err
