"""The accuracy benchmark: Karmapath and its peers on the same task, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.accuracy.dataset import Dataset
from experiments.accuracy.peers import DENSE, PEERS, Peer, Plain, tune_peer
from experiments.metrics import Values, catalogue, interval, paired, per_learner
from features.children import end_with_parent
from features.errors import KarmapathError
from models import wide
from models.base import Scores, TrainingData, seen_mask, top_k
from models.fitting import says_order
from models.holdout import Kind, fewer, hold_out, in_order_of_ids
from models.hybrid import Hybrid
from models.wide import Wide

OURS = "karmapath"
AT_ONCE = 16_000_000
"""Scores that are held at once."""


@dataclass(frozen=True)
class Settings:
    """How the benchmark is run."""

    ks: tuple[int, ...] = (10, 20)
    trials: int = 8
    """Settings that each peer is tried with on the validation slice."""
    holdout: Kind = "auto"
    seed: int = 0
    seconds: float = 600.0
    """Time in which each peer's trials are made."""


@dataclass(frozen=True)
class Result:
    """What one model reached."""

    values: dict[str, Values]
    """Metric at k to one value a judged learner."""
    figures: dict[str, float]
    settings: dict[str, Any]


def benchmark(data: Dataset, peers: Sequence[str], settings: Settings, report: Callable[[str], None]) -> dict[str, Any]:
    """Run all models and return the document that the command prints; a peer that fails is told and left out."""
    settings = replace(settings, holdout=slice_kind(data, settings))
    report(f"validation slice: {settings.holdout}")
    results: dict[str, Result] = {}
    failed: dict[str, str] = {}
    for name in (OURS, *peers):
        report(f"{name} ...")
        try:
            results[name] = apart(name, data, settings)
        except (ArithmeticError, MemoryError, ValueError, KarmapathError) as error:
            if name == OURS:
                raise
            failed[name] = f"{type(error).__name__}: {error}"
            report(f"{name} failed and is left out: {failed[name]}")
            continue
        means = (f"{metric}@{k} {results[name].values[f'{metric}@{k}'].mean():.4f}"
                 for k in settings.ks for metric in ("recall", "ndcg", "hr"))  # fmt: skip
        report(f"{name}: {', '.join(means)}; fitted in {results[name].figures['fit_seconds']:.0f} s")
    return document(data, results, settings) | ({"failed": failed} if failed else {})


def apart(name: str, data: Dataset, settings: Settings) -> Result:
    """Run one model in a fresh process, so that its time and its memory are its own.

    Raises
    ------
    KarmapathError
        If the system ended the process.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=end_with_parent) as pool:
        try:
            return pool.submit(run_one, name, data, settings).result()
        except BrokenProcessPool as error:
            raise KarmapathError(
                f"the system ended the process of {name}",
                "memory for it",
                "leave it out of --peers, or run on a machine with more memory",
            ) from error


def run_one(name: str, data: Dataset, settings: Settings) -> Result:
    """Tune on the validation slice, fit on all training data, rank for the judged learners."""
    started = time.perf_counter()
    model, chosen = fit_model(name, data, settings)
    fitted = time.perf_counter() - started
    started = time.perf_counter()
    lists = ranked(model, data, max(settings.ks))
    scored = time.perf_counter() - started
    figures: dict[str, float] = {
        "fit_seconds": round(fitted, 2),
        "score_us": round(1e6 * scored / len(lists), 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    popularity = data.train.support().astype(np.float64)
    for k in settings.ks:
        figures |= catalogue(lists, popularity, k)
    return Result(per_learner(lists, data.targets, settings.ks), figures, chosen)


def fit_model(name: str, data: Dataset, settings: Settings) -> tuple[Peer, dict[str, Any]]:
    """Return the fitted model and the settings chosen on the validation slice of the training data."""
    kind = settings.holdout
    if name == OURS:
        ours = ours_for(data.train, settings)
        ours.fit(data.train, report=lambda text: print(f"  {text}", file=sys.stderr, flush=True))  # noqa: T201
        return Plain(ours), {} if ours.plan is None else ours.plan.as_dict()
    slice_ = hold_out(fewer(data.train, settings.seed), kind, ordered=kind != "share", seed=settings.seed)
    judged = slice_.known if len(slice_.known) else slice_.newcomers
    chosen = tune_peer(name, slice_.train, judged, settings.trials, settings.seconds)
    return PEERS[name][0](**chosen).fit(data.train), chosen


def ours_for(train: TrainingData, settings: Settings) -> Hybrid | Wide:
    """Return the blend for catalogues of this size, not fitted.

    Dense matrices of course by course would take gigabytes and hours in larger ones.
    """
    return (Hybrid if train.n_courses <= DENSE else Wide)(seed=settings.seed, holdout=settings.holdout)


def slice_kind(data: Dataset, settings: Settings) -> Kind:
    """Return how the validation slice is cut: like the test, of which only counts and times are used (``test_form``).

    The training file has a say too: where its lists stand in the order of ids the last course is no later one, and the
    test may be the tail of every list only if order says something.
    """
    if settings.holdout != "auto":
        return settings.holdout
    train = data.train
    if train.histories.days is None and in_order_of_ids(train.histories, train.course_ids):
        return "share"
    if not data.among.all():
        return "last"
    if data.form == "tail" and train.histories.days is None:
        told = says_order if train.n_courses <= DENSE else wide.says_order
        return "tail" if told(train, settings.seed) else "share"
    return "auto" if data.form == "later" else data.form


def ranked(model: Peer, data: Dataset, k: int) -> NDArray[np.int64]:
    """Return the k best ranked courses of each judged learner, without those taken; -1 where none is left."""
    found = []
    size = min(1024, max(16, AT_ONCE // data.train.n_courses))
    for start in range(0, len(data.batch), size):
        part = slice(start, min(start + size, len(data.batch)))
        scores: Scores = np.array(model.score(data.batch.rows(part), data.rows[part]), dtype=np.float32)
        scores[seen_mask(data.seen.rows(part))] = -np.inf
        scores[:, ~data.among] = -np.inf
        best = top_k(scores, k)
        found.append(np.where(np.isfinite(np.take_along_axis(scores, best, axis=1)), best, -1))
    return np.concatenate(found)


def document(data: Dataset, results: dict[str, Result], settings: Settings) -> dict[str, Any]:
    """Return figures, intervals and differences as one JSON document."""
    ours = results[OURS]
    others = {name: result for name, result in results.items() if name != OURS}
    return {
        "data": data.facts,
        "results": {name: _figures(result, settings.seed) for name, result in results.items()},
        "paired": {name: _differences(ours, result, settings.seed) for name, result in others.items()},
        "best_peer": {metric: max(others, key=lambda name: others[name].values[metric].mean())
                      for metric in ours.values} if others else {},
    }  # fmt: skip


def _figures(result: Result, seed: int) -> dict[str, Any]:
    intervals = {name: interval(values, seed) for name, values in result.values.items()}
    return {
        **{name: round(found.mean, 5) for name, found in intervals.items()},
        **{name: round(value, 5) for name, value in result.figures.items()},
        "interval": {name: [round(found.low, 5), round(found.high, 5)] for name, found in intervals.items()},
        "settings": result.settings,
    }


def _differences(ours: Result, theirs: Result, seed: int) -> dict[str, Any]:
    return {
        name: {"difference": round(found.mean, 5), "low": round(found.low, 5), "high": round(found.high, 5)}
        for name, found in paired(ours.values, theirs.values, seed).items()
    }
