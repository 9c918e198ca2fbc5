from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from features.reference import Requirement, Role
from features.store import Store
from features.store.decisions import Comment, Decision
from features.store.drafts import APPROVED, RETURNED, SUBMITTED, DraftConflictError, DraftItem, PlanDraft, Verdict
from features.store.role_versions import RoleVersion
from tests.worlds import small_snapshot

AT = datetime(2026, 11, 2, 9)
DUE = datetime(2027, 3, 31)
CLERK = "Assistant Section Officer"
ITEMS = (
    DraftItem("p1", "designation", CLERK, "c2", True, DUE, people=4, closes=3.5, facts={"why": "closes most"}),
    DraftItem("p1", "organisation", "d1", "c5", False, DUE, people=4),
)
DRAFT = PlanDraft(
    "kp-1", "d1", "Year plan", "2026-27", "draft", 1, "A. Planner", AT, AT, {"hours": 20, "apar": True}, ITEMS,
    {"closed": 3.5},
)  # fmt: skip
DECISION = Decision("plan", "d1", "kp-1", "approved", "B. Head", "anybody", AT, "within the budget")


@pytest.fixture
def loaded(store: Store, tmp_path: Path) -> Store:
    store.load(small_snapshot(tmp_path))
    return store


def verdicts(*approved: bool) -> list[Verdict]:
    return [Verdict(item.id, good, "" if good else "too dear") for item, good in zip(ITEMS, approved, strict=True)]


def test_a_draft_reads_back_as_it_was_written(loaded: Store) -> None:
    loaded.workbench.add_draft(DRAFT, "begun")
    assert loaded.workbench.draft("kp-1") == DRAFT
    assert loaded.workbench.draft("kp-2") is None
    assert [draft.id for draft in loaded.workbench.drafts_of(["d1"])] == ["kp-1"]
    assert loaded.workbench.drafts_of(["d2"]) == []


def test_every_change_is_a_version_with_its_author_and_old_ones_stay(loaded: Store) -> None:
    bench = loaded.workbench
    bench.add_draft(DRAFT, "begun")
    changed = bench.change_draft(replace(DRAFT, items=ITEMS[:1]), "C. Other", "left one out", AT)
    assert changed.version == 2
    assert bench.draft("kp-1") == changed
    assert bench.draft("kp-1", 1).items == ITEMS  # type: ignore[union-attr]
    assert [(v.version, v.author, v.note) for v in bench.versions("kp-1")] == [
        (2, "C. Other", "left one out"),
        (1, "A. Planner", "begun"),
    ]


def test_who_changes_an_old_version_is_told(loaded: Store) -> None:
    bench = loaded.workbench
    bench.add_draft(DRAFT, "begun")
    bench.change_draft(DRAFT, "first", "", AT)
    with pytest.raises(DraftConflictError, match="somebody else"):
        bench.change_draft(DRAFT, "second", "", AT)


def test_what_is_approved_is_in_the_learners_plans_at_once_and_what_is_rejected_is_not(loaded: Store) -> None:
    bench = loaded.workbench
    before = loaded.version("L1")
    bench.add_draft(DRAFT, "begun")
    submitted = bench.move_draft(DRAFT, SUBMITTED, None, AT)
    approved = bench.judge_draft(submitted, verdicts(True, False), DECISION, AT)
    record, other = loaded.record("L1", AT), loaded.record("L5", AT)
    assert record is not None
    assert other is not None
    assert approved.status == APPROVED
    assert [(p.plan, p.course, p.mandatory, p.due_on, p.apar) for p in record.plans] == [
        ("kp-1", "c2", True, DUE, True)
    ]
    assert other.plans == ()
    assert loaded.version("L1") != before, "no answer from before is taken for fresh"
    assert bench.verdicts("kp-1")[ITEMS[1].id].comment == "too dear"
    assert [one.decided_by for one in bench.decisions(["d1"])] == ["B. Head"]


def test_an_import_keeps_what_was_approved(loaded: Store, tmp_path: Path) -> None:
    bench = loaded.workbench
    bench.add_draft(DRAFT, "begun")
    bench.judge_draft(bench.move_draft(DRAFT, SUBMITTED, None, AT), verdicts(True, True), DECISION, AT)
    loaded.load(small_snapshot(tmp_path / "again", copies=2))
    record = loaded.record("L1b2", AT)
    assert record is not None
    assert {plan.course for plan in record.plans} == {"c2", "c5"}


def test_with_nothing_approved_the_draft_goes_back_and_may_be_changed(loaded: Store) -> None:
    bench = loaded.workbench
    bench.add_draft(DRAFT, "begun")
    judged = bench.judge_draft(bench.move_draft(DRAFT, SUBMITTED, None, AT), verdicts(False, False), DECISION, AT)
    assert judged.status == RETURNED
    assert bench.change_draft(judged, "A. Planner", "mended", AT).status == "draft"


def test_a_verdict_is_due_on_every_item_of_a_submitted_draft(loaded: Store) -> None:
    bench = loaded.workbench
    bench.add_draft(DRAFT, "begun")
    with pytest.raises(DraftConflictError, match="submit it first"):
        bench.judge_draft(DRAFT, verdicts(True, True), DECISION, AT)
    submitted = bench.move_draft(DRAFT, SUBMITTED, None, AT)
    with pytest.raises(DraftConflictError, match="every item"):
        bench.judge_draft(submitted, verdicts(True, True)[:1], DECISION, AT)
    with pytest.raises(DraftConflictError, match="begin a new plan"):
        bench.change_draft(submitted, "A. Planner", "", AT)
    assert bench.decisions(["d1"]) == []


def test_comments_stand_in_order(store: Store) -> None:
    for text in ("first", "second"):
        store.workbench.add_comment(Comment("plan:kp-1", "A. Planner", AT, text))
    assert [one.text for one in store.workbench.comments("plan:kp-1")] == ["first", "second"]
    assert store.workbench.comments("plan:kp-2") == []


def test_a_decision_about_a_learner_goes_when_the_learner_is_erased(loaded: Store) -> None:
    about = replace(DECISION, kind="assignment", subject="post-1", learner="L1")
    loaded.workbench.add_decision(about)
    assert len(loaded.export("L1")["decisions"]) == 1
    loaded.forget("L1")
    assert loaded.workbench.decisions(["d1"]) == []


def test_a_role_goes_from_draft_to_approved_and_never_twice(store: Store) -> None:
    bench = store.workbench
    role = Role("clerk", "Clerk", None, {"a": "Notes"}, (Requirement("clerk", "a", "drafting", 3, 2.0, True),))
    made = bench.add_role_version(RoleVersion(role, 0, "d1", "draft", "A. Planner", AT, "level 3 is enough"))
    assert made.version == 1
    assert bench.approved_roles() == {}
    with pytest.raises(DraftConflictError):
        bench.move_role_version(made, APPROVED)
    bench.move_role_version(made, SUBMITTED)
    bench.move_role_version(made, APPROVED)
    assert bench.approved_roles() == {"clerk": role}
    with pytest.raises(DraftConflictError, match="somebody else"):
        bench.add_role_version(replace(made, version=0))
    assert [one.status for one in bench.role_versions("clerk")] == [APPROVED]
