"""What one run was asked: its edition, its deployment, where to write."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avi_portspec.changes.differences import Changes
    from avi_portspec.changes.plan import UpgradePlan
    from avi_portspec.cli.screen import Screen
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.facets import Deployment

__all__ = ["STDIN", "Request", "in_json"]

#: Takes the place of a file's name: standard input, or standard output.
STDIN = "-"


def in_json(name: str, text: bytes) -> bool:
    """Return whether a file is JSON rather than TOML.

    Args:
        name: Its name; what has no telling ending is looked into.
        text: What it holds. No TOML starts with a brace, and each JSON that
            is read here does.
    """
    lowered = name.lower()
    if lowered.endswith((".toml", ".json")):
        return lowered.endswith(".json")
    return text.lstrip()[:1] == b"{"


class Request:
    """The options that commands share, and what follows from them.

    Options put their values here, before or after the command's name.

    Attributes:
        edition_name: The edition's id or alias, if one was named.
        edition_file: The file of an edition of one's own.
        overlays: Files of a site's own facts, in order.
        colour: Whether to use colour; ``None`` to find out.
        as_json: Whether to answer in JSON.
        as_markdown: Whether to answer in Markdown.
        output: The file to write to; ``None`` for standard output.
        preset: A preset's name, or the file of a deployment.
        clouds: Clouds that the Controller manages.
        used: Optional features and network services in use.
        unused: Those not in use, whatever the file says.
        services: Network services in use.
        controller: How the Controller runs.
        nodes: Whether it is a single node.
    """

    def __init__(self) -> None:
        self.edition_name: str | None = None
        self.edition_file: str | None = None
        self.overlays: tuple[str, ...] = ()
        self.colour: bool | None = None
        self.as_json = False
        self.as_markdown = False
        self.output: str | None = None
        self.preset: str | None = None
        self.clouds: tuple[str, ...] = ()
        self.used: tuple[str, ...] = ()
        self.unused: tuple[str, ...] = ()
        self.services: tuple[str, ...] = ()
        self.controller: str | None = None
        self.nodes: str | None = None
        self._stdin_read = False

    def keep(self, name: str, value: Any) -> None:
        """Keep the value of an option.

        An option can be given before and after the command's name: of a
        single value the last counts, several are put together.
        """
        if isinstance(value, tuple):
            value = (*getattr(self, name), *value)
        setattr(self, name, value)

    # -- what goes in --------------------------------------------------------

    def read(self, name: str) -> tuple[bytes, str]:
        """Return what a file holds, and what to call it in an error.

        Args:
            name: The file, or ``-`` for standard input.

        Raises:
            OSError: It cannot be read.
            InvalidDataError: It is larger than any reader takes.
            click.UsageError: Standard input was read before.
        """
        from avi_portspec.serialisation.limits import bounded_stream

        if name != STDIN:
            with open(name, "rb") as file:
                return bounded_stream(file, name), name
        if self._stdin_read:
            raise click.UsageError("standard input can be read only once")
        self._stdin_read = True
        subject = "standard input"
        return bounded_stream(sys.stdin.buffer, subject), subject

    def edition(self) -> Edition:
        """Return the edition that is asked, with the site's own facts."""
        found = self._stated()
        for name in self.overlays:
            from avi_portspec.cli.sources import laid_over

            found = laid_over(found, *self.read(name))
        return found

    def _stated(self) -> Edition:
        if self.edition_file is not None:
            if self.edition_name is not None:
                raise click.UsageError(
                    "--edition and --edition-file name two editions"
                )
            return self.edition_in(self.edition_file)
        from avi_portspec.data import load

        return load(self.edition_name)

    def edition_in(self, name: str) -> Edition:
        """Return the edition in a file, or in standard input.

        Raises:
            InvalidDataError: It holds no sound edition.
            OSError: It cannot be read.
        """
        from avi_portspec.serialisation.files import loads, loads_toml

        text, subject = self.read(name)
        reader = loads if in_json(name, text) else loads_toml
        return reader(text, subject=subject)

    def edition_called(self, name: str | None) -> Edition:
        """Return an edition by its id, its alias, or its file.

        Args:
            name: One of these; ``None`` for the newest.

        Raises:
            UnknownNameError: No edition has that name.
            InvalidDataError: The file holds no sound edition.
            OSError: The file cannot be read.
        """
        if name is not None and (
            name == STDIN or name.lower().endswith((".toml", ".json"))
        ):
            return self.edition_in(name)
        from avi_portspec.data import load

        return load(name)

    def deployment(self, edition: Edition) -> Deployment | None:
        """Return the deployment that the options describe, if they do.

        Args:
            edition: The edition that has to know its words.
        """
        if not any(self._described()):
            return None
        from avi_portspec.cli.deployments import described

        return described(self, edition)

    def needed_deployment(self, edition: Edition) -> Deployment:
        """Return the deployment that the options describe.

        Args:
            edition: The edition that has to know its words.

        Raises:
            click.UsageError: They describe none.
        """
        found = self.deployment(edition)
        if found is None:
            raise click.UsageError(
                "which deployment? Say, for example, --deployment aws, or "
                "--cloud aws --with cli-shell, or --deployment FILE.toml",
                click.get_current_context(),
            )
        return found

    def _described(self) -> Iterator[object]:
        yield self.preset
        yield from (self.clouds, self.used, self.unused, self.services)
        yield from (self.controller, self.nodes)

    # -- what comes out ------------------------------------------------------

    def screen(self) -> Screen:
        """Return where the answer for people goes."""
        from avi_portspec.cli.screen import Screen

        return Screen(self.output, self.colour)

    def write(self, text: str | bytes) -> None:
        """Write an answer to the output file, or to standard output."""
        from avi_portspec.cli.writing import write

        write(text, self.output)

    def write_changes(self, changes: Changes | UpgradePlan) -> None:
        """Write what changes as text, as Markdown or as JSON.

        Raises:
            click.UsageError: It was asked for as two of these.
        """
        if self.as_json and self.as_markdown:
            raise click.UsageError(
                "--json and --markdown are two answers: say one",
                click.get_current_context(),
            )
        if self.as_json:
            self.write(f"{changes.to_json()}\n")
        elif self.as_markdown:
            self.write(changes.to_markdown())
        else:
            self.write(changes.to_text())

    def write_json(self, data: Any) -> None:
        """Write data as JSON: for a terminal, a line each; else, in one."""
        import json

        on_terminal = self.output in {None, STDIN} and sys.stdout.isatty()
        text = json.dumps(
            data, ensure_ascii=False, indent=2 if on_terminal else None
        )
        self.write(f"{text}\n")
