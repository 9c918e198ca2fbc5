"""Servers killed in the middle of their work: whatever was acknowledged must be there afterwards."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from experiments.serving.served import Served, serving
from features.home import Home

_THREADS = 4
_BATCH = 5
_ASKED_AGAIN = 500
Event = dict[str, Any]


@dataclass
class Kills:
    """What came of them."""

    times: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    """Keys of events that were acknowledged and are not there."""


def kill_again_and_again(
    home: Home, url: str | None, learners: int, courses: Sequence[str], times: int, report: Callable[[str], None]
) -> Kills:
    """Kill the server ``times`` times while it takes events, and ask after each time for all that it acknowledged."""
    found, before = Kills(), list[Event]()
    chance = random.Random(uuid4().int)
    for turn in range(times + 1):
        with serving(home, url) as served:
            found.lost += _missing(served, before)
            if turn == times:
                break
            before = _written_until_killed(served, learners, courses, 0.3 + chance.random())
        found.times += 1
        found.acknowledged += len(before)
        report(f"killed {found.times} times, {found.acknowledged:,} events acknowledged, {len(found.lost)} lost")
    return found


def _written_until_killed(served: Served, learners: int, courses: Sequence[str], seconds: float) -> list[Event]:
    acknowledged: list[Event] = []
    threads = [
        threading.Thread(target=_write, args=(served.base, learners, courses, acknowledged)) for _ in range(_THREADS)
    ]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    served.kill()
    for thread in threads:
        thread.join()
    return acknowledged


def _write(base: str, learners: int, courses: Sequence[str], acknowledged: list[Event]) -> None:
    chance = random.Random(uuid4().int)
    while True:
        events = [
            {
                "kind": "completion",
                "learner": f"L{chance.randint(1, learners):08d}",
                "course": chance.choice(courses),
                "key": uuid4().hex,
            }
            for _ in range(_BATCH)
        ]
        try:
            answer = _post(base, events)
        except (OSError, http.client.HTTPException):
            return
        acknowledged += [event for event, row in zip(events, answer["results"], strict=True) if _is_kept(row)]


def _is_kept(row: Event) -> bool:
    return row["status"] in ("accepted", "duplicate")


def _missing(served: Served, events: Sequence[Event]) -> list[str]:
    """Return the keys that the server does not know: those it would take again."""
    lost: list[str] = []
    for start in range(0, len(events), _ASKED_AGAIN):
        again = events[start : start + _ASKED_AGAIN]
        rows = _post(served.base, again)["results"]
        lost += [event["key"] for event, row in zip(again, rows, strict=True) if row["status"] != "duplicate"]
    return lost


def _post(base: str, events: Sequence[Event]) -> Any:
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)
    try:
        connection.request("POST", "/v1/events", json.dumps(events), {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
