"""The engine answers for a learner from the record alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from features.errors import NotFoundError
from features.records import Enrolment, Learner, LearnerRecord, PlannedCourse
from features.reference import REFERENCE_TABLES, Reference
from features.warehouse import Warehouse
from models.assemble import training_data
from models.bundle import write_bundle
from models.hybrid import Hybrid
from recommender.engine import Engine
from recommender.paths import PathSettings
from recommender.state import DEFAULT_EVIDENCE
from tests.worlds import NOW, small_bundle, small_tables

CLERK = Learner("new", organisation="d1", designation="Assistant Section Officer")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(small_bundle(tmp_path_factory.mktemp("engine")))


def record(*taken: str, learner: Learner = CLERK, **more: object) -> LearnerRecord:
    enrolments = tuple(
        Enrolment(c, "completed", dwell_ratio=1.0, enrolled_on=NOW - timedelta(days=60), completed_on=NOW)
        for c in taken
    )
    return LearnerRecord(learner, enrolments, **more)  # type: ignore[arg-type]


def courses(engine: Engine, asked: LearnerRecord, **more: object) -> list[str]:
    return [item.course for item in engine.recommend(asked, NOW, **more)]  # type: ignore[arg-type]


def test_a_new_clerk_is_led_to_what_clerks_take_and_need(engine: Engine) -> None:
    assert courses(engine, record())[0] == "c1"


def test_a_completion_changes_the_next_answer(engine: Engine) -> None:
    assert "c1" not in courses(engine, record("c1"))
    assert courses(engine, record("c1"))[0] == "c2"


def test_planned_and_down_rated_courses_are_left_out(engine: Engine) -> None:
    planned = (PlannedCourse("plan", "c1", mandatory=True),)
    found = courses(engine, record(plans=planned, down_rated=frozenset({"c5"})))
    assert {"c1", "c5"}.isdisjoint(found)


def test_tracks_part_the_list_by_whether_a_gap_is_closed(engine: Engine) -> None:
    guided = courses(engine, record(), track="guided")
    desirable = courses(engine, record(), track="desirable")
    assert set(guided) == {"c1", "c2", "c5"}
    assert set(desirable) == {"c3", "c4", "c6"}


def test_every_item_says_why(engine: Engine) -> None:
    first = engine.recommend(record(), NOW)[0]
    assert first.reasons[0].code == "closes_critical_step_unknown"
    assert first.reasons[0].facts["competency"] == "drafting"
    for item in engine.recommend(record("c1"), NOW):
        assert 1 <= len(item.reasons) <= 2


def test_nothing_of_what_is_compiled_for_many_is_asked_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server compiles beside itself what a list needs: whatever else were asked for, a request would wait for."""
    pytest.importorskip("numba", reason="the extra 'scale' is not installed")
    from recommender.listing import facts_numba, kernel_numba, standings_numba

    for module, pass_of_many in ((facts_numba, "_reasons"), (kernel_numba, "_learners"), (standings_numba, "_stand")):
        monkeypatch.setattr(module, pass_of_many, None)
    compiled = Engine(engine.bundle, compiled=True)
    ours, theirs = (one.ranked([record()] * 20, NOW) for one in (compiled, engine))
    assert [ranked.items() for ranked in ours] == [ranked.items() for ranked in theirs]
    assert compiled.recommend(record("c1"), NOW, track="guided", language="en") is not None
    assert compiled.why_not(record(), "c6", NOW, limit=1) == engine.why_not(record(), "c6", NOW, limit=1)


def test_why_not_names_the_rule_or_the_rank(engine: Engine) -> None:
    enrolled = engine.why_not(record("c1"), "c1", NOW)
    ranked = engine.why_not(record(), "c6", NOW, limit=1)
    assert enrolled is not None
    assert enrolled.code == "not_enrolled"
    assert ranked is not None
    assert ranked.code == "not_ranked"
    assert engine.why_not(record(), "c1", NOW, limit=1) is None


def test_an_unknown_learner_profile_still_gets_a_list(engine: Engine) -> None:
    stranger = Learner("x", organisation="nowhere", designation="Astronaut")
    assert len(courses(engine, record(learner=stranger))) == 6


def test_before_the_first_enrolment_needs_rank_the_catalogue(tmp_path: Path) -> None:
    tables = {name: table for name, table in small_tables().items() if name != "enrolments"}
    snapshot = Warehouse(tmp_path / "warehouse").commit(tables)
    data, _ = training_data(snapshot, Reference.load(snapshot))
    reference = {name: snapshot.read(name) for name in REFERENCE_TABLES}
    engine = Engine(write_bundle(tmp_path / "bundles", Hybrid().fit(data), data, reference))
    assert courses(engine, record())[0] in {"c1", "c5"}
    assert courses(engine, record())[-1] not in {"c1", "c2", "c5"}


def test_gaps_are_against_the_post_or_any_role(engine: Engine) -> None:
    own = {gap.competency for gap in engine.gaps(record(), NOW)}
    aspired = {gap.competency for gap in engine.gaps(record(), NOW, role="analyst")}
    assert own == {"drafting", "resilience"}
    assert aspired == {"data", "drafting"}


def test_the_guided_path_climbs_in_order_and_the_desirable_path_has_none_of_it(engine: Engine) -> None:
    settings = PathSettings(hours=7)
    guided = engine.guided(record(), NOW, settings).courses()
    desirable = engine.desirable(record(), NOW, settings).courses()
    assert guided.index("c1") < guided.index("c2")
    assert set(guided).isdisjoint(desirable)


def test_similar_courses_are_live_and_not_the_course_itself(engine: Engine) -> None:
    similar = engine.similar("c1", NOW, 3)
    assert similar[0] == "c2"
    assert "c1" not in similar
    with pytest.raises(NotFoundError, match="no course 'c9'"):
        engine.similar("c9", NOW)


def test_a_refitted_evidence_table_comes_with_the_bundle(engine: Engine) -> None:
    doubtful = replace(DEFAULT_EVIDENCE.kinds["completion"], passed=1.0)
    table = replace(DEFAULT_EVIDENCE, kinds={**DEFAULT_EVIDENCE.kinds, "completion": doubtful})
    manifest = {**engine.bundle.manifest, "evidence": table.to_toml()}
    refitted = Engine(replace(engine.bundle, manifest=manifest))
    believed, doubted = (one.state(record("c1"), NOW).belief("drafting") for one in (engine, refitted))
    assert believed.p_at_least(2) > doubted.p_at_least(2)


def test_the_same_record_gives_the_same_answer(engine: Engine) -> None:
    asked = record("c1")
    assert engine.recommend(asked, NOW) == engine.recommend(replace(asked), NOW)
