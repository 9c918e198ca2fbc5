"""Roles as planners read and edit them: what each required level costs in hours, versions, what a change would ask."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from api.workbench.approval import Signature
from api.workbench.desk import Desk
from features.errors import ConflictError, KarmapathError, NotFoundError
from features.reference import Position, Reference, Requirement, Role
from features.schema import MAX_LEVEL
from features.store.decisions import Decision
from features.store.drafts import APPROVED, DRAFT, RETURNED, SUBMITTED, DraftConflictError
from features.store.role_versions import RoleVersion

LEVELS = tuple(range(1, MAX_LEVEL + 1))
FRAC_COLUMNS = (
    "role_id", "role", "role_description", "activity_id", "activity", "competency_id", "level", "weight", "critical"
)  # fmt: skip
_MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class PricedNeed:
    """A requirement and what it costs to get there."""

    need: Requirement
    hours: tuple[float | None, ...]
    """Hours of the cheapest courses from nothing to level 1, 2, ... 5; ``None`` where none lead there."""
    people_hours: float | None
    """Hours of all holders in the organisation together, from where they are; ``None`` where some cannot get there."""


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role with its prices, its versions and who holds it."""

    role: Role
    version: int
    status: str
    """``imported`` for version 0."""
    needs: tuple[PricedNeed, ...]
    hours: float
    """From nothing to everything that is required, as far as courses lead there."""
    people_hours: float
    holders: int
    positions: tuple[Position, ...]
    """Positions anywhere that hold it."""
    versions: tuple[RoleVersion, ...]


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A competency that two roles, or two versions of one, ask for differently; 0 is not at all."""

    competency: str
    first: int
    second: int


def roles_within(desk: Desk, organisation: str) -> tuple[Role, ...]:
    """Return the roles of the positions of an organisation and all below it, by name."""
    reference = desk.reference
    held = set(desk.people(organisation).people["position_id"].drop_nulls())
    inside = [
        one
        for one in reference.positions.values()
        if one.id in held or (one.organisation and organisation in reference.lineage(one.organisation))
    ]
    found = {role: reference.roles[role] for one in inside for role in one.roles if role in reference.roles}
    return tuple(sorted(found.values(), key=lambda role: (role.name, role.id)))


def role_view(desk: Desk, organisation: str, role: str, version: int | None = None) -> RoleView:
    """Return a role in a version (by default the newest; 0 is the imported one), with prices and holders.

    Raises
    ------
    NotFoundError
        If there is no such role, or no such version of it.
    """
    shown, number, status, versions = _version(desk, role, version)
    reference, prices, people = desk.reference, desk.prices(), desk.people(organisation)
    positions = tuple(one for one in reference.positions.values() if role in one.roles)
    ids = [one.id for one in positions]
    rows = np.flatnonzero(people.people["position_id"].is_in(ids).fill_null(value=False).to_numpy())
    base, column = people.base(), {competency: n for n, competency in enumerate(people.competencies)}
    priced = []
    for need in shown.requirements:
        row = prices.row(need.competency)
        hours = tuple(None if row is None else _finite(float(prices.hours[row, 0, level])) for level in LEVELS)
        each = None
        if row is not None and need.competency in column:
            held = np.minimum(base[rows, column[need.competency]], need.level)
            each = _finite(float(prices.hours[row, held, need.level].sum()))
        priced.append(PricedNeed(need, hours, each))
    return RoleView(
        shown, number, status, tuple(priced),
        sum(one.hours[one.need.level - 1] or 0.0 for one in priced),
        sum(one.people_hours or 0.0 for one in priced), len(rows), positions, versions,
    )  # fmt: skip


def level_changes(first: Role, second: Role) -> tuple[LevelChange, ...]:
    """Return where two roles ask for different levels, the largest difference first."""
    ones, others = _levels(first), _levels(second)
    found = [LevelChange(c, ones.get(c, 0), others.get(c, 0)) for c in sorted(ones.keys() | others.keys())]
    return tuple(
        sorted((one for one in found if one.first != one.second), key=lambda one: -abs(one.first - one.second))
    )


def propose_role(desk: Desk, organisation: str, role: Role, base: int, signed: Signature) -> RoleVersion:
    """Write the next version of a role; ``base`` is the version that it began from.

    Raises
    ------
    KarmapathError
        If it requires what the framework does not have, or a level that does not exist.
    """
    _check(role, desk.reference)
    proposed = RoleVersion(role, base, organisation, DRAFT, signed.by, signed.at, signed.reason)
    return desk.service.store.workbench.add_role_version(proposed)


def submit_role(desk: Desk, version: RoleVersion) -> None:
    """Send a version for approval."""
    desk.service.store.workbench.move_role_version(version, SUBMITTED)


def judge_role(
    desk: Desk, organisation: str, version: RoleVersion, signed: Signature, *, approved: bool, top: str | None
) -> None:
    """Approve a version or send it back.

    ``top`` is the organisation below which the one who decides may decide, ``None`` for all: a role that posts
    elsewhere hold too is approved above both.

    Raises
    ------
    DraftConflictError
        If posts outside that tree hold the role.
    """
    reference, role = desk.reference, version.role
    if top is not None:
        outside = [
            one.organisation or "any organisation"
            for one in reference.positions.values()
            if role.id in one.roles and top not in reference.lineage(one.organisation)
        ]
        if outside:
            raise DraftConflictError(
                f"role {role.id}, which posts of {outside[0]} hold too",
                "a role of the own posts only",
                "ask for approval above both, or give the own posts a role of their own",
            )
    decision = Decision(
        "role", organisation, role.id, APPROVED if approved else RETURNED, signed.by, signed.principal, signed.at,
        signed.reason, facts={"name": role.name, "version": version.version},
    )  # fmt: skip
    desk.service.store.workbench.move_role_version(version, decision.outcome, decision)


def frac_file(role: Role) -> bytes:
    """Return a role as a FRAC table that ``karmapath import`` takes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(FRAC_COLUMNS)
    for need in role.requirements:
        activity = role.activities.get(need.activity, "") if need.activity else ""
        writer.writerow(
            (role.id, role.name, role.description or "", need.activity or "", activity, need.competency, need.level,
             f"{need.weight:g}", "true" if need.critical else "false")
        )  # fmt: skip
    return text.getvalue().encode()


def read_frac(text: str, role: Role, reference: Reference) -> Role:
    """Return the role with the requirements of a pasted FRAC table.

    Columns ``competency`` (id or name) and ``level`` must be there; ``activity``, ``weight`` and ``critical`` may.

    Raises
    ------
    KarmapathError
        With the line that cannot be taken.
    """
    names = {one.name.casefold(): one.id for one in reference.competencies.values()}
    known = {name.casefold(): key for key, name in role.activities.items()}
    activities, needs = dict(role.activities), []
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    for number, row in enumerate(csv.DictReader(io.StringIO(text.strip()), delimiter=delimiter), start=2):
        if number > _MOST_ROWS:
            raise KarmapathError(f"more than {_MOST_ROWS} lines", "fewer", "paste one role at a time")
        given = {(name or "").strip().casefold(): (value or "").strip() for name, value in row.items() if name}
        wanted = given.get("competency_id") or given.get("competency", "")
        competency = wanted if wanted in reference.competencies else names.get(wanted.casefold())
        if competency is None:
            raise KarmapathError(
                f"line {number}: competency {wanted[:80]!r}", "one of the framework", "correct the line"
            )
        title = given.get("activity", "")
        activity = known.get(title.casefold()) if title else None
        if title and activity is None:
            activity = f"{role.id}-P{len(activities) + 1}"
            activities[activity] = title
            known[title.casefold()] = activity
        needs.append(_need(role.id, activity, competency, given, number))
    return replace(role, activities=activities, requirements=tuple(needs))


def _need(role: str, activity: str | None, competency: str, given: Mapping[str, str], number: int) -> Requirement:
    try:
        level, weight = int(given.get("level", "")), float(given.get("weight") or 1.0)
    except ValueError:
        raise KarmapathError(
            f"line {number}: level {given.get('level', '')[:20]!r}", "a level from 1 to 5", "correct the line"
        ) from None
    critical = given.get("critical", "").casefold() in ("true", "yes", "1", "y")
    return Requirement(role, activity, competency, level, weight, critical)


def _check(role: Role, reference: Reference) -> None:
    if not role.name.strip():
        raise KarmapathError("a role without a name", "a name", "give it one")
    for need in role.requirements:
        if need.competency not in reference.competencies:
            raise NotFoundError(f"competency {need.competency!r}", "one of the framework", "choose one from the list")
        if need.level not in LEVELS or not 0 <= need.weight <= 100:
            raise KarmapathError(
                f"level {need.level} and weight {need.weight:g} of {need.competency}",
                "a level from 1 to 5 and a weight from 0 to 100", "correct it",
            )  # fmt: skip
    pairs = [(need.activity, need.competency) for need in role.requirements]
    if len(set(pairs)) != len(pairs):
        raise ConflictError("a competency twice for one activity", "each once", "leave one of them out")


def _version(desk: Desk, role: str, version: int | None) -> tuple[Role, int, str, tuple[RoleVersion, ...]]:
    versions = tuple(desk.service.store.workbench.role_versions(role))
    imported = desk.reference.roles.get(role)
    if imported is None and not versions:
        raise NotFoundError(f"role {role!r}", "the id of a role", "list the roles first")
    if version is None and versions:
        return versions[0].role, versions[0].version, versions[0].status, versions
    if not version and imported is not None:
        return imported, 0, "imported", versions
    found = next((one for one in versions if one.version == version), None)
    if found is None:
        raise NotFoundError(f"version {version} of role {role!r}", f"0 to {len(versions)}", "see its versions")
    return found.role, found.version, found.status, versions


def _levels(role: Role) -> Mapping[str, int]:
    levels: dict[str, int] = {}
    for need in role.requirements:
        levels[need.competency] = max(levels.get(need.competency, 0), need.level)
    return levels


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
