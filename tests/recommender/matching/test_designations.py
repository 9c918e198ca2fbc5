from __future__ import annotations

import pytest

from features.reference import Organisation, Position, Reference
from recommender.matching.designations import ASK, DesignationMatcher

TITLES = [
    "Secretary", "Joint Secretary", "Deputy Secretary", "Under Secretary", "Section Officer",
    "Assistant Section Officer", "Private Secretary", "Senior Accounts Officer", "Accounts Officer",
    "Multi-Tasking Staff", "Data Entry Operator", "Executive Engineer",
]  # fmt: skip


def reference() -> Reference:
    organisations = {"m": Organisation("m", "Ministry", None, None), "d": Organisation("d", "Department", "m", None)}
    positions = {f"p{n}": Position(f"p{n}", None, title, None, ()) for n, title in enumerate(TITLES)}
    positions["own"] = Position("own", "m", "Section Officer", None, ())
    return Reference(organisations, {}, {}, positions, {})


@pytest.fixture(scope="module")
def matcher(encoder) -> DesignationMatcher:
    return DesignationMatcher(reference(), encoder)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("section officer", "Section Officer"),
        ("ASO", "Assistant Section Officer"),
        ("Assistant Section Officer (ASO)", "Assistant Section Officer"),
        ("officer, section (assistant)", "Assistant Section Officer"),
        ("Sr. Accounts Offr", "Senior Accounts Officer"),
        ("Under Secratary", "Under Secretary"),
        ("dy secy", "Deputy Secretary"),
        ("अवर सचिव", "Under Secretary"),
        ("सहायक अनुभाग अधिकारी", "Assistant Section Officer"),
        ("MTS", "Multi-Tasking Staff"),
    ],
)
def test_a_title_is_found_however_it_is_written(matcher, written, meant):
    best = matcher.match(written)[0]
    assert best.designation == meant
    assert best.confidence >= ASK


@pytest.mark.parametrize("written", ["Head of gardening", "Astronaut", "Chief Cook"])
def test_a_title_that_is_not_there_asks_a_person(matcher, written):
    assert matcher.match(written)[0].confidence < ASK


@pytest.mark.parametrize("written", ["", " ", "\u200b", "---"])
def test_nothing_written_finds_nothing(matcher, written):
    assert matcher.match(written) == ()


def test_the_position_nearest_in_the_tree_is_taken(matcher):
    assert matcher.match("Section Officer", organisation="d")[0].position == "own"
    assert matcher.match("Section Officer")[0].position == "p4"


def test_confidence_falls_from_place_to_place(matcher):
    found = [match.confidence for match in matcher.match("Secretary", top=5)]
    assert found == sorted(found, reverse=True)


def test_without_positions_nothing_is_found(encoder):
    assert DesignationMatcher(Reference({}, {}, {}, {}, {}), encoder).match("Secretary") == ()
