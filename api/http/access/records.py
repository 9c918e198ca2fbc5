"""A learner's record for somebody who may see it."""

from __future__ import annotations

from starlette.requests import Request

from api.http.access.gate import principal_of, require_learner, require_organisation
from api.http.access.principal import Role
from api.http.problems import ForbiddenError
from api.http.service import service_of
from api.http.witness import about
from features.errors import NotFoundError
from features.records import Learner, LearnerRecord
from features.store import StoreError


async def record_of(request: Request, learner: str) -> LearnerRecord:
    """Return what is known of the learner.

    Raises
    ------
    ForbiddenError
        If the caller may not see it; a planner is not told whether a learner elsewhere exists.
    NotFoundError
        If nothing is known.
    """
    service = service_of(request)
    require_learner(request, learner)
    try:
        record = await service.record(learner)
    except NotFoundError:
        if principal_of(request).role is Role.PLANNER:
            raise ForbiddenError(
                "somebody else's record", "a learner of the own organisation", "ask for another"
            ) from None
        raise
    if principal_of(request).role is Role.PLANNER:
        require_organisation(request, record.learner.organisation, service.engine.reference)
    return record


async def seeker_of(request: Request, learner: str | None) -> Learner:
    """Return for whom a search is: the learner that is named, else the one who calls, else nobody in particular.

    Raises
    ------
    ForbiddenError
        If the caller may not see the learner that is named.
    """
    record = await seeker_record(request, learner)
    return Learner("") if record is None else record.learner


async def seeker_record(request: Request, learner: str | None) -> LearnerRecord | None:
    """Return what is known of the learner for whom a search is, ``None`` where it is for nobody in particular.

    The catalogue is searched without the store, too: then nothing is known of the learner. Only planners, whose right
    to see the learner stands in the record, are told that it does not answer.

    Raises
    ------
    ForbiddenError
        If the caller may not see the learner that is named.
    """
    principal = principal_of(request)
    if learner is not None and principal.role is Role.DATA_SCIENTIST:
        raise ForbiddenError("a learner's record", "a search for nobody in particular", "leave the learner out")
    whom = learner if learner is not None else principal.learner
    if whom is None:
        return None
    if learner is not None and principal.role is Role.PLANNER:
        about(request, f"learner:{learner}")
    try:
        return await service_of(request).fuse(record_of(request, whom))
    except NotFoundError:
        if learner is not None:
            raise
        return LearnerRecord(Learner(whom))
    except StoreError:
        if principal.role is Role.PLANNER:
            raise
        return None
