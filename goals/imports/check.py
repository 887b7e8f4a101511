"""Check a whole table at once: `check_book` returns the plan of a Konzept or raises `Faulty` with every error and its cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from goals.imports.cells import shown
from goals.imports.facts import read_facts
from goals.imports.faults import Faults, Faulty
from goals.imports.header import find_header
from goals.imports.layout import CONCEPT, EXAMPLE, GUIDE, MEASURES, NEEDED, UNITS, Column, UnitColumn
from goals.imports.plan import Plan, PlannedChallenge, PlannedField, PlannedGoal, PlannedMeasure
from goals.imports.rows import Line, RowReader
from goals.imports.units import Units
from goals.models import Concept, GoalKind, Measure, OrgUnit, Responsibility
from goals.sheets import Book, Sheet, column_letter

__all__ = ["Faulty", "check_book"]


@dataclass(slots=True)
class _Goal:
    """A Ziel as its first row gives it, and what later rows add."""

    first: Line
    action_field: str
    challenge: str
    text: str
    kind: GoalKind | None
    lines: list[Line] = field(default_factory=list)


def check_book(book: Book, *, concept: Concept | None = None) -> Plan:
    """Return what the uploaded table says. `concept` is the Konzept that it is to change; its Schlüssel are known then.

    Raises `Faulty` with all errors. Reads the units, and for `concept` its Schlüssel and responsibilities: three queries.
    """
    faults = Faults()
    sheet = _measures_sheet(book, faults)
    header, columns = find_header(sheet, Column, faults)
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        names = ", ".join(f"„{column}“" for column in missing)
        faults.whole(sheet, f"Diese Spalten fehlen: {names}. Am einfachsten beginnen Sie mit der Vorlage.")
    if concept is not None and Column.KEY not in columns:
        faults.whole(sheet, "Die Spalte „Schlüssel“ fehlt. An ihr ist zu erkennen, welche Maßnahme gemeint ist.")
    facts = read_facts(book, faults)
    units = _units(book, faults)
    if missing:
        faults.raise_any()
    faults.cells(sheet)
    kept, keys = _known(concept)
    reader = RowReader(sheet, columns, units, faults, is_csv=book.is_csv, kept=kept)
    lines = list(reader.lines(header))
    goals = _Goals(reader).collect(lines)
    _check_keys(reader, lines, keys if concept is not None else None)
    if not any(line.is_measure for line in lines):
        faults.whole(sheet, "Unter den Überschriften steht keine Maßnahme.")
    faults.raise_any()
    return Plan(
        facts=facts,
        fields=_tree(goals.values()),
        units=tuple(units.new.values()),
        letters={str(column): column_letter(number) for column, number in columns.items()},
        sheet=sheet.name,
        says_units=Column.LEAD in columns or Column.CONTRIBUTING in columns,
        says_mandatory=Column.MANDATORY in columns,
        says_kind=Column.KIND in columns,
    )


def _measures_sheet(book: Book, faults: Faults) -> Sheet:
    found = book.sheet(MEASURES)
    if found is None:
        others = [sheet for sheet in book.sheets if sheet.name.strip() not in (CONCEPT, UNITS, GUIDE, EXAMPLE)]
        if len(others) != 1:
            faults.whole(Sheet("Arbeitsmappe", ()), f"Das Blatt „{MEASURES}“ fehlt.")
            faults.raise_any()
        found = others[0]
    return found


def _units(book: Book, faults: Faults) -> Units:
    units = Units(OrgUnit.objects.select_related("successor"))
    sheet = None if book.is_csv else book.sheet(UNITS)
    if sheet is not None:
        faults.cells(sheet)
        header, columns = find_header(sheet, UnitColumn, faults)
        if columns:
            units.define(sheet, header, columns, faults)
    return units


def _known(concept: Concept | None) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """Return the units by Schlüssel of the Maßnahme that they are responsible for, and all Schlüssel."""
    if concept is None:
        return {}, frozenset()
    found: dict[str, set[str]] = {}
    rows = Responsibility.objects.filter(measure__concept=concept).values_list("measure__key", "unit__slug")
    for key, slug in rows:
        found.setdefault(key, set()).add(slug)
    keys = Measure.objects.filter(concept=concept).values_list("key", flat=True)
    return {key: frozenset(slugs) for key, slugs in found.items()}, frozenset(keys)


def _check_keys(reader: RowReader, lines: Iterable[Line], known: frozenset[str] | None) -> None:
    """Each Schlüssel once; in a Konzept that exists only its own (`known`)."""
    seen: dict[str, int] = {}
    for line in lines:
        if not line.key:
            continue
        if line.key in seen:
            text = (
                f"Den Schlüssel „{line.key}“ hat schon die Zeile {seen[line.key]}. Lassen Sie ihn bei einer neuen Maßnahme leer."
            )
            reader.fault(line.row, Column.KEY, text)
        elif known is not None and line.key not in known:
            text = f"Den Schlüssel „{line.key}“ gibt es in diesem Konzept nicht. Lassen Sie ihn bei einer neuen Maßnahme leer."
            reader.fault(line.row, Column.KEY, text)
        elif known is None and any(char.isspace() for char in line.key):
            reader.fault(line.row, Column.KEY, "Ein Schlüssel hat keine Leerzeichen. Leer gelassen wird er gebildet.")
        seen.setdefault(line.key, line.row)


class _Goals:
    """Collects rows into Ziele; what differs between rows of one Ziel is an error, an empty cell goes on with what stands above."""

    def __init__(self, reader: RowReader) -> None:
        self.reader = reader
        self.found: dict[str, _Goal] = {}

    def collect(self, lines: Iterable[Line]) -> dict[str, _Goal]:
        above: _Goal | None = None
        for line in lines:
            above = self._take(line, above)
        for goal in self.found.values():
            if not goal.text:
                self.reader.fault(goal.first.row, Column.TEXT, f"Die Zielbeschreibung von Ziel {goal.first.goal} fehlt.")
            self._number(goal)
        return self.found

    def _take(self, line: Line, above: _Goal | None) -> _Goal | None:
        if not line.goal:
            if above is None or (line.text and line.text != above.text):
                self.reader.fault(line.row, Column.GOAL, "Die Nummer des Ziels fehlt.")
                return above
            line.goal = above.first.goal
        goal = self.found.get(line.goal)
        if goal is None:
            goal = self.found[line.goal] = self._begin(line, above)
        else:
            self._compare(line, goal)
        if line.is_measure:
            goal.lines.append(line)
        return goal

    def _begin(self, line: Line, above: _Goal | None) -> _Goal:
        group, challenge = line.field, line.challenge
        if not group and above is None:
            self.reader.fault(line.row, Column.FIELD, "Das Handlungsfeld fehlt.")
        group = group or (above.action_field if above else "")
        if not challenge and (above is None or group != above.action_field):
            self.reader.fault(line.row, Column.CHALLENGE, "Die Herausforderung fehlt.")
        return _Goal(line, group, challenge or (above.challenge if above else ""), line.text, line.kind)

    def _compare(self, line: Line, goal: _Goal) -> None:
        first = f"In Zeile {goal.first.row} steht für Ziel {line.goal}"
        for column, here, there in (
            (Column.FIELD, line.field, goal.action_field),
            (Column.CHALLENGE, line.challenge, goal.challenge),
            (Column.TEXT, line.text, goal.text),
        ):
            if here and there and here != there:
                self.reader.fault(
                    line.row, column, f"{first} etwas anderes: „{shown(there)}“. Ein Ziel hat nur einen Platz und einen Text."
                )
        if line.kind and goal.kind and line.kind != goal.kind:
            self.reader.fault(line.row, Column.KIND, f"{first} eine andere Zielart: „{goal.kind.label}“.")
        goal.text, goal.kind = goal.text or line.text, goal.kind or line.kind

    def _number(self, goal: _Goal) -> None:
        """Count the positions where the table gives none for this Ziel; else each must be there, and once."""
        if all(line.position is None for line in goal.lines):
            for position, line in enumerate(goal.lines, start=1):
                line.position = position
        seen: dict[int, int] = {}
        for line in goal.lines:
            if line.position is None:
                self.reader.fault(
                    line.row, Column.POSITION, f"Die Position fehlt; andere Maßnahmen von Ziel {line.goal} haben eine."
                )
            elif line.position in seen:
                text = f"Die Nummer {line.goal}.{line.position} hat schon die Maßnahme in Zeile {seen[line.position]}."
                self.reader.fault(line.row, Column.POSITION, text)
            else:
                seen[line.position] = line.row


def _tree(goals: Iterable[_Goal]) -> tuple[PlannedField, ...]:
    """Handlungsfelder and Herausforderungen stand in the order in which they first appear."""
    fields: dict[str, dict[str, list[PlannedGoal]]] = {}
    for goal in goals:
        fields.setdefault(goal.action_field, {}).setdefault(goal.challenge, []).append(_planned(goal))
    return tuple(
        PlannedField(title, tuple(PlannedChallenge(name, tuple(below)) for name, below in challenges.items()))
        for title, challenges in fields.items()
    )


def _planned(goal: _Goal) -> PlannedGoal:
    measures = tuple(
        PlannedMeasure(line.key, line.position or 0, line.title, line.is_mandatory, line.lead, line.contributing, line.row)
        for line in goal.lines
    )
    kind = goal.kind or GoalKind.UNCLASSIFIED
    return PlannedGoal(goal.first.goal, goal.text, kind.value, goal.first.row, measures)
