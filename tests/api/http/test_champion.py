from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.http.champion import Champion
from features.home import Home
from features.records import Learner, LearnerRecord
from models.champion import point_to
from recommender.listing.compiled import NotCompiledError
from tests.api.conftest import MORNING, portal_tables, train


def newer(home: Home, rows: int = 9) -> str:
    tables = portal_tables()
    return train(home, tables | {"enrolments": tables["enrolments"].head(rows)}).version


def model(client: TestClient) -> str:
    return str(client.get("/v1/learners/L3/recommendations").json()["model"])


def await_model(client: TestClient, version: str) -> None:
    deadline = time.monotonic() + 20
    while model(client) != version:
        assert time.monotonic() < deadline, "the new champion was never taken up"
        time.sleep(0.02)


def await_true(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def test_a_new_champion_serves_without_a_dropped_request(client: TestClient, home: Home) -> None:
    first = model(client)
    seen: list[tuple[int, str]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            response = client.get("/v1/learners/L3/recommendations")
            seen.append((response.status_code, response.json().get("model", response.text)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    second = newer(home)
    await_model(client, second)
    stop.set()
    for thread in threads:
        thread.join()
    assert first != second
    assert {status for status, _ in seen} == {200}
    assert {version for _, version in seen} == {first, second}


def test_a_rollback_is_followed_too(client: TestClient, home: Home) -> None:
    first = model(client)
    await_model(client, newer(home))
    point_to(home, first)
    await_model(client, first)


def test_a_damaged_champion_leaves_the_last_good_one_serving_and_says_so(client: TestClient, home: Home) -> None:
    first = model(client)
    version = newer(home)
    shutil.rmtree(home.bundles / version / "arrays")
    deadline = time.monotonic() + 20
    while (problem := client.get("/v1/models/current").json()["problem"]) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert problem["remedy"]
    assert model(client) == first
    assert client.get("/ready").status_code == 200


def test_a_champion_that_loads_and_cannot_answer_does_not_serve(client: TestClient, home: Home) -> None:
    first = model(client)
    version = newer(home)
    shutil.rmtree(home.bundles / version / "reference")
    deadline = time.monotonic() + 20
    while client.get("/v1/models/current").json()["problem"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert model(client) == first


def test_a_champion_that_appears_after_the_start_is_taken_up(client: TestClient, home: Home) -> None:
    first = model(client)
    (home.bundles / "CHAMPION").unlink()
    assert model(client) == first, "a pointer that is gone takes nothing away"
    point_to(home, first)
    assert model(client) == first


def test_compiled_code_takes_over_in_the_background_and_says_the_same(home: Home) -> None:
    pytest.importorskip("numba", reason="the extra 'scale' is not installed")
    champion = Champion(home, compiled=True)
    champion.refresh()
    somebody = LearnerRecord(Learner("", "d1", designation="Assistant Section Officer"))
    first = champion.engine()
    said = first.recommend(somebody, MORNING)
    deadline = time.monotonic() + 120
    while not champion.engine().compiled:
        assert time.monotonic() < deadline, "the compiled engine never served"
        time.sleep(0.02)
    assert not first.compiled, "the first answers come before the compiler"
    assert champion.engine().bundle is first.bundle
    assert champion.engine().recommend(somebody, MORNING) == said
    assert champion.problem is None


def test_where_compiled_code_does_not_run_the_plain_engine_goes_on(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("numba", reason="the extra 'scale' is not installed")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no place for compiled code")

    monkeypatch.setattr("recommender.listing.kernel_numba.best_compiled", broken)
    champion = Champion(home, compiled=True)
    champion.refresh()
    deadline = time.monotonic() + 60
    while "no place for compiled code" not in caplog.text:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    champion.refresh()
    assert not champion.engine().compiled
    assert champion.engine().recommend(LearnerRecord(Learner("")), MORNING)
    assert champion.problem is None


def test_while_another_process_compiles_the_plain_engine_answers_and_a_new_champion_is_followed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba", reason="the extra 'scale' is not installed")
    done = threading.Event()

    @contextmanager
    def nothing_compiled() -> Iterator[None]:
        raise NotCompiledError
        yield

    def steps(_: Home) -> Iterator[None]:
        while not done.wait(0.02):
            yield

    monkeypatch.setattr("api.http.champion.compiled_before", nothing_compiled)
    monkeypatch.setattr("api.http.champion.compiling.steps", steps)
    champion = Champion(home, compiled=True)
    champion.refresh()
    first = champion.engine()
    second = newer(home)
    assert first.version != second
    await_true(lambda: champion.engine().version == second)
    assert not champion.engine().compiled
    done.set()
    await_true(lambda: champion.engine().compiled)
    assert champion.engine().version == second


def test_what_is_wrong_is_told_once_however_often_it_is_tried(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    champion = Champion(Home(tmp_path))
    for _ in range(3):
        champion.refresh()
    assert [record.message.count("no trained model") for record in caplog.records] == [1]
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles" / "CHAMPION").write_text("gone\n")
    champion.refresh()
    assert len(caplog.records) == 2
