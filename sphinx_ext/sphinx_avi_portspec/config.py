"""The settings of a project in its ``conf.py``, and their checks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinx.errors import ConfigError
from sphinx.util import logging

from avi_portspec import (
    InvalidDataError,
    InvalidQueryError,
    PortSpecError,
    UnknownNameError,
    __version__,
    load_deployment,
)
from avi_portspec.beyond.files import library
from avi_portspec.documents import join
from avi_portspec.model.catalog import names_of
from avi_portspec.names import is_file_name
from sphinx_avi_portspec.grouped import MARKS
from sphinx_avi_portspec.layouts import LAYOUTS, find_columns
from sphinx_avi_portspec.sources import find_edition, find_edition_files

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

    from avi_portspec import Edition

__all__ = ["SETTINGS", "setup_config"]

logger = logging.getLogger(__name__)

_YES: Final = True


class Setting(NamedTuple):
    """A value that a project can set.

    Attributes:
        name: Its name in ``conf.py``.
        default: Its default.
        rebuild: What a change makes stale: every document (``env``), or
            none.
        types: The types that it can have.
        description: Its purpose.
    """

    name: str
    default: object
    rebuild: str
    types: tuple[type, ...]
    description: str


SETTINGS: Final = (
    Setting(
        "avi_portspec_edition",
        "",
        "env",
        (str,),
        "The edition that directives use by default, by id or alias; empty "
        "for the newest bundled edition.",
    ),
    Setting(
        "avi_portspec_files",
        [],
        "env",
        (list, tuple),
        "Paths of your own editions and overlays, relative to conf.py.",
    ),
    Setting(
        "avi_portspec_columns",
        "",
        "env",
        (str,),
        "The default columns of flat tables, as in the option :columns:.",
    ),
    Setting(
        "avi_portspec_layout",
        "grouped",
        "env",
        (str,),
        "The default layout of tables: grouped, flat or published.",
    ),
    Setting(
        "avi_portspec_marks",
        "folded",
        "env",
        (str,),
        "Where tables say what is assumed: folded, below, link or none.",
    ),
    Setting(
        "avi_portspec_labels",
        {},
        "env",
        (dict,),
        "Your own names of endpoints, wherever one is named, by any name of "
        "the endpoint.",
    ),
    Setting(
        "avi_portspec_source_line",
        _YES,
        "env",
        (bool,),
        "Whether a line below each table names its source.",
    ),
    Setting(
        "avi_portspec_lint",
        "",
        "env",
        (str,),
        "The deployment that tables and lists of ports, written by hand, are "
        "audited for, as in the option :deployment:; empty for no audit.",
    ),
    Setting(
        "avi_portspec_requires",
        "",
        "",
        (str,),
        "The accepted versions of avi-portspec, as a version specifier: "
        "~=1.2.",
    ),
    Setting(
        "avi_portspec_digest",
        "",
        "",
        (str, dict),
        "The digest that the default edition must have; or a mapping from "
        "editions to their digests.",
    ),
)


def check(app: Sphinx, config: Config) -> None:
    """Stop the build if a setting is wrong or a pin does not fit.

    Raises:
        ConfigError: A setting is wrong, or a pin does not fit.
    """
    config.avi_portspec_files = [
        str(Path(app.confdir, path)) for path in config.avi_portspec_files
    ]
    _check_version(config.avi_portspec_requires)
    _check_labels(config)
    for name, words in (("layout", LAYOUTS), ("marks", MARKS)):
        value = getattr(config, f"avi_portspec_{name}")
        if value not in words:
            expected = join("or", map(repr, words))
            raise ConfigError(
                f"avi_portspec_{name}: expected {expected}, got {value!r}"
            )
    try:
        if config.avi_portspec_columns:
            find_columns(config.avi_portspec_columns, decided=False)
    except (UnknownNameError, InvalidQueryError) as wrong:
        raise ConfigError(f"avi_portspec_columns: {wrong}") from None
    try:
        find_edition_files(config)
    except (PortSpecError, OSError) as wrong:
        raise ConfigError(f"avi_portspec_files: {wrong}") from None
    try:
        edition = find_edition(config, "")
    except InvalidDataError:
        # The directives that use it report the faults at their lines.
        return
    except UnknownNameError as wrong:
        raise ConfigError(f"avi_portspec_edition: {wrong}") from None
    _check_endpoints(config, edition)
    _check_lint(app, config, edition)
    pins = config.avi_portspec_digest
    if isinstance(pins, str):
        pins = {"": pins} if pins else {}
    for name, digest in pins.items():
        _check_digest(config, name, digest)


def _check_version(specifier: str) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        accepted = SpecifierSet(specifier)
    except InvalidSpecifier as wrong:
        raise ConfigError(f"avi_portspec_requires: {wrong}") from None
    if not accepted.contains(__version__, prereleases=True):
        raise ConfigError(
            f"avi_portspec_requires: expected avi-portspec{specifier}, but "
            f"{__version__} is installed"
        )


def _check_labels(config: Config) -> None:
    """Check that labels are texts by strings.

    Before any edition is found, which has them.
    """
    labels = config.avi_portspec_labels
    if not isinstance(labels, dict):
        raise ConfigError(
            "avi_portspec_labels: expected a mapping from endpoints to their "
            f"names, got {labels!r}"
        )
    for name, text in labels.items():
        if not isinstance(name, str):
            raise ConfigError(
                f"avi_portspec_labels: expected an endpoint, got {name!r}"
            )
        if not isinstance(text, str) or not text.strip():
            raise ConfigError(
                f"avi_portspec_labels: expected text for {name!r}, got "
                f"{text!r}"
            )


def _check_endpoints(config: Config, edition: Edition) -> None:
    """Check that labels are for endpoints, and keep them by id.

    A directive can show another edition than the default one, or what other
    sources state. Warn of the labels of what is none of all these.
    """
    labels: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, text in config.avi_portspec_labels.items():
        if not (found := edition.endpoints.get(name)) and not others:
            others = {
                other: endpoint.id
                for file in find_edition_files(config)
                for endpoint in find_edition(config, file).endpoints
                for other in names_of(endpoint)
            }
            for endpoint in library().endpoints:
                for other in names_of(endpoint):
                    others.setdefault(other, endpoint.id)
        key = found.id if found else others.get(name)
        if key is None:
            known = [*edition.endpoints.ids(), *others]
            logger.warning(
                "avi_portspec_labels: %s",
                UnknownNameError("endpoint", name, known),
                type="avi_portspec",
                subtype="labels",
            )
            continue
        if key in labels:
            raise ConfigError(
                f"avi_portspec_labels: two names for the endpoint {key!r}"
            )
        labels[key] = text
    config.avi_portspec_labels = labels


def _check_lint(app: Sphinx, config: Config, edition: Edition) -> None:
    """Check the deployment of the audit; its file is beside ``conf.py``.

    Directives take files relative to the source folder.
    """
    asked = config.avi_portspec_lint
    try:
        if is_file_name(asked):
            path = Path(app.confdir, asked)
            edition.resolve(load_deployment(path))
            found = os.path.relpath(path, app.srcdir)
            config.avi_portspec_lint = "/" + Path(found).as_posix()
        elif asked:
            edition.resolve(asked)
    except (PortSpecError, OSError) as wrong:
        raise ConfigError(f"avi_portspec_lint: {wrong}") from None


def _check_digest(config: Config, name: str, pinned: str) -> None:
    try:
        edition = find_edition(config, name)
    except PortSpecError as wrong:
        raise ConfigError(f"avi_portspec_digest: {wrong}") from None
    if edition.digest == pinned:
        return
    # The pin may fit another edition: then the data has not changed, but the
    # default has.
    others = (
        other
        for other in find_edition_files(config)
        if find_edition(config, other).digest == pinned
    )
    other = next(others, None)
    why = (
        f"the pin fits edition {other!r}: set avi_portspec_edition to it, "
        "or pin the other"
        if other
        else "its data has changed since it was pinned; review the changes "
        "before you update the pin"
    )
    raise ConfigError(
        f"avi_portspec_digest: edition {edition.id!r} (avi-portspec "
        f"{__version__}) has the digest {edition.digest}, but {pinned} is "
        f"pinned: {why}"
    )


def setup_config(app: Sphinx) -> None:
    """Add the settings."""
    for setting in SETTINGS:
        app.add_config_value(
            setting.name,
            setting.default,
            setting.rebuild,  # type: ignore[arg-type]
            types=frozenset(setting.types),
            description=setting.description,
        )
    app.connect("config-inited", check)
