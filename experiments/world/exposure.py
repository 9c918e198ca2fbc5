"""What learners see: the few dozen courses that one sitting puts before them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from experiments.world.catalogue import ASSESSED
from experiments.world.population import FloatArray, Ground, IntArray, People
from experiments.world.well_known import WELL_KNOWN

_MONTH = 30.0


@dataclass(frozen=True)
class Shelves:
    """Where courses are seen, as cumulative shares over families to draw from."""

    ground: Ground
    days: int

    @cached_property
    def electives(self) -> NDArray[np.bool_]:
        """Families that people choose: not the induction modules and not assessments."""
        return np.array([c.category not in (*ASSESSED, "Program") for c in self.ground.catalogue.base], dtype=np.bool_)

    @cached_property
    def popular(self) -> NDArray[np.float64]:
        """Shape (n_months, n_families): a power law over a rank that follows appeal, breadth, shortness and age."""
        base = self.ground.catalogue.base
        breadth = np.array([c.from_level == 0 for c in base]) * 1.2 - 0.25 * np.log1p([c.hours for c in base])
        published = np.array([c.published for c in base])
        rng = np.random.default_rng([self.ground.seed, 6])
        luck = rng.normal(0.0, 0.9, size=len(base)) + np.array([2.5 * (c.title in WELL_KNOWN) for c in base])
        weights = []
        for month in range(int(self.days / _MONTH) + 1):
            age = np.clip((month * _MONTH - published) / 200.0, 0.0, 1.0)
            strength = self.ground.appeal * 0.7 + breadth + luck + age
            rank = np.empty(len(base))
            rank[np.argsort(-strength, kind="stable")] = np.arange(1, len(base) + 1)
            weights.append(self.electives * rank**-self.ground.behaviour.popularity_exponent)
        return _cumulated(np.array(weights))

    @cached_property
    def for_post(self) -> NDArray[np.float64]:
        """Shape (n_posts, n_families): by what the post needs."""
        required, weight = self.ground.service.required, self.ground.service.weights
        found = np.full((len(required), len(self.ground.catalogue.base)), 1e-6)
        for family, course in enumerate(self.ground.catalogue.base):
            for k in course.competencies:
                useful = np.clip(np.minimum(course.to_level, required[:, k]) - course.from_level, 0.0, 2.0)
                found[:, family] += weight[:, k] * useful
        return _cumulated(found**1.3 * self.electives)

    @cached_property
    def of_field(self) -> NDArray[np.float64]:
        """Shape (n_fields, n_families): by appeal, within the subject."""
        found = np.full((len(self.ground.service.fields), len(self.ground.catalogue.base)), 1e-9)
        for family, course in enumerate(self.ground.catalogue.base):
            for k in course.competencies:
                found[self.ground.service.field_of[k], family] += np.exp(0.5 * self.ground.appeal[family])
        return _cumulated(found * self.electives)

    @cached_property
    def following(self) -> IntArray:
        """Shape (n_families, widest): families that may follow each, repeated to fill the row; -1 where none do."""
        rows = [self._followers(number) for number in range(len(self.ground.catalogue.base))]
        width = max(1, *(len(row) for row in rows))
        return np.array([(row * width)[:width] if row else [-1] * width for row in rows], dtype=np.int64)

    def seen(
        self,
        people: People,
        learners: IntArray,
        posts: IntArray,
        day: FloatArray,
        last: IntArray,
        rng: np.random.Generator,
    ) -> IntArray:
        """Return (n, seen) families that these learners see on that day, with repeats; ``last`` is -1 for none."""
        b = self.ground.behaviour
        n, families = len(learners), len(self.ground.catalogue.base)
        month = np.minimum((day / _MONTH).astype(np.int64), len(self.popular) - 1)
        fields = _fields_in_mind(people.interest[learners, : len(self.ground.service.fields)], b.seen_by_interest, rng)
        shown = [
            _draw_each(self.popular, np.repeat(month[:, None], b.seen_popular, axis=1), rng),
            _draw_each(self.for_post, np.repeat(posts[:, None], b.seen_for_post, axis=1), rng),
            _draw_each(self.of_field, fields, rng),
            rng.integers(0, families, size=(n, b.seen_new)),
        ]
        pick = rng.integers(0, self.following.shape[1], size=(n, b.seen_next))
        next_up = self.following[np.maximum(last, 0)[:, None], pick]
        next_up = np.where((last[:, None] >= 0) & (next_up >= 0), next_up, shown[0][:, : b.seen_next])
        seen = np.concatenate([*shown, next_up], axis=1)
        return np.where(self.electives[seen], seen, shown[0][:, :1])

    def _followers(self, number: int) -> list[int]:
        course = self.ground.catalogue.base[number]
        return [
            other.family
            for other in self.ground.catalogue.base
            if other.family != number
            and self.electives[other.family]
            and other.from_level >= course.from_level
            and other.to_level > course.to_level
            and other.competencies[0] in course.competencies
        ]


def _fields_in_mind(interest: FloatArray, count: int, rng: np.random.Generator) -> IntArray:
    """Draw ``count`` subjects a learner, by the exponential of interest."""
    shares = np.cumsum(np.exp(1.3 * interest), axis=1)
    draws = rng.random((len(interest), count), dtype=np.float32) * shares[:, -1:]
    found = (shares[:, None, :] < draws[:, :, None]).sum(axis=2)
    return np.asarray(np.minimum(found, interest.shape[1] - 1))


def _cumulated(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return cumulative shares of each row; row ``r`` runs from ``r`` to ``r + 1``, so that all rows are one line."""
    total = np.cumsum(weights, axis=1)
    return np.asarray(total / total[:, -1:] + np.arange(len(total))[:, None])


def _draw_each(cumulated: NDArray[np.float64], rows: IntArray, rng: np.random.Generator) -> IntArray:
    """Draw a column for each entry of ``rows``: the rows lie end to end and are searched at once."""
    wide = cumulated.shape[1]
    found = np.searchsorted(cumulated.ravel(), rows + rng.random(rows.shape), side="right") - rows * wide
    return np.asarray(np.clip(found, 0, wide - 1))
