"""The sheet „Auswertung“: counts and percent per Handlungsfeld with their charts, one page for each subject."""

from collections.abc import Sequence
from typing import Final

from ratings.appendix import Appendix, Audience
from ratings.documents import wording
from ratings.documents.cell_styles import SIZE
from ratings.documents.evaluation_tables import (
    PLAIN,
    CountLine,
    CountTable,
    grade_table,
    marker_table,
    markers_by_field,
    return_table,
    summary_table,
    unknown_markers_by_field,
)
from ratings.documents.grid import PAGE_HEIGHT, PAGE_WIDTH, Grid, Series, StackedBars, text_height
from ratings.documents.sheet_head import add_head
from ratings.documents.text_width import line_height

EVALUATION: Final = "Auswertung"
_FIRST: Final = 183.0  # points of the column with the names
_COLUMNS: Final = 7  # of numbers: as many as fit the page with their headings
_ROW: Final = line_height(SIZE)
_CHART_ROW: Final = 12.0
_BAR: Final = 26.0  # points for a bar with its gap
_FEW: Final = 6  # bars with room for names of three lines
_WIDE_BAR: Final = 40.0
_AROUND_BARS: Final = 120.0
_NO_AVERAGE: Final = (
    "Bewertet werden nur Maßnahmen. Ein Handlungsfeld hat deshalb keine eigene Bewertung und keinen Durchschnitt, "
    "sondern eine Verteilung (Bericht, Abschnitte 2 und 4)."
)


def evaluation_grid(appendix: Appendix, selection: str) -> Grid:
    """Return the sheet „Auswertung“ of the shown rows. `selection`: the active filter in words."""
    return _EvaluationSheet(appendix).build(selection)


class _EvaluationSheet:
    def __init__(self, appendix: Appendix) -> None:
        self._appendix = appendix
        widths = [_FIRST, *[round((PAGE_WIDTH - _FIRST) / _COLUMNS, 2)] * _COLUMNS]
        self._grid = Grid(EVALUATION, widths, fits_width=True, shows_lines=False)

    def build(self, selection: str) -> Grid:
        appendix, grid = self._appendix, self._grid
        add_head(grid, appendix, f"{EVALUATION}: {wording.title(appendix)}", self._subtitle(), selection)
        for note in self._notes():
            grid.add_line(note, "Hinweis", padding=3)
        if not appendix.rows:
            grid.add_line(wording.NOTHING_FOUND, "Angabe")
        elif appendix.has_ratings:
            self._ratings()
        else:
            self._interim()
        grid.break_pages()
        return grid

    def _subtitle(self) -> str:
        if self._appendix.has_ratings:
            return "Wie viele Maßnahmen welchen Zielerreichungsgrad und welche Kennzeichen haben"
        return "Zu wie vielen Maßnahmen ein Sachstand vorliegt"

    def _notes(self) -> list[str]:
        rows = self._appendix.rows
        notes = ["Anteile beziehen sich auf die gezeigten Maßnahmen."]
        if not self._appendix.has_ratings:
            return notes
        notes.append(_NO_AVERAGE)
        proposals = sum(row.is_proposal for row in rows)
        if proposals:
            notes.append(
                f"Wo noch nichts abgestimmt ist, zählt der Vorschlag der federführenden Einheit ({proposals} von {len(rows)} Maßnahmen)."
            )
        unknown, _ = wording.unknown_markers(rows)
        return [*notes, *filter(None, [wording.shared_reason_note(rows), unknown])]

    def _ratings(self) -> None:
        rows = self._appendix.rows
        grades = grade_table(rows)
        heading = self._numbers(grades)
        self._chart(grades, heading)
        self._percent(grades)
        markers = marker_table(rows)
        heading = self._numbers(markers)
        self._chart(markers, heading)
        self._percent(markers)
        by_field = markers_by_field(rows)
        self._numbers(by_field)
        self._percent(by_field)
        unknown = unknown_markers_by_field(rows)
        if unknown:
            self._numbers(unknown)

    def _interim(self) -> None:
        rows = self._appendix.rows
        summaries = summary_table(rows)
        heading = self._numbers(summaries)
        self._chart(summaries, heading)
        self._percent(summaries)
        returns = return_table(rows) if self._appendix.audience is Audience.INTERNAL else None
        if returns:
            self._numbers(returns)

    def _numbers(self, table: CountTable) -> int:
        """Add the counts and return the row of their headings."""
        title = f"{table.title}: Anzahl" if ": " not in table.title else table.title
        return self._table(table, title, [line.counts for line in table.lines], "Anzahl")

    def _percent(self, table: CountTable) -> None:
        self._table(table, f"{table.title}, in Prozent", [line.shares for line in table.lines], "Anteil")

    def _table(self, table: CountTable, title: str, values: Sequence[Sequence[int | float | None]], style: str) -> int:
        """Add a table that stands on one page, and return the row of its headings."""
        first = self._grid.add(_ROW, is_heading=True)
        number = self._heading(table, title)
        for line, numbers in zip(table.lines, values, strict=True):
            self._line(line, numbers, style)
        self._grid.keep_together(first)
        return number

    def _heading(self, table: CountTable, title: str) -> int:
        grid = self._grid
        grid.add_line(title, "Abschnitt", 12, bold=True, padding=5)
        headings = [(table.unit, PLAIN), *((category.words, category.style) for category in table.categories)]
        number = grid.add(max(text_height(words, grid.widths[1], bold=True) for words, _ in headings), is_heading=True)
        grid.put(1, table.first, "Spaltenkopf")
        for column, (words, style) in enumerate(headings, start=2):
            grid.put(column, words, style)
        return number

    def _line(self, line: CountLine, values: Sequence[int | float | None], style: str) -> None:
        grid = self._grid
        prefix = "Summe " if line.is_sum else ""
        grid.add(text_height(line.label, grid.widths[0], bold=line.is_sum))
        grid.put(1, line.label, "Summe" if line.is_sum else "Zeile")
        grid.put(2, line.total, f"{prefix}Anzahl")
        for column, value in enumerate(values, start=3):
            grid.put(column, "–" if value is None else value, f"{prefix}{style}")

    def _chart(self, table: CountTable, heading: int) -> None:
        """The chart of the counts that stand above, on one page."""
        grid = self._grid
        lines = [line for line in table.lines if not line.is_sum]
        bar = _WIDE_BAR if len(lines) <= _FEW else _BAR
        height = min(len(lines) * bar + _AROUND_BARS, PAGE_HEIGHT - 2 * _CHART_ROW)
        first = grid.add(_CHART_ROW)
        for _ in range(int(height // _CHART_ROW) + 1):
            grid.add(_CHART_ROW)
        grid.keep_together(first)
        grid.charts.append(
            StackedBars(
                title=f"{table.title}: Anzahl der {table.unit}",
                description=_description(table),
                axis=f"Anzahl der {table.unit}",
                heading=heading,
                first=heading + 1,
                last=heading + len(lines),
                series=tuple(
                    Series(column, category.words, category.fill, category.is_hatched)
                    for column, category in enumerate(table.categories, start=3)
                ),
                row=first + 1,
                width=PAGE_WIDTH - 6,
                height=height,
            )
        )


def _description(table: CountTable) -> str:
    """What the chart shows in a few words: the alternative text. The numbers of every bar are in the table."""
    names = [category.words for category in table.categories]
    lines = [line for line in table.lines if line.is_sum] or table.lines
    parts = [
        f"{line.label}: " + ", ".join(f"{name} {count}" for name, count in zip(names, line.counts, strict=True) if count)
        for line in lines
    ]
    return f"Gestapelte Balken. {'; '.join(parts)}. Alle Zahlen stehen in der Tabelle über dem Diagramm."
