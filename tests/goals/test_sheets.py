"""Uploads are read in a process with limits: whatever comes, the answer is the sheets or a German sentence, never a crash."""

import io
import random
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.worksheet.worksheet import Worksheet

from goals.sheets import MAX_ROWS, Unreadable, parser, place, read_book
from goals.sheets.book import Sheet


def upload(content: bytes, name: str = "liste.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def workbook(fill: Callable[[Worksheet], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def small(sheet: Worksheet) -> None:
    sheet.append(["Nummer", "Titel", "Tag"])
    sheet.append(["1.1", "Übergänge\nbegleiten", datetime(2026, 3, 1)])  # noqa: DTZ001 (Excel knows no time zones)
    sheet.append([2, True, None, None])


def rewritten(content: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """The same zip file with every part passed through `change(name, content)`, and with further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, part in more.items():
            target.writestr(name.replace("__", "/"), part)
    return out.getvalue()


def with_doctype(name: str, part: bytes) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    if name != "xl/worksheets/sheet1.xml":
        return part
    head, body = part.split(b"?>", 1) if part.startswith(b"<?xml") else (b'<?xml version="1.0"', part)
    return head + b"?>" + bomb + body


def same(name: str, part: bytes) -> bytes:
    return part


def many_rows(sheet: Worksheet) -> None:
    for number in range(20_000):
        sheet.append([number])


def test_a_workbook_is_read_as_values() -> None:
    book = read_book(upload(workbook(small)))
    sheet = book.sheet("SHEET")
    assert sheet is not None
    assert sheet.rows == (("Nummer", "Titel", "Tag"), ("1.1", "Übergänge\nbegleiten", date(2026, 3, 1)), (2, True))
    assert sheet.cell(2, 2) == "Übergänge\nbegleiten"
    assert sheet.cell(9, 9) is None
    assert not book.is_csv


def test_formulas_and_error_values_are_named_and_never_taken_for_empty_cells() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B2"] = "=1+1"
        sheet["C3"] = "#N/A"
        sheet["C3"].data_type = "e"

    sheet = read_book(upload(workbook(fill))).sheets[0]
    assert [trouble.place for trouble in sheet.trouble] == ["B2", "C3"]
    assert "Formel" in sheet.trouble[0].why


CSV_FILES = {
    "Windows-1252 with semicolons": "Nummer;Maßnahme\r\n1;„Übergänge“ – für alle\r\n".encode("cp1252"),
    "UTF-8 with BOM and commas": "Nummer,Maßnahme\n1,„Übergänge“ – für alle\n".encode("utf-8-sig"),
    "UTF-8 with tabs": "Nummer\tMaßnahme\n1\t„Übergänge“ – für alle\n".encode(),
    "UTF-16 as Excel's Unicode text": "Nummer\tMaßnahme\n1\t„Übergänge“ – für alle\n".encode("utf-16"),
    "with Excel's line on top": "sep=|\nNummer|Maßnahme\n1|„Übergänge“ – für alle\n".encode(),
    "with a comma inside of quotes": 'Nummer;"Maßnahme"\n1;"„Übergänge“ – für alle"\n'.encode(),
}


@pytest.mark.parametrize("content", CSV_FILES.values(), ids=CSV_FILES.keys())
def test_text_files_are_read_in_the_encodings_that_offices_use(content: bytes) -> None:
    book = read_book(upload(content, "liste.csv"))
    assert book.is_csv
    assert book.sheets[0].rows == (("Nummer", "Maßnahme"), ("1", "„Übergänge“ – für alle"))


REFUSED = {
    "empty": (lambda: b"", "leer"),
    "image": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "keine Tabelle"),
    "image without zeros": (lambda: b"\xff\xd8\xff\xe0" + b"JFIF" * 20, "keine Tabelle"),
    "old or encrypted": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "Kennwort"),
    "macros": (
        lambda: rewritten(workbook(small), same, xl__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"),
        "Makros",
    ),
    "OpenDocument": (lambda: rewritten(workbook(small), same, mimetype=b"application/vnd.oasis"), "OpenDocument"),
    "another archive": (lambda: _other_archive(), "anderes Archiv"),
    "zip bomb": (lambda: rewritten(workbook(small), same, xl__big=b"0" * 60_000_000), "ausgepackt zu groß"),
    "many entries": (lambda: rewritten(workbook(small), same, **{f"a{i}": b"" for i in range(250)}), "ausgepackt zu groß"),
    "entities": (lambda: rewritten(workbook(small), with_doctype), "Anweisungen"),
    "far column": (lambda: workbook(lambda sheet: sheet.cell(1_048_576, 16_384, "x")), "Spalten"),
    "far row": (lambda: workbook(lambda sheet: sheet.cell(900_000, 1, "x")), "Zeilen"),
    "many rows": (lambda: workbook(many_rows), "Zeilen"),
    "cut in half": (lambda: workbook(small)[:2000], "beschädigt"),
    "endless quotation": (lambda: b'a;b\n"c;d\n' * 3, "Anführungszeichen"),
}


def _other_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("brief.txt", "x")
    return out.getvalue()


@pytest.mark.parametrize(("make", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_plain_table_is_refused_in_words(make: Callable[[], bytes], word: str) -> None:
    with pytest.raises(Unreadable, match=word):
        read_book(upload(make()))


def test_more_than_five_megabytes_are_not_even_opened() -> None:
    with pytest.raises(Unreadable, match="5 MB"):
        read_book(upload(b"x" * 5_000_001))


def test_formatting_far_below_the_content_is_no_content() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["a"])
        sheet.row_dimensions[MAX_ROWS + 500].height = 40

    assert read_book(upload(workbook(fill))).sheets[0].rows == (("a",),)


def test_a_file_that_keeps_the_parser_busy_is_stopped() -> None:
    """4,000 rows of 110 numbers: within the limits of size, not of time."""
    row = "<row>" + "<c><v>1</v></c>" * 110 + "</row>"

    def swollen(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        head, rest = part.split(b"<sheetData>", 1)
        return head + b"<sheetData>" + row.encode() * 4_000 + b"</sheetData>" + rest.split(b"</sheetData>", 1)[1]

    content = rewritten(workbook(small), swollen)
    before = time.process_time()
    with pytest.raises(Unreadable, match="aufwendig"):
        read_book(upload(content))
    assert time.process_time() - before < 1  # the work was the other process's


def test_a_thousand_mutated_workbooks_give_sheets_or_a_sentence(tmp_path: Path) -> None:
    original = workbook(small)
    parts = {name: zipfile.ZipFile(io.BytesIO(original)).read(name) for name in zipfile.ZipFile(io.BytesIO(original)).namelist()}
    dice = random.Random(20261122)  # noqa: S311 (the same mutations every time)
    answers = {"book": 0, "error": 0}
    path = tmp_path / "mutated.xlsx"
    for _ in range(1000):
        path.write_bytes(_mutated(original, parts, dice))
        (kind,) = parser.answer(str(path))
        answers[kind] += 1
    assert sum(answers.values()) == 1000
    assert min(answers.values()) > 100  # the mutations are neither all harmless nor all deadly


def _mutated(original: bytes, parts: dict[str, bytes], dice: random.Random) -> bytes:
    if dice.random() < 0.3:
        return _bytes_changed(original, dice)
    out = io.BytesIO()
    chosen = dice.choice(list(parts))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            if name == chosen and dice.random() < 0.1:
                continue
            archive.writestr(name, _bytes_changed(part, dice) if name == chosen else part)
    return out.getvalue()


def _bytes_changed(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        position = dice.randrange(len(changed))
        match dice.randrange(3):
            case 0:
                changed[position] = dice.randrange(256)
            case 1:
                del changed[position : position + dice.randint(1, 40)]
            case _:
                changed[position:position] = changed[position : position + dice.randint(1, 40)]
    return bytes(changed)


@pytest.mark.parametrize(
    ("row", "column", "name"), [(1, 1, "A1"), (5, 2, "B5"), (12, 26, "Z12"), (3, 27, "AA3"), (1, 703, "AAA1")]
)
def test_a_place_is_named_as_excel_names_it(row: int, column: int, name: str) -> None:
    assert place(row, column) == name


def test_filled_rows_keep_their_numbers() -> None:
    assert [number for number, _ in Sheet("x", ((), ("a",), (None, ""), ("b",))).filled()] == [2, 4]
