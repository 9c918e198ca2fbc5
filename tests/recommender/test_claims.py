from __future__ import annotations

import hashlib
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.reference import Course, Rule
from recommender.claims import TRANSITIONS, Claim, ClaimError, Claims, fold
from recommender.ledger import Ledger

AT = datetime(2026, 11, 1)
PLATFORM = Course(
    id="on", name="on", description=None, category="Course", status="live", hours=2.0, languages=(), base=None,
    equivalence=None, provider=None, organisation=None, cost=0.0, external=False, restricted=False, rating=None,
    published_on=None, retired_on=None, teaches=(), requires=(),
)  # fmt: skip
OUTSIDE = replace(PLATFORM, id="out", external=True, cost=12_000.0)
HINDI = replace(OUTSIDE, id="out-hi", base="out")
EVENTS = sorted({event for _, event in TRANSITIONS})


def _claims(path: Path, **parameters: Any) -> Claims:
    rule = Rule("r", "1", "t", "c", "reimbursement", {}, {"ceiling": 10_000.0, "share": 1.0, **parameters}, None, None)
    return Claims(Ledger(path / "claims.jsonl"), rule)


def _proof(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _through(claims: Claims, course: Course = OUTSIDE, learner: str = "l", at: datetime = AT) -> Claim:
    for event in ("request", "approve", "complete", "verify", "pay"):
        proof = {"proof": _proof(course.id + learner)} if event == "complete" else {}
        claim = claims.step(f"{learner}{course.id}{event}", at, learner, course, event, **proof)
    return claim


def test_a_fee_is_paid_up_to_the_ceiling(tmp_path: Path) -> None:
    claim = _through(_claims(tmp_path))
    assert (claim.state, claim.paid) == ("paid", 10_000.0)


@pytest.mark.parametrize("event", EVENTS)
def test_no_step_can_be_taken_for_a_course_of_the_platform(tmp_path: Path, event: str) -> None:
    with pytest.raises(ClaimError, match="no permission is needed"):
        _claims(tmp_path).step("r", AT, "l", PLATFORM, event)


def test_a_language_version_is_the_same_claim(tmp_path: Path) -> None:
    claims = _claims(tmp_path)
    _through(claims)
    with pytest.raises(ClaimError, match="paid once"):
        claims.step("again", AT, "l", HINDI, "request")


def test_payment_before_proof_is_refused(tmp_path: Path) -> None:
    claims = _claims(tmp_path)
    claims.step("1", AT, "l", OUTSIDE, "request")
    with pytest.raises(ClaimError, match="'pay' for a claim that is requested"):
        claims.step("2", AT, "l", OUTSIDE, "pay")


def test_a_certificate_serves_one_claim(tmp_path: Path) -> None:
    claims = _claims(tmp_path)
    for learner in ("a", "b"):
        claims.step(f"{learner}1", AT, learner, OUTSIDE, "request")
        claims.step(f"{learner}2", AT, learner, OUTSIDE, "approve")
    claims.step("a3", AT, "a", OUTSIDE, "complete", proof=_proof("x"))
    with pytest.raises(ClaimError, match="another claim"):
        claims.step("b3", AT, "b", OUTSIDE, "complete", proof=_proof("x"))


def test_where_the_rule_asks_for_no_approval_a_request_is_approved_at_once(tmp_path: Path) -> None:
    claim = _claims(tmp_path, pre_approval=False).step("1", AT, "l", OUTSIDE, "request")
    assert (claim.state, claim.approved) == ("approved", 10_000.0)


def test_the_years_ceiling_is_shared_by_all_courses_of_a_learner(tmp_path: Path) -> None:
    claims = _claims(tmp_path, yearly_ceiling=15_000.0)
    _through(claims)
    other = replace(OUTSIDE, id="other")
    assert _through(claims, other).paid == 5_000.0
    with pytest.raises(ClaimError, match="this year"):
        _through(claims, replace(OUTSIDE, id="third"))
    assert _through(claims, replace(OUTSIDE, id="fourth"), at=AT + timedelta(days=365)).paid == 10_000.0


def test_a_request_id_cannot_stand_for_two_steps(tmp_path: Path) -> None:
    claims = _claims(tmp_path)
    claims.step("1", AT, "l", OUTSIDE, "request")
    with pytest.raises(ClaimError, match="another step"):
        claims.step("1", AT, "l", OUTSIDE, "approve")


@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from("ab"), st.integers(0, 9)), max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_is_tried_nothing_is_paid_twice_and_only_after_approval_and_proof(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int]]
) -> None:
    claims = _claims(tmp_path_factory.mktemp("fuzz"))
    for event, learner, number in steps:
        try:
            claims.step(f"{event}{learner}{number}", AT, learner, OUTSIDE, event, proof=_proof(learner))
        except ClaimError:
            continue
    _check(claims)


def _replay(arguments: tuple[str, int]) -> None:
    folder, seed = arguments
    claims = _claims(Path(folder))
    rng = random.Random(seed)
    for _ in range(60):
        event, learner = rng.choice(EVENTS), rng.choice("abc")
        try:
            claims.step(f"{seed}-{rng.random()}", AT, learner, OUTSIDE, event, proof=_proof(f"{learner}{rng.random()}"))
        except ClaimError:
            continue


def test_writers_at_the_same_time_pay_nothing_twice_and_keep_the_chain(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(_replay, [(str(tmp_path), seed) for seed in range(4)]))
    _check(_claims(tmp_path))


def _check(claims: Claims) -> None:
    entries = claims.ledger.entries()
    for learner in "abc":
        events = [entry.event["event"] for entry in entries if entry.event["learner"] == learner]
        assert events.count("pay") <= 1
        if "pay" in events:
            assert {"request", "approve", "complete", "verify"} <= set(events[: events.index("pay")])
    assert {claim.state for claim in fold(entries).values()} <= set(TRANSITIONS.values())
