from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from experiments.matching.ground_truth import Linked, read_pairs, read_uk_gdad
from experiments.matching.languages import Question, ndcg_by_language
from experiments.matching.rivals import taught
from experiments.matching.tasks import run_tasks
from features.encoder.cache import CachedEncoder
from features.encoder.light_encoder import LightEncoder
from features.errors import KarmapathError
from features.schema import TABLES


def test_a_folder_without_ground_truth_is_refused(tmp_path):
    with pytest.raises(KarmapathError, match="nothing at"):
        next(run_tasks(tmp_path, LightEncoder()))


def test_pairs_are_read_with_their_language(tmp_path):
    (tmp_path / "office_en-hi.tsv").write_text("key\ten\thi\na\tLeave\tछुट्टी\nb\tbroken\n", encoding="utf-8")
    pairs = read_pairs(tmp_path)[0]
    assert (pairs.name, pairs.language, pairs.english, pairs.other) == ("office_en-hi", "hi", ("Leave",), ("छुट्टी",))


def test_the_framework_has_its_published_size(data_folder):
    truth: Linked = read_uk_gdad(data_folder / "uk-gdad")
    assert truth.links.shape == (201, 166)
    assert int((truth.links > 0).sum()) == 1781
    assert len(set(truth.groups)) == 48


def test_a_rival_learns_from_links_by_its_own_similarity():
    near, among = np.array([[1.0, 0.0]]), np.eye(2)
    links = np.array([[1.0, 0.0], [0.0, 1.0]])
    for name in ("TF-IDF", "BM25"):
        assert taught(name, near, among, links)[0].argmax() == 0


class Tables:
    def __init__(self, **tables: pl.DataFrame) -> None:
        self.tables = tables

    def read(self, table: str) -> pl.DataFrame:
        return TABLES[table].conform(self.tables.get(table, TABLES[table].empty()))


def test_a_need_that_is_answered_in_both_languages_scores_one(tmp_path):
    source = Tables(
        courses=pl.DataFrame({"course_id": ["a", "b"], "name": ["Leave rules", "Public procurement"]}),
        competencies=pl.DataFrame(
            {"competency_id": ["l", "p"], "framework_id": ["f", "f"], "name": ["Leave rules", "Public procurement"]}
        ),
        teaches=pl.DataFrame({"course_id": ["a", "b"], "competency_id": ["l", "p"], "confidence": [1.0, 1.0]}),
    )
    questions = [Question("l", {"English": "Leave rules", "Hindi": "छुट्टी के नियम"})]
    encoder = CachedEncoder(LightEncoder(), tmp_path)
    assert ndcg_by_language(source, questions, encoder) == {"English": 1.0, "Hindi": 1.0}
