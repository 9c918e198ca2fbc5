"""The gap map says what the beliefs of people add up to, and keeps saying it when they change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from features.errors import NotReadyError
from features.home import Home
from features.reference import Reference, Requirement
from features.store import Store
from features.store.events import Completed
from features.warehouse import Snapshot, Warehouse
from recommender.planning import gap_parts
from recommender.planning.gap_map import GapMap, gap_maps, open_gap_map
from recommender.planning.gap_parts import ROLLED
from recommender.planning.gap_view import gap_view, peers, trend, worst
from recommender.planning.keeping import bring_up_to_date, build_from_snapshot
from recommender.planning.scenarios import with_requirements
from recommender.planning.workforce import Workforce
from tests.recommender.planning.offices import AT, offices

World = tuple[Snapshot, Reference]


@pytest.fixture(scope="module")
def gap_map(department: World, tmp_path_factory: pytest.TempPathFactory) -> GapMap:
    home = Home(tmp_path_factory.mktemp("home"))
    return build_from_snapshot(home, department[1], AT, snapshot=department[0])


def test_a_cell_is_the_sum_of_its_people(department: World, people: Workforce, gap_map: GapMap) -> None:
    view = gap_view(gap_map, department[1], "d1")
    cell = view.filter(competency_id="drafting").to_dicts()[0]
    rows = people.people["organisation_id"].to_numpy() == "d1"
    drafting = people.competencies.index("drafting")
    below = 1.0 - people.held[rows, drafting, 3].astype(float)
    assert (cell["key"], cell["n"], cell["level"], cell["critical"]) == ("p1", 20, 4, True)
    assert cell["short"] == pytest.approx(below.sum())
    assert cell["levels"] == pytest.approx((1.0 - people.held[rows, drafting, :4]).sum())
    assert cell["known"] == people.known[rows, drafting].sum()
    assert cell["short_low"] < cell["short"] < cell["short_high"] <= 20


def test_the_worst_critical_gap_comes_first(department: World, gap_map: GapMap) -> None:
    first = worst(gap_view(gap_map, department[1], "m"), department[1], 1)[0]
    assert first["competency"] in ("Drafting", "Data")
    assert first["critical"]


def test_totals_are_the_sum_of_the_parts(department: World, gap_map: GapMap) -> None:
    total = gap_view(gap_map, department[1], "m", by="total").filter(competency_id="drafting")
    parts = gap_view(gap_map, department[1], "m", by="body").filter(competency_id="drafting")
    assert total["n"].item() == parts["n"].sum() == 32
    assert total["short"].item() == pytest.approx(parts["short"].sum())


def test_a_part_of_few_people_is_withheld(tmp_path: Path) -> None:
    snapshot, reference = offices(tmp_path / "warehouse", clerks=20, analysts=6)
    found = build_from_snapshot(Home(tmp_path), reference, AT, snapshot=snapshot)
    view = gap_view(found, reference, "m")
    data = view.filter(competency_id="data").to_dicts()
    assert [(row["key"], row["withheld"], row["n"]) for row in data] == [("p2", True, None)]
    drafting = {row["key"]: row["n"] for row in view.filter(competency_id="drafting").to_dicts()}
    assert drafting == {"": 26, "p1": None, "p2": None}


def test_views_added_up_beforehand_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot, reference = offices(tmp_path / "warehouse", analysts=6)
    plain = build_from_snapshot(Home(tmp_path / "a"), reference, AT, snapshot=snapshot)
    monkeypatch.setattr(gap_parts, "LARGE", 1)
    rolled = build_from_snapshot(Home(tmp_path / "b"), reference, AT, snapshot=snapshot)
    assert plain.rolled("m", "total") is None
    for by in ROLLED:
        assert rolled.rolled("m", by) is not None
        a, b = (gap_view(one, reference, "m", by=by).sort("key", "competency_id") for one in (plain, rolled))
        assert a.equals(b.select(a.columns))


def test_peers_are_the_sisters(department: World, gap_map: GapMap) -> None:
    row = peers(gap_map, department[1], "d1").filter(competency_id="drafting").to_dicts()[0]
    assert (row["n"], row["peer_n"]) == (20, 12)
    assert peers(gap_map, department[1], "d1", designation="Clerk")["peer_n"].drop_nulls().to_list() == []


def test_what_happens_changes_the_map_as_building_it_anew_would(tmp_path: Path) -> None:
    home = Home(tmp_path)
    snapshot, reference = offices(home.warehouse)
    store = Store(home.store_url)
    store.migrate()
    store.load(snapshot)
    build_from_snapshot(home, reference, AT)
    assert bring_up_to_date(home, store, reference, AT).about.updates == 0
    happened = [
        Completed(kind="completion", key=f"k{n}", learner=f"c{n:02d}", course="do_draft12",
                  at=AT - timedelta(hours=n),
                  dwell_ratio=1.0)
        for n in range(1, 6)
    ]  # fmt: skip
    for event in happened:  # one by one: what was counted for a change before is taken off again
        assert store.append_events([event])[0].status == "accepted"
        updated = bring_up_to_date(home, store, reference, AT)
    assert (updated.about.updates, updated.about.changed, updated.about.people) == (5, 5, 32)
    records = [store.record(one, AT) for one in snapshot.read("learners")["learner_id"]]
    from recommender.planning.gap_map import build_gap_map
    from recommender.planning.workforce import workforce_of

    people = workforce_of([record for record in records if record], reference, AT)
    anew = build_gap_map(Home(tmp_path / "other"), [people], reference, updated.about)
    for by in ("position", "body", "total"):
        a, b = (gap_view(one, reference, "m", by=by).sort("key", "competency_id") for one in (updated, anew))
        assert a["short"].to_list() == pytest.approx(b["short"].to_list(), abs=1e-4)
        assert a["n"].to_list() == b["n"].to_list()


def test_an_erased_learner_leaves_the_map(tmp_path: Path) -> None:
    home = Home(tmp_path)
    snapshot, reference = offices(home.warehouse)
    store = Store(home.store_url)
    store.migrate()
    store.load(snapshot)
    build_from_snapshot(home, reference, AT)
    assert store.forget("c03")
    found = bring_up_to_date(home, store, reference, AT)
    assert found.about.people == 31
    assert gap_view(found, reference, "d1").filter(competency_id="drafting")["n"].item() == 19
    assert bring_up_to_date(home, store, reference, AT).about.updates == found.about.updates


def test_a_map_with_other_requirements_is_built_anew(tmp_path: Path) -> None:
    home = Home(tmp_path)
    snapshot, reference = offices(home.warehouse)
    store = Store(home.store_url)
    store.migrate()
    store.load(snapshot)
    build_from_snapshot(home, reference, AT)
    more = with_requirements(reference, {"p1": (Requirement("x", None, "data", 1, 1.0, critical=False),)})
    with pytest.raises(NotReadyError, match="--anew"):
        bring_up_to_date(home, store, more, AT, rebuild_upto=10)
    found = gap_view(bring_up_to_date(home, store, more, AT), more, "d1")
    assert found.filter(competency_id="data")["n"].item() == 20


def test_the_trend_has_each_date(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _, reference = offices(home.warehouse)
    for days in (100, 0):
        build_from_snapshot(home, reference, AT - timedelta(days=days), snapshot=Warehouse(home.warehouse).current())
    found = trend(gap_maps(home), reference, "m", ["drafting"])
    assert found["at"].to_list() == [AT - timedelta(days=100), AT]
    assert found["short"][0] > found["short"][1]


def test_without_a_map_the_command_to_build_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="karmapath plan refresh"):
        open_gap_map(Home(tmp_path))
