"""What is chosen most in an organisation, or everywhere: the list that needs to know nobody."""

from __future__ import annotations

from collections.abc import Callable
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
    bundle, reference = engine.bundle, engine.reference
    nobody = Histories.of([[]], len(bundle.course_ids))
    batch = LearnerBatch(nobody, bundle.learner_vocabulary.matrix([Learner("", organisation)], reference), None)
    scores = bundle.hybrid.models.get("popularity", bundle.hybrid).score(batch)[0]
    found: list[Course] = []
    for column in np.argsort(-scores, kind="stable"):
        course = reference.courses[bundle.course_ids[column]]
        if course.is_live(at) and not course.restricted and wanted(course):
            found.append(course)
        if len(found) >= limit:
            break
    return tuple(found[:limit])
