"""What an uploaded table holds: plain values by sheet, row and column. No library of a file format is needed here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

Value = str | int | float | bool | date | None

MAX_BYTES: Final = 5_000_000
MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 120
MAX_TROUBLE: Final = 50  # of a sheet; what lies behind them is not told


class Unreadable(Exception):
    """The file cannot be read; the text says in German what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cell that holds no plain value (a formula, an error of Excel): `place` is „B5“, `why` the sentence."""

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows[0][0]` is cell A1; rows are as long as their last filled cell, empty rows at the end are left out."""

    name: str
    rows: tuple[tuple[Value, ...], ...]
    trouble: tuple[Trouble, ...] = ()

    def cell(self, row: int, column: int) -> Value:
        """Return the value in this row and column, both counted from 1; None outside of what is filled."""
        values = self.rows[row - 1] if 0 < row <= len(self.rows) else ()
        return values[column - 1] if 0 < column <= len(values) else None

    def filled(self) -> Iterator[tuple[int, tuple[Value, ...]]]:
        """Yield (number of the row, its values) for every row with at least one value."""
        for number, values in enumerate(self.rows, start=1):
            if any(value not in (None, "") for value in values):
                yield number, values


@dataclass(frozen=True, slots=True)
class Book:
    """All sheets of a workbook in their order; a CSV file has one sheet named „CSV“."""

    sheets: tuple[Sheet, ...]
    is_csv: bool = False

    def sheet(self, name: str) -> Sheet | None:
        """Return the sheet of this name, whatever its case; None if there is none."""
        return next((sheet for sheet in self.sheets if sheet.name.strip().casefold() == name.casefold()), None)


def column_letter(number: int) -> str:
    """Return the letters of a column counted from 1: 1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place(row: int, column: int) -> str:
    """Return „B5“ for row 5, column 2."""
    return f"{column_letter(column)}{row}"


def to_plain(book: Book) -> dict[str, Any]:
    """Return what JSON can carry from one process to the other."""
    return {
        "is_csv": book.is_csv,
        "sheets": [
            {
                "name": sheet.name,
                "rows": [[{"d": v.isoformat()} if isinstance(v, date) else v for v in row] for row in sheet.rows],
                "trouble": [[trouble.place, trouble.why] for trouble in sheet.trouble],
            }
            for sheet in book.sheets
        ],
    }


def from_plain(data: dict[str, Any]) -> Book:
    """Return the book that `to_plain` made plain."""
    return Book(
        tuple(
            Sheet(
                sheet["name"],
                tuple(tuple(date.fromisoformat(v["d"]) if isinstance(v, dict) else v for v in row) for row in sheet["rows"]),
                tuple(Trouble(where, why) for where, why in sheet["trouble"]),
            )
            for sheet in data["sheets"]
        ),
        data["is_csv"],
    )
