"""Three years of learning, occasion by occasion, for a chunk of learners at once.

The s-th occasion of every learner of the chunk is played at the same time; what happened before is in ``_State``.
The order of events inside an occasion: fade, see, choose, finish or not, learn, be tested, rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.world.assessments import Attempts, sit_quizzes
from experiments.world.catalogue import ASSESSED, level_matrix
from experiments.world.duties import Duties
from experiments.world.exposure import Shelves
from experiments.world.languages import UNREADABLE, Versions
from experiments.world.population import FloatArray, Ground, IntArray, People
from experiments.world.schedule import CAMPAIGN, CHOSEN, PROCTORED, Schedule

Bools = NDArray[np.bool_]
_AREAS = ("Behavioural", "Functional", "Domain")


@dataclass(frozen=True)
class Stage:
    """What every chunk plays on: arrays over families that do not change."""

    ground: Ground
    duties: Duties
    shelves: Shelves
    versions: Versions

    @cached_property
    def taught(self) -> IntArray:
        """(n_families, 3): competencies, padded with the placeholder."""
        return level_matrix(self.ground.catalogue, len(self.ground.service.competencies))[0]

    @cached_property
    def levels(self) -> FloatArray:
        """(n_families, 2): level a course starts from and leads to."""
        return level_matrix(self.ground.catalogue, len(self.ground.service.competencies))[1]

    @cached_property
    def hours(self) -> FloatArray:
        """(n_families,)."""
        return np.array([c.hours for c in self.ground.catalogue.base], dtype=np.float32)

    @cached_property
    def fees(self) -> FloatArray:
        """(n_families,): thousand rupees."""
        return np.array([c.fee / 1000.0 for c in self.ground.catalogue.base], dtype=np.float32)

    @cached_property
    def published(self) -> FloatArray:
        """(n_families,): first day, and (second row) first day it no longer is."""
        base = self.ground.catalogue.base
        ends = [1e9 if c.retired is None else c.retired for c in base]
        return np.array([[c.published for c in base], ends], dtype=np.float32)

    @cached_property
    def restricted(self) -> Bools:
        """(n_families,)."""
        return np.array([c.restricted for c in self.ground.catalogue.base], dtype=np.bool_)

    @cached_property
    def requires(self) -> IntArray:
        """(n_families, 4): families of which one must come before; -1 pads."""
        found = np.full((len(self.ground.catalogue.base), 4), -1, dtype=np.int64)
        for family, before in enumerate(self.ground.catalogue.requires):
            found[family, : len(before)] = before
        return found

    @cached_property
    def is_assessment(self) -> Bools:
        """(n_families,)."""
        return np.array([c.category in ASSESSED for c in self.ground.catalogue.base], dtype=np.bool_)

    @cached_property
    def has_quiz(self) -> Bools:
        """(n_families,): seven in ten courses end with a quiz, by their number."""
        return (np.arange(len(self.hours)) % 10 < 7) & ~self.is_assessment

    @cached_property
    def group_a(self) -> Bools:
        """(n_posts,)."""
        return np.array([post.group == "A" for post in self.ground.service.posts], dtype=np.bool_)

    @cached_property
    def area_ends(self) -> tuple[slice, ...]:
        """Columns of the behavioural, functional and domain competencies."""
        areas = [c.area for c in self.ground.service.competencies]
        starts = [areas.index(area) for area in _AREAS]
        return tuple(slice(a, b) for a, b in zip(starts, [*starts[1:], len(areas)], strict=True))

    @cached_property
    def fading(self) -> FloatArray:
        """(3,): rate a day at which the fading part of a gain falls, by area."""
        b = self.ground.behaviour
        lives = (b.half_life_behavioural, b.half_life_functional, b.half_life_domain)
        return np.asarray(np.log(2.0) / np.array(lives), dtype=np.float32)

    @cached_property
    def fading_of(self) -> FloatArray:
        """(n_competencies + 1,): the same by competency."""
        rates = np.zeros(len(self.ground.service.competencies) + 1, dtype=np.float32)
        for columns, rate in zip(self.area_ends, self.fading, strict=True):
            rates[columns] = rate
        return rates


@dataclass
class Happened:
    """What happened in one chunk, a list of arrays a column; ``joined`` makes single arrays of them."""

    columns: dict[str, list[NDArray[Any]]] = field(default_factory=dict)

    def add(self, **columns: NDArray[Any]) -> None:
        """Append one array to each column."""
        for name, values in columns.items():
            self.columns.setdefault(name, []).append(values)

    def joined(self) -> dict[str, NDArray[Any]]:
        """Return each column as one array, learner by learner, oldest first."""
        whole = {name: np.concatenate(parts) for name, parts in self.columns.items()}
        order = np.lexsort((whole["day"], whole["learner"])) if whole else None
        return {name: column[order] for name, column in whole.items()}


@dataclass(frozen=True)
class Lives:
    """The result of a chunk."""

    enrolments: dict[str, NDArray[Any]]
    attempts: dict[str, NDArray[Any]]
    gains: dict[str, NDArray[Any]]


@dataclass
class _State:
    durable: FloatArray
    fading: FloatArray
    seen_to: FloatArray
    """Day up to which ``fading`` has faded."""
    taken: Bools
    done: Bools
    last: IntArray
    """Family completed last, -1 for none."""
    last_day: FloatArray


def live(stage: Stage, people: People, schedule: Schedule, rng: np.random.Generator) -> Lives:
    """Play all occasions of a chunk and return what was enrolled in, attempted and learned."""
    n, families = len(people), len(stage.hours)
    state = _State(
        durable=people.baseline.copy(),
        fading=np.zeros_like(people.baseline),
        seen_to=np.zeros(n, dtype=np.float32),
        taken=np.zeros((n, families), dtype=np.bool_),
        done=np.zeros((n, families), dtype=np.bool_),
        last=np.full(n, -1, dtype=np.int64),
        last_day=np.full(n, -1e4, dtype=np.float32),
    )
    liking = _liking(people, stage.ground)
    enrolled, attempts, gains = Happened(), Happened(), Happened()
    for place in range(schedule.days.shape[1]):
        learners = np.flatnonzero(schedule.counts > place)
        _occasion(stage, people, state, liking, schedule, place, learners, rng, enrolled, attempts, gains)
    return Lives(enrolled.joined(), attempts.joined(), gains.joined())


def _liking(people: People, ground: Ground) -> FloatArray:
    """Return (n, n_families): how much each learner likes each course, of mean 0 and deviation 1 for each learner.

    Summed without BLAS, whose order of summing, and so the last digit, depends on its number of threads.
    """
    liking = np.einsum("ij,jk->ik", people.interest, np.ascontiguousarray(ground.course_factors.T))
    centred = liking - liking.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(liking.std(axis=1, keepdims=True), 1e-6), dtype=np.float32)


def _occasion(
    stage: Stage,
    people: People,
    state: _State,
    liking: FloatArray,
    schedule: Schedule,
    place: int,
    learners: IntArray,
    rng: np.random.Generator,
    enrolled: Happened,
    attempts: Happened,
    gains: Happened,
) -> None:
    day, kind = schedule.days[learners, place], schedule.kinds[learners, place]
    asked = schedule.families[learners, place]
    posts = people.post_at(learners, day)
    _fade(stage, state, learners, day)
    free = np.flatnonzero(asked < 0)
    if len(free):
        asked = asked.copy()
        asked[free] = _choose(stage, people, state, liking, learners[free], posts[free], day[free], kind[free], rng)
    rows = np.flatnonzero((asked >= 0) & ~state.taken[learners, np.maximum(asked, 0)])
    rows = rows[(stage.published[0, asked[rows]] <= day[rows]) & (day[rows] < stage.published[1, asked[rows]])]
    if len(rows) == 0:
        return
    learners, family, day, kind, posts = learners[rows], asked[rows], day[rows], kind[rows], posts[rows]
    liked = liking[learners, family]
    outcome = _outcome(stage, people, state, learners, family, kind, liked, day, rng)
    _learn(stage, people, state, learners, family, posts, outcome, gains)
    course = stage.versions.course[people.languages[learners], family]
    sat = _tests(stage, state, learners, family, course, outcome, rng)
    for name, column in sat.columns().items():
        attempts.add(**{name: column})
    state.taken[learners, family] = True
    finished = outcome.completed
    state.done[learners[finished], family[finished]] = True
    state.last[learners[finished]] = family[finished]
    state.last_day[learners[finished]] = day[finished]
    enrolled.add(
        learner=learners,
        course=course,
        day=day.astype(np.float64),
        kind=kind,
        completed=outcome.completed,
        skimmed=outcome.skimmed,
        progress=outcome.progress,
        spent=outcome.spent,
        until=outcome.until,
        rating=_ratings(stage, people, learners, family, liked, outcome, rng),
    )


def _fade(stage: Stage, state: _State, learners: IntArray, day: FloatArray) -> None:
    """Let the fading part of what was learned fade up to the day."""
    passed = np.maximum(day - state.seen_to[learners], 0.0)
    fading = state.fading[learners]
    for columns, rate in zip(stage.area_ends, stage.fading, strict=True):
        fading[:, columns] *= np.exp(-rate * passed)[:, None]
    state.fading[learners] = fading
    state.seen_to[learners] = day


def _choose(
    stage: Stage,
    people: People,
    state: _State,
    liking: FloatArray,
    learners: IntArray,
    posts: IntArray,
    day: FloatArray,
    kind: NDArray[np.int8],
    rng: np.random.Generator,
) -> IntArray:
    """Return the family each learner takes of those seen: the one of highest utility."""
    b = stage.ground.behaviour
    seen = stage.shelves.seen(people, learners, posts, day, state.last[learners], rng)
    of = learners[:, None]
    campaign = (kind == CAMPAIGN)[:, None]
    weight = np.where(campaign, b.campaign_interest, 1.0)
    need, hard, easy = _fit(stage, state, learners, posts, seen)
    utility = weight * (b.w_interest * liking[of, seen] + b.w_need * need)
    utility += b.w_appeal * stage.ground.appeal[seen]
    utility += b.w_momentum * _momentum(stage, state, learners, day, seen)
    utility -= b.w_too_hard * hard + b.w_too_easy * easy
    utility -= b.w_unprepared * _unprepared(stage, state, learners, seen, hard)
    utility -= b.w_second_language * stage.versions.distance[people.languages[learners][:, None], seen]
    utility -= np.where(campaign, b.campaign_hours, b.w_hours) * np.log1p(stage.hours[seen])
    utility -= b.w_fee * stage.fees[seen]
    utility += rng.gumbel(size=seen.shape)
    allowed = stage.group_a[posts] & people.verified[learners]
    barred = state.taken[of, seen] | (stage.restricted[seen] & ~allowed[:, None])
    barred |= (stage.published[0, seen] > day[:, None]) | (day[:, None] >= stage.published[1, seen])
    barred |= stage.versions.distance[people.languages[learners][:, None], seen] >= UNREADABLE
    utility = np.where(barred, -np.inf, utility)
    best = utility.argmax(axis=1)
    rows = np.arange(len(learners))
    return np.where(np.isfinite(utility[rows, best]), seen[rows, best], -1)


def _fit(
    stage: Stage, state: _State, learners: IntArray, posts: IntArray, seen: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return, for each course seen: weighted missing steps it would close, levels too hard, levels too easy."""
    taught = stage.taught[seen]
    real = taught < len(stage.ground.service.competencies)
    held = state.durable[learners[:, None, None], taught] + state.fading[learners[:, None, None], taught]
    start, end = stage.levels[seen, 0][:, :, None], stage.levels[seen, 1][:, :, None]
    required = stage.ground.service.required[posts[:, None, None], taught]
    weight = stage.ground.service.weights[posts[:, None, None], taught]
    count = np.maximum(real.sum(axis=2), 1)
    need = (weight * np.clip(np.minimum(end, required) - held, 0.0, 1.5)).sum(axis=2) / count
    hard = (np.clip(start - held, 0.0, None) * real).sum(axis=2) / count
    easy = (np.clip(held - end + 0.25, 0.0, None) * real).sum(axis=2) / count
    return need, hard, easy


def _momentum(stage: Stage, state: _State, learners: IntArray, day: FloatArray, seen: IntArray) -> FloatArray:
    """Return 0 to 1: whether a course is the next step after the one completed last, and how fresh that is."""
    last = state.last[learners]
    before = np.maximum(last, 0)
    same = stage.taught[seen, 0] == stage.taught[before, 0][:, None]
    onward = stage.levels[seen, 0] >= stage.levels[before, 0][:, None]
    upward = stage.levels[seen, 1] > stage.levels[before, 1][:, None]
    fresh = np.exp(-(day - state.last_day[learners]) / stage.ground.behaviour.momentum_days)
    return np.where(same & onward & upward & (last >= 0)[:, None], fresh[:, None], 0.0).astype(np.float32)


def _unprepared(stage: Stage, state: _State, learners: IntArray, seen: IntArray, hard: FloatArray) -> FloatArray:
    """Return 1 where a course has prerequisites, none is done, and the level does not make up for it."""
    options = stage.requires[seen]
    done = (state.done[learners[:, None, None], np.maximum(options, 0)] & (options >= 0)).any(axis=2)
    return ((options[:, :, 0] >= 0) & ~done & (hard > 0.3)).astype(np.float32)


@dataclass(frozen=True)
class _Outcome:
    completed: Bools
    skimmed: Bools
    proctored: Bools
    progress: FloatArray
    spent: FloatArray
    """Seconds."""
    until: NDArray[np.float64]
    """Day of completion, or of the last visit."""
    hard: FloatArray
    held: FloatArray
    """Level in the main competency before."""


def _outcome(
    stage: Stage,
    people: People,
    state: _State,
    learners: IntArray,
    family: IntArray,
    kind: NDArray[np.int8],
    liked: FloatArray,
    day: FloatArray,
    rng: np.random.Generator,
) -> _Outcome:
    b = stage.ground.behaviour
    n, hours = len(learners), stage.hours[family]
    main = stage.taught[family, 0]
    held = state.durable[learners, main] + state.fading[learners, main]
    hard = np.clip(stage.levels[family, 0] - held, 0.0, None)
    duty, proctored = kind != CHOSEN, kind == PROCTORED
    odds = b.finish_base + b.finish_interest * liked + b.finish_diligence * people.diligence[learners]
    odds = odds - b.finish_hours * np.log1p(hours) - b.finish_too_hard * hard + b.finish_duty * duty
    finishes = (rng.random(n) < 1.0 / (1.0 + np.exp(-odds))) | proctored
    skim_chance = people.skim[learners] * np.where(kind == CHOSEN, 0.5, 1.0) * (hours <= 6)
    skims = (rng.random(n) < skim_chance) & ~proctored
    finishes |= skims
    share = np.clip(np.exp(rng.normal(-0.05, 0.35, size=n) + 0.1 * liked), 0.25, 3.0)
    part = np.where(rng.random(n) < 0.3, 0.0, rng.beta(1.3, 2.0, size=n) * 0.95)
    progress = np.where(finishes, 1.0, part)
    spent = np.where(skims, rng.uniform(7.0, 20.0, size=n), share * hours * 3600.0 * progress)
    spread = np.where(hours <= 1.0, 0.0, rng.exponential(1.0, size=n) * (hours - 1.0) / 1.5)
    spread = np.where(kind == CAMPAIGN, np.minimum(spread, 0.5), spread)
    until = day + spent / 86400.0 + np.where(skims | proctored, 0.0, spread)
    completed = finishes & (until < stage.duties.calendar.days)
    return _Outcome(
        completed=completed,
        skimmed=skims & completed,
        proctored=proctored & completed,
        progress=np.where(finishes & ~completed, 0.6, progress).astype(np.float32),
        spent=np.where(finishes & ~completed, 0.6 * spent, spent).astype(np.float32),
        until=np.minimum(until, stage.duties.calendar.days - 0.001),
        hard=hard.astype(np.float32),
        held=held,
    )


def _learn(
    stage: Stage,
    people: People,
    state: _State,
    learners: IntArray,
    family: IntArray,
    posts: IntArray,
    outcome: _Outcome,
    gains: Happened,
) -> None:
    """Raise true levels: much where the course fits and is good, nothing where it was skimmed or only a test."""
    b = stage.ground.behaviour
    study = np.where(outcome.completed, 1.0, 0.4 * outcome.progress) * (~outcome.skimmed) * ~stage.is_assessment[family]
    quality = np.clip(1.0 + 0.12 * stage.ground.appeal[family] + 0.06 * people.diligence[learners], 0.5, 1.4)
    for slot in range(stage.taught.shape[1]):
        competency = stage.taught[family, slot]
        rows = np.flatnonzero((competency < len(stage.fading_of) - 1) & (study > 0.02))
        who, what, course = learners[rows], competency[rows], family[rows]
        held = state.durable[who, what] + state.fading[who, what]
        room = np.clip(stage.levels[course, 1] - held, 0.0, 2.0)
        ready = np.exp(-b.readiness * np.clip(stage.levels[course, 0] - held, 0.0, None))
        gain = (b.learning * room * ready * quality[rows] * study[rows] * (1.0 if slot == 0 else 0.7)).astype(
            np.float32
        )
        used = stage.ground.service.required[posts[rows], what] > 0
        kept = np.where(used, b.kept_if_used, b.kept_if_unused).astype(np.float32)
        state.durable[who, what] += gain * kept
        state.fading[who, what] += gain * (1.0 - kept)
        real = gain > 0.005
        gains.add(
            learner=who[real],
            competency=what[real],
            day=state.seen_to[who[real]],
            gain=gain[real],
            kept=kept[real],
        )


def _tests(
    stage: Stage,
    state: _State,
    learners: IntArray,
    family: IntArray,
    course: IntArray,
    outcome: _Outcome,
    rng: np.random.Generator,
) -> Attempts:
    sits = outcome.completed & (stage.has_quiz[family] | outcome.proctored)
    rows = np.flatnonzero(sits)
    taught = stage.taught[family[rows]]
    real = taught < len(stage.fading_of) - 1
    held = state.durable[learners[rows][:, None], taught] + state.fading[learners[rows][:, None], taught]
    level = (held * real).sum(axis=1) / np.maximum(real.sum(axis=1), 1)
    return sit_quizzes(
        learners[rows], course[rows], outcome.until[rows], level - stage.levels[family[rows], 1], outcome.skimmed[rows],
        outcome.proctored[rows], stage.ground.behaviour, rng,
    )  # fmt: skip


def _ratings(
    stage: Stage,
    people: People,
    learners: IntArray,
    family: IntArray,
    liked: FloatArray,
    outcome: _Outcome,
    rng: np.random.Generator,
) -> FloatArray:
    """Return stars from 1 to 5, NaN where none were given."""
    n = len(learners)
    honest = 3.7 + 0.45 * liked + 0.4 * stage.ground.appeal[family] - 0.4 * outcome.hard + rng.normal(0.0, 0.6, size=n)
    stars = np.where(people.leniency[learners], 5.0, np.clip(np.round(honest), 1.0, 5.0))
    rated = outcome.completed & ~outcome.proctored & (rng.random(n) < stage.ground.behaviour.rating_share)
    return np.where(rated, stars, np.nan).astype(np.float32)
