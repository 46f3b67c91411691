"""The command line: ``avi-portspec``, or ``python -m avi_portspec``.

The library does not need what the command line does, so that comes with the
extra ``cli``. Nothing here is imported before it is used: a command that
prints what a script waits for starts at once.
"""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main", "script"]

#: The packages of the extra, which everything here needs.
_NEEDED = ("click", "rich")


def script() -> int:
    """Run the command line as the whole process.

    Returns:
        The exit code.
    """
    code = main()
    # The interpreter would look through all that was made for garbage once
    # more before it ends: a fifth of the time that the whole answer takes.
    gc.freeze()
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit code.

    0 is yes, 1 is no or something was found, 2 is wrong usage or bad
    input; 130 follows an interrupt, and 141 a pipe without a reader.

    Args:
        arguments: The arguments after the name; without them, those that
            the process was started with.
    """
    # A process that answers once has next to nothing worth collecting, and
    # looking for it takes a tenth of the time until the answer.
    collecting = gc.isenabled()
    gc.disable()
    if sys.stdin is None or sys.stdout is None:
        # Imported here: few processes are started so.
        from avi_portspec.cli.streams import replace_missing

        replace_missing()
    try:
        from avi_portspec.cli.program import run

        return run(sys.argv[1:] if arguments is None else [*arguments])
    except ModuleNotFoundError as wrong:
        # One of the two can be there without the other, which is found out
        # only when an answer is about to be shown.
        if (wrong.name or "").partition(".")[0] not in _NEEDED:
            raise
        from avi_portspec.errors import MissingExtraError

        sys.stderr.write(f"{MissingExtraError('the command line', 'cli')}\n")
        return 2
    except KeyboardInterrupt:
        # While the program itself is still being imported.
        return 130
    finally:
        if collecting:
            gc.enable()
