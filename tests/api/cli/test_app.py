"""What the command line says where an installation has not everything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WITHOUT = "import sys; sys.modules[{0!r}] = None; from api.cli import main; main()"


def run(package: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(package), *words],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["train", "demo"])
def test_a_command_whose_packages_are_not_installed_names_one_and_what_brings_it(command: str, tmp_path: Path) -> None:
    done = run("matplotlib", command, "--home", str(tmp_path))
    assert done.returncode == 2
    assert "no package 'matplotlib'" in done.stderr
    assert "pip install 'karmapath[train]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_module_of_ours_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    done = run("experiments.train", "train", "--home", str(tmp_path))
    assert done.returncode == 1
    assert "Traceback" in done.stderr
