"""Posts to be filled, who may hold them, and how far each person falls short of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import KarmapathError, NotFoundError
from features.reference import Reference, Requirement
from features.schema import MAX_LEVEL
from recommender.planning.people import refuse_forbidden
from recommender.planning.workforce import Workforce

YEAR = timedelta(days=365.25)


@dataclass(frozen=True, slots=True)
class PostRules:
    """Who may hold a post; an empty rule binds nobody. Service only: nothing about the person."""

    groups: frozenset[str] = frozenset()
    cadres: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    """Organisations people must come from."""
    least_years: float = 0.0
    """Years of service by the day of the workforce; where the beginning is unknown the rule counts as not met."""

    @classmethod
    def of(cls, raw: Mapping[str, object]) -> PostRules:
        """Read rules from a document; ``KarmapathError`` for a rule that is not known, or must not decide."""
        refuse_forbidden(raw)
        known = {"groups", "cadres", "organisations", "least_years"}
        unknown = sorted(raw.keys() - known)
        if unknown:
            raise KarmapathError(f"a rule {unknown[0]!r}", f"one of {', '.join(sorted(known))}", "correct the rule")
        lists = {name: frozenset(_texts(raw.get(name, ()), name)) for name in ("groups", "cadres", "organisations")}
        years = raw.get("least_years", 0.0)
        if not isinstance(years, int | float) or years < 0:
            raise KarmapathError(f"least_years {years!r}", "a number of years, 0 or more", "correct the rule")
        return cls(**lists, least_years=float(years))


@dataclass(frozen=True, slots=True)
class Post:
    """One or more equal seats that need what a position requires."""

    id: str
    position: str
    organisation: str | None = None
    seats: int = 1
    critical: bool = False
    """Whether service stops where it is badly filled: such posts come first."""
    rules: PostRules = PostRules()


def requirements_of(post: Post, reference: Reference) -> tuple[Requirement, ...]:
    """Return what the post's position requires; ``NotFoundError`` where there is no such position."""
    if post.position not in reference.positions:
        raise NotFoundError(f"no position {post.position!r}", "the id of a position", "list the positions")
    return reference.requirements_of_position(post.position)


def may_hold(workforce: Workforce, rules: PostRules) -> NDArray[np.bool_]:
    """Return who the rules let hold a post, shape (n_people,)."""
    people = workforce.people
    allowed = np.ones(people.height, dtype=np.bool_)
    for column, wanted in (("group", rules.groups), ("cadre", rules.cadres), ("organisation_id", rules.organisations)):
        if wanted:
            allowed &= people[column].is_in(sorted(wanted)).fill_null(value=False).to_numpy()
    if rules.least_years > 0:
        since = workforce.at - rules.least_years * YEAR
        allowed &= people.select(pl.col("joined_on").le(since).fill_null(value=False)).to_series().to_numpy()
    return allowed


def shortfall_matrix(
    workforce: Workforce, reference: Reference, positions: Sequence[str], *, more: float = 0.0
) -> NDArray[np.float32]:
    """Return sum over requirements of weight * E[(required - level)+], shape (positions, people).

    ``more`` is added for a critical requirement, as a share of its weight.
    """
    number = {competency: n for n, competency in enumerate(workforce.competencies)}
    wanted = np.zeros((len(positions), len(number), MAX_LEVEL), dtype=np.float32)
    for row, position in enumerate(positions):
        for need in reference.requirements_of_position(position):
            if need.competency in number:
                weight = need.weight * (1 + more * need.critical)
                wanted[row, number[need.competency], : need.level] = weight
    flat = wanted.reshape(len(positions), -1)
    used = np.flatnonzero(flat.any(axis=0))
    missing = 1.0 - workforce.held.reshape(len(workforce), -1)[:, used]
    return np.asarray(flat[:, used] @ missing.T, dtype=np.float32)


def posts_of(
    reference: Reference, positions: Iterable[str], *, same_group: bool = True, critical: Collection[str] = ()
) -> tuple[Post, ...]:
    """Return a post with one seat for each position, open to people of the position's own group."""
    found = []
    for one in positions:
        position = reference.positions[one]
        groups = frozenset({position.group}) if same_group and position.group else frozenset()
        rules = PostRules(groups=groups)
        found.append(Post(one, one, position.organisation, critical=one in critical, rules=rules))
    return tuple(found)


def _texts(value: object, name: str) -> list[str]:
    if not isinstance(value, list | tuple | set | frozenset) or not all(isinstance(one, str) for one in value):
        raise KarmapathError(f"{name} {value!r}", "a list of texts", "correct the rule")
    return [str(one) for one in value]
