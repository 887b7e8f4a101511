"""What in a Konzept is locked while people report on it, why, and who can lift that (DESIGN.md, section 4, rule 10).

A Maßnahme is *held* as soon as a report on it counts or waits for its approval, or its rating is agreed, in a round that is running
or in an unfinished Nachtrag: people have read its number and its words and rely on them. Closed rounds do not hold anything, for
their result is a snapshot. `HOLDS` says what being held means for each field; whatever is not in it stays free: Pflichtaufgabe and
Zielart are classifications that belong to the Evaluationsleitung, and responsibilities are carried over by `sync_owed`.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Exists, OuterRef, Q

from goals.models import ActionField, Challenge, Concept, Goal, Measure
from goals.permissions import ALLOWED, Decision, denied
from ratings.models import AgreedRating, DueExtension, FieldSummary, ReportingRound, Snapshot, StatusReport, Supplement
from ratings.states import ReportState, RoundState

if TYPE_CHECKING:
    from django.db.models import QuerySet

Part: TypeAlias = Concept | ActionField | Challenge | Goal | Measure


class Hold(enum.Enum):
    """How firmly a field of something held is locked."""

    FIRM = "firm"  # until the round is closed
    CORRECTION = "correction"  # a slip of the pen may be corrected, with a reason


# Number and place are what people quote; the words are what they reported on.
HOLDS: dict[tuple[type[Part], str], Hold] = {
    (Challenge, "action_field"): Hold.FIRM,
    (Goal, "challenge"): Hold.FIRM,
    (Goal, "number"): Hold.FIRM,
    (Goal, "text"): Hold.CORRECTION,
    (Measure, "goal"): Hold.FIRM,
    (Measure, "position"): Hold.FIRM,
    (Measure, "title"): Hold.CORRECTION,
}


@dataclass(frozen=True)
class Lock:
    """Why something is held, and what ends that."""

    reason: str
    lifted_by: str

    def __str__(self) -> str:
        return f"{self.reason} {self.lifted_by}"


@dataclass(frozen=True)
class Locks:
    """What is held in one Konzept, by primary key; and on how many reports per Maßnahme somebody is writing, which holds nothing."""

    measures: Mapping[int, Lock]
    goals: Mapping[int, Lock]
    challenges: Mapping[int, Lock]
    writing: Mapping[int, int]

    def of(self, part: Part) -> Lock | None:
        """Return why `part` is held, None if it is free. A Handlungsfeld and the Konzept itself never are."""
        by_class: dict[type, Mapping[int, Lock]] = {Challenge: self.challenges, Goal: self.goals, Measure: self.measures}
        return by_class.get(type(part), {}).get(part.pk)

    def hold(self, part: Part, field: str) -> Hold | None:
        """Return how firmly `field` of `part` is locked, None if it is free."""
        return HOLDS.get((type(part), field)) if self.of(part) else None


@dataclass(frozen=True)
class _Evidence:
    """One Maßnahme that is held: by units that reported, or (without units) by its agreed rating."""

    measure_id: int
    goal_id: int
    challenge_id: int
    number: str
    round_title: str
    is_closed: bool
    units: tuple[str, ...]

    def lock(self) -> Lock:
        if self.units:
            verb = "hat" if len(self.units) == 1 else "haben"
            reason = (
                f"Zu dieser Maßnahme {verb} {_listed(self.units)} in „{self.round_title}“ einen Bericht eingereicht "
                "oder zur Freigabe gegeben."
            )
        else:
            reason = f"Die Bewertung dieser Maßnahme ist in „{self.round_title}“ schon abgestimmt."
        return Lock(reason, self.lifted_by)

    @property
    def lifted_by(self) -> str:
        what = "den Nachtrag beendet" if self.is_closed else f"„{self.round_title}“ abschließt"
        return f"Die Sperre endet, wenn die Evaluationsleitung {what}."


_PLACE = ("measure_id", "measure__goal_id", "measure__goal__challenge_id", "measure__goal__number", "measure__position")
_ROUND = ("round__title", "round__state")


def locks(concept: Concept) -> Locks:
    """Return what is held in `concept` now: two queries, whatever its size."""
    reported: dict[int, list[str]] = {}
    places: dict[int, tuple[int, int, int, str, int, str, str]] = {}
    writing: dict[int, int] = {}
    reports = _current(StatusReport.objects.filter(round__concept=concept)).exclude(state=ReportState.DROPPED)
    rows = reports.exclude(state=ReportState.OPEN).order_by("-role", "unit__short_name", "pk")
    for row in rows.values_list(*_PLACE, *_ROUND, "state", "retracted", "unit__short_name"):
        *place, state, retracted, unit = row
        handed_in = state in (ReportState.SUBMITTED, ReportState.AWAITING_APPROVAL)
        if handed_in or (state == ReportState.RETURNED and not retracted):
            places[row[0]] = (place[0], place[1], place[2], place[3], place[4], place[5], place[6])
            reported.setdefault(row[0], []).append(unit)
        else:
            writing[row[0]] = writing.get(row[0], 0) + 1
    for row in _current(AgreedRating.objects.filter(round__concept=concept)).values_list(*_PLACE, *_ROUND):
        places.setdefault(row[0], row)
    return _locks([_evidence(place, reported.get(place[0], ())) for place in places.values()], writing)


def _current(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Rows of a running round or of an unfinished Nachtrag."""
    supplements = Supplement.objects.unfinished().filter(round=OuterRef("round"), measure=OuterRef("measure"))
    return rows.filter(Q(round__state__in=[RoundState.OPEN, RoundState.COORDINATING]) | Q(Exists(supplements)))


def _evidence(place: tuple[int, int, int, str, int, str, str], units: Iterable[str]) -> _Evidence:
    measure_id, goal_id, challenge_id, number, position, title, state = place
    closed = state == RoundState.CLOSED
    return _Evidence(measure_id, goal_id, challenge_id, f"{number}.{position}", title, closed, tuple(units))


def _locks(found: list[_Evidence], writing: dict[int, int]) -> Locks:
    by_goal: dict[int, list[_Evidence]] = {}
    by_challenge: dict[int, list[_Evidence]] = {}
    for one in found:
        by_goal.setdefault(one.goal_id, []).append(one)
        by_challenge.setdefault(one.challenge_id, []).append(one)
    return Locks(
        measures={one.measure_id: one.lock() for one in found},
        goals={pk: _above(many) for pk, many in by_goal.items()},
        challenges={pk: _above(many) for pk, many in by_challenge.items()},
        writing=writing,
    )


def _above(many: list[_Evidence]) -> Lock:
    numbers = _listed([one.number for one in many])
    reason = f"Zu {numbers} ist in „{many[0].round_title}“ schon berichtet oder eine Bewertung abgestimmt."
    return Lock(reason, many[0].lifted_by)


def _listed(words: Iterable[str], most: int = 4) -> str:
    """„a, b und c“; more than `most` are counted."""
    words = list(words)
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} weiteren"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} und {words[-1]}"


def removal(part: Part) -> Decision:
    """Return whether `part` may be removed: only what is empty and was never part of a round, else why not and what to do instead."""
    if isinstance(part, Measure):
        return _removal_of_measure(part)
    if isinstance(part, Goal):
        return _removal_of_goal(part)
    if isinstance(part, Challenge):
        return _when_empty(part.goals.count(), "Ziel", "Ziele", "dieser Herausforderung")
    if isinstance(part, ActionField):
        if FieldSummary.objects.filter(field=part).exists():
            return denied("Zu diesem Handlungsfeld gibt es einen Text für den Evaluationsbericht. Es bleibt, solange er besteht.")
        return _when_empty(part.challenges.count(), "Herausforderung", "Herausforderungen", "diesem Handlungsfeld")
    return denied("Ein Konzept wird hier nicht entfernt.")


def _when_empty(count: int, one: str, many: str, where: str) -> Decision:
    if not count:
        return ALLOWED
    stand = f"steht {'eine' if one == 'Herausforderung' else 'ein'} {one}" if count == 1 else f"stehen {count} {many}"
    return denied(f"In {where} {stand}. Verschieben oder entfernen Sie {many if count > 1 else one} zuerst.")


def _removal_of_goal(goal: Goal) -> Decision:
    if goal.indicators.exists():
        return denied("Zu diesem Ziel gehören Kennzahlen. Die technische Verwaltung kann sie einem anderen Ziel zuordnen.")
    count = goal.measures.count()
    if not count:
        return ALLOWED
    stand = "steht eine Maßnahme" if count == 1 else f"stehen {count} Maßnahmen"
    return denied(f"Unter diesem Ziel {stand}. Verschieben oder entfernen Sie {'sie' if count == 1 else 'alle'} zuerst.")


_INSTEAD = (
    "Sie bleibt im Konzept, damit das nachvollziehbar ist. Soll niemand mehr über sie berichten, nehmen Sie ihre Zuständigkeiten weg; "
    "in die Fortschreibung müssen Sie sie nicht übernehmen."
)


def _removal_of_measure(measure: Measure) -> Decision:
    if any(model.objects.filter(measure=measure).exists() for model in (StatusReport, Supplement, DueExtension)):
        round_ = ReportingRound.objects.filter(reports__measure=measure).order_by("-opens_on", "-pk").first()
        where = f" in „{round_}“" if round_ else ""
        return denied(f"Über diese Maßnahme wurde{where} ein Bericht angefordert. {_INSTEAD}")
    if AgreedRating.objects.filter(measure=measure).exists():
        return denied(f"Für diese Maßnahme gibt es eine abgestimmte Bewertung. {_INSTEAD}")
    if measure.agenda_items.exists():
        return denied(f"Diese Maßnahme stand auf der Tagesordnung des Jour fixe. {_INSTEAD}")
    if measure.followers.exists():
        return denied("Ein späteres Konzept führt diese Maßnahme fort. Sie bleibt, damit ihr Weg nachvollziehbar ist.")
    for snapshot in Snapshot.objects.filter(round__concept=measure.concept_id).select_related("round").iterator():
        if any(row.get("key") == measure.key for row in snapshot.data.get("rows", ())):
            return denied(f"Diese Maßnahme steht im Ergebnis von „{snapshot.round}“. {_INSTEAD}")
    return ALLOWED
