from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from features.errors import KarmapathError
from features.schema import EVIDENCE_KINDS
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable

TEXT = resources.files("recommender.state").joinpath("evidence_default.toml").read_text(encoding="utf-8")


def test_the_default_table_knows_every_kind_and_its_source() -> None:
    assert set(DEFAULT_EVIDENCE.kinds) == set(EVIDENCE_KINDS)
    assert DEFAULT_EVIDENCE.source
    assert sum(DEFAULT_EVIDENCE.prior) == pytest.approx(1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pass = 10.0", "pass = 0.5"),
        ("spread = 0.4", "spread = 4"),
        ("[kinds.peer]", "[kinds.pear]"),
        ("prior", "prio"),
    ],
)
def test_a_table_out_of_range_is_refused(old: str, new: str) -> None:
    with pytest.raises(KarmapathError, match="not an evidence table"):
        EvidenceTable.parse(TEXT.replace(old, new, 1), "mine.toml")


def test_a_table_that_is_absent_is_told(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError, match="no file"):
        EvidenceTable.load(tmp_path / "none.toml")


def test_a_table_is_written_as_it_is_read() -> None:
    assert EvidenceTable.parse(DEFAULT_EVIDENCE.to_toml(), "mine.toml").kinds == DEFAULT_EVIDENCE.kinds
