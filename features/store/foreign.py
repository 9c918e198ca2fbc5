"""Events in other people's words: xAPI statements and the platform's telemetry, read as events of the store.

Only what says something about a learner and a course is read; page views, clicks and heartbeats are passed over. A
learner is known by an account name, never by a mail address.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from features.store.events import EventError

_VERBS = {
    "registered": "enrolment",
    "launched": "enrolment",
    "initialized": "enrolment",
    "attempted": "enrolment",
    "progressed": "enrolment",
    "completed": "completion",
    "passed": "assessment",
    "failed": "assessment",
    "scored": "assessment",
    "answered": None,
    "experienced": None,
    "interacted": None,
}
"""The last part of an xAPI verb's address and the kind of event it is; ``None``: passed over."""

_PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
_READ_EIDS = frozenset({"AUDIT", "ASSESS"})


PASSED_OVER: Final = object()
"""What a document is read as that says nothing of a learner and a course."""


def native(document: object) -> Any:
    """Return a document as an event of the store: itself if it is one, else translated, or ``PASSED_OVER``.

    >>> native({"eid": "IMPRESSION", "actor": {"id": "L1"}}) is PASSED_OVER
    True
    """
    if not isinstance(document, Mapping):
        return document
    if "eid" in document:
        return _telemetry(document)
    if "verb" in document and "actor" in document:
        return _xapi(document)
    return document


def unpacked(document: object) -> object:
    """Return the events of a telemetry batch as a list; anything else as it is."""
    if isinstance(document, Mapping) and "kind" not in document and isinstance(document.get("events"), list):
        return document["events"]
    return document


def _xapi(statement: Mapping[str, Any]) -> Any:
    verb = _tail(_path(statement, "verb", "id"))
    if not isinstance(verb, str) or verb not in _VERBS:
        raise EventError(f"verb {verb!r}", f"one of {', '.join(sorted(_VERBS))}", "send what happened to a course")
    kind = _VERBS[verb]
    if kind is None:
        return PASSED_OVER
    event: dict[str, Any] = {
        "kind": kind,
        "learner": _path(statement, "actor", "account", "name"),
        "course": _tail(_path(statement, "object", "id")),
        "at": statement.get("timestamp"),
        "key": statement.get("id"),
    }
    result = statement.get("result")
    outcome = result if isinstance(result, Mapping) else {}
    if kind == "assessment":
        event["passed"] = outcome.get("success", verb == "passed")
        event["score"] = _path(outcome, "score", "scaled")
    if verb == "progressed":
        percent = _path(outcome, "extensions", _PROGRESS)
        event["progress"] = percent / 100 if isinstance(percent, int | float) else None
    return {name: value for name, value in event.items() if value is not None}


def _telemetry(event: Mapping[str, Any]) -> Any:
    if str(event["eid"]) not in _READ_EIDS:
        return PASSED_OVER
    found: dict[str, Any] = {
        "learner": _path(event, "actor", "id"),
        "course": _path(event, "object", "rollup", "l1") or _path(event, "object", "id"),
        "at": _moment(event.get("ets")),
        "key": event.get("mid"),
    }
    if event["eid"] == "AUDIT":
        if str(_path(event, "object", "type")).casefold() == "user":
            found["learner"] = _path(event, "object", "id")
        kind = _AUDITED.get(str(_path(event, "edata", "type")).casefold())
        if kind is None or not _path(event, "object", "rollup", "l1"):
            return PASSED_OVER
        found["kind"] = kind
    else:
        found |= {"kind": "assessment", "passed": str(_path(event, "edata", "pass")).casefold() == "yes"}
    return {name: value for name, value in found.items() if value is not None}


_AUDITED = {"enrol": "enrolment", "enrolled": "enrolment", "complete": "completion", "completed": "completion"}


def _path(document: Mapping[str, Any], *names: str) -> Any:
    """Return what stands at the end of a path of keys, ``None`` where it breaks off."""
    found: Any = document
    for name in names:
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def _tail(address: Any) -> Any:
    """Return the last part of an address: ids travel as the end of a URL."""
    return address.rstrip("/").rsplit("/", 1)[-1] if isinstance(address, str) else address


def _moment(milliseconds: Any) -> Any:
    """Return the platform's clock as ISO 8601; what is no number stays for the event's own check to refuse."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return milliseconds
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
    except (OverflowError, OSError, ValueError):
        return str(milliseconds)
