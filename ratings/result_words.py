"""A released result in plain words, for those who only read it. Counts, never an average (DESIGN.md, rule 1)."""

from collections.abc import Iterable
from typing import Final

from ratings.rollup import UNRATED_VALUE, Share
from ratings.scheme import Grade

_WORDS: Final = {
    Grade.HIGH.value: "in hohem Maß",
    Grade.MEDIUM.value: "in mittlerem Maß",
    Grade.LOW.value: "in geringem Maß",
}


def result_sentences(shares: Iterable[Share]) -> list[str]:
    """Return how many Maßnahmen reached their aim how far, and of how many nobody can say; empty for no Maßnahmen."""
    counts = {share.value: share.count for share in shares}
    total = sum(counts.values())
    if not total:
        return []
    unrated, unclear = counts.get(UNRATED_VALUE, 0), counts.get(Grade.UNCLEAR.value, 0)
    if unrated == total:
        return [f"Das Ergebnis nennt für keine der {total} Maßnahmen einen Zielerreichungsgrad."]
    reached = [(counts[value], words) for value, words in _WORDS.items() if counts.get(value)]
    found = []
    if reached:
        (first, words), *others = reached
        parts = [f"{'hat' if first == 1 else 'haben'} {first} ihr Ziel {words} erreicht", *(f"{n} {word}" for n, word in others)]
        listed = " und ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
        found.append(f"Von {total} Maßnahmen {listed}.")
    if unclear:
        found.append(f"Bei {unclear} ist unklar, wie weit das Ziel erreicht ist.")
    if unrated:
        found.append(f"{unrated} {'ist' if unrated == 1 else 'sind'} nicht bewertet.")
    return found
