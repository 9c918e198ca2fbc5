"""A validation slice of the training data: what blend and settings are chosen on, never the test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from models.base import LearnerBatch, TrainingData

Kind = Literal["auto", "later", "last", "tail", "share"]

LATER_SHARE = 0.1
"""Share of the choices, the latest, that a slice in time holds out."""
RANDOM_SHARE = 0.2
"""Share of each learner's choices that is held out where their order says nothing."""
NEWCOMERS = 0.1
"""Share of the learners held out with all their choices, where profiles are known."""
ENOUGH = 300
"""Learners with choices on both sides that a slice in time must have."""
MOST_CHOICES = 3_000_000
"""Of more choices a random part of the learners says which settings and weights are best."""
SORTED_FROM, SORTED_SHARE = 4, 0.9
"""Lists of so many courses; if such a share of them stand in the order of ids, that is how the file was written."""
HIDDEN = 0.2
"""Share of the courses hidden to learn how to rank new ones."""
FEWEST = 2000
"""Learners who are judged at least, however large the catalogue, if there are so many."""
_SCORES = 16_000_000
"""Learners times courses that are scored at once at most."""


@dataclass(frozen=True)
class Judged:
    """Learners as they were known, and what they chose afterwards."""

    batch: LearnerBatch
    targets: Histories
    rows: NDArray[np.int64]
    """Their rows in the data."""

    def __len__(self) -> int:
        return len(self.batch)

    def few_at_a_time(self) -> Iterator[Judged]:
        """Yield the learners in parts whose dense scores fit into memory."""
        size = max(1, _SCORES // max(self.batch.histories.n_courses, 1))
        for start in range(0, len(self), size):
            rows = np.arange(start, min(start + size, len(self)))
            yield Judged(self.batch.rows(rows), self.targets.rows(rows), self.rows[rows])


@dataclass(frozen=True)
class Holdout:
    """What models are fitted on, and who the fit is judged on."""

    train: TrainingData
    known: Judged
    """Learners with a history."""
    newcomers: Judged
    """Learners with a profile alone, none of whose choices are in ``others``."""
    others: TrainingData
    """What was known before the newcomers came."""
    ordered: bool
    """Whether the order of the choices says anything."""


def hold_out(data: TrainingData, kind: Kind, *, ordered: bool, seed: int) -> Holdout:
    """Cut a validation slice off.

    ``later``: the last tenth of the choices in time. ``last``: each learner's last choice. ``tail``: each learner's
    last fifth, at least one. ``share``: a random fifth of each learner's choices. ``auto``: ``later`` where times are
    known, else ``last`` where order says something, else ``share``.
    """
    generator = np.random.default_rng(seed)
    kind = _kind(data, ordered=ordered) if kind == "auto" else kind
    held = _held_out(data.histories, kind, generator)
    new, hidden = _newcomers(data, generator)
    train = data.keep(~held)
    targets = data.histories.keep(held)
    known = (targets.lengths > 0) & (train.histories.lengths > 0)
    return Holdout(
        train=train,
        known=judged(
            train.histories, targets, data, _some(known, data.n_courses, generator), by_learner=kind != "later"
        ),
        newcomers=judged(
            data.histories.keep(np.zeros(len(held), dtype=bool)),
            data.histories.keep(hidden),
            data,
            _some(new & (data.histories.lengths > 0), data.n_courses, generator),
        ),
        others=data.keep(~hidden),
        ordered=ordered,
    )


def fewer(data: TrainingData, seed: int) -> TrainingData:
    """Return all learners, or random ones who made ``MOST_CHOICES`` choices together: enough to choose settings on."""
    if len(data.histories.courses) <= MOST_CHOICES:
        return data
    drawn = np.random.default_rng(seed).permutation(len(data.histories))
    enough = int(np.searchsorted(np.cumsum(data.histories.lengths[drawn]), MOST_CHOICES))
    return data.learners(drawn[: max(enough, 1)])


def hide_courses(data: TrainingData, seed: int) -> tuple[TrainingData, NDArray[np.bool_], Judged]:
    """Hide a fifth of the courses that were taken.

    Returns what is left to fit on, which courses are hidden, and the learners who took hidden courses: what they took
    of the others is their history, the hidden ones are their targets.
    """
    generator = np.random.default_rng(seed)
    taken = np.flatnonzero(data.support() > 0)
    hidden = np.zeros(data.n_courses, dtype=bool)
    hidden[generator.permutation(taken)[: int(len(taken) * HIDDEN)]] = True
    of_hidden = hidden[data.histories.courses]
    targets = data.histories.keep(of_hidden)
    rest = data.keep(~of_hidden)
    both = (targets.lengths > 0) & (rest.histories.lengths > 0)
    return rest, hidden, judged(rest.histories, targets, data, _some(both, data.n_courses, generator))


def judged(
    histories: Histories, targets: Histories, data: TrainingData, rows: NDArray[np.int64], *, by_learner: bool = False
) -> Judged:
    """Return some learners with these histories and targets, asking when training ends, or each at their own time."""
    own = histories.rows(rows)
    batch = LearnerBatch(own, data.learner_features[rows], moments=last_days(own) if by_learner else None)
    return Judged(batch, targets.rows(rows), rows)


def last_days(histories: Histories, otherwise: float | None = None) -> NDArray[np.float64] | None:
    """Return the day of each learner's newest course, ``None`` where days are missing.

    ``otherwise`` is the day of those without a history; without it their days are missing too.
    """
    empty = histories.lengths == 0
    if histories.days is None or (empty.any() and otherwise is None):
        return None
    last = np.append(histories.days, 0.0)[histories.indptr[1:] - 1]
    return np.where(empty, otherwise if otherwise is not None else 0.0, last).astype(np.float64)


def in_order_of_ids(histories: Histories, course_ids: Sequence[str]) -> bool:
    """Return whether the courses of nearly every list stand in the order of their ids, which then says nothing else."""
    ids = np.array(course_ids, dtype=np.str_)
    numbers = all(one.isdecimal() for one in course_ids)
    places = np.empty(len(ids), dtype=np.int64)
    places[np.lexsort((ids, np.char.str_len(ids))) if numbers else np.argsort(ids, kind="stable")] = np.arange(len(ids))
    steps = np.diff(places[histories.courses]) < 0
    inside = histories.ages()[:-1] > 0
    back = np.bincount(np.repeat(np.arange(len(histories)), histories.lengths)[:-1], steps & inside, len(histories))
    long = histories.lengths >= SORTED_FROM
    return bool(long.sum() >= 1 and (back[long] == 0).mean() >= SORTED_SHARE)


def _kind(data: TrainingData, *, ordered: bool) -> Kind:
    if data.histories.days is not None:
        later = _held_out(data.histories, "later", np.random.default_rng(0))
        both = (data.histories.keep(later).lengths > 0) & (data.histories.keep(~later).lengths > 0)
        return "later" if both.sum() >= ENOUGH else "last"
    return "last" if ordered else "share"


def _held_out(histories: Histories, kind: Kind, generator: np.random.Generator) -> NDArray[np.bool_]:
    if kind == "later" and histories.days is not None and len(histories.days):
        return np.asarray(histories.days >= np.quantile(histories.days, 1.0 - LATER_SHARE))
    long_enough = np.repeat(histories.lengths >= 2, histories.lengths)
    if kind == "share":
        drawn = generator.random(len(histories.courses)) < RANDOM_SHARE
        return np.asarray(drawn & long_enough)
    held = np.maximum(np.rint(RANDOM_SHARE * histories.lengths), 1.0) if kind == "tail" else np.ones(len(histories))
    return np.asarray((histories.ages() < np.repeat(held, histories.lengths)) & long_enough)


def _newcomers(data: TrainingData, generator: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which learners are treated as new, and which interactions are hidden so that they are.

    Where times are known: those who began in the last tenth of the choices, all of which are hidden. Else, where
    profiles are known, a random tenth of the learners. Nobody, where neither is known.
    """
    histories = data.histories
    if histories.days is not None:
        late = _held_out(histories, "later", generator)
        return np.asarray(histories.keep(~late).lengths == 0), late
    if not data.learner_features.shape[1]:
        return np.zeros(len(histories), dtype=bool), np.zeros(len(histories.courses), dtype=bool)
    new = np.asarray(generator.random(len(histories)) < NEWCOMERS)
    return new, np.repeat(new, histories.lengths)


def _some(mask: NDArray[np.bool_], n_courses: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return the numbers of the true rows, a random part of them if scoring all would take too much time or memory."""
    rows = np.flatnonzero(mask)
    most = min(5000, max(FEWEST, _SCORES // max(n_courses, 1)))
    return np.sort(generator.permutation(rows)[:most])
