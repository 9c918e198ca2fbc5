from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from features.errors import KarmapathError
from features.records import Enrolment, Learner, LearnerRecord, PlannedCourse
from features.reference import Course, Organisation, Reference, Rule
from recommender.paths import PathSettings, guided_path, sentence
from recommender.rules import binds, default_rules, obligations, plan_year, rules_in_force
from recommender.state import competency_state

NOW = datetime(2026, 11, 1)


def _course(one: str, **more: Any) -> Course:
    plain = Course(
        id=one, name=one, description=None, category="Course", status="live", hours=2.0, languages=(), base=None,
        equivalence=None, provider=None, organisation=None, cost=0.0, external=False, restricted=False, rating=None,
        published_on=None, retired_on=None, teaches=(), requires=(),
    )  # fmt: skip
    return replace(plain, **more)


def _rule(kind: str, scope: dict[str, Any] | None = None, **parameters: Any) -> Rule:
    return Rule("r1", "v1", "A duty", "OM of today", kind, scope or {}, parameters, None, None)


def _reference(*rules: Rule) -> Reference:
    courses = {f"c{n}": _course(f"c{n}") for n in range(1, 7)}
    organisations = {"m": Organisation("m", "Ministry", None, None), "d": Organisation("d", "Department", "m", None)}
    return Reference(organisations, {}, {}, {}, courses, rules=rules)


def _record(*done: str, plans: tuple[PlannedCourse, ...] = (), **learner: Any) -> LearnerRecord:
    when = NOW - timedelta(days=9)
    return LearnerRecord(
        Learner("l", **learner),
        tuple(Enrolment(one, "completed", dwell_ratio=1.0, completed_on=when) for one in done),
        plans=plans,
    )


def _prescribed(*courses: str) -> tuple[PlannedCourse, ...]:
    return tuple(PlannedCourse("p", one, mandatory=False, due_on=datetime(2027, 3, 31), apar=True) for one in courses)


def _path(record: LearnerRecord, reference: Reference, **settings: Any) -> Any:
    state = competency_state(record, reference, NOW)
    return guided_path(record, reference, state, {}, NOW, PathSettings(**settings))


def test_half_of_what_is_prescribed_is_put_on_the_path() -> None:
    record = _record("c1", plans=_prescribed("c1", "c2", "c3", "c4", "c5"))
    path = _path(record, _reference())
    assert len(path.items) == 2
    assert all(item.mandatory for item in path.items)
    assert all(item.reasons[0].facts["rule"] == "dopt-2025-prescribed-share" for item in path.items)


def test_a_prescribed_course_may_be_taken_in_another_language() -> None:
    reference = _reference()
    courses = {
        **reference.courses,
        "c1": _course("c1", languages=("en",)),
        "hi": _course("hi", languages=("hi",), base="c1"),
    }
    path = _path(_record(plans=_prescribed("c1"), languages=("hi",)), replace(reference, courses=courses))
    assert path.courses() == ("hi",)


def test_what_is_met_asks_for_nothing_more_but_keeps_its_record() -> None:
    record = _record("c1", "c2", plans=_prescribed("c1", "c2", "c3"))
    owed = next(one for one in obligations(record, _reference(), NOW) if one.rule.kind == "share_of_prescribed")
    assert owed.met
    assert [one for one, _ in owed.done] == ["c1", "c2"]
    assert _path(record, _reference()).items == ()


def test_the_rule_before_its_first_day_binds_nobody() -> None:
    assert "dopt-2025-prescribed-share" not in {rule.id for rule in rules_in_force((), date(2025, 7, 3))}
    assert "dopt-2025-prescribed-share" in {rule.id for rule in rules_in_force((), date(2025, 7, 4))}


def test_the_induction_module_is_due_in_the_first_year_only() -> None:
    reference = _reference(_rule("induction", {"first_year": True}, courses=["c3"], within_days=365))
    joined = NOW - timedelta(days=100)
    new = _path(_record(joined_on=joined), reference)
    assert [(item.course, item.due_on) for item in new.items] == [("c3", joined + timedelta(days=365))]
    assert _path(_record(joined_on=NOW - timedelta(days=400)), reference).items == ()


def test_the_assessment_comes_after_its_gating_set() -> None:
    path = _path(_record(), _reference(_rule("assessment_after", assessment="c1", after=["c5", "c6"])))
    assert path.courses()[-1] == "c1"
    assert set(path.courses()) == {"c1", "c5", "c6"}


def test_hours_in_a_window_count_what_is_done_in_it() -> None:
    rule = _rule("hours_in_window", hours=4, **{"from": "2026-10-20", "to": "2026-11-05"})
    assert len(_path(_record(), _reference(rule)).items) == 2
    assert len(_path(_record("c1"), _reference(rule)).items) == 1


def test_the_last_day_of_a_window_counts_whole() -> None:
    rule = _rule("hours_in_window", hours=4, **{"from": "2026-10-20", "to": "2026-11-01"})
    late = NOW.replace(hour=20)
    assert [one.hours for one in obligations(_record(), _reference(rule), late) if one.rule.id == "r1"] == [4.0]


def test_mandatory_courses_of_plans_cite_the_rule_they_stand_on() -> None:
    plan = (PlannedCourse("p", "c2", mandatory=True, due_on=datetime(2026, 12, 31)),)
    item = _path(_record(plans=plan), _reference()).items[0]
    assert item.mandatory
    assert (item.reasons[0].facts["rule"], item.reasons[0].facts["version"]) == ("plan-mandatory", "2025-07-04")


def test_duties_that_do_not_fit_are_told_and_the_way_out_is_shown() -> None:
    plan = tuple(PlannedCourse("p", one, mandatory=True, due_on=datetime(2027, 3, 1)) for one in ("c1", "c2"))
    path = _path(_record(plans=plan), _reference(), hours=3.0)
    assert path.status == "infeasible"
    assert path.conflict is not None
    assert set(path.conflict.duties) == {"p/c1", "p/c2"}
    assert path.conflict.hours_short == pytest.approx(1.0)
    assert len(path.items) == 2


def test_a_duty_that_no_course_can_meet_is_named() -> None:
    plan = (PlannedCourse("p", "gone", mandatory=True),)
    path = _path(_record(plans=plan), _reference())
    assert "p/gone" in path.facts["impossible_duties"].split(", ")


@pytest.mark.parametrize(
    ("scope", "bound"),
    [
        ({}, True),
        ({"groups": ["A"]}, True),
        ({"groups": ["B"]}, False),
        ({"organisations": ["m"]}, True),
        ({"organisations": ["x"]}, False),
        ({"cadres": ["IPoS"]}, False),
    ],
)
def test_a_scope_binds_those_it_names(scope: dict[str, Any], bound: bool) -> None:
    record = _record(group="A", organisation="d")
    assert binds(_rule("induction", scope), record, _reference(), NOW) is bound


def test_a_rule_of_the_same_id_takes_the_place_of_the_default() -> None:
    own = replace(_rule("share_of_prescribed", share=1.0), id="dopt-2025-prescribed-share", version="mine")
    record = _record(plans=_prescribed("c1", "c2"))
    path = _path(record, _reference(own))
    assert [item.reasons[0].facts["version"] for item in path.items] == ["mine", "mine"]


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(KarmapathError, match="kind 'magic'"):
        obligations(_record(), _reference(_rule("magic")), NOW)


def test_every_default_rule_says_where_it_stands_in_two_languages() -> None:
    for rule in default_rules():
        assert rule.citation
        assert rule.parameters["title_hi"]


def test_the_citation_is_told_in_the_readers_language() -> None:
    path = _path(_record(plans=_prescribed("c1")), _reference())
    assert "DoPT OM" in sentence(path.items[0].reasons[0], "en")
    assert "निर्धारित" in sentence(path.items[0].reasons[0], "hi")


def test_the_plan_year_runs_from_april_to_march() -> None:
    assert plan_year(datetime(2027, 3, 31)) == (datetime(2026, 4, 1), datetime(2027, 4, 1))
