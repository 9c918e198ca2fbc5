"""Filling the store from a snapshot of the warehouse, in bulk; what was posted since is applied on top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, Row, Table, delete, func, select

from features.reference import TableSource
from features.store.apply import Dated, apply_events, upserting
from features.store.drafts import publish_drafts
from features.store.erase import without_forgotten
from features.store.events import EVENT, Profile
from features.store.holders import plan_holder
from features.store.tables import enrolments, events, evidence, facts, learners, organisations, plans

_LOADED = (organisations, learners, enrolments, evidence, plans)
_CHUNK = 100_000
_REPLAY = 2_000
_SQLITE_TIME = "%Y-%m-%d %H:%M:%S%.6f"
_TEXTS = {"organisation_id": pl.String, "lineage": pl.String}
SNAPSHOT_FACT = "snapshot"


def load_tables(connection: Connection, source: TableSource, as_of: datetime | None = None) -> Mapping[str, int]:
    """Put the snapshot's rows in place of the loaded tables and return how many rows each has.

    Every event ever taken is applied again on top, so nothing that was acknowledged is lost by an import. A profile
    event from before ``as_of`` (by default the newest time in the snapshot) does not override the snapshot's profile.
    Plans that were approved here are put back. Feedback and lists shown stay as they are.
    """
    frames = _frames(source, version=_next_version(connection))
    for name in ("learners", "enrolments", "evidence"):
        frames[name] = without_forgotten(connection, frames[name])
    for table in _LOADED:
        connection.execute(delete(table))
        _write(connection, table, frames[table.name])
    publish_drafts(connection)
    _replay(connection, as_of or _newest(frames))
    return {name: frame.height for name, frame in frames.items()}


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


def _frames(source: TableSource, version: int) -> dict[str, pl.DataFrame]:
    people = source.read("learners").with_columns(
        pl.col("languages").list.join(",").replace("", None), pl.lit(version).alias("version")
    )
    taken = source.read("enrolments").sort("learner_id", "course_id")
    shown = source.read("evidence").sort("learner_id")
    frames = {
        "organisations": lineages(source.read("organisations")),
        "learners": people,
        "enrolments": taken,
        "evidence": shown,
        "plans": plan_rows(source.read("plans")),
    }
    return {table.name: frames[table.name].select([c.name for c in table.columns]) for table in _LOADED}


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


def _newest(frames: Mapping[str, pl.DataFrame]) -> datetime:
    times = [
        frames[table][column].max()
        for table, column in (
            ("enrolments", "enrolled_on"),
            ("enrolments", "completed_on"),
            ("evidence", "observed_on"),
        )
    ]
    return max((time for time in times if isinstance(time, datetime)), default=datetime.min)


def _write(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Write a frame by the driver's own fastest way."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, frame)
        return
    times = pl.selectors.temporal().dt.to_string(_SQLITE_TIME)
    places = ", ".join("?" * len(frame.columns))
    statement = f"INSERT INTO {table.name} ({_quoted(frame)}) VALUES ({places})"  # noqa: S608 - names of our own
    for part in frame.with_columns(times).iter_slices(_CHUNK):
        connection.exec_driver_sql(statement, part.rows())


def _copy(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection has no driver below it")
    statement = f"COPY {table.name} ({_quoted(frame)}) FROM STDIN WITH (FORMAT csv)"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for part in frame.iter_slices(_CHUNK):
            copy.write(part.write_csv(include_header=False))


def _quoted(frame: pl.DataFrame) -> str:
    return ", ".join(f'"{column}"' for column in frame.columns)


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
