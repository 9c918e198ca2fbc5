"""The search starts from what training chooses, goes on where it stopped, and training takes what it found."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from experiments.train import TrainSettings, train
from experiments.tune import Tuned, read_settings, tune
from features.errors import KarmapathError
from features.home import Home
from models.bundle import Bundle
from tests.worlds import small_snapshot

SETTINGS = TrainSettings(cut=datetime(2026, 3, 1), text=False, ks=(1, 2))
A_MOMENT = 0.02


def ignore(line: str) -> None:
    """Take a progress line and do nothing."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    small_snapshot(home.warehouse, copies=20)
    return home


@pytest.fixture(scope="module")
def tuned(home: Home) -> list[Tuned]:
    return [tune(home, SETTINGS, A_MOMENT, ignore) for _ in range(2)]


def test_the_best_is_no_worse_than_what_training_chooses(tuned: list[Tuned]) -> None:
    assert all(one.best >= one.start for one in tuned)


def test_a_second_search_goes_on_where_the_first_stopped(tuned: list[Tuned]) -> None:
    first, second = tuned
    assert 0 < first.trials < second.trials


def test_too_little_before_the_cut_says_what_to_do(tmp_path: Path) -> None:
    home = Home(tmp_path)
    small_snapshot(home.warehouse)
    with pytest.raises(KarmapathError, match="later cut"):
        tune(home, SETTINGS.model_copy(update={"cut": datetime(2026, 1, 5)}), A_MOMENT, ignore)


@pytest.mark.parametrize("content", ["", "hello", "[]", "{}", '{"settings": 3}', '{"settings": {"magic": {}}}'])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(content)
    with pytest.raises(KarmapathError, match="karmapath tune models"):
        read_settings(file)


def test_training_takes_the_settings_that_were_found(home: Home, tuned: list[Tuned]) -> None:
    found = read_settings(tuned[-1].file)
    trained = train(home, SETTINGS.model_copy(update={"models": found}), ignore)
    plan = Bundle.load(trained.bundle.folder).hybrid.plan
    assert plan is not None
    assert plan.settings["item_item"] == found["item_item"]
