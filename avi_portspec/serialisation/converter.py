"""The one strict converter: from plain data to records, or to faults.

It is a cattrs converter whose hooks coerce nothing and stop at nothing:
each one reads all that it can, and raises every fault that it met at once.
What a value must be is not said here. The records' own checks say it, so
that data and constructors are held to the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import (
    Any,
    Final,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
import cattrs

from avi_portspec.errors import Fault, InvalidDataError, nearest, shown
from avi_portspec.model.conditions import (
    ALWAYS,
    DEPTH,
    AllOf,
    AnyOf,
    Condition,
    Match,
    Unless,
)
from avi_portspec.model.consistency import (
    RECORDS,
    Partial,
    edition_faults,
)
from avi_portspec.model.edition import Edition
from avi_portspec.model.page import Extent
from avi_portspec.model.plain import FORMAT
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.record import Record, checks_of
from avi_portspec.serialisation.limits import FAULTS, ITEMS, KEYS

__all__ = ["converter", "read"]

Hook = Callable[[Any, Any], Any]


class _Faults(Exception):  # noqa: N818 - several, and never seen outside
    """What is wrong with one value, by path from that value inwards.

    Attributes:
        faults: All of it.
        sound: For a record, the fields that are right nevertheless.
    """

    def __init__(
        self,
        faults: Iterable[Fault],
        sound: dict[str, Any] | None = None,
    ) -> None:
        self.faults = list(faults)
        self.sound = sound or {}
        super().__init__(self.faults)


def read(data: object, cls: type[Record], subject: str) -> Any:
    """Return plain data as a record.

    Args:
        data: Dicts, lists, strings, integers and booleans.
        cls: The record's type.
        subject: What the data is, for the error message: a file's path.

    Raises:
        InvalidDataError: The data is wrong; it carries every fault.
    """
    try:
        return converter.structure(data, cls)
    except _Faults as wrong:
        faults = wrong.faults
    if len(faults) > FAULTS:
        more = Fault("", f"at most {FAULTS:,} faults", "more, not listed")
        faults = [*faults[:FAULTS], more]
    raise InvalidDataError(subject, faults)


def _caught(
    faults: list[Fault], path: str, make: Callable[..., Any], *args: Any
) -> Any:
    """Return what *make* makes of *args*, or collect why it cannot."""
    try:
        return make(*args)
    except _Faults as wrong:
        faults.extend(fault.under(path) for fault in wrong.faults)
    return attrs.NOTHING


def _table(data: object, cls: type) -> dict[str, Any]:
    if not isinstance(data, dict):
        wanted = f"a table with the fields of {cls.__name__}"
        raise _Faults([Fault("", wanted, shown(data))])
    return data


class _Fields:
    """The fields of one record type that stand in data."""

    def __init__(self, cls: Any) -> None:
        hints = get_type_hints(cls)
        self.cls = cls
        self.required = {
            field.name: field.default is attrs.NOTHING
            for field in attrs.fields(cls)
        }
        self.checks = {
            name: (check, hints[name])
            for name, check, is_derived in checks_of(cls)
            if not is_derived
        }

    def keys(self, data: dict[str, Any], more: Iterable[str]) -> list[Fault]:
        """Return the faults of keys: those unknown, and those missing."""
        known = [*self.checks, *more]
        if len(data) > KEYS:
            wanted = f"a table of at most {KEYS:,} keys"
            return [Fault("", wanted, f"one of {len(data):,}")]
        named = f"a field of {self.cls.__name__}"
        unknown = [
            Fault(str(key)[:80], named, "an unknown key", nearest(key, known))
            for key in data
            if key not in known
        ]
        return unknown + [
            Fault(name, check.wanted, "nothing: the key is missing")
            for name, (check, _) in self.checks.items()
            if self.required[name] and name not in data
        ]


def _record_hook(cls: type[Record]) -> Hook:
    """Return the hook for a record: a table with known keys."""
    fields = _Fields(cls)

    def structure(data: Any, _: Any) -> Any:
        data = _table(data, cls)
        faults = fields.keys(data, ())
        values: dict[str, Any] = {}
        for name, (check, hint) in fields.checks.items():
            if name not in data:
                continue
            value = _caught(
                faults, name, converter.structure, data[name], hint
            )
            if value is attrs.NOTHING:
                continue
            wrong = list(check.faults(value, name))
            faults += wrong
            if not wrong:
                values[name] = value
        if faults:
            raise _Faults(faults, values)
        return _construct(cls, values)

    return structure


def _construct(cls: type[Record], values: dict[str, Any]) -> Any:
    try:
        return cls(**values)
    except InvalidDataError as wrong:
        raise _Faults(wrong.faults, values) from None


def _as_is(data: Any, _: Any) -> Any:
    """Return a value for the field's own check to judge: nothing coerced."""
    return data


def _sequence_hook(hint: Any) -> Hook:
    """Return the hook for a tuple of items of one type."""
    (item, _) = get_args(hint)

    def structure(data: Any, _: Any) -> Any:
        if not isinstance(data, list):
            return data
        faults = _too_many(data, "")
        items = []
        for position, value in enumerate(data):
            if len(faults) > FAULTS:
                break
            items.append(
                _caught(
                    faults, f"[{position}]", converter.structure, value, item
                )
            )
        if faults:
            raise _Faults(faults)
        return tuple(items)

    return structure


def _frozenset_hook(hint: Any) -> Hook:
    """Return the hook for a set of words: a list that names each once."""
    (item,) = get_args(hint)
    as_list = _sequence_hook(tuple[item, ...])  # type: ignore[valid-type]

    def structure(data: Any, _: Any) -> Any:
        items = as_list(data, hint)
        if not isinstance(items, tuple):
            return items
        faults: list[Fault] = []
        seen: set[str] = set()
        for position, word in enumerate(items):
            if not isinstance(word, str):
                faults.append(Fault(f"[{position}]", "a word", shown(word)))
            elif word in seen:
                wanted = "each word once"
                faults.append(Fault(f"[{position}]", wanted, "a repeated one"))
            else:
                seen.add(word)
        if faults:
            raise _Faults(faults)
        return frozenset(items)

    return structure


def _optional_hook(hint: Any) -> Hook:
    """Return the hook for a value or nothing: data cannot say nothing."""
    (kind,) = [each for each in get_args(hint) if each is not type(None)]

    def structure(data: Any, _: Any) -> Any:
        if data is None:
            raise _Faults([Fault("", "a value, or no key", "null")])
        return converter.structure(data, kind)

    return structure


def _protocol(data: Any, _: Any) -> Protocol:
    made = Protocol._parse(data)
    if isinstance(made, list):
        raise _Faults(made)
    return made


def _port_range(data: Any, _: Any) -> PortRange:
    if isinstance(data, dict):
        made: PortRange = _PORT_RANGE(data, PortRange)
        if made.low == made.high:
            raise _Faults(
                [Fault("", f"the port alone, {made.low}", "a range of one")]
            )
        return made
    if type(data) is not int:
        wanted = "a port number, or a table with low and high"
        raise _Faults([Fault("", wanted, shown(data))])
    try:
        return PortRange.of(data)
    except InvalidDataError as wrong:
        # One number was written: it is both low and high.
        raise _Faults([wrong.faults[0]._replace(path="")]) from None


_FORMS: Final = ("all", "any", "unless")


def _condition(data: Any, _: Any) -> Condition:
    return _condition_at(data, 0)


def _condition_at(data: Any, depth: int) -> Condition:
    """Return a condition from its data: exactly one of four forms."""
    table = _table(data, Condition)
    if depth > DEPTH:
        raise _Faults(
            [Fault("", f"at most {DEPTH} conditions in one another", "more")]
        )
    if "facet" in table:
        made: Condition = _MATCH(table, Match)
        return made
    forms = [form for form in _FORMS if form in table]
    if len(forms) != 1 or len(table) != 1:
        known = ["facet", *_FORMS]
        near = next((nearest(k, known) for k in table), None)
        raise _Faults(
            [
                Fault(
                    "",
                    "a condition: facet and values, or one of all, any and "
                    "unless alone",
                    f"keys {_keys(table) or '(none)'}",
                    near if near not in forms else None,
                )
            ]
        )
    (form,) = forms
    return _compound(form, table[form], depth)


def _compound(form: str, inner: Any, depth: int) -> Condition:
    faults: list[Fault] = []
    if form == "unless":
        part = _caught(faults, form, _condition_at, inner, depth + 1)
        if faults:
            raise _Faults(faults)
        return Unless(part=part)
    if not isinstance(inner, list):
        raise _Faults([Fault(form, "a list of conditions", shown(inner))])
    if form == "all" and not inner:
        return ALWAYS
    faults += _too_many(inner, form)
    parts = []
    for position, part in enumerate(inner):
        if len(faults) > FAULTS:
            break
        where = f"{form}[{position}]"
        parts.append(_caught(faults, where, _condition_at, part, depth + 1))
    if faults:
        raise _Faults(faults)
    cls = AllOf if form == "all" else AnyOf
    try:
        return cls(parts=tuple(parts))
    except InvalidDataError as wrong:
        # In data, the parts stand under the name of the form.
        raise _Faults(
            fault._replace(path=fault.path.replace("parts", form, 1))
            for fault in wrong.faults
        ) from None


def _keys(table: dict[str, Any]) -> str:
    """Return the first keys of a table, as an error can show them."""
    few = [repr(str(key)[:60]) for key in islice(table, 4)]
    return ", ".join(few) + (", ..." if len(table) > len(few) else "")


def _too_many(items: list[Any], path: str) -> list[Fault]:
    """Return the fault of a list that is too long, and empty that list.

    What stands in it is not looked at: that alone would take too long.
    """
    if len(items) <= ITEMS:
        return []
    got = f"{len(items):,}"
    items.clear()
    return [Fault(path, f"a list of at most {ITEMS:,} items", got)]


def _edition(data: Any, _: Any) -> Edition:
    """Return an edition, or every fault: of each record, and between them.

    A record that is wrong by itself must not hide what is wrong elsewhere,
    so the rules between records see all the others.
    """
    data = _table(data, Edition)
    fields = _Fields(Edition)
    faults = _format(data)
    faults += fields.keys(data, ["format"])
    item_types = {name: cls for name, _, cls in RECORDS}
    values: dict[str, Any] = {}
    draft: dict[str, list[tuple[int, Any]]] = {}
    broken: dict[str, list[tuple[int, Partial]]] = {}
    for name, (check, hint) in fields.checks.items():
        if name in item_types:
            draft[name], broken[name] = _records(
                data.get(name, []), name, item_types[name], faults
            )
            values[name] = [record for _, record in draft[name]]
        elif name in data:
            value = _caught(
                faults, name, converter.structure, data[name], hint
            )
            if value is not attrs.NOTHING:
                values[name] = value
                faults += check.faults(value, name)
    if faults:
        # Something is wrong already: say so together with the rest.
        overview = values.get(
            "overview", None if "overview" in data else Extent()
        )
        if len(faults) <= FAULTS:
            between = edition_faults(draft, overview, broken)
            faults += islice(between, FAULTS)
        raise _Faults(faults)
    return _construct(Edition, values)  # type: ignore[no-any-return]


def _format(data: dict[str, Any]) -> list[Fault]:
    got = data.get("format")
    if type(got) is int and got == FORMAT:
        return []
    shown_ = shown(got) if "format" in data else "nothing: the key is missing"
    return [Fault("format", f"the integer {FORMAT}", shown_)]


def _records(
    data: Any, name: str, cls: type[Record], faults: list[Fault]
) -> tuple[list[tuple[int, Any]], list[tuple[int, Partial]]]:
    """Return the sound records of one list, and what is sound of others."""
    if not isinstance(data, list):
        faults.append(Fault(name, f"a list of {name}", shown(data)))
        return [], [(0, Partial({}))]
    sound: list[tuple[int, Any]] = []
    broken: list[tuple[int, Partial]] = []
    faults += _too_many(data, name)
    for position, item in enumerate(data):
        if len(faults) > FAULTS:
            break
        try:
            sound.append((position, converter.structure(item, cls)))
        except _Faults as wrong:
            named = item.get("id") if isinstance(item, dict) else None
            known = named if isinstance(named, str) else None
            faults += [
                fault.under(f"{name}[{position}]")._replace(record=known)
                for fault in wrong.faults
            ]
            broken.append((position, Partial({**wrong.sound, "id": known})))
    return sound, broken


def _make_converter() -> cattrs.Converter:
    made = cattrs.Converter(forbid_extra_keys=True)
    for primitive in (str, int, bool):
        made.register_structure_hook(primitive, _as_is)
    made.register_structure_hook_factory(_is_tuple, _sequence_hook)
    made.register_structure_hook_factory(_is_set, _frozenset_hook)
    made.register_structure_hook_factory(_is_optional, _optional_hook)
    made.register_structure_hook_func(_is_name, _as_is)
    made.register_structure_hook_factory(
        lambda hint: isinstance(hint, type) and issubclass(hint, Record),
        _record_hook,
    )
    made.register_structure_hook(Protocol, _protocol)
    made.register_structure_hook(PortRange, _port_range)
    made.register_structure_hook(Condition, _condition)
    made.register_structure_hook(Edition, _edition)
    return made


def _is_tuple(hint: Any) -> bool:
    return get_origin(hint) is tuple


def _is_set(hint: Any) -> bool:
    return get_origin(hint) is frozenset


def _is_optional(hint: Any) -> bool:
    return type(None) in get_args(hint)


def _is_name(hint: Any) -> bool:
    """Return whether *hint* is a checked string, or one of several."""
    if get_origin(hint) is Union:
        return all(map(_is_name, get_args(hint)))
    return hasattr(hint, "__supertype__") or get_origin(hint) is Literal


_PORT_RANGE: Final = _record_hook(PortRange)
_MATCH: Final = _record_hook(Match)
converter: Final = _make_converter()
