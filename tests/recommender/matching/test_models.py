from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.schema import TABLES
from recommender.matching.encoded import EncodedTexts
from recommender.matching.level_model import LevelModel
from recommender.matching.lexical import bm25, name_coverage
from recommender.matching.link_model import LinkModel
from recommender.matching.logistic import fit_logistic
from recommender.matching.pairing import balanced_shares, mutual_share, pair_scores
from recommender.matching.role_mapping import RoleMapper
from recommender.matching.signals import SIGNALS, signals

FIELDS = [
    "budget",
    "accounts",
    "audit",
    "tax",
    "pension",
    "treasury",
    "forest",
    "river",
    "wildlife",
    "soil",
    "crops",
    "fish",
]
GRADES = [("junior", 1), ("senior", 3), ("head of", 5)]


class Tables:
    def __init__(self, **tables: pl.DataFrame) -> None:
        self.tables = tables

    def read(self, table: str) -> pl.DataFrame:
        return TABLES[table].conform(self.tables.get(table, TABLES[table].empty()))


def described_roles() -> Tables:
    """Every field has three grades; money fields need Finance, the others Nature, at the grade's level."""
    roles = [(f"{f}-{g}", f"{f} officer: {g} {f} officer", "Finance" if n < 6 else "Nature", level)
             for n, f in enumerate(FIELDS) for g, level in GRADES]  # fmt: skip
    return Tables(
        roles=pl.DataFrame({"role_id": [r[0] for r in roles], "name": [r[1] for r in roles]}),
        competencies=pl.DataFrame(
            {"competency_id": ["Finance", "Nature"], "framework_id": ["f", "f"], "name": ["Group one", "Group two"]}
        ),
        requirements=pl.DataFrame(
            {"role_id": [r[0] for r in roles], "competency_id": [r[2] for r in roles], "level": [r[3] for r in roles]}
        ),
    )


@pytest.fixture(scope="module")
def mapper(encoder) -> RoleMapper:
    return RoleMapper.fit(described_roles(), encoder)


def test_a_new_role_needs_what_roles_like_it_need_at_the_level_of_its_grade(mapper):
    best = mapper.map("Salary officer: senior salary officer")[0]
    assert (best.competency, best.level) == ("Finance", 3)
    assert mapper.map("Birds officer: head of birds office")[0].level == 5
    assert mapper.map("Birds officer: junior birds officer")[0].competency == "Nature"


def test_a_role_without_text_needs_nothing(mapper):
    assert mapper.map("", None) == ()


def test_with_too_few_described_roles_texts_alone_decide(encoder):
    source = Tables(
        competencies=pl.DataFrame(
            {"competency_id": ["x", "y"], "framework_id": ["f", "f"], "name": ["Budgeting", "Wildlife protection"]}
        )
    )
    found = RoleMapper.fit(source, encoder).map("Budget officer", "Prepares the budget of the ministry")
    assert found[0].competency == "x"


def test_an_answer_does_not_depend_on_the_others_asked_for(encoder):
    queries = EncodedTexts.of([f"{field} work" for field in FIELDS], encoder)
    candidates = EncodedTexts.of(["Group one", "Group two"], encoder)
    links = np.array([[1.0, 0.0]] * 6 + [[0.0, 1.0]] * 6)
    model = LinkModel.fit(queries, candidates, links)
    asked = EncodedTexts.of(["loans work", "birds work"], encoder)
    together = model.score(asked)
    alone = np.vstack([model.score(asked.rows([row])) for row in range(2)])
    assert np.allclose(together, alone, atol=1e-6)
    assert together.argmax(axis=1).tolist() == [0, 1]


def test_one_known_level_is_told_for_all(encoder):
    roles = EncodedTexts.of(["clerk", "officer"], encoder)
    competencies = EncodedTexts.of(["filing"], encoder)
    model = LevelModel.fit(roles, competencies, np.array([[0, 0], [1, 0]]), np.array([2, 2]))
    assert model.predict(EncodedTexts.of(["assistant"], encoder), np.array([[0, 0]])).tolist() == [2]


def test_signals_have_one_matrix_each_and_no_nan_for_empty_texts(encoder):
    found = signals(EncodedTexts.of(["", "budget"], encoder), EncodedTexts.of(["budget", "", "leave"], encoder))
    assert found.shape == (len(SIGNALS), 2, 3)
    assert np.isfinite(found).all()


def test_logistic_regression_finds_the_chances_it_was_shown():
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(2, 4000))
    labels = rng.random(4000) < 1 / (1 + np.exp(-(2 * signal[0] - 1)))
    fitted = fit_logistic(signal, labels, ridge=1e-3)
    assert np.allclose(fitted.weights, [2, 0], atol=0.2)
    assert abs(fitted.bias + 1) < 0.2


@given(
    arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.floats(-1, 1, width=32)),
    st.floats(0, 1),
)
def test_shares_of_a_row_add_up_to_one(scores, balance):
    shares = balanced_shares(scores, balance)
    assert np.isfinite(shares).all()
    assert np.allclose(shares.sum(axis=1), 1)
    assert 0 <= mutual_share(scores) <= 1


def test_balance_takes_the_first_place_from_a_hub():
    scores = np.array([[0.50, 0.10, 0.45], [0.52, 0.50, 0.10], [0.55, 0.10, 0.10]], dtype=np.float32)
    assert scores.argmax(axis=1).tolist() == [0, 0, 0]
    assert balanced_shares(scores / 0.04, 0.9).argmax(axis=1).tolist() == [2, 1, 0]


def test_an_empty_list_has_no_scores(encoder):
    assert pair_scores(EncodedTexts.of([], encoder), EncodedTexts.of(["budget"], encoder)).shape == (0, 1)


def test_bm25_prefers_the_text_with_the_rare_word():
    scores = bm25([["budget", "rule"]], [["budget"], ["rule"], ["rule", "leave"]])[0]
    assert scores.argmax() == 0
    assert scores[2] < scores[1]


def test_a_name_that_is_wholly_said_is_covered():
    assert name_coverage([["annual", "budget", "plan"]], [["budget", "plan"], ["leave"]])[0].tolist() == [1.0, 0.0]
