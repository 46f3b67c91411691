"""What the tests of rules share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import pytest


@pytest.fixture(scope="session", autouse=True)
def _plugins_are_sought_once() -> Iterator[None]:
    """Have aerleon look for its plug-ins once, and not at each call.

    It reads what every installed package brings, which takes longer than
    all that it writes.
    """
    if find_spec("aerleon") is None:
        yield
        return
    supervisor = import_module("aerleon.lib.plugin_supervisor")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            supervisor, "_PluginSetup", cache(supervisor._PluginSetup)
        )
        yield
