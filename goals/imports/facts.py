"""The sheet „Konzept“: title, period and resolution, one to a row."""

import re
from collections.abc import Callable
from typing import Any

from goals.imports.cells import BadCell, day_of, text_of, yes_no
from goals.imports.faults import Faults
from goals.imports.header import normal
from goals.imports.layout import CONCEPT, NOTE, Fact
from goals.sheets import Book, Value

_LENGTHS = {Fact.TITLE: 200, Fact.SHORT_TITLE: 80, Fact.SLUG: 80}


def read_facts(book: Book, faults: Faults) -> dict[str, Any]:
    """Return the fields of `Concept` that the workbook gives; an empty cell gives none. A text file says at most that it is fictional."""
    if book.is_csv:
        return {"is_example": True} if _is_marked(book) else {}
    sheet = book.sheet(CONCEPT)
    if sheet is None:
        return {}
    faults.cells(sheet)
    known = {normal(fact): fact for fact in Fact}
    found: dict[str, Any] = {}
    places: dict[Fact, int] = {}
    for row, values in sheet.filled():
        fact = known.get(normal(values[0]))
        value = sheet.cell(row, 2)
        if fact is None or value in (None, ""):
            continue
        read = faults.on(sheet, row, 2, fact, _reader(fact, value), None)
        if read is not None:
            found[fact.field], places[fact] = read, row
    start, end = found.get("period_start"), found.get("period_end")
    if start and end and end < start:
        faults.at(sheet, places[Fact.PERIOD_END], 2, Fact.PERIOD_END, "Das Ende der Laufzeit liegt vor ihrem Anfang.")
    return found


def _is_marked(book: Book) -> bool:
    """The column „Hinweis“ of a text file says „Beispieldaten“."""
    rows = book.sheets[0].rows
    places = [place for place, heading in enumerate(rows[0] if rows else (), start=1) if normal(heading) == normal(NOTE)]
    return any(book.sheets[0].cell(row, place) == Fact.IS_EXAMPLE for place in places for row in range(2, len(rows) + 1))


def _reader(fact: Fact, value: Value) -> Callable[[], Any]:
    if fact in (Fact.PERIOD_START, Fact.PERIOD_END):
        return lambda: day_of(value, is_end=fact is Fact.PERIOD_END)
    if fact is Fact.IS_EXAMPLE:
        return lambda: yes_no(text_of(value))
    if fact is Fact.SLUG:
        return lambda: _slug(text_of(value, most=_LENGTHS[fact]))
    return lambda: text_of(value, most=_LENGTHS.get(fact, 0))


def _slug(text: str) -> str:
    if not re.fullmatch(r"[-a-zA-Z0-9_]+", text):
        raise BadCell("Der Kurzname besteht nur aus Buchstaben ohne Umlaute, Ziffern, „-“ und „_“.")
    return text
