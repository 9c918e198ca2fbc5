"""The folder of lists: begun once, gone on with after any interruption, never mixed, one run at a time."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import KarmapathError
from recommender.batch.job import WORK
from recommender.batch.parts import write_whole

MANIFEST = "manifest.json"


def finished(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a finished run; ``None`` where there is none."""
    path = folder / MANIFEST
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Say that the run is finished: the last that is written, after every part."""
    write_whole(folder / MANIFEST, (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())


def begin(folder: Path) -> None:
    """Make the folder, unless it is there; refuse one that holds anything that is not of a run."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = [path.name for path in folder.iterdir() if not _ours(path)]
    except OSError as error:
        raise KarmapathError(
            f"{folder}: {error.strerror or error}", "a folder that can be written", "choose another --out"
        ) from error
    if foreign:
        raise KarmapathError(
            f"{foreign[0]!r} in {folder}", "an empty folder, or one of an earlier run", "choose another --out"
        )
    with told(folder):
        (folder / WORK).mkdir(exist_ok=True)


def clear(folder: Path) -> None:
    """Remove what a run left: the manifest first, so that nobody takes the rest for whole."""
    with told(folder):
        (folder / MANIFEST).unlink(missing_ok=True)
        for path in [*folder.glob("part-*.parquet"), *folder.glob(".part-*")]:
            path.unlink(missing_ok=True)
        for path in (folder / WORK).glob("*"):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != _LOCK:
                path.unlink()


def tidy(folder: Path) -> None:
    """Remove what a finished run worked from, and what killed writers left."""
    for path in folder.glob(".*.parquet.*"):
        path.unlink(missing_ok=True)
    shutil.rmtree(folder / WORK, ignore_errors=True)


_LOCK = "lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder; ``KarmapathError`` if another run does."""
    with told(folder), (folder / WORK / _LOCK).open("w") as lock:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415 - is not there on Windows

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise KarmapathError(
                    f"another run that writes into {folder}", "one at a time", "wait for it, or choose another --out"
                ) from error
        yield


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn what the disk says into an error that a person can act on."""
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        if isinstance(error, pl.exceptions.ComputeError) and "os error" not in str(error):
            raise  # polars tells what the disk says in this way too, among much else
        raise KarmapathError(
            f"{folder}: {reason or error}",
            "a disk that takes what is written",
            "make room or mend it, then run the same command again: it goes on with what is missing",
        ) from error


def _ours(path: Path) -> bool:
    return path.name in (WORK, MANIFEST) or path.name.lstrip(".").startswith(("part-", MANIFEST))
