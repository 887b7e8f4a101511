"""The sheet „Daten“ that comes back: agreed ratings, remarks and units may have been changed, everything else must match."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from goals.models import Measure, Responsibility
from goals.sheets import Book
from ratings import agreement, permissions
from ratings.appendix import Appendix, AppendixRow, live_appendix
from ratings.documents.columns import Column, data_columns, row_place, row_state
from ratings.documents.grid import CUT_NOTE
from ratings.documents.seal import HEADING as SEAL
from ratings.documents.seal import Cell, Seal, exact, seal
from ratings.imports import data_rating, data_units
from ratings.imports.changes import Change, Checked, RowChange, listed, quoted
from ratings.imports.data_units import Units
from ratings.imports.table import KEY, Findings, Problem, Row, Table, is_of_round, read_table
from ratings.models import AgreedRating, ReportingRound, Submission

if TYPE_CHECKING:
    from evalportal.accounts.models import User

SHEET: Final = "Daten"


@dataclass(frozen=True)
class _Live:
    """What the system holds: rows by Schlüssel, what their columns show, and what decisions and units rest on."""

    round: ReportingRound
    appendix: Appendix
    rows: dict[str, AppendixRow]
    columns: dict[str, Column]
    measures: dict[str, int]
    submissions: dict[int, list[Submission]]
    versions: dict[int, int]
    responsibilities: dict[int, list[Responsibility]]
    units: Units

    def cells(self, row: AppendixRow, headings: Iterable[str]) -> list[tuple[str, Cell]]:
        return [(heading, self.columns[heading].value(row)) for heading in headings if heading in self.columns]

    def token(self, row: AppendixRow) -> str:
        return seal(row_place(self.appendix, row.key), self.cells(row, WRITABLE), row_state(row))


WRITABLE: Final = (*data_rating.HEADINGS, *data_units.HEADINGS)


def load(round_: ReportingRound, *, with_texts: bool = False) -> _Live:
    """Return what the system holds now of this round: a fixed number of queries."""
    appendix = live_appendix(round_, with_texts=with_texts)
    submissions: dict[int, list[Submission]] = defaultdict(list)
    counting = Submission.objects.counting().filter(report__round=round_).select_related("report")
    for submission in counting.order_by("-report__role", "pk"):
        submissions[submission.report.measure_id].append(submission)
    responsibilities: dict[int, list[Responsibility]] = defaultdict(list)
    for item in Responsibility.objects.filter(measure__concept=round_.concept_id).order_by("pk"):
        responsibilities[item.measure_id].append(item)
    return _Live(
        round_,
        appendix,
        {row.key: row for row in appendix.rows},
        {column.heading: column for column in data_columns(appendix) if column.heading != SEAL},
        dict(Measure.objects.filter(concept=round_.concept_id).values_list("key", "pk")),
        submissions,
        dict(AgreedRating.objects.filter(round=round_).values_list("measure_id", "version")),
        responsibilities,
        Units.all(),
    )


def check(book: Book, round_: ReportingRound, user: "User") -> Checked:
    """Return what the list would change, or every problem at once. Raises `PermissionDenied` unless `user` leads the evaluation."""
    permissions.may_coordinate(user, round_.concept_id).require()
    findings = Findings()
    if round_.is_closed:
        findings.problems.append(Problem("", permissions.closed_reason(round_)))
        return Checked(findings=findings)
    live = load(round_, with_texts=True)
    table = read_table(book, SHEET, set(live.columns) | _OTHER_EXPORTS, findings)
    checked = Checked(table.sheet if table else "", findings=findings)
    if table is None or not is_of_round(table, round_.title, lambda row: row_place(live.appendix, row.text(KEY)), findings):
        return checked
    _check_rows(table, live, user, checked)
    findings.sort()
    return checked


# Columns that only some exports have and that nobody needs to hear of as „not read“.
_OTHER_EXPORTS: Final = frozenset({"Vorherige Bewertung", "Veränderung", "Vergleich mit", "Auswahl"})


def _check_rows(table: Table, live: _Live, user: "User", checked: Checked) -> None:
    seen: dict[str, str] = {}
    older, untouched = [], 0
    for row in table.rows:
        key = row.text(KEY)
        if not key:
            checked.problems.append(row.problem(KEY, "Der Schlüssel fehlt; ohne ihn ist die Zeile nicht zuzuordnen."))
        elif key not in live.rows:
            checked.problems.append(row.problem(KEY, f"Den Schlüssel {quoted(key)} gibt es in diesem Konzept nicht."))
        elif key in seen:
            checked.problems.append(row.problem(KEY, f"Der Schlüssel {quoted(key)} steht schon in Zelle {seen[key]}."))
        else:
            seen[key] = row.place(KEY)
            state = _check_row(row, live, user, checked)
            untouched += state == "untouched"
            if state == "older":
                older.append(live.rows[key].number)
    _note_rest(table, live, len(seen), older, checked)


def _note_rest(table: Table, live: _Live, found: int, older: list[str], checked: Checked) -> None:
    missing = [heading for heading in WRITABLE if heading in live.columns and heading not in table.columns]
    if missing:
        checked.notes.append(f"Es fehlen die Spalten {', '.join(f'„{text}“' for text in missing)}; dort ändert sich nichts.")
    if found and (rest := len(live.rows) - found):
        verb = "steht" if rest == 1 else "stehen"
        checked.notes.append(f"{rest} von {len(live.rows)} Maßnahmen {verb} nicht in der Datei; dort ändert sich nichts.")
    if not table.rows:
        checked.problems.append(Problem(f"Blatt „{table.sheet}“", "Unter den Spaltenköpfen steht keine Zeile."))
    if older:
        checked.notes.append(
            "Im System neuer als in der Datei und in ihr nicht geändert, darum unverändert gelassen: " + listed(older) + "."
        )


def _check_row(row: Row, live: _Live, user: "User", checked: Checked) -> str:
    """Add what the row changes or what is wrong with it. Returns „older“ if only the system has changed since the export."""
    current = live.rows[row.text(KEY)]
    mark = Seal.read(row.text(SEAL), row_place(live.appendix, current.key))
    shown = dict(live.cells(current, live.columns))
    edited = [heading for heading in row.columns if heading in shown and _is_edited(row, heading, shown[heading], mark)]
    if not edited:
        is_older = mark is not None and any(
            not row.is_same(heading, shown[heading]) for heading in WRITABLE if heading in shown and row.has(heading)
        )
        return "older" if is_older else "untouched"
    before = len(checked.problems)

    def complain(heading: str, message: str) -> None:
        checked.problems.append(row.problem(heading, f"{current.number}: {message}"))

    if mark is None:
        complain(
            SEAL, "Das Prüfzeichen gehört nicht zu dieser Zeile. Kopieren Sie keine Zeilen und lassen Sie die Spalte stehen."
        )
        return ""
    for heading in edited:
        if heading not in WRITABLE:
            text = exact(shown[heading])
            complain(heading, f"Das wird hier nicht geändert. Im System steht {quoted(text) if text else 'nichts'}.")
    writable = [heading for heading in WRITABLE if heading in edited]
    if writable and (stale := _changed_meanwhile(current, live, mark)):
        complain(writable[0], f"Die Zeile wurde inzwischen im System geändert ({stale}). Laden Sie die Liste neu herunter.")
    elif writable:
        change = _row_change(row, current, live, writable, user, complain)
        if change is not None and len(checked.problems) == before:
            checked.rows.append(change)
    return ""


def _is_edited(row: Row, heading: str, current: Cell, mark: Seal | None) -> bool:
    if heading in _WORDS and row.text(heading).casefold() == exact(current).casefold():
        return False
    return row.is_edited(heading, current, mark)


_WORDS: Final = frozenset({data_rating.GRADE, data_rating.STANDING, *data_rating.MARKERS})


def _changed_meanwhile(current: AppendixRow, live: _Live, mark: Seal) -> str:
    """Return what the system changed in the row since it left, in words; empty if nothing."""
    found = [
        f"{heading}: jetzt {quoted(exact(value)) if exact(value) else 'leer'}"
        for heading, value in live.cells(current, WRITABLE)
        if not mark.left_with(heading, value)
    ]
    if not found and not mark.is_of(row_state(current)):
        return "es gibt andere Einreichungen oder Zuständigkeiten"
    return "; ".join(found)


def _row_change(
    row: Row, current: AppendixRow, live: _Live, edited: list[str], user: "User", complain: Callable[[str, str], None]
) -> RowChange | None:
    texts = {heading: row.text(heading) for heading in edited}
    for heading, value in live.cells(current, edited):
        if exact(value).endswith(CUT_NOTE.strip()):
            complain(
                heading, "Der Text ist für eine Zelle zu lang und steht nur gekürzt in der Datei. Ändern Sie ihn auf der Seite."
            )
            return None
    values: dict[str, Any] = {"measure": live.measures[current.key]}
    effects = []
    rating = {heading: text for heading, text in texts.items() if heading in data_rating.HEADINGS}
    if rating:
        effects.append(_rating(current, rating, live, user, values, complain))
    assigned = {heading: text for heading, text in texts.items() if heading in data_units.HEADINGS}
    if assigned:
        have = live.responsibilities[values["measure"]]
        found = data_units.assigned_in(current, assigned, have, live.units, complain)
        values["units"] = {"lead": found.lead, "contributing": list(found.contributing)} if found else None
    changes = tuple(Change(heading, row.place(heading), _old(current, heading, live), texts[heading]) for heading in edited)
    where = f"Blatt „{row.sheet}“, Zeile {row.number}"
    effect = " ".join(filter(None, effects))
    return RowChange(current.key, current.number, current.title, "", where, live.token(current), changes, values, effect)


def _rating(
    current: AppendixRow,
    edited: dict[str, str],
    live: _Live,
    user: "User",
    values: dict[str, Any],
    complain: Callable[[str, str], None],
) -> str:
    """Put the decision of the row into `values` and return what it means."""
    first = next(iter(edited))
    measure_id = values["measure"]
    allowed = permissions.may_record_round(user, live.round, measure_id)
    if not allowed:
        complain(first, allowed.reason)
        return ""
    decided = data_rating.decided_in(current, edited, complain)
    if decided is None:
        return ""
    submissions = live.submissions[measure_id]
    try:
        agreement.check_decided(decided, submissions)
    except agreement.Refused as refused:
        complain(data_rating.REASON, str(refused))
        return ""
    values["rating"] = {
        "grade": decided.grade.value if decided.grade else None,
        "markers": [marker.value for marker, is_set in decided.markers.items() if is_set],
        "reason": decided.reason,
        "remark": decided.remark,
        "version": live.versions.get(measure_id, 0),
        "seen": [submission.pk for submission in submissions],
    }
    return data_rating.effect_of(current, decided)


def _old(current: AppendixRow, heading: str, live: _Live) -> str:
    text = exact(live.columns[heading].value(current))
    return f"{text} (Vorschlag)" if heading == data_rating.GRADE and current.is_proposal and text else text
