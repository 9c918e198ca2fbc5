"""Processes that do not outlive the one that began them."""

from __future__ import annotations

import os
import threading
import time
from multiprocessing import parent_process


def end_with_parent() -> None:
    """End this process as soon as its parent has: one that was killed cannot say so. For a pool's ``initializer``."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def end_when_orphaned() -> None:
    """End this process as soon as the one that began it has; for a program that ``multiprocessing`` did not begin."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
