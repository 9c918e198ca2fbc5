from __future__ import annotations

from datetime import datetime, timedelta

from features.times import IST, now, platform_time


def test_now_is_what_a_clock_in_india_shows_to_the_millisecond() -> None:
    before, seen, after = platform_time(datetime.now(IST)), now(), platform_time(datetime.now(IST))
    assert before <= seen <= after + timedelta(milliseconds=1)
    assert seen.tzinfo is None
    assert seen.microsecond % 1000 == 0
