"""A bundle is the same bytes each time, and gives back what went in."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest

from features.errors import NotReadyError
from models.bundle import Bundle, write_bundle
from models.hybrid import Hybrid
from tests.models.suite import N_COURSES, checkerboard

TABLES = {
    "courses": pl.DataFrame({"course_id": [f"c{n}" for n in range(N_COURSES)], "name": ["Course"] * N_COURSES}),
    "organisations": pl.DataFrame({"organisation_id": ["o"], "name": ["Posts"]}),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    data = checkerboard()
    folder = tmp_path_factory.mktemp("bundles")
    return data, Hybrid().fit(data), folder


def test_the_same_training_gives_the_same_bytes(written, tmp_path):
    data, hybrid, folder = written
    first = write_bundle(folder, hybrid, data, TABLES, {"snapshot": "abc"})
    second = write_bundle(tmp_path, Hybrid().fit(checkerboard()), data, TABLES, {"snapshot": "abc"})
    assert first.version == second.version
    for path in first.folder.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (second.folder / path.relative_to(first.folder)).read_bytes()


def test_what_is_opened_scores_as_what_was_fitted(written):
    data, hybrid, folder = written
    bundle = write_bundle(folder, hybrid, data, TABLES, {"snapshot": "abc"})
    np.testing.assert_array_equal(bundle.hybrid.score(data.batch), hybrid.score(data.batch))
    assert bundle.manifest["snapshot"] == "abc"
    assert bundle.course_index["c3"] == 3
    assert bundle.reference.courses["c3"].name == "Course"


def test_other_content_is_another_version(written):
    data, hybrid, folder = written
    one = write_bundle(folder, hybrid, data, TABLES, {"snapshot": "abc"})
    other = write_bundle(folder, hybrid, data, TABLES, {"snapshot": "abd"})
    assert one.version != other.version


def test_opening_takes_less_than_two_seconds(written):
    data, hybrid, folder = written
    bundle = write_bundle(folder, hybrid, data, TABLES)
    started = time.perf_counter()
    Bundle.load(bundle.folder)
    assert time.perf_counter() - started < 2.0


def test_a_folder_without_a_bundle_says_what_to_do(tmp_path):
    with pytest.raises(NotReadyError, match="karmapath train"):
        Bundle.load(tmp_path)


def test_a_bundle_that_lacks_an_array_is_told_as_one_of_another_release(written):
    data, hybrid, folder = written
    bundle = write_bundle(folder, hybrid, data, TABLES, {"snapshot": "lacking"})
    manifest = bundle.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"fold/unit"', '"fold/thing"'))
    with pytest.raises(NotReadyError, match="a bundle of another release"):
        Bundle.load(bundle.folder)
