"""Every error and every explanation about deployments, word for word.

People act on these sentences: a table of what is wrong, where, what was
expected, what came, and which name is nearest.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

import avi_portspec
from avi_portspec import (
    TCP,
    AllOf,
    AnyOf,
    Citation,
    DeclinedFlow,
    Deployment,
    Edition,
    Endpoint,
    Extent,
    Flow,
    FlowId,
    InvalidDataError,
    InvalidQueryError,
    Match,
    Note,
    PortRange,
    Protocol,
    ProtocolPorts,
    Reason,
    Section,
    Source,
    Symptoms,
    UnknownNameError,
    Unless,
    dumps_deployment,
    load,
    load_deployment,
    loads_deployment,
    preset,
)
from avi_portspec.deployment.facet_bits import FacetBits
from avi_portspec.deployment.files import read_deployment
from avi_portspec.deployment.overlay import read_overlay

PAGE = load("vantage-undated")
AWS = PAGE.resolve("aws")
HTTPS = "external-to-controller-https"
CLOUDS = (
    "aws, azure, gcp, openstack, vcenter, linux-server-cloud, nsx-t, "
    "openshift, kubernetes, mesos, no-orchestrator"
)
SERVICES = "smtp, tacacs-plus, dns, ntp, snmp-traps, ldap, syslog, ldaps"
STATUSES = (
    "needed, optional, direction-unclear, declined, replaced, not-applicable, "
    "unsupported, unstated"
)
NO_CLOUD = (
    "clouds: expected at least one cloud, if only the one without "
    "orchestrator, got none; did you mean 'no-orchestrator'?"
)
FORMS = (
    "a protocol and one port, as tcp/9001; a protocol, as icmp; a port, as "
    "9001; a service, as ssh; or the id of a flow or an exclusion"
)
NO_PORT = "a port after the slash, of a protocol that has ports"
HEAD = 'id = "berlin"\ntitle = "Site Berlin"\n'


def _change(flow: str, port: int) -> str:
    return f'[[changes]]\nflow = "{flow}"\nports = [{port}]\nreason = "R."\n'


def _flow(name: str, source: str) -> str:
    return (
        f'[[flows]]\nid = "{name}"\nsource = "{source}"\nports = [22]\n'
        'destination = "controller"\nprotocols = ["tcp"]\npurpose = "P."\n'
    )


def _clouds_only(deployment: Deployment) -> int:
    return FacetBits([PAGE.facets["cloud"]]).bits_of(deployment)


NOPE = FlowId("nope")
#: What is asked, the type of the error, and its text; an argument's name and
#: what was expected of it stand before the last comma.
WRONG: list[tuple[Callable[[], Any], type[Exception], str]] = [
    # Resolving
    (
        lambda: PAGE.resolve(3),  # type: ignore[arg-type]
        InvalidQueryError,
        (
            "deployment: expected a Deployment, or the name of a preset, or "
            "several, got 3"
        ),
    ),
    (
        lambda: PAGE.resolve("awss"),
        UnknownNameError,
        f"unknown preset 'awss'; did you mean 'aws'? Known: {CLOUDS}",
    ),
    (
        lambda: PAGE.resolve(Deployment()),
        InvalidDataError,
        f"Deployment: {NO_CLOUD}",
    ),
    (
        lambda: PAGE.resolve(
            Deployment(clouds={"awz"}, controller="docker", services={"x"})
        ),
        InvalidDataError,
        (
            "Deployment: 3 faults\n"
            f"  clouds: expected one of {CLOUDS}, got 'awz'; did you mean "
            "'aws'?\n"
            "  controller: expected one of virtual-machine, container, got "
            "'docker'; did you mean 'container'?\n"
            f"  services: expected one of {SERVICES}, got 'x'"
        ),
    ),
    (
        lambda: _clouds_only(preset("aws", services={"dns"})),
        InvalidDataError,
        (
            "Deployment: services: expected nothing, for the edition has no "
            "facet service, got 'dns'"
        ),
    ),
    (
        lambda: PAGE.resolve(
            preset("aws", declined=[DeclinedFlow(flow=NOPE, reason="x")])
        ),
        InvalidDataError,
        (
            "Deployment: declined[0].flow: expected a flow of "
            "vantage-undated, got 'nope'"
        ),
    ),
    # Looking up
    (lambda: AWS["nope"], UnknownNameError, "unknown flow 'nope'"),
    (
        lambda: AWS.status_of(3),  # type: ignore[arg-type]
        UnknownNameError,
        "unknown flow 3",
    ),
    (
        lambda: AWS.having("need"),  # type: ignore[arg-type]
        UnknownNameError,
        f"unknown decision 'need'; did you mean 'needed'? Known: {STATUSES}",
    ),
    # Explaining
    (
        lambda: AWS.explain(1.5),  # type: ignore[arg-type]
        InvalidQueryError,
        (
            "subject: expected a flow, an exclusion, or a protocol and "
            "port, got "
            "1.5"
        ),
    ),
    (
        lambda: AWS.explain(""),
        InvalidQueryError,
        "subject: expected a name or a port, got ''",
    ),
    *(
        (
            lambda subject=subject: AWS.explain(subject),  # type: ignore[misc]
            InvalidQueryError,
            f"subject: expected {NO_PORT}, got {subject!r}",
        )
        for subject in ("icmp/8", "gre/1")
    ),
    *(
        (
            lambda subject=subject: AWS.explain(subject),  # type: ignore[misc]
            InvalidQueryError,
            f"subject: expected {FORMS}, got {subject!r}",
        )
        for subject in ("tcp/1/2", "a/b", "9x")
    ),
    (
        lambda: AWS.explain("controller-to-controler-ssh"),
        UnknownNameError,
        (
            "unknown flow, exclusion, protocol or service "
            "'controller-to-controler-ssh'; "
            "did you mean 'controller-to-controller-ssh'?"
        ),
    ),
    # Symptoms
    *(
        (
            lambda seen=seen: PAGE.symptoms.find(seen),  # type: ignore[misc]
            InvalidQueryError,
            f"seen: expected a few words of what is seen, got {seen!r}",
        )
        for seen in ("the of", 3)
    ),
    # Files
    (
        lambda: dumps_deployment("aws"),  # type: ignore[arg-type]
        InvalidQueryError,
        "deployment: expected a Deployment, as from preset(), got 'aws'",
    ),
    *(
        (
            lambda path=path: load_deployment(path),  # type: ignore[misc]
            InvalidQueryError,
            f"path: expected the path of a file, got {got}",
        )
        for path, got in (("aws", "'aws'"), (None, "nothing"), (3, "3"))
    ),
    (
        lambda: loads_deployment("", edition="17.1"),  # type: ignore[arg-type]
        InvalidQueryError,
        "edition: expected an Edition, got '17.1'",
    ),
    (
        lambda: loads_deployment(
            'clouds = ["awz", 3]\nservices = ["dnss"]\nnodes = "x"\n'
            'controller = "docker"\nfeature = 1',
            edition=PAGE,
            subject="site.toml",
        ),
        InvalidDataError,
        (
            "site.toml: 6 faults\n"
            "  feature: expected a field of a deployment, got an unknown key; "
            "did "
            "you mean 'features'?\n"
            "  clouds[1]: expected a word, got 3\n"
            "  nodes: expected one of cluster, single-node, got 'x'\n"
            f"  clouds: expected one of {CLOUDS}, got 'awz'; did you mean "
            "'aws'?\n"
            "  controller: expected one of virtual-machine, container, got "
            "'docker'; did you mean 'container'?\n"
            f"  services: expected one of {SERVICES}, got 'dnss'; did you "
            "mean "
            "'dns'?"
        ),
    ),
    (
        lambda: loads_deployment('clouds = "awz"', edition=PAGE),
        InvalidDataError,
        "TOML text: clouds: expected a list of kebab-case words, got 'awz'",
    ),
    (
        lambda: loads_deployment('services = ["ntp"]', edition=PAGE),
        InvalidDataError,
        f"TOML text: {NO_CLOUD}",
    ),
    (
        lambda: loads_deployment("clouds = [3]", edition=PAGE),
        InvalidDataError,
        "TOML text: clouds[0]: expected a word, got 3",
    ),
    (
        lambda: loads_deployment("a"),
        InvalidDataError,
        (
            "TOML text: not valid TOML: expected '=' after a key in a "
            "key/value "
            "pair (end of document)"
        ),
    ),
    # Overlays
    (
        lambda: PAGE.overlay("a ="),
        InvalidDataError,
        "overlay text: not valid TOML: invalid value (end of document)",
    ),
    *(
        (
            lambda source=source: PAGE.overlay(source),  # type: ignore[misc]
            InvalidQueryError,
            (
                "source: expected an Overlay, the path of a .toml or .json "
                "file, "
                f"or the text of one, got {source!r}"
            ),
        )
        for source in ("site", 3)
    ),
    (
        lambda: PAGE.overlay(
            HEAD
            + _change("external-to-controler-https", 1)
            + _change(HTTPS, 1)
            + _change(HTTPS, 2)
            + _change("controller-to-gateway-echo", 1)
        ),
        InvalidDataError,
        (
            "overlay text: 3 faults\n"
            "  changes[0].flow: expected the id of a flow of "
            "vantage-undated, got "
            f"'external-to-controler-https'; did you mean '{HTTPS}'?\n"
            f"  changes[2].flow: expected each flow once, got '{HTTPS}'\n"
            "  changes[3].ports: expected no ports, for ICMP has none, got "
            "a list "
            "of 1 item"
        ),
    ),
    (
        lambda: PAGE.overlay(HEAD + _change(HTTPS, 22)),
        InvalidDataError,
        (
            f"overlay text: changes ({HTTPS}): expected a section, source, "
            "destination, protocol and port that no other flow has, got "
            "those of "
            "flows[10], TCP 22"
        ),
    ),
    (
        lambda: PAGE.overlay('id = "x"\n'),
        InvalidDataError,
        (
            "overlay text: title: expected a title, got nothing: the key is "
            "missing"
        ),
    ),
    (
        lambda: read_overlay({"id": "x"}, "site.json", PAGE),
        InvalidDataError,
        "site.json: title: expected a title, got nothing: the key is missing",
    ),
    (
        lambda: PAGE.overlay(
            HEAD + _flow("more", "jump") + '[[endpoints]]\nid = "jump"\n'
        ),
        InvalidDataError,
        (
            "overlay text: 2 faults\n"
            "  endpoints[0].name: expected a name, got nothing: the key is "
            "missing\n"
            "  endpoints[0].kind: expected one of client, component, gateway, "
            "group, node, orchestrator, platform, service, got nothing: the "
            "key "
            "is missing"
        ),
    ),
    (
        lambda: PAGE.overlay(HEAD + _flow("login-banner", "service-engine")),
        InvalidDataError,
        (
            "overlay text: flows (login-banner): expected names that no other "
            "record has, got 'login-banner', as flows[42] has"
        ),
    ),
]


_ENDPOINT = {f"endpoints[1].{key}" for key in ("id", "name", "kind")}


class TestErrors:
    """What is wrong is told so that somebody can put it right."""

    @pytest.mark.parametrize(("ask", "kind", "text"), WRONG)
    def test_text(
        self, ask: Callable[[], Any], kind: type[Exception], text: str
    ) -> None:
        """The type and the text, whole."""
        with pytest.raises(kind) as caught:
            ask()
        assert type(caught.value) is kind
        assert str(caught.value) == text
        # No error of Python's own shows behind it in a traceback.
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or (
            caught.value.__context__ is None
        )

    @pytest.mark.parametrize(
        ("ask", "rules"),
        [
            (lambda: PAGE.resolve(Deployment()), ["deployment/no-cloud"]),
            (
                lambda: PAGE.resolve(Deployment(clouds={"x"})),
                ["word/unknown"],
            ),
            (
                lambda: _clouds_only(preset("aws", services={"dns"})),
                ["deployment/no-facet"],
            ),
            (
                lambda: PAGE.overlay(
                    HEAD
                    + _change("x", 1)
                    + _change(HTTPS, 1)
                    + _change(HTTPS, 2)
                ),
                ["reference/dangling", "overlay/changed-twice"],
            ),
        ],
    )
    def test_rule(self, ask: Callable[[], Any], rules: list[str]) -> None:
        """A fault names the rule that the documentation explains."""
        with pytest.raises(InvalidDataError) as caught:
            ask()
        assert [fault.rule for fault in caught.value.faults] == rules

    def test_a_missing_file_is_one(self, tmp_path: Path) -> None:
        """What has a file's ending was meant as one; any path object was."""
        for path in (str(tmp_path / "site.toml"), tmp_path / "site"):
            with pytest.raises(FileNotFoundError):
                load_deployment(path)

    @pytest.mark.parametrize(
        ("table", "paths"),
        [
            # What is wrong with one record hides no name that is taken.
            (
                {"id": "gcp", "title": "T.", "changes": [3]},
                {"changes[0]", "id"},
            ),
            (
                {"id": "x", "title": "T.", "endpoints": [3, {"id": []}]},
                {"endpoints[0]", *_ENDPOINT},
            ),
        ],
    )
    def test_broken_records(
        self, table: dict[str, Any], paths: set[str]
    ) -> None:
        """Of an overlay whose records are no records."""
        with pytest.raises(InvalidDataError) as caught:
            read_overlay(table, "site", PAGE)
        assert paths <= {fault.path for fault in caught.value.faults}

    def test_faults_are_bounded(self) -> None:
        """A hostile file gets no more faults than people will read."""
        many = {f"word-{number}" for number in range(1_100)}
        with pytest.raises(InvalidDataError) as caught:
            PAGE.resolve(Deployment(clouds={"aws"}, features=many))
        assert len(caught.value.faults) == 1_001
        for name in ("changes", "flows", "endpoints"):
            table = {"id": "x", "title": "X.", name: [{"id": 3}] * 1_100}
            with pytest.raises(InvalidDataError) as caught:
                read_overlay(table, "x", PAGE)
            assert {fault.path.split("[")[0] for fault in caught.value.faults}


class TestAttributes:
    """A slip in an attribute's name leads to what was meant."""

    @pytest.mark.parametrize(
        ("name", "hint"),
        [
            ("decision", "; did you mean resolution[flow]?"),
            ("decisions", "; did you mean list(resolution)?"),
            ("unstated", "; did you mean having('unstated')?"),
            ("not_applicable", "; did you mean having('not-applicable')?"),
            ("conflict", "; did you mean 'conflicts'?"),
            ("statuses", "; did you mean 'status_of'?"),
            ("zzz", ""),
            ("_zzz", ""),
        ],
    )
    def test_hint(self, name: str, hint: str) -> None:
        """With the way to ask, where it is no attribute at all."""
        with pytest.raises(AttributeError) as caught:
            getattr(AWS, name)
        text = f"Resolution has no attribute {name!r}{hint}"
        assert str(caught.value) == text
        assert caught.value.name == name
        resolver: Any = PAGE._resolver
        with pytest.raises(AttributeError, match="no attribute 'zzz'"):
            resolver.zzz  # noqa: B018 - it is what raises


def _text(edition: Edition, flow: str, **changes: Any) -> str:
    """Return the decision on a flow of an edition, with fields changed."""
    flows = [
        attrs.evolve(one, **changes) if one.id == flow else one
        for one in edition.flows
    ]
    return str(attrs.evolve(edition, flows=flows).resolve("aws")[flow])


class TestExplanations:
    """What is decided is told so that somebody can act on it."""

    def test_decision(self) -> None:
        """The decision, the ends, the ports, the reason, and the places."""
        assert str(AWS["external-to-controller-cli"]) == (
            "not-applicable: external-network-services to controller, TCP "
            "5054. Not used here: the CLI shell. "
            "[management, row 6, item 4; management, lead-in 1, item 1; "
            "management, lead-in 1, item 2]"
        )

    def test_marks(self) -> None:
        """What is not stated, and what is ambiguous, each after a blank."""
        reasons = [Reason(field="ports", reason="Port.")]
        more = [Reason(field="protocols", reason="Protocol.")]
        text = _text(PAGE, HTTPS, inferred=reasons, readings=more)
        assert text.endswith(
            "item 2] Not stated by the vendor (ports): Port. Interpreted "
            "(protocols): Protocol."
        )

    @pytest.mark.parametrize(
        ("subject", "name", "flows"),
        [
            ("9001", "port 9001", 1),
            (9001, "port 9001", 1),
            ("tcp/22", "TCP 22", 6),
            (ProtocolPorts(TCP, PortRange.of(22)), "TCP 22", 6),
            (ProtocolPorts(Protocol.of("gre"), None), "GRE", 0),
            (HTTPS, HTTPS, 1),
            ("controller-to-service-engine",) * 2 + (0,),
        ],
    )
    def test_subject(self, subject: Any, name: str, flows: int) -> None:
        """An explanation names what was asked about, a line a decision."""
        explained = AWS.explain(subject)
        assert explained.subject == name
        decisions = [AWS[decision.flow] for decision in explained.decisions]
        assert len(decisions) == flows
        if decisions:
            assert explained.text == "\n".join(map(str, decisions))
        excluded = [PAGE.exclusions[name]] if "service-engine" in name else []
        assert explained.exclusions == tuple(excluded)

    def test_exclusion(self) -> None:
        """What is not required is the vendor's statement, with its place."""
        text = AWS.explain("controller-to-service-engine").text
        (exclusion,) = PAGE.exclusions
        assert text == (
            "not required: controller to service-engine. "
            f"{exclusion.text} [management, row 3, item 1]"
        )

    def test_conflict(self) -> None:
        """Which need is left, which note rules it out, and what else."""
        answer = PAGE.resolve(preset("openstack", controller="container"))
        note = PAGE.notes["no-container-port-in-openstack"]
        assert str(answer.conflicts[0]) == (
            "conflict: Avi Controller to Avi Controller, TCP 5098: no "
            f"documented SSH port remains. A note rules it out: {note.text} "
            "TCP 22, which it would replace, does not apply either."
        )

    def test_gap(self) -> None:
        """Which flows are unstated for which value; or that none names it."""
        ends = "Avi Service Engine to Avi Service Engine over TCP"
        (gap,) = PAGE.resolve("openshift").gaps
        assert str(gap) == (
            "unstated: the vendor's page does not say whether OpenShift "
            f"needs {ends} 4001 or TCP 9001."
        )
        (gap,) = load("16.2").resolve("aws").gaps
        assert str(gap) == (
            "unstated: no flow names AWS: its requirements are not documented."
        )

    def test_gap_of_two_speakers(self) -> None:
        """The vendor and the site are each told for themselves."""
        site = PAGE.overlay(
            HEAD
            + _flow("more", "service-engine-gateway")
            + 'when = {facet = "cloud", values = ["aws"], '
            'unstated = ["openshift"]}\n'
        )
        (gap,) = site.resolve("openshift").gaps
        ends = "Avi Service Engine to Avi Service Engine over TCP"
        name = site.endpoints["service-engine-gateway"].name
        assert gap.text == (
            "the vendor's page does not say whether OpenShift needs "
            f"{ends} 4001 or TCP 9001; the site's overlay berlin does "
            f"not say whether OpenShift needs {name} to Avi Controller over "
            "TCP 22."
        )

    def test_symptom(self) -> None:
        """What is seen, and whether it matters."""
        symptom = PAGE.symptoms[2]
        start = (
            "service-engine to controller, ICMP echo request: "
            f"{symptom.effect} "
        )
        place = "[management, note 5, item 4]"
        ignored = "The product works without it."
        assert str(symptom) == f"{start}{ignored} {place}"
        serious = attrs.evolve(symptom, can_be_ignored=False)
        needed = "The product needs it: allow the flow."
        assert str(serious) == f"{start}{needed} {place}"

    def test_short_forms(self) -> None:
        """The counts of a resolution, and its table with what is unknown."""
        answer = PAGE.resolve("openshift")
        assert repr(answer) == (
            "<Resolution of vantage-undated: 11 needed, 3 optional, 26 "
            "not-applicable, 2 unstated>"
        )
        (gap,) = answer.gaps
        assert str(answer) == f"{answer.flows}\n{gap}"


#: By the small edition of the tests below: conditions, and a flow's fields.
CLOUD = Match(facet="cloud", values=("aws",), unstated=("gcp",))
DOCKER = Match(facet="controller", values=("container",))
CLI = Match(facet="feature", values=("cli-shell",))
BOTH = AllOf(parts=(CLOUD, CLI))
RULED_OUT = AllOf(parts=(CLOUD, Unless(part=DOCKER)))
EFFECT = {"effect_if_blocked": "Nothing works."}
#: The fields of the first flow, the deployment, and the decision.
REASONS: list[tuple[dict[str, Any], Deployment, str]] = [
    ({}, preset("aws"), "needed: Required."),
    ({"when": CLOUD}, preset("aws"), "needed: Required on AWS."),
    (
        {"when": CLOUD},
        Deployment(clouds={"aws", "azure"}),
        "needed: Required on AWS.",
    ),
    (
        {"when": Match(facet="cloud", values=("aws", "azure"))},
        Deployment(clouds={"aws", "azure"}),
        "needed: Required on AWS and Azure.",
    ),
    (
        {"when": BOTH},
        preset("aws", features={"cli-shell"}),
        "needed: Required on AWS: this deployment uses the CLI shell.",
    ),
    (
        {"when": AnyOf(parts=(CLOUD, CLI))},
        preset("aws", features={"cli-shell"}),
        "needed: Required on AWS.",
    ),
    (
        {"when": CLI, "requirement": "optional"},
        preset("aws", features={"cli-shell"}),
        "needed: Required: this deployment uses the CLI shell.",
    ),
    (
        {"requirement": "some-or-all"},
        preset("aws"),
        (
            "needed: May be needed. The vendor's page does not say which of "
            "these are required, so all are included."
        ),
    ),
    ({"requirement": "optional"}, preset("aws"), "optional: Optional."),
    (
        {"requirement": "optional", **EFFECT},
        preset("aws"),
        "optional: Optional. If blocked: Nothing works.",
    ),
    (
        {"requirement": "optional", "purpose": "Status only", **EFFECT},
        preset("aws"),
        "optional: Optional: status only. If blocked: Nothing works.",
    ),
    (
        {"when": CLOUD},
        preset("gcp"),
        (
            "unstated: Not documented for GCP. The vendor's page does not "
            "say whether this applies."
        ),
    ),
    # The cloud alone is silent: how the Controller runs is no part of it.
    (
        {"when": RULED_OUT},
        preset("gcp"),
        (
            "unstated: Not documented for GCP. The vendor's page does not "
            "say whether this applies."
        ),
    ),
    # The container rules it out, and not the cloud, on which it is stated.
    (
        {"when": RULED_OUT},
        preset("aws", controller="container"),
        (
            "unsupported: Not supported: the Controller is a container. Not "
            "there. Not here."
        ),
    ),
    ({"when": CLOUD}, preset("azure"), "not-applicable: Only on AWS."),
    (
        {"when": CLI},
        preset("aws"),
        "not-applicable: Not used here: the CLI shell.",
    ),
    (
        {"destination": "controller"},
        preset("aws", nodes="single-node"),
        "not-applicable: Not needed: a single node has no peers.",
    ),
]


def _small(*flows: dict[str, Any]) -> Edition:
    """Return an edition of some flows, with two notes on the first."""
    names = ("first", "second", "third")[: len(flows)]
    notes = [
        Note(
            id=f"note-{word}",
            kind="restriction",
            text=f"Not {word}.",
            qualifies=("first",),
            citation=Citation(section="only", place="note", number=number),
        )
        for number, word in enumerate(("there", "here"), start=1)
    ]
    extent = Extent(bullets=(1,) * len(flows), notes=(1, 1))
    usual = {"section": "only", "protocols": [TCP], "requirement": "required"}
    usual |= {"source": "controller", "destination": "server"}
    return Edition(
        id="small",
        title="Small",
        product="Product",
        source=Source(title="Page", location="Nowhere"),
        facets=[*PAGE.facets],
        sections=[Section(id="only", title="Only", extent=extent)],
        endpoints=[
            Endpoint(id=name, name=name.upper(), kind="component")
            for name in ("controller", "server")
        ],
        flows=[
            Flow(
                **{
                    "id": name,
                    "ports": [PortRange.of(number)],
                    "citation": Citation(
                        section="only", place="bullet", number=number
                    ),
                    **usual,
                    **fields,
                }
            )
            for number, (name, fields) in enumerate(
                zip(names, flows, strict=True), start=1
            )
        ],
        notes=notes,
    )


class TestReasons:
    """Why a flow was decided so, for each kind of decision."""

    @pytest.mark.parametrize(("fields", "where", "text"), REASONS)
    def test_reason(
        self, fields: dict[str, Any], where: Deployment, text: str
    ) -> None:
        """The decision, and the sentence."""
        decision = _small(fields).resolve(where)["first"]
        assert f"{decision.status}: {decision.reason}" == text

    @pytest.mark.parametrize(
        ("second", "third", "text"),
        [
            ({}, None, "Replaced by TCP 2."),
            ({"when": CLOUD}, None, "Replaced by TCP 2: on AWS."),
            (
                {"when": CLOUD},
                {},
                "Replaced by TCP 2 and TCP 3: on AWS.",
            ),
            # What the deployment uses goes before where it runs.
            (
                {"when": CLOUD},
                {"when": CLI},
                (
                    "Replaced by TCP 2 and TCP 3: this deployment uses the "
                    "CLI shell."
                ),
            ),
            (
                {"when": AnyOf(parts=(CLOUD, CLI))},
                {"when": CLOUD},
                "Replaced by TCP 2 and TCP 3: on AWS.",
            ),
        ],
    )
    def test_replaced(
        self, second: dict[str, Any], third: Any, text: str
    ) -> None:
        """Which flows replace it, and what about the deployment makes them."""
        others = [
            {**fields, "replaces": ("first",)}
            for fields in (second, third)
            if fields is not None
        ]
        where = preset("aws", features={"cli-shell"})
        decision = _small({}, *others).resolve(where)["first"]
        assert (decision.status, decision.reason) == ("replaced", text)
        replacers = ("second", "third")[: len(others)]
        assert decision.replaced_by == replacers

    @pytest.mark.parametrize(
        ("fields", "who"),
        [
            ({"when": CLOUD}, "The vendor's page does not say whether"),
            (
                {"when": CLOUD, "origin": "only"},
                "The site's overlay only does not say whether",
            ),
            (
                {"requirement": "some-or-all"},
                "The vendor's page does not say which",
            ),
            (
                {"requirement": "some-or-all", "origin": "only"},
                "The site's overlay only does not say which",
            ),
        ],
    )
    def test_who_is_silent(self, fields: dict[str, Any], who: str) -> None:
        """The vendor, or the site whose overlay states the flow."""
        decision = _small(fields).resolve("gcp")["first"]
        assert f". {who} " in decision.reason


class TestConflicts:
    """A need that the vendor rules out."""

    WHERE = preset("aws", controller="container")
    START = "CONTROLLER to SERVER, TCP 1: no documented "
    RULED = "port remains. Notes rule it out: Not there. Not here."

    @pytest.mark.parametrize(
        ("service", "count", "end"),
        [
            (None, 0, ""),
            ("SSH", 0, ""),
            (
                "SSH",
                1,
                " TCP 2, which it would replace, does not apply either.",
            ),
            (
                None,
                2,
                (
                    " TCP 2 and TCP 3, which it would replace, does not apply "
                    "either."
                ),
            ),
        ],
    )
    def test_text(self, service: str | None, count: int, end: str) -> None:
        """The need, the notes, and what it would replace."""
        replaces = ("second", "third")[:count]
        first = {"when": RULED_OUT, "service": service, "replaces": replaces}
        small = _small(first, *[{"when": CLI}] * count)
        (conflict,) = small.resolve(self.WHERE).conflicts
        name = f"{service} " if service else ""
        assert conflict.text == f"{self.START}{name}{self.RULED}{end}"

    @pytest.mark.parametrize("requirement", ["required", "optional"])
    def test_none(self, requirement: str) -> None:
        """Where what it would replace applies, no need is left."""
        first = {"when": RULED_OUT, "replaces": ("second",)}
        small = _small(first, {"requirement": requirement})
        answer = small.resolve(self.WHERE)
        assert answer.status_of("first") == "unsupported"
        assert answer.conflicts == ()


class TestNeedsCloud:
    """Whether a file has to name a cloud, where another may name it."""

    @pytest.mark.parametrize(
        ("table", "needs", "paths"),
        [
            ({}, True, ["clouds"]),
            ({"nodes": "x"}, True, ["nodes", "clouds"]),
            ({"nodes": "x"}, False, ["nodes"]),
            # What is wrong with the clouds is told once.
            ({"clouds": [3]}, True, ["clouds[0]"]),
            ({"clouds": [3]}, False, ["clouds[0]"]),
            ({"clouds": ["awz"]}, False, ["clouds"]),
            ({"services": ["x"]}, False, ["services"]),
        ],
    )
    def test_faults(
        self, table: dict[str, Any], paths: list[str], *, needs: bool
    ) -> None:
        """By their paths, in order."""
        with pytest.raises(InvalidDataError) as caught:
            read_deployment(table, "site", PAGE, needs_cloud=needs)
        assert caught.value.subject == "site"
        assert [fault.path for fault in caught.value.faults] == paths

    def test_none(self) -> None:
        """An option can still name it."""
        made = read_deployment({}, "site", PAGE, needs_cloud=False)
        assert made == Deployment()


class TestSymptoms:
    """Each word of an effect leads to it, and so do all together."""

    def test_whole_effect(self) -> None:
        """The sentence as it stands finds the flow."""
        symptoms = Symptoms(PAGE)
        assert symptoms == PAGE.symptoms
        for symptom in symptoms:
            assert symptom in symptoms.find(symptom.effect)
            around = " ".join(note.text for note in symptom.notes)
            ends = (symptom.flow.source, symptom.flow.destination)
            names = " ".join(PAGE.endpoints[end].name for end in ends)
            every = f"{symptom.effect} {around} {names}"
            names = {word.casefold() for word in every.split()}
            assert len(names) > 5
            assert symptom in symptoms.find(every)


class TestHashes:
    """Answers that differ are kept apart in sets."""

    def test_answers(self) -> None:
        """A hash that is one for all would make sets slow."""
        presets = avi_portspec.presets()
        assert len({hash(PAGE.resolve(name)) for name in presets}) == len(
            presets
        )
        assert hash(PAGE.symptoms) != hash(load("16.2").symptoms)
