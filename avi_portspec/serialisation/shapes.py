"""Plain data of a documented shape: filled from records, and its schema.

A shape is a :class:`~typing.TypedDict`. It states once which keys an answer
has and what each holds; :func:`fill` makes the data of it, and
:func:`shape_schema` the JSON Schema.
"""

# Annotations are not strings here: typing would compile each of them again,
# key by key, whenever the module is imported.

import types
from collections.abc import Mapping
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

__all__ = ["Matching", "Within", "fill", "shape_schema"]

T = TypeVar("T")


class Within(NamedTuple):
    """The range of an integer, both ends included."""

    low: int
    high: int


class Matching(NamedTuple):
    """The pattern of a string."""

    pattern: str


@cache
def _hints(shape: Any) -> Mapping[str, Any]:
    return get_type_hints(shape, include_extras=True)


def fill(shape: type[T], record: object = None, **more: Any) -> T:
    """Return data of a shape, taken from the attributes of a record.

    Each value is made into what its key holds: records into nested shapes,
    sets into sorted lists, and everything else that is no text, number or
    truth value into its text.

    Args:
        shape: The shape, which is a typed dictionary.
        record: The record; a mapping will do.
        **more: Values that the record does not have, or that replace its own.
    """
    keys: Any = shape
    data: Any = {
        key: _value(hint, more[key] if key in more else _of(record, key))
        for key, hint in _hints(keys).items()
    }
    return data  # type: ignore[no-any-return]


def _of(record: object, key: str) -> Any:
    if isinstance(record, Mapping):
        return record[key]
    return getattr(record, key)


def _value(hint: Any, value: Any) -> Any:
    if get_origin(hint) is Annotated:
        return _value(get_args(hint)[0], value)
    if value is None or hint is Any:
        return value
    if get_origin(hint) in {types.UnionType, Union}:
        others = [arg for arg in get_args(hint) if arg is not types.NoneType]
        # Of several shapes, the maker has picked one already.
        return _value(others[0], value) if len(others) == 1 else value
    if get_origin(hint) is list:
        (item,) = get_args(hint)
        values = sorted(value) if isinstance(value, frozenset) else value
        return [_value(item, part) for part in values]
    if is_typeddict(hint):
        return fill(hint, value)
    return str(value) if hint is str else value


def shape_schema(hint: Any) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a shape, or of a type in one.

    Args:
        hint: A typed dictionary, all of whose keys are always there; or a
            text, a number, a truth value, a literal, a list or a union.
    """
    if get_origin(hint) is Annotated:
        inner, *limits = get_args(hint)
        made = shape_schema(inner)
        for limit in limits:
            made |= _limit(limit)
        return made
    if is_typeddict(hint):
        keys = _hints(hint)
        return {
            "type": "object",
            "properties": {
                key: shape_schema(inner) for key, inner in keys.items()
            },
            "required": [*keys],
            "additionalProperties": False,
        }
    return _simple(hint)


def _limit(limit: object) -> dict[str, Any]:
    if isinstance(limit, Within):
        return {"minimum": limit.low, "maximum": limit.high}
    assert isinstance(limit, Matching)  # noqa: S101 - there are no others
    return {"pattern": limit.pattern}


def _simple(hint: Any) -> dict[str, Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"const": True} if inner == (True,) else {"enum": [*inner]}
    if origin in {types.UnionType, Union}:
        return {"anyOf": [shape_schema(arg) for arg in inner]}
    if origin is list:
        return {"type": "array", "items": shape_schema(inner[0])}
    if origin is dict:
        values = shape_schema(inner[1])
        return {"type": "object", "additionalProperties": values}
    names: dict[Any, dict[str, Any]] = {
        Any: {},
        str: {"type": "string"},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        types.NoneType: {"type": "null"},
    }
    return dict(names[hint])
