from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from experiments.serving.postgres import PostgresMissingError, private_postgres
from experiments.serving.run import Work, benchmark
from features.errors import KarmapathError
from features.home import Home
from features.store import Store
from features.store.migrate import HEAD

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("wrk") is None, reason="no load generator here: install the package 'wrk'"),
]


def test_every_promise_of_the_service_is_measured_on_a_store_of_any_size(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "bench"
    shutil.copytree(home.folder, folder / "made")
    figures = list(benchmark(folder, "sqlite", Work(learners=20, seconds=1.0, kills=1, few=10), lambda _: None))
    found = {figure.name.removeprefix("SQLite: "): figure for figure in figures}
    assert found["acknowledged events lost"].seen == 0
    assert found["durable events"].seen > 0
    assert found["lists to empty answers"].seen > 0
    assert found["engine time in it, p99"].seen > 0
    assert found["memory of a worker"].seen > 10
    assert {"p50 of a list, 20 learners beside 10", "p99 of a list, 20 learners beside 10"} <= set(found)


def test_a_database_that_is_not_there_is_told(home: Home, tmp_path: Path) -> None:
    shutil.copytree(home.folder, tmp_path / "made")
    with pytest.raises(KarmapathError, match="a store that answers"):
        list(benchmark(tmp_path, "postgresql://nobody@127.0.0.1:1/none", Work(learners=20, few=10), lambda _: None))


def test_a_kept_server_has_its_databases_still() -> None:
    folder = Path(tempfile.mkdtemp(prefix="karmapath-kept-"))  # where the server's own user may go
    folder.chmod(0o755)
    try:
        with private_postgres(folder=folder / "kept") as server:
            Store(server.database("mine")).migrate()
        with private_postgres(folder=folder / "kept") as server:
            assert Store(server.database("mine")).check() == HEAD
    except PostgresMissingError as error:
        pytest.skip(str(error))
    finally:
        shutil.rmtree(folder)
