"""Compliance with plans: what is allocated, done, overdue, and at risk at the learner's own pace.

A person is at risk where the hours that are left of everything due by a date are more than fit until then at the pace
of the last months. The pace is shrunk towards the organisation's, so that one quiet month is not yet a risk.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import polars as pl

from features.interactions import TableScanner
from features.reference import Reference
from features.store.holders import holders_of, plan_holder
from recommender.planning.disclosure import LEAST, blocks
from recommender.planning.people import people_of
from recommender.planning.shortfall import KEYS
from recommender.planning.tree import Tree

PACE_MONTHS = 6
SHRINK = 2.0
"""Months of the organisation's pace that are mixed into a learner's own."""
_MONTH = 365.25 / 12

STATES = ("allocated", "done", "done_late", "overdue", "at_risk", "on_track")
"""Allocated is the sum of done, overdue, at risk and on track; ``done_late`` are among the done."""


def allocations(
    source: TableScanner,
    reference: Reference,
    at: datetime,
    *,
    organisation: str | None = None,
    plans: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return a row for each learner and course that a plan assigns, with its state: for those with the right to it.

    Columns: ``learner_id``, ``KEYS``, ``plan_id``, ``course_id``, ``mandatory``, ``due_on``, ``hours_left``,
    ``state`` (``done``, ``overdue``, ``at_risk``, ``on_track``), ``late``.
    """
    within = None if organisation is None else Tree.of(reference.organisations, [organisation]).within(organisation)
    people = people_of(source, reference, within)
    assigned = _assigned(people, reference, at, plans)
    taken = (
        source.scan("enrolments").select("learner_id", "course_id", "status", "progress", "completed_on")
        .join(people.lazy().select("learner_id"), on="learner_id", how="semi").collect()
    )  # fmt: skip
    hours = pl.DataFrame(
        {"course_id": list(reference.courses), "hours": [c.hours for c in reference.courses.values()]},
        schema={"course_id": pl.String, "hours": pl.Float64},
    )
    done = pl.col("status") == "completed"
    rows = (
        assigned.join(taken, on=["learner_id", "course_id"], how="left")
        .join(hours, on="course_id", how="left")
        .with_columns(done=done.fill_null(value=False))
        .with_columns(
            hours_left=pl.when("done").then(0.0)
            .otherwise(pl.col("hours").fill_null(1.0) * (1 - pl.col("progress").fill_null(0.0).clip(0.0, 0.95))),
            late=(pl.col("done") & (pl.col("completed_on") > pl.col("due_on"))).fill_null(value=False),
        )
    )  # fmt: skip
    return _states(rows, _paces(taken, hours, people, at), at).select(
        "learner_id", *KEYS, "plan_id", "course_id", "mandatory", "due_on", "hours_left", "state", "late"
    )


def compliance(rows: pl.DataFrame, reference: Reference, *, least: int = LEAST) -> pl.DataFrame:
    """Return counts by plan and block of people (see ``disclosure``): ``plan_id``, ``KEYS``, ``n`` and ``STATES``.

    ``n`` counts people, the others learner and course pairs. Only what speaks of at least ``least`` people is told.
    """
    state = pl.col("state")
    counted = (
        rows.with_columns(pl.col(KEYS).fill_null(""))
        .group_by("plan_id", *KEYS)
        .agg(
            n=pl.col("learner_id").n_unique().cast(pl.Float64),
            allocated=pl.len().cast(pl.Float64),
            done=(state == "done").sum().cast(pl.Float64),
            done_late=pl.col("late").sum().cast(pl.Float64),
            overdue=(state == "overdue").sum().cast(pl.Float64),
            at_risk=(state == "at_risk").sum().cast(pl.Float64),
            on_track=(state == "on_track").sum().cast(pl.Float64),
        )
    )
    tree = Tree.of(reference.organisations, [one for one in counted["organisation_id"].unique() if one])
    return blocks(counted, tree, least, subject="plan_id", sums=("n", *STATES), strongest=())


def by(shown: pl.DataFrame, columns: Collection[str]) -> pl.DataFrame:
    """Return blocks added up by some columns (``plan_id``, ``organisation_id``, ``position_id``, ...), most overdue
    first."""  # noqa: D205, D209
    sums = shown.group_by(list(columns)).agg(pl.col("n", *STATES).sum().round(0).cast(pl.Int64))
    return sums.with_columns(rate=pl.col("done") / pl.col("allocated")).sort(
        "overdue", "at_risk", *columns, descending=[True, True, *(False for _ in columns)], nulls_last=True
    )


def _assigned(people: pl.DataFrame, reference: Reference, at: datetime, plans: Collection[str] | None) -> pl.DataFrame:
    jobs = people.select("organisation_id", "designation").unique()
    held = [
        (organisation, designation, holder)
        for organisation, designation in jobs.iter_rows()
        for holder in holders_of("", reference.lineage(organisation), designation)[0:]
    ]
    schema = {"organisation_id": pl.String, "designation": pl.String, "holder": pl.String}
    shared = people.join(
        pl.DataFrame(held, schema=schema, orient="row"), on=["organisation_id", "designation"], nulls_equal=True
    )
    own = people.with_columns(
        holder=pl.Series([plan_holder("learner", one, None) for one in people["learner_id"]], dtype=pl.String)
    )
    items = [
        (plan_holder(i.scope, i.scope_value, i.organisation), i.plan, i.course, i.mandatory, i.due_on)
        for i in reference.plans
        if (i.allocated_on is None or i.allocated_on <= at) and (plans is None or i.plan in plans)
    ]
    assigned = pl.DataFrame(
        items, orient="row",
        schema={
            "holder": pl.String, "plan_id": pl.String, "course_id": pl.String, "mandatory": pl.Boolean,
            "due_on": pl.Datetime("ms"),
        },
    )  # fmt: skip
    both = pl.concat([shared.select(own.columns), own])
    return both.join(assigned, on="holder").unique(["learner_id", "plan_id", "course_id"])


def _paces(taken: pl.DataFrame, hours: pl.DataFrame, people: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """Return learning hours a month of each learner, own and the organisation's mixed."""
    since = at - timedelta(days=PACE_MONTHS * _MONTH)
    recent = (
        taken.filter(pl.col("completed_on").is_between(since, at))
        .join(hours, on="course_id", how="left")
        .group_by("learner_id")
        .agg(pl.col("hours").sum().alias("done_hours"))
    )
    own = people.select("learner_id", "organisation_id").join(recent, on="learner_id", how="left")
    done = pl.col("done_hours").fill_null(0.0)
    usual = done.mean().over("organisation_id") / PACE_MONTHS
    return own.select("learner_id", pace=(done + SHRINK * usual) / (PACE_MONTHS + SHRINK))


def _states(rows: pl.DataFrame, paces: pl.DataFrame, at: datetime) -> pl.DataFrame:
    ordered = rows.join(paces, on="learner_id", how="left").sort("learner_id", "due_on", "plan_id", "course_id")
    months = (pl.col("due_on") - pl.lit(at)).dt.total_days() / _MONTH
    # A course in two plans is learned once: only its first row adds hours.
    first = pl.int_range(pl.len()).over("learner_id", "course_id") == 0
    due = pl.when(first).then(pl.col("hours_left")).otherwise(0.0).cum_sum().over("learner_id")
    state = (
        pl.when("done").then(pl.lit("done"))
        .when(pl.col("due_on") < at).then(pl.lit("overdue"))
        .when(due > pl.col("pace") * months).then(pl.lit("at_risk"))
        .otherwise(pl.lit("on_track"))
    )  # fmt: skip
    return ordered.with_columns(state=state)
