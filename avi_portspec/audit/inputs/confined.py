"""A process that reads one folder, and that has no network.

The kernel confines it where it lets any process do so: with a network
namespace (unshare(2)), Landlock (landlock(7)) and chroot(2). Elsewhere, and
on systems other than Linux, it does less, and says so.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["confine_reading", "enter", "leave_network"]

_NEW_USER, _NEW_NET = 0x1000_0000, 0x4000_0000
_NO_NEW_PRIVILEGES: Final = 38
#: The system calls of Landlock have these numbers on every architecture.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION: Final = 1
#: The first version in which rules can be about TCP.
_WITH_TCP: Final = 4
_BENEATH: Final = 1
#: Of files and folders all that the first version knows, and of it to read.
_ACCESS: Final = (1 << 13) - 1
_READ: Final = 1 << 2 | 1 << 3
#: To bind and to connect.
_TCP: Final = 1 << 0 | 1 << 1


class _Handled(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _Allowed(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("folder", ctypes.c_int32))


def leave_network() -> bool:
    """Leave all networks; return whether the kernel lets this process.

    To be called before other threads are started.
    """
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    # The first is for root; anyone else becomes root of a namespace.
    return unshare is not None and any(
        not unshare(flags) for flags in (_NEW_NET, _NEW_USER | _NEW_NET)
    )


def confine_reading(folder: str) -> bool:
    """Let this process read a folder, and what it runs; return whether it is.

    Whether other files exist, it still can see. To be called before other
    threads are started.

    Args:
        folder: The folder.
    """
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None).syscall
    call.restype = ctypes.c_long
    version = call(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return False
    handled = _Handled(_ACCESS, _TCP)
    size = 16 if version >= _WITH_TCP else 8
    rules = call(_CREATE, ctypes.byref(handled), ctypes.c_size_t(size), 0)
    for path in {folder, *_own_folders()}:
        with suppress(OSError):
            opened = os.open(path, os.O_PATH | os.O_DIRECTORY)
            allowed = _Allowed(_READ, opened)
            call(_ADD, rules, _BENEATH, ctypes.byref(allowed), 0)
            os.close(opened)
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return not call(_RESTRICT, rules, 0)


def _own_folders() -> Iterator[str]:
    """Yield the folders that hold what the interpreter runs."""
    yield from filter(os.path.isabs, sys.path)
    for line in Path("/proc/self/maps").read_text("utf-8").split("\n"):
        _, slash, path = line.partition("/")
        if slash:
            yield os.fspath(Path("/", path).parent)


def enter(folder: str) -> bool:
    """Take a folder for all that there is; return whether the kernel does.

    All that is needed from elsewhere has to be loaded already.

    Args:
        folder: The folder.
    """
    try:
        os.chroot(folder)
    except OSError:
        return False
    os.chdir("/")
    return True
