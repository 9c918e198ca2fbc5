"""Who may be shown what, as far as it depends on the profile alone: masks over the catalogue."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from features.records import Learner
from recommender.eligibility import is_entitled, is_readable
from recommender.listing.catalogue import Catalogue

Mask = NDArray[np.bool_]


def live(catalogue: Catalogue, at: datetime, categories: frozenset[str] | None) -> Mask:
    """Return which courses teach, are of the categories (lower case; ``None``: all) and can be taken at a moment."""
    return np.array(
        [
            course is not None
            and course.is_live(at)
            and not course.is_assessment
            and (categories is None or course.category.casefold() in categories)
            for course in catalogue.courses
        ],
        dtype=bool,
    )


def open_to(learner: Learner, catalogue: Catalogue, language: str | None) -> Mask:
    """Return which courses the learner is entitled to and reads; with ``language``, those in that language."""
    return np.array(
        [
            course is not None and is_entitled(learner, course) and is_readable(learner, course, language)
            for course in catalogue.courses
        ],
        dtype=bool,
    )
