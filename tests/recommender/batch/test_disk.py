"""What the disk refuses, in a process of its own: a limit on the size of files is refused as a full disk is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from features.home import Home
from tests.recommender.batch.test_run_batch import digests
from tests.recommender.batch.worlds import AT, champion_folder

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import datetime, pathlib, resource, sys
from features.errors import KarmapathError
from recommender.batch import Sources, run_batch
out, bundle, warehouse, at, limit = sys.argv[1:]
if int(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    run_batch(pathlib.Path(out), pathlib.Path(bundle), Sources(pathlib.Path(warehouse), None), source="warehouse",
              at=datetime.datetime.fromisoformat(at), partition_size=40)
except KarmapathError as error:
    sys.exit(str(error))
"""


def run(home: Home, out: Path, limit: int = 0) -> subprocess.CompletedProcess[str]:
    arguments = [str(out), str(champion_folder(home)), str(home.warehouse), AT.isoformat(), str(limit)]
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )


@pytest.mark.parametrize("limit", [1_500, 4_000])
def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing_torn(home: Home, tmp_path: Path, limit: int) -> None:
    out = tmp_path / "out"
    full = run(home, out, limit)
    assert full.returncode == 1
    assert "expected a disk that takes what is written; make room" in full.stderr
    assert "Traceback" not in full.stderr
    assert not [path for path in out.rglob("*part-*") if path.name.startswith(".")]
    assert run(home, out).returncode == run(home, tmp_path / "whole").returncode == 0
    assert digests(out) == digests(tmp_path / "whole")
