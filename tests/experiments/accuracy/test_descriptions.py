from __future__ import annotations

import polars as pl

from experiments.accuracy.descriptions import course_descriptions


def described(tmp_path, **columns):
    path = tmp_path / "courses.csv"
    pl.DataFrame(columns).write_csv(path)
    return course_descriptions(path, columns["item"])


def test_lists_written_with_bars_become_one_feature_an_entry(tmp_path):
    features, _ = described(tmp_path, item=["a", "b", "c"], topic=["tax|law", "law", "tax|ethics|law"])
    assert features["a"] == ("topic=tax", "topic=law")
    assert features["c"] == ("topic=tax", "topic=ethics", "topic=law")


def test_lists_written_as_literals_become_one_feature_an_entry(tmp_path):
    features, _ = described(tmp_path, item=["a", "b"], topic=["['tax', 'law']", "['law', 'tax']"])
    assert features["a"] == ("topic=tax", "topic=law")


def test_prose_with_semicolons_stays_text(tmp_path):
    prose = "How a budget is made and who decides on it in the end; what follows from that for each of the ministries."
    features, texts = described(tmp_path, item=["a", "b"], about=[prose, prose.upper()])
    assert features["a"] == ()
    assert texts["a"] == prose


def test_unknown_entries_of_a_list_are_left_out(tmp_path):
    features, _ = described(tmp_path, item=["a", "b"], topic=["tax| |N/A", "tax|law"])
    assert features["a"] == ("topic=tax",)
