"""The platform's clock: naive times in India Standard Time, to the millisecond, as the warehouse holds them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

IST = timezone(timedelta(hours=5, minutes=30), "IST")


def now() -> datetime:
    """Return the present moment in the platform's time zone."""
    moment = datetime.now(IST)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=None)


def platform_time(moment: datetime) -> datetime:
    """Return ``moment`` as a naive time in the platform's time zone; a naive one is there already.

    >>> platform_time(datetime.fromisoformat("2026-04-01T00:00:00Z")).isoformat()
    '2026-04-01T05:30:00'
    """
    local = moment if moment.tzinfo is None else moment.astimezone(IST).replace(tzinfo=None)
    return local.replace(microsecond=local.microsecond // 1000 * 1000)
