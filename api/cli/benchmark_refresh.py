"""``karmapath benchmark refresh``: what a night's import and training take, at a size that is asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import log, print_json, say

SIMULATED = 25_000
"""Learners who are simulated; the others are copies of them."""
CRORE = 10_000_000
TARGETS = {"import": {"seconds": 600, "peak_mb": 4_000}, "train": {"seconds": 900, "peak_mb": 10_000}}
"""What a crore of learners and 3.1 crore enrolments may take on two cores."""
_RUN = "from features.children import end_when_orphaned; end_when_orphaned(); from api.cli.app import main; main()"


def refresh(
    learners: Annotated[int, typer.Option(min=1000, help="Learners; a crore is 10000000.")] = 100_000,
    folder: Annotated[
        Path | None, typer.Option(help="Keep world and home there; a world that is there is used again.")
    ] = None,
    table_format: Annotated[str, typer.Option("--format", help="Exports as csv or parquet.")] = "csv",
    text: Annotated[bool, typer.Option(help="Use the courses' texts.")] = True,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure import, a day's delta and training: seconds, peak memory, rate; each runs in a process of its own.

    Example: karmapath benchmark refresh --learners 250000 --json
    """
    with tempfile.TemporaryDirectory(prefix="karmapath-refresh-") as temporary:
        work = (folder or Path(temporary)).absolute()
        found = _measured(work, learners, table_format, text=text)
    if json_:
        print_json(found)
        return
    for name, figures in found["steps"].items():
        say(f"{name:<8} {figures['seconds']:>9,.1f} s {figures['peak_mb']:>8,.0f} MB {figures['rate']:>12,.0f} "
            f"{figures['unit']} a second")  # fmt: skip


def _measured(work: Path, learners: int, table_format: str, *, text: bool) -> dict[str, Any]:
    world, home = work / "world", work / "home"
    _world(world, learners, table_format)
    steps: dict[str, Any] = {}
    imported, steps["import"] = _run(["import", str(world), "--home", str(home), "--json"])
    rows = sum(file["read"] for file in imported["files"])
    steps["import"] |= {"rate": rows / steps["import"]["seconds"], "unit": "rows", "rows": rows}
    day = _day(world, work / "day")
    changed, steps["delta"] = _run(["import", str(day), "--delta", "--home", str(home), "--json"])
    rows = sum(file["read"] for file in changed["files"])
    steps["delta"] |= {"rate": rows / steps["delta"]["seconds"], "unit": "rows", "rows": rows}
    words = [] if text else ["--no-text"]
    _, steps["train"] = _run(["train", "--home", str(home), "--json", *words])
    enrolments = changed["rows"]["enrolments"]
    steps["train"] |= {"rate": enrolments / steps["train"]["seconds"], "unit": "enrolments", "rows": enrolments}
    return {
        "learners": changed["rows"]["learners"],
        "enrolments": enrolments,
        "load_average": os.getloadavg()[0],
        "processors": os.cpu_count(),
        "steps": steps,
        "targets_for_a_crore": TARGETS,
        "reached": _reached(steps, changed["rows"]["learners"]),
    }


def _world(folder: Path, learners: int, table_format: str) -> None:
    from experiments.world.copies import write_copies
    from experiments.world.write import write_world

    done = folder / ".done"
    asked = f"{learners} {table_format}"
    if done.exists() and done.read_text() == asked:
        log.print(f"the world in {folder} is used again", markup=False)
        return
    simulated = min(SIMULATED, learners)
    copies = learners // simulated - 1
    with log.status("") as status:
        told = lambda so_far, of: status.update(f"{so_far:,} of {of:,} learners")  # noqa: E731
        if copies:
            write_copies(folder, simulated, copies, table_format=table_format, progress=told)  # type: ignore[arg-type]
        else:
            write_world(folder, simulated, table_format=table_format, progress=told)  # type: ignore[arg-type]
    done.write_text(asked)


def _day(world: Path, folder: Path, every: int = 100) -> Path:
    """Write a day's changes: each hundredth of the first million enrolments, made ten per cent further, as CSV."""
    import polars as pl

    source = next(world.glob("user_enrolments.*"))
    read = pl.scan_csv(source, infer_schema=False) if source.suffix == ".csv" else pl.scan_parquet(source)
    folder.mkdir(parents=True, exist_ok=True)
    rows = read.head(1_000_000).gather_every(every).collect()
    rows.with_columns(user_rating=pl.lit("4")).write_csv(folder / "user_enrolments.csv")
    return folder


def _run(arguments: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a command in a process of its own; return its JSON, its seconds and its peak memory."""
    log.print(f"karmapath {' '.join(arguments)}", markup=False)
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen([sys.executable, "-c", _RUN, *arguments], stdout=told)  # noqa: S603
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise typer.Exit(process.returncode)
        told.seek(0)
        document = json.load(told)
    figures = {
        "seconds": round(seconds, 2),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": round(used.ru_maxrss / 1024, 1),
    }
    return document, figures


def _reached(steps: dict[str, Any], learners: int) -> dict[str, bool] | None:
    """Return which targets are reached; ``None`` at another size than that for which they are meant."""
    if learners < CRORE:
        return None
    return {
        f"{step} {what}": steps[step][what] <= most for step, limits in TARGETS.items() for what, most in limits.items()
    }
