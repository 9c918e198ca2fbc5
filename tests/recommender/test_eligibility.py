from __future__ import annotations

from dataclasses import replace

import pytest

from features.records import Learner
from features.reference import Course
from recommender.eligibility import is_entitled

OPEN = Course(
    id="c", name="Secret files", description=None, category="Course", status="live", hours=1.0, languages=(),
    base=None, equivalence=None, provider=None, organisation=None, cost=0.0, external=False, restricted=False,
    rating=None, published_on=None, retired_on=None, teaches=(), requires=(),
)  # fmt: skip
RESTRICTED = replace(OPEN, restricted=True)
OF_ONE = replace(RESTRICTED, entitled=("o1",))


@pytest.mark.parametrize(
    ("course", "organisation", "verified", "entitled"),
    [
        (OPEN, None, False, True),
        (RESTRICTED, "o1", False, False),
        (RESTRICTED, "o2", True, True),
        (OF_ONE, "o1", True, True),
        (OF_ONE, "o1", False, False),
        (OF_ONE, "o2", True, False),
        (OF_ONE, None, True, False),
    ],
)
def test_a_restricted_course_is_for_verified_learners_of_its_organisations(
    course: Course, organisation: str | None, verified: bool, entitled: bool
) -> None:
    assert is_entitled(Learner("L", organisation, verified=verified), course) is entitled
