"""Which writer a build has: ours in HTML, or one that does not know us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from avi_portspec.documents.html import WHOLE
from sphinx_avi_portspec.domain import get_domain

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder

__all__ = [
    "HtmlTransform",
    "PlainTransform",
    "find_writer",
    "has_scripts",
    "keep_whole",
    "setup_writers",
]

#: HTML with our visitors; messages for translators, which are taken from our
#: nodes; or docutils' nodes alone.
Writer = Literal["html", "messages", "plain"]

#: Nodes that have visitors where our HTML is written.
_NEEDED: Final = frozenset({"AviBlock", "AviMark", "AviNeedCell"})


class HtmlTransform(SphinxPostTransform):
    """A transform for the writers that have our visitors."""

    def is_supported(self) -> bool:
        """Return whether the writer has them."""
        return get_domain(self.env).writer == "html"


class PlainTransform(SphinxPostTransform):
    """A transform for all writers that know docutils' nodes alone."""

    def is_supported(self) -> bool:
        """Return whether the writer is one."""
        return get_domain(self.env).writer == "plain"


def has_scripts(builder: Builder) -> bool:
    """Return whether the pages of a builder run scripts.

    Those of books and of help viewers do not, or not in every reader.
    """
    return not getattr(builder, "embedded", False)


def keep_whole(html: str) -> str:
    """Return a text in HTML, in some words of which no line ends."""
    return WHOLE.sub(r'<span class="avi-whole">\1</span>', html)


def find_writer(app: Sphinx) -> Writer:
    """Return what the builder's writer can write.

    The name of a format does not tell: other builders call theirs HTML too,
    with translators of their own. And a builder for whose name any extension
    has added visitors gets none of those for its format.
    """
    builder = app.builder
    if builder.name == "gettext":
        return "messages"
    handlers = app.registry.translation_handlers
    known = handlers.get(builder.name, handlers.get(builder.format, {}))
    try:
        translator = app.registry.get_translator_class(builder)
    except AttributeError:
        # It writes by other means.
        return "plain"
    if known.keys() >= _NEEDED and issubclass(translator, HTML5Translator):
        return "html"
    return "plain"


def note_writer(app: Sphinx) -> None:
    """Keep what the builder's writer can write, for the transforms."""
    get_domain(app.env).writer = find_writer(app)


def setup_writers(app: Sphinx) -> None:
    """Find the writer after others have set their translators."""
    app.connect("builder-inited", note_writer, priority=900)
