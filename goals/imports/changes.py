"""What taking over a table would change in a Konzept that exists: each change with its cell, and what stands in the way.

Maßnahmen are recognised by their Schlüssel, whatever their number and title have become. Nothing is deleted but headings and
Ziele that the table itself leaves empty: Maßnahmen that are not in the table stay.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from goals.imports.layout import NO, YES, Column, Fact
from goals.imports.matching import Existing, Matching, match
from goals.imports.plan import Fault, Plan, PlannedGoal, PlannedMeasure
from goals.models import ActionField, Challenge, Concept, Goal, GoalKind, Measure

# Says why this field of a part must stay as it is at the moment; empty if it need not.
Locked = Callable[[Challenge | Goal | Measure, str], str]


@dataclass(frozen=True, slots=True)
class Change:
    """One value that changes: the cell, what it belongs to („20.1“, „Ziel 3“), which value, and what it was and becomes."""

    place: str
    subject: str
    what: str
    old: str
    new: str


@dataclass(slots=True)
class Changes:
    """All that a table changes. `added` and `missing` are Maßnahmen; `emptied` are headings and Ziele that go."""

    concept: Concept
    plan: Plan
    existing: Existing
    matching: Matching
    facts: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    added: list[tuple[str, str, PlannedMeasure]] = field(default_factory=list)
    missing: list[Measure] = field(default_factory=list)
    emptied_goals: list[Goal] = field(default_factory=list)
    emptied_challenges: list[Challenge] = field(default_factory=list)
    emptied_fields: list[ActionField] = field(default_factory=list)
    obstacles: list[Fault] = field(default_factory=list)
    assigned: list[tuple[Measure, dict[str, str]]] = field(default_factory=list)

    @property
    def emptied(self) -> list[str]:
        return [
            *(f"Ziel {goal.number}" for goal in self.emptied_goals),
            *(f"Herausforderung „{challenge.title}“" for challenge in self.emptied_challenges),
            *(f"Handlungsfeld „{group.title}“" for group in self.emptied_fields),
        ]

    def __bool__(self) -> bool:
        return bool(self.changes or self.added or self.emptied or self.plan.units)

    @property
    def digest(self) -> str:
        """Stands for exactly these changes, so that a confirmation counts for no others."""
        added = [(number, title, measure) for number, title, measure in self.added]
        missing = [measure.key for measure in self.missing]
        seen = repr((self.concept.pk, self.changes, added, missing, self.emptied, self.plan.units))
        return hashlib.sha256(seen.encode()).hexdigest()


def find_changes(plan: Plan, concept: Concept, *, locked: Locked) -> Changes:
    """Return what `plan` changes in `concept`: six queries, whatever its size."""
    existing = Existing.load(concept)
    found = Changes(concept, plan, existing, match(plan, existing))
    _facts(found)
    _headings(found, locked)
    moving = _Moves(found, locked)
    for goal in plan.goals:
        moving.goal(goal)
    _missing(found)
    _emptied(found)
    _numbers_taken(found)
    return found


def _facts(found: Changes) -> None:
    for fact in Fact:
        if fact in (Fact.SLUG, Fact.IS_EXAMPLE) or fact.field not in found.plan.facts:
            continue
        old, new = getattr(found.concept, fact.field), found.plan.facts[fact.field]
        if old != new:
            found.facts[fact.field] = new
            found.changes.append(Change("Blatt „Konzept“", "Konzept", fact, _shown(old), _shown(new)))


def _headings(found: Changes, locked: Locked) -> None:
    plan, matching = found.plan, found.matching
    for index, group in enumerate(plan.fields):
        row = group.challenges[0].goals[0].row
        old = matching.fields[index]
        _heading(found, Column.FIELD, row, old.title if old else "", group.title)
    for index, challenge in enumerate(plan.challenges):
        was = matching.challenges[index]
        row = challenge.goals[0].row
        _heading(found, Column.CHALLENGE, row, was.title if was else "", challenge.title)
        above = matching.challenge_places[index]
        field_now = matching.fields[above]
        if was and (field_now is None or field_now.pk != was.action_field_id):
            old_field = found.existing.fields[was.action_field_id]
            change = Change(plan.place(row, Column.FIELD), was.title, "Handlungsfeld", old_field.title, plan.fields[above].title)
            found.changes.append(change)
            _lock(found, row, Column.FIELD, locked(was, "action_field"), was.title)
    for subject, moved in (("Handlungsfelder", matching.fields_reordered), ("Herausforderungen", matching.challenges_reordered)):
        if moved:
            found.changes.append(Change("", subject, "Reihenfolge", "", "wie in der Tabelle"))


def _heading(found: Changes, column: Column, row: int, old: str, new: str) -> None:
    if old != new:
        found.changes.append(Change(found.plan.place(row, column), column, "Titel" if old else "neu", old, new))


class _Moves:
    """Compares Ziele and Maßnahmen, each with what it was."""

    def __init__(self, found: Changes, locked: Locked) -> None:
        self.found, self.locked = found, locked
        self.plan, self.matching, self.existing = found.plan, found.matching, found.existing
        self.index = {goal.number: index for index, goal in enumerate(found.plan.goals)}

    def goal(self, planned: PlannedGoal) -> None:
        old = self.matching.goals[self.index[planned.number]]
        subject = f"Ziel {old.number if old else planned.number}"
        if old is None:
            self._note(planned.row, Column.GOAL, subject, "neu", "", planned.text)
        else:
            kind = planned.kind if self.plan.says_kind else old.kind
            values = (
                (Column.GOAL, "number", "Nummer", old.number, planned.number),
                (Column.TEXT, "text", "Zielbeschreibung", old.text, planned.text),
                (Column.KIND, "kind", "Zielart", str(GoalKind(old.kind).label), str(GoalKind(kind).label)),
            )
            for column, name, what, was, becomes in values:
                if was != becomes:
                    self._note(planned.row, column, subject, what, was, becomes)
                    self._lock(planned.row, column, old, name)
            self._moved_goal(planned, old, subject)
        for measure in planned.measures:
            self._measure(measure, planned, old)

    def _moved_goal(self, planned: PlannedGoal, old: Goal, subject: str) -> None:
        new = self.matching.challenge_of(self.index[planned.number])
        if new is None or new.pk != old.challenge_id:
            was = self.existing.challenges[old.challenge_id]
            title = self.plan.challenges[self.matching.goal_places[self.index[planned.number]]].title
            self._note(planned.row, Column.CHALLENGE, subject, "Herausforderung", was.title, title)
            self._lock(planned.row, Column.CHALLENGE, old, "challenge")

    def _measure(self, planned: PlannedMeasure, goal: PlannedGoal, new_goal: Goal | None) -> None:
        old = self.existing.by_key.get(planned.key)
        number = f"{goal.number}.{planned.position}"
        if old is None:
            self.found.added.append((number, planned.title, planned))
            return
        mandatory = planned.is_mandatory if self.plan.says_mandatory else old.is_mandatory
        if old.position != planned.position or new_goal is None or old.goal_id != new_goal.pk:
            stays = new_goal is not None and old.goal_id == new_goal.pk
            column = Column.POSITION if stays else Column.GOAL
            self._note(planned.row, column, old.number, "Nummer", old.number, number)
            self._lock(planned.row, column, old, "position" if stays else "goal")
        if old.title != planned.title:
            self._note(planned.row, Column.TITLE, old.number, "Titel", old.title, planned.title)
            self._lock(planned.row, Column.TITLE, old, "title")
        if old.is_mandatory != mandatory:
            words = [YES if value else NO for value in (old.is_mandatory, mandatory)]
            self._note(planned.row, Column.MANDATORY, old.number, "Pflichtaufgabe", *words)
        if self.plan.says_units:
            self._units(planned, old)

    def _units(self, planned: PlannedMeasure, old: Measure) -> None:
        have, wanted = self.existing.roles.get(old.pk, {}), wanted_roles(planned)
        if have == wanted:
            return
        self.found.assigned.append((old, wanted))
        names = self.existing.unit_names | {unit.slug: unit.name for unit in self.plan.units}
        for column, role in ((Column.LEAD, "lead"), (Column.CONTRIBUTING, "contributing")):
            was, becomes = (sorted(names[slug] for slug, has in roles.items() if has == role) for roles in (have, wanted))
            if was != becomes:
                self._note(planned.row, column, old.number, column, "; ".join(was), "; ".join(becomes))

    def _note(self, row: int, column: Column, subject: str, what: str, old: str, new: str) -> None:
        self.found.changes.append(Change(self.plan.place(row, column), subject, what, old, new))

    def _lock(self, row: int, column: Column, part: Goal | Measure, name: str) -> None:
        subject = f"Ziel {part.number}" if isinstance(part, Goal) else f"{part.number} {part.title}"
        _lock(self.found, row, column, self.locked(part, name), subject)


def wanted_roles(planned: PlannedMeasure) -> dict[str, str]:
    """Return lead or contributing by the Kürzel of the unit."""
    return dict.fromkeys(planned.contributing, "contributing") | ({planned.lead: "lead"} if planned.lead else {})


def _lock(found: Changes, row: int, column: Column, why: str, subject: str) -> None:
    if why:
        _stop(found, row, column, f"Gesperrt: {subject}. {why}")


def _stop(found: Changes, row: int, column: Column, text: str) -> None:
    fault = Fault(found.plan.sheet, found.plan.place(row, column), column, text, row)
    if fault not in found.obstacles:
        found.obstacles.append(fault)


def _missing(found: Changes) -> None:
    """Maßnahmen that are not in the table stay where they are; a number that they have is not free."""
    named = {measure.key for measure in found.plan.measures}
    found.missing = [measure for measure in found.existing.measures if measure.key not in named]
    taken = {(measure.goal_id, measure.position): measure for measure in found.missing}
    for planned, old in zip(found.plan.goals, found.matching.goals, strict=True):
        for measure in planned.measures if old else ():
            other = taken.get((old.pk, measure.position))  # type: ignore[union-attr]
            if other is not None:
                text = (
                    f"Die Position {measure.position} in Ziel {planned.number} hat „{other.title}“ ({other.key}). "
                    "Diese Maßnahme fehlt in der Tabelle und bleibt bestehen."
                )
                _stop(found, measure.row, Column.POSITION, text)


def _emptied(found: Changes) -> None:
    """Ziele and headings whose contents all moved elsewhere go; a Ziel with Kennzahlen stays."""
    existing, matching = found.existing, found.matching
    kept_goals = {goal.pk for goal in matching.goals if goal}
    held = {measure.goal_id for measure in found.missing} | existing.goals_with_indicators
    had = {measure.goal_id for measure in existing.measures}
    left = [goal for goal in existing.goals.values() if goal.pk not in kept_goals]
    found.emptied_goals = [goal for goal in left if goal.pk not in held and goal.pk in had]
    gone = {goal.pk for goal in found.emptied_goals}
    kept_challenges = {challenge.pk for challenge in matching.challenges if challenge}
    used = {goal.challenge_id for goal in left if goal.pk not in gone}
    had_goals = {goal.challenge_id for goal in existing.goals.values()}
    rest = [challenge for challenge in existing.challenges.values() if challenge.pk not in kept_challenges | used]
    found.emptied_challenges = [challenge for challenge in rest if challenge.pk in had_goals]
    gone_challenges = {challenge.pk for challenge in found.emptied_challenges}
    kept_fields = {group.pk for group in matching.fields if group}
    staying = [challenge for challenge in existing.challenges.values() if challenge.pk not in gone_challenges | kept_challenges]
    used_fields = {challenge.action_field_id for challenge in staying}
    had_below = {challenge.action_field_id for challenge in existing.challenges.values()}
    found.emptied_fields = [
        group for group in existing.fields.values() if group.pk not in kept_fields | used_fields and group.pk in had_below
    ]


def _numbers_taken(found: Changes) -> None:
    """The number of a Ziel that stays although the table does not name it is not free."""
    kept = {goal.pk for goal in found.matching.goals if goal} | {goal.pk for goal in found.emptied_goals}
    staying = {goal.number for goal in found.existing.goals.values() if goal.pk not in kept}
    for planned in found.plan.goals:
        if planned.number in staying:
            _stop(
                found,
                planned.row,
                Column.GOAL,
                f"Ein anderes Ziel {planned.number} bleibt bestehen, weil es in der Tabelle fehlt. Wählen Sie eine freie Nummer.",
            )


def _shown(value: object) -> str:
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)
