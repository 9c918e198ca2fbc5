"""A department of two offices, small enough to check by eye."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from features.reference import Reference
from features.schema import TABLES
from features.warehouse import Snapshot, Warehouse

AT = datetime(2026, 11, 1)

COURSES = {
    # id: (hours, cost, competency, from, to, languages)
    "do_draft1": (2.0, 0.0, "drafting", 0, 2, ["en", "hi"]),
    "do_draft2": (4.0, 0.0, "drafting", 2, 4, ["en"]),
    "do_draft12": (5.0, 0.0, "drafting", 0, 4, ["en"]),
    "do_data1": (3.0, 0.0, "data", 0, 2, ["en"]),
    "do_data2": (6.0, 900.0, "data", 2, 4, ["en"]),
    "do_calm": (1.0, 0.0, "calm", 0, 3, ["en"]),
}


def offices(folder: Path, clerks: int = 20, analysts: int = 12) -> tuple[Snapshot, Reference]:
    """Clerks in office d1, analysts in d2, both below ministry m; every third clerk has shown drafting at level 2.

    Clerks need drafting 4 (critical) and calm 2; analysts data 4 (critical), drafting 2 and ethics 1, which nothing
    teaches.
    """
    people = [("clerk", n) for n in range(clerks)] + [("analyst", n) for n in range(analysts)]
    ids = [f"{kind[0]}{n:02d}" for kind, n in people]
    tables = {
        "organisations": {
            "organisation_id": ["m", "d1", "d2"], "name": ["Ministry", "First", "Second"], "parent_id": ["m", "m", "m"],
        },
        "competencies": {
            "competency_id": ["drafting", "data", "calm", "ethics"], "name": ["Drafting", "Data", "Calm", "Ethics"],
            "framework_id": ["f"] * 4, "area": ["functional", "functional", "behavioural", "behavioural"],
            "theme": ["Office", "Digital", "Self", "Self"],
        },
        "roles": {"role_id": ["clerk", "analyst"], "name": ["Clerk", "Analyst"]},
        "requirements": {
            "role_id": ["clerk", "clerk", "analyst", "analyst", "analyst"],
            "competency_id": ["drafting", "calm", "data", "drafting", "ethics"],
            "level": [4, 2, 4, 2, 1], "weight": [2.0, 1.0, 2.0, 1.0, 1.0],
            "critical": [True, False, True, False, False],
        },
        "positions": {
            "position_id": ["p1", "p2"], "organisation_id": ["m", "m"], "designation": ["Clerk", "Analyst"],
            "group": ["C", "B"],
        },
        "position_roles": {"position_id": ["p1", "p2"], "role_id": ["clerk", "analyst"]},
        "courses": {
            "course_id": list(COURSES), "name": [f"Course {c}" for c in COURSES], "category": ["Course"] * len(COURSES),
            "status": ["live"] * len(COURSES), "hours": [c[0] for c in COURSES.values()],
            "cost": [c[1] for c in COURSES.values()], "languages": [c[5] for c in COURSES.values()],
            "provider": ["Institute"] * len(COURSES),
        },
        "teaches": {
            "course_id": list(COURSES), "competency_id": [c[2] for c in COURSES.values()],
            "from_level": [c[3] for c in COURSES.values()], "to_level": [c[4] for c in COURSES.values()],
        },
        "learners": {
            "learner_id": ids, "organisation_id": ["d1" if kind == "clerk" else "d2" for kind, _ in people],
            "designation": [kind.title() for kind, _ in people],
            "languages": [["en"] if n % 4 else ["hi"] for _, n in people],
            "joined_on": [AT - timedelta(days=365 * (n % 40)) for _, n in people],
        },
        "evidence": {
            "evidence_id": [f"e{n}{part}" for n in range(0, clerks, 3) for part in "abc"],
            "learner_id": [f"c{n:02d}" for n in range(0, clerks, 3) for _ in "abc"],
            "competency_id": ["drafting"] * (3 * len(range(0, clerks, 3))),
            "kind": ["proctored"] * (3 * len(range(0, clerks, 3))),
            "level": [2] * (3 * len(range(0, clerks, 3))), "passed": [True] * (3 * len(range(0, clerks, 3))),
            "observed_on": [AT - timedelta(days=30 + n) for n in range(0, clerks, 3) for _ in "abc"],
        },
        "plans": {
            "plan_id": ["plan", "plan"], "organisation_id": ["m", "m"], "scope": ["organisation", "designation"],
            "scope_value": ["m", "clerk"], "course_id": ["do_calm", "do_draft1"], "mandatory": [True, True],
            "due_on": [AT + timedelta(days=120), AT - timedelta(days=10)],
        },
        "enrolments": {
            "learner_id": ids[:4], "course_id": ["do_calm", "do_calm", "do_draft1", "do_draft1"],
            "status": ["completed", "completed", "completed", "in_progress"],
            "dwell_ratio": [1.0, 0.01, 1.0, 0.5], "progress": [1.0, 1.0, 1.0, 0.5],
            "enrolled_on": [AT - timedelta(days=40)] * 4,
            "completed_on": [AT - timedelta(days=5), AT - timedelta(days=5), AT - timedelta(days=20), None],
            "rating": [5.0, None, 4.0, None], "skimmed": [False, True, False, False],
        },
    }  # fmt: skip
    frames = {name: TABLES[name].conform(pl.DataFrame(columns)) for name, columns in tables.items()}
    snapshot = Warehouse(folder).commit(frames)
    return snapshot, Reference.load(snapshot)
