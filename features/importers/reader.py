"""Gathers rows of many files into tables ready for the warehouse."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from features.importers import enrolments
from features.importers.competency_names import CompetencyNames
from features.importers.completing import with_levels, with_scopes
from features.importers.mapping import TableRule
from features.importers.prepare import PREPARE
from features.importers.sift import FILE, Check, key_check, schema_checks, sift
from features.importers.sources import LINE
from features.importers.tabulate import Context, Pseudonym, tabulate
from features.reference import TableSource
from features.rejects import empty_rejects
from features.schema import TABLES, Table


@dataclass(frozen=True, slots=True)
class FileCount:
    """What became of the rows of one file for one table."""

    file: str
    table: str
    read: int
    kept: int
    folded: int
    """Joined with a row of the same key that came before."""
    left_out: int
    """Not wanted by the mapping."""
    rejected: int

    def plus(self, other: FileCount) -> FileCount:
        """Return the count of both, of more rows of the same file."""
        return FileCount(
            self.file, self.table, self.read + other.read, self.kept + other.kept, self.folded + other.folded,
            self.left_out + other.left_out, self.rejected + other.rejected,
        )  # fmt: skip


@dataclass
class Imported:
    """Tables ready to commit, what was counted, and what was refused."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    counts: list[FileCount] = field(default_factory=list)
    rejects: pl.DataFrame = field(default_factory=empty_rejects)


@dataclass
class TableReader:
    """Takes files one after the other and gathers the tables; what was taken before is known to what comes after."""

    before: TableSource | None
    """What the warehouse holds already."""
    now: datetime
    pseudonym: Pseudonym | None = None
    imported: Imported = field(default_factory=Imported)
    whole: frozenset[str] = frozenset()
    """Tables of which the files hold every row: what they lack is no more."""
    _read: dict[int, tuple[TableRule, pl.DataFrame]] = field(default_factory=dict)
    """Keys that each rule has read, by the rule's identity."""

    def take(self, raw: pl.DataFrame, rule: TableRule, file: str, null_words: Sequence[str] = ()) -> None:
        """Add one file's rows to the rule's table; bad ones to the rejects."""
        table = TABLES[rule.table]
        context = Context(null_words, self.names() if _matches(rule) else None, self.pseudonym)
        if rule.prepare is not None:
            raw = PREPARE[rule.prepare](raw, self.names())
        made = tabulate(raw, rule, file, context)
        read = made.frame.height + made.left_out + made.rejects.height
        checks = [*made.checks, *self._checks(made.frame, rule)]
        good, rejects = sift(made.frame, rule.table, checks)
        rejects = pl.concat([made.rejects, rejects])
        good = _with_key(good.select(name for name in good.columns if name in (*table.schema, LINE, FILE)), table)
        if rule.table == "plans":
            good = with_scopes(good, self.pseudonym)
        if rule.attach:
            folded, kept = good.height, 0
            self._fill(good.drop(LINE, FILE), rule.table)
        else:
            folded, again = self._add(good, rule)
            kept = good.height - folded - again.height
            rejects = pl.concat([rejects, again])
        self.imported.rejects = pl.concat([self.imported.rejects, rejects])
        self.imported.counts.append(FileCount(file, rule.table, read, kept, folded, made.left_out, rejects.height))

    def finish(self, names: Collection[str]) -> None:
        """Put those of the tables that were taken into the warehouse's shape, enrolments folded and in order."""
        tables = self.imported.tables
        if "enrolments" in tables and "enrolments" in names:
            folded = enrolments.fold(tables["enrolments"])
            tables["enrolments"] = enrolments.complete(
                self._with_old_columns("enrolments", folded, enrolments.COMPUTED)
            )
        for name in tables.keys() & set(names):
            tables[name] = TABLES[name].conform(self._with_old_columns(name, tables[name]))
        if tables.keys() & {"teaches", "courses"} & set(names) and (teaches := self.together("teaches")).height:
            tables["teaches"] = with_levels(teaches, self.together("courses"))

    def _with_old_columns(self, name: str, frame: pl.DataFrame, computed: Collection[str] = ()) -> pl.DataFrame:
        """Keep what the warehouse holds in columns that this import says nothing about, but for computed ones."""
        table, before = TABLES[name], self._before(name)
        absent = [column for column in table.schema if column not in frame.columns and column not in computed]
        if before is None or not absent or before.is_empty():
            return frame
        return frame.join(
            before.select(*table.key, *absent), on=list(table.key), how="left", nulls_equal=True, maintain_order="left"
        )

    def together(self, name: str) -> pl.DataFrame:
        """Return a table's rows of this import, and those of the warehouse that it does not replace or end."""
        table, new, before = TABLES[name], self.imported.tables.get(name), self._before(name)
        new = table.empty() if new is None else table.conform(new)
        if before is None or (name in self.whole and name in self.imported.tables):
            return new
        return pl.concat([new, before.join(new, on=list(table.key), how="anti", nulls_equal=True)])

    def _checks(self, frame: pl.DataFrame, rule: TableRule) -> list[Check]:
        table = TABLES[rule.table]
        targets = {str(c.points_to) for c in table.columns if c.points_to is not None and c.name in frame.columns}
        known = {
            target: self._ids(target, frame if target.startswith(f"{rule.table}.") else None) for target in targets
        }
        checks = schema_checks(table, frame.columns, known, self.now)
        if rule.attach:
            checks.append(self._attach_check(rule.table))
        return checks

    def _attach_check(self, table: str) -> Check:
        key = TABLES[table].key
        there = self.imported.tables.get(table, TABLES[table].empty()).select(key)
        seen = pl.struct(key).is_in(there.to_struct().implode())
        found = pl.concat_str([pl.col(name).fill_null("-") for name in key], separator=", ")
        return Check(
            ~seen, "nothing_to_attach_to", found, f"a row of {table} with this key", "add that row, or leave this out"
        )

    def _add(self, good: pl.DataFrame, rule: TableRule) -> tuple[int, pl.DataFrame]:
        """Add rows to the table; return how many fold into earlier ones, and the rejects.

        A row repeated in one kind of export is an error where the rule says so; what another kind of export, or an own
        table, tells of the same key fills in what is not known yet.
        """
        rejects = empty_rejects()
        if rule.duplicates == "reject":
            check = replace(key_check(TABLES[rule.table]), bad=pl.col("__repeat"))
            again = self._repeats(good, rule.table, self._keys_read(rule))
            good, rejects = sift(good.with_columns(again.alias("__repeat")), rule.table, [check])
            good = good.drop("__repeat", strict=False)
            self._read[id(rule)] = (rule, _joined(self._keys_read(rule), good.select(TABLES[rule.table].key)))
        repeat = self._repeats(good, rule.table, self.imported.tables.get(rule.table))
        good = good.drop(LINE, FILE, strict=False)
        if rule.table == "enrolments":  # folded at the end, when all of a learner's are there
            self._append(good, rule.table)
        else:
            self._append(good.filter(~repeat), rule.table)
            self._fill(good.filter(repeat), rule.table)
        return int(repeat.sum()), rejects

    def _keys_read(self, rule: TableRule) -> pl.DataFrame | None:
        """Return the keys of the rows that this rule has read so far."""
        return self._read[id(rule)][1] if id(rule) in self._read else None

    def _fill(self, rows: pl.DataFrame, table: str) -> None:
        """Fill empty cells of the table with those of rows with the same keys."""
        key = list(TABLES[table].key)
        if rows.is_empty() or set(rows.columns) <= set(key):
            return
        held = self.imported.tables[table]
        first = rows.group_by(key, maintain_order=True).agg(pl.all().drop_nulls().first())
        self.imported.tables[table] = filled(held, first.cast(_types(first, table)), key)

    def _repeats(self, good: pl.DataFrame, table: str, earlier: pl.DataFrame | None) -> pl.Series:
        """Return which rows have a key that came before, among these rows or among earlier ones."""
        key = list(TABLES[table].key)
        repeat = ~good.select(pl.struct(key).is_first_distinct()).to_series()
        if earlier is None:
            return repeat
        seen = earlier.select(key).unique().with_columns(pl.lit(value=True).alias("__seen"))
        marked = good.select(key).join(seen, on=key, how="left", nulls_equal=True, maintain_order="left")
        return repeat | marked["__seen"].fill_null(value=False)

    def _append(self, frame: pl.DataFrame, table: str) -> None:
        earlier = self.imported.tables.get(table)
        frame = frame.cast(_types(frame, table))
        self.imported.tables[table] = frame if earlier is None else pl.concat([earlier, frame], how="diagonal")

    def _ids(self, target: str, new: pl.DataFrame | None) -> pl.Series:
        """Return the ids in ``table.column`` that may be pointed to; ``new`` are rows of it that are being read."""
        table, column = target.split(".")
        ended = table in self.whole and table in self.imported.tables
        frames = (self.imported.tables.get(table), None if ended else self._before(table), new)
        parts = [frame[column] for frame in frames if frame is not None]
        return pl.concat(parts).unique() if parts else pl.Series(column, [], dtype=pl.String)

    def _before(self, table: str) -> pl.DataFrame | None:
        return None if self.before is None else self.before.read(table)

    def names(self) -> CompetencyNames:
        """Return the competencies that are known by now."""
        names = CompetencyNames()
        for tables in (self.imported.tables.get, self._before):
            competencies, aliases = tables("competencies"), tables("competency_aliases")
            names.add(
                TABLES["competencies"].empty()
                if competencies is None
                else TABLES["competencies"].conform(competencies),
                TABLES["competency_aliases"].empty() if aliases is None else aliases,
            )
        return names


def filled(held: pl.DataFrame, rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Return ``held`` with its empty cells filled from the row of ``rows`` with the same key."""
    joined = held.join(rows, on=list(key), how="left", suffix=":new", nulls_equal=True, maintain_order="left")
    both = [name for name in held.columns if f"{name}:new" in joined.columns]
    return joined.with_columns(pl.coalesce(name, f"{name}:new").alias(name) for name in both).select(
        pl.exclude("^.*:new$")
    )


def _joined(earlier: pl.DataFrame | None, keys: pl.DataFrame) -> pl.DataFrame:
    return keys if earlier is None else pl.concat([earlier, keys])


def _types(frame: pl.DataFrame, table: str) -> pl.Schema:
    return pl.Schema({name: TABLES[table].schema[name] for name in frame.columns})


def _with_key(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the rows with every key column; a part of the key that no file gives is empty."""
    absent = [name for name in table.key if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=table.schema[name]).alias(name) for name in absent)


def _matches(rule: TableRule) -> bool:
    return any(column.match for column in rule.columns.values())
