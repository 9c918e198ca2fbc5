from __future__ import annotations

import asyncio

import pytest

from api.http.fuse import Fuse
from features.store import StoreError


async def quick() -> str:
    return "done"


async def slow() -> str:
    await asyncio.sleep(30)
    return "never"


def test_what_answers_in_time_is_passed_on() -> None:
    assert asyncio.run(Fuse(1.0)(quick())) == "done"


def test_after_waiting_in_vain_nobody_waits_for_a_while() -> None:
    moment = [0.0]
    fuse = Fuse(0.01, rest=5.0, clock=lambda: moment[0])

    async def ask() -> list[str]:
        found = []
        for work in (slow(), quick()):
            with pytest.raises(StoreError, match="no answer"):
                await fuse(work)
        moment[0] = 5.0
        found.append(await fuse(quick()))
        return found

    assert asyncio.run(ask()) == ["done"]
