from __future__ import annotations

import pytest

from experiments.accuracy.tfidf import _terms, tfidf_vectors


def test_words_come_with_their_trigrams():
    assert _terms("Data law") == ["data", "#dat", "#ata", "law"]


def test_scripts_without_spaces_come_as_pieces_of_up_to_three_characters():
    assert _terms("公共政 law") == ["公", "共", "政", "公共", "共政", "公共政", "law"]


def test_korean_has_spaces_and_comes_in_words():
    assert _terms("공공 정책") == ["공공", "정책"]


def test_sentences_that_share_a_part_meet_without_spaces():
    texts = ["公共政策分析入门", "公共政策评价", "线性代数基础", "线性代数进阶"]
    vectors = tfidf_vectors(texts, 3)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@pytest.mark.parametrize("text", ["", "   ", "…!?"])
def test_a_text_without_words_is_a_zero_row(text):
    assert not tfidf_vectors([text, "tax law", "tax act"])[0].any()
