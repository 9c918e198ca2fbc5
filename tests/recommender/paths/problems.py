"""Random tiny problems for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

IDS = [f"c{n}" for n in range(7)]
COMPETENCIES = ["k0", "k1", "k2"]


@st.composite
def documents(draw: st.DrawFn, *, mandatory: bool = True) -> dict[str, Any]:
    """A problem of at most seven courses, with circles, useless courses and impossible mandates among them."""
    ids = IDS[: draw(st.integers(1, 7))]
    return {
        "version": 1,
        "hours": draw(st.integers(0, 24)) / 2,
        "courses": [draw(_course(one, ids)) for one in ids],
        "state": {name: draw(st.integers(0, 2)) for name in COMPETENCIES},
        "requirements": [
            {
                "competency": name,
                "level": draw(st.integers(1, 5)),
                "weight": draw(st.integers(0, 12)) / 4,
                "critical": draw(st.booleans()),
            }
            for name in draw(st.lists(st.sampled_from(COMPETENCIES), max_size=4))
        ],
        "mandatory": draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)) if mandatory else [],
        "exclude": draw(st.lists(st.sampled_from(ids), max_size=1)),
    }


@st.composite
def documents_with_everything(draw: st.DrawFn) -> dict[str, Any]:
    """The same with fees, equivalents, pools and completed courses."""
    document = draw(documents())
    ids = [course["id"] for course in document["courses"]]
    for course in document["courses"]:
        course["cost"] = draw(st.integers(0, 3)) * 100
    twins = draw(st.lists(st.sampled_from(ids), max_size=4, unique=True))
    pool = {"courses": draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True)), "hours": 1.5}
    return {
        **document,
        "cost": draw(st.sampled_from([None, 0, 300, 600])),
        "equivalents": [twins[:2], twins[2:]] if len(twins) == 4 else [twins] if len(twins) > 1 else [],
        "pools": [pool] if draw(st.booleans()) else [],
        "completed": draw(st.lists(st.sampled_from(ids), max_size=1)),
    }


@st.composite
def _course(draw: st.DrawFn, one: str, ids: list[str]) -> dict[str, Any]:
    teaches = []
    for name in draw(st.lists(st.sampled_from(COMPETENCIES), max_size=3, unique=True)):
        start = draw(st.integers(0, 4))
        teaches.append({"competency": name, "from": start, "to": draw(st.integers(start, min(5, start + 2)))})
    groups = st.lists(st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True), max_size=2)
    return {
        "id": one,
        "hours": draw(st.integers(0, 8)) / 2,
        "teaches": teaches,
        "requires": draw(groups) if draw(st.booleans()) else [],
    }
