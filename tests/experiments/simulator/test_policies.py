from __future__ import annotations

from experiments.simulator.life import simulate
from experiments.simulator.policies import judge_policies
from recommender.state import DEFAULT_EVIDENCE


def test_people_on_the_path_really_learn_more_an_hour_than_people_on_a_list() -> None:
    figures = judge_policies(simulate(60, 2), DEFAULT_EVIDENCE, people=25)
    assert figures.per_hour > 1.3
    assert figures.planned_per_hour > 1.6
    assert figures.wasted <= 0.03
