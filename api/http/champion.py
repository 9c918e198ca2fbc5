"""The engine that serves: follows the pointer to the champion, and keeps the last good one whatever happens."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from pathlib import Path

from api.http import compiling
from api.http.settled import settle_anew
from api.http.trial import tried
from features.errors import KarmapathError, NotReadyError
from features.home import Home
from models.bundle import Bundle
from models.champion import champion_folder, pointer_file
from recommender.engine import Engine
from recommender.listing.compiled import NotCompiledError, compiled_before

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
    is said in a fraction of the time as soon as the compiled code is loaded. At the very first start a process beside
    this one compiles it first (``api.http.compiling``).
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

    def prepare(self, read: Callable[[Path], Bundle]) -> None:
        """Load what is there, compiled code too, and begin no thread: for a process that others are forked from."""
        with self._lock:
            self._load(read)
            engine = self._compiled_of(self._engine, compiled_before) if self._slow else None
            if engine is not None:
                self._take(engine)

    def _follow(self) -> None:
        """Begin to load what should serve, if it does not, in the background."""
        if self._is_new() and self._lock.acquire(blocking=False):
            threading.Thread(target=self._refresh_and_release, name="champion", daemon=True).start()

    def _refresh_and_release(self) -> None:
        try:
            self._load()
            if self._slow:
                self._compile()
        finally:
            self._lock.release()
        settle_anew()

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

    def _load(self, read: Callable[[Path], Bundle] = Bundle.load) -> None:
        mark, served = self._mark(), self._engine
        if served is not None and mark == self._loaded:
            return
        try:
            engine = tried(Engine(read(champion_folder(self._home))))
            if served is not None and served.compiled:  # nobody waits
                engine = self._compiled_of(engine, nullcontext) or engine
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
            self._take(engine)
            self._loaded, self.problem = mark, None

    def _take(self, engine: Engine) -> None:
        self._engine = engine
        log.info("champion %s serves%s", engine.version, ", compiled" if engine.compiled else "")

    def _compile(self) -> None:
        """Have the engine that serves answer by compiled code; a new champion does not wait while it is compiled."""
        engine = self._compiled_of(self._engine, compiled_before)
        if engine is None and self._compiled:
            for _ in compiling.steps(self._home):
                if time.monotonic() >= self._look_at:
                    self._load()
            engine = self._compiled_of(self._engine, nullcontext)
        if engine is not None:
            self._take(engine)

    def _compiled_of(self, plain: Engine | None, within: Callable[[], AbstractContextManager[None]]) -> Engine | None:
        """Return the compiled engine of the same bundle; ``None`` where there can be none, or none ``within`` that."""
        if not self._compiled or plain is None:
            return None
        try:
            with within():
                return tried(Engine(plain.bundle, compiled=True))
        except NotCompiledError:
            return None
        except Exception as error:  # numba has many of its own
            log.warning("lists are made without compiled code: %s: %s", type(error).__name__, error)
            self._compiled = False
            return None

    def _failed(self, error: KarmapathError) -> None:
        if str(error) != str(self.problem):  # it is tried again every moment, and told once
            log.error("the champion was not loaded: %s", error)
        self.problem = error
        self._look_at = time.monotonic() + RETRY_SECONDS
