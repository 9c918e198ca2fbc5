"""The platform's clock: naive times in India Standard Time, to the millisecond, as the warehouse holds them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from time import time_ns

EPOCH = datetime(1970, 1, 1)
IST = timezone(timedelta(hours=5, minutes=30), "IST")


def now() -> datetime:
    """Return the present moment in the platform's time zone."""
    second, milli = divmod(time_ns() // 1_000_000, 1_000)
    return _at(second) + timedelta(milliseconds=milli)


@lru_cache(maxsize=2)
def _at(second: int) -> datetime:
    """Return the platform's time of a second since 1970; every request asks for the time, and zones take long."""
    return datetime.fromtimestamp(second, IST).replace(tzinfo=None)


def platform_time(moment: datetime) -> datetime:
    """Return ``moment`` as a naive time in the platform's time zone; a naive one is there already.

    ``ValueError`` where it is before the first year or after the last one there.

    >>> platform_time(datetime.fromisoformat("2026-04-01T00:00:00Z")).isoformat()
    '2026-04-01T05:30:00'
    """
    try:
        local = moment if moment.tzinfo is None else moment.astimezone(IST).replace(tzinfo=None)
    except OverflowError:
        raise ValueError("a time between the years 1 and 9999") from None
    return local.replace(microsecond=local.microsecond // 1000 * 1000)


def milliseconds(time: datetime) -> int:
    """Return the milliseconds since 1970 on the platform's clock, as the warehouse holds them.

    >>> milliseconds(datetime(1970, 1, 2))
    86400000
    """
    since = time - EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def moment(number: int) -> datetime:
    """Return the time that so many milliseconds since 1970 are.

    >>> moment(86_400_000)
    datetime.datetime(1970, 1, 2, 0, 0)
    """
    return EPOCH + timedelta(milliseconds=number)
