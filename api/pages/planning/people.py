"""The right person for a post, many posts at once, and succession. Named people, of the own organisation only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.organisations import Own
from api.http.witness import about
from api.pages.charts import stack
from api.pages.forms import read_form
from api.pages.planning.scene import go, place_of, show, signature
from api.pages.render import InWords, PageRoute
from api.workbench.desk import desk_of
from api.workbench.posting import AUDITED, advice, assignment, choose, positions_within, succession
from features.errors import KarmapathError
from recommender.planning.posts import PostRules

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_MOST_SEATS = 500
_SEATS = "seats-"


@router.get("/planning/{organisation}/posts")
async def posts(request: Request, organisation: Own, w: InWords, worst: Annotated[bool, Query()] = False) -> Response:
    """List the posts; with seats asked for, show who would fill them all at once."""
    desk = desk_of(request)
    found = await desk.work(positions_within, desk, organisation.id)
    seats = _seats(request)
    made = await desk.work(assignment, desk, organisation.id, seats, worst_first=worst) if seats else None
    if made is not None:
        about(request, f"organisation:{organisation.id}", "assignment")
    return show(
        request, organisation, w, "posts", positions=found, seats=seats, made=made, worst=worst, audited=AUDITED
    )


@router.get("/planning/{organisation}/posts/{post}")
async def candidates(
    request: Request,
    organisation: Own,
    post: str,
    w: InWords,
    any_group: Annotated[bool, Query()] = False,
    least_years: Annotated[float, Query(ge=0, le=45)] = 0.0,
) -> Response:
    """Show who is readiest for a post, and why."""
    desk = desk_of(request)
    position = desk.reference.positions.get(post)
    groups = frozenset() if any_group or position is None or not position.group else frozenset({position.group})
    rules = PostRules(groups=groups, least_years=least_years)
    given = await desk.work(advice, desk, organisation.id, post, rules=rules)
    place = place_of(request, organisation, w)
    decided = await desk.ask(desk.service.store.workbench.decisions, place.within, 20, post)
    return show(
        request, organisation, w, "posts", "candidates", given=given, decided=decided, any_group=any_group,
        least_years=least_years,
    )  # fmt: skip


@router.post("/planning/{organisation}/posts/{post}")
async def decide(request: Request, organisation: Own, post: str, w: InWords) -> Response:
    """Write down whom a named human chose, and why."""
    desk, form = desk_of(request), await read_form(request)
    signed = signature(request, form, 10)
    await desk.work(choose, desk, organisation.id, post, form.text("learner", 1, 200), signed)
    return go(place_of(request, organisation, w).address("posts", post) + "#decided", signed.by)


@router.get("/planning/{organisation}/succession")
async def succession_page(request: Request, organisation: Own, w: InWords) -> Response:
    """Show how many stand ready for each post, and what hangs on one person."""
    desk = desk_of(request)
    benches, points = await desk.work(succession, desk, organisation.id)
    bars = {
        bench.post: stack(
            [
                ("now", bench.now),
                ("six", bench.in_6_months - bench.now),
                ("twelve", bench.in_12_months - bench.in_6_months),
            ],
            max(bench.eligible, 1),
        )
        for bench in benches
    }
    return show(request, organisation, w, "succession", benches=benches, points=points, bars=bars)


def _seats(request: Request) -> dict[str, int]:
    """Return how many seats of which post the form asks for."""
    found: dict[str, int] = {}
    for name, value in request.query_params.items():
        if name.startswith(_SEATS) and value.strip() not in ("", "0"):
            if not value.isdecimal() or not 0 < int(value) <= _MOST_SEATS:
                raise KarmapathError(f"{value[:20]!r} seats", f"a number from 0 to {_MOST_SEATS}", "correct the form")
            found[name.removeprefix(_SEATS)] = int(value)
    return found
