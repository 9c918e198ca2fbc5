"""Where parts are made: here in threads, on a Dask cluster, on Spark. Placement, retries and recovery are theirs."""

from recommender.batch.engines.choice import ENGINES, Engine, choose_engine

__all__ = ["ENGINES", "Engine", "choose_engine"]
