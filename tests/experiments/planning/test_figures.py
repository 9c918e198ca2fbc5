"""The benchmark of planning runs at a small size and measures what it says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from experiments.planning import joint, postings, size
from features.home import Home
from features.store import Store
from tests.recommender.planning.offices import AT, offices


def test_one_plan_closes_what_many_close_with_no_more_hours(tmp_path: Path) -> None:
    home = Home(tmp_path)
    snapshot, reference = offices(home.warehouse)
    store = Store(home.store_url)
    store.migrate()
    store.load(snapshot)
    found = joint.compare(snapshot, reference, store, "m", AT + timedelta(days=1), hours=5.0, time_limit=10.0)
    assert found.people == 32
    assert found.closed >= 1 - 1e-6
    assert found.one.hours <= found.many.hours + 1e-6
    assert found.courses <= 1.0


def test_made_up_postings_are_solved_with_a_bound() -> None:
    exact, sparse = (postings.measure(120, 30, 4, dense=dense) for dense in (True, False))
    assert exact.shortfall <= sparse.shortfall * 1.0001
    assert sparse.bound <= exact.shortfall + 1e-3
    assert 0 <= exact.saved < 1
    assert exact.unfilled == sparse.unfilled == 0


@pytest.mark.slow
def test_a_made_up_service_has_a_map(tmp_path: Path) -> None:
    found = size.measure(tmp_path, 2_000, 40, opens=10)
    assert found.cells > 100
    assert found.build_seconds > 0
    assert found.peak_gb > 0
    assert found.open_p50_ms <= found.open_p95_ms
