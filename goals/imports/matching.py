"""Which Ziel, Herausforderung and Handlungsfeld of a table is which of the Konzept: they have no Schlüssel, their Maßnahmen do."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from goals.imports.plan import Plan, PlannedGoal
from goals.models import ActionField, Challenge, Concept, Goal, Indicator, Measure, OrgUnit, Responsibility

Row = TypeVar("Row", ActionField, Challenge, Goal)
Heading = TypeVar("Heading", ActionField, Challenge)


@dataclass(slots=True)
class Existing:
    """A Konzept as it is, by primary key; `roles` by Maßnahme and Kürzel of the unit."""

    fields: dict[int, ActionField]
    challenges: dict[int, Challenge]
    goals: dict[int, Goal]
    measures: list[Measure]
    by_key: dict[str, Measure]
    roles: dict[int, dict[str, str]]
    unit_names: dict[str, str]
    goals_with_indicators: set[int]

    @classmethod
    def load(cls, concept: Concept) -> "Existing":
        goals = {goal.pk: goal for goal in Goal.objects.filter(concept=concept).order_by("sort_key", "pk")}
        measures = list(Measure.objects.filter(concept=concept).in_order())
        for measure in measures:
            measure.concept, measure.goal = concept, goals[measure.goal_id]
        roles: dict[int, dict[str, str]] = defaultdict(dict)
        rows = Responsibility.objects.filter(measure__concept=concept).values_list("measure_id", "unit__slug", "role")
        for measure_id, slug, role in rows:
            roles[measure_id][slug] = role
        challenges = Challenge.objects.filter(action_field__concept=concept).order_by("action_field__position", "position", "pk")
        return cls(
            fields={row.pk: row for row in ActionField.objects.filter(concept=concept).order_by("position", "pk")},
            challenges={row.pk: row for row in challenges},
            goals=goals,
            measures=measures,
            by_key={measure.key: measure for measure in measures},
            roles=roles,
            unit_names=dict(OrgUnit.objects.values_list("slug", "name")),
            goals_with_indicators=set(
                Indicator.objects.filter(concept=concept, goal__isnull=False).values_list("goal_id", flat=True)
            ),
        )


@dataclass(slots=True)
class Matching:
    """What each planned row is today, None where it is new; in the order of the plan's `fields`, `challenges`, `goals`.

    `goal_places` and `challenge_places` give the index of what stands above.
    """

    fields: list[ActionField | None]
    challenges: list[Challenge | None]
    goals: list[Goal | None]
    challenge_places: list[int]
    goal_places: list[int]
    fields_reordered: bool = False
    challenges_reordered: bool = False

    def challenge_of(self, goal: int) -> Challenge | None:
        return self.challenges[self.goal_places[goal]]


def match(plan: Plan, existing: Existing) -> Matching:
    """Return what each row of `plan` is in the Konzept: first what is the same, then what shares the most below it."""
    goals = _match_goals(plan.goals, existing)
    places = [index for index, challenge in enumerate(plan.challenges) for _ in challenge.goals]
    above = [index for index, group in enumerate(plan.fields) for _ in group.challenges]
    shared: list[Counter[int]] = [Counter() for _ in plan.challenges]
    shared_fields: list[Counter[int]] = [Counter() for _ in plan.fields]
    for goal, place in zip(goals, places, strict=True):
        if goal is not None:
            shared[place][goal.challenge_id] += 1
            shared_fields[above[place]][existing.challenges[goal.challenge_id].action_field_id] += 1
    fields = _match_rows([group.title for group in plan.fields], existing.fields, shared_fields, lambda _, __: True)

    def same_field(index: int, row: Challenge) -> bool:
        group = fields[above[index]]
        return group is not None and row.action_field_id == group.pk

    titles = [challenge.title for challenge in plan.challenges]
    challenges = _match_rows(titles, existing.challenges, shared, same_field)
    found = Matching(fields, challenges, goals, above, places)
    found.fields_reordered = not in_order(fields)
    found.challenges_reordered = any(
        not in_order([row for row, place in zip(challenges, above, strict=True) if place == index and same_field_of(row, group)])
        for index, group in enumerate(fields)
    )
    return found


def same_field_of(row: Challenge | None, group: ActionField | None) -> bool:
    return row is not None and group is not None and row.action_field_id == group.pk


def in_order(rows: Sequence[ActionField | Challenge | None]) -> bool:
    """True if those that exist stand in the order that they have."""
    positions = [row.position for row in rows if row is not None]
    return positions == sorted(positions)


def _match_goals(planned: Sequence[PlannedGoal], existing: Existing) -> list[Goal | None]:
    found: list[Goal | None] = [None] * len(planned)
    free = dict(existing.goals)
    shared: list[Counter[int]] = [
        Counter(existing.by_key[measure.key].goal_id for measure in goal.measures if measure.key in existing.by_key)
        for goal in planned
    ]
    passes: list[Callable[[int, Goal], bool]] = [
        lambda index, goal: planned[index].number == goal.number and planned[index].text == goal.text,
        lambda index, goal: planned[index].text == goal.text and shared[index][goal.pk] > 0,
    ]
    for fits in passes:
        _take(found, free, fits)
    by_shares = sorted(
        (
            (count, planned[index].number == existing.goals[pk].number, -index, pk)
            for index, counts in enumerate(shared)
            for pk, count in counts.items()
        ),
        reverse=True,
    )
    _take_best(found, free, ((-minus, pk) for _, _, minus, pk in by_shares))
    _take(found, free, lambda index, goal: planned[index].number == goal.number)
    _take(found, free, lambda index, goal: planned[index].text == goal.text)
    return found


def _match_rows(
    titles: Sequence[str], rows: dict[int, Heading], shared: Sequence[Counter[int]], same_place: Callable[[int, Heading], bool]
) -> list[Heading | None]:
    """Match headings: the same title in the same place, then what holds most of the same Ziele, then the same title anywhere."""
    found: list[Heading | None] = [None] * len(titles)
    free = dict(rows)
    alike = [
        (shared[index][pk], -index, pk)
        for index, title in enumerate(titles)
        for pk, row in rows.items()
        if row.title == title and same_place(index, row)
    ]
    _take_best(found, free, ((-minus, pk) for _, minus, pk in sorted(alike, key=lambda hit: (-hit[0], -hit[1], hit[2]))))
    best = sorted(
        ((count, -index, pk) for index, counts in enumerate(shared) for pk, count in counts.items()),
        reverse=True,
    )
    _take_best(found, free, ((-minus, pk) for _, minus, pk in best))
    _take(found, free, lambda index, row: row.title == titles[index])
    return found


def _take(found: list[Row | None], free: dict[int, Row], fits: Callable[[int, Row], bool]) -> None:
    for index, taken in enumerate(found):
        if taken is None:
            hit = next((row for row in free.values() if fits(index, row)), None)
            if hit is not None:
                found[index] = free.pop(hit.pk)


def _take_best(found: list[Row | None], free: dict[int, Row], best: Iterable[tuple[int, int]]) -> None:
    for index, pk in best:
        if found[index] is None and pk in free:
            found[index] = free.pop(pk)
