"""Histories keep each learner's order through every selection."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.histories import Histories

ROWS = st.lists(st.lists(st.integers(0, 9), max_size=6, unique=True), min_size=1, max_size=8)


def test_ages_count_from_the_newest() -> None:
    histories = Histories.of([[4, 2, 0], [], [1]], n_courses=5)
    assert histories.ages().tolist() == [2, 1, 0, 0]


def test_the_matrix_has_a_one_for_each_course_taken() -> None:
    matrix = Histories.of([[2, 0], [1]], n_courses=3).matrix().toarray()
    assert matrix.tolist() == [[1, 0, 1], [0, 1, 0]]


def test_course_numbers_beyond_the_catalogue_are_refused() -> None:
    with pytest.raises(ValueError, match="0 to 2"):
        Histories.of([[3]], n_courses=3)


@given(ROWS, st.data())
def test_picking_rows_gives_those_rows_in_that_order(rows: list[list[int]], data: st.DataObject) -> None:
    picked = data.draw(st.lists(st.integers(0, len(rows) - 1)))
    histories = Histories.of(rows, n_courses=10).rows(np.array(picked, dtype=np.int64))
    assert [histories.row(i).tolist() for i in range(len(histories))] == [rows[i] for i in picked]


@given(ROWS, st.integers(0, 9))
def test_keeping_drops_only_what_the_mask_drops(rows: list[list[int]], dropped: int) -> None:
    histories = Histories.of(rows, n_courses=10)
    kept = histories.keep(histories.courses != dropped)
    assert [kept.row(i).tolist() for i in range(len(kept))] == [[c for c in row if c != dropped] for row in rows]


def test_sorting_a_matrix_leaves_the_order_of_the_choices():
    histories = Histories.of([[2, 0, 1], [1, 0]], n_courses=3)
    histories.matrix().sort_indices()
    assert histories.courses.tolist() == [2, 0, 1, 1, 0]
