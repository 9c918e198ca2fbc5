"""The work of a night: import, train, gate, batch, publish, in steps that a kill cannot undo."""

from experiments.refresh.night import Night, Outcome, Step, StepReport

__all__ = ["Night", "Outcome", "Step", "StepReport"]
