"""The flat shape as CSV for German Excel: UTF-8 with BOM, semicolons, CRLF."""

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from goals.imports.layout import NOTE, Column, Fact
from goals.sheets.writing import csv_text
from goals.workbooks.table import Row


def write_csv(rows: Iterable[Row], out: BinaryIO, *, is_example: bool = False) -> None:
    """Write the rows of „Maßnahmen“. An apostrophe keeps Excel from calculating with text; reading takes it away again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([*Column, NOTE] if is_example else list(Column))
    for row in rows:
        values = [row.get(column, "") for column in Column]
        cells = [csv_text(value) if isinstance(value, str) else str(value) for value in values]
        writer.writerow([*cells, Fact.IS_EXAMPLE] if is_example else cells)
    out.write(text.getvalue().encode("utf-8-sig"))
