"""Words by their sound, the same for every script of India: names and loan words meet across languages.

"Dashboard", "डैशबोर्ड" and "டாஷ்போர்டு" share no letter and are one word. Here each is reduced to the consonants that
survive borrowing ("dsbrd"). The Indian scripts of Unicode stand in parallel blocks (they follow ISCII), so one table
serves nine of them; Arabic and Latin letters have their own. The skeleton is coarse on purpose: it is a signal beside
meaning, not a transliteration.
"""

from __future__ import annotations

import re
from functools import cache

_INDIC_FIRST, _INDIC_LAST, _BLOCK = 0x0900, 0x0D7F, 0x80

# Offsets within a block, in the order of ISCII: gutturals, palatals, retroflexes, dentals, labials, the rest.
_INDIC_CONSONANTS = dict(zip(range(0x15, 0x3A), "kkggnccjjnttddnttddnnpfbbmyrrlllvsssh", strict=True)) | dict(
    zip(range(0x58, 0x60), "kkgjrrfy", strict=True)
)
_NASALS = (0x01, 0x02)
_DIGITS = range(0x66, 0x70)
_INDIC_VOWELS = range(0x05, 0x15)

_ARABIC = dict(
    zip("بپتٹثجچحخدڈذرڑزژسشصضطظغفقکكگلمنںوہهیيےاآعئؤأء", "bpttsjchkddjrrjjsssjtjgfkkkglmnnvhhyyyaaaaaaa", strict=True)
)

_LATIN_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[ts]ion", "sn"),
        (r"ture\b", "cr"),
        (r"tch|ch", "C"),
        (r"ph", "f"),
        (r"sh", "s"),
        (r"([kgtdbj])h", r"\1"),
        (r"ck|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"(?<=\w)g(?=[eiy])", "j"),
        (r"c", "k"),
        (r"C", "c"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"z", "j"),
    )
)
_REPEATED = re.compile(r"(.)\1+")
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~।॥…–—‘’“”·•۔،؟]+")


def words(text: str) -> list[str]:
    """Return the words of a text in any script, folded to lower case; vowel signs stay with their letters.

    >>> words("Login पोर्टल (e-Office)")
    ['login', 'पोर्टल', 'e', 'office']
    """
    return _WORD.findall(text.casefold())


def skeletons(text: str) -> list[str]:
    """Return the consonant skeleton of each word; words without one are left out.

    >>> skeletons("Dashboard डैशबोर्ड ਡੈਸ਼ਬੋਰਡ")
    ['dsbrd', 'dsbrd', 'dsbrd']
    """
    return [skeleton for word in words(text) if (skeleton := _skeleton(word))]


@cache
def _skeleton(word: str) -> str:
    first = _sound(word[0])
    sounds = _latin(word) if word.isascii() else "".join(map(_sound, word))
    # Inside a word vowels, and the letters that some scripts write vowels with, are what borrowing changes first.
    kept = re.sub(r"[aeiouyh]", "", sounds[1:]) if sounds else ""
    start = "a" if first in "aeiou" and first else sounds[:1]
    return _REPEATED.sub(r"\1", start + kept)


def _latin(word: str) -> str:
    for pattern, replacement in _LATIN_RULES:
        word = pattern.sub(replacement, word)
    return word


def _sound(character: str) -> str:
    """Return the Latin letter or digit for a character of any known script, nothing for a mark."""
    code = ord(character)
    if code < 0x80:
        return character
    if _INDIC_FIRST <= code <= _INDIC_LAST:
        return _indic(code % _BLOCK)
    return _ARABIC.get(character, "")


def _indic(offset: int) -> str:
    if offset in _INDIC_CONSONANTS:
        return _INDIC_CONSONANTS[offset]
    if offset in _NASALS:
        return "n"
    if offset in _INDIC_VOWELS:
        return "a"
    return str(offset - _DIGITS.start) if offset in _DIGITS else ""
