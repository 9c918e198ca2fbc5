"""From an export to a promoted model, step by step: read it, or run it on your own files.

``python -m experiments.worked_example EXPORTS --home HOME [--mapping NAME_OR_FILE] [--minutes 2]``
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.promote import promote
from experiments.tracking import MODEL_NAME, Tracking
from experiments.train import TrainSettings, train
from experiments.tune import read_settings, tune
from features.errors import KarmapathError
from features.home import Home
from features.importers.importing import import_files
from features.times import now


def run(exports: Path, home: Home, mapping: str | None, minutes: float, settings: TrainSettings) -> str:
    """Import, train, tune, train again, promote, load; return the bundle that serves in the end."""
    say("1. import: good rows go into the warehouse, bad ones into the rejects with a remedy")
    report = import_files(home, [exports], now(), mapping=mapping, progress=say)
    say(f"   {report.rejected} rows rejected; marks: {report.labels}")

    say("2. train: cut by time, fit, judge on what came after, register; the first version becomes the champion")
    train(home, settings, say)

    say("3. tune: search better settings on what was known before the cut")
    tuned = tune(home, settings, minutes, say)
    say(f"   {tuned.trials} trials: {tuned.start:.4f} -> {tuned.best:.4f}")

    say("4. train with them: a second version")
    second = train(home, settings.model_copy(update={"models": read_settings(tuned.file)}), say)

    say("5. promote: only through the gate")
    verdict = promote(home, second.registered.number, settings, say)
    for refusal in verdict.refusals:
        say(f"   refused: {refusal}")

    say("6. the champion loads anywhere through MLflow")
    champion = Tracking(home).champion()
    if champion is None:
        raise KarmapathError("found no champion", "the first version at least", "look at the output of step 2")
    say(f"   models:/{MODEL_NAME}@champion is version {champion.number}, bundle {champion.bundle}")
    return champion.bundle


def say(line: str) -> None:
    """Print a line of progress."""
    print(line, file=sys.stderr)  # noqa: T201


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 2 if there is something for the user to put right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exports", type=Path)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--mapping")
    parser.add_argument("--minutes", type=float, default=2.0)
    asked = parser.parse_args(arguments)
    try:
        run(asked.exports, Home.find(asked.home), asked.mapping, asked.minutes, TrainSettings())
    except KarmapathError as error:
        say(f"{error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
