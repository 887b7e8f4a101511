"""The columns of the sheet „Berichte“: one row per submitted report, found again by Schlüssel and Einheit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ratings.appendix import Appendix, AppendixRow
from ratings.documents import wording
from ratings.documents.columns import Value
from ratings.models.fields import ObstacleCategory
from ratings.rollup import UnitLine
from ratings.scheme import NO_PROPOSAL_WORD, Marker

_TEXTS: Final = (
    ("Kurzfassung", "summary", 60),
    ("Sachstand", "situation", 80),
    ("Begründung", "rationale", 60),
    ("Warum unklar", "unclear_note", 60),
    ("Zuständigkeit oder Einfluss fraglich, weil", "influence_note", 60),
    ("Was sich verändert hat", "conditions_note", 60),
    ("Art der Hemmnisse", "obstacle_category", 22),
    ("Hemmnisse", "obstacles", 60),
    ("Lösungsansatz", "solution", 60),
    ("Nächster Schritt", "next_step", 60),
    ("Nächster Schritt bis", "next_step_on", 18),
    ("Erfolge", "successes", 60),
    ("Zielgruppe", "target_group", 40),
    ("Kooperationspartner", "partners", 40),
    ("Ressourcen", "resources", 40),
    ("Belege", "evidence", 40),
)


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column: heading, value of a unit's report on a Maßnahme, width in characters."""

    heading: str
    value: Callable[[AppendixRow, UnitLine], Value]
    width: int = 14


def counting_reports(appendix: Appendix) -> Iterator[tuple[AppendixRow, UnitLine]]:
    """Yield the submitted reports in the order of the rows, the lead first. Drafts and what was taken back are not among them (rule 8)."""
    for row in appendix.rows:
        for line in row.owed_units:
            if line.counts:
                yield row, line


def report_columns(appendix: Appendix) -> list[ReportColumn]:
    """Return the columns for this round; texts that nobody has written have none, the proposal only in a round with ratings."""
    proposal = _proposal_columns() if appendix.has_ratings else []
    return [*_place_columns(), *proposal, *_text_columns(appendix)]


def _place_columns() -> list[ReportColumn]:
    return [
        ReportColumn("Schlüssel", lambda row, line: row.key, 16),
        ReportColumn("Nummer", lambda row, line: row.number, 10),
        ReportColumn("Maßnahme", lambda row, line: row.title, 42),
        ReportColumn("Handlungsfeld", lambda row, line: row.field_title, 28),
        ReportColumn("Einheit", lambda row, line: line.name, 28),
        ReportColumn("Zuständigkeit", lambda row, line: "federführend" if line.is_lead else "Zuarbeit", 16),
        ReportColumn("Einreichung", lambda row, line: line.submission, 14),
        ReportColumn("eingereicht am", lambda row, line: line.submitted_on, 16),
        ReportColumn("Stand vom", lambda row, line: line.as_of, 14),
        ReportColumn("Bericht ist", lambda row, line: str(line.state.label) if line.state else "", 16),
    ]


def _proposal_columns() -> list[ReportColumn]:
    return [
        ReportColumn("Vorgeschlagener Grad", lambda row, line: line.grade.word if line.grade else NO_PROPOSAL_WORD, 16),
        *(_marker_column(marker) for marker in Marker.voted()),
    ]


def _marker_column(marker: Marker) -> ReportColumn:
    words = {True: "ja", False: "nein", None: wording.UNKNOWN}
    return ReportColumn(f"{marker.word} ({marker.symbol})", lambda row, line: words[getattr(line, marker.value)], 26)


def _text_columns(appendix: Appendix) -> list[ReportColumn]:
    reports = list(counting_reports(appendix))
    columns = [_text_column(*given) for given in _TEXTS]
    return [column for column in columns if any(column.value(*report) for report in reports)]


def _text_column(heading: str, name: str, width: int) -> ReportColumn:
    def value(row: AppendixRow, line: UnitLine) -> Value:
        found: Value = getattr(line.texts, name) if line.texts else ""
        return str(ObstacleCategory(str(found)).label) if found and name == "obstacle_category" else found

    return ReportColumn(heading, value, width)
