"""The JSON Schemas of what ``--json`` answers, and of files of one's own."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import (
    Any,
    Final,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from avi_portspec.errors import UnknownNameError
from avi_portspec.model.flat import Identity, PortRecord
from avi_portspec.names import (
    Action,
    ChangeKind,
    EndpointKind,
    FacetId,
    NodeCount,
    NoteKind,
    Requirement,
    Status,
)

__all__ = ["names", "schema", "schema_text"]

Schema = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_STRING: Final[Schema] = {"type": "string"}
_STRINGS: Final[Schema] = {"type": "array", "items": _STRING}
_BOOLEAN: Final[Schema] = {"type": "boolean"}
_DIGEST: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_MAYBE: Final[Schema] = {"type": ["string", "null"]}
_ANY: Final[Schema] = {}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _words(literal: Any) -> Schema:
    return {"enum": [*get_args(literal)]}


def _table(**properties: Schema) -> Schema:
    """Return the schema of an object that has each of these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _typed(hint: Any) -> Schema:
    """Return the schema of a type that a record's field has."""
    if get_origin(hint) is Literal:
        return _words(hint)
    if get_origin(hint) in {types.UnionType, Union}:
        options = [_typed(each) for each in get_args(hint)]
        return {"anyOf": options}
    plain: dict[Any, Schema] = {
        str: _STRING,
        int: {"type": "integer"},
        type(None): {"type": "null"},
    }
    return plain[hint]


def _record(cls: type) -> Schema:
    """Return the schema of a typed dictionary."""
    hints = get_type_hints(cls)
    return _table(**{name: _typed(hint) for name, hint in hints.items()})


def _answer(**properties: Schema) -> Schema:
    """Return the schema of an answer that says what it was made from."""
    head = _record(Identity)["properties"]
    return _table(
        **{**head, "digest": _DIGEST},
        unofficial={"const": True},
        **properties,
    )


_DEPLOYMENT: Final = _table(
    clouds=_STRINGS,
    controller=_STRING,
    features=_STRINGS,
    services=_STRINGS,
    nodes=_words(NodeCount),
)
_NOTE: Final = _table(
    id=_STRING, kind=_words(NoteKind), text=_STRING, citation=_STRING
)
_APART: Final = _table(
    id=_STRING,
    source=_STRING,
    destination=_STRING,
    text=_STRING,
    citation=_STRING,
)
_REASONS: Final = _list(_table(field=_STRING, reason=_STRING))
_NUMBER: Final[Schema] = {
    "type": ["integer", "null"],
    "minimum": 0,
    "maximum": 65535,
}
_PORTS: Final = _table(
    protocol=_STRING,
    protocol_number={"type": "integer", "minimum": 0, "maximum": 255},
    port_low=_NUMBER,
    port_high=_NUMBER,
    icmp_type=_NUMBER,
)
_FLOW: Final = _table(
    id=_STRING,
    section=_STRING,
    source=_STRING,
    source_name=_STRING,
    destination=_STRING,
    destination_name=_STRING,
    ports=_list(_PORTS),
    service=_MAYBE,
    purpose=_MAYBE,
    requirement=_words(Requirement),
    when=_STRING,
    reason=_STRING,
    effect_if_blocked=_MAYBE,
    replaces=_STRINGS,
    inferred=_REASONS,
    readings=_REASONS,
    notes=_list(_NOTE),
    citation=_STRING,
    origin=_MAYBE,
)
_DECISION: Final = _table(
    flow=_FLOW,
    decision=_words(Status),
    reason=_STRING,
    facts=_list(_table(facet=_words(FacetId), values=_STRINGS)),
    replaced_by=_STRINGS,
    notes=_list(_NOTE),
    citations=_STRINGS,
    inferred=_REASONS,
)
_FIELD: Final = _table(
    name=_STRING,
    kind=_words(ChangeKind),
    action=_words(Action),
    before=_ANY,
    after=_ANY,
)
_STEP: Final = _table(
    source=_STRING,
    destination=_STRING,
    protocol={"type": ["string", "integer"]},
    ports=_ANY,
    icmp_types=_list({"type": "integer"}),
    flow=_STRING,
    before=_STRING,
    after=_STRING,
    reason=_STRING,
)


def _ports() -> Schema:
    """Return the schema of what is exported in JSON as well."""
    records = _list(_record(PortRecord))
    left_open: dict[str, Schema] = {
        "conflicts": _list(
            _table(
                flow=_STRING,
                replaces=_STRINGS,
                notes=_STRINGS,
                citations=_STRINGS,
                text=_STRING,
            )
        ),
        "gaps": _list(
            _table(
                facet=_words(FacetId),
                value=_STRING,
                flows=_STRINGS,
                citations=_STRINGS,
                text=_STRING,
            )
        ),
    }
    return _answer(
        title=_STRING,
        deployment={"anyOf": [_DEPLOYMENT, {"type": "null"}]},
        records=records,
        unstated=records,
        not_needed=records,
        **left_open,
        exclusions=_list(_APART),
        notes=_list(_NOTE),
    )


def _diff() -> Schema:
    change = {
        "collection": _STRING,
        "id": _STRING,
        "what": {"enum": ["added", "removed", "changed"]},
        "action": _words(Action),
    }
    return _table(
        old=_STRING,
        new=_STRING,
        fields=_list(_FIELD),
        records=_list(
            {
                "oneOf": [
                    _table(**change, fields=_list(_FIELD)),
                    _table(**change, before=_ANY, after=_ANY),
                ]
            }
        ),
        orders=_list(
            _table(collection=_STRING, before=_STRINGS, after=_STRINGS)
        ),
    )


def _upgrade() -> Schema:
    steps = _list(_STEP)
    return _table(
        old=_STRING,
        new=_STRING,
        open=steps,
        keep=steps,
        close=steps,
        review=steps,
        left_open={"type": "object", "additionalProperties": _STRINGS},
    )


def _check() -> Schema:
    fault = _table(
        path=_STRING,
        wanted=_STRING,
        got=_STRING,
        nearest=_MAYBE,
        record=_MAYBE,
    )
    return _answer(
        files=_list(
            _table(
                file=_STRING,
                kind={"enum": ["deployment", "overlay", "edition", None]},
                is_sound=_BOOLEAN,
                faults=_list(fault),
            )
        )
    )


def _rules() -> Schema:
    from avi_portspec.rules.neutral import OmissionKind

    port = {"type": "integer", "minimum": 1, "maximum": 65535}
    byte = {"type": "integer", "minimum": 0, "maximum": 255}
    return _answer(
        deployment=_DEPLOYMENT,
        platform=_STRING,
        is_complete=_BOOLEAN,
        rules=_list(
            _table(
                id=_STRING,
                source=_STRING,
                destination=_STRING,
                family={"enum": [4, 6]},
                sources=_STRINGS,
                destinations=_STRINGS,
                protocol=_STRING,
                protocol_number=byte,
                ports=_list(_table(low=port, high=port)),
                icmp_types=_list(byte),
                flows=_STRINGS,
                reasons=_STRINGS,
            )
        ),
        left_out=_list(
            _table(
                subject=_STRING,
                kind=_words(OmissionKind),
                reason=_STRING,
            )
        ),
        gaps=_STRINGS,
        text=_MAYBE,
    )


def _edition_file() -> Schema:
    from avi_portspec.serialisation.schema import json_schema

    return json_schema()


def _overlay_file() -> Schema:
    from avi_portspec.deployment.overlay import Overlay
    from avi_portspec.serialisation.schema import record_schema

    return record_schema(Overlay)


def _deployment_file() -> Schema:
    from avi_portspec.model.facets import Deployment
    from avi_portspec.serialisation.schema import record_schema

    return record_schema(Deployment)


#: What each schema is of, and what makes it; the answers first.
_SCHEMAS: Final[dict[str, tuple[str, Callable[[], Schema]]]] = {
    "ports": ("which ports to open", _ports),
    "explain": (
        "why something is open, or is not",
        lambda: _answer(
            deployment=_DEPLOYMENT,
            subject=_STRING,
            text=_STRING,
            decisions=_list(_DECISION),
            exclusions=_list(_APART),
        ),
    ),
    "show": (
        "all that is known about some flows",
        lambda: _answer(
            flows=_list(_FLOW),
            exclusions=_list(_APART),
            pointers=_list(_APART),
        ),
    ),
    "symptom": (
        "what is seen where a flow is blocked",
        lambda: _answer(
            seen=_MAYBE,
            symptoms=_list(
                _table(
                    effect=_STRING,
                    can_be_ignored=_BOOLEAN,
                    flow=_FLOW,
                    notes=_list(_NOTE),
                )
            ),
        ),
    ),
    "notes": (
        "notes of the page",
        lambda: _answer(
            notes=_list(
                _table(
                    **_NOTE["properties"],
                    qualifies=_STRINGS,
                    sections=_STRINGS,
                )
            )
        ),
    ),
    "endpoints": (
        "who talks to whom",
        lambda: _answer(
            endpoints=_list(
                _table(
                    id=_STRING,
                    name=_STRING,
                    kind=_words(EndpointKind),
                    aliases=_STRINGS,
                    description=_MAYBE,
                    origin=_MAYBE,
                )
            )
        ),
    ),
    "editions": (
        "the editions that come along",
        lambda: _table(
            data_version=_STRING,
            unofficial={"const": True},
            editions=_list(
                _table(
                    id=_STRING,
                    aliases=_STRINGS,
                    title=_STRING,
                    product=_STRING,
                    release=_MAYBE,
                    flows={"type": "integer"},
                    digest=_DIGEST,
                )
            ),
        ),
    ),
    "rules": ("firewall rules for one site", _rules),
    "diff": ("what differs between two editions", _diff),
    "upgrade": ("what an upgrade needs of a firewall", _upgrade),
    "check": ("what is wrong with some files", _check),
    "digest": (
        "which data it is",
        lambda: _answer(
            expected={"anyOf": [_DIGEST, {"type": "null"}]},
            is_as_expected=_BOOLEAN,
        ),
    ),
    "verify-source": (
        "how a copy of the page differs from what was transcribed",
        lambda: _table(
            edition=_STRING,
            unofficial={"const": True},
            has_drifted=_BOOLEAN,
            unchanged=_STRINGS,
            changed=_STRINGS,
            new=_STRINGS,
            gone=_STRINGS,
        ),
    ),
    "edition": ("the file of an edition", _edition_file),
    "overlay": ("the file of a site's own facts", _overlay_file),
    "deployment": ("the file of a deployment", _deployment_file),
}


def names() -> tuple[str, ...]:
    """Return what there are schemas of."""
    return tuple(_SCHEMAS)


def schema_text(name: str) -> str:
    """Return a schema as JSON, for people.

    Raises:
        UnknownNameError: There is none of that name.
    """
    import json

    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"


def schema(name: str) -> Schema:
    """Return a JSON Schema (2020-12).

    Args:
        name: What it is of: one of :func:`names`.

    Raises:
        UnknownNameError: There is none of that name.
    """
    if name not in _SCHEMAS:
        raise UnknownNameError("schema", name, _SCHEMAS)
    title, make = _SCHEMAS[name]
    made = make()
    if "$schema" in made:
        return made
    return {
        "$schema": _DIALECT,
        "$id": f"urn:avi-portspec:{name}:1",
        "title": f"avi-portspec: {title}",
        **made,
    }
