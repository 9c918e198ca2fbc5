# ruff: noqa: T201 - it talks to people
"""Ask a running service for a list, a path and a course: python examples/client.py http://127.0.0.1:8000 L0000001."""

from __future__ import annotations

import sys

from api.client import Client, ServiceError

address, learner = sys.argv[1:3]
with Client(address) as karmapath:
    try:
        for item in karmapath.learner(learner).recommendations(limit=3, diversity=0.2).items:
            print(f"{item.position}. {item.name} ({item.hours:g} h): {item.reasons[0].text}")
        path = karmapath.learner(learner).guided(hours=20)
        print(f"guided path: {len(path.items)} courses, {path.hours:g} hours, {path.status}")
        for found in karmapath.courses("stress", limit=1).items:
            print(f"searched: {found.name}")
    except ServiceError as error:
        sys.exit(f"{error.status}: {error}")
