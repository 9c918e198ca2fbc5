from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from recommender.paths.problem_file import ProblemError

EXAMPLE = Path(__file__).parents[3] / "examples" / "path-problem.json"


def test_the_example_is_solved_to_one_json_document() -> None:
    result = CliRunner().invoke(app, ["path", "--problem", str(EXAMPLE), "--json"])
    plan = json.loads(result.stdout)
    assert (plan["status"], plan["hours"]) == ("optimal", 7.5)
    assert [item["course"] for item in plan["plan"]] == ["conduct-rules", "procurement", "drafting"]


def test_for_a_person_the_plan_is_a_list() -> None:
    result = CliRunner().invoke(app, ["path", "--problem", str(EXAMPLE)])
    assert "procurement to level 2" in result.stdout


def test_a_fault_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text('{"version": 1, "hours": 1, "courses": [{"id": "a"}]}')
    result = CliRunner().invoke(app, ["path", "--problem", str(file), "--json"])
    assert isinstance(result.exception, ProblemError)
    assert result.exception.pointer == "/courses/0/hours"


@pytest.mark.parametrize("arguments", [["path"], ["path", "--problem", "nowhere.json"]])
def test_what_is_missing_is_said(arguments: list[str]) -> None:
    assert "expected" in str(CliRunner().invoke(app, arguments).exception)
