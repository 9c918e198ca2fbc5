"""The guided paths of many learners: pieces found once, put together for each, and planned alone where that fails."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from features.records import Learner, PlannedCourse
from features.reference import Reference
from features.snapshot_records import Bounds
from recommender.paths.guided import guided_path
from recommender.paths.path import Path, PathSettings
from recommender.paths.population.kinds import Kind, Kinds
from recommender.paths.population.lines import Line, lines_of_mix, lines_of_path
from recommender.paths.population.mix import Mix, best_mix
from recommender.paths.population.own import Own
from recommender.paths.population.people import People, Reader, Taken
from recommender.paths.population.solved import Piece, Solved
from recommender.paths.population.standing import Standing, standing
from recommender.paths.sharing import Sharing
from recommender.state import competency_state

AT_ONCE = 2048
"""Learners whose interest is held at once."""
SOURCES: Mapping[str, str] = {
    "shared": "every piece of the problem was solved before, for somebody else; exact",
    "solved": "a piece of it was new and was solved; exact",
    "joined": "the hours do not reach for all: the best options of the pieces were joined; exact",
    "alone": "solved whole, as if nobody else had been there; exact, or within the bound",
    "alike": "solved whole before, for somebody with the same problem; exact, or within the bound",
    "hurried": "the seconds were over: the best of others' plans and the greedy one, within the bound",
}
"""Where a path comes from."""
_WHOLE = {"solved": "alone", "shared": "alike", "started": "hurried"}


@dataclass(frozen=True)
class Planned:
    """A learner's path."""

    learner: str
    lines: Sequence[Line]
    status: str
    source: str
    value: float
    bound: float


@dataclass
class Planner:
    """Plans learners one range after the other and remembers what it solved."""

    reader: Reader
    reference: Reference
    settings: PathSettings
    at: datetime
    seconds: float | None = None
    """Of solving whole problems, in all; ``None``: as long as it takes."""
    counts: Counter[str] = field(default_factory=Counter)
    """How many paths came from where."""
    took: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Seconds by stage; ``paths`` holds ``pieces`` and ``alone``."""

    clock: Callable[[], float] = time.perf_counter

    def __post_init__(self) -> None:
        self.kinds = Kinds(self.reference, self.at, self.settings, self._plans)
        self.solved = Solved(self.reference, self.settings)
        self.whole = Sharing(self.seconds)

    def plan(self, bounds: Bounds) -> list[Planned]:
        """Return the paths of the learners of a range, in order of their ids."""
        with self._timed("read"):
            people = self.reader.read(bounds, self.at)
        with self._timed("kinds"):
            kinds = [self.kinds.of(people.profile(n), new=new) for n, new in enumerate(people.first_year)]
        with self._timed("beliefs"):
            stand = standing(people, kinds, self.reader.catalogue, self.reader.table)
        taken = people.taken()
        found: list[Planned] = []
        for first in range(0, len(people), AT_ONCE):
            rows = slice(first, min(first + AT_ONCE, len(people)))
            with self._timed("interest"):
                interest = self.reader.interest(people, rows)
            with self._timed("paths"):
                for n in range(rows.start, rows.stop):
                    own = None if interest is None else interest[n - first]
                    found.append(self._planned(people, n, kinds[n], stand, next(taken), own))
        return found

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = self.clock()
        yield
        self.took[stage] += self.clock() - began

    def _plans(self, learner: Learner) -> tuple[PlannedCourse, ...]:
        return self.reader.records.plans_of(learner, self.at)

    def _planned(
        self,
        people: People,
        n: int,
        kind: Kind,
        stand: Standing,
        taken: Sequence[Taken],
        interest: NDArray[np.float32] | None,
    ) -> Planned:
        learner = people.ids[n]
        if not kind.alone and not people.records.has_own_plans(learner):
            own = Own(kind, stand, n, taken, interest, self.reader.catalogue.index, people.joined[n])
            found = self._found(own)
            if found is not None:
                mix, source, most = found
                self.counts[source] += 1
                lines = lines_of_mix(mix, own, most, chose=people.chose[n])
                return Planned(learner, lines, "optimal", source, mix.value, mix.value)
        with self._timed("alone"):
            path = self._alone(people, n, interest)
        source = _WHOLE[self.whole.last]
        self.counts[source] += 1
        return Planned(learner, lines_of_path(path), path.status, source, path.value, path.bound)

    def _found(self, own: Own) -> tuple[Mix, str, float] | None:
        """Return the best mix, where it came from, and the highest interest in a course that could be taken."""
        if own.turned:
            return None
        new, pieces, most = False, list[Piece](), 0.0
        for state in own.states:
            if state not in self.solved:
                new = True
                with self._timed("pieces"):
                    answer = self.solved.of(state)
            else:
                answer = self.solved.of(state)
            if answer is None:
                return None
            pieces += answer.pieces
            most = max(most, own.most(answer.courses))
        mix = best_mix(pieces, own, self.settings, self.at)
        if mix is None:
            return None
        return mix, "joined" if mix.tight else "solved" if new else "shared", most

    def _alone(self, people: People, n: int, interest: NDArray[np.float32] | None) -> Path:
        record = people.record(n)
        state = competency_state(record, self.reference, self.at, self.reader.table)
        names = self.reader.catalogue.course_ids
        liked = {} if interest is None else dict(zip(names, interest.tolist(), strict=True))
        return guided_path(record, self.reference, state, liked, self.at, self.settings, self.whole)
