"""Lists of several learners at once: the same lists, to the last bit, for a fraction of the work.

Most of what one list costs is the overhead of a hundred small array operations. Learners who are asked for at the same
moment share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from features.records import LearnerRecord
from recommender.engine import DESIRABLE, GUIDED, Engine, Recommendation
from recommender.list_reasons import Worded
from recommender.listing import block_of_records
from recommender.listing.lists import NOTHING


def recommend_together(
    engine: Engine,
    records: Sequence[LearnerRecord],
    at: datetime,
    limit: int = 10,
    *,
    track: str | None = None,
    language: str | None = None,
    categories: frozenset[str] | None = None,
) -> list[tuple[Recommendation, ...]]:
    """Return for each record what ``Engine.recommend`` returns for it."""
    lister = engine.lister
    block = block_of_records(records, lister.catalogue, engine.evidence)
    lists, standing = lister.explained(block, at, limit, track=track, language=language, categories=categories)
    columns = [column.tolist() for column in (lists.courses, lists.scores, lists.guided, lists.reasons, lists.subjects)]
    posts, course_ids = block.post[block.profile].tolist(), engine.bundle.course_ids
    found = []
    for number, rows in enumerate(zip(*columns, strict=True)):
        own = replace(standing, at_least=standing.at_least[standing.start[number] : standing.start[number + 1]])
        worded = Worded(lister.catalogue, posts[number], own)
        found.append(
            tuple(
                Recommendation(
                    course=course_ids[course],
                    position=place,
                    score=score,
                    track=GUIDED if guided else DESIRABLE,
                    reasons=worded.reasons(course, codes, subjects),
                )
                for place, (course, score, guided, codes, subjects) in enumerate(zip(*rows, strict=True), start=1)
                if course != NOTHING
            )
        )
    return found
