"""Training, the gate and the way back, on a world small enough to check by eye."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from experiments.evaluate import EvaluateSettings, evaluate
from experiments.promote import promote
from experiments.tracking import Tracking
from experiments.train import TrainSettings, train
from features.errors import KarmapathError
from features.home import Home
from features.warehouse import WarehouseError
from models.champion import champion_folder
from tests.worlds import small_snapshot

CUT = datetime(2026, 1, 25)
SETTINGS = TrainSettings(cut=CUT, text=False, ks=(1, 2))


def ignore(line: str) -> None:
    """Take a progress line and do nothing."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    small_snapshot(home.warehouse)
    return home


@pytest.fixture(scope="module")
def lines(home: Home) -> list[str]:
    lines: list[str] = []
    train(home, SETTINGS, lines.append)
    train(home, SETTINGS, lines.append)
    return lines


def test_the_first_bundle_becomes_the_champion_and_the_second_waits(home: Home, lines: list[str]) -> None:
    tracking = Tracking(home)
    champion = tracking.champion()
    assert champion is not None
    assert champion.number == 1
    assert champion_folder(home).name == champion.bundle
    assert "honest labels: mandated 0.0%, campaign 0.0%, skimmed 0.0%, preference 100.0%" in lines


def test_the_same_snapshot_settings_and_seed_give_the_same_bundle(home: Home, lines: list[str]) -> None:
    second, first = Tracking(home).versions()
    assert second.bundle == first.bundle


def test_the_run_holds_figures_with_intervals_and_the_share_of_each_label(home: Home, lines: list[str]) -> None:
    tracking = Tracking(home)
    metrics = tracking.metrics(tracking.versions()[0].run)
    assert metrics["share_preference"] == 1.0
    name = "karmapath/ndcg_at_2"
    assert metrics[f"{name}/low"] <= metrics[name] <= metrics[f"{name}/high"]


def test_the_run_keeps_its_pictures(home: Home, lines: list[str]) -> None:
    tracking = Tracking(home)
    assert {"slices.png", "coverage.png", "learning_curve.png"} <= tracking.artifacts(tracking.versions()[0].run)


def test_the_gate_refuses_what_is_not_clearly_above_ease(home: Home, lines: list[str]) -> None:
    verdict = promote(home, 2, SETTINGS, ignore)
    assert not verdict.promoted
    assert any("not above ease" in refusal for refusal in verdict.refusals)
    champion = Tracking(home).champion()
    assert champion is not None
    assert champion.number == 1


def test_evaluation_compares_learner_by_learner_with_each_peer(home: Home) -> None:
    (comparison,) = evaluate(home, EvaluateSettings(protocol="last-out", least=2, ks=(1,), text=False), ignore)
    assert comparison["judged_learners"] == 5
    assert set(comparison["paired"]) == {
        "karmapath - popularity", "karmapath - designation look-up", "karmapath - popularity by post",
        "karmapath - ease",
    }  # fmt: skip


def test_nothing_imported_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="karmapath import"):
        train(Home(tmp_path), SETTINGS, ignore)


def test_a_cut_outside_the_data_names_the_range(home: Home) -> None:
    with pytest.raises(KarmapathError, match="between 2026-01-01 and"):
        train(home, SETTINGS.model_copy(update={"cut": datetime(2030, 1, 1)}), ignore)
