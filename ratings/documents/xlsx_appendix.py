"""The sheet „Anhang“: title, Bewertungsschema and one block per Handlungsfeld, as in the published appendix of the report."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from openpyxl.worksheet.worksheet import Worksheet

from ratings.appendix import Appendix, AppendixRow
from ratings.documents import wording
from ratings.documents.text_width import line_height, wrap
from ratings.documents.xlsx_cells import SIZE, put, safe_text
from ratings.documents.xlsx_layout import PADDING, Column, appendix_columns
from ratings.documents.xlsx_page import PAGE_WIDTH, PrintedRow, break_pages, column_units, set_up_page
from ratings.rollup import DISPUTED_VALUE, UNRATED_VALUE, distribution
from ratings.scheme import Grade, Marker

_PROPOSAL_NOTE: Final = "○ ◇ △ ohne Farbfläche: Vorschlag der federführenden Einheit, noch nicht abgestimmt."
_MAX_LINES: Final = 26  # Excel shows at most 409 points of a row: longer texts go on in the next row


class AppendixSheet:
    """Writes the sheet row by row; `_rows` remembers the heights for the page breaks."""

    def __init__(self, sheet: Worksheet, appendix: Appendix) -> None:
        self._sheet = sheet
        self._appendix = appendix
        self._note, self._in_rows = wording.unknown_markers(appendix.rows)
        self._columns = appendix_columns(appendix, self._in_rows)
        self._rows: list[PrintedRow] = []
        self._first_heading = 0

    def write(self, selection: str) -> None:
        sheet = self._sheet
        for index, column in enumerate(self._columns, start=1):
            sheet.column_dimensions[sheet.cell(1, index).column_letter].width = column_units(column.width)
        self._title(selection)
        if self._appendix.has_ratings:
            self._legend()
        self._notes()
        self._body()
        self._print()

    def _title(self, selection: str) -> None:
        appendix = self._appendix
        self._line(wording.title(appendix), "Titel", 14, bold=True)
        self._line(wording.subtitle(appendix), "Untertitel", 12)
        stand = f"{appendix.round_title} · Stand {wording.german_date(appendix.as_of)} · {wording.state(appendix)}"
        self._line(stand, "Angabe", SIZE)
        if appendix.is_example:
            self._line(wording.EXAMPLE_NOTE, "Warnung", SIZE, bold=True)
        self._line(wording.selection_line(appendix, selection), "Angabe", SIZE)

    def _line(self, text: str, style: str, size: float, *, bold: bool = False, padding: float = 2.0) -> None:
        """Text over the whole width: it runs over the empty cells beside it, and into further rows where it is too long."""
        for line in wrap(safe_text(text), PAGE_WIDTH * 0.97, size, bold=bold):
            self._add(line_height(size) + padding, is_heading=True)
            put(self._sheet.cell(len(self._rows), 1), line, style)

    def _add(self, height: float, *, is_heading: bool) -> None:
        self._rows.append(PrintedRow(height, is_heading))
        self._sheet.row_dimensions[len(self._rows)].height = height

    def _legend(self) -> None:
        """Grades on the left with their counts, Kennzeichen beside them."""
        self._add(line_height(SIZE) / 2, is_heading=True)
        self._line("Bewertungsschema", "Abschnitt", 12, bold=True)
        left, right = self._legend_of_grades(), [(marker.symbol, marker.word) for marker in Marker]
        middle = [column.heading for column in self._columns].index("Nr.") + 2  # one to the right, so that the counts have room
        for index in range(max(len(left), len(right))):
            self._add(line_height(14) + 2, is_heading=True)
            row = len(self._rows)
            if index < len(left):
                sign, style, words = left[index]
                put(self._sheet.cell(row, 1), sign, style)
                put(self._sheet.cell(row, 2), words, "Legende")
            if index < len(right):
                put(self._sheet.cell(row, middle), right[index][0], "Zeichen")
                put(self._sheet.cell(row, middle + 1), right[index][1], "Legende")

    def _legend_of_grades(self) -> list[tuple[str, str, str]]:
        rows = self._appendix.rows
        shares = {share.value: share for share in distribution(rows)}
        counted = any(row.grade for row in rows) or bool(shares[DISPUTED_VALUE].count)
        entries = [(grade.symbol, f"Ampel {grade.value}", f"Zielerreichungsgrad {grade.word}", grade.value) for grade in Grade]
        disputed, unrated = shares[DISPUTED_VALUE], shares[UNRATED_VALUE]
        entries.append((disputed.symbol, "Ampel uneinig", "Vorschläge uneinig", DISPUTED_VALUE))
        entries.append((unrated.symbol, "Ampel ohne", unrated.word, UNRATED_VALUE))
        return [(sign, style, f"{words} ({shares[value].count})" if counted else words) for sign, style, words, value in entries]

    def _notes(self) -> None:
        rows = self._appendix.rows
        proposals = any(row.is_proposal for row in rows)
        notes = [
            _PROPOSAL_NOTE if proposals else "",
            wording.shared_reason_note(rows) if self._appendix.has_ratings else "",
            self._note if self._appendix.has_ratings else "",
        ]
        for note in filter(None, notes):
            self._line(note, "Hinweis", SIZE, padding=3)
        self._add(line_height(SIZE), is_heading=True)

    def _body(self) -> None:
        rows = self._appendix.rows
        if not rows:
            self._line(wording.NOTHING_FOUND, "Angabe", SIZE)
        elif _stands_in_blocks(rows):
            for title, block in groupby(rows, key=lambda row: row.field_title):
                self._block(f"Handlungsfeld „{title}“", list(block))
        else:
            self._heading_row()
            self._measures(rows, repeat_goal=True)

    def _block(self, title: str, rows: Sequence[AppendixRow]) -> None:
        if self._first_heading:
            self._add(line_height(SIZE), is_heading=True)
        self._band(title, "Handlungsfeld", 13)
        self._heading_row()
        for challenge, measures in groupby(rows, key=lambda row: row.challenge_title):
            self._band(challenge, "Herausforderung", SIZE)
            self._measures(list(measures))

    def _band(self, text: str, style: str, size: float) -> None:
        """A heading over the whole width, coloured to the last column."""
        before = len(self._rows)
        self._line(text, style, size, bold=True, padding=6)
        for row in range(before + 1, len(self._rows) + 1):
            for column in range(2, len(self._columns) + 1):
                put(self._sheet.cell(row, column), None, style)

    def _heading_row(self) -> None:
        lines = max(len(wrap(column.heading, column.width - PADDING, SIZE, bold=True)) for column in self._columns)
        self._add(lines * line_height(SIZE) + 6, is_heading=True)
        self._first_heading = self._first_heading or len(self._rows)
        for index, column in enumerate(self._columns, start=1):
            put(
                self._sheet.cell(len(self._rows), index),
                column.heading,
                "Spaltenkopf mit Einzug" if column.indent else "Spaltenkopf",
            )

    def _measures(self, rows: Sequence[AppendixRow], *, repeat_goal: bool = False) -> None:
        """Ziel and Zielbeschreibung stand on the first Maßnahme of the Ziel only, without merged cells."""
        before = None
        for row in rows:
            is_first = repeat_goal or row.goal_number != before
            before = row.goal_number
            self._measure(row, is_first=is_first)

    def _measure(self, row: AppendixRow, *, is_first: bool) -> None:
        cells = [self._parts(column, column.text(row)) if is_first or not column.is_of_goal else [""] for column in self._columns]
        for part in range(max(len(parts) for parts in cells)):
            texts = [parts[part] if part < len(parts) else "" for parts in cells]
            self._add(
                max(self._height(column, text) for column, text in zip(self._columns, texts, strict=True)), is_heading=False
            )
            for index, (column, text) in enumerate(zip(self._columns, texts, strict=True), start=1):
                has_line = part == 0 and (is_first or not column.is_of_goal)
                put(self._sheet.cell(len(self._rows), index), text, column.style(row, has_line))

    def _lines(self, column: Column, text: str) -> list[str]:
        return wrap(text, (column.width - column.indent - PADDING) * 0.96, column.size, bold=column.bold)

    def _height(self, column: Column, text: str) -> float:
        return len(self._lines(column, text)) * line_height(column.size) + 5

    def _parts(self, column: Column, text: str) -> list[str]:
        """The text as it is, or in pieces where Excel could not show it in one row."""
        text = safe_text(text)
        lines = self._lines(column, text)
        if len(lines) <= _MAX_LINES:
            return [text]
        return ["\n".join(lines[start : start + _MAX_LINES]) for start in range(0, len(lines), _MAX_LINES)]

    def _print(self) -> None:
        """Every Handlungsfeld has its heading row; the first one is repeated on top of the pages that follow."""
        sheet = self._sheet
        set_up_page(sheet, self._appendix)
        sheet.sheet_view.showGridLines = False
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.print_options.horizontalCentered = True
        repeated = 0.0
        if self._first_heading:
            sheet.print_title_rows = f"{self._first_heading}:{self._first_heading}"
            repeated = self._rows[self._first_heading - 1].height
        break_pages(sheet, self._rows, repeated=repeated)


def _stands_in_blocks(rows: Sequence[AppendixRow]) -> bool:
    """False where the rows were put in another order than the Konzept's: then bands would only tear them apart."""
    goals = [number for number, _ in groupby(row.goal_number for row in rows)]
    fields = [position for position, _ in groupby(row.field_position for row in rows)]
    return len(goals) == len(set(goals)) and len(fields) == len(set(fields))
