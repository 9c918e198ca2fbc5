"""Comparisons as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table


def comparison_table(comparison: Mapping[str, Any]) -> Table:
    """Return a row a metric, a column a model, each mean with its 95 % interval."""
    table = Table(title=f"{comparison['case']}: {comparison['judged_learners']:,} learners, 95 % intervals")
    results: Mapping[str, Mapping[str, Any]] = comparison["results"]
    table.add_column("")
    for model in results:
        table.add_column(model, justify="right")
    for metric in next(iter(results.values())):
        table.add_row(metric, *(_cell(values[metric]) for values in results.values()))
    return table


def _cell(value: float | Mapping[str, float]) -> str:
    if isinstance(value, Mapping):
        return f"{value['mean']:.3f}\n{value['low']:.3f}-{value['high']:.3f}"
    return f"{value:.3f}"


def slices_table(comparison: Mapping[str, Any], metric: str) -> Table:
    """Return a row a slice, a column a model: one metric with its interval."""
    table = Table(title=f"{metric} by slice")
    table.add_column("slice")
    table.add_column("learners", justify="right")
    for model in comparison["results"]:
        table.add_column(model, justify="right")
    for name, part in comparison["slices"].items():
        cells = (_cell(results[metric]) for results in part["results"].values())
        table.add_row(name.replace("_", " "), f"{part['judged_learners']:,}", *cells)
    return table
