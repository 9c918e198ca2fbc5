"""Writes tables that may be too large for memory: rows come in chunks, one file comes out."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import polars as pl

ROW_GROUP = 262_144


@dataclass
class TableFile:
    """One table as CSV or Parquet, written chunk by chunk; columns are text, as the platform exports them.

    Parquet chunks are kept beside the file and joined, streaming, when it is closed.
    """

    folder: Path
    name: str
    columns: Sequence[str]
    parquet: bool = False
    _csv: BinaryIO | None = field(default=None, init=False)
    _parts: list[Path] = field(default_factory=list, init=False)

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / f"{self.name}.{'parquet' if self.parquet else 'csv'}"

    def __enter__(self) -> TableFile:
        if self.parquet:
            self._part_folder.mkdir(parents=True, exist_ok=True)
        else:
            self._csv = self.path.open("wb")
            self._csv.write((",".join(self.columns) + "\n").encode())
        return self

    def append(self, frame: pl.DataFrame) -> None:
        """Add rows; columns that the frame lacks stay empty.

        Raises
        ------
        ValueError
            If the frame has a column that the table does not have.
        """
        if frame.width == 0:
            return
        unknown = set(frame.columns) - set(self.columns)
        if unknown:
            raise ValueError(f"table {self.name} has no column {sorted(unknown)[0]}")
        rows = frame.select(
            (pl.col(name).cast(pl.String) if name in frame.columns else pl.lit(None, dtype=pl.String)).alias(name)
            for name in self.columns
        )
        if self._csv is not None:
            rows.write_csv(self._csv, include_header=False)
        else:
            part = self._part_folder / f"{len(self._parts):06d}.parquet"
            rows.write_parquet(part, compression="zstd")
            self._parts.append(part)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._csv is not None:
            self._csv.close()
        if self.parquet and kind is None:
            join_parquet(self._parts, self.path)
        if self.parquet:
            shutil.rmtree(self._part_folder)

    @property
    def _part_folder(self) -> Path:
        return self.folder / f".{self.name}.parts"


def join_parquet(parts: Sequence[Path], path: Path) -> None:
    """Join Parquet files into one, in order, without holding them in memory."""
    joined = pl.scan_parquet(list(parts))
    joined.sink_parquet(path, compression="zstd", row_group_size=ROW_GROUP, maintain_order=True)
