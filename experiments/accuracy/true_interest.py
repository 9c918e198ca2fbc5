"""Lists against what learners are truly interested in: only a demo world knows.

What people chose also says what they were shown, told to take and short of; true interest does not. A course and its
translations are one work here: it is as interesting in any language, and a list that holds it twice gains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from experiments.accuracy.peers import PEERS, Peer, tune_peer
from experiments.cases import Case, slices, time_cut
from experiments.metrics import interval, paired
from experiments.train import TrainSettings, tagged_snapshot, text_vectors
from experiments.world.truth import Truth
from features.home import Home
from features.reference import Reference
from models.base import LearnerBatch, Scores, TrainingData, seen_mask
from models.holdout import hold_out
from models.hybrid import Hybrid

OURS = "karmapath"
METRIC = "ndcg"
_AT_ONCE = 1024
Report = Callable[[str], None]


@dataclass(frozen=True)
class Works:
    """Courses by work: the work of each course, as a number."""

    of_course: NDArray[np.int64]
    """Shape (n_courses,)."""
    count: int

    @classmethod
    def of(cls, course_ids: Sequence[str], reference: Reference) -> Works:
        """Return the works of the courses; a course that is no translation is a work of its own."""
        bases = [reference.courses[course].base or course for course in course_ids]
        numbers = {base: number for number, base in enumerate(dict.fromkeys(bases))}
        return cls(np.array([numbers[base] for base in bases], dtype=np.int64), len(numbers))

    def best(self, scores: Scores) -> Scores:
        """Return the best score of each work in any language, shape (n, count)."""
        found = np.full((len(scores), self.count), -np.inf, dtype=np.float32)
        np.maximum.at(found.T, self.of_course, scores.T)
        return found

    def any(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return for which works the mask, shape (n, n_courses), holds in any language; shape (n, count)."""
        return self.best(mask.astype(np.float32)) > 0


def benchmark_interest(home: Home, peers: Sequence[str], k: int, trials: int, seed: int, say: Report) -> dict[str, Any]:
    """Return NDCG at ``k`` against true interest of the hybrid and its peers, over all learners and in each slice.

    The gain of a work is the learner's true interest in it, in standard deviations above the mean, 0 below; the ideal
    list holds the most interesting works among those that were not taken before the cut. Everybody ranks the same works
    and was fitted on the same choices, all before the cut; peers are tuned on a slice of those.
    """
    settings = TrainSettings(seed=seed)
    snapshot = tagged_snapshot(home, settings, say)
    case = time_cut(snapshot, text_vectors(home, snapshot, settings, say), None, settings.test_share)
    works = Works.of(case.train.course_ids, Reference.load(snapshot))
    truth = Truth.open(home.demo)
    parts = {name: numbers for name, (numbers, _) in slices(case).items() if name != "new_course"}
    values: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name in (OURS, *peers):
        model = _fitted(name, case, trials, seed, say)
        gained = judged(model, case, works, truth, k)
        values[name] = {"all": gained, **{part: gained[numbers] for part, numbers in parts.items()}}
        say(f"{name}: {METRIC}@{k} {gained.mean():.4f} against true interest")
    return _document(values, f"{METRIC}@{k}", seed)


class Interest:
    """The hybrid as paths ask it: for interest, not for the next choice."""

    def __init__(self, hybrid: Hybrid) -> None:
        self.hybrid = hybrid

    def fit(self, data: TrainingData) -> Self:
        """Fit the hybrid."""
        self.hybrid.fit(data)
        return self

    def score(self, batch: LearnerBatch, rows: NDArray[np.int64]) -> Scores:
        """Return interest, shape (len(batch), n_courses); no learner has a row of it."""
        return self.hybrid.interest(batch)


def judged(model: Peer, case: Case, works: Works, truth: Truth, k: int) -> NDArray[np.float64]:
    """Return each judged learner's NDCG at ``k`` against true interest, shape (n_judged,)."""
    column = {course: number for number, course in enumerate(truth.course_ids)}
    known = np.array([column[course] for course in case.train.course_ids], dtype=np.int64)
    found = []
    for start in range(0, len(case.batch), _AT_ONCE):
        part = slice(start, min(start + _AT_ONCE, len(case.batch)))
        scores = np.array(model.score(case.batch.rows(part), case.rows[part]), dtype=np.float32)
        scores[:, ~case.to_be_had] = -np.inf
        open_works = ~works.any(seen_mask(case.seen.rows(part))) & works.any(case.to_be_had[None, :])
        gains = np.maximum(works.best(truth.interest(case.learner_ids[part])[:, known]), 0.0)
        found.append(graded_ndcg(works.best(scores), np.where(open_works, gains, 0.0), open_works, k))
    return np.concatenate(found)


def graded_ndcg(scores: Scores, gains: Scores, among: NDArray[np.bool_], k: int) -> NDArray[np.float64]:
    """Return discounted gain of the k best by score over that of the k best by gain, for each row.

    Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, TOIS 2002. Rows without any gain get 0.
    """
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    order = np.argsort(-np.where(among, scores, -np.inf), axis=1, kind="stable")[:, :k]
    got = np.take_along_axis(gains, order, axis=1)
    ideal = -np.sort(-gains, axis=1)[:, :k]
    width = got.shape[1]
    best = ideal @ discount[:width]
    return np.asarray((got @ discount[:width]) / np.where(best > 0, best, 1.0), dtype=np.float64)


def _fitted(name: str, case: Case, trials: int, seed: int, say: Report) -> Peer:
    if name == OURS:
        return Interest(Hybrid(seed=seed).fit(case.train, lambda line: say(f"    {line}")))
    kind = "auto" if case.train.histories.days is not None else "share"
    held = hold_out(case.train, kind, ordered=True, seed=seed)  # type: ignore[arg-type]
    return PEERS[name][0](**tune_peer(name, held.train, held.known, trials)).fit(case.train)


def _document(values: Mapping[str, Mapping[str, NDArray[np.float64]]], metric: str, seed: int) -> dict[str, Any]:
    ours = values[OURS]
    return {
        part: {
            "learners": len(ours[part]),
            "results": {
                name: {"mean": round(float(own[part].mean()), 5), **_ends(interval(own[part], seed))}
                for name, own in values.items()
            },
            "ahead_of": {
                name: {"mean": round(difference.mean, 5), **_ends(difference)}
                for name, own in values.items()
                if name != OURS
                for difference in paired({metric: ours[part]}, {metric: own[part]}, seed).values()
            },
        }
        for part in ours
    }


def _ends(found: Any) -> dict[str, float]:
    return {"low": round(found.low, 5), "high": round(found.high, 5)}
