"""The people of the demo world: posts and careers, languages, habits, true starting levels and true interests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from experiments.world.behaviour import Behaviour
from experiments.world.catalogue import Catalogue
from experiments.world.service import GROUPS, Service

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

MAX_POSTS = 3
"""Most posts that one learner holds within the window."""
NEVER = 1 << 20
"""A day that does not come."""
STYLE = 8
"""Dimensions of taste within a subject."""
FORMAT = 3
"""Dimensions of taste for advanced, long and programme-like courses."""

LANGUAGE_PROFILES: tuple[tuple[str, ...], ...] = (
    ("en", "hi"), ("hi", "en"), ("hi",), ("ta", "en"), ("te", "en"), ("te", "hi", "en"), ("bn", "en"),
    ("bn", "hi", "en"),
    ("mr", "hi", "en"), ("mr", "hi"), ("gu", "hi", "en"), ("kn", "en"), ("ml", "en"), ("or", "hi", "en"),
    ("pa", "hi", "en"), ("as", "en"), ("en",),
)  # fmt: skip
_HOME = (0.16, 0.30, 0.0, 0.06, 0.05, 0.02, 0.06, 0.03, 0.07, 0.0, 0.05, 0.05, 0.04, 0.04, 0.04, 0.03, 0.0)
"""Share of each profile where the office says nothing about it."""
_OFFICE = {
    "M04F1": {1: 0.45, 2: 0.5, 0: 0.05}, "M04F2": {3: 0.9, 0: 0.1}, "M04F3": {8: 0.55, 9: 0.35, 0: 0.1},
    "M03F1": {1: 0.6, 2: 0.2, 14: 0.15, 0: 0.05}, "M03F2": {4: 0.5, 5: 0.3, 11: 0.1, 0: 0.1},
}  # fmt: skip
"""Share of each profile in offices that serve one region."""


@dataclass(frozen=True)
class Ground:
    """What the people stand on: arrays that depend on the service and the catalogue, the same for all chunks."""

    service: Service
    catalogue: Catalogue
    behaviour: Behaviour
    seed: int

    @cached_property
    def headcount(self) -> NDArray[np.float64]:
        """Cumulative share of learners over posts."""
        return _cumulated(np.array([post.headcount for post in self.service.posts]))

    @cached_property
    def promotions(self) -> list[IntArray]:
        """For each post, the posts one group up in the same ministry."""
        return [self._moves(number, up=True) for number in range(len(self.service.posts))]

    @cached_property
    def transfers(self) -> list[IntArray]:
        """For each post, the other posts of its group that share its designation, cadre or ministry."""
        return [self._moves(number, up=False) for number in range(len(self.service.posts))]

    @cached_property
    def languages_of_posts(self) -> NDArray[np.float64]:
        """Shape (n_posts, n_profiles): cumulative shares of language profiles."""
        shares = np.tile(np.array(_HOME), (len(self.service.posts), 1))
        for number, post in enumerate(self.service.posts):
            if post.organisation in _OFFICE:
                shares[number] = 0.0
                for profile, share in _OFFICE[post.organisation].items():
                    shares[number, profile] = share
            elif post.group == "A":
                shares[number] *= np.array([4.0] + [1.0] * (len(_HOME) - 1))
        return np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)

    @cached_property
    def communities(self) -> FloatArray:
        """Shape (communities, n_fields + STYLE): what each taste community likes."""
        rng = np.random.default_rng([self.seed, 2])
        fields = len(self.service.fields)
        taste = np.zeros((self.behaviour.taste_communities, fields + STYLE), dtype=np.float32)
        for row in taste:
            row[rng.choice(fields, size=4, replace=False)] = rng.uniform(0.7, 1.4, size=4)
            row[fields:] = rng.normal(0.0, 0.6, size=STYLE)
        return taste

    @cached_property
    def course_factors(self) -> FloatArray:
        """Shape (n_families, n_fields + STYLE + FORMAT): what each course is about; pairs with a learner's tastes."""
        rng = np.random.default_rng([self.seed, 3])
        fields = len(self.service.fields)
        style = rng.normal(0.0, 0.7, size=(len(self.service.competencies), STYLE))
        found = np.zeros((len(self.catalogue.base), fields + STYLE + FORMAT), dtype=np.float32)
        for row, course in zip(found, self.catalogue.base, strict=True):
            for place, competency in enumerate(course.competencies):
                share = (1.0 if place == 0 else 0.5) / (0.5 + 0.5 * len(course.competencies))
                row[self.service.field_of[competency]] += share
                row[fields : fields + STYLE] += share * style[competency]
            row[-3] = (course.to_level - 2.5) / 1.5
            row[-2] = np.log1p(course.hours) - 1.1
            row[-1] = 1.0 if "Program" in course.category else 0.0
        return found

    @cached_property
    def appeal(self) -> FloatArray:
        """Shape (n_families,): how good each course is, standard normal."""
        rng = np.random.default_rng([self.seed, 4])
        return rng.normal(0.0, 1.0, size=len(self.catalogue.base)).astype(np.float32)

    def _moves(self, number: int, *, up: bool) -> IntArray:
        posts = self.service.posts
        here = posts[number]
        group = GROUPS.index(here.group) - (1 if up else 0)
        ministry = self.service.ministry_of(here.organisation)
        found = [
            n
            for n, post in enumerate(posts)
            if n != number
            and GROUPS.index(post.group) == group
            and (
                self.service.ministry_of(post.organisation) == ministry
                or (not up and (post.designation == here.designation or post.cadre == here.cadre))
            )
        ]
        return np.array(found, dtype=np.int64)


@dataclass(frozen=True)
class People:
    """A chunk of learners; every array has a row a learner."""

    first: int
    """Number of the chunk's first learner in the world."""
    posts: IntArray
    """(n, MAX_POSTS): posts held, in order; repeated where there are fewer."""
    since: IntArray
    """(n, MAX_POSTS): day from which each post is held; ``NEVER`` where there are fewer."""
    joined: IntArray
    """Day of joining the platform; before 0 for those who were there when the window opens."""
    newcomer: NDArray[np.bool_]
    aspired: IntArray
    """Post aspired to, -1 for none."""
    languages: IntArray
    """Number of the language profile."""
    verified: NDArray[np.bool_]
    diligence: FloatArray
    leniency: NDArray[np.bool_]
    skim: FloatArray
    """Chance of skimming a course that others asked for."""
    sessions: FloatArray
    """Self-chosen courses a year."""
    interest: FloatArray
    """(n, n_factors): tastes that pair with ``Ground.course_factors``."""
    baseline: FloatArray
    """(n, n_competencies + 1): true levels at the start."""

    def __len__(self) -> int:
        return len(self.joined)

    def post_at(self, learners: IntArray, day: FloatArray) -> IntArray:
        """Return the post that each learner holds on that day."""
        held = (self.since[learners] <= day[:, None]).sum(axis=1) - 1
        return np.asarray(self.posts[learners, np.maximum(held, 0)])


def make_people(ground: Ground, first: int, count: int, days: int) -> People:
    """Make ``count`` learners from number ``first`` on; a chunk depends on the seed and ``first`` alone."""
    rng = np.random.default_rng([ground.seed, 5, first])
    b = ground.behaviour
    start = np.searchsorted(ground.headcount, rng.random(count)).astype(np.int64)
    newcomer = rng.random(count) < b.newcomer_share
    joined = np.where(newcomer, (rng.random(count) ** 0.8 * (days - 20)), -900 + rng.random(count) ** 0.5 * 1100)
    joined = joined.astype(np.int64)
    posts, since = _careers(ground, rng, start, joined, days)
    ability = rng.normal(0.0, 1.0, size=count).astype(np.float32)
    diligence = (0.35 * ability + rng.normal(0.0, 0.94, size=count)).astype(np.float32)
    skimmer = rng.random(count) < b.skimmer_share
    group = np.array([GROUPS.index(post.group) for post in ground.service.posts])[start]
    pace = np.array([1.15, 1.1, 0.85])[group] * np.exp(b.session_spread * rng.normal(size=count) + 0.12 * diligence)
    aspired = _aspirations(ground, rng, start)
    return People(
        first=first,
        posts=posts,
        since=since,
        joined=joined,
        newcomer=newcomer,
        aspired=aspired,
        languages=_draw(ground.languages_of_posts[start], rng.random(count)),
        verified=rng.random(count) < 0.8,
        diligence=diligence,
        leniency=rng.random(count) < b.lenient_share,
        skim=np.where(skimmer, b.skim_habit, b.skim_others).astype(np.float32),
        sessions=(b.sessions_a_year * pace).astype(np.float32),
        interest=_interests(ground, rng, start, aspired, group),
        baseline=_levels(ground, rng, start, ability, newcomer),
    )


def _careers(
    ground: Ground, rng: np.random.Generator, start: IntArray, joined: IntArray, days: int
) -> tuple[IntArray, IntArray]:
    """Return the posts held and since when: at most ``MAX_POSTS`` a learner."""
    b, count = ground.behaviour, len(start)
    posts = np.repeat(start[:, None], MAX_POSTS, axis=1)
    since = np.full((count, MAX_POSTS), NEVER, dtype=np.int64)
    since[:, 0] = joined
    day = np.maximum(joined, 0).astype(np.float64)
    for move in range(1, MAX_POSTS):
        day = day + 120 + rng.exponential(365 / b.yearly_move_rate, size=count)
        up, pick = rng.random(count) < b.promotion_share, rng.random(count)
        for learner in np.flatnonzero(day < days - 10):
            here = posts[learner, move - 1]
            choices = ground.promotions[here] if up[learner] else ground.transfers[here]
            if len(choices):
                posts[learner, move:] = choices[int(pick[learner] * len(choices))]
                since[learner, move] = int(day[learner])
            else:
                day[learner] = NEVER
    return posts, since


def _aspirations(ground: Ground, rng: np.random.Generator, start: IntArray) -> IntArray:
    """Return the post each learner aspires to: mostly a promotion, sometimes anything; -1 for none."""
    wants, anywhere, pick = rng.random((3, len(start)))
    aspired = np.full(len(start), -1, dtype=np.int64)
    for learner in np.flatnonzero(wants < ground.behaviour.aspirant_share):
        choices = ground.promotions[start[learner]]
        if len(choices) == 0 or anywhere[learner] < 0.3:
            aspired[learner] = int(pick[learner] * len(ground.service.posts))
        else:
            aspired[learner] = choices[int(pick[learner] * len(choices))]
    return aspired


def _interests(
    ground: Ground, rng: np.random.Generator, start: IntArray, aspired: IntArray, group: IntArray
) -> FloatArray:
    b, fields = ground.behaviour, len(ground.service.fields)
    about = ground.service.fields_of_posts
    community = rng.integers(0, b.taste_communities, size=len(start))
    found = rng.normal(0.0, 1.0, size=(len(start), fields + STYLE + FORMAT)).astype(np.float32)
    found[:, : fields + STYLE] *= b.idiosyncrasy
    found[:, : fields + STYLE] += b.taste * ground.communities[community]
    found[:, :fields] += b.own_career * about[start]
    found[:, :fields] += np.where(aspired[:, None] >= 0, b.aspiration * about[aspired], 0.0)
    found[:, fields + STYLE :] *= b.depth
    found[:, -3] += np.array([0.4, 0.0, -0.4])[group]
    return found


def _levels(
    ground: Ground, rng: np.random.Generator, start: IntArray, ability: FloatArray, newcomer: NDArray[np.bool_]
) -> FloatArray:
    """Return true levels at the start: near what the post needs for old hands, lower for newcomers."""
    b = ground.behaviour
    need = ground.service.required[start]
    noise = rng.normal(0.0, b.start_spread, size=need.shape).astype(np.float32)
    share = b.start_share * np.where(newcomer, 0.45, 1.0)[:, None] + 0.12 * ability[:, None]
    general = np.maximum(b.background_level + 0.35 * ability[:, None] + noise * 0.8, 0.0)
    level = np.where(need > 0, np.maximum(need * share + noise, general * 0.5), general * 0.8)
    level[:, -1] = 0.0
    return np.clip(level, 0.0, 5.0).astype(np.float32)


def _cumulated(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cumsum(weights / weights.sum())


def _draw(cumulated: NDArray[np.float64], uniform: NDArray[np.float64]) -> IntArray:
    """Return for each row the index at which its cumulative shares pass its uniform number."""
    passed = (cumulated < uniform[:, None]).sum(axis=1)
    return np.asarray(np.minimum(passed, cumulated.shape[1] - 1), dtype=np.int64)
