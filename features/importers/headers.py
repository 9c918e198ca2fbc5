"""Column headers, whose case, spaces and signs do not matter: ``userID``, ``user_id`` and ``User ID`` are one."""

from __future__ import annotations

import re

import polars as pl


def header_key(header: str) -> str:
    """Return the header without case, spaces and signs.

    >>> header_key("User ID") == header_key("userID") == header_key("user_id")
    True
    """
    return re.sub(r"[\W_]+", "", header.strip().casefold()) or header


def column(frame: pl.DataFrame, header: str) -> pl.Series:
    """Return the column with that header, in whatever spelling; empty cells if there is none."""
    for name in frame.columns:
        if header_key(name) == header_key(header):
            return frame[name].alias(header)
    return pl.Series(header, [None], dtype=pl.String).new_from_index(0, frame.height)
