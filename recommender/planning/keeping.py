"""Building the gap map from a snapshot, and bringing it up to date with what the store heard since."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

import polars as pl

from features.errors import NotReadyError
from features.home import Home
from features.reference import Reference
from features.store import Store
from features.store.erase import digest
from features.store.everyone import changed_since, forgotten_digests, seen
from features.warehouse import Snapshot, Warehouse
from recommender.planning.gap_map import GapMap, MapAbout, build_gap_map, open_gap_map, update_gap_map
from recommender.planning.workforce import workforce, workforce_blocks, workforce_of
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable


def build_from_snapshot(
    home: Home,
    reference: Reference,
    at: datetime,
    *,
    snapshot: Snapshot | None = None,
    table: EvidenceTable = DEFAULT_EVIDENCE,
    say: Callable[[str], None] = lambda _: None,
) -> GapMap:
    """Build the map of everybody in a snapshot (the current one by default), as of a moment."""
    source = snapshot or Warehouse(home.warehouse).current()
    about = MapAbout(source.hash, at, 0, table.version)
    return build_gap_map(home, workforce_blocks(source, reference, at, table=table), reference, about, say)


def bring_up_to_date(
    home: Home, store: Store, reference: Reference, at: datetime, *, table: EvidenceTable = DEFAULT_EVIDENCE
) -> GapMap:
    """Return the map with every learner of whom the store heard since as the store knows them at ``at``.

    Raises
    ------
    NotReadyError
        If there is no map, or the store was filled from another snapshot than the map was built from.
    """
    before = open_gap_map(home)
    with store.everyone() as connection:
        state = seen(connection)
        if state["snapshot"] != before.about.snapshot:
            raise NotReadyError(
                f"a gap map of snapshot {before.about.snapshot}, and a store filled from {state['snapshot']}",
                "both the same", "run 'karmapath plan refresh' to build the map anew",
            )  # fmt: skip
        ids = changed_since(connection, before.about.last_event)
        marks = forgotten_digests(connection) if state["forgotten"] != before.about.forgotten else frozenset()
    snapshot = Warehouse(home.warehouse).snapshot(before.about.snapshot)
    gone = _gone(snapshot, before, marks)
    if not ids and not gone:
        return before
    records = [record for one in ids if (record := store.record(one, at)) is not None]
    touched = {*ids, *gone}
    was = workforce(snapshot, reference, before.about.at, learners=touched, table=table)
    now = workforce_of(records, reference, at, table=table)
    about = MapAbout(
        snapshot.hash, before.about.at, 0, table.version,
        last_event=state["last_event"], forgotten=state["forgotten"], updates=before.about.updates,
    )  # fmt: skip
    return update_gap_map(home, before, was, now, reference, about, gone)


def _gone(snapshot: Snapshot, before: GapMap, marks: Collection[str]) -> tuple[str, ...]:
    """Return erased learners whom the map may still count."""
    if not marks:
        return ()
    ids = snapshot.scan("learners").select("learner_id").collect().to_series()
    everybody = pl.concat([ids, before.changed()["learner_id"]]).unique()
    return tuple(sorted(one for one in everybody if digest(one) in marks))
