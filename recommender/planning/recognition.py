"""Recognition by competencies gained: what evidence of a period added to beliefs, in steps; clicks earn nothing.

A learner's gain is the difference between what is believed at the end and what would be believed then had nothing been
observed in the period. A skimmed completion carries no evidence, so it earns nothing; a second course on what is held
already earns next to nothing; forgetting is no loss, as both sides age alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from features.interactions import TableScanner
from features.reference import Reference
from recommender.gaps import SURE
from recommender.planning.disclosure import LEAST
from recommender.planning.people import people_of
from recommender.planning.tree import Tree
from recommender.planning.workforce import workforce
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable


@dataclass(frozen=True, slots=True)
class Gained:
    """One learner's gain in a period."""

    learner: str
    steps: float
    """Expected required steps gained."""
    reached: tuple[tuple[str, int], ...]
    """Required (competency, level) that are now held for sure and were not."""


def gained(
    source: TableScanner,
    reference: Reference,
    begin: datetime,
    end: datetime,
    *,
    organisation: str | None = None,
    table: EvidenceTable = DEFAULT_EVIDENCE,
) -> tuple[Gained, ...]:
    """Return what the people of an organisation gained between two moments, most first; for those with the right
    to named people, and for each learner's own page."""  # noqa: D205, D209
    now = workforce(source, reference, end, organisation=organisation, table=table)
    before = workforce(source, reference, end, organisation=organisation, until=begin, table=table)
    column = {competency: n for n, competency in enumerate(now.competencies)}
    found = []
    people = now.people.with_row_index("row").drop_nulls("position_id")
    for (position,), some in people.partition_by("position_id", as_dict=True).items():
        needs = [n for n in reference.requirements_of_position(str(position)) if n.competency in column]
        for row, learner in zip(some["row"], some["learner_id"], strict=True):
            steps, reached = 0.0, []
            for need in needs:
                k = column[need.competency]
                more = now.held[row, k, : need.level] - before.held[row, k, : need.level]
                steps += float(np.maximum(more, 0.0).sum())
                if now.held[row, k, need.level - 1] >= SURE > before.held[row, k, need.level - 1]:
                    reached.append((need.competency, need.level))
            if steps > 1e-6:
                found.append(Gained(str(learner), steps, tuple(reached)))
    return tuple(sorted(found, key=lambda one: (-one.steps, one.learner)))


def gained_by_body(
    found: tuple[Gained, ...], source: TableScanner, reference: Reference, organisation: str, least: int = LEAST
) -> pl.DataFrame:
    """Return steps gained a head for each body below an organisation (``body``, ``n``, ``steps``, ``steps_a_head``,
    ``share_gaining``); bodies of fewer than ``least`` people are left out, together with the smallest other one."""  # noqa: D205, D209
    tree = Tree.of(reference.organisations, [organisation])
    people = people_of(source, reference, tree.within(organisation)).select("learner_id", "organisation_id")
    branch = {one: tree.branch(one, organisation) or organisation for one in tree.within(organisation)}
    steps = pl.DataFrame(
        [(one.learner, one.steps) for one in found], schema={"learner_id": pl.String, "steps": pl.Float64}, orient="row"
    )
    rows = (
        people.join(steps, on="learner_id", how="left")
        .with_columns(body=pl.col("organisation_id").replace_strict(branch, return_dtype=pl.String))
        .group_by("body")
        .agg(
            n=pl.len().cast(pl.Int64),
            steps=pl.col("steps").sum(),
            steps_a_head=pl.col("steps").fill_null(0.0).mean(),
            share_gaining=pl.col("steps").is_not_null().mean(),
        )
    )
    return _large(rows, least).sort("steps_a_head", "body", descending=[True, False])


def interests(
    source: TableScanner,
    reference: Reference,
    organisation: str,
    begin: datetime,
    end: datetime,
    *,
    by: str = "theme",
    least: int = LEAST,
) -> pl.DataFrame:
    """Return what the people of an organisation chose of their own accord, by ``area`` or ``theme`` of competency.

    Columns: ``topic``, ``n`` (people), ``enrolments``, ``share`` (of all such enrolments shown). Mandated, campaign
    and skimmed enrolments are no interest; topics of fewer than ``least`` people are left out.
    """
    people = people_of(source, reference, Tree.of(reference.organisations, [organisation]).within(organisation))
    topics = pl.DataFrame(
        sorted(
            {
                (course.id, getattr(reference.competencies[t.competency], by) or "other")
                for course in reference.courses.values() for t in course.teaches
                if t.competency in reference.competencies
            }
        ),
        schema={"course_id": pl.String, "topic": pl.String}, orient="row",
    )  # fmt: skip
    chosen = ~pl.any_horizontal(pl.col("mandated", "campaign", "skimmed").fill_null(value=False))
    rows = (
        source.scan("enrolments").filter(chosen & pl.col("enrolled_on").is_between(begin, end))
        .join(people.lazy().select("learner_id"), on="learner_id", how="semi")
        .join(topics.lazy(), on="course_id")
        .group_by("topic")
        .agg(n=pl.col("learner_id").n_unique().cast(pl.Int64), enrolments=pl.len().cast(pl.Int64))
        .filter(pl.col("n") >= least)
        .collect()
    )  # fmt: skip
    return rows.with_columns(share=pl.col("enrolments") / pl.col("enrolments").sum()).sort(
        "n", "topic", descending=[True, False]
    )


def _large(rows: pl.DataFrame, least: int) -> pl.DataFrame:
    """Return the rows of enough people; where some are left out, at least ``least`` people are."""
    small = rows.filter(pl.col("n") < least)
    large = rows.filter(pl.col("n") >= least).sort("n", "body")
    return large[1:] if 0 < small["n"].sum() < least else large
