"""Rows of who may be shown what are the rules, course by course."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.records import Learner, LearnerRecord
from models.bundle import Bundle
from recommender.eligibility import eligibility
from recommender.listing import Catalogue
from recommender.listing.allowed import Allowed
from tests.worlds import NOW, small_bundle

LEARNER = st.builds(
    Learner, id=st.just(""), organisation=st.sampled_from([None, "d1", "d2"]), verified=st.booleans(),
    languages=st.lists(st.sampled_from(["en", "hi", "ta"]), unique=True, max_size=2).map(tuple),
)  # fmt: skip


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    bundle = small_bundle(Path(tmp_path_factory.mktemp("allowed")))
    courses = bundle.reference.courses
    changes = {
        "c1": {"restricted": True, "entitled": ("d1",)}, "c2": {"restricted": True}, "c3": {"languages": ("hi",)},
        "c4": {"languages": ()}, "c5": {"retired_on": NOW}, "c6": {"restricted": True, "languages": ("ta", "en")},
    }  # fmt: skip
    for course, change in changes.items():
        courses[course] = replace(courses[course], **change)  # type: ignore[index, arg-type]
    return bundle


@pytest.fixture(scope="module")
def allowed(bundle: Bundle) -> Allowed:
    return Allowed(Catalogue(bundle.reference, bundle.course_ids))


@given(
    st.lists(LEARNER, min_size=1, max_size=4), st.sampled_from([None, "hi", "ta"]), st.booleans(),
    st.sampled_from([None, frozenset({"course"}), frozenset({"nothing"})]),
)  # fmt: skip
def test_a_course_is_barred_where_a_rule_is_against_it(
    allowed: Allowed,
    bundle: Bundle,
    learners: list[Learner],
    language: str | None,
    early: bool,
    categories: frozenset[str] | None,
) -> None:
    at = NOW - timedelta(days=early)
    bars, rows = allowed.bars(learners, at, language, categories)
    for learner, row in zip(learners, rows, strict=True):
        open_to = eligibility(
            LearnerRecord(learner), bundle.reference, at, courses=bundle.course_ids, language=language,
            categories=categories,
        ).allowed  # fmt: skip
        shown = [course for course, bar in zip(bundle.course_ids, bars.rows[row], strict=True) if bar == 0]
        assert shown == list(open_to)
