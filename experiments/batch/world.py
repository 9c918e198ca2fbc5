"""What is measured on: a bundle over 2,400 courses and a snapshot of as many learners as are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.batch.issued import issue_snapshot
from experiments.train import TrainSettings, fit_bundle, tagged_snapshot, text_vectors
from experiments.world.write import SEED, write_world
from features.home import Home
from features.importers.importing import import_files
from features.times import now
from features.warehouse import Snapshot, Warehouse
from models.champion import champion_folder, point_to, pointer_file

COURSES = 2400
SIMULATED = 8000
"""Learners who are simulated and trained on."""
MODELS: dict[str, dict[str, Any]] = {
    "popularity": {}, "trend": {}, "item_item": {}, "transition": {}, "series": {}, "spectral": {"factors": 96},
    "lightfm": {}, "content": {}, "need": {},
}  # fmt: skip
"""Every model takes part, as in a world that is trained on in earnest; which settings are best changes no time."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class MeasuredWorld:
    """A trained home, and a folder for snapshots issued from it."""

    home: Home
    folder: Path

    @property
    def bundle(self) -> Path:
        """Folder of the bundle that scores."""
        return champion_folder(self.home)

    def warehouse(self, learners: int, say: Say) -> tuple[Path, Snapshot]:
        """Return a warehouse with so many learners, issued now or before."""
        folder = self.folder / f"issued-{learners}"
        say(f"issuing {learners:,} learners")
        base = Warehouse(self.home.warehouse).current()
        told = _every_tenth(say)
        return folder, issue_snapshot(base, folder, learners, progress=told)


def measured_world(folder: Path, home: Home | None, text: bool, say: Say) -> MeasuredWorld:
    """Return the world in ``folder``: trained there, unless a trained home is given or it was made before."""
    folder.mkdir(parents=True, exist_ok=True)
    if home is not None:
        return MeasuredWorld(home, folder)
    own = Home(folder / "home")
    if not pointer_file(own).exists():
        say(f"a world of {SIMULATED:,} learners and {COURSES:,} courses, imported and trained on, once")
        write_world(own.demo, SIMULATED, SEED, COURSES)
        import_files(own, [own.demo], now())
        settings = TrainSettings(text=text, models=MODELS)
        snapshot = tagged_snapshot(own, settings, say)
        bundle = fit_bundle(own, snapshot, text_vectors(own, snapshot, settings, say), settings, None)
        point_to(own, bundle.version)
    return MeasuredWorld(own, folder)


def _every_tenth(say: Say) -> Callable[[int, int], None]:
    """Return a report that speaks ten times."""
    spoken = 0

    def told(done: int, of: int) -> None:
        nonlocal spoken
        if 10 * done // of > spoken:
            spoken = 10 * done // of
            say(f"  {done:,} of {of:,} issued")

    return told
