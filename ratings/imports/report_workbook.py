"""The workbook that a unit takes along to write its reports offline: sheet „Berichte“ with the present drafts, and how it comes back."""

from datetime import date
from typing import BinaryIO, Final

from openpyxl import Workbook
from openpyxl.styles import NamedStyle, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from goals.text import clean_text
from ratings.documents.cell_styles import DATE, SOFT
from ratings.documents.grid import safe_text, text_height
from ratings.documents.seal import HEADING as SEAL
from ratings.documents.seal import Cell
from ratings.documents.xlsx_cells import CellPen, new_workbook
from ratings.drafts import DATES
from ratings.imports.report_columns import Entry, entries, places
from ratings.imports.reports import SHEET, Line
from ratings.imports.table import KEY
from ratings.models import ReportingRound

_POINTS_PER_CHARACTER: Final = 5.25
_ARROW: Final = 3  # characters that the button of the filter takes from a heading
_LOCKED: Final = "Gesperrt"
_WRITABLE: Final = "Eingabe"
_DAY: Final = "Eingabe Tag"
_EXAMPLE: Final = "Beispieldaten: Berichte und Angaben in dieser Datei sind erfunden."


def file_name(round_: ReportingRound, today: date) -> str:
    """Return „Berichte_beispiel_Stand_2026-11-22.xlsx“, with „Beispieldaten_“ in front where that is so."""
    return f"{'Beispieldaten_' if round_.concept.is_example else ''}Berichte_{round_.slug}_Stand_{today:%Y-%m-%d}.xlsx"


def write_reports(round_: ReportingRound, lines: list[Line], out: BinaryIO, *, today: date) -> None:
    """Write the workbook to `out`. White cells are to write in, grey ones are locked; there is no password."""
    workbook = new_workbook()
    _add_styles(workbook)
    properties = workbook.properties
    properties.title = clean_text(f"Berichte zum Ausfüllen, {round_.title}")
    properties.subject = _EXAMPLE if round_.concept.is_example else clean_text(round_.concept.title)
    properties.creator = properties.lastModifiedBy = "Evaluationsportal"
    properties.language = "de-DE"
    pen = CellPen(workbook)
    _write_lines(workbook.create_sheet(SHEET), pen, lines, entries(has_ratings=round_.has_ratings))
    _write_hints(workbook.create_sheet("Hinweise"), pen, round_, today)
    workbook.save(out)


def _add_styles(workbook: Workbook) -> None:
    base = workbook._named_styles["Zelle mit Linie"]
    look = {"font": base.font, "alignment": base.alignment, "border": base.border}
    muted = workbook._named_styles["Hinweis"].font
    workbook.add_named_style(NamedStyle(name=_LOCKED, **{**look, "font": muted}, fill=PatternFill("solid", fgColor=SOFT)))
    workbook.add_named_style(NamedStyle(name=_WRITABLE, **look, protection=Protection(locked=False)))
    workbook.add_named_style(NamedStyle(name=_DAY, **look, number_format=DATE, protection=Protection(locked=False)))


def _write_lines(sheet: Worksheet, pen: CellPen, lines: list[Line], columns: list[Entry]) -> None:
    about = places()
    headings = [KEY, *(place.heading for place in about), *(entry.heading for entry in columns), SEAL, "Berichtsrunde"]
    widths = [14, *(place.width for place in about), *(entry.width for entry in columns), 13, 28]
    for index, (heading, width) in enumerate(zip(headings, widths, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
        pen.put(sheet.cell(1, index), heading, "Spaltenkopf")
    sheet.row_dimensions[1].height = max(
        text_height(heading, (width - _ARROW) * _POINTS_PER_CHARACTER, bold=True)
        for heading, width in zip(headings, widths, strict=True)
    )
    for number, line in enumerate(lines, start=2):
        texts = [line.report.measure.key, *(place.value(line.report) for place in about)]
        cells: list[tuple[Cell, str]] = [(text, _LOCKED) for text in texts]
        cells += [(entry.value(line.content), _style(entry, line)) for entry in columns]
        cells += [(line.seal(columns), SEAL), (line.report.round.title, _LOCKED)]
        for index, (value, style) in enumerate(cells, start=1):
            pen.put(sheet.cell(number, index), safe_text(value) if isinstance(value, str) else value, style)
        sheet.row_dimensions[number].height = max(
            text_height(value, width * _POINTS_PER_CHARACTER)
            for (value, style), width in zip(cells, widths, strict=True)
            if isinstance(value, str) and style != SEAL
        )
    _offer_words(sheet, columns, first=len(about) + 2, rows=len(lines))
    _finish(sheet, len(headings), len(lines))


def _style(entry: Entry, line: Line) -> str:
    if line.why_locked:
        return _LOCKED
    return _DAY if entry.field in DATES else _WRITABLE


def _offer_words(sheet: Worksheet, columns: list[Entry], *, first: int, rows: int) -> None:
    """Drop-downs where the portal accepts certain words only."""
    for index, entry in enumerate(columns, start=first):
        if entry.words and rows:
            rule = DataValidation(type="list", formula1=f'"{",".join(entry.words)}"', allow_blank=True, showErrorMessage=True)
            rule.errorTitle, rule.error = "Bitte wählen", "Wählen Sie ein Wort aus der Liste oder leeren Sie die Zelle."
            letter = get_column_letter(index)
            rule.add(f"{letter}2:{letter}{rows + 1}")
            sheet.add_data_validation(rule)


def _finish(sheet: Worksheet, columns: int, rows: int) -> None:
    table = Table(displayName=SHEET, name=SHEET, ref=f"A1:{get_column_letter(columns)}{max(rows, 1) + 1}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    sheet.freeze_panes = "D2"
    protection = sheet.protection
    protection.sheet = True
    # „False“ means allowed: what helps to read and write stays possible.
    protection.formatColumns = protection.formatRows = protection.formatCells = protection.autoFilter = protection.sort = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.print_title_rows = "1:1"


def _write_hints(sheet: Worksheet, pen: CellPen, round_: ReportingRound, today: date) -> None:
    rows = [
        ("Berichte zum Ausfüllen", "Titel"),
        (f"{round_.concept.short_title}, {round_.title}, Stand {today:%d.%m.%Y}", "Angabe"),
    ]
    if round_.concept.is_example:
        rows.append((_EXAMPLE, "Warnung"))
    rows += [
        ("So geht es", "Abschnitt"),
        ("Schreiben Sie im Blatt „Berichte“ in die weißen Zellen. Graue Zellen sind gesperrt, sie ändern sich nur im Portal.", "Zelle"),
        ("Wo nur bestimmte Wörter gelten, gibt es eine Liste zum Auswählen. Eine leere Zelle bei einem Kennzeichen heißt „nein“.", "Zelle"),
        ("Tage schreiben Sie als TT.MM.JJJJ. „Stand vom“ ist der Tag, von dem Ihre Angaben sind.", "Zelle"),
        ("Laden Sie die Datei unter „Meine Maßnahmen“ wieder hoch. Sie sehen jede Änderung, bevor sie gilt.", "Zelle"),
        ("Was Sie einlesen, wird Entwurf. Eingereicht wird jeder Bericht danach im Portal.", "Zelle"),
        ("Hat jemand den Entwurf inzwischen im Portal geändert, wird er nicht überschrieben, sondern genannt.", "Zelle"),
        ("Die Spalten „Schlüssel“, „Einheit“ und „Prüfzeichen“ müssen bleiben.", "Zelle"),
        ("Entwürfe liest nur Ihre Einheit. Geben Sie die Datei nicht weiter.", "Zelle"),
    ]  # fmt: skip
    sheet.column_dimensions["A"].width = 100
    sheet.sheet_view.showGridLines = False
    for number, (text, style) in enumerate(rows, start=1):
        pen.put(sheet.cell(number, 1), safe_text(text), style)
        sheet.row_dimensions[number].height = (
            text_height(text, 100 * _POINTS_PER_CHARACTER, size=14 if style == "Titel" else 10) + 3
        )
