"""Imports the tables that grow with learners: some learners at a time, so that memory follows these and not all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from features.importers.reader import FileCount, Imported, TableReader
from features.importers.split import LEARNERS, GrowingJob, Split, boundaries
from features.labels import Window, campaigns_in, completions_a_day, mark
from features.pace import Pace
from features.reference import TableSource
from features.schema import GROWING, TABLES
from features.warehouse import Snapshot

LARGE = 256 * 1024 * 1024
"""Bytes of text from which rows are parted by learner before they are imported; Parquet counts ``_PACKED`` fold."""
_PACKED = 10

MARKED_BY = ("enrolments", "plans", "learners", "organisations", "courses")
"""Tables that the marks of enrolments depend on."""


@dataclass
class OfLearners:
    """The warehouse as some learners see it: their rows of the tables that grow, all of the others."""

    snapshot: Snapshot
    some: Callable[[str], pl.DataFrame]
    """Reads the learners' rows of a table that grows."""
    _read: dict[str, pl.DataFrame] = field(default_factory=dict)

    def read(self, table: str) -> pl.DataFrame:
        """Return the rows of a table, read once."""
        if table not in self._read:
            self._read[table] = self.some(table) if table in GROWING else self.snapshot.read(table)
        return self._read[table]


@dataclass
class Growth:
    """What was read of the tables that grow, range by range of learners, and what can be told of all ranges."""

    names: tuple[str, ...]
    """Tables that grow and that the snapshot will have."""
    folder: Path
    """Where ranges are kept when there are several."""
    counts: dict[int, FileCount] = field(default_factory=dict)
    """Of each job, by its number."""
    rejects: list[pl.DataFrame] = field(default_factory=list)
    first: pl.DataFrame = field(default_factory=lambda: TABLES["enrolments"].empty().select("course_id", "enrolled_on"))
    """The earliest enrolment in each course."""
    daily: list[pl.DataFrame] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)
    """Rows of the warehouse that the files do not hold, for the tables that were read."""
    _held: list[dict[str, pl.DataFrame]] = field(default_factory=list)
    _ranges: int = 0

    def add(self, tables: Mapping[str, pl.DataFrame], alone: bool) -> None:
        """Keep one range's tables: in memory if it is the only one."""
        if "enrolments" in tables:
            taken = tables["enrolments"]
            both = pl.concat([self.first, taken.select("course_id", "enrolled_on")])
            self.first = both.group_by("course_id").agg(pl.col("enrolled_on").min())
            self.daily.append(completions_a_day(taken))
        if alone:
            self._held.append(dict(tables))
        else:
            folder = self.folder / f"{self._ranges:05d}"
            folder.mkdir(parents=True)
            for name, frame in tables.items():
                frame.write_parquet(folder / f"{name}.parquet", compression="zstd", compression_level=1)
        self._ranges += 1

    def campaigns(self) -> tuple[Window, ...]:
        """Return the windows in which completions ran far above the usual."""
        if not self.daily:
            return ()
        return campaigns_in(pl.concat(self.daily).group_by("day").agg(pl.col("completions").sum()))

    def ranges(self) -> Iterator[dict[str, pl.DataFrame]]:
        """Yield every range's tables, in order of learners, and forget them."""
        while self._held:
            yield self._held.pop(0)
        for number in range(self._ranges):
            folder = self.folder / f"{number:05d}"
            if folder.exists():
                yield {name: pl.read_parquet(folder / f"{name}.parquet") for name in self.names}
                for file in folder.iterdir():
                    file.unlink()

    def marked(
        self, tables: Mapping[str, pl.DataFrame], windows: Sequence[Window]
    ) -> Iterator[dict[str, pl.DataFrame]]:
        """Yield every range with its enrolments marked; ``tables`` are those that ``mark`` looks at."""
        for own in self.ranges():
            if "enrolments" in own and own["enrolments"].height:
                own["enrolments"] = mark(own["enrolments"], {**tables, "learners": own["learners"]}, windows)
            yield own


def lay_aside(jobs: Sequence[GrowingJob], reader: TableReader, bounds: pl.Series, folder: Path,
              say: Callable[[str], object]) -> Split:  # fmt: skip
    """Read the files of the jobs, a block at a time, and part their rows by ranges of learners."""
    split = Split(folder, bounds)
    names = reader.names()
    for number, job in enumerate(jobs):
        say(f"reading {job.job.path.name} -> {job.rule.table}")
        pace, done, expected = Pace(f"reading {job.job.path.name}", "rows", say), 0, 0
        for block in job.blocks(names, reader.pseudonym):
            split.add(number, block)
            done += block.rows.height
            expected = expected or job.job.expected_rows(block.rows.height)
            pace.told(done, expected)
    return split


def import_ranges(
    jobs: Sequence[GrowingJob],
    split: Split,
    reader: TableReader,
    sources: Callable[[int], OfLearners | None],
    growth: Growth,
    say: Callable[[str], object],
) -> None:
    """Import what was laid aside, range by range; ``reader`` has read the small tables, ``sources`` is what was before.

    A row is checked, folded and completed among the rows of its own learner's range only.
    """
    pace = Pace("importing", "ranges of learners", say)
    small = {name: frame for name, frame in reader.imported.tables.items() if name not in GROWING}
    for number in range(len(split)):
        child = TableReader(
            sources(number), reader.now, reader.pseudonym, Imported(tables=dict(small)), whole=reader.whole
        )
        for place, job in enumerate(jobs):
            child.take(split.take(place, number), job.rule, job.job.path.name, job.job.mapping.null_words)
        child.finish(GROWING)
        for place, count in enumerate(child.imported.counts):
            growth.counts[place] = count if place not in growth.counts else growth.counts[place].plus(count)
        growth.rejects.append(child.imported.rejects)
        tables = {name: child.together(name) for name in growth.names}
        for name in growth.names:
            if name in child.imported.tables and child.before is not None:
                growth.missing[name] = growth.missing.get(name, 0) + _missing(child.before, child.imported, name)
        if "learners" in reader.whole and "learners" in child.imported.tables:
            there = tables["learners"].select("learner_id")
            for name in set(growth.names) - {"learners"}:
                tables[name] = tables[name].join(there, on="learner_id", how="semi", maintain_order="left")
        growth.add(tables, alone=len(split) == 1)
        pace.told(number + 1, len(split))


def _missing(before: TableSource, imported: Imported, name: str) -> int:
    """Return how many rows of the warehouse have no row of the same key in this import."""
    key = list(TABLES[name].key)
    return before.read(name).join(imported.tables[name].select(key), on=key, how="anti", nulls_equal=True).height


def learner_bounds(jobs: Sequence[GrowingJob], reader: TableReader, before: Snapshot | None) -> pl.Series:
    """Return the bounds of the ranges of learners; none where the files and the warehouse are small enough for one."""
    parted = before is not None and len(before.parts("learners")) > 1
    if not parted and sum(file_size(job.job.path) for job in jobs) < LARGE:
        return pl.Series("learner_id", [], dtype=pl.String)
    parts = [] if before is None else [before.scan("learners").select("learner_id").collect().to_series()]
    names = reader.names()
    for job in jobs:
        if job.rule.table == "learners":
            parts += [block.learners.alias("learner_id") for block in job.blocks(names, reader.pseudonym)]
    return boundaries(pl.concat(parts), LEARNERS) if parts else pl.Series("learner_id", [], dtype=pl.String)


def bounded(snapshot: Snapshot | None, bounds: pl.Series) -> Callable[[int], OfLearners | None]:
    """Return what the warehouse holds of each range of learners."""

    def source(number: int) -> OfLearners | None:
        if snapshot is None:
            return None
        first = bounds[number - 1] if number else None
        end = bounds[number] if number < len(bounds) else None
        return OfLearners(snapshot, lambda table: snapshot.between(table, first, end).collect())

    return source


def file_size(path: Path) -> int:
    """Return a file's size as text, in bytes; Parquet's is an estimate."""
    return path.stat().st_size * (_PACKED if path.suffix.lower() == ".parquet" else 1)
