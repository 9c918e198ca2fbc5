from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from importlib import resources
from typing import Any

import pytest

from features.errors import NotFoundError
from features.records import LearnerRecord
from features.reference import Reference, Requirement
from recommender.paths import Path, PathSettings, Reason, guided_path, sentence
from recommender.paths.questions import how_sure, what_would_change, why_not
from recommender.paths.reasons import languages
from recommender.state import competency_state
from tests.recommender.paths.service import NOW, course, planned, proctored, record, reference

CATALOGUES = {
    one: tomllib.loads(resources.files("recommender.messages").joinpath(f"{one}.toml").read_text(encoding="utf-8"))
    for one in languages()
}


def _path(who: LearnerRecord, world: Reference, **more: Any) -> Path:
    return guided_path(who, world, competency_state(who, world, NOW), {}, NOW, PathSettings(**more))


def _reasons(path: Path) -> Iterable[tuple[str, Reason]]:
    return ((item.course, reason) for item in path.items for reason in item.reasons)


def test_every_code_has_words_in_every_language_with_the_same_facts() -> None:
    assert set(CATALOGUES) >= {"en", "hi"}
    for catalogue in CATALOGUES.values():
        assert set(catalogue) == set(CATALOGUES["en"])
        for code, words in catalogue.items():
            assert set(re.findall(r"{(\w+)}", words)) == set(re.findall(r"{(\w+)}", CATALOGUES["en"][code])), code


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_no_reason_is_longer_than_two_sentences(language: str) -> None:
    for code, words in CATALOGUES[language].items():
        assert len(re.findall(r"[.।?!](?:\s|$)", words)) <= 2, code


def test_every_reason_of_a_path_can_be_said_in_both_languages() -> None:
    for _, reason in _reasons(_path(record(plans=(planned("vague"),)), reference())):
        assert "{" not in sentence(reason, "en") + sentence(reason, "hi")


def test_without_the_step_that_is_cited_the_course_is_not_there() -> None:
    world = reference()
    for one, reason in _reasons(_path(record(), world)):
        if reason.code.startswith("closes"):
            role = world.roles["clerk"]
            rest = tuple(need for need in role.requirements if need.competency != reason.facts["competency"])
            without = replace(world, roles={**world.roles, "clerk": replace(role, requirements=rest)})
            assert one not in _path(record(), without).courses()


def test_without_the_duty_that_is_cited_the_course_is_not_there() -> None:
    path = _path(record(plans=(planned("vague"),)), reference())
    assert next(reason.code for one, reason in _reasons(path) if one == "vague") == "duty_plan"
    assert "vague" not in _path(record(), reference()).courses()


def test_without_the_course_that_is_cited_its_prerequisite_is_not_there() -> None:
    world = reference(course("gate", 1), course("law", 1, ("accounts", 0, 2), requires=(("gate",),)))
    settings = {"exclude": frozenset({"acc"})}
    path = _path(record(), world, **settings)
    assert ("gate", "law") in [(one, reason.facts.get("course")) for one, reason in _reasons(path)]
    assert "gate" not in _path(record(), world, exclude=frozenset({"acc", "law"})).courses()


def test_evidence_that_a_step_is_held_takes_its_course_away() -> None:
    assert "acc" not in _path(record(evidence=proctored("accounts", 2)), reference()).courses()


@pytest.mark.parametrize(
    ("one", "code"),
    [
        ("note1", "in_plan"),
        ("note1-hi", "not_language"),
        ("closed", "not_restricted"),
        ("old", "not_live"),
        ("fees", "not_external"),
        ("rail", "not_needed"),
        ("acc", "not_hours"),
        ("twin", "not_equivalent"),
        ("stuck", "not_prerequisite"),
    ],
)
def test_why_not_names_the_limit_that_binds(one: str, code: str) -> None:
    world = reference(
        course("twin", 2.5, ("noting", 0, 2), equivalence="n"),
        course("stuck", 1, ("accounts", 0, 1), requires=(("stuck2",),)),
        course("stuck2", 1, requires=(("stuck",),)),
    )
    world = replace(world, courses={**world.courses, "note1": replace(world.courses["note1"], equivalence="n")})
    assert why_not(_path(record(), world, hours=5.0), one, world).code == code


def test_with_the_hours_that_are_cited_the_course_is_there() -> None:
    world = reference()
    short = _path(record(), world, hours=5.0)
    change = what_would_change(short, "acc")
    assert change.code == "instead_more_hours"
    hours = change.facts["hours"]
    assert isinstance(hours, float)
    assert "acc" in _path(record(), world, hours=5.0 + hours).courses()
    assert "acc" not in _path(record(), world, hours=5.0 + hours - 0.6).courses()


def test_what_no_hours_bring_in_is_said() -> None:
    world = reference(course("worse", 9, ("accounts", 0, 2)))
    assert what_would_change(_path(record(), world), "worse").code == "instead_nothing"


def test_an_unknown_course_is_told() -> None:
    with pytest.raises(NotFoundError):
        why_not(_path(record(), reference()), "nowhere", reference())


def test_how_sure_cites_the_evidence_that_weighs_most() -> None:
    who = record(evidence=proctored("noting", 2, copies=1))
    reason = how_sure(competency_state(who, reference(), NOW), "noting", 2, reference())
    assert reason.facts["kind"] == "proctored"
    assert "proctored assessment" in sentence(reason)
    assert "पर्यवेक्षित मूल्यांकन" in sentence(reason, "hi")
    unknown = how_sure(competency_state(record(), reference(), NOW), "noting", 2, reference())
    assert unknown.code == "how_sure_unknown"


def test_a_requirement_names_role_and_activity() -> None:
    reason = next(reason for _, reason in _reasons(_path(record(), reference())) if "critical" in reason.code)
    assert (reason.facts["role_name"], reason.facts["activity_name"]) == ("Clerk", "Writes notes")
    assert Requirement("clerk", "a1", "noting", 3, 2.0, critical=True) in reference().roles["clerk"].requirements
