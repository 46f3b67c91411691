"""Pages in a real browser: what the tests of several parts share."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

__all__ = [
    "POLICY",
    "axe_script",
    "chromium",
    "quiet_page",
    "serving",
    "violations",
]

CHROMIUM = "/usr/bin/chromium"

#: No inline script, no inline style, nothing from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:"
)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word, under a policy."""

    policy = ""

    def end_headers(self) -> None:
        """Add the policy to each answer."""
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path, policy: str = "") -> Iterator[str]:
    """Serve a folder on this machine; the value is its address."""
    handler = type("Served", (Handler,), {"policy": policy})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(handler, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium, driven by Playwright."""
    api = pytest.importorskip(
        "playwright.sync_api",
        reason="browser tests need Playwright: pip install playwright",
    )
    if not Path(CHROMIUM).exists():
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    with api.sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
            ],
        )
        yield made
        made.close()


def axe_script() -> str:
    """Return the script of axe, which finds what keeps people out."""
    package = pytest.importorskip(
        "axe_playwright_python",
        reason="axe is missing: pip install axe-playwright-python",
    )
    (script,) = Path(package.__file__).parent.glob("*.js")
    return script.read_text(encoding="utf-8")


def violations(page: Any, **options: Any) -> list[tuple[str, list[str]]]:
    """Return what axe, which the page has loaded, finds in it, and where.

    The theme's own frame is the theme's affair, what a site writes into it
    is the site's.
    """
    found = page.evaluate(
        "options => axe.run('article, .announcement', options)",
        {"resultTypes": ["violations"], "preload": False, **options},
    )
    return [
        (each["id"], [n["html"][:100] for n in each["nodes"]][:3])
        for each in found["violations"]
    ]


@contextmanager
def quiet_page(browser: Any, address: str) -> Iterator[Any]:
    """Open a page of which no script may have complained."""
    context = browser.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda said: (
            wrong.append(said.text) if "avi-portspec" in said.text else None
        ),
    )
    page.goto(address)
    yield page
    assert wrong == []
    context.close()
