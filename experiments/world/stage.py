"""What every chunk of learners is played on: arrays over courses that do not change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from experiments.world.catalogue import ASSESSED, level_matrix
from experiments.world.duties import Duties
from experiments.world.exposure import Shelves
from experiments.world.languages import Versions
from experiments.world.population import FloatArray, Ground, IntArray

Bools = NDArray[np.bool_]
_AREAS = ("Behavioural", "Functional", "Domain")


@dataclass(frozen=True)
class Stage:
    """What every chunk plays on: arrays over families that do not change."""

    ground: Ground
    duties: Duties
    shelves: Shelves
    versions: Versions

    @cached_property
    def taught(self) -> IntArray:
        """(n_families, 3): competencies, padded with the placeholder."""
        return level_matrix(self.ground.catalogue, len(self.ground.service.competencies))[0]

    @cached_property
    def levels(self) -> FloatArray:
        """(n_families, 2): level a course starts from and leads to."""
        return level_matrix(self.ground.catalogue, len(self.ground.service.competencies))[1]

    @cached_property
    def hours(self) -> FloatArray:
        """(n_families,)."""
        return np.array([c.hours for c in self.ground.catalogue.base], dtype=np.float32)

    @cached_property
    def fees(self) -> FloatArray:
        """(n_families,): thousand rupees."""
        return np.array([c.fee / 1000.0 for c in self.ground.catalogue.base], dtype=np.float32)

    @cached_property
    def published(self) -> FloatArray:
        """(n_families,): first day, and (second row) first day it no longer is."""
        base = self.ground.catalogue.base
        ends = [1e9 if c.retired is None else c.retired for c in base]
        return np.array([[c.published for c in base], ends], dtype=np.float32)

    @cached_property
    def restricted(self) -> Bools:
        """(n_families,)."""
        return np.array([c.restricted for c in self.ground.catalogue.base], dtype=np.bool_)

    @cached_property
    def requires(self) -> IntArray:
        """(n_families, 4): families of which one must come before; -1 pads."""
        found = np.full((len(self.ground.catalogue.base), 4), -1, dtype=np.int64)
        for family, before in enumerate(self.ground.catalogue.requires):
            found[family, : len(before)] = before
        return found

    @cached_property
    def is_assessment(self) -> Bools:
        """(n_families,)."""
        return np.array([c.category in ASSESSED for c in self.ground.catalogue.base], dtype=np.bool_)

    @cached_property
    def has_quiz(self) -> Bools:
        """(n_families,): seven in ten courses end with a quiz, by their number."""
        return (np.arange(len(self.hours)) % 10 < 7) & ~self.is_assessment

    @cached_property
    def group_a(self) -> Bools:
        """(n_posts,)."""
        return np.array([post.group == "A" for post in self.ground.service.posts], dtype=np.bool_)

    @cached_property
    def area_ends(self) -> tuple[slice, ...]:
        """Columns of the behavioural, functional and domain competencies."""
        areas = [c.area for c in self.ground.service.competencies]
        starts = [areas.index(area) for area in _AREAS]
        return tuple(slice(a, b) for a, b in zip(starts, [*starts[1:], len(areas)], strict=True))

    @cached_property
    def fading(self) -> FloatArray:
        """(3,): rate a day at which the fading part of a gain falls, by area."""
        b = self.ground.behaviour
        lives = (b.half_life_behavioural, b.half_life_functional, b.half_life_domain)
        return np.asarray(np.log(2.0) / np.array(lives), dtype=np.float32)

    @cached_property
    def fading_of(self) -> FloatArray:
        """(n_competencies + 1,): the same by competency."""
        rates = np.zeros(len(self.ground.service.competencies) + 1, dtype=np.float32)
        for columns, rate in zip(self.area_ends, self.fading, strict=True):
            rates[columns] = rate
        return rates
