"""The program as a whole: help, examples, names, exit codes, start."""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click
import pytest
from asking_cli import Ask, Stream

import avi_portspec
from avi_portspec import cli
from avi_portspec.cli import program as programs
from avi_portspec.cli.help import Command, Example, HelpPage
from avi_portspec.cli.program import SECTIONS, program

NAMES = [name for names in SECTIONS.values() for name in names]


def pages() -> Iterator[tuple[str, HelpPage]]:
    """Yield the program and each of its commands."""
    yield "", program
    with click.Context(program) as ctx:
        for name in NAMES:
            found = program.get_command(ctx, name)
            assert isinstance(found, Command)
            yield name, found


#: The question that the help answers first.
QUESTION = "Which ports must I open for AWS, with the remote CLI shell?"
EXAMPLES = [example for _, page in pages() for example in page.examples]


class TestTheCommands:
    """What there is."""

    def test_each_of_a_module_is_in_the_program(self) -> None:
        """No command is forgotten, and none is there twice."""
        folder = import_module("avi_portspec.cli.commands").__path__
        there = [
            value
            for found in pkgutil.iter_modules(folder)
            for value in vars(
                import_module(f"avi_portspec.cli.commands.{found.name}")
            ).values()
            if isinstance(value, Command)
        ]
        assert sorted(NAMES) == sorted(each.name or "" for each in there)

    def test_each_goes_by_its_own_name(self) -> None:
        """A copied module would answer to another's name."""
        assert [page.name for name, page in pages() if name] == NAMES

    def test_a_wrong_name_suggests_the_right_one(self, ask: Ask) -> None:
        """As everywhere in the library."""
        answer = ask("prots --json")
        assert answer.code == 2
        assert "did you mean 'ports'?" in answer.err
        assert answer.out == ""

    def test_a_wrong_option_suggests_the_right_one(self, ask: Ask) -> None:
        """Before the command's name, and after it."""
        assert "--edition" in ask("--editon 17.1 ports").err
        assert "--deployment" in ask("ports --deploymnt aws").err

    def test_nothing_imports_all_of_them(self) -> None:
        """A command imports its own module alone, and no table maker."""
        code = (
            "import sys\nfrom avi_portspec.cli import main\n"
            "main(['ports', '--json', '--output', '-'])\n"
            "print(*sys.modules, file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = set(done.stderr.split())
        mine = {n for n in loaded if n.startswith("avi_portspec.cli.commands")}
        assert mine == {
            "avi_portspec.cli.commands",
            "avi_portspec.cli.commands.ports",
        }
        assert loaded.isdisjoint({"rich", "argparse", "importlib.metadata"})


class TestTheHelp:
    """What somebody reads who never saw the project."""

    def test_the_first_example_is_the_first_question(self, ask: Ask) -> None:
        """Which ports must I open for AWS, with the remote CLI shell?"""
        lines = [line.strip() for line in ask("--help").out.splitlines()]
        at = lines.index(QUESTION)
        line = lines[at + 1]
        assert lines.index("Examples:") == at - 1
        answer = ask(line.removeprefix("avi-portspec "))
        assert answer.code == 0
        assert "TCP 5054" in answer.out

    def test_every_command_is_there_with_what_it_does(self, ask: Ask) -> None:
        """In the sections that people look under."""
        text = ask("--help").out
        for section, names in SECTIONS.items():
            assert f"\n{section}:\n" in text
            for name in names:
                assert re.search(rf"^  {name} +\S", text, re.MULTILINE)

    def test_no_command_shows_the_help(self, ask: Ask) -> None:
        """Rather than nothing."""
        answer = ask("")
        assert answer == ask("--help")
        assert answer.code == 0

    @pytest.mark.parametrize(("name", "page"), list(pages()))
    def test_each_page_says_all_that_there_is(
        self, ask: Ask, name: str, page: HelpPage
    ) -> None:
        """Every option, every example, and the exit codes."""
        answer = ask(f"{name} --help")
        assert (answer.code, answer.err) == (0, "")
        for param in page.params:
            if isinstance(param, click.Option):
                assert param.opts[0] in answer.out
                assert param.help
        assert page.examples
        for example in page.examples:
            assert f"    {example.line}\n" in answer.out.replace(
                " \\\n      ", ""
            )

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_an_example_can_be_copied(self, ask: Ask, width: int) -> None:
        """A shell takes the lines of one for one command."""
        lines = [
            line
            for name in ["", *NAMES]
            for line in ask(f"{name} --help", width=width).out.splitlines()
            if line.startswith(("    avi-portspec ", "       -"))
        ]
        assert any(line.endswith("\\") for line in lines)
        copied = "\n".join(lines).replace("    avi-portspec ", "count ")
        script = (
            f"count() {{ printf '%s\n' avi-portspec \"$@\" --; }}\n{copied}"
        )
        ran = subprocess.run(
            ["/bin/sh", "-c", script],
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stderr == ""
        expected = [
            word
            for _, page in pages()
            for example in page.examples
            for word in [*shlex.split(example.line), "--"]
        ]
        assert ran.stdout.splitlines() == expected

    @pytest.mark.parametrize("name", ["", *NAMES])
    def test_no_page_breaks_a_word(self, ask: Ask, name: str) -> None:
        """Names with hyphens are there to be copied. No line is too long."""
        for width in (60, 80):
            text = ask(f"{name} --help", width=width).out
            assert "\u2011" not in text
            for line in text.splitlines():
                # An example may end so: it is broken before options alone.
                if not line.startswith("    avi-portspec "):
                    assert not line.endswith("-")
                assert len(line) <= width or " -" not in line.lstrip()

    @pytest.mark.parametrize(
        "example", EXAMPLES, ids=lambda example: example.line
    )
    def test_each_example_runs(
        self, ask: Ask, files: Path, example: Example
    ) -> None:
        """With a file where it names one; and it answers."""
        _, command, *_ = example.line.split()
        if command == "init" and "--deployment" not in example.line:
            Path(files, "deployment.toml").unlink()
        answer = ask(
            example.line.removeprefix("avi-portspec "),
            # The answers to what `init` asks, which nothing else reads.
            stdin=b"aws\nn\nn\nnone\nnone\n",
            asked=True,
        )
        # To these, "no", "something differs" and "drifted" are answers.
        may_find = {"audit", "diff", "upgrade", "explain", "verify-source"}
        assert answer.code in ({0, 1} if command in may_find else {0})
        assert "Error" not in answer.err


class TestTheEnd:
    """How it ends, whatever happens."""

    def test_the_version_names_the_data(self, ask: Ask) -> None:
        """Each edition with its digest."""
        assert ask("-V") == ask("--version")
        lines = ask("--version").out.splitlines()
        assert lines[0] == f"avi-portspec {avi_portspec.__version__}"
        assert lines[1:] == [
            f"edition {name}  sha256 {avi_portspec.load(name).digest}"
            for name in avi_portspec.editions()
        ]

    def test_an_interrupt_ends_it(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the code that shells expect, and no traceback."""

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("avi_portspec.edition.loading.load", interrupted)
        answer = ask("ports")
        assert (answer.code, answer.err.strip()) == (130, "interrupted")

    def test_the_end_of_input_ends_it_too(self, ask: Ask) -> None:
        """Somebody who closes the terminal answers no question."""
        assert ask("init", asked=True).code == 130

    def test_an_interrupt_while_it_starts(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """There is no traceback, and the code is the same."""

        class Interrupting(ModuleType):
            def __getattr__(self, name: str) -> object:
                raise KeyboardInterrupt

        name = "avi_portspec.cli.program"
        monkeypatch.setitem(sys.modules, name, Interrupting(name))
        assert cli.main(["editions"]) == 130

    def test_a_fault_of_the_program_is_seen(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody is told that it was their input."""
        monkeypatch.setattr(
            "avi_portspec.edition.loading.load", lambda _: 1 / 0
        )
        with pytest.raises(ZeroDivisionError):
            ask("ports")

    def test_a_pipe_that_nobody_reads_ends_it(self) -> None:
        """Quietly, as the system's own tools end."""
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            done = subprocess.run(
                [sys.executable, "-m", "avi_portspec", "editions"],
                stdout=pipe,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert (done.returncode, done.stderr) == (141, b"")

    def test_nobody_has_to_read_errors_either(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An error that cannot be written changes no exit code."""

        class Closed:
            encoding = "utf-8"

            def write(self, _: str) -> int:
                raise BrokenPipeError

            def flush(self) -> None:
                raise BrokenPipeError

            def isatty(self) -> bool:
                return False

            def fileno(self) -> int:
                raise ValueError

        monkeypatch.setattr(sys, "stderr", Closed())
        assert cli.main(["prots"]) == 2
        monkeypatch.setattr(sys, "stdout", Closed())
        assert cli.main(["editions"]) == 141

    def test_without_the_extra_a_line_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
    ) -> None:
        """And nothing else is said."""
        monkeypatch.delitem(sys.modules, programs.__name__)
        monkeypatch.setitem(sys.modules, "click", None)
        assert cli.main(["ports"]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err == (
            "the command line needs an optional package: "
            "pip install 'avi-portspec[cli]'\n"
        )

    def test_the_half_of_the_extra_says_the_same(
        self, monkeypatch: pytest.MonkeyPatch, ask: Ask
    ) -> None:
        """Many have click already, and wonder about a traceback."""
        for name in [*sys.modules]:
            if name.partition(".")[0] == "rich":
                monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "rich", None)
        answer = ask("editions", width=80)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err == (
            "the command line needs an optional package: "
            "pip install 'avi-portspec[cli]'\n"
        )

    @pytest.mark.parametrize(
        ("line", "code", "said"),
        [
            ("ports --json >&-", 2, "standard output: Bad file descriptor"),
            ("ports >&-", 2, "standard output: Bad file descriptor"),
            (
                "export --format xlsx >&-",
                2,
                "standard output: Bad file descriptor",
            ),
            (
                "ports --deployment - <&-",
                2,
                "standard input: Bad file descriptor",
            ),
            ("init <&-", 2, "no terminal for questions"),
            ("digest --output made >&-", 0, ""),
            ("editions <&- >/dev/null", 0, ""),
            ("ports --cloud awz 2>&-", 2, ""),
        ],
    )
    def test_a_closed_stream_is_told(
        self, tmp_path: Path, line: str, code: int, said: str
    ) -> None:
        """As services and ``>&-`` have it; 1 would mean an answer."""
        done = subprocess.run(
            ["/bin/sh", "-c", f'"{sys.executable}" -m avi_portspec {line}'],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert done.returncode == code
        assert said in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""

    @pytest.mark.parametrize(
        "option",
        ["deployment", "cloud", "with", "edition", "edition-file", "overlay"],
    )
    def test_an_empty_value_is_not_none(self, ask: Ask, option: str) -> None:
        """A script's variable that was never set asks for nothing else."""
        answer = ask(f"ports --{option} ''")
        assert (answer.code, answer.out) == (2, "")
        assert f"Invalid value for '--{option}'" in answer.err

    def test_another_missing_module_is_a_fault(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is broken is not to be installed."""
        monkeypatch.delitem(sys.modules, programs.__name__)
        monkeypatch.setitem(sys.modules, "avi_portspec.cli.failures", None)
        with pytest.raises(ModuleNotFoundError):
            cli.main(["ports"])

    @pytest.mark.parametrize("collecting", [True, False])
    def test_it_leaves_the_collector_as_it_was(
        self, ask: Ask, *, collecting: bool
    ) -> None:
        """Whoever calls it from Python keeps a process that collects."""
        (gc.enable if collecting else gc.disable)()
        try:
            ask("digest")
            assert gc.isenabled() is collecting
        finally:
            gc.enable()

    def test_a_full_disk_is_told(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where the output has no name."""
        full = Path("/dev/full")
        if not full.exists():
            pytest.skip("there is no disk that is always full")
        said = Stream(terminal=False)
        with full.open("w", encoding="utf-8") as out:
            monkeypatch.setattr(sys, "stdout", out)
            monkeypatch.setattr(sys, "stderr", said)
            assert cli.main(["digest"]) == 2
            monkeypatch.undo()
            # What is left in the buffer cannot be written either.
            with pytest.raises(OSError, match="No space left"):
                out.flush()
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        assert said.read_back() == b"Error: No space left on device\n"

    def test_the_module_ends_with_the_code(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And without a look for garbage, which nobody is to reuse."""
        frozen: list[str] = []
        module = "avi_portspec"
        monkeypatch.setattr(gc, "freeze", lambda: frozen.append(module))
        monkeypatch.setattr(sys, "argv", [module, "prots"])
        # Imported, it does nothing yet.
        import_module(f"{module}.__main__")
        assert frozen == []
        monkeypatch.delitem(sys.modules, f"{module}.__main__")
        with pytest.raises(SystemExit) as caught:
            runpy.run_module(module, run_name="__main__")
        assert caught.value.code == 2
        assert frozen == [module]

    def test_it_runs_as_a_module(self, tmp_path: Path) -> None:
        """``python -m avi_portspec`` is the same program."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "avi_portspec", "digest", "--json"),
                *("--edition", "vantage-undated"),
            ],
            capture_output=True,
            check=True,
            cwd=tmp_path,
        )
        found = json.loads(done.stdout)
        assert found["digest"] == avi_portspec.load("vantage-undated").digest


class TestOptionsBeforeTheCommand:
    """``avi-portspec --edition 17.1 ports``."""

    def test_they_mean_the_same(self, ask: Ask) -> None:
        """Before, or after."""
        before = ask("--edition 17.1 ports").out
        assert before == ask("ports --edition 17.1").out
        assert before != ask("ports").out

    def test_several_are_put_together(self, ask: Ask, files: Path) -> None:
        """An overlay before and one after are two overlays."""
        Path(files, "more.toml").write_text(
            'id = "more"\ntitle = "More"\n[[endpoints]]\nid = "proxy"\n'
            'name = "Proxy"\nkind = "service"\n'
        )
        answer = ask("--overlay site.toml digest --overlay more.toml")
        assert answer.out.split()[1] == "vantage-undated.berlin.more"

    def test_what_means_nothing_is_refused(self, ask: Ask) -> None:
        """Rather than ignored: the answer would be about something else."""
        answer = ask("--edition 17.1 diff 16.2")
        assert answer.code == 2
        assert "--edition cannot be used with 'diff'" in answer.err

    def test_two_editions_at_once_are_refused(self, ask: Ask) -> None:
        """One by name, and one in a file."""
        answer = ask("digest --edition 17.1 --edition-file own.toml")
        assert answer.code == 2
        assert "cannot be used together" in answer.err
