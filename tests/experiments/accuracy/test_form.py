"""How a test was cut off is told from how many targets there are, and when, never from which they are."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.accuracy.dataset import test_form as form_of
from features.histories import Histories

LENGTHS = np.random.default_rng(0).integers(8, 40, 300)


def histories(lengths, days=None):
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    courses = np.zeros(int(indptr[-1]), dtype=np.int32)
    return Histories(indptr, courses, 1, None if days is None else np.concatenate(days).astype(np.float32))


def cut(held, days=None):
    """Learners who keep all but ``held`` of their courses."""
    if days is None:
        return form_of(histories(LENGTHS - held), np.arange(300), histories(held))
    kept = [own[: len(own) - n] for own, n in zip(days, held, strict=True)]
    left = [own[len(own) - n :] for own, n in zip(days, held, strict=True)]
    return form_of(histories(LENGTHS - held, kept), np.arange(300), histories(held, left))


def test_as_many_targets_each_are_the_last_few():
    assert cut(np.full(300, 2)) == "tail"


@pytest.mark.parametrize("held", [np.ceil(LENGTHS * 0.2).astype(int), np.maximum(LENGTHS // 5, 1)])
def test_a_share_of_every_list_is_drawn(held):
    assert cut(held) == "share"


def test_one_target_each_is_the_last():
    assert cut(np.ones(300, dtype=int)) == "last"


def test_times_tell_tails_draws_and_cuts_in_time():
    generator = np.random.default_rng(2)
    begun = generator.random(300) * 1000
    days = [np.sort(start + generator.random(n) * 30) for start, n in zip(begun, LENGTHS, strict=True)]
    held = np.full(300, 3)
    assert cut(held, days) == "tail"
    assert cut(held, [generator.permutation(own) for own in days]) == "share"
    late = [np.concatenate([own[:-3], 2000 + np.arange(3)]) for own in days]
    assert cut(held, late) == "later"


def test_learners_whom_training_does_not_know_tell_nothing():
    assert form_of(histories(LENGTHS), np.full(300, -1), histories(np.full(300, 2))) == "auto"
