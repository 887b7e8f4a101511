"""Which unit is responsible for which Maßnahme today, successors resolved."""

from dataclasses import dataclass

from goals.models import Concept, OrgUnit, Responsibility, ResponsibilityRole


@dataclass(frozen=True)
class Owed:
    """One unit that owes a report on one Maßnahme, and in which role."""

    measure_id: int
    unit: OrgUnit
    role: ResponsibilityRole


def effective_unit(unit_id: int, units: dict[int, OrgUnit]) -> OrgUnit | None:
    """Return the unit that stands in for `unit_id` today: itself if active, else its successor's successor and so on.

    None if the chain ends at an inactive unit: then nobody is responsible.
    """
    seen: set[int] = set()
    current = units.get(unit_id)
    while current is not None and not current.is_active and current.pk not in seen:
        seen.add(current.pk)
        current = units.get(current.successor_id) if current.successor_id else None
    return current if current is not None and current.is_active else None


def effective_responsibilities(concept: Concept) -> list[Owed]:
    """Return what the units of `concept` owe today, one entry per Maßnahme and unit: two queries.

    Where a merger brings lead and Zuarbeit of one Maßnahme into one unit, the lead counts.
    """
    units = {unit.pk: unit for unit in OrgUnit.objects.all()}
    found: dict[tuple[int, int], Owed] = {}
    rows = Responsibility.objects.filter(measure__concept=concept).values_list("measure_id", "unit_id", "role")
    for measure_id, unit_id, role in rows:
        unit = effective_unit(unit_id, units)
        if unit is None:
            continue
        place = (measure_id, unit.pk)
        if place not in found or role == ResponsibilityRole.LEAD:
            found[place] = Owed(measure_id, unit, ResponsibilityRole(role))
    return list(found.values())
