"""Taking a population: from the store, or from a snapshot with what the store heard since laid over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection

from features.errors import NotReadyError
from features.population.columns import PERSONAL, SHARED, conform
from features.population.population import OVER, REPLACED, Everyone
from features.population.runs import in_order, slices, write_runs
from features.store import everyone
from features.store.erase import digest
from features.store.load import lineages, plan_rows
from features.store.store import Store
from features.warehouse import Snapshot

Say = Callable[[str], None]
_ROWS = ("learners", "enrolments", "evidence")
LONG = 4_000_000
"""Rows from which on a file that is out of the learners' order is sorted first."""


def take_store(folder: Path, store: Store, size: int, say: Say = lambda _: None) -> Everyone:
    """Copy what decides lists from one state of the store, a part at a time, in ranges of ``size`` learners.

    Raises
    ------
    NotReadyError
        If the store has no learner.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with store.everyone() as connection:
        counted = _Bounds(size)
        _copy(connection, folder, "learners", counted)
        for table in _ROWS[1:]:
            say(f"reading {table} from the store")
            _copy(connection, folder, table)
        _around(connection, folder)
        seen = dict(everyone.seen(connection))
    if not counted.total:
        raise NotReadyError("a store without learners", "learners", "import them, or post their profiles")
    about = {"source": "store", "snapshot": seen["snapshot"], "store": seen, "learners": counted.total}
    return Everyone.write(folder, about, counted.bounds)


def take_warehouse(
    folder: Path, warehouse: Path, snapshot: Snapshot, store: Store | None, size: int, say: Say = lambda _: None
) -> Everyone:
    """Take the snapshot as it lies, and copy from the store everyone of whom it heard anything since.

    A long table of the snapshot that is not in the order of the learners is sorted into runs first. Without a store
    the snapshot is all that is known.

    Raises
    ------
    NotReadyError
        If the store was filled from another snapshot, or there is no learner.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counted = _Bounds(size)
    firsts = [counted.add(ids) for ids in _ids_by_part(snapshot)]
    for table in _ROWS:
        if _is_scattered(snapshot, table):
            say(f"sorting {table} by learner")
            write_runs(_conformed(table, slices(snapshot.scan(table).select(list(PERSONAL[table])))), folder, table)
    about: dict[str, Any] = {"source": "warehouse", "warehouse": str(warehouse.absolute()), "snapshot": snapshot.hash}
    if store is None:
        _shared_of(snapshot, folder)
        about["store"] = None
    else:
        with store.everyone() as connection:
            about["store"] = dict(everyone.seen(connection))
            _same(about["store"]["snapshot"], snapshot)
            say("reading from the store what changed since the snapshot")
            _lay_over(connection, snapshot, folder)
    if not snapshot.rows.get("learners"):
        raise NotReadyError(f"snapshot {snapshot.hash} without learners", "learners", "import them")
    return Everyone.write(folder, {**about, "learners": snapshot.rows["learners"], "firsts": firsts}, counted.bounds)


class _Bounds:
    """Every ``size``-th id of ids that come in order: where ranges end, but for the last."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.total = 0
        self._found: list[tuple[int, str]] = []

    def add(self, ids: pl.Series) -> str | None:
        """Go on with the next ids and return the first of them."""
        first = (-self.total - 1) % self.size
        self._found += [(self.total + n, ids[n]) for n in range(first, len(ids), self.size)]
        self.total += len(ids)
        return ids[0] if len(ids) else None

    @property
    def bounds(self) -> list[str]:
        return [bound for place, bound in self._found if place + 1 < self.total]


def _ids_by_part(snapshot: Snapshot) -> Iterator[pl.Series]:
    """Yield the ids of each part of the learners, in order; those who joined since the parts were written left out."""
    for path in snapshot.parts("learners"):
        yield pl.read_parquet(path, columns=["learner_id"])["learner_id"].sort()


def _is_scattered(snapshot: Snapshot, table: str) -> bool:
    """Whether a range of learners lies all over one file that is too long to be read for each range."""
    parts = snapshot.parts(table)
    return len(parts) == 1 and snapshot.rows[table] > LONG and not in_order(snapshot.scan(table))


def _copy(connection: Connection, folder: Path, table: str, counted: _Bounds | None = None) -> None:
    def watched() -> Iterator[pl.DataFrame]:
        for part in _of_store(table, everyone.learner_rows(connection, table, list(PERSONAL[table]))):
            if counted is not None:
                counted.add(part["learner_id"])
            yield part

    write_runs(watched(), folder, table)


def _lay_over(connection: Connection, snapshot: Snapshot, folder: Path) -> None:
    write_runs(_gone(connection, snapshot), folder, REPLACED)
    for table in _ROWS:
        rows = everyone.learner_rows(connection, table, list(PERSONAL[table]), changed_only=True)
        write_runs(_of_store(table, rows), folder / OVER, table)
    _around(connection, folder)


def _gone(connection: Connection, snapshot: Snapshot) -> Iterator[pl.DataFrame]:
    """Yield the ids whose rows in the snapshot do not count: the store knows more of them, or was told to forget."""
    yield from everyone.changed_ids(connection)
    marks = everyone.forgotten_digests(connection)
    if marks:
        for part in slices(snapshot.scan("learners").select("learner_id")):
            yield part.filter(pl.Series([digest(learner) in marks for learner in part["learner_id"]], dtype=pl.Boolean))


def _around(connection: Connection, folder: Path) -> None:
    """Copy what is neither learner nor enrolment nor evidence: thumbs, plans and the tree of organisations."""
    write_runs(_conformed("down_rated", everyone.down_rated_rows(connection)), folder, "down_rated")
    write_runs(everyone.own_plan_rows(connection, list(SHARED["plans"])), folder, "own_plans")
    for table in SHARED:
        frame = everyone.shared_rows(connection, table, list(SHARED[table]))
        conform(table, frame).write_parquet(folder / f"{table}.parquet")


def _shared_of(snapshot: Snapshot, folder: Path) -> None:
    plans = plan_rows(snapshot.read("plans")).select(list(SHARED["plans"]))
    own = pl.col("holder").str.starts_with("learner:")
    mine = plans.filter(own).with_columns(learner_id=pl.col("holder").str.strip_prefix("learner:"))
    write_runs([mine], folder, "own_plans")
    conform("plans", plans.filter(~own)).write_parquet(folder / "plans.parquet")
    tree = lineages(snapshot.read("organisations"))
    conform("organisations", tree).write_parquet(folder / "organisations.parquet")


def _of_store(table: str, parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield rows of the store as the population has them: it keeps languages as one text."""
    for part in parts:
        split = pl.col("languages").str.split(",") if table == "learners" else None
        yield conform(table, part if split is None else part.with_columns(split))


def _conformed(table: str, parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    return (conform(table, part) for part in parts)


def _same(loaded: str | None, snapshot: Snapshot) -> None:
    if loaded != snapshot.hash:
        raise NotReadyError(
            f"a store filled from snapshot {loaded or 'none'}, and snapshot {snapshot.hash} in the warehouse",
            "both the same, so that what was posted since can be laid over it",
            "fill the store with 'karmapath serve', or read from it alone with --from store",
        )


__all__ = ["take_store", "take_warehouse"]
