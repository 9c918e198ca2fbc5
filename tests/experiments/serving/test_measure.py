from __future__ import annotations

import pytest

from experiments.serving.figure import Figure
from experiments.serving.measure import engine_quantile

NAME = 'karmapath_engine_seconds_bucket{le="%s"}'


def test_a_quantile_lies_within_its_bucket() -> None:
    before = {NAME % "0.001": 5.0, NAME % "0.002": 5.0, NAME % "+Inf": 5.0}
    after = {NAME % "0.001": 55.0, NAME % "0.002": 105.0, NAME % "+Inf": 105.0}
    assert engine_quantile(before, after, 0.5) == pytest.approx(0.001)
    assert engine_quantile(before, after, 0.75) == pytest.approx(0.0015)


def test_beyond_the_last_bucket_the_quantile_is_not_made_smaller() -> None:
    after = {NAME % "0.001": 1.0, NAME % "+Inf": 100.0}
    assert engine_quantile({}, after, 0.99) > 0.001


@pytest.mark.parametrize(("seen", "at_most", "met"), [(3.0, True, True), (3.1, True, False), (3.1, False, True)])
def test_a_figure_is_held_against_its_target(seen: float, at_most: bool, met: bool) -> None:
    figure = Figure("f", seen, 3.0, "s", at_most)
    assert figure.met is met
    assert ("NOT MET" in figure.line()) is not met
