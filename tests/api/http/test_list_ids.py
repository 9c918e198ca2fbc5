from __future__ import annotations

import subprocess
import sys
import time
import uuid

from api.http.list_ids import new_list_id


def test_an_id_is_a_uuid_of_version_7_that_begins_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    read = uuid.UUID(found := new_list_id())
    assert str(read) == found
    assert (read.version, read.variant) == (7, uuid.RFC_4122)
    assert before <= read.int >> 80 <= time.time_ns() // 1_000_000


def test_no_id_comes_twice() -> None:
    found = [new_list_id() for _ in range(5_000)]
    assert len({one[14:] for one in found}) == 5_000


def test_each_bit_of_chance_is_one_now_and_then_and_now_and_then_none() -> None:
    ends = [uuid.UUID(new_list_id()).int & ((1 << 76) - 1) for _ in range(200)]
    fixed = {62, 63}  # the variant
    for bit in set(range(76)) - fixed:
        assert len({end >> bit & 1 for end in ends}) == 2


_FORKS = """
import os
from api.http.list_ids import new_list_id
new_list_id()
if child := os.fork():
    os.waitpid(child, 0)
print(new_list_id(), flush=True)
"""


def test_a_process_that_is_forked_draws_its_own() -> None:
    said = subprocess.run([sys.executable, "-c", _FORKS], capture_output=True, text=True, check=True)
    one, other = said.stdout.split()
    assert one[14:] != other[14:]
