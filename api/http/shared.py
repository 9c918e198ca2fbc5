"""What server processes share: the model and compiled code, loaded once by the process that they are forked from.

That process begins no threads, which a fork would lose: tables are read by a process beside it.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable
from functools import partial
from pathlib import Path

from api.http.champion import Champion
from features.children import begin
from features.errors import NotReadyError
from features.home import Home
from features.reference import Reference
from models.bundle import Bundle, reference_of
from models.champion import champion_folder


class Shared:
    """The champion of the process that others are forked from."""

    def __init__(self, home: Home, *, compiled: bool) -> None:
        """Begin to read the champion's tables; ``prepare`` waits for them."""
        self.champion = Champion(home, compiled=compiled)
        self._begun: dict[Path, Callable[[], Reference]] = {}
        with contextlib.suppress(NotReadyError):
            self._begin(champion_folder(home))

    def prepare(self) -> None:
        """Load what is there; what cannot be loaded each worker asks for itself, and tells of."""
        self.champion.prepare(self._read)
        gc.freeze()

    def _begin(self, folder: Path) -> Callable[[], Reference]:
        found = self._begun[folder] = begin(partial(reference_of, folder))
        return found

    def _read(self, folder: Path) -> Bundle:
        waiting = self._begun.pop(folder, None) or begin(partial(reference_of, folder))
        return Bundle.load(folder, waiting())
