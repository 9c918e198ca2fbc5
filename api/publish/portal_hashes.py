"""The lists that the platform's portal reads from Redis, from the model that serves.

``lhp_trending``                field ``<organisation or across>:<shelf>``
``cbp_manual``                  field ``<organisation>:acbp:allusers`` or ``<organisation>:acbp:<designation>``
``odcs_course_recomendation``   field ``<organisation>``, and ``<organisation>_<DESIGNATION>``

A value is ids with commas between, best first. Restricted courses are in none: the portal shows the lists to everybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from features.records import Learner, LearnerRecord
from features.store import Store, folded
from features.store.everyone import shared_rows
from features.store.jobs import jobs
from recommender.engine import Engine
from recommender.trending import by_popularity, trending_shelves

TRENDING, PLANNED, RECOMMENDED = "lhp_trending", "cbp_manual", "odcs_course_recomendation"
ACROSS = "across"
SHELF_LENGTH = 50
RECOMMENDED_LENGTH = 15
_CAROUSEL = frozenset({"course", "program", "moderated course", "moderated program"})

Hashes = dict[str, dict[str, str]]
Progress = Callable[[str], None]


def portal_hashes(engine: Engine, store: Store, at: datetime, report: Progress = lambda line: None) -> Hashes:
    """Return every hash with its fields; a list without courses has no field."""
    with store.everyone() as connection:
        held = jobs(connection)
        plans = shared_rows(connection, "plans", ["holder", "course_id", "allocated_on", "due_on"])
    organisations = sorted(set(engine.reference.organisations) | {organisation for organisation, _, _ in held})
    report(f"{len(organisations):,} organisations, {len(held):,} designations in them")
    return {
        TRENDING: trending_fields(engine, at, organisations),
        PLANNED: planned_fields(engine, at, plans.iter_rows()),
        RECOMMENDED: recommended_fields(engine, at, organisations, [(o, d) for o, d, _ in held], report),
    }


def trending_fields(engine: Engine, at: datetime, organisations: Iterable[str]) -> dict[str, str]:
    """Return what is chosen most, everywhere and in each organisation, shelf by shelf."""
    fields: dict[str, str] = {}
    for organisation in (None, *organisations):
        shelves = trending_shelves(engine, at, organisation, SHELF_LENGTH)
        fields |= {f"{organisation or ACROSS}:{shelf}": ",".join(ids) for shelf, ids in shelves.items() if ids}
    return fields


def planned_fields(
    engine: Engine, at: datetime, plans: Iterable[tuple[str, str, datetime | None, datetime | None]]
) -> dict[str, str]:
    """Return what plans ask of organisations and designations, the nearest due first.

    Parameters
    ----------
    plans
        Holder (as ``features.store.holders`` writes it), course, from when it holds, when it is due.
    """
    due: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for holder, course_id, allocated_on, due_on in plans:
        course = engine.reference.courses.get(course_id)
        field = _plan_field(holder)
        holds = allocated_on is None or allocated_on <= at
        if field and holds and course is not None and course.is_live(at) and not course.restricted:
            due[field].append((due_on or datetime.max, course_id))
    return {
        field: ",".join(dict.fromkeys(course for _, course in sorted(found))) for field, found in sorted(due.items())
    }


def recommended_fields(
    engine: Engine, at: datetime, organisations: Iterable[str], held: Iterable[tuple[str, str]], report: Progress
) -> dict[str, str]:
    """Return what is recommended to an organisation, and to a designation in it."""
    fields = {}
    for organisation in organisations:
        chosen = (
            course.id
            for course in by_popularity(engine, organisation)
            if course.is_live(at) and not course.restricted and course.category.casefold() in _CAROUSEL
        )
        fields[organisation] = ",".join(_first(chosen, RECOMMENDED_LENGTH))
    for number, (organisation, designation) in enumerate(held, start=1):
        somebody = LearnerRecord(Learner("", organisation, designation=designation))
        items = engine.recommend(somebody, at, RECOMMENDED_LENGTH, categories=_CAROUSEL)
        fields[f"{organisation}_{folded(designation).upper()}"] = ",".join(item.course for item in items)
        if number % 1000 == 0:
            report(f"  {number:,} designations")
    return {field: ids for field, ids in fields.items() if ids}


def _first(ids: Iterable[str], limit: int) -> list[str]:
    return [course for _, course in zip(range(limit), ids, strict=False)]


def _plan_field(holder: str) -> str | None:
    """Return the field of a holder; one learner's plans are in none.

    >>> _plan_field("organisation:o1"), _plan_field("designation:o1:section officer"), _plan_field("learner:L1")
    ('o1:acbp:allusers', 'o1:acbp:section officer', None)
    """
    scope, _, rest = holder.partition(":")
    if scope == "organisation":
        return f"{rest}:acbp:allusers"
    organisation, _, designation = rest.rpartition(":")
    return f"{organisation}:acbp:{designation}" if scope == "designation" and designation else None


def counts(hashes: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Return how many fields each hash has."""
    return {name: len(fields) for name, fields in hashes.items()}
