"""What waits in the rounds somebody leads or decides in: sittings, Rückfragen, longer deadlines, Nachträge, versions to release.

A fixed number of queries for all rounds together. What follows from it is said by `ratings.round_tasks`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Max, Q
from django.utils import timezone

from goals.permissions import access_for
from ratings.models import AgendaOutcome, DueExtension, Inquiry, Meeting, ReportingRound, Snapshot, Supplement
from ratings.permissions import RECORDING, may_coordinate
from ratings.states import InquiryState, ReportState

if TYPE_CHECKING:
    from evalportal.accounts.models import User

# How long after a sitting its minutes are offered.
MINUTES_FOR: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A planned meeting: how many points its agenda has, and how many of them are dealt with."""

    meeting: Meeting
    points: int
    done: int

    @property
    def is_today(self) -> bool:
        return self.meeting.on == timezone.localdate()

    @property
    def is_past(self) -> bool:
        return self.meeting.on < timezone.localdate()

    @property
    def is_begun(self) -> bool:
        return self.done > 0


@dataclass(frozen=True, slots=True)
class Question:
    """A Rückfrage that is not settled. `due_on`: until when the unit should answer."""

    pk: int
    number: str
    due_on: date | None

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()


@dataclass
class Waiting:
    """What waits in one round. `minutes` is the newest meeting held of late, `longest` the last of the longer deadlines."""

    sitting: Sitting | None = None
    minutes: Meeting | None = None
    asked: list[Question] = field(default_factory=list)
    answered: list[Question] = field(default_factory=list)
    extended: int = 0
    longest: date | None = None


def waiting_in(user: "User", rounds: Iterable[ReportingRound]) -> dict[int, Waiting]:
    """Return what waits in each running round, by its primary key: three queries, none without rounds."""
    found = {round_.pk: Waiting() for round_ in rounds}
    if found:
        _add_meetings(user, found)
        _add_questions(found)
        extended = DueExtension.objects.filter(round__in=found).order_by().values_list("round")
        for pk, number, longest in extended.annotate(Count("pk"), Max("due_on")):
            found[pk].extended, found[pk].longest = number, longest
    return found


def _add_meetings(user: "User", found: dict[int, Waiting]) -> None:
    done = Count("items", filter=~Q(items__outcome=AgendaOutcome.OPEN))
    rows = Meeting.objects.visible_to(user).filter(round__in=found).annotate(points=Count("items"), done=done)
    today = timezone.localdate()
    planned: dict[int, list[Sitting]] = defaultdict(list)
    row: Any
    for row in rows.order_by("on", "starts_at", "pk"):
        if not row.is_held:
            planned[row.round_id].append(Sitting(row, row.points, row.done))
        elif row.on >= today - MINUTES_FOR:
            found[row.round_id].minutes = row
    for pk, sittings in planned.items():
        found[pk].sitting = _most_pressing(sittings)


def _most_pressing(sittings: Sequence[Sitting]) -> Sitting:
    """Today's, else the last one that nobody has ended, else the next to come."""
    today = next((one for one in sittings if one.is_today), None)
    past = [one for one in sittings if one.is_past]
    return today or (past[-1] if past else sittings[0])


def _add_questions(found: dict[int, Waiting]) -> None:
    rows = Inquiry.objects.filter(report__round__in=found).exclude(state=InquiryState.DONE)
    rows = rows.exclude(report__state=ReportState.DROPPED).order_by("opened_at", "pk")
    place = ("report__measure__goal__number", "report__measure__position")
    for pk, state, due_on, round_id, goal, position in rows.values_list("pk", "state", "due_on", "report__round_id", *place):
        question = Question(pk, f"{goal}.{position}", due_on)
        where = found[round_id].answered if state == InquiryState.ANSWERED else found[round_id].asked
        where.append(question)


def asked_about(round_: ReportingRound) -> frozenset[str]:
    """Return the numbers of the Maßnahmen with a Rückfrage that is not settled: one query."""
    found = Waiting()
    _add_questions({round_.pk: found})
    return frozenset(one.number for one in (*found.asked, *found.answered))


def open_supplements_of(user: "User", rounds: Iterable[ReportingRound]) -> list[Supplement]:
    """Return the unfinished Nachträge of closed rounds in which `user` records or leads, the oldest first: one query."""
    mine = [round_.pk for round_ in rounds if round_.is_closed and access_for(user).has(RECORDING, round_.concept_id)]
    if not mine:
        return []
    rows = Supplement.objects.unfinished().filter(round__in=mine).select_related("measure__goal", "round__concept")
    return list(rows.order_by("opened_at", "pk"))


def versions_to_release(user: "User", rounds: Iterable[ReportingRound]) -> list[Snapshot]:
    """Return the newest version of each closed round that `user` leads, where nobody has released it yet: one query."""
    mine = {round_.pk: round_ for round_ in rounds if round_.is_closed and may_coordinate(user, round_.concept_id)}
    if not mine:
        return []
    newest: dict[int, Snapshot] = {}
    for snapshot in Snapshot.objects.filter(round__in=mine).defer("data", "gaps").order_by("version"):
        snapshot.round = mine[snapshot.round_id]
        newest[snapshot.round_id] = snapshot
    return [snapshot for snapshot in newest.values() if snapshot.released_at is None]
