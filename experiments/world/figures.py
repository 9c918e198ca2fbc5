"""Figures of a demo world, from its exports and its truth: what the documentation quotes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from experiments.world.bad_rows import BAD_ROWS
from experiments.world.service import read_service
from experiments.world.truth import Truth

SAMPLE = 2000
"""Learners, the first ones, on whom figures about the truth are taken."""


def figures(world: Path) -> dict[str, float]:
    """Return sizes, shares and signals of the world that was written into a folder."""
    truth = Truth.open(world)
    totals = truth.facts["totals"]
    enrolments = _enrolments(world)
    shares = {name: totals[name] / totals["enrolments"] for name in ("completions", "mandated", "campaign", "skimmed")}
    found = {
        "learners": truth.facts["learners"],
        "courses": truth.facts["courses"],
        "enrolments": totals["enrolments"],
        "attempts": totals["attempts"],
        "proctored": totals["proctored"],
        **{f"share_{name}": share for name, share in shares.items()},
        "gini_of_popularity": _gini(enrolments["content_id"], len(truth.course_ids)),
        "next_course_up": _next_course_up(enrolments, world),
    }
    found |= _interest(enrolments, truth) | _levels(truth)
    return {name: round(value, 3) for name, value in found.items()}


def _enrolments(world: Path) -> pl.DataFrame:
    """Return the good rows of ``user_enrolments``, learner by learner, oldest first."""
    parquet = world / "user_enrolments.parquet"
    columns = ["user_id", "content_id", "live_cbp_plan_mandate"]
    frame = (
        pl.read_parquet(parquet, columns=columns)
        if parquet.exists()
        else pl.read_csv(world / "user_enrolments.csv", infer_schema_length=0, columns=columns)
    )
    good = frame.head(frame.height - len(BAD_ROWS["user_enrolments"]))
    return good.with_columns(mandated=pl.col("live_cbp_plan_mandate") == "Yes")


def _gini(courses: pl.Series, catalogue: int) -> float:
    """Return the Gini coefficient of enrolments over the whole catalogue: 0 all alike, 1 all in one course."""
    counts = np.zeros(catalogue)
    taken = courses.value_counts()["count"].to_numpy()
    counts[: len(taken)] = taken
    share = np.sort(counts).cumsum() / counts.sum()
    return float(1 - 2 * share.mean() + 1 / catalogue)


def _next_course_up(enrolments: pl.DataFrame, world: Path) -> float:
    """Return how often, where two chosen courses in a row teach the same competency, the second leads higher."""
    main = pl.read_csv(world / "teaches.csv").unique("course_id", keep="first", maintain_order=True)
    chosen = enrolments.filter(~pl.col("mandated")).join(
        main, left_on="content_id", right_on="course_id", how="left", maintain_order="left"
    )
    following = chosen.with_columns(
        pl.col("competency_id").shift(-1).over("user_id").alias("next"),
        pl.col("to_level").shift(-1).over("user_id").alias("leads"),
    ).filter(pl.col("next") == pl.col("competency_id"))
    return float((following["leads"] > following["to_level"]).to_numpy().mean()) if following.height else 0.0


def _interest(enrolments: pl.DataFrame, truth: Truth) -> dict[str, float]:
    """Return mean true interest (mean 0, deviation 1 over the catalogue) in chosen and in mandated courses."""
    learners = truth.learner_ids().head(SAMPLE)
    row = {name: number for number, name in enumerate(learners)}
    column = {name: number for number, name in enumerate(truth.course_ids)}
    sample = enrolments.filter(pl.col("user_id").is_in(learners.implode()))
    interest = truth.interest(learners.to_list())
    places = [(row[user], column[course]) for user, course in sample.select("user_id", "content_id").iter_rows()]
    liked, mandated = interest[tuple(np.array(places).T)], sample["mandated"].to_numpy()
    return {"interest_in_chosen": float(liked[~mandated].mean()), "interest_in_mandated": float(liked[mandated].mean())}


def _levels(truth: Truth) -> dict[str, float]:
    """Return the share of the present post's needs that are met, within half a level, at the start and today."""
    service, learners = read_service(), truth.learner_ids().head(SAMPLE).to_list()
    held = (
        truth.careers().filter(pl.col("learner_id").is_in(learners)).group_by("learner_id", maintain_order=True).last()
    )
    number = {post.id: n for n, post in enumerate(service.posts)}
    required = service.required[[number[post] for post in held["position_id"]], :-1]
    moments = {"at_start": truth.facts["start"], "today": truth.facts["today"]}
    met = {
        name: truth.levels(learners, datetime.fromisoformat(moment)) >= required - 0.5
        for name, moment in moments.items()
    }
    return {f"needs_met_{name}": float(levels[required > 0].mean()) for name, levels in met.items()}
