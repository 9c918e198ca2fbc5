from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from recommender.ledger import Ledger, LedgerError

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
