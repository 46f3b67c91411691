"""The one strict converter: from plain data to records, or to faults.

It is a cattrs converter whose hooks convert no type to another. A hook does
not stop at the first fault: it reads what it can and raises all faults.
What a value must be is stated by the checks of the records alone, so that
data and constructors keep the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
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
from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import FACETS, Facet
from avi_portspec.model.page import Extent
from avi_portspec.model.plain import FORMAT
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.record import Record, checks_of
from avi_portspec.serialisation import facet_lists
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


def _wrong(
    rule: str, expected: str, got: str, near: str | None = None
) -> _Faults:
    """Return the error of one fault."""
    return _Faults([Fault(rule, "", expected, got, near)])


def read(data: object, cls: type[Record], subject: str) -> Any:
    """Return plain data as a record.

    Args:
        data: Dicts, lists, strings, integers and booleans.
        cls: The record's type.
        subject: What the data is, for the error message: a file's path.

    Raises:
        InvalidDataError: The data is wrong; it carries every fault.
    """
    faults: list[Fault] = []
    record = _caught(faults, "", converter.structure, data, cls)
    if len(faults) > FAULTS:
        expected = f"at most {FAULTS:,} faults"
        faults[FAULTS:] = [
            Fault("file/too-many-faults", "", expected, "more, not listed")
        ]
    if faults:
        raise InvalidDataError(subject, faults)
    return record


def _caught(
    faults: list[Fault], path: str, make: Callable[..., Any], *args: Any
) -> Any:
    """Return what *make* makes of *args*, or collect why it cannot."""
    try:
        return make(*args)
    except _Faults as wrong:
        faults.extend(fault.under(path) for fault in wrong.faults)
    return attrs.NOTHING


def _items(
    faults: list[Fault],
    data: list[Any],
    path: str,
    make: Callable[..., Any],
    *args: Any,
) -> list[Any]:
    """Return what *make* makes of each item, or collect why it cannot."""
    if len(data) > ITEMS:
        # They are not looked at: that alone would take too long.
        expected = f"a list of at most {ITEMS:,} items"
        got = f"{len(data):,}"
        faults.append(Fault("list/too-long", path, expected, got))
        return []
    items = []
    for position, item in enumerate(data):
        if len(faults) > FAULTS:
            break
        where = f"{path}[{position}]"
        items.append(_caught(faults, where, make, item, *args))
    return items


def _name(cls: type) -> str:
    """Return what users call a type of record, such as ``a site note``."""
    bare = cls.__name__.removesuffix("Data")
    words = re.sub("(?<=[a-z])(?=[A-Z])", " ", bare).lower()
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}"


def _table(data: object, cls: type) -> dict[str, Any]:
    if not isinstance(data, dict):
        expected = f"a table with the fields of {_name(cls)}"
        raise _wrong("record/not-a-table", expected, shown(data))
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
            expected = f"a table of at most {KEYS:,} keys"
            got = f"one of {len(data):,}"
            return [Fault("record/too-many-keys", "", expected, got)]
        expected = f"a field of {_name(self.cls)}"
        unknown = [
            Fault(
                "record/unknown-key",
                str(key)[:80],
                expected,
                "an unknown key",
                nearest(key, known),
            )
            for key in data
            if key not in known
        ]
        return unknown + [
            Fault(
                "record/missing-key",
                name,
                check.expected,
                "nothing: the key is missing",
            )
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
        faults: list[Fault] = []
        items = _items(faults, data, "", converter.structure, item)
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
            where = f"[{position}]"
            if not isinstance(word, str):
                faults.append(
                    Fault("list/not-a-word", where, "a word", shown(word))
                )
            elif word in seen:
                rule = "list/repeated-item"
                faults.append(
                    Fault(rule, where, "each word once", "a repeated one")
                )
            else:
                seen.add(word)
        if faults:
            raise _Faults(faults)
        return frozenset(items)

    return structure


def _optional_hook(hint: Any) -> Hook:
    """Return the hook for an optional value: data has no null."""
    (kind,) = [type_ for type_ in get_args(hint) if type_ is not type(None)]

    def structure(data: Any, _: Any) -> Any:
        if data is None:
            raise _wrong("record/null", "a value, or no key", "null")
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
            expected = f"the port alone, {made.low}"
            raise _wrong("port/range-of-one", expected, "a range of one")
        return made
    if type(data) is not int:
        expected = "a port number, or a table with low and high"
        raise _wrong("port/not-a-number", expected, shown(data))
    try:
        return PortRange.of(data)
    except InvalidDataError as wrong:
        # One number was written: it is both low and high.
        raise _Faults([wrong.faults[0]._replace(path="")]) from None


_FORMS: Final[Mapping[str, Callable[..., Condition]]] = {
    "all": AllOf,
    "any": AnyOf,
    "unless": Unless,
}


def _condition(data: Any, _: Any) -> Condition:
    return _condition_at(data, 1)


def _condition_at(data: Any, depth: int) -> Condition:
    """Return a condition from its data: exactly one of four forms."""
    table = _table(data, Condition)
    if depth > DEPTH:
        expected = f"at most {DEPTH} conditions in one another"
        raise _wrong("condition/too-deep", expected, "more")
    if "facet" in table:
        made: Condition = _MATCH(table, Match)
        return made
    forms = [form for form in _FORMS if form in table]
    if len(forms) != 1 or len(table) != 1:
        near = next((nearest(k, ["facet", *_FORMS]) for k in table), None)
        raise _wrong(
            "condition/form",
            "a condition: facet and values, or one of all, any and unless "
            "alone",
            f"keys {_keys(table) or '(none)'}",
            near if near not in forms else None,
        )
    return _compound(forms[0], table[forms[0]], depth)


def _compound(form: str, inner: Any, depth: int) -> Condition:
    faults: list[Fault] = []
    fields: dict[str, Any] = {}
    if form == "unless":
        fields["part"] = _caught(faults, form, _condition_at, inner, depth + 1)
    elif not isinstance(inner, list):
        expected = "a list of conditions"
        faults.append(Fault("condition/form", form, expected, shown(inner)))
    elif form == "all" and not inner:
        return ALWAYS
    else:
        parts = _items(faults, inner, form, _condition_at, depth + 1)
        fields["parts"] = tuple(parts)
    if faults:
        raise _Faults(faults)
    try:
        return _FORMS[form](**fields)
    except InvalidDataError as wrong:
        # In data, the parts stand under the name of the form.
        raise _Faults(
            fault._replace(path=re.sub("^parts?", form, fault.path))
            for fault in wrong.faults
        ) from None


def _keys(table: dict[str, Any]) -> str:
    """Return the first keys of a table, as an error can show them."""
    few = [repr(str(key)[:60]) for key in islice(table, 4)]
    return ", ".join(few) + (", ..." if len(table) > len(few) else "")


def _edition(data: Any, cls: type[EditionData]) -> EditionData:
    """Return an edition, or every fault: of each record, and between them.

    A record that is wrong by itself must not hide what is wrong elsewhere,
    so the rules between records see all the others.
    """
    data = _table(data, cls)
    fields = _Fields(cls)
    faults = _format(data)
    faults += fields.keys(data, ["format"])
    item_types = {name: cls for name, _, cls in RECORDS}
    values: dict[str, Any] = {}
    draft: dict[str, list[tuple[int, Any]]] = {}
    broken: dict[str, list[tuple[int, Partial]]] = {}
    for name, (check, hint) in fields.checks.items():
        if name in item_types:
            items = data.get(name, [])
            draft[name], broken[name] = (
                _named_facets(items, faults)
                if name == "facets" and isinstance(items, str)
                else _records(items, name, item_types[name], faults)
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
    return _construct(cls, values)  # type: ignore[no-any-return]


def _format(data: dict[str, Any]) -> list[Fault]:
    got = data.get("format")
    if type(got) is int and got == FORMAT:
        return []
    text = shown(got) if "format" in data else "nothing: the key is missing"
    return [Fault("edition/format", "format", f"the integer {FORMAT}", text)]


def _named_facets(
    name: str, faults: list[Fault]
) -> tuple[list[tuple[int, Any]], list[tuple[int, Partial]]]:
    """Return the facets in the list of that name.

    Raises:
        InvalidDataError: The list itself is wrong; it names the file of the
            lists, for the edition's file is not where to mend it.
    """
    lists = facet_lists.facet_lists()
    if name not in lists:
        known = ", ".join(sorted(lists))
        faults.append(
            Fault(
                "facet/unknown-list",
                "facets",
                f"a list of facets, or the name of one: {known}",
                shown(name),
                nearest(name, lists),
            )
        )
        # Conditions that ask about its facets are no further faults.
        return [], [(0, Partial({"id": facet})) for facet, _ in FACETS]
    wrong: list[Fault] = []
    found = _records(lists[name], name, Facet, wrong)
    if wrong:
        raise InvalidDataError(facet_lists.FILE, wrong)
    return found


def _records(
    data: Any, name: str, cls: type[Record], faults: list[Fault]
) -> tuple[list[tuple[int, Any]], list[tuple[int, Partial]]]:
    """Return the sound records of one list, and what is sound of others."""
    if not isinstance(data, list):
        faults.append(
            Fault("list/not-a-list", name, f"a list of {name}", shown(data))
        )
        return [], [(0, Partial({}))]
    sound: list[tuple[int, Any]] = []
    broken: list[tuple[int, Partial]] = []

    def structure(item: Any) -> None:
        position = len(sound) + len(broken)
        try:
            sound.append((position, converter.structure(item, cls)))
        except _Faults as wrong:
            named = item.get("id") if isinstance(item, dict) else None
            known = named if isinstance(named, str) else None
            broken.append((position, Partial({**wrong.sound, "id": known})))
            faults = [f._replace(record=known) for f in wrong.faults]
            raise _Faults(faults) from None

    _items(faults, data, name, structure)
    return sound, broken


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Record)


def _is_name(hint: Any) -> bool:
    """Return whether *hint* is a checked string, or one of several."""
    if get_origin(hint) is Union:
        return all(map(_is_name, get_args(hint)))
    return hasattr(hint, "__supertype__") or get_origin(hint) is Literal


def _make_converter() -> cattrs.Converter:
    # No forbid_extra_keys: cattrs applies it in hooks that it generates.
    # The hooks here refuse unknown keys themselves, with the nearest one.
    made = cattrs.Converter()
    for primitive in (str, int, bool):
        made.register_structure_hook(primitive, _as_is)
    factories: dict[Callable[[Any], bool], Callable[[Any], Hook]] = {
        lambda hint: get_origin(hint) is tuple: _sequence_hook,
        lambda hint: get_origin(hint) is frozenset: _frozenset_hook,
        lambda hint: type(None) in get_args(hint): _optional_hook,
        _is_record: _record_hook,
    }
    for is_for, factory in factories.items():
        made.register_structure_hook_factory(is_for, factory)
    made.register_structure_hook_func(_is_name, _as_is)
    made.register_structure_hook(Protocol, _protocol)
    made.register_structure_hook(PortRange, _port_range)
    made.register_structure_hook(Condition, _condition)
    made.register_structure_hook_func(
        lambda hint: _is_record(hint) and issubclass(hint, EditionData),
        _edition,
    )
    return made


_PORT_RANGE: Final = _record_hook(PortRange)
_MATCH: Final = _record_hook(Match)
converter: Final = _make_converter()
