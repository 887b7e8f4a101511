"""The sheet „Berichte“ of a unit that comes back: what somebody wrote offline lands in the drafts of their unit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from goals.sheets import Book
from goals.text import fold
from ratings import permissions, workflow
from ratings.documents.grid import CUT_NOTE
from ratings.documents.seal import HEADING as SEAL
from ratings.documents.seal import Cell, Seal, exact, seal
from ratings.imports.changes import Change, Checked, RowChange, listed, quoted
from ratings.imports.report_columns import UNIT, Entry, Place, WrongWord, entries, places
from ratings.imports.table import KEY, Findings, Problem, Row, Table, is_of_round, read_table
from ratings.models import Draft, ReportingRound, StatusReport, Submission
from ratings.workflow import Action

if TYPE_CHECKING:
    from evalportal.accounts.models import User

SHEET: Final = "Berichte"


@dataclass(frozen=True)
class Line:
    """One report of the person's units with what its row shows: the draft, after submission the submission."""

    report: StatusReport
    content: Draft | Submission | None
    version: int
    why_locked: str

    @property
    def place(self) -> str:
        """Names the row among those of all rounds and units."""
        return f"{self.report.round.slug}/{self.report.measure.key}/{self.report.unit.slug}"

    def cells(self, columns: list[Entry]) -> list[tuple[str, Cell]]:
        return [(entry.heading, entry.value(self.content)) for entry in columns]

    def seal(self, columns: list[Entry]) -> str:
        """The Prüfzeichen of the row; it is also what must still be true when the row is applied."""
        return seal(self.place, [*self.about(), *self.cells(columns)])

    def about(self) -> list[tuple[str, Cell]]:
        return [(place.heading, place.value(self.report)) for place in places()]


def lines(round_: ReportingRound, user: "User") -> list[Line]:
    """Return the reports that the units of `user` owe in this round, in the order of the Konzept: a fixed number of queries.

    Drafts stay inside their unit: nobody gets the lines of other units, the Evaluationsleitung neither.
    """
    owed = StatusReport.objects.of_units(user, round_.concept_id).filter(round=round_).owed()
    if round_.is_closed:
        owed = owed.filter(measure__in=round_.reopened)
    newest = {row.report_id: row for row in Submission.objects.newest().filter(report__in=owed.order_by().values("pk"))}
    found = []
    for report in owed.with_place().select_related("draft").in_order():
        report.round = round_
        decision = workflow.decide(user, report, Action.SAVE)
        draft = getattr(report, "draft", None)
        content = draft if decision else newest.get(report.pk) or draft
        found.append(Line(report, content, draft.version if draft else 0, decision.reason))
    return found


def check(book: Book, round_: ReportingRound, user: "User") -> Checked:
    """Return what the list would change in the drafts of the person's units, or every problem at once."""
    findings = Findings()
    columns = entries(has_ratings=round_.has_ratings)
    table = read_table(book, SHEET, [*(place.heading for place in places()), *(entry.heading for entry in columns)], findings)
    checked = Checked(table.sheet if table else "", findings=findings)
    if table is None:
        return checked
    if UNIT not in table.columns:
        findings.problems.append(Problem(table.head_where(), f"Die Spalte „{UNIT}“ fehlt."))
        return checked
    if not round_.is_live and not round_.reopened:
        findings.problems.append(Problem("", permissions.closed_reason(round_)))
        return checked
    own = lines(round_, user)
    by_place = {(line.report.measure.key, fold(line.report.unit.name)): line for line in own}

    def place_of(row: Row) -> str:
        line = by_place.get((row.text(KEY), fold(row.text(UNIT))))
        return line.place if line else ""

    if is_of_round(table, round_.title, place_of, findings):
        _check_rows(table, own, by_place, columns, checked)
    findings.sort()
    return checked


def _check_rows(
    table: Table, own: list[Line], by_place: dict[tuple[str, str], Line], columns: list[Entry], checked: Checked
) -> None:
    seen: dict[tuple[str, str], str] = {}
    older = []
    for row in table.rows:
        key = (row.text(KEY), fold(row.text(UNIT)))
        line = by_place.get(key)
        if line is None:
            checked.problems.append(_unknown(row, own))
        elif key in seen:
            checked.problems.append(row.problem(KEY, f"Diese Maßnahme steht für „{line.report.unit}“ schon in {seen[key]}."))
        else:
            seen[key] = f"Zelle {row.place(KEY)}"
            if _check_row(row, line, columns, checked):
                older.append(line.report.measure.number)
    if not table.rows:
        checked.problems.append(Problem(f"Blatt „{table.sheet}“", "Unter den Spaltenköpfen steht keine Zeile."))
    missing = [entry.heading for entry in columns if entry.heading not in table.columns]
    if missing:
        checked.notes.append(f"Es fehlen die Spalten {', '.join(f'„{text}“' for text in missing)}; dort ändert sich nichts.")
    if seen and (rest := len(by_place) - len(seen)):
        checked.notes.append(f"{rest} von {len(by_place)} Berichten {'steht' if rest == 1 else 'stehen'} nicht in der Datei.")
    if older:
        checked.notes.append(f"Im System neuer als in der Datei und in ihr nicht geändert: {listed(older)}.")


def _unknown(row: Row, own: list[Line]) -> Problem:
    """Say why a row belongs to none of the person's reports."""
    key, unit = row.text(KEY), row.text(UNIT)
    if not key:
        return row.problem(KEY, "Der Schlüssel fehlt; ohne ihn ist die Zeile nicht zuzuordnen.")
    if not unit:
        return row.problem(UNIT, "Die Einheit fehlt; ohne sie ist die Zeile nicht zuzuordnen.")
    if fold(unit) not in {fold(line.report.unit.name) for line in own}:
        return row.problem(UNIT, f"Für {quoted(unit)} berichten Sie in dieser Runde nicht.")
    return row.problem(KEY, f"Zum Schlüssel {quoted(key)} schuldet {quoted(unit)} in dieser Runde keinen Bericht.")


def _check_row(row: Row, line: Line, columns: list[Entry], checked: Checked) -> bool:
    """Add what the row changes or what is wrong with it. True if only the system has changed since the list was made."""
    mark = Seal.read(row.text(SEAL), line.place)
    edited = [entry for entry in columns if _is_edited(row, entry, line, mark)]
    moved = _moved(row, line, mark)
    if not edited and not moved:
        return mark is not None and any(not mark.left_with(heading, value) for heading, value in line.cells(columns))
    before = len(checked.problems)
    number = line.report.measure.number

    def complain(heading: str, message: str) -> None:
        checked.problems.append(row.problem(heading, f"{number}: {message}"))

    if mark is None:
        complain(
            SEAL, "Das Prüfzeichen gehört nicht zu dieser Zeile. Kopieren Sie keine Zeilen und lassen Sie die Spalte stehen."
        )
        return False
    for place in moved:
        complain(place.heading, f"Das wird hier nicht geändert. Im System steht {quoted(place.value(line.report))}.")
    if edited and line.why_locked:
        complain(edited[0].heading, line.why_locked)
    elif edited and any(not mark.left_with(heading, value) for heading, value in line.cells(columns)):
        complain(
            edited[0].heading,
            "Der Entwurf wurde inzwischen im Portal geändert und wird nicht überschrieben. Laden Sie die Arbeitsmappe neu herunter.",
        )
    elif edited:
        change = _row_change(row, line, edited, columns, checked, complain)
        if len(checked.problems) == before:
            checked.rows.append(change)
    return False


def _is_edited(row: Row, entry: Entry, line: Line, mark: Seal | None) -> bool:
    current = entry.value(line.content)
    if entry.is_same(row.text(entry.heading), current):
        return False
    return row.is_edited(entry.heading, current, mark)


def _moved(row: Row, line: Line, mark: Seal | None) -> list[Place]:
    return [place for place in places() if row.is_edited(place.heading, place.value(line.report), mark) and place.heading != UNIT]


def _row_change(
    row: Row, line: Line, edited: list[Entry], columns: list[Entry], checked: Checked, complain: Callable[[str, str], None]
) -> RowChange:
    sent: dict[str, str] = {}
    changes = []
    for entry in edited:
        current, text = exact(entry.value(line.content)), row.text(entry.heading)
        if current.endswith(CUT_NOTE.strip()):
            complain(
                entry.heading, "Der Text ist für eine Zelle zu lang und steht nur gekürzt in der Datei. Ändern Sie ihn im Portal."
            )
        try:
            sent[entry.field] = entry.entered(row.cells.get(entry.heading), text)
        except WrongWord as wrong:
            complain(entry.heading, str(wrong))
        if hint := entry.hint(text):
            checked.notes.append(f"{row.where(entry.heading)}: {hint}")
        changes.append(Change(entry.heading, row.place(entry.heading), current, text))
    report = line.report
    return RowChange(
        report.measure.key,
        report.measure.number,
        report.measure.title,
        str(report.unit),
        f"Blatt „{row.sheet}“, Zeile {row.number}",
        line.seal(columns),
        tuple(changes),
        {"report": report.pk, "sent": sent, "version": line.version},
    )
