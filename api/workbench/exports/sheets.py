"""A plan as sheets of a spreadsheet: its items with the verdicts, and what it is expected to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from api.workbench.exports.rows import COLUMNS, PlanRow
from features.store.drafts import PlanDraft
from recommender.planning.sheets import Sheet

_FIGURES = (
    "people", "needed", "closed", "critical_needed", "critical_closed", "bound", "hours", "hours_a_head", "most_hours",
    "money", "courses", "enrolments", "mandatory_hours", "elective_hours", "untouched",
)  # fmt: skip


def items_sheet(rows: Sequence[PlanRow]) -> Sheet:
    """Return the sheet of a plan's items."""
    return COLUMNS, [astuple(row) for row in rows]


def plan_sheets(draft: PlanDraft, rows: Sequence[PlanRow]) -> dict[str, Sheet]:
    """Return every sheet of a plan."""
    facts = [
        ("plan", draft.id), ("name", draft.name), ("organisation", draft.organisation), ("year", draft.plan_year),
        ("status", draft.status), ("version", draft.version), ("author", draft.author),
        *((name, value) for name, value in draft.settings.items() if isinstance(value, bool | int | float | str)),
        *((name, round(float(draft.effect.get(name) or 0.0), 2)) for name in _FIGURES),
    ]  # fmt: skip
    return {"Items": items_sheet(rows), "Plan": (("", ""), facts)}
