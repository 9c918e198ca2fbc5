"""Which course a learner takes of those seen: the documented utility of ``behaviour.py``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.world.languages import UNREADABLE
from experiments.world.population import FloatArray, IntArray, People
from experiments.world.schedule import CAMPAIGN
from experiments.world.stage import Stage
from experiments.world.state import State


def choose(
    stage: Stage,
    people: People,
    state: State,
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
    stage: Stage, state: State, learners: IntArray, posts: IntArray, seen: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return, for each course seen: weighted missing steps it would close, levels too hard, levels too easy."""
    taught = stage.taught[seen]
    real = taught < len(stage.ground.service.competencies)
    held = state.held(learners[:, None, None], taught)
    start, end = stage.levels[seen, 0][:, :, None], stage.levels[seen, 1][:, :, None]
    required = stage.ground.service.required[posts[:, None, None], taught]
    weight = stage.ground.service.weights[posts[:, None, None], taught]
    count = np.maximum(real.sum(axis=2), 1)
    need = (weight * np.clip(np.minimum(end, required) - held, 0.0, 1.5)).sum(axis=2) / count
    hard = (np.clip(start - held, 0.0, None) * real).sum(axis=2) / count
    easy = (np.clip(held - end + 0.25, 0.0, None) * real).sum(axis=2) / count
    return need, hard, easy


def _momentum(stage: Stage, state: State, learners: IntArray, day: FloatArray, seen: IntArray) -> FloatArray:
    """Return 0 to 1: whether a course is the next step after the one completed last, and how fresh that is."""
    last = state.last[learners]
    before = np.maximum(last, 0)
    same = stage.taught[seen, 0] == stage.taught[before, 0][:, None]
    onward = stage.levels[seen, 0] >= stage.levels[before, 0][:, None]
    upward = stage.levels[seen, 1] > stage.levels[before, 1][:, None]
    fresh = np.exp(-(day - state.last_day[learners]) / stage.ground.behaviour.momentum_days)
    return np.where(same & onward & upward & (last >= 0)[:, None], fresh[:, None], 0.0).astype(np.float32)


def _unprepared(stage: Stage, state: State, learners: IntArray, seen: IntArray, hard: FloatArray) -> FloatArray:
    """Return 1 where a course has prerequisites, none is done, and the level does not make up for it."""
    options = stage.requires[seen]
    done = (state.done[learners[:, None, None], np.maximum(options, 0)] & (options >= 0)).any(axis=2)
    return ((options[:, :, 0] >= 0) & ~done & (hard > 0.3)).astype(np.float32)
