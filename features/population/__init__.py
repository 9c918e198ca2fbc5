"""Everybody at once: all that is known of every learner, in the order of their ids, for work that is cut into ranges.

The rows come from a snapshot of the warehouse, from the store, or from a snapshot with what happened since laid over
it. What is taken is one state: it does not change under those who read it, however long they take.
"""

from features.population.population import Everyone, IdRange, LearnerFrames
from features.population.take import take_store, take_warehouse

__all__ = ["Everyone", "IdRange", "LearnerFrames", "take_store", "take_warehouse"]
