"""What every planner's page has around it: the place, the menu, and who may act there."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.access.gate import principal_of
from api.http.access.principal import Role
from api.pages.charts import stack
from api.pages.forms import Form, remember_signer
from api.pages.render import page
from api.pages.words import Words
from api.workbench.approval import Signature
from api.workbench.desk import desk_of
from api.workbench.place import MENU, SECTIONS, Place
from features.reference import Organisation


def place_of(request: Request, organisation: Organisation, w: Words) -> Place:
    """Return the organisation as the reader may walk from it."""
    principal = principal_of(request)
    top = principal.organisation if principal.role is Role.PLANNER else None
    return Place(organisation, desk_of(request).reference, w.language, top)


def show(
    request: Request, organisation: Organisation, w: Words, section: str, template: str | None = None, **values: Any
) -> Response:
    """Return a page of a section of an organisation's pages."""
    desk = desk_of(request)
    return page(
        request,
        w,
        f"planning/{template or section}.html",
        place=place_of(request, organisation, w),
        here=section,
        menu=MENU,
        sections=SECTIONS,
        reference=desk.reference,
        stack=stack,
        **values,
    )


def go(address: str, signer: str | None = None) -> Response:
    """Send the reader on after a form was taken; the name that signed it is filled in next time."""
    response = RedirectResponse(address, 303)
    if signer:
        remember_signer(response, signer)
    return response


def signature(request: Request, form: Form, least_reason: int = 0) -> Signature:
    """Return who signed a form, and why."""
    by = form.text("decided_by", 3, 200)
    return Signature(by, principal_of(request).name, form.text("reason", least_reason, 2_000), desk_of(request).at)
