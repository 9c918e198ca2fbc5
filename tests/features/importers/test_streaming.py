"""Large exports: read in blocks, imported in ranges of learners, kept in parts; the rows are the same either way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.world import write_world
from features.errors import KarmapathError
from features.home import Home
from features.importers import growing, importing
from features.importers.importing import ImportReport, import_files
from features.importers.sources import read_blocks, read_rows
from features.schema import GROWING, TABLES
from features.warehouse import Warehouse
from tests.features.importers import exports

NOW = datetime(2026, 11, 1)
CELLS = st.one_of(st.text("ab ,\n\"'é", max_size=6), st.just(""))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, learners=60, courses=150, seed=7)
    return folder


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def shrink(learners: int) -> None:
        monkeypatch.setattr(growing, "LARGE", 0)
        monkeypatch.setattr(growing, "LEARNERS", learners)

    return shrink


def imported(folder: Path, home: Path) -> ImportReport:
    return import_files(Home(home), [folder], NOW)


@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12), size=st.integers(24, 80))
@settings(max_examples=60, deadline=None)
def test_blocks_hold_the_rows_and_lines_of_the_whole_file(
    rows: list[tuple[str, str]], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("blocks") / "file.csv"
    pl.DataFrame(rows, schema=["a", "b"], orient="row").write_csv(file, quote_style="always")
    whole = read_rows(file)
    found = pl.concat(read_blocks(file, size=size), how="diagonal")
    assert found.rows() == whole.rows()


def test_a_stray_quote_spoils_its_own_row_and_no_block(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("a,b\n" + "1,2\n" * 20 + '3,"4\n' + "5,6\n" * 20)
    found = pl.concat(read_blocks(file, size=16), how="diagonal")
    whole = read_rows(file)
    assert found.filter(pl.col("a").is_null())["__line"].to_list() == [22]
    assert found["__line"].to_list() == whole["__line"].to_list()


@pytest.mark.parametrize("learners", [1, 7, 59])
def test_ranges_of_any_size_give_the_same_snapshot_counts_and_rejects(
    world: Path, tmp_path: Path, small_ranges: Callable[[int], None], learners: int
) -> None:
    whole = imported(world, tmp_path / "whole")
    small_ranges(learners)
    ranged = imported(world, tmp_path / "ranged")
    assert ranged.snapshot.hash == whole.snapshot.hash
    assert ranged.counts == whole.counts
    assert ranged.labels == whole.labels
    assert ranged.campaigns == whole.campaigns
    assert ranged.rejects_file is not None
    assert whole.rejects_file is not None
    assert ranged.rejects_file.with_suffix(".csv").read_text() == whole.rejects_file.with_suffix(".csv").read_text()


def test_rows_on_disk_are_the_rows_in_memory(
    world: Path, tmp_path: Path, small_ranges: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = imported(world, tmp_path / "whole")
    small_ranges(7)
    monkeypatch.setattr("features.importers.split.HELD", 100)
    assert imported(world, tmp_path / "laid-aside").snapshot.hash == whole.snapshot.hash


def test_a_later_import_in_ranges_joins_what_is_there_as_ever(
    tmp_path: Path, small_ranges: Callable[[int], None]
) -> None:
    first = exports.write_exports(tmp_path / "first")
    later = exports.TABLES["user_enrolments"].replace("u3,b3,do_2_rc", "u3,b1,do_1")
    second = exports.write_exports(tmp_path / "second", user_detail=None, user_enrolments=later)
    for home in ("whole", "ranged"):
        imported(first, tmp_path / home)
        found = imported(second, tmp_path / home)
        small_ranges(1)
        assert found.missing == {"enrolments": 1}
        assert found.snapshot.rows["enrolments"] == 5
    hashes = [Warehouse(tmp_path / home / "warehouse").current().hash for home in ("whole", "ranged")]
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("part", [10, 29, 30])
def test_parts_hold_the_same_rows_in_order_of_learners(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    whole = imported(world, tmp_path / "whole").snapshot
    monkeypatch.setattr(importing, "Warehouse", partial(Warehouse, part=part))
    parted = imported(world, tmp_path / "parted").snapshot
    assert len(parted.parts("learners")) == 60 // part
    for table in GROWING:
        key = list(TABLES[table].key)
        assert parted.read(table).sort(key).equals(whole.read(table))
    assert parted.read("enrolments").equals(whole.read("enrolments"))
    ids = [pl.read_parquet(path)["learner_id"] for path in parted.parts("evidence")]
    people = [pl.read_parquet(path)["learner_id"] for path in parted.parts("learners")]
    assert all(set(own) <= set(these) for own, these in zip(ids, people, strict=True))
    parted.verify()


def day(folder: Path, world: Path, learners: int) -> Path:
    """A day's changes: some learners rate everything anew, and one begins a course that is new to them."""
    folder.mkdir()
    taken = pl.read_csv(world / "user_enrolments.csv", infer_schema=False).head(-6)
    some = taken.filter(pl.col("user_id").is_in(taken["user_id"].unique(maintain_order=True).head(learners).implode()))
    others = taken.join(some.head(1), on="user_id", how="semi")["content_id"]
    fresh = (
        taken.filter(~pl.col("content_id").is_in(others.implode())).head(1).with_columns(user_id=some["user_id"][:1])
    )
    pl.concat([some, fresh]).with_columns(user_rating=pl.lit("2")).write_csv(folder / "user_enrolments.csv")
    return folder


@pytest.mark.parametrize(("learners", "laid_over"), [(1, True), (30, False)])
def test_a_day_lies_over_the_parts_while_it_is_little_and_gives_the_rows_that_anything_else_gives(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learners: int, laid_over: bool
) -> None:
    changed = day(tmp_path / "day", world, learners)
    for folder in (world, changed):
        whole = imported(folder, tmp_path / "whole")
    monkeypatch.setattr(importing, "Warehouse", partial(Warehouse, part=10))
    before = imported(world, tmp_path / "parted").snapshot
    report = import_files(Home(tmp_path / "parted"), [changed], NOW, extent="delta")
    after = report.snapshot
    assert (after.folder / "enrolments.changed.parquet").exists() is laid_over
    assert after.rows == whole.snapshot.rows
    assert report.labels == whole.labels
    assert report.campaigns == whole.campaigns
    for table in TABLES:
        key = list(TABLES[table].key)
        assert after.read(table).sort(key).equals(whole.snapshot.read(table).sort(key)), table
    same = [path.samefile(before.folder / "evidence" / path.name) for path in after.parts("evidence")]
    assert all(same)
    after.verify()


def test_the_next_day_lies_over_the_one_before_and_a_full_export_writes_the_parts_anew(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "Warehouse", partial(Warehouse, part=10))
    home = Home(tmp_path / "home")
    first = imported(world, tmp_path / "home").snapshot
    for number, learners in enumerate((1, 2)):
        report = import_files(home, [day(tmp_path / f"day{number}", world, learners)], NOW, extent="delta")
    assert len(report.snapshot.parts("learners")) == 6
    changed = report.snapshot.changed("enrolments")
    assert changed["learner_id"].n_unique() == 2
    assert changed["rating"].unique().to_list() == [2.0]
    full = import_files(home, [world], NOW, extent="full")
    assert full.snapshot.hash == first.hash
    assert full.missing == {"enrolments": 1}


def test_a_full_export_that_lacks_most_is_refused(tmp_path: Path) -> None:
    first = exports.write_exports(tmp_path / "first")
    one = "\n".join(exports.TABLES["user_detail"].splitlines()[:2]) + "\n"
    torn = exports.write_exports(tmp_path / "torn", user_detail=one)
    imported(first, tmp_path / "home")
    with pytest.raises(KarmapathError, match="lacks 2 of the 3 learners of the warehouse"):
        import_files(Home(tmp_path / "home"), [torn], NOW, extent="full")
    assert Warehouse(tmp_path / "home" / "warehouse").current().rows["learners"] == 3
