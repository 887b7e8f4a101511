"""What a chart is before it is drawn: words and counts. The picture and the table beside it are made from the same object."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

# Looks of parts that are no Zielerreichungsgrad.
SET: Final = "gesetzt"
NOT_SET: Final = "nicht"
UNTOLD: Final = "offen"
UNKNOWN: Final = "unbekannt"


@dataclass(frozen=True, slots=True)
class Key:
    """One category of a chart: a column of its table and an entry of its legend. `look` is its filling, `shape` its Ampel mark."""

    look: str
    word: str
    symbol: str = ""
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar, drawn to the length of its count; an outlined part is a Vorschlag."""

    look: str
    symbol: str
    count: int
    is_outlined: bool = False


def segments(counts: Iterable[int]) -> list[tuple[float, float]]:
    """Return start and length of every part of a bar, as parts of the whole; all of them 0 where nothing is counted."""
    found, start, all_counts = [], 0, list(counts)
    total = sum(all_counts) or 1
    for count in all_counts:
        found.append((start / total, count / total))
        start += count
    return found


@dataclass(frozen=True, slots=True)
class TableCell:
    """The count of one category in one bar. `proposed` of it are Vorschläge; `percent` is of the whole bar, 0 if that is empty."""

    key: Key
    count: int
    proposed: int
    percent: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `total` is what its parts add up to; `note` says what else is to be known of it („Entwurf“)."""

    label: str
    total: int
    parts: tuple[Part, ...]
    note: str = ""
    is_sum: bool = False

    def cell(self, key: Key) -> TableCell:
        """Return what the table shows for a category."""
        own = [part for part in self.parts if part.look == key.look]
        count = sum(part.count for part in own)
        proposed = sum(part.count for part in own if part.is_outlined)
        return TableCell(key, count, proposed, 100 * count / self.total if self.total else 0.0)


@dataclass(frozen=True, slots=True)
class BarChart:
    """Stacked bars, each drawn to the full width. `first` heads the names of the bars, `unit` says what is counted (one, many)."""

    name: str
    title: str
    description: str
    first: str
    unit: tuple[str, str]
    keys: tuple[Key, ...]
    bars: tuple[Bar, ...]
    notes: tuple[str, ...] = ()
    shows_percent: bool = False

    @property
    def has_proposals(self) -> bool:
        return any(part.is_outlined for bar in self.bars for part in bar.parts)

    @property
    def whole(self) -> Bar | None:
        """The bar that holds everything the chart is about: the one that sums up the others, or the only one."""
        return next((bar for bar in self.bars if bar.is_sum or len(self.bars) == 1), None)

    @property
    def table(self) -> list[tuple[Bar, list[TableCell]]]:
        return [(bar, [bar.cell(key) for key in self.keys]) for bar in self.bars]

    def total_words(self, bar: Bar) -> str:
        """„17 Maßnahmen“."""
        return f"{bar.total} {self.unit[0] if bar.total == 1 else self.unit[1]}"


@dataclass(frozen=True, slots=True)
class ReturnDay:
    """A day on which reports came in: how many, and how many there were by then."""

    day: date
    new: int
    total: int


@dataclass(frozen=True, slots=True)
class ReturnCurve:
    """Rücklauf over time: reports that came in, added up by day, from `starts` to `ends`; the curve is known up to `until`."""

    name: str
    title: str
    description: str
    owed: int
    starts: date
    ends: date
    until: date
    due: date
    days: tuple[ReturnDay, ...]
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return self.days[-1].total if self.days else 0

    def percent(self, count: int) -> float:
        return 100 * count / self.owed if self.owed else 0.0

    @property
    def table(self) -> list[tuple[ReturnDay, float]]:
        return [(day, self.percent(day.total)) for day in self.days]


Chart = BarChart | ReturnCurve
