from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from api.cli.match_command import app
from features.errors import KarmapathError
from recommender.matching.match_files import match_texts, read_links, read_texts

QUERIES = "id\ttext\tlanguage\nq1\tछुट्टी के नियम\thi\nq2\tसार्वजनिक खरीद\thi\nq3\tबजट प्रबंधन\thi\n"
CANDIDATES = "id\ttext\nc1\tBudget management\nc2\tLeave rules\nc3\tPublic procurement\n"


@pytest.fixture
def files(tmp_path):
    queries, candidates = tmp_path / "queries.tsv", tmp_path / "candidates.tsv"
    queries.write_text(QUERIES, encoding="utf-8")
    candidates.write_text(CANDIDATES, encoding="utf-8")
    return queries, candidates


def test_texts_find_their_translations(files, encoder):
    found = match_texts(read_texts(files[0]), read_texts(files[1]), encoder, top=1)
    assert [matches[0].candidate for matches in found] == ["c2", "c3", "c1"]


def test_the_command_prints_one_document(files, tmp_path, monkeypatch):
    monkeypatch.setenv("KARMAPATH_ENCODER", "light")
    arguments = ["--queries", str(files[0]), "--candidates", str(files[1]), "--top", "2", "--json"]
    done = CliRunner().invoke(app, [*arguments, "--home", str(tmp_path / "home")])
    document = json.loads(done.stdout)
    assert [result["query"] for result in document["results"]] == ["q1", "q2", "q3"]
    assert [len(result["matches"]) for result in document["results"]] == [2, 2, 2]
    assert set(document["results"][0]["matches"][0]) == {"candidate", "score"}


def test_an_empty_text_has_no_match(tmp_path, files, encoder):
    queries = tmp_path / "empty.tsv"
    queries.write_text("id\ttext\nq1\t\nq2\t\u200b\nq3\tleave\nq4\n", encoding="utf-8")
    found = match_texts(read_texts(queries), read_texts(files[1]), encoder, top=1)
    assert [len(matches) for matches in found] == [0, 0, 1, 0]


def test_no_candidates_give_no_matches(tmp_path, files, encoder):
    none = tmp_path / "none.tsv"
    none.write_text("id\ttext\n", encoding="utf-8")
    assert match_texts(read_texts(files[0]), read_texts(none), encoder, top=3) == [(), (), ()]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has the columns none"),
        (b"id,text\na,b\n", "add a header with id"),
        (b"id\ttext\na\tx\na\ty\n", "line 3 of .*first on line 2"),
        (b"id\ttext\n\tx\n", "line 2 of .*no id"),
        (b"id\ttext\na\t\xff\n", "is not UTF-8"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(tmp_path, content, message):
    path = tmp_path / "texts.tsv"
    path.write_bytes(content)
    with pytest.raises(KarmapathError, match=message):
        read_texts(path)


def test_a_file_that_is_not_there_is_missed(tmp_path):
    with pytest.raises(KarmapathError, match="no file at"):
        read_texts(tmp_path / "none.tsv")


def test_links_to_unknown_candidates_are_told_by_line(tmp_path, files):
    links = tmp_path / "links.tsv"
    links.write_text("query_text\tcandidate\nholiday\tc2\nholiday\tc9\nbuying\tc3\n", encoding="utf-8")
    known = read_links(links, read_texts(files[1]))
    assert known.texts == ("holiday", "buying")
    assert known.matrix.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert known.unknown == ("3: c9",)


def test_links_teach_what_the_words_do_not_say(tmp_path, encoder):
    candidates = tmp_path / "candidates.tsv"
    candidates.write_text("id\ttext\nred\tGroup one\nblue\tGroup two\n", encoding="utf-8")
    fields = [
        "budget",
        "accounts",
        "tax",
        "audit",
        "expenditure",
        "pension",
        "treasury",
        "salary",
        "grant",
        "fees",
        "loans",
    ]
    trees = ["forest", "river", "wildlife", "soil", "rain", "climate", "crops", "fish", "birds", "seeds", "cattle"]
    rows = [f"{a} work\tred" for a in fields[1:]] + [f"{a} work\tblue" for a in trees[1:]]
    links = tmp_path / "links.tsv"
    links.write_text("query_text\tcandidate\n" + "\n".join(rows) + "\n", encoding="utf-8")
    queries = tmp_path / "queries.tsv"
    queries.write_text("id\ttext\nq1\tbudget work\nq2\tforest work\n", encoding="utf-8")
    held = read_texts(candidates)
    found = match_texts(read_texts(queries), held, encoder, 1, read_links(links, held))
    assert [matches[0].candidate for matches in found] == ["red", "blue"]
    assert all(0 <= matches[0].score <= 1 for matches in found)
