"""Lists that are asked for at the same moment are made at the same moment.

On a busy server several requests come in one turn of the event loop. What one list costs the engine is mostly the
overhead of many small operations, so those requests are gathered until the turn's end and answered by one pass. Nobody
waits for company: a request that comes alone is answered alone.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime

from api.http.metrics import Metrics
from features.records import LearnerRecord
from recommender.engine import Engine
from recommender.listing.few import FEW
from recommender.ranked import Ranked

_Question = tuple[Engine, int, str | None, str | None, frozenset[str] | None]
"""What lists of one pass have in common: engine, limit, track, language, categories."""
_Asked = tuple[LearnerRecord, datetime, asyncio.Future[Ranked]]


@dataclass
class Together:
    """Gathers the lists of one event loop."""

    metrics: Metrics
    _waiting: dict[_Question, list[_Asked]] = field(default_factory=dict)

    async def recommend(
        self,
        engine: Engine,
        record: LearnerRecord,
        at: datetime,
        limit: int,
        *,
        track: str | None = None,
        language: str | None = None,
        categories: frozenset[str] | None = None,
    ) -> Ranked:
        """Return what ``Engine.ranked`` returns, at the newest moment of those that are answered together."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._answer_all)
        answer: asyncio.Future[Ranked] = loop.create_future()
        self._waiting.setdefault((engine, limit, track, language, categories), []).append((record, at, answer))
        return await answer

    def _answer_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for question, asked in waiting.items():
            # Of more than a few the first waits longer than the last gains.
            for start in range(0, len(asked), FEW):
                self._answer(question, [one for one in asked[start : start + FEW] if not one[2].done()])

    def _answer(self, question: _Question, asked: list[_Asked]) -> None:
        if not asked:  # all of them were given up
            return
        engine, limit, track, language, categories = question
        records, moments, answers = zip(*asked, strict=True)
        began = time.perf_counter()
        try:
            lists = engine.ranked(records, max(moments), limit, track=track, language=language, categories=categories)
        except Exception as error:
            if len(asked) == 1:
                answers[0].set_exception(error)
            else:  # what one record breaks must not cost the others their lists
                for one in asked:
                    self._answer(question, [one])
            return
        self.metrics.engine(time.perf_counter() - began, len(lists))
        for answer, found in zip(answers, lists, strict=True):
            answer.set_result(found)
