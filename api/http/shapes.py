"""From what the engine computes to the documents that go out; ``documents`` declares the same shapes for OpenAPI."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from api.http.answers import stamp
from features.reference import Course, Reference, Role
from recommender.engine import Engine
from recommender.gaps import Gap
from recommender.paths import Path, PathItem, Reason, sentence
from recommender.paths.solution import Conflict
from recommender.state import Belief

Document = dict[str, Any]


def head(engine: Engine, learner: str, at: datetime) -> Document:
    """Return what every answer about a learner begins with."""
    return {"learner": learner, "model": engine.version, "at": stamp(at)}


def course_card(course: Course) -> Document:
    """Return the course in short."""
    return {
        "course": course.id,
        "name": course.name.strip(),
        "category": course.category,
        "provider": course.provider,
        "hours": round(course.hours, 2),
        "languages": course.languages,
    }


def course_document(course: Course, reference: Reference, version: str) -> Document:
    """Return all that is known of a course."""
    return {
        "model": version,
        **course_card(course),
        "description": course.description,
        "status": course.status,
        "rating": course.rating,
        "cost": course.cost,
        "external": course.external,
        "restricted": course.restricted,
        "published_on": stamp(course.published_on),
        "retired_on": stamp(course.retired_on),
        "teaches": [
            {
                "competency": taught.competency,
                "name": competency_name(reference, taught.competency),
                "from_level": taught.from_level,
                "to_level": taught.to_level,
                "confidence": round(taught.confidence, 4),
                "source": taught.source,
            }
            for taught in course.teaches
        ],
        "requires": course.requires,
    }


def reasons_list(reasons: Iterable[Reason], language: str) -> list[Document]:
    """Return reasons as code, facts and a sentence."""
    return [{"code": r.code, "text": sentence(r, language), "facts": r.facts} for r in reasons]


def belief_document(belief: Belief, reference: Reference) -> Document:
    """Return what is believed of one competency."""
    competency = reference.competencies.get(belief.competency)
    return {
        "competency": belief.competency,
        "name": competency_name(reference, belief.competency),
        "area": competency.area if competency else None,
        "theme": competency.theme if competency else None,
        "known": belief.known,
        "expected_level": round(belief.expected, 3),
        "interval": belief.interval(),
        "probabilities": [round(float(p), 4) for p in belief.probabilities],
        "evidence": [
            {
                "id": item.id,
                "kind": item.kind,
                "course": item.course,
                "level": item.level,
                "passed": item.passed,
                "observed_on": stamp(item.observed_on),
                "weight": round(item.weight, 3),
            }
            for item in belief.evidence
        ],
    }


def gap_document(gap: Gap, reference: Reference) -> Document:
    """Return one gap."""
    role = reference.roles.get(gap.role)
    return {
        "competency": gap.competency,
        "name": gap.name,
        "required": gap.required,
        "met": gap.met,
        "p_met": round(gap.p_met, 4),
        "expected_level": round(gap.expected_level, 3),
        "missing": round(gap.missing, 3),
        "weight": gap.weight,
        "critical": gap.critical,
        "known": gap.known,
        "role": gap.role,
        "role_name": role.name if role else gap.role,
        "activity": gap.activity,
        "activity_name": role.activities.get(gap.activity) if role and gap.activity else None,
    }


def path_document(path: Path, reference: Reference, language: str) -> Document:
    """Return a path with all its items."""
    return {
        "kind": path.kind,
        "status": path.status,
        "hours": round(path.hours, 2),
        "value": round(path.value, 4),
        "bound": round(path.bound, 4),
        "items": [_path_item(item, reference, language) for item in path.items],
        "conflict": None if path.conflict is None else _conflict(path.conflict),
        "facts": path.facts,
    }


def _path_item(item: PathItem, reference: Reference, language: str) -> Document:
    return {
        "position": item.position,
        **course_card(reference.courses[item.course]),
        "hours": round(item.hours, 2),
        "starts_on": stamp(item.starts_on),
        "ends_on": stamp(item.ends_on),
        "due_on": stamp(item.due_on),
        "mandatory": item.mandatory,
        "closes": [
            {"competency": s.competency, "name": competency_name(reference, s.competency), "level": s.level}
            for s in item.closes
        ],
        "reasons": reasons_list(item.reasons, language),
    }


def _conflict(conflict: Conflict) -> Document:
    return {
        "duties": conflict.duties,
        "kind": conflict.kind,
        "hours_short": round(conflict.hours_short, 2),
        "way_out": conflict.way_out,
        "drop": conflict.drop,
    }


def role_document(role: Role, reference: Reference) -> Document:
    """Return a role with its activities and requirements."""
    return {
        "role": role.id,
        "name": role.name,
        "description": role.description,
        "activities": [{"activity": key, "name": name} for key, name in role.activities.items()],
        "requirements": [
            {
                "competency": need.competency,
                "name": competency_name(reference, need.competency),
                "level": need.level,
                "weight": need.weight,
                "critical": need.critical,
                "activity": need.activity,
                "source": need.source,
            }
            for need in role.requirements
        ],
    }


def competency_name(reference: Reference, competency: str) -> str:
    """Return the competency's name, its id where it has none."""
    found = reference.competencies.get(competency)
    return found.name if found else competency
