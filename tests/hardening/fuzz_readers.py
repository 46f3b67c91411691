"""Fuzz every reader, guided by what of the code each input reaches.

``python tests/hardening/fuzz_readers.py --seconds 15`` ends with 0 if only
documented errors came out. It needs the dependency group ``fuzz``; without
it, it says so, and ends with 0 unless ``--required``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

if atheris is not None:
    with atheris.instrument_imports(include=["avi_portspec", "tomllib"]):
        import hostile_readers
else:
    import hostile_readers

#: Words of the formats, which a fuzzer would take long to come upon.
WORDS = (
    *("format", "id", "title", "flows", "ports", "protocols", "low", "high"),
    *("facet", "values", "unstated", "all", "any", "unless", "clouds"),
    *("controller", "service-engine", "cluster-ip", "shared", "tcp", "icmp"),
    *("[[", "]]", " = ", '"""', "'''", "true", "10.0.0.0/8", "<td>", "&#x"),
    *("*filter", "-A INPUT", "-j ACCEPT", "--dport", "! -s", "any", "in"),
    *("IpPermissions", "securityRules", "allowed", "rule", "expr", "match"),
    *("</script>", "<!--", "|---|", "- ", "NaN", "1e999", "0x", "version"),
)


def one_input(data: bytes) -> None:
    """Give the reader that the first byte names the rest."""
    names = list(hostile_readers.READERS)
    if data:
        hostile_readers.survives(names[data[0] % len(names)], data[1:])


def corpus(folder: Path) -> None:
    """Write the texts that the fuzzer starts from, made from the data."""
    for at, (name, text) in enumerate(hostile_readers.examples().items()):
        (folder / name).write_bytes(bytes([at]) + text.encode()[:20_000])


def main() -> int:
    """Run the fuzzer in a process of its own, and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--required", action="store_true")
    given = parser.parse_args()
    if atheris is None:
        sys.stdout.write(
            "skipped: no atheris for this Python; install the dependency "
            "group fuzz\n"
        )
        return int(given.required)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "corpus").mkdir()
        corpus(folder / "corpus")
        words = "".join(
            '"{}"\n'.format(word.replace("\\", "\\\\").replace('"', '\\"'))
            for word in WORDS
        )
        (folder / "words").write_text(words, encoding="utf-8")
        # One that takes longer, or more memory, is reported as a crash.
        return subprocess.run(
            [
                *(sys.executable, __file__, "--child"),
                *(f"-max_total_time={given.seconds}", "-max_len=20000"),
                *("-timeout=20", "-rss_limit_mb=1024", "-seed=1"),
                *(f"-dict={folder / 'words'}", "-print_final_stats=1"),
                f"-artifact_prefix={Path.cwd()}/",
                str(folder / "corpus"),
            ],
            check=False,
        ).returncode


if __name__ == "__main__":
    if "--child" in sys.argv:
        sys.argv.remove("--child")
        atheris.Setup(sys.argv, one_input)
        atheris.Fuzz()
    else:
        sys.exit(main())
