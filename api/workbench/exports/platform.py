"""A plan in the form of the platform's plan API, version 4: user groups to create, and plans that name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from features.errors import ConflictError
from features.store.drafts import DraftItem, PlanDraft, Verdict
from recommender.planning.v4_export import PlanRow, problems, to_v4


def platform_plan(draft: PlanDraft, verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    """Return the requests for the platform, checked against its form; what was rejected is left out.

    Two posts of one title in one organisation are one user group there: a course of both is mandatory if one of them
    says so, and due when the first is.

    Raises
    ------
    ConflictError
        If the platform could not hold it: it has courses of elsewhere.
    """
    merged: dict[tuple[str, str, str, str], PlanRow] = {}
    for item in draft.items:
        if item.id in verdicts and not verdicts[item.id].approved:
            continue
        row = _row(draft, item)
        key = row.organisation, row.scope, row.scope_value, row.course
        held = merged.get(key)
        merged[key] = row if held is None else replace(
            row, mandatory=held.mandatory or row.mandatory, due_on=min(held.due_on, row.due_on)
        )  # fmt: skip
    document = to_v4(merged.values(), draft.name, comment=f"{draft.id}, version {draft.version}")
    if found := problems(document):
        raise ConflictError(
            f"plan {draft.id}, in which {found[0]}", "a plan that the platform's form, version 4, can hold",
            "export it as csv, xlsx or pdf, or plan courses of the platform",
        )  # fmt: skip
    return document


def _row(draft: PlanDraft, item: DraftItem) -> PlanRow:
    return PlanRow(
        item.organisation or draft.organisation, item.scope, item.scope_value, item.course, item.mandatory,
        item.due_on.date(), bool(draft.settings.get("apar", False)),
    )  # fmt: skip
