"""Sittings of the Jour fixe: making and ending them, their agenda, putting off (issue 3, point 1)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goals.models import Measure
from goals.text import clean_text
from ratings import permissions, workflow
from ratings.agenda import order_of, put_on, take_answered
from ratings.agreement import Outdated
from ratings.appendix import live_appendix
from ratings.models import AgendaItem, AgendaOrigin, AgendaOutcome, Meeting, MeetingState, ReportingRound
from ratings.settled import agreed_for_good, settled_at
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User


@dataclass(frozen=True)
class Note:
    """What was written for the minutes; `seen` is the `note_stamp` of what stood there when it was written."""

    text: str
    seen: str


def note_stamp(item: AgendaItem) -> str:
    """Return what changes whenever the note of `item` does."""
    return sha256(item.note.encode()).hexdigest()[:12]


def may_hold(user: "User", round_: ReportingRound) -> None:
    """Raise `PermissionDenied` if `user` may not hold meetings, `Impossible` if this round cannot have one now."""
    permissions.may_record(user, round_.concept_id).require()
    if not (decision := permissions.may_meet(user, round_)):
        raise Impossible(decision.reason)


def save(meeting: Meeting, *, user: "User", now: datetime | None = None) -> Meeting:
    """Write a new or changed meeting; a new one takes over what was put off or answered and is on no later agenda.

    Errors: `may_hold`.
    """
    now = now or timezone.now()
    with transaction.atomic():
        round_ = _locked_round(meeting.round_id)
        may_hold(user, round_)
        is_new = meeting.pk is None
        workflow.log(meeting, user=user, now=now, what="angelegt" if is_new else "Angaben geändert")
        meeting.save()
        if is_new:
            _take_over(meeting, user=user, now=now)
            take_answered(meeting, now=now)
    return meeting


def hold(meeting_id: int, *, user: "User", held: bool = True, now: datetime | None = None) -> Meeting:
    """End the meeting, which puts off what is still to decide, or take it up again with just that open. Errors as in `save`."""
    now = now or timezone.now()
    with transaction.atomic():
        meeting = _locked(meeting_id, user)
        if meeting.is_held == held:
            return meeting
        meeting.state = MeetingState.HELD if held else MeetingState.PLANNED
        workflow.log(meeting, user=user, now=now, what="beendet" if held else "wieder aufgenommen")
        meeting.save()
        items = meeting.items.select_related("measure")
        if held:
            agreed = agreed_for_good(meeting.round, live_appendix(meeting.round).rows)
            for item in items.filter(outcome=AgendaOutcome.OPEN):
                if settled_at(item, item.measure.key, agreed) is None:
                    _put_off(meeting, item, at=None, user=user, now=now)
        else:
            for item in items.filter(outcome=AgendaOutcome.PUT_OFF, decided_at=None):
                reopen(meeting, item, user=user, now=now, what="wieder aufgenommen")
    return meeting


def add(meeting_id: int, keys: Collection[str], origin: AgendaOrigin, *, user: "User", now: datetime | None = None) -> int:
    """Put the Maßnahmen with these keys on the agenda; return how many are new there. Errors as in `save`."""
    now = now or timezone.now()
    with transaction.atomic():
        meeting = planned(meeting_id, user)
        there = set(meeting.items.values_list("measure_id", flat=True))
        measures = Measure.objects.filter(concept=meeting.round.concept_id, key__in=keys).exclude(pk__in=there)
        pks = list(measures.values_list("pk", flat=True))
        for pk in pks:
            put_on(meeting, pk, origin, user=user, now=now)
    return len(pks)


def remove(item_id: int, *, user: "User", now: datetime | None = None) -> None:
    """Take an item off the agenda, where nothing was decided on it. Errors as in `save`; `Impossible` after a decision."""
    with transaction.atomic():
        item = AgendaItem.objects.get(pk=item_id)
        planned(item.meeting_id, user)
        item.refresh_from_db()
        if item.is_done:
            raise Impossible(f"Dieser Punkt ist {item.get_outcome_display()}; er bleibt auf der Tagesordnung.")
        workflow.log(item, user=user, now=now or timezone.now(), what="von der Tagesordnung genommen")
        item.delete()


def taken_off(meeting: Meeting, item_id: int) -> AgendaItem | None:
    """Return an item as it was when it was taken off this agenda; None if it was not, or if its Maßnahme is there again."""
    entry = AgendaItem.history.filter(meeting_id=meeting.pk, id=item_id).order_by("-history_date", "-history_id").first()
    if entry is None or entry.history_type != "-" or meeting.items.filter(measure=entry.measure_id).exists():
        return None
    item: AgendaItem = entry.instance
    return item


def put_back(meeting_id: int, item_id: int, *, user: "User", now: datetime | None = None) -> AgendaItem:
    """Put an item back that was taken off the agenda, with its origin and note, and return it. Errors as in `remove`."""
    with transaction.atomic():
        item = taken_off(planned(meeting_id, user), item_id)
        if item is None:
            raise Impossible("Dieser Punkt steht schon wieder auf der Tagesordnung.")
        workflow.log(item, user=user, now=now or timezone.now(), what="wieder auf die Tagesordnung gesetzt")
        item.save(force_insert=True)
    return item


def put_off(item_id: int, *, user: "User", note: Note | None = None, now: datetime | None = None) -> Meeting | None:
    """Put an item off to the next planned meeting of the round; return that, None while there is none.

    Errors as in `remove`; `Outdated` if somebody else changed the note meanwhile.
    """
    now = now or timezone.now()
    with transaction.atomic():
        item = AgendaItem.objects.get(pk=item_id)
        meeting = planned(item.meeting_id, user)
        item.refresh_from_db()
        if item.is_done:
            raise Impossible(f"Dieser Punkt ist inzwischen {item.get_outcome_display()}.")
        take_note(item, note)
        return _put_off(meeting, item, at=now, user=user, now=now)


def take_up(item_id: int, *, user: "User", now: datetime | None = None) -> AgendaItem:
    """Open an item again that was put off; its untouched copy leaves the later agenda. Errors as in `remove`."""
    with transaction.atomic():
        item = AgendaItem.objects.select_related("measure").get(pk=item_id)
        meeting = planned(item.meeting_id, user)
        item.refresh_from_db(fields=["outcome", "decided_at", "note"])
        if item.outcome == AgendaOutcome.PUT_OFF:
            reopen(meeting, item, user=user, now=now or timezone.now(), what="wieder aufgenommen")
        elif not item.is_open:
            raise Impossible(f"Dieser Punkt ist inzwischen {item.get_outcome_display()}.")
    return item


def next_planned(meeting: Meeting) -> Meeting | None:
    """Return the next meeting of the same round that is still to come, by day and time."""
    later = Meeting.objects.filter(round=meeting.round_id, state=MeetingState.PLANNED).exclude(pk=meeting.pk)
    after = order_of(meeting)
    return min((found for found in later if order_of(found) > after), key=order_of, default=None)


def planned(meeting_id: int, user: "User") -> Meeting:
    """Return the meeting, locked with its round, if `user` may hold it and it is not ended. Errors as in `save`."""
    meeting = _locked(meeting_id, user)
    if meeting.is_held:
        raise Impossible("Diese Sitzung ist beendet. Wer Protokoll führt, kann sie wieder aufnehmen.")
    return meeting


def take_note(item: AgendaItem, note: Note | None) -> None:
    """Set the note of a locked item, without saving. Raises `Outdated` if somebody else has changed it meanwhile."""
    text = clean_text(note.text).strip() if note else item.note
    if note is None or text == item.note:
        return
    if note.seen != note_stamp(item):
        raise Outdated("Die Notiz für das Protokoll wurde inzwischen an anderer Stelle geändert.")
    item.note = text


def reopen(meeting: Meeting, item: AgendaItem, *, user: "User", now: datetime, what: str) -> None:
    """Open a locked item again; what putting it off brought onto later agendas goes, as long as nobody has touched it."""
    item.outcome, item.decided_at = AgendaOutcome.OPEN, None
    workflow.log(item, user=user, now=now, what=what)
    item.save()
    drop_copies(meeting, item, user=user, now=now)


def drop_copies(meeting: Meeting, item: AgendaItem, *, user: "User", now: datetime) -> None:
    """Take the copies of an item that was put off from later agendas, where nothing was decided or written yet."""
    copies = AgendaItem.objects.filter(meeting__round=meeting.round_id, measure=item.measure_id, outcome=AgendaOutcome.OPEN)
    copies = copies.filter(origin=AgendaOrigin.PUT_OFF, note="", meeting__state=MeetingState.PLANNED).exclude(meeting=meeting)
    for copy in copies.select_related("meeting"):
        if order_of(copy.meeting) > order_of(meeting):
            workflow.log(copy, user=user, now=now, what="in der früheren Sitzung wieder aufgenommen")
            copy.delete()


def _put_off(meeting: Meeting, item: AgendaItem, *, at: datetime | None, user: "User", now: datetime) -> Meeting | None:
    item.outcome, item.decided_at = AgendaOutcome.PUT_OFF, at
    workflow.log(item, user=user, now=now, what="vertagt")
    item.save()
    later = next_planned(meeting)
    if later is not None and not later.items.filter(measure=item.measure_id).exists():
        put_on(later, item.measure_id, AgendaOrigin.PUT_OFF, user=user, now=now)
    return later


def _take_over(meeting: Meeting, *, user: "User", now: datetime) -> None:
    """Put on a new agenda what an earlier meeting put off and nobody has taken up or decided since."""
    items = (
        AgendaItem.objects.filter(meeting__round=meeting.round_id).exclude(meeting=meeting).select_related("meeting", "measure")
    )
    newest = {item.measure_id: item for item in sorted(items, key=lambda item: order_of(item.meeting))}
    waiting = [
        item for item in newest.values() if item.outcome == AgendaOutcome.PUT_OFF and order_of(item.meeting) < order_of(meeting)
    ]
    agreed = agreed_for_good(meeting.round, live_appendix(meeting.round).rows) if waiting else {}
    for item in waiting:
        at = agreed.get(item.measure.key)
        if at is None or (item.decided_at is not None and at < item.decided_at):
            put_on(meeting, item.measure_id, AgendaOrigin.PUT_OFF, user=user, now=now)


def _locked_round(round_id: int) -> ReportingRound:
    return ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=round_id)


def _locked(meeting_id: int, user: "User") -> Meeting:
    """The round first, as everywhere."""
    round_ = _locked_round(Meeting.objects.values_list("round_id", flat=True).get(pk=meeting_id))
    may_hold(user, round_)
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    meeting.round = round_
    return meeting
