"""The page on machines and rupees: ``python -m experiments.batch.scale_page`` writes it from rates and inputs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from experiments.batch.scale import INPUTS, MEASURED, Inputs, Needs, Rates, limits, needs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scale.md"
_COMMAND = "python -m experiments.batch.scale_page"
_NOT_MEASURED = "not measured"


_TEXT = """\
# Machines, memory, storage, network and rupees

Written by `{command}` from what the benchmarks printed
(`experiments/batch/measured/`) and from prices and habits that nobody measured (`experiments/batch/scale_inputs.toml`).
Change those and run it again; a test fails when the page and they differ. Figures follow from the rates by
multiplication: rates do not fall with the number of learners ([batch.md](batch.md) says how that is measured), and
nothing else is modelled.

## What was measured

{measured}

## What it takes

{needs}

The machine for the night is the smallest that ends in time and holds the largest step in memory; above
{most:g} processors the work goes to several. Lists are what is spread then, through Dask; import and training are not.

## What breaks first

{breaks}

## Prices, none of them ours

{prices}

## Assumptions

{assumptions}
"""


def page(rates: Rates, inputs: Inputs, machine: dict[str, object]) -> str:
    """Return the whole page; the same rates and inputs give the same text."""
    prices = [[p["name"], f"{p['value']:g}", p["unit"], p["source"], str(p["read_on"])] for p in inputs.prices.values()]
    assumed = [[a["name"].replace("_", " "), f"{a['value']:g}", a["meaning"]] for a in inputs.assumptions.values()]
    return _TEXT.format(
        command=_COMMAND,
        most=inputs.given("most_processors"),
        measured=_table(["", "found"], _measured(rates, machine)),
        needs=_needs(rates, inputs),
        breaks=_breaks(rates, inputs),
        prices=_table(["", "", "unit", "source", "read on"], prices),
        assumptions=_table(["", "", "meaning"], assumed),
    )


def _measured(rates: Rates, machine: dict[str, object]) -> list[list[str]]:
    return [
        ["machine", f"{machine['processors']} x {machine['processor']}, {machine['memory_gb']} GB"],
        ["everybody's lists", f"{1e6 * rates.lists:.1f} us of one processor a learner, from Parquet to Parquet"],
        ["memory of that", f"{rates.lists_memory_gb:.1f} GB, whatever the number of learners"],
        ["import and training", _or(rates.prepare, lambda s: f"{1e6 * s:.0f} us of one processor a learner")],
        ["memory of that", _or(rates.prepare_memory_gb, lambda gb: f"{gb:.1f} GB")],
        ["answers", _or(rates.requests, lambda n: f"{n:,.0f} a second of one processor")],
        ["warehouse", f"{rates.warehouse_bytes:,.0f} bytes a learner"],
        ["lists", f"{rates.lists_bytes:,.0f} bytes a learner"],
        ["store", f"{rates.store_bytes:,.0f} bytes a learner"],
    ]


def _needs(rates: Rates, inputs: Inputs) -> str:
    found = [needs(learners, rates, inputs) for learners in inputs.populations.values()]
    rows: list[tuple[str, Callable[[Needs], str]]] = [
        ("processor hours a night", lambda n: f"{n.processor_hours:.2f}"),
        ("machines for the night", lambda n: f"{n.machines} x {n.processors} processors, {4 * n.processors} GB"),
        ("the night's work takes", lambda n: _duration(n.night_hours)),
        ("memory of the largest step, GB", lambda n: f"{n.memory_gb:.1f}"),
        ("requests a second at the peak", lambda n: f"{n.peak_requests:,.0f}"),
        ("processors that answer", lambda n: _or(n.serving_processors, str)),
        ("warehouse, GB", lambda n: f"{n.warehouse_gb:,.1f}"),
        ("lists, GB", lambda n: f"{n.lists_gb:,.1f}"),
        ("store, GB", lambda n: f"{n.store_gb:,.1f}"),
        ("lists sent each night, GB", lambda n: f"{n.published_gb:,.1f}"),
        ("answers sent a month, GB", lambda n: f"{n.answers_gb:,.1f}"),
        *((f"rupees a month: {name}", _rupees_of(name)) for name in found[0].rupees),
        ("rupees a month, together" + _as_far(found), lambda n: f"{sum(r or 0.0 for r in n.rupees.values()):,.0f}"),
    ]
    return _table(["", *inputs.populations], [[name, *(cell(n) for n in found)] for name, cell in rows])


def _as_far(found: Sequence[Needs]) -> str:
    return ", as far as measured" if any(rupees is None for rupees in found[0].rupees.values()) else ""


def _breaks(rates: Rates, inputs: Inputs) -> str:
    small = inputs.small
    found = limits(rates, inputs)
    rows = [[name, "any number" if math.isinf(bears) else f"{bears:,.0f}"] for name, bears in found.items()]
    return (
        f"On one machine of {small['processors']:g} processors, {small['memory_gb']:g} GB of memory and "
        f"{small['disk_gb']:g} GB of disk, used for everything:\n\n"
        f"{_table(['limit', 'learners that it bears'], rows)}\n\n"
        f"So what breaks first is {next(iter(found))}."
    )


def _rupees_of(name: str) -> Callable[[Needs], str]:
    return lambda n: _or(n.rupees[name], lambda rupees: f"{rupees:,.0f}")


def _duration(hours: float) -> str:
    seconds = round(hours * 3600)
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min" if seconds < 7200 else f"{hours:.1f} h"


def _or(value: float | None, told: Callable[[float], str]) -> str:
    return _NOT_MEASURED if value is None else told(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [list(head), ["---"] * len(head), *map(list, rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> None:
    """Write the page."""
    machine = json.loads((MEASURED / "batch.json").read_text(encoding="utf-8"))["machine"]
    PAGE.write_text(page(Rates.read(MEASURED), Inputs.read(INPUTS), machine), encoding="utf-8")
    sys.stderr.write(f"{PAGE} written\n")


if __name__ == "__main__":
    main()
