"""A learner's record for somebody who may see it."""

from __future__ import annotations

from starlette.requests import Request

from api.http.access.gate import principal_of, require_learner, require_organisation
from api.http.access.principal import Role
from api.http.problems import ForbiddenError
from api.http.service import service_of
from features.errors import NotFoundError
from features.records import Learner, LearnerRecord


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
    require_organisation(request, record.learner.organisation, service.engine.reference)
    return record


async def seeker_of(request: Request, learner: str | None) -> Learner:
    """Return for whom a search is: the learner that is named, else the one who calls, else nobody in particular.

    Raises
    ------
    ForbiddenError
        If the caller may not see the learner that is named.
    """
    principal = principal_of(request)
    if learner is not None:
        if principal.role is Role.DATA_SCIENTIST:
            raise ForbiddenError("a learner's record", "a search for nobody in particular", "leave the learner out")
        return (await record_of(request, learner)).learner
    if principal.learner is None:
        return Learner("")
    try:
        return (await service_of(request).record(principal.learner)).learner
    except NotFoundError:
        return Learner(principal.learner)
