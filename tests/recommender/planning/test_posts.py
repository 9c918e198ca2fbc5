"""People and posts: advice with reasons, rules that bind, and a decision that a human signs."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features.errors import KarmapathError, NotFoundError
from features.reference import Reference
from features.warehouse import Snapshot
from recommender.planning.audit import audit
from recommender.planning.candidates import candidates, decide, within_reach
from recommender.planning.closing_price import ClosingPrices, closing_prices
from recommender.planning.people import refuse_forbidden
from recommender.planning.posting import assign
from recommender.planning.posts import Post, PostRules, may_hold, posts_of, shortfall_matrix
from recommender.planning.readiness import readiness
from recommender.planning.succession import benches, single_points, withheld
from recommender.planning.workforce import Workforce
from tests.recommender.planning.offices import AT

World = tuple[Snapshot, Reference]
CLERK = Post("clerk's post", "p1")


@pytest.fixture(scope="module")
def prices(department: World, people: Workforce) -> ClosingPrices:
    return closing_prices(department[1], AT, people.competencies)


def test_the_cheapest_courses_lead_from_level_to_level(prices: ClosingPrices) -> None:
    row = prices.row("drafting")
    assert row is not None
    assert prices.hours[row, 0, 2] == 2.0
    assert prices.hours[row, 0, 4] == 5.0
    assert prices.hours[row, 2, 4] == 4.0
    assert prices.hours[row, 3, 2] == 0.0
    assert prices.courses["drafting", 0, 4] == ("do_draft12",)
    assert np.isinf(prices.hours[row, 0, 5])


def test_the_shortfall_is_the_expected_missing_levels(department: World, people: Workforce) -> None:
    found = shortfall_matrix(people, department[1], ["p1"])[0]
    drafting, calm = (people.competencies.index(one) for one in ("drafting", "calm"))
    wanted = 2 * (1 - people.held[:, drafting, :4]).sum(axis=1) + (1 - people.held[:, calm, :2]).sum(axis=1)
    assert found == pytest.approx(wanted, rel=1e-5)
    assert readiness(people, department[1], "p1").shortfall == pytest.approx(wanted, rel=1e-5)


def test_who_has_shown_more_comes_first(department: World, people: Workforce, prices: ClosingPrices) -> None:
    found = candidates(people, department[1], CLERK, prices, limit=32)
    assert [one.rank for one in found] == list(range(1, 33))
    assert int(found[0].learner[1:]) % 3 == 0
    assert found[0].learner.startswith("c")
    assert [one.shortfall for one in found] == sorted(one.shortfall for one in found)
    assert found[0].low < found[0].shortfall < found[0].high
    lack = next(one for one in found[0].lacks if one.competency == "drafting")
    assert (lack.required, lack.critical, lack.known) == (4, True, True)
    assert lack.courses == ("do_draft2",)
    assert found[0].hours == 4.0 + sum(1.0 for one in found[0].lacks if one.competency == "calm")
    assert found[0].months == found[0].hours / 8


def test_no_course_for_a_requirement_is_told(department: World, people: Workforce, prices: ClosingPrices) -> None:
    found = candidates(people, department[1], Post("x", "p2"), prices, limit=1)[0]
    ethics = next(one for one in found.lacks if one.competency == "ethics")
    assert ethics.hours is None
    assert found.without_course == 2  # ethics, and data beyond level 2 costs a fee


def test_rules_bind_by_service_and_nothing_else(department: World, people: Workforce, prices: ClosingPrices) -> None:
    rules = PostRules(groups=frozenset({"C"}), least_years=5.0)
    allowed = people.people.filter(pl.Series(may_hold(people, rules)))
    assert set(allowed["group"]) == {"C"}
    assert (allowed["joined_on"] <= AT.replace(year=2021)).all()
    for one in candidates(people, department[1], Post("x", "p1", rules=rules), prices):
        assert one.learner in allowed["learner_id"].to_list()


@pytest.mark.parametrize("column", ["gender", "Caste", "religion", "disability", "pwd", "social_category", "full name"])
def test_what_must_not_decide_is_refused(column: str) -> None:
    with pytest.raises(KarmapathError, match="never decide"):
        refuse_forbidden(["learner_id", column])
    with pytest.raises(KarmapathError, match="never decide"):
        PostRules.of({column: ["x"]})


def test_rules_that_nobody_knows_are_refused() -> None:
    with pytest.raises(KarmapathError, match="a rule 'height'"):
        PostRules.of({"height": 180})
    with pytest.raises(KarmapathError, match="least_years"):
        PostRules.of({"least_years": -1})
    with pytest.raises(KarmapathError, match="a list of texts"):
        PostRules.of({"groups": "A"})


def test_posts_within_reach_are_ranked(department: World, people: Workforce, prices: ClosingPrices) -> None:
    posts = posts_of(department[1], ["p1", "p2"], same_group=False)
    assert [one.position for one in within_reach(people, department[1], "c00", posts, prices)] == ["p1", "p2"]
    own = within_reach(people, department[1], "c00", posts_of(department[1], ["p1", "p2"]), prices)
    assert [one.position for one in own] == ["p1"]
    with pytest.raises(NotFoundError):
        within_reach(people, department[1], "nobody", posts, prices)


def test_a_decision_has_a_human_and_a_reason(department: World, people: Workforce, prices: ClosingPrices) -> None:
    advice = candidates(people, department[1], CLERK, prices)
    record = decide(CLERK, advice[2].learner, "officer-7", "has acted in the post for a year", advice)
    assert (record.rank, record.decided_by) == (3, "officer-7")
    assert decide(CLERK, "outsider", "officer-7", "deputed from elsewhere", advice).rank is None
    for who in ("", "system", " Karmapath "):
        with pytest.raises(KarmapathError, match="the human who decides"):
            decide(CLERK, "c00", who, "a reason that is long enough", advice)
    with pytest.raises(KarmapathError, match="reason"):
        decide(CLERK, "c00", "officer-7", "ok", advice)


def test_many_posts_at_once_are_no_worse_than_one_by_one(department: World, people: Workforce) -> None:
    posts = [Post(f"p{n}", "p1" if n % 2 else "p2", seats=3) for n in range(8)]
    found = assign(people, department[1], posts)
    assert found.shortfall <= found.post_by_post + 1e-3
    assert found.bound <= found.cost + 1e-3
    assert len(found.placements) == 24 == len({one.learner for one in found.placements})
    assert found.unfilled == 0


def test_critical_posts_are_served_first(department: World, people: Workforce) -> None:
    easy, dire = Post("a", "p1"), Post("b", "p1", critical=True)
    found = {one.post: one.shortfall for one in assign(people, department[1], [easy, dire]).placements}
    assert found["b"] <= found["a"]


def test_the_bench_counts_who_is_ready_by_when(department: World, people: Workforce, prices: ClosingPrices) -> None:
    found = {
        b.position: b for b in benches(people, department[1], posts_of(department[1], ["p1"], same_group=False), prices)
    }
    clerk = found["p1"]
    assert (clerk.holders, clerk.eligible) == (20, 12)
    assert clerk.now <= clerk.in_6_months <= clerk.in_12_months == 12
    assert 0.0 < clerk.expected_now < 12.0


def test_what_hangs_on_one_person_is_found_and_nobody_named(department: World, people: Workforce) -> None:
    held = people.held.copy()
    data = people.competencies.index("data")
    held[people.people["learner_id"].to_list().index("a05"), data, :4] = 1.0
    one = Workforce(people.people, people.competencies, held, people.known, people.at)
    found = [point for point in single_points(one, department[1]) if point.competency == "data"]
    assert [(point.position, point.holders, point.learner) for point in found] == [("p2", 1, None)]
    named = [point.learner for point in single_points(one, department[1], named=True) if point.competency == "data"]
    assert named == ["a05"]
    assert withheld(found, least=13) == ()


def test_an_audit_hides_small_groups_with_the_smallest_large_one() -> None:
    outcomes = pl.DataFrame({"who": ["a"] * 40 + ["b"] * 12 + ["c"] * 3, "chosen": [True] * 20 + [False] * 35})
    found = {row.group: (row.n, row.chosen) for row in audit(outcomes, "who")}
    assert found == {"a": (40, 20), "others": (15, 0)}
    first = audit(outcomes, "who")[0]
    assert first.low < first.rate < first.high
    assert first.ratio == pytest.approx(0.5 / (20 / 55))
