"""Simulated careers: people work, forget, take courses, sit assessments; what can be observed becomes records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from experiments.simulator.assumptions import Assumptions
from experiments.simulator.catalogue import simulated_reference
from features.records import Enrolment, Evidence, Learner, LearnerRecord
from features.reference import Course, Reference, Requirement

START = datetime(2023, 11, 1)
MONTHS = 36
END = START + timedelta(days=round(MONTHS * 365.25 / 12))
SKIMMED_DWELL, HONEST_DWELL = 0.03, 0.8
"""Medians of the time spent as a share of the course's hours."""


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated person: what can be observed, and the truth."""

    record: LearnerRecord
    levels: Mapping[str, int]
    """True level in each competency at the end."""
    skimmer: bool
    result: tuple[str, int, bool]
    """A proctored result after the end: competency, item level, passed."""


@dataclass(frozen=True)
class SimulatedWorld:
    """People and the reference data they live in."""

    reference: Reference
    people: tuple[Person, ...]
    assumptions: Assumptions


def simulate(people: int, seed: int, assumptions: Assumptions | None = None, catalogue: int = 1) -> SimulatedWorld:
    """Return a world: people of one seed in the posts and courses of another; the same seeds give the same one."""
    assumed = assumptions or Assumptions()
    reference = simulated_reference(catalogue)
    lives = (_Life(reference, assumed, n, np.random.default_rng([seed, n])).lived() for n in range(people))
    return SimulatedWorld(reference, tuple(lives), assumed)


def learn(rng: np.random.Generator, course: Course, levels: dict[str, int], prepared: bool, a: Assumptions) -> None:
    """Let a person take a course with attention: levels rise with luck, less from further below, less unprepared."""
    for taught in course.teaches:
        level = levels.get(taught.competency, 0)
        if level >= taught.to_level:
            continue
        away = max(0, taught.from_level - level)
        p = a.gain * float(np.exp(-a.distance * away)) * (1.0 if prepared else min(a.unprepared, 1.0))
        if rng.random() < p:
            levels[taught.competency] = taught.to_level if away == 0 else min(level + 1, taught.to_level)


class _Life:
    """One person's career."""

    def __init__(self, reference: Reference, assumed: Assumptions, number: int, rng: np.random.Generator) -> None:
        self.reference, self.a, self.rng = reference, assumed, rng
        self.id = f"L{number:05d}"
        self.position = sorted(reference.positions)[int(rng.integers(0, len(reference.positions)))]
        self.needs: tuple[Requirement, ...] = reference.requirements_of_position(self.position)
        self.skimmer = bool(rng.random() < assumed.skimmers)
        self.levels = {one: int(level) for one, level in zip(reference.competencies, self._first_levels(), strict=True)}
        self.enrolments: list[Enrolment] = []
        self.evidence: list[Evidence] = []

    def lived(self) -> Person:
        """Live through all months and return what is left of it."""
        used = {need.competency: need.level for need in self.needs}
        for month in range(MONTHS):
            day = START + timedelta(days=month * 365.25 / 12)
            self._drift(used)
            if self.rng.random() < 0.35:
                self._take(self._choose(), day)
            self._others(day)
        tested = self.needs[int(self.rng.integers(0, len(self.needs)))]
        level = int(np.clip(tested.level + self.rng.integers(-1, 2), 1, 5))
        result = tested.competency, level, self._passes(tested.competency, level)
        record = LearnerRecord(
            Learner(self.id, position=self.position, joined_on=START), tuple(self.enrolments), tuple(self.evidence)
        )
        return Person(record, dict(self.levels), self.skimmer, result)

    def _first_levels(self) -> NDArray[np.int64]:
        return self.rng.choice(6, len(self.reference.competencies), p=[0.34, 0.28, 0.2, 0.11, 0.05, 0.02])

    def _drift(self, used: Mapping[str, int]) -> None:
        for competency, level in self.levels.items():
            in_use = competency in used
            if level and self.rng.random() < self.a.forgetting / (3 if in_use else 1):
                self.levels[competency] = level - 1
            elif in_use and level < used[competency] and self.rng.random() < self.a.practice:
                self.levels[competency] = level + 1

    def _choose(self) -> Course:
        courses = list(self.reference.courses.values())
        if self.rng.random() < self.a.mandates:
            return courses[int(self.rng.integers(0, len(courses)))]
        needed = {need.competency for need in self.needs}
        near = [c for c in courses if any(t.competency in needed for t in c.teaches)]
        return near[int(self.rng.integers(0, len(near)))]

    def _take(self, course: Course, day: datetime) -> None:
        if any(e.course == course.id for e in self.enrolments):
            return
        median = SKIMMED_DWELL if self.skimmer else HONEST_DWELL
        dwell = float(median * np.exp(self.a.haste * self.rng.standard_normal()))
        if not self.skimmer:
            learn(self.rng, course, self.levels, prepared=self._prepared(course), a=self.a)
        self.enrolments.append(
            Enrolment(
                course.id, "completed", 1.0, dwell, day - timedelta(days=5), day, skimmed=dwell < 0.1,
                mandated=False,
            )
        )  # fmt: skip
        if self.rng.random() < 0.6:
            for taught in course.teaches:
                passed = self._passes(taught.competency, taught.to_level)
                self._tell("assessment", day, taught.competency, taught.to_level, passed, course.id)

    def _prepared(self, course: Course) -> bool:
        taught = [self.reference.courses[one].teaches for group in course.requires for one in group]
        return all(self.levels[t.competency] >= t.to_level - 1 for teaches in taught for t in teaches)

    def _others(self, day: datetime) -> None:
        """Let peers, the person and, seldom, a proctored assessment say something."""
        need = self.needs[int(self.rng.integers(0, len(self.needs)))]
        true = self.levels[need.competency]
        draw = self.rng.random()
        if draw < 0.05:
            seen = true + self.a.leniency * self.rng.standard_normal()
            self._tell("peer", day, need.competency, need.level, bool(seen >= need.level - 0.5))
        elif draw < 0.09:
            seen = true + self.a.boasting + 0.7 * self.rng.standard_normal()
            self._tell("self_attestation", day, need.competency, need.level, bool(seen >= need.level - 0.5))
        elif draw < 0.12:
            level = int(self.rng.integers(1, 6))
            self._tell("proctored", day, need.competency, level, self._passes(need.competency, level))

    def _passes(self, competency: str, level: int) -> bool:
        """Sit an assessment: the three-parameter logistic item response."""
        ability = self.a.discrimination * (self.levels[competency] - level + 0.5)
        p = self.a.guessing + (1 - self.a.guessing) / (1 + float(np.exp(-2 * ability)))
        return bool(self.rng.random() < p)

    def _tell(
        self, kind: str, day: datetime, competency: str, level: int, passed: bool, course: str | None = None
    ) -> None:
        name = f"{self.id}-{len(self.evidence)}"
        self.evidence.append(Evidence(name, kind, day, competency, course, level, passed, attempt=1))
