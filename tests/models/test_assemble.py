"""From the warehouse to training data: the same in one go and learner range by learner range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from features.histories import Histories
from features.reference import Reference
from models import assemble
from models.assemble import joined, profiles_of, training_data
from tests.worlds import small_snapshot


@pytest.mark.parametrize("learners", [1, 3, 20])
def test_ranges_of_learners_give_the_data_that_all_at_once_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learners: int
) -> None:
    snapshot = small_snapshot(tmp_path, copies=5)
    whole, ids = training_data(snapshot, Reference.load(snapshot))
    monkeypatch.setattr(assemble, "RANGE", learners)
    ranged, same_ids = training_data(snapshot, Reference.load(snapshot))
    assert ids.to_list() == same_ids.to_list()
    assert_array_equal(ranged.histories.indptr, whole.histories.indptr)
    assert_array_equal(ranged.histories.courses, whole.histories.courses)
    assert ranged.histories.days is not None
    assert whole.histories.days is not None
    assert_array_equal(ranged.histories.days, whole.histories.days)
    assert ranged.completed is not None
    assert whole.completed is not None
    assert_array_equal(ranged.completed, whole.completed)


def test_learners_of_one_post_share_a_profile(tmp_path: Path) -> None:
    ids, profiles, of = profiles_of(small_snapshot(tmp_path))
    assert ids.to_list() == [f"L{number}" for number in range(1, 9)]
    assert [profile.designation for profile in profiles] == ["Assistant Section Officer", "Statistical Officer"]
    assert of.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_part_without_courses_does_not_take_the_times_of_the_others() -> None:
    timed = Histories(np.array([0, 1]), np.array([0], dtype=np.int32), 2, np.array([5.0], dtype=np.float32))
    found = joined([timed, Histories.of([[]], 2)])
    assert found.days is not None
    assert found.lengths.tolist() == [1, 0]
    assert joined([timed, Histories.of([[1]], 2)]).days is None
