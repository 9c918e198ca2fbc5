"""Judging: every scorer ranks the same case, and what they reach is set side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.cases import Case, slices
from experiments.metrics import Interval, Values, catalogue, interval, paired, per_learner
from experiments.ranked import Scorer, ranked_lists

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """What one scorer reached on a case."""

    name: str
    values: Mapping[str, Values]
    """Metric at k to one value a judged learner."""
    catalogue: Mapping[str, float]
    """Coverage, Gini and novelty."""
    slices: Mapping[str, Mapping[str, Values]]
    """The same values for each slice of the case."""

    def mean(self, metric: str) -> float:
        """Return the mean of a metric over all judged learners."""
        return float(self.values[metric].mean())


def judge(name: str, scorer: Scorer, case: Case, ks: Sequence[int]) -> Judged:
    """Rank the case with a fitted scorer and measure the lists."""
    lists = ranked_lists(scorer, case, max(ks))
    popularity = case.train.support().astype(np.float64)
    shown: dict[str, float] = {}
    for k in ks:
        shown |= catalogue(lists, popularity, k)
    parts = {part: per_learner(lists[rows], targets, ks) for part, (rows, targets) in slices(case).items()}
    return Judged(name, per_learner(lists, case.targets, ks), shown, parts)


def document(case: Case, judged: Sequence[Judged], seed: int = 0) -> dict[str, Any]:
    """Return the comparison as one JSON document; the first scorer is compared with each other, learner by learner."""
    ours = judged[0]
    return {
        "case": case.name,
        "judged_learners": len(case.batch),
        "courses": int(case.to_be_had.sum()),
        "results": {one.name: {**_intervals(one.values, seed), **one.catalogue} for one in judged},
        "paired": {
            f"{ours.name} - {other.name}": _plain(paired(ours.values, other.values, seed)) for other in judged[1:]
        },
        "slices": {
            part: {
                "judged_learners": len(next(iter(values.values()))),
                "results": {one.name: _intervals(one.slices[part], seed) for one in judged},
            }
            for part, values in ours.slices.items()
        },
    }


def _intervals(values: Mapping[str, Values], seed: int) -> dict[str, dict[str, float]]:
    return _plain({name: interval(numbers, seed) for name, numbers in values.items()})


def _plain(intervals: Mapping[str, Interval]) -> dict[str, dict[str, float]]:
    return {
        name: {"mean": round(one.mean, 5), "low": round(one.low, 5), "high": round(one.high, 5)}
        for name, one in intervals.items()
    }


def flat_metrics(comparison: Mapping[str, Any]) -> dict[str, float]:
    """Return the comparison's figures under flat names, as a tracker keeps them: ``hybrid/ndcg@10``, ``.../low``."""
    found: dict[str, float] = {}
    for model, results in comparison["results"].items():
        for metric, value in results.items():
            if isinstance(value, float):
                found[f"{model}/{metric}"] = value
            else:
                found |= {f"{model}/{metric}": value["mean"]} | {
                    f"{model}/{metric}/{end}": value[end] for end in ("low", "high")
                }
    return found


def column(comparison: Mapping[str, Any], metric: str) -> NDArray[np.float64]:
    """Return one metric's means in the order of the results."""
    return np.array([results[metric]["mean"] for results in comparison["results"].values()])
