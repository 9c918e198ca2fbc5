"""The log of a whole day's work holds nobody's id, name or secret."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import httpx
import pytest

from api.http.logs import JsonLines, Plain, log_config
from features.home import Home
from tests.api.http.test_durability import serving

LEARNER = "L3"
SECRET = "a-key-nobody-else-has"  # noqa: S105
NEW = "learner-of-the-log-test"
DESIGNATION = "Keeper of the Seals"


def record(message: str, *arguments: object, raised: Exception | None = None) -> logging.LogRecord:
    info = None
    if raised is not None:
        try:
            raise raised  # noqa: TRY301
        except Exception:
            info = sys.exc_info()
    return logging.LogRecord("karmapath.x", logging.ERROR, __file__, 1, message, arguments, info)


def test_a_line_is_a_document_with_time_level_and_message() -> None:
    document = json.loads(JsonLines().format(record("%d lists", 3)))
    assert (document["level"], document["logger"], document["message"]) == ("error", "karmapath.x", "3 lists")
    assert document["at"].endswith("+05:30")


@pytest.mark.parametrize("formatter", [JsonLines(), Plain()])
def test_an_exception_is_told_by_kind_and_place_and_never_by_its_message(formatter: logging.Formatter) -> None:
    line = formatter.format(record("it failed", raised=KeyError(NEW)))
    assert "KeyError" in line
    assert "test_logs.py" in line
    assert NEW not in line


def test_the_level_and_the_lines_of_requests_are_settings() -> None:
    loggers = log_config("error", requests=True)["loggers"]
    assert loggers["karmapath"]["level"] == "ERROR"
    assert loggers["karmapath.access"]["level"] == "INFO"
    assert log_config("info")["loggers"]["karmapath.access"]["level"] == "WARNING"


def scenario(base: str) -> list[int]:
    """Do a bit of everything, right and wrong, as a learner's day has it; return the statuses."""
    token = {"authorization": f"Bearer {SECRET}", "x-authenticated-user-token": f"{SECRET}.{SECRET}.{SECRET}"}
    web = {"user_id": NEW, "department": "First", "designation": DESIGNATION, "device_type": "web"}
    profile = {"kind": "profile", "learner": NEW, "organisation": "d1", "designation": DESIGNATION}
    with httpx.Client(base_url=base, timeout=30, headers=token) as client:
        asked = [
            client.post("/v1/events", json=profile),
            client.post("/v1/events", json=[{"kind": "completion", "learner": NEW, "course": "c2"}, {"learner": NEW}]),
            client.post(
                "/v1/events", content=b'{"learner": "' + NEW.encode(), headers={"content-type": "application/json"}
            ),
            *(client.get(f"/v1/learners/{NEW}{rest}") for rest in ("", "/recommendations", "/gaps", "/paths/guided")),
            client.get(f"/learners/{NEW}"),
            client.get("/", params={"q": NEW}),
            client.get(f"/v1/learners/{NEW}/gaps", params={"role": NEW}),
            client.post("/api/recommendation/create", json=web),
            client.get("/api/recommendation/read/none", headers={"x-authenticated-userid": NEW}),
            client.post("/v1/feedback", json={"learner": NEW, "course": "c1", "rating": 0, "comments": DESIGNATION}),
            client.get(f"/nowhere/{NEW}"),
            client.get(f"/v1/learners/{LEARNER}/recommendations"),
            client.delete(f"/v1/learners/{NEW}"),
        ]
    return [answer.status_code for answer in asked]


@pytest.mark.slow
def test_the_log_of_a_day_holds_nobodys_id_name_or_secret(home: Home) -> None:
    toml = 'log_level = "debug"\naccess_log = true\n'
    (home.folder / "karmapath.toml").write_text(toml)
    with serving(home) as (base, process):
        statuses = scenario(base)
        process.terminate()
        process.wait(30)
    text = Path(home.folder / "serve.log").read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert {200, 404, 422} <= set(statuses)
    assert sum("route" in line for line in lines) >= len(statuses), "the requests are told"
    for personal in (NEW, DESIGNATION, SECRET, f"/learners/{LEARNER}", "testserver"):
        assert personal not in text
