"""The hybrid: one answer from all models, weighted by how much is known of the learner and of the course."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.als_mean import AlsMean
from models.base import Arrays, LearnerBatch, Model, Scores, TrainingData
from models.blended import blended_parts
from models.content import Content
from models.fitting import make_plan
from models.holdout import Kind
from models.item_item import ItemItem
from models.lightfm_model import LightFm
from models.need import Need
from models.new_course_fitting import new_courses
from models.new_courses import NewCourses
from models.plan import MODELS, SITUATIONS, Plan, fit_models
from models.popularity import Popularity
from models.series import Series
from models.spectral import Spectral
from models.transition import Transition
from models.trend import Trend

KINDS: Mapping[str, type[Any]] = {
    kind.name: kind
    for kind in (
        Popularity,
        Trend,
        ItemItem,
        Transition,
        Series,
        AlsMean,
        Spectral,
        LightFm,
        Content,
        Need,
    )
}


class Hybrid:
    """A weighted sum of the models' scores, each standardised over the known courses.

    The weights depend on the length of the history (none, little, long); courses that nobody has taken have weights of
    their own, over the models that need no past. Weights and settings are chosen on a later slice of the training
    data, then every model is fitted again on all of it. Each model scores by sums of rows, so does the blend.
    """

    name = "hybrid"

    def __init__(
        self,
        seed: int = 0,
        holdout: Kind = "auto",
        plan: Plan | None = None,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.seed = seed
        self.holdout = holdout
        self.plan = plan
        """Settings and weights; given here, a fit uses them and chooses none."""
        self.settings = settings
        """Settings alone; given here, a fit chooses only weights."""
        self.models: dict[str, Model] = {}
        self.new: NewCourses | None = None

    def fit(self, data: TrainingData, report: Callable[[str], None] | None = None) -> Self:
        """Choose settings and weights on a validation slice, then fit every model on all the data."""
        say = report or (lambda _: None)
        if self.plan is None:
            self.plan = make_plan(data, self.seed, self.holdout, say, self.settings)
        say("fitting on everything")
        self.models = fit_models(data, self.plan.settings, self.seed)
        self.new = new_courses(data, self.models, self.plan)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return blended scores, shape (n, n_courses), courses already taken included."""
        return np.asarray(sum(self.parts(batch).values()), dtype=np.float32)

    def parts(self, batch: LearnerBatch) -> dict[str, Scores]:
        """Return what each model adds, shapes (n, n_courses); the sum is the score."""
        plan, new = self._fitted()
        return blended_parts(self.models, plan, new, batch)

    def explain(self, learner: LearnerBatch, course: int) -> dict[str, float]:
        """Return what each model adds to the score of a course; ``learner`` is a batch of one; the sum is the score."""
        return {name: float(part[0, course]) for name, part in self.parts(learner).items()}

    def nearest_history(self, learner: LearnerBatch, course: int) -> int | None:
        """Return the course in the history that speaks most for ``course``, ``None`` if none speaks for it."""
        history = learner.histories.row(0)
        if not len(history):
            return None
        pull = self.affinity(history)[:, course]
        return int(history[pull.argmax()]) if pull.max() > 0 else None

    def similar(self, course: int, k: int) -> list[int]:
        """Return the k courses that go best with a course, best first, without itself."""
        pull = self.affinity(np.array([course]))[0]
        pull[course] = -np.inf
        return [int(other) for other in np.argsort(-pull, kind="stable")[:k]]

    def affinity(self, courses: NDArray[Any]) -> Scores:
        """Return how far each of some courses speaks for every course, shape (len(courses), n_courses)."""
        weights = self._fitted()[0].weights[-1]
        total = np.zeros((len(courses), 1), dtype=np.float32)
        for name, array in (("item_item", "weights"), ("transition", "weights"), ("content", "similarity")):
            if name in self.models:
                rows = np.asarray(self.models[name].arrays()[array][courses], dtype=np.float32)
                own = max(float(weights[MODELS.index(name)]), 0.05 if name == "content" else 0.0)
                total = total + own * rows / max(float(rows.std()), 1e-9)
        return total

    def arrays(self) -> Arrays:
        """Return the plan and every model's arrays, named ``model/array``."""
        plan, new = self._fitted()
        parts = {f"{name}/{key}": value for name, model in self.models.items() for key, value in model.arrays().items()}
        settings = np.frombuffer(json.dumps(plan.settings, sort_keys=True).encode(), dtype=np.uint8)
        return {
            **parts,
            **{f"new/{key}": value for key, value in new.arrays().items()},
            "plan/weights": plan.weights,
            "plan/new_weights": plan.new_weights,
            "plan/new_place": plan.new_place,
            "plan/settings": settings,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the hybrid that ``arrays`` came from."""
        plan = Plan(
            settings=json.loads(bytes(arrays["plan/settings"])),
            weights=np.asarray(arrays["plan/weights"], dtype=np.float32),
            new_weights=np.asarray(arrays["plan/new_weights"], dtype=np.float32),
            new_place=np.asarray(arrays["plan/new_place"], dtype=np.float32),
        )
        hybrid = cls(plan=plan)
        hybrid.new = NewCourses.from_arrays(_under("new/", arrays))
        for name, kind in KINDS.items():
            own = _under(f"{name}/", arrays)
            if own:
                hybrid.models[name] = kind.from_arrays(own)
        return hybrid

    def _fitted(self) -> tuple[Plan, NewCourses]:
        if self.plan is None or self.new is None:
            raise ValueError("the hybrid is not fitted: call fit first")
        return self.plan, self.new


def _under(prefix: str, arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


__all__ = ["KINDS", "MODELS", "SITUATIONS", "Hybrid"]
