"""What profiles say is found again by the profile, and is the same as when it is looked up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from features.records import Learner
from models.bundle import Bundle
from models.plan import SITUATIONS
from recommender.listing import Catalogue
from recommender.listing.allowed import Allowed
from recommender.listing.bases import Bases
from recommender.listing.said import Said, Sayings
from tests.worlds import NOW, small_bundle

CLERK = Learner("", "d1", designation="Assistant Section Officer", languages=("en",))
PROFILES = (CLERK, replace(CLERK, languages=("ta",)), Learner("", "d2", designation="Statistical Officer"))


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return small_bundle(tmp_path)


@pytest.fixture
def sayings(bundle: Bundle) -> Sayings:
    return Sayings(Bases(bundle, 0, compiled=False), Allowed(Catalogue(bundle.reference, bundle.course_ids)))


def rows(said: Said) -> list[list[float]]:
    """Return what each profile says before any history, and whether it may be shown it."""
    return [
        [*said.scores[len(SITUATIONS) * place].tolist(), *said.bars[bar].tolist()]
        for place, bar in zip(said.place, said.bar, strict=True)
    ]


def asked(sayings: Sayings, profiles: tuple[Learner, ...] = PROFILES, at: datetime = NOW) -> list[list[float]]:
    return rows(sayings.of(profiles, at, None, None))


def test_what_is_remembered_is_what_was_looked_up_whichever_object_the_profile_is(sayings: Sayings) -> None:
    first = asked(sayings)
    assert asked(sayings) == first
    assert asked(sayings, tuple(replace(one) for one in PROFILES)) == first
    assert asked(sayings, PROFILES[::-1]) == first[::-1]
    assert first[0] != first[1], "another language, other courses"


def test_a_course_that_retires_is_barred_from_then_on(bundle: Bundle) -> None:
    noon = NOW.replace(hour=12)
    courses = bundle.reference.courses
    courses["c1"] = replace(courses["c1"], retired_on=noon)  # type: ignore[index]
    sayings = Sayings(Bases(bundle, 0, compiled=False), Allowed(Catalogue(bundle.reference, bundle.course_ids)))
    before, after = (sayings.of((CLERK,), at, None, None) for at in (noon - timedelta(seconds=1), noon))
    assert before.bars[before.bar[0], 0] == 0
    assert np.isneginf(after.bars[after.bar[0], 0])


def test_what_is_remembered_goes_with_the_shelves_it_stands_on(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.listing.allowed._KEPT", 4)
    sayings = Sayings(Bases(bundle, 0, compiled=False), Allowed(Catalogue(bundle.reference, bundle.course_ids)))
    first, few = asked(sayings), sayings.allowed.kept
    crowd = tuple(Learner("", "d1", languages=(str(number),)) for number in range(5 * sayings.bases.room))
    full = sayings.bases.shelf
    for one in crowd:
        sayings.of((one,), NOW, None, None)
    assert sayings.bases.shelf is not full
    assert sayings.allowed.kept is not few
    assert asked(sayings) == first
