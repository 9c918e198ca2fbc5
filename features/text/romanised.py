"""Hindi typed in Latin letters, put back into Devanagari letter by letter.

People type "chhutti ke niyam" for "छुट्टी के नियम". There is no one spelling, so this is a guess by rule: good enough
for an encoder that knows Hindi to see what is meant, not for showing to anybody.
"""

from __future__ import annotations

import re

_CONSONANTS = {
    "chh": "छ", "ksh": "क्ष", "gya": "ज्ञ", "kh": "ख", "gh": "घ", "ch": "च", "jh": "झ", "th": "थ", "dh": "ध", "ph": "फ",
    "bh": "भ", "sh": "श", "k": "क", "g": "ग", "c": "क", "j": "ज", "t": "त", "d": "द", "n": "न", "p": "प", "b": "ब",
    "m": "म", "y": "य", "r": "र", "l": "ल", "v": "व", "w": "व", "s": "स", "h": "ह", "f": "फ", "z": "ज़", "q": "क़",
    "x": "क्स",
}  # fmt: skip
_VOWELS = {
    "aa": ("आ", "ा"), "ai": ("ऐ", "ै"), "au": ("औ", "ौ"), "ee": ("ई", "ी"), "ii": ("ई", "ी"), "oo": ("ऊ", "ू"),
    "uu": ("ऊ", "ू"), "ou": ("औ", "ौ"), "a": ("अ", ""), "i": ("इ", "ि"), "u": ("उ", "ु"), "e": ("ए", "े"), "o": ("ओ", "ो"),
}  # fmt: skip
_VIRAMA = "्"
_UNITS = re.compile("|".join(sorted([*_CONSONANTS, *_VOWELS], key=lambda unit: (-len(unit), unit))))
_LATIN = re.compile(r"[a-z]+")
_INNER_A = re.compile(r"(?<=[b-df-hj-np-tv-z])a(?=[b-df-hj-np-tv-z])")
_LAST_LONG = {"a": "ा", "i": "ी", "u": "ू"}


def devanagari(text: str) -> str:
    """Return the text with its Latin words spelt in Devanagari.

    >>> devanagari("chhutti ke niyam")
    'छुत्ती के नियम'
    """
    return _LATIN.sub(lambda match: _word(match.group()), text.casefold())


def devanagari_guesses(text: str) -> tuple[str, str]:
    """Return two spellings: "a" inside a word read short, as written, and read long, as it is as often meant.

    >>> devanagari_guesses("vyapar")
    ('व्यपर', 'व्यापार')
    """
    short = text.casefold()
    return devanagari(short), devanagari(_INNER_A.sub("aa", short))


def _word(word: str) -> str:
    units = _UNITS.findall(word)
    letters = [_letters(units, place) for place in range(len(units))]
    return "".join(letters)


def _letters(units: list[str], place: int) -> str:
    unit, before = units[place], units[place - 1] if place else ""
    last = place == len(units) - 1
    if unit in _VOWELS:
        standing, sign = _VOWELS[unit]
        if before not in _CONSONANTS:
            return standing
        return _LAST_LONG.get(unit, sign) if last else sign
    joined = before in _CONSONANTS
    return (_VIRAMA if joined else "") + _CONSONANTS[unit]
