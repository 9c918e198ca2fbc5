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
            hours = sum(courses[one]["hours"] for one in chosen)
            if hours > document["hours"] + 1e-9 or not set(document.get("mandatory", [])) <= set(chosen):
                continue
            if not can_be_taken(courses, chosen):
                continue
            critical, value = worth(document, [courses[one] for one in chosen])
            key = (round(critical, 6), round(value, 6), -round(hours, 6))
            best = key if best is None or key > best else best
    return None if best is None else {"critical_value": best[0], "value": best[1], "hours": -best[2]}


def can_be_taken(courses: dict[str, Document], chosen: tuple[str, ...]) -> bool:
    """Whether there is an order of the chosen courses in which prerequisites come first."""
    taken: set[str] = set()
    while True:
        ready = [
            one
            for one in chosen
            if one not in taken and all(any(p in taken for p in group) for group in courses[one].get("requires", []))
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
