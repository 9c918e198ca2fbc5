"""What an import reads: which file, by which rule, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import polars as pl

from features.errors import KarmapathError
from features.importers.json_sources import read_json, records_frame
from features.importers.mapping import Mapping as FileMapping
from features.importers.mapping import TableRule
from features.importers.sources import BLOCK, read_blocks, read_lists

Progress = Callable[[str], None]

_LOADERS: Mapping[str, Callable[[Path, str | None], Iterator[pl.DataFrame]]] = {
    "table": read_blocks,
    "lists": lambda path, separator: iter([read_lists(path, separator)]),
    "records": lambda path, _: iter([records_frame(read_json(path))]),
}


@dataclass(frozen=True)
class Job:
    """One file to read into one table."""

    path: Path
    rule: TableRule
    blocks: Callable[[], Iterator[pl.DataFrame]]
    """Reads the file, a block of rows at a time; ``KarmapathError`` where it is not what it claims to be."""
    mapping: FileMapping

    def load(self) -> pl.DataFrame:
        """Read the whole file."""
        return pl.concat(self.blocks(), how="diagonal")

    def expected_rows(self, first_block: int) -> int:
        """Return how many rows the file may have, told from the number in its first block."""
        if self.path.suffix.lower() == ".parquet":
            return int(pl.scan_parquet(self.path, glob=False).select(pl.len()).collect().item())
        return int(first_block * max(self.path.stat().st_size / BLOCK, 1.0))


def file_job(path: Path, rule: TableRule, mapping: FileMapping) -> Job:
    """Return the job of reading a file as a rule's format says."""
    return Job(path, rule, lambda: _LOADERS[rule.format](path, rule.separator), mapping)


def mapping_jobs(mapping: FileMapping, sources: Sequence[Path]) -> list[Job]:
    """Return the jobs of a mapping, in its order.

    Raises
    ------
    KarmapathError
        If a file that the mapping needs is not among the sources. Where files are given instead of a folder, only
        those are read, and one at least must be the mapping's.
    """
    files = files_in(sources)
    found = [(rule, matching(rule, files)) for rule in mapping.tables]
    where = ", ".join(str(source) for source in sources)
    if not any(paths for _, paths in found):
        wanted = ", ".join(dict.fromkeys(pattern for rule in mapping.tables for pattern in rule.files))
        raise KarmapathError(f"none of the mapping's files in {where}", wanted, "check the path, or the mapping")
    if any(source.is_dir() for source in sources):
        for rule, paths in found:
            if not paths and not rule.optional:
                raise KarmapathError(
                    f"no file {' or '.join(rule.files)} in {where}",
                    f"the file for the table {rule.table}",
                    "add it, or mark it optional in the mapping; nothing was imported",
                )
    return [file_job(path, rule, mapping) for rule, paths in found for path in paths]


def files_in(sources: Sequence[Path]) -> list[Path]:
    """Return the files given, those of the folders given, and those of the folders in these.

    Hidden files and markers of finished jobs (``_SUCCESS``) are not among them. Raises ``KarmapathError`` where there
    is nothing.
    """
    files: list[Path] = []
    for source in sources:
        if not source.exists():
            raise KarmapathError(f"nothing at {source}", "a folder or a file", "check the path")
        files += _files_under(source) if source.is_dir() else [source]
    return list(dict.fromkeys(files))


def _files_under(folder: Path) -> list[Path]:
    inside = [path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "_"))]
    deeper = [file for path in inside if path.is_dir() for file in sorted(path.iterdir())]
    files = [path for path in (*inside, *deeper) if path.is_file()]
    return [path for path in files if not path.name.startswith((".", "_")) and path.suffix != ".crc"]


def matching(rule: TableRule, files: Sequence[Path]) -> list[Path]:
    """Return the files that a rule reads, in the rule's order; a rule that names none reads all."""
    if rule.files == ("",):
        return list(files)
    return [path for pattern in rule.files for path in files if _fits(path, pattern)]


def _fits(path: Path, pattern: str) -> bool:
    return fnmatch(f"{path.parent.name}/{path.name}" if "/" in pattern else path.name, pattern)
