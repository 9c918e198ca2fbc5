"""``karmapath plan``: where an organisation's gaps are, what would close them, and who fits which post."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from api.cli.plan_export import export
from api.cli.plan_posts import assign, candidates, reach, succession
from api.cli.plan_propose import propose
from api.cli.plan_world import OnOption, OrganisationArgument, PlanWorld

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Gaps, plans, coverage, compliance and posts of an organisation.",
)  # fmt: skip


@app.callback()
def plan() -> None:
    """Gaps, plans, coverage, compliance and posts of an organisation."""


@app.command()
def refresh(
    on: OnOption = None,
    anew: Annotated[bool, typer.Option("--anew", help="Build the map anew, also where it could be updated.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the gap map of everybody, or bring it up to date with what the store heard since.

    Example: karmapath plan refresh
    """
    from dataclasses import asdict

    from api.cli.opened import open_store
    from features.errors import NotReadyError
    from recommender.planning.gap_map import basis_of, open_gap_map
    from recommender.planning.keeping import bring_up_to_date, build_from_snapshot

    world = PlanWorld.open(home, on)
    try:
        before = open_gap_map(world.home)
    except NotReadyError:
        before = None
    with log.status("") as status:
        basis = world.snapshot.hash, basis_of(world.reference, world.evidence)
        if anew or on is not None or before is None or (before.about.snapshot, before.about.basis) != basis:
            done = build_from_snapshot(
                world.home, world.reference, world.at, snapshot=world.snapshot, table=world.evidence, say=status.update
            )
        else:
            store = open_store(world.home)
            done = bring_up_to_date(world.home, store, world.reference, world.at, table=world.evidence)
    if as_json:
        print_json(asdict(done.about))
        return
    about = done.about
    say(f"Gap map of {about.people:,} people as of {about.at:%Y-%m-%d}, {about.changed:,} of them changed since.")


@app.command()
def gaps(
    organisation: OrganisationArgument,
    by: Annotated[str, typer.Option(help="total, position, designation, body, group or cadre.")] = "position",
    limit: Annotated[int, typer.Option(min=1, help="Rows to print.")] = 20,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which parts of an organisation lack which competencies, worst first; fewer than ten people are withheld.

    Example: karmapath plan gaps M01 --by body
    """
    from typing import get_args

    from features.errors import KarmapathError
    from recommender.planning.gap_map import open_gap_map
    from recommender.planning.gap_view import By, gap_view

    if by not in get_args(By):
        raise KarmapathError(f"--by {by}", f"one of {', '.join(get_args(By))}", "choose one of these")
    world = PlanWorld.open(home, None)
    found = open_gap_map(world.home)
    view = gap_view(found, world.reference, world.organisation(organisation), by=by)  # type: ignore[arg-type]
    if as_json:
        print_json({"organisation": organisation, "at": found.about.at, "by": by, "cells": view.to_dicts()})
        return
    for row in view.head(limit).iter_rows(named=True):
        what = f"{row['key'] or 'several small ones':<12} {world.competency(row['competency_id'])}"
        if row["withheld"]:
            say(f"{what}: fewer than ten people, not told")
            continue
        mark = "critical  " if row["critical"] else ""
        say(
            f"{what}: {mark}{row['short']:,.0f} of {row['n']:,} below level {row['level']} "
            f"({row['short_low']:,.0f} to {row['short_high']:,.0f}), {row['levels']:,.0f} levels missing"
        )


@app.command()
def coverage(
    organisation: OrganisationArgument,
    on: OnOption = None,
    requests: Annotated[Path | None, typer.Option(help="Write the content requests to this CSV file.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is required and has no course, too few, or none that people can read, and who waits.

    Example: karmapath plan coverage M01 --requests requests.csv
    """
    from dataclasses import asdict

    from recommender.planning.coverage import COVERED, content_requests
    from recommender.planning.coverage import coverage as found_of
    from recommender.planning.sheets import to_csv

    world = PlanWorld.open(home, on)
    found = found_of([world.people(world.organisation(organisation))], world.reference, world.at)
    wanted = content_requests(found, world.reference)
    if requests is not None:
        columns = ("Competency", "From level", "To level", "Language", "People", "Critical", "Why")
        rows = [
            (r.name, r.from_level, r.to_level, r.language or "any", r.people or "few", r.critical, r.reason)
            for r in wanted
        ]
        requests.write_bytes(to_csv((columns, rows)))
        log.print(f"{requests}: {len(wanted)} requests")
    if as_json:
        print_json({"coverage": [asdict(one) for one in found], "requests": [one.document() for one in wanted]})
        return
    for one in found:
        if one.status != COVERED:
            waiting = "few" if one.unserved is None else f"{one.unserved:,.0f}"
            say(f"{one.status:<16} {one.name}: level {one.level}, courses reach {one.reaches}, {waiting} people wait")


@app.command()
def compliance(
    organisation: OrganisationArgument,
    on: OnOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what plans allocated and what is done, overdue, or at risk at people's own pace.

    Example: karmapath plan compliance M04
    """
    from recommender.planning.compliance import allocations, by
    from recommender.planning.compliance import compliance as counted

    world = PlanWorld.open(home, on)
    rows = allocations(world.snapshot, world.reference, world.at, organisation=world.organisation(organisation))
    found = by(counted(rows, world.reference), ["plan_id"])
    if as_json:
        print_json({"organisation": organisation, "at": world.at, "plans": found.to_dicts()})
        return
    for row in found.iter_rows(named=True):
        say(
            f"{row['plan_id']}: {row['done']:,} of {row['allocated']:,} done ({row['done_late']:,} late), "
            f"{row['overdue']:,} overdue, {row['at_risk']:,} at risk, {row['n']:,} people"
        )


app.command()(propose)
app.command()(candidates)
app.command()(reach)
app.command()(assign)
app.command()(succession)
app.command()(export)
