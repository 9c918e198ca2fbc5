"""What is chosen most in an organisation, or everywhere: the list that needs to know nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import numpy as np

from features.histories import Histories
from features.records import Learner
from features.reference import Course
from models.base import LearnerBatch
from recommender.engine import Engine


def trending(
    engine: Engine, at: datetime, organisation: str | None, wanted: Callable[[Course], bool], limit: int
) -> tuple[Course, ...]:
    """Return live, unrestricted courses by popularity, the most chosen first.

    Parameters
    ----------
    engine
        Whose popularity model counts; where its blend has none, its whole score of an unknown learner.
    at
        The moment of the request.
    organisation
        Whose choices count more; ``None``: everybody's alike.
    wanted
        Which courses may be in the list.
    limit
        How many at most.
    """
    found: list[Course] = []
    for course in by_popularity(engine, organisation):
        if course.is_live(at) and not course.restricted and wanted(course):
            found.append(course)
        if len(found) >= limit:
            break
    return tuple(found[:limit])


def by_popularity(engine: Engine, organisation: str | None) -> Iterator[Course]:
    """Yield every course, the one most chosen in the organisation (``None``: by everybody) first."""
    bundle, reference = engine.bundle, engine.reference
    nobody = Histories.of([[]], len(bundle.course_ids))
    batch = LearnerBatch(nobody, bundle.learner_vocabulary.matrix([Learner("", organisation)], reference), None)
    scores = bundle.hybrid.models.get("popularity", bundle.hybrid).score(batch)[0]
    for column in np.argsort(-scores, kind="stable"):
        yield reference.courses[bundle.course_ids[column]]


def trending_shelves(engine: Engine, at: datetime, organisation: str | None, limit: int) -> dict[str, tuple[str, ...]]:
    """Return for each of ``SHELVES`` the ids of live, unrestricted courses, the most chosen first."""
    open_to_all = [c for c in by_popularity(engine, organisation) if c.is_live(at) and not c.restricted]
    return {
        shelf: tuple(course.id for course in open_to_all if wanted(course))[:limit] for shelf, wanted in SHELVES.items()
    }


def _is(*categories: str) -> Callable[[Course], bool]:
    return lambda course: course.category.casefold() in categories


SHELVES: Mapping[str, Callable[[Course], bool]] = {
    "courses": _is("course"),
    "programs": _is("program", "blended program", "curated program", "moderated program"),
    "certifications": _is("standalone assessment", "invite-only assessment", "comprehensive assessment program"),
    "under_30_mins": lambda course: course.category.casefold() == "course" and course.hours <= 0.5,
}
"""What may stand on each shelf of the home page, by the platform's name of the shelf."""
