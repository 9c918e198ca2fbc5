from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

from api.http.deadline import Deadline

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.param
    return found


async def worth(value: int, seconds: float) -> int:
    await asyncio.sleep(seconds)
    return value


def test_work_in_time_returns_what_it_returns(run: Run) -> None:
    assert run(Deadline(1.0)(worth(3, 0.0))) == 3


def test_work_that_takes_longer_is_cancelled_and_its_task_goes_on(run: Run) -> None:
    async def ask() -> tuple[str, int]:
        task = asyncio.current_task()
        assert task is not None
        with pytest.raises(TimeoutError):
            await Deadline(0.02)(worth(3, 30))
        await asyncio.sleep(0)
        return "goes on", task.cancelling()

    began = time.monotonic()
    assert run(ask()) == ("goes on", 0)
    assert 0.01 < time.monotonic() - began < 5


def test_each_of_many_has_its_own_end(run: Run) -> None:
    """The second begins while the timer is set for the first, and the third when nobody waits any more."""
    deadline = Deadline(0.1)

    async def ask() -> list[object]:
        first = asyncio.create_task(deadline(worth(1, 0.02)))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(deadline(worth(2, 30)))
        began = time.monotonic()
        found = await asyncio.gather(first, second, return_exceptions=True)
        assert 0.08 < time.monotonic() - began < 5
        return [
            *found,
            await deadline(worth(3, 0.0)),
            await asyncio.gather(deadline(worth(4, 30)), return_exceptions=True),
        ]

    one, two, three, [four] = run(ask())
    assert (one, three) == (1, 3)
    assert isinstance(two, TimeoutError)
    assert isinstance(four, TimeoutError)


def test_who_cancels_the_work_is_not_told_that_it_took_too_long(run: Run) -> None:
    async def ask() -> None:
        task = asyncio.create_task(Deadline(30)(worth(1, 30)))
        await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        run(ask())


def test_the_shorter_of_two_deadlines_around_the_same_work_ends_it(run: Run) -> None:
    short, long = Deadline(0.02), Deadline(30)

    async def caught() -> str:
        try:
            await short(worth(1, 30))
        except TimeoutError:
            return "the inner one"
        return "none"

    async def ask() -> tuple[str, str]:
        inner = await long(caught())
        try:
            await short(long(worth(1, 30)))
        except TimeoutError:
            return inner, "the outer one"
        return inner, "none"

    assert run(ask()) == ("the inner one", "the outer one")


def test_an_error_of_the_work_is_passed_on(run: Run) -> None:
    async def breaks() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run(Deadline(1.0)(breaks()))


def test_another_event_loop_is_watched_as_well() -> None:
    deadline = Deadline(0.02)
    assert asyncio.run(deadline(worth(1, 0.0))) == 1
    with pytest.raises(TimeoutError):
        asyncio.run(deadline(worth(1, 30)))
