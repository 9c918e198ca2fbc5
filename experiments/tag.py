"""Tagging: courses that nobody has fully tagged get competencies by meaning, before anything is trained on them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.edges import told_tables
from features.encoder import Encoder
from features.store import EdgeVerdict
from features.text import Abbreviations
from features.warehouse import Snapshot, Warehouse
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


def put_in_verdicts(warehouse: Warehouse, verdicts: Sequence[EdgeVerdict]) -> tuple[Snapshot, int]:
    """Return the snapshot with what planners said of edges, and the number of tables that changed by it."""
    snapshot = warehouse.current()
    changed = told_tables(snapshot, verdicts)
    return (warehouse.commit(changed, replace=True) if changed else snapshot), len(changed)
