"""What planners ask takes long, and a server may hang: nothing of it happens where all requests take their turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.workbench.desk import Desk
from features.store.workbench import Workbench

WISH = {"hours": 20, "begin": "2026-11-03", "end": "2027-03-31"}
PAGES = (
    "", "/gaps", "/gaps/data", "/positions/p2", "/coverage", "/plans", "/plans/PLAN", "/plans/PLAN/what-if?hours=5",
    "/plans/compare?first=PLAN&second=PLAN", "/plans/PLAN/export/csv", "/compliance", "/posts", "/posts/p2",
    "/succession", "/recognition", "/providers", "/decisions", "/roles", "/roles/analyst",
)  # fmt: skip
READS = (
    "/gaps", "/gaps/trend", "/gaps/peers", "/gaps/data", "/coverage", "/compliance", "/succession", "/recognition",
    "/providers", "/decisions", "/plans", "/plans/PLAN", "/plans/PLAN/history", "/plans/PLAN/export", "/roles",
    "/roles/analyst", "/plans/comparison?first=PLAN&second=PLAN",
)  # fmt: skip
WRITES: dict[str, Any] = {
    "/plans/PLAN/changes": {"by": "A. Planner", "version": 1, "exclude": [["p2", "c3"]]},
    "/plans/PLAN/comments": {"by": "A. Planner", "text": "hello"},
    "/plans/PLAN/scenarios": {"hours": [5]},
    "/plans/PLAN/submission": {"by": "A. Planner", "version": 2},
    "/plans/PLAN/verdicts": {"by": "A. Planner", "version": 2, "reason": "because"},
}


def _watched(whole: Callable[..., Any], name: str, found: list[str]) -> Callable[..., Any]:
    def watched(*args: Any, **kwargs: Any) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass  # a thread of its own
        else:
            found.append(name)
        return whole(*args, **kwargs)

    return watched


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked in the event loop."""
    found: list[str] = []
    questions = [name for name in vars(Workbench) if not name.startswith("_")]
    for kind, names in ((Workbench, questions), (Desk, ("people", "gap_map", "gap_maps", "prices"))):
        for name in names:
            monkeypatch.setattr(kind, name, _watched(getattr(kind, name), f"{kind.__name__}.{name}", found))
    return found


def test_no_question_of_a_planner_holds_up_the_requests_of_others(bench: TestClient, found: list[str]) -> None:
    made = bench.post("/v1/organisations/m/plans", json={"by": "A. Planner", "settings": WISH})
    plan = made.json()["plan"]
    for root, paths in (("/planning", PAGES), ("/v1/organisations", READS)):
        for path in paths:
            answer = bench.get(f"{root}/m{path.replace('PLAN', plan)}")
            assert answer.status_code == 200, (path, answer.text[:300])
            assert not found, path
    for path, body in WRITES.items():
        answer = bench.post(f"/v1/organisations/m{path.replace('PLAN', plan)}", json=body)
        assert answer.status_code in (200, 204), (path, answer.text[:300])
        assert not found, path
