"""A plan keeps to its budget, closes most of what can be closed, and says exactly what it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import KarmapathError, NotFoundError
from features.reference import Reference, Requirement
from features.warehouse import Snapshot
from recommender.planning.annual_plan import edited, over_booked, pairs_of, propose, solve_plan
from recommender.planning.coverage import course_gains
from recommender.planning.patterns import alike
from recommender.planning.plan_effect import broken_limits, closed_by, effect_of, taking
from recommender.planning.plan_file import plan_document, read_plan
from recommender.planning.plan_problem import Budget, Edits, PlanProblem, plan_problem
from recommender.planning.scenarios import Scenario, compare, table
from recommender.planning.seat_worth import seat_worths
from recommender.planning.workforce import Workforce

World = tuple[Snapshot, Reference]
BEGIN, END = date(2026, 11, 1), date(2027, 3, 31)


def problem(department: World, people: Workforce, edits: Edits | None = None, **budget: object) -> PlanProblem:
    allowed = Budget(**{"hours": 8.0, "begin": BEGIN, "end": END, **budget})  # type: ignore[arg-type]
    return plan_problem(people, department[0], department[1], "m", allowed, edits)


def named(found: PlanProblem, pairs: frozenset[tuple[int, int]]) -> set[tuple[str, str]]:
    return {(found.groups[g].id, found.courses[c].id) for g, c in pairs}


def test_the_critical_gap_is_closed_first(department: World, people: Workforce) -> None:
    plan = propose(problem(department, people, hours=5.0), thrift=0.0)
    assert plan.status == "optimal"
    assert {item.course for item in plan.items if item.group == "p1"} == {"do_draft12"}
    assert all(item.mandatory for item in plan.items if item.group == "p1")


def test_what_a_plan_closes_is_the_sum_over_its_people(department: World, people: Workforce) -> None:
    found = problem(department, people, hours=20.0, money=50_000.0)
    plan = propose(found)
    needed, closed = 0.0, 0.0
    base = people.base()
    who = taking(found, pairs_of(found, plan))
    for g, group in enumerate(found.groups):
        for place, learner in enumerate(group.learners):
            row = people.people["learner_id"].to_list().index(learner)
            steps = {step for (one, c), mask in who.items() if one == g and mask[place] for step in found.taught[c]}
            for need in group.requirements:
                column = people.competencies.index(need.competency)
                reached = True
                for level in range(int(base[row, column]) + 1, need.level + 1):
                    worth = need.weight * (1.0 - float(people.held[row, column, level - 1]))
                    reached = reached and (need.competency, level) in steps
                    needed += worth
                    closed += worth if reached else 0.0
    assert plan.effect.needed == pytest.approx(needed, rel=1e-5)
    assert plan.effect.closed == pytest.approx(closed, rel=1e-5)


@given(st.floats(1.0, 15.0), st.one_of(st.none(), st.floats(0.0, 12_000.0)), st.integers(0, 20), st.floats(0.0, 1.0))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_plan_exceeds_its_budget(
    department: World, people: Workforce, hours: float, money: float | None, seats: int, electives: float
) -> None:
    found = problem(department, people, hours=hours, money=money, seats={"do_calm": seats}, elective_share=electives)
    plan = propose(found, time_limit=5.0)
    assert broken_limits(found, plan.effect) == ()
    assert over_booked(found, plan) == {}
    assert plan.effect.closed <= plan.bound + 1e-6
    assert plan.effect.critical_closed <= plan.critical_bound + 1e-6
    assert plan.effect.hours == pytest.approx(sum(item.people * item.hours for item in plan.items))


def test_nothing_better_is_found_by_trying_everything(department: World, people: Workforce) -> None:
    found = problem(department, people, hours=6.0)
    best = solve_plan(found, thrift=0.0)
    pairs = [(int(g), int(c)) for g, c in np.argwhere(found.takers > 0)]
    most = (0.0, 0.0)
    for size in range(len(pairs) + 1):
        for some in combinations(pairs, size):
            effect = effect_of(found, some)
            heaviest = max(sum(found.courses[c].hours for one, c in some if one == g) for g in range(2))
            if not broken_limits(found, effect) and heaviest <= 6.0:
                most = max(most, (round(effect.critical_closed, 6), round(effect.closed, 6)))
    effect = effect_of(found, best.chosen)
    assert (effect.critical_closed, effect.closed) == pytest.approx(most, rel=1e-5)


def test_those_who_read_hindi_only_are_not_sent_to_english_courses(department: World, people: Workforce) -> None:
    found = problem(department, people)
    english = found.takes[0][:, found.number["do_draft12"]]
    hindi = [n for n, learner in enumerate(found.groups[0].learners) if int(learner[1:]) % 4 == 0]
    assert not english[hindi].any()
    assert found.takes[0][hindi, found.number["do_draft1"]].sum() > 0


def test_completed_courses_are_not_taken_again(department: World, people: Workforce) -> None:
    found = problem(department, people)
    calm = found.takes[0][:, found.number["do_calm"]]
    assert not calm[found.groups[0].learners.index("c00")]


def test_a_course_put_in_stays_and_one_taken_out_goes(department: World, people: Workforce) -> None:
    first = propose(problem(department, people, hours=10.0))
    edits = Edits(include=frozenset({("p1", "do_calm")}), exclude=frozenset({("*", "do_draft12")}))
    second = propose(problem(department, people, edits, hours=10.0))
    courses = {(item.group, item.course) for item in second.items}
    assert ("p1", "do_calm") in courses
    assert not any(course == "do_draft12" for _, course in courses)
    assert second.effect.critical_closed <= first.effect.critical_closed + 1e-6


def test_an_edit_by_hand_tells_its_effect_without_moving_the_rest(department: World, people: Workforce) -> None:
    found = problem(department, people, hours=5.0)
    plan = propose(found, thrift=0.0)
    edits = Edits(include=frozenset({("p1", "do_calm")}))
    changed = edited(problem(department, people, edits, hours=5.0), plan, edits)
    kept = {(item.group, item.course) for item in plan.items}
    assert {(i.group, i.course) for i in changed.items} == kept | {("p1", "do_calm")}
    assert changed.status == "edited"
    assert changed.effect.closed > plan.effect.closed
    assert changed.effect.most_hours > 5.0
    assert "most_hours" in broken_limits(found, changed.effect)


def test_what_does_not_fit_is_told_and_not_dropped(department: World, people: Workforce) -> None:
    edits = Edits(include=frozenset({("p1", "do_draft12")}))
    with pytest.raises(KarmapathError, match="put in by hand"):
        propose(problem(department, people, edits, hours=1.0))


def test_paid_courses_need_money(department: World, people: Workforce) -> None:
    assert "do_data2" not in problem(department, people).number
    plan = propose(problem(department, people, hours=12.0, money=10_800.0))
    assert plan.effect.money <= 10_800.0
    assert "do_data2" in {item.course for item in plan.items}


def test_the_planner_says_what_is_mandatory(department: World, people: Workforce) -> None:
    edits = Edits(
        include=frozenset({("p1", "do_calm")}),
        mandatory=frozenset({("*", "do_calm")}),
        elective=frozenset({("p1", "do_draft12")}),
    )
    plan = propose(problem(department, people, edits, hours=10.0))
    marks = {item.course: item.mandatory for item in plan.items if item.group == "p1"}
    assert marks["do_calm"]
    assert not marks.get("do_draft12", False)


def test_prerequisites_are_taken_by_those_who_lack_them(department: World, people: Workforce) -> None:
    snapshot, reference = department
    courses = {
        **reference.courses,
        "do_draft2": replace(reference.courses["do_draft2"], requires=(("do_draft1",),)),
        "do_calm": replace(reference.courses["do_calm"], requires=(("do_draft1",),)),
    }
    edits = Edits(exclude=frozenset({("*", "do_draft12")}))
    found = plan_problem(people, snapshot, replace(reference, courses=courses), "m", Budget(9.0, BEGIN, END), edits)
    plan = propose(found, thrift=0.0)
    mine = {item.course: item.people for item in plan.items if item.group == "p1"}
    assert {"do_draft1", "do_draft2"} <= set(mine)
    learners = plan.learners(found)["p1:do_draft1"]
    shown = [f"c{n:02d}" for n in range(0, 20, 3)]  # they hold what it teaches
    assert not set(learners) & set(shown)
    alone = edited(replace(found, edits=Edits(exclude=frozenset({("*", "do_draft1")}))), plan, Edits())
    assert alone.effect.closed == pytest.approx(plan.effect.closed)


def test_due_dates_lie_in_the_plan_and_follow_the_steps(department: World, people: Workforce) -> None:
    edits = Edits(exclude=frozenset({("*", "do_draft12")}))
    plan = propose(problem(department, people, edits, hours=8.0), thrift=0.0)
    due = {item.course: item.due_on for item in plan.items if item.group == "p1"}
    assert due["do_draft1"] <= due["do_draft2"] <= END
    assert min(due.values()) > BEGIN


def test_patterns_close_no_less_than_one_plan_for_the_position(department: World, people: Workforce) -> None:
    budget = Budget(4.0, BEGIN, END, most=6.0)
    one, many = (plan_problem(people, department[0], department[1], "m", budget, patterns=n) for n in (1, 8))
    assert len(many.groups) > len(one.groups)
    assert sum(len(group.learners) for group in many.groups) == one.people
    closed = [effect_of(p, solve_plan(p, thrift=0.0).chosen) for p in (one, many)]
    assert closed[1].critical_closed >= closed[0].critical_closed - 1e-6


def test_people_whose_gaps_are_equal_are_one_pattern() -> None:
    points = np.array([[0.0, 1.0], [5.0, 5.0], [0.0, 1.0], [9.0, 0.0]])
    assert alike(points, 10).tolist() == [0, 1, 0, 2]
    assert len(set(alike(points, 2).tolist())) == 2
    assert alike(points, 2)[0] == alike(points, 2)[2]


def test_a_scenario_says_what_changes(department: World, people: Workforce) -> None:
    budget = Budget(6.0, BEGIN, END)
    scheme = {"p1": (Requirement("x", None, "data", 2, 2.0, critical=True),)}
    found = table(
        compare(
            people, department[0], department[1], "m", budget,
            [
                Scenario("today"), Scenario("less", budget=replace(budget, hours=2.0)),
                Scenario("retire", retire_after_years=10.0), Scenario("scheme", added=scheme),
                Scenario("transfer", transfers={"c01": "p2"}), Scenario("leave", leaving=frozenset({"c01", "c02"})),
            ],
        )
    )  # fmt: skip
    rows = {row["scenario"]: row for row in found}
    assert rows["less"]["closed"] < rows["today"]["closed"]
    assert rows["retire"]["people"] < rows["today"]["people"] == 32
    assert rows["scheme"]["critical_needed"] > rows["today"]["critical_needed"]
    assert rows["transfer"]["needed"] != rows["today"]["needed"]
    assert rows["leave"]["people"] == 30


def test_the_next_seat_is_worth_what_one_more_brings(department: World, people: Workforce) -> None:
    found = problem(department, people, hours=8.0)
    worth = {one.course: one for one in seat_worths(found, {"do_draft12": 3, "do_calm": 100})}
    assert worth["do_calm"].worth == 0.0
    assert worth["do_draft12"].worth > 0.0
    assert worth["do_draft12"].used == pytest.approx(3.0)


def test_a_plan_comes_back_from_its_file(department: World, people: Workforce) -> None:
    plan = propose(problem(department, people))
    assert read_plan(plan_document(plan)) == plan
    with pytest.raises(KarmapathError, match="another kind"):
        read_plan({"format": "something"})
    with pytest.raises(KarmapathError, match="wrong or missing"):
        read_plan({**plan_document(plan), "items": [{}]})


def test_who_takes_an_item_is_known(department: World, people: Workforce) -> None:
    found = problem(department, people, hours=5.0)
    plan = propose(found, thrift=0.0)
    learners = plan.learners(found)
    for item in plan.items:
        assert len(learners[item.id]) == item.people
    assert "c00" not in learners["p1:do_draft12"]


def test_gain_an_hour_is_what_a_course_closes_alone(department: World, people: Workforce) -> None:
    found = problem(department, people)
    gains = {one.course: one for one in course_gains(found)}
    alone = closed_by(found, {(g, found.number["do_draft1"]) for g in (0, 1)})[0]
    assert gains["do_draft1"].gain == pytest.approx(alone)
    assert gains["do_draft1"].nearest == "do_draft12"
    assert gains["do_draft1"].overlap == 1.0


def test_nobody_and_nothing_to_plan_for_is_told(department: World, people: Workforce) -> None:
    budget = Budget(5.0, BEGIN, END)
    with pytest.raises(NotFoundError, match="no organisation"):
        plan_problem(people, department[0], department[1], "nowhere", budget)
    with pytest.raises(NotFoundError, match="nobody"):
        plan_problem(people.only(np.zeros(32, dtype=bool)), department[0], department[1], "m", budget)
    with pytest.raises(KarmapathError, match="end after"):
        Budget(5.0, END, BEGIN)
    with pytest.raises(NotFoundError, match="no course"):
        problem(department, people, Edits(include=frozenset({("*", "nothing")})))
