"""``karmapath plan export``: a plan in the platform's form, as CSV, XLSX, HTML or PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from api.cli.opened import HomeOption
from api.cli.output import log
from api.cli.plan_world import PlanWorld
from features.errors import KarmapathError

FORMS = ("v4", "csv", "xlsx", "html", "pdf")


def export(
    plan: Annotated[Path, typer.Argument(help="File of 'plan propose --out'.", show_default=False)],
    out: Annotated[Path, typer.Option(help="File to write.", show_default=False)],
    form: Annotated[str, typer.Option("--as", help=f"{', '.join(FORMS)}.")] = "v4",
    language: Annotated[str, typer.Option(help="Language of HTML and PDF: en or hi.")] = "en",
    apar: Annotated[bool, typer.Option("--apar", help="The plan counts for the annual appraisal.")] = False,
    home: HomeOption = None,
) -> None:
    """Write a plan for the platform's plan API (v4), for a spreadsheet, or to print.

    Example: karmapath plan export plan.json --as pdf --language hi --out plan.pdf
    """
    from recommender.planning import plan_print, sheets, v4_export
    from recommender.planning.plan_file import read_learners, read_plan

    if form not in FORMS:
        raise KarmapathError(f"--as {form}", f"one of {', '.join(FORMS)}", "choose one of these")
    if not plan.exists():
        raise KarmapathError(f"no file at {plan}", "the file of 'plan propose --out'", "check the path")
    try:
        written = orjson.loads(plan.read_bytes())
    except orjson.JSONDecodeError as error:
        raise KarmapathError(f"{plan} is no JSON: {error}", "the file of 'plan propose --out'", "check it") from error
    found = read_plan(written)
    world = PlanWorld.open(home, None)
    organisation = world.reference.organisations.get(found.organisation)
    title = organisation.name if organisation else found.organisation
    if form == "v4":
        document = v4_export.to_v4(v4_export.rows_of(found, apar=apar, learners=read_learners(written)), found.name)
        v4_export.check(document)
        data = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    elif form == "csv":
        data = sheets.to_csv(sheets.plan_sheets(found)["Plan"])
    elif form == "xlsx":
        data = sheets.to_xlsx(sheets.plan_sheets(found))
    elif form == "html":
        data = plan_print.to_html(found, title, world.at.date(), language).encode()
    else:
        data = plan_print.to_pdf(found, title, world.at.date(), language)
    out.write_bytes(data)
    log.print(f"{out}: {len(data):,} bytes")
