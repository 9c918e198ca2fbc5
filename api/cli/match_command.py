"""Match texts by meaning: queries to candidates."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from features.home import Home

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def match(
    queries: Annotated[Path, typer.Option(help="TSV file with the columns id, text and, optionally, language.")],
    candidates: Annotated[Path, typer.Option(help="TSV file with the same columns.")],
    top: Annotated[int, typer.Option(min=1, help="How many candidates a query gets.")] = 5,
    learn: Annotated[
        Path | None,
        typer.Option(help="TSV file of links already made: query_text, candidate (an id).", show_default=False),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(help="Encoder by name or path [default: KARMAPATH_ENCODER, else me5-small]", show_default=False),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Match the texts of one file to those of another, in any language.

    With --learn it learns from links already made, and a score is the probability that the candidate belongs to the
    query; without, the scores of a query's candidates are shares that add up to 1.

    Example: karmapath match --queries roles.tsv --candidates competencies.tsv --top 5 --json
    """
    from features.encoder.choice import default_encoder
    from features.text import load_abbreviations
    from recommender.matching.match_files import FEWEST_LINKS, match_texts, read_links, read_texts

    asked, held = read_texts(queries), read_texts(candidates)
    place = Home.find(home)
    own = load_abbreviations(place.abbreviations)
    links = read_links(learn, held) if learn else None
    if links is not None:
        for line in links.unknown:
            log.print(f"karmapath: line {line} in {learn} is not a candidate's id; the line was left out", markup=False)
        if len(links.texts) < FEWEST_LINKS:
            log.print(f"karmapath: {len(links.texts)} known queries are too few to learn from ({FEWEST_LINKS} needed)")
    progress = lambda done, of: log.print(f"encoded {done:,} of {of:,} texts") if of > 1000 else None  # noqa: E731
    found = match_texts(asked, held, default_encoder(place, encoder, progress), top, links, own)
    answers = list(zip(asked.ids, found, strict=True))
    if json:
        results = [{"query": name, "matches": [asdict(one) for one in matches]} for name, matches in answers]
        print_json({"results": results})
        return
    for name, matches in answers:
        say(name)
        for one in matches:
            say(f"  {one.score:.3f}  {one.candidate}")
