"""Where the columns of a sheet are: the row with the headings, whatever stands above it."""

import re
from enum import StrEnum
from typing import TypeVar

from goals.imports.faults import Faults
from goals.imports.layout import ALIASES, NOTE, Column
from goals.sheets import Sheet
from goals.text import fold

AnyColumn = TypeVar("AnyColumn", bound=StrEnum)

_LOOKED_AT = 20


def normal(heading: object) -> str:
    """Return a heading for a comparison: „Ziel-Nummer *“ and „zielnummer“ come close enough."""
    return " ".join(re.sub(r"[^\w]+", " ", fold(str(heading or ""))).split())


def find_header(sheet: Sheet, kind: type[AnyColumn], faults: Faults) -> tuple[int, dict[AnyColumn, int]]:
    """Return the row of the headings and the column of each; (0, {}) if no row of the first twenty has two of them."""
    known: dict[str, AnyColumn] = {normal(column): column for column in kind}
    if kind is Column:
        known |= ALIASES  # type: ignore[arg-type]
    best_row, best = 0, 0
    for number, values in list(sheet.filled())[:_LOOKED_AT]:
        hits = len({known[normal(value)] for value in values if normal(value) in known})
        if hits > max(best, 1):
            best_row, best = number, hits
    if not best_row:
        return 0, {}
    columns: dict[AnyColumn, int] = {}
    for place, value in enumerate(sheet.rows[best_row - 1], start=1):
        column = known.get(normal(value))
        if column is None:
            if kind is Column and value not in (None, "") and normal(value) != normal(NOTE):
                faults.at(
                    sheet,
                    best_row,
                    place,
                    "",
                    f"Die Spalte „{str(value)[:60]}“ ist unbekannt. Löschen Sie sie oder benennen Sie sie um.",
                )
        elif column in columns:
            faults.at(sheet, best_row, place, column, f"Die Spalte „{column}“ gibt es zweimal.")
        else:
            columns[column] = place
    return best_row, columns
