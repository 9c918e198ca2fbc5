from __future__ import annotations

import numpy as np
import pytest

from experiments.simulator.assumptions import Assumptions
from experiments.simulator.life import simulate


def test_the_same_seed_gives_the_same_world() -> None:
    assert simulate(20, 1).people == simulate(20, 1).people
    assert simulate(20, 1).people != simulate(20, 2).people


def test_skimmers_take_no_time_and_learn_nothing_from_courses() -> None:
    world = simulate(120, 3, Assumptions(skimmers=0.5, practice=0.0, forgetting=0.0))
    dwell = {kind: [e.dwell_ratio or 0.0 for p in world.people if p.skimmer is kind for e in p.record.enrolments]
             for kind in (True, False)}  # fmt: skip
    assert np.median(dwell[True]) < 0.1 < np.median(dwell[False])
    rise = {
        kind: np.mean([sum(p.levels.values()) for p in world.people if p.skimmer is kind]) for kind in (True, False)
    }
    assert rise[False] > rise[True]


def test_every_assumption_is_halved_and_doubled() -> None:
    worlds = list(Assumptions().halved_and_doubled())
    assert len(worlds) == 24
    assert {(name, factor): getattr(a, name) for name, factor, a in worlds}["gain", 0.5] == pytest.approx(0.3)


def test_forgetting_lowers_true_levels() -> None:
    few = sum(sum(p.levels.values()) for p in simulate(60, 4, Assumptions(forgetting=0.0)).people)
    many = sum(sum(p.levels.values()) for p in simulate(60, 4, Assumptions(forgetting=0.05)).people)
    assert many < few
