"""The Anhang as Excel workbook: sheet „Anhang“ to read and print, sheet „Daten“ to filter and count."""

from typing import BinaryIO, Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from goals.text import clean_text
from ratings.appendix import Appendix
from ratings.comparison import Comparison
from ratings.documents import wording
from ratings.documents.columns import Value, data_columns
from ratings.documents.text_width import line_height, wrap
from ratings.documents.xlsx_appendix import AppendixSheet
from ratings.documents.xlsx_cells import SIZE, new_workbook, put, safe_text
from ratings.documents.xlsx_page import set_up_page

_MAX_HEIGHT: Final = 409.0  # of a row in Excel
_POINTS_PER_CHAR: Final = 5.25
_MAX_SHORT: Final = 60


def write_xlsx(appendix: Appendix, out: BinaryIO, *, selection: str = "", comparison: Comparison | None = None) -> None:
    """Write the workbook of these rows, in their order, to `out`. `selection`: the active filter in words, for the title.
    `comparison` with an earlier round adds columns to the sheet „Daten“.

    No merged cells, no formulas: text stays text whatever it begins with. Nothing is smaller than 10 pt on A4 landscape.
    """
    workbook = new_workbook()
    properties = workbook.properties
    properties.title = clean_text(wording.title(appendix))
    properties.subject = clean_text(f"{appendix.round_title}, {wording.state(appendix)}")
    properties.description = wording.EXAMPLE_NOTE if appendix.is_example else wording.subtitle(appendix)
    properties.creator = properties.lastModifiedBy = "Evaluationsportal"
    properties.language = "de-DE"
    AppendixSheet(workbook.create_sheet("Anhang"), appendix).write(selection)
    _write_data(workbook.create_sheet("Daten"), appendix, selection, comparison)
    workbook.save(out)


def _write_data(sheet: Worksheet, appendix: Appendix, selection: str, comparison: Comparison | None) -> None:
    """The Excel table begins in the first cell; it is for the screen and prints at its own size, page beside page."""
    columns = data_columns(appendix, selection=selection, comparison=comparison)
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
        put(sheet.cell(1, index), column.heading, "Spaltenkopf")
    sheet.row_dimensions[1].height = max(_height(column.heading, column.width - 3, bold=True) for column in columns)
    for number, row in enumerate(appendix.rows, start=2):
        values = [column.value(row) for column in columns]
        for index, value in enumerate(values, start=1):
            put(sheet.cell(number, index), value, _data_style(value))
        heights = [_height(value, column.width) for value, column in zip(values, columns, strict=True) if isinstance(value, str)]
        sheet.row_dimensions[number].height = max(heights)
    last = f"{get_column_letter(len(columns))}{max(len(appendix.rows), 1) + 1}"
    table = Table(displayName="Daten", name="Daten", ref=f"A1:{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    sheet.freeze_panes = "C2"
    set_up_page(sheet, appendix)
    sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:B"


def _data_style(value: Value) -> str:
    """Short text keeps the number format „Text“, so that „20.1“ stays what it is when somebody edits the cell.

    Long text does not: older versions of Excel show „####“ for more than 255 characters in that format.
    """
    if isinstance(value, str):
        return "Nummer" if len(value) <= _MAX_SHORT else "Zelle mit Linie"
    if isinstance(value, int):
        return "Zahl"
    return "Datum" if value else "Zelle mit Linie"


def _height(text: str, chars: float, *, bold: bool = False) -> float:
    lines = wrap(safe_text(text), (chars - 1) * _POINTS_PER_CHAR * 0.96, SIZE, bold=bold)
    return min(len(lines) * line_height(SIZE) + 5, _MAX_HEIGHT)
