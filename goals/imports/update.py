"""Take the changes of a table over into the Konzept: who is who was decided before (`changes`), here it is only written."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, ProtectedError

from goals.imports.changes import Changes
from goals.imports.create import Author, create_measures, create_units, new_goal
from goals.imports.plan import PlannedGoal
from goals.keys import KeyMaker, key_prefix
from goals.models import ActionField, Challenge, Goal, Measure, OrgUnit, Responsibility, ResponsibilityRole

if TYPE_CHECKING:
    from evalportal.accounts.models import User

# Out of the way of every position that a table can give, while rows change places.
_ASIDE = 20_000


def update_concept(found: Changes, *, user: "User", now: datetime, reason: str) -> None:
    """Write `found`. Call it inside the transaction in which `found` was made, with the Konzept locked.

    Raises `ValueError` if something stands in the way; whoever calls has said so before.
    """
    if found.obstacles:
        raise ValueError("There are obstacles.")
    _Update(found, Author(user, now, reason)).run()


class _Update:
    def __init__(self, found: Changes, author: Author) -> None:
        self.found, self.author = found, author
        self.plan, self.matching, self.existing = found.plan, found.matching, found.existing

    def run(self) -> None:
        with transaction.atomic():
            if self.found.facts:
                for name, value in self.found.facts.items():
                    setattr(self.found.concept, name, value)
                self.author.save(self.found.concept)
            create_units(self.plan.units, self.author)
            challenges = self._challenges(self._fields())
            goals = self._goals(challenges)
            self._measures(goals)
            self._roles()
            self._emptied()

    def _fields(self) -> list[ActionField]:
        old = self.matching.fields
        rows = [row or ActionField(concept=self.found.concept) for row in old]
        others = [row for row in self.existing.fields.values() if row not in old]
        places = _positions(rows, others, aside=lambda pks: ActionField.objects.filter(pk__in=pks))
        for row, planned, position in zip(rows, self.plan.fields, places, strict=False):
            self._write(row, title=planned.title, position=position)
        self._write_rest(others, places[len(rows) :])
        return rows

    def _challenges(self, fields: list[ActionField]) -> list[Challenge]:
        above = self.matching.challenge_places
        rows = [row or Challenge() for row in self.matching.challenges]
        planned = self.plan.challenges
        others = [row for row in self.existing.challenges.values() if row not in rows]
        for index, group in enumerate(fields):
            own = [place for place, field in enumerate(above) if field == index]
            here = [rows[place] for place in own]
            left = [row for row in others if row.action_field_id == group.pk]
            # One that comes from another Handlungsfeld counts like a new one: it has no position here yet.
            known = [row if row.pk and row.action_field_id == group.pk else Challenge() for row in here]
            coming = [row.pk for row in here if row.pk and row.action_field_id != group.pk]
            Challenge.objects.filter(pk__in=coming).update(position=F("position") + _ASIDE)
            places = _positions(known, left, aside=lambda pks: Challenge.objects.filter(pk__in=pks))
            for place, position in zip(own, places, strict=False):
                self._write(rows[place], title=planned[place].title, position=position, action_field=group)
            self._write_rest(left, places[len(here) :])
        return rows

    def _write_rest(self, rows: list[Any], positions: list[int]) -> None:
        for row, position in zip(rows, positions, strict=True):
            self._write(row, position=position)

    def _goals(self, challenges: list[Challenge]) -> dict[str, Goal]:
        planned = self.plan.goals
        renumbered = [
            old for goal, old in zip(planned, self.matching.goals, strict=True) if old and old.number != goal.number
        ] + self.found.emptied_goals
        for old in renumbered:
            Goal.objects.filter(pk=old.pk).update(number=f"~{old.pk}")
        found: dict[str, Goal] = {}
        for index, goal in enumerate(planned):
            challenge = challenges[self.matching.goal_places[index]]
            row = self.matching.goals[index]
            if row is None:
                row = new_goal(goal, challenge)
                self.author.save(row)
            else:
                kind = goal.kind if self.plan.says_kind else row.kind
                self._write(row, number=goal.number, text=goal.text, kind=kind, challenge=challenge)
            found[goal.number] = row
        return found

    def _measures(self, goals: dict[str, Goal]) -> None:
        places = {measure.key: (goal, measure) for goal in self.plan.goals for measure in goal.measures}
        known = [measure for measure in self.existing.measures if measure.key in places]
        moving = [
            measure.pk
            for measure in known
            if (measure.goal_id, measure.position) != (goals[places[measure.key][0].number].pk, places[measure.key][1].position)
        ]
        Measure.objects.filter(pk__in=moving).update(position=F("position") + _ASIDE)
        for measure in known:
            goal, planned = places[measure.key]
            mandatory = planned.is_mandatory if self.plan.says_mandatory else measure.is_mandatory
            row = goals[goal.number]
            self._write(measure, goal=row, position=planned.position, title=planned.title, is_mandatory=mandatory)
        new: list[tuple[PlannedGoal, Any]] = [
            (goal, measure) for goal in self.plan.goals for measure in goal.measures if measure.key not in self.existing.by_key
        ]
        concept = self.found.concept
        keys = KeyMaker(key_prefix(concept.slug, concept.period_start), self.existing.by_key)
        create_measures(new, goals, keys, self.author)

    def _roles(self) -> None:
        units = {unit.slug: unit for unit in OrgUnit.objects.all()}
        for measure, wanted in self.found.assigned:
            have = {row.unit.slug: row for row in measure.responsibilities.select_related("unit")}
            for slug, row in have.items():
                if slug not in wanted:
                    self.author.mark(row)
                    row.delete()
            # Zuarbeit first, so that at no moment two units are federführend.
            for slug, role in sorted(wanted.items(), key=lambda pair: pair[1] == ResponsibilityRole.LEAD.value):
                row = have.get(slug) or Responsibility(measure=measure, unit=units[slug])
                if row.pk is None or row.role != role:
                    row.role, row.source = role, ""
                    self.author.save(row)

    def _emptied(self) -> None:
        for goal in self.found.emptied_goals:
            if not goal.measures.exists():
                self.author.mark(goal)
                goal.delete()
        for challenge in self.found.emptied_challenges:
            if not challenge.goals.exists():
                self.author.mark(challenge)
                challenge.delete()
        for group in self.found.emptied_fields:
            if not group.challenges.exists():
                self.author.mark(group)
                try:
                    with transaction.atomic():
                        group.delete()
                except ProtectedError:  # a chapter of a report is about it: the heading stays
                    continue

    def _write(self, row: Any, **values: Any) -> None:
        """Save `row` if anything differs, so that what does not change has no entry in the history."""
        changed = [name for name, value in values.items() if row.pk is None or getattr(row, name) != value]
        if not changed:
            return
        for name in changed:
            setattr(row, name, values[name])
        self.author.save(row)


def _positions(rows: list[Any], others: list[Any], *, aside: Any) -> list[int]:
    """Return the positions of `rows` and, behind them, of `others`: as they are if the order fits, else counted anew.

    Before they are counted anew those that move step aside, because no two may have the same place at any moment.
    """
    everything = [*rows, *others]
    have = [row.position for row in rows if row.pk]
    if len(have) == len(rows) and have == sorted(have):
        return [row.position for row in everything]
    moving = [row.pk for place, row in enumerate(everything, start=1) if row.pk and row.position != place]
    aside(moving).update(position=F("position") + _ASIDE)
    return list(range(1, len(everything) + 1))
