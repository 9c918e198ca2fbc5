"""Training: cut by time, fit, judge on what came after, fit on everything, keep the bundle, register it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from experiments.cases import Case, last_out, time_cut
from experiments.judge import document, flat_metrics, judge
from experiments.labels import label_shares
from experiments.pictures import pictures
from experiments.ranked import Scorer
from experiments.tag import match_designations, tag_courses
from experiments.tracking import Registered, Tracking
from features.encoder.cache import CachedEncoder
from features.encoder.choice import default_encoder
from features.home import Home
from features.reference import REFERENCE_TABLES, Reference
from features.text import course_vectors, load_abbreviations
from features.warehouse import Snapshot, Warehouse
from models.assemble import training_data
from models.base import TrainingData
from models.bundle import Bundle, write_bundle
from models.hybrid import Hybrid
from models.item_item import Ease
from models.lookup import DesignationLookup
from models.plan import Plan
from models.popularity import Popularity

Report = Callable[[str], None]
Fit = Callable[[TrainingData], Scorer]

PEERS: Mapping[str, Fit] = {
    "popularity": lambda data: Popularity(by_group=False).fit(data),
    "designation look-up": lambda data: DesignationLookup().fit(data),
    "popularity by post": lambda data: Popularity().fit(data),
    "ease": lambda data: Ease().fit(data),
}
"""What the hybrid is set beside."""
RULES_OF_TODAY = ("popularity", "designation look-up")


class TrainSettings(BaseModel):
    """Everything that decides what a training run gives."""

    cut: datetime | None = Field(default=None, description="Judge on what came at or after this moment.")
    test_share: float = Field(
        default=0.1, gt=0, lt=1, description="Without a cut: judge on this last share of choices."
    )
    ks: tuple[int, ...] = Field(default=(10, 20), description="Lengths of the lists that are judged.")
    seed: int = Field(default=0, description="Seed of everything random.")
    text: bool = Field(default=True, description="Use the courses' texts.")
    models: dict[str, dict[str, Any]] | None = Field(
        default=None, description="Settings of the models; by default training chooses them."
    )
    encoder: str | None = Field(default=None, description="Encoder by name or path; KARMAPATH_ENCODER else me5-small.")


@dataclass(frozen=True)
class Trained:
    """What a training run left behind."""

    bundle: Bundle
    registered: Registered
    comparison: dict[str, Any] | None
    """``None`` where nobody has chosen anything yet: there is nothing to judge on."""
    is_champion: bool


def train(home: Home, settings: TrainSettings, report: Report) -> Trained:
    """Train on the current snapshot of the home folder; the first bundle registered becomes the champion.

    Raises
    ------
    KarmapathError
        If nothing was imported, or the data cannot be cut as asked.
    """
    snapshot = tagged_snapshot(home, settings, report)
    shares = label_shares(snapshot)
    report(
        f"snapshot {snapshot.hash}: " + ", ".join(f"{rows:,} {name}" for name, rows in snapshot.rows.items() if rows)
    )
    report("honest labels: " + ", ".join(f"{name} {share:.1%}" for name, share in shares.items()))
    vectors = text_vectors(home, snapshot, settings, report)
    comparison, figures = None, {}
    hybrid = Hybrid(seed=settings.seed, settings=settings.models)
    if snapshot.rows.get("enrolments"):
        case = make_case(snapshot, vectors, settings)
        comparison = compare(case, fits(hybrid, RULES_OF_TODAY, report), settings, report)
        report("pictures: slices, coverage, learning curve, calibration")
        figures = pictures(comparison, case, hybrid, settings.ks[0])
    else:
        report("no enrolments yet: nothing to judge on; lists stand on profiles, needs and texts")
    report("fitting on everything that is known, with the settings chosen before the cut")
    bundle = fit_bundle(home, snapshot, vectors, settings, hybrid.plan)
    tracking = Tracking(home)
    with tracking.run(f"train {snapshot.hash}", {"snapshot": snapshot.hash, "bundle": bundle.version}):
        tracking.log(
            {**settings.model_dump(), "snapshot": snapshot.hash, "bundle": bundle.version},
            {f"share_{name}": share for name, share in shares.items()},
        )
        if comparison is not None:
            tracking.log({}, flat_metrics(comparison))
            tracking.log_text("comparison.json", json.dumps(comparison, indent=1))
        for name, figure in figures.items():
            tracking.log_figure(name, figure)
        registered = tracking.register(bundle.folder)
    first = tracking.champion() is None
    if first:
        tracking.crown(registered)
    report(f"bundle {bundle.version} is version {registered.number}" + (", the first: champion" if first else ""))
    return Trained(bundle, registered, comparison, first)


def compare(case: Case, fits: Mapping[str, Fit], settings: TrainSettings, report: Report) -> dict[str, Any]:
    """Fit each model on what was known before the cut, judge all, and compare the first with the others."""
    report(f"{case.name}: {len(case.batch):,} learners chose something later")
    judged = []
    first = settings.ks[0]
    for name, fit in fits.items():
        judged.append(judge(name, fit(case.train), case, settings.ks))
        hr, ndcg = (judged[-1].mean(f"{metric}@{first}") for metric in ("hr", "ndcg"))
        report(f"  {name}: hr@{first} {hr:.3f}, ndcg@{first} {ndcg:.3f}")
    return document(case, judged, settings.seed)


def fits(hybrid: Hybrid, peers: Sequence[str], report: Report) -> dict[str, Fit]:
    """Return how to fit the hybrid and the peers of those names."""
    ours: Fit = lambda data: hybrid.fit(data, lambda line: report(f"    {line}"))  # noqa: E731
    return {"karmapath": ours, **{name: PEERS[name] for name in peers}}


def make_case(snapshot: Snapshot, vectors: NDArray[np.float32] | None, settings: TrainSettings) -> Case:
    """Return the time cut of the settings; the last choice out where enrolments have no times."""
    timed = snapshot.scan("enrolments").select(pl.col("enrolled_on").count()).collect().item()
    if not timed:
        return last_out(snapshot, vectors)
    return time_cut(snapshot, vectors, settings.cut, settings.test_share)


def tagged_snapshot(home: Home, settings: TrainSettings, report: Report) -> Snapshot:
    """Return the current snapshot, courses that nobody tagged being tagged by meaning where texts are used."""
    warehouse = Warehouse(home.warehouse)
    snapshot = warehouse.current()
    if not settings.text or not snapshot.rows.get("competencies"):
        return snapshot
    snapshot, inferred = tag_courses(
        warehouse, _encoder(home, settings, report), load_abbreviations(home.abbreviations)
    )
    if inferred:
        report(f"{inferred:,} tags inferred for courses that nobody has tagged")
    snapshot, matched, left = match_designations(
        warehouse, _encoder(home, settings, report), load_abbreviations(home.abbreviations)
    )
    if matched or left:
        report(f"{matched:,} titles of learners matched to positions, {left:,} left for a person")
    return snapshot


def text_vectors(home: Home, snapshot: Snapshot, settings: TrainSettings, report: Report) -> NDArray[np.float32] | None:
    """Return the vectors of the courses' texts, from the cache where they are there already."""
    if not settings.text:
        return None
    report("vectors of the courses' texts")
    abbreviations = load_abbreviations(home.abbreviations)
    return course_vectors(snapshot, _encoder(home, settings, report), abbreviations)


def _encoder(home: Home, settings: TrainSettings, report: Report) -> CachedEncoder:
    return default_encoder(home, settings.encoder, lambda done, todo: report(f"  {done:,} of {todo:,} texts"))


def fit_bundle(
    home: Home, snapshot: Snapshot, vectors: NDArray[np.float32] | None, settings: TrainSettings, plan: Plan | None
) -> Bundle:
    """Fit the hybrid on all that is known and write the bundle; without a plan it chooses settings and weights."""
    data, _ = training_data(snapshot, Reference.load(snapshot), vectors=vectors)
    tables = {name: snapshot.read(name) for name in REFERENCE_TABLES}
    newest = snapshot.scan("enrolments").select(pl.max("enrolled_on")).collect().item()
    extra = {
        "snapshot": snapshot.hash,
        "settings": settings.model_dump(mode="json", include={"seed", "text", "encoder", "models"}),
        "evidence": home.evidence.read_text(encoding="utf-8") if home.evidence.exists() else None,
        "known_until": None if newest is None else newest.isoformat(),
    }
    return write_bundle(
        home.bundles, Hybrid(seed=settings.seed, plan=plan, settings=settings.models).fit(data), data, tables, extra
    )
