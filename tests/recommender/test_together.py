from __future__ import annotations

from dataclasses import replace

import pytest

from features.records import Enrolment, Evidence, Learner, LearnerRecord
from recommender.engine import Engine
from recommender.together import recommend_together
from tests.worlds import NOW, START, small_bundle

CLERK, ANALYST = "Assistant Section Officer", "Statistical Officer"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(small_bundle(tmp_path_factory.mktemp("together")))


def records() -> list[LearnerRecord]:
    clerk = LearnerRecord(
        Learner("L1", "d1", designation=CLERK, languages=("en",)),
        enrolments=(Enrolment("c1", "completed", 1.0, 1.0, START, START),),
        evidence=(Evidence("e1", "assessment", START, "drafting", "c1", 2, True),),
    )
    analyst = LearnerRecord(
        Learner("L5", "d2", designation=ANALYST), enrolments=(Enrolment("c3", "in_progress", enrolled_on=START),)
    )
    nobody = LearnerRecord(Learner("new"))
    return [clerk, nobody, analyst, replace(clerk, down_rated=frozenset({"c2"})), nobody]


@pytest.mark.parametrize("asked", [{}, {"track": "guided"}, {"track": "desirable"}, {"language": "en"}])
def test_lists_made_together_are_those_made_one_by_one(engine: Engine, asked: dict[str, str]) -> None:
    one_by_one = [engine.recommend(record, NOW, 4, **asked) for record in records()]  # type: ignore[arg-type]
    assert recommend_together(engine, records(), NOW, 4, **asked) == one_by_one  # type: ignore[arg-type]


def test_of_nobody_no_list_is_made(engine: Engine) -> None:
    assert recommend_together(engine, [], NOW) == []
