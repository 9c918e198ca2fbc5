"""Where planners get their answers: the gap map on the disk, and the people of one organisation at a time."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ParamSpec, TypeVar, cast

import polars as pl
from starlette.requests import Request

from api.http.problems import OverdueError
from api.http.service import Service, service_of
from features.errors import KarmapathError, NotReadyError
from features.home import Home
from features.reference import Reference
from features.warehouse import Snapshot, Warehouse
from recommender.engine import Engine
from recommender.planning.closing_price import ClosingPrices, closing_prices
from recommender.planning.gap_map import GapMap, gap_maps, open_gap_map
from recommender.planning.keeping import bring_up_to_date, build_from_snapshot
from recommender.planning.workforce import Workforce, required_competencies, workforce
from recommender.state import EvidenceTable

log = logging.getLogger("karmapath.planning")

P = ParamSpec("P")
T = TypeVar("T")

SMALL = 100_000
"""Learners up to whom a missing gap map is built when it is first asked for; beyond, a command builds it."""

THINKING = 1.8
"""How many deadlines a plan may take; after two the server gives up on any request."""

FRESH_SECONDS = 30.0
"""How often the gap map is brought up to date at most, while somebody looks at it."""

_KEPT = 4
"""Organisations whose people are kept in memory."""


@dataclass
class Desk:
    """One for each process; safe to use from many threads."""

    service: Service
    _workforces: OrderedDict[tuple[str, str, str], Workforce] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looked: float = float("-inf")
    _thinkers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="plan"))
    _prices: tuple[tuple[str, date], ClosingPrices] | None = None

    @property
    def home(self) -> Home:
        """The home folder."""
        return self.service.settings.folders

    @property
    def engine(self) -> Engine:
        """The engine of the champion."""
        return self.service.engine

    @property
    def reference(self) -> Reference:
        """Organisations, posts, roles, competencies and courses as the champion knows them."""
        return self.engine.reference

    @property
    def at(self) -> datetime:
        """Now."""
        return self.service.clock()

    @property
    def snapshot(self) -> Snapshot:
        """The newest import."""
        return Warehouse(self.home.warehouse).current()

    def gap_map(self) -> GapMap:
        """Return the current gap map; the first one of a small installation is built here.

        It is brought up to date in the background, so that what happened a while ago counts, and nobody waits for it.

        Raises
        ------
        NotReadyError
            If there is none, and too many people to build it while somebody waits.
        """
        try:
            found = _opened(self.home)
        except NotReadyError:
            return self._first_map()
        if time.monotonic() - self._looked >= FRESH_SECONDS:
            self._looked = time.monotonic()
            threading.Thread(target=self._refresh, name="gap-map", daemon=True).start()
        return found

    def _first_map(self) -> GapMap:
        if not self._is_small():
            return _opened(self.home)  # says what to do
        with self._lock, _alone(self.home):
            try:
                return _opened(self.home)
            except NotReadyError:
                return self._build()

    def _is_small(self) -> bool:
        many: int = self.snapshot.scan("learners").select(pl.len()).collect().item()
        return many <= SMALL

    def _build(self) -> GapMap:
        engine = self.engine
        return build_from_snapshot(self.home, engine.reference, self.at, snapshot=self.snapshot, table=engine.evidence)

    def _refresh(self) -> None:
        try:
            with _alone(self.home):
                try:
                    bring_up_to_date(self.home, self.service.store, self.reference, self.at, table=self.engine.evidence)
                except NotReadyError:  # another import, other requirements, other evidence
                    if not self._is_small():
                        raise
                    self._build()
        except KarmapathError as error:
            log.warning("the gap map was not brought up to date: %s", error)
        except Exception:
            log.exception("the gap map was not brought up to date")

    def gap_maps(self) -> tuple[GapMap, ...]:
        """Return the last gap map of each date that is kept, oldest first."""
        try:
            return gap_maps(self.home)
        except (TypeError, KeyError, ValueError):  # another release wrote some of them
            return (self.gap_map(),)

    def people(self, organisation: str) -> Workforce:
        """Return the people of an organisation and all below it, as the newest import knows them."""
        engine, snapshot = self.engine, self.snapshot
        key = organisation, snapshot.hash, engine.version
        with self._lock:
            if key not in self._workforces:
                self._workforces[key] = workforce(
                    snapshot, engine.reference, self.at, organisation=organisation, table=engine.evidence
                )
                while len(self._workforces) > _KEPT:
                    self._workforces.popitem(last=False)
            self._workforces.move_to_end(key)
            return self._workforces[key]

    def prices(self) -> ClosingPrices:
        """Return what it costs in hours to bring each required competency from level to level today."""
        engine, day = self.engine, self.at.date()
        if self._prices is None or self._prices[0] != (engine.version, day):
            needed = required_competencies(engine.reference)
            self._prices = (engine.version, day), closing_prices(engine.reference, self.at, needed)
        return self._prices[1]

    @property
    def evidence(self) -> EvidenceTable:
        """What each kind of evidence counts for."""
        return self.engine.evidence

    async def work(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Compute in a thread, within the settings' deadline."""
        return await self.service.solve(function, *args, **kwargs)

    async def ask(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read the store in a thread, within the settings' deadline: plans are long, and a server may hang."""
        return await self.service.write(function, *args, **kwargs)

    async def think(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Compute what a planner waits for longer: a plan for thousands of people.

        Raises
        ------
        OverdueError
            If it takes nearly as long as any request may.
        """
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._thinkers, lambda: function(*args, **kwargs))
        try:
            return await asyncio.wait_for(work, THINKING * self.service.settings.deadline)
        except TimeoutError:
            raise OverdueError(
                f"no plan within {THINKING * self.service.settings.deadline:g} seconds",
                "fewer people, or fewer scenarios",
                "plan for the organisations below one by one, or use 'karmapath plan'",
            ) from None


def _opened(home: Home) -> GapMap:
    """Open the current map; one that another release wrote counts as none."""
    try:
        return open_gap_map(home)
    except (TypeError, KeyError, ValueError) as error:
        raise NotReadyError(
            f"a gap map of another release ({error})", "one of this release", "run 'karmapath plan refresh'"
        ) from None


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Write the gap map alone: server processes take turns."""
    folder = home.folder / "planning"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def desk_of(request: Request) -> Desk:
    """Return the desk of the app that the request came to."""
    state = request.app.state
    if not hasattr(state, "desk"):
        state.desk = Desk(service_of(request))
    return cast("Desk", state.desk)
