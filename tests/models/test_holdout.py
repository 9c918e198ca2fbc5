"""What a validation slice holds out, and what is known of a file before one is cut."""

from __future__ import annotations

import numpy as np
import pytest

from features.histories import Histories
from models import holdout
from models.blend import candidates, joined, quality
from models.holdout import fewer, hold_out, in_order_of_ids, last_days
from models.item_item import ItemItem
from models.tuning import quality_in_parts, score_quality
from tests.models.test_wide import data_of, world


def test_a_tail_is_the_last_fifth_and_at_least_one():
    data = data_of([list(range(10)), [3, 4, 5], [7]], 10)
    cut = hold_out(data, "tail", ordered=True, seed=0)
    assert [cut.train.histories.row(n).tolist() for n in range(3)] == [list(range(8)), [3, 4], [7]]
    assert cut.known.targets.courses.tolist() == [8, 9, 5]


@pytest.mark.parametrize("ids", [list("abcdefghij"), [str(n) for n in range(95, 105)]])
def test_lists_in_the_order_of_ids_are_known(ids):
    generator = np.random.default_rng(0)
    rows = [generator.permutation(10)[:6] for _ in range(50)]
    assert in_order_of_ids(Histories.of([np.sort(row).tolist() for row in rows], 10), ids)
    assert not in_order_of_ids(Histories.of([row.tolist() for row in rows], 10), ids)
    assert not in_order_of_ids(Histories.of([[0, 1], [1, 2]], 10), ids)


def test_the_newest_day_of_those_without_a_history_is_another():
    histories = Histories(np.array([0, 2, 2, 3]), np.zeros(3, dtype=np.int32), 1, np.array([1, 4, 9], dtype=np.float32))
    assert last_days(histories) is None
    found = last_days(histories, 12.0)
    assert found is not None
    assert found.tolist() == [4.0, 12.0, 9.0]


def test_judged_learners_come_in_parts_that_fit_into_memory(monkeypatch):
    data = world()
    judged = hold_out(data, "share", ordered=False, seed=0).known
    model = ItemItem().fit(data)
    whole = score_quality(model.score(judged.batch), judged)
    monkeypatch.setattr(holdout, "_SCORES", 60 * 30)
    assert max(map(len, judged.few_at_a_time())) == 30
    assert quality_in_parts(lambda some: model.score(some.batch), judged) == pytest.approx(whole)
    parts = [candidates([model.score(one.batch)], one.batch.histories, one.targets) for one in judged.few_at_a_time()]
    assert quality(joined(parts), np.ones(1, dtype=np.float32)) == pytest.approx(whole)


def test_of_many_choices_random_learners_stay_with_all_of_theirs(monkeypatch):
    data = world()
    assert fewer(data, 0) is data
    monkeypatch.setattr(holdout, "MOST_CHOICES", 500)
    some = fewer(data, 0)
    assert 450 <= len(some.histories.courses) <= 500
    whole = {tuple(data.histories.row(n)) for n in range(len(data.histories))}
    assert {tuple(some.histories.row(n)) for n in range(len(some.histories))} <= whole
