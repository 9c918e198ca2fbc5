"""Ids of lists: UUIDs that begin with the time (version 7, RFC 9562), so that new rows stand side by side."""

from __future__ import annotations

import os
import time

_DRAWN = 512
"""Ends of ids that are drawn at once: the system is asked for chance seldom."""
_ends: list[str] = []
os.register_at_fork(after_in_child=_ends.clear)  # two processes must not draw from one


def new_list_id() -> str:
    """Return an id that nobody can guess.

    >>> len(new_list_id()), new_list_id()[14]
    (36, '7')
    """
    milliseconds = time.time_ns() // 1_000_000
    return f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-{_end()}"


def _end() -> str:
    """Return what stands behind the time: version, variant and 74 bits of chance."""
    try:
        return _ends.pop()
    except IndexError:
        drawn = os.urandom(10 * _DRAWN).hex()
        _ends.extend(_written(drawn[start : start + 20]) for start in range(0, len(drawn), 20))
        return _ends.pop()


def _written(chance: str) -> str:
    variant = "89ab"[int(chance[3], 16) % 4]
    return f"7{chance[:3]}-{variant}{chance[4:7]}-{chance[7:19]}"
