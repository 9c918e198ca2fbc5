"""``karmapath edges``: what planners said of what courses teach, roles need and designations mean."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.cli.opened import HomeOption, JsonOption, open_store
from api.cli.output import log, print_json, say
from features.home import Home
from features.store import EdgeVerdict

app = typer.Typer(no_args_is_help=True, help="List and export the edges that planners confirmed or rejected.")

Kind = Annotated[
    Literal["course_teaches", "role_needs", "designation_means"] | None,
    typer.Option(help="Only edges of this kind.", show_default=False),
]
COLUMNS = (
    "number", "kind", "subject", "object", "organisation", "verdict", "from_level", "level", "said_by", "said_at",
    "comment",
)  # fmt: skip


@app.callback()
def edges() -> None:
    """List and export the edges that planners confirmed or rejected."""


@app.command("list")
def listed(
    kind: Kind = None,
    history: Annotated[bool, typer.Option(help="Everything that was ever said, not only what counts.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what counts of all that was said, or all of it.

    Example: karmapath edges list --kind course_teaches
    """
    found = _read(home, kind, history=history)
    if as_json:
        print_json({"edges": [_row(one) for one in found]})
        return
    for one in found:
        level = "" if one.level is None else f" to level {one.level}"
        say(f"{one.said_at:%Y-%m-%d %H:%M}  {one.verdict:9}  {one.kind}: {one.subject} -> {one.object}{level}"
            f"  {one.said_by}")  # fmt: skip
    log.print(f"{len(found)} edges")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="TSV file to write.")],
    kind: Kind = None,
    history: Annotated[bool, typer.Option(help="Everything that was ever said, not only what counts.")] = False,
    home: HomeOption = None,
) -> None:
    """Write what counts of all that was said, or all of it, as a TSV file.

    Example: karmapath edges export edges.tsv
    """
    found = _read(home, kind, history=history)
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(one) for one in found)
    say(f"{file}: {len(found)} edges")


@app.command()
def doubtful(
    below: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Show tags that would get less than this.")
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="me5-small, light, or a sentence-transformers model by name or path.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List providers' tags that nothing in a course, or in courses like it, supports, for planners to judge.

    Each with the confidence it would get, were it not there; what was judged already is left out.

    Example: karmapath edges doubtful
    """
    from features.encoder.choice import default_encoder
    from features.text import load_abbreviations
    from features.warehouse import Warehouse
    from recommender.matching.tagging import DOUBTFUL, doubtful_tags

    place = Home.find(home)
    own = load_abbreviations(place.abbreviations)
    found = doubtful_tags(
        Warehouse(place.warehouse).current(), default_encoder(place, encoder), DOUBTFUL if below is None else below, own
    )
    judged = {(one.subject, one.object) for one in _read(home, "course_teaches", history=False)}
    rows = [row for row in found.iter_rows(named=True) if (row["course_id"], row["competency_id"]) not in judged]
    if as_json:
        print_json({"doubtful": rows})
        return
    for row in rows:
        say(f"{row['confidence']:.3f}  {row['course_id']} -> {row['competency_id']}")
    log.print(f"{len(rows)} tags")


def _read(home: Path | None, kind: str | None, *, history: bool) -> list[EdgeVerdict]:
    store = open_store(Home.find(home))
    try:
        if not history:
            return store.edges.newest(kind)
        return list(reversed(store.edges.history(kind, limit=_ALL)[0]))
    finally:
        store.close()


_ALL = 2**31 - 1


def _row(one: EdgeVerdict) -> dict[str, Any]:
    return {name: value for name in COLUMNS for value in [asdict(one)[name]]} | {"said_at": one.said_at.isoformat()}
