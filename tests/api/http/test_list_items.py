"""Lists joined from pieces are what they would be if every item were written for itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from api.http.list_items import ListItems
from api.http.shapes import course_card, reasons_list
from api.http.v1.documents import RecommendationItem
from features.records import Enrolment, Evidence, Learner, LearnerRecord
from recommender.engine import Engine
from recommender.ranked import Recommendation
from tests.worlds import NOW, START, small_bundle

CLERK = LearnerRecord(
    Learner("L1", "d1", designation="Assistant Section Officer"),
    enrolments=(Enrolment("c1", "completed", 1.0, 1.0, START, START),),
    evidence=(Evidence("e1", "assessment", START, "drafting", "c1", 2, passed=True),),
)
RECORDS = [
    CLERK, LearnerRecord(Learner("L5", "d2", designation="Statistical Officer")), LearnerRecord(Learner("new")),
]  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(small_bundle(tmp_path_factory.mktemp("items")))


def written(item: Recommendation, engine: Engine, language: str) -> dict[str, Any]:
    """Write one item for itself."""
    return {
        "position": item.position,
        **course_card(engine.reference.courses[item.course]),
        "track": item.track,
        "score": round(item.score, 6),
        "propensity": item.propensity,
        "reasons": reasons_list(item.reasons, language),
    }


@pytest.mark.parametrize("language", ["en", "hi"])
def test_joined_items_are_those_written_one_by_one(engine: Engine, language: str) -> None:
    items = ListItems(engine.lister.catalogue, language)
    for at in (NOW, NOW + timedelta(days=200)):  # beliefs differ, what was kept stays
        for ranked in engine.ranked(RECORDS, at):
            expected = [written(item, engine, language) for item in ranked.items()]
            joined = orjson.dumps(items.of(ranked))
            assert orjson.loads(joined) == orjson.loads(orjson.dumps(expected))
            assert [list(item) for item in orjson.loads(joined)] == [list(item) for item in expected]


def test_items_are_what_the_document_declares(engine: Engine) -> None:
    [ranked] = engine.ranked([CLERK], NOW)
    for item in orjson.loads(orjson.dumps(ListItems(engine.lister.catalogue, "en").of(ranked))):
        RecommendationItem.model_validate(item)


def test_a_list_without_courses_is_empty(engine: Engine) -> None:
    [ranked] = engine.ranked([CLERK], NOW, language="ta")
    assert orjson.dumps(ListItems(engine.lister.catalogue, "en").of(ranked.picked([]))) == b"[]"
