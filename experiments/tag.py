"""Tagging: courses that nobody has fully tagged get competencies by meaning, before anything is trained on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from features.edges import told_tables
from features.encoder import Encoder
from features.reference import Reference
from features.schema import TABLES
from features.store import EVERYWHERE, EdgeVerdict, folded
from features.text import Abbreviations
from features.warehouse import Snapshot, Warehouse
from recommender.matching.designations import ASK, DesignationMatcher
from recommender.matching.tagging import infer_teaches


def tag_courses(
    warehouse: Warehouse, encoder: Encoder, abbreviations: Abbreviations | None = None
) -> tuple[Snapshot, int]:
    """Return the snapshot with what untagged courses teach, and the number of inferred rows in it.

    Rows that were inferred before are inferred again; rows of providers, planners and importers stay as they are. The
    same courses and competencies give the same snapshot.
    """
    snapshot = warehouse.current()
    inferred = infer_teaches(snapshot, encoder, abbreviations=abbreviations)
    told = snapshot.read("teaches").filter(pl.col("source").fill_null("") != "inferred")
    if inferred.is_empty() and told.height == snapshot.rows.get("teaches", 0):
        return snapshot, 0
    return warehouse.commit({"teaches": pl.concat([told, inferred])}, replace=True), inferred.height


def match_designations(
    warehouse: Warehouse, encoder: Encoder, abbreviations: Abbreviations | None = None
) -> tuple[Snapshot, int, int]:
    """Return the snapshot with the positions that learners' titles surely mean, their number, and that of the others.

    Titles that are a position's own, or that a planner confirmed, are left alone; what a planner rejected is not said
    again; where it is not sure enough a person is to be asked.
    """
    snapshot = warehouse.current()
    told = snapshot.read("designations").filter(pl.col("source").fill_null("") != "inferred")
    reference = replace(Reference.load(snapshot), titles=_titles(told))
    if not reference.positions:
        return snapshot, 0, 0
    rejected = set(told.filter(pl.col("source") == "rejected").select("designation", "position_id").iter_rows())
    held = snapshot.scan("learners").select("designation", "organisation_id").unique().drop_nulls("designation")
    unknown = [
        (title, place)
        for title, place in held.collect().sort("designation", "organisation_id").iter_rows()
        if title.strip() and reference.position_of(None, title, place) is None
    ]
    rows = []
    matcher = DesignationMatcher(reference, encoder, abbreviations) if unknown else None
    for title, place in unknown:
        best = next(iter(matcher.match(title, place, 1)), None) if matcher else None
        if best is not None and best.confidence >= ASK and (folded(title), best.position) not in rejected:
            rows.append((folded(title), place or EVERYWHERE, best.position, best.confidence, "inferred"))
    names = TABLES["designations"].schema.names()
    inferred = pl.DataFrame(rows, schema=names, orient="row") if rows else TABLES["designations"].empty()
    if inferred.is_empty() and told.height == snapshot.rows.get("designations", 0):
        return snapshot, 0, len(unknown)
    after = pl.concat([told, TABLES["designations"].conform(inferred)])
    return warehouse.commit({"designations": after}, replace=True), inferred.height, len(unknown) - inferred.height


def _titles(told: pl.DataFrame) -> dict[tuple[str, str | None], str]:
    confirmed = told.filter(pl.col("source") == "confirmed")
    return {
        (title, place or None): position
        for title, place, position in confirmed.select("designation", "organisation_id", "position_id").iter_rows()
    }


def put_in_verdicts(warehouse: Warehouse, verdicts: Sequence[EdgeVerdict]) -> tuple[Snapshot, int]:
    """Return the snapshot with what planners said of edges, and the number of tables that changed by it."""
    snapshot = warehouse.current()
    changed = told_tables(snapshot, verdicts)
    return (warehouse.commit(changed, replace=True) if changed else snapshot), len(changed)
