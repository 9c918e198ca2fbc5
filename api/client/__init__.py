"""A thin, typed client of the service: one method a route of v1, answers as the documents that OpenAPI tells.

>>> from api.client import Client
>>> with Client("http://127.0.0.1:8000", key="...") as karmapath:                       # doctest: +SKIP
...     for item in karmapath.learner("L0000001").recommendations(limit=3).items:
...         print(item.course, item.reasons[0].text)
"""

from __future__ import annotations

from api.client.client import Client
from api.client.connection import ServiceError

__all__ = ["Client", "ServiceError"]
