"""A Dask cluster by its scheduler's address: parts of a lost worker are made again by another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features.errors import KarmapathError
from recommender.batch.engines.extra import required
from recommender.batch.make_part import make_part_at_work
from recommender.batch.parts import Part

RETRIES = 3
"""How often a part is tried again after an error; the loss of a worker does not count."""
_TIMEOUT = "15s"


@dataclass(frozen=True)
class DaskEngine:
    """Workers see the folder of lists, the bundle and the warehouse under the same paths, and have Karmapath."""

    address: str
    """``HOST:PORT`` of the scheduler."""

    def make(self, folder: str, key: str, numbers: Sequence[int]) -> Iterator[Part]:
        """Yield the parts as they are finished."""
        distributed = required("distributed", "scale")
        try:
            client = distributed.Client(f"tcp://{self.address}", timeout=_TIMEOUT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise KarmapathError(
                f"no Dask scheduler at {self.address} ({error})",
                "one that answers",
                "start one with 'dask scheduler', and workers with 'dask worker HOST:PORT'",
            ) from error
        with client, client.as_current():
            _require_workers(client, self.address)
            made = client.map(make_part_at_work, [folder] * len(numbers), [key] * len(numbers), numbers,
                              pure=False, retries=RETRIES)  # fmt: skip
            for future in distributed.as_completed(made):
                yield future.result()
                future.release()


def _require_workers(client: object, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_TIMEOUT)  # type: ignore[attr-defined]
    except TimeoutError as error:
        raise KarmapathError(
            f"a Dask scheduler at {address} without workers", "at least one", f"start them with 'dask worker {address}'"
        ) from error
