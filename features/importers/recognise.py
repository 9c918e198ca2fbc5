"""Finds out what the files of a folder are: the platform's exports, JSON documents, FRAC tables, or own tables.

- ``igot``: warehouse tables, by the names of files and folders (``user_detail.csv``, ``user_enrolments/*.parquet``),
  a single file also by its columns;
- ``search``: content-search JSON, ``roles``: role-mapping JSON, by what stands in them;
- ``frac``: files named ``frac*``, or with the columns role, competency and level;
- own tables: files named after a table of the warehouse with its columns (``prerequisites.csv``, ``rules.csv``),
  for what no export of the platform holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import KarmapathError
from features.importers.headers import header_key
from features.importers.jobs import Job, file_job, files_in, matching
from features.importers.json_sources import read_json
from features.importers.mapping import ColumnRule, Mapping, TableRule, load_format
from features.importers.roles_json import is_roles, read_roles
from features.importers.search_json import is_search, read_search
from features.importers.sources import read_header
from features.schema import TABLES

KINDS = ("auto", "igot", "search", "roles", "frac")
_JSON = (".json", ".jsonl", ".ndjson")
_TABLES = (".csv", ".parquet", ".tsv", ".txt")
_RANK = {"igot": 0, "search": 1, "roles": 2, "frac": 3, "own": 4}
"""Where several files speak of one table: the first to say something wins, the others fill in what it left empty."""
_FRAC_COLUMNS = ("role", "competency", "level")


def jobs_for(sources: Sequence[Path], kind: str = "auto") -> tuple[list[Job], list[Path]]:
    """Return the jobs for the sources, tables that others point to first, and the files that are none of these.

    Raises
    ------
    KarmapathError
        If the kind is unknown, a file given by itself is not recognised, nothing is, or a table is there in two
        formats.
    """
    if kind not in KINDS:
        raise KarmapathError(f"kind {kind!r}", f"one of {', '.join(KINDS)}", "correct it, or give a mapping")
    jobs: list[Job] = []
    ignored: list[Path] = []
    for path in files_in(sources):
        found = _jobs_of(path, kind, given=path in sources)
        jobs += found
        ignored += [] if found else [path]
    if not jobs:
        raise KarmapathError(
            f"no file of kind {kind} in {', '.join(map(str, sources))}" if kind != "auto" else
            f"no file that is recognised in {', '.join(map(str, sources))}",
            "exports of the platform such as user_enrolments.csv, content-search JSON, a FRAC table",
            "check the path, or say by --mapping which column is what; nothing was imported",
        )  # fmt: skip
    _refuse_two_formats(jobs)
    order = list(TABLES)
    return sorted(jobs, key=lambda job: (order.index(job.rule.table), _RANK[job.mapping.name])), ignored


def _jobs_of(path: Path, kind: str, *, given: bool) -> list[Job]:
    suffix = path.suffix.lower()
    if suffix in _JSON or (given and kind in ("search", "roles")):
        return _json_jobs(path, kind, given=given)
    if suffix not in _TABLES:
        if given:
            raise _not_recognised(path, f"a file named *{suffix or path.name}")
        return []
    for name, jobs in (("igot", _igot_jobs), ("frac", _frac_jobs), ("auto", _own_jobs)):
        if kind in (name, "auto") and (found := jobs(path, given=given)):
            return found
    if given:
        raise _not_recognised(path, f"columns {', '.join(read_header(path))}")
    return []


def _json_jobs(path: Path, kind: str, *, given: bool) -> list[Job]:
    document = read_json(path)
    if kind == "search" or (kind == "auto" and is_search(document)):
        return _flat_jobs(path, "search", read_search)
    if kind == "roles" or (kind == "auto" and is_roles(document)):
        return _flat_jobs(path, "roles", read_roles)
    if given:
        raise _not_recognised(path, "JSON that is neither a content-search answer nor role mappings")
    return []


def _flat_jobs(path: Path, name: str, read: Callable[[Path], dict[str, pl.DataFrame]]) -> list[Job]:
    """Return the jobs of a JSON document, which is read once for all of them."""
    mapping = load_format(name)
    frames = cache(read)

    def job(rule: TableRule) -> Job:
        return Job(path, rule, lambda: iter([frames(path)[rule.files[0]]]), mapping)

    return [job(rule) for rule in mapping.tables]


def _igot_jobs(path: Path, *, given: bool) -> list[Job]:
    mapping = _format("igot")
    rules = [rule for rule in mapping.tables if matching(rule, [path])]
    if not rules and given:
        rules = _rules_by_columns(mapping, path)
    return [file_job(path, rule, mapping) for rule in rules]


def _rules_by_columns(mapping: Mapping, path: Path) -> list[TableRule]:
    """Return the rules of the export whose columns the file has most of, if it has all that must be there."""
    header = {header_key(name) for name in read_header(path)}
    exports = list(dict.fromkeys(rule.files for rule in mapping.tables))
    groups = [[rule for rule in mapping.tables if rule.files == files] for files in exports]
    best = max(groups, key=lambda rules: _score(rules, header))
    return best if _score(best, header) else []


def _score(rules: Sequence[TableRule], header: set[str]) -> int:
    """Return how many of the rules' columns are there; 0 if one that must be is not."""
    return 0 if any(_lacking(rule, header) for rule in rules) else sum(len(_present(rule, header)) for rule in rules)


def _present(rule: TableRule, header: set[str]) -> set[str]:
    return {n for n, column in rule.columns.items() if any(header_key(source) in header for source in column.source)}


def _lacking(rule: TableRule, header: set[str]) -> set[str]:
    """Return the columns that a rule needs and the file does not have; those that a step makes are not among them."""
    made = {"evidence_id", "kind"} if rule.prepare else set()
    sourced = {name for name, column in rule.columns.items() if column.source and column.value is None}
    must = {name for name in sourced if TABLES[rule.table].column(name).required}
    return must - made - _present(rule, header)


def _frac_jobs(path: Path, *, given: bool) -> list[Job]:
    mapping = _format("frac")
    named = [rule for rule in mapping.tables if matching(rule, [path])]
    if not named and not given:
        return []
    header = {header_key(name) for name in read_header(path)}
    if not named and not all(header & {name, f"{name}id"} for name in _FRAC_COLUMNS):
        return []
    return [file_job(path, rule, mapping) for rule in mapping.tables]


def _own_jobs(path: Path, *, given: bool) -> list[Job]:
    table = TABLES.get(path.stem)
    if table is None:
        return []
    header = {header_key(name) for name in read_header(path)}
    must = [column.name for column in table.columns if column.required]
    if not all(header_key(name) in header for name in must):
        if given:
            raise _not_recognised(path, f"columns {', '.join(read_header(path))}", f"the columns {', '.join(must)}")
        return []
    columns = {column.name: ColumnRule(source=(column.name,)) for column in table.columns}
    rule = TableRule(table=table.name, columns=columns, files=(path.name,), lenient=True)
    return [file_job(path, rule, Mapping(name="own", tables=(rule,)))]


def _not_recognised(path: Path, found: str, expected: str = "") -> KarmapathError:
    return KarmapathError(
        f"{path} has {found}",
        expected or "an export of the platform, a FRAC table (role, competency, level), or a table of the warehouse",
        "check the file, or say by --mapping which column is what; nothing was imported",
    )


def _refuse_two_formats(jobs: Sequence[Job]) -> None:
    """Raise ``KarmapathError`` where an export is there both as CSV and as Parquet: its rows would count twice."""
    seen: dict[Any, Path] = {}
    for job in jobs:
        key = (id(job.rule), job.path.parent)
        other = seen.setdefault(key, job.path)
        if other.suffix != job.path.suffix:
            raise KarmapathError(
                f"both {other.name} and {job.path.name} in {job.path.parent}", "one format of each export", "keep one"
            )


@cache
def _format(name: str) -> Mapping:
    return load_format(name)
