"""A real scheduler and real workers on loopback, one of them killed in the middle."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from experiments.batch.cluster import dask_cluster
from features.errors import KarmapathError
from features.home import Home
from recommender.batch import Progress
from tests.recommender.batch.test_run_batch import digests, run

pytest.importorskip("distributed", reason="the extra 'scale' is not installed")


def test_a_worker_killed_in_the_middle_costs_no_result_and_no_byte(home: Home, tmp_path: Path) -> None:
    run(home, tmp_path / "here", partition_size=10)
    with dask_cluster(2) as cluster:
        victim = cluster.workers[1]
        seen: list[Progress] = []

        def kill(now: Progress) -> None:
            if not seen:
                victim.send_signal(signal.SIGKILL)
            seen.append(now)

        manifest = run(home, tmp_path / "there", partition_size=10, on=f"dask://{cluster.address}", progress=kill)
        assert victim.wait(timeout=20) == -signal.SIGKILL
    assert len(manifest["parts"]) == len(seen) == 16
    assert digests(tmp_path / "there") == digests(tmp_path / "here")


def test_a_scheduler_without_workers_is_told(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.batch.engines.dask_engine._TIMEOUT", "1s")
    with dask_cluster(0) as cluster, pytest.raises(KarmapathError, match="without workers; expected at least one"):
        run(home, tmp_path / "out", on=f"dask://{cluster.address}")


def test_an_address_where_nothing_answers_is_told(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.batch.engines.dask_engine._TIMEOUT", "1s")
    with pytest.raises(KarmapathError, match=r"no Dask scheduler at 127\.0\.0\.1:9"):
        run(home, tmp_path / "out", on="dask://127.0.0.1:9")
