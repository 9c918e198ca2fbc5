"""Newcomers of earlier times are judged where those of the last tenth are few."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import newcomers as module
from models.holdout import hold_out
from models.newcomers import newcomers, tune_popularity, validate_newcomers
from tests.models.suite import N_LEARNERS, checkerboard


@pytest.fixture(scope="module")
def data():
    """Each learner comes a day after the one before and takes all courses at once."""
    plain = checkerboard()
    days = np.repeat(np.arange(N_LEARNERS, dtype=np.float32), plain.histories.lengths)
    return replace(plain, histories=replace(plain.histories, days=days))


def test_newcomers_of_earlier_tenths_are_judged_too_each_before_they_came(data):
    slices = newcomers(hold_out(data, "later", ordered=True, seed=0), 0)
    assert len(slices) == module.MOST_SLICES
    came = [data.histories.days[data.histories.indptr[one.judged.rows]].min() for one in slices]
    known = [one.before.histories.days.max() for one in slices]
    assert all(before < first for before, first in zip(known, came, strict=True))
    assert sorted(came, reverse=True) == came
    assert len(np.unique(np.concatenate([one.judged.rows for one in slices]))) == sum(len(s.judged) for s in slices)


def test_enough_newcomers_are_judged_alone(data, monkeypatch):
    monkeypatch.setattr(module, "ENOUGH", 1)
    assert len(newcomers(hold_out(data, "later", ordered=True, seed=0), 0)) == 1


def test_without_times_there_is_no_earlier():
    assert len(newcomers(hold_out(checkerboard(), "last", ordered=True, seed=0), 0)) <= 1


def test_groups_that_say_all_are_smoothed_little(data):
    slices = newcomers(hold_out(data, "later", ordered=True, seed=0), 0)
    assert tune_popularity(slices)["smoothing"] <= 30.0
    found = validate_newcomers(slices, {"popularity": {}}, 0)
    assert found is not None
    assert len(found.lengths) == sum(len(one.judged) for one in slices)
    assert not found.lengths.any()
