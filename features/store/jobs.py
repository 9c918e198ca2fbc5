"""Who works where as what, counted: organisations and designations, and no learner."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from features.store.tables import learners


def jobs(connection: Connection) -> list[tuple[str, str, int]]:
    """Return organisation, designation and number of learners, of those who have both, in order."""
    held = learners.c.organisation_id, learners.c.designation
    query = select(*held, func.count()).where(held[0].is_not(None), held[1].is_not(None)).group_by(*held)
    return sorted((organisation, designation, count) for organisation, designation, count in connection.execute(query))
