"""Write the lists that the platform's portal reads from Redis."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption, open_engine, open_store
from api.cli.output import log, print_json, say
from api.publish.portal_hashes import counts, portal_hashes
from api.publish.redis_hashes import replace_hashes, without_password
from features.home import Home
from features.times import now

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def publish(
    redis: Annotated[str, typer.Option(help="Address: redis://host:port/12", envvar="KARMAPATH_REDIS")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write trending courses, planned courses and recommendations into the Redis hashes that the portal reads.

    lhp_trending, cbp_manual and odcs_course_recomendation are replaced whole, all at once, or not at all.

    Example: karmapath publish --redis redis://localhost:6379/12
    """
    written = publish_home(Home.find(home), redis)
    if as_json:
        print_json({"redis": without_password(redis), "fields": written})
        return
    for name, fields in written.items():
        say(f"{name}: {fields:,} fields")


def publish_home(home: Home, redis: str) -> dict[str, int]:
    """Write the lists of a home's champion and store, and return the number of fields of each hash."""
    engine, store = open_engine(home), open_store(home)
    try:
        hashes = portal_hashes(engine, store, now(), lambda line: log.print(line, markup=False))
    finally:
        store.close()
    replace_hashes(redis, hashes)
    return counts(hashes)
