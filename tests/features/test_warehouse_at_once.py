from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from features.warehouse import Warehouse


def test_of_commits_at_the_same_time_none_is_lost(tmp_path: Path) -> None:
    def commit(number: int) -> None:
        name = f"o{number}"
        Warehouse(tmp_path).commit({"organisations": pl.DataFrame({"organisation_id": [name], "name": [name]})})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(commit, range(24)))
    assert Warehouse(tmp_path).current().rows["organisations"] == 24
