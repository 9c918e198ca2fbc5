"""Lists, for one learner or for millions: the service and the batch share this one way from a state to a list.

>>> lister = Lister(bundle)                                                            # doctest: +SKIP
>>> one = lister.best(block_of_records([record], lister.catalogue), at, k=10)          # doctest: +SKIP
>>> many = lister.best(block_of_tables(tables, lister.catalogue, at), at, k=20)        # doctest: +SKIP
"""

from __future__ import annotations

from recommender.listing.block import EvidenceColumns, LearnerBlock
from recommender.listing.catalogue import Catalogue
from recommender.listing.lister import Lister
from recommender.listing.lists import Lists
from recommender.listing.reason_codes import REASON_CODES
from recommender.listing.records import Blocks, block_of_records
from recommender.listing.tables import BlockTables, block_of_tables

__all__ = [
    "REASON_CODES", "BlockTables", "Blocks", "Catalogue", "EvidenceColumns", "LearnerBlock", "Lister", "Lists",
    "block_of_records", "block_of_tables",
]  # fmt: skip
