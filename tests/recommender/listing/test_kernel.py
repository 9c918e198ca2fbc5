"""The plain kernel and the compiled one agree to the last bit, and with a sum and a sort by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.histories import Histories
from recommender.listing.kernel import (
    ALL_COURSES,
    FROM_GROUP,
    FROM_NEED,
    ONLY_DESIRABLE,
    ONLY_GUIDED,
    Best,
    Work,
    best_plain,
)
from recommender.listing.lists import NOTHING
from recommender.listing.rough import RoughRows

N_BASES, LITTLE = 4, 3


def work(seed: int, n: int, n_courses: int, n_groups: int, *, others: bool, coarse: bool) -> Work:
    """Draw learners; ``coarse`` scores are whole numbers, so that many are equal."""
    draw = np.random.default_rng(seed)

    def scores(*shape: int) -> np.ndarray:
        values = draw.integers(-2, 3, shape) if coarse else draw.normal(size=shape)
        return values.astype(np.float32)

    def compressed(most: int) -> tuple[np.ndarray, np.ndarray]:
        rows = [draw.permutation(n_courses)[: draw.integers(0, min(most, n_courses) + 1)] for _ in range(n)]
        flat = np.concatenate([np.empty(0, dtype=np.int64), *rows]).astype(np.int32)
        return np.cumsum([0, *map(len, rows)], dtype=np.int64), flat

    few = int(draw.integers(0, 4)) if n_groups > 1 and n_courses > 3 else 0
    most = 3 if coarse else 30_000
    base = scores(N_BASES, n_courses)
    bars = np.where(draw.random((2, n_courses)) < 0.2, -np.inf, 0.0).astype(np.float32)
    need_from, need_course = compressed(4)
    history_from, history = compressed(9)
    barred_from, barred = compressed(6)
    return Work(
        base, draw.integers(0, N_BASES, n), bars, draw.integers(0, 2, n),
        scores(n, n_courses) if others else np.zeros((0, 0), np.float32),
        draw.integers(-most, most, (2, n_groups, n_courses, n_courses), np.int16),
        np.full((2, n_groups, n_courses), 1.0 if coarse else 1e-4, dtype=np.float32),
        np.array([0, *np.where(np.arange(1, n_groups + 1) == n_groups, few, 0)], dtype=np.int64),
        np.sort(draw.permutation(n_courses)[:few]),
        np.abs(scores(n_groups, 5)) * (np.arange(5) < 4).astype(np.float32),
        np.arange(n), history_from, history, need_from, need_course, np.abs(scores(len(need_course))) + np.float32(0.5),
        barred_from, barred, LITTLE,
    )  # fmt: skip


@given(
    st.integers(0, 10_000), st.integers(0, 6), st.integers(1, 70), st.integers(1, 3), st.integers(0, 25),
    st.sampled_from([ALL_COURSES, ONLY_GUIDED, ONLY_DESIRABLE]), st.booleans(), st.booleans(),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_compiled_and_plain_agree_to_the_last_bit(
    seed: int, n: int, n_courses: int, n_groups: int, k: int, track: int, others: bool, coarse: bool
) -> None:
    pytest.importorskip("numba")
    from recommender.listing.kernel_numba import best_compiled

    drawn = work(seed, n, n_courses, n_groups, others=others, coarse=coarse)
    k = min(k, n_courses)
    plain, compiled = best_plain(drawn, k, track), best_compiled(drawn, k, track)
    for one in fields(plain):
        np.testing.assert_array_equal(getattr(plain, one.name), getattr(compiled, one.name), err_msg=one.name)


@pytest.mark.parametrize("coarse", [False, True])
def test_long_lists_are_put_in_order_as_well(coarse: bool) -> None:
    pytest.importorskip("numba")
    from recommender.listing.kernel_numba import best_compiled

    drawn = work(3, 5, 400, 2, others=False, coarse=coarse)
    plain, compiled = best_plain(drawn, 250, ALL_COURSES), best_compiled(drawn, 250, ALL_COURSES)
    for one in fields(plain):
        np.testing.assert_array_equal(getattr(plain, one.name), getattr(compiled, one.name), err_msg=one.name)


def with_rough(drawn: Work, most: float = 10.0, **memory: int) -> Work:
    """Lay out the rows of all histories."""
    n_courses = drawn.base.shape[1]
    rough = RoughRows(drawn.rows, drawn.unit, drawn.recency, (drawn.few_from, drawn.few), LITTLE, most, **memory)
    rough.keep(Histories(drawn.history_from, drawn.history, n_courses))
    return replace(drawn, rough=rough)


@given(
    st.integers(0, 10_000),
    st.integers(0, 40),
    st.integers(1, 500),
    st.integers(1, 3),
    st.integers(0, 30),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_leaving_out_most_courses_changes_no_bit(
    seed: int, n: int, n_courses: int, n_groups: int, k: int, coarse: bool
) -> None:
    pytest.importorskip("numba")
    from recommender.listing.kernel_numba import best_compiled

    drawn = work(seed, n, n_courses, n_groups, others=False, coarse=coarse)
    k = min(k, n_courses)
    plain, compiled = best_plain(drawn, k, ALL_COURSES), best_compiled(with_rough(drawn), k, ALL_COURSES)
    for one in fields(plain):
        np.testing.assert_array_equal(getattr(plain, one.name), getattr(compiled, one.name), err_msg=one.name)


@pytest.mark.parametrize(
    ("most", "memory", "few_left"),
    [(10.0, {}, True), (1e-3, {}, False), (10.0, {"rough_bytes": 500}, False), (10.0, {"exact_bytes": 0}, False)],
    ids=["laid out", "out of range", "no room for rough rows", "no room for exact rows"],
)
def test_who_cannot_be_drawn_for_is_left_and_done_otherwise(
    most: float, memory: dict[str, int], few_left: bool
) -> None:
    pytest.importorskip("numba")
    from recommender.listing.drawn_numba import best_drawn
    from recommender.listing.kernel_numba import best_compiled

    drawn = work(1, 50, 500, 2, others=False, coarse=False)
    drawn = with_rough(replace(drawn, base=5 * drawn.base), most, **memory)
    drawn = drawn if most > 1 else replace(drawn, base=1e4 * drawn.base)
    left = best_drawn(drawn, 8, ALL_COURSES, Best.empty(50, 8))
    assert (len(left) < 5) == few_left
    plain, compiled = best_plain(drawn, 8, ALL_COURSES), best_compiled(drawn, 8, ALL_COURSES)
    for one in fields(plain):
        np.testing.assert_array_equal(getattr(plain, one.name), getattr(compiled, one.name), err_msg=one.name)


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_best_are_those_of_a_sum_and_a_sort_by_hand(seed: int, coarse: bool) -> None:
    drawn = work(seed, 3, 20, 2, others=True, coarse=coarse)
    found = best_plain(drawn, 6, ALL_COURSES)
    for learner in range(3):
        total = drawn.base[drawn.own[learner]].astype(np.float64) + drawn.bars[drawn.bar[learner]]
        total += drawn.others[learner]
        history = drawn.history[drawn.history_from[learner] : drawn.history_from[learner + 1]]
        rows = drawn.rows[int(len(history) > LITTLE)]
        for age, course in enumerate(history[::-1]):
            for group in range(2):
                few = drawn.few[drawn.few_from[group] : drawn.few_from[group + 1]]
                where = few if len(few) else np.arange(20)
                unit = drawn.unit[int(len(history) > LITTLE), group, course]
                total[where] += drawn.recency[group, min(age, 4)] * unit * rows[group, course, where].astype(np.float64)
        needs = slice(drawn.need_from[learner], drawn.need_from[learner + 1])
        total[drawn.need_course[needs]] += drawn.need[needs]
        total[drawn.barred[drawn.barred_from[learner] : drawn.barred_from[learner + 1]]] = -np.inf
        order = [c for c in sorted(range(20), key=lambda c: (-round(total[c], 4), c)) if np.isfinite(total[c])][:6]
        listed = [int(c) for c in found.courses[learner] if c != NOTHING]
        np.testing.assert_allclose(total[listed], total[order], atol=1e-4)
        if coarse and drawn.need.size == 0:
            assert listed == order


def test_of_equal_scores_the_lower_course_comes_first() -> None:
    drawn = work(0, 1, 8, 1, others=False, coarse=True)
    equal = replace(
        drawn, base=np.zeros_like(drawn.base), bars=np.zeros_like(drawn.bars),
        history=drawn.history[:0], history_from=np.zeros(2, dtype=np.int64),
        need_from=np.zeros(2, dtype=np.int64), barred_from=np.array([0, 1]), barred=np.array([1], dtype=np.int32),
    )  # fmt: skip
    assert best_plain(equal, 4, ALL_COURSES).courses.tolist() == [[0, 2, 3, 4]]


def test_what_says_most_and_what_goes_with_it_are_told() -> None:
    drawn = work(0, 1, 3, 1, others=False, coarse=True)
    rows = np.zeros((2, 1, 3, 3), dtype=np.int16)
    rows[0, 0, 2, 1] = 5
    told = replace(
        drawn, base=np.zeros((1, 3), dtype=np.float32), own=np.zeros(1, dtype=np.int64),
        bars=np.zeros((2, 3), dtype=np.float32), rows=rows,
        recency=np.ones((1, 5), dtype=np.float32), history_from=np.array([0, 1]), history=np.array([2], dtype=np.int32),
        need_from=np.array([0, 1]), need_course=np.array([0], dtype=np.int32), need=np.ones(1, dtype=np.float32),
        barred_from=np.array([0, 1]), barred=np.array([2], dtype=np.int32),
    )  # fmt: skip
    found = best_plain(told, 3, ALL_COURSES)
    assert found.courses.tolist() == [[1, 0, NOTHING]]
    assert found.nearest[0].tolist() == [2, NOTHING, NOTHING]
    assert found.loudest[0, :2].tolist() == [FROM_GROUP, FROM_NEED]
    assert found.guided[0].tolist() == [False, True, False]
