"""What tests in a browser share sees what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browsing import find_violations, quiet, serving, shorten, show

pytestmark = pytest.mark.slow

#: Good in the light, but for one of its rows; another is bad in the dark.
PAGE = """<!doctype html><html lang="en"><title>A</title><style>
body { background: #fff; color: #000 } .b { color: #eee } .c { color: #333 }
@media (prefers-color-scheme: dark) {
  body { background: #000; color: #fff; transition: color .2s }
  .b { color: #ddd }
}
</style><article><table><tbody>
<tr><td>One</td></tr><tr><td>Two</td></tr><tr><td class="b">Three</td></tr>
<tr><td>Four</td></tr><tr><td class="c">Five</td></tr>
<tr><td><img></td></tr><tr><td><img></td></tr>
</tbody></table><p>Six <em>and</em> <em>seven</em></p><p>Eight</p>
</article></html>"""


def seen(page: Any) -> set[tuple[str, str]]:
    """Return what axe finds in it."""
    return {(scheme, rule) for scheme, rule, _ in find_violations(page)}


def test_axe_sees_light_and_dark(tab: Any) -> None:
    """Colours in both; all else, which is the same in both, once."""
    show(tab, "about:blank")
    tab.set_content(PAGE)
    found = find_violations(tab)
    assert [(scheme, rule) for scheme, rule, _ in found] == [
        ("light", "color-contrast"),
        ("light", "image-alt"),
        ("dark", "color-contrast"),
    ]
    assert [nodes for _, rule, nodes in found if rule[0] == "c"] == [
        ['<td class="b">Three</td>'],
        ['<td class="c">Five</td>'],
    ]


def test_what_a_shorter_page_leaves_out_is_there_once(tab: Any) -> None:
    """Axe finds in it what it finds in the whole."""
    show(tab, "about:blank")
    tab.set_content(PAGE)
    before = seen(tab)
    shorten(tab)
    left = tab.locator("tr").all_inner_texts()
    assert left == ["One", "Three", "Five", ""]
    assert tab.locator("p").all_inner_texts() == [
        "Six and",
        "Eight",
    ]
    assert seen(tab) == before


def test_nothing_is_fetched_from_elsewhere(tab: Any, tmp_path: Path) -> None:
    """No name leads anywhere, so that no test hangs on a network."""
    asked = "(at) => fetch(at, {mode: 'no-cors'}).then(() => 1, () => 0)"
    with serving(tmp_path) as address:
        show(tab, address)
        assert tab.evaluate(asked, address) == 1
        other = address.replace("127.0.0.1", "localhost")
        assert tab.evaluate(asked, other) == 0


@pytest.mark.parametrize(
    "script", ["setTimeout(() => { throw 1 })", "console.log('avi-portspec')"]
)
def test_a_script_that_complains_is_heard(tab: Any, script: str) -> None:
    """Of what it throws, and of what it says of itself."""
    show(tab, "about:blank")
    done = "new Promise((done) => setTimeout(done))"
    with pytest.raises(AssertionError), quiet(tab):
        tab.evaluate(f"() => {{ {script}; return {done} }}")
