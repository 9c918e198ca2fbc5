"""A home with many small learners who are all different: what batch runs are tested on."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features.home import Home
from features.reference import REFERENCE_TABLES, Reference
from features.store import Feedback, Store, parse_event
from features.warehouse import Warehouse
from models.assemble import training_data
from models.bundle import write_bundle
from models.champion import champion_folder, point_to
from models.hybrid import Hybrid
from recommender.batch import Sources
from tests.worlds import COURSES, NOW, START, small_tables

AT = datetime(2026, 11, 2, 9)


def varied_tables(copies: int = 20) -> dict[str, pl.DataFrame]:
    """The small world with restricted, retired and Hindi courses, a translation, an assessment, plans and evidence.

    Every learner took other courses, in other ways, and reads other languages; rows are drawn with a fixed seed.
    """
    tables: dict[str, Any] = dict(small_tables(copies))
    extra = pl.DataFrame(
        {
            "course_id": ["secret", "old", "hindi", "c1_hi", "test"],
            "name": ["Secret files", "Fax machines", "Noting, advanced", "Noting for beginners", "A test"],
            "hours": [1.0, 1.0, 3.0, 2.0, 0.5],
            "category": ["Course", "Course", "Program", "Course", "Standalone Assessment"],
            "status": "live",
            "languages": [["en"], ["en"], ["hi"], ["hi"], ["en"]],
            "restricted": [True, None, None, None, None],
            "retired_on": [None, AT - timedelta(days=1), None, None, None],
            "base_course_id": [None, None, None, "c1", None],
        }
    )
    tables["courses"] = pl.concat([tables["courses"], extra], how="diagonal")
    more = pl.DataFrame(
        {"course_id": ["hindi", "c1_hi"], "competency_id": "drafting", "from_level": [2, 0], "to_level": [5, 2]}
    )
    tables["teaches"] = pl.concat([tables["teaches"], more])
    draw = np.random.default_rng(7)
    learners = tables["learners"]
    languages = [[], ["en"], ["hi"], ["hi", "en"]]
    tables["learners"] = learners.with_columns(
        languages=pl.Series([languages[n] for n in draw.integers(0, 4, learners.height)], dtype=pl.List(pl.String)),
        verified=pl.Series(draw.random(learners.height) < 0.5),
    )
    tables["enrolments"] = _enrolments(learners["learner_id"].to_list(), [*COURSES, *extra["course_id"]], draw)
    tables["evidence"] = _evidence(learners["learner_id"].to_list(), draw)
    tables["plans"] = pl.DataFrame(
        {
            "plan_id": "p", "organisation_id": ["m", "d2", "d1", "m"], "course_id": ["c6", "c5", "c4", "c2"],
            "scope": ["organisation", "organisation", "learner", "designation"],
            "scope_value": ["d1", "d2", "L3", "Statistical Officer"],
            "allocated_on": [None, AT - timedelta(days=5), None, AT + timedelta(days=5)],
        }
    )  # fmt: skip
    return tables


def _enrolments(learners: list[str], courses: list[str], draw: np.random.Generator) -> pl.DataFrame:
    rows = [
        {
            "learner_id": learner, "course_id": course,
            "enrolled_on": START + timedelta(hours=int(draw.integers(6000))),
            "status": str(draw.choice(["not_started", "in_progress", "completed"])),
            "dwell_ratio": None if draw.random() < 0.3 else float(np.round(draw.random() * 1.5, 2)),
            "mandated": bool(draw.random() < 0.2), "campaign": bool(draw.random() < 0.1),
            "skimmed": bool(draw.random() < 0.1),
        }
        for learner in learners
        for course in draw.choice(courses, int(draw.integers(0, 5)), replace=False)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"dwell_ratio": pl.Float64})
    done = pl.when(pl.col("status") == "completed").then(pl.col("enrolled_on") + timedelta(days=7))
    return frame.with_columns(completed_on=done)


def _evidence(learners: list[str], draw: np.random.Generator) -> pl.DataFrame:
    rows = [
        {
            "evidence_id": f"e{draw.integers(1 << 40)}", "learner_id": learner,
            "kind": str(draw.choice(["proctored", "assessment", "peer", "self_attestation"])),
            "competency_id": str(draw.choice(["drafting", "data", "resilience"])),
            "passed": bool(draw.random() < 0.6), "level": int(draw.integers(1, 5)),
            "observed_on": START + timedelta(hours=int(draw.integers(6000))),
        }
        for learner in learners
        for _ in range(int(draw.integers(0, 3)))
    ]  # fmt: skip
    return pl.DataFrame(rows)


def made_home(folder: Path, copies: int = 20) -> Home:
    """Import the varied world, train on it, make the bundle the champion and fill the store."""
    home = Home(folder)
    snapshot = Warehouse(home.warehouse).commit(varied_tables(copies), replace=True)
    data, _ = training_data(snapshot, Reference.load(snapshot))
    reference = {name: snapshot.read(name) for name in REFERENCE_TABLES}
    point_to(home, write_bundle(home.bundles, Hybrid().fit(data), data, reference).version)
    store = Store(home.store_url)
    store.migrate()
    store.load(snapshot)
    store.close()
    return home


def happen(store: Store) -> None:
    """Have the store hear of a completion, an assessment, a transfer, a newcomer, thumbs, and an erasure."""
    job = {"kind": "profile", "organisation": "d2", "designation": "Statistical Officer", "languages": ["en"]}
    store.append_events(
        [
            parse_event({"kind": "completion", "learner": "L4", "course": "c5", "dwell_ratio": 0.8, "at": NOW}),
            parse_event(
                {"kind": "assessment", "learner": "L8b2", "course": "c3", "passed": True, "level": 2, "at": NOW}
            ),
            parse_event({"learner": "L1", **job}),
            parse_event({"learner": "A newcomer", **job}),
        ]
    )
    for learner, course, rating in (("L2", "c4", 0), ("L6", "c6", 0), ("L6", "c1", 1), ("L5b3", "c2", 0)):
        store.add_feedback(Feedback(learner, course, rating, "", NOW))
    store.forget("L3b3")


def sources(home: Home) -> Sources:
    """Return where a home's learners are read from."""
    return Sources(home.warehouse, Store(home.store_url))


__all__ = ["AT", "champion_folder", "happen", "made_home", "sources", "varied_tables"]
