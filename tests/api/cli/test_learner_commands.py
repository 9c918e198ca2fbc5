from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from features.errors import NotFoundError
from features.home import Home
from models.champion import point_to
from tests.worlds import small_bundle


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home folder with the small world, trained."""
    place = Home(tmp_path_factory.mktemp("home"))
    point_to(place, small_bundle(place.folder).version)
    return place


def _printed(home: Home, *arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--home", str(home.folder), "--json"])
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def test_gaps_name_what_the_post_needs(home: Home) -> None:
    found = _printed(home, "gaps", "L4")["gaps"]
    assert {gap["competency"] for gap in found} == {"drafting", "resilience"}
    assert all(0 <= gap["p_met"] <= 1 for gap in found)


def test_gaps_can_be_asked_against_another_role_and_day(home: Home) -> None:
    found = _printed(home, "gaps", "L4", "--role", "analyst", "--on", "2027-04-01")["gaps"]
    assert {gap["competency"] for gap in found} == {"data", "drafting"}


def test_a_guided_path_closes_gaps_in_order(home: Home) -> None:
    path = _printed(home, "path", "L8", "--hours", "20")
    courses = [item["course"] for item in path["items"]]
    assert path["status"] == "optimal"
    assert courses.index("c3") < courses.index("c4")
    assert all(item["reasons"] for item in path["items"])


def test_a_desirable_path_leads_to_the_aspired_role(home: Home) -> None:
    path = _printed(home, "path", "L4", "--kind", "desirable", "--role", "analyst", "--hours", "9")
    assert {"c3"} <= {item["course"] for item in path["items"]}


def test_milestones_are_the_portals(home: Home) -> None:
    found = _printed(home, "path", "L8", "--milestones")
    assert found[0]["index"] == 1
    assert set(found[0]) >= {"id", "name", "description", "courses"}


def test_for_people_both_are_words(home: Home) -> None:
    told = CliRunner().invoke(app, ["path", "L8", "--language", "hi", "--home", str(home.folder)])
    assert "Spreadsheets" in told.stdout
    assert "स्तर" in told.stdout
    assert "needs level" in CliRunner().invoke(app, ["gaps", "L8", "--home", str(home.folder)]).stdout


@pytest.mark.parametrize("arguments", [["gaps", "L99"], ["path", "L99"], ["gaps", "L1", "--role", "pilot"]])
def test_what_does_not_exist_is_said(home: Home, arguments: list[str]) -> None:
    error = CliRunner().invoke(app, [*arguments, "--home", str(home.folder)]).exception
    assert isinstance(error, NotFoundError)


def test_everyone_in_a_home_is_planned_as_the_service_plans_each(home: Home) -> None:
    from datetime import datetime

    from experiments.paths.population import plan_population

    found = plan_population(home, datetime(2026, 11, 1), workers=1)
    assert found.learners == sum(found.statuses.values()) == 8
    assert found.agreement is not None
    assert (found.agreement.learners, found.agreement.same_courses, found.agreement.same_order) == (8, 1.0, 1.0)
    assert (found.agreement.duties_broken, found.agreement.hours_broken, found.agreement.most_lost) == (0, 0, 0.0)


def test_everyone_is_written_and_told(home: Home, tmp_path: Path) -> None:
    told = _printed(home, "path", "--everyone", str(tmp_path / "paths"), "--processes", "1")
    assert told["learners"] == sum(told["sources"].values()) == 8
    assert told["run"]["processor_microseconds_a_learner"] > 0
    assert sum(told["shares"].values()) == pytest.approx(1.0)
    again = CliRunner().invoke(app, ["path", "--everyone", str(tmp_path / "paths"), "--home", str(home.folder)])
    assert "8 learners, 1 parts" in again.stdout
