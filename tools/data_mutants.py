"""Change each fact of the bundled editions, one at a time: is it noticed?

A changed edition has to be refused when it is loaded, or to differ from the
second entry of its facts (``tools/double_entry.py``), or to break its
ledger. What none of the three notices is a survivor: a fact that could go
wrong unseen.

``python -m tools.data_mutants`` tries every bundled edition, or those that it
is given, and ends with 1 if any change survives.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import attrs

from avi_portspec import Edition, InvalidDataError, editions, load
from avi_portspec.ledger.entries import ledgers, load_ledger
from avi_portspec.model.consistency import RECORDS
from avi_portspec.model.flows import INFERABLE
from avi_portspec.model.plain import FORMAT, plain
from avi_portspec.model.record import checks_of
from avi_portspec.names import (
    EndpointKind,
    FacetId,
    NoteKind,
    Otherwise,
    PlaceKind,
    ReasonLevel,
    Requirement,
)
from avi_portspec.serialisation.converter import read
from tools.double_entry import disagreements

__all__ = ["Mutant", "Verdict", "judge", "main", "mutants"]

#: What noticed a change; ``survived`` if nothing did.
Verdict: TypeAlias = Literal["refused", "second entry", "ledger", "survived"]

Data: TypeAlias = dict[str, Any]
#: A record's type for each field that holds records.
_TYPES: Final = {name: cls for name, _, cls in RECORDS}
#: Lists whose order has no meaning.
_UNORDERED: Final = frozenset({"inferred", "readings"})
#: The tables of the second entry that have something of each field.
_TABLES: Final = {
    **{name: (name, "texts") for name in _TYPES},
    "facets": ("facets", "flows", "texts"),
    "exclusions": ("excluded", "texts"),
    "interfaces": ("interfaces",),
    "pointers": ("excluded", "texts"),
    "overview": ("sections",),
}
#: What a text field that an edition leaves out is given.
_NEW_TEXT: Final = "Something new."
#: Ids that no record has, and that no overlay of the tests has.
_NEW_ID: Final = "something-new"


class Mutant(NamedTuple):
    """An edition in which one thing was changed.

    Attributes:
        path: What was changed: ``flows controller-to-dns ports[0]``.
        change: How: ``53 to 54``.
        collection: The field of the edition that holds the change.
        records: What that field holds now, as plain data.
        position: The record that was changed, if it was one alone.
    """

    path: str
    change: str
    collection: str
    records: Any
    position: int | None

    def __str__(self) -> str:
        return f"{self.path}: {self.change}"


# -- the words that one may be taken for another ------------------------------


class _Words:
    """The words of one edition, by the field that they stand in."""

    def __init__(self, edition: Edition) -> None:
        flows = list(edition.flows.ids())
        stated = [*flows, *edition.exclusions.ids(), *edition.pointers.ids()]
        sections = list(edition.sections.ids())
        endpoints = list(edition.endpoints.ids())
        self.facets = {
            facet.id: [value.id for value in facet.values]
            for facet in edition.facets
        }
        self.fields: dict[str, list[str]] = {
            "source": endpoints,
            "destination": endpoints,
            "section": sections,
            "sections": sections,
            "parent": sections,
            "cloud": self.facets.get("cloud", []),
            "flows": flows,
            "otherwise": list(get_args(Otherwise)),
            "targets": sections,
            "replaces": flows,
            "qualifies": stated,
            "requirement": list(get_args(Requirement)),
            "place": list(get_args(PlaceKind)),
            "field": list(INFERABLE),
            "level": list(get_args(ReasonLevel)),
            "facet": list(get_args(FacetId)),
        }

    def others(self, collection: str, field: str, word: str) -> list[str]:
        """Return the words that could stand there instead."""
        if field == "kind":
            kinds = NoteKind if collection == "notes" else EndpointKind
            return [other for other in get_args(kinds) if other != word]
        if field in self.fields:
            return [other for other in self.fields[field] if other != word]
        if field == "protocols":
            return [other for other in ("tcp", "udp") if other != word]
        if field == "id":
            return [f"{word}-x"]
        if field == "clause":
            return [f"{word} now"]
        return [f"{word} Not", word[1:] or "Not"]


# -- changing plain data ------------------------------------------------------


def _each_change(
    data: Any, collection: str, field: str, words: _Words
) -> Iterator[tuple[str, str, Any]]:
    """Yield a path, what was changed there, and the changed data."""
    if field in {"when", "part"} and isinstance(data, dict):
        yield from _condition_changes(data, words)
    elif isinstance(data, dict):
        for key, value in data.items():
            for path, change, new in _each_change(
                value, collection, key, words
            ):
                yield f".{key}{path}", change, {**data, key: new}
            left = {name: data[name] for name in data if name != key}
            yield f".{key}", "left out", left
    elif isinstance(data, list):
        yield from _list_changes(data, collection, field, words)
    elif isinstance(data, bool):
        yield "", f"{data} to {not data}", not data
    elif isinstance(data, int):
        for new in (data - 1, data + 1, data * 10 + 1):
            yield "", f"{data} to {new}", new
    else:
        for other in words.others(collection, field, data):
            yield "", f"{data!r} to {other!r}", other


def _list_changes(
    items: list[Any], collection: str, field: str, words: _Words
) -> Iterator[tuple[str, str, Any]]:
    for position, item in enumerate(items):
        before, after = items[:position], items[position + 1 :]
        where = f"[{position}]"
        name = f"{item!r} " if isinstance(item, str) else ""
        yield where, f"{name}left out", [*before, *after]
        if after and item != after[0] and field not in _UNORDERED:
            yield (
                where,
                "changed places with the next",
                [*before, after[0], item, *after[1:]],
            )
        # Another id is the same as one left out and one that is new.
        if not (isinstance(item, str) and field in words.fields):
            for path, change, new in _each_change(
                item, collection, field, words
            ):
                yield f"{where}{path}", change, [*before, new, *after]
    for new in _new_items(items, collection, field, words):
        yield "", f"{new!r} is new", [*items, new]


def _new_items(
    items: list[Any], collection: str, field: str, words: _Words
) -> Iterator[Any]:
    """Yield what a list could hold besides."""
    if field in {"inferred", "readings"}:
        used = {item["field"] for item in items}
        for name in INFERABLE:
            if name not in used:
                yield {"field": name, "reason": _NEW_TEXT}
    elif field in words.fields:
        for word in words.fields[field]:
            if word not in items:
                yield word
    elif field == "protocols":
        yield from (word for word in ("tcp", "udp") if word not in items)
    elif field == "aliases":
        yield _NEW_ID
    elif field == "values" and collection == "facets":
        yield {"id": _NEW_ID, "name": "something new"}
    else:
        yield 7


def _condition_changes(
    data: Data, words: _Words
) -> Iterator[tuple[str, str, Any]]:
    """Yield conditions of other forms, and on other words."""
    yield "", "turned round", {"unless": data}
    for form, other in (("all", "any"), ("any", "all")):
        parts = data.get(form)
        if parts:
            yield "", f"{form} to {other}", {other: parts}
            for position, part in enumerate(parts):
                where = f".{form}[{position}]"
                yield where, "alone", part
                for path, change, new in _condition_changes(part, words):
                    changed = [*parts]
                    changed[position] = new
                    yield f"{where}{path}", change, {form: changed}
    if "unless" in data:
        inner = data["unless"]
        yield ".unless", "taken off", inner
        for path, change, new in _condition_changes(inner, words):
            # Turned round twice is the same as taken off.
            if new != {"unless": inner}:
                yield f".unless{path}", change, {"unless": new}
    if "facet" in data:
        yield from _match_changes(data, words)
        yield from _otherwise_changes(data)


def _match_changes(
    data: Data, words: _Words
) -> Iterator[tuple[str, str, Any]]:
    known = words.facets[data["facet"]]
    for field in ("values", "unstated"):
        held = data.get(field, [])
        for word in held:
            left = [other for other in held if other != word]
            yield f".{field}", f"{word} left out", {**data, field: left}
        for word in known:
            if word not in held:
                new = [*held, word]
                yield f".{field}", f"{word} is new", {**data, field: new}
    for word in data["values"]:
        for other in known:
            if other not in data["values"]:
                values = [other if v == word else v for v in data["values"]]
                yield (
                    ".values",
                    f"{word} to {other}",
                    {**data, "values": values},
                )
    for match in _each_match(words):
        if match["facet"] != data["facet"]:
            yield "", f"on {match['facet']} {match['values'][0]}", match


def _otherwise_changes(data: Data) -> Iterator[tuple[str, str, Any]]:
    before = data.get("otherwise", "no")
    for word in get_args(Otherwise):
        if word != before:
            changed = {**data, "otherwise": word}
            yield ".otherwise", f"{before} to {word}", changed


def _each_match(words: _Words) -> Iterator[Data]:
    """Yield a condition on each word that there is."""
    for facet, values in words.facets.items():
        for value in values:
            yield {"facet": facet, "values": [value]}


def _additions(
    data: Data, cls: Any, collection: str, words: _Words
) -> Iterator[tuple[str, str, Any]]:
    """Yield a record with a field that it leaves out."""
    for name, _, is_derived in checks_of(cls):
        if is_derived or name in data:
            continue
        default = attrs.fields_dict(cls)[name].default
        for new in _new_values(name, default, collection, words):
            yield f".{name}", f"{new!r} is new", {**data, name: new}


def _new_values(
    field: str, default: Any, collection: str, words: _Words
) -> Iterator[Any]:
    """Yield what a field could hold that holds nothing."""
    if field == "when":
        yield from _each_match(words)
    elif default == ():
        for item in _new_items([], collection, field, words):
            yield [item]
    elif field in words.fields:
        yield from words.fields[field]
    elif field == "extent":
        yield {"bullets": [1]}
    else:
        yield _NEW_ID if field == "origin" else _NEW_TEXT


def mutants(edition: Edition) -> Iterator[Mutant]:
    """Yield an edition with each of its facts changed, one at a time.

    Args:
        edition: The edition.
    """
    data: Data = plain(edition)
    words = _Words(edition)
    for field in ("id", "title", "product", "aliases", "source", "overview"):
        value = data.get(field, {} if field == "overview" else [])
        for path, change, new in _each_change(value, field, field, words):
            yield Mutant(f"{field}{path}", change, field, new, None)
    for name in ("release", "url"):
        if name not in data["source"]:
            value = "https://example.org" if name == "url" else "99.9"
            source = {**data["source"], name: value}
            yield Mutant(f"source.{name}", "is new", "source", source, None)
    for collection, cls in _TYPES.items():
        records = data.get(collection, [])
        yield from _record_changes(records, collection, cls, words)


def _record_changes(
    records: list[Data], collection: str, cls: Any, words: _Words
) -> Iterator[Mutant]:
    for position, record in enumerate(records):
        where = f"{collection} {record['id']}"
        before, after = records[:position], records[position + 1 :]
        for path, change, new in (
            *_each_change(record, collection, collection, words),
            *_additions(record, cls, collection, words),
        ):
            yield Mutant(
                f"{where} {path.removeprefix('.')}",
                change,
                collection,
                [*before, new, *after],
                position,
            )
        without = [*before, *after]
        yield Mutant(where, "left out", collection, without, None)
        twin = {**record, "id": f"{record['id']}-x"}
        twice = [*before, record, twin, *after]
        yield Mutant(where, "is there twice", collection, twice, None)
        if after:
            swapped = [*before, after[0], record, *after[1:]]
            yield Mutant(
                where,
                "changed places with the next",
                collection,
                swapped,
                None,
            )


# -- noticing -----------------------------------------------------------------


class _Changed(SimpleNamespace):
    """An edition's attributes, of which one was changed and none checked."""


def _state(edition: Edition) -> dict[str, Any]:
    return {f.name: getattr(edition, f.name) for f in attrs.fields(Edition)}


def _change(edition: Edition, mutant: Mutant) -> Any:
    """Return the changed edition, of which only its part was checked."""
    state = _state(edition)
    if mutant.collection not in _TYPES:
        # There are few of these, and each is read as a whole.
        return _load(edition, mutant)
    records = [*state[mutant.collection]]
    cls = _TYPES[mutant.collection]
    if mutant.position is None:
        known = {record.id: record for record in records}
        records = [
            known.get(data["id"]) or read(data, cls, str(mutant))
            for data in mutant.records
        ]
    else:
        data = mutant.records[mutant.position]
        records[mutant.position] = read(data, cls, str(mutant))
    return _Changed(**{**state, mutant.collection: records})


def _load(edition: Edition, mutant: Mutant) -> Edition:
    data = {"format": FORMAT, **plain(edition)}
    data[mutant.collection] = mutant.records
    loaded: Edition = read(data, Edition, str(mutant))
    return loaded


def judge(edition: Edition, mutant: Mutant) -> Verdict:
    """Return what notices a change.

    Args:
        edition: The unchanged edition.
        mutant: The changed one.
    """
    try:
        changed = _change(edition, mutant)
        tables = _TABLES.get(mutant.collection, ("editions", "texts"))
        if any(disagreements(changed, edition.id, tables)):
            return "second entry"
        whole = _load(edition, mutant)
    except InvalidDataError:
        return "refused"
    if edition.id in ledgers() and any(load_ledger(edition.id).faults(whole)):
        return "ledger"
    return "survived"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Args:
        arguments: What stands after the command's name; without them, what
            the process was given.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tools.data_mutants", description=__doc__
    )
    parser.add_argument(
        "editions", nargs="*", help="by default, every bundled edition"
    )
    given = parser.parse_args(arguments)
    survivors = 0
    for name in given.editions or editions():
        survivors += _report(load(name))
    return 1 if survivors else 0


def _report(edition: Edition) -> int:
    """Write what became of an edition's mutants; return how many survived."""
    started = time.monotonic()
    verdicts: Counter[str] = Counter()
    for mutant in mutants(edition):
        verdict = judge(edition, mutant)
        verdicts[verdict] += 1
        if verdict == "survived":
            sys.stdout.write(f"{edition.id}: survived: {mutant}\n")
    seconds = time.monotonic() - started
    counts = ", ".join(f"{count:,} {what}" for what, count in verdicts.items())
    sys.stdout.write(
        f"{edition.id}: {verdicts.total():,} changes in {seconds:.0f} s: "
        f"{counts}\n"
    )
    return verdicts["survived"]


if __name__ == "__main__":
    sys.exit(main())
