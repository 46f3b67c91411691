"""Small invented editions, and Hypothesis strategies for them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from avi_portspec import (
    ALWAYS,
    ICMP,
    TCP,
    UDP,
    AllOf,
    Citation,
    Condition,
    Edition,
    Endpoint,
    Exclusion,
    Extent,
    Flow,
    Match,
    Note,
    PortRange,
    Section,
    Source,
    Unless,
    load,
)

FACETS = tuple(load("vantage-undated").facets)
NAMES = ("controller", "service-engine", "server")
ENDPOINTS = [Endpoint(id=n, name=n.upper(), kind="component") for n in NAMES]
AWS = Match(facet="cloud", values=("aws",))
SILENT = Match(facet="cloud", values=("aws",), unstated=("gcp",))
DOCKER = Match(facet="controller", values=("container",))
CLI = Match(facet="feature", values=("cli-shell",))
CONDITIONS: list[Condition] = [
    ALWAYS,
    AWS,
    SILENT,
    CLI,
    Unless(part=DOCKER),
    AllOf(parts=(DOCKER, Unless(part=AWS))),
]
PAIRS = [(a, b) for a in NAMES for b in NAMES]


def flow(name: str, number: int = 1, **changes: Any) -> Flow:
    """Return a flow from the Controller to the server, on TCP 10000."""
    values: dict[str, Any] = {
        "id": name,
        "section": "only",
        "source": "controller",
        "destination": "server",
        "protocols": (TCP,),
        "ports": (PortRange.of(10000),),
        "requirement": "required",
        "citation": Citation(section="only", place="bullet", number=number),
    }
    return Flow(**(values | changes))


def edition(
    *flows: Flow, name: str = "one", more: dict[str, Any] | None = None
) -> Edition:
    """Return an edition of one section, in which each flow is a bullet."""
    more = dict(more or {})
    notes = more.get("notes", ())
    rows = more.get("exclusions", ())
    extent = Extent(
        bullets=(1,) * len(flows),
        notes=(1,) * len(notes),
        rows=(1,) * len(rows),
    )
    values: dict[str, Any] = {
        "id": name,
        "title": f"Edition {name}",
        "product": "Product",
        "source": Source(title="Page", location="Nowhere"),
        "facets": FACETS,
        "sections": [Section(id="only", title="Only", extent=extent)],
        "endpoints": ENDPOINTS,
        "flows": flows,
    }
    return Edition(**(values | more))


def note(name: str, number: int = 1, **changes: Any) -> Note:
    """Return a note on the section as a whole."""
    values: dict[str, Any] = {
        "id": name,
        "kind": "purpose",
        "text": "Text.",
        "sections": ("only",),
        "citation": Citation(section="only", place="note", number=number),
    }
    return Note(**(values | changes))


def exclusion(name: str, source: str, destination: str) -> Exclusion:
    """Return an exclusion, in the first row."""
    return Exclusion(
        id=name,
        section="only",
        source=source,
        destination=destination,
        text="Not required.",
        citation=Citation(section="only", place="row", number=1),
    )


@st.composite
def editions(draw: st.DrawFn, name: str = "one") -> Edition:
    """Draw an edition: any of ten flows, notes on them, an exclusion."""
    excluded = draw(st.sampled_from([None, *PAIRS]))
    kept = [pair for pair in PAIRS if pair != excluded]
    chosen = draw(st.lists(st.integers(0, 9), unique=True, max_size=7))
    flows = []
    for number, each in enumerate(chosen, start=1):
        source, destination = draw(st.sampled_from(kept))
        protocols = draw(st.sampled_from([(TCP,), (UDP,), (TCP, UDP)]))
        # Apart for each flow: an identity is never stated twice.
        low = 1000 + 100 * each + draw(st.integers(0, 3))
        high = low + draw(st.sampled_from([0, 0, 5]))
        ports: tuple[PortRange, ...] = (PortRange(low=low, high=high),)
        types: tuple[int, ...] = ()
        if each == 0:
            protocols, ports = (ICMP,), ()
            types = draw(st.sampled_from([(), (8,), (0, 8)]))
        flows.append(
            flow(
                f"flow-{'abcdefghij'[each]}",
                number,
                source=source,
                destination=destination,
                protocols=protocols,
                ports=ports,
                icmp_types=types,
                requirement=draw(
                    st.sampled_from(["required", "optional", "some-or-all"])
                ),
                purpose=draw(st.sampled_from([None, "One.", "Two."])),
                when=draw(st.sampled_from(CONDITIONS)),
            )
        )
    names = draw(st.lists(st.sampled_from("vwxyz"), unique=True, max_size=3))
    notes = [
        note(
            f"note-{each}",
            number,
            kind=draw(st.sampled_from(["purpose", "restriction", "scope"])),
            text=draw(st.sampled_from(["One.", "Two."])),
            qualifies=tuple(
                draw(
                    st.lists(
                        st.sampled_from([f.id for f in flows]),
                        unique=True,
                        max_size=2,
                    )
                )
                if flows
                else ()
            ),
        )
        for number, each in enumerate(names, start=1)
    ]
    rows = [] if excluded is None else [exclusion("no-traffic", *excluded)]
    return edition(
        *flows, name=name, more={"notes": notes, "exclusions": rows}
    )
