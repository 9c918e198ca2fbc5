"""The worked example works: on the exports of a small demo world, and on a folder that is not there."""

from __future__ import annotations

from pathlib import Path

from experiments.train import TrainSettings
from experiments.worked_example import main, run
from experiments.world import write_world
from features.home import Home
from models.champion import champion_folder


def test_from_an_export_to_a_champion(tmp_path: Path) -> None:
    write_world(tmp_path / "exports", learners=150)
    home = Home(tmp_path / "home")
    bundle = run(tmp_path / "exports", home, None, 0.02, TrainSettings(text=False))
    assert champion_folder(home).name == bundle


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    assert main([str(tmp_path / "nowhere"), "--home", str(tmp_path / "home")]) == 2
