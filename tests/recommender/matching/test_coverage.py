from __future__ import annotations

import pytest

from recommender.matching.coverage import AskedCompetency, OfferedCourse, analyse_coverage, label_of

ASKED = [
    AskedCompetency("Functional", "Financial Management", "Budgeting"),
    AskedCompetency("Behavioral", "Communication", "Active Listening"),
    AskedCompetency("Functional", "Public Procurement", "Contract Management"),
]
OFFERED = [
    OfferedCourse("c1", "Budget basics", "functional", tags=(("Financial Management", "Budgeting"),)),
    OfferedCourse("c2", "Money matters", "Functional", tags=(("Financial Management", "Auditing"),)),
    OfferedCourse(
        "c3", "Managing contracts and tenders", "functional", "Contract management for buyers", ("contracts",)
    ),
    OfferedCourse("c4", "Active listening", "domain"),
]


@pytest.fixture(scope="module")
def coverage(encoder):
    return analyse_coverage(ASKED, OFFERED, encoder)


def test_the_providers_own_tag_covers_fully(coverage):
    first = coverage.competencies[0]
    assert (first.coverage, first.evidence[0].course, first.evidence[0].told_by) == ("Fully Covered", "c1", "tag")


def test_a_course_of_another_kind_does_not_count(coverage):
    assert coverage.competencies[1].coverage == "Not Covered"
    assert coverage.competencies[1].evidence == ()


def test_a_text_about_it_covers_at_least_in_part(coverage):
    third = coverage.competencies[2]
    assert third.coverage in ("Partially Covered", "Fully Covered")
    assert third.evidence[0].course == "c3"
    assert third.evidence[0].told_by == "text"


def test_each_course_is_scored_by_what_it_covers_best(coverage):
    scores = {course.course.id: (course.score, course.coverage, course.covers[:1]) for course in coverage.courses}
    assert scores["c1"] == (100, "Fully Covered", ("Budgeting",))
    assert scores["c2"][0] >= 50
    assert scores["c4"] == (0, "Not Covered", ())


def test_the_same_question_has_the_same_answer(coverage, encoder):
    assert analyse_coverage(ASKED, OFFERED, encoder) == coverage


def test_no_courses_cover_nothing_and_nothing_asked_is_answered(encoder):
    assert [c.coverage for c in analyse_coverage(ASKED, [], encoder).competencies] == ["Not Covered"] * 3
    assert analyse_coverage([], OFFERED, encoder).courses[0].score == 0


@pytest.mark.parametrize(
    ("score", "label"),
    [(0.7, "Fully Covered"), (0.69, "Partially Covered"), (0.3, "Partially Covered"), (0.29, "Not Covered")],
)
def test_labels_change_at_thirty_and_seventy(score, label):
    assert label_of(score) == label
