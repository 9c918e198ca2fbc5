"""What a population takes: time, memory, storage, network and rupees, from measured rates and stated assumptions."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
INPUTS = _HERE / "scale_inputs.toml"
MEASURED = _HERE / "measured"
"""What the benchmarks printed: ``batch.json``, and ``refresh.json`` and ``serve.json``, which may be missing."""
CREATE = "the portal's create route"
"""Name of the figure of ``benchmark serve`` with the rate of lists that are made, kept and answered."""
_GB = 1024.0**3
_HOURS_A_MONTH = 730.0
_NIGHTS_A_MONTH = 365.25 / 12
_GB_A_PROCESSOR = 4.0


@dataclass(frozen=True)
class Inputs:
    """Prices and habits, none of them measured."""

    populations: Mapping[str, int]
    prices: Mapping[str, Mapping[str, Any]]
    assumptions: Mapping[str, Mapping[str, Any]]
    small: Mapping[str, float]

    @classmethod
    def read(cls, path: Path = INPUTS) -> Inputs:
        """Read the inputs' file."""
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(
            {one["name"]: one["learners"] for one in raw["population"]},
            {one["name"]: one for one in raw["price"]},
            {one["name"]: one for one in raw["assumption"]},
            raw["small"],
        )

    def price(self, name: str) -> float:
        """Return a price in dollars."""
        return float(self.prices[name]["value"])

    def given(self, name: str) -> float:
        """Return an assumption."""
        return float(self.assumptions[name]["value"])


@dataclass(frozen=True)
class Rates:
    """What was measured, in seconds of one processor and in bytes, a learner."""

    lists: float
    """Processor seconds a learner for everybody's lists, from Parquet to Parquet."""
    lists_memory_gb: float
    warehouse_bytes: float
    lists_bytes: float
    store_bytes: float
    prepare: float | None
    """Processor seconds a learner for import and training; ``None`` where they were not measured."""
    prepare_memory_gb: float | None
    requests: float | None
    """Requests a second of one processor; ``None`` where they were not measured."""

    @classmethod
    def read(cls, folder: Path = MEASURED) -> Rates:
        """Read what the benchmarks printed."""
        batch = _read(folder / "batch.json")
        if batch is None:
            raise FileNotFoundError(f"{folder / 'batch.json'}: run 'karmapath benchmark batch --json' into it")
        run = max(batch["runs"].values(), key=lambda one: one["learners"])
        night = _night(_read(folder / "refresh.json"))
        return cls(
            lists=run["processor_seconds"] / run["learners"],
            lists_memory_gb=run["peak_mb"] / 1024,
            warehouse_bytes=batch["storage"]["warehouse_bytes_a_learner"],
            lists_bytes=batch["storage"]["lists_bytes_a_learner"],
            store_bytes=batch["storage"]["store_bytes_a_learner"],
            prepare=night[0],
            prepare_memory_gb=night[1],
            requests=_requests(_read(folder / "serve.json"), batch["machine"]["processors"]),
        )


def _night(refresh: dict[str, Any] | None) -> tuple[float | None, float | None]:
    """Return processor seconds a learner of a full import and a training, and the most memory of either."""
    if refresh is None:
        return None, None
    steps = [refresh["steps"][name] for name in ("import", "train")]
    seconds = sum(step["seconds"] for step in steps) * refresh["processors"]  # as if all of them worked all the time
    return seconds / refresh["learners"], max(step["peak_mb"] for step in steps) / 1024


def _requests(serve: dict[str, Any] | None, processors: int) -> float | None:
    """Return what one processor answers a second on the portal's create route, on the slower database."""
    if serve is None:
        return None
    rates = [figure["seen"] for figure in serve["figures"] if figure["name"].endswith(CREATE)]
    return float(min(rates)) / processors


@dataclass(frozen=True)
class Needs:
    """What one population takes."""

    learners: int
    processor_hours: float
    """A night, for all that was measured of it."""
    memory_gb: float
    """Most that any step holds in one process."""
    processors: int
    """Of each machine for the night."""
    machines: int
    night_hours: float
    """How long the night's work takes on them."""
    peak_requests: float
    """A second, in the busiest hour."""
    serving_processors: int | None
    warehouse_gb: float
    lists_gb: float
    store_gb: float
    published_gb: float
    """Sent on each night, where lists go to the portal's store."""
    answers_gb: float
    """A month."""
    rupees: Mapping[str, float | None]
    """A month, by what for."""


def needs(learners: int, rates: Rates, inputs: Inputs) -> Needs:
    """Return what so many learners take."""
    hours = learners * (rates.lists + (rates.prepare or 0.0)) / 3600
    memory = max(rates.lists_memory_gb, rates.prepare_memory_gb or 0.0)
    wanted = max(hours / inputs.given("night"), memory / (_GB_A_PROCESSOR * inputs.given("memory_share")), 2.0)
    most = int(inputs.given("most_processors"))
    processors = min(most, 2 ** math.ceil(math.log2(wanted)))
    machines = math.ceil(wanted / most) if wanted > most else 1
    peak = learners * inputs.given("active") * inputs.given("requests") * inputs.given("peak") / 3600
    serving = None if rates.requests is None else max(2, math.ceil(inputs.given("spare") * peak / rates.requests))
    warehouse = learners * rates.warehouse_bytes * inputs.given("snapshots") / _GB
    lists = learners * rates.lists_bytes * inputs.given("list_nights") / _GB
    store = learners * rates.store_bytes / _GB
    requests = learners * inputs.given("active") * inputs.given("requests") * _NIGHTS_A_MONTH
    answers = requests * inputs.given("answer_kb") * 1024 / _GB
    night = hours / (processors * machines)
    rupee = inputs.price("rupee")
    rupees = {
        "night": rupee * inputs.price("processor") * processors * machines * max(night, 0.25) * _NIGHTS_A_MONTH,
        "serving": None if serving is None else rupee * inputs.price("processor") * serving * _HOURS_A_MONTH,
        "storage": rupee * inputs.price("storage") * (warehouse + lists + store),
        "network": rupee * inputs.price("traffic") * answers,
    }
    return Needs(
        learners, hours, memory, processors, machines, night, peak, serving, warehouse, lists, store,
        learners * rates.lists_bytes / _GB, answers, rupees,
    )  # fmt: skip


def limits(rates: Rates, inputs: Inputs) -> dict[str, float]:
    """Return for the small machine how many learners each of its limits bears; the smallest breaks first.

    Memory is the same for any number of learners: it bears all or none.
    """
    small = inputs.small
    seconds = inputs.given("night") * 3600 * small["processors"]
    kept = (
        rates.warehouse_bytes * inputs.given("snapshots")
        + rates.lists_bytes * inputs.given("list_nights")
        + rates.store_bytes
    )
    asked = inputs.given("active") * inputs.given("requests") * inputs.given("peak") / 3600
    found = {
        "the night: import, training and lists" if rates.prepare else "the night: lists alone": seconds
        / (rates.lists + (rates.prepare or 0.0)),
        "the disk": small["disk_gb"] * _GB / kept,
    }
    if rates.requests is not None:
        found["answers in the busiest hour"] = rates.requests * small["processors"] / asked
    memory = max(rates.lists_memory_gb, rates.prepare_memory_gb or 0.0)
    found["memory"] = math.inf if memory <= small["memory_gb"] * inputs.given("memory_share") else 0.0
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _read(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
