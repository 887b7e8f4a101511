"""The rows of the sheet „Maßnahmen“, each by itself: what its cells say, before rows are compared with each other."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from goals.imports.cells import BadCell, position_of, shown, text_of, yes_no
from goals.imports.faults import Faults
from goals.imports.layout import KIND_LABELS, KINDS, MAX_GOAL_NUMBER, MAX_GOAL_TEXT, Column
from goals.imports.units import Units
from goals.models import GoalKind
from goals.sheets import Sheet
from goals.text import fold

T = TypeVar("T")

_LENGTHS = {
    Column.KEY: 40,
    Column.FIELD: 200,
    Column.CHALLENGE: 300,
    Column.GOAL: MAX_GOAL_NUMBER,
    Column.TEXT: MAX_GOAL_TEXT,
    Column.TITLE: 300,
}
_OF_MEASURE = (Column.KEY, Column.POSITION, Column.TITLE, Column.LEAD, Column.CONTRIBUTING)


@dataclass(slots=True)
class Line:
    """One row. `goal` may be empty where the row goes on with the Ziel above; `kind` is None for an empty cell."""

    row: int
    key: str
    field: str
    challenge: str
    goal: str
    text: str
    kind: GoalKind | None
    position: int | None
    title: str
    is_mandatory: bool
    lead: str
    contributing: tuple[str, ...]
    is_measure: bool


class RowReader:
    """Reads the rows below the headings. `kept`: units that are responsible already, by Schlüssel, active or not."""

    def __init__(
        self,
        sheet: Sheet,
        columns: Mapping[Column, int],
        units: Units,
        faults: Faults,
        *,
        is_csv: bool,
        kept: Mapping[str, frozenset[str]],
    ) -> None:
        self.sheet, self.columns, self.units, self.faults = sheet, columns, units, faults
        self.is_csv, self.kept = is_csv, kept

    def lines(self, header: int) -> Iterator[Line]:
        above = ""
        for row, _ in self.sheet.filled():
            if row > header:
                line = self._line(row, above)
                above = line.goal or above
                yield line

    def fault(self, row: int, column: Column, text: str) -> None:
        self.faults.at(self.sheet, row, self.columns.get(column, 0), column, text)

    def _line(self, row: int, above: str) -> Line:
        texts = {column: self._text(row, column) for column in Column}
        goal = texts[Column.GOAL]
        if goal and not re.fullmatch(r"[^/\n]+", goal):
            self.fault(row, Column.GOAL, "Die Nummer eines Ziels hat keinen Schrägstrich und keinen Zeilenumbruch.")
        mandatory = self._read(row, Column.MANDATORY, lambda: yes_no(texts[Column.MANDATORY]), False)
        kept = self.kept.get(texts[Column.KEY], frozenset())
        lead = self._read(row, Column.LEAD, lambda: self.units.one(texts[Column.LEAD], kept=kept), "")
        nobody: tuple[str, ...] = ()
        named = texts[Column.CONTRIBUTING]
        contributing = self._read(row, Column.CONTRIBUTING, lambda: self.units.many(named, kept=kept), nobody)
        if lead and lead in contributing:
            self.fault(row, Column.CONTRIBUTING, f"„{texts[Column.LEAD]}“ ist schon federführend und arbeitet nicht zugleich zu.")
        line = Line(
            row=row,
            key=texts[Column.KEY],
            field=texts[Column.FIELD],
            challenge=texts[Column.CHALLENGE],
            goal=goal,
            text=texts[Column.TEXT],
            kind=self._read(row, Column.KIND, lambda: kind_of(texts[Column.KIND]), None),
            position=self._read(row, Column.POSITION, lambda: position_of(texts[Column.POSITION], goal or above), None),
            title=texts[Column.TITLE],
            is_mandatory=mandatory,
            lead=lead,
            contributing=tuple(slug for slug in contributing if slug != lead),
            is_measure=mandatory or any(texts[column] for column in _OF_MEASURE),
        )
        if line.is_measure and not line.title:
            self.fault(row, Column.TITLE, "Der Titel der Maßnahme fehlt.")
        return line

    def _text(self, row: int, column: Column) -> str:
        number = self.columns.get(column, 0)
        if not number:
            return ""
        value = self.sheet.cell(row, number)
        return self._read(row, column, lambda: text_of(value, is_csv=self.is_csv, most=_LENGTHS.get(column, 0)), "")

    def _read(self, row: int, column: Column, read: Callable[[], T], otherwise: T) -> T:
        return self.faults.on(self.sheet, row, self.columns.get(column, 0), column, read, otherwise)


def kind_of(text: str) -> GoalKind | None:
    """Return the Zielart that a word means; None for an empty cell. Raises `BadCell` for another word."""
    if not text:
        return None
    word = fold(text)
    by_label = {fold(label): kind for kind, label in KIND_LABELS.items()}
    found = by_label.get(word) or KINDS.get(word)
    if found is None:
        labels = ", ".join(f"„{label}“" for label in KIND_LABELS.values())
        raise BadCell(f"„{shown(text)}“ ist keine Zielart. Möglich sind {labels} oder eine leere Zelle.")
    return found
