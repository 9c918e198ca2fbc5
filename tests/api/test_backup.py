"""A backup that was not restored is a hope: every one made here is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.backup import BackupError, back_up, read_backup, restore
from api.cli.app import app as karmapath
from api.http.app import create_app
from api.settings import Settings, load_settings
from experiments.serving.postgres import PostgresMissingError, private_postgres
from features.home import Home
from features.store import AuditFilter, Store, parse_event
from features.store.copies import CopyError
from features.warehouse import Warehouse
from tests.api.conftest import Clock
from tests.api.http.test_durability import serving

ASKED = ("/v1/learners/L3", "/v1/learners/L3/recommendations", "/v1/learners/L3/paths/guided", "/v1/models/current")


def answers(settings: Settings) -> list[Any]:
    """Return what a service says, without what differs each time."""
    with TestClient(create_app(settings, Clock())) as client:
        found = [client.get(path).json() for path in ASKED]
    for document in found:
        document.pop("id", None)
        document.get("tables", {}).pop("shown_lists", None)
        document.get("tables", {}).pop("shown_items", None)
        document.pop("loaded_at", None)
    return found


def test_what_was_restored_answers_as_what_was_backed_up(settings: Settings, tmp_path: Path) -> None:
    (settings.home / "abbreviations.tsv").write_text("ASO\tAssistant Section Officer\n")
    before = answers(settings)
    made = back_up(settings, tmp_path / "backup")
    home = Home(tmp_path / "new")
    assert restore(tmp_path / "backup", home) == made
    assert answers(load_settings(home.folder)) == before
    assert (home.folder / "abbreviations.tsv").exists()
    assert not home.warehouse.exists()


def test_who_backed_up_and_who_restored_is_in_the_log(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "backup")
    home = Home(tmp_path / "new")
    restore(tmp_path / "backup", home)
    store = Store(home.store_url)
    assert [(one.action, one.role) for one in store.audit.read(AuditFilter(), 9)] == [
        ("restore", "command"),
        ("backup", "command"),
    ]
    store.close()


@pytest.fixture
def on_postgres(home: Home) -> Iterator[tuple[Settings, str]]:
    """The served world on PostgreSQL, and the URL of an empty database."""
    try:
        with private_postgres() as server:
            settings = load_settings(home.folder, store_url=server.make_database())
            store = Store(settings.database)
            store.migrate()
            store.load(Warehouse(home.warehouse).current())
            store.append_events([parse_event({"kind": "completion", "learner": "L3", "course": "c2"})])
            store.close()
            yield settings, server.make_database()
    except PostgresMissingError as error:
        pytest.skip(str(error))


@pytest.mark.slow
def test_an_installation_on_postgresql_is_restored_into_another_database(
    on_postgres: tuple[Settings, str], tmp_path: Path
) -> None:
    settings, empty = on_postgres
    before = answers(settings)
    back_up(settings, tmp_path / "backup")
    home = Home(tmp_path / "new")
    restore(tmp_path / "backup", home, empty)
    assert answers(load_settings(home.folder, store_url=empty)) == before
    with pytest.raises(BackupError, match="there already"):
        restore(tmp_path / "backup", Home(tmp_path / "newer"), empty)
    with pytest.raises(CopyError, match="a copy of postgresql"):
        restore(tmp_path / "backup", Home(tmp_path / "newest"))


@pytest.mark.slow
def test_a_backup_made_under_load_holds_everything_acknowledged_before_it(home: Home, tmp_path: Path) -> None:
    acknowledged: list[str] = []
    enough, done = threading.Event(), threading.Event()

    def post(base: str) -> None:
        with httpx.Client(base_url=base, timeout=20) as client:
            while not done.is_set():
                name = f"B{len(acknowledged)}"
                if client.post("/v1/events", json={"kind": "profile", "learner": name}).status_code == 200:
                    acknowledged.append(name)
                if len(acknowledged) >= 100:
                    enough.set()

    with serving(home) as (base, _):
        thread = threading.Thread(target=post, args=(base,))
        thread.start()
        try:
            assert enough.wait(60)
            before = list(acknowledged)
            back_up(load_settings(home.folder), tmp_path / "backup")
        finally:
            done.set()
            thread.join(60)
    restored = Home(tmp_path / "new")
    restore(tmp_path / "backup", restored)
    store = Store(restored.store_url)
    assert all(store.version(name) is not None for name in before)
    store.close()


def test_nothing_that_is_there_is_overwritten(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "backup")
    with pytest.raises(BackupError, match="there already"):
        back_up(settings, tmp_path / "backup")
    store = Path(settings.home / "store.sqlite3").read_bytes()
    with pytest.raises(BackupError):
        restore(tmp_path / "backup", settings.folders)
    assert Path(settings.home / "store.sqlite3").read_bytes() == store


@pytest.mark.parametrize("how", ["changed", "gone", "more", "no manifest"])
def test_a_backup_that_is_not_whole_is_not_restored(settings: Settings, tmp_path: Path, how: str) -> None:
    back_up(settings, tmp_path / "backup")
    victim = next(path for path in sorted((tmp_path / "backup").rglob("*")) if path.suffix in (".json", ".parquet"))
    if how == "changed":
        data = bytearray(victim.read_bytes())
        data[len(data) // 2] ^= 1
        victim.write_bytes(data)
    elif how == "gone":
        (tmp_path / "backup" / "store" / "store.sqlite3").unlink()
    elif how == "more":
        (tmp_path / "backup" / "home" / "karmapath.toml").write_text("port = 1\n")
    else:
        (tmp_path / "backup" / "backup.json").unlink()
    with pytest.raises(BackupError):
        restore(tmp_path / "backup", Home(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_backup_that_could_not_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "empty")
    with pytest.raises(CopyError, match="no store"):
        back_up(settings, tmp_path / "backup")
    assert not [path for path in tmp_path.iterdir() if "backup" in path.name]


def test_settings_and_ledgers_are_in_it_and_half_a_line_is_not(settings: Settings, tmp_path: Path) -> None:
    (settings.home / "karmapath.toml").write_text("igot_limit = 7\n")
    settings.folders.ledgers.mkdir()
    (settings.folders.ledgers / "claims.jsonl").write_text('{"n": 1}\n{"n": 2}\n{"n"')
    back_up(settings, tmp_path / "backup", warehouse=True, tracking=True)
    home = Home(tmp_path / "new")
    restore(tmp_path / "backup", home)
    assert load_settings(home.folder).igot_limit == 7
    assert (home.ledgers / "claims.jsonl").read_text() == '{"n": 1}\n{"n": 2}\n'
    assert Warehouse(home.warehouse).current().hash == Warehouse(settings.folders.warehouse).current().hash


def test_the_commands_back_up_check_and_restore(settings: Settings, tmp_path: Path) -> None:
    run = CliRunner().invoke
    out, new = str(tmp_path / "backup"), str(tmp_path / "new")
    made = run(karmapath, ["backup", out, "--home", str(settings.home), "--json"])
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["bundle"]
    assert "is whole" in run(karmapath, ["restore", out, "--check"]).stdout
    assert "is back" in run(karmapath, ["restore", out, "--home", new]).stdout
    assert read_backup(Path(out)).bundle == (Path(new) / "bundles" / "CHAMPION").read_text().strip()


def test_a_command_shows_the_log(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "backup")
    run = CliRunner().invoke
    told = run(karmapath, ["audit", "--home", str(settings.home)])
    assert told.exit_code == 0, told.output
    assert "karmapath backup" in told.stdout
    found = json.loads(run(karmapath, ["audit", "--action", "backup", "--json", "--home", str(settings.home)]).stdout)
    assert [entry["action"] for entry in found] == ["backup"]
    assert "nothing" in run(karmapath, ["audit", "--principal", "no-one", "--home", str(settings.home)]).stdout
