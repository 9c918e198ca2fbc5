"""A day's changes to a large warehouse: only the rows that changed are written; the parts stay as they are.

Reads the learners of whom the files say something, imports what is said as ever, and lays the rows that are new or
different over the parts. Once they are many, or where a change touches everybody (plans, hours of courses, the tree of
organisations, on which marks depend), the import writes the parts anew instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from features.draft import Draft
from features.importers.growing import LARGE, MARKED_BY, Growth, OfLearners, file_size
from features.importers.reader import TableReader
from features.importers.split import GrowingJob
from features.labels import Window, campaigns_in, completions_a_day
from features.schema import GROWING, TABLES
from features.warehouse import Snapshot

MOST = 0.1
"""Share of a table's rows that may lie over the parts; of more, the parts are written anew."""
_DECIDES = {"courses": ["course_id", "hours"], "organisations": ["organisation_id", "parent_id"]}


def is_small_change(before: Snapshot | None, jobs: Sequence[GrowingJob], reader: TableReader) -> bool:
    """Whether the files are a small change to a warehouse in parts, and change nothing on which all marks depend."""
    if before is None or reader.whole or len(before.parts("learners")) < 2 or not jobs:
        return False
    if sum(file_size(job.job.path) for job in jobs) >= LARGE:
        return False
    return not any(_differs(name, before, reader) for name in set(MARKED_BY) - set(GROWING))


@dataclass
class Changes:
    """What a day's import changes in the tables that grow."""

    before: Snapshot
    source: OfLearners
    """The warehouse as the learners of the day see it."""
    growth: Growth
    """The day's learners as they are now."""

    def first(self) -> pl.DataFrame:
        """Return the earliest enrolment in each course, of everybody."""
        held = self.before.scan("enrolments").select("course_id", "enrolled_on")
        both = pl.concat([held, self.growth.first.lazy()])
        return both.group_by("course_id").agg(pl.col("enrolled_on").min()).collect(engine="streaming")

    def campaigns(self) -> tuple[Window, ...]:
        """Return the windows in which completions, everybody's, ran far above the usual."""
        day = pl.col("completed_on").dt.date().alias("day")
        held = (
            self.before.scan("enrolments").select(day).drop_nulls().group_by("day").agg(pl.len().alias("completions"))
        )
        told = pl.concat(
            [
                held.collect(engine="streaming").cast({"completions": pl.Int64}),
                completions_a_day(self.source.read("enrolments")).select("day", -pl.col("completions").cast(pl.Int64)),
                *(part.cast({"completions": pl.Int64}) for part in self.growth.daily),
            ]
        )
        return campaigns_in(told.group_by("day").agg(pl.col("completions").sum()).filter(pl.col("completions") > 0))

    def write(self, draft: Draft, tables: dict[str, pl.DataFrame], windows: Sequence[Window]) -> bool:
        """Write what changed, ``tables`` being the day's learners' rows, marked; ``False`` where it is too much."""
        found: dict[str, tuple[pl.DataFrame, int]] = {}
        for name, rows in tables.items():
            held = self.source.read(name)
            changed = different(rows, held, name)
            if name == "enrolments" and windows:
                changed = pl.concat([changed, self._in_windows(windows)])
            key = list(TABLES[name].key)
            new = changed.join(held.select(key), on=key, how="anti", nulls_equal=True).height
            earlier = self.before.changed(name).join(changed.select(key), on=key, how="anti", nulls_equal=True)
            over = pl.concat([earlier, changed])
            total = self.before.rows.get(name, 0) + new
            if over.height > MOST * total:
                return False
            found[name] = over, total
        for name in GROWING:
            if name in found:
                draft.change(name, *found[name])
            else:
                draft.keep(name)
        return True

    def _in_windows(self, windows: Sequence[Window]) -> pl.DataFrame:
        """Return other learners' enrolments that were completed in a window and do not say so yet, marked."""
        day = pl.col("completed_on").dt.date()
        inside = pl.any_horizontal(day.is_between(window.first, window.last) for window in windows)
        late = self.before.scan("enrolments").filter(inside & ~pl.col("campaign").fill_null(value=False))
        own = self.source.read("learners").select("learner_id").lazy()
        others = late.join(own, on="learner_id", how="anti").collect(engine="streaming")
        return others.with_columns(campaign=pl.lit(value=True))


def of_learners(snapshot: Snapshot, ids: Sequence[pl.Series]) -> OfLearners:
    """Return the warehouse as these learners see it, read part by part."""
    wanted = pl.concat(ids).drop_nulls().unique() if ids else pl.Series([], dtype=pl.String)
    return OfLearners(snapshot, lambda table: snapshot.of_learners(table, wanted))


def different(rows: pl.DataFrame, held: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the rows that are not among those held, cell for cell."""
    lists = [column for column, dtype in TABLES[name].schema.items() if isinstance(dtype, pl.List)]
    flat = [pl.col(column).list.join("\n") for column in lists]
    columns = list(TABLES[name].schema)
    numbered = rows.with_columns(flat).with_row_index("__row")
    told = numbered.join(held.with_columns(flat), on=columns, how="anti", nulls_equal=True)
    return rows[told["__row"].sort().to_numpy()]


def _differs(name: str, before: Snapshot, reader: TableReader) -> bool:
    """Whether the import changes a table in a column on which marks depend."""
    if name not in reader.imported.tables:
        return False
    columns, key = _DECIDES.get(name, list(TABLES[name].schema)), list(TABLES[name].key)
    now, then = (frame.select(columns).sort(key) for frame in (reader.together(name), before.read(name)))
    return not now.equals(then)
