"""One import from files to the warehouse: all or nothing, with an account of every row."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import polars as pl

from features.draft import Draft
from features.errors import KarmapathError
from features.home import Home
from features.importers.changes import Changes, is_small_change, of_learners
from features.importers.completing import with_publication
from features.importers.growing import MARKED_BY, Growth, bounded, import_ranges, lay_aside, learner_bounds
from features.importers.jobs import Job, Progress, mapping_jobs
from features.importers.mapping import load_mapping
from features.importers.pseudonyms import has_key, keyed_hash
from features.importers.reader import FileCount, TableReader
from features.importers.recognise import jobs_for
from features.importers.split import GrowingJob, growing_jobs
from features.importers.tabulate import Pseudonym
from features.labels import MARKS, Window, label_shares
from features.rejects import write_rejects
from features.schema import GROWING, TABLES
from features.warehouse import Snapshot, Warehouse

Extent = Literal["merge", "full", "delta"]
"""What files are: ``full``: all there is, so that what they lack is no more; ``delta``: what changed; ``merge``: it is
not known, what they lack stays and is counted."""

ENDED_BY_FULL = ("learners", "enrolments", "evidence", "plans")
"""Tables of which a full export ends the rows that it lacks. Courses stay: histories point to them."""

_ONE_RANGE = pl.Series("learner_id", [], dtype=pl.String)
MOST_ENDED = 0.5
"""Share of a table's rows that a full export may end: beyond it is rather a torn export."""


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
    extent: Extent = "merge"
    missing: dict[str, int] = field(default_factory=dict)
    """Rows of the warehouse that the files did not hold: ended by a full export, else kept."""
    before: str | None = None
    """Hash of the snapshot before, which still holds everything."""


def import_files(
    home: Home,
    sources: Sequence[Path],
    now: datetime,
    *,
    kind: str = "auto",
    mapping: str | None = None,
    windows: Sequence[Window] = (),
    pseudonymise: bool = False,
    extent: Extent = "merge",
    progress: Progress = lambda _: None,
) -> ImportReport:
    """Import folders or files of a kind, or by a mapping; what ``karmapath import`` does.

    Memory follows the learners of a range, not the size of the files.

    Raises
    ------
    KarmapathError
        If a file is missing or is not what it claims to be, or no row is good; nothing is then written, but for the
        rejects in the last case. Also where pseudonyms are asked for and the warehouse holds learners under the
        platform's own ids, and where a full export lacks most of what there is.
    """
    if mapping is None:
        jobs, ignored = jobs_for(sources, kind)
        detect = True
    else:
        rules = load_mapping(mapping)
        jobs, ignored, detect = mapping_jobs(rules, sources), [], rules.detect_campaigns
    for path in ignored:
        progress(f"leaving {path.name} alone: not a file that can be imported")
    warehouse = Warehouse(home.warehouse)
    with warehouse.draft() as draft, tempfile.TemporaryDirectory(prefix=".importing-", dir=home.warehouse) as work:
        before = warehouse.current() if warehouse.exists() else None
        pseudonym = _pseudonym(home, before, asked=pseudonymise)
        whole = frozenset(ENDED_BY_FULL if extent == "full" else ())

        def begun(*, anew: bool) -> _Run:
            reader = TableReader(before, now, pseudonym, whole=whole)
            return _Run(reader, before, draft, jobs, Path(work) / str(anew), progress, anew=anew)

        try:
            run = begun(anew=False)
            found = run.run(windows, detect=detect)
        except _TooMuchError:
            progress("much has changed since the parts were written: writing them anew")
            run = begun(anew=True)
            found = run.run(windows, detect=detect)
        counts, rejects = run.counts(), run.rejects()
        file = write_rejects(rejects, home.rejects, now)
        if not any(count.kept or count.folded for count in counts):
            where = f"see {file}" if file else "check the files"
            raise KarmapathError("no row that can be imported", "at least one good row", where)
    snapshot = warehouse.current()
    labels = (
        label_shares(snapshot.scan("enrolments").select(MARKS).collect()) if snapshot.rows.get("enrolments") else {}
    )
    return ImportReport(
        snapshot, counts, rejects.height, file, labels, found, extent, run.missing, before.hash if before else None
    )


@dataclass
class _Run:
    """The steps of one import."""

    reader: TableReader
    before: Snapshot | None
    draft: Draft
    jobs: Sequence[Job]
    work: Path
    say: Progress
    anew: bool
    """Write the parts anew, however little changes."""
    growing: list[GrowingJob] = field(init=False)
    growth: Growth = field(init=False)
    missing: dict[str, int] = field(default_factory=dict)
    changes: Changes | None = None
    """What changes in a large warehouse, where it is little."""

    def __post_init__(self) -> None:
        self.growing = growing_jobs(self.jobs)
        read = {job.rule.table for job in self.growing}
        held = set() if self.before is None else set(self.before.rows)
        self.growth = Growth(tuple(name for name in GROWING if name in read | held), self.work / "ranges")

    def run(self, windows: Sequence[Window], *, detect: bool) -> tuple[Window, ...]:
        """Read everything and write it into the draft; return the campaign windows."""
        self._read_small()
        tables = self.reader.imported.tables
        touched = bool(self.growing) or any(name in tables for name in MARKED_BY)
        if touched and self.growth.names:
            self._read_growing()
        if "courses" in tables or any(job.rule.table == "enrolments" for job in self.growing):
            self._date_courses()
        found = tuple(windows)
        if detect and touched and self.growth.first.height:
            found += self.growth.campaigns() if self.changes is None else self.changes.campaigns()
        self._write(found, touched=touched)
        return found

    def counts(self) -> tuple[FileCount, ...]:
        """Return what became of every file's rows, in the order of the jobs."""
        small, large = iter(self.reader.imported.counts), iter(self.growth.counts.values())
        return tuple(next(large if job.rule.table in GROWING else small) for job in self.jobs)

    def rejects(self) -> pl.DataFrame:
        """Return the refused rows of all files."""
        rejects = pl.concat([self.reader.imported.rejects, *self.growth.rejects])
        # A file that several rules read has its malformed rows once.
        return rejects.unique(maintain_order=True).sort("file", "line", maintain_order=True)

    def _date_courses(self) -> None:
        """Let no course be published after its first enrolment."""
        imported = self.reader.imported.tables
        courses = self.reader.together("courses")
        if courses.height:
            everybody = self.changes is not None and "courses" in imported
            first = self.changes.first() if everybody and self.changes is not None else self.growth.first
            imported["courses"] = with_publication(courses, first)

    def _read_small(self) -> None:
        for job in self.jobs:
            if job.rule.table not in GROWING:
                self.say(f"reading {job.path.name} -> {job.rule.table}")
                self.reader.take(job.load(), job.rule, job.path.name, job.mapping.null_words)
        self.reader.finish(set(TABLES) - set(GROWING))

    def _read_growing(self) -> None:
        if self.before is not None and not self.anew and is_small_change(self.before, self.growing, self.reader):
            self._read_changes(self.before)
            return
        bounds = learner_bounds(self.growing, self.reader, self.before)
        split = lay_aside(self.growing, self.reader, bounds, self.work / "rows", self.say)
        import_ranges(self.growing, split, self.reader, bounded(self.before, bounds), self.growth, self.say)
        self._count_missing()

    def _read_changes(self, before: Snapshot) -> None:
        split = lay_aside(self.growing, self.reader, _ONE_RANGE, self.work / "rows", self.say)
        source = of_learners(before, split.learners)
        import_ranges(self.growing, split, self.reader, lambda _: source, self.growth, self.say)
        self.changes = Changes(before, source, self.growth)
        for name, missing in self.growth.missing.items():
            lacking = before.rows[name] - (source.read(name).height - missing)
            self.missing |= {name: lacking} if lacking else {}

    def _count_missing(self) -> None:
        self.missing = {name: rows for name, rows in self.growth.missing.items() if rows}
        for name in self.reader.whole & self.growth.missing.keys():
            held = self.before.rows[name] if self.before else 0
            lost = self.missing.get(name, 0)
            if lost > MOST_ENDED * held:
                raise KarmapathError(
                    f"a full export that lacks {lost:,} of the {held:,} {name} of the warehouse",
                    f"all but at most {MOST_ENDED:.0%} of them",
                    "check that the export is whole, or import it with --delta; nothing was imported",
                )

    def _write(self, windows: Sequence[Window], *, touched: bool) -> None:
        imported = self.reader.imported.tables
        for name in TABLES:
            if name in GROWING:
                continue
            if name in imported:
                self.draft.write(name, self.reader.together(name))
            else:
                self.draft.keep(name)
        if not touched:
            for name in GROWING:
                self.draft.keep(name)
            return
        taken = {job.rule.table for job in self.growing} | imported.keys()
        tables = {name: self.reader.together(name) for name in MARKED_BY if name not in GROWING}
        mark_again = any(name in taken for name in MARKED_BY)
        ranges = self.growth.marked(tables, windows) if mark_again else self.growth.ranges()
        if self.changes is None:
            for own in ranges:
                self.draft.grow({"learners": TABLES["learners"].empty(), **own})
            self.draft.grown()
        elif not self.changes.write(self.draft, next(ranges), windows):
            raise _TooMuchError


class _TooMuchError(Exception):
    """A change is too much to lie over the parts: they are to be written anew."""


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
