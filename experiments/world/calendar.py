"""The window that the world's history covers, and the days in it that matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

WINDOW_DAYS = 1095
CAMPAIGN_DAYS = 9


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days are counted from the window's first day, which is day 0; ``days`` is the first day after it."""

    today: date
    """The world's present: nothing in it is later."""

    @property
    def days(self) -> int:
        """Number of days of history."""
        return WINDOW_DAYS

    @property
    def start(self) -> datetime:
        """The first moment of day 0."""
        return datetime.combine(self.today, datetime.min.time()) - timedelta(days=WINDOW_DAYS - 1)

    @property
    def campaign(self) -> int:
        """First day of the last nine-day learning week: 2 April."""
        week = date(self.today.year, 4, 2)
        if week + timedelta(days=CAMPAIGN_DAYS) > self.today:
            week = date(self.today.year - 1, 4, 2)
        return self.day(week)

    @property
    def plan_years(self) -> tuple[int, ...]:
        """First calendar years of the financial years (April to March) that plans were made for."""
        last = self.today.year if self.today.month >= 4 else self.today.year - 1
        return (last - 2, last - 1, last)

    def day(self, when: date) -> int:
        """Return the number of a day."""
        return (when - self.start.date()).days

    def moment(self, day: int) -> datetime:
        """Return the first moment of a day."""
        return self.start + timedelta(days=day)
