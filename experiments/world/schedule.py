"""When learners learn: one row of dated occasions for each learner, chosen and asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.world.calendar import CAMPAIGN_DAYS
from experiments.world.duties import Duties
from experiments.world.population import FloatArray, IntArray, People

CHOSEN, CAMPAIGN, MANDATED, PROCTORED = range(4)
"""Kinds of occasion."""
MAX_OCCASIONS = 120
"""Most occasions of one learner; whoever has more loses the last."""


@dataclass(frozen=True)
class Schedule:
    """Occasions of a chunk of learners, each learner's oldest first; rows are padded."""

    counts: IntArray
    """(n,)."""
    days: FloatArray
    """(n, most occasions), days with a fraction."""
    kinds: NDArray[np.int8]
    families: IntArray
    """What is asked for; -1 where the learner chooses."""


def make_schedule(people: People, duties: Duties, rng: np.random.Generator) -> Schedule:
    """Draw the occasions of a chunk."""
    parts = [
        _chosen(people, duties, rng), _campaign(people, duties, rng), _planned(people, duties, rng),
        _induction(people, duties, rng), _assessments(people, duties, rng),
    ]  # fmt: skip
    learner, day, kind, family = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    kept = (day >= np.maximum(people.joined, 0)[learner]) & (day < duties.calendar.days - 0.01)
    return _padded(len(people), learner[kept], day[kept], kind[kept], family[kept])


def _working_hour(rng: np.random.Generator, day: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put occasions into waking hours, most of them between 9 and 19 o'clock."""
    return np.floor(day) + np.clip(rng.normal(14.0, 3.0, size=len(day)), 6.0, 22.5) / 24.0


_Part = tuple[IntArray, NDArray[np.float64], NDArray[np.int8], IntArray]


def _part(learner: IntArray, day: NDArray[np.float64], kind: int, family: IntArray | None = None) -> _Part:
    families = np.full(len(learner), -1, dtype=np.int64) if family is None else family
    return learner.astype(np.int64), day, np.full(len(learner), kind, dtype=np.int8), families


def _chosen(people: People, duties: Duties, rng: np.random.Generator) -> _Part:
    days = duties.calendar.days
    start = np.maximum(people.joined, 0)
    years = (days - start) / 365.0
    counts = rng.poisson(people.sessions * years)
    learner = np.repeat(np.arange(len(people)), counts)
    when = start[learner] + rng.random(len(learner)) ** 0.8 * (days - start[learner])
    return _part(learner, _working_hour(rng, when), CHOSEN)


def _campaign(people: People, duties: Duties, rng: np.random.Generator) -> _Part:
    b = duties.ground.behaviour
    chance = 1.0 / (1.0 + np.exp(-(np.log(b.campaign_share / (1 - b.campaign_share)) + 0.5 * people.diligence)))
    takes_part = rng.random(len(people)) < chance
    counts = np.where(takes_part, 1 + rng.poisson(b.campaign_courses, size=len(people)), 0)
    learner = np.repeat(np.arange(len(people)), counts)
    when = duties.calendar.campaign + rng.random(len(learner)) * CAMPAIGN_DAYS
    return _part(learner, _working_hour(rng, when), CAMPAIGN)


def _planned(people: People, duties: Duties, rng: np.random.Generator) -> _Part:
    """Draw who heeds the plans of the post held when they were made, mostly shortly before they are due."""
    learners, days, families = [], [], []
    chance = _compliance(people, duties)
    everybody = np.arange(len(people))
    held: dict[int, IntArray] = {}
    for post, asked in enumerate(duties.of_posts):
        for family, allotted, due in asked:
            if allotted not in held:
                held[allotted] = people.post_at(everybody, np.full(len(people), allotted, dtype=np.float32))
            bound = np.flatnonzero(held[allotted] == post)
            heeds = bound[rng.random(len(bound)) < chance[bound]]
            late = rng.random(len(heeds)) < 0.12
            share = rng.beta(2.2, 1.2, size=len(heeds))
            when = np.where(late, due + rng.exponential(25.0, size=len(heeds)), allotted + share * (due - allotted))
            learners.append(heeds)
            days.append(_working_hour(rng, when))
            families.append(np.full(len(heeds), family, dtype=np.int64))
    if not learners:
        return _part(np.empty(0, dtype=np.int64), np.empty(0), MANDATED)
    return _part(np.concatenate(learners), np.concatenate(days), MANDATED, np.concatenate(families))


def _induction(people: People, duties: Duties, rng: np.random.Generator) -> _Part:
    modules = duties.induction
    fresh = np.flatnonzero(people.newcomer)
    learner = np.repeat(fresh, len(modules))
    family = np.tile(modules, len(fresh))
    place = np.tile(np.arange(len(modules)), len(fresh))
    kept = rng.random(len(learner)) < 0.93
    pace = np.repeat(rng.gamma(2.0, 6.0, size=len(fresh)), len(modules))
    when = people.joined[learner] + 3 + pace * (place + rng.random(len(learner)))
    return _part(learner[kept], _working_hour(rng, when[kept]), MANDATED, family[kept])


def _assessments(people: People, duties: Duties, rng: np.random.Generator) -> _Part:
    """Draw who sits the post's assessment: once within the window, towards the end of a financial year."""
    b, calendar = duties.ground.behaviour, duties.calendar
    chance = 1 - (1 - b.assessment_share) ** (calendar.days / 365)
    years = rng.integers(0, len(calendar.plan_years), size=len(people))
    ends = np.array([calendar.day(calendar.today.replace(year=y + 1, month=3, day=1)) for y in calendar.plan_years])
    when = ends[years] - 45 + rng.random(len(people)) * 70
    family = duties.assessment_of_posts[people.post_at(np.arange(len(people)), when.astype(np.float32))]
    sits = np.flatnonzero((rng.random(len(people)) < chance) & (family >= 0))
    return _part(sits, _working_hour(rng, when[sits]), PROCTORED, family[sits])


def _compliance(people: People, duties: Duties) -> NDArray[np.float64]:
    base = duties.ground.behaviour.compliance
    odds = np.log(base / (1 - base)) + 0.8 * people.diligence.astype(np.float64)
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def _padded(
    count: int, learner: IntArray, day: NDArray[np.float64], kind: NDArray[np.int8], family: IntArray
) -> Schedule:
    order = np.lexsort((family, kind, day, learner))
    learner, day, kind, family = learner[order], day[order], kind[order], family[order]
    counts = np.bincount(learner, minlength=count)
    place = np.arange(len(learner)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = place < MAX_OCCASIONS
    width = int(min(counts.max(initial=0), MAX_OCCASIONS))
    days = np.zeros((count, width), dtype=np.float32)
    kinds = np.zeros((count, width), dtype=np.int8)
    families = np.full((count, width), -1, dtype=np.int64)
    at = learner[kept], place[kept]
    days[at], kinds[at], families[at] = day[kept], kind[kept], family[kept]
    return Schedule(np.minimum(counts, MAX_OCCASIONS), days, kinds, families)
