"""Parts the rows of large exports by learner, so that each part can be read in as if it were all there is.

Everything that joins rows of the tables that grow with learners (one enrolment told twice, a learner's order, a rating
that belongs to a row of another file) joins rows of one learner. So the files are read once, a block at a time, and
their rows laid aside by ranges of learner ids; then each range is imported by itself, and memory follows the range.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from features.importers.competency_names import CompetencyNames
from features.importers.jobs import Job
from features.importers.mapping import TableRule
from features.importers.prepare import PREPARE
from features.importers.tabulate import Context, Pseudonym, learners_in, wanted_rows
from features.schema import GROWING

LEARNERS = 100_000
"""Learners of a range."""

HELD = 2_000_000
"""Rows held in memory before they are laid aside on disk."""

_RANGE = "__range"


@dataclass(frozen=True)
class Block:
    """Some rows of a file, and whose they are."""

    rows: pl.DataFrame
    """The columns that the rule names, ``LINE`` and, where rows were spoilt, ``SPOILT``."""
    learners: pl.Series


@dataclass(frozen=True)
class GrowingJob:
    """A job whose table grows with learners, and the rule by which its laid-aside rows are read."""

    job: Job
    rule: TableRule
    """The job's rule without the step that was done before the rows were laid aside."""

    def blocks(self, names: CompetencyNames, pseudonym: Pseudonym | None) -> Iterable[Block]:
        """Read the file, a block at a time."""
        rule, file = self.job.rule, self.job.path.name
        context = Context(self.job.mapping.null_words, names, pseudonym)
        for raw in self.job.blocks():
            prepared = raw if rule.prepare is None else PREPARE[rule.prepare](raw, names)
            rows = wanted_rows(prepared, rule, file)
            yield Block(rows, learners_in(rows, rule, context))


def growing_jobs(jobs: Sequence[Job]) -> list[GrowingJob]:
    """Return the jobs of the tables that grow with learners; jobs of one rule share the rule."""
    rules: dict[int, TableRule] = {}
    for job in jobs:
        rules.setdefault(id(job.rule), replace(job.rule, prepare=None))
    return [GrowingJob(job, rules[id(job.rule)]) for job in jobs if job.rule.table in GROWING]


def boundaries(ids: pl.Series, learners: int = LEARNERS) -> pl.Series:
    """Return the first learner of each range but the first: every so many ids, in order.

    >>> boundaries(pl.Series(["d", "a", "c", "b", "e", "a"]), 2).to_list()
    ['c', 'e']
    """
    return ids.drop_nulls().unique().sort().gather_every(learners).slice(1)


@dataclass
class Split:
    """Rows of several jobs, by range of learner ids; on disk once they are many."""

    folder: Path
    bounds: pl.Series
    """As ``boundaries`` gives them; empty: one range."""
    learners: list[pl.Series] = field(default_factory=list)
    """Whose rows they are, where there is one range."""
    _rows: dict[tuple[int, int], list[pl.DataFrame]] = field(default_factory=dict)
    _files: dict[tuple[int, int], list[Path]] = field(default_factory=dict)
    _empty: dict[int, pl.DataFrame] = field(default_factory=dict)
    _count: int = 0
    _written: int = 0

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self.bounds) + 1

    def add(self, job: int, block: Block) -> None:
        """Lay the rows of a block aside; those without a learner go to the first range."""
        self._empty[job] = pl.concat([self._empty[job], block.rows.clear()], how="diagonal") if job in self._empty \
            else block.rows.clear()  # fmt: skip
        if len(self) == 1:
            self.learners.append(block.learners.unique())
        for number, rows in self._parted(block):
            self._rows.setdefault((job, number), []).append(rows)
        self._count += block.rows.height
        if len(self) > 1 and self._count >= HELD:
            self._lay_aside()

    def take(self, job: int, number: int) -> pl.DataFrame:
        """Return a job's rows of one range, in the order of the file, and forget them."""
        frames = [pl.read_parquet(path) for path in self._files.pop((job, number), [])]
        frames += self._rows.pop((job, number), [])
        return pl.concat([self._empty[job], *frames], how="diagonal") if job in self._empty else pl.DataFrame()

    def _parted(self, block: Block) -> Iterable[tuple[int, pl.DataFrame]]:
        if block.rows.is_empty():
            return []
        if len(self) == 1:
            return [(0, block.rows)]
        numbers = pl.Series(_RANGE, self.bounds.search_sorted(block.learners.fill_null(""), side="right"))
        placed = block.rows.with_columns(numbers)
        parts = placed.partition_by(_RANGE, as_dict=True, include_key=False, maintain_order=True)
        return [(int(key[0]), rows) for key, rows in parts.items()]

    def _lay_aside(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for key, frames in self._rows.items():
            path = self.folder / f"{self._written:07d}.parquet"
            # A block with spoilt rows has a column more than the others.
            pl.concat(frames, how="diagonal").write_parquet(path, compression="zstd", compression_level=1)
            self._files.setdefault(key, []).append(path)
            self._written += 1
        self._rows.clear()
        self._count = 0
