"""Every page in both languages in a real browser: no violation of the accessibility rules, light, and soon there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.pages.browser.conftest import OUTPUT

pytestmark = pytest.mark.slow

PAGES = (
    "/", "/learners/L8", "/learners/L1?course=do_c4&role=analyst", "/docs", "/planning", "/planning/m",
    "/planning/m/gaps", "/planning/m/gaps?by=body&measure=share", "/planning/m/gaps/drafting",
    "/planning/m/positions/p1", "/planning/m/coverage?everything=true", "/planning/m/plans", "PLAN", "PLAN?post=p2",
    "PLAN/what-if?hours=5+10", "SUBMITTED", "/planning/m/compliance", "/planning/m/posts?seats-p1=2",
    "/planning/m/posts/p2",
    "/planning/m/succession", "/planning/m/recognition", "/planning/m/providers", "/planning/m/roles",
    "/planning/m/roles/clerk?beside=analyst", "/planning/m/decisions", "/planning/nowhere",
)  # fmt: skip
HEAVIEST = 150_000
"""Bytes of one page over the wire, everything it asks for included."""
FIRST_PAINT = 3.0
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""What browsers' developer tools call slow 3G: milliseconds a request, bytes a second."""
NEW = {"by": "A. Planner", "settings": {"hours": 20, "begin": "2026-11-03", "end": "2027-03-31"}}


@pytest.fixture(scope="module")
def plans(browser: Any, site: str) -> dict[str, str]:
    """A draft, and a plan that was sent for approval."""
    context = browser.new_context(base_url=site)
    found = {}
    for name in ("PLAN", "SUBMITTED"):
        made = context.request.post("/v1/organisations/m/plans", data=NEW)
        assert made.status == 201, made.text()
        found[name] = f"/planning/m/plans/{made.json()['plan']}"
    plan = found["SUBMITTED"].rsplit("/", 1)[1]
    sent = context.request.post(f"/v1/organisations/m/plans/{plan}/submission", data={"by": "A. Planner", "version": 1})
    assert sent.status == 200, sent.text()
    context.close()
    return found


def address(path: str, plans: dict[str, str], language: str) -> str:
    for name, plan in plans.items():
        path = path.replace(name, plan)
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_accessibility_engine_finds_nothing(browser: Any, site: str, plans: dict[str, str], language: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="install axe-playwright-python").Axe()
    context = browser.new_context(base_url=site, bypass_csp=True)
    page = context.new_page()
    found = {}
    for path in PAGES:
        page.goto(address(path, plans, language))
        result = axe.run(page)
        if result.violations_count:
            found[path] = [
                (one["id"], [node["target"] for node in one["nodes"]][:3]) for one in result.response["violations"]
            ]
    context.close()
    assert found == {}


@pytest.mark.parametrize("path", ["/learners/L8", "/planning/m", "/planning/m/gaps", "PLAN", "/planning/m/posts/p2"])
def test_a_page_is_soon_there_on_a_slow_line(browser: Any, site: str, plans: dict[str, str], path: str) -> None:
    context = browser.new_context(base_url=site)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    weights: list[float] = []
    line.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    line.send("Network.emulateNetworkConditions", SLOW_3G)
    page.goto(address(path, plans, "hi"))
    page.wait_for_timeout(300)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    context.close()
    assert sum(weights) <= HEAVIEST
    assert paint <= FIRST_PAINT


@pytest.mark.parametrize("path", ["/planning/m", "/planning/m/gaps", "PLAN", "/learners/L8", "/planning/m/compliance"])
def test_a_page_fits_a_phone_without_scrolling_sideways(
    browser: Any, site: str, plans: dict[str, str], path: str
) -> None:
    context = browser.new_context(base_url=site, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(address(path, plans, "hi"))
    width = page.evaluate("document.documentElement.scrollWidth")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    name = path.strip("/").replace("/", "-").lower()
    page.screenshot(path=str(OUTPUT / f"phone-{name}.png"), full_page=True)
    context.close()
    assert width <= 360


def test_nothing_is_asked_of_another_host(browser: Any, site: str, plans: dict[str, str]) -> None:
    context = browser.new_context(base_url=site)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        page.goto(address(path, plans, "en"))
    context.close()
    assert [one for one in asked if not one.startswith(site)] == []


def test_a_plan_prints_without_what_is_for_the_screen(browser: Any, site: str, plans: dict[str, str]) -> None:
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto(address("PLAN", plans, "en"))
    page.emulate_media(media="print")
    assert not page.locator(".side").is_visible()
    assert not page.get_by_role("button", name="Propose anew").is_visible()
    assert page.locator("details.post table").last.is_visible()
    context.close()
