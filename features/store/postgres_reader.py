"""Look-ups in PostgreSQL from an event loop: requests of the same moment are one question, without a thread or a pool.

Half of what a look-up costs the server is not looking but beginning and ending a statement. So what is asked for in one
turn of the loop, or while two questions are under way, is asked for together. The statements are prepared once, sent
without waiting for answers, and answered in order (libpq's pipeline mode).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from features.records import LearnerRecord
from features.store import record_rows as rows
from features.store.connections import CONNECT_SECONDS, StoreError, store_error
from features.store.holders import plan_holder, post_holders, split_lineage
from features.store.packs import POSTGRES_PACKS, unpacked
from features.store.shared_plans import HeldPlans, Post, SharedPlans

T = TypeVar("T")

_PREPARED = {
    (_PACKS := b"karmapath_packs"): POSTGRES_PACKS,
    (_RECORDS := b"karmapath_records"): rows.POSTGRES_RECORDS,
    (_LINEAGE := b"karmapath_lineage"): rows.POSTGRES_LINEAGE,
    (_PLANS := b"karmapath_plans"): rows.POSTGRES_PLANS,
}
_UNDER_WAY = 2
"""Questions for records that are under way at once."""
_MOST = 64
"""Learners of one question."""
_PATIENCE_SECONDS = 5.0
"""How long an answer may take before the connection is given up."""
_DEFAULTS = {
    "connect_timeout": CONNECT_SECONDS,
    "client_encoding": "utf8",  # else a database made in the C locale answers with bytes
    "options": "-c datestyle=ISO -c plan_cache_mode=force_generic_plan -c enable_seqscan=off",
}
"""Each question is planned once, for any number of learners, and goes by indexes whatever the size of the tables."""


class PostgresReader:
    """Reads records for one event loop."""

    def __init__(self, parameters: Mapping[str, Any], where: str, wanted: Callable[[str], None]) -> None:
        """Read from the database of these parameters; ``wanted`` is told who has no pack."""
        self._parameters = parameters
        self._where = where
        self._wanted = wanted
        self._link: _Link | None = None
        self._opening = asyncio.Lock()
        self._plans = SharedPlans()

    async def record(self, learner_id: str, at: datetime) -> LearnerRecord | None:
        """Return all that is known of the learner; ``None`` if there is no such learner, or no id that could be one.

        Raises
        ------
        StoreError
            If the database does not answer in time.
        """
        if "\0" in learner_id:  # no text of PostgreSQL holds it
            return None
        link = await self._open()
        known = await link.gathered.of(learner_id)
        if known is None:
            return None
        version, text, count, _ = known
        pack = unpacked(text)
        if pack is None:
            return await self._from_rows(link, learner_id, at)
        return pack.record(learner_id, version, await self._held(link, pack.post, count), at)

    async def _from_rows(self, link: _Link, learner_id: str, at: datetime) -> LearnerRecord | None:
        keys = (learner_id, plan_holder("learner", learner_id, None))
        found = rows.Found.of(learner_id, await link.ask(_RECORDS, [_array([_quoted(key)]) for key in keys]))
        if found.learner is None:
            return None
        self._wanted(learner_id)
        return found.record(await self._held(link, found.post, found.plans_count), at)

    async def _held(self, link: _Link, post: Post, count: str | None) -> HeldPlans:
        """Return the plans of a post, which were read before if the store has counted no change since."""
        held = self._plans.of(post, count)
        if held is None:
            organisation, designation = post
            above = await link.ask(_LINEAGE, [(organisation or "").encode()])
            lineage = split_lineage(above[0][0] if above else None, organisation)
            told = await link.ask(_PLANS, [_array(map(_quoted, post_holders(lineage, designation)))])
            held = self._plans.keep(post, count, HeldPlans(map(rows.plan, told)))
        return held

    def close(self) -> None:
        """Close the connection; what is in flight is told that it was lost."""
        if self._link is not None:
            self._link.give_up("closed")

    async def _open(self) -> _Link:
        if self._link is not None and self._link.is_open:
            return self._link
        async with self._opening:
            if self._link is None or not self._link.is_open:
                self._link = await _connect(self._parameters, self._where)
            return self._link


class _Gathered:
    """Learners who are asked for at the same time."""

    def __init__(self, link: _Link) -> None:
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._asked: dict[str, list[asyncio.Future[rows.Row | None]]] = {}
        self._under_way = 0

    async def of(self, learner_id: str) -> rows.Row | None:
        """Return version, pack and count of plans of one learner, ``None`` if there is no such learner."""
        learner_id.encode()  # what cannot be asked for must not cost the others their answer
        answer: asyncio.Future[rows.Row | None] = self._loop.create_future()
        if not self._asked and self._under_way < _UNDER_WAY:
            self._loop.call_soon(self._send)
        self._asked.setdefault(learner_id, []).append(answer)
        return await answer

    def _send(self) -> None:
        if self._asked and self._under_way < _UNDER_WAY:
            self._under_way += 1
            asked = {one: self._asked.pop(one) for one in list(self._asked)[:_MOST]}
            self._link.send(_PACKS, [_array(map(_quoted, asked))]).add_done_callback(partial(self._take, asked))

    def _take(
        self,
        asked: Mapping[str, Sequence[asyncio.Future[rows.Row | None]]],
        answer: asyncio.Future[Sequence[rows.Row]],
    ) -> None:
        self._under_way -= 1
        self._send()
        error = answer.exception()
        found = {} if error else {row[-1]: row for row in answer.result()}
        for one, futures in asked.items():
            for future in futures:
                _settle(future, found.get(one) if error is None else error)


class _Link:
    """One connection in pipeline mode."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], where: str) -> None:
        self.is_open = True
        self._connection = connection
        self._where = where
        self._pg = connection.pgconn
        self._reads = Transformer.from_context(connection)
        self._waiting: deque[asyncio.Future[Sequence[rows.Row]]] = deque()
        self._answer: Sequence[rows.Row] | StoreError = ()
        self._loop = asyncio.get_running_loop()
        self._watch: asyncio.TimerHandle | None = None
        self.gathered = _Gathered(self)
        self._pg.enter_pipeline_mode()
        self._loop.add_reader(self._pg.socket, self._on_readable)

    async def ask(self, statement: bytes, values: Sequence[bytes]) -> Sequence[rows.Row]:
        """Send a prepared statement and wait for its rows."""
        return await self.send(statement, values)

    def send(self, statement: bytes, values: Sequence[bytes]) -> asyncio.Future[Sequence[rows.Row]]:
        """Send a prepared statement and return what its rows will be."""
        answer: asyncio.Future[Sequence[rows.Row]] = self._loop.create_future()
        if not self.is_open:
            _settle(answer, store_error(self._where, "the connection was lost"))
            return answer
        self._waiting.append(answer)
        if self._watch is None:
            self._watch = self._loop.call_later(_PATIENCE_SECONDS, self._look_at, answer)
        try:
            self._pg.send_query_prepared(statement, values)
            self._pg.pipeline_sync()
            self._flush()
        except psycopg.Error as error:
            self.give_up(error)
        return answer

    def give_up(self, cause: object) -> None:
        """Close the connection and tell everybody who waits."""
        if not self.is_open:
            return
        self.is_open = False
        self._loop.remove_reader(self._pg.socket)
        self._loop.remove_writer(self._pg.socket)
        self._pg.finish()
        error = store_error(self._where, cause)
        while self._waiting:
            _settle(self._waiting.popleft(), error)

    def _flush(self) -> None:
        if self._pg.flush():
            self._loop.add_writer(self._pg.socket, self._on_writable)

    def _on_writable(self) -> None:
        self._loop.remove_writer(self._pg.socket)
        try:
            self._flush()
        except psycopg.Error as error:
            self.give_up(error)

    def _on_readable(self) -> None:
        try:
            self._pg.consume_input()
            while self._waiting and not self._pg.is_busy():
                result = self._pg.get_result()
                if result is not None:
                    self._take(result)
        except psycopg.Error as error:
            self.give_up(error)

    def _take(self, result: PGresult) -> None:
        if result.status == ExecStatus.PIPELINE_SYNC:
            _settle(self._waiting.popleft(), self._answer)
            self._answer = ()
        elif result.status == ExecStatus.TUPLES_OK:
            self._reads.set_pgresult(result)
            self._answer = self._reads.load_rows(0, result.ntuples, tuple)
        else:
            self._answer = store_error(self._where, result.error_message.decode(errors="replace"))

    def _look_at(self, answer: asyncio.Future[Sequence[rows.Row]]) -> None:
        """Give up if what was the oldest question a while ago is still without an answer."""
        self._watch = None
        if not answer.done():
            self.give_up(f"no answer within {_PATIENCE_SECONDS:g} seconds")
        elif self._waiting:
            self._watch = self._loop.call_later(_PATIENCE_SECONDS, self._look_at, self._waiting[0])


def _settle(answer: asyncio.Future[T], found: T | BaseException) -> None:
    if answer.done():  # the request was given up
        return
    if isinstance(found, BaseException):
        answer.set_exception(found)
    else:
        answer.set_result(found)


async def _connect(parameters: Mapping[str, Any], where: str) -> _Link:
    try:
        connection = await psycopg.AsyncConnection.connect(**{**_DEFAULTS, **parameters}, autocommit=True)
        for name, statement in _PREPARED.items():
            await connection.execute(f"PREPARE {name.decode()} AS {statement}", prepare=False)
    except psycopg.Error as error:
        raise store_error(where, error) from error
    return _Link(connection, where)


def _array(quoted: Iterable[str]) -> bytes:
    """Return quoted texts as PostgreSQL writes an array."""
    return f"{{{','.join(quoted)}}}".encode()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
