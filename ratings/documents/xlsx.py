"""The Anhang as Excel workbook: sheets to read and print, to count, to filter."""

from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from goals.text import clean_text
from ratings.appendix import Appendix
from ratings.comparison import Comparison
from ratings.documents import wording
from ratings.documents.grid import Grid
from ratings.documents.sheets import workbook_grids
from ratings.documents.xlsx_cells import CellPen, new_workbook
from ratings.documents.xlsx_charts import add_chart
from ratings.documents.xlsx_page import column_units, set_up_page


def write_xlsx(appendix: Appendix, out: BinaryIO, *, selection: str = "", comparison: Comparison | None = None) -> None:
    """Write the workbook of these rows, in their order, to `out`. `selection`: the active filter in words, for the title.
    `comparison` with an earlier round adds columns to the sheet „Daten“.

    No merged cells, no formulas: text stays text whatever it begins with. Nothing is smaller than 10 pt on A4 landscape.
    """
    workbook = new_workbook()
    _set_properties(workbook, appendix)
    pen = CellPen(workbook)
    for grid in workbook_grids(appendix, selection, comparison):
        _write(workbook.create_sheet(grid.name), grid, appendix, pen)
    workbook.save(out)


def _set_properties(workbook: Workbook, appendix: Appendix) -> None:
    properties = workbook.properties
    properties.title = clean_text(wording.title(appendix))
    properties.subject = clean_text(f"{appendix.round_title}, {wording.state(appendix)}")
    properties.description = wording.example_note(appendix) if appendix.is_example else wording.subtitle(appendix)
    properties.creator = properties.lastModifiedBy = "Evaluationsportal"
    properties.language = "de-DE"


def _write(sheet: Worksheet, grid: Grid, appendix: Appendix, pen: CellPen) -> None:
    for index, width in enumerate(grid.widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column_units(width)
    for number, row in enumerate(grid.rows, start=1):
        sheet.row_dimensions[number].height = row.height
        for column, (value, style) in row.cells.items():
            pen.put(sheet.cell(number, column), value, style)
    for chart in grid.charts:
        add_chart(sheet, grid, chart)
    if grid.is_table:
        _make_table(sheet, grid)
    _set_print(sheet, grid, appendix)


def _make_table(sheet: Worksheet, grid: Grid) -> None:
    last = f"{get_column_letter(len(grid.widths))}{max(len(grid.rows), 2)}"
    table = Table(displayName=grid.name, name=grid.name, ref=f"A1:{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    sheet.freeze_panes = f"{get_column_letter(grid.heading_columns + 1)}2"


def _set_print(sheet: Worksheet, grid: Grid, appendix: Appendix) -> None:
    set_up_page(sheet, appendix)
    sheet.sheet_view.showGridLines = grid.shows_lines
    if grid.heading_row:
        sheet.print_title_rows = f"{grid.heading_row}:{grid.heading_row}"
    if grid.heading_columns:
        sheet.print_title_cols = f"A:{get_column_letter(grid.heading_columns)}"
    if grid.fits_width:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.print_options.horizontalCentered = True
    for last in grid.page_breaks:
        sheet.row_breaks.append(Break(id=last))
