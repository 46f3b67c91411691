"""Editions whose every text is an attack on some format."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from avi_portspec import (
    ICMP,
    TCP,
    UDP,
    Citation,
    Deployment,
    Edition,
    Endpoint,
    Exclusion,
    Extent,
    Facet,
    FacetValue,
    Flow,
    Match,
    Note,
    PortRange,
    Reason,
    Section,
    Source,
    strategies,
)

#: What some reader of some format would take for more than text.
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</table></main><h1>Approved</h1>",
    "</style><style>body{display:none}",
    "<!-- -->",
    "&lt;b&gt; &amp; &#60;",
    "a | b || c",
    "`code` ``more``",
    "[text](javascript:alert(1))",
    "![image](http://x.example/a.png)",
    "<http://x.example/>",
    "http://x.example/ and www.x.example and a@x.example",
    "**bold** __bold__ *it* _it_ ~~no~~",
    "# heading",
    "- item",
    "+ item",
    "12. item",
    "7) item",
    "> quoted",
    "---",
    "====",
    "***",
    "$x^2$ and $$y$$",
    ":raw:`x` :ref:`y`",
    "|substitution| and reference_ and `phrase`__ and [1]_ and [#a]_",
    ".. raw:: html",
    "text::",
    ":field: value",
    ">>> import os",
    "a. item",
    "iv) item",
    "(C) item",
    "#. item",
    "-o option",
    "--long=option",
    "/V option",
    "\\",
    "\\ back\\slash \\| \\",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1-1",
    "@SUM(A1:A2)",
    "＝1＋1",  # noqa: RUF001 - full-width signs are the attack
    "－1",  # noqa: RUF001 - the same
    "'=1",
    "a;=1+1",
    'a";=1;"',
    "it's; 'tis",
    "_x000A_ and _x0041_",
    "{{ template }} {% raw %} ${shell} %(format)s",
    "null",
    "1e3",
    "0x10",
    "yes",
    "a: b # c",
    "עברית (أ) 1-2",
    "漢字かな",
    "e\u0301\u0323",
    "𝔘𝔫𝔦",  # noqa: RUF001 - letters of two UTF-16 units
    "\\textbf{x} \\input{/etc/passwd} ^^41 %",
)


def texts() -> st.SearchStrategy[str]:
    """Return attacks, two of them in one, and any printable text."""
    attack = st.sampled_from(ATTACKS)
    both = st.tuples(attack, attack).map(" ".join)
    return attack | both | strategies.names()


def edition(text: str, *more: str) -> Edition:
    """Return an edition whose texts are *text*, and *more* in turn."""
    left = [text, *more]

    def take() -> str:
        left.append(left.pop(0))
        return left[-1]

    def cite(place: Any, number: int = 1) -> Citation:
        return Citation(section="only", place=place, number=number)

    def flow(name: str, number: int, **changes: Any) -> Flow:
        values: dict[str, Any] = {
            "id": name,
            "section": "only",
            "source": "engine",
            "destination": "server",
            "protocols": (TCP, UDP),
            "ports": (PortRange.of(22), PortRange(low=8000, high=8010)),
            "requirement": "required",
            "service": take(),
            "purpose": take(),
            "effect_if_blocked": take(),
            "inferred": (Reason(field="source", reason=take()),),
            "readings": (Reason(field="ports", reason=take()),),
            "citation": cite("bullet", number),
        }
        return Flow(**(values | changes))

    def named(value: str) -> FacetValue:
        return FacetValue(id=value, name=f"{take()} {value}")

    return Edition(
        id="hostile",
        title=take(),
        product=take(),
        source=Source(
            title=take(), location=take(), url="https://page.example/"
        ),
        facets=[
            Facet(
                id="cloud",
                name=take(),
                clause=f"{take().replace('{}', 'a')} {{}} here",
                many=True,
                values=(named("yes"), named("no"), named("silent")),
            )
        ],
        sections=[
            Section(
                id="only",
                title=take(),
                extent=Extent(bullets=(1, 1, 1), notes=(1,), rows=(1,)),
            )
        ],
        endpoints=[
            Endpoint(id="engine", name=f"{take()} engine", kind="component"),
            Endpoint(id="server", name=f"{take()} server", kind="component"),
        ],
        flows=[
            flow("first-thing", 1),
            flow(
                "second-thing",
                2,
                ports=(PortRange.of(443),),
                when=Match(
                    facet="cloud", values=("yes",), unstated=("silent",)
                ),
            ),
            flow(
                "third-thing",
                3,
                protocols=(ICMP,),
                ports=(),
                icmp_types=(8,),
                requirement="optional",
                destination="engine",
            ),
        ],
        exclusions=[
            Exclusion(
                id="no-thing",
                section="only",
                source="server",
                destination="engine",
                text=take(),
                citation=cite("row"),
            )
        ],
        notes=[
            Note(
                id="a-note",
                kind="purpose",
                text=take(),
                qualifies=("first-thing", "second-thing"),
                citation=cite("note"),
            )
        ],
    )


def editions() -> st.SearchStrategy[Edition]:
    """Return hostile editions, and any others."""
    hostile = st.lists(texts(), min_size=1, max_size=12).map(
        lambda chosen: edition(*chosen)
    )
    return hostile | strategies.editions()


def subjects() -> st.SearchStrategy[Any]:
    """Return whatever can be exported: editions, flows, answers."""
    hostile = st.lists(texts(), min_size=1, max_size=12).map(
        lambda chosen: edition(*chosen)
    )
    cloud = st.sampled_from(["silent", "yes", "no"])
    answers = st.tuples(hostile, cloud).map(
        lambda pair: pair[0].resolve(Deployment(clouds={pair[1]}))
    )
    asked = st.tuples(hostile, cloud).map(
        lambda pair: pair[0].flows.select(cloud=pair[1])
    )
    return answers | asked | editions()
