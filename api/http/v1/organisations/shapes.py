"""From what the workbench computes to the documents that go out."""

from __future__ import annotations

from typing import Any

from api.http.answers import stamp
from api.http.shapes import competency_name
from api.workbench.gap_reasons import CompetencyView, PostGap, Teacher
from api.workbench.gaps import Cell, PeerShare, part_name
from features.reference import Organisation, Reference, Requirement
from recommender.planning.gap_map import MapAbout

Document = dict[str, Any]


def organisation_item(organisation: Organisation) -> Document:
    """Return an organisation in short."""
    return {
        "organisation": organisation.id,
        "name": organisation.name,
        "parent": None if organisation.parent == organisation.id else organisation.parent,
        "kind": organisation.kind,
    }


def gap_cell(cell: Cell, by: str, reference: Reference) -> Document:
    """Return one cell of the gap map."""
    return {
        "key": cell.key,
        "name": part_name(cell.key, by, reference, ""),
        "competency": cell.competency_id,
        "competency_name": competency_name(reference, cell.competency_id),
        "level": cell.level,
        "critical": cell.critical,
        "weight": cell.weight,
        "withheld": cell.withheld,
        "n": cell.n,
        "known": cell.known,
        "short": _round(cell.short),
        "short_interval": _interval(cell.short_low, cell.short_high),
        "share": None if cell.share is None else round(min(cell.share, 1.0), 4),
        "levels": _round(cell.levels),
        "levels_interval": _interval(cell.levels_low, cell.levels_high),
    }


def trend_point(at: Any, cell: Cell) -> Document:
    """Return the total at one date."""
    return {
        "at": stamp(at),
        "n": cell.n,
        "short": _round(cell.short),
        "short_interval": _interval(cell.short_low, cell.short_high),
        "share": round(min(cell.share or 0.0, 1.0), 4),
        "levels": _round(cell.levels),
    }


def peer_item(peer: PeerShare, reference: Reference) -> Document:
    """Return one competency beside the peers."""
    return {
        "competency": peer.competency_id,
        "competency_name": competency_name(reference, peer.competency_id),
        "n": peer.n,
        "share": round(min(peer.share, 1.0), 4),
        "peer_n": peer.peer_n,
        "peer_share": None if peer.peer_share is None else round(min(peer.peer_share, 1.0), 4),
        "ahead": None if peer.ahead is None else round(peer.ahead, 2),
    }


def competency_gap(
    view: CompetencyView, competency: str, organisation: str, about: MapAbout, reference: Reference
) -> Document:
    """Return one competency in one organisation."""
    return {
        "organisation": organisation,
        "at": stamp(about.at),
        "competency": competency,
        "name": competency_name(reference, competency),
        "total": None if view.total is None else gap_cell(view.total, "total", reference),
        "posts": [_post_gap(post, reference) for post in view.posts],
        "teachers": [_teacher(one) for one in view.teachers],
        "highest_taught": view.highest,
    }


def _post_gap(post: PostGap, reference: Reference) -> Document:
    return {
        "gap": gap_cell(post.cell, "position", reference),
        "because": [_asked(need, reference) for need in post.asks],
    }


def _asked(need: Requirement, reference: Reference) -> Document:
    role = reference.roles[need.role]
    return {
        "role": role.id,
        "role_name": role.name,
        "activity": need.activity,
        "activity_name": role.activities.get(need.activity) if need.activity else None,
        "level": need.level,
        "weight": need.weight,
        "critical": need.critical,
    }


def _teacher(one: Teacher) -> Document:
    return {
        "course": one.course.id,
        "name": one.course.name.strip(),
        "hours": round(one.course.hours, 2),
        "languages": one.course.languages,
        "provider": one.course.provider,
        "from_level": one.from_level,
        "to_level": one.to_level,
        "confidence": round(one.confidence, 4),
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _interval(low: float | None, high: float | None) -> list[float] | None:
    return None if low is None or high is None else [round(low, 1), round(high, 1)]
