"""Compiled code that is there already: to take it from the cache is a tenth of a second, to make it half a minute."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class NotCompiledError(Exception):
    """Something would have to be compiled first."""


@contextmanager
def compiled_before() -> Iterator[None]:
    """Let what this thread calls in the block take compiled code from numba's cache, and not compile any.

    Raises
    ------
    NotCompiledError
        Where the cache lacks some of it.
    """
    from numba.core import event  # noqa: PLC0415 - serving does without it

    owner = threading.get_ident()

    class Refuse(event.Listener):
        def on_start(self, event: object) -> None:
            if threading.get_ident() == owner:
                raise NotCompiledError("compiled code that is not in the cache")

        def on_end(self, event: object) -> None:
            pass

    with event.install_listener("numba:compile", Refuse()):
        yield
