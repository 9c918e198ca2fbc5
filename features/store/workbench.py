"""The planner's part of the store: drafts, verdicts, comments, decisions, versions of roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine

from features.reference import Role
from features.store import decisions, drafts, role_versions
from features.store.connections import reading, writing
from features.store.decisions import Comment, Decision
from features.store.drafts import PlanDraft, PlanVersion, Verdict
from features.store.role_versions import RoleVersion


class Workbench:
    """What planners write; each method is one transaction. Safe to use from many threads and processes at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Plans

    def add_draft(self, draft: PlanDraft, note: str) -> None:
        """Write a new draft with its first version."""
        with writing(self._engine) as connection:
            drafts.add_draft(connection, draft, note)

    def change_draft(self, draft: PlanDraft, author: str, note: str, at: datetime) -> PlanDraft:
        """Write the next version of a draft; ``DraftConflictError`` if somebody else was first."""
        with writing(self._engine) as connection:
            return drafts.change_draft(connection, draft, author, note, at)

    def move_draft(self, draft: PlanDraft, status: str, decision: Decision | None, at: datetime) -> PlanDraft:
        """Put a draft into another state, with the decision behind it."""
        with writing(self._engine) as connection:
            moved = drafts.move_draft(connection, draft, status, at)
            if decision is not None:
                decisions.add_decision(connection, decision)
            return moved

    def judge_draft(self, draft: PlanDraft, verdicts: Sequence[Verdict], decision: Decision, at: datetime) -> PlanDraft:
        """Judge a submitted draft item by item; what is approved holds for its learners when this returns."""
        with writing(self._engine) as connection:
            judged = drafts.judge_draft(connection, draft, verdicts, at)
            decisions.add_decision(connection, decision)
            return judged

    def draft(self, draft_id: str, version: int | None = None) -> PlanDraft | None:
        """Return a draft in a version, by default the newest."""
        with reading(self._engine) as connection:
            return drafts.read_draft(connection, draft_id, version)

    def drafts_of(self, organisations: Sequence[str], limit: int = 100) -> Sequence[PlanDraft]:
        """Return the drafts of these organisations, the last changed first."""
        with reading(self._engine) as connection:
            return drafts.find_drafts(connection, organisations, limit)

    def versions(self, draft_id: str) -> Sequence[PlanVersion]:
        """Return who changed a draft, the newest change first."""
        with reading(self._engine) as connection:
            return drafts.read_versions(connection, draft_id)

    def verdicts(self, draft_id: str) -> Mapping[str, Verdict]:
        """Return the last verdict on each item of a draft."""
        with reading(self._engine) as connection:
            return drafts.read_verdicts(connection, draft_id)

    # What people say and decide

    def add_comment(self, comment: Comment) -> None:
        """Write what somebody said."""
        with writing(self._engine) as connection:
            decisions.add_comment(connection, comment)

    def comments(self, subject: str) -> Sequence[Comment]:
        """Return what was said about ``plan:ID`` or ``role:ID``, the oldest first."""
        with reading(self._engine) as connection:
            return decisions.read_comments(connection, subject)

    def add_decision(self, decision: Decision) -> int:
        """Write a decision and return its number."""
        with writing(self._engine) as connection:
            return decisions.add_decision(connection, decision)

    def decisions(
        self, organisations: Sequence[str], limit: int = 100, subject: str | None = None
    ) -> Sequence[Decision]:
        """Return decisions of these organisations, the newest first."""
        with reading(self._engine) as connection:
            return decisions.read_decisions(connection, organisations, limit, subject)

    # Roles

    def add_role_version(self, proposed: RoleVersion) -> RoleVersion:
        """Write the next version of a role; ``DraftConflictError`` if somebody else was first."""
        with writing(self._engine) as connection:
            return role_versions.add_role_version(connection, proposed)

    def move_role_version(self, version: RoleVersion, status: str, decision: Decision | None = None) -> None:
        """Put a version of a role into another state, with the decision behind it."""
        with writing(self._engine) as connection:
            role_versions.move_role_version(connection, version, status)
            if decision is not None:
                decisions.add_decision(connection, decision)

    def role_versions(self, role: str) -> Sequence[RoleVersion]:
        """Return the versions of a role, the newest first."""
        with reading(self._engine) as connection:
            return role_versions.read_role_versions(connection, role)

    def approved_roles(self) -> Mapping[str, Role]:
        """Return the newest approved version of every role that has one."""
        with reading(self._engine) as connection:
            return role_versions.approved_roles(connection)
