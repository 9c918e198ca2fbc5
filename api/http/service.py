"""What every route works with: the settings, the store, the champion, the writer and the threads for paths."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import repeat
from typing import Any, ParamSpec, TypeVar, cast

from starlette.requests import Request

from api.http.audit_file import AuditFile
from api.http.auditor import Auditor
from api.http.champion import Champion
from api.http.fuse import Fuse
from api.http.igot.contents import Contents
from api.http.ledgers import Ledgers
from api.http.list_ids import new_list_id
from api.http.list_items import ListItems
from api.http.matcher import Learned, Matcher
from api.http.metrics import Metrics
from api.http.problems import OverdueError
from api.http.searcher import Searcher
from api.http.together import Together
from api.http.writer import Writer
from api.settings import Settings
from features.errors import KarmapathError, NotFoundError
from features.records import LearnerRecord
from features.store import ShownList, Store, StoreError
from features.times import now
from features.until import until
from recommender.engine import Engine
from recommender.ranked import PROPENSITY, Ranked

log = logging.getLogger("karmapath.service")

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Service:
    """One for each process."""

    settings: Settings
    store: Store
    champion: Champion
    clock: Callable[[], datetime] = now
    metrics: Metrics = field(default_factory=Metrics)
    _list_items: dict[tuple[str, str], ListItems] = field(default_factory=dict)
    _catalogues: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def open(
        cls, settings: Settings, clock: Callable[[], datetime], metrics: Metrics, champion: Champion | None = None
    ) -> Service:
        """Open the store, bring it up to date, and begin to follow the champion, loaded already or not."""
        store = Store(settings.database)
        store.migrate()
        follows = champion or Champion(settings.folders, compiled=settings.compiled)
        return cls(settings, store, follows, clock, metrics)

    @cached_property
    def writer(self) -> Writer:
        """The thread that writes for all requests."""
        return Writer(self.store, self.clock)

    @cached_property
    def fuse(self) -> Fuse:
        """What the portal's home page waits for the store with."""
        return Fuse(self.settings.store_patience)

    @cached_property
    def auditor(self) -> Auditor:
        """The thread that writes the audit log."""
        where = self.settings.audit
        sink = self.store.audit if where == "store" else AuditFile(self.settings.home / where)
        return Auditor(sink, self.clock, self.settings.audit_days)

    @cached_property
    def searcher(self) -> Searcher:
        """Search of the catalogue."""
        return Searcher(self.settings.folders)

    @cached_property
    def contents(self) -> Contents:
        """The catalogue as the platform's search shows it."""
        return Contents()

    @cached_property
    def ledgers(self) -> Ledgers:
        """Claims for fees, and records of completion."""
        return Ledgers(self.settings.folders)

    @cached_property
    def matcher(self) -> Matcher:
        """Matching of roles, designations and courses."""
        return Matcher(self.settings.folders, self.searcher.encoder)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.settings.path_threads, thread_name_prefix="path")

    def close(self) -> None:
        """Write what is waiting, then let go of everything."""
        self.writer.close()
        if "auditor" in self.__dict__:
            self.auditor.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self.store.close()

    @property
    def engine(self) -> Engine:
        """The engine of the champion."""
        return self.champion.engine()

    def courses(self, engine: Engine) -> frozenset[str]:
        """Return the ids that events may name: the same object as long as the champion is the same."""
        if engine.version not in self._catalogues:
            self._catalogues = {engine.version: frozenset(engine.reference.courses)}
        return self._catalogues[engine.version]

    def list_items(self, engine: Engine, language: str) -> ListItems:
        """Return what writes the engine's lists in a language; kept as long as the champion is the same."""
        found = self._list_items.get((engine.version, language))
        if found is None:
            kept = {key: one for key, one in self._list_items.items() if key[0] == engine.version}
            found = ListItems(engine.lister.catalogue, language)
            self._list_items = {**kept, (engine.version, language): found}
        return found

    async def look_up(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask the store: at once where it is a file here, in a thread where it is a server."""
        if self.store.is_local:
            return function(*args, **kwargs)
        return await self.write(function, *args, **kwargs)

    async def write(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Write to the store in a thread: a commit waits for the disk.

        Raises
        ------
        StoreError
            If the store does not answer before the deadline; what was asked of it may happen all the same.
        """
        try:
            async with asyncio.timeout(self.settings.deadline):
                return await asyncio.to_thread(function, *args, **kwargs)
        except TimeoutError:
            raise StoreError(
                f"no answer of the store within {self.settings.deadline:g} seconds", "a store that answers",
                "check that the database runs and is not locked, then ask again",
            ) from None  # fmt: skip

    async def solve(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Compute something long in a thread, so that short answers do not wait for it; what looks gives up in time.

        Raises
        ------
        OverdueError
            If it takes longer than the settings' deadline.
        """
        ends, loop = time.monotonic() + self.settings.deadline, asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, lambda: _within(ends, function, *args, **kwargs))
        try:
            return await asyncio.wait_for(work, self.settings.deadline)
        except TimeoutError:
            raise OverdueError(
                f"no answer within {self.settings.deadline:g} seconds", "a smaller question", "ask for fewer hours"
            ) from None

    async def record(self, learner: str) -> LearnerRecord:
        """Return what is known of a learner; ``NotFoundError`` if nothing is."""
        record = await self.store.find_record(learner, self.clock())
        if record is None:
            raise NotFoundError(
                f"learner {learner!r}",
                "the id of a learner in the store",
                "check the id, or post the learner's profile to /v1/events first",
            )
        return record

    @cached_property
    def together(self) -> Together:
        """What makes the lists that are asked for at the same moment."""
        return Together(self.metrics)

    async def recommend(self, engine: Engine, record: LearnerRecord, at: datetime, limit: int, **asked: Any) -> Ranked:
        """Return the engine's list for a learner, and count how long it took; ``asked`` as ``Engine.recommend``."""
        return await self.together.recommend(engine, record, at, limit, **asked)

    def warm(self) -> None:
        """Begin to make ready, in the background, what is otherwise made when somebody first asks for it."""
        try:
            engine = self.engine
        except KarmapathError as error:
            log.warning("nothing to make ready yet: %s", error)
            return
        self.searcher.begin(engine)
        self.matcher.begin(engine)

    async def learned(self, engine: Engine, *names: Learned) -> None:
        """Wait for what reads texts, as long as a request may (``Matcher.ready``)."""
        await self.matcher.ready(engine, 0.8 * self.settings.deadline, *names)

    def shown(
        self,
        learner: str,
        surface: str,
        engine: Engine,
        ranked: Ranked,
        *,
        list_id: str | None = None,
        revision: int = 1,
    ) -> ShownList:
        """Count the list and return it as it is written down: who was shown what, where, by which model."""
        courses = ranked.ids
        self.metrics.shown(surface, engine.version, courses)
        return ShownList(
            id=list_id or new_list_id(),
            learner=learner,
            surface=surface,
            model_version=engine.version,
            shown_at=self.clock(),
            rows=tuple(zip(courses, ranked.places, ranked.scores, repeat(PROPENSITY), strict=False)),
            revision=revision,
        )


def _within(ends: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with until(ends):
        return function(*args, **kwargs)


def service_of(request: Request) -> Service:
    """Return the service of the app that the request came to."""
    return cast("Service", request.app.state.service)
