"""The peers: other people's models, each tuned on the same validation slice with the same number of trials."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.als import Als
from models.base import LearnerBatch, Scores, TrainingData
from models.holdout import Judged
from models.item_item import Ease
from models.knn import ItemKnn
from models.lightfm_model import identity_where_trained
from models.popularity import Popularity
from models.tuning import quality_in_parts
from models.wide_parts import CoreEase, Neighbours

Settings = dict[str, Any]
DENSE = 8000
"""Courses, the most taken ones, among which EASE is fitted in larger catalogues."""
MOST_STEPS = 300_000_000
"""Interactions times rounds of BPR at most, four times those of LightFM: some ten minutes each."""


class Peer(Protocol):
    """Fits on training data and scores learners, who may be rows of it."""

    def fit(self, data: TrainingData) -> Self:
        """Learn from the data."""
        ...

    def score(self, batch: LearnerBatch, rows: NDArray[np.int64]) -> Scores:
        """Return scores, shape (len(batch), n_courses); ``rows`` are the learners' rows in training, -1 for none."""
        ...


class Scorer(Protocol):
    """A model that needs no row of the learner."""

    def fit(self, data: TrainingData) -> Self:
        """Learn from the data."""
        ...

    def score(self, batch: LearnerBatch) -> Scores:
        """Return scores, shape (len(batch), n_courses)."""
        ...


class Plain:
    """A model of ours as a peer: it needs no row."""

    def __init__(self, model: Scorer) -> None:
        self.model = model

    def fit(self, data: TrainingData) -> Self:
        """Fit the model."""
        self.model.fit(data)
        return self

    def score(self, batch: LearnerBatch, rows: NDArray[np.int64]) -> Scores:
        """Score by profile and history alone."""
        return self.model.score(batch)


class BySize:
    """A dense model in catalogues up to ``DENSE`` courses, another way to the same scores in larger ones."""

    def __init__(self, dense: Callable[[], Scorer], wide: Callable[[], Scorer]) -> None:
        self.made = dense, wide

    def fit(self, data: TrainingData) -> Self:
        """Fit the one for catalogues of this size."""
        self.model = self.made[data.n_courses > DENSE]().fit(data)
        return self

    def score(self, batch: LearnerBatch, rows: NDArray[np.int64]) -> Scores:
        """Score by history alone."""
        return self.model.score(batch)


class Bpr:
    """Matrix factorisation with the pairwise BPR loss, by ``implicit``; learners without a row get the biases.

    Rendle et al., BPR: Bayesian Personalized Ranking from Implicit Feedback, UAI 2009.
    """

    def __init__(self, factors: int = 64, learning_rate: float = 0.05, regularisation: float = 0.01) -> None:
        self.settings = {"factors": factors, "learning_rate": learning_rate, "regularization": regularisation}
        self.learners: Scores = np.zeros((0, 0), dtype=np.float32)
        self.courses: Scores = np.zeros((0, 0), dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Train on one thread with a fixed seed."""
        from implicit.cpu.bpr import BayesianPersonalizedRanking  # noqa: PLC0415
        from threadpoolctl import threadpool_limits  # noqa: PLC0415

        with threadpool_limits(1, "blas"):
            rounds = max(1, min(60, MOST_STEPS // max(len(data.histories.courses), 1)))
            net = BayesianPersonalizedRanking(**self.settings, iterations=rounds, num_threads=1, random_state=0)
            net.fit(data.histories.matrix(), show_progress=False)
        self.learners, self.courses = np.asarray(net.user_factors), np.asarray(net.item_factors)
        return self

    def score(self, batch: LearnerBatch, rows: NDArray[np.int64]) -> Scores:
        """Return the products of the factors; the last factor of a learner is 1, of a course its bias."""
        own = np.where(rows[:, None] >= 0, self.learners[np.maximum(rows, 0)], 0.0)
        own[:, -1] = 1.0
        return np.asarray(own @ self.courses.T, dtype=np.float32)


class LightFmAlone:
    """LightFM as its users run it: identities and features on both sides, WARP.

    Identities of learners and courses that training never saw are left out, which can only help it.
    """

    def __init__(self, components: int = 64, epochs: int = 30, learning_rate: float = 0.05) -> None:
        self.components = components
        self.epochs = epochs
        self.learning_rate = learning_rate

    def fit(self, data: TrainingData) -> Self:
        """Train on one thread with a fixed seed."""
        from lightfm import LightFM  # noqa: PLC0415

        n = len(data.histories)
        courses = identity_where_trained(data)
        learners = sparse.csr_matrix(sparse.hstack([sparse.eye_array(n), data.learner_features]), dtype=np.float32)
        net = LightFM(no_components=self.components, loss="warp", learning_rate=self.learning_rate, random_state=0)
        epochs = max(1, min(self.epochs, MOST_STEPS // (4 * max(len(data.histories.courses), 1))))
        net.fit(data.histories.matrix().tocoo(), user_features=learners, item_features=courses,
                epochs=epochs, num_threads=1)  # fmt: skip
        self.own, self.of_features = net.user_embeddings[:n], net.user_embeddings[n:]
        self.courses, self.biases = courses @ net.item_embeddings, courses @ net.item_biases
        return self

    def score(self, batch: LearnerBatch, rows: NDArray[np.int64]) -> Scores:
        """Return products of learners' and courses' factors plus the courses' biases."""
        own = np.where(rows[:, None] >= 0, self.own[np.maximum(rows, 0)], 0.0) + batch.features @ self.of_features
        return np.asarray(own @ self.courses.T + self.biases, dtype=np.float32)


PEERS: Mapping[str, tuple[Callable[..., Peer], Mapping[str, tuple[Any, ...]]]] = {
    "popularity": (lambda **s: Plain(Popularity(by_group=False, days_to_half=1e6, **s)), {}),
    "popularity-by-group": (lambda **s: Plain(Popularity(**s)),
                            {"smoothing": (3.0, 10.0, 30.0, 100.0), "days_to_half": (1e6, 90.0)}),
    "item-knn": (lambda **s: BySize(lambda: ItemKnn(**s), lambda: Neighbours(**s)),
                 {"neighbours": (50, 100, 200, 500), "shrink": (0.0, 20.0)}),
    "ease": (lambda **s: BySize(lambda: Ease(**s), lambda: CoreEase(size=DENSE, **s)),
             {"ridge": (20.0, 50.0, 100.0, 200.0, 400.0, 700.0, 1000.0, 2000.0)}),
    "als": (lambda **s: Plain(Als(**s)), {"factors": (64, 128), "regularisation": (3.0, 30.0), "alpha": (3.0, 15.0)}),
    "bpr": (Bpr, {"factors": (64, 128), "learning_rate": (0.02, 0.1), "regularisation": (0.003, 0.03)}),
    "lightfm": (LightFmAlone,
                {"components": (32, 96), "learning_rate": (0.03, 0.08), "epochs": (15, 40)}),
}  # fmt: skip
"""How each peer is made, and the settings it is tuned over; the middle ones come first where trials are few."""


def trials(choices: Mapping[str, tuple[Any, ...]], most: int) -> list[Settings]:
    """Return at most ``most`` settings, spread evenly over all combinations."""
    every = [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
    return list(islice(_spread(every), most))


def tune_peer(name: str, train: TrainingData, judged: Judged, most: int, seconds: float = np.inf) -> Settings:
    """Return the settings that rank best what the judged learners of the validation slice chose.

    No trial is begun that would, at the pace of the slowest, end after so many seconds; the first one always is.
    """
    make, choices = PEERS[name]
    found = trials(choices, most)
    if len(found) == 1 or not len(judged):
        return found[0]
    values: list[float] = []
    begun, slowest = time.perf_counter(), 0.0
    for settings in found:
        started = time.perf_counter()
        if values and started - begun + slowest > seconds:
            break
        model = make(**settings).fit(train)
        values.append(quality_in_parts(lambda some, own=model: own.score(some.batch, some.rows), judged))  # type: ignore[misc]
        slowest = max(slowest, time.perf_counter() - started)
    return found[int(np.argmax(values))]


def _spread(items: list[Settings]) -> Iterator[Settings]:
    """Yield the items, those far apart first."""
    step = 1
    while step * 2 < len(items):
        step *= 2
    given: set[int] = set()
    while step:
        for number in range(0, len(items), step):
            if number not in given:
                given.add(number)
                yield items[number]
        step //= 2
