"""The columns of the sheet „Daten“ and of the CSV file: one full row per Maßnahme."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ratings.appendix import Appendix, AppendixRow, Audience
from ratings.comparison import Comparison
from ratings.documents import seal, wording
from ratings.models.fields import ObstacleCategory
from ratings.rollup import Standing, UnitLine, UnitTexts
from ratings.scheme import DISPUTED_WORD, NO_PROPOSAL_WORD, NOT_RATED_WORD, Marker

Value = str | int | date | None

_STANDING_WORDS: Final = {
    Standing.AGREED: "abgestimmt",
    Standing.NOT_RATED: NOT_RATED_WORD,
    Standing.DISPUTED: DISPUTED_WORD,
    Standing.PROPOSAL: "Vorschlag",
    Standing.NONE: "noch nicht bewertet",
}
_UNIT_TEXTS: Final = (
    ("Kurzfassungen", "summary"),
    ("Sachstände", "situation"),
    ("Begründungen der Einheiten", "rationale"),
    ("Hemmnisse", "obstacles"),
    ("Lösungsansätze", "solution"),
    ("Warum unklar", "unclear_note"),
    ("Zuständigkeit oder Einfluss fraglich, weil", "influence_note"),
    ("Was sich verändert hat", "conditions_note"),
    ("Nächste Schritte", "next_step"),
    ("Erfolge", "successes"),
    ("Zielgruppen", "target_group"),
    ("Kooperationspartner", "partners"),
    ("Ressourcen", "resources"),
    ("Belege", "evidence"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading, value of a row, width in characters; `in_csv` False where Excel would misread a CSV cell."""

    heading: str
    value: Callable[[AppendixRow], Value]
    width: int = 14
    in_csv: bool = True


def data_columns(appendix: Appendix, *, selection: str = "", comparison: Comparison | None = None) -> list[Column]:
    """Return the columns for this round and audience. Readers of a released round get no proposals and no states of reports.

    `comparison` with an earlier round adds what stood there and what changed. Inside a round that is not frozen there is
    „Prüfzeichen“: such a file can be read in again (`ratings.imports.data`).
    """
    inside = appendix.audience is Audience.INTERNAL
    columns = [
        *_concept_columns(),
        *(_rating_columns() if appendix.has_ratings else []),
        *(_comparison_columns(comparison) if comparison else []),
        *_unit_columns(),
        *(_inside_columns(appendix) if inside else []),
        *(_text_columns(appendix) if inside or not appendix.has_ratings else []),
    ]
    of_round = _round_columns(appendix, selection)
    sealed = [_seal_column(appendix, [*columns, *of_round])] if inside and appendix.version is None else []
    return [*columns, *sealed, *of_round]


def _seal_column(appendix: Appendix, columns: Sequence[Column]) -> Column:
    """Narrow and never the last one: the column behind it covers what does not fit."""

    def value(row: AppendixRow) -> str:
        cells = ((column.heading, column.value(row)) for column in columns)
        return seal.seal(row_place(appendix, row.key), cells, row_state(row))

    return Column(seal.HEADING, value, 13)


def row_place(appendix: Appendix, key: str) -> str:
    """Return what names a row of the sheet „Daten“ among those of all rounds."""
    return f"{appendix.round_slug}/{key}"


def row_state(row: AppendixRow) -> str:
    """Return what a decision on this row rests on: the units with the numbers of their submissions."""
    return ";".join(f"{line.slug}:{'L' if line.is_lead else 'Z'}:{line.submission or ''}" for line in row.owed_units)


def _concept_columns() -> list[Column]:
    return [
        Column("Schlüssel", lambda row: row.key, 16),
        Column("Nummer", lambda row: row.number, 10, in_csv=False),
        Column("Ziel", lambda row: row.goal_number, 8),
        Column("Position", lambda row: row.position, 10),
        Column("Handlungsfeld", lambda row: row.field_title, 28),
        Column("Herausforderung", lambda row: row.challenge_title, 40),
        Column("Zielbeschreibung", lambda row: row.goal_text, 70),
        Column("Zielart", lambda row: row.goal_kind, 14),
        Column("Maßnahme", lambda row: row.title, 42),
        Column("Pflichtaufgabe (P)", lambda row: _yes_no(row.is_mandatory), 16),
    ]


def _rating_columns() -> list[Column]:
    return [
        Column("Zielerreichungsgrad", lambda row: row.grade.word if row.grade else "", 20),
        Column("Bewertung ist", lambda row: _STANDING_WORDS[row.standing], 16),
        *(_marker_column(marker) for marker in Marker.voted()),
        Column("Begründung", lambda row: row.reason, 36),
        Column("Bemerkung", lambda row: row.remark, 36),
        Column("abgestimmt am", lambda row: row.agreed_on, 15),
    ]


def _comparison_columns(comparison: Comparison) -> list[Column]:
    return [
        Column("Vorherige Bewertung", lambda row: comparison.of(row).words_before, 20),
        Column("Veränderung", lambda row: comparison.of(row).change.word, 18),
        Column("Vergleich mit", lambda row: comparison.title, 28),
    ]


def _marker_column(marker: Marker) -> Column:
    return Column(f"{marker.word} ({marker.symbol})", lambda row: _marker_value(row, marker), 26)


def _marker_value(row: AppendixRow, marker: Marker) -> str:
    """Empty while nothing is agreed or proposed: nobody has said „nein“ yet."""
    value: bool | None = getattr(row, marker.value)
    if row.standing == Standing.NONE and not value:
        return ""
    return wording.UNKNOWN if value is None else _yes_no(value)


def _yes_no(value: bool) -> str:
    return "ja" if value else "nein"


def _unit_columns() -> list[Column]:
    return [
        Column("federführend", lambda row: row.lead.name if row.lead else "", 26),
        Column("Zuarbeit", lambda row: "; ".join(line.name for line in row.contributing), 26),
    ]


def _inside_columns(appendix: Appendix) -> list[Column]:
    columns = [
        Column("Stand", lambda row: str(row.progress.label), 16),
        Column("fehlende Berichte", lambda row: "; ".join(line.name for line in row.roll_up.missing), 26),
    ]
    if appendix.has_ratings:
        columns.append(Column("Vorschläge", lambda row: "; ".join(_proposal(line) for line in _counting(row)), 36))
    return columns


def _text_columns(appendix: Appendix) -> list[Column]:
    """What the units wrote. Readers of a round without ratings get the Kurzfassungen, which are its result; more is not in the rows."""
    return [_text_column(heading, name) for heading, name in _UNIT_TEXTS if _is_given(appendix.rows, name)]


def _counting(row: AppendixRow) -> list[UnitLine]:
    return [line for line in row.owed_units if line.counts]


def _proposal(line: UnitLine) -> str:
    """„MaßArbeit: mittel (R ➔)“."""
    markers = " ".join(marker.symbol for marker in line.set_markers)
    return f"{line.short_name}: {line.grade.word if line.grade else NO_PROPOSAL_WORD}" + (f" ({markers})" if markers else "")


def _is_given(rows: Sequence[AppendixRow], name: str) -> bool:
    return any(line.texts and getattr(line.texts, name) for row in rows for line in _counting(row))


def _text_column(heading: str, name: str) -> Column:
    def texts(row: AppendixRow) -> str:
        if name == "summary":
            return "\n".join(wording.summary_of(line) for line in row.summaries)
        given = [(line.short_name, _unit_text(line.texts, name)) for line in _counting(row) if line.texts]
        return "\n".join(f"{unit}: {text}" for unit, text in given if text)

    return Column(heading, texts, 80)


def _unit_text(texts: UnitTexts, name: str) -> str:
    text: str = getattr(texts, name)
    if name == "obstacles" and texts.obstacle_category:
        return f"{ObstacleCategory(texts.obstacle_category).label}: {text}"
    if name == "next_step" and text and texts.next_step_on:
        return f"{text} (bis {wording.german_date(texts.next_step_on)})"
    return text


def _round_columns(appendix: Appendix, selection: str) -> list[Column]:
    """What tells this file's rows apart from those of other rounds, and fictional or partial data from the rest."""
    state = f"Beispieldaten, {wording.state(appendix)}" if appendix.is_example else wording.state(appendix)
    columns = [
        Column("Konzept", lambda row: appendix.concept_title, 64),
        Column("Berichtsrunde", lambda row: appendix.round_title, 28),
        Column("Fassung", lambda row: state, 50),
        Column("Stand der Daten", lambda row: appendix.as_of, 15),
    ]
    if selection or len(appendix.rows) != appendix.total:
        columns.append(Column("Auswahl", lambda row: wording.selection_line(appendix, selection), 50))
    return columns
