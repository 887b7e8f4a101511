"""The sheets that are tables with filters: „Daten“, one row per Maßnahme, and „Berichte“, one row per submitted report."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from ratings.appendix import Appendix
from ratings.comparison import Comparison
from ratings.documents import seal
from ratings.documents.columns import Column, Value, data_columns
from ratings.documents.grid import POINTS_PER_CHARACTER, Grid, text_height
from ratings.documents.report_columns import ReportColumn, counting_reports, report_columns

DATA: Final = "Daten"
REPORTS: Final = "Berichte"
_ARROW: Final = 3  # characters that the button of the filter takes from a heading
_MAX_SHORT: Final = 60


def data_grid(appendix: Appendix, selection: str, comparison: Comparison | None) -> Grid:
    """Return the sheet „Daten“. The table begins in the first cell; it is for the screen and prints at its own size, page beside page."""
    columns = data_columns(appendix, selection=selection, comparison=comparison)
    return _table(DATA, columns, ([column.value(row) for column in columns] for row in appendix.rows))


def reports_grid(appendix: Appendix) -> Grid:
    """Return the sheet „Berichte“: what each unit submitted. For the inside only."""
    columns = report_columns(appendix)
    return _table(REPORTS, columns, ([column.value(*report) for column in columns] for report in counting_reports(appendix)))


def _table(name: str, columns: Sequence[Column | ReportColumn], lines: Iterable[Sequence[Value]]) -> Grid:
    widths = [column.width * POINTS_PER_CHARACTER for column in columns]
    grid = Grid(name, widths, is_table=True, heading_row=1, heading_columns=2)
    sealed = {index for index, column in enumerate(columns, start=1) if column.heading == seal.HEADING}
    room = _ARROW * POINTS_PER_CHARACTER
    grid.add(max(text_height(column.heading, width - room, bold=True) for column, width in zip(columns, widths, strict=True)))
    for index, column in enumerate(columns, start=1):
        grid.put(index, column.heading, "Spaltenkopf")
    for values in lines:
        row = grid.rows[grid.add(0) - 1]
        for index, value in enumerate(values, start=1):
            grid.put(index, value, seal.HEADING if index in sealed else _style(value))
        row.height = max(
            text_height(value, widths[index - 1])
            for index, (value, _) in row.cells.items()
            if isinstance(value, str) and index not in sealed
        )
    return grid


def _style(value: Value) -> str:
    """Short text keeps the number format „Text“, so that „20.1“ stays what it is when somebody edits the cell.

    Long text does not: older versions of Excel show „####“ for more than 255 characters in that format.
    """
    if isinstance(value, str):
        return "Nummer" if len(value) <= _MAX_SHORT else "Zelle mit Linie"
    if isinstance(value, int):
        return "Zahl"
    return "Datum" if isinstance(value, date) else "Zelle mit Linie"
