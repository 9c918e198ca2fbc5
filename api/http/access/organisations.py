"""An organisation for somebody who may plan for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import Request

from api.http.access.gate import principal_of, require_organisation
from api.http.access.principal import Role
from api.http.service import service_of
from features.errors import NotFoundError
from features.reference import Organisation

OrganisationId = Annotated[
    str, Path(min_length=1, max_length=200, description="the organisation's id", examples=["M01"])
]


def organisation_of(request: Request, organisation: OrganisationId) -> Organisation:
    """Return the organisation that the path names.

    Raises
    ------
    ForbiddenError
        If it is not in the planner's tree; a planner is not told whether one elsewhere exists.
    NotFoundError
        If there is none.
    """
    reference = service_of(request).engine.reference
    require_organisation(request, organisation, reference)
    if organisation not in reference.organisations:
        raise NotFoundError(
            f"organisation {organisation!r}", "the id of an organisation", "list them with GET /v1/organisations"
        )
    return reference.organisations[organisation]


Own = Annotated[Organisation, Depends(organisation_of)]
"""The organisation of the path, if the caller may plan for it."""


def visible_organisations(request: Request) -> list[Organisation]:
    """Return the organisations that the caller may plan for, parents before children, by name."""
    reference, principal = service_of(request).engine.reference, principal_of(request)
    lines = {one: tuple(reversed(reference.lineage(one))) for one in reference.organisations}
    seen = reference.organisations.values()
    if principal.role is Role.PLANNER:
        seen = [one for one in seen if principal.organisation in lines[one.id]]  # type: ignore[assignment]
    names = {one.id: one.name for one in reference.organisations.values()}
    return sorted(seen, key=lambda one: [names[above] for above in lines[one.id]])
