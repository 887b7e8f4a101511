"""What the sheet „Auswertung“ counts, as plain tables: shown Maßnahmen per Handlungsfeld and category. Pure functions.

Rule 1 of DESIGN.md, section 4 (the report, sections 2 and 4): only Maßnahmen are rated. Everything above them gets counts and percent of
what is shown, never a grade or an average. A marker that is nicht überliefert is never counted as „nein“.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ratings.appendix import AppendixRow
from ratings.documents.cell_styles import HATCH, WHITE
from ratings.returns import bar_parts
from ratings.rollup import DISPUTED_VALUE, Standing, UnitLine, distribution
from ratings.scheme import Grade, Marker

ALL: Final = "Alle gezeigten Maßnahmen"
FIELD: Final = "Handlungsfeld"
_MEASURES: Final = "Maßnahmen"
PLAIN: Final = "Spaltenkopf mittig"
_SET: Final = "2B3F8C"
_NOT_SET: Final = "D5D9E6"


@dataclass(frozen=True, slots=True)
class Category:
    """What is counted in one column: its words with the colour in words, the style of its heading, its filling in a chart."""

    words: str
    style: str = PLAIN
    fill: str = WHITE
    is_hatched: bool = False


@dataclass(frozen=True, slots=True)
class CountLine:
    """Counts of one line out of `total`; None where the source does not tell."""

    label: str
    total: int
    counts: tuple[int | None, ...]
    is_sum: bool = False

    @property
    def shares(self) -> tuple[float | None, ...]:
        """Each count as part of 1, to a hundredth of a percent."""
        return tuple(round(count / self.total, 4) if count is not None and self.total else None for count in self.counts)


@dataclass(frozen=True, slots=True)
class CountTable:
    """A table of counts. `first` is the heading of its lines, `unit` says what `total` counts."""

    title: str
    first: str
    unit: str
    categories: tuple[Category, ...]
    lines: tuple[CountLine, ...]


Rows = Sequence[AppendixRow]


def grade_table(rows: Rows) -> CountTable:
    """Zielerreichungsgrade per Handlungsfeld: the distribution, in which uneinig and nicht bewertet are counted on their own."""
    categories = []
    for share in distribution(rows):
        grade = Grade.parse(share.value) if share.value in Grade.values else None
        if grade:
            words = f"{grade.symbol} {grade.word} ({grade.colour})"
            categories.append(Category(words, f"Spaltenkopf {grade.value}", grade.fill))
        elif share.value == DISPUTED_VALUE:
            categories.append(Category(f"{share.symbol} {share.word} (schraffiert)", fill=HATCH, is_hatched=True))
        else:
            categories.append(Category(f"{share.symbol} {share.word} (weiß)"))
    return CountTable(
        "Zielerreichungsgrade je Handlungsfeld",
        FIELD,
        _MEASURES,
        tuple(categories),
        _by_field(rows, lambda block: tuple(share.count for share in distribution(block))),
    )


def marker_table(rows: Rows) -> CountTable:
    """Each Kennzeichen: set, not set, not said yet, nicht überliefert. The last two only where there are any."""
    counts = {marker: marker_counts(rows, marker) for marker in Marker}
    kept = [
        (index, category)
        for index, category in enumerate(_MARKER_CATEGORIES)
        if index < 2 or any(found[index] for found in counts.values())
    ]
    lines = [
        CountLine(f"{marker.symbol}  {marker.word}", len(rows), tuple(found[index] for index, _ in kept))
        for marker, found in counts.items()
    ]
    return CountTable("Kennzeichen", "Kennzeichen", _MEASURES, tuple(category for _, category in kept), tuple(lines))


_MARKER_CATEGORIES: Final = (
    Category("gesetzt (dunkelblau)", fill=_SET),
    Category("nicht gesetzt (hellgrau)", fill=_NOT_SET),
    Category("noch nicht vorgeschlagen (weiß)"),
    Category("nicht überliefert (schraffiert)", fill=HATCH, is_hatched=True),
)


def marker_counts(rows: Rows, marker: Marker) -> tuple[int, int, int, int]:
    """Return how many rows have `marker`: (set, not set, not said yet, nicht überliefert).

    Before anything is proposed nobody has said „nein“.
    """
    is_set = is_not = open_ = unknown = 0
    for row in rows:
        value = getattr(row, marker.value)
        if value:
            is_set += 1
        elif value is None:
            unknown += 1
        elif row.standing == Standing.NONE and marker != Marker.MANDATORY:
            open_ += 1
        else:
            is_not += 1
    return is_set, is_not, open_, unknown


def markers_by_field(rows: Rows) -> CountTable:
    """How many Maßnahmen of each Handlungsfeld carry each Kennzeichen; None where it is überliefert for none of them."""

    def counts(block: Rows) -> tuple[int | None, ...]:
        found = [marker_counts(block, marker) for marker in Marker]
        return tuple(None if unknown == len(block) else is_set for is_set, _, _, unknown in found)

    categories = tuple(Category(f"{marker.symbol}\n{_SHORT[marker]}") for marker in Marker)
    return CountTable("Kennzeichen je Handlungsfeld: gesetzt", FIELD, _MEASURES, categories, _by_field(rows, counts))


_SHORT: Final = {
    Marker.MANDATORY: "Pflichtaufgabe",
    Marker.ROUTINE: "Routine",
    Marker.CONTINUE: "Weiterführung",
    Marker.INFLUENCE: "Zuständigkeit, Einfluss",
    Marker.CONDITIONS: "Veränderter Rahmen",
}


def unknown_markers_by_field(rows: Rows) -> CountTable | None:
    """For how many Maßnahmen each Kennzeichen is nicht überliefert; None where all are told."""
    markers = [marker for marker in Marker if any(getattr(row, marker.value) is None for row in rows)]
    if not markers:
        return None
    return CountTable(
        "Kennzeichen je Handlungsfeld: nicht überliefert",
        FIELD,
        _MEASURES,
        tuple(Category(f"{marker.symbol}\nnicht überliefert") for marker in markers),
        _by_field(rows, lambda block: tuple(marker_counts(block, marker)[3] for marker in markers)),
    )


def summary_table(rows: Rows) -> CountTable:
    """For a round without ratings: Maßnahmen with and without a Sachstand, per Handlungsfeld."""

    def counts(block: Rows) -> tuple[int, int]:
        told = sum(bool(row.summaries) for row in block)
        return told, len(block) - told

    categories = (Category("mit Sachstand (dunkelblau)", fill=_SET), Category("ohne Sachstand (hellgrau)", fill=_NOT_SET))
    return CountTable("Sachstände je Handlungsfeld", FIELD, _MEASURES, categories, _by_field(rows, counts))


def return_table(rows: Rows) -> CountTable | None:
    """Rücklauf: reports owed per Handlungsfeld by their state; None where no report was asked."""

    def reports(block: Iterable[AppendixRow]) -> list[UnitLine]:
        return [line for row in block for line in row.owed_units if line.state is not None]

    if not reports(rows):
        return None
    states = _return_counts(reports(rows))
    lines = []
    for label, block, is_sum in _blocks(rows):
        owed = reports(block)
        lines.append(CountLine(label, len(owed), tuple(count for _, count in _return_counts(owed)), is_sum))
    return CountTable(
        "Rücklauf der Berichte je Handlungsfeld", FIELD, "Berichte", tuple(Category(word) for word, _ in states), tuple(lines)
    )


def _return_counts(owed: Sequence[UnitLine]) -> list[tuple[str, int]]:
    states = [line.state for line in owed if line.state is not None]
    return [(word, count) for _, count, word in bar_parts({state: states.count(state) for state in states})]


def _blocks(rows: Rows) -> list[tuple[str, Rows, bool]]:
    """(title, rows, False) per Handlungsfeld in the order of the Konzept, and at the end all of them with True."""

    def place(row: AppendixRow) -> tuple[int, str]:
        return row.field_position, row.field_title

    fields = [(title, list(block), False) for (_, title), block in groupby(sorted(rows, key=place), key=place)]
    return [*fields, (ALL, rows, True)]


def _by_field(rows: Rows, counts: Callable[[Rows], tuple[int | None, ...]]) -> tuple[CountLine, ...]:
    return tuple(CountLine(label, len(block), counts(block), is_sum) for label, block, is_sum in _blocks(rows))
