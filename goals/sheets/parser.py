"""The parser process: `python -m goals.sheets.parser FILE` prints the file's sheets, or why it cannot be read, as JSON.

It limits itself before it opens the file: a limit on processor time, a cap on memory, no files written. What Python or openpyxl
raise on a damaged file is of many kinds (ten in 1,000 mutated workbooks, FACTS.md): all mean the same, and only here.
"""

import csv
import io
import json
import re
import resource
import signal
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final

from goals.sheets.book import MAX_COLUMNS, MAX_ROWS, MAX_TROUBLE, Book, Sheet, Trouble, Unreadable, Value, place, to_plain

_SECONDS: Final = 1.6  # of processor time
_CPU_SECONDS: Final = 2
_DATA_BYTES: Final = 70_000_000  # with it the process stays below 50 MB more than for a small file
_MAX_ENTRIES: Final = 200
_MAX_UNPACKED: Final = 20_000_000
_MAX_SHEETS: Final = 30
_MAX_CHARS: Final = 4_000_000

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAMAGED: Final = (
    "Die Datei ist beschädigt oder keine Excel-Arbeitsmappe. Öffnen Sie sie in Excel und speichern Sie sie neu als .xlsx."
)
_TOO_BIG: Final = (
    "Die Datei braucht ausgepackt zu viel Speicher. Entfernen Sie, was nicht gebraucht wird, und laden Sie sie neu hoch."
)
_ONLY: Final = "Gelesen werden Excel-Arbeitsmappen (.xlsx) und Textdateien (.csv)."
_DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def main(path: str, only: str = "") -> None:
    """Limit this process, then print what `answer` says."""
    for limit, value in (
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_DATA, _DATA_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    signal.setitimer(signal.ITIMER_PROF, _SECONDS)  # ends the process; the limit above counts whole seconds only
    sys.stdout.write(json.dumps(answer(path, only)))


def answer(path: str, only: str = "") -> dict[str, Any]:
    """Return `{"book": …}` or `{"error": "…"}`; never raises but for what the limits of the process do.

    `only`: where a workbook has a sheet of this name, no other is read.
    """
    try:
        return {"book": to_plain(_read(path, only))}
    except Unreadable as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": _TOO_BIG}
    except Exception:
        return {"error": _DAMAGED}


def _read(path: str, only: str) -> Book:
    with open(path, "rb") as file:
        head = file.read(8)
    if not head:
        raise Unreadable("Die Datei ist leer.")
    if head == _OLE:
        raise Unreadable(
            "Die Datei ist mit einem Kennwort geschützt oder im alten Format .xls. Speichern Sie sie ohne Kennwort als .xlsx."
        )
    if head.startswith(b"PK"):
        _check_zip(path)
        return _workbook(path, only)
    with open(path, "rb") as file:
        return Book((_csv_sheet(_decoded(file.read())),), is_csv=True)


def _check_zip(path: str) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries}
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Unreadable("Die Arbeitsmappe enthält Makros und wird nicht gelesen. Speichern Sie sie als .xlsx ohne Makros.")
        if "mimetype" in names:
            raise Unreadable("Die Datei ist eine OpenDocument-Tabelle. Speichern Sie sie als Excel-Arbeitsmappe (.xlsx).")
        if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
            raise Unreadable(f"Die Datei ist ein anderes Archiv. {_ONLY}")
        if len(entries) > _MAX_ENTRIES or sum(entry.file_size for entry in entries) > _MAX_UNPACKED:
            raise Unreadable(
                "Die Arbeitsmappe ist ausgepackt zu groß (mehr als 20 MB). Entfernen Sie Bilder und Blätter, die nicht gebraucht werden."
            )
        for entry in entries:
            if entry.filename.lower().endswith((".xml", ".rels")):
                _check_entry(archive, entry)
            if entry.filename.lower().startswith("xl/worksheets/"):
                _check_rows(archive, entry)


def _check_rows(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """A list of 100,000 rows is told from its text, before anything is parsed; a few more rows may be formatted and empty."""
    count, rest = 0, b""
    with archive.open(entry) as part:
        while block := part.read(1 << 20):
            count += (rest + block).count(b"<row ")
            rest = block[-4:]
    if count > 4 * MAX_ROWS:
        raise Unreadable(f"Ein Blatt der Arbeitsmappe hat mehr als {MAX_ROWS:,} Zeilen.".replace(",", "."))


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No XML part of a workbook declares a document type or entities; a written size that lies shows here too."""
    with archive.open(entry) as part:
        head = part.read(4096).replace(b"\x00", b"")
    if _DECLARES.search(head):
        raise Unreadable(
            "Die Datei enthält Anweisungen, die in einer Arbeitsmappe nichts zu suchen haben, und wird nicht gelesen."
        )


def _workbook(path: str, only: str) -> Book:
    import openpyxl  # noqa: PLC0415 (0.7 s of the two: only for files that have come so far)

    with open(path, "rb") as file:
        workbook = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        if len(workbook.worksheets) > _MAX_SHEETS:
            raise Unreadable(f"Die Arbeitsmappe hat mehr als {_MAX_SHEETS} Blätter.")
        budget = [_MAX_CHARS]
        named = [worksheet for worksheet in workbook.worksheets if worksheet.title.strip().casefold() == only.casefold()]
        return Book(tuple(_sheet(worksheet, budget) for worksheet in named or workbook.worksheets))


def _sheet(worksheet: Any, budget: list[int]) -> Sheet:
    worksheet.reset_dimensions()
    trouble: list[Trouble] = []
    rows: list[tuple[Value, ...]] = []
    # No row and no column is cut off in silence: what lies far outside is refused where it has content, formatting alone is not.
    for number, cells in enumerate(worksheet.iter_rows(), start=1):
        if not cells:
            if number <= MAX_ROWS:
                rows.append(())
            continue
        values = [_value(cell, number, index, trouble) for index, cell in enumerate(cells, start=1)]
        trimmed = _trimmed(values, worksheet.title, number, budget)
        if number <= MAX_ROWS:
            rows.append(trimmed)
        elif trimmed:
            raise _too_many_rows(worksheet.title)
    return Sheet(worksheet.title, _without_empty_end(rows), tuple(trouble[:MAX_TROUBLE]))


def _value(cell: Any, row: int, column: int, trouble: list[Trouble]) -> Value:
    kind, value = getattr(cell, "data_type", "n"), cell.value
    if kind == "f":
        trouble.append(Trouble(place(row, column), "enthält eine Formel. Fügen Sie den Wert ein (Inhalte einfügen, Werte)."))
        return None
    if kind == "e":
        trouble.append(Trouble(place(row, column), f"enthält den Fehlerwert {value}."))
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, (str, int, float, bool, date)) or value is None:
        return value
    if isinstance(value, time):
        return value.isoformat()
    return str(value)


def _trimmed(values: list[Value], sheet: str, row: int, budget: list[int]) -> tuple[Value, ...]:
    while values and values[-1] in (None, ""):
        values.pop()
    if len(values) > MAX_COLUMNS:
        raise Unreadable(f"Blatt „{sheet}“, Zelle {place(row, len(values))}: Es gibt mehr als {MAX_COLUMNS} Spalten.")
    budget[0] -= sum(len(value) for value in values if isinstance(value, str))
    if budget[0] < 0:
        raise Unreadable("Die Datei enthält mehr als vier Millionen Zeichen Text. Teilen Sie sie auf.")
    return tuple(values)


def _without_empty_end(rows: list[tuple[Value, ...]]) -> tuple[tuple[Value, ...], ...]:
    while rows and not rows[-1]:
        rows.pop()
    return tuple(rows)


def _too_many_rows(sheet: str) -> Unreadable:
    return Unreadable(f"Blatt „{sheet}“ hat mehr als {MAX_ROWS:,} Zeilen.".replace(",", "."))


def _decoded(content: bytes) -> str:
    """UTF-8 and UTF-16 as they say of themselves; else Windows-1252, which German Excel writes. Nothing binary."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\x00" in content or content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"GIF8", b"{\\rtf")):
        raise Unreadable(f"Das ist keine Tabelle, auch wenn der Dateiname so aussieht. {_ONLY}")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("Die Zeichen der Textdatei sind nicht lesbar. Speichern Sie sie in Excel als „CSV UTF-8“.")


def _csv_sheet(text: str) -> Sheet:
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = first.strip()[4], rest
    else:
        bare = re.sub(r'"[^"]*"', "", first)
        delimiter = max(";,\t", key=bare.count)
    csv.field_size_limit(_MAX_CHARS)
    return Sheet("CSV", _without_empty_end(list(_csv_rows(text, delimiter))))


def _csv_rows(text: str, delimiter: str) -> Iterable[tuple[Value, ...]]:
    budget = [_MAX_CHARS]
    try:
        for number, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1):
            trimmed = _trimmed([value.strip() or None for value in values], "CSV", number, budget)
            if number <= MAX_ROWS:
                yield trimmed
            elif trimmed:
                raise _too_many_rows("CSV")
    except csv.Error:
        raise Unreadable(
            "Die Textdatei ist nicht als Tabelle lesbar. Prüfen Sie, ob Anführungszeichen geschlossen sind."
        ) from None


if __name__ == "__main__":
    main(*sys.argv[1:3])
