"""Three years of learning, occasion by occasion, for a chunk of learners at once.

The s-th occasion of every learner of the chunk is played at the same time; what happened before is in ``State``.
The order of events inside an occasion: fade, see, choose, finish or not, learn, be tested, rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.world.assessments import Attempts, sit_quizzes
from experiments.world.choice import choose
from experiments.world.outcome import Outcome, outcome_of, ratings
from experiments.world.population import FloatArray, Ground, IntArray, People
from experiments.world.schedule import Schedule
from experiments.world.stage import Stage
from experiments.world.state import State

ENROLLED = {
    "learner": np.int64, "course": np.int64, "day": np.float64, "kind": np.int8, "completed": np.bool_,
    "skimmed": np.bool_, "progress": np.float32, "spent": np.float32, "until": np.float64, "rating": np.float32,
}  # fmt: skip
ATTEMPTED = {
    "learner": np.int64, "course": np.int64, "day": np.float64, "attempt": np.int64, "right": np.int64,
    "questions": np.int64, "proctored": np.bool_,
}  # fmt: skip
GAINED = {"learner": np.int64, "competency": np.int64, "day": np.float32, "gain": np.float32, "kept": np.float32}


@dataclass
class Happened:
    """What happened in one chunk: arrays, one after the other, of columns of known types."""

    types: Mapping[str, Any]
    parts: dict[str, list[NDArray[Any]]] = field(default_factory=dict)

    def add(self, **columns: NDArray[Any]) -> None:
        """Append an array to each column."""
        for name, values in columns.items():
            self.parts.setdefault(name, []).append(values)

    def joined(self) -> dict[str, NDArray[Any]]:
        """Return each column as one array, learner by learner, oldest first."""
        whole = {name: np.concatenate([np.empty(0, t), *self.parts.get(name, ())]) for name, t in self.types.items()}
        order = np.lexsort((whole["day"], whole["learner"]))
        return {name: column[order] for name, column in whole.items()}


@dataclass(frozen=True)
class Lives:
    """The result of a chunk."""

    enrolments: dict[str, NDArray[Any]]
    attempts: dict[str, NDArray[Any]]
    gains: dict[str, NDArray[Any]]


def live(stage: Stage, people: People, schedule: Schedule, rng: np.random.Generator) -> Lives:
    """Play all occasions of a chunk and return what was enrolled in, attempted and learned."""
    state = State.of(people, len(stage.hours))
    liking = _liking(people, stage.ground)
    enrolled, attempts, gains = Happened(ENROLLED), Happened(ATTEMPTED), Happened(GAINED)
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
    state: State,
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
    state.fade(stage, learners, day)
    free = np.flatnonzero(asked < 0)
    if len(free):
        asked = asked.copy()
        asked[free] = choose(stage, people, state, liking, learners[free], posts[free], day[free], kind[free], rng)
    rows = np.flatnonzero((asked >= 0) & ~state.taken[learners, np.maximum(asked, 0)])
    rows = rows[(stage.published[0, asked[rows]] <= day[rows]) & (day[rows] < stage.published[1, asked[rows]])]
    if len(rows) == 0:
        return
    learners, family, day, kind, posts = learners[rows], asked[rows], day[rows], kind[rows], posts[rows]
    liked = liking[learners, family]
    outcome = outcome_of(stage, people, state, learners, family, kind, liked, day, rng)
    _learn(stage, people, state, learners, family, posts, outcome, gains)
    course = stage.versions.course[people.languages[learners], family]
    sat = _tests(stage, state, learners, family, course, outcome, rng)
    attempts.add(**vars(sat))
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
        rating=ratings(stage, people, learners, family, liked, outcome, rng),
    )


def _learn(
    stage: Stage,
    people: People,
    state: State,
    learners: IntArray,
    family: IntArray,
    posts: IntArray,
    outcome: Outcome,
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
        held = state.held(who, what)
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
    state: State,
    learners: IntArray,
    family: IntArray,
    course: IntArray,
    outcome: Outcome,
    rng: np.random.Generator,
) -> Attempts:
    sits = outcome.completed & (stage.has_quiz[family] | outcome.proctored)
    rows = np.flatnonzero(sits)
    taught = stage.taught[family[rows]]
    real = taught < len(stage.fading_of) - 1
    held = state.held(learners[rows][:, None], taught)
    level = (held * real).sum(axis=1) / np.maximum(real.sum(axis=1), 1)
    return sit_quizzes(
        learners[rows], course[rows], outcome.until[rows], level - stage.levels[family[rows], 1], outcome.skimmed[rows],
        outcome.proctored[rows], stage.ground.behaviour, rng,
    )  # fmt: skip
