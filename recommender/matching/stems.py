"""Word endings cut off, lightly: enough that "procurements" meets "procurement"."""

from __future__ import annotations

from functools import cache

_ENDINGS = ("ations", "ation", "ings", "ments", "ment", "ing", "ies", "ers", "er", "es", "ed", "s")
_SHORTEST = 3

_SAYS_NOTHING = (
    "a an and are as at be by for from how in into is it its of on or our that the their this to use using via "
    "we what when with you your introduction intro basics fundamentals course "
    "और का की के को में पर से है हैं एक लिए aur ka ki ke ko mein par se hai liye ek"
)
STOP_WORDS = frozenset(_SAYS_NOTHING.split())
"""Words of English and Hindi that say nothing about a subject."""


@cache
def stem(word: str) -> str:
    """Return the word without its ending, where enough of it is left.

    >>> stem("procurements"), stem("testing"), stem("news")
    ('procure', 'test', 'new')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word
