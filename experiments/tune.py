"""Tuning: a search for better settings of the hybrid's models, which can be stopped and taken up again.

Trials see only what was known before the cut that training judges after: settings are tried on a slice inside that
past. The study is kept in the home folder, one a snapshot; the best settings are written to a file for ``train``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import optuna

from experiments.metrics import per_learner
from experiments.train import Report, TrainSettings, make_case, tagged_snapshot, text_vectors
from features.errors import KarmapathError
from features.home import Home
from models.base import Model, seen_mask, top_k
from models.fitting import (
    choose_settings,
    choose_weights,
    has_side,
    says_order,
    with_one_fading,
)
from models.holdout import Holdout, hold_out
from models.hybrid import Hybrid
from models.newcomers import Slice, newcomers, validate_newcomers
from models.plan import MODELS, NO_NEW, Plan, fit_models
from models.settings import check_settings
from models.tuning import rank_quality

Settings = dict[str, dict[str, Any]]
K = 10


@dataclass(frozen=True)
class Tuned:
    """What a search has found so far."""

    file: Path
    """JSON: ``settings`` by model, the ``ndcg@10`` they reached inside the past, and the ``snapshot``."""
    trials: int
    """Trials of the study, earlier sessions included."""
    start: float
    """NDCG at 10 of the settings that training chooses by itself."""
    best: float
    """NDCG at 10 of the best settings."""


def tune(home: Home, settings: TrainSettings, minutes: float, report: Report) -> Tuned:
    """Search for at most so many minutes, going on from where an earlier search of the same snapshot stopped.

    The first trial is what training chooses by itself, so the best is never worse. A trial whose item-item model alone
    is below the median of earlier trials is cut short.
    """
    snapshot = tagged_snapshot(home, settings, report)
    data = make_case(snapshot, text_vectors(home, snapshot, settings, report), settings).train
    holdout = hold_out(data, "auto", ordered=says_order(data, settings.seed), seed=settings.seed)
    if not len(holdout.known):
        raise KarmapathError(
            "found no learner who chose more than once before the cut", "some to try settings on", "take a later cut"
        )
    report(f"tried on {len(holdout.known):,} learners; settings that training chooses by itself:")
    came = newcomers(holdout, settings.seed)
    base = choose_settings(holdout, came, report)
    study = _study(home, snapshot.hash, settings.seed)
    if not study.trials:
        study.enqueue_trial(_flat(base))
    study.optimize(
        lambda trial: _quality(trial, _suggested(trial, base, holdout), holdout, came, settings.seed),
        timeout=minutes * 60,
        callbacks=[_told(report)],
    )
    file = home.tracking / "tuned.json"
    best = _merged(base, study.best_params)
    file.write_text(json.dumps({"snapshot": snapshot.hash, f"ndcg@{K}": study.best_value, "settings": best}, indent=1))
    return Tuned(file, len(study.trials), study.trials[0].value or 0.0, study.best_value)


def read_settings(file: Path) -> Settings:
    """Return the settings that a search wrote.

    Raises
    ------
    KarmapathError
        If the file is not one that a search wrote.
    """
    expected = "a file of karmapath tune models, with a model's settings each under 'settings'"
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))["settings"]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise KarmapathError(f"{file} holds no settings ({error})", expected, "run 'karmapath tune models'") from error
    unknown = set(settings) - set(MODELS) if isinstance(settings, dict) else {str(settings)}
    if unknown or not all(isinstance(own, dict) for own in settings.values()):
        raise KarmapathError(f"{file} has settings of {', '.join(unknown) or 'another form'}", expected, "correct it")
    check_settings(settings, str(file))
    return cast("Settings", settings)


def _study(home: Home, snapshot: str, seed: int) -> optuna.Study:
    home.tracking.mkdir(parents=True, exist_ok=True)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        study_name=f"hybrid {snapshot}",
        storage=f"sqlite:///{home.tracking / 'tuning.sqlite3'}",
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
        direction="maximize",
        load_if_exists=True,
    )


def _suggested(trial: optuna.Trial, base: Settings, holdout: Holdout) -> Settings:
    """Return the settings of a trial: those of ``base`` with what the trial varies."""
    varied: dict[str, Any] = {
        "item_item.ridge": trial.suggest_float("item_item.ridge", 3.0, 2000.0, log=True),
        "item_item.dropout": trial.suggest_float("item_item.dropout", 0.0, 0.9),
        "item_item.length_power": trial.suggest_float("item_item.length_power", 0.0, 1.0),
    }
    if has_side(holdout.train):
        varied["item_item.side"] = trial.suggest_float("item_item.side", 0.0, 20.0)
    if holdout.ordered:
        varied["item_item.decay"] = trial.suggest_float("item_item.decay", 0.4, 1.0)
    if "transition" in base:
        varied["transition.decay"] = trial.suggest_float("transition.decay", 0.3, 0.95)
        varied["transition.ridge"] = trial.suggest_float("transition.ridge", 3.0, 300.0, log=True)
    if "smoothing" in base.get("popularity", {}):
        varied["popularity.smoothing"] = trial.suggest_float("popularity.smoothing", 1.0, 1e6, log=True)
    return _merged(base, varied)


def _quality(trial: optuna.Trial, settings: Settings, holdout: Holdout, came: Sequence[Slice], seed: int) -> float:
    """Return NDCG at 10 of the hybrid with these settings and the weights that suit them."""
    models = fit_models(holdout.train, settings, seed)
    trial.report(rank_quality(models["item_item"], holdout.known), step=0)
    if trial.should_prune():
        raise optuna.TrialPruned
    fresh = validate_newcomers(came, settings, seed)
    weights = choose_weights(models, fresh, holdout, lambda _: None)
    return _ndcg(models, Plan(settings, weights, *NO_NEW), holdout)


def _ndcg(models: dict[str, Model], plan: Plan, holdout: Holdout) -> float:
    hybrid = Hybrid(plan=plan).blend(models, holdout.train)
    scores = hybrid.score(holdout.known.batch)
    scores[seen_mask(holdout.known.batch.histories)] = -float("inf")
    targets = [holdout.known.targets.row(row) for row in range(len(holdout.known))]
    return float(per_learner(top_k(scores, K), targets, [K])[f"ndcg@{K}"].mean())


def _flat(settings: Settings) -> dict[str, Any]:
    return {f"{model}.{name}": value for model, own in settings.items() for name, value in own.items()}


def _merged(base: Settings, varied: Mapping[str, Any]) -> Settings:
    merged = {model: dict(own) for model, own in base.items()}
    for key, value in varied.items():
        model, name = key.split(".")
        merged[model][name] = value
    return with_one_fading(merged)


def _told(report: Report) -> Callable[[optuna.Study, optuna.trial.FrozenTrial], None]:
    def tell(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        value = "cut short" if trial.value is None else f"ndcg@{K} {trial.value:.4f}"
        report(f"  trial {trial.number}: {value}, best {study.best_value:.4f}")

    return tell
