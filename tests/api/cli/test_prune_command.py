from __future__ import annotations

import json
from datetime import datetime

import polars as pl
from typer.testing import CliRunner

from api.cli.app import app as karmapath
from features.home import Home
from features.warehouse import Warehouse

run = CliRunner().invoke


def test_old_snapshots_go_and_what_the_store_came_from_stays(home: Home) -> None:
    warehouse = Warehouse(home.warehouse)
    loaded = warehouse.current().hash
    for day in range(3):
        warehouse.commit({"organisations": pl.DataFrame({"organisation_id": [f"x{day}"], "name": [str(datetime.min)]})})
    told = json.loads(
        run(karmapath, ["prune", "--keep", "1", "--dry-run", "--json", "--home", str(home.folder)]).stdout
    )
    assert (len(told["removed"]), told["dry"]) == (2, True)
    done = run(karmapath, ["prune", "--keep", "1", "--home", str(home.folder)])
    assert "2 snapshots removed" in done.stdout
    assert warehouse.snapshot(loaded).read("learners").height == 8
    assert warehouse.current().read("organisations").height == 6
