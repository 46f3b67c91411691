"""Who connects to whom, drawn as SVG.

The layout is fixed, because the roles are few: left what only opens
connections, in the middle what does both, right what only listens; a frame
around the middle is the product as a whole. The picture is 640 units wide, so
that its text of 12 units is about as large as the text around it. What does
not fit that layout is drawn by Graphviz.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.tabular.matrix import Cell, End, Matrix, PortLine

if TYPE_CHECKING:
    from avi_portspec import Edition, Flow
    from avi_portspec.names import EndpointId

__all__ = ["Picture", "draw", "port_texts", "text_width", "wrap"]

#: The units of the picture: where the boxes are, and how wide.
WIDTH: Final = 640
LEFT: Final = (0, 145)
MIDDLE: Final = (234, 158)
RIGHT: Final = (430, 210)
#: The inner edge of a box, and the height of a line and of a title.
PAD: Final = 9
LINE: Final = 17
TITLE: Final = 16
GAP: Final = 13
#: How far the frame of the middle is from its boxes.
FRAME: Final = 6
SMALL: Final = 12
LARGE: Final = 13
#: How many parts the middle has room for.
MOST: Final = 2
NBSP: Final = "\N{NO-BREAK SPACE}"
INDENT: Final = NBSP * 4
COLOUR: Final = "currentColor"
#: For builders whose pictures do not know the colour of the text around.
INK: Final = "#1c2024"

#: How wide characters are, in parts of the size of the font, in the widest
#: of the usual fonts; others are as wide as a digit.
_WIDTHS: Final = {
    character: width
    for width, characters in (
        (0.3, "IJijl'|"),
        (0.34, f" {NBSP},.:;/!\N{MIDDLE DOT}"),
        (0.4, "frt()[]-"),
        (0.56, "FLcsz"),
        (0.62, "PTYaekovxy"),
        (0.7, "ABCKRVXZ"),
        (0.79, "DGHNOQU"),
        (0.84, "w+"),
        (0.99, "MWm"),
    )
    for character in characters
}
#: The size of a text that is as wide as a title.
BOLD: Final = LARGE * 1.12


class Picture(NamedTuple):
    """A drawing.

    Attributes:
        body: The elements within it.
        left: Where it begins, from the left.
        width: Its width.
        height: Its height.
        has_brackets: Whether anything in it has brackets.
        has_right: Whether anything stands on the right.
    """

    body: str
    left: int
    width: int
    height: int
    has_brackets: bool
    has_right: bool

    def write(self, prefix: str, title: str, *, fixed: bool = False) -> str:
        """Return the SVG.

        Args:
            prefix: What its ids begin with.
            title: What it is called for those who do not see it.
            fixed: Whether its colours do not follow the text around it.
        """
        size = f'width="{self.width}" height="{self.height}"'
        box = f"{self.left} 0 {self.width} {self.height}"
        font = "sans-serif" if fixed else "inherit"
        part = "" if self.width == WIDTH else ' class="avi-part"'
        made = (
            f'<svg xmlns="http://www.w3.org/2000/svg"{part} viewBox="{box}" '
            f'{size} role="img" aria-labelledby="{prefix}-title" '
            f'fill="{COLOUR}" font-family="{font}">'
            f'<title id="{prefix}-title">{escape(title)}</title>'
            f'<defs><marker id="{prefix}-head" viewBox="0 0 8 8" refX="7" '
            'refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            f'<path d="M0 0.5 L7.5 4 L0 7.5 z" fill="{COLOUR}"/></marker>'
            "</defs>"
        )
        body = self.body.replace("url(#head)", f"url(#{prefix}-head)")
        if not fixed:
            return f"{made}{body}</svg>"
        ground = (
            f'<rect x="{self.left}" width="{self.width}" '
            f'height="{self.height}" fill="#ffffff"/>'
        )
        return f"{made}{ground}{body}</svg>".replace(COLOUR, INK)


def text_width(text: str, size: float = SMALL) -> float:
    """Return how wide a text is at most, in the usual fonts.

    Args:
        text: The text.
        size: The size of the font.
    """
    return size * sum(_WIDTHS.get(character, 0.64) for character in text)


def wrap(text: str, width: float, size: float = SMALL) -> list[str]:
    """Return a text in lines that are no wider than asked, if they can be.

    Args:
        text: The text, which is cut at spaces only.
        width: The width.
        size: The size of the font.
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


# -- what is drawn ------------------------------------------------------------


class _Box(NamedTuple):
    """A box: its title and its lines."""

    title: list[str]
    lines: list[str]
    filled: bool = False

    @property
    def height(self) -> int:
        """How high it is."""
        more = LINE * len(self.lines) + 1 if self.lines else 0
        return 12 + TITLE * len(self.title) + more

    def draw(self, place: tuple[int, int], y: int, height: int) -> str:
        """Return its elements."""
        x, width = place
        fill = 0.06 if self.filled else 0
        stroke, thick = (0.7, 1.5) if self.filled else (0.45, 1)
        made = [
            (
                f'<rect x="{x + 0.5}" y="{y + 0.5}" width="{width - 1}" '
                f'height="{height - 1}" rx="5" fill-opacity="{fill}" '
                f'stroke="{COLOUR}" stroke-opacity="{stroke}" '
                f'stroke-width="{thick}"/>'
            )
        ]
        at = y + 2
        for text in self.title:
            at += TITLE
            made.append(_text(x + PAD, at, text, size=LARGE, bold=True))
        at += 1
        for text in self.lines:
            at += LINE
            made.append(_text(x + PAD, at, text))
        return "".join(made)


def _text(
    x: int,
    y: int,
    text: str,
    *,
    size: int = SMALL,
    bold: bool = False,
    end: bool = False,
) -> str:
    weight = ' font-weight="600"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}"{weight}{anchor}>'
        f"{escape(text, quote=False)}</text>"
    )


def _path(
    points: Sequence[tuple[int, int]],
    *,
    needed: bool = True,
    head: bool = True,
) -> str:
    route = " L".join(f"{x} {y}" for x, y in points)
    end = ' marker-end="url(#head)"' if head else ""
    if not needed:
        end = ' stroke-dasharray="3 3"'
    return (
        f'<path d="M{route}" fill="none" stroke="{COLOUR}" '
        f'stroke-width="1.25" stroke-opacity="0.75"{end}/>'
    )


def port_texts(cell: Cell, say: Callable[[str], str] = str) -> list[str]:
    """Return what a cell says, in pieces that may be cut at their spaces.

    Args:
        cell: The cell.
        say: Returns what stands for a phrase: its translation.
    """
    texts = [
        str(line)
        .replace(" or ", f" or{NBSP}")
        .replace(" ", NBSP, 1 if line.protocol else 0)
        for line in cell.lines
    ]
    if cell.words:
        words = say(cell.words)
        texts.append(f"{words[:1].lower()}{words[1:]}")
    return texts


def _is_special(flow: Flow) -> bool:
    """Return whether more is asked than that an end is there."""
    return flow.requirement == "optional" or any(
        match.facet == "feature" for match in flow.when.matches()
    )


def _where_used(cell: Cell) -> Cell:
    """Return a cell as it is for those who use the service or cloud at all."""
    return cell._replace(
        lines=tuple(
            PortLine(
                line.protocol,
                (
                    *line.always,
                    *(
                        number
                        for number in line.sometimes
                        if not all(map(_is_special, number.flows))
                    ),
                ),
                tuple(
                    number
                    for number in line.sometimes
                    if all(map(_is_special, number.flows))
                ),
            )
            for line in cell.lines
        )
    )


# -- the roles ----------------------------------------------------------------


class _Roles(NamedTuple):
    """Which end is where."""

    left: list[tuple[End, End]]
    middle: list[End]
    right: list[tuple[End, End]]
    gateways: dict[End, End]
    platform: End | None


def _find_roles(edition: Edition, matrix: Matrix) -> _Roles | None:
    """Return the roles, or nothing if they do not fit the layout."""

    def kind(end: End) -> str:
        return edition.endpoints[end.endpoints[0]].kind

    opens = frozenset(end.endpoints[0] for end in matrix.sources)
    ends = dict.fromkeys((*matrix.sources, *matrix.destinations))
    middle = [
        end
        for end in ends
        if kind(end) == "component"
        or (end in matrix.sources and end in matrix.destinations)
    ]
    # The platform is the frame around its parts; without any, it is a box.
    middle = middle or [end for end in ends if kind(end) == "platform"]
    left = []
    right = []
    gateways: dict[End, End] = {}
    platform = None
    for source in matrix.sources:
        for target in matrix.destinations:
            if not str(matrix.cell(source, target)) or (
                source in middle and target in middle
            ):
                continue
            if kind(source) == "platform" and not (
                source in middle or target in middle
            ):
                platform = source
                right.append((source, target))
            elif source not in middle:
                left.append((source, target))
                if kind(target) == "platform" and target not in middle:
                    platform = target
            elif kind(target) == "gateway":
                gateways[source] = target
            else:
                right.append((source, target))
    left.sort(key=lambda pair: _place(pair[1], middle))
    right.sort(key=lambda pair: _place(pair[0], middle))
    roles = _Roles(left, middle, right, gateways, platform)
    return None if _is_crowded(roles, opens) else roles


def _is_crowded(roles: _Roles, opens: frozenset[EndpointId]) -> bool:
    """Return whether an end has no place of its own, or a line no way."""
    left, middle, right, _, platform = roles
    placed = {*middle, platform}
    return (
        not 0 < len(middle) <= MOST
        or not placed.issuperset(target for _, target in left)
        or not placed.issuperset(source for source, _ in right)
        or len(left) > len({source for source, _ in left})
        or len(right) > len({target for _, target in right})
        or any(opens.intersection(end.endpoints) for _, end in right)
        or any(platform == target for _, target in right)
        or any(platform == source for source, _ in left)
        # It has one line at its top, above those of its parts.
        or sum(platform == source for source, _ in right) > 1
    )


def _place(end: End, middle: Sequence[End]) -> float:
    """Return how far down an end is; the platform is behind the first."""
    return middle.index(end) if end in middle else 0.5


# -- the layout ---------------------------------------------------------------


def draw(
    edition: Edition, matrix: Matrix, say: Callable[[str], str] = str
) -> Picture | None:
    """Return the picture of a matrix; nothing if it has no room for it.

    Args:
        edition: The edition.
        matrix: The matrix, with every source.
        say: Returns what stands for a phrase: its translation.
    """
    roles = _find_roles(edition, matrix)
    return None if roles is None else _Layout(matrix, roles, say).draw()


class _Layout:
    """Puts the boxes and the lines of a picture in their places."""

    def __init__(
        self, matrix: Matrix, roles: _Roles, say: Callable[[str], str]
    ) -> None:
        self._matrix = matrix
        self._roles = roles
        self._say = say
        self._made: list[str] = []
        #: How far the picture reaches to the left, right and bottom.
        self._bounds = [MIDDLE[0], MIDDLE[0] + MIDDLE[1], 0]
        self._brackets = False
        #: Where what listens begins for what comes from the left.
        self._edge = MIDDLE[0] - (FRAME if roles.platform else 0)

    def draw(self) -> Picture:
        """Return the picture."""
        middle, platform = self._roles.middle, self._roles.platform
        y = left = TITLE + 6 if platform else 0
        right = self._draw_right(platform, 0, 0, 0) if platform else 0
        for place, end in enumerate(middle):
            box = self._middle_box(end)
            left, reached = self._draw_left(end, max(left, y))
            height = max(box.height, reached + PAD - y)
            self._made.append(box.draw(MIDDLE, y, height))
            right = self._draw_right(end, y, max(right, y), place)
            y += height
            if platform and not place:
                left, reached = self._draw_left(platform, left)
                inner = reached
            if end != middle[-1]:
                y = self._draw_between(end, middle[-1], y)
        self._reach(bottom=y)
        if platform:
            self._draw_frame(platform, max(y, inner) + PAD)
        low, high, bottom = self._bounds
        return Picture(
            "".join(self._made),
            low,
            high - low,
            bottom + 1,
            has_brackets=self._brackets,
            has_right=bool(self._roles.right),
        )

    def _texts(self, cell: Cell) -> list[str]:
        """Return what a cell says, and note whether it has brackets."""
        self._brackets |= any(line.sometimes for line in cell.lines)
        return port_texts(cell, self._say)

    def _title(self, end: End, room: float) -> list[str]:
        """Return the lines of a name; one of several ends is a phrase."""
        name = self._say(end.name) if end.members else end.name
        return wrap(name, room, BOLD)

    def _reach(
        self, *, left: int = WIDTH, right: int = 0, bottom: int = 0
    ) -> None:
        low, high, under = self._bounds
        self._bounds = [min(low, left), max(high, right), max(under, bottom)]

    def _middle_box(self, end: End) -> _Box:
        """Return the box of a part, with what it sends to its like."""
        lines: list[str] = []
        room = MIDDLE[1] - 2 * PAD
        for words, other in (
            ("to each other:", end),
            ("to its gateway:", self._roles.gateways.get(end)),
        ):
            cell = self._matrix.cell(end, other) if other else Cell()
            texts = self._texts(cell)
            if not texts:
                continue
            said = self._say(words)
            short = f"{said} {texts[0]}"
            if len(texts) == 1 and text_width(short) <= room:
                lines.append(short)
                continue
            lines.append(said)
            for text in texts:
                first, *more = wrap(text, room)
                lines += [first, *(f"{INDENT}{line}" for line in more)]
        return _Box(self._title(end, room), lines, filled=True)

    def _draw_left(self, target: End, y: int) -> tuple[int, int]:
        """Draw what only opens connections, to one end.

        Returns:
            Where the next box can begin, and where the last line arrives.
        """
        reached = 0
        for source, end in self._roles.left:
            if end != target:
                continue
            cell = self._matrix.cell(source, end)
            room = LEFT[1] - 2 * PAD
            said = [
                more
                for one in source.endpoints
                for other in end.endpoints
                for line in self._matrix.pairs.get((one, other), ())
                for text in line.below
                for more in wrap(self._say(text.partition(". ")[0]), room)
            ]
            box = _Box(self._title(source, room), said)
            self._made.append(box.draw(LEFT, y, box.height))
            reached = y + TITLE + 2
            start = LEFT[1] + 1
            self._made.append(
                _path(
                    [(start, reached), (self._edge - 3, reached)],
                    needed=bool(cell.lines),
                )
            )
            room = self._edge - start - 8
            labels = [
                line for text in self._texts(cell) for line in wrap(text, room)
            ]
            for number, text in enumerate(labels, 1):
                self._made.append(
                    _text(start + 4, reached + TITLE * number, text)
                )
            under = max(y + box.height, reached + TITLE * len(labels) + 4)
            self._reach(left=0, bottom=under)
            y = under + GAP
        return y, reached

    def _draw_right(self, source: End, start: int, y: int, place: int) -> int:
        """Draw what only listens to one end, and return what is free."""
        # The lines of the second part pass left of those of the first.
        trunk = RIGHT[0] - 18 - 8 * place
        origin = MIDDLE[0] + MIDDLE[1]
        origin += FRAME if source == self._roles.platform else 0
        here = start + TITLE + 2
        stubs = []
        for one, end in self._roles.right:
            if one != source:
                continue
            box = self._right_box(source, end)
            self._made.append(box.draw(RIGHT, y, box.height))
            needed = bool(self._matrix.cell(source, end).lines)
            stubs.append((y + TITLE + 2, needed))
            self._reach(right=WIDTH, bottom=y + box.height)
            y += box.height + GAP
        for there, needed in stubs:
            route = [(trunk, there), (RIGHT[0] - 3, there)]
            self._made.append(_path(route, needed=needed))
        if stubs:
            lowest = max(there for there, _ in stubs)
            route = [(origin, here), (trunk, here), (trunk, lowest)]
            self._made.append(_path(route, head=False))
        return y

    def _right_box(self, source: End, end: End) -> _Box:
        """Return the box of what only listens, with its ports."""
        room = RIGHT[1] - 2 * PAD
        title = self._title(end, room)
        if not end.members:
            cell = _where_used(self._matrix.cell(source, end))
            texts = self._texts(cell)
            return _Box(title, [x for t in texts for x in wrap(t, room)])
        names: dict[str, list[str]] = {}
        for name, endpoint in zip(end.members, end.endpoints, strict=True):
            one = self._matrix.cell(source, End(name, (endpoint,)))
            text = ", ".join(self._texts(_where_used(one)))
            names.setdefault(text, []).append(name)
        lines: list[str] = []
        for text, of in names.items():
            item = f"{', '.join(of)} {text}"
            packed = f"{lines[-1]} \N{MIDDLE DOT} {item}" if lines else item
            if lines and text_width(packed) <= room:
                lines[-1] = packed
            else:
                first, *more = wrap(item, room)
                lines += [first, *(f"{INDENT}{line}" for line in more)]
        return _Box(title, lines)

    def _draw_between(self, upper: End, lower: End, y: int) -> int:
        """Draw the lines between two parts, and return where they end."""
        up = self._matrix.cell(lower, upper)
        down = self._matrix.cell(upper, lower)
        # Each label stands beside its line, between the two.
        left, right = MIDDLE[0] + 7, MIDDLE[0] + MIDDLE[1] - 7
        room = right - left - 11
        above = [x for text in self._texts(up) for x in wrap(text, room)]
        below = [x for text in self._texts(down) for x in wrap(text, room)]
        under = y + max(LINE * len(above + below) + 26, 40)
        first = y + 25
        for number, text in enumerate(above + below):
            is_last = number >= len(above)
            x = right - 7 if is_last else left + 7
            at = first + LINE * number
            self._made.append(_text(x, at, text, end=is_last))
        for cell, x, start, stop in (
            (up, left, under - 1, y + 4),
            (down, right, y + 1, under - 4),
        ):
            if str(cell):
                line = _path([(x, start), (x, stop)], needed=bool(cell.lines))
                self._made.append(line)
        return under

    def _draw_frame(self, platform: End, bottom: int) -> None:
        """Draw a frame around the parts, for what they are parts of."""
        width = MIDDLE[1] + 2 * FRAME
        self._made.append(
            f'<rect x="{self._edge + 0.5}" y="0.5" width="{width - 1}" '
            f'height="{bottom - 1}" rx="7" fill="none" stroke="{COLOUR}" '
            'stroke-opacity="0.45"/>'
        )
        name = _text(self._edge + FRAME + PAD, TITLE, platform.name)
        self._made.append(name)
        self._reach(left=self._edge, right=self._edge + width, bottom=bottom)
