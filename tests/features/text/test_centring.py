from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.encoder.texts import unit_rows
from features.text import centre_by_language


def test_twins_in_two_languages_meet_once_their_languages_are_centred():
    rng = np.random.default_rng(1)
    meaning = rng.normal(size=(40, 16)).astype(np.float32)
    step = 10 * rng.normal(size=16).astype(np.float32)
    vectors = unit_rows(np.vstack([meaning, meaning + step]))
    centred = centre_by_language(vectors, ["en"] * 40 + ["hi"] * 40)
    similarity = centred @ centred.T
    np.fill_diagonal(similarity, -1)
    nearest = similarity[:40].argmax(axis=1)
    assert (nearest == np.arange(40, 80)).mean() > 0.9
    raw = vectors @ vectors.T
    np.fill_diagonal(raw, -1)
    assert (raw[:40].argmax(axis=1) >= 40).mean() < 0.1


def test_an_empty_text_stays_zero_and_moves_no_mean():
    vectors = unit_rows(np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32))
    alone = centre_by_language(vectors[:2], ["en", "en"])
    assert np.array_equal(centre_by_language(vectors, ["en", "en", "en"]), np.vstack([alone, [[0, 0]]]))


@given(
    arrays(np.float32, (5, 3), elements=st.floats(-1, 1, width=32)),
    st.lists(st.sampled_from("ab"), min_size=5, max_size=5),
)
def test_rows_are_unit_or_zero_and_never_nan(values, languages):
    lengths = np.linalg.norm(centre_by_language(unit_rows(values), languages), axis=1)
    assert all(abs(length - 1) < 1e-4 or length < 1e-4 for length in lengths)


def test_no_rows_are_no_trouble():
    assert centre_by_language(np.zeros((0, 4), dtype=np.float32), []).shape == (0, 4)
