"""``karmapath recommend``: a learner's list of courses."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption, LearnerArgument, learner_record, open_engine, open_store
from api.cli.output import log, print_json, say
from features.home import Home
from features.times import now
from recommender.paths import sentence
from recommender.ranked import TRACKS, Recommendation

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def recommend(
    learner: LearnerArgument,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many courses at most.")] = 10,
    track: Annotated[str | None, typer.Option(help=f"Only one track: {' or '.join(TRACKS)}.")] = None,
    language: Annotated[str | None, typer.Option(help="Only courses in this language (ISO 639 code).")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recommend courses to a learner, best first, each with its reasons.

    Example: karmapath recommend L0000001 --limit 5
    """
    if track is not None and track not in TRACKS:
        raise typer.BadParameter(f"found {track!r}, expected {' or '.join(TRACKS)}", param_hint="--track")
    place = Home.find(home)
    engine = open_engine(place)
    store = open_store(place)
    record = learner_record(store, learner)
    found = engine.recommend(record, now(), limit, track=track, language=language)
    if as_json:
        print_json(
            {
                "learner": learner,
                "model_version": engine.version,
                "recommendations": [_document(item, engine.reference.courses[item.course].name) for item in found],
            }
        )
        return
    for item in found:
        course = engine.reference.courses[item.course]
        say(f"{item.position:3d}. {course.name}  [{item.course}, {course.hours:g} h, {item.track}]")
        for reason in item.reasons:
            say(f"       {sentence(reason)}")
    if not found:
        log.print("No course is left to suggest: all are taken, planned, retired or in other languages.")


def _document(item: Recommendation, name: str) -> dict[str, object]:
    return {
        "course_id": item.course,
        "name": name,
        "position": item.position,
        "score": item.score,
        "track": item.track,
        "reasons": [{"code": reason.code, "facts": dict(reason.facts)} for reason in item.reasons],
    }
