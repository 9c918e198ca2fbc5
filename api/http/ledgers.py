"""The ledgers of an installation: claims for fees, and records of completion."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from features.errors import NotReadyError
from features.home import Home
from features.reference import Reference, Rule
from recommender.claims import Claims
from recommender.completions import Completions, digest
from recommender.ledger import Ledger
from recommender.rules import rules_in_force

CLAIMS, COMPLETIONS = "claims", "completions"


class Ledgers:
    """Opens each when it is first asked for; every process of a machine may write to them."""

    def __init__(self, home: Home) -> None:
        self._folder: Path = home.ledgers
        self._lock = threading.Lock()
        self._claims: Claims | None = None
        self.completions = Completions(self.ledger(COMPLETIONS))

    def ledger(self, name: str) -> Ledger:
        """Return the ledger of that name, newly opened."""
        return Ledger(self._folder / f"{name}.jsonl")

    def about(self, learner: str) -> dict[str, list[dict[str, Any]]]:
        """Return ledger to its entries about a learner, oldest first: for an export, beside the rows of the store."""
        names = {CLAIMS: learner, COMPLETIONS: digest(learner)}
        return {
            f"ledger_{name}": [
                {"number": entry.number, "at": entry.at, "request": entry.request, "event": entry.event}
                for entry in self.ledger(name).entries()
                if entry.event["learner"] == named
            ]
            for name, named in names.items()
        }

    def claims(self, reference: Reference, at: datetime) -> Claims:
        """Return the claims under the reimbursement rule that holds today; ``NotReadyError`` if there is none."""
        rule = next((rule for rule in rules_in_force(reference.rules, at.date()) if _reimburses(rule)), None)
        if rule is None:
            raise NotReadyError("no rule for fees", "a rule of the kind reimbursement", "import one")
        with self._lock:
            if self._claims is None or self._claims.rule != rule:
                held = self.ledger(CLAIMS) if self._claims is None else self._claims.ledger
                self._claims = Claims(held, rule)
            return self._claims


def _reimburses(rule: Rule) -> bool:
    return rule.kind == "reimbursement"
