"""Spark, for platforms that run it: a frame of part numbers goes through ``mapInArrow``, parts come out as rows."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import features
from features.errors import KarmapathError, NotReadyError
from recommender.batch.engines.extra import required
from recommender.batch.make_part import make_part_at_work
from recommender.batch.parts import Part

_ROWS = "number long, file string, learners long, courses long, bytes long, sha256 string"


@dataclass(frozen=True)
class SparkEngine:
    """Executors see the folder of lists, the bundle and the warehouse under the same paths, and have Karmapath."""

    master: str
    """``local[N,F]`` or ``spark://HOST:PORT``."""

    def make(self, folder: str, key: str, numbers: Sequence[int]) -> Iterator[Part]:
        """Yield the parts when all are made; one task a part, tried again elsewhere when its executor is lost.

        How far it is while it works, Spark itself shows.
        """
        sql = required("pyspark.sql", "spark")
        _require_java()
        session = _session(sql, self.master, len(numbers))
        try:
            frame = session.createDataFrame([(number,) for number in numbers], "number long")
            for row in frame.mapInArrow(partial(_make_rows, folder, key), _ROWS).collect():
                yield Part(**row.asDict())
        except KarmapathError:
            raise
        except Exception as error:
            raise _told(error) from error
        finally:
            session.stop()


def _make_rows(folder: str, key: str, batches: Iterable[Any]) -> Iterator[Any]:
    """Make the parts that a task's Arrow batches number, and yield what was written."""
    import pyarrow as pa  # noqa: PLC0415 - comes with the extra

    for batch in batches:
        made = [asdict(make_part_at_work(folder, key, number.as_py())) for number in batch.column(0)]
        if made:
            yield pa.RecordBatch.from_pylist(made)


def _session(sql: Any, master: str, tasks: int) -> Any:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    home = str(Path(features.__file__).parents[1])
    path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    builder = sql.SparkSession.builder.master(master).appName("karmapath batch")
    settings = {
        "spark.ui.enabled": "false",
        "spark.default.parallelism": str(tasks),  # one number a task
        "spark.executorEnv.PYTHONPATH": path,
        "spark.driver.bindAddress": "127.0.0.1" if master.startswith("local") else "0.0.0.0",  # noqa: S104
        "spark.log.level": "ERROR",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    os.environ["PYTHONPATH"] = path
    return builder.getOrCreate()


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").exists()):
        raise NotReadyError("no Java", "Java 17 or later, which Spark runs on", "install it or set JAVA_HOME")


def _told(error: Exception) -> KarmapathError:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    ours = [line for line in lines if "KarmapathError" in line or "Error:" in line]
    return KarmapathError(
        f"Spark said: {(ours or lines or [type(error).__name__])[-1][:300]}",
        "every part made",
        "mend that and run the same command again: it goes on with what is missing",
    )
