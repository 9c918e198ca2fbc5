"""What the learner's page shows, computed in one go so that it can be done in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.pages.charts import Axis, Radar, radar
from api.pages.timeline import Timeline, timeline
from features.records import Enrolment, LearnerRecord, PlannedCourse
from features.reference import Reference
from recommender.engine import Engine
from recommender.gaps import Gap
from recommender.paths import Aspiration, Path, PathSettings, Reason
from recommender.paths.questions import what_would_change, why_not
from recommender.ranked import Ranked, Recommendation

MOST_AXES = 12
"""Axes of the radar at most: more cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the form on the page sets."""

    hours: float = 40.0
    hours_a_month: float = 8.0
    role: str | None = None
    """The aspired role."""
    course: str | None = None
    """A course that is asked about: why it is on the guided path, or why not."""


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
    ranked: Ranked
    """The list, as it is written down that it was shown."""
    recommendations: tuple[Recommendation, ...]
    """The same list in words."""
    organisations: tuple[str, ...]
    """Names of the organisation and those above it, the nearest first."""
    designation: str | None
    roles: tuple[str, ...]
    """Names of the roles of the post."""
    radar: Radar | None
    """What the post asks for beside what is believed: ``axes`` in order."""
    axes: tuple[Gap, ...]
    answer: tuple[Reason, ...]
    """Why a course that was asked about is on the guided path, or why not and what would change it."""

    @property
    def open_gaps(self) -> tuple[Gap, ...]:
        """The gaps that are not met, worst first."""
        return tuple(gap for gap in self.gaps if not gap.met)

    @property
    def met_gaps(self) -> tuple[Gap, ...]:
        """The requirements that are met."""
        return tuple(gap for gap in self.gaps if gap.met)

    @property
    def done(self) -> tuple[Enrolment, ...]:
        """Completed courses, the last first: the record of completion."""
        found = [one for one in self.record.enrolments if one.status == "completed"]
        return tuple(sorted(found, key=lambda one: one.completed_on or datetime.min, reverse=True))

    @property
    def planned(self) -> tuple[tuple[PlannedCourse, bool], ...]:
        """What plans ask for, the first due first, and whether it is done."""
        done = {one.course for one in self.done}
        ordered = sorted(self.record.plans, key=lambda one: (one.due_on or datetime.max, one.course))
        return tuple((one, one.course in done) for one in ordered)

    @property
    def completed(self) -> int:
        """Number of courses completed."""
        return sum(enrolment.status == "completed" for enrolment in self.record.enrolments)


def learner_view(engine: Engine, record: LearnerRecord, at: datetime, wishes: Wishes, time_limit: float) -> LearnerView:
    """Compute the page of a learner; ``NotFoundError`` if the aspired role does not exist."""
    settings = PathSettings(hours=wishes.hours, hours_a_month=wishes.hours_a_month, time_limit=time_limit)
    reference, learner = engine.reference, record.learner
    position = reference.position_of(learner.position, learner.designation, learner.organisation)
    guided, found = engine.guided(record, at, settings), engine.gaps(record, at)
    axes, ranked = _axes(found), engine.ranked([record], at)[0]
    return LearnerView(
        record=record,
        at=at,
        wishes=wishes,
        guided=_pictured(guided),
        desirable=_pictured(engine.desirable(record, at, settings, Aspiration(role=wishes.role))),
        gaps=found,
        ranked=ranked,
        recommendations=ranked.items(),
        organisations=tuple(reference.organisations[o].name for o in reference.lineage(learner.organisation)),
        designation=learner.designation or (position.designation if position else None),
        roles=tuple(reference.roles[r].name for r in position.roles if r in reference.roles) if position else (),
        radar=radar([Axis(gap.required, gap.expected_level) for gap in axes]),
        axes=axes,
        answer=_answer(guided, wishes.course, reference) if wishes.course else (),
    )


def _axes(found: Sequence[Gap]) -> tuple[Gap, ...]:
    """Return the requirements that weigh most, by name, so that the picture keeps its shape when gaps close."""
    weighty = sorted(found, key=lambda gap: (not gap.critical, -gap.weight * gap.required, gap.competency))
    return tuple(sorted(weighty[:MOST_AXES], key=lambda gap: (gap.name, gap.competency)))


def _answer(path: Path, course: str, reference: Reference) -> tuple[Reason, ...]:
    """Return why a course is on the path; or why not, and what would bring it in."""
    own = next((item for item in path.items if item.course == course), None)
    if own is not None:
        return own.reasons
    reason = why_not(path, course, reference)
    return (reason, what_would_change(path, course)) if reason.code in ("not_hours", "not_better") else (reason,)


def _pictured(path: Path) -> PathView:
    return PathView(path, timeline(path.items))
