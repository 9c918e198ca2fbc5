"""How good courses are, smoothed and with an interval: few ratings say little, and say so.

Ratings: a normal mean with a prior at the mean of all courses and the strength of ``prior`` ratings (empirical Bayes);
completion: a beta posterior with a prior at the overall share. Skimmed enrolments say nothing of a course and are left
out; what a mandate forced is left out of completion, which measures whether people stay of their own accord.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
from scipy import special

from features.interactions import TableScanner
from features.reference import Reference

PRIOR_RATINGS = 10.0
PRIOR_ENROLMENTS = 20.0


def course_quality(
    source: TableScanner, reference: Reference, at: datetime, *, provider: str | None = None, share: float = 0.9
) -> pl.DataFrame:
    """Return a row a course, best first by the lower end of its rating.

    Columns: ``course_id``, ``name``, ``provider``, ``enrolments`` (free, not skimmed), ``completion``,
    ``completion_low``, ``completion_high``, ``ratings``, ``rating``, ``rating_low``, ``rating_high`` (central
    intervals of ``share``), ``skimmed`` (share of completions of less than a tenth of the time).
    """
    taken = (
        source.scan("enrolments").filter(pl.col("enrolled_on").is_null() | (pl.col("enrolled_on") <= at))
        .with_columns(pl.col("mandated", "campaign", "skimmed").fill_null(value=False))
        .with_columns(done=pl.col("status") == "completed")
        .group_by("course_id")
        .agg(
            free=(~pl.col("mandated") & ~pl.col("campaign") & ~pl.col("skimmed")).sum(),
            finished=(pl.col("done") & ~pl.col("mandated") & ~pl.col("campaign") & ~pl.col("skimmed")).sum(),
            completions=pl.col("done").sum(),
            skims=(pl.col("done") & pl.col("skimmed")).sum(),
            ratings=(pl.col("rating").is_not_null() & ~pl.col("skimmed")).sum(),
            mean=pl.col("rating").filter(~pl.col("skimmed")).mean(),
            spread=pl.col("rating").filter(~pl.col("skimmed")).var(),
        )
        .collect()
    )  # fmt: skip
    named = pl.DataFrame(
        [(c.id, c.name, c.provider) for c in reference.courses.values()],
        schema={"course_id": pl.String, "name": pl.String, "provider": pl.String}, orient="row",
    )  # fmt: skip
    found = named.join(taken, on="course_id", how="left").with_columns(
        pl.col("free", "finished", "completions", "skims", "ratings").fill_null(0)
    )
    smoothed = _smoothed(found, share)
    return smoothed if provider is None else smoothed.filter(pl.col("provider") == provider)


def provider_quality(courses: pl.DataFrame) -> pl.DataFrame:
    """Return a row a provider: courses, enrolments, ratings, and the means of its courses weighted by them."""
    weight = pl.col("ratings") + PRIOR_RATINGS
    return (
        courses.group_by("provider")
        .agg(
            courses=pl.len(),
            enrolments=pl.col("enrolments").sum(),
            ratings=pl.col("ratings").sum(),
            rating=(pl.col("rating") * weight).sum() / weight.sum(),
            completion=(pl.col("completion") * (pl.col("enrolments") + PRIOR_ENROLMENTS)).sum()
            / (pl.col("enrolments") + PRIOR_ENROLMENTS).sum(),
            skimmed=pl.col("skimmed").mean(),
        )
        .sort("rating", descending=True, nulls_last=True)
    )


def _smoothed(found: pl.DataFrame, share: float) -> pl.DataFrame:
    tail = (1 - share) / 2
    free, finished = (found[name].to_numpy().astype(np.float64) for name in ("free", "finished"))
    overall = finished.sum() / max(1.0, free.sum()) if free.sum() else 0.5
    a = finished + PRIOR_ENROLMENTS * overall + 1e-9
    b = free - finished + PRIOR_ENROLMENTS * (1 - overall) + 1e-9
    ratings = found["ratings"].to_numpy().astype(np.float64)
    means = found["mean"].fill_null(0.0).to_numpy()
    spreads = found["spread"].to_numpy()
    typical = float(np.nansum(spreads * ratings) / max(1.0, ratings[np.isfinite(spreads)].sum())) or 1.0
    middle = float((means * ratings).sum() / max(1.0, ratings.sum())) if ratings.sum() else np.nan
    rating = (means * ratings + middle * PRIOR_RATINGS) / (ratings + PRIOR_RATINGS)
    error = np.sqrt(typical / (ratings + PRIOR_RATINGS)) * special.ndtri(1 - tail)
    return found.select(
        "course_id", "name", "provider",
        pl.col("free").cast(pl.Int64).alias("enrolments"),
        pl.Series("completion", a / (a + b)),
        pl.Series("completion_low", np.asarray(special.betaincinv(a, b, tail))),
        pl.Series("completion_high", np.asarray(special.betaincinv(a, b, 1 - tail))),
        pl.col("ratings").cast(pl.Int64),
        pl.Series("rating", rating).fill_nan(None),
        pl.Series("rating_low", rating - error).fill_nan(None),
        pl.Series("rating_high", rating + error).fill_nan(None),
        (pl.col("skims") / pl.max_horizontal(pl.col("completions"), 1)).alias("skimmed"),
    ).sort("rating_low", descending=True, nulls_last=True)  # fmt: skip
