"""How honest the labels are: the share of enrolments that say nothing about interest."""

from __future__ import annotations

import polars as pl

from features.warehouse import Snapshot

MARKS = ("mandated", "campaign", "skimmed")


def label_shares(snapshot: Snapshot) -> dict[str, float]:
    """Return the share of all enrolments with each mark, and of those without any: ``preference``."""
    marks = [pl.col(name).fill_null(value=False) for name in MARKS]
    shares = snapshot.scan("enrolments").select(
        *(mark.mean().alias(name) for mark, name in zip(marks, MARKS, strict=True)),
        (~pl.any_horizontal(marks)).mean().alias("preference"),
    )
    return {name: float(share or 0.0) for name, share in shares.collect().row(0, named=True).items()}
