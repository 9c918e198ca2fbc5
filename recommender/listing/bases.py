"""Base rows: what a profile adds to the score of every course, before any history; made once for each profile."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from features.records import Learner
from models.base import LearnerBatch, Scores
from models.bundle import Bundle
from models.plan import SITUATIONS
from recommender.listing.reason_codes import OF_MODEL, POPULARITY

KEPT_BYTES = 64_000_000
"""Memory for base rows that are kept; those asked for longest ago go first."""


@dataclass(frozen=True)
class Base:
    """What one profile adds."""

    scores: Scores
    """Shape (len(SITUATIONS), n_courses)."""
    loudest: NDArray[np.uint8]
    """Shape (len(SITUATIONS), n_courses): reason code of the profile's model that adds most."""


class Bases:
    """Base rows by profile; safe to share between threads."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._kept: OrderedDict[Learner, Base] = OrderedDict()
        self._most = max(16, KEPT_BYTES // (5 * len(SITUATIONS) * max(len(bundle.course_ids), 1)))
        self._lock = Lock()

    def of(self, profile: Learner) -> Base:
        """Return the rows of a profile; the same bits whoever else is asked about."""
        with self._lock:
            if profile in self._kept:
                self._kept.move_to_end(profile)
                return self._kept[profile]
        base = self._made(profile)
        with self._lock:
            self._kept[profile] = base
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return base

    def _made(self, profile: Learner) -> Base:
        bundle, n = self.bundle, len(self.bundle.course_ids)
        rows = np.arange(len(SITUATIONS))
        features = bundle.learner_vocabulary.matrix([profile] * len(rows), bundle.reference)
        batch = LearnerBatch(Histories.of([()] * len(rows), n), features)
        parts = bundle.hybrid.profile_parts(batch, rows)
        scores = np.zeros((len(rows), n), dtype=np.float32)
        for part in parts.values():
            scores += part
        codes = np.array([OF_MODEL[name] for name in parts] or [POPULARITY], dtype=np.uint8)
        loudest = np.stack(list(parts.values()) or [scores]).argmax(axis=0)
        return Base(scores, codes[loudest])
