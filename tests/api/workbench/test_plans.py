from __future__ import annotations

import csv
import io
import re
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from recommender.planning.v4_export import from_v4

WISH = {"hours": 20, "begin": "2026-11-03", "end": "2027-03-31"}
PLANS = "/v1/organisations/m/plans"


def propose(bench: TestClient, **settings: Any) -> dict[str, Any]:
    made = bench.post(PLANS, json={"by": "A. Planner", "name": "Year plan", "settings": {**WISH, **settings}})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def send(bench: TestClient, plan: dict[str, Any]) -> None:
    body = {"by": "A. Planner", "version": plan["version"], "reason": "please"}
    assert bench.post(f"{PLANS}/{plan['plan']}/submission", json=body).status_code == 200


def judge(bench: TestClient, plan: dict[str, Any], **rejected: str) -> Any:
    body = {"by": "B. Head", "version": plan["version"], "reason": "within the hours", "rejected": rejected}
    return bench.post(f"{PLANS}/{plan['plan']}/verdicts", json=body)


def test_a_plan_stays_within_its_budget_and_says_what_it_closes(bench: TestClient) -> None:
    plan = propose(bench, hours=3)
    assert plan["items"]
    assert plan["effect"]["hours_a_head"] <= 3
    assert plan["effect"]["most_hours"] <= 3
    assert 0 < plan["effect"]["closed"] <= plan["effect"]["bound"] <= plan["effect"]["needed"]


def test_more_hours_close_no_less(bench: TestClient) -> None:
    closed = [propose(bench, hours=hours)["effect"]["closed"] for hours in (2, 6, 20)]
    assert closed == sorted(closed)


def test_taking_a_course_out_tells_the_effect_and_moves_nothing_else(bench: TestClient) -> None:
    plan = propose(bench)
    item = plan["items"][0]
    body = {"by": "A. Planner", "version": 1, "exclude": [[item["position"], item["course"]]], "note": "too long"}
    changed = bench.post(f"{PLANS}/{plan['plan']}/changes", json=body).json()
    left = {one["item"] for one in changed["items"]}
    assert left == {one["item"] for one in plan["items"]} - {item["item"]}
    assert changed["effect"]["closed"] == pytest.approx(plan["effect"]["closed"] - item["closes"])
    assert changed["version"] == 2
    assert bench.get(f"{PLANS}/{plan['plan']}", params={"version": 1}).json()["items"] == plan["items"]


def test_a_change_of_an_old_version_is_refused(bench: TestClient) -> None:
    plan = propose(bench)
    body = {"by": "A. Planner", "version": 1, "settings": {**WISH, "hours": 5}}
    assert bench.post(f"{PLANS}/{plan['plan']}/changes", json=body).status_code == 200
    assert bench.post(f"{PLANS}/{plan['plan']}/changes", json=body).status_code == 409


def test_what_is_approved_is_in_the_learners_dictionary_under_its_name_and_what_is_rejected_is_not(
    bench: TestClient,
) -> None:
    plan = propose(bench)
    send(bench, plan)
    no, *yes = plan["items"]
    assert judge(bench, plan, **{no["item"]: "not now"}).json()["status"] == "approved"
    listed: dict[str, Any] = {}
    for learner in ("L1", "L8"):
        answer = bench.post(
            "/cbplan/v4/user/dictionary",
            json={"request": {"planYear": "2026-27"}},
            headers={"x-authenticated-userid": learner},
        ).json()
        listed |= answer["result"]["2026-27"]["nonAparPlanList"]
    own = listed[plan["plan"]]
    assert own["name"] == "Year plan"
    assert own["createdByOrgName"] == "Ministry"
    assert no["course"] not in {one["identifier"] for one in own["contentList"]} or len(yes) > 1
    history = bench.get(f"{PLANS}/{plan['plan']}/history").json()
    assert [one["outcome"] for one in history["decisions"]] == ["approved", "submitted"]
    assert history["decisions"][0]["facts"]["own"] is False


def test_the_log_says_when_the_author_approves(bench: TestClient) -> None:
    plan = propose(bench)
    send(bench, plan)
    body = {"by": "a. planner", "version": 1, "reason": "nobody else is here"}
    bench.post(f"{PLANS}/{plan['plan']}/verdicts", json=body)
    listed = bench.get("/v1/organisations/m/decisions").json()["items"]
    assert listed[0]["facts"]["own"] is True


def test_a_plan_that_was_not_sent_is_not_judged_and_an_approved_one_not_changed(bench: TestClient) -> None:
    plan = propose(bench)
    assert judge(bench, plan).status_code == 409
    send(bench, plan)
    assert judge(bench, plan, nothing="x").status_code == 409, "no such item"
    assert judge(bench, plan).status_code == 200
    body = {"by": "A. Planner", "version": 1, "settings": {**WISH, "hours": 5}}
    assert bench.post(f"{PLANS}/{plan['plan']}/changes", json=body).status_code == 409


def test_with_everything_rejected_it_goes_back(bench: TestClient) -> None:
    plan = propose(bench)
    send(bench, plan)
    assert judge(bench, plan, **{one["item"]: "no" for one in plan["items"]}).json()["status"] == "returned"


def test_every_export_holds_the_same_courses(bench: TestClient) -> None:
    plan = propose(bench)
    courses = {one["course"] for one in plan["items"]}
    address = f"{PLANS}/{plan['plan']}/export"
    rows = from_v4(bench.get(address).json())
    assert {row.course for row in rows} == courses
    table = list(csv.DictReader(io.StringIO(bench.get(address, params={"format": "csv"}).content.decode("utf-8-sig"))))
    assert {row["course_id"] for row in table} == courses
    book = openpyxl.load_workbook(io.BytesIO(bench.get(address, params={"format": "xlsx"}).content))
    assert book["Items"].max_row == len(plan["items"]) + 1
    pytest.importorskip("weasyprint")
    for language in ("en", "hi"):
        printed = bench.get(address, params={"format": "pdf", "lang": language})
        assert printed.content.startswith(b"%PDF-")


def test_scenarios_tell_what_would_be_and_keep_nothing(bench: TestClient) -> None:
    plan = propose(bench, hours=3)
    asked = {
        "hours": [6],
        "scheme": {"position": "p1", "competency": "data", "level": 3},
        "transfers": {"L1": "p2"},
    }
    now, more, scheme, moved = bench.post(f"{PLANS}/{plan['plan']}/scenarios", json=asked).json()["items"]
    assert more["closed"] >= now["closed"] - 1e-6
    assert scheme["needed"] > now["needed"], "the post asks for more"
    assert moved["people"] == now["people"]
    assert bench.get(f"{PLANS}/{plan['plan']}").json() == plan
    stranger = bench.post(f"{PLANS}/{plan['plan']}/scenarios", json={"transfers": {"nobody": "p2"}})
    assert stranger.status_code == 404


def test_two_plans_beside_each_other_differ_where_they_differ(bench: TestClient) -> None:
    small, large = propose(bench, hours=2), propose(bench, hours=20)
    found = bench.get(f"{PLANS}/comparison", params={"first": small["plan"], "second": large["plan"]}).json()
    ones, others = ({one["item"] for one in plan["items"]} for plan in (small, large))
    assert set(found["only_first"]) == ones - others
    assert set(found["only_second"]) == others - ones
    assert found["figures"]["closed"] == [small["effect"]["closed"], large["effect"]["closed"]]


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"hours": 0}, 422),
        ({"hours": "20"}, 422),
        ({"begin": 0}, 422),
        ({"seats": {"c1": False}}, 422),
        ({"elective_share": 2}, 422),
        ({"caste": "x"}, 422),
        ({"money": -1}, 422),
        ({"end": "2026-01-01"}, 409),  # a day by itself, but before the plan begins
    ],
)
def test_settings_that_cannot_be_are_told(bench: TestClient, settings: dict[str, Any], status: int) -> None:
    answer = bench.post(PLANS, json={"by": "A. Planner", "settings": {**WISH, **settings}})
    assert answer.status_code == status
    assert {"found", "expected", "remedy"} <= set(answer.json())


def test_a_form_without_the_mark_of_its_page_changes_nothing(bench: TestClient) -> None:
    page = bench.get("/planning/m/plans").text
    mark = re.search(r'name="form" value="([0-9a-f]+)"', page)
    assert mark is not None
    fields = {"form": mark[1], "decided_by": "A. Planner", **{k: str(v) for k, v in WISH.items()}}
    for wrong in ({**fields, "form": "0" * 64}, {k: v for k, v in fields.items() if k != "form"}):
        assert bench.post("/planning/m/plans", data=wrong).status_code == 422
    elsewhere = bench.post("/planning/m/plans", data=fields, headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code in (403, 422)
    assert bench.get(PLANS).json()["items"] == []
    assert bench.post("/planning/m/plans", data=fields, follow_redirects=False).status_code == 303
    assert len(bench.get(PLANS).json()["items"]) == 1
