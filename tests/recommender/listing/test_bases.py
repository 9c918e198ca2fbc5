"""What a profile adds is the sum of what its features add."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from features.histories import Histories
from features.records import Learner
from models.base import LearnerBatch
from models.hybrid import Hybrid
from models.plan import SITUATIONS
from recommender.listing.bases import Bases, base_plain
from tests.models.suite import N_COURSES
from tests.models.test_fold import data, hybrid
from tests.worlds import small_bundle

__all__ = ["data", "hybrid"]


@pytest.mark.parametrize("features", [[], [0], [1], [0, 1]])
def test_rows_add_up_to_what_the_models_say(hybrid: Hybrid, features: list[int]) -> None:
    fold, rows = hybrid.folded_profiles(), np.arange(len(SITUATIONS))
    has = np.zeros((len(rows), 2), dtype=np.float32)
    has[:, features] = 1.0
    batch = LearnerBatch(Histories.of([()] * len(rows), N_COURSES), sparse.csr_matrix(has))
    codes = np.arange(len(fold.parts), dtype=np.uint8)
    scores, loudest = base_plain(fold, np.asarray(fold.rows), codes, np.array(features, dtype=np.int64))
    np.testing.assert_allclose(scores, hybrid.profile_scores(batch, rows), atol=5e-4)
    assert set(loudest.ravel().tolist()) <= set(codes.tolist())


@pytest.mark.parametrize("features", [[], [1], [0, 1]])
def test_compiled_and_plain_agree_to_the_last_bit(hybrid: Hybrid, features: list[int]) -> None:
    pytest.importorskip("numba")
    from recommender.listing.bases_numba import base_compiled

    fold = hybrid.folded_profiles()
    given = fold, np.asarray(fold.rows), np.arange(len(fold.parts), dtype=np.uint8), np.array(features, dtype=np.int64)
    for plain, compiled in zip(base_plain(*given), base_compiled(*given), strict=True):
        np.testing.assert_array_equal(plain, compiled)


def test_profiles_that_differ_in_nothing_that_counts_share_their_rows(tmp_path: Path) -> None:
    bases = Bases(small_bundle(tmp_path), 1_000_000, compiled=False)
    clerk = Learner("", "d1", designation="Assistant Section Officer")
    shelf, places = bases.of([clerk, replace(clerk, verified=True), replace(clerk, organisation="d2"), clerk])
    assert places == [places[0], places[0], places[2], places[0]]
    assert places[2] != places[0]
    assert len(shelf.made) == 2


def test_a_shelf_that_is_full_stays_as_it_is_and_a_new_one_is_begun(tmp_path: Path) -> None:
    bases = Bases(small_bundle(tmp_path), 0, compiled=False)
    learners = [Learner("", f"d{number}", languages=(str(number),)) for number in range(4 * bases.room + 1)]
    full, [first] = bases.of(learners[:1])
    before = full.scores[first].copy()
    for one in learners[1:]:
        shelf, _ = bases.of([one])
    assert shelf is not full
    np.testing.assert_array_equal(full.scores[first], before)
