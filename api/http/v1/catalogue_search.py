"""Search of the catalogue for learners: by words and meaning, narrowed, counted, in their own order, with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.records import seeker_record
from api.http.answers import Answer
from api.http.fresh import Fresh
from api.http.searcher import NOBODY
from api.http.service import Service, service_of
from api.http.shapes import competency_name, course_card, reasons_list
from api.http.v1.parameters import Category, Language, Limit, Offset, Words
from api.http.v1.search_documents import FacetName, Order, SearchResults
from api.http.v1.shaping import MostHours, OnlyCompetencies, OnlyProviders
from features.records import LearnerRecord
from features.reference import Course, Reference
from recommender.engine import Engine
from recommender.matching.found_by import COMPETENCY, ID, MEANING, WORDS, FoundBy
from recommender.matching.personal import fused_order
from recommender.matching.search import SearchAnswer
from recommender.matching.wanted import VALUES, Wanted, counted
from recommender.paths import Reason

router = APIRouter(prefix="/v1", tags=["catalogue"])

_ALL = 1_000_000
_MOST_VALUES = 50
_COLUMNS: Mapping[str, str] = {
    "language": "languages", "category": "category", "provider": "provider", "difficulty": "difficulty",
    "topic": "topics",
}  # fmt: skip
"""Facets that the index counts, and what it calls them."""

Looked = Annotated[
    str, Query(max_length=400, description="what is looked for, in any language; empty: all", examples=["noting"])
]
Several = Annotated[list[str], Query(default_factory=list, max_length=20)]
Organisations = Annotated[
    list[str],
    Query(default_factory=list, max_length=50, description="only subjects of these organisations and those below them"),
]
LeastHours = Annotated[float, Query(ge=0, le=5000, description="only courses that take no less")]
MostFee = Annotated[float | None, Query(ge=0, le=10_000_000, description="only courses that cost no more rupees")]
Facets = Annotated[
    list[FacetName],
    Query(default_factory=list, max_length=9, description="count what was found by these", examples=[["language"]]),
]
Seeker = Annotated[
    str | None,
    Query(
        max_length=200,
        description="whose search it is: what they took is marked, what is restricted is found if they may take it; "
        "default: the caller's own",
    ),
]
Ordered = Annotated[Order, Query(description="personal: what is found, by the learner's interest as well")]
New = Annotated[bool, Query(description="leave out what the learner took or has begun")]


@dataclass(frozen=True, slots=True)
class _Asked:
    q: str
    columns: Mapping[str, Sequence[str]]
    wanted: Wanted
    record: LearnerRecord | None
    order: Order
    new: bool
    facets: Sequence[FacetName]


@router.get("/search", response_model=SearchResults)
async def search(
    request: Request,
    category: Category,
    provider: OnlyProviders,
    difficulty: Several,
    topic: Several,
    competency: OnlyCompetencies,
    organisation: Organisations,
    facet: Facets,
    q: Looked = "",
    language: Language = None,
    min_hours: LeastHours = 0.0,
    max_hours: MostHours = None,
    max_fee: MostFee = None,
    learner: Seeker = None,
    order: Ordered = "relevance",
    new: New = False,
    limit: Limit = 20,
    offset: Offset = 0,
    lang: Words = "en",
) -> Response:
    """Search the live courses by words and meaning: in any language, Hindi in Latin letters, with typing errors.

    Each hit says why it was found: the words it says, the meaning, or the competency. Until the meaning of texts is
    known, and where no encoder is installed, words alone are searched, and ``searched`` says so. An empty query lists
    all, in order of their names. Restricted courses are found by those entitled to them. Without the store nothing is
    marked, and the search goes on.
    """
    service = service_of(request)
    engine, at = service.engine, service.clock()
    record = await seeker_record(request, learner)
    fresh = Fresh(
        request, service, engine, record.version if record else 0,
        f"{service.searcher.way(engine)}|{record.learner.id if record else None}",
    )  # fmt: skip
    if (same := fresh.unchanged()) is not None:
        return same
    columns = {
        "languages": [language] if language else [], "category": category, "provider": provider,
        "difficulty": difficulty, "topics": topic,
    }  # fmt: skip
    wanted = Wanted(frozenset(competency), frozenset(organisation), min_hours, max_hours, max_fee)
    asked = _Asked(q, {name: values for name, values in columns.items() if values}, wanted, record, order, new, facet)
    document = await service.solve(_found, service, engine, at, asked, limit, offset, lang)
    return Answer(document, headers=fresh.headers)


def _found(
    service: Service, engine: Engine, at: datetime, asked: _Asked, limit: int, offset: int, lang: str
) -> dict[str, Any]:
    reference, record = engine.reference, asked.record
    learner = NOBODY if record is None else record.learner
    standing = {} if record is None else standings(record)
    left_out = standing.keys() if asked.new else frozenset()
    answer, searched = service.searcher.search(
        engine, asked.q, at, _ALL, 0, asked.columns, learner,
        lambda course: course.id not in left_out and asked.wanted.fits(course, reference),
    )  # fmt: skip
    scores = {hit.course: hit.score for hit in answer.hits}
    personal = asked.order == "personal" and record is not None
    ranked = _personal(engine, record, at, asked.q, list(scores)) if personal and record is not None else list(scores)
    return {
        "model": engine.version,
        "searched": searched,
        "order": "personal" if personal else "relevance",
        "learner": learner.id or None,
        "total": len(ranked),
        "offset": offset,
        "items": [
            {
                "position": place,
                **_card(reference.courses[course]),
                "score": round(scores[course], 4),
                "standing": standing.get(course),
                "reasons": reasons_list(_reasons(answer.found_by(course), reference), lang),
            }
            for place, course in enumerate(ranked[offset : offset + limit], start=offset + 1)
        ],
        "facets": [_facet(name, answer, ranked, reference) for name in dict.fromkeys(asked.facets)],
        "meant": answer.meant,
    }


def standings(record: LearnerRecord) -> dict[str, str]:
    """Return course to what the learner has done with it."""
    planned = {item.course: "planned" for item in record.plans}
    begun = {one.course: "enrolled" if one.status == "not_started" else one.status for one in record.enrolments}
    return planned | begun


def _personal(engine: Engine, record: LearnerRecord, at: datetime, q: str, found: list[str]) -> list[str]:
    """Return what was found by interest as well; where nothing was asked, how it was found says nothing."""
    scores = engine.scores(engine.situation(record, at))
    column = engine.bundle.course_index
    interest = {course: float(scores[column[course]]) for course in found if course in column}
    if q.strip():
        return fused_order(found, interest)
    return sorted(found, key=lambda course: -interest.get(course, float("-inf")))


def _card(course: Course) -> dict[str, Any]:
    return {
        **course_card(course),
        "organisation": course.organisation,
        "fee": course.cost,
        "restricted": course.restricted,
    }


def _reasons(found: FoundBy, reference: Reference) -> Iterable[Reason]:
    if ID in found.ways:
        yield Reason("found_id", {})
    if WORDS in found.ways:
        yield Reason("found_words", {"words": ", ".join(found.words)})
    if COMPETENCY in found.ways:
        for competency in found.competencies:
            name = competency_name(reference, competency)
            yield Reason("found_competency", {"competency": competency, "competency_name": name})
    if MEANING in found.ways:
        yield Reason("found_meaning", {"meaning": found.meaning})


def _facet(name: FacetName, answer: SearchAnswer, found: Sequence[str], reference: Reference) -> dict[str, Any]:
    if name in VALUES:
        counts: Mapping[str, int] = counted((reference.courses[course] for course in found), name)
    else:
        counts = answer.facets[_COLUMNS[name]]
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_VALUES]
    return {
        "name": name,
        "values": [{"value": value, "name": _called(name, value, reference), "count": n} for value, n in most],
    }


def _called(name: FacetName, value: str, reference: Reference) -> str:
    if name == "competency":
        return competency_name(reference, value)
    if name == "organisation" and value in reference.organisations:
        return reference.organisations[value].name
    return value
