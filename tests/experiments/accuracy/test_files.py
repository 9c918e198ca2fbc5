"""Any list or table of interactions is read; what cannot be read says so."""

from __future__ import annotations

import gzip

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
        ("t.dat", "1::2::3\n", "with spaces between"),
        ("t.data", "1 2 3\n1 3 3\n1 4 3\n2 4 1\n2 5 1\n2 6 1\n", "one line a learner"),
        ("t.txt", "\n", "no interactions"),
        ("t.csv", "", "is empty"),
        ("t.csv", "1,2\n1,3\n", "one for the learner"),
        ("t.csv", "user,item\n1\n2\n", "no interactions"),
        ("t.parquet", "user,item\n1,2\n", "no Parquet"),
    ],
)
def test_what_cannot_be_read_says_so(tmp_path, name, text, says):
    (tmp_path / name).write_text(text)
    with pytest.raises(KarmapathError, match=says):
        read_interactions(tmp_path / name)


def test_bytes_that_are_no_utf8_are_told_with_their_line(tmp_path):
    (tmp_path / "t.txt").write_bytes(b"1 a\n2 caf\xe9\n")
    with pytest.raises(KarmapathError, match=r"line 2 of .* 0xe9"):
        read_interactions(tmp_path / "t.txt")


def test_half_a_packed_file_says_so(tmp_path):
    (tmp_path / "t.txt.gz").write_bytes(gzip.compress(b"1 a b c\n" * 100)[:20])
    with pytest.raises(KarmapathError, match="not whole"):
        read_interactions(tmp_path / "t.txt.gz")


PAIRS = [("a b", "x"), ("a b", "y"), ("\u0915", "x")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", 'User ID,Item\r\n"a b",x\r\n"a b",y\r\n\u0915,x\r\n'),
        ("t.csv", "\ufeffuserId,courseId,rating\na b,x,1\na b, y,2\n\u0915,x,\n"),
        ("t.tsv", "item\tuser\nx\ta b\ny\ta b\nx\t\u0915\n"),
        ("t.csv", "student;course\na b;x\na b;y\n\u0915;x\n"),
        ("t.txt", "student;course\na b;x\na b;y\n\u0915;x\n"),
        ("t.inter", "user_id:token\titem_id:token\ttimestamp:float\na b\tx\t1\na b\ty\t2\n\u0915\tx\t3\n"),
        ("t.csv.gz", "user,item\na b,x\na b,y\n\u0915,x\n"),
    ],
)
def test_tables_as_people_write_them(tmp_path, name, text):
    content = text.encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert read_interactions(tmp_path / name).table.select("learner", "course").rows() == PAIRS


def test_a_list_with_a_mark_tabs_and_other_line_ends(tmp_path):
    (tmp_path / "t.txt").write_bytes("\ufeff7\ta  b \r\n\r\n8 b\r\n".encode())
    assert read_interactions(tmp_path / "t.txt").table.rows() == [("7", "a"), ("7", "b"), ("8", "b")]


def test_rows_without_a_course_and_repeats_are_left_out_and_counted(tmp_path):
    (tmp_path / "t.csv").write_text("user,item,time\n1,x,5\n1,,6\n2,x,\n1,x,7\n1,y,9\n")
    found = read_interactions(tmp_path / "t.csv")
    assert (found.incomplete, found.repeated) == (2, 1)
    assert found.table["day"].to_list() == [5.0, 9.0]


def test_times_that_are_all_the_same_are_none(tmp_path):
    (tmp_path / "t.csv").write_text("user,item,time\n1,x,0\n1,y,0\n")
    assert not read_interactions(tmp_path / "t.csv").timed


def test_numbers_kept_as_fractions_are_the_same_ids(tmp_path):
    pl.DataFrame({"learner": [1.0, 2.0], "course": [3, 4]}).write_parquet(tmp_path / "t.parquet")
    assert read_interactions(tmp_path / "t.parquet").table.rows() == [("1", "3"), ("2", "4")]


@pytest.mark.parametrize("unit", [1, 1000, 1_000_000, 1_000_000_000])
def test_moments_are_told_in_seconds_to_nanoseconds(tmp_path, unit):
    (tmp_path / "t.csv").write_text(f"user,item,timestamp\n1,x,{1_600_000_000 * unit}\n")
    assert read_interactions(tmp_path / "t.csv").table["day"][0] == pytest.approx(1_600_000_000 / 86400)


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
