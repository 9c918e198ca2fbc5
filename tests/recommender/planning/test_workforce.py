"""What people hold, for everybody at once, is what the state of each says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from features.reference import Reference
from features.store import Store
from features.warehouse import Snapshot
from recommender.planning import workforce as module
from recommender.planning.workforce import Workforce, workforce, workforce_blocks, workforce_of
from recommender.state import competency_state
from tests.recommender.planning.offices import AT

World = tuple[Snapshot, Reference]


@pytest.fixture(scope="module")
def store(department: World, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite3'}")
    store.migrate()
    store.load(department[0])
    return store


def test_everybody_at_once_is_each_by_each(department: World, people: Workforce, store: Store) -> None:
    for row, learner in enumerate(people.people["learner_id"]):
        record = store.record(learner, AT)
        assert record is not None
        state = competency_state(record, department[1], AT)
        for column, competency in enumerate(people.competencies):
            belief = state.belief(competency)
            wanted = [belief.p_at_least(level) for level in range(1, 6)]
            assert people.held[row, column] == pytest.approx(wanted, abs=1e-6)
            assert people.known[row, column] == belief.known


def test_records_of_the_store_give_the_same(department: World, people: Workforce, store: Store) -> None:
    records = [store.record(one, AT) for one in people.people["learner_id"]]
    found = workforce_of([record for record in records if record], department[1], AT)
    assert found.people["learner_id"].to_list() == people.people["learner_id"].to_list()
    assert found.held == pytest.approx(people.held, abs=1e-6)


def test_blocks_are_the_whole_in_parts(department: World, people: Workforce, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 5)
    monkeypatch.setattr(module, "READ", 10)
    parts = list(workforce_blocks(*department, AT))
    assert [len(part) for part in parts] == [5] * 6 + [2]
    assert np.concatenate([part.held for part in parts]) == pytest.approx(people.held)
    assert np.concatenate([part.known for part in parts]).tolist() == people.known.tolist()


def test_an_organisation_has_those_below_it(department: World) -> None:
    assert len(workforce(*department, AT, organisation="m")) == 32
    assert len(workforce(*department, AT, organisation="d2")) == 12


def test_only_what_was_observed_by_then_counts(department: World) -> None:
    before = workforce(*department, AT, until=AT - timedelta(days=300))
    assert not before.known.any()


def test_unknown_is_the_prior_and_not_zero(people: Workforce) -> None:
    unknown = people.held[~people.known]
    assert (unknown > 0).all()
    assert np.ptp(unknown, axis=0).max() == 0


def test_missing_positions_are_found_by_title(people: Workforce) -> None:
    assert set(people.people["position_id"]) == {"p1", "p2"}
    assert set(people.people["group"]) == {"B", "C"}


def test_a_learner_nobody_knows_is_nobody(department: World, tmp_path: Path) -> None:
    assert len(workforce(*department, AT, learners=["nobody"])) == 0
