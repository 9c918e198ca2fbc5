from __future__ import annotations

from pathlib import Path

import pytest

from api.http.access.principal import Role
from api.settings import SETTINGS_FILE, ApiKey, Settings, SettingsError, load_settings


def test_what_is_given_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / SETTINGS_FILE).write_text("port = 1\nworkers = 2\nigot_limit = 3\n")
    monkeypatch.setenv("KARMAPATH_PORT", "11")
    monkeypatch.setenv("KARMAPATH_WORKERS", "12")
    settings = load_settings(tmp_path, port=21)
    assert (settings.port, settings.workers, settings.igot_limit) == (21, 12, 3)
    assert settings.home == tmp_path
    assert settings.database.endswith("store.sqlite3")


@pytest.mark.parametrize("line", ["port = 70000", 'nonsense = "x"', "workers = 0", 'deadline = "soon"'])
def test_a_setting_that_cannot_be_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / SETTINGS_FILE).write_text(line)
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path)
    assert line.split(" ", maxsplit=1)[0] in error.value.found
    assert SETTINGS_FILE in error.value.remedy


def test_every_setting_says_what_it_is_and_no_secret_is_shown() -> None:
    settings = Settings(
        store_url="postgresql://me:secret@db/karmapath",
        keys=(ApiKey(name="gateway", sha256="ab" * 32, role=Role.SERVICE),),
    )
    described = settings.described()
    assert [name for name, _, _ in described] == list(Settings.model_fields)
    assert all(meaning for _, _, meaning in described)
    values = {name: value for name, value, _ in described}
    assert values["store_url"] == "postgresql://me:***@db/karmapath"
    assert values["keys"] == "gateway"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_an_open_service_may_bind_to_this_machine(host: str) -> None:
    Settings(host=host).check_binding()


def test_an_open_service_may_not_bind_beyond_it_and_one_with_keys_may() -> None:
    with pytest.raises(SettingsError, match="API key"):
        Settings(host="0.0.0.0").check_binding()  # noqa: S104
    Settings(host="0.0.0.0", keys=(ApiKey(name="k", sha256="ab" * 32, role=Role.SERVICE),)).check_binding()  # noqa: S104


def test_a_setting_is_shown_as_the_environment_would_give_it() -> None:
    shown = {name: value for name, value, _ in Settings(token_roles={"LEADER": Role.PLANNER}, warm=True).described()}
    assert shown["token_roles"] == '{"LEADER": "planner"}'  # noqa: S105 - none
    assert (shown["origins"], shown["warm"], shown["workers"]) == ("[]", "true", "1")
