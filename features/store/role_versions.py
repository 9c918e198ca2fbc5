"""Roles as planners edit them: versions above the imported one, each with its author and its state."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from features.reference import Requirement, Role
from features.store.drafts import APPROVED, DRAFT, RETURNED, SUBMITTED, DraftConflictError
from features.store.tables import role_versions

_NEXT: Mapping[str, frozenset[str]] = {
    DRAFT: frozenset({SUBMITTED}),
    RETURNED: frozenset({SUBMITTED}),
    SUBMITTED: frozenset({APPROVED, RETURNED}),
    APPROVED: frozenset(),
}
"""From which state into which."""


@dataclass(frozen=True, slots=True)
class RoleVersion:
    """A role as somebody wants it to be."""

    role: Role
    version: int
    """From 1; 0 is the imported one."""
    organisation: str
    """Where it was proposed."""
    status: str
    author: str
    made_at: datetime
    note: str
    """What was changed."""


def add_role_version(connection: Connection, proposed: RoleVersion) -> RoleVersion:
    """Write a version after the newest one; ``proposed.version`` is the one that it began from.

    Raises
    ------
    DraftConflictError
        If somebody else has made a newer version in between.
    """
    newest = connection.execute(
        select(func.max(role_versions.c.version)).where(role_versions.c.role_id == proposed.role.id)
    ).scalar()
    if (newest or 0) != proposed.version:
        raise DraftConflictError(
            f"a change of version {proposed.version} of role {proposed.role.id}",
            f"a change of version {newest or 0}, the newest",
            "open the role again: somebody else has changed it",
        )
    values: dict[str, Any] = {
        "role_id": proposed.role.id,
        "version": proposed.version + 1,
        "organisation_id": proposed.organisation,
        "status": DRAFT,
        "author": proposed.author,
        "made_at": proposed.made_at,
        "note": proposed.note,
        "body": json.dumps(_body(proposed.role), ensure_ascii=False),
    }
    connection.execute(insert(role_versions).values(**values))
    return RoleVersion(
        proposed.role, proposed.version + 1, proposed.organisation, DRAFT, proposed.author, proposed.made_at,
        proposed.note,
    )  # fmt: skip


def move_role_version(connection: Connection, version: RoleVersion, status: str) -> None:
    """Put a version into another state.

    Raises
    ------
    DraftConflictError
        If its present state does not lead there.
    """
    own = (role_versions.c.role_id == version.role.id) & (role_versions.c.version == version.version)
    before = [state for state, after in _NEXT.items() if status in after]
    moved = update(role_versions).where(own, role_versions.c.status.in_(before)).values(status=status)
    if connection.execute(moved).rowcount != 1:
        raise DraftConflictError(
            f"version {version.version} of role {version.role.id}, {version.status}",
            f"one that is {' or '.join(before)}",
            "open the role again to see where it stands",
        )


def read_role_versions(connection: Connection, role: str) -> Sequence[RoleVersion]:
    """Return the versions of a role, the newest first."""
    query = select(role_versions).where(role_versions.c.role_id == role).order_by(role_versions.c.version.desc())
    return [_version(row) for row in connection.execute(query)]


def approved_roles(connection: Connection) -> Mapping[str, Role]:
    """Return the newest approved version of every role that has one, by id."""
    query = select(role_versions).where(role_versions.c.status == APPROVED).order_by(role_versions.c.version)
    return {row.role_id: _version(row).role for row in connection.execute(query)}


def _body(role: Role) -> dict[str, Any]:
    return {
        "name": role.name,
        "description": role.description,
        "activities": dict(role.activities),
        "requirements": [asdict(need) for need in role.requirements],
    }


def _version(row: Any) -> RoleVersion:
    body = json.loads(row.body)
    needs = tuple(Requirement(**need) for need in body["requirements"])
    role = Role(row.role_id, body["name"], body["description"], body["activities"], needs)
    return RoleVersion(role, row.version, row.organisation_id, row.status, row.author, row.made_at, row.note)
