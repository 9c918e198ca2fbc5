"""Which language version of a course each kind of reader takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.world.catalogue import Catalogue
from experiments.world.population import LANGUAGE_PROFILES, FloatArray, IntArray

UNREADABLE = 6.0
"""Loss, in times that of a second language, where no version is in a language the learner reads."""


@dataclass(frozen=True)
class Versions:
    """For each language profile and family: the course number taken, and how far it is from the best language."""

    course: IntArray
    """(n_profiles, n_families)."""
    distance: FloatArray
    """0 for the best language, 1 for another that is read, ``UNREADABLE`` for none."""

    @classmethod
    def of(cls, catalogue: Catalogue) -> Versions:
        """Choose for every profile the first of its languages that a family has."""
        course = np.zeros((len(LANGUAGE_PROFILES), len(catalogue.base)), dtype=np.int64)
        distance = np.zeros(course.shape, dtype=np.float32)
        for profile, languages in enumerate(LANGUAGE_PROFILES):
            for family in range(len(catalogue.base)):
                versions = [catalogue.in_language.get((family, language)) for language in languages]
                found = [(place, number) for place, number in enumerate(versions) if number is not None]
                place, number = found[0] if found else (-1, catalogue.bases[family])
                course[profile, family] = number
                distance[profile, family] = UNREADABLE if place < 0 else min(place, 1)
        return cls(course, distance)
