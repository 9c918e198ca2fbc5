from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from features.records import Enrolment, LearnerRecord
from features.reference import Reference
from recommender.paths import Path, PathSettings, Session, guided_path
from recommender.paths.everyone import guided_paths
from recommender.paths.sharing import Sharing
from recommender.state import competency_state
from tests.recommender.paths.service import NOW, course, planned, proctored, record, reference


def _path(
    who: LearnerRecord, world: Reference | None = None, interest: dict[str, float] | None = None, **more: Any
) -> Path:
    world = world or reference()
    return guided_path(who, world, competency_state(who, world, NOW), interest or {}, NOW, PathSettings(**more))


def test_all_gaps_are_closed_in_order_when_there_is_time() -> None:
    path = _path(record())
    assert path.status == "optimal"
    assert set(path.courses()) == {"note1", "note2", "acc"}
    assert path.courses().index("note1") < path.courses().index("note2")


def test_critical_steps_come_first_when_time_is_short() -> None:
    assert _path(record(), hours=5.0).courses() == ("note1", "note2")


def test_what_is_held_for_sure_is_not_taught_again_and_waives_prerequisites() -> None:
    assert _path(record(evidence=proctored("noting", 2))).courses()[0] == "note2"
    assert "note1" not in _path(record(evidence=proctored("noting", 2))).courses()


def test_courses_come_in_a_language_the_learner_reads_with_prerequisites_met_in_it() -> None:
    assert set(_path(record(languages=("hi",))).courses()) == {"note1-hi", "note2-hi", "acc"}


def test_a_course_completed_in_another_language_is_not_asked_for_again() -> None:
    assert "note1" not in _path(record("note1-hi", languages=("en", "hi"))).courses()


def test_restricted_retired_and_paid_courses_are_left_out_with_the_reason() -> None:
    path = _path(record())
    assert path.refused["closed"] == "not_restricted"
    assert path.refused["old"] == "not_live"
    assert path.refused["fees"] == "not_external"


def test_verified_learners_may_take_restricted_courses() -> None:
    who = record()
    verified = replace(who, learner=replace(who.learner, verified=True))
    assert "closed" in _path(verified).courses()


def test_what_was_begun_costs_only_the_hours_that_are_left() -> None:
    who = replace(record(), enrolments=(Enrolment("acc", "in_progress", progress=0.75),))
    item = next(item for item in _path(who).items if item.course == "acc")
    assert item.hours == 1.0
    assert any(reason.code == "started" for reason in item.reasons)


def test_dates_follow_the_pace_and_duties_come_by_their_due_date() -> None:
    due = NOW + timedelta(days=60)
    path = _path(record(plans=(planned("vague", due),)), hours_a_month=4.0)
    assert path.items[0].course == "vague"
    assert path.items[0].due_on == due
    assert path.items[0].ends_on <= due
    assert all(a.ends_on == b.starts_on for a, b in zip(path.items, path.items[1:], strict=False))


def test_a_duty_that_is_due_too_soon_for_the_pace_is_a_conflict() -> None:
    path = _path(record(plans=(planned("rail", NOW + timedelta(days=10)),)), hours_a_month=4.0)
    assert path.status == "infeasible"
    assert path.conflict is not None
    assert path.conflict.kind == "due"
    assert path.conflict.hours_short > 0
    assert "rail" in path.courses()


def test_a_duty_is_met_in_the_learners_language() -> None:
    assert "note1-hi" in _path(record(languages=("hi",), plans=(planned("note1"),))).courses()


def test_interest_decides_between_equals_only() -> None:
    world = reference(course("acc-b", 4, ("accounts", 0, 2)))
    assert "acc-b" in _path(record(), world, {"acc-b": 1.0}).courses()
    assert "acc" in _path(record(), world, {"acc": 1.0}).courses()
    assert "rail" not in _path(record(), world, {"rail": 1.0}).courses()


def test_a_course_with_sessions_begins_on_the_first_that_has_a_seat() -> None:
    days = [NOW + timedelta(days=n) for n in (10, 20, 90)]
    sessions = {"note1": (Session(days[0], 0), Session(days[1], 3), Session(days[2], 9))}
    path = _path(record(), sessions=sessions)
    starts = {item.course: item.starts_on for item in path.items}
    ends = {item.course: item.ends_on for item in path.items}
    assert starts["note1"] == days[1]
    assert starts["note2"] >= ends["note1"]
    assert starts["acc"] < ends["note1"]
    assert [item.position for item in path.items] == [1, 2, 3]
    assert list(starts.values()) == sorted(starts.values())


def test_an_earlier_plan_stays_where_that_costs_little() -> None:
    world = reference(course("acc-b", 4, ("accounts", 0, 2)))
    assert "acc" in _path(record(), world).courses()
    path = _path(record(), world, keep=("acc-b",))
    assert "acc-b" in path.courses()
    kept = next(item for item in path.items if item.course == "acc-b")
    assert "kept" in [reason.code for reason in kept.reasons]


def test_courses_without_seats_or_that_the_learner_cannot_use_are_left_out() -> None:
    gone = {"acc": (Session(NOW + timedelta(days=3), 0), Session(NOW - timedelta(days=3), 5))}
    assert "acc" not in _path(record(), sessions=gone).courses()
    assert "acc" not in _path(record(), inaccessible=frozenset({"acc"})).courses()
    assert "acc" not in _path(record(), exclude=frozenset({"acc"})).courses()


def test_without_a_position_only_duties_are_left() -> None:
    who = record(plans=(planned("vague"),))
    nobody = replace(who, learner=replace(who.learner, position=None))
    assert _path(nobody).courses() == ("vague",)


def test_a_population_is_planned_as_each_alone_and_equal_problems_once() -> None:
    people = [replace(record(), learner=replace(record().learner, id=f"l{n}")) for n in range(3)]
    people.append(replace(record("note1"), learner=replace(record().learner, id="l3")))
    sharing = Sharing()
    found = dict(guided_paths(people, reference(), NOW, PathSettings(), sharing=sharing))
    assert [found[f"l{n}"].courses() for n in range(4)] == [_path(person).courses() for person in people]
    assert (sharing.counts.total(), len(sharing)) == (4, 2)


def test_the_same_moment_gives_the_same_path() -> None:
    assert _path(record()) == _path(record())
    assert isinstance(_path(record()).items[0].starts_on, datetime)
