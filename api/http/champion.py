"""The engine that serves: follows the pointer to the champion, and keeps the last good one whatever happens."""

from __future__ import annotations

import logging
import os
import threading
import time
from importlib.util import find_spec

from api.http.settled import settle
from features.errors import KarmapathError, NotReadyError
from features.home import Home
from features.records import Enrolment, Learner, LearnerRecord
from features.times import now
from models.bundle import Bundle
from models.champion import champion_folder, pointer_file
from recommender.engine import Engine

log = logging.getLogger("karmapath.champion")

LOOK_SECONDS = 0.02
"""How long one look at the pointer holds: asking a file system costs as much as a tenth of a list."""
RETRY_SECONDS = 5.0
"""How long a bundle that did not load is left alone."""


class Champion:
    """Holds the engine of the champion bundle; a new champion is loaded beside it and then takes its place.

    Who asks for the engine has the pointer file looked at. While a new bundle loads, the old one answers, so a
    promotion drops no request. A bundle that cannot be loaded is told in the log and tried again; the last good one
    goes on serving.

    With ``compiled``, where numba is installed, the first engine is there at once and answers without it; what it says
    is said in a fraction of the time as soon as the compiled code is loaded (at the very first start: compiled).
    """

    def __init__(self, home: Home, *, compiled: bool = False) -> None:
        self._home = home
        self._compiled = compiled and find_spec("numba") is not None
        self._pointer = str(pointer_file(home))
        self._engine: Engine | None = None
        self._loaded: object = None
        self._look_at = 0.0
        self._lock = threading.Lock()
        self.problem: KarmapathError | None = None
        """Why the pointer's bundle is not the one that serves; ``None`` if it is."""

    def engine(self) -> Engine:
        """Return the engine that serves; ``NotReadyError`` if there never was one.

        The first one is loaded here; a newer one in the background.
        """
        if self._engine is None:
            if time.monotonic() >= self._look_at:
                self.refresh()
        else:
            self._follow()
        if self._engine is None:
            raise self.problem or NotReadyError("no model", "a trained model", "run 'karmapath train' first")
        return self._engine

    def refresh(self) -> None:
        """Load the pointer's bundle now, if it is not the one that serves."""
        with self._lock:
            self._load()
        self._follow()

    def _follow(self) -> None:
        """Begin to load what should serve, if it does not, in the background."""
        if self._is_new() and self._lock.acquire(blocking=False):
            threading.Thread(target=self._refresh_and_release, name="champion", daemon=True).start()

    def _refresh_and_release(self) -> None:
        try:
            self._load()
        finally:
            self._lock.release()
        settle()

    def _is_new(self) -> bool:
        moment = time.monotonic()
        if moment < self._look_at or self._engine is None:
            return False
        self._look_at = moment + LOOK_SECONDS
        return self._mark() != self._loaded or self._slow

    def _mark(self) -> object:
        """Return what changes when the pointer moves."""
        try:
            state = os.stat(self._pointer)  # noqa: PTH116 - asked for again and again
        except OSError:
            return None
        return state.st_mtime_ns, state.st_ino, state.st_size

    @property
    def _slow(self) -> bool:
        """Whether the engine that serves could be compiled, and is not."""
        return self._compiled and self._engine is not None and not self._engine.compiled

    def _load(self) -> None:
        mark, served = self._mark(), self._engine
        known = served is not None and mark == self._loaded
        if known and not self._slow:
            return
        try:
            engine = (
                served if served is not None and known else _tried(Engine(Bundle.load(champion_folder(self._home))))
            )
            if served is not None:  # nobody waits
                engine = self._compiled_of(engine)
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
            log.info("champion %s serves%s", engine.version, ", compiled" if engine.compiled else "")

    def _compiled_of(self, plain: Engine) -> Engine:
        """Return the compiled engine of the same bundle; the plain one where there can be none."""
        if not self._compiled:
            return plain
        try:
            return _tried(Engine(plain.bundle, compiled=True))
        except Exception as error:  # numba has many of its own
            log.warning("lists are made without compiled code: %s: %s", type(error).__name__, error)
            self._compiled = False
            return plain

    def _failed(self, error: KarmapathError) -> None:
        self.problem = error
        self._look_at = time.monotonic() + RETRY_SECONDS
        log.error("the champion was not loaded: %s", error)


def _tried(engine: Engine) -> Engine:
    """Have an engine answer once: what cannot answer does not serve, and no request waits for disk or compiler."""
    missing = sum(course not in engine.reference.courses for course in engine.bundle.course_ids)
    if missing:
        raise NotReadyError(f"a bundle without {missing} of its courses", "a whole bundle", "train or promote again")
    somebody = Learner("", position=next(iter(engine.reference.positions), None))
    taken = Enrolment(engine.bundle.course_ids[0], "completed", enrolled_on=now())
    for record in (LearnerRecord(Learner("")), LearnerRecord(somebody, (taken,))):
        engine.recommend(record, now())
    return engine
