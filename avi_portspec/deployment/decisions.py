"""What is decided about flows, and what is not documented."""

from __future__ import annotations

import attrs

from avi_portspec.deployment.why import Why
from avi_portspec.model.display import ports_text
from avi_portspec.model.flows import Exclusion, Flow, Note, Reason
from avi_portspec.model.page import Citation
from avi_portspec.model.wording import reason_marks
from avi_portspec.names import FacetId, FlowId, NoteId, Status

__all__ = ["Conflict", "Decision", "Explanation", "Gap"]


@attrs.frozen(kw_only=True)
class Decision:
    """What is decided about one flow, and why.

    Attributes:
        flow: The flow.
        status: The decision.
        reason: Why, in English, in a sentence or two.
        why: The same in at most twelve words, as tables have it.
        facts: What the deployment answers to the facets that the flow's
            condition asks about: the witness of the decision. Empty where
            the condition asks nothing.
        replaced_by: The flows that replace it here.
        notes: The vendor's notes that bear on it.
        citations: Where the vendor's page says so, the flow's own place
            first.
        inferred: What the vendor's page does not state about the flow, field
            by field, with the reason why it is taken to be so.
        readings: What the vendor states ambiguously, with the interpretation.
    """

    flow: Flow
    status: Status
    reason: str
    why: Why
    facts: tuple[tuple[FacetId, frozenset[str]], ...]
    replaced_by: tuple[FlowId, ...]
    notes: tuple[Note, ...]
    citations: tuple[Citation, ...]
    inferred: tuple[Reason, ...]
    readings: tuple[Reason, ...]

    def __str__(self) -> str:
        flow = self.flow
        text = (
            f"{self.status}: {flow.source} to {flow.destination}, "
            f"{ports_text(flow)}. {self.reason} "
            f"[{'; '.join(map(str, self.citations))}]"
        )
        return " ".join([text, *reason_marks(self.inferred, self.readings)])


@attrs.frozen(kw_only=True)
class Conflict:
    """A need that the vendor rules out without naming a substitute.

    Attributes:
        flow: The flow that is not supported here.
        replaces: The flows that it would stand in for, none of which
            applies here either.
        notes: The notes that rule it out.
        citations: Where they stand on the vendor's page.
        text: What is not documented, in English.
    """

    flow: FlowId
    replaces: tuple[FlowId, ...]
    notes: tuple[NoteId, ...]
    citations: tuple[Citation, ...]
    text: str

    def __str__(self) -> str:
        return f"conflict: {self.text}"


@attrs.frozen(kw_only=True)
class Gap:
    """Something about the deployment on which the vendor is silent.

    Attributes:
        facet: The facet.
        value: The value that is not covered.
        is_lacking: Whether it is a deployment *without* that value that is
            not covered, as one whose masters have authentication.
        flows: The flows that are unstated for it; none where no flow names
            the value at all, or where it is an interface that none covers.
        interface: What the Controller talks to on that cloud, by the id of
            the edition's interface, where it is this that no flow covers.
        citations: Where those flows stand on the vendor's page.
        text: What is not documented, in English.
    """

    facet: FacetId
    value: str
    is_lacking: bool = False
    flows: tuple[FlowId, ...]
    interface: str | None = None
    citations: tuple[Citation, ...]
    text: str

    def __str__(self) -> str:
        return f"unstated: {self.text}"


@attrs.frozen(kw_only=True)
class Explanation:
    """Why something is needed, or is not.

    Attributes:
        subject: What was asked about.
        decisions: The decisions on the flows that it concerns.
        exclusions: What the vendor says is not required, and bears on it.
        gaps: The gaps without a flow that may concern the subject. Where no
            flow is documented between the Controller and a cloud's API, the
            two may use any port, protocol or service.
        text: All of it in English, a line each.
    """

    subject: str
    decisions: tuple[Decision, ...]
    exclusions: tuple[Exclusion, ...]
    gaps: tuple[Gap, ...]
    text: str

    def __str__(self) -> str:
        return self.text
