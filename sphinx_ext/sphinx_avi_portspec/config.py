"""What a project can set in its ``conf.py``, and what it can insist on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinx.errors import ConfigError

from avi_portspec import (
    InvalidDataError,
    PortSpecError,
    UnknownNameError,
    __version__,
)
from sphinx_avi_portspec.columns import chosen
from sphinx_avi_portspec.sources import edition_files_of, edition_named

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

__all__ = ["SETTINGS", "Setting", "setup"]


class Setting(NamedTuple):
    """A value that a project can set.

    Attributes:
        name: Its name in ``conf.py``.
        default: What it is where a project does not set it.
        rebuild: What a change of it makes stale: every document
            (``env``), or none.
        types: What it can be.
        description: What it is for.
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
        "The id of the edition that is used where none is named; empty for "
        "the newest that comes with the package.",
    ),
    Setting(
        "avi_portspec_files",
        [],
        "env",
        (list, tuple),
        "Paths of edition files of your own, relative to conf.py.",
    ),
    Setting(
        "avi_portspec_columns",
        "",
        "env",
        (str,),
        "The columns of flat tables that do not say which, written as in "
        "the option :columns:.",
    ),
    Setting(
        "avi_portspec_layout",
        "flat",
        "env",
        (str,),
        "The layout of tables that do not say which: flat or published.",
    ),
    Setting(
        "avi_portspec_requires",
        "",
        "",
        (str,),
        "The versions of avi-portspec that the project accepts, as a "
        "version specifier such as ~=1.2.",
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
    """Stop the build if the project asked for something else than it gets.

    Raises:
        ConfigError: A setting is wrong, or insists on what is not there.
    """
    config.avi_portspec_files = [
        str(Path(app.confdir, path)) for path in config.avi_portspec_files
    ]
    _check_version(config.avi_portspec_requires)
    if config.avi_portspec_layout not in {"flat", "published"}:
        raise ConfigError(
            "avi_portspec_layout: wanted 'flat' or 'published', got "
            f"{config.avi_portspec_layout!r}"
        )
    try:
        if config.avi_portspec_columns:
            chosen(config.avi_portspec_columns)
    except (UnknownNameError, ValueError) as wrong:
        raise ConfigError(f"avi_portspec_columns: {wrong}") from None
    try:
        edition_files_of(config)
    except (PortSpecError, OSError) as wrong:
        raise ConfigError(f"avi_portspec_files: {wrong}") from None
    try:
        edition_named(config, "")
    except InvalidDataError:
        # Whoever uses it says so, and where.
        return
    except UnknownNameError as wrong:
        raise ConfigError(f"avi_portspec_edition: {wrong}") from None
    pins = config.avi_portspec_digest
    if isinstance(pins, str):
        pins = {"": pins} if pins else {}
    for name, digest in pins.items():
        _check_digest(config, name, digest)


def _check_version(wanted: str) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        accepted = SpecifierSet(wanted)
    except InvalidSpecifier as wrong:
        raise ConfigError(f"avi_portspec_requires: {wrong}") from None
    if not accepted.contains(__version__, prereleases=True):
        raise ConfigError(
            f"avi_portspec_requires: wanted avi-portspec{wanted}, but "
            f"{__version__} is installed"
        )


def _check_digest(config: Config, name: str, pinned: str) -> None:
    try:
        edition = edition_named(config, name)
    except PortSpecError as wrong:
        raise ConfigError(f"avi_portspec_digest: {wrong}") from None
    if edition.digest == pinned:
        return
    # The pin may fit another edition: then it is not the data that has
    # changed, but which of them is the default.
    others = (
        other
        for other in edition_files_of(config)
        if edition_named(config, other).digest == pinned
    )
    other = next(others, None)
    why = (
        f"the pin is that of edition {other!r}: name it in "
        "avi_portspec_edition, or pin the other"
        if other
        else "its data has changed since it was pinned; read what has "
        "changed before you pin it anew"
    )
    raise ConfigError(
        f"avi_portspec_digest: edition {edition.id!r} (avi-portspec "
        f"{__version__}) has the digest {edition.digest}, but {pinned} is "
        f"pinned: {why}"
    )


def setup(app: Sphinx) -> None:
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
