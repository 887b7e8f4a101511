"""Fortschreibung: a new Konzept from what goes on of an old one; every Maßnahme keeps the thread to the one it continues."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goals import imports
from goals.imports.plan import Plan, PlannedChallenge, PlannedField, PlannedGoal, PlannedMeasure
from goals.keys import KeyMaker, key_prefix
from goals.models import ActionField, Challenge, Concept, Goal, Measure, ResponsibilityRole
from goals.permissions import may_create_concept
from ratings import permissions
from ratings.appendix import AppendixRow, Audience, NothingReleased, load_appendix
from ratings.models import ReportingRound
from ratings.owed import Owed, effective_responsibilities
from ratings.states import RoundState

if TYPE_CHECKING:
    from evalportal.accounts.models import User


@dataclass(frozen=True)
class Candidate:
    """A Maßnahme of the old Konzept with its last result, and who is responsible today, the lead first."""

    measure: Measure
    row: AppendixRow | None
    owed: tuple[Owed, ...]

    @property
    def is_proposed(self) -> bool:
        """➔ Weiterführungsbedarf, or a legal duty, which goes on whatever was rated."""
        return self.measure.is_mandatory or bool(self.row and self.row.continuation)


@dataclass(frozen=True)
class Source:
    """The old Konzept with all its Maßnahmen in order, and the newest closed round that the person may read, if there is one."""

    concept: Concept
    round: ReportingRound | None
    candidates: tuple[Candidate, ...]

    @property
    def proposed(self) -> set[int]:
        return {candidate.measure.pk for candidate in self.candidates if candidate.is_proposed}

    @property
    def unknown(self) -> int:
        """Of how many Maßnahmen the result does not tell whether they go on."""
        return sum(candidate.row is not None and candidate.row.continuation is None for candidate in self.candidates)

    @property
    def can_be_renumbered(self) -> bool:
        """„1“, „2“, „3“ can be counted anew; „M 3.2“ follows an order of its own."""
        return all(candidate.measure.goal.number.isdecimal() for candidate in self.candidates)

    def below(self, place: str) -> set[int]:
        """Return the Maßnahmen of „feld-3“, „ziel-12“ (primary keys) or „alle“."""
        kind, _, number = place.partition("-")
        if kind == "alle":
            return {candidate.measure.pk for candidate in self.candidates}
        if kind not in ("feld", "ziel") or not number.isdecimal():
            return set()
        return {candidate.measure.pk for candidate in self.candidates if _place(candidate.measure, kind) == int(number)}


def _place(measure: Measure, kind: str) -> int:
    return measure.goal_id if kind == "ziel" else measure.goal.challenge.action_field_id


def load_source(concept: Concept, user: "User") -> Source:
    """Return what can go on of `concept`: six queries, whatever its size."""
    closed = ReportingRound.objects.visible_to(user).filter(concept=concept, state=RoundState.CLOSED, has_ratings=True)
    round_ = closed.select_related("concept").order_by("-opens_on", "-pk").first()
    rows: dict[str, AppendixRow] = {}
    if round_ is not None:
        audience = Audience.INTERNAL if permissions.is_inside(user, concept.pk) else Audience.RELEASED
        try:
            rows = {row.key: row for row in load_appendix(round_, audience).rows}
        except NothingReleased:
            round_ = None
    owed: dict[int, list[Owed]] = {}
    for one in effective_responsibilities(concept):
        owed.setdefault(one.measure_id, []).append(one)
    candidates = []
    for measure in Measure.objects.filter(concept=concept).with_place().in_order():
        units = sorted(owed.get(measure.pk, ()), key=lambda one: (one.role != ResponsibilityRole.LEAD, one.unit.name))
        candidates.append(Candidate(measure, rows.get(measure.key), tuple(units)))
    return Source(concept, round_, tuple(candidates))


def plan_continuation(source: Source, chosen: Iterable[int], *, renumber: bool = False) -> Plan:
    """Return the Konzept that the chosen Maßnahmen make, with what stands above them.

    `row` of each planned Maßnahme is the primary key of its predecessor. `renumber` counts Ziele and positions anew,
    where Ziele have plain numbers.
    """
    wanted = set(chosen)
    tree: dict[ActionField, dict[Challenge, dict[Goal, list[Candidate]]]] = {}
    for candidate in source.candidates:
        if candidate.measure.pk in wanted:
            goal = candidate.measure.goal
            below = tree.setdefault(goal.challenge.action_field, {}).setdefault(goal.challenge, {})
            below.setdefault(goal, []).append(candidate)
    goals = [goal for challenges in tree.values() for below in challenges.values() for goal in below]
    anew = renumber and source.can_be_renumbered
    numbers = {goal.pk: str(index) if anew else goal.number for index, goal in enumerate(goals, start=1)}
    return Plan(
        facts={},
        fields=tuple(
            PlannedField(
                field.title,
                tuple(
                    PlannedChallenge(
                        challenge.title,
                        tuple(_planned(goal, numbers[goal.pk], found, anew=anew) for goal, found in below.items()),
                    )
                    for challenge, below in challenges.items()
                ),
            )
            for field, challenges in tree.items()
        ),
    )


def _planned(goal: Goal, number: str, found: list[Candidate], *, anew: bool) -> PlannedGoal:
    measures = tuple(
        PlannedMeasure(
            key="",
            position=index if anew else candidate.measure.position,
            title=candidate.measure.title,
            is_mandatory=candidate.measure.is_mandatory,
            lead=next((one.unit.slug for one in candidate.owed if one.role == ResponsibilityRole.LEAD), ""),
            contributing=tuple(one.unit.slug for one in candidate.owed if one.role != ResponsibilityRole.LEAD),
            row=candidate.measure.pk,
        )
        for index, candidate in enumerate(found, start=1)
    )
    return PlannedGoal(number, goal.text, goal.kind, goal.pk, measures)


def continue_concept(source: Source, plan: Plan, concept: Concept, *, user: "User", now: datetime | None = None) -> Concept:
    """Write `concept` (not saved yet) with what `plan` holds, each Maßnahme with a new Schlüssel and its predecessor; all or nothing.

    Raises `PermissionDenied`, and `IntegrityError` if the Kurzname was taken meanwhile.
    """
    may_create_concept(user).require()
    concept.is_example = source.concept.is_example
    keys = KeyMaker(key_prefix(concept.slug, concept.period_start))
    keyed = _with_keys(plan, keys)
    with transaction.atomic():
        imports.create_concept(
            keyed,
            concept,
            user=user,
            now=now or timezone.now(),
            reason=f"Fortschreibung von „{source.concept.short_title}“",
        )
        new = dict(Measure.objects.filter(concept=concept).values_list("key", "pk"))
        through = Measure.predecessors.through
        through.objects.bulk_create(
            through(from_measure_id=new[measure.key], to_measure_id=measure.row) for measure in keyed.measures
        )
    return concept


def _with_keys(plan: Plan, keys: KeyMaker) -> Plan:
    def goal(planned: PlannedGoal) -> PlannedGoal:
        measures = tuple(replace(one, key=keys.make(planned.number, one.position)) for one in planned.measures)
        return replace(planned, measures=measures)

    def challenge(planned: PlannedChallenge) -> PlannedChallenge:
        return replace(planned, goals=tuple(goal(one) for one in planned.goals))

    fields = (replace(field, challenges=tuple(challenge(one) for one in field.challenges)) for field in plan.fields)
    return replace(plan, fields=tuple(fields))
