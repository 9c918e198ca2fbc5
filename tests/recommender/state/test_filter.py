from __future__ import annotations

import time

import numpy as np
import pytest

from features.schema import EVIDENCE_KINDS
from recommender.state import DEFAULT_EVIDENCE
from recommender.state.filter import posterior, step_odds, update_many


def test_many_updates_give_what_one_by_one_gives() -> None:
    rng = np.random.default_rng(0)
    n = 200
    beliefs = rng.dirichlet(np.ones(6), n)
    kinds, passed = rng.integers(0, len(EVIDENCE_KINDS), n).astype(np.int8), rng.random(n) < 0.5
    levels, weights = rng.integers(1, 6, n).astype(np.int8), rng.random(n)
    many = update_many(beliefs, kinds=kinds, passed=passed, levels=levels, weights=weights, table=DEFAULT_EVIDENCE)
    odds = step_odds(DEFAULT_EVIDENCE)
    for i in range(n):
        steps = odds[kinds[i], int(passed[i]), levels[i] - 1][None, :] * weights[i]
        np.testing.assert_allclose(many[i], posterior(np.log(beliefs[i]), steps)[0], atol=1e-12)


def test_the_ratio_at_the_items_level_is_the_tables() -> None:
    odds = step_odds(DEFAULT_EVIDENCE)
    kind = EVIDENCE_KINDS.index("proctored")
    assert np.exp(odds[kind, 1, 2, 2]) == pytest.approx(DEFAULT_EVIDENCE.kinds["proctored"].passed)
    assert np.exp(odds[kind, 0, 2, 2]) == pytest.approx(DEFAULT_EVIDENCE.kinds["proctored"].failed)


@pytest.mark.slow
def test_two_million_updates_take_less_than_a_second() -> None:
    rng = np.random.default_rng(0)
    n = 2_000_000
    beliefs = np.full((n, 6), 1 / 6, dtype=np.float32)
    kinds, levels = rng.integers(0, 6, n).astype(np.int8), rng.integers(1, 6, n).astype(np.int8)
    passed, weights = rng.random(n) < 0.7, np.ones(n, dtype=np.float32)
    times = []
    for _ in range(3):
        start = time.process_time()
        update_many(beliefs, kinds=kinds, passed=passed, levels=levels, weights=weights, table=DEFAULT_EVIDENCE)
        times.append(time.process_time() - start)
    assert min(times) < 1.0
