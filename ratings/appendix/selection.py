"""Which rows are shown and in which order: pure functions, the same for live and frozen rounds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from goals.search_words import select
from goals.text import fold
from ratings.appendix.rows import AppendixRow
from ratings.rollup import Progress, category
from ratings.scheme import Grade, Marker


@dataclass(frozen=True)
class Criteria:
    """What the query string asks for; an empty value means all. Several values of one kind are alternatives."""

    field: int | None = None
    ratings: frozenset[str] = frozenset()
    markers: frozenset[Marker] = frozenset()
    unit: str = ""
    progress: frozenset[Progress] = frozenset()
    disputed: bool = False
    missing: bool = False
    nobody: bool = False
    text: str = ""

    def accepts(self, row: AppendixRow) -> bool:
        """True if `row` meets every kind that is asked for beside `text`. „uneinig“ looks at the reports, also below an agreed one."""
        return (
            (self.field is None or row.field_position == self.field)
            and (not self.ratings or category(row) in self.ratings)
            and (not self.markers or any(getattr(row, marker.value) for marker in self.markers))
            and (not self.unit or any(line.slug == self.unit for line in row.owed_units))
            and (not self.progress or row.progress in self.progress)
            and (not self.disputed or row.roll_up.is_disputed)
            and (not self.missing or bool(row.roll_up.missing))
            and (not self.nobody or (row.roll_up.nobody_responsible and not row.is_all_dropped))
        )


def _searched(row: AppendixRow) -> list[str]:
    units = [name for line in row.owed_units for name in (line.name, line.short_name)]
    return [row.number, row.title, row.goal_text, row.challenge_title, row.field_title, *units, row.remark]


def filter_rows(rows: Iterable[AppendixRow], criteria: Criteria) -> tuple[AppendixRow, ...]:
    """Return the rows that meet `criteria`, in their order. Give it all rows: a number is looked for among theirs first."""
    return tuple(row for row in select(rows, criteria.text, _searched) if criteria.accepts(row))


class Order(models.TextChoices):
    """Orders of the overview; a „-“ before the value in the query string reverses it. The Konzept's own order decides ties."""

    NUMBER = "nummer", "Nummer"
    TITLE = "massnahme", "Maßnahme"
    UNIT = "einheit", "Zuständig"
    RATING = "bewertung", "Bewertung"
    PROGRESS = "stand", "Stand"


_RATINGS = [grade.value for grade in Grade] + ["uneinig", "ohne"]
_KEYS: dict[Order, Callable[[AppendixRow], Any]] = {
    Order.TITLE: lambda row: fold(row.title),
    Order.UNIT: lambda row: (row.lead is None, fold(row.lead.name) if row.lead else ""),
    Order.RATING: lambda row: (_RATINGS.index(category(row)), not row.is_agreed),
    Order.PROGRESS: lambda row: list(Progress).index(row.progress),
}


def sort_rows(rows: Iterable[AppendixRow], order: Order = Order.NUMBER, *, reverse: bool = False) -> tuple[AppendixRow, ...]:
    """Return the rows in `order`. They come in the order of the Konzept, which a stable sort keeps among equals."""
    if order is Order.NUMBER:
        found = tuple(rows)
        return found[::-1] if reverse else found
    return tuple(sorted(rows, key=_KEYS[order], reverse=reverse))
