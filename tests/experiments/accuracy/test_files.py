"""Any list or table of interactions is read; what cannot be read says so."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from experiments.accuracy.dataset import load_dataset
from experiments.accuracy.descriptions import course_descriptions, learner_descriptions
from experiments.accuracy.files import read_interactions
from experiments.splits import hide_courses, last_out, new_learners, time_cut, without_stray
from features.errors import KarmapathError


def test_a_list_file_keeps_order_and_drops_repeats(tmp_path):
    path = tmp_path / "train.txt"
    path.write_text("7 a b a c\n8 b\n9\n")
    found = read_interactions(path)
    assert not found.timed
    assert found.table.rows() == [("7", "a"), ("7", "b"), ("7", "c"), ("8", "b")]


@pytest.mark.parametrize(("suffix", "separator"), [(".csv", ","), (".tsv", "\t")])
def test_a_table_is_put_in_order_of_time(tmp_path, suffix, separator):
    path = tmp_path / f"views{suffix}"
    rows = [("item_id", "user_id", "created_at"), ("x", "1", "2020-01-02 00:00:00"), ("y", "1", "2020-01-01 12:00:00")]
    path.write_text("\n".join(separator.join(row) for row in rows))
    assert read_interactions(path).table["course"].to_list() == ["y", "x"]


def test_a_parquet_table_without_times(tmp_path):
    pl.DataFrame({"learner": [1, 1], "course": ["x", "y"]}).write_parquet(tmp_path / "t.parquet")
    assert read_interactions(tmp_path / "t.parquet").table.rows() == [("1", "x"), ("1", "y")]


def test_seconds_since_1970_are_times(tmp_path):
    (tmp_path / "t.csv").write_text("user,item,timestamp\n1,x,978300760\n")
    assert read_interactions(tmp_path / "t.csv").table["day"][0] == pytest.approx(978300760 / 86400)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("t.csv", "who,what\n1,2\n", "one for the learner"),
        ("t.csv", "user,item,time\n1,2,soon\n", "'soon'"),
        ("t.txt", "1,2,3\n", "with spaces between"),
        ("t.txt", "\n", "no interactions"),
    ],
)
def test_what_cannot_be_read_says_so(tmp_path, name, text, says):
    (tmp_path / name).write_text(text)
    with pytest.raises(KarmapathError, match=says):
        read_interactions(tmp_path / name)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(KarmapathError, match="no file"):
        read_interactions(tmp_path / "none.csv")


def test_labels_become_features_and_sentences_text(tmp_path):
    path = tmp_path / "courses.csv"
    long = "This sentence is long enough to be a description of a course."
    path.write_text(
        f"course_id,name,Software,level,about,views\n1,Tables,\"['Excel', 'Word']\",easy,{long},5\n"
        f"2,Mails,['Excel'],easy,{long},7\n3,Files,[],hard,,9\n4,Notes,['Word'],hard,{long},2\n"
    )
    features, texts = course_descriptions(path, {"1", "2"})
    assert set(features["1"]) == {"software=excel", "software=word", "level=easy"}
    assert texts["2"].startswith("Mails. ")
    assert long in texts["2"]
    assert "7" not in texts["2"]


def test_the_id_column_is_the_one_that_names_the_courses_taken(tmp_path):
    (tmp_path / "courses.csv").write_text("course_id,item,level\nC_1,1,easy\nC_2,2,easy\nC_3,3,hard\n")
    features, _ = course_descriptions(tmp_path / "courses.csv", {"2", "3"})
    assert features["2"] == ("level=easy",)


def test_courses_of_other_data_are_refused(tmp_path):
    (tmp_path / "courses.csv").write_text("course_id,level\nC_1,easy\n")
    with pytest.raises(KarmapathError, match="no course of"):
        course_descriptions(tmp_path / "courses.csv", {"2", "3"})


def test_unknown_jobs_are_no_label(tmp_path):
    (tmp_path / "people.csv").write_text("user_id,job\n1,N/A\n2,clerk\n3,clerk\n")
    assert learner_descriptions(tmp_path / "people.csv", {"1", "9"}) == {
        "1": (),
        "2": ("job=clerk",),
        "3": ("job=clerk",),
    }


@pytest.fixture
def views(tmp_path):
    path = tmp_path / "views.csv"
    rows = [f"l{learner},c{(learner + step) % 9},{10 * learner + step}" for learner in range(30) for step in range(4)]
    path.write_text("learner,course,time\n" + "\n".join(rows))
    return read_interactions(path)


def test_last_out_holds_out_one_of_each(views):
    train, test = last_out(views)
    assert test.height == 30
    assert train.height == 90
    assert (test["day"].to_numpy() % 10 == 3).all()


def test_a_time_cut_has_everything_before_and_after(views):
    train, test = time_cut(views, 0.25)
    assert train["day"].max() < test["day"].min()
    only_new = new_learners((train, test))[1]
    assert set(only_new["learner"]).isdisjoint(train["learner"])


def test_hidden_courses_are_in_no_training_row(views):
    train, test = hide_courses(views, 0.3)
    assert set(train["course"]).isdisjoint(test["course"])
    assert set(test["learner"]) <= set(train["learner"])


def test_targets_taken_before_and_learners_left_without_are_counted(tmp_path):
    (tmp_path / "train.txt").write_text("1 a b\n2 b c\n")
    (tmp_path / "test.txt").write_text("1 a c\n2 b\n3 a\n")
    data = load_dataset(tmp_path / "train.txt", tmp_path / "test.txt")
    assert data.facts["judged_learners"] == 2
    assert data.facts["learners_without_target"] == 1
    assert data.facts["targets_left_out"] == 2
    assert data.rows.tolist() == [0, -1]
    assert data.batch.histories.lengths.tolist() == [2, 0]
    np.testing.assert_array_equal(data.targets[0], [data.train.course_ids.index("c")])


def test_a_cut_first_leaves_out_entries_that_are_no_courses(tmp_path):
    generator = np.random.default_rng(0)
    lines = []
    for learner in range(1500):
        shelf = int(generator.integers(20)) * 10
        row = [shelf + int(course) for course in generator.permutation(10)[:6]]
        stray = int(generator.integers(200))
        lines.append(f"l{learner} {' '.join(f'c{course}' for course in [*row, stray])}")
    (tmp_path / "train.txt").write_text("\n".join(lines))
    given = read_interactions(tmp_path / "train.txt")
    assert without_stray(given).table.height == given.table.height - 1500
