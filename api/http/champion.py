"""The engine that serves: follows the pointer to the champion, and keeps the last good one whatever happens."""

from __future__ import annotations

import logging
import os
import threading
import time

from features.errors import KarmapathError, NotReadyError
from features.home import Home
from features.records import Learner, LearnerRecord
from features.times import now
from models.bundle import Bundle
from models.champion import champion_folder, pointer_file
from recommender.engine import Engine

log = logging.getLogger("karmapath.champion")

RETRY_SECONDS = 5.0
"""How long a bundle that did not load is left alone."""


class Champion:
    """Holds the engine of the champion bundle; a new champion is loaded beside it and then takes its place.

    Asking for the engine costs one look at the pointer file. While a new bundle loads, the old one answers, so a
    promotion drops no request. A bundle that cannot be loaded is told in the log and tried again; the last good one
    goes on serving.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._pointer = str(pointer_file(home))
        self._engine: Engine | None = None
        self._loaded: object = None
        self._retry_at = 0.0
        self._lock = threading.Lock()
        self.problem: KarmapathError | None = None
        """Why the pointer's bundle is not the one that serves; ``None`` if it is."""

    def engine(self) -> Engine:
        """Return the engine that serves; ``NotReadyError`` if there never was one.

        The first one is loaded here; a newer one in the background.
        """
        if self._engine is None:
            if time.monotonic() >= self._retry_at:
                self.refresh()
        elif self._is_new() and self._lock.acquire(blocking=False):
            threading.Thread(target=self._refresh_and_release, name="champion", daemon=True).start()
        if self._engine is None:
            raise self.problem or NotReadyError("no model", "a trained model", "run 'karmapath train' first")
        return self._engine

    def refresh(self) -> None:
        """Load the pointer's bundle now, if it is not the one that serves."""
        with self._lock:
            self._load()

    def _refresh_and_release(self) -> None:
        try:
            self._load()
        finally:
            self._lock.release()

    def _is_new(self) -> bool:
        return self._mark() != self._loaded and time.monotonic() >= self._retry_at

    def _mark(self) -> object:
        """Return what changes when the pointer moves."""
        try:
            state = os.stat(self._pointer)  # noqa: PTH116 - asked for by every request
        except OSError:
            return None
        return state.st_mtime_ns, state.st_ino, state.st_size

    def _load(self) -> None:
        mark = self._mark()
        if self._engine is not None and mark == self._loaded:
            return
        try:
            engine = _open(self._home)
        except KarmapathError as error:
            self._failed(error)
        except Exception as error:
            self._failed(
                NotReadyError(
                    f"a bundle that does not answer ({type(error).__name__}: {error})",
                    "a whole bundle of this release",
                    "run 'karmapath train', or promote one that answers",
                )
            )
        else:
            self._engine, self._loaded, self.problem = engine, mark, None
            log.info("champion %s serves", engine.version)

    def _failed(self, error: KarmapathError) -> None:
        self.problem = error
        self._retry_at = time.monotonic() + RETRY_SECONDS
        log.error("the champion was not loaded: %s", error)


def _open(home: Home) -> Engine:
    """Load the champion and have it answer once: what cannot answer does not serve, and no request waits for disk."""
    engine = Engine(Bundle.load(champion_folder(home)))
    missing = sum(course not in engine.reference.courses for course in engine.bundle.course_ids)
    if missing:
        raise NotReadyError(f"a bundle without {missing} of its courses", "a whole bundle", "train or promote again")
    engine.recommend(LearnerRecord(Learner("")), now())
    return engine
