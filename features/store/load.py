"""Filling the store from a snapshot of the warehouse, in bulk; what was posted since is applied on top."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol, runtime_checkable

import polars as pl
from sqlalchemy import Connection, Row, Table, delete, func, select, update

from features.reference import TableSource
from features.store.apply import Dated, apply_events, upserting
from features.store.bulk import write_frame
from features.store.drafts import publish_drafts
from features.store.erase import forgotten_digests, without_forgotten
from features.store.events import EVENT, Profile
from features.store.holders import plan_holder
from features.store.pack_frames import own_plans, with_packs
from features.store.repack import renew
from features.store.tables import enrolments, events, evidence, facts, feedback, learners, organisations, plans
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
    plan_frame, newest = plan_rows(source.read("plans")), datetime.min
    for table, frame in ((organisations, lineages(source.read("organisations"))), (plans, plan_frame)):
        rows[table.name] += _write(connection, table, frame)
    own = own_plans(plan_frame)
    for portion in _portions(source):
        for table, frame in _of_learners(portion, version, marks, own):
            rows[table.name] += _write(connection, table, frame)
            newest = max(newest, _newest(frame))
        if progress is not None:
            progress(rows["learners"], of)
    if connection.dialect.name == "postgresql":  # else the first questions are planned as if the tables were empty
        connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in LOADED)}")
    publish_drafts(connection)
    _replay(connection, as_of or newest)
    for ids in _heard_of(connection):
        _raise_versions(connection, ids, version)
        renew(connection, ids)
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


def _of_learners(
    portion: Portion, version: int, marks: frozenset[str], own: pl.DataFrame
) -> Iterator[tuple[Table, pl.DataFrame]]:
    """Yield the rows of some learners, sorted as the store keeps them, without those of learners who were erased."""
    kept = {table: without_forgotten(marks, portion[table.name]).sort(_ORDER[table.name]) for table in _OF_LEARNERS}
    people = kept[learners].with_columns(
        pl.col("languages").list.join(",").replace("", None), pl.lit(version).alias("version")
    )
    kept[learners] = with_packs(people, kept[enrolments], kept[evidence], own)
    yield from kept.items()


def _write(connection: Connection, table: Table, frame: pl.DataFrame) -> int:
    write_frame(connection, table, frame.select([column.name for column in table.columns]))
    return frame.height


def _portions(source: TableSource | PortionedSource) -> Iterator[Portion]:
    if isinstance(source, PortionedSource):
        yield from source.portions()
    elif not isinstance(source, Snapshot) or source.rows.get("learners", 0) <= _PORTION:
        yield {table.name: source.read(table.name) for table in _OF_LEARNERS}
    else:
        ids = source.scan("learners").select("learner_id").collect()["learner_id"].sort()
        for first, end in pairwise([None, *ids.gather_every(_PORTION).to_list()[1:], None]):
            yield {table.name: source.between(table.name, first, end).collect() for table in _OF_LEARNERS}


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


def _raise_versions(connection: Connection, ids: Sequence[str], version: int) -> None:
    """Raise the versions of learners whom no snapshot has above those from before the load, as those of all others."""
    low = learners.c.learner_id.in_(ids) & (learners.c.version < version)
    connection.execute(update(learners).where(low).values(version=learners.c.version + version))


def _heard_of(connection: Connection) -> Iterator[Sequence[str]]:
    """Yield who said anything since the snapshot, by an event or a thumb, in parts."""
    for column in (events.c.learner_id, feedback.c.learner_id):
        last = ""
        while (
            ids := connection.execute(select(column).where(column > last).distinct().order_by(column).limit(_REPLAY))
            .scalars()
            .all()
        ):
            yield ids
            last = ids[-1]


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
