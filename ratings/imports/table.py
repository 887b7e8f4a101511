"""The rows of an uploaded sheet by heading, and the problems found in them, each with sheet, row and column."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from goals.sheets import MAX_TROUBLE, Book, Sheet, Trouble, column_letter, place
from goals.text import fold
from ratings.documents.csv_file import csv_value
from ratings.documents.seal import HEADING as SEAL
from ratings.documents.seal import Cell, Seal, exact, plain

KEY: Final = "Schlüssel"
ROUND: Final = "Berichtsrunde"
_LOOKED_AT: Final = 20  # rows in which the headings may stand


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a list from being applied. `where` is „Blatt „Daten“, Zelle K12 (Bemerkung)“, empty for the whole file."""

    where: str
    message: str
    at: tuple[int, int] = (0, 0)  # row and column, for the order


@dataclass(slots=True)
class Findings:
    """What is said about a file: problems refuse it, notes do not."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def sort(self) -> None:
        """Put the problems in the order of the sheet, those of the whole file first."""
        self.problems.sort(key=lambda problem: problem.at)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list. `cells` are by the heading as the portal writes it."""

    sheet: str
    number: int
    is_csv: bool
    cells: dict[str, Cell]
    columns: dict[str, int]

    def where(self, heading: str) -> str:
        """„Blatt „Daten“, Zelle K12 (Bemerkung)“."""
        return f"Blatt „{self.sheet}“, Zelle {self.place(heading)} ({heading})"

    def problem(self, heading: str, message: str) -> Problem:
        """Return a problem of this cell."""
        return Problem(self.where(heading), message, (self.number, self.columns.get(heading, 1)))

    def place(self, heading: str) -> str:
        """„K12“."""
        return place(self.number, self.columns.get(heading, 1))

    def has(self, heading: str) -> bool:
        return heading in self.columns

    def text(self, heading: str) -> str:
        """Return the text of a cell. In CSV without the apostrophe that kept Excel from calculating it."""
        value = plain(self.cells.get(heading))
        return value[1:].strip() if self.is_csv and _is_shielded(value) else value

    def is_same(self, heading: str, current: Cell) -> bool:
        """True if the cell holds what the system holds: the same text, or the same number („20.10“ that Excel made 20,1)."""
        value = self.cells.get(heading)
        if exact(current) in (exact(value), plain(value), self.text(heading)):
            return True
        return isinstance(value, (int, float)) and not isinstance(value, bool) and _number(exact(current)) == float(value)

    def is_edited(self, heading: str, current: Cell, seal: Seal | None) -> bool:
        """True if somebody changed the cell: it holds neither what the system holds nor what it left with.

        Without a `seal` whatever differs from the system counts as changed.
        """
        if not self.has(heading) or self.is_same(heading, current):
            return False
        return seal is None or not (seal.holds(heading, self.cells.get(heading)) or seal.left_with(heading, self.text(heading)))


def _is_shielded(text: str) -> bool:
    return text.startswith("'") and csv_value(text[1:]) == text


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet whose headings were found."""

    sheet: str
    head: int
    columns: dict[str, int]
    rows: tuple[Row, ...]

    def head_where(self) -> str:
        return f"Blatt „{self.sheet}“, Zeile {self.head}"


def read_table(book: Book, name: str, known: Collection[str], findings: Findings) -> Table | None:
    """Return the rows of the sheet `name` with the columns `known`, wherever they stand; None if there is no such list.

    Problems: no list, a heading twice, no Prüfzeichen, formulas where something is read. Notes: another name of the sheet, further
    columns.
    """
    sheet, head = _find(book, name)
    if sheet is None:
        names = ", ".join(f"„{sheet.name}“" for sheet in book.sheets)
        findings.problems.append(
            Problem("", f"Es gibt kein Blatt „{name}“ mit der Spalte „{KEY}“. Gefunden: {names or 'kein Blatt'}.")
        )
        return None
    columns, further = _headings(sheet, head, known, findings)
    if further:
        findings.notes.append(f"Nicht gelesen werden die Spalten {', '.join(f'„{text}“' for text in further)}.")
    if not book.is_csv and fold(sheet.name.strip()) != fold(name):
        findings.notes.append(f"Gelesen wird das Blatt „{sheet.name}“.")
    if SEAL not in columns:
        findings.problems.append(
            Problem(
                f"Blatt „{sheet.name}“, Zeile {head}",
                f"Die Spalte „{SEAL}“ fehlt. Einlesen lassen sich nur Listen, die Sie hier für diesen Zweck heruntergeladen haben; "
                "lassen Sie die Spalte stehen. Der Anhang einer abgeschlossenen Runde wird nicht eingelesen.",
            )
        )
        return None
    _name_trouble(sheet, head, columns, findings)
    rows = tuple(_rows(sheet, head, columns, is_csv=book.is_csv))
    return Table(sheet.name, head, columns, rows)


def _find(book: Book, name: str) -> tuple[Sheet | None, int]:
    """The sheet of this name, else the only one with both headings that a list of the portal has."""
    named = book.sheet("CSV") if book.is_csv else book.sheet(name)
    if named is not None and (head := _head_row(named, {KEY})):
        return named, head
    others = [(sheet, head) for sheet in book.sheets if (head := _head_row(sheet, {KEY, SEAL}))]
    return others[0] if len(others) == 1 else (None, 0)


def _head_row(sheet: Sheet, wanted: set[str]) -> int:
    for number, values in list(sheet.filled())[:_LOOKED_AT]:
        if {fold(text) for text in wanted} <= {fold(plain(value)) for value in values}:
            return number
    return 0


def _headings(sheet: Sheet, head: int, known: Collection[str], findings: Findings) -> tuple[dict[str, int], list[str]]:
    by_text = {_heading(text): text for text in (*known, KEY, SEAL, ROUND)}
    columns: dict[str, int] = {}
    further = []
    for number, value in enumerate(sheet.rows[head - 1], start=1):
        text = plain(value)
        heading = by_text.get(_heading(text))
        if heading is None:
            if text:
                further.append(text)
        elif heading in columns:
            where = f"Blatt „{sheet.name}“, Zelle {place(head, number)}"
            findings.problems.append(
                Problem(where, f"Die Spalte „{heading}“ gibt es schon in Spalte {column_letter(columns[heading])}.")
            )
        else:
            columns[heading] = number
    return columns, further


def _heading(text: str) -> str:
    return fold(" ".join(text.split()))


def _name_trouble(sheet: Sheet, head: int, columns: dict[str, int], findings: Findings) -> None:
    """A formula where something is read is a problem; in further columns it is none, unless some were not even told of."""
    headings = {number: heading for heading, number in columns.items()}
    for trouble in sheet.trouble:
        number, row = _position(trouble)
        if row > head and number in headings:
            where = f"Blatt „{sheet.name}“, Zelle {trouble.place} ({headings[number]})"
            findings.problems.append(Problem(where, f"Die Zelle {trouble.why}", (row, number)))
    if len(sheet.trouble) >= MAX_TROUBLE:
        findings.problems.append(
            Problem(f"Blatt „{sheet.name}“", "Es gibt zu viele Formeln oder Fehlerwerte. Fügen Sie die Liste als Werte ein.")
        )


def _position(trouble: Trouble) -> tuple[int, int]:
    letters = trouble.place.rstrip("0123456789")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number, int(trouble.place[len(letters) :])


def _rows(sheet: Sheet, head: int, columns: dict[str, int], *, is_csv: bool) -> Iterator[Row]:
    for number, values in sheet.filled():
        if number <= head:
            continue
        cells: dict[str, Any] = {heading: values[at - 1] if at <= len(values) else None for heading, at in columns.items()}
        if any(plain(value) for value in cells.values()):
            yield Row(sheet.name, number, is_csv, cells, columns)


def is_of_round(table: Table, title: str, place_of: Callable[[Row], str], findings: Findings) -> bool:
    """False if the list says of itself that it belongs to another round: then every row would be wrong for this one reason.

    `place_of` gives what the Prüfzeichen of a row would be about here.
    """
    titles = {row.text(ROUND) for row in table.rows} - {"", title}
    if not titles or any(Seal.read(row.text(SEAL), place_of(row)) for row in table.rows):
        return True
    other = min(titles)
    findings.problems.append(
        Problem(f"Blatt „{table.sheet}“", f"Die Liste gehört zur Berichtsrunde „{other}“; eingelesen wird hier in „{title}“.")
    )
    return False
