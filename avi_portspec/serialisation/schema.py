"""The JSON Schema of an edition, from the records' own checks."""

from __future__ import annotations

from typing import Any, Final

import attrs

from avi_portspec.model.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Match,
    Unless,
)
from avi_portspec.model.edition import EditionData
from avi_portspec.model.plain import FORMAT
from avi_portspec.model.record import checks_of
from avi_portspec.serialisation.facet_lists import facet_lists

__all__ = ["DIALECT", "json_schema", "record_schema"]

#: The version of JSON Schema that every schema is written in.
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an edition, in JSON or TOML.

    The package ships the same as ``edition.schema.json``, for editors and for
    other languages.

    It describes each value. A schema cannot express the rules between
    records, such as that references exist: reading the edition checks those.

    >>> import avi_portspec
    >>> avi_portspec.json_schema()["title"]
    'An edition of the Avi port page'
    """
    return _Schemas().whole()


def record_schema(cls: type) -> dict[str, Any]:
    """Return the schema of a file that holds one record.

    Args:
        cls: The record's type.
    """
    schemas = _Schemas()
    body = schemas.record(cls)
    if schemas.definitions:
        body["$defs"] = dict(sorted(schemas.definitions.items()))
    return body


class _Schemas:
    """The definitions, gathered as they are referred to."""

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}

    def whole(self) -> dict[str, Any]:
        body = self.record(EditionData)
        facets = body["properties"]["facets"]
        body["properties"]["facets"] = {
            "anyOf": [facets, {"enum": sorted(facet_lists())}]
        }
        body["properties"] = {
            "format": {"const": FORMAT},
            **body["properties"],
        }
        body["required"] = ["format", *body["required"]]
        return {
            "$schema": DIALECT,
            "$id": f"urn:avi-portspec:edition:{FORMAT}",
            "title": "An edition of the Avi port page",
            **body,
            "$defs": dict(sorted(self.definitions.items())),
        }

    def refer(self, cls: type) -> dict[str, Any]:
        """Return a reference to a record's schema, which is gathered."""
        if cls.__name__ not in self.definitions:
            # Taken before it is filled: conditions refer to themselves.
            self.definitions[cls.__name__] = {}
            self.definitions[cls.__name__] |= self.definition(cls)
        return {"$ref": f"#/$defs/{cls.__name__}"}

    def definition(self, cls: type) -> dict[str, Any]:
        if cls is Condition:
            return self.condition()
        spelled = getattr(cls, "_schema", None)
        return self.record(cls) if spelled is None else spelled()

    def record(self, cls: type) -> dict[str, Any]:
        doc = (cls.__doc__ or "").strip().splitlines()
        defaults = {f.name: f.default for f in attrs.fields(cls)}
        stated = [
            (name, check)
            for name, check, is_derived in checks_of(cls)
            if not is_derived
        ]
        return {
            "description": doc[0],
            "type": "object",
            "properties": {
                name: check.schema(self.refer) for name, check in stated
            },
            "required": [
                name for name, _ in stated if defaults[name] is attrs.NOTHING
            ],
            "additionalProperties": False,
        }

    def condition(self) -> dict[str, Any]:
        itself = {"$ref": "#/$defs/Condition"}
        # An empty `all` is always: nothing stands within it, nor it within
        # another.
        tested = {
            **itself,
            "not": {
                "properties": {"all": {"maxItems": 0}},
                "required": ["all"],
            },
        }
        several = {
            "type": "array",
            "items": tested,
            "uniqueItems": True,
        }
        forms = {
            "all": {**several, "not": {"minItems": 1, "maxItems": 1}},
            "any": {**several, "minItems": 2},
            "unless": tested,
        }
        described: dict[str, type] = {
            "all": AllOf,
            "any": AnyOf,
            "unless": Unless,
        }
        return {
            "description": "When a flow applies; an empty `all` is always.",
            "oneOf": [
                self.refer(Match),
                *(
                    {
                        "description": (described[name].__doc__ or "").split(
                            "\n"
                        )[0],
                        "type": "object",
                        "properties": {name: form},
                        "required": [name],
                        "additionalProperties": False,
                    }
                    for name, form in forms.items()
                ),
            ],
        }
