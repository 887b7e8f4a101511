"""Text as it goes into Excel and CSV files and comes back unchanged: it never becomes a formula, a date or a number."""

import re
from typing import TYPE_CHECKING, Final

from goals.text import clean_text

if TYPE_CHECKING:
    from openpyxl.cell import Cell

MAX_CHARS: Final = 32_767
CUT_NOTE: Final = " … (gekürzt)"
# Excel's own notation for a character („_x0041_“ is „A“); its underscore is written in that notation.
_ESCAPE_LIKE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED: Final = re.compile(r"_x(005[Ff]|000[Dd])_")
# What Excel would calculate when it opens a text file, also after white space and in full-width form …
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
# … and what it would turn into a date or another number: „20.1“, „3/4“, „007“, „12E3“.
_NUMBER_LIKE: Final = re.compile(r"\s*\d+(?:[.,/\-]\d+){1,2}\.?\s*|\s*\d+[eE]\d+\s*|\s*0\d+\s*")


def excel_text(value: str) -> str:
    """Return `value` as a cell can hold it: no control characters, at most 32,767 UTF-16 units, a cut is visible."""
    text = clean_text(value)
    encoded = text.encode("utf-16-le")
    if len(encoded) // 2 > MAX_CHARS:
        text = encoded[: 2 * (MAX_CHARS - len(CUT_NOTE))].decode("utf-16-le", errors="ignore") + CUT_NOTE
    return _ESCAPE_LIKE.sub("_x005F_", text)


def plain_excel_text(value: str) -> str:
    """Return what `excel_text` was given; openpyxl does not undo Excel's notation. Its line end „_x000D_“ is left out."""
    return _ESCAPED.sub(lambda found: "_" if found[1].lower() == "005f" else "", value)


def put_text(cell: "Cell", value: str) -> None:
    """Write `value` into the cell as text."""
    cell.value = excel_text(value)
    cell.data_type = "s"
    cell.quotePrefix = value.lstrip()[:1] in ("=", "+", "-", "@")


def csv_text(value: str) -> str:
    """Return `value` for a CSV file that people open in Excel: an apostrophe goes before what it would change.

    `plain_csv_text` takes it away again. Text that begins with apostrophes before something like that gets one more, so that no
    two texts become the same.
    """
    text = clean_text(value)
    return f"'{text}" if _is_risky(text.lstrip("'")) else text


def plain_csv_text(value: str) -> str:
    """Return what `csv_text` was given."""
    return value[1:] if value.startswith("'") and _is_risky(value.lstrip("'")) else value


def _is_risky(text: str) -> bool:
    return bool(_FORMULA.match(text) or _NUMBER_LIKE.fullmatch(text))
