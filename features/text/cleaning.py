"""Text as people meant it: without markup, control characters and invisible marks."""

from __future__ import annotations

import html
import re
import unicodedata

MAX_RAW_CHARACTERS = 400_000
"""Beyond this a field is not text but an accident (an embedded file); only the beginning is read."""

_HIDDEN_MARKUP = re.compile(r"<(script|style)\b[^<>]*>[^<]*</\1\s*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    r"""Return the text without markup, control and zero-width characters, with single spaces.

    Never fails and never grows: half surrogates, nulls and byte-order marks are dropped like other noise.

    >>> clean("<p>Noting&nbsp;&amp;\u200b drafting\x00</p>")
    'Noting & drafting'
    """
    text = text[:MAX_RAW_CHARACTERS]
    if "<" in text:
        text = _TAG.sub(" ", _HIDDEN_MARKUP.sub(" ", text))
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFC", "".join(map(_visible, text)))
    return _SPACES.sub(" ", text).strip()


def _visible(character: str) -> str:
    """Return the character; a space for a control; nothing for a format mark or half a surrogate."""
    category = unicodedata.category(character)
    if category in ("Cf", "Cs"):
        return ""
    return " " if category == "Cc" else character
