"""The gap map at size: a service is made up in arrays, its map is built in a process of its own, and opened."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features.home import Home
from features.reference import Reference
from features.schema import TABLES
from features.warehouse import Snapshot
from recommender.planning.gap_map import open_gap_map
from recommender.planning.gap_view import By, gap_view
from recommender.planning.keeping import build_from_snapshot

AT = datetime(2026, 11, 1)
_PART = 100_000
_NEEDS = 12
"""Competencies that a position requires."""
_COURSES_EACH = 5
"""Courses to a competency."""
ENROLMENTS, EVIDENCE = 12, 8
"""Rows for each learner."""


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """What the map took."""

    learners: int
    competencies: int
    cells: int
    build_seconds: float
    peak_gb: float
    open_p50_ms: float
    open_p95_ms: float


def measure(
    folder: Path, learners: int, competencies: int, say: Callable[[str], None] = lambda _: None, opens: int = 200
) -> SizeFigures:
    """Make a service up, build its map in a fresh process and open it ``opens`` times, each time another part."""
    snapshot = make_service(folder / "made", learners, competencies, say=say)
    say(f"building the map of {learners:,} learners")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, peak = pool.submit(_build, folder, snapshot.folder).result()
    say("opening it")
    times, cells = _opened(folder, snapshot, opens)
    return SizeFigures(
        learners, competencies, cells, seconds, peak, float(np.median(times)), float(np.percentile(times, 95))
    )


def make_service(
    folder: Path, learners: int, competencies: int, seed: int = 0, say: Callable[[str], None] = lambda _: None
) -> Snapshot:
    """Write a snapshot of made-up learners; evidence stands in the order of its ids, as a real warehouse has it."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    jobs = _write_reference(folder, competencies, max(40, learners // 500), rng)
    courses = competencies * _COURSES_EACH
    ids = np.char.add("L", np.char.zfill(np.arange(learners).astype(str), 8))
    job = np.sort(rng.integers(0, jobs.height, learners))
    rng.shuffle(job)
    people = jobs[job].with_columns(pl.Series("learner_id", ids)).with_columns(
        cadre=pl.Series(np.array(["Central", "State", "Technical"])[rng.integers(0, 3, learners)]),
        languages=pl.lit(["en", "hi"]),
    )  # fmt: skip
    _write(folder, "learners", [people])
    say(f"making {ENROLMENTS * learners:,} enrolments and {EVIDENCE * learners:,} pieces of evidence up")
    _write(folder, "enrolments", [_enrolments(part, courses, rng) for part in _parts(ids)])
    _write(folder, "evidence", [_evidence(number, ids, len(part), courses, rng) for number, part in _numbered(ids)])
    return Snapshot(folder, f"made{learners}x{competencies}", {})


def _build(home: Path, snapshot: Path) -> tuple[float, float]:
    source = Snapshot(snapshot, snapshot.name, {})
    started = time.perf_counter()
    build_from_snapshot(Home(home), Reference.load(source), AT, snapshot=source)
    seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _opened(home: Path, snapshot: Snapshot, opens: int) -> tuple[list[float], int]:
    """Return milliseconds of opening the map for a random organisation in a random way, and how many cells it has."""
    reference = Reference.load(snapshot)
    rng = np.random.default_rng(1)
    organisations = sorted(reference.organisations)
    ways: tuple[By, ...] = ("total", "position", "body", "group", "cadre")
    times = []
    for n in range(opens):
        one = organisations[0] if n % 10 == 0 else organisations[int(rng.integers(len(organisations)))]
        started = time.perf_counter()
        gap_view(open_gap_map(Home(home)), reference, one, by=ways[n % len(ways)])
        times.append(1000 * (time.perf_counter() - started))
    return times, int(open_gap_map(Home(home)).cells().select(pl.len()).collect().item())


def _write_reference(folder: Path, competencies: int, bodies: int, rng: np.random.Generator) -> pl.DataFrame:
    """Write organisations (a tree), positions (eight a body), requirements and courses; return the jobs."""
    names = [f"C{n:04d}" for n in range(competencies)]
    organisations = [f"O{n:05d}" for n in range(bodies)]
    parents = [None if n == 0 else organisations[(n - 1) // 8] for n in range(bodies)]
    designations = [f"Designation {n}" for n in range(200)]
    roles = [f"R{n:04d}" for n in range(200)]
    needs = [(role, c) for role in roles for c in rng.choice(competencies, _NEEDS, replace=False)]
    held = [(o, d) for o in range(bodies) for d in rng.choice(200, 8, replace=False)]
    courses = [(f"do_{c:04d}{k}", names[c], k) for c in range(competencies) for k in range(_COURSES_EACH)]
    frames: dict[str, dict[str, Any]] = {
        "organisations": {"organisation_id": organisations, "name": organisations, "parent_id": parents},
        "competencies": {"competency_id": names, "framework_id": ["made"] * competencies, "name": names},
        "roles": {"role_id": roles, "name": roles},
        "requirements": {
            "role_id": [role for role, _ in needs],
            "competency_id": [names[c] for _, c in needs],
            "level": rng.integers(1, 5, len(needs)),
            "weight": rng.choice([0.5, 1.0, 2.0], len(needs)),
            "critical": rng.random(len(needs)) < 0.3,
        },
        "positions": {
            "position_id": [f"P{o:05d}-{d}" for o, d in held],
            "organisation_id": [organisations[o] for o, _ in held],
            "designation": [designations[d] for _, d in held],
            "group": [["A", "B", "C"][d % 3] for _, d in held],
        },
        "position_roles": {
            "position_id": [f"P{o:05d}-{d}" for o, d in held],
            "role_id": [roles[d] for _, d in held],
        },
        "courses": {
            "course_id": [one for one, _, _ in courses],
            "name": [one for one, _, _ in courses],
            "status": ["live"] * len(courses),
            "hours": [2.0] * len(courses),
        },
        "teaches": {
            "course_id": [one for one, _, _ in courses],
            "competency_id": [c for _, c, _ in courses],
            "from_level": [k for _, _, k in courses],
            "to_level": [k + 1 for _, _, k in courses],
        },
    }
    for table, columns in frames.items():
        TABLES[table].conform(pl.DataFrame(columns)).write_parquet(folder / f"{table}.parquet")
    return pl.DataFrame(frames["positions"])


def _parts(ids: np.ndarray) -> list[np.ndarray]:
    return [ids[start : start + _PART] for start in range(0, len(ids), _PART)]


def _numbered(ids: np.ndarray) -> list[tuple[int, np.ndarray]]:
    return list(enumerate(_parts(ids)))


def _enrolments(ids: np.ndarray, courses: int, rng: np.random.Generator) -> pl.DataFrame:
    rows = len(ids) * ENROLMENTS
    first = rng.integers(0, courses, len(ids))
    course = (first[:, None] + np.sort(rng.integers(0, courses, (len(ids), ENROLMENTS)), axis=1)) % courses
    days = rng.integers(0, 1000, rows)
    moments = np.datetime64(AT - timedelta(days=1000), "ms") + days.astype("timedelta64[D]")
    return pl.DataFrame(
        {
            "learner_id": np.repeat(ids, ENROLMENTS),
            "course_id": _names(course.ravel()),
            "status": np.where(rng.random(rows) < 0.8, "completed", "in_progress"),
            "dwell_ratio": rng.random(rows) * 1.5,
            "enrolled_on": moments,
            "completed_on": moments,
        }
    ).unique(["learner_id", "course_id"], keep="first", maintain_order=True)


def _evidence(part: int, ids: np.ndarray, many: int, courses: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return evidence of learners from everywhere: ids of evidence have nothing to do with ids of learners."""
    rows = many * EVIDENCE
    days = rng.integers(0, 1000, rows)
    return pl.DataFrame(
        {
            "evidence_id": np.char.add(f"e{part:03d}", np.char.zfill(np.arange(rows).astype(str), 8)),
            "learner_id": ids[rng.integers(0, len(ids), rows)],
            "course_id": _names(rng.integers(0, courses, rows)),
            "kind": np.where(rng.random(rows) < 0.95, "assessment", "proctored"),
            "passed": rng.random(rows) < 0.7,
            "attempt": rng.integers(1, 3, rows),
            "observed_on": np.datetime64(AT - timedelta(days=1000), "ms") + days.astype("timedelta64[D]"),
        }
    )


def _names(course: np.ndarray) -> pl.Series:
    number = pl.Series(course)
    return "do_" + (number // _COURSES_EACH).cast(pl.String).str.zfill(4) + (number % _COURSES_EACH).cast(pl.String)


def _write(folder: Path, table: str, parts: list[pl.DataFrame]) -> None:
    whole = pl.concat([TABLES[table].conform(part) for part in parts])
    whole.write_parquet(folder / f"{table}.parquet", compression="zstd", row_group_size=262_144)
