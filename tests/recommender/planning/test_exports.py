"""A plan leaves the house in the platform's form, as tables and on paper, and comes back."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import KarmapathError
from features.reference import Reference
from features.warehouse import Snapshot
from recommender.planning.annual_plan import AnnualPlan, propose
from recommender.planning.plan_print import to_html, to_pdf
from recommender.planning.plan_problem import Budget, plan_problem
from recommender.planning.sheets import harmless, plan_sheets, to_csv, to_xlsx
from recommender.planning.v4_export import PlanRow, bound, check, from_v4, problems, rows_of, to_v4
from recommender.planning.workforce import Workforce


@pytest.fixture(scope="module")
def plan(department: tuple[Snapshot, Reference], people: Workforce) -> AnnualPlan:
    budget = Budget(10.0, date(2026, 11, 1), date(2027, 3, 31))
    return propose(plan_problem(people, *department, "m", budget), name="=Plan & <b>more</b>")


ROWS = st.builds(
    PlanRow,
    st.sampled_from(["m", "d1"]),
    st.sampled_from(["organisation", "designation", "learner"]),
    st.sampled_from(["Clerk", "L1", "d2"]),
    st.sampled_from(["do_1", "do_2", "do_3"]),
    st.booleans(),
    st.dates(date(2026, 4, 1), date(2028, 3, 31)),
    st.booleans(),
)


@given(st.lists(ROWS, min_size=1, max_size=12, unique_by=lambda r: (r.organisation, r.scope, r.scope_value, r.course)))
def test_every_plan_is_valid_and_comes_back(rows: list[PlanRow]) -> None:
    rows = [row if row.scope != "organisation" else PlanRow(row.organisation, row.scope, row.organisation, row.course,
            row.mandatory, row.due_on, row.apar) for row in rows]  # fmt: skip
    rows = list({(r.organisation, r.scope, r.scope_value, r.course): r for r in rows}.values())
    document = to_v4(rows, "Plan")
    assert problems(document) == ()
    assert from_v4(document) == tuple(sorted(rows))


def test_a_proposed_plan_has_the_platforms_form(plan: AnnualPlan) -> None:
    document = to_v4(rows_of(plan), "Annual plan", comment="drafted")
    check(document)
    request = document["plans"][0]["request"]
    assert request["orgIdList"] == ["m"]
    assert request["planYear"] == "2026-27"
    assert request["contextData"]["accessControl"]["version"] == 1
    assert {g["request"]["criteria"][0]["criteriaKey"] for g in document["userGroups"]} == {"designation"}
    names = {g["request"]["usergroupname"]: f"ug-{n}" for n, g in enumerate(document["userGroups"])}
    made = bound(document, names)
    assert made[0]["request"]["contextData"]["accessControl"]["userGroups"][0]["userGroupId"].startswith("ug-")
    with pytest.raises(KarmapathError, match="no id for the user group"):
        bound(document, {})


def test_a_plan_for_some_of_a_position_names_its_people(
    department: tuple[Snapshot, Reference], people: Workforce
) -> None:
    budget = Budget(4.0, date(2026, 11, 1), date(2027, 3, 31), most=6.0)
    problem = plan_problem(people, *department, "m", budget, patterns=6)
    found = propose(problem)
    rows = rows_of(found, learners=found.learners(problem))
    assert {row.scope for row in rows} == {"learner"}
    assert len(rows) == found.effect.enrolments
    assert from_v4(to_v4(rows, "Plan")) == rows
    with pytest.raises(KarmapathError, match="without their ids"):
        rows_of(found)


Spoil = Callable[[dict[str, Any]], None]


def _request(document: dict[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = document["plans"][0]["request"]
    return request


WRONG: dict[str, Spoil] = {
    "no plans": lambda d: d.pop("plans"),
    "another part": lambda d: d.update(more=1),
    "no organisation": lambda d: _request(d).update(orgIdList=[]),
    "no course": lambda d: _request(d).update(contentList=[]),
    "a course twice": lambda d: _request(d)["contentList"].append(_request(d)["contentList"][0]),
    "a foreign course": lambda d: _request(d)["contentList"][0].update(identifier="abc"),
    "mandatory as a text": lambda d: _request(d)["contentList"][0].update(mandatory="yes"),
    "a day that is none": lambda d: _request(d).update(endDate="2027-02-30"),
    "a day of another year": lambda d: _request(d).update(endDate="2028-05-01"),
    "a year that is none": lambda d: _request(d).update(planYear="2026-28"),
    "apar as a number": lambda d: _request(d).update(isApar=1),
    "another plan type": lambda d: _request(d).update(planType="CBP"),
    "no name": lambda d: _request(d).update(name=" "),
    "an unknown group": lambda d: _request(d)["contextData"]["accessControl"].update(userGroups=[{"userGroupId": "x"}]),
    "an unknown criterion": lambda d: d["userGroups"][0]["request"]["criteria"][0].update(criteriaKey="gender"),
    "no root organisation": lambda d: d["userGroups"][0]["request"].update(
        criteria=[{"criteriaKey": "designation", "criteriaValue": ["Clerk"]}]
    ),
    "a missing comment": lambda d: _request(d).pop("comment"),
    "another content type": lambda d: _request(d).update(contentType="Event"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_departs_from_the_form_is_found(what: str, plan: AnnualPlan) -> None:
    document = copy.deepcopy(to_v4(rows_of(plan), "Plan"))
    WRONG[what](document)
    assert problems(document)
    with pytest.raises(KarmapathError):
        from_v4(document)


@given(st.text())
def test_no_text_acts_in_a_spreadsheet(text: str) -> None:
    assert not str(harmless(text)).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_csv_and_xlsx_hold_the_plan_and_no_formula(plan: AnnualPlan) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    sheets = plan_sheets(plan)
    lines = to_csv(sheets["Plan"]).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(plan.items)
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(sheets)))
    page = book["Plan"]
    assert page.max_row == 1 + len(plan.items)
    assert page.cell(2, 5).value.date() == min(i.due_on for i in plan.items if i.mandatory)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert book["Effect"].cell(1, 2).value == "'=Plan & <b>more</b>"


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_document_is_drawn_in_both_languages(plan: AnnualPlan, language: str) -> None:
    page = to_html(plan, "Ministry <of> Tests", date(2026, 11, 1), language)
    assert f'lang="{language}"' in page
    assert "<b>more</b>" not in page
    assert "Ministry &lt;of&gt; Tests" in page
    for item in plan.items:
        assert item.course in page
    pytest.importorskip("weasyprint")
    assert to_pdf(plan, "Ministry", date(2026, 11, 1), language).startswith(b"%PDF")


def test_another_language_is_told(plan: AnnualPlan) -> None:
    with pytest.raises(KarmapathError, match="one of en, hi"):
        to_html(plan, "Ministry", date(2026, 11, 1), "ta")
