"""``karmapath plan propose``: an annual plan for a whole organisation, optimised jointly."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from api.cli.plan_world import OrganisationArgument, PlanWorld
from api.cli.quiet import native_output_to_stderr
from features.errors import KarmapathError

_DAY = ["%Y-%m-%d"]


def propose(
    organisation: OrganisationArgument,
    hours: Annotated[float, typer.Option(min=0.5, help="Hours a head.")] = 20.0,
    most: Annotated[float | None, typer.Option(help="Hours any one person gets at most.", show_default="hours")] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Rupees for fees.", show_default="free courses")] = None,
    seats: Annotated[list[str] | None, typer.Option(help="COURSE=SEATS; may be given again.", metavar="C=N")] = None,
    begin: Annotated[datetime | None, typer.Option("--from", formats=_DAY, show_default="today")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=_DAY, show_default="31 March")] = None,
    electives: Annotated[float, typer.Option(min=0, max=1, help="Share of the hours that electives may take.")] = 1.0,
    include: Annotated[list[str] | None, typer.Option(help="Course that everybody takes.", metavar="COURSE")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Course to leave out.", metavar="COURSE")] = None,
    thrift: Annotated[float, typer.Option(min=0, max=0.5, help="Share to give up for fewer courses.")] = 0.02,
    seconds: Annotated[float, typer.Option(min=1, help="Time to solve.")] = 30.0,
    patterns: Annotated[
        int, typer.Option(min=1, max=20, help="Groups of alike gaps that the people of a post are cut into at most.")
    ] = 1,
    name: Annotated[str, typer.Option(help="Title of the plan.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write the plan to this JSON file, for 'plan export'.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose the plan that closes the most critical gaps, then most gaps, with few courses and hours; bound proven.

    With --patterns above 1, people of one post may get different courses: hours go where they close more, and the file
    of --out names who takes what.

    Example: karmapath plan propose M01D1 --hours 20 --to 2027-03-31 --out plan.json
    """
    from recommender.planning.annual_plan import propose as solved
    from recommender.planning.plan_file import plan_document
    from recommender.planning.plan_problem import Budget, Edits, plan_problem

    world = PlanWorld.open(home, begin)
    first = world.at.date()
    allowed = Budget(
        hours, first, end.date() if end else _march(first), most=most, money=budget, seats=_seats(seats or []),
        elective_share=electives,
    )  # fmt: skip
    edits = Edits(
        include=frozenset(("*", course) for course in include or ()),
        exclude=frozenset(("*", course) for course in exclude or ()),
    )
    people = world.people(world.organisation(organisation))
    problem = plan_problem(people, world.snapshot, world.reference, organisation, allowed, edits, patterns=patterns)
    with native_output_to_stderr(), log.status("") as status:
        plan = solved(problem, name=name, thrift=thrift, time_limit=seconds, say=status.update)
    document = plan_document(plan, plan.learners(problem) if patterns > 1 else None)
    if out is not None:
        out.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        log.print(f"{out}: {len(plan.items)} items")
    if as_json:
        print_json(document)
        return
    effect = plan.effect
    say(f"{plan.name}, {plan.plan_year}: {effect.people:,} people, {effect.courses} courses, {plan.status}")
    say(f"  closes {effect.closed:,.0f} of {effect.needed:,.0f} weighted steps; at most {plan.bound:,.0f} can be")
    critical = f"{effect.critical_closed:,.0f} of {effect.critical_needed:,.0f}"
    say(f"  critical: {critical}; at most {plan.critical_bound:,.0f} can be")
    say(f"  {effect.hours_a_head:.1f} hours a head, {effect.most_hours:g} at most, {effect.money:,.0f} rupees")
    for item in plan.items:
        kind = "mandatory" if item.mandatory else "elective"
        say(f"  {item.due_on}  {item.designation}: {item.name} ({kind}, {item.people:,} people, {item.hours:g} h)")


def _march(day: date) -> date:
    return date(day.year + (day.month >= 4), 3, 31)


def _seats(given: list[str]) -> dict[str, int]:
    found = {}
    for one in given:
        course, _, count = one.rpartition("=")
        if not course or not count.isdigit():
            raise KarmapathError(f"--seats {one}", "COURSE=SEATS, as do_113=40", "correct it")
        found[course] = int(count)
    return found
