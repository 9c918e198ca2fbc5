"""Processes that do not outlive the one that began them, and work that a short-lived one does."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
import warnings
from collections.abc import Callable
from multiprocessing import parent_process
from typing import Any, NoReturn, TypeVar

from features.errors import KarmapathError, NotReadyError

T = TypeVar("T")


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


def fork() -> int:
    """Fork this process: 0 in the child, the child's id here.

    Newer Pythons warn where there are threads. Those of polars and its allocator wait from the moment it is imported,
    and a child does without them; what starts more of them must not have been done here.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def begin(function: Callable[[], T]) -> Callable[[], T]:
    """Begin to work out a value in a child process; return what waits for it.

    Threads and memory that it takes end with the child: this process stays one that can be forked. The value is
    pickled. Waiting raises the ``KarmapathError`` that the function raised, and ``NotReadyError`` where the child ended
    without a word.
    """
    reader, writer = os.pipe()
    child = fork()
    if child == 0:
        _tell(function, writer)
    os.close(writer)
    return lambda: _hear(reader, child)


def _tell(function: Callable[[], Any], writer: int) -> NoReturn:
    """Write what the function returns, and end."""
    try:
        told = _outcome(function)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(told)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def _outcome(function: Callable[[], Any]) -> bytes:
    try:
        return pickle.dumps((function(), None), pickle.HIGHEST_PROTOCOL)
    except KarmapathError as error:
        return pickle.dumps((None, error))


def _hear(reader: int, child: int) -> Any:
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if not told or code:
        raise NotReadyError(f"a process that ended ({code}) and told nothing", "its answer", "see what it said before")
    value, error = pickle.loads(told)  # noqa: S301 - of our own child
    if error is not None:
        raise error
    return value
