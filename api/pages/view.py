"""What the learner's page shows, computed in one go so that it can be done in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.pages.timeline import Timeline, timeline
from features.records import LearnerRecord
from recommender.engine import Engine, Recommendation
from recommender.gaps import Gap
from recommender.paths import Aspiration, Path, PathSettings


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the form on the page sets."""

    hours: float = 40.0
    hours_a_month: float = 8.0
    role: str | None = None
    """The aspired role."""


@dataclass(frozen=True, slots=True)
class PathView:
    """A path and its picture."""

    path: Path
    picture: Timeline | None

    @property
    def ends_on(self) -> datetime | None:
        """When the last course is done."""
        return max((item.ends_on for item in self.path.items), default=None)

    @property
    def starts_on(self) -> datetime | None:
        """When the first course begins."""
        return min((item.starts_on for item in self.path.items), default=None)

    def fact(self, name: str) -> float:
        """Return one of the path's figures, 0 where it has none."""
        value = self.path.facts.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    @property
    def closed_percent(self) -> int:
        """Share of the missing steps that the path closes."""
        wanted = self.fact("wanted")
        return round(100 * self.fact("closed") / wanted) if wanted > 0 else 100


@dataclass(frozen=True, slots=True)
class LearnerView:
    """Everything on the page."""

    record: LearnerRecord
    at: datetime
    wishes: Wishes
    guided: PathView
    desirable: PathView
    gaps: tuple[Gap, ...]
    recommendations: tuple[Recommendation, ...]
    organisations: tuple[str, ...]
    """Names of the organisation and those above it, the nearest first."""
    designation: str | None
    roles: tuple[str, ...]
    """Names of the roles of the post."""

    @property
    def open_gaps(self) -> tuple[Gap, ...]:
        """The gaps that are not met, worst first."""
        return tuple(gap for gap in self.gaps if not gap.met)

    @property
    def met_gaps(self) -> tuple[Gap, ...]:
        """The requirements that are met."""
        return tuple(gap for gap in self.gaps if gap.met)

    @property
    def completed(self) -> int:
        """Number of courses completed."""
        return sum(enrolment.status == "completed" for enrolment in self.record.enrolments)


def learner_view(engine: Engine, record: LearnerRecord, at: datetime, wishes: Wishes, time_limit: float) -> LearnerView:
    """Compute the page of a learner; ``NotFoundError`` if the aspired role does not exist."""
    settings = PathSettings(hours=wishes.hours, hours_a_month=wishes.hours_a_month, time_limit=time_limit)
    reference, learner = engine.reference, record.learner
    position = reference.position_of(learner.position, learner.designation, learner.organisation)
    return LearnerView(
        record=record,
        at=at,
        wishes=wishes,
        guided=_pictured(engine.guided(record, at, settings)),
        desirable=_pictured(engine.desirable(record, at, settings, Aspiration(role=wishes.role))),
        gaps=engine.gaps(record, at),
        recommendations=engine.recommend(record, at),
        organisations=tuple(reference.organisations[o].name for o in reference.lineage(learner.organisation)),
        designation=learner.designation or (position.designation if position else None),
        roles=tuple(reference.roles[r].name for r in position.roles if r in reference.roles) if position else (),
    )


def _pictured(path: Path) -> PathView:
    return PathView(path, timeline(path.items))
