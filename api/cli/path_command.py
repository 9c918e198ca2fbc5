"""Plan a guided or desirable path, for a learner or for a problem file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from features.errors import KarmapathError

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def path(
    learner: Annotated[str | None, typer.Argument(help="id of a learner; leave out with --problem")] = None,
    problem: Annotated[Path | None, typer.Option(help="a path problem in JSON, see docs/path-problem.md")] = None,
    time_limit: Annotated[float, typer.Option(min=0.01, help="seconds for the solver; then the bound is told")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Plan a guided or desirable path, for a learner or for a problem file.

    Example: karmapath path --problem examples/path-problem.json --json
    """
    if problem is not None and learner is None:
        _solve_file(problem, time_limit, as_json=as_json)
    else:
        raise KarmapathError("nothing to plan for", "a learner or --problem FILE", "give one of the two")


def _solve_file(file: Path, time_limit: float, *, as_json: bool) -> None:
    from api.cli.output import log, print_json
    from api.cli.quiet import native_output_to_stderr
    from recommender.paths.problem_file import answer, parse_problem, read_problem, unknown_fields
    from recommender.paths.solve import solve

    document = read_problem(file)
    problem = parse_problem(document)
    for pointer in unknown_fields(document):
        log.print(f"karmapath: {pointer} is no field of the format and was left aside", markup=False)
    with native_output_to_stderr():
        plan = answer(problem, solve(problem, time_limit))
    if as_json:
        print_json(plan)
    else:
        _show(plan)


def _show(plan: dict[str, object]) -> None:
    from api.cli.output import say

    say(f"{plan['status']}: closes {plan['value']} (at most {plan['bound']}) in {plan['hours']} hours")
    items = plan["plan"]
    for item in items if isinstance(items, list) else ():
        steps = ", ".join(f"{step['competency']} to level {step['level']}" for step in item["closes"])
        say(f"{item['position']:3}. {item['course']}  {item['hours']} h  {steps}")
    if plan["conflict"]:
        say(f"These cannot all be met: {plan['conflict']}; {plan['conflict_detail']}")
