"""A block of learners from tables of the warehouse: no loop over learners, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.histories import Histories
from features.records import Learner
from features.schema import TABLES
from features.store.holders import holders_of, plan_holder
from recommender.listing.block import LearnerBlock
from recommender.listing.catalogue import Catalogue
from recommender.listing.evidence_tables import evidence_of_tables
from recommender.listing.ranges import ranges
from recommender.state.evidence_table import EvidenceTable

_PROFILE = ("organisation_id", "position_id", "designation", "group", "cadre", "languages", "verified")
_MARKS = ("mandated", "campaign", "skimmed")

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


def _no_thumbs() -> pl.DataFrame:
    return pl.DataFrame(schema={"learner_id": pl.String, "course_id": pl.String})


@dataclass(frozen=True)
class BlockTables:
    """The rows of some learners, as the warehouse holds them; rows of others are left out."""

    learners: pl.DataFrame
    """The learners; the block has them in this order."""
    enrolments: pl.DataFrame
    evidence: pl.DataFrame = field(default_factory=TABLES["evidence"].empty)
    plans: pl.DataFrame = field(default_factory=TABLES["plans"].empty)
    """All plans: which of them are for whom is found here."""
    down_rated: pl.DataFrame = field(default_factory=_no_thumbs)
    """Columns ``learner_id`` and ``course_id``: what learners do not want to see."""
    lineages: Mapping[str, Sequence[str]] | None = None
    """For each organisation itself and all above it, as plans are found by; ``None``: as the catalogue has them."""


def block_of_tables(tables: BlockTables, catalogue: Catalogue, table: EvidenceTable, at: datetime) -> LearnerBlock:
    """Return the learners as a block; ``at`` decides which plans hold.

    The same learner as a record (``block_of_records``) gives the same list, to the last bit.
    """
    numbered = tables.learners.select("learner_id").with_row_index("_row")
    courses = pl.DataFrame({"course_id": catalogue.course_ids}, schema={"course_id": pl.String})
    courses = courses.with_row_index("_course")
    profile, profiles = distinct_profiles(tables.learners)
    enrolments = tables.enrolments.join(numbered, on="learner_id").join(courses, on="course_id", how="left")
    thumbs = tables.down_rated.join(numbered, on="learner_id").join(courses, on="course_id")
    post = catalogue.posts_of(profiles)
    n = tables.learners.height
    barred = (
        _with_translations(*_pairs(enrolments), catalogue),
        _pairs(thumbs),
        _planned(tables, numbered, courses, profile, profiles, catalogue, at),
    )
    barred_from, barred_courses = _compressed(barred, n)
    return LearnerBlock(
        histories=_histories(enrolments, n, len(catalogue)),
        profile=profile,
        profiles=profiles,
        post=post,
        barred_from=barred_from,
        barred=barred_courses,
        evidence=evidence_of_tables(
            tables.evidence.join(numbered, on="learner_id").join(courses, on="course_id", how="left"),
            enrolments,
            post[profile],
            catalogue,
            table,
        ),
    )


def distinct_profiles(learners: pl.DataFrame) -> tuple[NDArray[np.int32], tuple[Learner, ...]]:
    """Return each learner's number of a distinct profile, and the distinct profiles."""
    columns = learners.select(*_PROFILE).with_columns(
        pl.col("languages").list.join("\x1f").fill_null(""), pl.col("verified").fill_null(value=False)
    )
    distinct = columns.unique(maintain_order=True)
    rows = columns.join(
        distinct.with_row_index("_profile"), on=list(_PROFILE), how="left", nulls_equal=True, maintain_order="left"
    )
    profiles = tuple(
        Learner("", o, p, d, g, c, tuple(languages.split("\x1f")) if languages else (), None, verified)
        for o, p, d, g, c, languages, verified in distinct.iter_rows()
    )
    return rows["_profile"].to_numpy().astype(np.int32), profiles


def _histories(enrolments: pl.DataFrame, n: int, n_courses: int) -> Histories:
    """Return what learners chose, in the order in which the store reads it."""
    forced = pl.any_horizontal(pl.col(name).fill_null(value=False) for name in _MARKS)
    chosen = (
        enrolments.filter(~forced & pl.col("_course").is_not_null())
        .with_columns(_began=pl.coalesce("enrolled_on", "completed_on"), _place=pl.col("sequence").fill_null(-1))
        .sort("_row", "_began", "_place", "course_id", nulls_last=False)
    )
    counts = np.bincount(chosen["_row"].to_numpy(), minlength=n)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Histories(indptr, chosen["_course"].to_numpy().astype(np.int32), n_courses)


def _pairs(frame: pl.DataFrame) -> Pairs:
    known = frame.select("_row", "_course").drop_nulls()
    return known["_row"].to_numpy().astype(np.int64), known["_course"].to_numpy().astype(np.int64)


def _with_translations(rows: NDArray[np.int64], courses: NDArray[np.int64], catalogue: Catalogue) -> Pairs:
    """Return for each learner and course all language versions of the course."""
    starts, members = catalogue.versions
    sizes = np.diff(starts)[courses]
    return np.repeat(rows, sizes), members[ranges(starts[courses], sizes)].astype(np.int64)


def _planned(
    tables: BlockTables,
    numbered: pl.DataFrame,
    courses: pl.DataFrame,
    profile: NDArray[np.int32],
    profiles: tuple[Learner, ...],
    catalogue: Catalogue,
    at: datetime,
) -> Pairs:
    """Return what plans assign to each learner: by id, by organisation or by designation in one."""
    held = tables.plans.filter(pl.col("allocated_on").is_null() | (pl.col("allocated_on") <= at))
    held = held.join(courses, on="course_id").select("scope", "scope_value", "organisation_id", "_course")
    own = held.filter(pl.col("scope") == "learner").join(numbered, left_on="scope_value", right_on="learner_id")
    by_holder: dict[str, set[int]] = {}
    for scope, value, organisation, course in held.filter(pl.col("scope") != "learner").iter_rows():
        by_holder.setdefault(plan_holder(scope, value, organisation), set()).add(course)
    found = [_of_profile(learner, by_holder, _lineage(learner, tables, catalogue)) for learner in profiles]
    starts = np.cumsum([0, *map(len, found)], dtype=np.int64)
    flat = np.array([course for row in found for course in row], dtype=np.int64)
    sizes = np.diff(starts)[profile]
    rows, shared = np.repeat(np.arange(len(profile)), sizes), flat[ranges(starts[profile], sizes)]
    mine, assigned = _pairs(own)
    return np.concatenate([rows, mine]), np.concatenate([shared, assigned])


def _lineage(learner: Learner, tables: BlockTables, catalogue: Catalogue) -> Sequence[str]:
    own = learner.organisation
    if own is None:
        return ()
    found = catalogue.reference.lineage(own) if tables.lineages is None else tables.lineages.get(own)
    return found or (own,)


def _of_profile(learner: Learner, by_holder: dict[str, set[int]], lineage: Sequence[str]) -> list[int]:
    if not by_holder:
        return []
    holders = holders_of("", lineage, learner.designation)
    return sorted(set().union(*(by_holder.get(holder, ()) for holder in holders)))


def _compressed(parts: tuple[Pairs, ...], n: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    rows = np.concatenate([part[0] for part in parts])
    courses = np.concatenate([part[1] for part in parts])
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]).astype(np.int64)
    return starts, courses[order].astype(np.int32)
