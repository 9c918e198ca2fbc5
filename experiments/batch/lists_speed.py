"""How long lists take beside implicit's: one process, one thread each, one after the other, by the processor's clock.

On a machine that does nothing else the processor's clock and the one on the wall agree; on a busy one only the former
says what the work took.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from experiments.batch.child import AT
from experiments.batch.peer import implicit_us
from features.population import take_warehouse
from features.warehouse import Snapshot
from models.base import LearnerBatch
from recommender.batch.make_part import block_of, lister_of
from recommender.batch.one_thread import one_blas_thread
from recommender.listing import LearnerBlock, Lister

_ROUNDS = 3
_BLOCK = 12_500


@dataclass(frozen=True)
class ListsSpeed:
    """Microseconds of one processor a learner, the middle of three rounds each."""

    lists_us: float
    """Masks, needs, the blend, the best k, reasons: from a block of learners to their lists."""
    reading_us: float
    """From Parquet to the block."""
    implicit_us: float
    learners: int
    courses: int


def lists_speed(
    warehouse: Path, snapshot: Snapshot, bundle: Path, k: int, learners: int, say: Callable[[str], None]
) -> ListsSpeed:
    """Measure both on the first ``learners`` learners of the snapshot."""
    lister = lister_of(bundle)
    with TemporaryDirectory() as folder:
        everyone = take_warehouse(Path(folder), warehouse, snapshot, None, _BLOCK)
        ranges = everyone.ranges[: max(1, learners // _BLOCK)]
        began = time.process_time()
        blocks = [block_of(everyone.read(ids), lister, AT) for ids in ranges]
        reading = time.process_time() - began
    n = sum(map(len, blocks))
    batches = [_batch(block, lister) for block in blocks]
    _lists(lister, blocks, k)  # what is compiled or mapped at first use is there before the clock runs
    ours, theirs = [], []
    for number in range(_ROUNDS):
        ours.append(_lists(lister, blocks, k))
        theirs.append(sum(implicit_us(one, k) * len(one) for one in batches) / n)
        say(f"  round {number + 1}: {1e6 * ours[-1] / n:.1f} us a learner, implicit {theirs[-1]:.1f}")
    return ListsSpeed(1e6 * median(ours) / n, 1e6 * reading / n, median(theirs), n, len(lister.catalogue))


def _lists(lister: Lister, blocks: list[LearnerBlock], k: int) -> float:
    """Return the seconds that the lists of all blocks take."""
    with one_blas_thread():
        began = time.process_time()
        for block in blocks:
            lister.best(block, AT, k)
        return time.process_time() - began


def _batch(block: LearnerBlock, lister: Lister) -> LearnerBatch:
    features = lister.bundle.learner_vocabulary.matrix(block.profiles, lister.bundle.reference)
    return LearnerBatch(block.histories, features[block.profile])
