"""Everyone's paths are those that the service gives each alone: duties, dates, order, reasons and all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path as Folder

import polars as pl
import pytest

from features.reference import REFERENCE_TABLES, Reference
from features.snapshot_records import SnapshotRecords
from features.warehouse import Warehouse
from models.assemble import training_data
from models.bundle import write_bundle
from models.hybrid import Hybrid
from recommender.engine import Engine
from recommender.listing import Catalogue
from recommender.paths import Path as LearningPath
from recommender.paths import PathSettings
from recommender.paths.guided import guided_path
from recommender.paths.population import Planned, Planner, Reader, table_of
from recommender.state import competency_state
from tests.worlds import NOW, small_tables

COPIES = 3
MORE = {
    # id: (name, hours, competency, from, to, languages, base)
    "c1hi": ("Noting for beginners in Hindi", 2.0, "drafting", 0, 2, ["hi"], "c1"),
    "c7": ("Noting for experts", 4.0, "drafting", 2, 4, ["en", "hi"], None),
    "c8": ("Managing stress again", 1.0, "resilience", 0, 3, ["en", "hi"], None),
    "c9": ("Serving the public", 1.5, "catering", 0, 1, ["en", "hi"], None),
}


def _rule(one: str, kind: str, scope: Mapping[str, object], parameters: Mapping[str, object]) -> dict[str, object]:
    return {
        "rule_id": one, "version": "1", "title": one, "citation": one, "kind": kind,
        "scope": json.dumps(scope), "parameters": json.dumps(parameters), "valid_from": date(2020, 1, 1),
    }  # fmt: skip


def _plan(
    one: str, course: str, scope: str, value: str, due: datetime | None, *, must: bool = True
) -> dict[str, object]:
    return {
        "plan_id": one, "organisation_id": "d1", "name": one, "scope": scope, "scope_value": value,
        "course_id": course, "mandatory": must, "due_on": due, "apar": False,
    }  # fmt: skip


def tables() -> dict[str, pl.DataFrame]:
    """The small world with versions, prerequisites, plans, rules, courses begun and people who joined lately."""
    small = dict(small_tables(COPIES))
    more = pl.DataFrame(
        {
            "course_id": list(MORE), "name": [c[0] for c in MORE.values()], "hours": [c[1] for c in MORE.values()],
            "category": "Course", "status": "live", "languages": [c[5] for c in MORE.values()],
            "base_course_id": [c[6] for c in MORE.values()],
        }
    )  # fmt: skip
    taught = pl.DataFrame(
        {
            "course_id": list(MORE), "competency_id": [c[2] for c in MORE.values()],
            "from_level": [c[3] for c in MORE.values()], "to_level": [c[4] for c in MORE.values()],
        }
    )  # fmt: skip
    learners = small["learners"].with_row_index("n")
    begun = learners.filter(pl.col("n") % 3 == 0).select(
        "learner_id", course_id=pl.lit("c4"), enrolled_on=pl.lit(NOW - timedelta(days=20)),
        status=pl.lit("in_progress"), progress=0.1 + pl.col("n") % 7 / 10,
    )  # fmt: skip
    taken = small["enrolments"].join(begun, on=["learner_id", "course_id"], how="anti")
    return {
        **small,
        "courses": pl.concat([small["courses"], more], how="diagonal"),
        "teaches": pl.concat([small["teaches"], taught]),
        "prerequisites": pl.DataFrame(
            {"course_id": ["c2", "c7", "c4"], "group": [0, 0, 0], "requires_course_id": ["c1", "c1", "c3"]}
        ),
        "learners": learners.select(
            "learner_id", "organisation_id", "designation",
            joined_on=pl.when(pl.col("n") % 5 == 0).then(NOW - timedelta(days=90)).otherwise(NOW - timedelta(days=900)),
            languages=pl.when(pl.col("n") % 4 == 1).then(pl.lit(["hi"])).otherwise(pl.lit(["en", "hi"])),
            group=pl.when(pl.col("n") % 2 == 0).then(pl.lit("B")).otherwise(pl.lit("C")),
        ),
        "enrolments": pl.concat([taken, begun], how="diagonal"),
        "plans": pl.DataFrame(
            [
                _plan("plan", "c6", "organisation", "d1", datetime(2027, 3, 31)),
                _plan("plan", "c9", "organisation", "d1", None, must=False),
                _plan("plan", "c5", "organisation", "m", datetime(2026, 12, 1)),
                _plan("mine", "c8", "learner", "L4", datetime(2026, 11, 1)),
            ]
        ),
        "rules": pl.DataFrame(
            [
                _rule("share", "share_of_prescribed", {"groups": ["B"]}, {"share": 0.5}),
                _rule("induction", "induction", {"first_year": True}, {"courses": ["c9", "c8"], "within_days": 365}),
            ]
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("home")
    snapshot = Warehouse(folder / "warehouse").commit(tables())
    data, _ = training_data(snapshot, Reference.load(snapshot))
    bundle = write_bundle(
        folder / "bundles", Hybrid().fit(data), data, {name: snapshot.read(name) for name in REFERENCE_TABLES}
    )
    return Engine(bundle)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> SnapshotRecords:
    return SnapshotRecords(Warehouse(tmp_path_factory.mktemp("again")).commit(tables()))


def planner(engine: Engine, records: SnapshotRecords, settings: PathSettings) -> Planner:
    reader = Reader(records, Catalogue(engine.reference, engine.bundle.course_ids), engine.evidence, engine.bundle)
    return Planner(reader, engine.reference, settings, NOW)


def told(path: LearningPath) -> list[tuple[object, ...]]:
    return [
        (
            item.course, item.mandatory, item.due_on, tuple((s.competency, s.level) for s in item.closes),
            tuple(reason.code for reason in item.reasons),
        )
        for item in path.items
    ]  # fmt: skip


def lines(planned: Planned) -> list[tuple[object, ...]]:
    return [(one.course, one.mandatory, one.due_on, one.closes, one.reasons) for one in planned.lines]


@pytest.mark.parametrize("hours", [40.0, 6.0, 4.0, 2.5])
def test_a_path_among_all_is_the_one_the_service_gives(engine: Engine, records: SnapshotRecords, hours: float) -> None:
    settings = PathSettings(hours=hours)
    plan = planner(engine, records, settings)
    found = plan.plan((None, None))
    assert len(found) == 8 * COPIES
    for planned, record in zip(found, records.between((None, None), NOW), strict=True):
        alone = engine.guided(record, NOW, settings)
        assert planned.learner == record.learner.id
        assert planned.status == alone.status
        assert planned.value == pytest.approx(alone.value)
        assert lines(planned) == told(alone), (planned.learner, planned.source)
    assert plan.counts.total() == len(found)
    assert plan.counts["shared"] > 0 or hours < 6


@pytest.mark.parametrize("hours", [1, 5, 30])
def test_hours_that_a_rule_asks_for_within_some_weeks_are_seen_to(
    tmp_path: Folder, engine: Engine, records: SnapshotRecords, hours: int
) -> None:
    day = timedelta(days=1)
    week = {"from": str((NOW - 500 * day).date()), "to": str((NOW + 9 * day).date()), "hours": hours}
    rules = pl.DataFrame([_rule("week", "hours_in_window", {}, week)])
    bundle = replace(engine.bundle.reference, rules=Reference.load(Warehouse(tmp_path).commit({"rules": rules})).rules)
    plan = replace(planner(engine, records, PathSettings()), reference=bundle)
    for planned, record in zip(plan.plan((None, None)), records.between((None, None), NOW), strict=True):
        state = competency_state(record, bundle, NOW, engine.evidence)
        alone = guided_path(record, bundle, state, engine.interest(engine.situation(record, NOW)), NOW, PathSettings())
        assert planned.status == alone.status
        assert lines(planned) == told(alone), (planned.learner, planned.source)
    assert hours > 1 or plan.counts["alone"] + plan.counts["alike"] < len(records.snapshot.read("learners")) / 2


def test_dates_are_those_of_a_path_planned_alone(engine: Engine, records: SnapshotRecords) -> None:
    settings = PathSettings(hours_a_month=3.0)
    found = table_of(planner(engine, records, settings).plan((None, None)), NOW, 3.0)
    for record in records.between((None, None), NOW):
        alone = engine.guided(record, NOW, settings)
        own = found.filter(pl.col("learner_id") == record.learner.id)
        assert own["starts_on"].to_list() == [item.starts_on for item in alone.items]
        assert own["ends_on"].to_list() == [item.ends_on for item in alone.items]


def test_who_has_a_plan_of_their_own_is_planned_alone(engine: Engine, records: SnapshotRecords) -> None:
    found = {one.learner: one for one in planner(engine, records, PathSettings()).plan((None, None))}
    assert found["L4"].source in {"alone", "alike"}
    assert "c8" in [line.course for line in found["L4"].lines]


def test_when_the_seconds_are_over_what_falls_into_pieces_is_still_exact(
    engine: Engine, records: SnapshotRecords
) -> None:
    whole = planner(engine, records, PathSettings(hours=6.0))
    hurried = replace(whole, seconds=0.0)
    exact = {"shared", "solved", "joined"}
    for slow, fast in zip(whole.plan((None, None)), hurried.plan((None, None)), strict=True):
        assert fast.value <= slow.value + 1e-9
        if fast.source in exact:
            assert lines(fast) == lines(slow)
        else:
            assert fast.source == "hurried"
            assert fast.bound >= slow.value - 1e-9 or fast.status == "infeasible"
