from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.batch.scale import CREATE, INPUTS, MEASURED, Inputs, Rates, limits, needs
from experiments.batch.scale_page import PAGE, page

RATES = Rates(
    lists=20e-6, lists_memory_gb=1.5, warehouse_bytes=100.0, lists_bytes=120.0, store_bytes=1000.0,
    prepare=100e-6, prepare_memory_gb=6.0, requests=1000.0,
)  # fmt: skip


def test_the_page_is_what_its_script_writes_from_what_was_measured() -> None:
    machine = json.loads((MEASURED / "batch.json").read_text(encoding="utf-8"))["machine"]
    assert PAGE.read_text(encoding="utf-8") == page(Rates.read(MEASURED), Inputs.read(INPUTS), machine)


def test_a_night_is_the_rates_times_the_learners() -> None:
    found = needs(15_000_000, RATES, Inputs.read())
    assert found.processor_hours == pytest.approx(15e6 * 120e-6 / 3600)
    assert found.night_hours == pytest.approx(found.processor_hours / 2)
    assert found.peak_requests == pytest.approx(15e6 * 0.05 * 6 * 0.2 / 3600)
    assert found.serving_processors == 2
    assert found.store_gb == pytest.approx(15e9 / 1024**3)


def test_machines_grow_until_the_night_is_kept_and_memory_is_held() -> None:
    slow = replace(RATES, prepare=5e-3)
    found = needs(100_000_000, slow, Inputs.read())
    assert (found.processors, found.machines) == (16, 3)  # 139 processor hours in 4 hours: 35 processors
    assert found.night_hours <= 4
    assert needs(500_000, replace(RATES, prepare_memory_gb=20.0), Inputs.read()).processors == 8


def test_twice_the_learners_cost_twice_the_storage_and_the_traffic() -> None:
    one, two = (needs(n, RATES, Inputs.read()).rupees for n in (5_000_000, 10_000_000))
    for name in ("storage", "network"):
        assert two[name] == pytest.approx(2 * (one[name] or 0.0))


def test_the_limit_that_bears_least_stands_first() -> None:
    found = limits(RATES, Inputs.read())
    assert list(found.values()) == sorted(found.values())
    assert next(iter(found)) == "the disk"
    assert found["memory"] == math.inf
    assert next(iter(limits(replace(RATES, lists_memory_gb=7.0), Inputs.read()))) == "memory"


def test_what_was_not_measured_is_said_and_not_counted() -> None:
    bare = replace(RATES, prepare=None, prepare_memory_gb=None, requests=None)
    found = page(bare, Inputs.read(), {"processors": 2, "processor": "x", "memory_gb": 8})
    assert found.count("not measured") == 3 + 6
    assert "answers in the busiest hour" not in limits(bare, Inputs.read())


def test_every_price_says_where_it_is_from_and_when() -> None:
    for price in Inputs.read().prices.values():
        assert price["source"]
        assert price["read_on"].year >= 2026


def test_rates_are_read_from_what_the_benchmarks_print(tmp_path: Path) -> None:
    batch = {
        "machine": {"processors": 2}, "runs": {
            "small": {"learners": 10, "processor_seconds": 9.0, "peak_mb": 1000.0},
            "large": {"learners": 100, "processor_seconds": 4.0, "peak_mb": 2048.0},
        },
        "storage": {"warehouse_bytes_a_learner": 1.0, "lists_bytes_a_learner": 2.0, "store_bytes_a_learner": 3.0},
    }  # fmt: skip
    steps = {"import": {"seconds": 300.0, "peak_mb": 4096.0}, "train": {"seconds": 200.0, "peak_mb": 1024.0}}
    refresh = {"learners": 1_000_000, "processors": 2, "steps": steps}
    figures = [{"name": f"{name}: {CREATE}", "seen": seen} for name, seen in (("SQLite", 900.0), ("PostgreSQL", 700.0))]
    (tmp_path / "batch.json").write_text(json.dumps(batch))
    bare = Rates.read(tmp_path)
    assert (bare.lists, bare.lists_memory_gb, bare.prepare, bare.requests) == (0.04, 2.0, None, None)
    (tmp_path / "refresh.json").write_text(json.dumps(refresh))
    (tmp_path / "serve.json").write_text(json.dumps({"figures": figures}))
    whole = Rates.read(tmp_path)
    assert whole.prepare == pytest.approx(1e-3)
    assert (whole.prepare_memory_gb, whole.requests) == (4.0, 350.0)
