"""A world of eight learners and six courses, small enough to check by eye, and a bundle trained on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from features.reference import REFERENCE_TABLES, Reference
from features.warehouse import Snapshot, Warehouse
from models.assemble import training_data
from models.bundle import Bundle, write_bundle
from models.hybrid import Hybrid

START = datetime(2026, 1, 1)
NOW = datetime(2026, 10, 1)

COURSES = {
    # id: (name, hours, competency, from, to)
    "c1": ("Noting for beginners", 2.0, "drafting", 0, 2),
    "c2": ("Noting in practice", 4.0, "drafting", 2, 4),
    "c3": ("Spreadsheets for beginners", 3.0, "data", 0, 2),
    "c4": ("Dashboards", 5.0, "data", 2, 4),
    "c5": ("Managing stress", 1.0, "resilience", 0, 3),
    "c6": ("Running a canteen", 2.0, "catering", 0, 2),
}
TAKEN = {
    "L1": ["c1", "c2"], "L2": ["c1", "c2", "c5"], "L3": ["c1", "c5"], "L4": ["c1"],
    "L5": ["c3", "c4"], "L6": ["c3", "c4", "c5"], "L7": ["c3"], "L8": [],
}  # fmt: skip


def small_tables(copies: int = 1) -> Mapping[str, pl.DataFrame]:
    """Clerks (L1 to L4) take noting, analysts (L5 to L8) take data; both posts need two competencies.

    With more copies there are more learners who do the same, named L1b2, L2b2, ... and begin two days later each.
    """
    competencies = ["drafting", "data", "resilience", "catering"]
    clerk, analyst = ("clerk", "Assistant Section Officer"), ("analyst", "Statistical Officer")
    return {
        "organisations": pl.DataFrame(
            {
                "organisation_id": ["m", "d1", "d2"],
                "name": ["Ministry", "First", "Second"],
                "parent_id": [None, "m", "m"],
            }
        ),
        "competencies": pl.DataFrame({"competency_id": competencies, "name": competencies, "framework_id": "f"}),
        "roles": pl.DataFrame({"role_id": [clerk[0], analyst[0]], "name": ["Clerk", "Analyst"]}),
        "requirements": pl.DataFrame(
            {
                "role_id": ["clerk", "clerk", "analyst", "analyst"],
                "competency_id": ["drafting", "resilience", "data", "drafting"],
                "level": [4, 2, 4, 2],
                "weight": [2.0, 1.0, 2.0, 1.0],
                "critical": [True, False, True, False],
            }
        ),
        "positions": pl.DataFrame({"position_id": ["p1", "p2"], "designation": [clerk[1], analyst[1]]}),
        "position_roles": pl.DataFrame({"position_id": ["p1", "p2"], "role_id": ["clerk", "analyst"]}),
        "courses": pl.DataFrame(
            {
                "course_id": list(COURSES),
                "name": [course[0] for course in COURSES.values()],
                "hours": [course[1] for course in COURSES.values()],
                "category": "Course",
                "status": "live",
                "languages": [["en"]] * len(COURSES),
            }
        ),
        "teaches": pl.DataFrame(
            {
                "course_id": list(COURSES),
                "competency_id": [course[2] for course in COURSES.values()],
                "from_level": [course[3] for course in COURSES.values()],
                "to_level": [course[4] for course in COURSES.values()],
            }
        ),
        "learners": pl.DataFrame(
            {
                "learner_id": [_named(learner, copy) for copy in range(copies) for learner in TAKEN],
                "organisation_id": (["d1"] * 4 + ["d2"] * 4) * copies,
                "designation": ([clerk[1]] * 4 + [analyst[1]] * 4) * copies,
            }
        ),
        "enrolments": _enrolments(copies),
    }


def small_snapshot(folder: Path, copies: int = 1) -> Snapshot:
    """Commit the small world to a warehouse in ``folder``."""
    return Warehouse(folder).commit(small_tables(copies))


def small_bundle(folder: Path) -> Bundle:
    """Train on the small world; warehouse and bundles lie in ``folder``."""
    snapshot = small_snapshot(folder / "warehouse")
    data, _ = training_data(snapshot, Reference.load(snapshot))
    tables = {name: snapshot.read(name) for name in REFERENCE_TABLES}
    return write_bundle(folder / "bundles", Hybrid().fit(data), data, tables)


def _named(learner: str, copy: int) -> str:
    return learner if copy == 0 else f"{learner}b{copy + 1}"


def _enrolments(copies: int) -> pl.DataFrame:
    rows = [
        (_named(learner, copy), course, START + timedelta(days=30 * place + number + 2 * copy))
        for copy in range(copies)
        for number, (learner, courses) in enumerate(TAKEN.items())
        for place, course in enumerate(courses)
    ]
    frame = pl.DataFrame(rows, schema=["learner_id", "course_id", "enrolled_on"], orient="row")
    return frame.with_columns(
        status=pl.lit("completed"), completed_on=pl.col("enrolled_on") + timedelta(days=7), dwell_ratio=pl.lit(1.0)
    )
