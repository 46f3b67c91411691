"""Selectors of Kubernetes: what is true of every pod that they may select.

The oracle looks at pods one by one, with all labels that they can have. It
reads the policies as the cluster does, and knows nothing of verdicts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from typing import Any, Final, NamedTuple

import pytest
from audit_making import SSH, resolution, role_map
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from avi_portspec.audit.readers import read
from avi_portspec.audit.report import Report, audit_rules
from avi_portspec.audit.verdicts import Side

FEW = settings().max_examples
MANY = settings(max_examples=500 if FEW >= 100 else FEW)

KEYS: Final = ("app", "tier")
#: What a label is: one value that nothing draws stands for all others.
VALUES: Final = (None, "a", "b", "other")
#: The labels of each namespace, and whether the file has it.
NAMESPACES: Final[dict[str, dict[str, str]]] = {
    "one": {"team": "a"},
    "two": {},
    "three": {"team": "b"},
}
NAME: Final = "kubernetes.io/metadata.name"

Labels = dict[str, str | None]


class Pod(NamedTuple):
    """A pod."""

    namespace: str
    labels: Labels


PODS: Final = [
    Pod(namespace, dict(zip(KEYS, values, strict=True)))
    for namespace in NAMESPACES
    for values in product(VALUES, repeat=len(KEYS))
]


def selects(selector: dict[str, Any], labels: Labels) -> bool:
    """Return whether labels are those of a selector."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for each in selector.get("matchExpressions", []):
        value = labels.get(each["key"])
        if not {
            "In": value in each.get("values", []),
            "NotIn": value not in each.get("values", []),
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }[each["operator"]]:
            return False
    return True


def is_peer(peer: dict[str, Any], own: str, pod: Pod) -> bool:
    """Return whether a peer of a policy of a namespace is a pod."""
    if "namespaceSelector" in peer:
        labels: Labels = {NAME: pod.namespace, **NAMESPACES[pod.namespace]}
        if not selects(peer["namespaceSelector"], labels):
            return False
    elif pod.namespace != own:
        return False
    return selects(peer.get("podSelector", {}), pod.labels)


def lets_in(policies: list[dict[str, Any]], source: Pod, target: Pod) -> bool:
    """Return whether the policies let one pod open SSH to another."""
    own = [
        policy["spec"]
        for policy in policies
        if policy["metadata"]["namespace"] == target.namespace
        and selects(policy["spec"]["podSelector"], target.labels)
        and "Ingress" in policy["spec"]["policyTypes"]
    ]
    return not own or any(
        is_peer(peer, target.namespace, source)
        for spec in own
        for rule in spec["ingress"]
        for peer in rule["from"]
    )


@st.composite
def selectors(
    draw: st.DrawFn, keys: tuple[str, ...], values: tuple[str, ...]
) -> dict[str, Any]:
    """Draw a selector."""
    some = st.lists(st.sampled_from(values), min_size=1, unique=True)
    labels = st.dictionaries(
        st.sampled_from(keys), st.sampled_from(values), max_size=2
    )
    listed = st.builds(
        lambda key, operator, values: {
            "key": key,
            "operator": operator,
            "values": values,
        },
        st.sampled_from(keys),
        st.sampled_from(["In", "NotIn"]),
        some,
    )
    bare = st.builds(
        lambda key, operator: {"key": key, "operator": operator},
        st.sampled_from(keys),
        st.sampled_from(["Exists", "DoesNotExist"]),
    )
    found: dict[str, Any] = {"matchLabels": draw(labels)}
    if draw(st.integers(0, 2)) == 0:
        found["matchExpressions"] = [draw(st.one_of(listed, bare))]
    return found


PODS_OF: Final = selectors(KEYS, ("a", "b"))
SPACES_OF: Final = st.one_of(
    selectors(("team",), ("a", "b")), selectors((NAME,), tuple(NAMESPACES))
)
PEERS: Final = st.one_of(
    st.builds(lambda pods: {"podSelector": pods}, PODS_OF),
    st.builds(lambda spaces: {"namespaceSelector": spaces}, SPACES_OF),
    st.builds(
        lambda pods, spaces: {
            "podSelector": pods,
            "namespaceSelector": spaces,
        },
        PODS_OF,
        SPACES_OF,
    ),
)


def policy(
    number: int, namespace: str, pods: dict[str, Any], way: str, **spec: Any
) -> dict[str, Any]:
    """Return a policy."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"p{number}", "namespace": namespace},
        "spec": {"podSelector": pods, "policyTypes": [way], **spec},
    }


@st.composite
def policies(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw policies for what comes in."""
    return [
        policy(
            at,
            draw(st.sampled_from(["one", "one", "two"])),
            draw(PODS_OF),
            "Ingress",
            ingress=[{"from": draw(st.lists(PEERS, min_size=1, max_size=2))}]
            if draw(st.integers(0, 3))
            else [],
        )
        for at in range(draw(st.integers(1, 3)))
    ]


def name_of(pods: dict[str, Any], namespace: str) -> str:
    """Return what the role map calls the pods that a policy selects."""
    found = read(
        json.dumps(policy(9, namespace, pods, "Egress")).encode(), "file"
    )
    (party,) = found.filters[0].attached_to
    return party.name  # type: ignore[union-attr]


def audit(
    listed: list[dict[str, Any]],
    ends: Any,
    known: tuple[str, ...] = (),
    more: Any = None,
) -> Report:
    """Return the report on policies.

    Args:
        listed: The policies.
        ends: The pods of the Controller and of Service Engines.
        known: The namespaces that the file has.
        more: The roles of other parties.
    """
    objects = [*listed]
    objects += [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": NAMESPACES[name]},
        }
        for name in known
    ]
    # So that the file names them, whatever else there is.
    objects += [
        policy(10 + at, namespace, pods, "Egress")
        for at, (pods, namespace) in enumerate(ends)
    ]
    roles = dict(
        zip(
            (name_of(*end) for end in ends),
            (("controller",), ("service-engine",)),
            strict=True,
        )
    )
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    return audit_rules(
        read(text.encode(), "file"),
        resolution(),
        roles=role_map(parties={**roles, **(more or {})}),
    )


def verdict(report: Report) -> str:
    """Return the verdict on SSH, where it reaches the Controller."""
    return report.flows[SSH].sides["destination"].verdict.value


ENDS: Final = st.tuples(PODS_OF, st.sampled_from(["one", "two"]))


def pods_of(end: tuple[dict[str, Any], str]) -> list[Pod]:
    """Return the pods of an end."""
    pods, namespace = end
    return [
        pod
        for pod in PODS
        if pod.namespace == namespace and selects(pods, pod.labels)
    ]


def only(pods: list[Pod], others: list[Pod]) -> list[Pod]:
    """Return the pods of one role.

    A pod has the other as well only if all of its role have it.
    """
    rest = [pod for pod in pods if pod not in others]
    return rest or pods


class TestTheOracle:
    """The same, looked at pod by pod."""

    @MANY
    @given(
        listed=policies(),
        controller=ENDS,
        engine=ENDS,
        known=st.lists(st.sampled_from(list(NAMESPACES)), unique=True),
    )
    def test_a_verdict_holds_for_every_pod(
        self,
        *,
        listed: list[dict[str, Any]],
        controller: tuple[dict[str, Any], str],
        engine: tuple[dict[str, Any], str],
        known: list[str],
    ) -> None:
        """Whichever pods there are of those that the role map means."""
        assume(name_of(*controller) != name_of(*engine))
        targets, sources = pods_of(controller), pods_of(engine)
        assume(targets and sources)
        targets, sources = only(targets, sources), only(sources, targets)
        found = verdict(audit(listed, (controller, engine), tuple(known)))
        passing = {
            lets_in(listed, source, target)
            for source, target in product(sources, targets)
        }
        if found in {"covered", "only broad", "not filtered"}:
            assert passing == {True}
        elif found == "missing":
            assert passing == {False}
        else:
            assert found == "unknown"


ENGINE: Final[dict[str, Any]] = {"matchLabels": {"app": "se", "tier": "lb"}}
CONTROLLER: Final[dict[str, Any]] = {"matchLabels": {"app": "ctl"}}


def ask(
    *peers: dict[str, Any],
    more: Sequence[dict[str, Any]] = (),
    known: tuple[str, ...] = (),
    roles: Any = None,
) -> Side:
    """Return the side of a Controller that lets some peers open SSH."""
    own = policy(
        1, "one", CONTROLLER, "Ingress",
        ingress=[{"from": [*peers], "ports": [{"port": 22}]}],
    )  # fmt: skip
    ends = (CONTROLLER, "one"), (ENGINE, "one")
    report = audit([own, *more], ends, known, roles)
    return report.flows[SSH].sides["destination"]


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    """Return a selector of one expression."""
    found: dict[str, Any] = {"key": key, "operator": operator}
    if values:
        found["values"] = [*values]
    return {"matchExpressions": [found]}


class TestPeers:
    """Whom a rule names."""

    @pytest.mark.parametrize(
        ("pods", "expected"),
        [
            ({}, "covered"),
            (ENGINE, "covered"),
            ({"matchLabels": {"app": "se"}}, "covered"),
            (expression("tier", "In", "lb", "web"), "covered"),
            (expression("tier", "NotIn", "web"), "covered"),
            (expression("tier", "Exists"), "covered"),
            (expression("zone", "DoesNotExist"), "unknown"),
            ({"matchLabels": {"zone": "a"}}, "unknown"),
            ({"matchLabels": {"app": "se", "zone": "a"}}, "unknown"),
            (expression("zone", "NotIn", "b"), "unknown"),
            ({"matchLabels": {"app": "other", "zone": "a"}}, "missing"),
            (expression("app", "NotIn", "se", "x"), "missing"),
            (expression("tier", "DoesNotExist"), "missing"),
        ],
    )
    def test_pods(self, pods: dict[str, Any], expected: str) -> None:
        """All of a role, perhaps some of them, or none."""
        assert ask({"podSelector": pods}).verdict.value == expected

    @pytest.mark.parametrize(
        ("spaces", "expected"),
        [
            ({"matchLabels": {"team": "a"}}, ("unknown", "covered")),
            ({"matchLabels": {"team": "b"}}, ("unknown", "missing")),
            ({"matchLabels": {"zone": "b"}}, ("unknown", "missing")),
            (expression("zone", "DoesNotExist"), ("unknown", "covered")),
            ({"matchLabels": {NAME: "one"}}, ("covered", "covered")),
            ({"matchLabels": {NAME: "two"}}, ("missing", "missing")),
            ({}, ("covered", "covered")),
        ],
    )
    def test_namespaces(
        self, spaces: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        """Their labels are known if the file has them."""
        peer = {"namespaceSelector": spaces}
        for pods, known in product(
            ({}, {"podSelector": {"matchLabels": {"app": "se"}}}),
            ((), ("one", "two")),
        ):
            found = ask({**pods, **peer}, known=known).verdict
            assert found.value == expected[bool(known)]

    def test_it_says_what_would_settle_it(self) -> None:
        """Who it is, or where."""
        zone = {"podSelector": {"matchLabels": {"zone": "a"}}}
        found = ask(zone)
        (reason,) = found.reasons
        assert reason == (
            "file#/items/0/spec/ingress/0 ingress 0: tag:zone=a in namespace "
            "one: it may select pods of app=se,tier=lb in namespace one: give "
            "it its roles in the role map"
        )
        spaces = ask({"namespaceSelector": {"matchLabels": {"team": "a"}}})
        assert spaces.reasons[0].endswith(
            ", or export the namespaces with the policies"
        )
        given = ask(zone, roles={"zone=a in namespace one": ("monitoring",)})
        assert given.verdict.value == "missing"

    @pytest.mark.parametrize(
        ("pods", "expected"),
        [
            (expression("app", "In", "ctl", "se"), "unknown"),
            ({}, "unknown"),
            (CONTROLLER, "missing"),
        ],
    )
    def test_a_role_that_no_policy_names(
        self, pods: dict[str, Any], expected: str
    ) -> None:
        """Its pods may be among others that a selector has."""
        peer = {"podSelector": pods}
        own = policy(
            1, "one", CONTROLLER, "Ingress",
            ingress=[{"from": [peer], "ports": [{"port": 22}]}],
        )  # fmt: skip
        roles = role_map(
            parties={
                "app=ctl in namespace one": ("controller",),
                "app=se in namespace one": ("service-engine",),
            }
        )
        existing = read(json.dumps(own).encode(), "file")
        report = audit_rules(existing, resolution(), roles=roles)
        assert verdict(report) == expected

    def test_two_that_are_all_together(self) -> None:
        """A role of two parties, and one selector of both."""
        roles = {"app=se in namespace two": ("service-engine",)}
        more = [policy(2, "two", {"matchLabels": {"app": "se"}}, "Egress")]
        own = {"podSelector": {"matchLabels": {"app": "se"}}}
        found = ask(own, more=more, roles=roles)
        assert found.verdict.value == "unknown"
        both = ask({**own, "namespaceSelector": {}}, more=more, roles=roles)
        assert both.verdict.value == "covered"


class TestMembers:
    """Whom a policy is for."""

    ENGINES: Final[dict[str, Any]] = {"podSelector": ENGINE}

    def test_policies_of_the_same_pods_add_up(self) -> None:
        """One that stops all, and one that lets something through."""
        deny = [policy(2, "one", {}, "Ingress")]
        found = ask(self.ENGINES, more=deny)
        assert found.verdict.value == "covered"
        assert len(found.filters) == 2
        other = {"podSelector": {"matchLabels": {"app": "other"}}}
        assert ask(other, more=deny).verdict.value == "missing"

    def test_one_that_may_be_for_them_takes_nothing(self) -> None:
        """What it may add is not known."""
        zone = {"matchLabels": {"zone": "a"}}
        more = [policy(2, "one", zone, "Ingress", ingress=[])]
        assert ask(self.ENGINES, more=more).verdict.value == "covered"
        other = {"podSelector": {"matchLabels": {"app": "other"}}}
        assert ask(other, more=more).verdict.value == "missing"
        more = [policy(2, "one", zone, "Ingress", ingress=[{}])]
        found = ask(other, more=more)
        assert found.verdict.value == "unknown"
        (reason,) = found.reasons
        assert reason == (
            "one/p2 in: whether it is attached here is not known: tag:zone=a "
            "in namespace one: it may select pods of app=ctl in namespace "
            "one: give it its roles in the role map"
        )

    def test_one_that_may_be_the_only_one(self) -> None:
        """Then it may stop what nothing else does."""
        zone = {"matchLabels": {"zone": "a"}}
        ends = (CONTROLLER, "one"), (ENGINE, "one")
        found = audit([policy(2, "one", zone, "Ingress")], ends)
        assert verdict(found) == "unknown"
        elsewhere = audit([policy(2, "two", zone, "Ingress")], ends)
        assert verdict(elsewhere) == "not filtered"

    def test_one_that_is_for_some_of_a_role(self) -> None:
        """The others may bear one that nobody is sure of."""
        roles = {"app=ctl in namespace two": ("controller",)}
        own = {"matchLabels": {"app": "ctl"}}
        zone = policy(3, "two", {"matchLabels": {"zone": "a"}}, "Ingress")
        more = [policy(2, "two", own, "Egress")]
        found = ask(self.ENGINES, more=more, roles=roles)
        assert found.verdict.value == "covered"
        found = ask(self.ENGINES, more=[*more, zone], roles=roles)
        assert found.verdict.value == "unknown"
