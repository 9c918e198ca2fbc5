"""Evaluation: the hybrid beside plain models and the rules of today, on cuts in time or on the last choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from experiments.cases import Case, last_out, time_cut
from experiments.train import PEERS, Report, TrainSettings, compare, fits, text_vectors
from features.home import Home
from features.warehouse import Snapshot, Warehouse
from models.hybrid import Hybrid

Protocol = Literal["time", "last-out"]


class EvaluateSettings(TrainSettings):
    """How to judge."""

    protocol: Protocol = Field(default="time", description="time: cuts in time; last-out: each learner's last choice.")
    cuts: int = Field(default=1, ge=1, le=20, description="Rolling cuts, each judged on its own stretch of time.")
    least: int = Field(default=3, ge=2, description="last-out: only learners with at least so many choices.")


def evaluate(home: Home, settings: EvaluateSettings, report: Report) -> list[dict[str, Any]]:
    """Return one comparison a case: fitted on what was known before, judged on what came after."""
    snapshot = Warehouse(home.warehouse).current()
    vectors = text_vectors(home, snapshot, settings, report)
    return [
        compare(
            case, fits(Hybrid(seed=settings.seed, settings=settings.models), tuple(PEERS), report), settings, report
        )
        for case in cases(snapshot, vectors, settings)
    ]


def cases(snapshot: Snapshot, vectors: Any, settings: EvaluateSettings) -> Iterator[Case]:
    """Yield the cases of the settings, the earliest cut first."""
    if settings.protocol == "last-out":
        yield last_out(snapshot, vectors, settings.least)
    elif settings.cuts == 1 or settings.cut is not None:
        yield time_cut(snapshot, vectors, settings.cut, settings.test_share)
    else:
        for number in range(settings.cuts, 0, -1):
            share = number * settings.test_share
            yield time_cut(snapshot, vectors, None, share, window=settings.test_share)
