"""When a flow applies: a small closed algebra over a deployment's facets.

Five forms, and no evaluated code: ``ALWAYS``, :class:`Match`,
:class:`AllOf`, :class:`AnyOf` and :class:`Unless`. The answer to a
condition is an :class:`Answer`: yes, no, or *unstated*, which is what the
page leaves us with when it names some clouds and is silent on the rest.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from avi_portspec.errors import Fault
from avi_portspec.model.checks import Many, Nested
from avi_portspec.model.facets import FACET, FACETS, VALUE
from avi_portspec.model.record import Record, as_tuple, check
from avi_portspec.names import FacetId

if TYPE_CHECKING:
    from avi_portspec.model.facets import Deployment, Facet

__all__ = [
    "ALWAYS",
    "DEPTH",
    "AllOf",
    "Always",
    "Answer",
    "AnyOf",
    "Condition",
    "Match",
    "Unless",
]

#: How deeply conditions may nest: far more than anyone reads, and far less
#: than the interpreter's stack.
DEPTH: Final = 16
_FACET_IDS: Final = tuple(facet for facet, _ in FACETS)


class Answer(enum.IntEnum):
    """What the page answers; ordered, so that ``min`` is "and".

    This is Kleene's strong three-valued logic: *unstated* stands between
    no and yes, and never turns into either by itself.
    """

    NO = 0
    UNSTATED = 1
    YES = 2


#: The answers that are still possible when only some facets are known.
_Answers = frozenset[Answer]
#: The known facets, each with the values that the deployment has.
_Known = Mapping[FacetId, frozenset[str]]


def _combine(
    parts: Iterable[_Answers], pick: Callable[[Answer, Answer], Answer]
) -> _Answers:
    first, *rest = parts
    for part in rest:
        first = frozenset(pick(a, b) for a in first for b in part)
    return first


class Condition(Record):
    """Something that holds for a deployment, or not, or is unstated."""

    __slots__ = ()

    def evaluate(self, deployment: Deployment) -> Answer:
        """Return the page's answer for one deployment.

        The deployment's words are taken as they are. Whether an edition knows
        them, and whether a cloud is named at all, is checked when the edition
        resolves the deployment.

        >>> from avi_portspec import Deployment, Match
        >>> when = Match(facet="cloud", values=("aws", "azure"))
        >>> when.evaluate(Deployment(clouds={"aws"}))
        <Answer.YES: 2>
        """
        (answer,) = self.possible(
            {facet: deployment.values_of(facet) for facet in _FACET_IDS}
        )
        return answer

    def possible(self, known: _Known) -> _Answers:
        """Return every answer that is left when only some facets are known.

        Args:
            known: The values of each facet that is known. Whatever is not
                in it may be anything.

        Returns:
            One answer if the known facets decide; else more. Two parts that
            ask about the same unknown facet count as independent, so the
            set may hold an answer too many, never one too few.
        """
        raise NotImplementedError

    def matches(self) -> Iterator[Match]:
        """Yield each elementary test in the condition, in order."""
        return (match for _, match in self.located(""))

    def located(self, path: str) -> Iterator[tuple[str, Match]]:
        """Yield each elementary test with its path in data.

        Args:
            path: The path of this condition.
        """
        raise NotImplementedError

    def describe(
        self, facets: Iterable[Facet] = (), *, speaker: str = "the page"
    ) -> str:
        """Return the condition in plain English.

        Args:
            facets: The facets of an edition, for their names and clauses;
                without them the ids are used.
            speaker: Who states it, and says nothing on some values.

        Returns:
            A phrase such as ``only if the cloud is AWS or Azure``.
        """
        words = _Words(facets)
        text = self._phrase(words)
        # What one part leaves open, another may settle.
        silent = words.join(
            "or",
            (
                words.name(match.facet, value)
                for match in self.matches()
                for value in match.unstated
                if Answer.UNSTATED
                in self.possible({match.facet: frozenset({value})})
            ),
        )
        return (
            f"{text}; {speaker} does not say for {silent}" if silent else text
        )

    def _phrase(self, words: _Words) -> str:
        return f"only if {self._clause(words)}"

    def _clause(self, words: _Words) -> str:
        raise NotImplementedError

    def _plain(self) -> dict[str, Any]:
        raise NotImplementedError


class _Words:
    """The English of one edition's facets."""

    def __init__(self, facets: Iterable[Facet]) -> None:
        facets = tuple(facets)
        self.clauses = {facet.id: facet.clause for facet in facets}
        self.names = {
            (facet.id, value.id): value.name
            for facet in facets
            for value in facet.values
        }

    def name(self, facet: FacetId, value: str) -> str:
        return self.names.get((facet, value), value)

    @staticmethod
    def join(word: str, items: Iterable[str]) -> str:
        """Return ``a, b or c``, each item once."""
        *most, last = [*dict.fromkeys(items)] or [""]
        return f"{', '.join(most)} {word} {last}" if most else last

    def clause(self, match: Match) -> str:
        values = self.join(
            "or", (self.name(match.facet, value) for value in match.values)
        )
        return self.clauses.get(match.facet, f"{match.facet} is {{}}").replace(
            "{}", values
        )


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Always(Condition):
    """The condition of a flow that has none: it holds everywhere."""

    def __attrs_pre_init__(self) -> None:
        # There is no field to guard.
        pass

    def possible(self, known: _Known) -> _Answers:
        """Return yes, whatever is known."""
        return frozenset({Answer.YES})

    def located(self, path: str) -> Iterator[tuple[str, Match]]:
        """Yield nothing: nothing is tested."""
        return iter(())

    def _phrase(self, words: _Words) -> str:
        return "always"

    def _plain(self) -> dict[str, Any]:
        return {"all": []}


ALWAYS: Final = Always()


class _Part(Nested):
    """A condition within another: one that tests something."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("a condition that tests something", Condition)

    def accepts(self, value: object) -> bool:
        return super().accepts(value) and not isinstance(value, Always)


_PART: Final = _Part()


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Match(Condition):
    """Holds if the deployment has one of some values of a facet.

    Attributes:
        facet: The facet that is asked about.
        values: The values for which the page says yes.
        unstated: The values on which the page is silent. If the deployment
            has none of *values* but one of these, the answer is
            ``Answer.UNSTATED``; for any other value it is no.
    """

    facet: FacetId = attrs.field(metadata=check(FACET))
    values: tuple[str, ...] = attrs.field(
        converter=as_tuple,
        metadata=check(
            Many("a list of at least one facet value's id", VALUE, least=1)
        ),
    )
    unstated: tuple[str, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(Many("a list of facet value ids", VALUE)),
    )

    def _faults(self) -> Iterator[Fault]:
        stated = frozenset(self.values)
        for position, value in enumerate(self.unstated):
            if value in stated:
                yield Fault(
                    f"unstated[{position}]",
                    "a value that is not among the stated ones",
                    repr(value),
                )

    def possible(self, known: _Known) -> _Answers:
        """Return the answer if the facet is known, else each it can have."""
        held = known.get(self.facet)
        if held is None:
            open_ = {Answer.UNSTATED} if self.unstated else set()
            return frozenset({Answer.NO, Answer.YES, *open_})
        if not held.isdisjoint(self.values):
            return frozenset({Answer.YES})
        if not held.isdisjoint(self.unstated):
            return frozenset({Answer.UNSTATED})
        return frozenset({Answer.NO})

    def located(self, path: str) -> Iterator[tuple[str, Match]]:
        """Yield this very test."""
        yield path, self

    def _clause(self, words: _Words) -> str:
        return words.clause(self)

    def _plain(self) -> dict[str, Any]:
        plain = {"facet": self.facet, "values": list(self.values)}
        if self.unstated:
            plain["unstated"] = list(self.unstated)
        return plain


_PARTS: Final = Many("a list of at least two conditions", _PART, least=2)


def _located(
    parts: Iterable[Condition], path: str
) -> Iterator[tuple[str, Match]]:
    for position, part in enumerate(parts):
        yield from part.located(f"{path}[{position}]")


def _depth(condition: Condition) -> int:
    inner = getattr(condition, "parts", None) or (
        (condition.part,) if isinstance(condition, Unless) else ()
    )
    return 1 + max(map(_depth, inner), default=0)


def _nesting(condition: Condition, path: str) -> Iterator[Fault]:
    """Yield what is wrong with how conditions stand in one another."""
    depth = _depth(condition)
    if depth > DEPTH:
        wanted = f"at most {DEPTH} conditions in one another"
        yield Fault(path, wanted, f"{depth}")


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class AllOf(Condition):
    """Holds if every part does.

    Attributes:
        parts: At least two different conditions.
    """

    parts: tuple[Condition, ...] = attrs.field(
        converter=as_tuple, metadata=check(_PARTS)
    )

    def possible(self, known: _Known) -> _Answers:
        """Return the least of what the parts can answer."""
        return _combine((part.possible(known) for part in self.parts), min)

    def _faults(self) -> Iterator[Fault]:
        return _nesting(self, "parts")

    def located(self, path: str) -> Iterator[tuple[str, Match]]:
        """Yield the tests of every part."""
        return _located(self.parts, f"{path}.all")

    def _phrase(self, words: _Words) -> str:
        # "only if this and that, unless something else"
        wanted = [p for p in self.parts if not isinstance(p, Unless)]
        barred = [p.part for p in self.parts if isinstance(p, Unless)]
        phrases = []
        if wanted:
            clauses = (part._clause(words) for part in wanted)
            phrases.append(f"only if {words.join('and', clauses)}")
        if barred:
            clauses = (part._clause(words) for part in barred)
            phrases.append(f"unless {words.join('or', clauses)}")
        return ", ".join(phrases)

    def _clause(self, words: _Words) -> str:
        clauses = (part._clause(words) for part in self.parts)
        return f"(both {words.join('and', clauses)})"

    def _plain(self) -> dict[str, Any]:
        return {"all": [part._plain() for part in self.parts]}


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class AnyOf(Condition):
    """Holds if at least one part does.

    Attributes:
        parts: At least two different conditions.
    """

    parts: tuple[Condition, ...] = attrs.field(
        converter=as_tuple, metadata=check(_PARTS)
    )

    def possible(self, known: _Known) -> _Answers:
        """Return the greatest of what the parts can answer."""
        return _combine((part.possible(known) for part in self.parts), max)

    def _faults(self) -> Iterator[Fault]:
        return _nesting(self, "parts")

    def located(self, path: str) -> Iterator[tuple[str, Match]]:
        """Yield the tests of every part."""
        return _located(self.parts, f"{path}.any")

    def _clause(self, words: _Words) -> str:
        clauses = (part._clause(words) for part in self.parts)
        return f"(either {words.join('or', clauses)})"

    def _plain(self) -> dict[str, Any]:
        return {"any": [part._plain() for part in self.parts]}


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Unless(Condition):
    """Holds if its part does not; where that is unstated, so is this.

    Attributes:
        part: The condition that rules the flow out.
    """

    part: Condition = attrs.field(metadata=check(_PART))

    def _faults(self) -> Iterator[Fault]:
        return _nesting(self, "part")

    def possible(self, known: _Known) -> _Answers:
        """Return the opposite of what the part can answer."""
        return frozenset(
            Answer(Answer.YES - answer) for answer in self.part.possible(known)
        )

    def located(self, path: str) -> Iterator[tuple[str, Match]]:
        """Yield the tests of the part."""
        return self.part.located(f"{path}.unless")

    def _phrase(self, words: _Words) -> str:
        return f"unless {self.part._clause(words)}"

    def _clause(self, words: _Words) -> str:
        return f"it is not so that {self.part._clause(words)}"

    def _plain(self) -> dict[str, Any]:
        return {"unless": self.part._plain()}
