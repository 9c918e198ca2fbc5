"""Parameters that several routes share."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query

LearnerId = Annotated[str, Path(min_length=1, max_length=200, description="the learner's id", examples=["L0000001"])]
CourseId = Annotated[str, Path(min_length=1, max_length=200, description="the course's id")]
Limit = Annotated[int, Query(ge=1, le=100, description="how many at most")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="how many to leave out at the beginning")]
Language = Annotated[
    str | None,
    Query(pattern=r"^[a-z]{2,3}$", description="only courses in this language (ISO 639 code)", examples=["hi"]),
]
Category = Annotated[
    list[str],
    Query(
        default_factory=list, max_length=20, description="only these categories, e.g. Course or Program; default: all"
    ),
]
Words = Annotated[Literal["en", "hi"], Query(description="language of the sentences", examples=["en"])]
Track = Annotated[
    Literal["guided", "desirable"] | None,
    Query(description="guided: only courses that close a gap of the position; desirable: only others"),
]
