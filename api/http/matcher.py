"""What serving knows of texts: roles read as competencies, designations as positions, courses as cover.

Each is learned from the bundle that serves when somebody first asks for it, in a thread of its own, and kept until
another bundle serves. Requests wait for it as long as they may (``ready``), none of the threads that solve paths does;
what was begun is finished for the next who asks.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal, cast, get_args

from api.http.problems import OverdueError
from api.http.serving_encoder import ServingEncoder
from features.home import Home
from features.reference import TableFolder
from features.text import Abbreviations, load_abbreviations
from recommender.engine import Engine
from recommender.matching.coverage import AskedCompetency, Coverage, OfferedCourse, analyse_coverage
from recommender.matching.designations import DesignationMatcher
from recommender.matching.role_mapping import RoleMapper

Learned = Literal["roles", "designations"]


class Matcher:
    """Holds what was learned for one bundle; safe to share between threads."""

    def __init__(self, home: Home, encoder: ServingEncoder) -> None:
        self._home = home
        self._encoder = encoder
        self._lock = threading.Lock()
        self._version = ""
        self._held: dict[str, Future[Any]] = {}

    @cached_property
    def abbreviations(self) -> Abbreviations:
        """The installation's list."""
        return load_abbreviations(self._home.abbreviations)

    def roles(self, engine: Engine) -> RoleMapper:
        """Return what reads the text of a role; whoever asks before it is ready waits."""
        return cast("RoleMapper", self._of(engine, "roles").result())

    def designations(self, engine: Engine) -> DesignationMatcher:
        """Return what reads a designation; whoever asks before it is ready waits."""
        return cast("DesignationMatcher", self._of(engine, "designations").result())

    def begin(self, engine: Engine) -> None:
        """Begin to learn all of it, in the background, if nobody has."""
        for name in get_args(Learned):
            self._of(engine, name)

    async def ready(self, engine: Engine, seconds: float, *names: Learned) -> None:
        """Wait until something is learned.

        Raises
        ------
        OverdueError
            If that takes longer than so many seconds; it is gone on with, and the next question finds it done.
        NotReadyError
            If what it needs is not installed.
        """
        learned = [asyncio.wrap_future(self._of(engine, name)) for name in names]
        try:
            async with asyncio.timeout(seconds):
                for one in learned:
                    await asyncio.shield(one)
        except TimeoutError:
            raise OverdueError(
                "texts that are still being read", "a mapping that was learned from them", "ask again in some seconds"
            ) from None

    def coverage(self, competencies: list[AskedCompetency], courses: list[OfferedCourse]) -> Coverage:
        """Return how well the courses cover the competencies."""
        return analyse_coverage(competencies, courses, self._encoder.forgetful, self.abbreviations)

    def _fit_roles(self, engine: Engine) -> RoleMapper:
        source = TableFolder(engine.bundle.folder / "reference")
        mapper = RoleMapper.fit(source, self._encoder.remembering, abbreviations=self.abbreviations)
        return replace(mapper, competencies=mapper.competencies.by(self._encoder.forgetful))

    def _of(self, engine: Engine, name: Learned) -> Future[Any]:
        with self._lock:
            if self._version != engine.version:
                self._version, self._held = engine.version, {}
            held = self._held.get(name)
            if held is None or (held.done() and held.exception() is not None):  # it is tried again, as it may have come
                held = self._held[name] = _begun(self._makers(engine)[name], name)
            return held

    def _makers(self, engine: Engine) -> dict[Learned, Callable[[], Any]]:
        return {
            "roles": lambda: self._fit_roles(engine),
            "designations": lambda: DesignationMatcher(engine.reference, self._encoder.forgetful, self.abbreviations),
        }


def _begun(make: Callable[[], Any], name: str) -> Future[Any]:
    """Begin to make something in a thread of its own, which no end of the process waits for."""
    promised: Future[Any] = Future()

    def work() -> None:
        try:
            promised.set_result(make())
        except BaseException as error:  # it is told to whoever waits
            promised.set_exception(error)

    threading.Thread(target=work, name=name, daemon=True).start()
    return promised
