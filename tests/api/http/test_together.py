from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from api.http.metrics import Metrics
from api.http.together import Together
from features.records import Learner, LearnerRecord
from recommender.engine import Engine
from tests.worlds import NOW, small_bundle

CLERK, ANALYST = (
    LearnerRecord(Learner(name, "d1", designation=post))
    for name, post in (("L1", "Assistant Section Officer"), ("L5", "Statistical Officer"))
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(small_bundle(tmp_path_factory.mktemp("engine")))


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lists each pass of the engine made."""
    made: list[int] = []
    real = Engine.ranked

    def counted(engine: Engine, records: Any, *rest: Any, **asked: Any) -> Any:
        made.append(len(records))
        if any(record is BROKEN for record in records):
            raise ValueError("a record that cannot be")
        return real(engine, records, *rest, **asked)

    monkeypatch.setattr(Engine, "ranked", counted)
    return made


BROKEN = LearnerRecord(Learner("broken"))


def test_lists_of_one_moment_are_made_in_one_pass_and_each_gets_its_own(engine: Engine, passes: list[int]) -> None:
    async def both() -> list[Any]:
        lists = Together(Metrics())
        return await asyncio.gather(*(lists.recommend(engine, record, NOW, 3) for record in (CLERK, ANALYST, CLERK)))

    found = asyncio.run(both())
    assert passes == [3]
    assert [ranked.items() for ranked in found] == [
        engine.recommend(record, NOW, 3) for record in (CLERK, ANALYST, CLERK)
    ]


def test_questions_that_differ_are_not_mixed(engine: Engine, passes: list[int]) -> None:
    async def both() -> Any:
        lists = Together(Metrics())
        return await asyncio.gather(
            lists.recommend(engine, CLERK, NOW, 1), lists.recommend(engine, CLERK, NOW, 2, track="desirable")
        )

    assert [len(found) for found in asyncio.run(both())] == [1, 2]
    assert passes == [1, 1]


def test_a_record_that_breaks_the_pass_costs_the_others_nothing(engine: Engine, passes: list[int]) -> None:
    async def both() -> list[Any]:
        lists = Together(Metrics())
        asked = [lists.recommend(engine, record, NOW, 3) for record in (CLERK, BROKEN, ANALYST)]
        return await asyncio.gather(*asked, return_exceptions=True)

    first, broken, last = asyncio.run(both())
    assert isinstance(broken, ValueError)
    assert passes == [3, 1, 1, 1]
    assert [first.items(), last.items()] == [engine.recommend(record, NOW, 3) for record in (CLERK, ANALYST)]


def test_a_request_that_was_given_up_is_left_out(engine: Engine, passes: list[int]) -> None:
    async def one_of_two() -> Any:
        lists = Together(Metrics())
        lost = asyncio.ensure_future(lists.recommend(engine, CLERK, NOW, 3))
        kept = asyncio.ensure_future(lists.recommend(engine, ANALYST, NOW + timedelta(seconds=1), 3))
        lost.cancel()
        return await kept

    found = asyncio.run(one_of_two())
    assert passes == [1]
    assert found.items() == engine.recommend(ANALYST, NOW + timedelta(seconds=1), 3)
