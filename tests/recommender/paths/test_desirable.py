from __future__ import annotations

from typing import Any

import pytest

from features.errors import NotFoundError
from features.reference import Reference
from recommender.paths import Aspiration, Path, PathSettings, desirable_path, guided_path
from recommender.state import competency_state
from tests.recommender.paths.service import NOW, course, record, reference


def _paths(
    aspiration: Aspiration, interest: dict[str, float] | None = None, world: Reference | None = None, **more: Any
) -> tuple[Path, Path]:
    world, who = world or reference(), record()
    state = competency_state(who, world, NOW)
    guided = guided_path(who, world, state, {}, NOW, PathSettings())
    settings = PathSettings(**more)
    return guided, desirable_path(who, world, state, interest or {}, NOW, settings, aspiration, guided)


@pytest.mark.parametrize(
    "aspiration", [Aspiration(role="driver"), Aspiration(domain="rails"), Aspiration(organisation="railways")]
)
def test_a_role_a_domain_and_another_department_lead_to_its_courses(aspiration: Aspiration) -> None:
    assert _paths(aspiration)[1].courses() == ("rail",)


def test_nothing_is_on_both_paths() -> None:
    guided, desirable = _paths(Aspiration(domain="office"), dict.fromkeys(("acc", "rail", "vague"), 1.0))
    assert desirable.items
    assert not set(guided.courses()) & set(desirable.courses())


def test_paid_courses_come_only_within_the_budget() -> None:
    assert _paths(Aspiration(role="lawyer"))[1].courses() == ()
    assert _paths(Aspiration(role="lawyer"), cost=5000.0)[1].courses() == ("fees",)


def test_without_an_aspiration_interest_decides() -> None:
    assert _paths(Aspiration(), {"vague": 1.0, "rail": 0.2}, hours=5.0)[1].courses() == ("vague",)


def test_the_dial_asks_for_hours_outside_the_own_department_and_tells_its_price() -> None:
    world = reference(course("own", 5, ("law", 0, 2), organisation="posts"))
    interest = {"rail": 0.1, "own": 1.0}
    free = _paths(Aspiration(role="lawyer"), interest, world, hours=6.0)[1]
    dialled = _paths(Aspiration(role="lawyer", outside_share=0.5), interest, world, hours=6.0)[1]
    assert free.courses() == ("own",)
    assert dialled.courses() == ("rail",)
    assert dialled.facts["price"] == pytest.approx(free.value - dialled.value)


def test_it_starts_where_the_guided_path_ends() -> None:
    world = reference(course("note3", 2, ("noting", 3, 4), requires=(("note2",),)))
    desirable = _paths(Aspiration(domain="noting", level=4), world=world)[1]
    assert desirable.courses() == ("note3",)


@pytest.mark.parametrize(
    "aspiration", [Aspiration(role="pilot"), Aspiration(domain="alchemy"), Aspiration(organisation="x")]
)
def test_what_does_not_exist_is_said(aspiration: Aspiration) -> None:
    with pytest.raises(NotFoundError):
        _paths(aspiration)
