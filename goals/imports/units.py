"""Units as a table names them: by Kürzel, name or Kurzname; new ones are defined on the sheet „Einheiten“."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from goals.imports.cells import BadCell, shown, text_of, yes_no
from goals.imports.faults import Faults
from goals.imports.layout import SEPARATOR, UnitColumn
from goals.imports.plan import Plan, PlannedUnit
from goals.models import OrgUnit
from goals.sheets import Sheet
from goals.text import fold, plain_slug

_LENGTHS = {UnitColumn.NAME: 160, UnitColumn.SHORT_NAME: 60, UnitColumn.SLUG: 60, UnitColumn.PARENT: 160}


class Units:
    """All units that a table may name: those that exist and those that it defines."""

    def __init__(self, units: Iterable[OrgUnit]) -> None:
        self.existing = {unit.slug: unit for unit in units}
        self.new: dict[str, PlannedUnit] = {}
        self._by_name: defaultdict[str, set[str]] = defaultdict(set)
        self._by_short_name: defaultdict[str, set[str]] = defaultdict(set)
        self._names: list[str] = []
        for unit in self.existing.values():
            self._know(unit.slug, unit.name, unit.short_name)

    def _know(self, slug: str, name: str, short_name: str) -> None:
        self._by_name[_plain(name)].add(slug)
        self._by_short_name[_plain(short_name)].add(slug)
        self._names += [name, short_name]

    def find(self, text: str) -> str | None:
        """Return the Kürzel of the unit that is meant; None if there is none. Raises `BadCell` if it could be several."""
        if text in self.existing or text in self.new:
            return text
        for names in (self._by_name, self._by_short_name):
            found = names.get(_plain(text), set())
            if len(found) > 1:
                choices = ", ".join(f"„{slug}“" for slug in sorted(found))
                raise BadCell(f"Mehrere Einheiten heißen „{shown(text)}“. Schreiben Sie das Kürzel: {choices}.")
            if found:
                return next(iter(found))
        return None

    def one(self, text: str, *, kept: frozenset[str] = frozenset()) -> str:
        """Return the Kürzel of the unit that `text` names, empty for an empty cell. Raises `BadCell` if there is none to take.

        A unit that is not active can be kept where it is responsible already (`kept`), not added.
        """
        slug = self.find(text) if text else ""
        if slug is None:
            raise BadCell(self._unknown(text))
        unit = self.existing.get(slug)
        if unit is not None and not unit.is_active and slug not in kept:
            after = f" Nachfolgerin ist „{unit.successor}“." if unit.successor else ""
            raise BadCell(f"„{unit}“ ist nicht mehr aktiv.{after}")
        return slug

    def many(self, text: str, *, kept: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Return the Kürzel of the units in a cell, between semicolons or on lines of their own."""
        found: list[str] = []
        for part in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
            pieces = [piece.strip() for piece in part.split(",")]
            by_comma = self.find(part) is None and len(pieces) > 1 and all(self.find(piece) for piece in pieces)
            found += [self.one(piece, kept=kept) for piece in (pieces if by_comma else [part])]
        return tuple(dict.fromkeys(found))

    def name_of(self, unit: OrgUnit) -> str:
        """Return how a table names `unit` so that `find` knows it again: by its name where that is clear, else by its Kürzel."""
        try:
            clear = self.find(unit.name) == unit.slug
        except BadCell:
            clear = False
        return unit.name if clear and not re.search(r"[;\n]", unit.name) else unit.slug

    def names_of(self, units: Iterable[OrgUnit]) -> str:
        return SEPARATOR.join(self.name_of(unit) for unit in units)

    def _unknown(self, text: str) -> str:
        near = difflib.get_close_matches(text, self._names, n=1, cutoff=0.75)
        hint = f"Meinten Sie „{near[0]}“? Sonst tragen" if near else "Tragen"
        return f"Die Einheit „{shown(text)}“ gibt es nicht. {hint} Sie sie auf dem Blatt „Einheiten“ ein."

    def define(self, sheet: Sheet, header: int, columns: dict[UnitColumn, int], faults: Faults) -> None:
        """Take up the units of the sheet „Einheiten“ that do not exist yet. Those that do stay as they are."""
        rows: dict[str, int] = {}
        parents: dict[str, str] = {}
        for row, _ in sheet.filled():
            if row <= header:
                continue
            texts = {column: _text(sheet, row, columns, column, faults) for column in UnitColumn}
            unit = self._defined(sheet, row, columns, texts, faults)
            if unit is None:
                continue
            self.new[unit.slug] = unit
            self._know(unit.slug, unit.name, unit.short_name)
            rows[unit.slug], parents[unit.slug] = row, texts[UnitColumn.PARENT]
        column = columns.get(UnitColumn.PARENT, 0)
        for slug, text in parents.items():
            parent = faults.on(sheet, rows[slug], column, UnitColumn.PARENT, lambda text=text: self.one(text), "")  # type: ignore[misc]
            self.new[slug] = replace(self.new[slug], parent=parent)
        for slug in self._in_circles():
            faults.at(sheet, rows[slug], column, UnitColumn.PARENT, "Diese Einheit gehört zu sich selbst.")

    def _defined(
        self, sheet: Sheet, row: int, columns: dict[UnitColumn, int], texts: dict[UnitColumn, str], faults: Faults
    ) -> PlannedUnit | None:
        name, slug = texts[UnitColumn.NAME], texts[UnitColumn.SLUG]
        if not name:
            faults.at(sheet, row, columns.get(UnitColumn.NAME, 0), UnitColumn.NAME, "Der Name der Einheit fehlt.")
            return None
        if slug in self.existing or (not slug and faults.on(sheet, row, 1, UnitColumn.NAME, lambda: self.find(name) or "", name)):
            return None
        if slug and (slug in self.new or plain_slug(slug, most=60) != slug):
            why = "steht schon weiter oben." if slug in self.new else "besteht nicht nur aus kleinen Buchstaben, Ziffern und „-“."
            faults.at(sheet, row, columns.get(UnitColumn.SLUG, 0), UnitColumn.SLUG, f"Das Kürzel „{shown(slug)}“ {why}")
            return None
        column = columns.get(UnitColumn.IS_EXTERNAL, 0)
        external = texts[UnitColumn.IS_EXTERNAL]
        return PlannedUnit(
            slug=slug or self._free_slug(texts[UnitColumn.SHORT_NAME] or name),
            name=name,
            short_name=texts[UnitColumn.SHORT_NAME] or name[:60].strip(),
            parent="",
            is_external=faults.on(sheet, row, column, UnitColumn.IS_EXTERNAL, lambda: yes_no(external), False),
        )

    def _free_slug(self, name: str) -> str:
        base = plain_slug(name, most=50) or "einheit"
        slug, number = base, 1
        while slug in self.existing or slug in self.new:
            number += 1
            slug = f"{base}-{number}"
        return slug

    def _in_circles(self) -> list[str]:
        found = []
        for slug in self.new:
            above, current = set(), slug
            while current in self.new and current not in above:
                above.add(current)
                current = self.new[current].parent
            if current == slug and current in above:
                found.append(slug)
        return found


def _plain(text: str) -> str:
    return fold(" ".join(text.split()))


def _text(sheet: Sheet, row: int, columns: dict[UnitColumn, int], column: UnitColumn, faults: Faults) -> str:
    number = columns.get(column, 0)
    return faults.on(
        sheet, row, number, column, lambda: text_of(sheet.cell(row, number), most=_LENGTHS.get(column, 0)) if number else "", ""
    )


def names_of_units(plan: Plan) -> dict[str, str]:
    """Return the names of all units that `plan` names, by Kürzel: one query."""
    named = {slug for measure in plan.measures for slug in (measure.lead, *measure.contributing) if slug}
    known = dict(OrgUnit.objects.filter(slug__in=named).values_list("slug", "name"))
    return known | {unit.slug: unit.name for unit in plan.units}
