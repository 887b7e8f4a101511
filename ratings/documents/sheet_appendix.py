"""The sheet „Anhang“: title, Bewertungsschema and one block per Handlungsfeld, as in the published appendix of the report."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from ratings.appendix import Appendix, AppendixRow
from ratings.documents import wording
from ratings.documents.cell_styles import SIZE
from ratings.documents.grid import PADDING, Grid, safe_text
from ratings.documents.sheet_head import add_head
from ratings.documents.sheet_layout import Column, appendix_columns
from ratings.documents.text_width import line_height, wrap
from ratings.rollup import DISPUTED_VALUE, UNRATED_VALUE, distribution
from ratings.scheme import Grade, Marker

_PROPOSAL_NOTE: Final = "○ ◇ △ ohne Farbfläche: Vorschlag der federführenden Einheit, noch nicht abgestimmt."
_MAX_LINES: Final = 26  # Excel shows at most 409 points of a row: longer texts go on in the next row


def appendix_grid(appendix: Appendix, selection: str) -> Grid:
    """Return the sheet „Anhang“ („Sachstand“ for a round without ratings). `selection`: the active filter in words."""
    return _AppendixSheet(appendix).build(selection)


class _AppendixSheet:
    """Builds the sheet row by row."""

    def __init__(self, appendix: Appendix) -> None:
        self._appendix = appendix
        self._note, self._in_rows = wording.unknown_markers(appendix.rows)
        self._columns = appendix_columns(appendix, self._in_rows)
        widths = [column.width for column in self._columns]
        self._grid = Grid(wording.sheet_title(appendix), widths, fits_width=True, shows_lines=False)

    def build(self, selection: str) -> Grid:
        add_head(self._grid, self._appendix, wording.title(self._appendix), wording.subtitle(self._appendix), selection)
        if self._appendix.has_ratings:
            self._legend()
        self._notes()
        self._body()
        self._grid.break_pages()
        return self._grid

    def _legend(self) -> None:
        """Grades on the left with their counts, Kennzeichen beside them."""
        self._grid.add(line_height(SIZE) / 2, is_heading=True)
        self._grid.add_line("Bewertungsschema", "Abschnitt", 12, bold=True)
        left, right = self._legend_of_grades(), [(marker.symbol, marker.word) for marker in Marker]
        middle = [column.heading for column in self._columns].index("Nr.") + 2  # one to the right, so that the counts have room
        for index in range(max(len(left), len(right))):
            self._grid.add(line_height(14) + 2, is_heading=True)
            if index < len(left):
                sign, style, words = left[index]
                self._grid.put(1, sign, style)
                self._grid.put(2, words, "Legende")
            if index < len(right):
                self._grid.put(middle, right[index][0], "Zeichen")
                self._grid.put(middle + 1, right[index][1], "Legende")

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
            wording.MANDATORY_NOTE if not self._appendix.has_ratings and any(row.is_mandatory for row in rows) else "",
        ]
        for note in filter(None, notes):
            self._grid.add_line(note, "Hinweis", padding=3)
        self._grid.add(line_height(SIZE), is_heading=True)

    def _body(self) -> None:
        rows = self._appendix.rows
        if not rows:
            self._grid.add_line(wording.NOTHING_FOUND, "Angabe")
        elif _stands_in_blocks(rows):
            for title, block in groupby(rows, key=lambda row: row.field_title):
                self._block(f"Handlungsfeld „{title}“", list(block))
        else:
            self._heading_row()
            self._measures(rows, repeat_goal=True)

    def _block(self, title: str, rows: Sequence[AppendixRow]) -> None:
        if self._grid.heading_row:
            self._grid.add(line_height(SIZE), is_heading=True)
        self._band(title, "Handlungsfeld", 13)
        self._heading_row()
        for challenge, measures in groupby(rows, key=lambda row: row.challenge_title):
            self._band(challenge, "Herausforderung", SIZE)
            self._measures(list(measures))

    def _band(self, text: str, style: str, size: float) -> None:
        """A heading over the whole width, coloured to the last column."""
        before = len(self._grid.rows)
        self._grid.add_line(text, style, size, bold=True, padding=6)
        for row in self._grid.rows[before:]:
            row.cells |= dict.fromkeys(range(2, len(self._columns) + 1), (None, style))

    def _heading_row(self) -> None:
        """Every Handlungsfeld has its heading row; the first one is repeated on top of the pages that follow."""
        lines = max(len(wrap(column.heading, column.width - PADDING, SIZE, bold=True)) for column in self._columns)
        number = self._grid.add(lines * line_height(SIZE) + 6, is_heading=True)
        self._grid.heading_row = self._grid.heading_row or number
        for index, column in enumerate(self._columns, start=1):
            self._grid.put(index, column.heading, "Spaltenkopf mit Einzug" if column.indent else "Spaltenkopf")

    def _measures(self, rows: Sequence[AppendixRow], *, repeat_goal: bool = False) -> None:
        """Ziel and Zielbeschreibung stand on the first Maßnahme of the Ziel only, without merged cells."""
        before = None
        for row in rows:
            is_first = repeat_goal or row.goal_number != before
            before = row.goal_number
            self._measure(row, is_first=is_first)

    def _measure(self, row: AppendixRow, *, is_first: bool) -> None:
        cells = [_parts(column, column.text(row)) if is_first or not column.is_of_goal else [("", 1)] for column in self._columns]
        for part in range(max(len(parts) for parts in cells)):
            texts = [parts[part] if part < len(parts) else ("", 1) for parts in cells]
            heights = [lines * line_height(column.size) + 5 for column, (_, lines) in zip(self._columns, texts, strict=True)]
            self._grid.add(max(heights))
            for index, (column, (text, _)) in enumerate(zip(self._columns, texts, strict=True), start=1):
                has_line = part == 0 and (is_first or not column.is_of_goal)
                self._grid.put(index, text, column.style(row, has_line))


def _parts(column: Column, text: str) -> list[tuple[str, int]]:
    """The text as it is with the number of its lines, or in pieces where Excel could not show it in one row."""
    text = safe_text(text)
    lines = wrap(text, (column.width - column.indent - PADDING) * 0.96, column.size, bold=column.bold)
    if len(lines) <= _MAX_LINES:
        return [(text, len(lines))]
    pieces = [lines[start : start + _MAX_LINES] for start in range(0, len(lines), _MAX_LINES)]
    return [("\n".join(piece), len(piece)) for piece in pieces]


def _stands_in_blocks(rows: Sequence[AppendixRow]) -> bool:
    """False where the rows were put in another order than the Konzept's: then bands would only tear them apart."""
    goals = [number for number, _ in groupby(row.goal_number for row in rows)]
    fields = [position for position, _ in groupby(row.field_position for row in rows)]
    return len(goals) == len(set(goals)) and len(fields) == len(set(fields))
