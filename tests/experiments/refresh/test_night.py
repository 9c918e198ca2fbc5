"""A night goes on where it was killed: between two steps and inside one; nothing is done twice, nothing is left out."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from experiments.refresh.night import STATE, BusyError, Night, Outcome, Results, Step, alone
from features.errors import KarmapathError

ASKED = {"sources": ["exports"]}
NAMES = ("import", "train", "promote", "batch")


def steps(folder: Path, killed_in: str | None = None, killed_after: str | None = None) -> list[Step]:
    """Steps that write their name into a log as they begin and end; one of them may kill its own process."""

    def step(name: str) -> Step:
        def run(before: Results) -> Outcome:
            if killed_after is not None and killed_after in before:
                os.kill(os.getpid(), signal.SIGKILL)
            with (folder / "log").open("a") as log:
                log.write(f"{name} begins\n")
                log.flush()
                if name == killed_in:
                    os.kill(os.getpid(), signal.SIGKILL)
                log.write(f"{name} ends\n")
            return Outcome({"number": len(before)})

        return Step(name, run)

    return [step(name) for name in NAMES]


def in_a_process_that_dies(folder: Path, **killed: str) -> None:
    work = multiprocessing.get_context("fork").Process(
        target=lambda: Night(folder).run(steps(folder, **killed), ASKED, lambda _: None)
    )
    work.start()
    work.join()
    assert work.exitcode == -signal.SIGKILL


def done(folder: Path) -> list[str]:
    return [line.removesuffix(" ends") for line in (folder / "log").read_text().splitlines() if line.endswith("ends")]


@pytest.mark.parametrize("where", NAMES)
def test_a_step_that_was_killed_is_done_again_and_those_before_it_are_not(tmp_path: Path, where: str) -> None:
    in_a_process_that_dies(tmp_path, killed_in=where)
    reports = Night(tmp_path).run(steps(tmp_path), ASKED, lambda _: None)
    assert done(tmp_path) == list(NAMES)
    assert [report.earlier for report in reports] == [NAMES.index(name) < NAMES.index(where) for name in NAMES]
    assert [report.facts["number"] for report in reports] == [0, 1, 2, 3]


@pytest.mark.parametrize("where", NAMES[:-1])
def test_a_night_killed_between_two_steps_goes_on_with_the_next(tmp_path: Path, where: str) -> None:
    in_a_process_that_dies(tmp_path, killed_after=where)
    Night(tmp_path).run(steps(tmp_path), ASKED, lambda _: None)
    log = (tmp_path / "log").read_text().splitlines()
    assert log == [f"{name} {moment}" for name in NAMES for moment in ("begins", "ends")]


def test_many_kills_in_one_night_end_as_none_does(tmp_path: Path) -> None:
    for name in NAMES:
        in_a_process_that_dies(tmp_path, killed_in=name)
    Night(tmp_path).run(steps(tmp_path), ASKED, lambda _: None)
    assert done(tmp_path) == list(NAMES)


def test_an_error_keeps_what_was_finished(tmp_path: Path) -> None:
    def fails(_: Results) -> Outcome:
        raise KarmapathError("no disk", "a disk", "buy one")

    broken = [*steps(tmp_path)[:2], Step("promote", fails)]
    with pytest.raises(KarmapathError, match="no disk"):
        Night(tmp_path).run(broken, ASKED, lambda _: None)
    Night(tmp_path).run(steps(tmp_path), ASKED, lambda _: None)
    assert done(tmp_path) == list(NAMES)


def test_the_night_after_a_finished_one_is_a_new_one(tmp_path: Path) -> None:
    for _ in range(2):
        Night(tmp_path).run(steps(tmp_path), ASKED, lambda _: None)
    assert done(tmp_path) == [*NAMES, *NAMES]


def test_an_unfinished_night_is_finished_with_what_it_was_asked_or_forgotten(tmp_path: Path) -> None:
    in_a_process_that_dies(tmp_path, killed_in="train")
    other = {"sources": ["others"]}
    with pytest.raises(KarmapathError, match="begun with another sources"):
        Night(tmp_path).run(steps(tmp_path), other, lambda _: None)
    Night(tmp_path).run(steps(tmp_path), other, lambda _: None, restart=True)
    assert done(tmp_path) == ["import", *NAMES]


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(BusyError, match="another refresh at work"):
        Night(tmp_path).run(steps(tmp_path), ASKED, lambda _: None)


def test_a_state_that_was_being_written_when_the_power_went_is_not_read(tmp_path: Path) -> None:
    (tmp_path / f".{STATE}.1").write_text('{"asked"')
    Night(tmp_path).run(steps(tmp_path), ASKED, lambda _: None)
    assert json.loads((tmp_path / STATE).read_text())["finished"]
