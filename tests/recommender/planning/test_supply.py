"""Coverage, compliance, quality of courses and recognition."""

from __future__ import annotations

from datetime import timedelta

import pytest

from features.reference import Reference
from features.warehouse import Snapshot
from recommender.planning.compliance import STATES, allocations, by, compliance
from recommender.planning.coverage import content_requests, coverage
from recommender.planning.providers import course_quality, provider_quality
from recommender.planning.recognition import gained, gained_by_body, interests
from recommender.planning.workforce import Workforce, workforce_blocks
from tests.recommender.planning.offices import AT

World = tuple[Snapshot, Reference]


def test_a_requirement_without_a_course_is_found(department: World, people: Workforce) -> None:
    found = {one.competency: one for one in coverage([people], department[1], AT)}
    assert found["ethics"].status == "no_course"
    assert found["ethics"].waiting == pytest.approx(found["ethics"].unserved)
    assert found["data"].status == "not_high_enough"
    assert found["data"].reaches == 2
    assert found["drafting"].status == "language"
    assert found["drafting"].unserved is None  # eight people read Hindi only: too few to tell
    assert found["drafting"].languages == {}


def test_blocks_of_people_give_the_same_coverage(department: World, people: Workforce) -> None:
    whole = coverage([people], department[1], AT)
    parts = coverage([people.only(people.people["learner_id"].str.starts_with(one).to_numpy()) for one in "ac"],
                     department[1], AT)  # fmt: skip
    for a, b in zip(whole, parts, strict=True):
        assert (a.competency, a.status, a.waiting) == (b.competency, b.status, pytest.approx(b.waiting))
    assert len(list(workforce_blocks(*department, AT))) == 1


def test_providers_are_asked_for_what_is_missing(department: World, people: Workforce) -> None:
    requests = {r.competency: r for r in content_requests(coverage([people], department[1], AT), department[1])}
    assert requests["data"].from_level == 2
    assert requests["ethics"].designations == ("Analyst",)
    assert "calm" not in requests or requests["calm"].reason == "language"


def test_languages_that_enough_people_read_are_told(department: World, people: Workforce) -> None:
    found = {one.competency: one for one in coverage([people], department[1], AT, least=5)}
    assert set(found["drafting"].languages) == {"hi"}
    hindi = [r for r in content_requests(found.values(), department[1]) if r.competency == "drafting"]
    assert [(r.language, r.reason) for r in hindi] == [("hi", "language")]


def test_few_people_are_not_counted_in_coverage(department: World, people: Workforce) -> None:
    found = {one.competency: one for one in coverage([people], department[1], AT, least=13)}
    assert found["ethics"].waiting is None
    assert found["drafting"].waiting is not None


def test_plans_are_done_late_overdue_or_at_risk(department: World) -> None:
    rows = allocations(*department, AT)
    states = {(r["learner_id"], r["course_id"]): (r["state"], r["late"]) for r in rows.to_dicts()}
    assert len(states) == 32 + 20
    assert states["c00", "do_calm"] == ("done", False)
    assert states["c02", "do_draft1"] == ("done", False)
    assert states["c05", "do_draft1"] == ("overdue", False)
    assert states["a00", "do_calm"][0] in ("at_risk", "on_track")


def test_compliance_adds_up_and_hides_the_few(department: World) -> None:
    shown = compliance(allocations(*department, AT), department[1])
    total = by(shown, ["plan_id"]).to_dicts()[0]
    assert total["allocated"] == total["done"] + total["overdue"] + total["at_risk"] + total["on_track"] == 52
    assert total["overdue"] == 19
    offices = by(shown, ["organisation_id"])
    assert sorted(offices.select("organisation_id", "n").rows()) == [("d1", 20), ("d2", 12)]
    few = compliance(allocations(*department, AT), department[1], least=15)
    assert by(few, ["organisation_id"]).select("organisation_id", "n").rows() == [("m", 32)]
    assert set(STATES) <= set(shown.columns)


def test_few_ratings_say_little(department: World) -> None:
    found = {row["course_id"]: row for row in course_quality(*department, AT).to_dicts()}
    rated, other = found["do_calm"], found["do_data1"]
    assert (rated["ratings"], other["ratings"]) == (1, 0)
    assert 4.5 < rated["rating"] < 5.0
    assert rated["rating_high"] - rated["rating_low"] < other["rating_high"] - other["rating_low"]
    assert rated["skimmed"] == 0.5
    assert found["do_draft1"]["completion_low"] < found["do_draft1"]["completion"]
    assert provider_quality(course_quality(*department, AT))["courses"].to_list() == [6]


def test_skimming_earns_nothing(department: World) -> None:
    found = {one.learner: one.steps for one in gained(*department, AT - timedelta(days=25), AT)}
    assert set(found) == {"c00", "c02"}  # c01 went through the course in a hundredth of its time
    assert found["c00"] > 0


def test_recognition_by_body_leaves_small_bodies_out(department: World) -> None:
    found = gained(*department, AT - timedelta(days=25), AT)
    rows = gained_by_body(found, *department, "m").to_dicts()
    assert [(row["body"], row["n"]) for row in rows] == [("d1", 20), ("d2", 12)]
    assert gained_by_body(found, *department, "m", least=13).height == 1 - 1


def test_interest_is_what_people_chose(department: World) -> None:
    found = interests(*department, "m", AT - timedelta(days=100), AT, least=1)
    assert set(found["topic"]) == {"Self", "Office"}
    assert interests(*department, "m", AT - timedelta(days=100), AT).height == 0
