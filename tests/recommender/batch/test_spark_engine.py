from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.errors import KarmapathError, NotReadyError
from features.home import Home
from recommender.batch.job import PEOPLE, WORK
from tests.recommender.batch.test_run_batch import digests, run

pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
pytestmark = pytest.mark.slow

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, and there is none here")


@needs_java
def test_spark_makes_the_same_bytes(home: Home, tmp_path: Path) -> None:
    run(home, tmp_path / "here", partition_size=40)
    run(home, tmp_path / "there", partition_size=40, on="spark-local")
    assert digests(tmp_path / "there") == digests(tmp_path / "here")


@needs_java
def test_an_error_on_spark_is_told_in_a_sentence(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def break_it(text: str) -> None:
        if "reading evidence" in text:
            shutil.rmtree(home.bundles)

    with pytest.raises(KarmapathError, match=r"Spark said: .*run the same command again"):
        run(home, out, partition_size=100, on="spark-local", say=break_it)
    assert (out / WORK / PEOPLE).exists()


def test_no_java_is_told(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(NotReadyError, match="no Java; expected Java 17"):
        run(home, tmp_path / "out", on="spark-local")
