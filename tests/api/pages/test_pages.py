from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import api.pages

CSS = (Path(next(iter(api.pages.__path__))) / "static/style.css").read_text()
PAGES = ["/", "/learners/L3", "/learners/L8?role=clerk&hours=12", "/learners/nobody", "/docs", "/?q=zzz"]
VOID = {"meta", "link", "input", "br", "hr", "img", "rect", "line"}


class Outline(HTMLParser):
    """What a screen reader meets: landmarks, headings, links; fails on tags that do not close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.language = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "html":
            self.language = given.get("lang") or ""
        if given.get("id"):
            self.ids.append(str(given["id"]))
        self.links += [str(given[name]) for name in ("href", "src", "action") if given.get(name)]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", ["en", "hi"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_formed_with_landmarks_one_heading_and_no_foreign_asset(
    client: TestClient, path: str, lang: str
) -> None:
    response = client.get(
        path, params=dict([pair.split("=") for pair in path.partition("?")[2].split("&") if pair]) | {"lang": lang}
    )
    outline = Outline(response.text)
    assert response.headers["content-type"].startswith("text/html")
    assert outline.language == lang
    assert {"header", "main", "nav", "footer", "title"} <= set(outline.tags)
    assert outline.tags.count("h1") == 1
    assert "script" not in outline.tags
    assert len(outline.ids) == len(set(outline.ids))
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in outline.links)
    assert "style=" not in response.text
    assert "script-src" not in response.headers["content-security-policy"]
    assert outline.tags.count("table") == outline.tags.count("caption")


def test_the_learners_page_shows_both_paths_with_reasons_gaps_and_recommendations(client: TestClient) -> None:
    html = client.get("/learners/L8", params={"lang": "en"}).text
    for heading in ("Guided path", "Desirable path", "Gaps", "Recommended courses"):
        assert f">{heading}</h2>" in html
    path = client.get("/v1/learners/L8/paths/guided").json()
    assert path["items"]
    for item in path["items"]:
        assert item["name"] in html
        assert item["reasons"][0]["text"].replace('"', "&#34;").replace("'", "&#39;") in html
    assert "nothing known" in html
    assert html.count("<svg") >= 2, "the timeline, and the chances"


def test_the_page_speaks_hindi_on_request_and_by_the_browsers_wish(client: TestClient) -> None:
    asked = client.get("/learners/L8", params={"lang": "hi"}).text
    wished = client.get("/learners/L8", headers={"accept-language": "hi-IN,en;q=0.5"}).text
    for html in (asked, wished):
        assert '<html lang="hi">' in html
        assert "निर्देशित पथ" in html
    reason = client.get("/v1/learners/L8/paths/guided?lang=hi").json()["items"][0]["reasons"][0]["text"]
    assert reason in asked


def test_a_completion_shows_on_the_page_at_once(client: TestClient) -> None:
    before = client.get("/learners/L8", params={"lang": "en"}).text
    client.post("/v1/events", json={"kind": "completion", "learner": "L8", "course": "c3", "dwell_ratio": 1.0})
    after = client.get("/learners/L8", params={"lang": "en"}).text
    heading = "Spreadsheets for beginners</span></h3>"
    assert heading in before
    assert heading not in after


def test_the_form_changes_the_path(client: TestClient) -> None:
    html = client.get("/learners/L8", params={"hours": 1, "lang": "en"}).text
    assert 'value="1"' in html
    assert "Dashboards</span></h3>\n" not in html.split('id="desirable"')[0]


def test_searching_an_id_leads_to_its_page_and_a_beginning_to_a_list(client: TestClient) -> None:
    found = client.get("/", params={"q": "L3", "lang": "hi"}, follow_redirects=False)
    assert (found.status_code, found.headers["location"]) == (303, "/learners/L3?lang=hi")
    assert "/learners/L8" in client.get("/", params={"q": "L"}).text
    nothing = client.get("/", params={"q": "<b>zz"}).text
    assert "&lt;b&gt;zz" in nothing
    assert "<b>zz" not in nothing


def test_an_unknown_learner_gets_a_page_that_says_what_to_do(client: TestClient) -> None:
    response = client.get("/learners/nobody", params={"lang": "en"})
    assert response.status_code == 404
    assert "check the id" in response.text


def test_the_style_sheet_names_no_other_address(client: TestClient) -> None:
    css = client.get("/static/style.css")
    assert css.headers["content-type"].startswith("text/css")
    assert "url(" not in css.text
    assert "@import" not in css.text
    assert "@media print" in css.text


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "ground"), ("ink", "sheet"), ("quiet", "ground"), ("quiet", "sheet"), ("navy", "ground"),
        ("navy", "sheet"), ("navy", "navy-soft"), ("saffron", "saffron-soft"), ("green", "green-soft"),
        ("ink", "navy-soft"), ("ink", "saffron-soft"),
    ],
)  # fmt: skip
def test_text_has_the_contrast_that_wcag_aa_asks_for(ink: str, ground: str) -> None:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", CSS))
    light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
