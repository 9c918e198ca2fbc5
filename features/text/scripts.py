"""Which script a text is written in, told by the blocks of Unicode that its letters stand in."""

from __future__ import annotations

from collections import Counter

_BLOCKS = (
    (0x0041, 0x024F, "latin"),
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0600, 0x077F, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bengali"),
    (0x0A00, 0x0A7F, "gurmukhi"),
    (0x0A80, 0x0AFF, "gujarati"),
    (0x0B00, 0x0B7F, "odia"),
    (0x0B80, 0x0BFF, "tamil"),
    (0x0C00, 0x0C7F, "telugu"),
    (0x0C80, 0x0CFF, "kannada"),
    (0x0D00, 0x0D7F, "malayalam"),
    (0x1C50, 0x1C7F, "ol_chiki"),
    (0x3040, 0x30FF, "kana"),
    (0x4E00, 0x9FFF, "han"),
    (0xABC0, 0xABFF, "meetei_mayek"),
    (0xFB50, 0xFEFF, "arabic"),
)

_ENOUGH = 400


def script_of(text: str) -> str:
    """Return the script of most letters, ``"none"`` where there is no letter of a known one.

    >>> script_of("नोटिंग और drafting"), script_of("12.5 %")
    ('devanagari', 'none')
    """
    counts = Counter(script for c in text[:_ENOUGH] if not c.isspace() and (script := _script(ord(c))) is not None)
    return counts.most_common(1)[0][0] if counts else "none"


def _script(code: int) -> str | None:
    for first, last, script in _BLOCKS:
        if first <= code <= last:
            return script if code > 0x7F or chr(code).isalpha() else None
    return None
