from __future__ import annotations

from pathlib import Path

import pytest

from experiments.world import write_world
from experiments.world.truth import Truth

LEARNERS = 300


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny world: 300 learners, 200 courses, in CSV."""
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, learners=LEARNERS, courses=200, seed=7)
    return folder


@pytest.fixture(scope="session")
def truth(world: Path) -> Truth:
    return Truth.open(world)
