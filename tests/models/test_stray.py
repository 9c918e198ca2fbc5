"""Entries that only look like courses are found by their place in every list."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from models.stray import is_stray, stray_places

N_COURSES = 200


def lists(stray_at: int | None, learners: int = 1500) -> Histories:
    """Learners walk along one of twenty shelves of ten courses; one place may hold any number at all."""
    generator = np.random.default_rng(0)
    rows: list[list[int]] = []
    for _ in range(learners):
        shelf = int(generator.integers(20)) * 10
        row = [shelf + int(course) for course in generator.permutation(10)[:6]]
        if stray_at is not None:
            row.insert(len(row) - stray_at, int(generator.integers(N_COURSES)))
        rows.append(list(dict.fromkeys(row)))
    return Histories.of(rows, N_COURSES)


def stray(histories: Histories) -> NDArray[np.int64]:
    return np.unique(histories.ages()[is_stray(histories)])


def test_a_sound_file_has_none() -> None:
    assert stray_places(lists(None)) == ()


def test_numbers_at_the_end_of_every_list_are_found() -> None:
    assert stray(lists(0)).tolist() == [0]


def test_numbers_before_the_last_entry_are_found() -> None:
    assert stray(lists(1)).tolist() == [1]


def test_a_few_lists_prove_nothing() -> None:
    assert stray_places(lists(0, learners=100)) == ()


def test_where_times_are_known_nothing_is_looked_for() -> None:
    timed = lists(0)
    timed = Histories(timed.indptr, timed.courses, N_COURSES, np.arange(len(timed.courses), dtype=np.float32))
    assert not is_stray(timed).any()
