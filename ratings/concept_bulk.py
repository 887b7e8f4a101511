"""Changing many Maßnahmen at once: who is responsible, Pflichtaufgabe, the Zielart of their Ziele.

A `Wish` says what is to hold for all that were chosen; `preview` answers what that means line by line and for the running round, and
`apply` does exactly what was previewed or nothing (DESIGN.md, section 4, rule 4; nobody applies what they did not see).
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from goals.models import Concept, Goal, GoalKind, Measure, OrgUnit, Responsibility, ResponsibilityRole
from goals.text import clean_text
from ratings import organising, permissions
from ratings.organising import Effects, Wanted
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User


class Contributing(StrEnum):
    """What happens to the Zuarbeit of the chosen Maßnahmen."""

    KEEP = "keep"
    SET = "set"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True)
class Wish:
    """What is to hold for all chosen Maßnahmen; None and KEEP leave things as they are. `lead` counts if `sets_lead`."""

    sets_lead: bool = False
    lead: OrgUnit | None = None
    contributing: Contributing = Contributing.KEEP
    units: tuple[OrgUnit, ...] = ()
    mandatory: bool | None = None
    kind: GoalKind | None = None
    source: str = ""
    reason: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.sets_lead or self.contributing is not Contributing.KEEP or self.mandatory is not None or self.kind)


@dataclass(frozen=True)
class Step:
    """One thing that changes: what it was and what it becomes, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One Maßnahme or Ziel of the preview: what changes, and what was wished and does not fit here."""

    number: str
    title: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a wish does: lines that change, lines that stay as they are, and the reports of the running round."""

    measures: tuple[Line, ...]
    goals: tuple[Line, ...]
    unchanged: tuple[Line, ...]
    effects: Effects

    @property
    def digest(self) -> str:
        """What stands for exactly this outcome, so that a confirmation counts for no other."""
        text = f"{self.measures}{self.goals}{organising.digest(self.effects)}"
        return hashlib.sha256(text.encode()).hexdigest()

    def __bool__(self) -> bool:
        return bool(self.measures or self.goals)


class OtherOutcome(Exception):
    """The wish would now do something else than the person saw; nothing was written."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("The outcome is not the expected one.")
        self.outcome = outcome


def preview(concept: Concept, chosen: Collection[int], wish: Wish, *, user: "User") -> Outcome:
    """Return what `wish` would do: does it and takes everything back. Errors as in `apply`."""
    with transaction.atomic():
        outcome = _do(concept, chosen, wish, user=user, now=None)
        transaction.set_rollback(True)
    return outcome


def apply(
    concept: Concept, chosen: Collection[int], wish: Wish, *, expected: str, user: "User", now: datetime | None = None
) -> Outcome:
    """Do what was previewed, all or nothing; `expected` is the digest that the person saw.

    Raises `OtherOutcome` if it would be something else by now, `Impossible` if it does not fit, `PermissionDenied`.
    """
    with transaction.atomic():
        outcome = _do(concept, chosen, wish, user=user, now=now)
        if outcome.digest != expected:
            raise OtherOutcome(outcome)
    return outcome


def _do(concept: Concept, chosen: Collection[int], wish: Wish, *, user: "User", now: datetime | None) -> Outcome:
    permissions.may_coordinate(user, concept.pk).require()
    if wish.is_empty:
        raise Impossible("Sie haben nichts gewählt, was sich ändern soll.")
    Concept.objects.select_for_update(no_key=True).get(pk=concept.pk)
    list(Measure.objects.select_for_update(no_key=True).filter(pk__in=chosen).order_by("pk").values_list("pk"))
    measures = list(Measure.objects.filter(concept=concept, pk__in=chosen).with_place().in_order())
    if len(measures) != len(set(chosen)):
        raise Impossible("Eine der gewählten Maßnahmen gibt es in diesem Konzept nicht mehr. Wählen Sie noch einmal aus.")
    changed, unchanged, wanted, flagged = _plan(measures, wish)
    goals = _goals(measures, wish)
    what = clean_text(wish.reason).strip()
    effects: Effects = organising.assign_many(wanted, reason=what, user=user, now=now) if wanted else ()
    written = {"default_user": user, "default_date": now or timezone.now()}
    bulk_update_with_history(
        flagged, Measure, ["is_mandatory"], default_change_reason=what or "Pflichtaufgabe geändert", **written
    )
    for goal, _ in goals:
        goal.kind = wish.kind or goal.kind
    kinds = [goal for goal, _ in goals]
    bulk_update_with_history(kinds, Goal, ["kind"], default_change_reason=what or "Zielart geändert", **written)
    return Outcome(tuple(changed), tuple(line for _, line in goals), tuple(unchanged), effects)


def _plan(measures: list[Measure], wish: Wish) -> tuple[list[Line], list[Line], list[Wanted], list[Measure]]:
    """Return the lines that change, those that do not, and what is to be written."""
    have: dict[int, list[Responsibility]] = {}
    rows = Responsibility.objects.filter(measure__in=measures).select_related("unit").order_by("unit__name", "pk")
    for row in rows:
        have.setdefault(row.measure_id, []).append(row)
    changed: list[Line] = []
    unchanged: list[Line] = []
    wanted, flagged = [], []
    for measure in measures:
        steps, notes, one = _units(measure, have.get(measure.pk, []), wish)
        if one is not None:
            wanted.append(one)
        if wish.mandatory is not None and measure.is_mandatory != wish.mandatory:
            steps.append(Step("Pflichtaufgabe", _yes(measure.is_mandatory), _yes(wish.mandatory)))
            measure.is_mandatory = wish.mandatory
            flagged.append(measure)
        line = Line(measure.number, measure.title, tuple(steps), tuple(notes))
        (changed if steps else unchanged).append(line)
    return changed, unchanged, wanted, flagged


def _yes(value: bool) -> str:
    return "ja" if value else "nein"


def _units(measure: Measure, rows: list[Responsibility], wish: Wish) -> tuple[list[Step], list[str], Wanted | None]:
    before_lead = next((row.unit for row in rows if row.role == ResponsibilityRole.LEAD), None)
    before = {row.unit.pk: row.unit for row in rows if row.role == ResponsibilityRole.CONTRIBUTING}
    lead = wish.lead if wish.sets_lead else before_lead
    given = {unit.pk: unit for unit in wish.units}
    kept = {Contributing.SET: given, Contributing.ADD: before | given}.get(wish.contributing, before)
    if wish.contributing is Contributing.REMOVE:
        kept = {pk: unit for pk, unit in before.items() if pk not in given}
    notes = []
    if lead is not None and lead.pk in kept:
        if lead.pk in given and wish.contributing in (Contributing.SET, Contributing.ADD):
            notes.append(f"„{lead}“ ist hier federführend und arbeitet nicht zugleich zu.")
        kept = {pk: unit for pk, unit in kept.items() if pk != lead.pk}
    steps = []
    if lead != before_lead:
        steps.append(Step("Federführend", str(before_lead or "niemand"), str(lead or "niemand")))
    if kept.keys() != before.keys():
        steps.append(Step("Zuarbeit", _names(before), _names(kept)))
    if not steps:
        return [], notes, None
    return steps, notes, Wanted(measure.pk, lead, tuple(kept.values()), wish.source or None)


def _names(units: dict[int, OrgUnit]) -> str:
    return ", ".join(sorted(str(unit) for unit in units.values())) or "niemand"


def _goals(measures: list[Measure], wish: Wish) -> list[tuple[Goal, Line]]:
    if wish.kind is None:
        return []
    goals = {measure.goal_id: measure.goal for measure in measures if measure.goal.kind != wish.kind}
    return [
        (goal, Line(goal.number, goal.text, (Step("Zielart", GoalKind(goal.kind).label, str(wish.kind.label)),)))
        for goal in goals.values()
    ]
