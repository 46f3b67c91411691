"""What translators are given: sentences, with gaps for what is data.

The names and the sentences of the data are read from its files here, without
the library: however a message is made, it may have none of the names in it.
"""

from __future__ import annotations

import pickle
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from sphinx_projects import Project, directive, warnings

import avi_portspec
from avi_portspec.tabular.columns import COLUMNS
from avi_portspec.tabular.filters import FILTERS, STATEMENT_FILTERS
from sphinx_avi_portspec import COMPONENTS
from sphinx_avi_portspec.domain import AviDomain
from sphinx_avi_portspec.messages import Filled, Names, Phrase, Whole, fill
from sphinx_avi_portspec.pen import Pen

DATA = Path(avi_portspec.__file__).with_name("data")
EXAMPLES = Path(__file__).parents[2] / "docs" / "sphinx" / "examples"
EDITIONS = [avi_portspec.load("vantage-undated"), avi_portspec.load("17.1")]
FILES = {
    "berlin.toml": """\
id = "berlin"
title = "Site Berlin"

[[changes]]
flow = "external-to-controller-https"
ports = [9443]
reason = "The portal moved."
""",
    # With a conflict, and a cloud that the vendor's page leaves out.
    "lab.toml": """\
clouds = ["openshift", "openstack"]
controller = "container"
services = ["dns"]
nodes = "single-node"
""",
    "gcp.toml": """\
clouds = ["gcp"]

[[declined]]
flow = "external-to-controller-snmp"
reason = "monitored in another way"

[[readings]]
flow = "gcp-to-avi-vantage"
direction = "reversed"
""",
}
#: What messages can be about, and sentences have in them.
DEPLOYMENTS = ("aws", "openshift", "gcp", "lab.toml", "gcp.toml")
#: Options that change how something looks, or what is selected.
SILENT = {
    *(
        "align",
        "allow-empty",
        "alt",
        "class",
        "header-rows",
        "name",
        "no-index",
    ),
    *("stub-columns", "width", "widths"),
    *FILTERS,
    *STATEMENT_FILTERS,
}


def write_everything() -> Iterator[str]:
    """Yield every directive with every option that has words, and roles."""
    yield from write_deployments()
    yield from write_layouts()
    yield from write_editions()
    yield from write_roles()


def write_deployments() -> Iterator[str]:
    """Yield what deployments and clouds need."""
    for name in DEPLOYMENTS:
        for layout in ("grouped", "flat"):
            yield directive(
                deployment=name, layout=layout, reasons="", marks="below"
            )
            yield directive(
                deployment=name,
                layout=layout,
                decision="unsupported,not-applicable,replaced,declined",
                reasons="",
            )
        for kind in ("list", "matrix", "diagram"):
            yield directive(kind, deployment=name, allow_empty="")
        yield directive("list", deployment=name, reasons="", decision="needed")
    for name in ("aws", "openshift"):
        for layout in ("grouped", "flat", "published"):
            yield directive(cloud=name, layout=layout)
        for kind in ("list", "matrix", "diagram"):
            yield directive(kind, cloud=name)


def write_layouts() -> Iterator[str]:
    """Yield the directives in every layout."""
    columns = [*COLUMNS]
    decided = {"decision", "replaced-by"}
    yield directive(
        layout="flat",
        columns=",".join(name for name in columns if name not in decided),
        notes="below",
        explorer="",
        sort="-ports",
        limit="30",
        download="",
    )
    yield directive(
        columns=",".join(columns),
        deployment="aws",
        hide_constant="",
        premise="no",
    )
    yield directive(group="none", merge="no", marks="link")
    yield directive(port="9001", cloud="aws", allow_empty="")
    yield directive(
        group="destination",
        remarks="controller-to-dns: TCP as well, on AWS.",
    )
    yield directive("matrix", fold="no", transpose="")
    yield directive("notes", kind="restriction")
    for kind in ("notes", "matrix", "diagram"):
        yield directive(kind, edition="17.1")
    yield directive("statements", sources="below", edition="17.1")
    yield directive("explorer")
    yield directive("explorer", edition="17.1", columns="id,ports")


def write_editions() -> Iterator[str]:
    """Yield other editions, and what differs between them."""
    for edition in ("17.1", "vantage-undated.berlin"):
        yield directive(edition=edition)
        yield directive(edition=edition, deployment="aws", reasons="")
        yield directive("list", edition=edition)
        yield directive("page", edition=edition)
    for old, new in (
        ("17.1", "vantage-undated"),
        ("vantage-undated", "17.1"),
        ("17.1", "vantage-undated.berlin"),
    ):
        ends = {"old": old, "new": new, "allow_empty": ""}
        yield directive("changes", **ends)
        yield directive("changes", **ends, all="")
        yield directive("changes", **ends, collection="flows", kind="text")
        for name in ("aws", "gcp", "lab.toml"):
            yield directive("changes", **ends, deployment=name, all="")
            yield directive(
                "changes", **ends, deployment=name, show="open,close"
            )


def write_roles() -> Iterator[str]:
    """Yield sentences with roles."""
    for query in (
        *("SE > SE", "controller > dns-server", "controller > SE"),
        *("SE > SE; cloud=openshift", "SE > SE; port=22"),
        *("SE > controller; deployment=lab.toml", "> ; deployment=gcp.toml"),
    ):
        yield f":avi:ports:`{query}`\n"
    for role, target in (
        *(("flow", "controller-to-dns"), ("endpoint", "controller")),
        *(("edition", "17.1"), ("source", "aws-groups-20-1")),
        ("note", f"17.1/{EDITIONS[1].notes[0].id}"),
    ):
        yield f":avi:{role}:`{target}`\n"


def write_project(project: Project) -> str:
    """Write a document with everything; return its text."""
    for name, text in FILES.items():
        project.write(name, text)
    text = "\n".join(["Everything", "==========", "", *write_everything()])
    project.write("index.rst", text)
    return text


def read_messages(project: Project) -> set[str]:
    """Return what translators are given of a project."""
    app = project.build(
        "gettext",
        avi_portspec_files=["berlin.toml"],
        suppress_warnings=[
            *("avi_portspec.empty", "avi_portspec.unstated"),
            "avi_portspec.duplicate",
        ],
    )
    assert warnings(app) == ""
    with (app.outdir / "index.pot").open("rb") as file:
        return {str(m.id) for m in read_po(file) if m.id}


# -- the data, from its files -------------------------------------------------


def texts_in(data: Any) -> Iterator[str]:
    """Yield all texts in a file of data."""
    if isinstance(data, dict):
        data = data.values()
    elif isinstance(data, str):
        yield data
        return
    for each in data if isinstance(data, Iterable) else ():
        yield from texts_in(each)


def read_data() -> list[dict[str, Any]]:
    """Return what is in the files of the data, and in the project's own."""
    paths = sorted(DATA.rglob("*.toml"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return [tomllib.loads(text) for text in (*texts, *FILES.values())]


def own_sentences() -> set[str]:
    """Return what the data says itself, as it stands in ours or alone."""
    texts = set(texts_in(read_data()))
    # An edition with an overlay is called after both.
    texts.add(f"{EDITIONS[0].title}, with Site Berlin")
    texts |= {text.removesuffix(".") for text in texts}
    return texts | {f"{text[:1].swapcase()}{text[1:]}" for text in texts}


def names_in_data() -> tuple[set[str], set[str]]:
    """Return the names of the ends of flows, and those of all else."""
    ends: set[str] = set()
    others = {"berlin"}
    for data in read_data():
        for end in data.get("endpoints", ()):
            ends |= {end["name"], end.get("short", end["name"])}
        for flow in data.get("flows", ()):
            others |= {flow["id"], flow.get("service", flow["id"])}
        for facet in data.get("standard", ()):
            for value in facet["values"]:
                names = ("name", "short", "phrase", "without")
                others |= {value[n] for n in names if n in value}
        if "sections" in data:
            others.add(data["id"])
    return ends - others, others


def find_data(messages: Iterable[str]) -> list[str]:
    """Return the messages that have data in them.

    The Controller and the Service Engine are words of a sentence, too: they
    are data where they are the ends of a flow.
    """
    ends, others = names_in_data()
    end = "|".join(map(re.escape, sorted(ends)))
    other = "|".join(map(re.escape, sorted(others)))
    found = re.compile(
        rf"\d|\b(?:from|to) (?:{end})\b|\b(?:{end}) to "
        rf"|(?<!\w)(?:{other})(?!\w)"
    )
    return sorted(text for text in messages if found.search(text))


class TestEverything:
    """A document with all that there is, as translators get it."""

    def test_no_message_of_ours_has_data_in_it(self, project: Project) -> None:
        """A port, a count or a name that changes would lose a translation."""
        text = write_project(project)
        given = read_messages(project)
        authors = {line for line in given if line in text}
        ours = given - own_sentences() - authors
        assert find_data(ours) == []
        # What has gaps has them for names, ports, counts and sentences.
        assert ours >= {
            "On {}, {}, {} or {}",
            "Required on {}: this deployment uses {}",
            "If the Controller is {}; replaces {}",
            "{} exists, but not on {}.",
            ("the port from {} to {} on {}. Elsewhere it is {} or {}."),
            (
                "Conflict on the {} page: {} to {}, {}: no documented {} port "
                "remains. A note rules it out: {} {}, which it would replace, "
                "does not apply either."
            ),
            "{} lists other ports for it",
            "The {} page does not name {} of these. They may be open already.",
            "Moved from {} by the site's overlay {}: {}",
            "vendor's port page: {}, row {} and introduction",
            "{} ({}) from {} to {}: {} (the site's deployment file).",
            "Setting: {}.",
        }
        # The data's own are given by themselves.
        assert given >= {
            *read_example(),
            (
                "In OpenStack mode, port 5098 on the container side is not "
                "supported."
            ),
            "The portal moved.",
            "monitored in another way",
            "a container",
        }

    @pytest.mark.parametrize(
        "message",
        [
            "TCP 22",
            "Required on AWS",
            "if syslog is used",
            "the port from Controller to {}",
            "{} to Service Engine, {}",
            "Not named by 17.1",
            "the site's overlay berlin",
        ],
    )
    def test_data_in_a_message_is_found(self, message: str) -> None:
        """The test above can fail."""
        assert find_data(["If the Controller is {}", message]) == [message]

    def test_the_document_has_everything(self) -> None:
        """Directives, options and roles."""
        text = "\n".join(write_everything())
        app = MagicMock()
        for component in COMPONENTS:
            component(app)
        known = dict(call.args for call in app.add_directive.mock_calls)
        assert "avi-port-table" in known
        lacking = []
        for name, each in known.items():
            parts = re.findall(rf"\.\. {name}::.*\n((?: .*\n)*)", text)
            used = set(re.findall(r":([\w-]+):", "".join(parts)))
            if not parts:
                lacking.append(name)
            shown = each.option_spec.keys() - SILENT
            lacking += [f"{name}: {option}" for option in shown - used]
        lacking += [r for r in AviDomain.roles if f":avi:{r}:" not in text]
        assert lacking == []


# -- a translation ------------------------------------------------------------


def read_example() -> dict[str, str]:
    """Return the translations that the documentation shows."""
    with (EXAMPLES / "german.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


GERMAN = {
    **read_example(),
    "the port from {} to {} on {}. Elsewhere it is {} or {}.": (
        "der Port von {} zu {} auf {}, sonst {} oder {}."
    ),
    "Not supported on {}. {}": "Geht nicht auf {}: {}",
    (
        "In OpenStack mode, port 5098 on the container side is not supported."
    ): "Mit OpenStack wird 5098 im Container nicht unterstützt.",
    "{} exists, but not on {}.": "{} gibt es, auf {} aber nicht.",
    "Moved from {} by the site's overlay {}: {}": "{2} ({3}), bisher {1}",
    "The portal moved.": "Umzug",
    "The {} page does not name these. They may be open already.": (
        "Die Seite {} nennt sie nicht."
    ),
    "vendor's port page: {}, row {}": "Portseite: {}, Zeile {}",
    "Needed: {}": "Nötig: {}",
    "Controller cluster on virtual machines, managing {}.": "Verbund für {}.",
}
TRANSLATED = {
    "grouped": (
        directive(layout="grouped"),
        [
            "Auf AWS, Azure, GCP oder OpenStack",
            (
                "Statt TCP 22, wenn der Controller ein Container ist, nicht "
                "auf OpenStack"
            ),
        ],
    ),
    "deployment": (directive(deployment="aws"), ["Verbund für AWS."]),
    "gaps": (
        directive(deployment="lab.toml", decision="unsupported"),
        [
            (
                "der Port von Service Engine zu Service Engine auf OpenShift, "
                "sonst TCP 4001 oder TCP 9001."
            ),
        ],
    ),
    "conflict": (
        directive(
            "list", deployment="lab.toml", decision="unsupported", reasons=""
        ),
        [
            (
                "Geht nicht auf OpenStack: Mit OpenStack wird 5098 im "
                "Container nicht unterstützt."
            ),
        ],
    ),
    "nothing": (
        directive(port="9001", cloud="aws", allow_empty=""),
        ["TCP 9001 gibt es, auf AWS aber nicht."],
    ),
    "overlay": (
        directive(
            edition="vantage-undated.berlin",
            deployment="aws",
            service="HTTPS",
            reasons="",
        ),
        ["berlin (Umzug), bisher TCP 443"],
    ),
    "plan": (
        directive("changes", old="17.1", deployment="openstack"),
        ["Die Seite 17.1 nennt sie nicht."],
    ),
    "chooser": (
        directive("explorer"),
        [
            (
                "Statt TCP 22, wenn der Controller ein Container ist, nicht "
                "auf OpenStack"
            ),
            "Portseite: Ports Used for Management Communication, Zeile 3",
        ],
    ),
}


@pytest.mark.parametrize(
    ("text", "expected"), TRANSLATED.values(), ids=TRANSLATED
)
def test_a_translation_is_filled_with_the_values(
    project: Project, text: str, expected: list[str]
) -> None:
    """In a table, a list, a footnote, a cell, and what scripts show."""
    catalog = Catalog(locale="de")
    for message, translated in GERMAN.items():
        catalog.add(message, translated)
    project.translate(catalog)
    for name, content in FILES.items():
        project.write(name, content)
    project.write("index.rst", text)
    app = project.build(
        "html",
        language="de",
        locale_dirs=["locale"],
        avi_portspec_files=["berlin.toml"],
    )
    assert warnings(app) == ""
    page = (app.outdir / "index.html").read_text("utf-8")
    html = BeautifulSoup(page, "html.parser")
    shown = " ".join(
        part.get_text() for part in (html, *html.select("template"))
    )
    shown = " ".join(shown.split())
    assert [each for each in expected if each not in shown] == []


# -- their parts --------------------------------------------------------------


class TestFill:
    """Messages have gaps."""

    @pytest.mark.parametrize(
        ("message", "filled"),
        [
            ("{} to {}", "1 to 2"),
            ("{2} from {1}", "2 from 1"),
            ("{}, {1}, {}", "1, 1, 2"),
            ("{} {} {}.", "1 2 ."),
            ("{9}.", "."),
            ("none", "none"),
            ("%s {0} {x} {", "%s {0} {x} {"),
        ],
    )
    def test_they_are_filled_in_order_or_by_number(
        self, message: str, filled: str
    ) -> None:
        """Too few values, or too many, are no fault."""
        assert fill(message, [1, "2"]) == filled

    def test_what_is_in_a_value_is_no_gap(self) -> None:
        """It is filled in as it is."""
        assert fill("{} {}", ["{}", "{1}"]) == "{} {1}"


class TestPhrases:
    """They know their messages, and what these become."""

    def test_what_has_letters_is_translated(self) -> None:
        """And values that are phrases."""
        said = Filled("{}: {}", 1, Phrase("one"))
        assert said == "1: one"
        assert said.messages == ("one",)
        assert said.render({"one": "eins", "{}: {}": "{2}={1}"}) == "eins=1"
        assert Filled("is {}", 1).messages == ("is {}",)

    def test_they_can_be_kept(self) -> None:
        """Documents are kept between builds."""
        said = pickle.loads(pickle.dumps(Filled("is {}", "{}")))
        assert said == "is {}"
        assert (said.message, said.values) == ("is {}", ("{}",))


NAMES = Names(EDITIONS)


class TestNames:
    """What sentences name is found in them."""

    @pytest.mark.parametrize(
        ("text", "message", "values"),
        [
            ("Not named by 17.1.", "Not named by {}.", ["17.1"]),
            ("on vantage-undated", "on {}", ["vantage-undated"]),
            ("Vantage-undated has it", "{} has it", ["Vantage-undated"]),
            ("TCP 22 and UDP\xa053", "{} and {}", ["TCP 22", "UDP\xa053"]),
            ("from Controller", "from {}", ["Controller"]),
            (
                "Controller to Controller",
                "{} to {}",
                ["Controller", "Controller"],
            ),
            ("the Controller is new", "the Controller is new", []),
            ("as for Controllers", "as for Controllers", []),
            # No name ends within a word, or begins there.
            ("DNSSEC, not MDNS", "DNSSEC, not MDNS", []),
            ("See 2024-03-26, 1ca5b", "See {}, {}", ["2024-03-26", "1ca5b"]),
            ("{} on AWS", "{} on AWS", None),
        ],
    )
    def test_a_sentence_has_gaps_for_them(
        self, text: str, message: str, values: list[str] | None
    ) -> None:
        """And reads as before."""
        found = NAMES.find(text)
        assert found == text
        assert found.messages == (message,)
        if values is not None:
            assert isinstance(found, Filled)
            assert [*found.values] == values

    def test_what_the_data_says_is_a_message(self) -> None:
        """By itself, or within ours, at its start or not."""
        own = "Plain HTTP"
        assert NAMES.find(own).messages == (own,)
        found = NAMES.find("Only for plain HTTP, on AWS")
        assert found.messages == ("Only for {}, on {}", "plain HTTP")

    def test_what_begins_with_a_sign_is_no_name(self) -> None:
        """A sentence has it as it stands, with gaps for what is in it."""
        own = "(TCP 22 of a site)"
        found = Names(EDITIONS, [own]).find(own)
        assert found.messages == ("({} of a site)",)

    def test_a_name_is_no_message(self) -> None:
        """Nor a port."""
        for text in ("AWS", "Linux Server Cloud", "TCP 22", "SSH"):
            assert NAMES.find(text).messages == ()

    def test_what_the_author_writes_stays(self) -> None:
        """Whatever it names."""
        pen = Pen("", 1, "")
        pen.names = NAMES
        assert pen.find(Whole("On AWS")).messages == ("On AWS",)
        assert pen.find("On AWS").messages == ("On {}",)
