"""What a firewall change request says, as a ticket or as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from avi_portspec.beyond.beside import NO_PURPOSE, other_purposes
from avi_portspec.deployment.unresolved import (
    conflict_phrase,
    gap_phrases,
    withheld_phrase,
)
from avi_portspec.deployment.why import explain
from avi_portspec.documents import join
from avi_portspec.edition.loading import editions
from avi_portspec.model.phrases import (
    OPTIONAL,
    WITHHELD,
    changes,
    deciding_facts,
    deployment_phrase,
    purpose_phrase,
    state_phrase,
)
from avi_portspec.model.wording import (
    ACCEPTED,
    accepted_statements,
    at_start,
    base_id,
    edition_text,
    site_of,
    sites_of,
    sites_text,
    speaker_of,
    uncapitalise,
)
from avi_portspec.rules.networks import networks_text
from avi_portspec.tabular.lines import (
    Line,
    answer_lines,
    edition_lines,
    group_lines,
    port_of,
)

if TYPE_CHECKING:
    from avi_portspec.beyond.beside import SourcedText
    from avi_portspec.deployment.decisions import Decision, Gap
    from avi_portspec.exporters.report import Report
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.facets import Deployment
    from avi_portspec.model.flows import Flow
    from avi_portspec.names import EndpointId

__all__ = [
    "BY_HAND",
    "Change",
    "Rule",
    "change_of",
    "mark",
    "ports_of",
    "why_of",
    "without_it",
]

#: What stands for addresses that the inventory does not have.
NO_ADDRESS: Final = "no address given"
#: What a person enters, who knows the day and the names.
BY_HAND: Final = (
    *("Date", "Requested by", "Approved by", "Change window", "Valid until"),
)


class Change(NamedTuple):
    """What is requested, and what to know about it.

    Attributes:
        report: The answer that it is made from.
        needed: What is requested, by source.
        optional: What is not requested and can be, by source.
        silent: What the vendor does not document.
    """

    report: Report
    needed: tuple[Line, ...]
    optional: tuple[Line, ...]
    silent: tuple[Line, ...]

    @property
    def title(self) -> str:
        """What it is for: ``Avi Controller managing AWS``."""
        edition, deployment = self.report.edition, self.report.deployment
        if deployment is None:
            return self.report.title
        controller = edition.endpoints.get("controller")
        name = edition.product if controller is None else controller.name
        cloud = edition.facets.get("cloud")
        values = () if cloud is None else cloud.values
        held = [value for value in values if value.id in deployment.clouds]
        clouds = join("and", (v.label for v in held if not v.phrase))
        own = [value.phrase for value in held if value.phrase]
        managed = [f"managing {clouds}"] if clouds else []
        return " ".join([name, join("and", filter(None, (*managed, *own)))])

    @property
    def deployment(self) -> str:
        """The deployment in a phrase."""
        return self._describe(has_clouds=True)

    def _describe(self, *, has_clouds: bool) -> str:
        """Return the deployment; the title, too, has its clouds."""
        report = self.report
        if report.deployment is None:
            clouds = report.clouds
            cloud = report.edition.facets.get("cloud")
            only = (
                ""
                if clouds is None or cloud is None
                else f"; only flows {state_phrase(cloud, clouds)}"
            )
            return (
                f"Not given{only}. A row applies under its condition, and "
                "rows can be alternatives to one another."
            )
        text = deployment_phrase(
            report.deployment, report.edition.facets, has_clouds=has_clouds
        )
        return f"{text} (a selection of its flows)" if report.partial else text

    @property
    def basis(self) -> str:
        """The edition that it is read from, and the overlays of a site."""
        sites = sites_text(self.report.edition)
        version = self.report.made_from["data_version"]
        return (
            f"Vendor's port page{edition_text(self.report.edition)} "
            f"(data version {version}){',' if sites else ''}{sites}"
        )

    # -- names and addresses --------------------------------------------------

    def name(self, endpoint: EndpointId) -> str:
        """Return what an endpoint is called in a table."""
        return self.report.edition.endpoints[endpoint].label

    def ends(self, line: Line) -> tuple[str, str]:
        """Return the two ends of a line, in which clouds if not in all."""
        source, destination = (self._end(line, end) for end in line.pair)
        return source, destination

    def _end(self, line: Line, endpoint: EndpointId) -> str:
        """Return one end of a line: ``Service Engine (AWS)``."""
        return self._in(endpoint, *self.report.part(line.flows[0], endpoint))

    def _in(self, endpoint: EndpointId, *clouds: str) -> str:
        """Return the name of an endpoint, with the clouds that it is in."""
        name = self.name(endpoint)
        return f"{name} ({self._clouds(*clouds)})" if clouds else name

    def _clouds(self, *clouds: str) -> str:
        values = self.report.edition.facets["cloud"].values
        return join("and", (v.label for v in values if v.id in clouds))

    def _lacking(self, line: Line) -> Iterator[str]:
        """Yield the name of each end, or part of one, without addresses."""
        for end in line.pair:
            for text in self.report.lacking(line.flows[0], end):
                _, *cloud = text.split(".")
                yield self._in(end, *cloud)

    def pair(self, line: Line) -> str:
        """Return the two ends of a line."""
        return " to ".join(self.ends(line))

    def _subject(self, line: Line) -> str:
        """Return what a line without ports is about."""
        return ", ".join(filter(None, (self.pair(line), line.service)))

    def addresses(self, line: Line) -> tuple[str, str]:
        """Return the addresses of both ends; empty without an inventory."""
        if self.report.inventory is None:
            return "", ""
        (flow,) = line.flows
        source, destination = (self._side(flow, end) for end in line.pair)
        floating = (
            f"cluster IP {address}" for address in self.report.floating(flow)
        )
        return source, ", ".join((destination, *floating))

    def _side(self, flow: Flow, endpoint: EndpointId) -> str:
        """Return the addresses of one end, and its objects."""
        report = self.report
        texts = [networks_text(report.sources(flow, endpoint))]
        texts += report.objects(flow, endpoint)
        text = ", ".join(filter(None, texts)) or NO_ADDRESS
        clouds = [t.split(".")[1:] for t in report.lacking(flow, endpoint)]
        if text != NO_ADDRESS and clouds:
            text += f", {NO_ADDRESS} for {self._clouds(*chain(*clouds))}"
        site = report.inventory
        if site is not None and endpoint in site.internet:
            return f"INTERNET: {text}"
        return text

    @property
    def inventory(self) -> str:
        """Where addresses come from, and what cannot be done without them."""
        site = self.report.inventory
        if site is None:
            return "Not given (add --inventory FILE)"
        texts = ["From the site's inventory"]
        missing = [
            (rule.number, name)
            for rule in self.rules
            for name in self._lacking(rule.line)
        ]
        if missing:
            names = dict.fromkeys(name for _, name in missing)
            numbers = [*dict.fromkeys(str(number) for number, _ in missing)]
            texts.append(
                f"Rule{'s' if len(numbers) > 1 else ''} "
                f"{join('and', numbers)} cannot be implemented: no address "
                f"is given for {join('and', names)}"
            )
        if site.cluster_ip and not site.cluster_ip_is_destination:
            texts.append(
                f"The cluster IP {join('and', map(str, site.cluster_ip))} is "
                "in no rule: the vendor does not document it as a destination"
            )
        return ". ".join(texts) + ("." if len(texts) > 1 else "")

    # -- the rules ------------------------------------------------------------

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are requested, one per pair of ends.

        Members in different clouds are different ends. Without a deployment
        there is one per flow, which has its condition.
        """
        by_flow = self.report.deployment is None
        groups = groupby(
            self.needed,
            lambda line: (
                line.flows if by_flow else (line.pair, self.pair(line))
            ),
        )
        told: dict[str, int] = {}
        return tuple(
            _rule(self, number, [*group], told)
            for number, (_, group) in enumerate(groups, 1)
        )

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """What the request says of itself, by name; a person's are empty."""
        return (
            ("Deployment", self._describe(has_clouds=False)),
            ("Basis", self.basis),
            ("Addresses", self.inventory),
            *((name, "") for name in BY_HAND),
            ("Rollback", self.rollback),
            ("Test", self.test),
        )

    @property
    def rollback(self) -> str:
        """How to undo it."""
        rules = len(self.rules)
        if not rules:
            return "Nothing to remove"
        many = f"rules 1 to {rules}" if rules > 1 else "rule 1"
        return f"Remove {many}, except what was allowed before"

    @property
    def test(self) -> str:
        """How to test it: what has no connections, through its service."""
        text = "From each source, connect to each destination over TCP"
        services = dict.fromkeys(
            line.service or str(line.port)
            for line in self.needed
            if line.port.protocol == "UDP"
        )
        if not services:
            return text
        return f"{text}; test UDP by using {join('and', services)}"

    def other_purpose(self, flow: Flow) -> SourcedText | None:
        """Return what a flow is for, and who states it beside the vendor."""
        answer = self.report.answer
        return (
            None
            if answer is None
            else next(iter(other_purposes(flow, answer.deployment)), None)
        )

    # -- what to know ---------------------------------------------------------

    @property
    def nothing(self) -> str:
        """That a section is empty, and was looked at."""
        whole = self.report.deployment is None
        return f"Nothing for {'these flows' if whole else 'this deployment'}"

    @property
    def cautions(self) -> tuple[str, ...]:
        """What may break something if it is acted on."""
        return tuple(
            f"{self.pair(line)}, {line.port}: {text}"
            for line in (*self.needed, *self.optional)
            for text in line.below
        )

    @property
    def advice(self) -> tuple[str, ...]:
        """What to know about addresses, and what not to open."""
        names = self.name
        return (
            *(
                note.text
                for note in self.report.notes
                if note.kind == "source-address"
            ),
            *(
                f"No rule from {names(exclusion.source)} to "
                f"{names(exclusion.destination)}: the vendor requires none."
                for exclusion in self.report.exclusions
            ),
        )

    @property
    def conflicts(self) -> tuple[tuple[str, str], ...]:
        """What is needed and has no port, in words, and of which flow."""
        report, deployment = self.report, self.report.deployment
        if deployment is None:
            return ()
        edition = cast("EditionData", report.edition)
        flows = [edition.flows[conflict.flow] for conflict in report.conflicts]
        return tuple(
            (
                conflict_phrase(
                    flow,
                    explain(flow, "unsupported", edition, deployment),
                    edition,
                ),
                flow.id,
            )
            for flow in flows
        )

    @property
    def silent_heading(self) -> str:
        """What stands above what is not documented, by whom."""
        own = sites_of(self.report.edition)
        return "Not documented" if own else "Not documented by the vendor"

    def _silence(self, gap: Gap, edition: EditionData) -> Iterator[str]:
        """Yield a gap in phrases, the last with what others state of it."""
        *phrases, last = gap_phrases(gap, edition)
        yield from phrases
        yield f"{last} {self.report.beside(gap)}".rstrip()

    @property
    def undocumented(self) -> tuple[tuple[str, str], ...]:
        """What the vendor does not document, in words, and of which flows."""
        edition = cast("EditionData", self.report.edition)
        told = {flow for gap in self.report.gaps for flow in gap.flows}
        return (
            *(
                (at_start(phrase), ", ".join(gap.flows))
                for gap in self.report.gaps
                for phrase in self._silence(gap, edition)
            ),
            *(
                (
                    f"{self._subject(line)}: not documented {line.need.text}.",
                    ", ".join(flow.id for flow in line.flows),
                )
                for line in self.silent
                if not told.issuperset(flow.id for flow in line.flows)
            ),
        )

    @property
    def withheld(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """What applies and is not requested, in words, and of which flow.

        By the heading that it stands under.
        """
        edition = self.report.edition
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for decision in self.report.withheld:
            pair = withheld_phrase(decision, edition), decision.flow.id
            heading = WITHHELD[decision.status]
            found[heading] = (*found.get(heading, ()), pair)
        return found

    @property
    def digest(self) -> str:
        """The digest of the data, and what to compare it with."""
        return (
            f"Data: SHA-256 {self.report.made_from['digest']} "
            "(“avi-portspec digest” prints it)."
        )

    @property
    def command(self) -> str:
        """The command that lists the flows with their ids and citations."""
        report = self.report
        sites = sites_of(report.edition)
        base = base_id(report.edition)
        bundled = base in editions()
        words = [f"--edition {base}" if bundled else "--edition-file FILE"]
        accepted = accepted_statements(report.edition)
        for site in sites:
            if site == ACCEPTED and accepted:
                words += [f"--accept {name}" for name in accepted]
            else:
                words.append(f"--overlay {site}.toml")
        deployment = report.deployment
        if report.clouds is not None:
            words.append(f"--on-cloud {','.join(sorted(report.clouds))}")
        if deployment is not None and (
            deployment.readings or deployment.declined
        ):
            words.append("--deployment FILE")
        elif deployment is not None:
            used = {*deployment.features, *deployment.services}
            words += [
                f"{option} {','.join(sorted(values))}"
                for option, values in (
                    ("--cloud", deployment.clouds),
                    ("--with", used),
                )
                if values
            ]
            if deployment.controller == "container":
                words.append("--container")
            if deployment.nodes == "single-node":
                words.append("--single-node")
            if deployment.release is not None:
                words.append(f"--release {deployment.release}")
        return " ".join(["avi-portspec export --format csv", *words])


class Rule(NamedTuple):
    """A rule of a request: all that one side needs of another.

    Attributes:
        number: Its number, from 1.
        line: Its ends, and what is assumed about all of it.
        lines: The lines that it is made of.
        ports: What it allows, a text per protocol: ``TCP 22 (SSH), 443``.
        why: What it is for, a line for each reason.
    """

    number: int
    line: Line
    lines: tuple[Line, ...]
    ports: tuple[str, ...]
    why: str


def _rule(
    change: Change,
    number: int,
    lines: Sequence[Line],
    told: dict[str, int],
) -> Rule:
    """Return a rule of some lines; it says what each of its texts is about.

    Args:
        change: The request.
        number: The number of the rule.
        lines: The lines.
        told: The purposes whose source has been named, and in which rule.
    """
    assumed = [(line, text) for line in lines for text in line.assumed]
    reasons = [
        (line, text)
        for line in lines
        for text in _reasons(change, line, number, told)
    ]
    return Rule(
        number,
        lines[0]._replace(assumed=tuple(_attribute(lines, assumed))),
        (*lines,),
        ports_of(lines),
        "\n".join(map(at_start, _attribute(lines, reasons))),
    )


def _attribute(
    lines: Sequence[Line], texts: Iterable[tuple[Line, str]]
) -> list[str]:
    """Return each text once, with the ports that it is about.

    What is about all of the lines has none, and stands first.
    """
    about: dict[str, list[Line]] = {}
    for line, text in texts:
        about.setdefault(text, []).append(line)
    shared = [
        text for text, found in about.items() if len(found) == len(lines)
    ]
    return [
        *shared,
        *(
            f"{_spell_ports(found)}: {text}"
            for text, found in about.items()
            if text not in shared
        ),
    ]


def _spell_ports(lines: Iterable[Line]) -> str:
    """Return the ports of lines: ``TCP 22 and 443, UDP 123``."""
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.port.protocol, []).append(line.port.number)
    return ", ".join(
        f"{protocol} {join('and', numbers)}".rstrip()
        for protocol, numbers in found.items()
    )


def ports_of(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return what lines allow, a text per protocol, with the services."""
    found: dict[str, list[str]] = {}
    for line in lines:
        (flow,) = line.flows
        port = port_of(flow, whole=True)
        service = f"({flow.service})" if flow.service else ""
        text = " ".join(filter(None, (port.number, service)))
        found.setdefault(port.protocol, []).append(text)
    return tuple(
        f"{protocol} {', '.join(filter(None, texts))}".rstrip()
        for protocol, texts in found.items()
    )


def _reasons(
    change: Change, line: Line, number: int, told: dict[str, int]
) -> Iterator[str]:
    """Yield why a flow is needed and what for, as it follows its ports.

    That it is required goes without saying beside a purpose, unless some of
    the clouds alone require it. Another source than the vendor is named in the
    first rule that has its purpose; the others refer to that.
    """
    (flow,) = line.flows
    edition = cast("EditionData", change.report.edition)
    need = str(line.need)
    other = change.other_purpose(flow)
    if (
        not (flow.purpose or other)
        or site_of(flow)
        or flow.requirement == "some-or-all"
        or _is_for_some_clouds(flow, change.report.deployment)
    ):
        yield uncapitalise(need) + (
            f" ({NO_PURPOSE})" if need == "Required" and not other else ""
        )
    if other is not None:
        text = purpose_phrase(other.text, edition)
        first = told.setdefault(str(other), number)
        named = other.title if first == number else f"see rule {first}"
        yield f"{text} ({named})"
    if flow.purpose:
        yield purpose_phrase(flow.purpose, edition).rstrip(".")
    for text in changes(flow, whole=True):
        yield uncapitalise(text).rstrip(".")


def _is_for_some_clouds(flow: Flow, deployment: Deployment | None) -> bool:
    """Return whether not every cloud needs a flow; or it is not known."""
    if deployment is None:
        return True
    return any(
        fact.holds and not deployment.clouds.issubset(fact.values)
        for fact in deciding_facts(flow.when, deployment)
        if fact.facet == "cloud"
    )


def why_of(line: Line, change: Change) -> str:
    """Return why one flow is there, and what it is for.

    Args:
        line: The line of the flow.
        change: The request, which knows what other sources state.
    """
    (flow,) = line.flows
    texts = [str(line.need), *changes(flow, whole=True), *line.below]
    purpose = flow.purpose or str(change.other_purpose(flow) or "")
    if purpose and purpose.lower() != line.need.text.lower():
        texts.insert(1, purpose)
    return ". ".join(text.rstrip(".") for text in texts)


def mark(text: str, letter: str) -> str:
    """Return a text with the letter of its footnote, if it has one."""
    return f"{text} [{letter}]" if letter else text


def without_it(line: Line) -> str:
    """Return what happens if an optional flow is blocked."""
    (flow,) = line.flows
    return flow.effect_if_blocked or f"Not documented by {speaker_of(flow)}."


def change_of(report: Report) -> Change:
    """Return what a report asks for."""
    groups = group_lines(_lines(report), "source")
    needed: list[Line] = []
    optional: list[Line] = []
    silent: list[Line] = []
    for line in (line for group in groups for line in group.lines):
        if not line.has_ports:
            silent.append(line)
            continue
        # A reason has its flow's port beside it, and is no caution.
        own = changes(line.flows[0])
        below = tuple(text for text in line.below if text not in own)
        assumed = (*line.assumed, *_assume_floating(report, line))
        found = optional if line.need.tag == OPTIONAL else needed
        found.append(line._replace(below=below, assumed=assumed))
    return Change(report, tuple(needed), tuple(optional), tuple(silent))


def _assume_floating(report: Report, line: Line) -> Iterator[str]:
    """Yield that the cluster IP is a destination, where a site says so."""
    (flow,) = line.flows
    addresses = join("and", map(str, report.floating(flow)))
    if addresses:
        yield (
            f"the cluster IP {addresses} as a destination (the site's "
            "decision: the vendor does not document it)"
        )


def _lines(report: Report) -> tuple[Line, ...]:
    edition = cast("EditionData", report.edition)
    rows = (*report.rows, *report.unstated)
    if report.deployment is None:
        shown, silent = (
            dict.fromkeys(row.flow for row in rows)
            for rows in (report.rows, report.unstated)
        )
        return edition_lines(edition, shown, silent, asked=report.asked)
    decisions = {row.flow.id: cast("Decision", row.decision) for row in rows}
    return answer_lines(edition, decisions.values(), asked=report.asked)
