"""Filling the store from a snapshot of the warehouse, in bulk; what was posted since is applied on top."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol, runtime_checkable

import polars as pl
from sqlalchemy import Connection, Row, Table, delete, func, select

from features.reference import TableSource
from features.store.apply import Dated, apply_events, upserting
from features.store.bulk import write_frame
from features.store.drafts import publish_drafts
from features.store.erase import forgotten_digests, without_forgotten
from features.store.events import EVENT, Profile
from features.store.holders import plan_holder
from features.store.tables import enrolments, events, evidence, facts, learners, organisations, plans
from features.warehouse import Snapshot

LOADED = (organisations, learners, enrolments, evidence, plans)
_OF_LEARNERS = (learners, enrolments, evidence)
_ORDER = {
    "learners": ["learner_id"],
    "enrolments": ["learner_id", "course_id"],
    "evidence": ["learner_id", "evidence_id"],
}
_PORTION = 50_000
"""Learners whose rows are held at once."""
_REPLAY = 2_000
_TEXTS = {"organisation_id": pl.String, "lineage": pl.String}
SNAPSHOT_FACT = "snapshot"


Portion = Mapping[str, pl.DataFrame]
"""The tables of some learners."""


@runtime_checkable
class PortionedSource(Protocol):
    """A source that is too large to hold: it hands out the learners some at a time, in the order of their ids."""

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows each table has."""
        ...

    def read(self, table: str) -> pl.DataFrame:
        """Return a table that does not grow with learners."""
        ...

    def portions(self) -> Iterator[Portion]:
        """Yield the learners with their enrolments and evidence."""
        ...


Progress = Callable[[int, int], None]
"""Told how many learners are in the store, of how many."""


def load_tables(
    connection: Connection,
    source: TableSource | PortionedSource,
    as_of: datetime | None = None,
    progress: Progress | None = None,
) -> Mapping[str, int]:
    """Put the snapshot's rows in place of the loaded tables and return how many rows each has.

    Every event ever taken is applied again on top, so nothing that was acknowledged is lost by an import. A profile
    event from before ``as_of`` (by default the newest time in the snapshot) does not override the snapshot's profile.
    Plans that were approved here are put back. Feedback and lists shown stay as they are.

    A source that can hand out learners in portions is never held whole.
    """
    of = getattr(source, "rows", {}).get("learners", 0)
    version, marks = _next_version(connection), forgotten_digests(connection)
    rows = {table.name: 0 for table in LOADED}
    for table in LOADED:
        connection.execute(delete(table))
    shared = ((organisations, lineages(source.read("organisations"))), (plans, plan_rows(source.read("plans"))))
    newest = datetime.min
    for table, frame in (*shared, *_of_learners(source, version)):
        kept = without_forgotten(marks, _chosen(frame, table)) if "learner_id" in table.c else _chosen(frame, table)
        write_frame(connection, table, kept)
        rows[table.name] += kept.height
        newest = max(newest, _newest(kept))
        if progress is not None and table is _OF_LEARNERS[-1]:
            progress(rows["learners"], of)
    if connection.dialect.name == "postgresql":  # else the first questions are planned as if the tables were empty
        connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in LOADED)}")
    publish_drafts(connection)
    _replay(connection, as_of or newest)
    return rows


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Write something that the store knows of itself."""
    statement = upserting(connection, facts).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def read_fact(connection: Connection, name: str) -> str | None:
    """Return what the store knows of itself under that name."""
    return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()


def _next_version(connection: Connection) -> int:
    """Return a version above every learner's: what was computed before the load is not fresh after it."""
    return (connection.execute(select(func.max(learners.c.version))).scalar() or 0) + 1


def _of_learners(source: TableSource | PortionedSource, version: int) -> Iterator[tuple[Table, pl.DataFrame]]:
    """Yield the rows that grow with learners, some learners at a time, sorted as the store keeps them."""
    for portion in _portions(source):
        for table in _OF_LEARNERS:
            frame = portion[table.name]
            if table is learners:
                frame = frame.with_columns(
                    pl.col("languages").list.join(",").replace("", None), pl.lit(version).alias("version")
                )
            yield table, frame.sort(_ORDER[table.name])


def _portions(source: TableSource | PortionedSource) -> Iterator[Portion]:
    if isinstance(source, PortionedSource):
        yield from source.portions()
    elif not isinstance(source, Snapshot) or source.rows.get("learners", 0) <= _PORTION:
        yield {table.name: source.read(table.name) for table in _OF_LEARNERS}
    else:
        ids = source.scan("learners").select("learner_id").collect()["learner_id"].sort()
        for first, end in pairwise([None, *ids.gather_every(_PORTION).to_list()[1:], None]):
            yield {table.name: source.between(table.name, first, end).collect() for table in _OF_LEARNERS}


def _chosen(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    return frame.select([column.name for column in table.columns])


def lineages(frame: pl.DataFrame) -> pl.DataFrame:
    """Return each organisation's lineage, as the store keeps it."""
    parents = dict(frame.select("organisation_id", "parent_id").iter_rows())
    lines = ["\n".join(_above(organisation, parents)) for organisation in parents]
    return pl.DataFrame({"organisation_id": list(parents), "lineage": lines}, schema_overrides=_TEXTS)


def _above(organisation: str, parents: Mapping[str, str | None]) -> list[str]:
    line: list[str] = []
    at: str | None = organisation
    while at is not None and at not in line:  # a circle in the tree ends where it closes
        line.append(at)
        at = parents.get(at)
    return line


def plan_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Return plans by their holder, as the store keeps them, from the warehouse's table."""
    holders = [
        plan_holder(scope, value, organisation)
        for scope, value, organisation in frame.select("scope", "scope_value", "organisation_id").iter_rows()
    ]
    return (
        frame.with_columns(
            pl.Series("holder", holders, dtype=pl.String),
            pl.col("mandatory").fill_null(True),
            pl.col("apar").fill_null(False),
        )
        .unique(subset=["holder", "plan_id", "course_id"], keep="last", maintain_order=True)
        .sort("holder", "plan_id", "course_id")
    )


def _newest(frame: pl.DataFrame) -> datetime:
    times = [frame[column].max() for column in ("enrolled_on", "completed_on", "observed_on") if column in frame]
    return max((time for time in times if isinstance(time, datetime)), default=datetime.min)


def _replay(connection: Connection, as_of: datetime) -> None:
    for rows in _log(connection):
        dated = [Dated(row.key, EVENT.validate_json(row.body), row.occurred_at) for row in rows]
        known = _known(connection, {one.event.learner for one in dated})
        apply_events(connection, [one for one in dated if not _superseded(one, known, as_of)])


def _superseded(dated: Dated, known: set[str], as_of: datetime) -> bool:
    return isinstance(dated.event, Profile) and dated.at <= as_of and dated.event.learner in known


def _known(connection: Connection, ids: set[str]) -> set[str]:
    return set(connection.execute(select(learners.c.learner_id).where(learners.c.learner_id.in_(ids))).scalars())


def _log(connection: Connection) -> Iterator[Sequence[Row[tuple[object, ...]]]]:
    """Yield the event log in order, in parts."""
    last = 0
    while True:
        query = select(events).where(events.c.number > last).order_by(events.c.number).limit(_REPLAY)
        rows = connection.execute(query).all()
        if not rows:
            return
        yield rows
        last = rows[-1].number
