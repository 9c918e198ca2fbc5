"""The right person for the post: candidates, posts within reach, many posts at once, who stands ready. Advice only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.workbench.approval import Signature
from api.workbench.desk import Desk
from features.errors import NotFoundError
from features.records import LearnerRecord
from features.reference import Position
from features.store.decisions import Decision
from recommender.planning.audit import AuditRow, audit
from recommender.planning.candidates import Candidate, candidates, decide, within_reach
from recommender.planning.posting import Posting, assign
from recommender.planning.posts import Post, PostRules, may_hold, posts_of
from recommender.planning.succession import Bench, SinglePoint, benches, single_points
from recommender.planning.workforce import Workforce, workforce_of

AUDITED = ("group", "cadre", "organisation_id")
"""By what outcomes are looked at afterwards; none of it is an input beyond the post's own rules."""

_LOOKED_AT = 3
"""So many times as many people as are shown are looked at again, as they are now."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Ranked people for one post."""

    post: Post
    position: Position
    candidates: tuple[Candidate, ...]
    eligible: int
    """People here whom the rules let hold it."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Ranked people for many posts at once, and an audit of the outcome."""

    posts: tuple[Post, ...]
    posting: Posting
    audits: Mapping[str, tuple[AuditRow, ...]]


def positions_within(desk: Desk, organisation: str) -> tuple[Position, ...]:
    """Return the positions of an organisation and all below it that require something, by title."""
    reference = desk.reference
    found = [
        one
        for one in reference.positions.values()
        if one.organisation is not None
        and organisation in reference.lineage(one.organisation)
        and reference.requirements_of_position(one.id)
    ]
    held = set(desk.people(organisation).people["position_id"].drop_nulls().unique())
    anywhere = [one for one in reference.positions.values() if one.organisation is None and one.id in held]
    return tuple(sorted([*found, *anywhere], key=lambda one: (one.designation, one.organisation or "", one.id)))


def position_within(desk: Desk, organisation: str, post: str) -> Position:
    """Return a position of the organisation's tree; ``NotFoundError`` if there is none of that id there."""
    found = {one.id: one for one in positions_within(desk, organisation)}
    if post not in found:
        raise NotFoundError(f"post {post!r}", f"the id of a position of {organisation}", "list its posts first")
    return found[post]


def advice(desk: Desk, organisation: str, post: str, *, rules: PostRules | None = None, limit: int = 20) -> Advice:
    """Return who of the organisation's people is readiest for a post, by what is known of them now."""
    position = position_within(desk, organisation, post)
    made = posts_of(desk.reference, [post])[0]
    chosen = made if rules is None else replace(made, rules=rules)
    people = desk.people(organisation)
    eligible = int(may_hold(people, chosen.rules).sum())
    first = candidates(people, desk.reference, chosen, desk.prices(), limit=_LOOKED_AT * limit)
    records = _records(desk, organisation, [one.learner for one in first])
    now = workforce_of(records, desk.reference, desk.at, competencies=people.competencies, table=desk.evidence)
    found = candidates(now, desk.reference, chosen, desk.prices(), limit=limit) if records else ()
    return Advice(chosen, position, found, eligible)


def choose(desk: Desk, organisation: str, post: str, learner: str, signed: Signature) -> Decision:
    """Write down a named human's decision on a post, for or against the advice; nothing else happens."""
    given = advice(desk, organisation, post)
    record = decide(given.post, learner, signed.by, signed.reason, given.candidates)
    if not _records(desk, organisation, [learner]):
        raise NotFoundError(f"learner {learner!r}", f"somebody of {organisation}", "check the id")
    decision = Decision(
        kind="assignment",
        organisation=organisation,
        subject=post,
        outcome="chosen",
        decided_by=record.decided_by,
        principal=signed.principal,
        decided_at=signed.at,
        reason=record.reason,
        learner=learner,
        facts={"rank": record.rank, "candidates": len(given.candidates), "model": desk.engine.version},
    )
    return replace(decision, number=desk.service.store.workbench.add_decision(decision))


def assignment(desk: Desk, organisation: str, seats: Mapping[str, int], *, worst_first: bool = False) -> Assignment:
    """Return who of the organisation's people would fill many posts at once with the least shortfall."""
    for post in seats:
        position_within(desk, organisation, post)
    people = desk.people(organisation)
    posts = tuple(replace(one, seats=seats[one.id]) for one in posts_of(desk.reference, seats))
    posting = assign(people, desk.reference, posts, worst_first=worst_first)
    chosen = {one.learner for one in posting.placements}
    able = people.only(_any_may(people, posts)).people
    outcomes = able.with_columns(chosen=pl.col("learner_id").is_in(sorted(chosen)))
    return Assignment(posts, posting, {by: audit(outcomes, by) for by in AUDITED})


def reach(desk: Desk, record: LearnerRecord, organisation: str | None, limit: int = 10) -> tuple[Candidate, ...]:
    """Return posts that a learner could hold, the nearest first; of one organisation's tree, or of all."""
    reference = desk.reference
    own = reference.position_of(record.learner.position, record.learner.designation, record.learner.organisation)
    wanted = [
        one.id
        for one in reference.positions.values()
        if (own is None or one.id != own.id)
        and (organisation is None or organisation in reference.lineage(one.organisation))
    ]
    now = workforce_of([record], reference, desk.at, table=desk.evidence)
    posts = posts_of(reference, wanted)
    return within_reach(now, reference, record.learner.id, posts, desk.prices(), limit=limit)


def succession(desk: Desk, organisation: str) -> tuple[tuple[Bench, ...], tuple[SinglePoint, ...]]:
    """Return for each post how many stand ready, and the competencies that hang on one person."""
    people = desk.people(organisation)
    posts = posts_of(desk.reference, [one.id for one in positions_within(desk, organisation)])
    held = set(people.people["position_id"].drop_nulls())
    filled = [one for one in posts if one.position in held]
    return (
        benches(people, desk.reference, filled, desk.prices()),
        single_points(people, desk.reference, named=True),
    )


def _any_may(people: Workforce, posts: Sequence[Post]) -> NDArray[np.bool_]:
    allowed = may_hold(people, posts[0].rules)
    for post in posts[1:]:
        allowed |= may_hold(people, post.rules)
    return allowed


def _records(desk: Desk, organisation: str, learners: Sequence[str]) -> list[LearnerRecord]:
    """Return what the store knows now of learners, as far as they still belong to the organisation's tree."""
    at, lineage = desk.at, desk.reference.lineage
    found = (desk.service.store.record(one, at) for one in learners)
    return [one for one in found if one is not None and organisation in lineage(one.learner.organisation)]
