"""The schema holds together."""

from __future__ import annotations

import polars as pl
import pytest

from features.schema import TABLES, Table


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_keys_and_pointers_name_columns_that_exist(table: Table) -> None:
    assert set(table.key) <= set(table.schema.names())
    for column in table.columns:
        assert column.meaning
        if column.points_to is not None:
            target, target_column = column.points_to.split(".")
            assert target_column in TABLES[target].schema


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_no_table_has_room_for_personal_data(table: Table) -> None:
    personal = {"full_name", "email", "phone", "phone_number", "gender", "category_of_person", "pincode", "caste"}
    assert personal.isdisjoint(table.schema.names())


def test_conform_orders_columns_and_fills_absent_ones() -> None:
    frame = TABLES["activities"].conform(pl.DataFrame({"name": ["draft notes"], "activity_id": ["a1"]}))
    assert frame.columns == ["activity_id", "role_id", "name"]
    assert frame["role_id"].to_list() == [None]
