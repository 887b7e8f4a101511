"""Uploaded tables, Excel or CSV, read safely: in a process of their own with limits on time and memory (issue 4, „Bad input“)."""

from goals.sheets.book import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TROUBLE,
    Book,
    Sheet,
    Trouble,
    Unreadable,
    Value,
    column_letter,
    place,
)
from goals.sheets.reading import read_book

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "MAX_TROUBLE",
    "Book",
    "Sheet",
    "Trouble",
    "Unreadable",
    "Value",
    "column_letter",
    "place",
    "read_book",
]
