"""What every directive that makes a table has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.tables import align

from sphinx_avi_portspec.directives.base import PortDirective
from sphinx_avi_portspec.rendering.flat import table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["Tabular"]


def _widths(argument: str) -> str | list[int]:
    if argument in {"auto", "grid"}:
        return argument
    return directives.positive_int_list(argument)


def _header(argument: str) -> int:
    return int(directives.choice(argument, ("0", "1")))


class Tabular(PortDirective):
    """A directive whose result is a table, with docutils' own options."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        "align": align,
        "header-rows": _header,
        "stub-columns": directives.nonnegative_int,
        "width": directives.length_or_percentage_or_unitless,
        "widths": _widths,
    }

    def table(
        self,
        pen: Pen,
        headings: Sequence[str],
        rows: list[nodes.row],
        *,
        stubs: int,
    ) -> nodes.table:
        """Return the table with all that docutils' own options ask for."""
        widths = self.options.get("widths", "auto")
        numbers = widths if isinstance(widths, list) else None
        if numbers is not None and len(numbers) != len(headings):
            raise self.error(
                f":widths: {len(numbers)} widths for {len(headings)} columns"
            )
        made = table(
            pen,
            headings,
            rows,
            widths=numbers,
            stubs=self.options.get("stub-columns", stubs),
            header=bool(self.options.get("header-rows", 1)),
        )
        given = "given" if numbers is not None else widths
        made["classes"] += [f"colwidths-{given}"]
        made["classes"] += self.options.get("class", [])
        for name in ("align", "width"):
            if self.options.get(name) is not None:
                made[name] = self.options[name]
        if self.arguments:
            made.insert(0, self._caption(self.arguments[0]))
        self.add_name(made)
        return made

    def _caption(self, text: str) -> nodes.title:
        children, messages = self.parse_inline(text, lineno=self.lineno)
        made = nodes.title(text, "", *children, *messages)
        made.source, made.line = self.get_source_info()
        return made
