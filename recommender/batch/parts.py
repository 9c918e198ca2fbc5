"""Parts on the disk: whole under their name, or not there at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recommender.batch.job import Job

_KEY = "karmapath"
_LEVEL = 1  # of zstd: scores hardly shrink, and a higher level takes longer than the scoring


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part, as the manifest lists it."""

    number: int
    file: str
    learners: int
    courses: int
    """Entries of all its lists together."""
    bytes: int
    sha256: str


def part_file(number: int) -> str:
    """Return the name of a part's file.

    >>> part_file(7)
    'part-00007.parquet'
    """
    return f"part-{number:05d}.parquet"


def write_part(folder: Path, job: Job, number: int, lists: pl.DataFrame) -> Part:
    """Write a part: under another name, to the disk, then renamed; whoever reads sees all of it or nothing."""
    courses = int(lists["courses"].list.len().sum())
    about = {"job": job.key, "part": number, "learners": lists.height, "courses": courses}
    buffer = io.BytesIO()
    lists.write_parquet(
        buffer, compression="zstd", compression_level=_LEVEL, statistics=True,
        metadata={_KEY: json.dumps(about), "model_version": job.model_version},
    )  # fmt: skip
    content = buffer.getbuffer()
    write_whole(folder / part_file(number), content)
    digest = hashlib.sha256(content).hexdigest()
    return Part(number, part_file(number), lists.height, courses, len(content), digest)


def read_part(folder: Path, job: Job, number: int) -> Part | None:
    """Return a part that was finished before; ``None`` where it is missing, damaged or another job's."""
    path = folder / part_file(number)
    try:
        about = json.loads(pl.read_parquet_metadata(path).get(_KEY, "{}"))
        content = path.read_bytes()
    except (OSError, pl.exceptions.ComputeError, json.JSONDecodeError):
        return None
    if about.get("job") != job.key or about.get("part") != number:
        return None
    digest = hashlib.sha256(content).hexdigest()
    return Part(number, path.name, about["learners"], about["courses"], len(content), digest)


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Write a file so that it is whole on the disk, or not there under its name; several may try at once."""
    work = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with work.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        work.replace(path)
    except BaseException:
        work.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Have the rename on the disk too, where the system lets folders be synced."""
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(number)
    finally:
        os.close(number)
