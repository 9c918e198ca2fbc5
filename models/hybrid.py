"""The hybrid: one answer from all models, weighted by how much is known of the learner and of the course."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.als_mean import AlsMean
from models.base import Arrays, LearnerBatch, Model, Scores, TrainingData
from models.blended import blended_parts, linear_parts, need_part, places, with_new_terms
from models.content import Content
from models.fitting import make_plan
from models.fold import Fold, fold_of
from models.history_rows import ReadsHistory
from models.holdout import Kind
from models.interest import interest_plan
from models.item_item import ItemItem
from models.latest import Latest
from models.lightfm_model import LightFm
from models.need import Need
from models.new_course_fitting import new_courses
from models.new_courses import NewCourses
from models.plan import BY_PROFILE, MODELS, NEIGHBOURS_NAME, SITUATIONS, Plan, all_columns, fit_models, situation
from models.popularity import Popularity
from models.profile_fold import ProfileFold, profile_fold_of
from models.series import Series
from models.spectral import Spectral
from models.tastes import Tastes
from models.terms import Terms, terms_of
from models.transition import Transition
from models.trend import Trend

KINDS: Mapping[str, type[Any]] = {
    kind.name: kind
    for kind in (
        Popularity,
        Trend,
        ItemItem,
        Transition,
        Latest,
        Series,
        AlsMean,
        Spectral,
        Tastes,
        LightFm,
        Content,
        Need,
    )
}


class Hybrid:
    """A weighted sum of the models' scores, each centred over the known courses and in its usual spreads.

    The weights depend on the length of the history (none, little, long); courses that nobody has taken have weights of
    their own, over the models that need no past. Weights and settings are chosen on a later slice of the training
    data, then every model is fitted again on all of it. The blend is linear (``models.terms``), so what histories say
    is summed from the rows of one matrix (``models.fold``).
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
        self.terms: Terms | None = None
        self.interest_terms: Terms | None = None
        self.fold: Fold | None = None
        self.profile_fold: ProfileFold | None = None

    def fit(self, data: TrainingData, report: Callable[[str], None] | None = None) -> Self:
        """Choose settings and weights on a validation slice, then fit every model on all the data."""
        say = report or (lambda _: None)
        if self.plan is None:
            self.plan = make_plan(data, self.seed, self.holdout, say, self.settings)
        say("fitting on everything")
        return self.blend(fit_models(data, self.plan.settings, self.seed), data)

    def blend(self, models: Mapping[str, Model], data: TrainingData) -> Self:
        """Blend models that were fitted on ``data``, as the plan says."""
        if self.plan is None:
            raise ValueError("no plan: give one, or call fit")
        self.models = dict(models)
        self.__dict__.pop("others", None)
        self.new = new_courses(data, models, self.plan)
        terms = terms_of(models, data, self.new.known(data.n_courses))
        self.terms = with_new_terms(models, self.plan, self.new, terms, data)
        self.interest_terms = with_new_terms(models, interest_plan(self.plan), self.new, terms, data, flat=True)
        sizes = data.learner_features.shape[1], data.n_courses
        self.fold = fold_of(models, self.plan, self.new, self.terms, *sizes)
        self.profile_fold = profile_fold_of(models, self.plan, self.new, self.terms, *sizes)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return blended scores, shape (n, n_courses), courses already taken included."""
        rows = situation(batch.histories.lengths)
        total = self.folded().sums(batch.histories, rows)
        total += self.profile_scores(batch, rows)
        total += self.other_scores(batch, rows)
        return np.asarray(total + need_part(self.models, self._fitted()[0], batch, rows), dtype=np.float32)

    def interest(self, batch: LearnerBatch) -> Scores:
        """Return how far each course meets what the learner is interested in, shape (n, n_courses).

        Unlike ``score`` it does not say what is chosen next: moment, order and needs have no part in it
        (``models.interest``).
        """
        fitted, new, _ = self._fitted()
        plan, terms = interest_plan(fitted), self._interest_terms()
        weigh = {name for n, name in enumerate(MODELS) if plan.weights[:, n].any()}
        models = {name: model for name, model in self.models.items() if name in weigh}
        rows = situation(batch.histories.lengths)
        parts = linear_parts(terms.raw(models, batch, flat=True), batch, rows, plan, new, terms, lends=True)
        if NEIGHBOURS_NAME in parts:
            parts[NEIGHBOURS_NAME] = places(parts[NEIGHBOURS_NAME], rows, plan, new, terms)
        return _total(parts, batch)

    def profile_scores(self, batch: LearnerBatch, rows: NDArray[np.int64]) -> Scores:
        """Return what profiles and the places of new courses add in the situations ``rows``, shape (n, n_courses)."""
        return _total(self.profile_parts(batch, rows), batch)

    def profile_parts(self, batch: LearnerBatch, rows: NDArray[np.int64]) -> dict[str, Scores]:
        """Return the same by model, shapes (n, n_courses)."""
        plan, new, terms = self._fitted()
        parts = self._linear(BY_PROFILE, batch, rows)
        if not new.known(batch.histories.n_courses).all():
            nothing = np.zeros((len(batch), batch.histories.n_courses), dtype=np.float32)
            parts[NEIGHBOURS_NAME] = places(parts.get(NEIGHBOURS_NAME, nothing), rows, plan, new, terms)
        return parts

    def other_scores(self, batch: LearnerBatch, rows: NDArray[np.int64]) -> Scores:
        """Return what models add that neither fold nor read profiles alone, shape (n, n_courses)."""
        return _total(self._linear(self.others, batch, rows), batch)

    @cached_property
    def others(self) -> tuple[str, ...]:
        """Models that must be asked about every learner: they are no sums of rows. Looked up once: lists ask often."""
        return tuple(
            name
            for name, model in self.models.items()
            if name not in (*BY_PROFILE, "need") and not isinstance(model, ReadsHistory)
        )

    def _linear(self, names: Collection[str], batch: LearnerBatch, rows: NDArray[np.int64]) -> dict[str, Scores]:
        plan, new, terms = self._fitted()
        raw = terms.raw({name: model for name, model in self.models.items() if name in names}, batch)
        return linear_parts(raw, batch, rows, plan, new, terms, lends=False) if raw else {}

    def parts(self, batch: LearnerBatch) -> dict[str, Scores]:
        """Return what each model adds, shapes (n, n_courses); the sum is the score but for rounding."""
        plan, new, terms = self._fitted()
        return blended_parts(self.models, plan, new, terms, batch)

    def explain(self, learner: LearnerBatch, course: int) -> dict[str, float]:
        """Return what each model adds to the score of a course; ``learner`` is a batch of one; the sum is the score."""
        return {name: float(part[0, course]) for name, part in self.parts(learner).items()}

    def nearest_history(self, learner: LearnerBatch, course: int) -> int | None:
        """Return the course in the history that speaks most for ``course``, ``None`` if none speaks for it."""
        history = learner.histories.row(0)
        if not len(history):
            return None
        row = int(situation(learner.histories.lengths)[0]) - 1
        pull = self.folded().pull(history, row)[:, course]
        return int(history[pull.argmax()]) if pull.max() > 0 else None

    def similar(self, course: int, k: int) -> list[int]:
        """Return the k courses that go best with a course, best first, without itself."""
        pull = self.folded().pull(np.array([course]))[0]
        pull[course] = -np.inf
        return [int(other) for other in np.argsort(-pull, kind="stable")[:k]]

    def arrays(self) -> Arrays:
        """Return the plan and every model's arrays, named ``model/array``."""
        plan, new, terms = self._fitted()
        parts = {f"{name}/{key}": value for name, model in self.models.items() for key, value in model.arrays().items()}
        settings = np.frombuffer(json.dumps(plan.settings, sort_keys=True).encode(), dtype=np.uint8)
        return {
            **parts,
            **{f"new/{key}": value for key, value in new.arrays().items()},
            **{f"terms/{key}": value for key, value in terms.arrays().items()},
            **{f"interest_terms/{key}": value for key, value in self._interest_terms().arrays().items()},
            "plan/interest": plan.interest,
            **{f"fold/{key}": value for key, value in self.folded().arrays().items()},
            **{f"profiles/{key}": value for key, value in self.folded_profiles().arrays().items()},
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
            weights=all_columns(arrays["plan/weights"]),
            new_weights=np.asarray(arrays["plan/new_weights"], dtype=np.float32),
            new_place=np.asarray(arrays["plan/new_place"], dtype=np.float32),
            interest=all_columns(arrays["plan/interest"]),
        )
        hybrid = cls(plan=plan)
        hybrid.new = NewCourses.from_arrays(_under("new/", arrays))
        hybrid.terms = Terms.from_arrays(_under("terms/", arrays))
        hybrid.interest_terms = Terms.from_arrays(_under("interest_terms/", arrays))
        hybrid.fold = Fold.from_arrays(_under("fold/", arrays))
        hybrid.profile_fold = ProfileFold.from_arrays(_under("profiles/", arrays))
        for name, kind in KINDS.items():
            own = _under(f"{name}/", arrays)
            if own:
                hybrid.models[name] = kind.from_arrays(own)
        return hybrid

    def folded(self) -> Fold:
        """Return the fold; ``ValueError`` before a fit."""
        if self.fold is None:
            raise ValueError("the hybrid is not fitted: call fit first")
        return self.fold

    def folded_profiles(self) -> ProfileFold:
        """Return the fold of the models that read profiles; ``ValueError`` before a fit."""
        if self.profile_fold is None:
            raise ValueError("the hybrid is not fitted: call fit first")
        return self.profile_fold

    def _interest_terms(self) -> Terms:
        if self.interest_terms is None:
            raise ValueError("the hybrid is not fitted: call fit first")
        return self.interest_terms

    def _fitted(self) -> tuple[Plan, NewCourses, Terms]:
        if self.plan is None or self.new is None or self.terms is None:
            raise ValueError("the hybrid is not fitted: call fit first")
        return self.plan, self.new, self.terms


def _total(parts: Mapping[str, Scores], batch: LearnerBatch) -> Scores:
    total = np.zeros((len(batch), batch.histories.n_courses), dtype=np.float32)
    for part in parts.values():
        total += part
    return total


def _under(prefix: str, arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


__all__ = ["KINDS", "MODELS", "SITUATIONS", "Hybrid"]
