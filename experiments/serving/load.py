"""Load from outside: wrk, with a small program that says what is asked and a JSON line that says what came of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from features.errors import KarmapathError

_PROGRAM = """
local ids, seed, pause = {learners}, {seed}, {pause}
math.randomseed(seed)
for _ = 1, 10 do math.random() end
local function learner() return string.format("L%08d", math.random(1, ids)) end
local number = 0
{request}
if pause > 0 then
  function delay() return math.floor(-pause * math.log(math.random()) + 0.5) end
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\n{{"requests": %d, "micros": %d, "refused": %d, "broken": %d, "mean": %f, "p50": %d, "p95": %d, "p99": %d}}\\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency.mean, latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""

EMPTY = 'function request() return wrk.format("GET", "/health") end'
LISTS = 'function request() return wrk.format("GET", "/v1/learners/" .. learner() .. "/recommendations") end'
PATHS = 'function request() return wrk.format("GET", "/v1/learners/" .. learner() .. "/paths/guided") end'
CREATE = """
function request()
  local body = '{"user_id": "' .. learner() .. '", "department": "", "designation": ""}'
  return wrk.format("POST", "/api/recommendation/create", {["Content-Type"] = "application/json"}, body)
end"""
EVENTS = """
local courses = {{{courses}}}
function request()
  number = number + 1
  local body = string.format('{{"kind": "completion", "learner": "%s", "course": "%s", "key": "{mark}-%d-%d"}}',
    learner(), courses[math.random(1, #courses)], seed, number)
  return wrk.format("POST", "/v1/events", {{["Content-Type"] = "application/json"}}, body)
end"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a load."""

    rate: float
    """Requests answered a second."""
    refused: int
    """Answers other than 2xx and 3xx."""
    broken: int
    """Connections that broke, and requests without an answer."""
    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked, and how."""

    request: str
    """Lua: a function ``request``."""
    learners: int
    connections: int = 32
    rate: float | None = None
    """Requests a second that are wished for, at random moments; ``None``: as many as there can be."""
    seed: int = 1


def put(base: str, load: Load, seconds: float) -> Outcome:
    """Put a load on the server at ``base`` and return what came of it.

    Raises
    ------
    KarmapathError
        If there is no wrk, or it says nothing.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise KarmapathError("no wrk here", "the load generator wrk", "install the package 'wrk'")
    pause = 0.0 if load.rate is None else 1000 * load.connections / load.rate
    program = _PROGRAM.format(learners=load.learners, seed=load.seed, pause=pause, request=load.request)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        script.write_text(program)
        command = [wrk, "-t1", f"-c{load.connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
        ran = subprocess.run(  # noqa: S603 - our own program
            [*command, "-s", str(script), base], capture_output=True, text=True, check=False
        )
    lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise KarmapathError(f"wrk said: {(ran.stderr or ran.stdout)[-300:]}", "a report", "see what it says")
    told = json.loads(lines[-1])
    return Outcome(
        rate=told["requests"] / (told["micros"] / 1e6),
        refused=told["refused"],
        broken=told["broken"],
        mean_ms=told["mean"] / 1e3,
        p50_ms=told["p50"] / 1e3,
        p95_ms=told["p95"] / 1e3,
        p99_ms=told["p99"] / 1e3,
    )
