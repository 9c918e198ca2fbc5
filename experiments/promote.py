"""Promotion: a registered bundle becomes the champion only if it passes the gate.

The gate fits what is compared on the same past and judges it on the same later choices: the candidate's settings, the
champion's settings, plain popularity and EASE. The candidate must beat popularity and EASE with a paired 95 % interval
clear of zero, must not be worse than the champion, and no slice may be worse than the champion's by more than the
margin. A refusal says which rule failed, where, and by how much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.cases import Case
from experiments.judge import Judged, document, judge
from experiments.metrics import interval
from experiments.ranked import Scorer
from experiments.tracking import Registered, Tracking
from experiments.train import PEERS, Report, TrainSettings, make_case, text_vectors
from features.errors import NotReadyError
from features.histories import Histories
from features.home import Home
from features.warehouse import Warehouse
from models.base import LearnerBatch, Scores
from models.bundle import Bundle
from models.hybrid import Hybrid

MUST_BEAT = ("popularity", "ease")
MARGIN = 0.01
"""Points of the metric that a slice may lose against the champion before the gate closes."""
LEAST_LEARNERS = 30
"""A slice with fewer judged learners than this is reported, but closes no gate: its interval says nothing."""


@dataclass(frozen=True)
class Verdict:
    """What the gate said."""

    promoted: bool
    refusals: tuple[str, ...]
    comparison: Mapping[str, Any] | None
    """``None`` where nobody has chosen anything yet: there is nothing to judge on."""
    candidate: Registered
    champion: Registered | None


def promote(home: Home, number: int | None, settings: TrainSettings, report: Report, *, force: bool = False) -> Verdict:
    """Judge a registered version (by default the newest) and make it the champion if it passes, or with ``force``.

    Raises
    ------
    KarmapathError
        If there is no such version, or no data to judge on.
    """
    tracking = Tracking(home)
    candidate = tracking.newest() if number is None else tracking.registered(number)
    champion = tracking.champion()
    snapshot = Warehouse(home.warehouse).current()
    comparison = None
    refusals: tuple[str, ...] = ("there are no enrolments to judge on",)
    if snapshot.rows.get("enrolments"):
        case = make_case(snapshot, text_vectors(home, snapshot, settings, report), settings)
        rival = champion
        if champion is not None and not opens(tracking, champion):
            report(f"version {champion.number}, the champion, is of another release: it cannot be judged, nor serve")
            rival = None
        judged = _judged(tracking, case, candidate, rival, settings, report)
        comparison = document(case, judged, settings.seed)
        refusals = tuple(_refusals(judged, f"ndcg@{settings.ks[0]}"))
    verdict = Verdict(force or not refusals, refusals, comparison, candidate, champion)
    if verdict.promoted:
        tracking.crown(candidate)
    return verdict


def opens(tracking: Tracking, version: Registered) -> bool:
    """Whether a version's bundle is of this release."""
    try:
        Bundle.load(tracking.folder(version))
    except NotReadyError:
        return False
    return True


def _judged(
    tracking: Tracking,
    case: Case,
    candidate: Registered,
    champion: Registered | None,
    settings: TrainSettings,
    report: Report,
) -> list[Judged]:
    report(f"{case.name}: {len(case.batch):,} learners chose something later")
    found = [judge("candidate", _as_of(tracking, candidate, case), case, settings.ks)]
    if champion is not None and champion.number != candidate.number:
        found.append(judge("champion", _as_of(tracking, champion, case), case, settings.ks))
    found += [judge(name, PEERS[name](case.train), case, settings.ks) for name in MUST_BEAT]
    metric = f"ndcg@{settings.ks[0]}"
    for one in found:
        report(f"  {one.name}: {metric} {one.mean(metric):.4f}")
    return found


def _as_of(tracking: Tracking, version: Registered, case: Case) -> Scorer:
    """Return the version as it would have been at the cut.

    A bundle whose data ended before the cut is judged as it is; one that has seen what came after would know the
    answers, so it is fitted again, with its own settings and weights, on what was known before.
    """
    bundle = Bundle.load(tracking.folder(version))
    known_until = bundle.manifest.get("known_until")
    if case.at is not None and known_until is not None and known_until < case.at.isoformat():
        return OfOtherCatalogue(bundle, case)
    return Hybrid(seed=int(bundle.manifest["settings"]["seed"]), plan=bundle.hybrid.plan).fit(case.train)


class OfOtherCatalogue:
    """A bundle that was trained on another catalogue, asked about this one: courses it does not know come last."""

    def __init__(self, bundle: Bundle, case: Case) -> None:
        self.bundle = bundle
        index = bundle.course_index
        self.columns = [index.get(course, -1) for course in case.train.course_ids]
        self.names = case.train.learner_vocabulary.names

    def score(self, batch: LearnerBatch) -> Scores:
        """Return scores in the columns of the case's catalogue, shape (n, n_courses)."""
        columns = np.array(self.columns)
        known = [[int(c) for c in columns[batch.histories.row(row)] if c >= 0] for row in range(len(batch))]
        features = self.bundle.learner_vocabulary.rows(
            [[self.names[column] for column in batch.features[row].indices] for row in range(len(batch))]
        )
        theirs = self.bundle.hybrid.score(LearnerBatch(Histories.of(known, len(self.bundle.course_ids)), features))
        lowest = theirs.min(axis=1, keepdims=True) - 1.0
        return np.where(columns >= 0, theirs[:, columns], lowest).astype(np.float32)


def _refusals(judged: list[Judged], metric: str) -> Iterator[str]:
    """Yield in words each rule that the first one, the candidate, fails."""
    candidate, others = judged[0], {one.name: one for one in judged[1:]}
    for name in MUST_BEAT:
        gain = interval(candidate.values[metric] - others[name].values[metric])
        if gain.low <= 0:
            yield f"{metric} is not above {name}: it differs by {gain.mean:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
    champion = others.get("champion")
    if champion is None:
        return
    gain = interval(candidate.values[metric] - champion.values[metric])
    if gain.high < 0 or gain.mean < 0:
        yield f"{metric} is below the champion's by {-gain.mean:.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
    for part, values in candidate.slices.items():
        lost = float((champion.slices[part][metric] - values[metric]).mean())
        if lost > MARGIN and len(values[metric]) >= LEAST_LEARNERS:
            yield f"slice {part.replace('_', ' ')}: {metric} is {lost:.4f} below the champion's, the margin is {MARGIN}"
