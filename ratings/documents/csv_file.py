"""The Anhang as CSV for German Excel: UTF-8 with BOM, semicolons, CRLF."""

import csv
import io
import re
from datetime import date
from typing import BinaryIO, Final

from goals.text import clean_text
from ratings.appendix import Appendix
from ratings.comparison import Comparison
from ratings.documents import wording
from ratings.documents.columns import Value, data_columns

# What Excel would calculate when it opens the file, also after white space and in full-width form.
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
# What Excel would turn into a date or another number: „20.1“, „3/4“, „1-2-3“, „12E3“.
_DATE_LIKE: Final = re.compile(r"\s*\d+(?:[./\-]\d+){1,2}\.?\s*|\s*\d+[eE]\d+\s*")


def write_csv(appendix: Appendix, out: BinaryIO, *, selection: str = "", comparison: Comparison | None = None) -> None:
    """Write one row per Maßnahme with the columns of the sheet „Daten“ to `out`.

    „20.1“ is left out: Ziel and Position stand apart. An apostrophe goes before text that Excel would calculate or turn into a
    date; a program that reads the file removes it. Dates are TT.MM.JJJJ. `selection`: the active filter in words;
    `comparison`: that with an earlier round.
    """
    columns = [column for column in data_columns(appendix, selection=selection, comparison=comparison) if column.in_csv]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.heading for column in columns])
    writer.writerows([csv_value(column.value(row)) for column in columns] for row in appendix.rows)
    out.write(text.getvalue().encode("utf-8-sig"))


def csv_value(value: Value) -> str:
    """Return what stands in the file for a value; text is made harmless for Excel."""
    if value is None:
        return ""
    if isinstance(value, date):
        return wording.german_date(value)
    if isinstance(value, int):
        return str(value)
    text = clean_text(value)
    return f"'{text}" if _FORMULA.match(text) or _DATE_LIKE.fullmatch(text) else text
