"""Writes a demo world and prints its figures: ``python -m experiments.world FOLDER --learners 25000``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

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
    asked = parser.parse_args()
    try:
        write_world(
            asked.folder,
            asked.learners,
            asked.seed,
            asked.courses,
            table_format=asked.format,
            progress=lambda done, of: sys.stderr.write(f"\r{done:,} of {of:,} learners"),
        )
    except KarmapathError as error:
        sys.exit(str(error))
    sys.stderr.write("\n")
    sys.stdout.write(json.dumps(figures(asked.folder), indent=1) + "\n")


if __name__ == "__main__":
    main()
