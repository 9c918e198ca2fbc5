from __future__ import annotations

from pathlib import Path

from experiments.serving.world import Crowd, fill
from features.store import Store
from tests.worlds import NOW, small_snapshot


def crowd(folder: Path, learners: int, kept: int = 2) -> Crowd:
    return Crowd(small_snapshot(folder), learners, kept)


def test_the_learners_of_the_small_world_are_issued_again_and_again(tmp_path: Path) -> None:
    portions = list(crowd(tmp_path, 20).portions())
    assert [portion["learners"].height for portion in portions] == [8, 8, 4]
    assert portions[2]["learners"]["learner_id"].to_list() == [f"L{n:08d}" for n in range(17, 21)]
    first, again = (portion["enrolments"].drop("learner_id") for portion in portions[:2])
    assert first.equals(again)


def test_everybody_keeps_the_newest_enrolments_only(tmp_path: Path) -> None:
    [portion] = crowd(tmp_path, 8).portions()
    taken = portion["enrolments"].filter(learner_id="L00000002")
    assert taken["course_id"].to_list() == ["c2", "c5"], "L2 of the small world took c1 first"


def test_a_store_holds_the_crowd_and_is_not_filled_twice(tmp_path: Path) -> None:
    url, told = f"sqlite:///{tmp_path / 'store.sqlite3'}", list[str]()
    for _ in range(2):
        fill(Store(url), crowd(tmp_path / "warehouse", 20), told.append)
    store = Store(url)
    record = store.record("L00000018", NOW)
    assert record is not None
    assert [enrolment.course for enrolment in record.enrolments] == ["c2", "c5"]
    assert store.record("L00000021", NOW) is None
    store.close()
    assert told.count("20 of 20 learners in the store") == 1
