"""The learner a recommendation is asked for: what the store knows, and what the portal says of the job today."""

from __future__ import annotations

import logging
from dataclasses import replace

from api.http.service import Service
from features.records import Learner, LearnerRecord
from features.reference import Reference
from features.store import StoreError

log = logging.getLogger("karmapath.igot")


async def record_for(
    service: Service, learner_id: str, department: str | None = None, designation: str | None = None
) -> LearnerRecord:
    """Return the learner's record; somebody whom the store does not know is known by the job alone.

    ``department`` is an organisation's id or name; one that is not in the reference data is ignored, so is an empty
    designation. A job that differs from the stored one wins: the portal hears of a transfer first.

    Without a store everybody is known by the job alone: a home page that names a course already taken is better
    than one without courses.
    """
    organisation = organisation_of(service.engine.reference, department)
    try:
        return await service.fuse(_known(service, learner_id, organisation, designation))
    except StoreError as error:
        log.warning("lists are made without the store: %s", error)
        service.metrics.fallback("no_store")
        return LearnerRecord(_with_job(Learner(learner_id), organisation, designation))


async def _known(service: Service, learner_id: str, organisation: str | None, designation: str | None) -> LearnerRecord:
    record = await service.store.find_record(learner_id, service.clock())
    known = record.learner if record is not None else Learner(learner_id)
    told = _with_job(known, organisation, designation)
    if record is not None and told == known:
        return record
    plans = await service.look_up(service.store.plans_of, told, service.clock())
    if record is not None:
        return replace(record, learner=told, plans=plans)
    service.metrics.fallback("unknown_learner")
    return LearnerRecord(told, plans=plans, down_rated=await service.look_up(service.store.down_rated, learner_id))


def _with_job(known: Learner, organisation: str | None, designation: str | None) -> Learner:
    moved = organisation is not None and organisation != known.organisation
    renamed = bool(designation) and _plain(designation) != _plain(known.designation)
    if not moved and not renamed:
        return known
    return replace(
        known,
        organisation=organisation if moved else known.organisation,
        designation=designation if renamed else known.designation,
        position=None,
    )


def organisation_of(reference: Reference, department: str | None) -> str | None:
    """Return the id of the organisation that a text names by id or name, ``None`` if there is none."""
    if not department:
        return None
    if department in reference.organisations:
        return department
    wanted = _plain(department)
    return next((o.id for o in reference.organisations.values() if _plain(o.name) == wanted), None)


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
