"""What a planner asks of a plan: its budget, its dates, and what was fixed by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from features.numbers import NUMERIC, Day
from recommender.planning.plan_problem import Budget, Edits

Pair = tuple[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=200)]]
Pairs = Annotated[list[Pair], Field(max_length=2_000)]
Hours = Annotated[float, Field(gt=0, le=2000), NUMERIC]
Rupees = Annotated[float, Field(ge=0, le=1e12), NUMERIC]
Share = Annotated[float, Field(ge=0, le=1), NUMERIC]
Seats = Annotated[int, Field(ge=0, le=10_000_000), NUMERIC]


class PlanWish(BaseModel):
    """Budget, dates and edits; a pair of an edit is (position, or ``*`` for all of them, and course)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: Hours = Field(20.0, description="hours a head: all together get that many times their number")
    most: Hours | None = Field(None, description="most hours of any one person; empty: as hours a head")
    money: Rupees | None = Field(None, description="rupees for fees; empty: courses without a fee only")
    begin: Day = Field(description="first day of the plan")
    end: Day = Field(description="everything is due by then; after the beginning")
    elective_share: Share = Field(1.0, description="share of hours for what closes no critical gap")
    seats: dict[str, Seats] = Field(
        default_factory=dict, max_length=2_000, description="seats of courses that have few"
    )
    apar: bool = Field(False, strict=True, description="whether it enters the annual appraisal")
    include: Pairs = Field(default_factory=list, description="put in by hand")
    exclude: Pairs = Field(default_factory=list, description="taken out by hand")
    mandatory: Pairs = Field(default_factory=list, description="made mandatory by hand")
    elective: Pairs = Field(default_factory=list, description="made elective by hand")

    @property
    def budget(self) -> Budget:
        """What the plan may use."""
        return Budget(
            hours=self.hours,
            begin=self.begin,
            end=self.end,
            most=self.most,
            money=self.money,
            seats=self.seats,
            elective_share=self.elective_share,
        )

    @property
    def edits(self) -> Edits:
        """What was fixed by hand."""
        return Edits(
            include=frozenset(self.include),
            exclude=frozenset(self.exclude),
            mandatory=frozenset(self.mandatory),
            elective=frozenset(self.elective),
        )

    def with_edit(self, kind: str, group: str, course: str) -> PlanWish:
        """Return the wish with one edit more (``include``, ``exclude``, ``mandatory`` or ``elective``).

        Its opposite is taken back.
        """
        pair = (group, course)
        opposite = {"include": "exclude", "exclude": "include", "mandatory": "elective", "elective": "mandatory"}[kind]
        kept = {
            kind: [*(one for one in getattr(self, kind) if one != pair), pair],
            opposite: [one for one in getattr(self, opposite) if one != pair],
        }
        return self.model_copy(update=kept)

    def document(self) -> dict[str, Any]:
        """Return the wish for the store."""
        return self.model_dump(mode="json")


def default_dates(at: datetime) -> tuple[date, date]:
    """Return from when and until when a plan drafted now runs: to the end of this financial year.

    In its last two months the next year's is planned.

    >>> default_dates(datetime(2026, 11, 2))
    (datetime.date(2026, 11, 2), datetime.date(2027, 3, 31))
    >>> default_dates(datetime(2027, 2, 1))
    (datetime.date(2027, 4, 1), datetime.date(2028, 3, 31))
    """
    first = at.year if at.month >= 4 else at.year - 1
    end = date(first + 1, 3, 31)
    if (end - at.date()).days < 60:
        return date(first + 1, 4, 1), date(first + 2, 3, 31)
    return at.date(), end
