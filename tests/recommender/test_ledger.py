from __future__ import annotations

import json
import resource
from datetime import datetime
from pathlib import Path

import pytest

import recommender.ledger as ledger_module
from recommender.ledger import Ledger, LedgerError, UnwritableError

AT = datetime(2026, 11, 1)


def _ledger(folder: Path, entries: int = 3) -> Ledger:
    ledger = Ledger(folder / "ledger.jsonl")
    for number in range(entries):
        ledger.append(f"r{number}", AT, lambda before: {"n": len(before)})
    return ledger


def test_entries_follow_each_other(tmp_path: Path) -> None:
    entries = _ledger(tmp_path).entries()
    assert [entry.event["n"] for entry in entries] == [0, 1, 2]
    assert [entry.before for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]


def test_the_same_request_is_entered_once(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    assert ledger.append("r1", AT, lambda _: {"n": 99}).event == {"n": 1}
    assert ledger.verify() == 3


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_entry_breaks_the_chain(tmp_path: Path, line: int) -> None:
    ledger = _ledger(tmp_path)
    lines = ledger.path.read_text().splitlines()
    lines[line] = json.dumps({**json.loads(lines[line]), "event": {"n": 7}})
    ledger.path.write_text("\n".join(lines) + "\n")
    with pytest.raises(LedgerError, match=f"line {line + 1}"):
        ledger.verify()


def test_a_removed_entry_breaks_the_chain(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    lines = ledger.path.read_text().splitlines()
    ledger.path.write_text("\n".join([lines[0], lines[2]]) + "\n")
    with pytest.raises(LedgerError, match="line 2"):
        ledger.verify()


def test_a_line_that_was_being_written_when_the_writer_died_is_dropped(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    with ledger.path.open("ab") as file:
        file.write(b'{"number": 3, "at"')
    ledger.append("r3", AT, lambda before: {"n": len(before)})
    assert ledger.verify() == 4


def test_nothing_is_written_where_the_decision_fails(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    with pytest.raises(ZeroDivisionError):
        ledger.append("r9", AT, lambda _: {"n": 1 // 0})
    assert ledger.verify() == 3


def test_what_was_verified_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = _ledger(tmp_path, 50)
    ledger.entries()
    parsed: list[int] = []
    real = ledger_module._parsed
    monkeypatch.setattr(ledger_module, "_parsed", lambda line, number: parsed.append(number) or real(line, number))
    ledger.append("next", AT, lambda before: {"n": len(before)})
    ledger.append("after", AT, lambda before: {"n": len(before)})
    assert parsed == [50], "its own entry, once"


def test_what_another_process_entered_is_seen(tmp_path: Path) -> None:
    one = _ledger(tmp_path)
    other = Ledger(one.path)
    assert len(other.entries()) == 3
    one.append("r3", AT, lambda before: {"n": len(before)})
    assert other.append("r4", AT, lambda before: {"n": len(before)}).event == {"n": 4}
    assert [entry.request for entry in one.since(3)] == ["r3", "r4"]


def test_a_last_entry_that_was_changed_is_found_at_the_next_append(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    ledger.entries()
    lines = ledger.path.read_text().splitlines()
    ledger.path.write_text("\n".join([*lines[:2], lines[2].replace('"n": 2', '"n": 3')]) + "\n")
    with pytest.raises(LedgerError, match="line 3"):
        ledger.append("r9", AT, lambda _: {})


def test_a_file_that_was_put_back_from_a_copy_is_read_anew(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    copy = ledger.path.read_bytes()
    ledger.append("r3", AT, lambda _: {"n": 3})
    ledger.path.write_bytes(copy)
    assert [entry.number for entry in ledger.entries()] == [0, 1, 2]


def test_a_disk_that_takes_no_more_is_told_and_loses_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("r1", AT, lambda _: {"n": 1})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ledger.path.stat().st_size + 10, before[1]))
    try:
        with pytest.raises(UnwritableError, match="make room"):
            ledger.append("r2", AT, lambda _: {"n": 2})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [entry.request for entry in ledger.entries()] == ["r1"]
    ledger.append("r2", AT, lambda _: {"n": 2})
    assert Ledger(ledger.path).verify() == 2
