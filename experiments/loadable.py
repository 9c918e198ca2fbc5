"""The bundle as an MLflow model: load ``models:/karmapath@champion`` anywhere and ask it for recommendations.

MLflow runs this file when it loads the model. ``predict`` takes a table with a column ``history`` (a list of course
ids, oldest first) and, if known, the columns of a learner's profile (``organisation_id``, ``position_id``,
``designation``, ``group``, ``cadre``), and answers the best courses of each row with their scores.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.pyfunc.model import PythonModel

from experiments.tracking import DEFAULT_LIMIT, PROFILE_COLUMNS
from features.histories import Histories
from features.records import Learner
from models.base import LearnerBatch, seen_mask, top_k
from models.bundle import Bundle


class LoadableBundle(PythonModel):
    """A bundle behind MLflow's interface."""

    def load_context(self, context: Any) -> None:
        """Load the bundle that was logged."""
        self.bundle = Bundle.load(Path(context.artifacts["bundle"]))

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Return for each row ``{"courses": [ids], "scores": [floats], "version": bundle version}``, best first.

        ``params`` may set ``limit`` (default 10).
        """
        limit = int((params or {}).get("limit", DEFAULT_LIMIT))
        batch = self._batch(model_input)
        scores = np.where(seen_mask(batch.histories), -np.inf, self.bundle.hybrid.score(batch))
        best = top_k(scores.astype(np.float32), limit)
        return [
            {
                "courses": [self.bundle.course_ids[column] for column in row if np.isfinite(scores[number, column])],
                "scores": [float(scores[number, column]) for column in row if np.isfinite(scores[number, column])],
                "version": self.bundle.version,
            }
            for number, row in enumerate(best)
        ]

    def _batch(self, model_input: pd.DataFrame) -> LearnerBatch:
        rows = model_input.to_dict(orient="records")
        index = self.bundle.course_index
        taken = [[index[c] for c in dict.fromkeys(row.get("history", ())) if c in index] for row in rows]
        people = [Learner(str(n), **{f: row.get(c) for f, c in PROFILE_COLUMNS.items()}) for n, row in enumerate(rows)]
        features = self.bundle.learner_vocabulary.matrix(people, self.bundle.reference)
        return LearnerBatch(Histories.of(taken, len(self.bundle.course_ids)), features)


mlflow.models.set_model(LoadableBundle())
