"""Sittings of the Jour fixe: the agenda by choice, decisions, putting off, taking back the last decision (issue 3, points 1 and 2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from goals.models import Measure
from ratings import agreement, permissions, workflow
from ratings.agreement import Decided, Outdated
from ratings.appendix import Appendix, AppendixRow
from ratings.models import AgendaItem, AgendaOrigin, AgendaOutcome, AgreedRating, Inquiry, Meeting, MeetingState, ReportingRound
from ratings.scheme import Grade, Marker
from ratings.states import InquiryState, RoundState
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User

_RATING = ("grade", *(marker.value for marker in Marker.voted()), "reason", "remark", "agreed_at")


@dataclass(frozen=True)
class Choice:
    """Maßnahmen that one press puts on the agenda. `value` names the choice in forms, `keys` are those of the Maßnahmen."""

    value: str
    origin: AgendaOrigin
    label: str
    keys: tuple[str, ...]


def agenda_choices(round_: ReportingRound, appendix: Appendix) -> list[Choice]:
    """Return what can be put on the agenda in one go, empty choices included: three queries, whatever the number of Maßnahmen.

    `appendix` holds the live rows of `round_`. „Verändert“: a grade proposed now is another than the one last agreed on.
    """
    answered = set(_answered(round_))
    former = _former_grades(round_)
    words = {
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


def may_hold(user: "User", round_: ReportingRound) -> None:
    """Raise `PermissionDenied` if `user` may not hold meetings, `Impossible` if this round cannot have one now."""
    permissions.may_record(user, round_.concept_id).require()
    if not (decision := permissions.may_record_round(user, round_)):
        raise Impossible(decision.reason)


def save(meeting: Meeting, *, user: "User", now: datetime | None = None) -> Meeting:
    """Write a new or changed meeting; a new one takes over what was put off and is on no later agenda. Errors: `may_hold`."""
    now = now or timezone.now()
    with transaction.atomic():
        round_ = _locked_round(meeting.round_id)
        may_hold(user, round_)
        is_new = meeting.pk is None
        workflow.log(meeting, user=user, now=now, what="angelegt" if is_new else "Angaben geändert")
        meeting.save()
        if is_new:
            _take_over(meeting, user=user, now=now)
    return meeting


def hold(meeting_id: int, *, user: "User", held: bool = True, now: datetime | None = None) -> Meeting:
    """End the meeting, which puts off what is still open, or take it up again. Errors as in `save`."""
    now = now or timezone.now()
    with transaction.atomic():
        meeting = _locked(meeting_id, user)
        meeting.state = MeetingState.HELD if held else MeetingState.PLANNED
        workflow.log(meeting, user=user, now=now, what="beendet" if held else "wieder aufgenommen")
        meeting.save()
        if held:
            for item in meeting.items.filter(outcome=AgendaOutcome.OPEN):
                _put_off(meeting, item, "", user=user, now=now)
    return meeting


def add(meeting_id: int, keys: Collection[str], origin: AgendaOrigin, *, user: "User", now: datetime | None = None) -> int:
    """Put the Maßnahmen with these keys on the agenda; return how many are new there. Errors as in `save`."""
    now = now or timezone.now()
    with transaction.atomic():
        meeting = _planned(meeting_id, user)
        there = set(meeting.items.values_list("measure_id", flat=True))
        measures = Measure.objects.filter(concept=meeting.round.concept_id, key__in=keys).exclude(pk__in=there)
        pks = list(measures.values_list("pk", flat=True))
        for pk in pks:
            _add(meeting, pk, origin, user=user, now=now)
    return len(pks)


def remove(item_id: int, *, user: "User", now: datetime | None = None) -> None:
    """Take an item off the agenda, where nothing was decided on it. Errors as in `save`; `Impossible` after a decision."""
    with transaction.atomic():
        item = AgendaItem.objects.get(pk=item_id)
        _planned(item.meeting_id, user)
        item.refresh_from_db()
        if item.outcome == AgendaOutcome.AGREED:
            raise Impossible("Über diesen Punkt ist abgestimmt; er bleibt auf der Tagesordnung.")
        workflow.log(item, user=user, now=now or timezone.now(), what="von der Tagesordnung genommen")
        item.delete()


def put_off(item_id: int, *, user: "User", note: str = "", now: datetime | None = None) -> Meeting | None:
    """Put an item off to the next planned meeting of the round; return that, None while there is none. Errors as in `remove`."""
    with transaction.atomic():
        item = AgendaItem.objects.get(pk=item_id)
        meeting = _planned(item.meeting_id, user)
        item.refresh_from_db()
        if item.outcome == AgendaOutcome.AGREED:
            raise Impossible("Über diesen Punkt ist inzwischen abgestimmt.")
        return _put_off(meeting, item, note.strip(), user=user, now=now or timezone.now())


def decide(
    item_id: int,
    *,
    decided: Decided,
    version: int,
    seen: Collection[int],
    user: "User",
    now: datetime | None = None,
) -> AgreedRating:
    """Record the decision on an item with `agreement.agree`, whose errors it raises, and mark the item in the same transaction."""
    now = now or timezone.now()
    with transaction.atomic():
        item = AgendaItem.objects.select_related("meeting", "measure").get(pk=item_id)
        meeting = _planned(item.meeting_id, user)
        rating = agreement.agree(
            round_id=meeting.round_id, measure=item.measure, decided=decided, version=version, seen=seen, user=user, now=now
        )
        item.outcome, item.decided_at = AgendaOutcome.AGREED, now
        workflow.log(item, user=user, now=now, what="abgestimmt")
        item.save()
    return rating


def last_decided(meeting: Meeting) -> AgendaItem | None:
    """Return the item of `meeting` that was decided last."""
    return meeting.items.filter(outcome=AgendaOutcome.AGREED).in_order().order_by("-decided_at", "-pk").first()


def undo(meeting_id: int, item_id: int, *, user: "User", now: datetime | None = None) -> AgendaItem:
    """Take back the last decision of the meeting, which must be that on `item_id`: what stood before stands again.

    A first decision is deleted; the history keeps it. Raises `Outdated` if something has changed since it was recorded.
    """
    now = now or timezone.now()
    with transaction.atomic():
        meeting = _planned(meeting_id, user)
        item = last_decided(meeting)
        if item is None or item.pk != item_id:
            raise Outdated("Inzwischen wurde ein anderer Punkt abgestimmt oder die Entscheidung schon zurückgenommen.")
        rating = AgreedRating.objects.filter(round=meeting.round_id, measure=item.measure_id).first()
        if rating is None or rating.agreed_at != item.decided_at:
            raise Outdated("Diese Maßnahme wurde inzwischen an anderer Stelle neu abgestimmt.")
        standing = agreement.counting_submissions(meeting.round, item.measure)
        if {submission.pk for submission in standing} != set(rating.basis.values_list("pk", flat=True)):
            raise Outdated("Seit der Abstimmung wurde neu eingereicht. Stimmen Sie neu ab.")
        _restore(rating, user=user, now=now)
        item.outcome, item.decided_at = AgendaOutcome.OPEN, None
        workflow.log(item, user=user, now=now, what="Entscheidung zurückgenommen")
        item.save()
    return item


def _restore(rating: AgreedRating, *, user: "User", now: datetime) -> None:
    """Bring back the version before, as a new version, so that no page that still shows the one taken back can overwrite it."""
    workflow.log(rating, user=user, now=now, what="Entscheidung zurückgenommen")
    before = rating.history.filter(version__lt=rating.version).order_by("-version", "-history_id").first()
    if before is None:
        rating.delete()
        return
    for name in _RATING:
        setattr(rating, name, getattr(before, name))
    rating.agreed_by_id = before.agreed_by_id
    rating.version += 1
    rating.save_without_historical_record()  # type: ignore[attr-defined]
    with_basis = AgreedRating.basis.through.objects
    with_basis.filter(agreedrating=rating).delete()
    pks = list(before.basis.values_list("submission_id", flat=True))
    with_basis.bulk_create(AgreedRating.basis.through(agreedrating=rating, submission_id=pk) for pk in pks)
    rating.save()


def next_planned(meeting: Meeting) -> Meeting | None:
    """Return the next meeting of the same round that is still to come, by day and time."""
    later = Meeting.objects.filter(round=meeting.round_id, state=MeetingState.PLANNED).exclude(pk=meeting.pk)
    after = _order(meeting)
    return min((found for found in later if _order(found) > after), key=_order, default=None)


def _order(meeting: Meeting) -> tuple[date, str, int]:
    return meeting.on, f"{meeting.starts_at:%H:%M}" if meeting.starts_at else "", meeting.pk


def _put_off(meeting: Meeting, item: AgendaItem, note: str, *, user: "User", now: datetime) -> Meeting | None:
    item.outcome, item.note = AgendaOutcome.PUT_OFF, note or item.note
    workflow.log(item, user=user, now=now, what="vertagt")
    item.save()
    later = next_planned(meeting)
    if later is not None and not later.items.filter(measure=item.measure_id).exists():
        _add(later, item.measure_id, item.origin, user=user, now=now)
    return later


def _take_over(meeting: Meeting, *, user: "User", now: datetime) -> None:
    """Put on a new agenda what an earlier meeting put off and no later one has taken up or decided."""
    items = AgendaItem.objects.filter(meeting__round=meeting.round_id).exclude(meeting=meeting).select_related("meeting")
    newest = {item.measure_id: item for item in sorted(items, key=lambda item: _order(item.meeting))}
    waiting = [
        item for item in newest.values() if item.outcome == AgendaOutcome.PUT_OFF and _order(item.meeting) < _order(meeting)
    ]
    for item in waiting:
        _add(meeting, item.measure_id, item.origin, user=user, now=now)


def _add(meeting: Meeting, measure_id: int, origin: AgendaOrigin | str, *, user: "User", now: datetime) -> None:
    item = AgendaItem(meeting=meeting, measure_id=measure_id, origin=origin)
    workflow.log(item, user=user, now=now, what="auf die Tagesordnung gesetzt")
    item.save()


def _locked_round(round_id: int) -> ReportingRound:
    return ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=round_id)


def _locked(meeting_id: int, user: "User") -> Meeting:
    """The round first, as everywhere."""
    round_ = _locked_round(Meeting.objects.values_list("round_id", flat=True).get(pk=meeting_id))
    may_hold(user, round_)
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    meeting.round = round_
    return meeting


def _planned(meeting_id: int, user: "User") -> Meeting:
    meeting = _locked(meeting_id, user)
    if meeting.is_held:
        raise Impossible("Diese Sitzung ist beendet. Wer Protokoll führt, kann sie wieder aufnehmen.")
    return meeting
