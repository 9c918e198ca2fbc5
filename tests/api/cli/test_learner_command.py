from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app as karmapath
from api.http.ledgers import Ledgers
from api.settings import Settings
from features.errors import NotFoundError, NotReadyError
from features.store import AuditFilter, Store
from features.warehouse import Warehouse
from recommender.completions import digest

NOW = datetime(2026, 11, 2, 9)
run = CliRunner().invoke


def test_everything_about_a_learner_is_handed_out(settings: Settings) -> None:
    done = run(karmapath, ["learner", "export", "L3", "--home", str(settings.home)])
    assert done.exit_code == 0, done.output
    tables = json.loads(done.stdout)["tables"]
    assert [row["course_id"] for row in tables["enrolments"]] == ["c1", "c5"]
    assert tables["enrolments"][0]["completed_on"].endswith("+05:30")


def test_an_erased_learner_is_gone_and_stays_gone_and_the_log_says_who_did_it(settings: Settings) -> None:
    done = run(karmapath, ["learner", "erase", "L3", "--yes", "--json", "--home", str(settings.home)])
    assert json.loads(done.stdout) == {"learner": "L3", "erased": True}
    store = Store(settings.database)
    store.load(Warehouse(settings.folders.warehouse).current(), again=True)
    assert store.version("L3") is None
    [entry] = store.audit.read(AuditFilter(object="learner:L3"), 9)
    assert (entry.action, entry.role, entry.route) == ("erase", "command", "karmapath learner erase")
    store.close()


def test_nothing_is_erased_without_a_yes(settings: Settings) -> None:
    done = run(karmapath, ["learner", "erase", "L3", "--home", str(settings.home)], input="n\n")
    assert done.exit_code != 0
    store = Store(settings.database)
    assert store.version("L3") is not None
    store.close()


def test_a_learner_whom_nobody_knows_is_told(settings: Settings) -> None:
    for action in (["export"], ["erase", "--yes"]):
        done = run(karmapath, ["learner", *action, "nobody", "--home", str(settings.home)])
        assert isinstance(done.exception, NotFoundError)


@pytest.mark.parametrize("words", [["learner", "export", "L3"], ["learner", "erase", "L3", "--yes"], ["audit"]])
def test_where_nothing_was_ever_served_that_is_told_and_nothing_is_made(words: list[str], tmp_path: Path) -> None:
    done = run(karmapath, [*words, "--home", str(tmp_path / "elsewhere")])
    assert isinstance(done.exception, NotReadyError)
    assert "--home" in done.exception.remedy
    assert not (tmp_path / "elsewhere").exists()


def test_an_export_has_what_the_ledgers_say_and_an_erasure_leaves_it(settings: Settings) -> None:
    ledgers = Ledgers(settings.folders)
    ledgers.ledger("claims").append("r1", NOW, lambda _: {"learner": "L3", "course": "ext", "event": "request"})
    ledgers.ledger("completions").append("r2", NOW, lambda _: {"learner": digest("L3"), "course": "c1"})
    ledgers.ledger("claims").append("r3", NOW, lambda _: {"learner": "L4", "course": "ext", "event": "request"})
    tables = json.loads(run(karmapath, ["learner", "export", "L3", "--home", str(settings.home)]).stdout)["tables"]
    assert [row["request"] for row in tables["ledger_claims"]] == ["r1"]
    assert [row["request"] for row in tables["ledger_completions"]] == ["r2"]
    run(karmapath, ["learner", "erase", "L3", "--yes", "--home", str(settings.home)])
    assert ledgers.about("L3")["ledger_claims"]
