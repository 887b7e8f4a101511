"""THE comparison of two rounds: what became of the rating of each Maßnahme. Pure functions.

The rule follows DESIGN.md, section 4 (rules 1 and 2), and section 3 („nicht bewertet“ is not „unklar“):

- Only Maßnahmen are compared, and only by what was agreed: a proposal is no result, whoever looks.
- hoch stands above mittel above gering (`Grade.rank`). „unklar“ has no place in that order and „nicht bewertet“ is no grade: where
  one stands on either side, the two rounds are not comparable for this Maßnahme.
- Within a Konzept a Maßnahme is known by its key, across Konzepte by its predecessors. One that has no counterpart in the
  earlier round is new, rated or not.
- A Maßnahme with several predecessors is better (worse, the same) if that holds against each of them. There is no average.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import models

from ratings.appendix import AppendixRow
from ratings.rollup import Standing


class Change(models.TextChoices):
    """What became of a Maßnahme's rating since an earlier round."""

    BETTER = "besser", "besser"
    WORSE = "schlechter", "schlechter"
    NEW = "neu", "neu"
    SAME = "gleich", "gleich"
    INCOMPARABLE = "unvergleichbar", "nicht vergleichbar"

    @property
    def word(self) -> str:
        return str(self.label)

    @classmethod
    def differing(cls) -> tuple["Change", ...]:
        """Those that „nur Änderungen“ lets through."""
        return (cls.BETTER, cls.WORSE, cls.NEW)


@dataclass(frozen=True, slots=True)
class Compared:
    """One Maßnahme in two rounds; `before` are its rows in the earlier one: several where it continues several Maßnahmen."""

    change: Change
    now: AppendixRow
    before: tuple[AppendixRow, ...]

    @property
    def words_before(self) -> str:
        """The earlier rating in words, for files; empty where nothing was agreed."""
        return ", ".join(row.word for row in self.before if row.is_agreed)

    @property
    def shows_grades(self) -> bool:
        """Whether the two ratings tell more than the word alone."""
        if self.change == Change.INCOMPARABLE:
            return any(row.standing == Standing.AGREED for row in (self.now, *self.before))
        return self.change in (Change.BETTER, Change.WORSE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rounds side by side. `title` names the earlier one; `ended` are its rows that no Maßnahme of the later one continues."""

    title: str
    by_key: Mapping[str, Compared]
    ended: tuple[AppendixRow, ...]

    def of(self, row: AppendixRow) -> Compared:
        """Return what became of a row of the later round. Raises KeyError for any other."""
        return self.by_key[row.key]

    def select(self, rows: Iterable[AppendixRow], wanted: Collection[Change]) -> tuple[AppendixRow, ...]:
        """Return the rows with one of the `wanted` changes, in their order; all of them if none is named."""
        return tuple(row for row in rows if not wanted or self.of(row).change in wanted)

    def counts(self, rows: Iterable[AppendixRow]) -> list[tuple[Change, int]]:
        """Return how many of `rows` changed in which way: every kind in its order, also with 0."""
        found = Counter(self.of(row).change for row in rows)
        return [(change, found[change]) for change in Change]


def compare(
    current: Iterable[AppendixRow],
    earlier: Iterable[AppendixRow],
    predecessors: Mapping[str, Collection[str]] | None = None,
    *,
    title: str = "",
) -> Comparison:
    """Compare the rows of a round with those of an earlier one, whose name is `title`.

    `predecessors` are the keys that each key continues, where the rounds belong to different Konzepte; None within one Konzept.
    """
    old = {row.key: row for row in earlier}
    by_key, continued = {}, set()
    for row in current:
        keys = {row.key} if predecessors is None else set(predecessors.get(row.key, ()))
        before = tuple(old_row for key, old_row in old.items() if key in keys)
        continued |= keys
        by_key[row.key] = Compared(_change(row, before), row, before)
    return Comparison(title, by_key, tuple(row for key, row in old.items() if key not in continued))


def _change(now: AppendixRow, before: Collection[AppendixRow]) -> Change:
    if not before:
        return Change.NEW
    found = {_step(_agreed_rank(old), _agreed_rank(now)) for old in before}
    return found.pop() if len(found) == 1 else Change.INCOMPARABLE


def _step(before: int | None, now: int | None) -> Change:
    if before is None or now is None:
        return Change.INCOMPARABLE
    if now == before:
        return Change.SAME
    return Change.BETTER if now > before else Change.WORSE


def _agreed_rank(row: AppendixRow) -> int | None:
    return row.grade.rank if row.standing == Standing.AGREED and row.grade else None
