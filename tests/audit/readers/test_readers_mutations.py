"""Files of the right format with a wrong value: a fault, and no crash."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
import yaml
from mutation_samples import SAMPLES, YAML
from reader_views import read_json, read_text, rules, unread

from avi_portspec import InvalidDataError
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.readers import readers

#: What stands in place of a value: one of each kind of JSON, and lists.
ODD: Final[tuple[Any, ...]] = (None, True, 1, "x", [], ["x"], {})
#: What a key of YAML can be.
ODD_KEYS: Final = (None, True, 7)
Path_ = tuple[Any, ...]


def paths(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Yield where each value of some data stands, that of all of it first."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from paths(inner, (*path, at))


def changed(value: Any, path: Path_, change: Callable[[Any], Any]) -> Any:
    """Return data in which what stands at a path is another."""
    if not path:
        return change(value)
    first, *rest = path
    if isinstance(value, list):
        return [
            changed(inner, tuple(rest), change) if at == first else inner
            for at, inner in enumerate(value)
        ]
    return {
        key: changed(inner, tuple(rest), change) if key == first else inner
        for key, inner in value.items()
    }


def mutations(data: Any) -> Iterator[Any]:
    """Yield data with another value at each of its places, one at a time."""
    for path in paths(data):
        for odd in ODD:
            yield changed(data, path, lambda _, odd=odd: odd)


def with_other_keys(data: Any) -> Iterator[Any]:
    """Yield data with another key at each of its places, one at a time."""
    for path in paths(data):
        if path and isinstance(path[-1], str):
            for odd in ODD_KEYS:
                yield changed(
                    data,
                    path[:-1],
                    lambda table, key=path[-1], odd=odd: {
                        odd if name == key else name: inner
                        for name, inner in table.items()
                    },
                )


def crashes(several: Iterator[Any], format_: str) -> list[str]:
    """Return the first data that a reader neither reads nor refuses."""
    found: list[str] = []
    for data in several:
        document = Document("file", b"{}")
        # As it was parsed: most of the time would go into doing so.
        document.json = data
        try:
            readers()[format_].read(document)
        except InvalidDataError:
            continue
        except Exception as wrong:  # noqa: BLE001 - the test is for any
            found.append(f"{wrong!r}: {data}")
    return found[:3]


def as_text(name: str, data: Any) -> str:
    """Return data in the language that its sample is in."""
    if name in YAML:
        return str(yaml.safe_dump(data))
    return json.dumps(data)


def format_of(name: str) -> str:
    """Return the format of a sample."""
    return name.partition(" ")[0]


def test_every_reader_of_data_has_a_sample() -> None:
    """The others read lines, tables and modules."""
    others = {"csv", "html", "ip6tables", "iptables", "markdown", "terraform"}
    assert {*map(format_of, SAMPLES)} == {*readers()} - others


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_read(name: str) -> None:
    """So that what changes in them is looked at."""
    found = read_text(as_text(name, SAMPLES[name]))
    assert found.format == format_of(name)
    assert found.read


@pytest.mark.parametrize("name", SAMPLES)
def test_any_wrong_value_is_read_or_refused(name: str) -> None:
    """At every place of the file, one at a time."""
    assert crashes(mutations(SAMPLES[name]), format_of(name)) == []


@pytest.mark.parametrize("name", YAML)
def test_any_wrong_key_is_read_or_refused(name: str) -> None:
    """YAML has numbers, truth values and nothing for keys, too."""
    assert crashes(with_other_keys(SAMPLES[name]), name) == []


def test_what_a_plan_hides_as_a_whole_is_unknown() -> None:
    """A resource that is sensitive, or all of which is known after apply."""
    data = json.loads(json.dumps(SAMPLES["terraform-plan"]))
    root = data["planned_values"]["root_module"]
    group = root["child_modules"][0]["resources"][0]
    group["sensitive_values"] = True
    rule = root["resources"][0]
    assert rule["address"] == "aws_security_group_rule.x"
    del rule["values"]
    data["resource_changes"][1]["change"]["after_unknown"] = True
    found = read_json(data)
    assert [each for each in unread(found) if "aws_security" in each] == [
        f"unknown: {rule['address']}",
        f"unknown: {group['address']}",
    ]
    assert not any("aws_security" in name for name in rules(found))


def test_a_range_of_nftables_has_two_ends() -> None:
    """One of three would be read as another range."""
    match = {
        "match": {
            "op": "==",
            "left": {"payload": {"protocol": "tcp", "field": "dport"}},
            "right": {"range": [1, 2, 3]},
        }
    }
    data = json.loads(json.dumps(SAMPLES["nftables"]))
    data["nftables"][-1]["rule"]["expr"] = [match, {"accept": None}]
    with pytest.raises(InvalidDataError, match="a range of two ports"):
        read_json(data)
