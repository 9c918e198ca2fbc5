"""Claims under replay: several processes try random steps on one ledger, each request more than once."""

from __future__ import annotations

import hashlib
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from features.errors import KarmapathError
from features.reference import Course
from recommender.claims import TRANSITIONS, Claims
from recommender.ledger import Ledger
from recommender.rules import default_rules

STEPS, LEARNERS = 150, 6
_START = datetime(2026, 4, 1)
_EVENTS = sorted({event for _, event in TRANSITIONS})


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """What came of it."""

    steps: int
    entries: int
    paid: int
    paid_twice: int
    verifies: bool


def judge_claims(folder: Path, workers: int) -> ClaimFigures:
    """Return the figures after all processes are done."""
    with ProcessPoolExecutor(workers) as pool:
        tried = list(pool.map(_attack, [folder] * workers, range(workers)))
    claims = _claims(folder)
    try:
        entries = claims.ledger.entries()
    except KarmapathError:
        return ClaimFigures(sum(tried), 0, 0, 0, verifies=False)
    payments = [(e.event["learner"], e.event["course"]) for e in entries if e.event["event"] == "pay"]
    return ClaimFigures(sum(tried), len(entries), len(payments), len(payments) - len(set(payments)), verifies=True)


def _attack(folder: Path, seed: int) -> int:
    claims, rng = _claims(folder), random.Random(seed)
    for step in range(STEPS):
        learner, event = f"l{rng.randrange(LEARNERS)}", rng.choice(_EVENTS)
        proof = hashlib.sha256(f"{learner}{rng.randrange(3)}".encode()).hexdigest()
        request = f"{learner}-{event}-{rng.randrange(4)}"
        for _ in range(2):
            try:
                claims.step(request, _START + timedelta(minutes=step), learner, _OUTSIDE, event, proof=proof)
            except KarmapathError:
                continue
    return 2 * STEPS


def _claims(folder: Path) -> Claims:
    rule = next(rule for rule in default_rules() if rule.kind == "reimbursement")
    return Claims(Ledger(folder / "claims.jsonl"), rule)


_OUTSIDE = Course(
    id="out", name="out", description=None, category="Course", status="live", hours=20.0, languages=(), base=None,
    equivalence=None, provider=None, organisation=None, cost=8000.0, external=True, restricted=False, rating=None,
    published_on=None, retired_on=None, teaches=(), requires=(),
)  # fmt: skip
