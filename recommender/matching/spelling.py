"""Typing errors: the words of a catalogue that a mistyped word may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

_SHORTEST = 4
_LONG = 8


@dataclass(frozen=True)
class Spelling:
    """The known words, found again with a letter wrong, missing, added or two swapped (in long words also one more).

    Every word is kept under itself and under itself less one letter; two words that share such a form are at most
    two edits apart, and only then are compared.
    """

    known: frozenset[str]
    _forms: dict[str, list[str]] = field(repr=False)

    @classmethod
    def of(cls, words: Iterable[str]) -> Spelling:
        """Make from the words of a catalogue."""
        known = frozenset(words)
        forms: dict[str, list[str]] = {}
        for word in sorted(known):
            if len(word) >= _SHORTEST:
                for form in _less_one(word):
                    forms.setdefault(form, []).append(word)
        return cls(known, forms)

    def meant(self, word: str) -> tuple[str, ...]:
        """Return the word itself if it is known, else the known words nearest to it; none if none is near."""
        if word in self.known:
            return (word,)
        if len(word) < _SHORTEST:
            return ()
        most = 2 if len(word) >= _LONG else 1
        near = {one for form in _less_one(word) for one in self._forms.get(form, ())}
        distances = {one: edits(word, one, most) for one in near}
        best = min(distances.values(), default=most + 1)
        return tuple(sorted(one for one, distance in distances.items() if distance == best <= most))


def edits(a: str, b: str, most: int) -> int:
    """Return the number of letters to change, add, drop or swap with the next, ``most`` + 1 if it is more.

    >>> edits("procurment", "procurement", 2), edits("budegt", "budget", 2), edits("audit", "tender", 2)
    (1, 1, 3)
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)


def _less_one(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}
