"""The errors of one table, collected while it is read: all at once, each with its cell."""

from collections.abc import Callable
from typing import TypeVar

from goals.imports.cells import BadCell
from goals.imports.plan import Fault
from goals.sheets import Sheet, place

T = TypeVar("T")


class Faulty(Exception):
    """The table cannot be taken over; `faults` says why, in the order of its cells."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class Faults:
    """Collects. `at` names a cell, `on` reads one and notes what is wrong with it."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self._cells: set[tuple[str, int, str]] = set()

    def at(self, sheet: Sheet, row: int, column: int, heading: str, text: str) -> None:
        """Note what is wrong with a cell. Only the first error of a cell counts: what follows from it would confuse."""
        if (sheet.name, row, heading) not in self._cells:
            self._cells.add((sheet.name, row, heading))
            self.found.append(Fault(sheet.name, place(row, column) if column else f"Zeile {row}", heading, text, row, column))

    def whole(self, sheet: Sheet, text: str) -> None:
        """Note what is wrong with a sheet as a whole."""
        self.found.append(Fault(sheet.name, "", "", text))

    def on(self, sheet: Sheet, row: int, column: int, heading: str, read: Callable[[], T], otherwise: T) -> T:
        """Return what `read` returns; where it raises `BadCell`, note that and return `otherwise`."""
        try:
            return read()
        except BadCell as bad:
            self.at(sheet, row, column, heading, str(bad))
            return otherwise

    def cells(self, sheet: Sheet) -> None:
        """Note the cells that hold formulas and error values."""
        for trouble in sheet.trouble:
            self.found.append(Fault(sheet.name, trouble.place, "", f"Die Zelle {trouble.why}"))

    def raise_any(self) -> None:
        """Raise `Faulty` if there is any."""
        if self.found:
            sheets = list(dict.fromkeys(fault.sheet for fault in self.found))
            raise Faulty(sorted(self.found, key=lambda fault: (sheets.index(fault.sheet), fault.row, fault.column)))
