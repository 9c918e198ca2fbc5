"""What if: a plan under other budgets, after retirements, with a new scheme, with transfers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.organisations import Own
from api.pages.charts import Reading, line
from api.pages.planning.scene import show
from api.pages.render import InWords, PageRoute
from api.workbench.desk import desk_of
from api.workbench.drafting import draft_of
from api.workbench.plan_view import posts_of_plan
from api.workbench.what_if import Question, Scheme, what_if
from features.errors import KarmapathError

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_USUAL = "10 30"
_Text = Annotated[str, Query(max_length=2_000)]


@router.get("/planning/{organisation}/plans/{plan}/what-if")
async def what_if_page(
    request: Request,
    organisation: Own,
    plan: str,
    w: InWords,
    hours: _Text = _USUAL,
    retire: Annotated[str, Query(max_length=10)] = "",
    position: _Text = "",
    competency: _Text = "",
    level: Annotated[int, Query(ge=1, le=5)] = 3,
    transfers: _Text = "",
) -> Response:
    """Show what the best plan would do in each scenario that the form asks for."""
    desk = desk_of(request)
    draft = await desk.ask(draft_of, desk, organisation.id, plan)
    asked = Question(
        hours=_numbers(hours),
        retire_after_years=_numbers(retire)[0] if retire.strip() else None,
        scheme=Scheme(position, competency, level) if position and competency else None,
        transfers=_pairs(transfers),
    )
    outcomes = await desk.think(what_if, desk, draft, asked)
    budgets = sorted(
        {one.hours_budget: one for one in outcomes if one.kind in ("now", "hours")}.values(),
        key=lambda one: one.hours_budget,
    )
    readings = [Reading(f"{one.hours_budget:g} h", *(3 * [round(100 * one.share, 1)])) for one in budgets]
    needed = sorted((await desk.work(desk.people, draft.organisation)).competencies)
    return show(
        request, organisation, w, "plans", "what_if", draft=draft, outcomes=outcomes, picture=line(readings),
        posts=posts_of_plan(draft, desk.reference), hours=hours, retire=retire, position=position,
        competency=competency, level=level, transfers=transfers, needed=needed,
    )  # fmt: skip


def _numbers(text: str) -> tuple[float, ...]:
    """Return the numbers of a line, each once, in order."""
    try:
        found = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        raise KarmapathError(f"{text[:60]!r}", "numbers with blanks between them", "go back and correct it") from None
    if any(not 0 < one <= 2000 for one in found):
        raise KarmapathError(f"{text[:60]!r}", "numbers above 0 and up to 2000", "go back and correct it")
    return tuple(dict.fromkeys(found))


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return learner and position of each line."""
    rows = [row.replace(",", " ").split() for row in text.splitlines() if row.strip()]
    if any(len(row) != 2 for row in rows):
        raise KarmapathError(
            "a line of transfers without two ids", "a learner and a position", "go back and correct it"
        )
    return tuple((learner, position) for learner, position in rows)
