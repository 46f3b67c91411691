"""When a flow applies: a small closed algebra over a deployment's facets.

Five forms, and no evaluated code: ``ALWAYS``, :class:`Match`,
:class:`AllOf`, :class:`AnyOf` and :class:`Unless`. The answer to a
condition is an :class:`Answer`: yes, no, or *unstated*, where the vendor
names some clouds and is silent on the rest.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Final,
    TypeAlias,
)

import attrs

from avi_portspec.documents import join
from avi_portspec.errors import Fault, shown
from avi_portspec.model.checks import Choice, Many, Nested
from avi_portspec.model.facets import FACET, FACETS, VALUE
from avi_portspec.model.record import Record
from avi_portspec.names import FacetId, Otherwise

if TYPE_CHECKING:
    from avi_portspec.model.facets import Deployment, Facet

__all__ = [
    "ALWAYS",
    "DEPTH",
    "VENDOR",
    "AllOf",
    "Always",
    "Answer",
    "AnyOf",
    "Condition",
    "Match",
    "Unless",
]

#: Who states what an edition holds, where no site does.
VENDOR: Final = "the vendor's page"

#: How deeply conditions may nest: far more than anyone reads, and far less
#: than the interpreter's stack.
DEPTH: Final = 16
_FACET_IDS: Final = tuple(facet for facet, _ in FACETS)


class Answer(enum.IntEnum):
    """What the vendor answers; ordered, so that ``min`` is "and".

    This is Kleene's strong three-valued logic: *unstated* stands between
    no and yes, and never turns into either by itself.
    """

    NO = 0
    UNSTATED = 1
    YES = 2


#: The bit of each value of each facet: a deployment is the sum of its bits.
Bits: TypeAlias = Mapping[tuple[FacetId, str], int]
#: A compiled condition: 0 is no, 1 unstated, 2 yes, as in ``Answer``.
Test: TypeAlias = Callable[[int], int]

#: The answers that are still possible when only some facets are known.
_Answers = frozenset[Answer]
#: The known facets, each with the values that the deployment has.
_Known = Mapping[FacetId, frozenset[str]]


class Condition(Record):
    """Something that holds for a deployment, or not, or is unstated."""

    __slots__ = ()

    def evaluate(self, deployment: Deployment) -> Answer:
        """Return the answer for one deployment.

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

    def compile(self, bits: Bits) -> Test:
        """Return the condition as a function of a deployment's bits.

        It answers as :meth:`evaluate` does, in a microsecond.

        Args:
            bits: The bit of each facet value that the condition names.
        """
        raise NotImplementedError

    def relax(self) -> Condition:
        """Return what is left without the restrictions on the whole.

        >>> from avi_portspec import AllOf, Match, Unless
        >>> aws = Match(facet="cloud", values=("aws",))
        >>> container = Match(facet="controller", values=("container",))
        >>> AllOf(parts=(aws, Unless(part=container))).relax() == aws
        True

        Only an ``Unless`` that rules out the whole is a restriction: the
        condition itself, or a part of an ``AllOf``.
        """
        raise NotImplementedError

    def matches(self) -> Iterator[Match]:
        """Yield each elementary test in the condition, in order."""
        return (match for _, match in self.find_matches(""))

    def find_matches(self, path: str) -> Iterator[tuple[str, Match]]:
        """Yield each elementary test with its path in data.

        Args:
            path: The path of this condition.
        """
        for step, part in self._inner():
            yield from part.find_matches(f"{path}{step}")

    def _inner(self) -> Iterable[tuple[str, Condition]]:
        """Return the conditions in this one, each with its place in data."""
        return ()

    def _faults(self) -> Iterator[Fault]:
        depth = _depth(self)
        if depth > DEPTH:
            expected = f"at most {DEPTH} conditions in one another"
            yield Fault("condition/too-deep", "", expected, f"{depth}")

    def describe(
        self, facets: Iterable[Facet] = (), *, speaker: str | None = VENDOR
    ) -> str:
        """Return the condition in plain English.

        Args:
            facets: The facets of an edition, for their names and clauses;
                without them the ids are used.
            speaker: Who states it, and says nothing on some values; with
                ``None``, the text says nothing of these values.

        Returns:
            A phrase such as ``only if the cloud is AWS or Azure``.
        """
        words = _Words(facets)
        text = self._phrase(words)
        if speaker is None:
            return text
        # What one part leaves open, another may settle.
        silent = words.join(
            "or",
            (
                name
                for match in self.matches()
                for held, name in words.silent(match)
                if Answer.UNSTATED in self.possible({match.facet: held})
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


def _depth(condition: Condition) -> int:
    inner = (_depth(part) for _, part in condition._inner())
    return 1 + max(inner, default=0)


class _Words:
    """The English of one edition's facets."""

    def __init__(self, facets: Iterable[Facet]) -> None:
        self.facets = {facet.id: facet for facet in facets}

    def name(self, facet: FacetId, value: str) -> str:
        known = self.facets[facet].values if facet in self.facets else ()
        return next((each.name for each in known if each.id == value), value)

    def silent(self, match: Match) -> Iterator[tuple[frozenset[str], str]]:
        """Yield what the vendor may be silent for: the values, in words."""
        for value in match.unstated:
            yield frozenset({value}), self.name(match.facet, value)
        if match.otherwise == "unstated":
            known = self.facets.get(match.facet)
            for value in match.values:
                yield (
                    frozenset(),
                    known.without(value) if known else f"not {value}",
                )

    @staticmethod
    def join(word: str, items: Iterable[str]) -> str:
        """Return ``a, b or c``, each item once."""
        return join(word, dict.fromkeys(items))

    def clause(self, match: Match) -> str:
        values = self.join(
            "or", (self.name(match.facet, value) for value in match.values)
        )
        known = self.facets.get(match.facet)
        clause = known.clause if known else f"{match.facet} is {{}}"
        return clause.replace("{}", values)


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Always(Condition):
    """The condition of a flow that has none: it holds everywhere."""

    def __attrs_pre_init__(self) -> None:
        # There is no field to guard.
        pass

    def possible(self, known: _Known) -> _Answers:
        """Return yes, for every deployment."""
        return frozenset({Answer.YES})

    def compile(self, bits: Bits) -> Test:
        """Return a function that answers yes."""
        return lambda _: 2

    def relax(self) -> Condition:
        """Return the condition: nothing restricts it."""
        return self

    def _phrase(self, words: _Words) -> str:
        return "always"

    def _plain(self) -> dict[str, Any]:
        return {"all": []}


ALWAYS: Final = Always()


class _Part(Nested):
    """A condition within another: one that tests something."""

    __slots__ = ()

    rule = "condition/tests-nothing"

    def __init__(self) -> None:
        super().__init__("a condition that tests something", Condition)

    def accepts(self, value: object) -> bool:
        return super().accepts(value) and not isinstance(value, Always)


_PART: Final = _Part()


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Match(Condition):
    """Holds if the deployment has one of some values of a facet.

    Attributes:
        facet: The facet that is asked about.
        values: The values for which the vendor says yes.
        unstated: The values on which the vendor is silent. If the deployment
            has none of *values* but one of these, the answer is
            ``Answer.UNSTATED``; for any other value it is no.
        otherwise: What the vendor says of a deployment that has none of
            them: ``no``, or nothing, which is ``unstated``, and leaves
            nothing to list in *unstated*. A port that is
            documented for masters without authentication is not ruled out
            for masters with it.
    """

    facet: Annotated[FacetId, FACET]
    values: Annotated[
        tuple[str, ...],
        Many("a list of at least one facet value's id", VALUE, least=1),
    ]
    unstated: Annotated[
        tuple[str, ...], Many("a list of facet value ids", VALUE)
    ] = ()
    otherwise: Annotated[Otherwise, Choice(Otherwise)] = "no"

    def _faults(self) -> Iterator[Fault]:
        stated = frozenset(self.values)
        for position, value in enumerate(self.unstated):
            if value in stated:
                yield Fault(
                    "condition/stated-and-unstated",
                    f"unstated[{position}]",
                    "a value that is not among the stated ones",
                    repr(value),
                )
        if self.unstated and self.otherwise == "unstated":
            yield Fault(
                "condition/unstated-twice",
                "unstated",
                "no values, since every other value is unstated",
                shown(self.unstated),
            )

    def possible(self, known: _Known) -> _Answers:
        """Return the answer if the facet is known, else each it can have."""
        held = known.get(self.facet)
        other = Answer.UNSTATED if self.otherwise == "unstated" else Answer.NO
        if held is None:
            open_ = {Answer.UNSTATED} if self.unstated else set()
            return frozenset({other, Answer.YES, *open_})
        if not held.isdisjoint(self.values):
            return frozenset({Answer.YES})
        if not held.isdisjoint(self.unstated):
            return frozenset({Answer.UNSTATED})
        return frozenset({other})

    def compile(self, bits: Bits) -> Test:
        """Return a function that tests the bits of the values."""
        yes = sum(bits[self.facet, value] for value in self.values)
        open_ = sum(bits[self.facet, value] for value in self.unstated)
        if self.otherwise == "unstated":
            return lambda held: 2 if held & yes else 1
        if not open_:
            return lambda held: 2 if held & yes else 0
        return lambda held: 2 if held & yes else 1 if held & open_ else 0

    def relax(self) -> Condition:
        """Return the condition: nothing restricts it."""
        return self

    def find_matches(self, path: str) -> Iterator[tuple[str, Match]]:
        """Yield this very test."""
        yield path, self

    def _clause(self, words: _Words) -> str:
        return words.clause(self)

    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "facet": self.facet,
            "values": list(self.values),
        }
        if self.unstated:
            plain["unstated"] = list(self.unstated)
        if self.otherwise != "no":
            plain["otherwise"] = self.otherwise
        return plain


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class _Several(Condition):
    """A condition of several, whose answers decide together."""

    parts: Annotated[
        tuple[Condition, ...],
        Many("a list of at least two conditions", _PART, least=2),
    ]

    #: What data calls it, how its clause begins, and the word between parts.
    _form: ClassVar[str]
    _both: ClassVar[str]
    _and: ClassVar[str]
    #: Which of two answers decides: the least or the greatest.
    _pick: ClassVar[Callable[..., Any]]

    def possible(self, known: _Known) -> _Answers:
        """Return what the parts can answer together."""
        first, *rest = (part.possible(known) for part in self.parts)
        for answers in rest:
            first = frozenset(self._pick(a, b) for a in first for b in answers)
        return first

    def compile(self, bits: Bits) -> Test:
        """Return what the compiled parts answer together."""
        pick = self._pick
        parts = tuple(part.compile(bits) for part in self.parts)
        return lambda held: pick([part(held) for part in parts])

    def _inner(self) -> Iterable[tuple[str, Condition]]:
        for position, part in enumerate(self.parts):
            yield f".{self._form}[{position}]", part

    def _clause(self, words: _Words) -> str:
        clauses = (part._clause(words) for part in self.parts)
        return f"({self._both} {words.join(self._and, clauses)})"

    def _plain(self) -> dict[str, Any]:
        return {self._form: [part._plain() for part in self.parts]}


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class AllOf(_Several):
    """Holds if every part does.

    Attributes:
        parts: At least two different conditions.
    """

    _form, _both, _and, _pick = "all", "both", "and", min

    def relax(self) -> Condition:
        """Return the parts that are no ``Unless``."""
        left = tuple(p for p in self.parts if not isinstance(p, Unless))
        if len(left) > 1:
            return AllOf(parts=left)
        return left[0] if left else ALWAYS

    def _phrase(self, words: _Words) -> str:
        # "only if this and that, unless something else"
        expected = [p for p in self.parts if not isinstance(p, Unless)]
        barred = [p.part for p in self.parts if isinstance(p, Unless)]
        phrases = []
        if expected:
            clauses = (part._clause(words) for part in expected)
            phrases.append(f"only if {words.join('and', clauses)}")
        if barred:
            clauses = (part._clause(words) for part in barred)
            phrases.append(f"unless {words.join('or', clauses)}")
        return ", ".join(phrases)


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class AnyOf(_Several):
    """Holds if at least one part does.

    Attributes:
        parts: At least two different conditions.
    """

    _form, _both, _and, _pick = "any", "either", "or", max

    def relax(self) -> Condition:
        """Return the condition: an ``Unless`` here restricts one part."""
        return self


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Unless(Condition):
    """Holds if its part does not; where that is unstated, so is this.

    Attributes:
        part: The condition that rules the flow out.
    """

    part: Annotated[Condition, _PART]

    def possible(self, known: _Known) -> _Answers:
        """Return the opposite of what the part can answer."""
        return frozenset(
            Answer(Answer.YES - answer) for answer in self.part.possible(known)
        )

    def compile(self, bits: Bits) -> Test:
        """Return the opposite of what the compiled part answers."""
        part = self.part.compile(bits)
        return lambda held: 2 - part(held)

    def relax(self) -> Condition:
        """Return nothing but "always": the restriction was all."""
        return ALWAYS

    def _inner(self) -> Iterable[tuple[str, Condition]]:
        return ((".unless", self.part),)

    def _phrase(self, words: _Words) -> str:
        return f"unless {self.part._clause(words)}"

    def _clause(self, words: _Words) -> str:
        return f"it is not so that {self.part._clause(words)}"

    def _plain(self) -> dict[str, Any]:
        return {"unless": self.part._plain()}
