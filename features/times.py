"""The platform's clock: naive times in India Standard Time, to the millisecond, as the warehouse holds them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from time import time_ns

EPOCH = datetime(1970, 1, 1)
IST = timezone(timedelta(hours=5, minutes=30), "IST")


_COUNTED_FROM = EPOCH + IST.utcoffset(None)
"""What computers count from, on the platform's clock: its zone has no summer time."""


def now() -> datetime:
    """Return the present moment in the platform's time zone."""
    return _COUNTED_FROM + timedelta(0, 0, time_ns() // 1_000_000 * 1_000)  # every request asks; names take long


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
