"""Wide: the blend for catalogues too large for dense course-by-course matrices.

Every part is either sparse (neighbours, steps), of low rank (spectral, ALS) or dense among the most taken courses alone
(item-item), so memory grows with the catalogue and not with its square. Like the hybrid's, settings and weights are
chosen on a validation slice and every part is then fitted again on everything. It is there for the benchmark: what is
served is the hybrid, over catalogues of thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from models.als import Als
from models.base import LearnerBatch, Scores, TrainingData
from models.blend import Candidates, candidates, joined, ndcg, prune, steady_search
from models.holdout import Holdout, Judged, Kind, fewer, hold_out
from models.plan import shown
from models.terms import samples, usual_spread
from models.tuning import GAIN, one_at_a_time, quality_in_parts, says_order_to
from models.wide_parts import CORE, Core, Counts, LowPass, Neighbours, Part, Steps

Settings = dict[str, Any]
KINDS: Mapping[str, Callable[..., Part]] = {
    "popularity": Counts,
    "neighbours": Neighbours,
    "steps": Steps,
    "spectral": LowPass,
    "als": Als,
    "core": Core,
}
FADE_TOGETHER = ("neighbours", "spectral", "core", "als")
"""Parts that newer courses of a history may count more for."""
WORTH = 0.0005
"""Quality that a part must add to stay."""
CHOICES: Mapping[str, tuple[Settings, Mapping[str, tuple[Any, ...]]]] = {
    "neighbours": ({"neighbours": 200, "shrink": 0.0, "power": 0.5}, {"power": (0.35, 0.65), "neighbours": (60, 600)}),
    "steps": ({"decay": 0.7}, {"decay": (0.5, 0.85)}),
    "spectral": ({"factors": 128, "power": 0.5}, {"factors": (48, 256)}),
    "als": (
        {"factors": 96, "regularisation": 30.0, "alpha": 6.0},
        {"alpha": (2.0, 20.0), "regularisation": (8.0, 100.0)},
    ),
    "core": ({"ridge": 100.0}, {"ridge": (400.0,)}),
}
"""Settings of each part that are tried, one after the other; the first ones first."""
DECAYS = (0.7, 0.9)
"""How histories may fade where their order says something."""


@dataclass(frozen=True)
class WidePlan:
    """What takes part, and what each part's score is multiplied by."""

    settings: Mapping[str, Settings] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    scale: Mapping[str, float] = field(default_factory=dict)
    """Usual spread of each part's scores."""

    def as_dict(self) -> dict[str, Any]:
        """Return settings and weights, for reports."""
        return {"models": dict(self.settings), "weights": {name: round(w, 3) for name, w in self.weights.items()}}


class Wide:
    """A weighted sum of parts that stay small in large catalogues."""

    name = "wide"

    def __init__(self, seed: int = 0, holdout: Kind = "auto") -> None:
        self.seed = seed
        self.holdout = holdout
        self.plan = WidePlan()
        self.parts: dict[str, Part] = {}

    def fit(self, data: TrainingData, report: Callable[[str], None] | None = None) -> Self:
        """Choose settings and weights on a validation slice, then fit every part on all the data."""
        say = report or (lambda _: None)
        say(f"{data.n_courses:,} courses: sparse and low-rank models, dense ones among the {CORE:,} most taken")
        self.plan = choose(data, self.holdout, self.seed, say)
        say("fitting on everything")
        self.parts = {name: KINDS[name](**own).fit(data) for name, own in self.plan.settings.items()}
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return blended scores, shape (n, n_courses)."""
        total = np.zeros((len(batch), batch.histories.n_courses), dtype=np.float32)
        for name, part in self.parts.items():
            total += np.float32(self.plan.weights[name] / self.plan.scale[name]) * part.score(batch)
        return total


def choose(data: TrainingData, kind: Kind, seed: int, say: Callable[[str], None]) -> WidePlan:
    """Return settings and weights, chosen on a slice of the training data (``holdout.fewer``)."""
    data = fewer(data, seed)
    ordered = kind != "share" and says_order(data, seed)
    holdout = hold_out(data, kind, ordered=ordered, seed=seed)
    say(f"the order of the choices says {'something' if ordered else 'nothing'}; {len(holdout.known)} learners judged")
    if not len(holdout.known):
        return WidePlan({"popularity": {}}, {"popularity": 1.0}, {"popularity": 1.0})
    settings: dict[str, Settings] = {"popularity": {}}
    parts: dict[str, Part] = {"popularity": Counts().fit(holdout.train)}
    for name in CHOICES:
        if name != "steps" or ordered:
            settings[name], parts[name] = _tuned(name, holdout, ordered=ordered)
            say(f"{name}: {settings[name]}")
    return _weighed(settings, parts, holdout, say)


def _tuned(name: str, holdout: Holdout, *, ordered: bool) -> tuple[Settings, Part]:
    """Return the settings of a part with which it ranks best alone, and the part fitted with them."""
    first, choices = CHOICES[name]
    settings = {**first, "decay": 1.0} if name in FADE_TOGETHER else dict(first)
    best, found = -1.0, KINDS[name](**settings)
    for tried in one_at_a_time(settings, choices):
        part = KINDS[name](**{**settings, **tried}).fit(holdout.train)
        value = _quality(part, holdout.known)
        if best < 0 or value > best + GAIN:
            best, found = value, part
            settings.update(tried)
    for decay in DECAYS if ordered and name in FADE_TOGETHER else ():
        before, found.decay = found.decay, decay
        value = _quality(found, holdout.known)
        if value > best + GAIN:
            best = value
            settings["decay"] = decay
        else:
            found.decay = before
    return settings, found


def _weighed(
    settings: Mapping[str, Settings], parts: Mapping[str, Part], holdout: Holdout, say: Callable[[str], None]
) -> WidePlan:
    """Return the plan with the weights that rank best together; parts that add nothing leave."""
    sample = samples(holdout.train)[-1]
    scale = {name: max(usual_spread(part.score(sample)), 1e-9) for name, part in parts.items()}
    found = joined([_candidates(parts, scale, some) for some in holdout.known.few_at_a_time()])
    start = np.array([0.1 if name == "popularity" else 1.0 for name in parts], dtype=np.float32)
    weights = prune(found, steady_search(found, start), WORTH)
    say(f"blend: {shown(list(parts), weights)}, ndcg {ndcg(found, weights):.4f}")
    kept = {name: float(weight) for name, weight in zip(parts, weights, strict=True) if weight > 0}
    return WidePlan({name: settings[name] for name in kept}, kept, {name: scale[name] for name in kept})


def _candidates(parts: Mapping[str, Part], scale: Mapping[str, float], judged: Judged) -> Candidates:
    scores = [np.asarray(part.score(judged.batch) / scale[name], dtype=np.float32) for name, part in parts.items()]
    return candidates(scores, judged.batch.histories, judged.targets)


def _quality(part: Part, judged: Judged) -> float:
    """Return how well a part alone ranks what the judged learners chose."""
    return quality_in_parts(lambda some: part.score(some.batch), judged)


def says_order(data: TrainingData, seed: int) -> bool:
    """Return whether the order of the choices says something (``says_order_to``)."""
    return says_order_to(Neighbours(), data, seed)
