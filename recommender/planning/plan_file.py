"""A plan as one JSON document, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from features.errors import KarmapathError
from recommender.planning.annual_plan import AnnualPlan, PlannedItem
from recommender.planning.plan_effect import Effect

FORMAT = "karmapath-plan"
VERSION = 1


def plan_document(plan: AnnualPlan, learners: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """Return the plan for JSON, with who takes each item where items are for some of a position's people only."""
    named = {} if learners is None else {"learners": {item: list(people) for item, people in learners.items()}}
    return {
        "format": FORMAT,
        "version": VERSION,
        "organisation": plan.organisation,
        "name": plan.name,
        "plan_year": plan.plan_year,
        "status": plan.status,
        "bound": plan.bound,
        "critical_bound": plan.critical_bound,
        "seconds": plan.seconds,
        "effect": asdict(plan.effect),
        "items": [{**asdict(item), "due_on": item.due_on.isoformat()} for item in plan.items],
        **named,
    }


def read_learners(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]] | None:
    """Return item to the people who take it, ``None`` where the plan is for positions as a whole."""
    named = document.get("learners")
    if named is None:
        return None
    if not isinstance(named, Mapping) or not all(isinstance(people, list) for people in named.values()):
        raise KarmapathError("learners that are no lists by item", "the document as it was written", "write it again")
    return {item: tuple(people) for item, people in named.items()}


def read_plan(document: Mapping[str, Any]) -> AnnualPlan:
    """Return the plan of a document; ``KarmapathError`` where it is none."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT or document.get("version") != VERSION:
        raise KarmapathError(
            "a document of another kind", f"a plan of format {FORMAT}, version {VERSION}",
            "give the file that 'karmapath plan propose --out' wrote",
        )  # fmt: skip
    try:
        items = tuple(
            PlannedItem(
                **{**item, "due_on": date.fromisoformat(item["due_on"]), "competencies": tuple(item["competencies"])}
            )
            for item in document["items"]
        )
        plain = {field.name: document[field.name] for field in fields(AnnualPlan)}
        return AnnualPlan(**{**plain, "items": items, "effect": Effect(**document["effect"])})
    except (KeyError, TypeError, ValueError) as error:
        raise KarmapathError(
            f"a plan document in which {error} is wrong or missing", "the document as it was written", "write it again"
        ) from error
