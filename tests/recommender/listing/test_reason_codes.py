from __future__ import annotations

from pathlib import Path

from models.fold import ALL
from recommender.listing.reason_codes import OF_MODEL, REASON_CODES
from recommender.paths.reasons import Reason, languages, sentence


def test_every_model_has_a_reason_that_names_it() -> None:
    assert set(ALL) == set(OF_MODEL)
    assert {REASON_CODES[number].model for number in OF_MODEL.values()} == set(ALL)


def test_every_code_has_words_in_every_language() -> None:
    facts = {
        "competency_name": "Noting", "course_name": "Noting", "level": 2, "required": 3, "role_name": "Clerk",
        "percent": 20, "model": "",
    }  # fmt: skip
    for one in REASON_CODES.values():
        for language in languages():
            assert sentence(Reason(one.code, facts), language)


def test_the_page_on_lists_has_every_number() -> None:
    page = (Path(__file__).parents[3] / "docs/lists.md").read_text(encoding="utf-8")
    for number, one in REASON_CODES.items():
        assert f"| {number} | `{one.code}`" in page
        assert one.model is None or f"({one.model}" in page


def test_numbers_fit_a_byte_and_nothing_is_zero() -> None:
    assert all(0 < number < 256 for number in REASON_CODES)
