"""Rücklauf: how far the reports of a round are, by unit. Figures are about units, never about people (DESIGN.md, rule 9)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ratings.appendix import AppendixRow
from ratings.rollup import UnitLine
from ratings.states import ReportState

# States of a report as parts of the bar: class, state, word.
_PARTS: Final = (
    ("in", ReportState.SUBMITTED, "eingereicht"),
    ("release", ReportState.AWAITING_APPROVAL, "zur Freigabe"),
    ("draft", ReportState.DRAFT, "Entwurf"),
    ("returned", ReportState.RETURNED, "zurückgegeben"),
    ("open", ReportState.OPEN, "offen"),
)

Parts = list[tuple[str, int, str]]
IsLate = Callable[[AppendixRow, UnitLine], bool]


def bar_parts(counts: Mapping[ReportState, int]) -> Parts:
    """Return the parts of the bar of the Rücklauf for `{% progress_bar %}`, from the number of reports by state."""
    return [(css, counts.get(state, 0), word) for css, state, word in _PARTS]


@dataclass(frozen=True, slots=True)
class OwedReport:
    """What one unit owes for one Maßnahme. `is_late`: nothing submitted, and the deadline has passed."""

    row: AppendixRow
    line: UnitLine
    is_late: bool


@dataclass
class Returns:
    """How far some reports are: those of a unit, or all of a round."""

    reports: list[OwedReport] = field(default_factory=list)

    @property
    def counts(self) -> Counter[ReportState]:
        return Counter(report.line.state for report in self.reports if report.line.state is not None)

    @property
    def owed(self) -> int:
        return len(self.reports)

    @property
    def open(self) -> int:
        return self.counts[ReportState.OPEN]

    @property
    def draft(self) -> int:
        return self.counts[ReportState.DRAFT]

    @property
    def awaiting(self) -> int:
        return self.counts[ReportState.AWAITING_APPROVAL]

    @property
    def submitted(self) -> int:
        return self.counts[ReportState.SUBMITTED]

    @property
    def returned(self) -> int:
        return self.counts[ReportState.RETURNED]

    @property
    def late(self) -> int:
        return sum(report.is_late for report in self.reports)

    @property
    def missing(self) -> int:
        """Not handed in: what is „ausstehend“, returned reports among it (a report „fehlt“ where nothing counts at all)."""
        return self.owed - self.submitted

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def percent(self) -> int:
        """Share of the submitted reports, rounded as in the charts; but 100 is „alle“ and nothing else."""
        rounded = (200 * self.submitted + self.owed) // (2 * self.owed) if self.owed else 0
        return min(rounded, 99) if self.missing else rounded

    @property
    def parts(self) -> Parts:
        return bar_parts(self.counts)


@dataclass
class UnitReturn(Returns):
    """What one unit owes in a round and how far it is."""

    slug: str = ""
    name: str = ""


def never_late(row: AppendixRow, line: UnitLine) -> bool:
    return False


def returns_by_unit(rows: Iterable[AppendixRow], is_late: IsLate = never_late) -> list[UnitReturn]:
    """Return the Rücklauf by unit, the least complete first; units of which no report was asked are left out.

    `is_late` answers for a report of which nothing was submitted whether its deadline has passed.
    """
    units: dict[str, UnitReturn] = {}
    for row in rows:
        for line in row.owed_units:
            if line.state is not None:
                entry = units.setdefault(line.slug, UnitReturn(slug=line.slug, name=line.name))
                entry.reports.append(OwedReport(row, line, line.is_missing and is_late(row, line)))
    return sorted(units.values(), key=lambda unit: (unit.submitted - unit.owed, unit.name))


def total(units: Iterable[UnitReturn]) -> Returns:
    """Return the Rücklauf of all of these units together."""
    return Returns([report for unit in units for report in unit.reports])


def without_unit(rows: Iterable[AppendixRow]) -> list[AppendixRow]:
    """Return the Maßnahmen for which nobody is responsible, in their order."""
    return [row for row in rows if row.roll_up.nobody_responsible and not row.is_all_dropped]


def all_dropped(rows: Iterable[AppendixRow]) -> list[AppendixRow]:
    """Return the Maßnahmen of which every report is entfallen, in their order."""
    return [row for row in rows if row.is_all_dropped]
