"""What people did: compliance with plans, what they gained, what they chose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from api.workbench.desk import Desk
from features.reference import PlanItem, Reference
from features.store.drafts import APPROVED
from recommender.planning.compliance import STATES, allocations, by, compliance
from recommender.planning.recognition import Gained, gained, gained_by_body, interests

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Compliance:
    """How far plans are followed; rows are dictionaries with ``n`` and ``STATES``."""

    total: dict[str, int]
    plans: tuple[dict[str, Any], ...]
    bodies: tuple[dict[str, Any], ...]
    posts: tuple[dict[str, Any], ...]
    people: tuple[dict[str, Any], ...]
    """Those with something overdue or at risk, most first."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """Competencies gained and interests in a period."""

    begin: datetime
    end: datetime
    people: tuple[Gained, ...]
    """Most first."""
    bodies: tuple[dict[str, Any], ...]
    topics: tuple[dict[str, Any], ...]


def with_approved(desk: Desk, within: tuple[str, ...]) -> Reference:
    """Return the reference data with the plans that were approved here beside the imported ones."""
    bench, items = desk.service.store.workbench, list(desk.reference.plans)
    for draft in bench.drafts_of(within, 1_000):
        if draft.status != APPROVED:
            continue
        verdicts = bench.verdicts(draft.id)
        items += [
            PlanItem(
                draft.id, item.organisation or draft.organisation, draft.name, item.scope, item.scope_value,
                item.course, item.mandatory, draft.changed_at, item.due_on, bool(draft.settings.get("apar", False)),
            )
            for item in draft.items
            if item.id in verdicts and verdicts[item.id].approved
        ]  # fmt: skip
    return replace(desk.reference, plans=tuple(items))


def compliance_of(desk: Desk, organisation: str, within: tuple[str, ...], most: int = 50) -> Compliance:
    """Return what plans allocate to an organisation's people, and what became of it."""
    reference = with_approved(desk, within)
    rows = allocations(desk.snapshot, reference, desk.at, organisation=organisation)
    if not rows.height:
        return Compliance(dict.fromkeys(("n", *STATES), 0), (), (), (), ())
    shown = compliance(rows, reference)
    total = {name: round(shown[name].sum()) for name in ("n", *STATES)}
    late = pl.col("state").is_in(["overdue", "at_risk"])
    people = (
        rows.group_by("learner_id")
        .agg(
            allocated=pl.len(),
            done=(pl.col("state") == "done").sum(),
            overdue=(pl.col("state") == "overdue").sum(),
            at_risk=(pl.col("state") == "at_risk").sum(),
            hours_left=pl.col("hours_left").filter(late).sum(),
            next_due=pl.col("due_on").filter(pl.col("state") != "done").min(),
        )
        .filter((pl.col("overdue") + pl.col("at_risk")) > 0)
        .sort("overdue", "at_risk", "learner_id", descending=[True, True, False])
        .head(most)
    )
    return Compliance(
        total,
        _rows(by(shown, ["plan_id"])),
        _rows(by(shown, ["organisation_id"])),
        _rows(by(shown, ["position_id"])),
        _rows(people),
    )


def recognition_of(desk: Desk, organisation: str, most: int = 30) -> Recognition:
    """Return who gained most in the last year, by evidence, and what people chose of their own accord."""
    end = desk.at
    begin, snapshot, reference = end - YEAR, desk.snapshot, desk.reference
    people = gained(snapshot, reference, begin, end, organisation=organisation, table=desk.evidence)
    bodies = gained_by_body(people, snapshot, reference, organisation)
    topics = interests(snapshot, reference, organisation, begin, end)
    return Recognition(begin, end, people[:most], _rows(bodies), _rows(topics))


def _rows(frame: pl.DataFrame) -> tuple[dict[str, Any], ...]:
    return tuple(frame.iter_rows(named=True))
