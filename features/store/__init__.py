"""What changes while the service runs: learners, enrolments, evidence, plans, feedback, lists shown, events."""

from __future__ import annotations

from features.store.append import EventResult
from features.store.audit import AuditEntry, AuditFilter
from features.store.connections import StoreError
from features.store.edges import EVERYWHERE, EdgeVerdict, folded
from features.store.events import AnyEvent, EventConflictError, EventError, parse_event
from features.store.foreign import PASSED_OVER, native, unpacked
from features.store.shown import Feedback, ShownItem, ShownList
from features.store.store import Store

__all__ = [
    "EVERYWHERE",
    "PASSED_OVER",
    "AnyEvent",
    "AuditEntry",
    "AuditFilter",
    "EdgeVerdict",
    "EventConflictError",
    "EventError",
    "EventResult",
    "Feedback",
    "ShownItem",
    "ShownList",
    "Store",
    "StoreError",
    "folded",
    "native",
    "parse_event",
    "unpacked",
]
