from __future__ import annotations

from dataclasses import replace

import pytest

from features.records import Enrolment, Evidence, Learner, LearnerRecord
from recommender.engine import Engine
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
    together = engine.ranked(records(), NOW, 4, **asked)  # type: ignore[arg-type]
    assert [ranked.items() for ranked in together] == one_by_one


def test_of_nobody_no_list_is_made(engine: Engine) -> None:
    assert engine.ranked([], NOW) == []


def test_rows_that_are_picked_keep_what_is_said_of_them_at_their_new_places(engine: Engine) -> None:
    [ranked] = engine.ranked(records()[:1], NOW, 4)
    whole, turned = ranked.items(), ranked.picked([2, 0], first=5).items()
    assert [replace(item, position=0) for item in turned] == [replace(whole[row], position=0) for row in (2, 0)]
    assert [item.position for item in turned] == [5, 6]


def test_a_list_that_is_shorter_than_asked_for_ends_where_it_ends(engine: Engine) -> None:
    [ranked] = engine.ranked(records()[:1], NOW, 50)
    assert ranked.ids == [item.course for item in ranked.items()]
    assert len(ranked) == len(ranked.places) < 50
