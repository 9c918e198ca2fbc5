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
from recommender.planning.gap_map import GapMap, MapAbout, basis_of, build_gap_map, open_gap_map, update_gap_map
from recommender.planning.workforce import workforce, workforce_blocks, workforce_of
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable

REBUILT = 100_000
"""People up to whom a map that cannot be updated is built anew while somebody waits."""


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
    about = MapAbout(source.hash, at, 0, basis_of(reference, table))
    return build_gap_map(home, workforce_blocks(source, reference, at, table=table), reference, about, say)


def bring_up_to_date(
    home: Home,
    store: Store,
    reference: Reference,
    at: datetime,
    *,
    table: EvidenceTable = DEFAULT_EVIDENCE,
    rebuild_upto: int = REBUILT,
) -> GapMap:
    """Return the map with every learner of whom the store heard since as the store knows them at ``at``.

    A map of another snapshot than the store's, or with other requirements or evidence than hold now, cannot be
    updated: for at most ``rebuild_upto`` people it is built anew.

    Raises
    ------
    NotReadyError
        If there is no map, or it is of more people and would have to be built anew.
    """
    before = open_gap_map(home)
    with store.everyone() as connection:
        state = seen(connection)
    wanted = state["snapshot"], basis_of(reference, table)
    if (before.about.snapshot, before.about.basis) != wanted:
        if before.about.people > rebuild_upto or state["snapshot"] is None:
            raise NotReadyError(
                "a gap map of another snapshot than the store's, or with other requirements or evidence than hold now",
                "a map of what holds now",
                "run 'karmapath plan refresh --anew'",
            )
        snapshot = Warehouse(home.warehouse).snapshot(state["snapshot"])
        before = build_from_snapshot(home, reference, at, snapshot=snapshot, table=table)
    with store.everyone() as connection:
        state = seen(connection)
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
        snapshot.hash, before.about.at, 0, before.about.basis,
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
