"""The few words that a table has for a condition, a need and a decision.

A cell has room for a dozen words, and what its table has settled is not said
again: a table for AWS does not speak of OpenShift. What is left of a
condition becomes a phrase, ``on OpenStack for Heat autoscaling``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.documents import join
from avi_portspec.model.conditions import (
    ALWAYS,
    AllOf,
    Always,
    Answer,
    AnyOf,
    Condition,
    Match,
    Unless,
)
from avi_portspec.model.display import ports_text
from avi_portspec.model.wording import (
    DECLINED_BY_SITE,
    at_start,
    site_of,
    uncapitalise,
)
from avi_portspec.names import FacetId, PlaceKind, ReasonLevel, Status

if TYPE_CHECKING:
    from avi_portspec.model.catalog import Catalog
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.facets import Deployment, Facet
    from avi_portspec.model.flows import Flow, Reason
    from avi_portspec.model.page import Citation

__all__ = [
    "DECLINED",
    "DIRECTION_UNCLEAR",
    "NOTHING_ASKED",
    "NOT_DOCUMENTED",
    "NO_PORT_NEEDED",
    "OPTIONAL",
    "SWAPPED",
    "WITHHELD",
    "Asked",
    "Fact",
    "Need",
    "asked_of",
    "assumptions",
    "cautions",
    "changes",
    "choice_phrase",
    "condition_phrase",
    "deciding_facts",
    "deployment_phrase",
    "deployment_title",
    "facts_text",
    "given",
    "is_relevant",
    "lacking_values",
    "need",
    "places_phrase",
    "purpose_phrase",
    "silence_phrase",
    "silent_values",
    "state_phrase",
    "values_phrase",
]

#: The words that a row can be tagged with. What is required has none.
OPTIONAL: Final = "Optional"
NOT_DOCUMENTED: Final = "Not documented"
DIRECTION_UNCLEAR: Final = "Direction not clear"
DECLINED: Final = "Declined"
#: What stands above flows that apply and get no port, by what is decided.
WITHHELD: Final[dict[Status, str]] = {
    "direction-unclear": DIRECTION_UNCLEAR,
    "declined": DECLINED_BY_SITE,
}
#: Why a direction is not clear.
SWAPPED: Final = "the vendor may have swapped source and destination"
#: What stands for a port where the vendor says that none is needed.
NO_PORT_NEEDED: Final = "No port needed"

#: The values of each facet that a table is about; of any other facet, all.
#: Of clouds, a flow can be for any of several. What a deployment uses holds
#: together.
Asked = Mapping[FacetId, frozenset[str]]
#: What a table of a whole edition is about.
NOTHING_ASKED: Final[Asked] = {}
#: The facets whose values hold together.
_TOGETHER: Final = frozenset({"feature", "service"})


def asked_of(deployment: Deployment, facets: Catalog[Facet]) -> Asked:
    """Return the values that an answer for one deployment is about.

    Args:
        deployment: The deployment.
        facets: The facets of its edition.
    """
    return {facet.id: deployment.values_of(facet.id) for facet in facets}


class _Words(NamedTuple):
    """How conditions on a facet read."""

    holds: str
    barred: str
    fact: str
    no_fact: str


#: The facets are a closed list, so that their words can be one too.
_WORDS: Final[dict[FacetId, _Words]] = {
    "cloud": _Words("on {}", "not on {}", "on {}", "not on {}"),
    "controller": _Words(
        "if the Controller is {}",
        "unless the Controller is {}",
        "the Controller is {}",
        "the Controller is not {}",
    ),
    "feature": _Words(
        "for {}",
        "without {}",
        "this deployment uses {}",
        "this deployment does not use {}",
    ),
    "service": _Words(
        "if {} is used",
        "unless {} is used",
        "the Controller uses {}",
        "the Controller does not use {}",
    ),
}


class Need(NamedTuple):
    """What a row says of the need for a flow.

    Attributes:
        tag: ``Optional``, ``Not documented``, ``Direction not clear``,
            ``Declined`` or nothing.
        text: The words behind it, which begin with a capital where there is
            no tag.
    """

    tag: str
    text: str

    def __str__(self) -> str:
        """Return both in a line: ``Optional: for plain HTTP``."""
        between = " " if self.tag == NOT_DOCUMENTED else ": "
        return between.join(filter(None, self))


# -- conditions ---------------------------------------------------------------


def given(condition: Condition, asked: Asked) -> Condition | None:
    """Return what is left of a condition where some facets are settled.

    >>> from avi_portspec import AllOf, Match
    >>> aws = Match(facet="cloud", values=("aws", "azure"))
    >>> dns = Match(facet="service", values=("dns",))
    >>> both = AllOf(parts=(aws, dns))
    >>> given(both, {"cloud": frozenset({"aws"})}) == dns
    True

    Args:
        condition: The condition.
        asked: The values that the table is about. A deployment is taken to
            have some of those of each facet, and no others; of features and
            services, all.

    Returns:
        The rest, which holds where the condition does: ``ALWAYS`` if that is
        for all that is asked about, ``None`` if it is for nothing of it.
        Where the condition is not documented, the rest does not hold; which
        values these are, :func:`silent_values` returns.
    """
    return _given(condition, asked, barred=False)


def _given(
    condition: Condition, asked: Asked, *, barred: bool
) -> Condition | None:
    """Return what is left; see :func:`given`.

    Args:
        condition: The condition, or a part of it.
        asked: The values that the table is about.
        barred: Whether the part stands within an ``Unless``, which holds only
            where the part certainly does not: here silence counts as yes.
    """
    if isinstance(condition, Match):
        return _match_given(condition, asked, barred=barred)
    if isinstance(condition, Unless):
        part = _given(condition.part, asked, barred=not barred)
        if part is None:
            return ALWAYS
        return None if part == ALWAYS else Unless(part=part)
    if isinstance(condition, AllOf | AnyOf):
        return _parts_given(condition, asked, barred=barred)
    return condition


def _match_given(
    match: Match, asked: Asked, *, barred: bool
) -> Match | Always | None:
    words = asked.get(match.facet)
    if words is None:
        return match
    if match.facet in _TOGETHER:
        (answer,) = match.possible(asked)
        # Silence counts as no, and as yes within an "unless".
        enough = Answer.UNSTATED if barred else Answer.YES
        return ALWAYS if answer >= enough else None
    if barred and match.otherwise == "unstated":
        # It is never certain that it does not hold.
        return ALWAYS
    values = tuple(value for value in match.values if value in words)
    unstated = tuple(value for value in match.unstated if value in words)
    if barred and not values:
        values, unstated = unstated, ()
    if not values:
        return None
    if words <= {*values, *(unstated if barred else ())}:
        return ALWAYS
    return Match(
        facet=match.facet,
        values=values,
        unstated=unstated,
        otherwise=match.otherwise,
    )


def _parts_given(
    condition: AllOf | AnyOf, asked: Asked, *, barred: bool
) -> Condition | None:
    parts = [_given(part, asked, barred=barred) for part in condition.parts]
    decided: tuple[Condition | None, Condition | None] = (None, ALWAYS)
    if isinstance(condition, AnyOf):
        decided = (ALWAYS, None)
    enough, neutral = decided
    if enough in parts:
        return enough
    left = dict.fromkeys(p for p in parts if p is not None and p != neutral)
    if len(left) < 2:  # noqa: PLR2004 - what is left is no list
        return next(iter(left), neutral)
    return type(condition)(parts=tuple(left))


def values_phrase(facet: Facet, values: Iterable[str], words: str) -> str:
    """Return a facet's values in a phrase: ``on AWS, Azure or GCP``.

    Args:
        facet: The facet.
        values: The ids of the values.
        words: The phrase, with ``{}`` for the values. A value with a phrase
            of its own stands behind it.
    """
    chosen = [value for value in facet.values if value.id in {*values}]
    plain = [value.label for value in chosen if not value.phrase]
    own = [value.phrase for value in chosen if value.phrase]
    if not plain:
        return join("or", own)
    text = words.replace("{}", join("or", plain))
    return f"{text}, or {join('or', own)}" if own else text


def state_phrase(facet: Facet, values: Iterable[str]) -> str:
    """Return that a facet has one of some values: ``on AWS or Azure``."""
    return values_phrase(facet, values, _WORDS[facet.id].holds)


def choice_phrase(label: str) -> str:
    """Return what a choice is called where it stands alone.

    >>> choice_phrase("a virtual machine")
    'Virtual machine'
    >>> choice_phrase("syslog")
    'syslog'

    Args:
        label: A value as it stands within a sentence. One word without an
            article is a name, which keeps its letters.
    """
    bare = label
    for article in ("a ", "an ", "the "):
        bare = bare.removeprefix(article)
    is_name = bare == label and " " not in label
    return label if is_name else at_start(bare)


def _barred_phrase(facet: Facet, values: Iterable[str]) -> str:
    """Return that a facet has none of some values: ``not on OpenStack``."""
    chosen = [value for value in facet.values if value.id in {*values}]
    plain = [value.label for value in chosen if not value.phrase]
    phrases = [_opposite(value.phrase) for value in chosen if value.phrase]
    if plain:
        words = _WORDS[facet.id].barred
        phrases.insert(0, words.replace("{}", join("or", plain)))
    return join("and", phrases)


def _opposite(phrase: str) -> str:
    """Return a value's own phrase where the value is ruled out."""
    if phrase.startswith("if "):
        return f"unless {phrase.removeprefix('if ')}"
    return f"not {phrase}"


def condition_phrase(condition: Condition, facets: Catalog[Facet]) -> str:
    """Return a condition in few words, or none if it always holds.

    Args:
        condition: The condition, as :func:`given` leaves it.
        facets: The facets of its edition, by id.
    """
    if isinstance(condition, Always):
        return ""
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    matches: list[str] = []
    more: list[str] = []
    for part in sorted(parts, key=lambda part: isinstance(part, Unless)):
        if isinstance(part, Match):
            facet = facets[part.facet]
            words = _WORDS[part.facet].holds
            matches.append(values_phrase(facet, part.values, words))
        elif isinstance(part, Unless) and isinstance(part.part, Match):
            facet = facets[part.part.facet]
            more.append(_barred_phrase(facet, part.part.values))
        else:
            whole = part.describe(facets, speaker=None)
            more.append(whole.removeprefix("only "))
    return ", ".join(filter(None, (" ".join(matches), *more)))


def _settled(asked: Asked) -> Asked:
    """Return the facets of which it is known what a deployment has.

    Of several clouds, it may have any.
    """
    return {
        facet: held
        for facet, held in asked.items()
        if facet in _TOGETHER or len(held) < 2  # noqa: PLR2004 - one, or none
    }


def silent_values(
    condition: Condition, asked: Asked = NOTHING_ASKED
) -> dict[FacetId, tuple[str, ...]]:
    """Return the values for which a condition is not documented, by facet.

    Args:
        condition: The condition.
        asked: The values that the table is about.
    """
    found: dict[FacetId, dict[str, None]] = {}
    for match in condition.matches():
        words = asked.get(match.facet)
        for value in match.unstated:
            if words is not None and value not in words:
                continue
            known = {match.facet: frozenset({value}), **_settled(asked)}
            if Answer.UNSTATED in condition.possible(known):
                found.setdefault(match.facet, {})[value] = None
    return {facet: tuple(values) for facet, values in found.items()}


def lacking_values(
    condition: Condition, asked: Asked = NOTHING_ASKED
) -> dict[FacetId, tuple[str, ...]]:
    """Return the values without which a condition is not documented.

    Args:
        condition: The condition.
        asked: The values that the table is about.
    """
    found: dict[FacetId, dict[str, None]] = {}
    if Answer.UNSTATED in condition.possible(_settled(asked)):
        for match in condition.matches():
            has_it = given(match, asked) == ALWAYS
            if match.otherwise == "unstated" and not has_it:
                values = found.setdefault(match.facet, {})
                values |= dict.fromkeys(match.values)
    return {facet: tuple(values) for facet, values in found.items()}


def silence_phrase(
    condition: Condition,
    facets: Catalog[Facet],
    asked: Asked = NOTHING_ASKED,
) -> str:
    """Return what a condition is not documented for: ``for OpenShift``.

    Args:
        condition: The condition.
        facets: The facets of its edition, by id.
        asked: The values that the table is about.

    Returns:
        The phrase, or nothing where the condition is documented.
    """
    return join(
        "and",
        (
            *(
                values_phrase(facets[facet], values, "for {}")
                for facet, values in silent_values(condition, asked).items()
            ),
            *(
                f"for {facets[facet].without(value)}"
                for facet, values in lacking_values(condition, asked).items()
                for value in values
            ),
        ),
    )


# -- what is needed, for any deployment ---------------------------------------


def need(
    flow: Flow, edition: EditionData, asked: Asked = NOTHING_ASKED
) -> Need:
    """Return when a flow is needed: its requirement and condition in one.

    >>> import avi_portspec
    >>> edition = avi_portspec.load("vantage-undated")
    >>> str(need(edition.flows["controller-to-dns"], edition))
    'If DNS is used'

    Args:
        flow: The flow.
        edition: Where names are looked up.
        asked: The values that the table is about; what they settle is not
            said.
    """
    rest = given(flow.when, asked)
    phrase = condition_phrase(
        flow.when if rest is None else rest, edition.facets
    )
    if flow.requirement == "optional":
        return Need(
            OPTIONAL, phrase or purpose_phrase(flow.purpose or "", edition)
        )
    if flow.requirement == "some-or-all":
        text = f"May be needed {phrase}".rstrip()
    else:
        always = "When used" if flow.requirement == "when-used" else "Always"
        text = at_start(phrase) or always
    if flow.replaces:
        ports = (ports_text(edition.flows[name]) for name in flow.replaces)
        text += f"; replaces {join('and', ports)}"
    site = site_of(flow)
    return Need("", f"{text} ({site})" if site else text)


def purpose_phrase(text: str, edition: EditionData) -> str:
    """Return what a flow is for as it stands within a sentence.

    Args:
        text: What it is for, by the vendor or another source.
        edition: Where the names are looked up that keep their capital.
    """
    names = (name for e in edition.endpoints for name in (e.label, e.name))
    if text.startswith(tuple(names)) or text[1:2].isupper():
        return text
    return uncapitalise(text)


# -- what one deployment has --------------------------------------------------


class Fact(NamedTuple):
    """What a deployment is like, where a condition asks about it.

    Attributes:
        facet: The facet that is asked about.
        holds: Whether the deployment has one of the values.
        values: Those of the values that it has. Where it has none, those
            that it has of the undocumented ones; else all that are asked for.
    """

    facet: FacetId
    holds: bool
    values: tuple[str, ...]


def deciding_facts(
    condition: Condition, deployment: Deployment
) -> tuple[Fact, ...]:
    """Return why a condition holds for a deployment, or why it does not.

    Args:
        condition: The condition.
        deployment: The deployment. Where the condition is not documented for
            it, the facts are those for which it is not.
    """
    if isinstance(condition, Match):
        held = deployment.values_of(condition.facet)
        values = tuple(value for value in condition.values if value in held)
        silent = tuple(value for value in condition.unstated if value in held)
        found = values or silent or condition.values
        return (Fact(condition.facet, bool(values), found),)
    if isinstance(condition, Unless):
        return deciding_facts(condition.part, deployment)
    if not isinstance(condition, AllOf | AnyOf):
        return ()
    answer = condition.evaluate(deployment)
    parts = [p for p in condition.parts if p.evaluate(deployment) == answer]
    if isinstance(condition, AnyOf) and answer is Answer.YES:
        # One is enough, and more would read as if all were needed.
        parts = parts[:1]
    facts = (f for part in parts for f in deciding_facts(part, deployment))
    return tuple(dict.fromkeys(facts))


def facts_text(
    facts: Iterable[Fact], facets: Catalog[Facet]
) -> tuple[str, str]:
    """Return what a deployment is like: where it runs, and what else.

    >>> import avi_portspec
    >>> edition = avi_portspec.load("vantage-undated")
    >>> facts_text([Fact("cloud", True, ("aws",))], edition.facets)
    ('on AWS', '')

    Args:
        facts: The facts.
        facets: The facets of the edition, by id.

    Returns:
        The clouds, ``on AWS and Azure``, and the rest, ``the Controller is a
        container``; either can be empty. Clouds that a deployment does not
        have are said only where nothing else is.
    """
    where: list[str] = []
    barred: list[str] = []
    clauses: list[str] = []
    for fact in facts:
        facet, words = facets[fact.facet], _WORDS[fact.facet]
        text = words.fact if fact.holds else words.no_fact
        word = "and" if fact.holds else "or"
        chosen = [v for v in facet.values if v.id in fact.values]
        if fact.facet != "cloud":
            names = [value.label for value in chosen]
            clauses.append(text.replace("{}", join(word, names)))
        elif fact.holds:
            names = [value.label for value in chosen if not value.phrase]
            own = [value.phrase for value in chosen if value.phrase]
            clause = text.replace("{}", join(word, names)) if names else ""
            where.append(join("and", filter(None, (clause, *own))))
        else:
            barred.append(_barred_phrase(facet, fact.values))
    if not where and not clauses:
        where = barred
    return join("and", where), join("and", clauses)


# -- what is assumed ----------------------------------------------------------

#: The order of assumptions in a line; the fields that are not here follow.
_ORDER: Final = ("protocols", "source", "requirement")


def is_relevant(reason: Reason, asked: Asked) -> bool:
    """Return whether a reason is about a case that is asked about.

    Args:
        reason: The reason.
        asked: The values that the table is about.
    """
    return given(reason.when, asked) is not None


def _relevant(flow: Flow, asked: Asked) -> list[Reason]:
    reasons = [
        reason
        for reason in (*flow.inferred, *flow.readings)
        if is_relevant(reason, asked)
    ]
    return sorted(
        reasons,
        key=lambda reason: (
            _ORDER.index(reason.field) if reason.field in _ORDER else 9
        ),
    )


def assumptions(
    flow: Flow,
    asked: Asked = NOTHING_ASKED,
    *,
    fields: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Return what is assumed about a flow, in few words, each once.

    What nobody would read otherwise is left out, and so is what is about a
    case that is settled otherwise.

    Args:
        flow: The flow.
        asked: The values that the table is about.
        fields: The fields that it shows; all, if ``None``.
    """
    return _reasons_of_level("assumed", flow, asked, fields)


def cautions(flow: Flow, asked: Asked = NOTHING_ASKED) -> tuple[str, ...]:
    """Return what may break something if it is acted on, each once.

    Args:
        flow: The flow.
        asked: The values that the table is about.
    """
    return _reasons_of_level("caution", flow, asked)


def _reasons_of_level(
    level: ReasonLevel,
    flow: Flow,
    asked: Asked,
    fields: Collection[str] | None = None,
) -> tuple[str, ...]:
    texts = (
        reason.short or reason.reason
        for reason in _relevant(flow, asked)
        if reason.level == level and (fields is None or reason.field in fields)
    )
    return tuple(dict.fromkeys(texts))


def changes(flow: Flow, *, whole: bool = False) -> tuple[str, ...]:
    """Return what a site changed or settled about a flow, in few words.

    Args:
        flow: The flow.
        whole: Whether to say why the site changed it, too.
    """
    texts = (
        (not (whole and reason in flow.inferred) and reason.short)
        or reason.reason
        for reason in (*flow.inferred, *flow.readings)
        if reason.level == "site"
    )
    return tuple(dict.fromkeys(texts))


# -- a deployment in words ----------------------------------------------------


def deployment_phrase(
    deployment: Deployment, facets: Catalog[Facet], *, has_clouds: bool = True
) -> str:
    """Return a deployment in a phrase, to stand under a title.

    >>> import avi_portspec
    >>> from avi_portspec import Deployment
    >>> facets = avi_portspec.load("vantage-undated").facets
    >>> deployment_phrase(Deployment(clouds={"aws"}, services={"dns"}), facets)
    'Controller cluster on virtual machines, managing AWS; uses DNS'

    Args:
        deployment: The deployment.
        facets: The facets of the edition, for names.
        has_clouds: Whether to name the clouds, which some titles have.
    """
    text = deployment_title(deployment, facets, has_clouds=has_clouds)
    uses = [
        value.label
        for name in ("service", "feature")
        if (facet := facets.get(name)) is not None
        for value in facet.values
        if value.id in deployment.values_of(facet.id)
    ]
    if uses:
        text += f"; uses {join('and', uses)}"
    release = deployment.release
    return text if release is None else f"{text}; release {release}"


def deployment_title(
    deployment: Deployment, facets: Catalog[Facet], *, has_clouds: bool = True
) -> str:
    """Return what a deployment is, without what it uses.

    Args:
        deployment: The deployment.
        facets: The facets of the edition, for names.
        has_clouds: Whether to name the clouds.
    """
    single = deployment.nodes == "single-node"
    text = "Single Controller" if single else "Controller cluster"
    controller = facets.get("controller")
    if controller is not None:
        kinds = [
            value.label
            for value in controller.values
            if value.id == deployment.controller
        ]
        text += f" on {_many(kinds[0], single=single)}" if kinds else ""
    cloud = facets.get("cloud")
    if cloud is not None and has_clouds:
        held = [v for v in cloud.values if v.id in deployment.clouds]
        named = join("and", (v.label for v in held if not v.phrase))
        own = [v.phrase for v in held if v.phrase]
        parts = [f"managing {named}"] if named else []
        text += "".join(f", {part}" for part in (*parts, *own))
    return text


def _many(label: str, *, single: bool) -> str:
    """Return what the nodes of a Controller run as: ``virtual machines``."""
    if single or not label.startswith("a "):
        return label
    return f"{label.removeprefix('a ')}s"


# -- places on the vendor's page ----------------------------------------------

_PLACES: Final[dict[PlaceKind, str]] = {
    "lead-in": "introduction",
    "row": "row {}",
    "bullet": "bullet {}",
    "note": "note {}",
    "closing": "closing remark",
}


def places_phrase(citations: Iterable[Citation], edition: EditionData) -> str:
    """Return places on the vendor's page: ``AWS, bullet 1``.

    Args:
        citations: The places; those of a section are said together.
        edition: Where the titles of sections are looked up.
    """
    found: dict[str, dict[str, None]] = {}
    for cited in citations:
        title = "Overview"
        if cited.section is not None:
            title = edition.sections[cited.section].title
        place = _PLACES[cited.place].replace("{}", str(cited.number))
        found.setdefault(title, {})[place] = None
    return "; ".join(
        f"{title}, {join('and', places)}" for title, places in found.items()
    )
