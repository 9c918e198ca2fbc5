"""``karmapath plan`` on two offices: every sub-command prints what the library says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from features.errors import KarmapathError, NotFoundError, NotReadyError
from features.home import Home
from recommender.planning.v4_export import problems
from tests.recommender.planning.offices import offices


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home folder with the offices imported."""
    place = Home(tmp_path_factory.mktemp("home"))
    offices(place.warehouse)
    return place


def run(home: Home, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["plan", *arguments, "--home", str(home.folder)])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def printed(home: Home, *arguments: str) -> Any:
    return json.loads(run(home, *arguments, "--json"))


@pytest.fixture(scope="module")
def plan_file(home: Home) -> Path:
    out = home.folder / "plan.json"
    run(home, "propose", "m", "--hours", "8", "--from", "2026-11-01", "--to", "2027-03-31", "--out", str(out))
    return out


def test_gaps_are_told_from_the_map(home: Home) -> None:
    assert printed(home, "refresh", "--on", "2026-11-01")["people"] == 32
    cells = printed(home, "gaps", "m", "--by", "body")["cells"]
    assert {cell["key"] for cell in cells} == {"d1", "d2"}
    assert "below level 4" in run(home, "gaps", "m")
    with pytest.raises(KarmapathError, match="one of total"):
        run(home, "gaps", "m", "--by", "height")


def test_a_map_is_updated_where_there_is_one(home: Home) -> None:
    assert printed(home, "refresh")["updates"] == 0


def test_without_a_map_gaps_say_what_to_do(tmp_path: Path) -> None:
    place = Home(tmp_path)
    offices(place.warehouse)
    with pytest.raises(NotReadyError, match="karmapath plan refresh"):
        run(place, "gaps", "m")


def test_coverage_writes_requests(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "requests.csv"
    found = printed(home, "coverage", "m", "--requests", str(out))
    assert {one["competency"] for one in found["requests"]} == {"ethics", "data", "drafting", "calm"}
    assert out.read_text(encoding="utf-8-sig").count("\n") == 1 + len(found["requests"])
    assert "no_course" in run(home, "coverage", "m")


def test_compliance_is_told_by_plan(home: Home) -> None:
    plan = printed(home, "compliance", "m", "--on", "2026-11-01")["plans"][0]
    assert (plan["allocated"], plan["overdue"]) == (52, 19)
    assert "19 overdue" in run(home, "compliance", "m", "--on", "2026-11-01")


def test_a_plan_is_proposed_with_its_bound(home: Home) -> None:
    found = printed(home, "propose", "m", "--from", "2026-11-01", "--hours", "6", "--seats", "do_calm=3")
    assert found["bound"] >= found["effect"]["closed"] > 0
    assert found["effect"]["most_hours"] <= 6
    with pytest.raises(KarmapathError, match="COURSE=SEATS"):
        run(home, "propose", "m", "--seats", "do_calm")
    with pytest.raises(NotFoundError, match="no organisation"):
        run(home, "propose", "nowhere")


def test_a_plan_for_people_of_alike_gaps_closes_no_less_and_names_who_takes_what(home: Home, tmp_path: Path) -> None:
    asked = ("propose", "m", "--from", "2026-11-01", "--hours", "4", "--thrift", "0")
    whole, cut = printed(home, *asked), printed(home, *asked, "--patterns", "3", "--out", str(tmp_path / "plan.json"))
    assert cut["effect"]["closed"] >= whole["effect"]["closed"] - 1e-6
    assert "learners" not in whole
    assert set(cut["learners"]) == {f"{item['group']}:{item['course']}" for item in cut["items"]}
    run(home, "export", str(tmp_path / "plan.json"), "--out", str(tmp_path / "v4.json"))
    written = json.loads((tmp_path / "v4.json").read_text())
    assert problems(written) == ()
    assert "user" in str(written["userGroups"])


@pytest.mark.parametrize("form", ["v4", "csv", "xlsx", "html", "pdf"])
def test_a_plan_is_exported(home: Home, plan_file: Path, tmp_path: Path, form: str) -> None:
    pytest.importorskip({"xlsx": "xlsxwriter", "pdf": "weasyprint"}.get(form, "json"))
    out = tmp_path / f"plan.{form}"
    run(home, "export", str(plan_file), "--as", form, "--out", str(out))
    assert out.stat().st_size > 100
    if form == "v4":
        assert problems(json.loads(out.read_text())) == ()


def test_what_is_no_plan_is_not_exported(home: Home, plan_file: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    for file, message in ((tmp_path / "none.json", "no file"), (tmp_path / "bad.json", "no JSON")):
        with pytest.raises(KarmapathError, match=message):
            run(home, "export", str(file), "--out", str(tmp_path / "x"))
    with pytest.raises(KarmapathError, match="one of v4"):
        run(home, "export", str(plan_file), "--as", "doc", "--out", str(tmp_path / "x"))


def test_candidates_and_reach_rank(home: Home) -> None:
    found = printed(home, "candidates", "p1", "--among", "d1", "--limit", "3")["candidates"]
    assert [one["rank"] for one in found] == [1, 2, 3]
    assert re.search(r"1  c\d\d: \d+ % ready", run(home, "candidates", "p1"))
    assert printed(home, "reach", found[0]["learner"])["posts"][0]["position"] == "p1"
    with pytest.raises(NotFoundError, match="no position"):
        run(home, "candidates", "p9")


def test_assign_reads_posts_and_refuses_what_must_not_decide(home: Home, tmp_path: Path) -> None:
    posts = tmp_path / "posts.json"
    posts.write_text('[{"position": "p1", "seats": 2}, {"id": "x", "position": "p2", "rules": {"groups": ["B"]}}]')
    found = printed(home, "assign", str(posts), "--worst-first")
    assert len(found["placements"]) == 3
    assert found["bound"] <= found["cost"] + 1e-6
    for text, message in (
        ('[{"position": "p1", "gender": "F"}]', "never decide"),
        ('[{"position": "p1", "rules": {"religion": ["x"]}}]', "never decide"),
        ('[{"position": "p1", "seats": 0}]', "seats 0"),
        ('[{"position": "p9"}]', "no position"),
        ("{}", "no list"),
    ):
        posts.write_text(text)
        with pytest.raises(KarmapathError, match=message):
            run(home, "assign", str(posts))


def test_succession_names_nobody(home: Home) -> None:
    found = printed(home, "succession", "m")
    assert {one["position"] for one in found["posts"]} == {"p1", "p2"}
    assert all(point["learner"] is None for point in found["single_points"])
    assert "ready now" in run(home, "succession", "m")


def test_help_shows_an_example_of_each() -> None:
    for command in ("refresh", "gaps", "coverage", "compliance", "propose", "candidates", "reach", "assign",
                    "succession", "export"):  # fmt: skip
        shown = CliRunner().invoke(app, ["plan", command, "--help"]).stdout
        assert f"karmapath plan {command}" in " ".join(shown.split())
