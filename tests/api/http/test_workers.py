"""Several processes serve as one: each is replaced when it ends, and none is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from features.home import Home
from tests.api.conftest import portal_tables, train
from tests.api.http.test_durability import serving
from tests.features.test_children import alive

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are forked and looked at on Linux alone"),
]


def workers(process: subprocess.Popen[bytes]) -> set[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return {int(child) for child in children if alive(int(child))}


def is_served_by(process: subprocess.Popen[bytes], count: int) -> bool:
    return len(workers(process)) == count


def await_true(holds: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def model(base: str) -> str:
    with httpx.Client(base_url=base, timeout=20) as client:  # a connection of its own: any worker may take it
        answer = client.get("/v1/learners/L3/recommendations", headers={"connection": "close"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["model"])


def test_workers_are_replaced_when_they_die_and_follow_a_new_champion_and_share_what_was_loaded(home: Home) -> None:
    with serving(home, "--workers", "2") as (base, process):
        first = workers(process)
        assert len(first) == 2
        for worker in first:
            kilobytes = dict(line.split()[:2] for line in Path(f"/proc/{worker}/smaps_rollup").read_text().splitlines())
            private = int(kilobytes["Private_Dirty:"]) + int(kilobytes["Private_Clean:"])
            assert private < int(kilobytes["Rss:"]) / 2
        dead = min(first)
        os.kill(dead, signal.SIGKILL)
        await_true(lambda: len(workers(process) - {dead}) == 2)
        assert (first - {dead}) < workers(process)
        before = model(base)
        version = train(home, portal_tables() | {"enrolments": portal_tables()["enrolments"].head(9)}).version
        assert version != before
        await_true(lambda: {model(base) for _ in range(8)} == {version})


def test_all_are_replaced_on_sighup_without_a_dropped_request_and_read_the_settings_anew(home: Home) -> None:
    wrong: list[str] = []
    stop = threading.Event()

    def ask(base: str) -> None:
        with httpx.Client(base_url=base, timeout=20) as client:
            while not stop.is_set():
                try:
                    answer = client.get("/v1/learners/L3/recommendations")
                    if answer.status_code != 200:
                        wrong.append(answer.text)
                except httpx.TransportError as error:
                    wrong.append(repr(error))

    with serving(home, "--workers", "2") as (base, process):
        first = workers(process)
        threads = [threading.Thread(target=ask, args=(base,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        (home.folder / "karmapath.toml").write_text("batch_limit = 1\n")
        process.send_signal(signal.SIGHUP)
        await_true(lambda: len(workers(process)) == 2 and not workers(process) & first)
        stop.set()
        for thread in threads:
            thread.join()
        assert wrong == []
        events = [{"kind": "profile", "learner": name} for name in ("S1", "S2")]
        assert httpx.post(f"{base}/v1/events", json={"events": events}, timeout=20).status_code == 422


def test_the_first_process_has_begun_no_thread_that_its_workers_would_lack(home: Home) -> None:
    imported = "import os, polars; print(len(os.listdir('/proc/self/task')))"  # its allocator has some from the start
    threads = int(subprocess.run([sys.executable, "-c", imported], capture_output=True, check=True).stdout)
    with serving(home, "--workers", "2") as (_, process):
        assert len(list(Path(f"/proc/{process.pid}/task").iterdir())) == threads


def test_they_serve_when_imported_data_was_taken_over_first(home: Home) -> None:
    for part in home.folder.glob("store.sqlite3*"):
        part.unlink()
    with serving(home, "--workers", "2") as (base, _):
        assert "takes over the imported data" in (home.folder / "serve.log").read_text()
        assert model(base)


def test_there_are_more_and_fewer_of_them_on_signals_and_never_none(home: Home) -> None:
    with serving(home, "--workers", "2") as (base, process):
        process.send_signal(signal.SIGTTIN)
        await_true(lambda: len(workers(process)) == 3)
        for left in (2, 1, 1):
            process.send_signal(signal.SIGTTOU)
            await_true(partial(is_served_by, process, left))
        assert model(base)
        process.terminate()
        assert process.wait(30) == 0


def test_while_they_finish_what_they_took_a_new_connection_is_refused_and_not_kept_waiting(home: Home) -> None:
    with serving(home, "--workers", "2") as (base, process):
        address = ("127.0.0.1", int(base.rsplit(":", 1)[1]))
        head = b"POST /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\ncontent-type: application/json"
        with socket.create_connection(address, timeout=20) as slow:
            slow.sendall(head + b"\r\n\r\n[")
            time.sleep(0.2)
            os.kill(process.pid, signal.SIGTERM)
            with pytest.raises(ConnectionRefusedError):  # noqa: PT012 - it may take until they hear of it
                while True:
                    socket.create_connection(address).close()
                    time.sleep(0.01)
            slow.sendall(b"]")
            assert slow.recv(4096).startswith(b"HTTP/1.1 422 ")  # no event in it; 408: all waited for it
        assert process.wait(20) == 0


def test_a_killed_first_process_leaves_no_worker_behind(home: Home) -> None:
    with serving(home, "--workers", "2") as (_, process):
        left = workers(process)
        process.kill()
        process.wait()
        await_true(lambda: not any(alive(worker) for worker in left))


def test_a_worker_that_stands_still_is_replaced(home: Home) -> None:
    impatient = "import api.http.workers; api.http.workers._STILL_SECONDS = 2.0; "
    with serving(home, "--workers", "2", before=impatient) as (base, process):
        still = min(workers(process))
        os.kill(still, signal.SIGSTOP)
        await_true(lambda: len(workers(process) - {still}) == 2)
        assert model(base)


def test_what_all_of_them_slept_through_is_held_against_none(home: Home) -> None:
    impatient = "import api.http.workers; api.http.workers._STILL_SECONDS = 6.0; "  # twice what may lie between beats
    with serving(home, "--workers", "2", before=impatient) as (base, process):
        first = workers(process)
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(8)
        process.send_signal(signal.SIGCONT)  # it wakes first
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGCONT)
        assert model(base)
        time.sleep(2)
        assert workers(process) == first


def test_where_no_worker_can_begin_the_service_ends_and_says_so(home: Home) -> None:
    broken = "import api.http.service as s; s.Service.open = None; from api.cli import main; main()"
    command = [sys.executable, "-c", broken, "serve", "--port", "0", "--workers", "2", "--home", str(home.folder)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == 3
    assert b"before any could serve" in done.stderr
