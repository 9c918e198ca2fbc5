"""Base rows: what a profile adds to the score of every course, before any history; summed once for each profile."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
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

KEPT_BYTES, KEPT_BYTES_OF_MANY = 64_000_000, 512_000_000
"""Memory for base rows that are kept, for a few learners at a time and for millions; when it is full, all go."""
_PROFILES_A_ROW = 4
"""Profiles that are remembered for each row that a shelf has room for; most differ in nothing that a row is made of."""

Features = tuple[int, ...]
"""Numbers of a profile's features in the bundle's vocabulary, sorted."""


class Shelf:
    """Base rows of profiles. They are only ever added: what was read of a shelf stays as it is."""

    def __init__(self, room: int, n_courses: int) -> None:
        self.scores: Scores = np.empty((room, len(SITUATIONS), n_courses), dtype=np.float32)
        """What the profile in each place says, before any history."""
        self.loudest: NDArray[np.uint8] = np.empty(self.scores.shape, dtype=np.uint8)
        """Reason code of the profile's model that adds most."""
        self.places: dict[Learner, int] = {}
        self.made: dict[Features, int] = {}
        """The same places, by what the rows are sums of: profiles that differ in nothing of it share them."""

    @cached_property
    def rows(self) -> tuple[Scores, NDArray[np.uint8]]:
        """Scores and codes as rows: that of a profile in a situation is ``place * len(SITUATIONS) + situation``."""
        n_courses = self.scores.shape[2]
        return self.scores.reshape(-1, n_courses), self.loudest.reshape(-1, n_courses)

    def places_of(self, profiles: Sequence[Learner]) -> list[int]:
        """Return the place of each profile, -1 where it is not on the shelf."""
        return [self.places.get(profile, -1) for profile in profiles]


class Bases:
    """Base rows by profile; safe to share between threads."""

    def __init__(self, bundle: Bundle, kept: int, *, compiled: bool) -> None:
        self.bundle = bundle
        self.compiled = compiled
        self.fold = bundle.hybrid.folded_profiles()
        self._codes = np.array([OF_MODEL[name] for name in ALL], dtype=np.uint8)[self.fold.parts]
        self._rows = np.asarray(self.fold.rows)
        self.room = max(16, kept // (5 * len(SITUATIONS) * max(len(bundle.course_ids), 1)))
        """Rows that a shelf has room for."""
        self.shelf = self._empty_shelf(self.room)
        """The one that rows are put on now."""
        self._lock = Lock()

    def of(self, profiles: Sequence[Learner]) -> tuple[Shelf, list[int]]:
        """Return a shelf with the rows of the profiles and their places; the same bits whoever else is asked about."""
        shelf = self.shelf
        places = shelf.places_of(profiles)
        if -1 in places:
            with self._lock:
                shelf = self._with(set(profiles))
            places = shelf.places_of(profiles)
        return shelf, places

    def _with(self, profiles: set[Learner]) -> Shelf:
        """Return the shelf with the profiles' rows, a new one where this one has no room for all of them.

        Who reads the old one goes on doing so.
        """
        shelf = self.shelf
        new = {profile: self._features(profile) for profile in profiles if profile not in shelf.places}
        n_rows = len(shelf.made.keys() | set(new.values()))
        if n_rows > len(shelf.scores) or len(shelf.places) + len(new) > _PROFILES_A_ROW * len(shelf.scores):
            shelf = self.shelf = self._empty_shelf(max(self.room, len(profiles)))
            new = {profile: self._features(profile) for profile in profiles}
        for profile, features in new.items():
            place = shelf.made.get(features)
            if place is None:
                place = len(shelf.made)
                shelf.scores[place], shelf.loudest[place] = self._made(features)
                shelf.made[features] = place
            shelf.places[profile] = place
        return shelf

    def _empty_shelf(self, room: int) -> Shelf:
        # Memory is taken up as rows are put there.
        return Shelf(room, len(self.bundle.course_ids))

    def _features(self, profile: Learner) -> Features:
        index = self.bundle.learner_vocabulary.index
        known = {index[name] for name in learner_features(profile, self.bundle.reference) if name in index}
        return tuple(sorted(known))

    def _made(self, known: Features) -> tuple[Scores, NDArray[np.uint8]]:
        features = np.array(known, dtype=np.int64)
        if self.compiled:
            from recommender.listing.bases_numba import base_compiled  # noqa: PLC0415 - serving does without it

            return base_compiled(self.fold, self._rows, self._codes, features)
        return base_plain(self.fold, self._rows, self._codes, features)


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
