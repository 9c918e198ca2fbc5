from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from api.cli import main
from tests.features.importers import exports


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


class Command(Protocol):
    def __call__(self, *arguments: object) -> Done: ...


@pytest.fixture
def karmapath(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, run in this process."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["karmapath", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


def test_a_folder_of_exports_is_imported_and_accounted_for(karmapath: Command, tmp_path: Path) -> None:
    spoilt = exports.TABLES["user_enrolments"] + "u9,b1,do_1,2024-02-01 10:00:00,1,in-progress,,,\n"
    folder = exports.write_exports(tmp_path / "exports", user_enrolments=spoilt)
    done = karmapath("import", folder, "--home", tmp_path / "home")
    assert done.code == 0, done.err
    assert "user_enrolments.csv" in done.out
    assert "mandated 75.0% of enrolments" in done.out
    assert "rejected rows: 1" in done.out
    assert len(list((tmp_path / "home" / "rejects").iterdir())) == 2


def test_json_is_one_document(karmapath: Command, tmp_path: Path) -> None:
    folder = exports.write_exports(tmp_path / "exports")
    window = "2024-02-01:2024-02-04"
    done = karmapath("import", folder, "--home", tmp_path / "home", "--campaign", window, "--json")
    document = json.loads(done.out)
    assert document["rows"]["learners"] == 3
    assert document["rejected"] == 0
    assert document["rejects_file"] is None
    assert document["campaigns"] == [window]
    assert document["labels"]["campaign"] == 0.25
    assert {count["file"] for count in document["files"]} == {f"{name}.csv" for name in exports.TABLES}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nothing at nowhere"),
        (["."], "no file that is recognised"),
        ([".", "--mapping", "mras"], "coursera-skills, kcm, mars"),
        ([".", "--mapping", "mars"], "items_en.csv"),
        ([".", "--kind", "excel"], "auto, igot, search, roles, frac"),
        ([".", "--campaign", "2024"], "YYYY-MM-DD:YYYY-MM-DD"),
        ([".", "--campaign", "2024-02-04:2024-02-01"], "swap the two days"),
    ],
)
def test_what_can_be_mistyped_is_one_sentence_that_helps(
    karmapath: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = karmapath("import", *arguments, "--home", tmp_path / "home")
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert not (tmp_path / "home").exists()


def test_help_shows_examples(karmapath: Command) -> None:
    done = karmapath("import", "--help")
    assert "Example: karmapath import exports/" in done.out
    assert "--mapping" in done.out
