"""Everybody's lists, written as Parquet: cut into parts, each made by one pure function, wherever it runs.

``run_batch`` is the way in. A part is a range of learners; to make it again gives the same bytes, so a part may be
lost, repeated or made on another machine, and an interrupted run goes on with what is missing.
"""

from recommender.batch.run import Progress, Sources, run_batch

__all__ = ["Progress", "Sources", "run_batch"]
