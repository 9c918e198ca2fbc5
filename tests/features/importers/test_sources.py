from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.errors import KarmapathError
from features.importers.sources import LINE, SPOILT, read_header, read_lists, read_rows


def written(folder: Path, content: bytes | str, name: str = "file.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_lines_count_from_the_header_and_over_line_breaks_in_cells(tmp_path: Path) -> None:
    rows = read_rows(written(tmp_path, 'a,b\n1,"x\ny"\n\n2,z\n'))
    assert rows.rows() == [("1", "x\ny", 2), ("2", "z", 5)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_headers(tmp_path: Path, separator: str) -> None:
    file = written(tmp_path, separator.join("ab") + "\n" + separator.join("12") + "\n")
    assert read_rows(file).rows() == [("1", "2", 2)]
    assert read_header(file) == ["a", "b"]


@pytest.mark.parametrize(
    "content", ["\ufeffa,b\r\n1,2\r\n", "a,b\n1,2"], ids=["mark and carriage returns", "no last newline"]
)
def test_files_of_other_systems_are_read(tmp_path: Path, content: str) -> None:
    rows = read_rows(written(tmp_path, content))
    assert rows.select("a", "b").rows() == [("1", "2")]


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ("1,2,3", "3 fields instead of 2"),
        ('1,"x', "a quote that is not closed, or stands in the middle"),
        ('1,"x"y', "a quote that is not closed, or stands in the middle"),
    ],
)
def test_a_malformed_row_is_found_and_takes_no_other_with_it(tmp_path: Path, spoilt: str, said: str) -> None:
    rows = read_rows(written(tmp_path, f'a,b\n0,"p\nq"\n{spoilt}\n4,5\n6,7\n'))
    assert rows.filter(pl.col(SPOILT).is_not_null()).select(LINE, SPOILT).rows() == [(4, said)]
    assert rows.filter(pl.col(SPOILT).is_null()).select("a", LINE).rows() == [("0", 2), ("4", 5), ("6", 6)]


def test_bytes_that_are_not_utf8_are_marked(tmp_path: Path) -> None:
    assert read_rows(written(tmp_path, b"a,b\n1,caf\xe9\n"))["b"].to_list() == ["caf\ufffd"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"PK\x03\x04rest", "Excel"),
        (b'{"a": 1}', "JSON"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"a,b\n1\x00,2\n", "zero bytes"),
    ],
    ids=["empty", "page", "workbook", "json", "utf-16", "zeros"],
)
def test_a_file_that_is_no_csv_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(KarmapathError, match=said):
        read_rows(written(tmp_path, content))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError, match="no file at"):
        read_rows(tmp_path / "none.csv")


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file.parquet"
    pl.DataFrame({"a": range(1000)}).write_parquet(file)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(KarmapathError, match="cannot be read as Parquet"):
        read_rows(file)


def test_parquet_rows_are_numbered_from_one(tmp_path: Path) -> None:
    file = tmp_path / "file.parquet"
    pl.DataFrame({"a": ["x", "y"]}).write_parquet(file)
    assert read_rows(file)[LINE].to_list() == [1, 2]


def test_lists_are_rows_in_order_and_empty_lists_give_none(tmp_path: Path) -> None:
    rows = read_lists(written(tmp_path, "l1 a b \nl2\nl3  c\n"))
    assert rows.select("learner", "item", LINE).rows() == [("l1", "a", 1), ("l1", "b", 1), ("l3", "c", 3)]


def test_a_table_is_no_file_of_lists(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError, match="commas"):
        read_lists(written(tmp_path, "user,item\nu1,i1\n"))
