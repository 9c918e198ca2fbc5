"""The portal's lists in a real Redis: exact shapes, all at once or not at all."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.publish.redis_hashes import RedisError, replace_hashes
from features.home import Home
from tests.api.publish.conftest import Server

NAMES = {"lhp_trending", "cbp_manual", "odcs_course_recomendation"}


def published(home: Home, server: Server) -> Any:
    result = CliRunner().invoke(app, ["publish", "--redis", server.url, "--home", str(home.folder), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_three_hashes_have_the_fields_that_the_portal_reads(home: Home, server: Server) -> None:
    told = published(home, server)
    client = server.client()
    assert set(client.keys("*")) == NAMES
    assert told["fields"] == {name: client.hlen(name) for name in NAMES}
    trending = client.hgetall("lhp_trending")
    assert {"across:courses", "d1:courses", "d2:courses", "across:programs"} <= set(trending)
    assert trending["across:programs"] == "c8"
    first = trending["d1:courses"].split(",")
    assert first.index("c2") < first.index("c4"), "two took each, those of c2 in the first department"
    assert client.hgetall("cbp_manual") == {"d2:acbp:allusers": "c5"}
    recommended = client.hgetall("odcs_course_recomendation")
    assert {"d1", "m", "d1_ASSISTANT SECTION OFFICER", "d2_STATISTICAL OFFICER"} <= set(recommended)
    assert all(1 <= len(ids.split(",")) <= 15 for ids in recommended.values())


def test_restricted_courses_are_in_no_list_and_no_list_names_a_course_twice(home: Home, server: Server) -> None:
    published(home, server)
    for name in NAMES:
        for ids in server.client().hgetall(name).values():
            assert "do_7_rc" not in ids
            assert len(set(ids.split(","))) == len(ids.split(","))


def test_a_new_list_takes_the_place_of_the_old_one_whole(server: Server) -> None:
    replace_hashes(server.url, {"lhp_trending": {"old:courses": "a"}, "cbp_manual": {"o:acbp:allusers": "b"}})
    replace_hashes(server.url, {"lhp_trending": {"new:courses": "c"}, "cbp_manual": {}})
    client = server.client()
    assert client.hgetall("lhp_trending") == {"new:courses": "c"}
    assert client.keys("*") == ["lhp_trending"], "no list is no key, and nothing of the writing is left"
    assert client.ttl("lhp_trending") == -1, "what was put in place does not expire"


def test_a_reader_never_sees_some_of_the_old_and_some_of_the_new(server: Server) -> None:
    def lists(value: str) -> dict[str, dict[str, str]]:
        return {name: {f"o{n}:courses": value for n in range(1200)} for name in NAMES}

    replace_hashes(server.url, lists("0"))
    stop, mixed = threading.Event(), []

    def read() -> None:
        client = server.client()
        while not stop.is_set():
            with client.pipeline(transaction=True) as pipeline:
                for name in NAMES:
                    pipeline.hvals(name)
                seen = {value for values in pipeline.execute() for value in values}
            if len(seen) != 1:
                mixed.append(seen)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 6):
        replace_hashes(server.url, lists(str(number)))
    stop.set()
    reader.join()
    assert mixed == []


def test_a_redis_that_is_down_is_told_in_one_sentence_without_its_password(home: Home, server: Server) -> None:
    server.stop()
    address = f"redis://:secret@127.0.0.1:{server.port}"
    result = CliRunner().invoke(app, ["publish", "--redis", address, "--home", str(home.folder)])
    assert isinstance(result.exception, RedisError)
    assert "secret" not in str(result.exception)
    assert str(server.port) in str(result.exception)


def test_a_redis_that_takes_no_more_writes_keeps_the_old_lists(server: Server) -> None:
    replace_hashes(server.url, {"lhp_trending": {"across:courses": "old"}})
    server.client().config_set("maxmemory", 1)
    with pytest.raises(RedisError, match="nothing was replaced"):
        replace_hashes(server.url, {"lhp_trending": {"across:courses": "new"}})
    assert server.client().hgetall("lhp_trending") == {"across:courses": "old"}


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(RedisError, match="redis://host"):
        replace_hashes("http://localhost", {"a": {"b": "c"}})
