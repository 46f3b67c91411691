"""What one run asks for: its edition, its deployment, where to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from avi_portspec.cli import streams
from avi_portspec.cli.streams import STDIN, is_terminal
from avi_portspec.names import NodeCount, is_file_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from avi_portspec.cli.terminal import Screen
    from avi_portspec.edition.edition import Edition

__all__ = ["Request"]


class Request:
    """The options that commands share, and what follows from them.

    Options put their values here, before or after the command's name.

    Attributes:
        edition_name: The edition's id or alias, if one was named.
        edition_file: The file of an edition of your own.
        overlays: Files of a site's own facts, in order.
        accepted: Statements of other sources that count as flows.
        colour: Whether to use colour; ``None`` for automatic.
        quiet: Whether to leave out what surrounds a table.
        no_header: Whether to leave out a table's header.
        as_json: Whether to answer in JSON.
        as_markdown: Whether to answer in Markdown.
        output: The file to write to; ``None`` for standard output.
        deployments: Names of presets, and the file of a deployment.
        clouds: Clouds that the Controller manages.
        used: Optional features and network services in use.
        unused: Those not in use; they override the file.
        services: Network services in use.
        controller: How the Controller runs.
        nodes: Whether it is a single node.
        release: The release that runs.
    """

    def __init__(self) -> None:
        self.edition_name: str | None = None
        self.edition_file: str | None = None
        self.overlays: tuple[str, ...] = ()
        self.accepted: tuple[str, ...] = ()
        self.colour: bool | None = None
        self.quiet = False
        self.no_header = False
        self.as_json = False
        self.as_markdown = False
        self.output: str | None = None
        self.deployments: tuple[str, ...] = ()
        self.clouds: tuple[str, ...] = ()
        self.used: tuple[str, ...] = ()
        self.unused: tuple[str, ...] = ()
        self.services: tuple[str, ...] = ()
        self.controller: str | None = None
        self.nodes: NodeCount | None = None
        self.release: str | None = None
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
        if name == STDIN:
            self.claim_stdin()
        return streams.read(name)

    def claim_stdin(self) -> None:
        """Note that standard input is read.

        Raises:
            click.UsageError: It was read before.
        """
        if self._stdin_read:
            raise click.UsageError("standard input can be read only once")
        self._stdin_read = True

    def read_table(self, name: str) -> tuple[dict[str, Any], str]:
        """Return the plain data in a TOML or JSON file, and the file's name.

        Args:
            name: The file, or ``-`` for standard input.

        Raises:
            OSError: It cannot be read.
            InvalidDataError: It is neither TOML nor JSON, or no table.
            click.UsageError: Standard input was read before.
        """
        from avi_portspec.serialisation.files import read_table

        text, subject = self.read(name)
        return read_table(text, subject), subject

    def edition(self) -> Edition:
        """Return the edition to query, with what is applied on top of it."""
        if self.edition_file is not None and self.edition_name is not None:
            raise click.UsageError(
                "--edition and --edition-file cannot be used together"
            )
        if self.edition_file is not None:
            found = self._edition_in(self.edition_file)
        else:
            from avi_portspec.edition.loading import load

            found = load(self.edition_name)
        for name in self.overlays:
            from avi_portspec.deployment.overlay import (
                apply_overlay,
                read_overlay,
            )

            table, subject = self.read_table(name)
            overlay = read_overlay(table, subject, found)
            found = apply_overlay(found, overlay, subject=subject)
        if self.accepted:
            from avi_portspec.deployment.accepted import accept

            found = accept(found, self.accepted)
        return found

    def find_edition(self, name: str | None) -> Edition:
        """Return an edition by its id, its alias, or its file.

        Args:
            name: One of these; ``None`` for the newest.

        Raises:
            UnknownNameError: No edition has that name.
            InvalidDataError: The file holds no sound edition.
            OSError: The file cannot be read.
        """
        if name == STDIN or is_file_name(name):
            return self._edition_in(str(name))
        from avi_portspec.edition.loading import load

        return load(name)

    def _edition_in(self, name: str) -> Edition:
        from avi_portspec.edition.loading import read_edition

        return read_edition(*self.read_table(name))

    # -- what comes out ------------------------------------------------------

    def screen(self) -> Screen:
        """Return where the answer for people goes."""
        from avi_portspec.cli.terminal import Screen

        return Screen(self.output, self.colour, header=not self.no_header)

    def write(self, text: str | bytes) -> None:
        """Write an answer to the output file, or to standard output."""
        streams.write(text, self.output)

    def answer(
        self, data: Callable[[], Any], show: Callable[[Screen], None]
    ) -> None:
        """Write an answer, in JSON or for people.

        Args:
            data: Returns the answer as plain data.
            show: Puts the answer on a screen.
        """
        if self.as_json:
            self.write_json(data())
        else:
            screen = self.screen()
            show(screen)
            self.write(screen.text())

    def write_json(self, data: Any) -> None:
        """Write data as JSON: indented on a terminal, else as one line."""
        import json

        indent = 2 if is_terminal(self.output) else None
        text = json.dumps(data, ensure_ascii=False, indent=indent)
        self.write(f"{text}\n")
