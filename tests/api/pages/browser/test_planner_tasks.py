"""A planner's seven tasks in a real browser, one after the other, with a picture of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recommender.planning.v4_export import problems
from tests.api.pages.browser.conftest import OUTPUT

pytestmark = pytest.mark.slow


def shoot(page: Any, name: str) -> None:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(OUTPUT / f"{name}.png"), full_page=True)


def test_from_the_worst_gap_to_a_plan_in_the_platforms_form(page: Any, tmp_path: Path) -> None:
    see_the_worst_gap_its_posts_and_why(page)
    draft_and_change_a_plan(page)
    approve(page)
    document = export(page, tmp_path / "plan.json")
    assert problems(document) == ()
    assert document["plans"]
    page.goto("/learners/L8?lang=en")
    page.locator("section[aria-labelledby=progress] summary").first.click()
    planned = page.locator("section[aria-labelledby=progress] tbody").first.inner_text()
    assert "Spreadsheets" in planned or "Dashboards" in planned, "the learners have it at once"


def see_the_worst_gap_its_posts_and_why(page: Any) -> None:
    # 1 find the worst gap
    page.goto("/planning?lang=en")
    page.get_by_role("link", name="Ministry", exact=True).click()
    page.get_by_role("link", name="Open the gap map").click()
    worst = page.locator("table.heat tbody tr").first
    assert worst.locator("td").first.inner_text().strip().replace(",", "").isdigit()
    shoot(page, "1-worst-gap")

    # 2 see its posts
    name = worst.locator("th a").inner_text()
    worst.locator("th a").click()
    assert page.get_by_role("heading", level=1).inner_text() == name
    posts = page.locator("section[aria-labelledby=posts] tbody tr")
    assert posts.count() >= 1
    shoot(page, "2-its-posts")

    # 3 see why
    assert "level" in posts.first.locator("td").last.inner_text()
    posts.first.locator("th a").click()
    assert page.locator("section[aria-labelledby=asks] tbody tr").count() >= 1
    shoot(page, "3-why")


def draft_and_change_a_plan(page: Any) -> None:
    # 4 draft a plan under 20 hours a head
    page.get_by_role("link", name="Draft a plan for it").click()
    page.get_by_label("Name of the plan").fill("Year plan of the ministry")
    page.get_by_label("Hours a head").fill("20")
    page.get_by_label("Decided by").fill("A. Planner, Under Secretary")
    page.get_by_role("button", name="Propose a plan").click()
    page.wait_for_url("**/plans/kp-*")
    assert page.locator("details.post").count() >= 1
    hours = float(page.locator(".tiles .big").nth(2).inner_text())
    assert 0 < hours <= 20
    shoot(page, "4-draft")

    # 5 change the budget, and see the effect
    budget = page.locator("section[aria-labelledby=budget]")
    budget.get_by_label("Hours a head").fill("5")
    budget.get_by_role("button", name="Propose anew").click()
    assert "budget changed" in page.get_by_role("status").inner_text()
    assert float(page.locator(".tiles .big").nth(2).inner_text()) <= 5
    page.locator("details.post").first.get_by_role("button", name="Make").first.click()
    assert "made" in page.get_by_role("status").inner_text()
    shoot(page, "5-budget-changed")


def approve(page: Any) -> None:
    # 6 approve
    send = page.locator("section[aria-labelledby=send]")
    send.get_by_label("Note to the one who approves").fill("Fits the hours of the year.")
    send.get_by_role("button", name="Send for approval").click()
    judge = page.locator("section[aria-labelledby=judge-head]")
    shoot(page, "6-to-approve")
    judge.get_by_label("Reasons for the decision").fill("Closes what is critical first.")
    judge.get_by_label("Decided by").fill("B. Head, Joint Secretary")
    judge.get_by_role("button", name="Record the decision").click()
    assert page.get_by_text("This plan holds").count() == 1
    shoot(page, "6-approved")


def export(page: Any, file: Path) -> dict[str, Any]:
    # 7 export in the platform's form
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Platform (v4 JSON)").click()
    waiting.value.save_as(file)
    shoot(page, "7-exported")
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def test_everything_can_be_reached_and_sent_by_keyboard(page: Any) -> None:
    page.goto("/planning/m/plans?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_label("Decided by").focus()
    page.keyboard.type("A. Planner, Under Secretary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plans/kp-*")


def test_pages_work_where_scripts_may_not_run(browser: Any, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/planning/m/gaps?lang=en")
    assert page.locator("table.heat tbody tr").count() >= 1
    context.close()
