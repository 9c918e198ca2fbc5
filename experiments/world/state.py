"""What a chunk of learners knows and has done so far; how it learns and forgets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.world.population import FloatArray, IntArray, People
from experiments.world.stage import Bools, Stage


@dataclass
class State:
    """Arrays with a row a learner."""

    durable: FloatArray
    """Part of each true level that stays."""
    fading: FloatArray
    """Part that fades."""
    seen_to: FloatArray
    """Day up to which ``fading`` has faded."""
    taken: Bools
    done: Bools
    last: IntArray
    """Family completed last, -1 for none."""
    last_day: FloatArray

    @classmethod
    def of(cls, people: People, families: int) -> State:
        """Return the state before anything happened."""
        n = len(people)
        return cls(
            durable=people.baseline.copy(),
            fading=np.zeros_like(people.baseline),
            seen_to=np.zeros(n, dtype=np.float32),
            taken=np.zeros((n, families), dtype=np.bool_),
            done=np.zeros((n, families), dtype=np.bool_),
            last=np.full(n, -1, dtype=np.int64),
            last_day=np.full(n, -1e4, dtype=np.float32),
        )

    def held(self, learners: IntArray, competencies: IntArray) -> FloatArray:
        """Return true levels; the two index arrays are broadcast."""
        return np.asarray(self.durable[learners, competencies] + self.fading[learners, competencies])

    def fade(self, stage: Stage, learners: IntArray, day: FloatArray) -> None:
        """Let the fading part of what was learned fade up to the day."""
        passed = np.maximum(day - self.seen_to[learners], 0.0)
        fading = self.fading[learners]
        for columns, rate in zip(stage.area_ends, stage.fading, strict=True):
            fading[:, columns] *= np.exp(-rate * passed)[:, None]
        self.fading[learners] = fading
        self.seen_to[learners] = day
