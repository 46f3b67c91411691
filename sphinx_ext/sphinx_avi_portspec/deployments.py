"""Where a directive's deployment comes from, and which documents use it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sphinx.environment.collectors import EnvironmentCollector

from avi_portspec import (
    PortSpecError,
    UnknownNameError,
    dumps_deployment,
    loads_deployment,
    preset,
)

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from avi_portspec import Deployment

__all__ = ["deployment_used", "setup"]

#: What tells a file from a preset: no preset is called so.
_FILE = ".toml"


def deployment_used(env: BuildEnvironment, name: str) -> Deployment:
    """Return a deployment, and note that the current document depends on it.

    As for an edition, two things are noted: the file, and what it says, for
    an older file in its place, or another preset in a newer package, has no
    time that would give it away.

    Args:
        env: The project's environment.
        name: A preset; or the path of a file, which ends with ``.toml``:
            relative to the document or, with ``/`` before it, to the source
            folder.

    Raises:
        UnknownNameError: There is no such preset, or no such file.
        InvalidDataError: The file holds no sound deployment.
        OSError: The file cannot be read.
    """
    key = name
    if name.endswith(_FILE):
        key, _ = env.relfn2path(name)
        env.note_dependency(key)
    digests = _uses(env).setdefault(env.docname, {})
    # What fails is noted too: once it is put right, it is read again.
    digests[key] = ""
    try:
        found = _read(env, key)
    except FileNotFoundError:
        raise UnknownNameError(
            "deployment file", name, _beside(env, name, key)
        ) from None
    digests[key] = _digest(found)
    return found


def _read(env: BuildEnvironment, key: str) -> Deployment:
    """Return a preset, or what a file below the source folder says."""
    if not key.endswith(_FILE):
        return preset(key)
    text = Path(env.srcdir, key).read_bytes()
    return loads_deployment(text, subject=key)


def _beside(env: BuildEnvironment, name: str, key: str) -> list[str]:
    """Return the files that may have been meant, spelled as *name* is."""
    folder = Path(env.srcdir, key).parent
    start = PurePosixPath(name).parent
    found = sorted(folder.glob(f"*{_FILE}"))
    return [str(start / path.name) for path in found]


def _digest(deployment: Deployment) -> str:
    text = dumps_deployment(deployment)
    return hashlib.sha256(text.encode()).hexdigest()


def _uses(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """Return what each document asked for, with the digest that it had.

    Plain builtins, for an environment is read back by whatever version of
    this package is installed then.
    """
    found: dict[str, dict[str, str]] = vars(env).setdefault(
        "avi_portspec_deployments", {}
    )
    return found


class DeploymentCollector(EnvironmentCollector):
    """Keeps, from one build to the next, which document uses which."""

    def clear_doc(
        self, app: Sphinx, env: BuildEnvironment, docname: str
    ) -> None:
        """Forget what a document used."""
        _uses(env).pop(docname, None)

    def merge_other(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        docnames: Any,
        other: BuildEnvironment,
    ) -> None:
        """Take over what another process has read."""
        for docname, digests in _uses(other).items():
            if docname in docnames:
                _uses(env)[docname] = digests

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Do nothing: directives have noted what they use."""

    def get_outdated_docs(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        added: set[str],
        changed: set[str],
        removed: set[str],
    ) -> list[str]:
        """Return the documents whose deployments say something else now."""
        uses = _uses(env)
        now = _digests(env, {key for used in uses.values() for key in used})
        return [
            docname
            for docname, used in uses.items()
            if any(now[key] != digest for key, digest in used.items())
        ]


def _digests(env: BuildEnvironment, keys: Iterable[str]) -> dict[str, str]:
    found = {}
    for key in keys:
        try:
            found[key] = _digest(_read(env, key))
        except (PortSpecError, OSError):
            # Read anew, the document says what is wrong, and where.
            found[key] = ""
    return found


def setup(app: Sphinx) -> None:
    """Have the uses kept."""
    app.add_env_collector(DeploymentCollector)
