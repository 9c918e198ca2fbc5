from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from features.reference import Competency, Course, Reference
from recommender.paths import Path, PathItem, StepClosed
from recommender.paths.milestones import milestones_v1

AT = datetime(2026, 11, 1)


def _course(one: str, category: str = "Course") -> Course:
    return Course(
        id=one, name=f"Course {one}", description=None, category=category, status="live", hours=2.0, languages=(),
        base=None, equivalence=None, provider=None, organisation=None, cost=0.0, external=False, restricted=False,
        rating=None, published_on=AT, retired_on=None, teaches=(), requires=(),
    )  # fmt: skip


def _item(one: str, position: int, hours: float, *, mandatory: bool = False) -> PathItem:
    closes = (StepClosed("k", position),) if position < 6 else ()
    return PathItem(one, position, AT, AT, None, hours, mandatory, closes, ())


def _milestones(hours: list[float], categories: dict[int, str] | None = None) -> list[dict[str, Any]]:
    names = [f"c{n}" for n in range(1, len(hours) + 1)]
    courses = {one: _course(one, (categories or {}).get(n, "Course")) for n, one in enumerate(names, 1)}
    reference = Reference({}, {"k": Competency("k", "Noting " * 20, "f", None, None, None)}, {}, {}, courses)
    items = tuple(_item(one, n, h, mandatory=n == 1) for n, (one, h) in enumerate(zip(names, hours, strict=True), 1))
    return milestones_v1(Path("guided", items, sum(hours), "optimal", 0.0, 0.0), reference, "L1")


@pytest.mark.parametrize("courses", [1, 3, 5, 6, 17])
def test_every_course_stands_in_order_in_at_most_five_milestones(courses: int) -> None:
    found = _milestones([1.0 + n % 3 for n in range(courses)])
    assert len(found) <= 5
    assert [c["identifier"] for m in found for c in m["courses"]] == [f"c{n}" for n in range(1, courses + 1)]
    assert [m["index"] for m in found] == list(range(1, len(found) + 1))


def test_texts_keep_the_portals_lengths_and_flags_follow_the_path() -> None:
    found = _milestones([2.0] * 7)
    assert all(len(m["name"]) <= 70 and len(m["description"]) <= 1000 for m in found)
    assert [c["isMandatory"] for m in found for c in m["courses"]] == [True] + [False] * 6
    assert found[0]["courses"][0]["duration"] == 7200


def test_an_assessment_that_ends_a_milestone_is_its_assessment() -> None:
    found = _milestones([1.0, 1.0, 1.0, 1.0, 1.0, 1.0], {6: "Standalone Assessment"})
    assert found[-1]["assessmentDetail"] == {"identifier": "c6", "duration": 7200}
    assert "c6" not in [c["identifier"] for c in found[-1]["courses"]]


def test_the_same_path_has_the_same_ids() -> None:
    assert [m["id"] for m in _milestones([1.0] * 6)] == [m["id"] for m in _milestones([1.0] * 6)]


def test_an_empty_path_has_no_milestones() -> None:
    assert _milestones([]) == []
