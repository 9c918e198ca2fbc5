"""``karmapath plan candidates``, ``reach``, ``assign`` and ``succession``: people and posts. Advice only."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from api.cli.opened import HomeOption, JsonOption, LearnerArgument
from api.cli.output import log, print_json, say
from api.cli.plan_world import OnOption, OrganisationArgument, PlanWorld
from features.errors import KarmapathError, NotFoundError

_ADVICE = "Advice only: a named human decides, and says why."
From = Annotated[str | None, typer.Option("--among", help="Only people of this organisation.", metavar="ORGANISATION")]


def candidates(
    post: Annotated[str, typer.Argument(help="Id of the position.", metavar="POSITION", show_default=False)],
    among: From = None,
    limit: Annotated[int, typer.Option(min=1)] = 10,
    on: OnOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rank people of the position's group for a post, with readiness, hours and months to be ready, and what lacks.

    Example: karmapath plan candidates P01 --among M01
    """
    from recommender.planning.candidates import candidates as ranked
    from recommender.planning.closing_price import closing_prices
    from recommender.planning.posts import posts_of

    world = PlanWorld.open(home, on)
    if post not in world.reference.positions:
        raise NotFoundError(f"no position {post!r}", "the id of a position", "see 'karmapath plan gaps'")
    people = world.people(None if among is None else world.organisation(among))
    prices = closing_prices(world.reference, world.at, people.competencies)
    found = ranked(people, world.reference, posts_of(world.reference, [post])[0], prices, limit=limit)
    if as_json:
        print_json({"post": post, "note": _ADVICE, "candidates": [one.document() for one in found]})
        return
    for one in found:
        lacks = ", ".join(lack.name for lack in one.lacks[:3])
        say(
            f"{one.rank:>3}  {one.learner}: {100 * one.chance:.0f} % ready, lacks {one.shortfall:.1f} weighted levels "
            f"({one.low:.1f} to {one.high:.1f}), {one.hours:g} h, {one.months:.1f} months; first {lacks}"
        )
    log.print(_ADVICE)


def reach(
    learner: LearnerArgument,
    limit: Annotated[int, typer.Option(min=1)] = 10,
    on: OnOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which posts of the own group are within a person's reach.

    Example: karmapath plan reach L0000001
    """
    from recommender.planning.candidates import within_reach
    from recommender.planning.closing_price import closing_prices
    from recommender.planning.posts import posts_of
    from recommender.planning.workforce import workforce

    world = PlanWorld.open(home, on)
    people = workforce(world.snapshot, world.reference, world.at, learners=[learner], table=world.evidence)
    prices = closing_prices(world.reference, world.at, people.competencies)
    posts = posts_of(world.reference, world.reference.positions)
    found = within_reach(people, world.reference, learner, posts, prices, limit=limit)
    if as_json:
        print_json({"learner": learner, "posts": [one.document() for one in found]})
        return
    for one in found:
        title = world.reference.positions[one.position].designation
        say(
            f"{one.rank:>3}  {one.position} {title}: {100 * one.chance:.0f} % ready, "
            f"{one.hours:g} h, {one.months:.1f} months"
        )


def assign(
    posts: Annotated[
        Path, typer.Argument(help="JSON: a list of posts (id, position, seats, critical, rules).", show_default=False)
    ],
    among: From = None,
    worst_first: Annotated[bool, typer.Option("--worst-first", help="Make the worst-filled seat best first.")] = False,
    on: OnOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Assign people to many posts at once by least shortfall, beside what it would be post by post.

    Example: karmapath plan assign posts.json --among M01
    """
    from recommender.planning.posting import assign as assigned
    from recommender.planning.workforce import required_competencies, workforce

    world = PlanWorld.open(home, on)
    wanted = [_post(raw) for raw in _read(posts)]
    unknown = [post.position for post in wanted if post.position not in world.reference.positions]
    if unknown:
        raise NotFoundError(f"no position {unknown[0]!r}", "the id of a position", f"correct {posts}")
    people = workforce(
        world.snapshot, world.reference, world.at,
        organisation=None if among is None else world.organisation(among),
        competencies=required_competencies(world.reference, [post.position for post in wanted]), table=world.evidence,
    )  # fmt: skip
    found = assigned(people, world.reference, wanted, worst_first=worst_first)
    if as_json:
        print_json({**asdict(found), "saved": found.saved, "note": _ADVICE})
        return
    for one in found.placements:
        say(f"{one.post}: {one.learner}, lacks {one.shortfall:.1f} weighted levels")
    say(
        f"Shortfall {found.shortfall:,.1f}, {100 * found.saved:.0f} % less than post by post; "
        f"{found.unfilled} unfilled; proven: cost {found.cost:,.1f}, no assignment below {found.bound:,.1f}"
    )
    log.print(_ADVICE)


def succession(
    organisation: OrganisationArgument,
    on: OnOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show for each position how many others are ready now, in 6 and in 12 months, and what hangs on one person.

    Example: karmapath plan succession M01D1
    """
    from recommender.planning.closing_price import closing_prices
    from recommender.planning.posts import posts_of
    from recommender.planning.succession import benches, single_points, withheld

    world = PlanWorld.open(home, on)
    people = world.people(world.organisation(organisation))
    held = [
        one for one in people.people["position_id"].unique().drop_nulls().sort() if one in world.reference.positions
    ]
    prices = closing_prices(world.reference, world.at, people.competencies)
    found = benches(people, world.reference, posts_of(world.reference, held), prices)
    alone = withheld(single_points(people, world.reference))
    if as_json:
        print_json({"posts": [asdict(one) for one in found], "single_points": [asdict(one) for one in alone]})
        return
    for one in found:
        title = world.reference.positions[one.position].designation
        say(
            f"{title}: {one.holders:,} hold it; of {one.eligible:,} others {one.now:,} are ready now, "
            f"{one.in_6_months:,} in 6 months, {one.in_12_months:,} in 12"
        )
    for point in alone:
        title = world.reference.positions[point.position].designation
        say(f"{title}: one of {point.people:,} holds {world.competency(point.competency)} at level {point.level}")


def _read(path: Path) -> list[Any]:
    if not path.exists():
        raise KarmapathError(f"no file at {path}", "a JSON list of posts", "check the path")
    try:
        raw = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise KarmapathError(f"{path} is no JSON: {error}", "a JSON list of posts", "correct it") from error
    if not isinstance(raw, list) or not raw:
        raise KarmapathError(f"{path} holds no list", "a JSON list of posts", "correct it")
    return raw


def _post(raw: Any) -> Any:
    from recommender.planning.people import refuse_forbidden
    from recommender.planning.posts import Post, PostRules

    if not isinstance(raw, dict) or not isinstance(raw.get("position"), str):
        raise KarmapathError(f"a post {raw!r}", "an object with the id of a position", "correct it")
    refuse_forbidden(raw)
    unknown = sorted(raw.keys() - {"id", "position", "organisation", "seats", "critical", "rules"})
    seats = raw.get("seats", 1)
    if unknown or not isinstance(seats, int) or isinstance(seats, bool) or seats < 1:
        wrong = f"key {unknown[0]!r}" if unknown else f"seats {seats!r}"
        raise KarmapathError(f"a post with {wrong}", "id, position, organisation, seats, critical, rules", "correct it")
    return Post(
        str(raw.get("id", raw["position"])), raw["position"], raw.get("organisation"), seats,
        bool(raw.get("critical", False)), PostRules.of(raw.get("rules", {})),
    )  # fmt: skip
