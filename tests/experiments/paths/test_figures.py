from __future__ import annotations

import pytest

from experiments.paths.figures import Figure, Work, document, figures

TINY = Work(
    (1, 1, 1, 1, 1, 1), conflicts=3, repairs=3, plans=20, people=80, followers=5, every_assumption=False, workers=1
)


@pytest.mark.slow
def test_every_figure_is_measured_beside_what_it_must_reach() -> None:
    told: list[str] = []
    found = list(figures(TINY, told.append))
    names = " ".join(figure.name for figure in found)
    for part in ("3000 courses", "conflict set", "break a duty", "repair", "paid twice", "calibration", "skimmers"):
        assert part in names
    sure = [f for f in found if "optimal" in f.name or "break a duty" in f.name or "paid twice" in f.name]
    assert all(figure.met for figure in sure)
    assert told
    assert {"name", "found", "reach", "met"} <= set(document(found)[0])


def test_a_figure_knows_whether_it_is_met() -> None:
    assert Figure("a", 1.0, 2.0, at_most=True).met
    assert not Figure("a", 1.0, 2.0, at_most=False).met
