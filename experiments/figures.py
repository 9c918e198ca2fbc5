"""Pictures for a run: each slice beside its interval, and what the lists do with the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from experiments.calibration import Reliability


def slices_figure(comparison: Mapping[str, Any], metric: str) -> Figure:
    """Return a dot for each model and slice, with its 95 % interval."""
    parts = {f"all\n{comparison['judged_learners']:,}": comparison["results"]}
    parts |= {f"{name}\n{part['judged_learners']:,}": part["results"] for name, part in comparison["slices"].items()}
    figure = Figure(figsize=(1.6 * len(parts) + 2, 4.5), layout="constrained")
    axes = figure.subplots()
    models = list(comparison["results"])
    for number, model in enumerate(models):
        offsets = [place + 0.2 * (number - (len(models) - 1) / 2) for place in range(len(parts))]
        values = [results[model][metric] for results in parts.values()]
        means = [value["mean"] for value in values]
        below = [max(0.0, value["mean"] - value["low"]) for value in values]
        above = [max(0.0, value["high"] - value["mean"]) for value in values]
        axes.errorbar(offsets, means, yerr=[below, above], fmt="o", capsize=3, label=model)
    axes.set_xticks(range(len(parts)), [name.replace("_", " ") for name in parts])
    axes.set_ylabel(metric)
    axes.set_ylim(bottom=0)
    axes.set_title(f"{comparison['case']}: mean and 95 % interval over learners")
    axes.legend(frameon=False)
    return figure


def coverage_figure(comparison: Mapping[str, Any], k: int) -> Figure:
    """Return for each model the share of the catalogue that its lists show, and their Gini."""
    figure = Figure(figsize=(7, 3.5), layout="constrained")
    axes = figure.subplots()
    models = list(comparison["results"])
    for number, metric in enumerate((f"coverage@{k}", f"gini@{k}")):
        places = [place + 0.4 * number for place in range(len(models))]
        axes.bar(places, [comparison["results"][m][metric] for m in models], width=0.38, label=metric)
    axes.set_xticks([place + 0.2 for place in range(len(models))], models)
    axes.set_ylim(0, 1)
    axes.set_title("Share of the catalogue shown, and how unequally")
    axes.legend(frameon=False)
    return figure


def learning_figure(curve: Mapping[int, float], metric: str) -> Figure:
    """Return the metric by the number of learners that were fitted on."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(list(curve), list(curve.values()), marker="o")
    axes.set_xlabel("learners fitted on")
    axes.set_ylabel(metric)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_title("Would more data help?")
    return figure


def calibration_figure(found: Reliability) -> Figure:
    """Return the share of suggestions that were chosen by the chance that their scores promise."""
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    top = 1.1 * max(float(found.promised.max()), float(found.observed.max()))
    axes.plot([0, top], [0, top], linestyle="--", color="grey", label="promised = chosen")
    axes.plot(found.promised, found.observed, marker="o", label="suggestions, by tenths")
    axes.set_xlabel("promised chance")
    axes.set_ylabel("share that was chosen")
    axes.set_title(f"Calibration error {found.error:.4f}")
    axes.legend(frameon=False)
    return figure
