from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.records import Enrolment, Evidence, Learner, LearnerRecord
from features.reference import Competency, Course, Position, Reference, Requirement, Role, Teaches
from features.schema import EVIDENCE_KINDS
from recommender.state import DEFAULT_EVIDENCE, Belief, competency_state

NOW = datetime(2026, 11, 1)


def _course(one: str, level: int) -> Course:
    return Course(
        id=one, name=one, description=None, category="Course", status="live", hours=2.0, languages=(), base=None,
        equivalence=None, provider=None, organisation=None, cost=0.0, external=False, restricted=False, rating=None,
        published_on=None, retired_on=None, teaches=(Teaches("k", 0, level, 1.0),), requires=(),
    )  # fmt: skip


REFERENCE = Reference(
    organisations={},
    competencies={"k": Competency("k", "Noting", "kcm", None, None, None)},
    roles={"r": Role("r", "Clerk", None, {}, (Requirement("r", None, "k", 3, 1.0, False),))},
    positions={"p": Position("p", None, "Clerk", None, ("r",))},
    courses={"c2": _course("c2", 2), "c4": _course("c4", 4)},
)


def _belief(*evidence: Evidence, enrolments: tuple[Enrolment, ...] = (), position: str | None = None) -> Belief:
    record = LearnerRecord(Learner("l", position=position), enrolments, evidence)
    return competency_state(record, REFERENCE, NOW).belief("k")


def _shown(kind: str, level: int, *, passed: bool = True, days: int = 30, **more: object) -> Evidence:
    when = NOW - timedelta(days=days)
    return Evidence(f"{kind}{level}{days}", kind, when, "k", None, level, passed)._replace(**more)  # type: ignore[arg-type]


def _completed(dwell: float | None, *, skimmed: bool = False) -> tuple[Enrolment, ...]:
    when = NOW - timedelta(days=30)
    return (Enrolment("c2", "completed", dwell_ratio=dwell, completed_on=when, skimmed=skimmed),)


EVIDENCE = st.builds(
    Evidence,
    id=st.uuids().map(str),
    kind=st.sampled_from(EVIDENCE_KINDS),
    observed_on=st.integers(0, 2000).map(lambda days: NOW - timedelta(days=days)),
    competency=st.just("k"),
    course=st.sampled_from([None, "c2", "c4"]),
    level=st.integers(1, 5),
    passed=st.booleans(),
    attempt=st.sampled_from([None, 1, 2]),
)


@given(st.lists(EVIDENCE, max_size=6), EVIDENCE)
@settings(max_examples=300, deadline=None)
def test_a_pass_never_lowers_and_a_failure_never_raises_any_probability(others: list[Evidence], one: Evidence) -> None:
    before, after = _belief(*others), _belief(*others, one)
    for level in range(1, 6):
        if one.passed:
            assert after.p_at_least(level) >= before.p_at_least(level) - 1e-12
        else:
            assert after.p_at_least(level) <= before.p_at_least(level) + 1e-12


@given(st.permutations([_shown("proctored", 2), _shown("assessment", 3, passed=False), _shown("peer", 1, days=400)]))
def test_the_order_in_which_evidence_is_told_does_not_matter(evidence: list[Evidence]) -> None:
    probabilities = _belief(*sorted(evidence, key=lambda e: e.id)).probabilities
    np.testing.assert_allclose(_belief(*evidence).probabilities, probabilities)


def test_unknown_is_the_prior_and_says_so() -> None:
    belief = _belief()
    assert not belief.known
    np.testing.assert_allclose(belief.probabilities, DEFAULT_EVIDENCE.prior)
    assert belief.expected > 0


@pytest.mark.parametrize(
    "enrolments", [_completed(0.005), _completed(None, skimmed=True), _completed(0.9, skimmed=True)]
)
def test_a_skimmed_completion_says_nothing(enrolments: tuple[Enrolment, ...]) -> None:
    assert not _belief(enrolments=enrolments).known


def test_a_completion_that_took_its_time_says_more_than_one_of_unknown_length() -> None:
    whole, unknown = _belief(enrolments=_completed(0.8)), _belief(enrolments=_completed(None))
    assert whole.p_at_least(2) > unknown.p_at_least(2) > _belief().p_at_least(2)


def test_quiz_and_completion_of_one_course_count_once() -> None:
    quiz = _shown("assessment", 2, course="c2")
    both = _belief(quiz, enrolments=_completed(0.9))
    np.testing.assert_allclose(both.probabilities, _belief(quiz).probabilities)
    assert [item.weight for item in both.evidence if item.kind == "completion"] == [0.0]


def test_quizzes_of_two_courses_count_twice() -> None:
    one, two = _shown("assessment", 2, course="c2"), _shown("assessment", 2, course="c4")
    assert _belief(one, two).p_at_least(2) > _belief(one).p_at_least(2)


def test_old_evidence_weighs_less_and_use_in_the_post_slows_that() -> None:
    fresh, old = _belief(_shown("proctored", 3, days=0)), _belief(_shown("proctored", 3, days=1500))
    used = _belief(_shown("proctored", 3, days=1500), position="p")
    assert fresh.p_at_least(3) > used.p_at_least(3) > old.p_at_least(3) > _belief().p_at_least(3)


def test_a_pass_at_the_third_attempt_weighs_less() -> None:
    assert _belief(_shown("assessment", 3, attempt=3)).p_at_least(3) < _belief(_shown("assessment", 3)).p_at_least(3)


def test_evidence_from_after_the_moment_is_not_seen() -> None:
    assert not _belief(_shown("proctored", 3, days=-5)).known


def test_each_item_tells_what_the_odds_would_be_without_it() -> None:
    evidence = [_shown("proctored", 3), _shown("peer", 2)]
    full, without = _belief(*evidence), _belief(evidence[1])
    weight = next(item.weight for item in full.evidence if item.kind == "proctored")
    odds = [belief.p_at_least(3) / (1 - belief.p_at_least(3)) for belief in (full, without)]
    assert weight == pytest.approx(np.log2(odds[0] / odds[1]))


def test_the_interval_holds_its_share() -> None:
    belief = _belief(_shown("proctored", 3))
    low, high = belief.interval(0.8)
    assert belief.probabilities[low : high + 1].sum() >= 0.8
    assert low <= belief.expected <= high


def test_a_score_stands_in_for_a_verdict() -> None:
    passed = _shown("assessment", 3)._replace(passed=None, score=0.8)
    assert _belief(passed).p_at_least(3) == pytest.approx(_belief(_shown("assessment", 3)).p_at_least(3))


def test_an_assessment_without_a_result_says_nothing() -> None:
    assert not _belief(_shown("assessment", 3)._replace(passed=None)).known
