"""What the cells „federführend“ and „Zuarbeit“ of a row of „Daten“ mean: names of units, found among those that there are."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from goals.models import OrgUnit, Responsibility, ResponsibilityRole
from goals.text import fold
from ratings.appendix import AppendixRow
from ratings.owed import effective_unit

LEAD: Final = "federführend"
CONTRIBUTING: Final = "Zuarbeit"
HEADINGS: Final = (LEAD, CONTRIBUTING)


@dataclass(frozen=True)
class Assigned:
    """Primary keys of the units that are to be responsible."""

    lead: int | None
    contributing: tuple[int, ...]


class Units:
    """All units by name and short name."""

    def __init__(self, units: Iterable[OrgUnit]) -> None:
        self.by_pk = {unit.pk: unit for unit in units}
        self._by_name: dict[str, set[int]] = {}
        for unit in self.by_pk.values():
            for name in {fold(unit.name), fold(unit.short_name)}:
                self._by_name.setdefault(name, set()).add(unit.pk)

    @classmethod
    def all(cls) -> "Units":
        """All units there are: one query."""
        return cls(OrgUnit.objects.all())

    def by_slug(self, slug: str) -> OrgUnit | None:
        return next((unit for unit in self.by_pk.values() if unit.slug == slug), None)

    def find(self, name: str) -> OrgUnit | str:
        """Return the active unit of this name or short name, or why there is none."""
        found = [self.by_pk[pk] for pk in self._by_name.get(fold(" ".join(name.split())), ())]
        active = [unit for unit in found if unit.is_active]
        if len(active) == 1:
            return active[0]
        if active:
            return f"„{name}“ heißen mehrere Einheiten. Ändern Sie die Zuständigkeit auf der Seite der Maßnahme."
        if found:
            return f"„{name}“ ist nicht mehr aktiv."
        names = {fold(unit.name): unit.name for unit in self.by_pk.values() if unit.is_active}
        close = get_close_matches(fold(name), names, n=1, cutoff=0.6)
        hint = f" Meinen Sie „{names[close[0]]}“?" if close else ""
        return f"Eine Einheit „{name}“ gibt es nicht.{hint}"

    def find_many(self, text: str) -> tuple[list[OrgUnit], list[str]]:
        """Return the units named in a cell, separated by semicolons or lines, and what is wrong with the others."""
        units, faults = [], []
        for name in _names(text):
            found = self.find(name)
            if isinstance(found, str):
                faults.append(found)
            else:
                units.append(found)
        return units, faults


def _names(text: str) -> list[str]:
    return [name for part in re.split(r"[;\n]", text) if (name := " ".join(part.split()))]


def assigned_in(
    row: AppendixRow, texts: dict[str, str], have: Sequence[Responsibility], units: Units, complain: Callable[[str, str], None]
) -> Assigned | None:
    """Return who is to be responsible; None if the cells cannot be read, which `complain(heading, message)` was told then.

    `texts` are the edited cells. Responsibilities that the row does not show stay: of reports that are entfallen by hand, of
    former units without a successor. A former unit with a successor stands for that one.
    """
    wanted_lead, wanted_others, faults = _wanted(row, texts, units)
    for heading, message in faults:
        complain(heading, message)
    if faults:
        return None
    shown_lead = units.by_slug(row.lead.slug) if row.lead else None
    shown_others = {unit.pk for line in row.contributing if (unit := units.by_slug(line.slug))}
    shown = shown_others | ({shown_lead.pk} if shown_lead else set())
    stands_for = {item.unit_id: unit.pk for item in have if (unit := effective_unit(item.unit_id, units.by_pk))}
    behind = {pk: unit_id for unit_id, pk in stands_for.items()}
    hidden = [item for item in have if stands_for.get(item.unit_id) not in shown]
    lead = behind.get(wanted_lead.pk, wanted_lead.pk) if wanted_lead else None
    if lead is None and LEAD not in texts:
        lead = next((item.unit_id for item in hidden if item.role == ResponsibilityRole.LEAD), None)
    others = [behind.get(unit.pk, unit.pk) for unit in wanted_others]
    others += [item.unit_id for item in hidden if item.role == ResponsibilityRole.CONTRIBUTING and item.unit_id != lead]
    return Assigned(lead, tuple(dict.fromkeys(others)))


def _wanted(row: AppendixRow, texts: dict[str, str], units: Units) -> tuple[OrgUnit | None, list[OrgUnit], list[tuple[str, str]]]:
    faults: list[tuple[str, str]] = []
    lead = units.by_slug(row.lead.slug) if row.lead else None
    others = [unit for line in row.contributing if (unit := units.by_slug(line.slug))]
    if LEAD in texts:
        found, wrong = units.find_many(texts[LEAD])
        faults += [(LEAD, message) for message in wrong]
        if len(found) > 1:
            faults.append((LEAD, "Federführend ist höchstens eine Einheit. Die anderen gehören in die Spalte „Zuarbeit“."))
        lead = found[0] if found else None
    if CONTRIBUTING in texts:
        others, wrong = units.find_many(texts[CONTRIBUTING])
        faults += [(CONTRIBUTING, message) for message in wrong]
    if lead is not None and lead in others:
        heading = LEAD if LEAD in texts else CONTRIBUTING
        faults.append((heading, f"„{lead}“ kann nicht zugleich federführend sein und zuarbeiten."))
    return lead, others, faults
