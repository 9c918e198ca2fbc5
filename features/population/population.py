"""A population on the disk: a base in the order of learners' ids, and rows laid over it, read in ranges of ids."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from features.population.columns import PERSONAL, SHARED, conform, empty
from features.population.runs import scan_runs
from features.warehouse import Warehouse

_ABOUT = "population.json"
OVER = "over"
"""Folder of the rows that take the place of the base's."""
REPLACED = "replaced"
"""The learners whose rows in the base do not count any more."""


@dataclass(frozen=True, slots=True)
class IdRange:
    """Learners whose id is above ``above`` and at most ``upto``, in the order of bytes; ``None`` is open."""

    above: str | None
    upto: str | None

    def meets(self, first: str, end: str | None) -> bool:
        """Whether any id from ``first`` to before ``end`` is in the range."""
        return (self.upto is None or first <= self.upto) and (self.above is None or end is None or end > self.above)

    def of(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Return the rows of these learners."""
        if self.above is not None:
            frame = frame.filter(pl.col("learner_id") > self.above)
        return frame if self.upto is None else frame.filter(pl.col("learner_id") <= self.upto)


@dataclass(frozen=True, slots=True)
class LearnerFrames:
    """All that is known of the learners of a range; the columns are those of ``features.population.columns``."""

    learners: pl.DataFrame
    """A row a learner, sorted by id."""
    enrolments: pl.DataFrame
    """Sorted by learner, like all that follow."""
    evidence: pl.DataFrame
    down_rated: pl.DataFrame
    plans: pl.DataFrame
    """By holder: those of the range's learners, and all of organisations and designations."""
    organisations: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Everyone:
    """A population that was taken; safe to read from many threads, processes and machines that see its folder."""

    folder: Path
    about: Mapping[str, Any]
    """Where it came from: ``source``, ``snapshot``, ``store`` (what the store had seen), ``learners`` (how many)."""
    ranges: tuple[IdRange, ...]

    @classmethod
    def open(cls, folder: Path) -> Everyone:
        """Open a population that was taken before."""
        document = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        bounds = [None, *document["bounds"], None]
        ranges = tuple(IdRange(a, b) for a, b in pairwise(bounds))
        return cls(folder, document["about"], ranges)

    @classmethod
    def exists(cls, folder: Path) -> bool:
        """Whether a population was taken there to the end."""
        return (folder / _ABOUT).exists()

    @classmethod
    def write(cls, folder: Path, about: Mapping[str, Any], bounds: list[str]) -> Everyone:
        """Say that the population in ``folder`` is whole: the last that is written of it."""
        work = folder / f".{_ABOUT}"
        work.write_text(json.dumps({"about": dict(about), "bounds": bounds}, indent=1), encoding="utf-8")
        work.replace(folder / _ABOUT)
        return cls.open(folder)

    def read(self, ids: IdRange) -> LearnerFrames:
        """Return what is known of the learners of a range."""
        frames = {table: self._personal(table, ids) for table in PERSONAL}
        shared = {table: self._shared(table) for table in SHARED}
        own = self._own_plans(ids)
        shared["plans"] = pl.concat([shared["plans"], own]) if own is not None else shared["plans"]
        return LearnerFrames(**frames, **shared)

    def _personal(self, table: str, ids: IdRange) -> pl.DataFrame:
        base, over = self._base(table, ids), scan_runs(self.folder / OVER, table)
        parts = ([] if base is None else [self._kept(table, ids.of(base), ids)]) + (
            [] if over is None else [ids.of(over)]
        )
        if not parts:
            return empty(table)
        found = pl.concat([conform(table, part.collect()) for part in parts])
        return found if found["learner_id"].is_sorted() else found.sort("learner_id", maintain_order=True)

    def _kept(self, table: str, base: pl.LazyFrame, ids: IdRange) -> pl.LazyFrame:
        """Return the rows of the base that nothing took the place of; thumbs are the store's from the first."""
        replaced = None if table == "down_rated" else scan_runs(self.folder, REPLACED)
        if replaced is None:
            return base
        return base.join(ids.of(replaced), on="learner_id", how="anti", maintain_order="left")

    def _base(self, table: str, ids: IdRange) -> pl.LazyFrame | None:
        runs = scan_runs(self.folder, table)
        if runs is not None or self.about["source"] != "warehouse" or table == "down_rated":
            return runs
        snapshot = Warehouse(Path(self.about["warehouse"])).snapshot(self.about["snapshot"])
        parts, firsts = snapshot.parts(table), self.about["firsts"]
        if len(parts) != len(firsts):
            return snapshot.scan(table)
        ends = [*firsts[1:], None]
        return snapshot.scan(table, [p for p, *span in zip(parts, firsts, ends, strict=True) if ids.meets(*span)])

    def _shared(self, table: str) -> pl.DataFrame:
        return conform(table, pl.read_parquet(self.folder / f"{table}.parquet"))

    def _own_plans(self, ids: IdRange) -> pl.DataFrame | None:
        own = scan_runs(self.folder, "own_plans")
        return None if own is None else conform("plans", ids.of(own).collect())
