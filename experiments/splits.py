"""Ways to cut a table of interactions into what is learned from and what is to be found."""

from __future__ import annotations

import numpy as np
import polars as pl

from experiments.accuracy.files import Interactions
from features.histories import Histories
from models.stray import is_stray


def without_stray(found: Interactions) -> Interactions:
    """Leave out entries of list files that only look like courses (``models.stray``); a cut would hide them."""
    if found.timed:
        return found
    rows = found.table["learner"].rle_id().to_numpy()
    courses = found.table["course"].cast(pl.Categorical).to_physical().to_numpy().astype(np.int32)
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    indptr = np.append(starts, len(rows)).astype(np.int64)
    stray = is_stray(Histories(indptr, courses, int(courses.max()) + 1))
    return Interactions(found.table.filter(pl.Series(~stray)))


Cut = tuple[pl.DataFrame, pl.DataFrame]
"""Training and test, with the columns of ``Interactions.table``."""


def last_out(found: Interactions, least: int = 3) -> Cut:
    """Hold out the last course of each learner with at least ``least`` courses."""
    table = found.table
    place = pl.int_range(pl.len()).over("learner")
    size = pl.len().over("learner")
    last = (place == size - 1) & (size >= least)
    return table.filter(~last), table.filter(last)


def time_cut(found: Interactions, share: float = 0.2) -> Cut:
    """Hold out the last ``share`` of all interactions in time; needs times."""
    if not found.timed:
        raise ValueError("a cut in time needs times")
    day = found.table["day"].quantile(1.0 - share)
    return found.table.filter(pl.col("day") < day), found.table.filter(pl.col("day") >= day)


def new_learners(cut: Cut) -> Cut:
    """Keep of the test only learners who have nothing in training."""
    train, test = cut
    return train, test.join(train.select("learner").unique(), on="learner", how="anti", maintain_order="left")


def hide_courses(found: Interactions, share: float = 0.2, seed: int = 0) -> Cut:
    """Hold out every interaction with a random ``share`` of the courses, of learners who took another course."""
    courses = found.table["course"].unique().sort().to_list()
    generator = np.random.default_rng(seed)
    hidden = [courses[n] for n in generator.permutation(len(courses))[: int(len(courses) * share)]]
    train = found.table.filter(~pl.col("course").is_in(hidden))
    test = found.table.filter(pl.col("course").is_in(hidden))
    return train, test.join(train.select("learner").unique(), on="learner", how="semi", maintain_order="left")
