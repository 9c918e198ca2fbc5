"""Guided paths for a whole population: each distinct problem is solved once.

Interest is left aside, so that people in the same situation pose the same problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from features.records import LearnerRecord
from features.reference import Reference
from recommender.paths.guided import guided_path
from recommender.paths.path import Path, PathSettings
from recommender.paths.sharing import Sharing
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable, competency_state


def guided_paths(
    records: Iterable[LearnerRecord],
    reference: Reference,
    at: datetime,
    settings: PathSettings,
    *,
    sharing: Sharing | None = None,
    table: EvidenceTable = DEFAULT_EVIDENCE,
) -> Iterator[tuple[str, Path]]:
    """Yield each learner's id and guided path; give ``sharing`` to go on with what was solved before."""
    remembered = Sharing() if sharing is None else sharing
    for record in records:
        state = competency_state(record, reference, at, table)
        yield record.learner.id, guided_path(record, reference, state, {}, at, settings, remembered)
