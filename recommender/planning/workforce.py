"""A workforce: people, and for each competency the probability that they hold each level."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.interactions import TableScanner
from features.records import LearnerRecord
from features.reference import Reference
from features.schema import MAX_LEVEL
from recommender.gaps import SURE
from recommender.planning.people import people_from, people_of
from recommender.planning.told import evidence_of
from recommender.planning.tree import Tree
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable
from recommender.state.many import EvidenceRows, beliefs, evidence_rows

BLOCK = 50_000
"""People who are held in memory at once while a large table is read."""
READ = 200_000
"""People whose rows are read in one pass over the files."""


@dataclass(frozen=True)
class Workforce:
    """People and what they are believed to hold, on one day."""

    people: pl.DataFrame
    """In order of ``learner_id``; columns as ``recommender.planning.people.SCHEMA``."""
    competencies: tuple[str, ...]
    held: NDArray[np.float32]
    """P(level >= s), shape (n_people, n_competencies, 5) for s = 1 to 5; the prior where nothing is known."""
    known: NDArray[np.bool_]
    """Whether any evidence speaks, shape (n_people, n_competencies)."""
    at: datetime

    def __len__(self) -> int:
        return self.people.height

    def base(self) -> NDArray[np.int8]:
        """Return the highest level held for sure, shape (n_people, n_competencies)."""
        return np.asarray((self.held >= SURE).sum(axis=2), dtype=np.int8)

    def only(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Workforce:
        """Return the people of these rows (numbers in rising order, or a mask)."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Workforce(self.people[chosen], self.competencies, self.held[chosen], self.known[chosen], self.at)


def required_competencies(reference: Reference, positions: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return every competency that one of the positions (all of them by default) requires, sorted."""
    found = reference.positions if positions is None else positions
    return tuple(sorted({n.competency for one in found for n in reference.requirements_of_position(one)}))


def workforce(
    source: TableScanner,
    reference: Reference,
    at: datetime,
    *,
    organisation: str | None = None,
    competencies: Sequence[str] | None = None,
    learners: Collection[str] | None = None,
    until: datetime | None = None,
    table: EvidenceTable = DEFAULT_EVIDENCE,
) -> Workforce:
    """Return the people of an organisation and all below it (or everybody), with what they hold at ``at``.

    ``source`` is a snapshot; ``learners`` narrows to these ids; with ``until`` only
    what was observed by then counts. Memory: 20 bytes a person and competency.
    """
    within = None if organisation is None else Tree.of(reference.organisations, [organisation]).within(organisation)
    people = people_of(source, reference, within)
    if learners is not None:
        people = people.filter(pl.col("learner_id").is_in(list(learners)))
    wanted = required_competencies(reference) if competencies is None else tuple(competencies)
    rows, cases = evidence_of(source, people, reference, {c: n for n, c in enumerate(wanted)}, at, table, until)
    return _filled(people, wanted, rows, cases, at, table)


def workforce_blocks(
    source: TableScanner, reference: Reference, at: datetime, *, table: EvidenceTable = DEFAULT_EVIDENCE
) -> Iterator[Workforce]:
    """Yield everybody in blocks of at most ``BLOCK``, in order of id; competencies are all that positions require."""
    people = people_of(source, reference)
    wanted = required_competencies(reference)
    numbers = {c: n for n, c in enumerate(wanted)}
    for start in range(0, people.height, READ):
        some = people[start : start + READ]
        rows, cases = evidence_of(source, some, reference, numbers, at, table)
        ends = np.arange(0, some.height + BLOCK, BLOCK)
        case_cuts = np.searchsorted(cases, ends * len(wanted))
        row_cuts = np.searchsorted(rows.case, case_cuts)  # rows are in order of their cases
        for block in range(-(-some.height // BLOCK)):
            first, last = case_cuts[block], case_cuts[block + 1]
            part = _part(rows, slice(row_cuts[block], row_cuts[block + 1]), int(first))
            own = cases[first:last] - ends[block] * len(wanted)
            yield _filled(some[int(ends[block]) : int(ends[block + 1])], wanted, part, own, at, table)


def workforce_of(
    records: Iterable[LearnerRecord],
    reference: Reference,
    at: datetime,
    *,
    competencies: Sequence[str] | None = None,
    table: EvidenceTable = DEFAULT_EVIDENCE,
) -> Workforce:
    """Return the same of records that are at hand (from the store): what happened a second ago counts."""
    found = sorted(records, key=lambda record: record.learner.id)
    wanted = required_competencies(reference) if competencies is None else tuple(competencies)
    cases = {
        (record.learner.id, competency): person * len(wanted) + number
        for person, record in enumerate(found)
        for number, competency in enumerate(wanted)
    }
    rows = evidence_rows(found, reference, at, cases, table)
    spoken, inverse = np.unique(rows.case, return_inverse=True)
    compact = EvidenceRows(**{**rows.__dict__, "case": inverse.astype(np.int64)})
    return _filled(people_from((r.learner for r in found), reference), wanted, compact, spoken, at, table)


def _part(rows: EvidenceRows, cut: slice, first: int) -> EvidenceRows:
    columns = {name: column[cut] for name, column in rows.__dict__.items()}
    return EvidenceRows(**{**columns, "case": columns["case"] - first})


def _filled(
    people: pl.DataFrame, wanted: tuple[str, ...], rows: EvidenceRows, cases: NDArray[np.int64], at: datetime,
    table: EvidenceTable,
) -> Workforce:  # fmt: skip
    prior = _at_least(np.asarray(table.prior)[None, :])[0]
    held = np.empty((people.height * len(wanted), MAX_LEVEL), dtype=np.float32)
    held[:] = prior
    known = np.zeros(len(held), dtype=np.bool_)
    if len(cases):
        found = _at_least(beliefs(rows, len(cases), table))
        held[cases] = found
        known[cases] = np.abs(found - prior).max(axis=1) > 1e-4
    shape = people.height, len(wanted)
    return Workforce(people, wanted, held.reshape(*shape, MAX_LEVEL), known.reshape(shape), at)


def _at_least(probabilities: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return P(level >= s) for s = 1 to 5 from probabilities of levels 0 to 5."""
    upper = probabilities[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    return np.asarray(np.minimum(upper, 1.0), dtype=np.float32)
