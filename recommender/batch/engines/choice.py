"""An engine by its address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from features.errors import KarmapathError
from recommender.batch.parts import Part

ENGINES = "local, dask://HOST:PORT, spark-local or spark://HOST:PORT"


class Engine(Protocol):
    """Makes parts, each once or several times, and tells of each when it is there."""

    def make(self, folder: str, key: str, numbers: Sequence[int]) -> Iterator[Part]:
        """Yield the parts of the job ``key`` in ``folder`` as they are finished, in any order."""
        ...


def choose_engine(address: str, threads: int) -> Engine:
    """Return the engine at an address; what it needs is imported only now."""
    if address == "local":
        from recommender.batch.engines.local import LocalEngine  # noqa: PLC0415

        return LocalEngine(threads)
    if address.startswith("dask://"):
        from recommender.batch.engines.dask_engine import DaskEngine  # noqa: PLC0415

        return DaskEngine(address.removeprefix("dask://"))
    if address == "spark-local" or address.startswith("spark://"):
        from recommender.batch.engines.spark_engine import SparkEngine  # noqa: PLC0415

        return SparkEngine(f"local[{threads},4]" if address == "spark-local" else address)
    raise KarmapathError(f"--on {address}", ENGINES, "name one of these")
