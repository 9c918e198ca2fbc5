"""Every subset of a tiny problem, judged by the words of the format alone."""

from __future__ import annotations

from itertools import combinations
from typing import Any

Document = dict[str, Any]


def best_plan(document: Document) -> dict[str, Any] | None:
    """Return critical value, value and hours of the best plan; ``None`` where the mandatory courses do not fit."""
    courses = {c["id"]: c for c in document["courses"] if c["id"] not in document.get("exclude", [])}
    best: tuple[float, float, float] | None = None
    for size in range(len(courses) + 1):
        for chosen in combinations(courses, size):
            if not allowed(document, courses, chosen) or not can_be_taken(document, courses, chosen):
                continue
            hours = sum(courses[one]["hours"] for one in chosen)
            critical, value = worth(document, [courses[one] for one in chosen])
            key = (round(critical, 6), round(value, 6), -round(hours, 6))
            best = key if best is None or key > best else best
    return None if best is None else {"critical_value": best[0], "value": best[1], "hours": -best[2]}


def allowed(document: Document, courses: dict[str, Document], chosen: tuple[str, ...]) -> bool:
    """Whether the courses respect budgets, equivalents, pools and what is mandatory."""
    budget = document.get("cost")
    return (
        sum(courses[one]["hours"] for one in chosen) <= document["hours"] + 1e-9
        and (budget is None or sum(courses[one].get("cost", 0) for one in chosen) <= budget + 1e-9)
        and all(sum(one in chosen for one in group) <= 1 for group in document.get("equivalents", []))
        and all(any(one in chosen for one in alike(document, must)) for must in document.get("mandatory", []))
        and all(
            sum(courses[one]["hours"] for one in chosen if one in pooled(document, pool)) >= pool["hours"] - 1e-9
            for pool in document.get("pools", [])
        )
    )


def pooled(document: Document, pool: Document) -> set[str]:
    """Return the courses that count towards a pool: its own and their equivalents."""
    return {other for one in pool["courses"] for other in alike(document, one)}


def alike(document: Document, one: str) -> list[str]:
    """Return the course and its equivalents."""
    return next((group for group in document.get("equivalents", []) if one in group), [one])


def can_be_taken(document: Document, courses: dict[str, Document], chosen: tuple[str, ...]) -> bool:
    """Whether there is an order of the chosen courses in which prerequisites come first."""
    done, taken = set(document.get("completed", [])), set[str]()
    while True:
        ready = [
            one
            for one in chosen
            if one not in taken
            and all(
                any(other in taken | done for p in group for other in alike(document, p))
                for group in courses[one].get("requires", [])
            )
        ]
        if not ready:
            return len(taken) == len(chosen)
        taken.add(ready[0])


def worth(document: Document, chosen: list[Document]) -> tuple[float, float]:
    """Return the weight of critical steps and of all steps that the courses close together."""
    critical = value = 0.0
    for need in document["requirements"]:
        step = document["state"].get(need["competency"], 0) + 1
        while step <= need["level"] and any(
            t["competency"] == need["competency"] and t["from"] < step <= t["to"] for c in chosen for t in c["teaches"]
        ):
            value += need["weight"]
            critical += need["weight"] if need["critical"] else 0.0
            step += 1
    return critical, value
