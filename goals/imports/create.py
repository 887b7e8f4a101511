"""Create a Konzept from a plan, with its units; the rows get their entries in the history in one go."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from simple_history.utils import bulk_create_with_history

from goals.imports.plan import Plan, PlannedGoal, PlannedUnit
from goals.keys import KeyMaker, key_prefix
from goals.models import (
    ActionField,
    Challenge,
    Concept,
    Goal,
    Measure,
    OrgUnit,
    Responsibility,
    ResponsibilityRole,
)
from goals.permissions import may_create_concept
from goals.text import sort_key

if TYPE_CHECKING:
    from evalportal.accounts.models import User


class Author:
    """Who writes, when, and why: what every entry in the history says."""

    def __init__(self, user: "User", now: datetime, reason: str) -> None:
        self.user, self.now, self.reason = user, now, reason

    def mark(self, row: models.Model) -> None:
        """Make the next save or deletion of `row` say so."""
        row._history_user = self.user  # type: ignore[attr-defined]
        row._history_date = self.now  # type: ignore[attr-defined]
        row._change_reason = self.reason  # type: ignore[attr-defined]

    def save(self, row: models.Model) -> None:
        self.mark(row)
        row.full_clean()
        row.save()

    def create(self, model: type[Any], rows: Iterable[Any]) -> list[Any]:
        """Write many new rows of values that were checked before."""
        return bulk_create_with_history(
            list(rows),
            model,
            default_user=self.user,
            default_change_reason=self.reason,
            default_date=self.now,
        )


def create_concept(plan: Plan, concept: Concept, *, user: "User", now: datetime, reason: str) -> Concept:
    """Write `concept`, not saved yet, with everything that `plan` names below it, all or nothing.

    Raises `PermissionDenied`, and `IntegrityError` if the Kurzname was taken meanwhile.
    """
    may_create_concept(user).require()
    author = Author(user, now, reason)
    with transaction.atomic():
        author.save(concept)
        create_units(plan.units, author)
        goals = _headings_and_goals(plan, concept, author)
        keys = KeyMaker(key_prefix(concept.slug, concept.period_start), (measure.key for measure in plan.measures))
        create_measures([(goal, measure) for goal in plan.goals for measure in goal.measures], goals, keys, author)
    return concept


def _headings_and_goals(plan: Plan, concept: Concept, author: Author) -> dict[str, Goal]:
    fields = [ActionField(concept=concept, position=n, title=group.title) for n, group in enumerate(plan.fields, start=1)]
    author.create(ActionField, fields)
    challenges = [
        Challenge(action_field=group, position=n, title=challenge.title)
        for group, planned in zip(fields, plan.fields, strict=True)
        for n, challenge in enumerate(planned.challenges, start=1)
    ]
    author.create(Challenge, challenges)
    goals = [
        new_goal(goal, challenge)
        for challenge, planned in zip(challenges, plan.challenges, strict=True)
        for goal in planned.goals
    ]
    author.create(Goal, goals)
    return {goal.number: goal for goal in goals}


def new_goal(planned: PlannedGoal, challenge: Challenge) -> Goal:
    """Return a Ziel that is not saved; saving many at once does not compute the sort key."""
    return Goal(
        concept=challenge.action_field.concept,
        challenge=challenge,
        number=planned.number,
        sort_key=sort_key(planned.number),
        text=planned.text,
        kind=planned.kind,
    )


def create_measures(rows: list[tuple[PlannedGoal, Any]], goals: dict[str, Goal], keys: KeyMaker, author: Author) -> list[Measure]:
    """Write new Maßnahmen, each with the Ziel it stands in, and who is responsible for them."""
    made = [
        Measure(
            concept=goals[goal.number].concept,
            goal=goals[goal.number],
            position=planned.position,
            key=planned.key or keys.make(goal.number, planned.position),
            title=planned.title,
            is_mandatory=planned.is_mandatory,
        )
        for goal, planned in rows
    ]
    author.create(Measure, made)
    units = {unit.slug: unit for unit in OrgUnit.objects.all()}
    roles = []
    for measure, (_, planned) in zip(made, rows, strict=True):
        if planned.lead:
            roles.append(Responsibility(measure=measure, unit=units[planned.lead], role=ResponsibilityRole.LEAD))
        roles += [
            Responsibility(measure=measure, unit=units[slug], role=ResponsibilityRole.CONTRIBUTING)
            for slug in planned.contributing
        ]
    author.create(Responsibility, roles)
    return made


def create_units(planned: Iterable[PlannedUnit], author: Author) -> None:
    """Write the units that the table defines; one that was made meanwhile by its Kürzel is taken as it is."""
    known = {unit.slug: unit for unit in OrgUnit.objects.all()}
    waiting = [unit for unit in planned if unit.slug not in known]
    while waiting:
        ready = [unit for unit in waiting if not unit.parent or unit.parent in known]
        for unit in ready:
            row = OrgUnit(slug=unit.slug, name=unit.name, short_name=unit.short_name, is_external=unit.is_external)
            row.parent = known.get(unit.parent)
            author.save(row)
            known[unit.slug] = row
        waiting = [unit for unit in waiting if unit.slug not in known]
