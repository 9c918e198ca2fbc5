"""Writes a demo world and prints its figures: ``python -m experiments.world FOLDER --learners 25000``.

``--copies 399 --format csv`` issues each of the 25,000 learners 399 times more: 1 crore learners, 3.1 crore enrolments.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from experiments.world.copies import MEAN_KEPT, write_copies
from experiments.world.figures import figures
from experiments.world.write import SEED, write_world
from features.errors import KarmapathError


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write a demo world and print its figures.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--learners", type=int, default=25_000)
    parser.add_argument("--courses", type=int, default=600)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--format", choices=("auto", "csv", "parquet"), default="auto")
    parser.add_argument("--copies", type=int, default=0, help="issue each learner so many times more, for size alone")
    parser.add_argument("--kept", type=float, default=MEAN_KEPT, help="enrolments that a copy keeps on average")
    asked = parser.parse_args()
    try:
        found = _write(asked)
    except KarmapathError as error:
        sys.exit(str(error))
    sys.stderr.write("\n")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


def _write(asked: argparse.Namespace) -> dict[str, float]:
    def told(done: int, of: int) -> None:
        sys.stderr.write(f"\r{done:,} of {of:,} learners")

    if not asked.copies:
        write_world(asked.folder, asked.learners, asked.seed, asked.courses, table_format=asked.format, progress=told)
        return figures(asked.folder)
    write_copies(
        asked.folder, asked.learners, asked.copies, asked.seed, asked.courses,
        mean_kept=asked.kept, table_format=asked.format, progress=told,
    )  # fmt: skip
    return {"simulated": asked.learners, "learners": asked.learners * (asked.copies + 1)}


if __name__ == "__main__":
    main()
