"""A run that is killed again and again ends in the bytes of one that nobody disturbed."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.batch.child import Asked, killed_after, run_child

KILLS = 20


@dataclass(frozen=True)
class Killed:
    """What became of a run that was killed."""

    kills: int
    """Times that it was still running when it was killed."""
    same_bytes: bool
    torn: int
    """Files under a part's name that were not whole at any time; 0 unless a rename came before its bytes."""


def kill_again_and_again(asked: Asked, say: Callable[[str], None], kills: int = KILLS, seed: int = 0) -> Killed:
    """Kill a run ``kills`` times at random moments, let it end, and compare with an undisturbed one.

    Moments are drawn over the undisturbed run's time; where a run is finished before it is killed it begins anew.
    """
    whole = run_child(replace(asked, out=f"{asked.out}-whole"))
    wanted = digests(Path(f"{asked.out}-whole"))
    out, draw = Path(asked.out), random.Random(seed)
    done = torn = 0
    while done < kills:
        if (out / "manifest.json").exists():
            shutil.rmtree(out)
        done += killed_after(asked, 0.5 + draw.random() * whole.seconds)
        torn += sum(digest != wanted.get(name) for name, digest in digests(out).items())
        if done % 5 == 0:
            say(f"  killed {done} times, {len(digests(out))} files are there")
    run_child(asked)
    return Killed(done, digests(out) == wanted, torn)


def digests(out: Path) -> dict[str, str]:
    """Return name and SHA-256 of every part and of the manifest."""
    files = [*out.glob("part-*.parquet"), *out.glob("manifest.json")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}
