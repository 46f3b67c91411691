"""The data's second entry: every fact written down twice, and compared.

The tables in ``tests/data/double_entry`` are a transcription of the vendor's
pages of their own, made without a look at the editions' files: a slip in one
of the two entries is seen where they disagree. Texts are our own words, so
there is nothing to transcribe; a table pins the digest of each, with the day
on which it was last compared with the vendor's page.

``python -m tools.double_entry`` compares every bundled edition and ends with
1 where the entries disagree. ``python -m tools.double_entry pin`` writes the
digests anew: run it once you have compared each changed text with the
vendor's page.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from avi_portspec import ALWAYS, Answer, Condition, Deployment, editions, load

__all__ = [
    "FOLDER",
    "TABLES",
    "disagreements",
    "main",
    "pin_texts",
    "read_table",
    "texts",
]

FOLDER: Final = Path(__file__).parents[1] / "tests" / "data" / "double_entry"
TABLES: Final = (
    "editions",
    "facets",
    "sections",
    "endpoints",
    "flows",
    "excluded",
    "notes",
    "interfaces",
    "texts",
)

Row = Mapping[str, str]


@cache
def read_table(name: str) -> tuple[Row, ...]:
    """Return the rows of one table.

    Args:
        name: The table, one of :data:`TABLES`.
    """
    path = FOLDER / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _rows(name: str, edition: str) -> tuple[Row, ...]:
    """Return the rows of a table that hold for one edition."""
    return tuple(
        row for row in read_table(name) if edition in row["editions"].split()
    )


# -- what the data has, in the tables' words --------------------------------


def _place(citation: Any) -> str:
    section = citation.section or "overview"
    where = f"{citation.number}.{citation.item}"
    return f"{section} {citation.place} {where}"


def _list(items: Iterable[object]) -> str:
    return " ".join(str(item) for item in items)


def _named(names: Iterable[str]) -> str:
    return "; ".join(names)


def _edition(edition: Any) -> Iterator[Row]:
    yield {
        "id": edition.id,
        "product": edition.product,
        "aliases": _list(edition.aliases),
        "page": edition.source.title,
        "release": edition.source.release or "",
        "url": edition.source.url or "",
    }


def _facets(edition: Any) -> Iterator[Row]:
    for facet in edition.facets:
        for value in facet.values:
            yield {
                "facet": facet.id,
                "many": "yes" if facet.many else "no",
                "value": value.id,
                "name": value.name,
                "aliases": _named(value.aliases),
            }


def _sections(edition: Any) -> Iterator[Row]:
    overview = ("overview", "", "", edition.overview, None)
    sections = (
        (s.id, s.title, s.parent, s.extent, s.origin) for s in edition.sections
    )
    for name, title, parent, extent, origin in (overview, *sections):
        yield {
            "section": name,
            "title": title,
            "parent": parent or "",
            "lead-ins": _list(extent.lead_ins),
            "rows": _list(extent.rows),
            "bullets": _list(extent.bullets),
            "notes": _list(extent.notes),
            "closings": _list(extent.closings),
            "origin": origin or "",
        }


def _origin(record: Any) -> str:
    """Return what a site says of a record, which of a page it says nothing."""
    return " ".join(filter(None, (record.origin, record.reference)))


def _endpoints(edition: Any) -> Iterator[Row]:
    for endpoint in edition.endpoints:
        yield {
            "endpoint": endpoint.id,
            "name": endpoint.name,
            "kind": endpoint.kind,
            "aliases": _named(endpoint.aliases),
            "origin": _origin(endpoint),
        }


def _flows(edition: Any) -> Iterator[Row]:
    for flow in edition.flows:
        yield {
            "place": _place(flow.citation),
            "section": flow.section,
            "flow": flow.id,
            "source": flow.source,
            "destination": flow.destination,
            "protocols": _list(p.name or p.number for p in flow.protocols),
            "ports": _list(flow.ports),
            "icmp": _list(flow.icmp_types),
            "service": flow.service or "",
            "requirement": flow.requirement,
            "inferred": _list(sorted(r.field for r in flow.inferred)),
            "readings": _list(sorted(r.field for r in flow.readings)),
            "replaces": _list(flow.replaces),
            "origin": _origin(flow),
        }


def _spell_excluded(edition: Any) -> Iterator[Row]:
    for kind in ("exclusion", "pointer"):
        for record in getattr(edition, f"{kind}s"):
            yield {
                "place": _place(record.citation),
                "section": record.section,
                "kind": kind,
                "record": record.id,
                "source": record.source,
                "destination": record.destination,
                "targets": _list(getattr(record, "targets", ())),
            }


def _notes(edition: Any) -> Iterator[Row]:
    for note in edition.notes:
        yield {
            "place": _place(note.citation),
            "note": note.id,
            "kind": note.kind,
            "sections": _list(note.sections),
            "qualifies": _list(note.qualifies),
        }


def _interfaces(edition: Any) -> Iterator[Row]:
    for interface in edition.interfaces:
        yield {
            "interface": interface.id,
            "cloud": interface.cloud,
            "name": interface.name or "",
            "section": interface.section,
            "flows": _list(interface.flows),
        }


def _stated(
    where: str, record: Any, *fields: str
) -> Iterator[tuple[str, str, str]]:
    """Yield the texts that a record need not have, where it does."""
    for field in fields:
        if getattr(record, field) is not None:
            yield where, field, getattr(record, field)


def _flow_texts(flow: Any) -> Iterator[tuple[str, str, str]]:
    where = f"flow {flow.id}"
    yield from _stated(where, flow, "purpose", "effect_if_blocked")
    for field in ("inferred", "readings"):
        seen: list[str] = []
        for reason in getattr(flow, field):
            seen.append(reason.field)
            # A field can have a reason for each case.
            count = seen.count(reason.field)
            number = f" {count}" if count > 1 else ""
            about = f"{field} {reason.field}{number}"
            yield where, about, reason.reason
            yield where, f"{about} level", reason.level
            if reason.short is not None:
                yield where, f"{about} short", reason.short
            if reason.when != ALWAYS:
                yield where, f"{about} when", repr(reason.when)


def texts(edition: Any) -> Iterator[tuple[str, str, str]]:
    """Yield every text of an edition: its record, its field, its words.

    Args:
        edition: The edition.
    """
    yield "edition", "title", edition.title
    yield "edition", "location", edition.source.location
    for facet in edition.facets:
        yield f"facet {facet.id}", "name", facet.name
        yield f"facet {facet.id}", "clause", facet.clause
        for value in facet.values:
            where = f"facet {facet.id} {value.id}"
            yield from _stated(where, value, "short", "phrase", "without")
    for record in edition.endpoints:
        where = f"endpoint {record.id}"
        yield from _stated(where, record, "short", "description")
    for flow in edition.flows:
        yield from _flow_texts(flow)
    for kind in ("exclusion", "pointer", "note"):
        for record in getattr(edition, f"{kind}s"):
            yield f"{kind} {record.id}", "text", record.text


@cache
def _digest(text: str) -> str:
    """Return enough of a text's SHA-256 to tell it from any other."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _texts(edition: Any) -> Iterator[Row]:
    for record, field, text in sorted(texts(edition)):
        yield {"record": record, "field": field, "sha256": _digest(text)}


# -- what the tables have, spelled out --------------------------------------


def _expected_flows(edition: str) -> Iterator[Row]:
    for row in _rows("flows", edition):
        yield {
            **row,
            "section": row["place"].split()[0],
            "inferred": _list(sorted(row["inferred"].split())),
            "readings": _list(sorted(row["readings"].split())),
        }


def _expected_excluded(edition: str) -> Iterator[Row]:
    for row in _rows("excluded", edition):
        yield {**row, "section": row["place"].split()[0]}


def _expected_texts(edition: str) -> Iterator[Row]:
    # Editions share rows here, so that the order is no edition's own.
    rows = _rows("texts", edition)
    yield from sorted(rows, key=lambda row: (row["record"], row["field"]))


def _expected_notes(edition: str) -> Iterator[Row]:
    """Yield the rows of notes, with what they qualify spelled out.

    ``management:row`` stands for the flows of that section's rows, and
    ``source:controller`` for the flows of that source.
    """
    flows = _rows("flows", edition)
    for row in _rows("notes", edition):
        names: list[str] = []
        for word in row["qualifies"].split():
            kind, colon, value = word.partition(":")
            if not colon:
                names.append(word)
            elif kind == "source":
                names += [f["flow"] for f in flows if f["source"] == value]
            else:
                start = f"{kind} {value} "
                names += [
                    f["flow"] for f in flows if f["place"].startswith(start)
                ]
        yield {**row, "qualifies": _list(names)}


#: The columns that say when a flow applies: all of its groups of words, none
#: of others; the words for which the page is silent, and those without which.
_CONDITION: Final = ("if", "unless", "silent", "lacking")

# -- when a flow applies ------------------------------------------------------


def _subsets(words: Sequence[str], at_most: int) -> list[frozenset[str]]:
    return [
        frozenset(chosen)
        for size in range(at_most + 1)
        for chosen in itertools.combinations(words, size)
    ]


def _expected_answer(row: Row, held: frozenset[str]) -> Answer:
    """Return what the page answers for a deployment of these words."""
    if held & {*row["unless"].split()}:
        return Answer.NO
    answers = [Answer.YES]
    for group in filter(None, row["if"].split("&")):
        if held & {*group.split()}:
            continue
        lacking = {*group.split()} & {*row["lacking"].split()}
        unstated = lacking or held & {*row["silent"].split()}
        answers.append(Answer.UNSTATED if unstated else Answer.NO)
    return min(answers)


@cache
def _truth_faults(
    condition: Condition, words: tuple[str, ...], facets: Any
) -> tuple[str, ...]:
    """Return where a condition's truth table differs from the second one.

    The table has a line for every set of words that the condition, or the
    second entry, tells apart: each facet's words alone, in pairs, or, of
    the few features and services that matter, all together. A word that
    neither of the two names counts as any other such word.
    """
    row = dict(zip(_CONDITION, words, strict=True))
    named = {*" ".join(words).replace("&", " ").split()}
    for match in condition.matches():
        named |= {*match.values, *match.unstated}
    axes: dict[str, list[frozenset[str]]] = {}
    for facet, values in facets:
        ours = [value for value in values if value in named]
        others = [value for value in values if value not in named][:1]
        if facet == "controller":
            axes[facet] = [frozenset({value}) for value in values]
        elif facet == "cloud":
            axes[facet] = _subsets([*ours, *others], 2)[1:]
        else:
            axes[facet] = _subsets([*ours, *others], 3)
    unknown = named - {value for _, values in facets for value in values}
    if unknown:
        return (f"words that no facet has: {_list(sorted(unknown))}",)
    found = []
    for clouds, controller, features, services in itertools.product(
        # An edition that asks about no features has no such facet.
        *(
            axes.get(name, [frozenset()])
            for name in ("cloud", "controller", "feature", "service")
        )
    ):
        deployment = Deployment(
            clouds=clouds,
            controller=next(iter(controller)),
            features=features,
            services=services,
        )
        held = clouds | controller | features | services
        expected = _expected_answer(row, held)
        answer = condition.evaluate(deployment)
        if answer != expected:
            found.append(
                f"for {_list(sorted(held))}: expected {expected.name},"
                f" got {answer.name}"
            )
    return tuple(found[:1])


# -- comparing ----------------------------------------------------------------

#: What spells the data in each table's words, and the columns of its key.
_SPELLED: Final = {
    "editions": (_edition, ("id",)),
    "facets": (_facets, ("facet", "value")),
    "sections": (_sections, ("section",)),
    "endpoints": (_endpoints, ("endpoint",)),
    "flows": (_flows, ("flow",)),
    "excluded": (_spell_excluded, ("record",)),
    "notes": (_notes, ("note",)),
    "interfaces": (_interfaces, ("interface",)),
    "texts": (_texts, ("record", "field")),
}
#: What spells a table out, where it is not read as it stands.
_EXPECTED: Final = {
    "flows": _expected_flows,
    "excluded": _expected_excluded,
    "notes": _expected_notes,
    "texts": _expected_texts,
}


@cache
def _expected(table: str, edition: str) -> tuple[Row, ...]:
    spell = _EXPECTED.get(table)
    return _rows(table, edition) if spell is None else (*spell(edition),)


def disagreements(
    edition: Any, name: str | None = None, tables: Iterable[str] = TABLES
) -> Iterator[str]:
    """Yield where an edition and its second entry disagree.

    Args:
        edition: The edition, or anything with the same attributes.
        name: The id under which the tables have it.
        tables: What to compare.
    """
    name = edition.id if name is None else name
    for table in tables:
        spell, key = _SPELLED[table]
        found = list(spell(edition))
        rows = _expected(table, name)
        expected = [tuple(row[part] for part in key) for row in rows]
        ids = [tuple(row[part] for part in key) for row in found]
        if ids == expected:
            for row, right in zip(found, rows, strict=True):
                where = _list(row[part] for part in key)
                yield from _row_faults(f"{name} {table}: {where}", row, right)
        else:
            yield from _order_faults(f"{name} {table}", ids, expected)
        if table == "flows":
            yield from _condition_faults(edition, name)


def _row_faults(where: str, row: Row, right: Row) -> Iterator[str]:
    for field, value in row.items():
        # What only a site's overlay fills is in no table.
        expected = right.get(field, "")
        if value != expected:
            yield (
                f"{where}: {field}: second entry {expected!r}, data {value!r}"
            )


def _order_faults(
    where: str, ids: list[tuple[str, ...]], expected: list[tuple[str, ...]]
) -> Iterator[str]:
    for name in expected:
        if name not in ids:
            yield f"{where}: the data lacks {_list(name)}"
    for name in ids:
        if name not in expected:
            yield f"{where}: the second entry lacks {_list(name)}"
    if sorted(ids) == sorted(expected) or len(ids) != len({*ids}):
        yield f"{where}: in another order than the second entry, or twice"


def _condition_faults(edition: Any, name: str) -> Iterator[str]:
    facets = tuple(
        (facet.id, tuple(value.id for value in facet.values))
        for facet in edition.facets
    )
    rows = {row["flow"]: row for row in _rows("flows", name)}
    for flow in edition.flows:
        row = rows.get(flow.id)
        if row is None:
            continue
        words = tuple(row[name] for name in _CONDITION)
        for fault in _truth_faults(flow.when, words, facets):
            yield f"{name} flows: {flow.id}: when: {fault}"


# -- pinning texts ------------------------------------------------------------


def pin_texts(today: str) -> str:
    """Return the table of texts as the bundled editions have them.

    A text that did not change keeps the day of its last comparison.

    Args:
        today: The day to write for the others.
    """
    before = {
        (row["record"], row["field"], row["sha256"]): row["compared"]
        for row in read_table("texts")
    }
    rows: dict[tuple[str, str, str], list[str]] = {}
    for name in editions():
        for row in _texts(load(name)):
            key = (row["record"], row["field"], row["sha256"])
            rows.setdefault(key, []).append(str(name))
    lines = ["editions,record,field,sha256,compared"]
    lines += [
        ",".join([_list(names), *key, before.get(key, today)])
        for key, names in rows.items()
    ]
    return "\n".join([*lines, ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Args:
        arguments: What stands after the command's name; without them, what
            the process was given.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tools.double_entry", description=__doc__
    )
    parser.add_argument("verb", nargs="?", choices=["compare", "pin"])
    given = parser.parse_args(arguments)
    if given.verb == "pin":
        today = dt.datetime.now(tz=dt.UTC).date().isoformat()
        text = pin_texts(today)
        (FOLDER / "texts.csv").write_text(text, encoding="utf-8")
        return 0
    found = [
        fault for name in editions() for fault in disagreements(load(name))
    ]
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
