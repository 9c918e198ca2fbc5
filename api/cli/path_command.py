"""``karmapath path``: a guided or desirable path, for a learner or for a problem file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.opened import HomeOption, JsonOption, learner_record, open_engine, open_store
from api.cli.output import log, print_json, say
from api.cli.quiet import native_output_to_stderr
from features.errors import KarmapathError
from features.home import Home
from features.times import now
from recommender.paths import Aspiration, PathSettings, sentence

app = typer.Typer(add_completion=False, rich_markup_mode=None)
KINDS = ("guided", "desirable")
DEFAULTS = PathSettings()


@app.command()
def path(
    learner: Annotated[str | None, typer.Argument(help="Id of a learner; leave out with --problem.")] = None,
    problem: Annotated[Path | None, typer.Option(help="A path problem in JSON, see docs/path-problem.md.")] = None,
    kind: Annotated[str, typer.Option(help="guided or desirable.")] = "guided",
    hours: Annotated[float, typer.Option(min=0, help="Hours of learning in all.")] = DEFAULTS.hours,
    hours_a_month: Annotated[float, typer.Option(min=0.1, help="Pace.")] = DEFAULTS.hours_a_month,
    cost: Annotated[float, typer.Option(min=0, help="Rupees for fees (desirable path).")] = DEFAULTS.cost,
    role: Annotated[str | None, typer.Option(help="Aspired role (desirable path).")] = None,
    domain: Annotated[str | None, typer.Option(help="Area, theme or competency to specialise in.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Organisation whose subject is to be learned.")] = None,
    outside: Annotated[float, typer.Option(min=0, max=1, help="Share of hours outside the own department.")] = 0.0,
    language: Annotated[str, typer.Option(help="Language of the reasons: en or hi.")] = "en",
    milestones: Annotated[bool, typer.Option("--milestones", help="Print the portal's milestones_v1 instead.")] = False,
    everyone: Annotated[
        Path | None, typer.Option(help="Guided paths of all learners, as Parquet in this folder (docs/paths.md).")
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0, help="With --everyone: seconds for each process of solving whole what does not fall apart."
        ),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="With --everyone: processes at a time; by default one a processor.")
    ] = None,
    parts: Annotated[int | None, typer.Option(min=1, help="With --everyone: only the first so many parts.")] = None,
    time_limit: Annotated[float, typer.Option(min=0.01, help="Seconds for the solver; then the bound is told.")] = 10.0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan a guided or desirable path, for a learner or for a problem file.

    Example: karmapath path L0000001 --kind desirable --hours 20
    """
    if everyone is not None:
        settings = PathSettings(hours=hours, hours_a_month=hours_a_month, time_limit=time_limit)
        _plan_everyone(Home.find(home), everyone, settings, seconds, parts, processes, as_json=as_json)
        return
    if (problem is None) == (learner is None):
        raise KarmapathError(
            "neither or both of a learner and a problem", "a learner or --problem FILE", "give one of the two"
        )
    if problem is not None:
        _solve_file(problem, time_limit, as_json=as_json)
        return
    if kind not in KINDS:
        raise typer.BadParameter(f"found {kind!r}, expected {' or '.join(KINDS)}", param_hint="--kind")
    settings = PathSettings(hours=hours, hours_a_month=hours_a_month, cost=cost, time_limit=time_limit)
    aspiration = Aspiration(role=role, domain=domain, organisation=organisation, outside_share=outside)
    _plan(Home.find(home), str(learner), settings, aspiration if kind == "desirable" else None,
          language=language, milestones=milestones, as_json=as_json)  # fmt: skip


def _plan_everyone(
    home: Home, out: Path, settings: PathSettings, seconds: float | None, parts: int | None, processes: int | None,
    *, as_json: bool,
) -> None:  # fmt: skip
    import os

    from features.warehouse import Warehouse
    from models.champion import champion_folder, pointer_file
    from recommender.paths.paths_folder import Work, begun_at, write_paths
    from recommender.paths.population import SOURCES

    bundle = champion_folder(home) if pointer_file(home).exists() else None
    snapshot = Warehouse(home.warehouse).current().hash
    work = Work(home.warehouse, snapshot, begun_at(out) or now(), settings, seconds, bundle)
    with native_output_to_stderr():
        manifest = write_paths(
            out, work, processes=processes or os.cpu_count() or 1, most=parts,
            say=lambda line: log.print(line, markup=False),
        )  # fmt: skip
    if as_json:
        print_json({"out": str(out), **manifest})
        return
    say(f"{manifest['learners']:,} learners, {manifest['parts']} parts in {out}")
    for source, share in manifest["shares"].items():
        say(f"  {source:<8} {share:6.1%}  {SOURCES[source]}")
    say(f"  no plan closes more for {manifest['share_that_no_plan_beats_in_worth']:.1%}")
    if "learners_a_second" in manifest["run"]:
        run = manifest["run"]
        say(f"  {run['learners_a_second']:,.0f} learners a second on {run['processes']} processes")


def _plan(
    home: Home,
    learner: str,
    settings: PathSettings,
    aspiration: Aspiration | None,
    *,
    language: str,
    milestones: bool,
    as_json: bool,
) -> None:
    from api.http.shapes import path_document
    from recommender.paths.milestones import milestones_v1

    engine = open_engine(home)
    record = learner_record(open_store(home), learner)
    with native_output_to_stderr():
        if aspiration is None:
            planned = engine.guided(record, now(), settings)
        else:
            planned = engine.desirable(record, now(), settings, aspiration)
    if milestones:
        print_json(milestones_v1(planned, engine.reference, learner, language))
    elif as_json:
        document = path_document(planned, engine.reference, language)
        print_json({"learner": learner, "model_version": engine.version, **document})
    else:
        say(f"{planned.kind} path, {planned.status}: {planned.hours:g} hours, worth {planned.value:.2f}")
        for item in planned.items:
            course = engine.reference.courses[item.course]
            duty = ", mandatory" if item.mandatory else ""
            when = f"from {item.starts_on:%d %b %Y}{duty}"
            say(f"{item.position:3}. {course.name}  [{item.course}, {item.hours:g} h, {when}]")
            for reason in item.reasons:
                say(f"       {sentence(reason, language)}")
        if planned.conflict is not None:
            short = planned.conflict.hours_short
            say(f"These duties cannot all be met ({short:g} hours short): {', '.join(planned.conflict.duties)}")
        if not planned.items:
            log.print("Nothing is left to do: no duty is open and no course closes a gap in these hours.")


def _solve_file(file: Path, time_limit: float, *, as_json: bool) -> None:
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


def _show(plan: dict[str, Any]) -> None:
    say(f"{plan['status']}: closes {plan['value']} (at most {plan['bound']}) in {plan['hours']} hours")
    for item in plan["plan"]:
        steps = ", ".join(f"{step['competency']} to level {step['level']}" for step in item["closes"])
        say(f"{item['position']:3}. {item['course']}  {item['hours']} h  {steps}")
    if plan["conflict"]:
        say(f"These cannot all be met: {plan['conflict']}; {plan['conflict_detail']}")
