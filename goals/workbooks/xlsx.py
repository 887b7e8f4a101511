"""The workbook: „Anleitung“, „Maßnahmen“ with drop-downs, „Konzept“, „Einheiten“, and in the template a filled „Beispiel“."""

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import BinaryIO, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from goals.imports.layout import CONCEPT, EXAMPLE, GUIDE, KIND_LABELS, MEASURES, NO, UNITS, YES, Column, Fact, UnitColumn
from goals.sheets import MAX_ROWS, column_letter
from goals.sheets.writing import put_text
from goals.workbooks.guide import EXAMPLE_ROWS, FACT_HINTS, HINTS, guide_lines
from goals.workbooks.table import Row, Table

_FONT: Final = "Arial"
_WIDTHS: Final = {
    Column.KEY: 15,
    Column.FIELD: 26,
    Column.CHALLENGE: 30,
    Column.GOAL: 9,
    Column.TEXT: 48,
    Column.KIND: 17,
    Column.POSITION: 10,
    Column.TITLE: 44,
    Column.MANDATORY: 14,
    Column.LEAD: 28,
    Column.CONTRIBUTING: 32,
}
_UNIT_WIDTHS: Final = {
    UnitColumn.NAME: 44,
    UnitColumn.SHORT_NAME: 26,
    UnitColumn.SLUG: 26,
    UnitColumn.PARENT: 40,
    UnitColumn.IS_EXTERNAL: 9,
}
_LINE: Final = 13.5
# Rows for which the drop-downs are set: more than anybody will fill.
_OFFERED_ROWS: Final = 2_000


def write_workbook(table: Table, out: BinaryIO, *, title: str, is_example: bool = False) -> None:
    """Write a Konzept. `title` is that of the document."""
    workbook = _new(title)
    _guide(workbook, is_template=False, is_example=is_example)
    _measures(workbook.create_sheet(MEASURES), table.rows)
    _facts(workbook, table.facts)
    _units(workbook, table.units)
    workbook.active = 1
    workbook.save(out)


def write_template(units: Sequence[dict[UnitColumn, str]], out: BinaryIO) -> None:
    """Write the empty template, with the units that exist to choose from."""
    workbook = _new("Vorlage für ein Konzept")
    _guide(workbook, is_template=True, is_example=False)
    _measures(workbook.create_sheet(MEASURES), [])
    _facts(workbook, {})
    _units(workbook, units)
    _measures(workbook.create_sheet(EXAMPLE), EXAMPLE_ROWS, offers=False)
    workbook.save(out)


def _new(title: str) -> Workbook:
    workbook = Workbook()
    workbook.remove(workbook.active)
    workbook._fonts.clear()  # the width of columns is counted in digits of the first font
    workbook._fonts.add(Font(name=_FONT, size=10, family=2))
    workbook._named_styles["Normal"].font = Font(name=_FONT, size=10, family=2)
    wrapped = Alignment(vertical="top", wrap_text=True)
    for style in (
        NamedStyle("Überschrift", font=Font(name=_FONT, size=14, bold=True), alignment=Alignment(vertical="top")),
        NamedStyle(
            "Spaltenkopf",
            font=Font(name=_FONT, size=10, bold=True),
            fill=PatternFill("solid", fgColor="DFE3F0"),
            alignment=Alignment(vertical="center", wrap_text=True),
        ),
        NamedStyle("Text", font=Font(name=_FONT, size=10), alignment=wrapped, number_format="@"),
        NamedStyle("Zahl", font=Font(name=_FONT, size=10), alignment=Alignment(horizontal="left", vertical="top")),
        NamedStyle(
            "Datum",
            font=Font(name=_FONT, size=10),
            alignment=Alignment(horizontal="left", vertical="top"),
            number_format="DD.MM.YYYY",
        ),
        NamedStyle("Erklärung", font=Font(name=_FONT, size=10, color="4C5270"), alignment=wrapped),
    ):
        workbook.add_named_style(style)
    workbook.properties.title = title
    workbook.properties.language = "de-DE"
    workbook.properties.creator = "Evaluationsportal"
    return workbook


def _guide(workbook: Workbook, *, is_template: bool, is_example: bool) -> None:
    sheet = workbook.create_sheet(GUIDE)
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 86
    for number, (left, right) in enumerate(guide_lines(is_template=is_template, is_example=is_example), start=1):
        _put(sheet, number, 1, left, "Überschrift" if number == 1 else "Text")
        _put(sheet, number, 2, right, "Text")
        sheet.row_dimensions[number].height = 22 if number == 1 else _height([(left, 24), (right, 86)])
    _print(sheet, "portrait")


def _measures(sheet: Worksheet, rows: Sequence[Row], *, offers: bool = True) -> None:
    columns = list(Column)
    for number, column in enumerate(columns, start=1):
        _put(sheet, 1, number, column, "Spaltenkopf")
        letter = column_letter(number)
        sheet.column_dimensions[letter].width = _WIDTHS[column]
    for number, row in enumerate(rows, start=2):
        for place, column in enumerate(columns, start=1):
            value = row.get(column, "")
            _put(sheet, number, place, value, "Zahl" if isinstance(value, int) else "Text")
        sheet.row_dimensions[number].height = _height([(str(row.get(column, "")), _WIDTHS[column]) for column in columns])
    if offers:
        for number in range(len(rows) + 2, min(len(rows) + 302, MAX_ROWS)):
            for place, column in enumerate(columns, start=1):
                sheet.cell(number, place).style = "Zahl" if column is Column.POSITION else "Text"
        _offer(sheet)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{column_letter(len(columns))}{max(len(rows) + 1, 2)}"
    sheet.row_dimensions[1].height = 24
    sheet.print_title_rows = "1:1"
    _print(sheet, "landscape")


def _offer(sheet: Worksheet) -> None:
    """Set the drop-downs and, where somebody comes to a column, what belongs there."""
    lists = {
        Column.KIND: f'"{",".join(KIND_LABELS.values())}"',
        Column.MANDATORY: f'"{YES},{NO}"',
        Column.LEAD: f"{UNITS}!$A$2:$A$500",
    }
    for place, column in enumerate(Column, start=1):
        hint = HINTS[column]
        if column is Column.POSITION:
            rule = DataValidation("whole", operator="between", formula1="0", formula2="9999", allow_blank=True)
        elif column in lists:
            rule = DataValidation("list", formula1=lists[column], allow_blank=True)
        else:
            rule = DataValidation(None, allow_blank=True)
        rule.promptTitle, rule.prompt, rule.showInputMessage = str(column), hint, True
        rule.errorTitle, rule.error = str(column), hint
        # A unit may be named by its Kurzname too: that list only warns.
        rule.errorStyle, rule.showErrorMessage = (
            ("warning" if column is Column.LEAD else "stop"),
            column in {*lists, Column.POSITION},
        )
        letter = column_letter(place)
        rule.add(f"{letter}2:{letter}{_OFFERED_ROWS}")
        sheet.add_data_validation(rule)


def _facts(workbook: Workbook, facts: dict[Fact, object]) -> None:
    sheet = workbook.create_sheet(CONCEPT)
    for letter, width in zip("ABC", (18, 60, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    for place, heading in enumerate(("Angabe", "Wert", "Erklärung"), start=1):
        _put(sheet, 1, place, heading, "Spaltenkopf")
    for number, fact in enumerate(Fact, start=2):
        value = facts.get(fact, NO if fact is Fact.IS_EXAMPLE else "")
        is_day = fact in (Fact.PERIOD_START, Fact.PERIOD_END)
        _put(sheet, number, 1, fact, "Text")
        _put(sheet, number, 2, value, "Datum" if is_day else "Text")
        _put(sheet, number, 3, FACT_HINTS[fact], "Erklärung")
        sheet.row_dimensions[number].height = _height([(str(value), 60), (FACT_HINTS[fact], 60)])
    rule = DataValidation("list", formula1=f'"{YES},{NO}"', allow_blank=True)
    rule.add(f"B{len(Fact) + 1}")
    sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"
    _print(sheet, "landscape")


def _units(workbook: Workbook, units: Iterable[dict[UnitColumn, str]]) -> None:
    sheet = workbook.create_sheet(UNITS)
    for place, column in enumerate(UnitColumn, start=1):
        _put(sheet, 1, place, column, "Spaltenkopf")
        sheet.column_dimensions[column_letter(place)].width = _UNIT_WIDTHS[column]
    for number, unit in enumerate(units, start=2):
        for place, column in enumerate(UnitColumn, start=1):
            _put(sheet, number, place, unit.get(column, ""), "Text")
    external = DataValidation("list", formula1=f'"{YES},{NO}"', allow_blank=True)
    external.add("E2:E500")
    sheet.add_data_validation(external)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    _print(sheet, "landscape")


def _put(sheet: Worksheet, row: int, column: int, value: object, style: str) -> None:
    cell = sheet.cell(row, column)
    cell.style = style
    if isinstance(value, (int, date)):
        cell.value = value
    elif value:
        put_text(cell, str(value))


def _height(texts: Iterable[tuple[str, float]]) -> float:
    """Return the height of a row in which each (text, width of its column) has room; LibreOffice does not grow rows."""
    lines = 1
    for text, width in texts:
        lines = max(lines, sum(max(1, math.ceil(len(part) / width)) for part in text.split("\n")))
    return min(_LINE * lines + 3, 400)


def _print(sheet: Worksheet, orientation: str) -> None:
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text = f"Blatt „{sheet.title}“"
    sheet.oddFooter.right.text = "Seite &P von &N"
