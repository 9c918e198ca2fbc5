"""How much more data would help: the same settings fitted on fewer learners, judged on the same later choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from experiments.cases import Case
from experiments.judge import judge
from models.hybrid import Hybrid
from models.plan import Plan

SHARES = (0.1, 0.3)


def learning_curve(case: Case, plan: Plan, k: int, seed: int, shares: Sequence[float] = SHARES) -> dict[int, float]:
    """Return number of learners fitted on to NDCG at ``k``, for random shares of the training learners."""
    order = np.random.default_rng(seed).permutation(len(case.train.histories))
    found: dict[int, float] = {}
    for share in shares:
        some = np.sort(order[: max(1, int(share * len(order)))])
        smaller = replace(case, train=case.train.learners(some))
        model = Hybrid(seed=seed, plan=plan).fit(smaller.train)
        found[len(some)] = judge("karmapath", model, smaller, [k]).mean(f"ndcg@{k}")
    return found
