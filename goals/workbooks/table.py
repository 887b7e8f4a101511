"""An existing Konzept in the flat shape: one row per Maßnahme, and one for each Ziel without any."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch

from goals.imports.layout import NO, YES, Column, Fact, UnitColumn
from goals.imports.units import Units
from goals.models import Concept, Goal, GoalKind, Measure, OrgUnit, Responsibility, ResponsibilityRole

Cell = str | int
Row = dict[Column, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """What the files hold: rows of „Maßnahmen“, of „Konzept“ and of „Einheiten“."""

    rows: list[Row]
    facts: dict[Fact, object]
    units: list[dict[UnitColumn, str]]


def table_of(concept: Concept) -> Table:
    """Return `concept` as a table: four queries."""
    all_units = list(OrgUnit.objects.select_related("parent", "successor").order_by("name", "pk"))
    units = Units(all_units)
    rows = [row for goal in _goals(concept) for row in _rows(goal, units)]
    facts: dict[Fact, object] = {fact: getattr(concept, fact.field) for fact in Fact}
    facts[Fact.IS_EXAMPLE] = YES if concept.is_example else NO
    return Table(rows, facts, unit_rows(unit for unit in all_units if unit.is_active))


def unit_rows(units: Iterator[OrgUnit] | list[OrgUnit]) -> list[dict[UnitColumn, str]]:
    """Return the rows of the sheet „Einheiten“."""
    return [
        {
            UnitColumn.NAME: unit.name,
            UnitColumn.SHORT_NAME: unit.short_name,
            UnitColumn.SLUG: unit.slug,
            UnitColumn.PARENT: unit.parent.name if unit.parent else "",
            UnitColumn.IS_EXTERNAL: YES if unit.is_external else NO,
        }
        for unit in units
    ]


def _goals(concept: Concept) -> Iterator[Goal]:
    responsibilities = Responsibility.objects.select_related("unit").order_by("-role", "unit__name", "pk")
    measures = Measure.objects.order_by("position", "pk").prefetch_related(Prefetch("responsibilities", responsibilities))
    goals = Goal.objects.filter(concept=concept).select_related("challenge__action_field")
    order = ("challenge__action_field__position", "challenge__position", "sort_key", "pk")
    yield from goals.order_by(*order).prefetch_related(Prefetch("measures", measures))


def _rows(goal: Goal, units: Units) -> Iterator[Row]:
    place: Row = {
        Column.FIELD: goal.challenge.action_field.title,
        Column.CHALLENGE: goal.challenge.title,
        Column.GOAL: goal.number,
        Column.TEXT: goal.text,
        Column.KIND: "" if goal.kind == GoalKind.UNCLASSIFIED else str(GoalKind(goal.kind).label),
    }
    measures = list(goal.measures.all())
    for measure in measures:
        by_role = {role: [row.unit for row in measure.responsibilities.all() if row.role == role] for role in ResponsibilityRole}
        yield place | {
            Column.KEY: measure.key,
            Column.POSITION: measure.position,
            Column.TITLE: measure.title,
            Column.MANDATORY: YES if measure.is_mandatory else NO,
            Column.LEAD: units.names_of(by_role[ResponsibilityRole.LEAD]),
            Column.CONTRIBUTING: units.names_of(by_role[ResponsibilityRole.CONTRIBUTING]),
        }
    if not measures:
        yield place
