"""How lists lie in a part: one row a learner, lists as lists.

A reader wants one learner's list, or all lists of a course; a row a learner answers the first by one row and repeats no
id ``top`` times. Courses are written by name through a dictionary, so a part means the same to polars, Spark, DuckDB
and pandas without a second file; a name costs there what a number would.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from recommender.batch.job import Job
from recommender.listing import REASON_CODES, Catalogue, Lists

COLUMNS: Mapping[str, str] = {
    "learner_id": "pseudonymous identifier; a part is sorted by it, and parts follow one another",
    "model_version": "version of the bundle that made the list",
    "courses": "course ids, the best first; shorter, or empty, where fewer are left to suggest",
    "scores": "score of each course, comparable within one list only",
    "guided": "whether the course closes a gap of the learner's post",
    "reasons": "number of each course's strongest reason; the manifest says what the numbers stand for",
    "further_reasons": "number of each course's second reason, 0 where there is none",
}
"""Every column of a part and what it means."""


def lists_frame(learners: pl.Series, lists: Lists, job: Job, catalogue: Catalogue) -> pl.DataFrame:
    """Return the learners' lists as a part has them."""
    listed = lists.courses >= 0
    lengths = listed.sum(axis=1)
    names = pl.Enum(list(catalogue.course_ids))
    numbers = pl.Series(lists.courses[listed], dtype=pl.UInt32)
    flat = {
        "courses": pl.Series(catalogue.course_ids, dtype=names).gather(numbers),
        "scores": pl.Series(lists.scores[listed], dtype=pl.Float32),
        "guided": pl.Series(lists.guided[listed], dtype=pl.Boolean),
        "reasons": pl.Series(lists.reasons[..., 0][listed], dtype=pl.UInt8),
        "further_reasons": pl.Series(lists.reasons[..., 1][listed], dtype=pl.UInt8),
    }
    return pl.DataFrame(
        {
            "learner_id": learners,
            "model_version": pl.repeat(job.model_version, len(learners), dtype=pl.String, eager=True),
            **{name: _as_lists(series, lengths) for name, series in flat.items()},
        }
    ).select(list(COLUMNS))


def reason_table() -> dict[str, dict[str, str | None]]:
    """Return what the numbers of reasons stand for, as the manifest says it."""
    return {str(number): {"code": reason.code, "model": reason.model} for number, reason in REASON_CODES.items()}


def _as_lists(flat: pl.Series, lengths: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.Series:
    """Cut a column into lists of the given lengths, one after the other."""
    width = int(lengths.max(initial=0))
    if width and (lengths == width).all():
        return flat.reshape((len(lengths), width)).arr.to_list()
    rows = pl.Series(np.repeat(np.arange(len(lengths)), lengths), dtype=pl.UInt32)
    grouped = pl.DataFrame({"row": rows, "value": flat}).group_by("row", maintain_order=True).agg("value")
    everyone = pl.DataFrame({"row": pl.arange(0, len(lengths), dtype=pl.UInt32, eager=True)})
    joined = everyone.join(grouped, on="row", how="left", maintain_order="left")["value"]
    return joined.fill_null(pl.Series([[]], dtype=pl.List(flat.dtype)))
