"""Peers are tuned in bounded time, and a peer that fails does not take the others along."""

from __future__ import annotations

import numpy as np
import orjson
import pytest

from experiments.accuracy import peers, run
from experiments.accuracy.dataset import load_dataset
from experiments.accuracy.peers import PEERS, BySize, Plain, tune_peer
from experiments.accuracy.run import Settings, benchmark, slice_kind
from features.errors import KarmapathError
from models.holdout import hold_out
from models.item_item import Ease
from models.knn import ItemKnn
from models.wide_parts import CoreEase, Neighbours
from tests.models.test_wide import world


def test_trials_end_with_their_time_but_one_is_always_made(monkeypatch):
    slice_ = hold_out(world(), "share", ordered=False, seed=0)
    made = []

    def make(**settings):
        made.append(settings)
        return Plain(Ease(**settings))

    monkeypatch.setitem(PEERS, "ease", (make, PEERS["ease"][1]))
    tune_peer("ease", slice_.train, slice_.known, 8, seconds=0.0)
    assert len(made) == 1
    tune_peer("ease", slice_.train, slice_.known, 8)
    assert len(made) == 9


@pytest.mark.parametrize(
    ("dense", "wide"),
    [(ItemKnn, lambda: Neighbours(neighbours=100, shrink=0.0)), (Ease, lambda: CoreEase(size=60, ridge=200.0))],
)
def test_large_catalogues_get_the_same_scores_another_way(monkeypatch, dense, wide):
    data, rows = world(), np.arange(400)
    settings = {"shrink": 0.0} if dense is ItemKnn else {}
    small = BySize(lambda: dense(**settings), wide).fit(data).score(data.batch, rows)
    monkeypatch.setattr(peers, "DENSE", 10)
    large = BySize(lambda: dense(**settings), wide).fit(data).score(data.batch, rows)
    np.testing.assert_allclose(large, small, atol=1e-5)


@pytest.fixture
def files(tmp_path):
    generator = np.random.default_rng(0)
    train, test = tmp_path / "train.txt", tmp_path / "test.txt"
    rows = [generator.permutation(30)[: generator.integers(8, 20)] for _ in range(60)]
    train.write_text("".join(f"{n} " + " ".join(map(str, sorted(row[:-2]))) + "\n" for n, row in enumerate(rows)))
    test.write_text("".join(f"{n} " + " ".join(map(str, row[-2:])) + "\n" for n, row in enumerate(rows)))
    return train, test


def test_lists_in_the_order_of_ids_are_validated_on_random_courses(files):
    data = load_dataset(*files)
    assert data.form == "tail"
    assert slice_kind(data, Settings()) == "share"
    assert slice_kind(data, Settings(holdout="last")) == "last"


def test_a_peer_that_fails_is_told_and_left_out(files, monkeypatch):
    def one(name, data, settings):
        if name == "bpr":
            raise KarmapathError("the system ended the process of bpr", "memory for it", "leave it out of --peers")
        return run.run_one("popularity", data, settings)

    monkeypatch.setattr(run, "apart", one)
    said = []
    found = benchmark(load_dataset(*files), ["bpr", "popularity"], Settings(ks=(5,)), said.append)
    assert set(found["results"]) == {"karmapath", "popularity"}
    assert "ended the process" in found["failed"]["bpr"]
    assert any("left out" in line for line in said)


def test_a_learner_without_a_history_leaves_the_others_their_moments(tmp_path):
    (tmp_path / "train.csv").write_text("user,item,time\n1,a,86400000\n1,b,172800000\n2,b,259200000\n2,c,345600000\n")
    (tmp_path / "test.csv").write_text("user,item,time\n1,c,432000000\n2,a,432000000\n3,a,86400000\n")
    data = load_dataset(tmp_path / "train.csv", tmp_path / "test.csv")
    assert data.batch.moments is not None
    assert data.batch.moments.tolist() == [4000.0, 2000.0, 4000.0]  # in the order of the test file, by time


def test_large_catalogues_give_the_same_document(files, monkeypatch):
    monkeypatch.setattr(run, "apart", run.run_one)
    for module in (run, peers):
        monkeypatch.setattr(module, "DENSE", 10)
    data = load_dataset(*files)
    found = benchmark(data, ["item-knn", "ease", "popularity"], Settings(ks=(5,), trials=2), lambda _: None)
    assert set(found["results"]) == {"karmapath", "item-knn", "ease", "popularity"}
    assert found["results"]["karmapath"]["settings"]["weights"]
    assert orjson.dumps(found, option=orjson.OPT_SERIALIZE_NUMPY)
