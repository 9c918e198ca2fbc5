"""One import from files to the warehouse: all or nothing, with an account of every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from features.errors import KarmapathError
from features.home import Home
from features.importers.jobs import Progress, mapping_jobs, run_jobs
from features.importers.mapping import load_mapping
from features.importers.pseudonyms import has_key, keyed_hash
from features.importers.reader import FileCount, TableReader
from features.importers.recognise import jobs_for
from features.importers.tabulate import Pseudonym
from features.labels import MARKS, Window, detect_campaigns, label_shares, mark
from features.rejects import write_rejects
from features.warehouse import Snapshot, Warehouse

_MARKED_BY = ("enrolments", "plans", "learners", "organisations", "courses")
"""Tables that the marks depend on."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    snapshot: Snapshot
    counts: tuple[FileCount, ...]
    rejected: int
    rejects_file: Path | None
    """Parquet file of the refused rows; a CSV file of the same name stands beside it."""
    labels: dict[str, float] = field(default_factory=dict)
    """Share of each mark among all enrolments of the warehouse."""
    campaigns: tuple[Window, ...] = ()


def import_files(
    home: Home,
    sources: Sequence[Path],
    now: datetime,
    *,
    kind: str = "auto",
    mapping: str | None = None,
    windows: Sequence[Window] = (),
    pseudonymise: bool = False,
    progress: Progress = lambda _: None,
) -> ImportReport:
    """Import folders or files of a kind, or by a mapping; what ``karmapath import`` does.

    Raises
    ------
    KarmapathError
        If a file is missing or is not what it claims to be; nothing is then written.
    """
    if mapping is None:
        jobs, ignored = jobs_for(sources, kind)
        detect = True
    else:
        rules = load_mapping(mapping)
        jobs, ignored, detect = mapping_jobs(rules, sources), [], rules.detect_campaigns
    for path in ignored:
        progress(f"leaving {path.name} alone: not a file that can be imported")
    return import_into(
        home,
        lambda reader: run_jobs(jobs, reader, progress),
        now,
        windows=windows,
        detect=detect,
        pseudonymise=pseudonymise,
    )


def import_into(
    home: Home,
    read: Callable[[TableReader], None],
    now: datetime,
    *,
    windows: Sequence[Window] = (),
    detect: bool = False,
    pseudonymise: bool = False,
) -> ImportReport:
    """Read files with ``read``, mark the enrolments, and commit all tables at once.

    Parameters
    ----------
    home
        Where the warehouse and the rejects are.
    read
        Gives files to the reader it is called with; what it raises ends the import with nothing written.
    now
        Moment of the import.
    windows
        Campaign windows to mark.
    detect
        Whether to look for more campaign windows.
    pseudonymise
        Whether to replace learner ids; once a home does, it always does.

    Raises
    ------
    KarmapathError
        If a file was refused, or no row was good; the rejects are written in the second case. Also where pseudonyms
        are asked for and the warehouse holds learners under the platform's own ids.
    """
    warehouse = Warehouse(home.warehouse)
    before = warehouse.current() if warehouse.exists() else None
    reader = TableReader(before, now, _pseudonym(home, before, asked=pseudonymise))
    read(reader)
    imported = reader.finish()
    if not any(count.kept or count.folded for count in imported.counts):
        file = write_rejects(imported.rejects, home.rejects, now)
        where = f"see {file}" if file else "check the files"
        raise KarmapathError("no row that can be imported", "at least one good row", where)
    found = _marked(reader, windows, detect=detect)
    file = write_rejects(imported.rejects, home.rejects, now)
    snapshot = warehouse.commit(imported.tables)
    labels = (
        label_shares(snapshot.scan("enrolments").select(MARKS).collect()) if snapshot.rows.get("enrolments") else {}
    )
    return ImportReport(snapshot, tuple(imported.counts), imported.rejects.height, file, labels, found)


def _pseudonym(home: Home, before: Snapshot | None, *, asked: bool) -> Pseudonym | None:
    if has_key(home):
        return keyed_hash(home)
    if not asked:
        return None
    if before is not None and before.rows.get("learners"):
        raise KarmapathError(
            f"learners under the platform's own ids in {home.warehouse}",
            "a home without learners, since one person would be there twice",
            "import everything into a new home with --pseudonymise",
        )
    return keyed_hash(home)


def _marked(reader: TableReader, windows: Sequence[Window], *, detect: bool) -> tuple[Window, ...]:
    """Mark all enrolments again where the import brought something that marks depend on."""
    imported = reader.imported
    if not any(table in imported.tables for table in _MARKED_BY):
        return tuple(windows)
    tables = {name: reader.together(name) for name in _MARKED_BY}
    enrolments = tables["enrolments"]
    if enrolments.is_empty():
        return tuple(windows)
    found = (*windows, *(detect_campaigns(enrolments) if detect else ()))
    imported.tables["enrolments"] = mark(enrolments, tables, found)
    return found
