"""Lists as people send them back: exported, changed cell by cell, uploaded again."""

import csv
import io
from collections.abc import Callable
from tempfile import NamedTemporaryFile
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl.worksheet.worksheet import Worksheet

from evalportal.accounts.models import User
from goals.sheets import Book, Unreadable, parser
from goals.sheets.book import from_plain
from ratings.appendix import live_appendix
from ratings.documents import write_csv, write_xlsx
from ratings.imports.report_workbook import write_reports
from ratings.imports.reports import lines
from ratings.models import ReportingRound

Edit = Callable[[Worksheet], None]


def exported(round_: ReportingRound, ending: str = "xlsx") -> bytes:
    """The Anhang of a running round as the overview hands it out."""
    out = io.BytesIO()
    writer = write_xlsx if ending == "xlsx" else write_csv
    writer(live_appendix(ReportingRound.objects.get(pk=round_.pk), with_texts=True), out)
    return out.getvalue()


def reports_of(round_: ReportingRound, user: User) -> bytes:
    """The workbook of the person's units."""
    out = io.BytesIO()
    write_reports(round_, lines(round_, user), out, today=timezone.localdate())
    return out.getvalue()


def changed(content: bytes, sheet: str, cells: dict[tuple[int, str], Any], more: Edit | None = None) -> bytes:
    """The workbook with other values in some cells: by row and heading."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book[sheet]
    columns = {cell.value: cell.column for cell in page[1]}
    for (row, heading), value in cells.items():
        page.cell(row, columns[heading]).value = value
    if more:
        more(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(content: bytes, name: str = "liste.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def read(content: bytes, name: str = "liste.xlsx") -> Book:
    """What the parser finds, without the process of its own that `goals.sheets.read_book` gives it."""
    with NamedTemporaryFile(suffix=name) as file:
        file.write(content)
        file.flush()
        answer = parser.answer(file.name)
    if "error" in answer:
        raise Unreadable(answer["error"])
    return from_plain(answer["book"])


def cell(content: bytes, sheet: str, row: int, heading: str) -> Any:
    page = openpyxl.load_workbook(io.BytesIO(content))[sheet]
    columns = {one.value: one.column for one in page[1]}
    return page.cell(row, columns[heading]).value


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def csv_of(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
