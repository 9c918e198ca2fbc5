"""Who works where as what, counted: organisations and designations, and no learner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, func, select

from features.store.tables import learners

_LOOKUP = 500


def jobs(connection: Connection) -> list[tuple[str, str, int]]:
    """Return organisation, designation and number of learners, of those who have both, in order."""
    held = learners.c.organisation_id, learners.c.designation
    query = select(*held, func.count()).where(held[0].is_not(None), held[1].is_not(None)).group_by(*held)
    return sorted((organisation, designation, count) for organisation, designation, count in connection.execute(query))


def organisations_of(connection: Connection, ids: Iterable[str]) -> dict[str, str | None]:
    """Return learner to organisation, for those of the ids that are here."""
    found: dict[str, str | None] = {}
    for some in _batched(sorted(ids), _LOOKUP):
        rows = connection.execute(
            select(learners.c.learner_id, learners.c.organisation_id).where(learners.c.learner_id.in_(some))
        )
        found.update((row.learner_id, row.organisation_id) for row in rows)
    return found


def _batched(ids: list[str], size: int) -> Iterator[list[str]]:
    """Yield the ids in parts."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
