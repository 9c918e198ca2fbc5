"""Base rows: what a profile adds to the score of every course, before any history; summed once for each profile."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from features.profiles import learner_features
from features.records import Learner
from models.base import Scores
from models.bundle import Bundle
from models.fold import ALL
from models.plan import SITUATIONS
from models.profile_fold import ProfileFold
from recommender.listing.reason_codes import OF_MODEL

KEPT_BYTES, KEPT_BYTES_COMPILED = 64_000_000, 512_000_000
"""Memory for base rows that are kept, for a few learners at a time and for millions; those asked for longest ago go."""


@dataclass(frozen=True)
class Base:
    """What one profile adds."""

    scores: Scores
    """Shape (len(SITUATIONS), n_courses)."""
    loudest: NDArray[np.uint8]
    """Shape (len(SITUATIONS), n_courses): reason code of the profile's model that adds most."""


class Bases:
    """Base rows by profile; safe to share between threads."""

    def __init__(self, bundle: Bundle, *, compiled: bool) -> None:
        self.bundle = bundle
        self.compiled = compiled
        self.fold = bundle.hybrid.folded_profiles()
        self._codes = np.array([OF_MODEL[name] for name in ALL], dtype=np.uint8)[self.fold.parts]
        self._rows = np.asarray(self.fold.rows)
        self._kept: OrderedDict[Learner, Base] = OrderedDict()
        kept = KEPT_BYTES_COMPILED if compiled else KEPT_BYTES
        self._most = max(16, kept // (5 * len(SITUATIONS) * max(len(bundle.course_ids), 1)))
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
        index = self.bundle.learner_vocabulary.index
        known = {index[name] for name in learner_features(profile, self.bundle.reference) if name in index}
        features = np.array(sorted(known), dtype=np.int64)
        if self.compiled:
            from recommender.listing.bases_numba import base_compiled  # noqa: PLC0415 - serving does without it

            return Base(*base_compiled(self.fold, self._rows, self._codes, features))
        return Base(*base_plain(self.fold, self._rows, self._codes, features))


def base_plain(
    fold: ProfileFold, rows: NDArray[np.int16], codes: NDArray[np.uint8], features: NDArray[np.int64]
) -> tuple[Scores, NDArray[np.uint8]]:
    """Add up a profile's rows: the features in order, then the parts; ``bases_numba`` does the same, compiled.

    Parameters
    ----------
    fold
        What features add.
    rows
        ``fold.rows`` as a plain array.
    codes
        Shape (M,), reason code of each part.
    features
        The profile's features, sorted.

    Returns
    -------
    scores
        Shape (len(SITUATIONS), n_courses).
    loudest
        Same shape, the code of the part that adds most.
    """
    parts = [fold.start[:, number].copy() for number in range(len(codes))]
    share = np.float32(1.0 / max(len(features), 1))
    for number, part in enumerate(fold.part):
        raw = np.zeros(rows.shape[2], dtype=np.float32)
        new = np.zeros(fold.new_rows.shape[1::2], dtype=np.float32)
        for feature in features:
            raw += fold.unit[number, feature] * rows[number, feature]
            new += fold.new_rows[number, :, feature]
        if fold.averaged[number]:
            raw, new = raw * share, new * share
        parts[part] += fold.weight[:, number, None] * raw
        parts[part][:, fold.columns] += new
    return _together(parts, codes, rows.shape[2])


def _together(parts: Sequence[Scores], codes: NDArray[np.uint8], n_courses: int) -> tuple[Scores, NDArray[np.uint8]]:
    scores = np.zeros((len(SITUATIONS), n_courses), dtype=np.float32)
    loudest = np.zeros(scores.shape, dtype=np.uint8)
    most = np.full(scores.shape, -np.inf, dtype=np.float32)
    for part, code in zip(parts, codes, strict=True):
        scores += part
        louder = part > most
        loudest[louder] = code
        np.maximum(most, part, out=most)
    return scores, loudest
