"""A field of a record is everywhere, or on the list of what it is not in.

A new field fails here until readers, schemas, tables, strategies, the command
line and the comparison of editions have it: each test asks by behaviour, with
an edition that differs in that one field, and not by looking names up.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import avi_portspec
from avi_portspec import (
    ICMP,
    UDP,
    Citation,
    Edition,
    Flow,
    Interface,
    InvalidDataError,
    Match,
    PortRange,
    Reason,
    Release,
    Statement,
    StatementSource,
    diff,
    strategies,
)
from avi_portspec.cli import main
from avi_portspec.deployment.overlay_records import (
    EndpointNames,
    Overlay,
    PortChange,
    SiteFlow,
    SiteNote,
)
from avi_portspec.model.facets import (
    AcceptedReading,
    DeclinedFlow,
    Deployment,
    Facet,
    FacetValue,
)
from avi_portspec.model.flows import (
    Endpoint,
    Exclusion,
    Note,
    Pointer,
    SiteNames,
)
from avi_portspec.model.page import Extent, Section, Source
from avi_portspec.model.record import Record, checks_of
from avi_portspec.serialisation.schema import record_schema
from avi_portspec.tabular.columns import COLUMNS, Row

DATA: dict[str, Any] = {
    "format": 1,
    "id": "1.0",
    "title": "Edition 1.0",
    "product": "Product",
    "aliases": ["1.0.1"],
    "source": {
        "title": "Ports",
        "location": "Here",
        "release": "1.0",
        "url": "https://example.org/",
    },
    "overview": {"lead_ins": [1]},
    "facets": [
        {
            "id": "cloud",
            "name": "Clouds",
            "clause": "the cloud is {}",
            "many": True,
            "values": [
                {
                    "id": "aws",
                    "name": "AWS",
                    "short": "A",
                    "phrase": "on A",
                    "aliases": ["Amazon"],
                },
                {"id": "gcp", "name": "GCP"},
            ],
        }
    ],
    "sections": [
        {
            "id": "main",
            "title": "Main",
            "extent": {
                "lead_ins": [1],
                "rows": [1, 1],
                "bullets": [1],
                "notes": [1],
                "closings": [1],
            },
        },
        {"id": "sub", "title": "Sub", "parent": "main"},
    ],
    "endpoints": [
        {
            "id": "client",
            "name": "Client",
            "short": "Asker",
            "kind": "client",
            "aliases": ["C"],
            "description": "It asks.",
            "site_names": [
                {
                    "origin": "berlin",
                    "label": "Browser",
                    "aliases": ["B"],
                    "reference": "change 1",
                }
            ],
            "reference": "change 2",
        },
        {"id": "server", "name": "Server", "kind": "component"},
    ],
    "flows": [
        {
            "id": "older",
            "section": "main",
            "source": "client",
            "destination": "server",
            "protocols": ["tcp"],
            "ports": [22],
            "requirement": "required",
            "citation": {"section": "main", "place": "row", "number": 1},
        },
        {
            "id": "newer",
            "section": "main",
            "source": "client",
            "destination": "server",
            "protocols": ["tcp"],
            "ports": [{"low": 443, "high": 444}],
            "service": "HTTPS",
            "purpose": "To ask.",
            "requirement": "required",
            "when": {"facet": "cloud", "values": ["aws"]},
            "inferred": [
                {
                    "field": "protocols",
                    "reason": "It is TCP.",
                    "level": "caution",
                    "short": "TCP",
                    "when": {"facet": "cloud", "values": ["aws"]},
                }
            ],
            "readings": [{"field": "ports", "reason": "It is 443."}],
            "effect_if_blocked": "Nobody answers.",
            "citation": {
                "section": "main",
                "place": "row",
                "number": 2,
            },
        },
    ],
    "exclusions": [
        {
            "id": "back",
            "section": "main",
            "source": "server",
            "destination": "client",
            "text": "Not needed.",
            "citation": {"section": "main", "place": "bullet", "number": 1},
        }
    ],
    "pointers": [
        {
            "id": "elsewhere",
            "section": "main",
            "source": "server",
            "destination": "server",
            "targets": ["sub"],
            "text": "See there.",
            "citation": {"section": "main", "place": "closing", "number": 1},
        }
    ],
    "notes": [
        {
            "id": "overview",
            "kind": "lead-in",
            "text": "An overview.",
            "sections": ["main"],
            "citation": {"place": "lead-in", "number": 1},
        },
        {
            "id": "before",
            "kind": "lead-in",
            "text": "Before.",
            "qualifies": ["older"],
            "citation": {"section": "main", "place": "lead-in", "number": 1},
        },
        {
            "id": "after",
            "kind": "scope",
            "text": "After.",
            "qualifies": ["back"],
            "citation": {"section": "main", "place": "note", "number": 1},
        },
    ],
    "interfaces": [
        {
            "id": "aws",
            "cloud": "aws",
            "name": "The cloud's API",
            "section": "main",
            "flows": ["older"],
        },
        {"id": "gcp", "cloud": "gcp", "section": "main"},
    ],
}

#: A flow that differs from ``newer`` in one field, and in what that drags
#: along. A field that is not here fails every walk below.
CHANGED: dict[str, dict[str, Any]] = {
    "id": {"id": "another"},
    "section": {
        "section": "sub",
        "citation": Citation(
            section="sub",  # type: ignore[arg-type]
            place="row",
            number=1,
        ),
    },
    "source": {"source": "server", "destination": "server"},
    "destination": {"destination": "client"},
    "protocols": {"protocols": (UDP,)},
    "ports": {"ports": (PortRange.of(8443),)},
    "icmp_types": {"protocols": (ICMP,), "ports": (), "icmp_types": (8,)},
    "service": {"service": "Portal"},
    "purpose": {"purpose": "To answer."},
    "requirement": {"requirement": "optional"},
    "when": {"when": Match(facet="cloud", values=("gcp",))},
    "replaces": {"replaces": ("older",)},
    "effect_if_blocked": {"effect_if_blocked": "Nobody asks."},
    "inferred": {"inferred": (Reason(field="protocols", reason="As TCP."),)},
    "readings": {"readings": (Reason(field="ports", reason="As 443."),)},
    "origin": {"origin": "berlin"},
    "reference": {"reference": "change 4711"},
    "citation": {
        "citation": Citation(
            section="main",  # type: ignore[arg-type]
            place="row",
            number=1,
            item=2,
        )
    },
    "notes": {},
}
FLOW_FIELDS = [field.name for field in attrs.fields(Flow)]

#: What the records of an edition are, and of the files beside it.
OF_EDITION = (
    *(Edition, Source, Extent, Facet, FacetValue, Section, Endpoint),
    SiteNames,
    *(Flow, Exclusion, Pointer, Note, Citation, Reason, Match, Interface),
)
OF_OVERLAY = (Overlay, SiteFlow, PortChange, EndpointNames, SiteNote)
OTHERS = (
    *OF_OVERLAY,
    *(Deployment, AcceptedReading, DeclinedFlow),
    *(StatementSource, Statement, Release),
)
#: Records that are no tables of fields in data, each with its reason.
NO_TABLES = {
    "Always": "a condition that is left out",
    "AllOf": "a condition under the key all",
    "AnyOf": "a condition under the key any",
    "Condition": "what conditions have in common",
    "Inventory": "its keys are endpoints",
    "PortRange": "a number, or two",
    "Protocol": "a word",
    "Unless": "a condition under the key unless",
}

#: Where a field is not, each with its reason.
EXCEPTIONS = {
    ("the overlay's flows", "section"): "a site's flow is in its section",
    ("the overlay's flows", "citation"): "its place is its position",
    ("the overlay's flows", "origin"): "it is the overlay itself",
    ("the overlay's flows", "notes"): "only a page has notes",
    ("the overlay's flows", "icmp_types"): "no site has asked for it",
    ("the overlay's flows", "replaces"): "a change of ports says the same",
    ("the overlay's flows", "inferred"): "a site knows its own facts",
    ("the overlay's flows", "readings"): "a site knows its own facts",
    ("the overlay's flows", "effect_if_blocked"): "only a page tells it",
    ("strategies", "Section.origin"): "an overlay sets it",
    ("strategies", "Endpoint.origin"): "an overlay sets it",
    ("strategies", "Flow.origin"): "an overlay sets it",
    ("strategies", "Flow.reference"): "an overlay sets it",
    ("strategies", "Endpoint.site_names"): "an overlay sets it",
    ("strategies", "Facet.many"): "a facet's id decides it",
    ("diff", "notes"): "it is the note that changes",
}


def is_excepted(where: str, field: str) -> bool:
    """Return whether a field need not be somewhere."""
    return (where, field) in EXCEPTIONS


def stated_fields(cls: type) -> list[str]:
    """Return the fields that data has: those that are not worked out."""
    return [name for name, _, is_derived in checks_of(cls) if not is_derived]


@cache
def base() -> Edition:
    """Return the small edition."""
    return avi_portspec.loads(json.dumps(DATA))


def changed(field: str) -> Edition:
    """Return the small edition with another value in one field of a flow."""
    edition = base()
    flow = attrs.evolve(edition.flows["newer"], **CHANGED[field])
    others: dict[str, Any] = {}
    if field == "notes":
        before = attrs.evolve(edition.notes["before"], qualifies=("newer",))
        others["notes"] = [
            edition.notes["overview"],
            before,
            edition.notes["after"],
        ]
    if field in {"section", "citation"}:
        main, sub = edition.sections
        rows = (2,) if field == "citation" else (1,)
        others["sections"] = [
            attrs.evolve(main, extent=attrs.evolve(main.extent, rows=rows)),
            sub
            if field == "citation"
            else attrs.evolve(sub, extent=Extent(rows=(1,))),
        ]
    if field == "destination":
        # Nobody asks a client, and no exclusion says otherwise.
        others["exclusions"] = [
            attrs.evolve(
                edition.exclusions[0], destination="server", source="server"
            )
        ]
        flow = attrs.evolve(flow, source="server", destination="client")
    flows = [attrs.evolve(f, notes=()) for f in (edition.flows[0], flow)]
    return attrs.evolve(edition, flows=flows, **others)


def flow_of(edition: Edition) -> Flow:
    """Return the flow that was changed."""
    return edition.flows[1]


class TestEveryField:
    """The walk is complete, and each step of it changes something."""

    def test_every_field_of_a_flow_is_walked(self) -> None:
        """A new field has to be added above, and so to be thought of."""
        assert set(CHANGED) == set(FLOW_FIELDS)

    @pytest.mark.parametrize("field", FLOW_FIELDS)
    def test_each_step_changes_the_field(self, field: str) -> None:
        """A walk that changes nothing would find nothing."""
        before, after = flow_of(base()), flow_of(changed(field))
        assert getattr(before, field) != getattr(after, field)

    def test_every_record_is_walked(self) -> None:
        """A new kind of record is added to one of the lists above."""
        public = (getattr(avi_portspec, n) for n in avi_portspec.__all__)
        records = {
            each.__name__
            for each in public
            if isinstance(each, type) and issubclass(each, Record)
        }
        walked = {cls.__name__ for cls in (*OF_EDITION, *OTHERS)}
        assert records == walked | {*NO_TABLES}

    def test_each_exception_is_about_a_field(self) -> None:
        """A field that went leaves no exception behind."""
        known = set(FLOW_FIELDS) | {
            f"{cls.__name__}.{name}"
            for cls in OF_EDITION
            for name, *_ in checks_of(cls)
        }
        assert {field for _, field in EXCEPTIONS} <= known


def places(record: Record, data: Any, path: str) -> Iterator[tuple[type, str]]:
    """Yield each record in some data, with the path of its table."""
    yield type(record), path
    for name in stated_fields(type(record)):
        value = getattr(record, name)
        inner = data.get(name) if isinstance(data, dict) else None
        where = f"{path}.{name}".lstrip(".")
        if isinstance(value, Record) and isinstance(inner, dict):
            yield from places(value, inner, where)
        elif isinstance(inner, list):
            for at, (each, one) in enumerate(zip(value, inner, strict=True)):
                if isinstance(each, Record) and isinstance(one, dict):
                    yield from places(each, one, f"{where}[{at}]")


def table_at(data: Any, path: str) -> Any:
    """Return the table at a path."""
    for word in path.replace("[", ".[").split("."):
        if word.startswith("["):
            data = data[int(word[1:-1])]
        elif word:
            data = data[word]
    return data


@cache
def place_of(cls: type) -> str:
    """Return the path of the first table of a type in the small edition."""
    found = {}
    for each, path in places(base(), DATA, ""):
        found.setdefault(each, path)
    return found[cls]


EDITION_FIELDS = [
    (cls, name) for cls in OF_EDITION for name in stated_fields(cls)
]


def _name(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


class TestReaderAndSchema:
    """Data can have each field, and the field is checked."""

    @pytest.mark.parametrize(("cls", "name"), EDITION_FIELDS, ids=_name)
    def test_the_reader_checks_it(self, cls: type, name: str) -> None:
        """Nonsense in it is a fault of its own, at its own path."""
        data = copy.deepcopy(DATA)
        path = place_of(cls)
        table_at(data, path)[name] = 1.5
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.loads(json.dumps(data))
        where = f"{path}.{name}".lstrip(".")
        (fault,) = [f for f in caught.value.faults if f.path == where]
        # A field that is not known would be a fault too, but of its key.
        assert fault.got == "1.5"

    @pytest.mark.parametrize(("cls", "name"), EDITION_FIELDS, ids=_name)
    def test_the_schema_has_it(self, cls: type, name: str) -> None:
        """Editors complete it, and other languages read it."""
        schema = avi_portspec.json_schema()
        whole = schema if cls is Edition else schema["$defs"][cls.__name__]
        assert name in whole["properties"]

    @pytest.mark.parametrize(
        ("cls", "name"),
        [(cls, name) for cls in OTHERS for name in stated_fields(cls)],
        ids=_name,
    )
    def test_the_schemas_of_other_files_have_it(
        self, cls: type, name: str
    ) -> None:
        """So do those of overlays and deployments."""
        assert name in record_schema(cls)["properties"]

    @pytest.mark.parametrize("field", FLOW_FIELDS)
    def test_a_site_s_flow_has_it(self, field: str) -> None:
        """Or only a page can have it."""
        has_it = field in stated_fields(SiteFlow)
        assert has_it != is_excepted("the overlay's flows", field)


def _records(edition: Edition) -> object:
    return edition.flows.to_records()[1:]


def _cells(edition: Edition) -> object:
    return [
        column.text(Row(flow_of(edition), edition, None, pair))
        for column in COLUMNS.values()
        for pair in flow_of(edition).protocol_ports()
    ]


def _csv(edition: Edition) -> object:
    return avi_portspec.export(edition, "csv")


def _digest(edition: Edition) -> object:
    return edition.digest


WALKS: dict[str, Callable[[Edition], object]] = {
    "flat records": _records,
    "columns": _cells,
    "csv": _csv,
    "digest": _digest,
}


def _without_identity(found: object) -> object:
    """Return records without what differs between any two editions."""
    if isinstance(found, list) and found and isinstance(found[0], dict):
        return [{**each, "digest": None} for each in found]
    return found


class TestOutputs:
    """A change of a field is seen wherever flows are shown."""

    @pytest.mark.parametrize("where", WALKS)
    @pytest.mark.parametrize("field", FLOW_FIELDS)
    def test_it_is_in_tables(self, where: str, field: str) -> None:
        """In the records for machines, in the columns, and in the digest."""
        walk = WALKS[where]
        before, after = base(), changed(field)
        is_same = _without_identity(walk(before)) == _without_identity(
            walk(after)
        )
        assert is_same == is_excepted(where, field)

    @pytest.mark.parametrize("form", ["", "--json"])
    @pytest.mark.parametrize("field", FLOW_FIELDS)
    def test_it_is_in_show(
        self, field: str, form: str, tmp_path: Path
    ) -> None:
        """The command that shows all about a flow shows it."""
        before = _shown(base(), form, tmp_path)
        after = _shown(changed(field), form, tmp_path)
        assert (before == after) == is_excepted(f"show {form}", field)

    @pytest.mark.parametrize("field", FLOW_FIELDS)
    def test_it_is_in_the_diff(self, field: str) -> None:
        """What differs between two editions is told by its field."""
        if field == "id":
            whats = {change.what for change in diff(base(), changed("id"))}
            assert whats == {"added", "removed"}
            return
        told = {
            each.name
            for change in diff(base(), changed(field)).of("flows")
            for each in change.fields
        }
        assert (field in told) != is_excepted("diff", field)


def tables_with(data: Any, cls: type, name: str) -> list[Any]:
    """Return the tables of a type that state a field."""
    tables = [
        table_at(data, path)
        for found, path in places(base(), DATA, "")
        if found is cls
    ]
    return [table for table in tables if name in table]


DATA_FIELDS = [
    (cls, name) for cls, name in EDITION_FIELDS if tables_with(DATA, cls, name)
]


class TestWhatGoes:
    """A field of any record that goes is refused, or told."""

    @pytest.mark.parametrize(("cls", "name"), DATA_FIELDS, ids=_name)
    def test_it_is_missed(self, cls: type, name: str) -> None:
        """By the reader, or by the digest and the comparison of editions."""
        data = copy.deepcopy(DATA)
        for table in tables_with(data, cls, name):
            del table[name]
        try:
            without = avi_portspec.loads(json.dumps(data))
        except InvalidDataError:
            return
        assert without.digest != base().digest
        assert diff(base(), without).records or diff(base(), without).fields


def _shown(edition: Edition, form: str, folder: Path) -> str:
    """Return what ``show`` says of the changed flow, without its digest."""
    path = folder / "edition.json"
    path.write_text(avi_portspec.dumps(edition), encoding="utf-8")
    line = ["show", flow_of(edition).id, "--edition-file", str(path)]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main([*line, *filter(None, [form])]) == 0
    # The digest differs between any two editions, and tables shorten it.
    text = out.getvalue().split("\nEdition ")[0]
    return text.replace(edition.digest, "")


class TestStrategies:
    """The strategies draw every field in more than one way."""

    @pytest.mark.slow
    def test_they_vary_each_field(self) -> None:
        """A field that is always the same is never tried by a law."""
        seen: dict[tuple[type, str], set[object]] = {}

        def collect(record: Record) -> None:
            for name in stated_fields(type(record)):
                value = getattr(record, name)
                seen.setdefault((type(record), name), set()).add(value)
                several = (
                    value
                    if isinstance(value, tuple) or name in COLLECTIONS
                    else [value]
                )
                for each in several:
                    if isinstance(each, Record):
                        collect(each)

        @settings(
            max_examples=60,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            strategies.editions(),
            strategies.overlays(),
            strategies.site_names(),
        )
        def draw(edition: Edition, overlay: Overlay, own: SiteNames) -> None:
            collect(edition)
            collect(overlay)
            collect(own)

        draw()
        expected = {
            (cls, name)
            for cls in (*OF_EDITION, *OF_OVERLAY)
            for name in stated_fields(cls)
            if not is_excepted("strategies", f"{cls.__name__}.{name}")
        }
        same = {pair for pair in expected if len(seen.get(pair, ())) < 2}
        assert not same


COLLECTIONS = frozenset(
    {
        *("facets", "sections", "endpoints", "flows", "exclusions"),
        *("pointers", "notes", "interfaces"),
    }
)
