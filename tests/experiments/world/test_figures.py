from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from experiments.world.figures import figures


def test_figures_say_what_was_written(world: Path) -> None:
    found = figures(world)
    assert (found["learners"], found["courses"]) == (300, 200)
    assert 0.2 < found["share_mandated"] < 0.6
    assert found["next_course_up"] > 0.8
    assert found["interest_in_chosen"] > found["interest_in_mandated"] + 0.4
    assert found["needs_met_today"] > found["needs_met_at_start"]


def test_the_command_says_what_to_do_about_bad_sizes(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "experiments.world", str(tmp_path), "--learners", "0"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr == "0 learners; expected at least 1; ask for more learners\n"
