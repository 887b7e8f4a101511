"""What comes onto the agenda of the Jour fixe: by choice, and by itself once a Rückfrage is answered (issue 3, points 1 and 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Max, Q
from django.utils import timezone

from goals.models import Measure
from ratings import workflow
from ratings.appendix import Appendix, AppendixRow
from ratings.models import AgendaItem, AgendaOrigin, AgendaOutcome, AgreedRating, Inquiry, Meeting, MeetingState, ReportingRound
from ratings.scheme import Grade, Marker
from ratings.states import InquiryState, ReportState, RoundState

if TYPE_CHECKING:
    from evalportal.accounts.models import User


@dataclass(frozen=True)
class Choice:
    """Maßnahmen that one press puts on the agenda. `value` names the choice in forms, `keys` are those of the Maßnahmen."""

    value: str
    origin: AgendaOrigin
    label: str
    keys: tuple[str, ...]


def agenda_choices(round_: ReportingRound, appendix: Appendix) -> list[Choice]:
    """Return what can be put on the agenda in one go, empty choices included: three queries, whatever the number of Maßnahmen.

    `appendix` holds the live rows of `round_`. „Verändert“: a grade proposed now is another than the one last agreed on. A round
    without ratings has no choices by grade or Kennzeichen.
    """
    answered = set(_answered(round_))
    former = _former_grades(round_)
    words = {
        AgendaOrigin.RECHECK: ("Erneut prüfen", lambda row: row.recheck),
        AgendaOrigin.DISPUTED: ("Vorschläge uneinig", lambda row: row.roll_up.is_disputed),
        AgendaOrigin.UNCLEAR: ("Als unklar vorgeschlagen", lambda row: Grade.UNCLEAR in row.roll_up.grades),
        AgendaOrigin.ANSWERED: ("Rückfrage beantwortet", lambda row: row.key in answered),
        AgendaOrigin.CHANGED: ("Verändert seit der letzten Bewertung", lambda row: _is_changed(row, former.get(row.key))),
        AgendaOrigin.CONTINUE: (
            "➔ Weiterführungsbedarf",
            lambda row: bool(row.continuation) or Marker.CONTINUE in row.roll_up.markers,
        ),
    }
    found = [
        Choice(origin.value, origin, label, tuple(row.key for row in appendix.rows if fits(row)))
        for origin, (label, fits) in words.items()
        if round_.has_ratings or origin == AgendaOrigin.ANSWERED
    ]
    fields: dict[tuple[int, str], list[str]] = {}
    for row in appendix.rows:
        fields.setdefault((row.field_position, row.field_title), []).append(row.key)
    return found + [
        Choice(f"feld-{position}", AgendaOrigin.FIELD, title, tuple(keys)) for (position, title), keys in fields.items()
    ]


def _is_changed(row: AppendixRow, former: str | None) -> bool:
    return former is not None and any(grade.value != former for grade in row.roll_up.grades)


def _answered(round_: ReportingRound) -> Iterable[str]:
    rows = Inquiry.objects.filter(report__round=round_, state=InquiryState.ANSWERED)
    return rows.values_list("report__measure__key", flat=True)


def _former_grades(round_: ReportingRound) -> dict[str, str | None]:
    """The grade last agreed on before this round, by the key of today's Maßnahme; of itself or of what it continues."""
    earlier = Q(round__state=RoundState.CLOSED, round__opens_on__lt=round_.opens_on, grade__isnull=False)
    through = Measure.predecessors.through.objects.filter(from_measure__concept=round_.concept_id)
    followers: dict[int, list[str]] = {}
    for former, key in through.values_list("to_measure_id", "from_measure__key"):
        followers.setdefault(former, []).append(key)
    ratings = AgreedRating.objects.filter(earlier).filter(Q(measure__concept=round_.concept_id) | Q(measure__in=list(followers)))
    found: dict[str, str | None] = {}
    rows = ratings.order_by("round__opens_on", "round_id").values_list(
        "measure_id", "measure__concept_id", "measure__key", "grade"
    )
    for measure_id, concept_id, key, grade in rows:
        for now in [key] if concept_id == round_.concept_id else followers[measure_id]:
            found[now] = grade
    return found


def bring_back(round_: ReportingRound, measure_id: int, *, now: datetime) -> Meeting | None:
    """Put a Maßnahme whose Rückfrage was just answered on the next agenda; return that meeting. The round is locked.

    None if the Maßnahme waits on a planned agenda already, or if there is no meeting yet: `take_answered` then brings it to the next
    one. A meeting that has decided on it, or put it off, keeps that; the Maßnahme comes to the one after.
    """
    planned = Meeting.objects.filter(round=round_, state=MeetingState.PLANNED)
    if AgendaItem.objects.filter(meeting__in=planned, measure=measure_id, outcome=AgendaOutcome.OPEN).exists():
        return None
    meeting = next_to_come(planned.exclude(items__measure=measure_id), timezone.localdate(now))
    if meeting is not None:
        _put_answered(meeting, measure_id, now=now)
    return meeting


def take_answered(meeting: Meeting, *, now: datetime) -> None:
    """Put on a new agenda what was answered while no meeting was planned. The round is locked."""
    if meeting.on < timezone.localdate(now):
        return
    waiting = AgendaItem.objects.filter(
        meeting__round=meeting.round_id, meeting__state=MeetingState.PLANNED, outcome=AgendaOutcome.OPEN
    )
    there = AgendaItem.objects.filter(Q(pk__in=waiting) | Q(meeting=meeting)).values_list("measure_id", flat=True)
    for measure_id in sorted(_undecided(meeting.round_id) - set(there)):
        _put_answered(meeting, measure_id, now=now)


def next_to_come(meetings: Iterable[Meeting], today: date) -> Meeting | None:
    """Return the next of `meetings` from `today` on, else the last that nobody has ended: its open items are put off then."""
    found = sorted(meetings, key=order_of)
    return next((meeting for meeting in found if meeting.on >= today), found[-1] if found else None)


def order_of(meeting: Meeting) -> tuple[date, str, int]:
    """Return by what meetings follow each other: day and time."""
    return meeting.on, f"{meeting.starts_at:%H:%M}" if meeting.starts_at else "", meeting.pk


def put_on(meeting: Meeting, measure_id: int, origin: AgendaOrigin | str, *, user: "User", now: datetime) -> None:
    """Add a Maßnahme that is not on the agenda of `meeting` yet. The round is locked."""
    item = AgendaItem(meeting=meeting, measure_id=measure_id, origin=origin)
    workflow.log(item, user=user, now=now, what="auf die Tagesordnung gesetzt")
    item.save()


def _put_answered(meeting: Meeting, measure_id: int, *, now: datetime) -> None:
    """Nobody did this: the history names no person."""
    item = AgendaItem(meeting=meeting, measure_id=measure_id, origin=AgendaOrigin.ANSWERED)
    workflow.log(item, user=None, now=now, what="Rückfrage beantwortet, auf die Tagesordnung gesetzt")
    item.save()


def _undecided(round_id: int) -> set[int]:
    """Maßnahmen with an answered Rückfrage on which the Jour fixe has not decided since the answer."""
    answered = Inquiry.objects.filter(report__round=round_id, state=InquiryState.ANSWERED)
    answered = answered.exclude(report__state=ReportState.DROPPED).order_by()
    done = (AgendaOutcome.AGREED, AgendaOutcome.NOTED)
    items = AgendaItem.objects.filter(meeting__round=round_id, outcome__in=done).order_by()
    decided = dict(items.values_list("measure").annotate(Max("decided_at")))
    agreed = dict(AgreedRating.objects.filter(round=round_id).order_by().values_list("measure", "agreed_at"))
    return {
        measure_id
        for measure_id, at in answered.values_list("report__measure").annotate(Max("messages__written_at"))
        if at is None or not any(measure_id in acts and acts[measure_id] >= at for acts in (decided, agreed))
    }
