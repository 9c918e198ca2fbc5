"""Who was chosen, group by group: an audit of outcomes where there are people enough; never an input to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from recommender.planning.disclosure import LEAST

Z = 1.96
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One group's outcome."""

    group: str
    n: int
    chosen: int
    rate: float
    low: float
    high: float
    """95 % interval of the rate (Wilson 1927)."""
    ratio: float | None
    """The rate over that of everybody; below 0.8 is the usual mark for a closer look (four-fifths rule)."""


def audit(outcomes: pl.DataFrame, by: str, least: int = LEAST) -> tuple[AuditRow, ...]:
    """Return outcomes by group, largest first; groups of fewer than ``least`` are put together, or left out.

    ``outcomes`` has a row a person: ``chosen`` (Boolean) and the column ``by``. The column may come from a file that
    only the auditors hold; nothing here goes back into a ranking. Small groups join ``others``, with the smallest
    group that is large enough where they are too few, so that no small group can be worked out.
    """
    counted = (
        outcomes.group_by(pl.col(by).cast(pl.String).fill_null("unknown").alias("group"))
        .agg(pl.len().alias("n"), pl.col("chosen").sum().cast(pl.Int64).alias("chosen"))
        .sort("n", "group", descending=[True, False])
    )
    rows = [(str(g), int(n), int(c)) for g, n, c in counted.iter_rows()]
    small = [row for row in rows if row[1] < least]
    large = [row for row in rows if row[1] >= least]
    if small and sum(row[1] for row in small) < least and large:
        small.append(large.pop())
    if small and sum(row[1] for row in small) >= least:
        large.append((OTHERS, sum(row[1] for row in small), sum(row[2] for row in small)))
    people, chosen = sum(row[1] for row in large), sum(row[2] for row in large)
    overall = chosen / people if people else 0.0
    return tuple(_row(group, n, c, overall) for group, n, c in large)


def _row(group: str, n: int, chosen: int, overall: float) -> AuditRow:
    rate = chosen / n
    middle = (rate + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * float(np.sqrt(rate * (1 - rate) / n + Z**2 / (4 * n**2)))
    ratio = rate / overall if overall > 0 else None
    return AuditRow(group, n, chosen, rate, max(0.0, middle - half), min(1.0, middle + half), ratio)
