"""What people said of edges, put into the tables that everything else reads.

A confirmed edge is as sure as a provider's own; a rejected one counts for nothing and is never inferred again. Both are
put in anew after every import, so that no import takes them back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from features.reference import TableSource
from features.schema import TABLES
from features.store import EdgeVerdict

CONFIRMED, REJECTED = "confirmed", "rejected"
_SAID = (CONFIRMED, REJECTED)


def told_tables(source: TableSource, verdicts: Sequence[EdgeVerdict]) -> dict[str, pl.DataFrame]:
    """Return the tables ``teaches``, ``requirements`` and ``designations`` as the verdicts leave them, if they do.

    Of courses, roles, competencies and positions that are not there nothing is put in. What earlier verdicts left and
    later ones took back goes.
    """
    made = {
        "teaches": _teaches(source, _of(verdicts, "course_teaches")),
        "requirements": _requirements(source, _of(verdicts, "role_needs")),
        "designations": _designations(source, _of(verdicts, "designation_means")),
    }
    return {name: frame for name, frame in made.items() if not _same(name, frame, source)}


def _of(verdicts: Sequence[EdgeVerdict], kind: str) -> list[EdgeVerdict]:
    return [verdict for verdict in verdicts if verdict.kind == kind]


def _teaches(source: TableSource, verdicts: Sequence[EdgeVerdict]) -> pl.DataFrame:
    before = source.read("teaches")
    courses, competencies = _ids(source, "courses", "course_id"), _ids(source, "competencies", "competency_id")
    levels = {(r["course_id"], r["competency_id"]): r for r in before.iter_rows(named=True)}
    rows = []
    for said in verdicts:
        if said.subject in courses and said.object in competencies:
            held = levels.get((said.subject, said.object), {})
            if said.verdict == CONFIRMED and said.level is None and _is_sure(held):
                continue
            rows.append(
                {
                    "course_id": said.subject,
                    "competency_id": said.object,
                    "from_level": held.get("from_level") if said.from_level is None else said.from_level,
                    "to_level": held.get("to_level") if said.level is None else said.level,
                    "confidence": 1.0 if said.verdict == CONFIRMED else 0.0,
                    "source": said.verdict,
                }
            )
    return _merged("teaches", before.filter(~pl.col("source").is_in(_SAID).fill_null(value=False)), rows)


def _requirements(source: TableSource, verdicts: Sequence[EdgeVerdict]) -> pl.DataFrame:
    before = source.read("requirements")
    roles, competencies = _ids(source, "roles", "role_id"), _ids(source, "competencies", "competency_id")
    said_of = {(v.subject, v.object): v for v in verdicts if v.subject in roles and v.object in competencies}
    rows: list[dict[str, Any]] = []
    for row in before.iter_rows(named=True):
        verdict = said_of.get((row["role_id"], row["competency_id"]))
        if verdict is None and row["source"] != CONFIRMED:
            rows.append(row)
        elif verdict is not None and verdict.verdict == CONFIRMED:
            rows.append({**row, "level": verdict.level or row["level"], "source": CONFIRMED})
    held = {(row["role_id"], row["competency_id"]) for row in rows}
    rows += [
        {"role_id": role, "competency_id": competency, "level": verdict.level, "source": CONFIRMED}
        for (role, competency), verdict in said_of.items()
        if verdict.verdict == CONFIRMED and (role, competency) not in held and verdict.level is not None
    ]
    return _merged("requirements", TABLES["requirements"].empty(), rows)


def _designations(source: TableSource, verdicts: Sequence[EdgeVerdict]) -> pl.DataFrame:
    positions = _ids(source, "positions", "position_id")
    rows = [
        {
            "designation": said.subject,
            "organisation_id": said.organisation,
            "position_id": said.object,
            "confidence": 1.0 if said.verdict == CONFIRMED else 0.0,
            "source": said.verdict,
        }
        for said in verdicts
        if said.object in positions
    ]
    held = source.read("designations").filter(~pl.col("source").is_in(_SAID).fill_null(value=False))
    return _merged("designations", held, rows)


def _is_sure(row: Mapping[str, Any]) -> bool:
    """Whether a provider says it already without a doubt: nothing is to be added, and the provider's word stays."""
    return bool(row) and (row["source"] or "tag") == "tag" and (row["confidence"] is None or row["confidence"] >= 1.0)


def _ids(source: TableSource, table: str, column: str) -> set[str]:
    return set(source.read(table)[column])


def _merged(name: str, held: pl.DataFrame, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return the held rows with the new ones, which take the place of those with the same key."""
    table = TABLES[name]
    schema = {column.name: column.dtype for column in table.columns}
    new = pl.DataFrame(rows, schema=schema, orient="row") if rows else table.empty()
    both = pl.concat([table.conform(held), table.conform(new)])
    return both.unique(subset=list(table.key), keep="last", maintain_order=True).sort(list(table.key))


def _same(name: str, frame: pl.DataFrame, source: TableSource) -> bool:
    table = TABLES[name]
    return frame.equals(table.conform(source.read(name)).sort(list(table.key)))
