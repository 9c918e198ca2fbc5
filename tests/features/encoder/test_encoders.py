from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from features.encoder.choice import default_encoder
from features.encoder.light_encoder import LightEncoder
from features.encoder.sentence_encoder import SentenceEncoder
from features.errors import NotReadyError
from features.home import Home
from features.until import GivenUpError, until

TITLES = ["Leave rules for new officers", "Public procurement on the portal", "Drafting a cabinet note"]
HINDI = ["नए अधिकारियों के लिए अवकाश नियम", "पोर्टल पर सार्वजनिक खरीद", "कैबिनेट नोट का प्रारूपण"]
ODD = [
    "",
    "   ",
    "\u200b\u200d\ufeff",
    "\x00\x01\x02",
    "\ud800",
    "<p></p>",
    "x" * 100_000,
    "नियम " * 20_000,
    "policy नीति கொள்கை پالیسی 政策",
    "ᱥᱟᱱᱛᱟᱲᱤ ᱯᱟᱲᱦᱟᱣ",
    "\u0303\u0303\u0303",
    "a\x00b\u202ec",
    "🙂" * 300,
]


def test_light_and_bulk_encoder_give_the_same_vectors(sentence_encoder):
    texts = TITLES + HINDI + ["கொள்கை வரைவு", "One. " * 150]
    for kind in ("query", "passage"):
        bulk, light = sentence_encoder.encode(texts, kind), LightEncoder().encode(texts, kind)
        assert (bulk * light).sum(axis=1).min() > 0.999


def test_a_title_finds_its_translation(sentence_encoder):
    similarity = sentence_encoder.encode(HINDI, "query") @ sentence_encoder.encode(TITLES).T
    assert similarity.argmax(axis=1).tolist() == [0, 1, 2]


def assert_sound(vectors):
    assert np.isfinite(vectors).all()
    lengths = np.linalg.norm(vectors, axis=1)
    assert (np.isclose(lengths, 1, atol=1e-3) | (lengths == 0)).all()
    assert (lengths[:6] == 0).all()


def test_odd_texts_give_a_unit_or_zero_row_in_bulk(sentence_encoder):
    assert_sound(sentence_encoder.encode(ODD))


def test_odd_texts_give_a_unit_or_zero_row_while_serving():
    assert_sound(LightEncoder().encode(ODD))


def test_no_texts_give_no_rows():
    assert LightEncoder().encode([]).shape == (0, 384)


def test_many_threads_may_ask_at_once():
    encoder = LightEncoder()
    expected = encoder.encode(TITLES)
    found = []
    threads = [threading.Thread(target=lambda: found.append(encoder.encode(TITLES))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(np.array_equal(vectors, expected) for vectors in found)


def test_texts_that_nobody_waits_for_are_given_up_and_a_question_comes_between():
    encoder, long = LightEncoder(), ["policy " * 600] * 60
    encoder.encode(["warm"])
    began = time.monotonic()

    def encode_long() -> None:
        with until(began + 2):
            encoder.encode(long)

    with ThreadPoolExecutor(1) as pool:
        given_up = pool.submit(encode_long)
        time.sleep(0.2)
        encoder.encode(["leave rules"], "query")
        assert not given_up.done()
        with pytest.raises(GivenUpError):
            given_up.result()
    assert time.monotonic() - began < 20, "sixty such texts take a minute"


def test_one_text_after_the_other_gives_the_same_bits_as_all_at_once():
    texts = [*TITLES, *HINDI, "policy " * 300]
    assert np.array_equal(LightEncoder().encode(texts), LightEncoder(threads=None).encode(texts))


def test_a_model_may_be_given_by_its_folder(sentence_encoder, model_cache):
    folder = next(path for path in model_cache.iterdir() if path.is_dir())
    named = SentenceEncoder.of(str(folder))
    assert named.name.startswith(f"{folder.name}@")
    assert named.name == SentenceEncoder.of(str(folder)).name


def test_a_model_that_is_not_here_is_missed_with_a_remedy():
    pytest.importorskip("sentence_transformers", reason="bulk encoding is not installed")
    with pytest.raises(NotReadyError, match="no sentence-transformers model"):
        SentenceEncoder.of("nobody/has-this-model").encode(["text"])


def test_the_setting_names_the_encoder(tmp_path, monkeypatch):
    monkeypatch.setenv("KARMAPATH_ENCODER", "light")
    assert default_encoder(Home(tmp_path)).encode(TITLES).shape == (3, 384)


@pytest.mark.slow
def test_serving_a_query_loads_no_torch():
    code = (
        "import sys; from features.encoder.light_encoder import LightEncoder;"
        "LightEncoder().encode(['leave'], 'query');"
        "print([m for m in ('torch', 'sentence_transformers', 'sklearn', 'mlflow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
