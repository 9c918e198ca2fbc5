from __future__ import annotations

import hashlib
import json
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import KarmapathError
from features.home import Home
from features.store import Store
from features.warehouse import Warehouse
from recommender.batch import Progress, run_batch
from recommender.batch.job import MixedRunError
from tests.recommender.batch.worlds import AT, champion_folder, sources, varied_tables


def run(home: Home, out: Path, **options: Any) -> dict[str, Any]:
    asked = {"at": AT, "partition_size": 40, "threads": 1, **options}
    return run_batch(out, champion_folder(home), sources(home), **asked)


def digests(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())}


def test_every_learner_has_a_row_and_the_manifest_says_what_is_there(home: Home, tmp_path: Path) -> None:
    manifest = run(home, tmp_path / "out", top=3)
    lists = pl.read_parquet(tmp_path / "out" / "*.parquet")
    assert lists.height == manifest["learners"] == 160  # one was erased, one is new
    assert lists["learner_id"].is_sorted()
    assert manifest["courses"] == lists["courses"].list.len().sum()
    assert lists["courses"].list.len().max() == 3
    assert set(lists["model_version"]) == {manifest["model_version"]} == {champion_folder(home).name}
    files = digests(tmp_path / "out")
    assert {part["file"]: part["sha256"] for part in manifest["parts"]} | {
        "manifest.json": files["manifest.json"]
    } == files
    assert json.loads((tmp_path / "out" / "manifest.json").read_text()) == manifest
    assert {str(code) for row in lists["reasons"] for code in row} <= set(manifest["reasons"])


def test_processes_side_by_side_give_the_same_bytes_even_where_one_is_killed(home: Home, tmp_path: Path) -> None:
    run(home, tmp_path / "a", partition_size=10)
    killed: list[BaseProcess] = []

    def kill(_: Progress) -> None:
        if not killed:
            killed.append(active_children()[0])
            killed[0].kill()

    run(home, tmp_path / "b", partition_size=10, threads=2, progress=kill)
    assert killed
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_the_snapshot_with_the_store_laid_over_it_gives_the_lists_of_the_store(home: Home, tmp_path: Path) -> None:
    run(home, tmp_path / "a", source="store")
    run(home, tmp_path / "b", source="warehouse")
    lists = [pl.read_parquet(tmp_path / name / "*.parquet") for name in "ab"]
    assert lists[0].equals(lists[1])


def test_an_interrupted_run_makes_only_what_is_missing_and_ends_in_the_same_bytes(home: Home, tmp_path: Path) -> None:
    run(home, tmp_path / "whole")

    def stop(now: Progress) -> None:
        if now.parts == 2:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(home, out, progress=stop)
    assert not (out / "manifest.json").exists()
    (out / ".part-00001.parquet.dead").write_bytes(b"PAR1 a killed writer's")
    seen: list[Progress] = []
    kept = {path: path.stat().st_mtime_ns for path in out.glob("part-*")}
    run_batch(out, champion_folder(home), sources(home), progress=seen.append)  # neither moment nor size named
    assert seen[0].parts == 3
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert digests(out) == digests(tmp_path / "whole")


def test_a_torn_or_foreign_part_is_made_again(home: Home, tmp_path: Path) -> None:
    run(home, tmp_path / "whole")
    out = tmp_path / "out"

    def stop(now: Progress) -> None:
        if now.parts == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(home, out, progress=stop)
    torn = out / "part-00000.parquet"
    torn.write_bytes(torn.read_bytes()[:-9])
    (out / "part-00002.parquet").write_bytes((out / "part-00001.parquet").read_bytes())
    run(home, out)
    assert digests(out) == digests(tmp_path / "whole")


def test_what_happens_after_a_run_began_is_not_in_it(home: Home, tmp_path: Path) -> None:
    from features.store import parse_event

    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    run(home, tmp_path / "whole")
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(home, out, progress=stop)
    Store(home.store_url).append_events([parse_event({"kind": "completion", "learner": "L7", "course": "c6"})])
    run(home, out)
    assert digests(out) == digests(tmp_path / "whole")


@pytest.mark.parametrize(
    ("option", "said"),
    [({"top": 4}, "top"), ({"source": "warehouse"}, "source"), ({"partition_size": 50}, "partition size")],
)
def test_lists_of_two_kinds_are_never_mixed(home: Home, tmp_path: Path, option: dict[str, Any], said: str) -> None:
    run(home, tmp_path / "out")
    with pytest.raises(MixedRunError, match=f"lists of {said}.*--restart"):
        run(home, tmp_path / "out", **option)
    assert run(home, tmp_path / "out", **option, restart=True)["learners"] == 160


def test_a_finished_run_is_handed_back_as_it_is(home: Home, tmp_path: Path) -> None:
    first = run(home, tmp_path / "out")
    before = digests(tmp_path / "out")
    assert run(home, tmp_path / "out", progress=lambda _: pytest.fail("made again")) == first
    assert digests(tmp_path / "out") == before


def test_a_folder_with_other_things_is_left_alone(home: Home, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(KarmapathError, match=r"'thesis.txt'.*choose another --out"):
        run(home, tmp_path / "out")
    with pytest.raises(KarmapathError, match="a folder that can be written"):
        run(home, tmp_path / "out" / "thesis.txt")


def test_two_runs_do_not_write_into_one_folder(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def again(_: Progress) -> None:
        with pytest.raises(KarmapathError, match="another run"):
            run(home, out)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(home, out, progress=again)


@pytest.mark.parametrize("on", ["ray://x", "dask", "everywhere"])
def test_an_unknown_engine_is_told(home: Home, tmp_path: Path, on: str) -> None:
    with pytest.raises(KarmapathError, match=f"--on {on}; expected local, dask://"):
        run(home, tmp_path / "out", on=on)


def test_plans_are_found_by_the_tree_of_the_store_not_by_that_of_an_older_bundle(home: Home, tmp_path: Path) -> None:
    """A plan of an organisation that came above the learner's only after training takes its course off the list."""
    before = run(home, tmp_path / "before")
    tables = varied_tables()
    moved = pl.DataFrame({"organisation_id": ["new"], "name": ["New"], "parent_id": [None]})
    tree = tables["organisations"].with_columns(
        parent_id=pl.when(pl.col("organisation_id") == "d1").then(pl.lit("new")).otherwise("parent_id")
    )
    plan = {"plan_id": "q", "organisation_id": "new", "scope": "organisation", "scope_value": "new", "course_id": "c3"}
    tables["organisations"] = pl.concat([tree, moved], how="diagonal")
    tables["plans"] = pl.concat([tables["plans"], pl.DataFrame([plan])], how="diagonal")
    store = Store(home.store_url)
    store.load(Warehouse(home.warehouse).commit(tables, replace=True))
    record = store.record("L4", AT)
    assert record is not None
    assert "c3" in {item.course for item in record.plans}
    after = run(home, tmp_path / "after")
    lists = {
        name: dict(pl.read_parquet(tmp_path / name / "*.parquet").select("learner_id", "courses").iter_rows())
        for name in ("before", "after")
    }
    assert after["model_version"] == before["model_version"]
    assert "c3" in lists["before"]["L4"]
    assert "c3" not in lists["after"]["L4"]
