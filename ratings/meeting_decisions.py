"""What the Jour fixe decides in a meeting: agreeing, „besprochen“ without ratings, the note, taking back (issue 3, points 2 and 10)."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from ratings import agreement, workflow
from ratings.agreement import Decided, Outdated
from ratings.meetings import Note, drop_copies, planned, reopen, take_note
from ratings.models import AgendaItem, AgendaOutcome, AgreedRating, Meeting
from ratings.taking_back import restore
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User


def _locked_item(item_id: int, user: "User") -> tuple[Meeting, AgendaItem]:
    meeting = planned(AgendaItem.objects.values_list("meeting_id", flat=True).get(pk=item_id), user)
    return meeting, AgendaItem.objects.select_related("measure").get(pk=item_id)


def decide(
    item_id: int,
    *,
    decided: Decided,
    version: int,
    seen: Collection[int],
    user: "User",
    note: Note | None = None,
    now: datetime | None = None,
) -> AgreedRating:
    """Record the decision on an item with `agreement.agree`, whose errors it raises, and mark the item in the same transaction.

    `note` goes into the minutes; `Outdated` if somebody else has changed it meanwhile.
    """
    now = now or timezone.now()
    with transaction.atomic():
        meeting, item = _locked_item(item_id, user)
        rating = agreement.agree(
            round_id=meeting.round_id, measure=item.measure, decided=decided, version=version, seen=seen, user=user, now=now
        )
        _mark(meeting, item, AgendaOutcome.AGREED, note, user=user, now=now)
    return rating


def discuss(item_id: int, *, note: Note, user: "User", now: datetime | None = None) -> AgendaItem:
    """Mark an item of a round without ratings as „besprochen“ and keep the note: nothing is agreed there.

    Raises `Impossible` in a round with ratings, `Outdated` if somebody else has noted the item meanwhile.
    """
    now = now or timezone.now()
    with transaction.atomic():
        meeting, item = _locked_item(item_id, user)
        if meeting.round.has_ratings:
            raise Impossible("In dieser Berichtsrunde wird über die Maßnahmen abgestimmt.")
        if item.is_done:
            raise Outdated("Dieser Punkt ist inzwischen an anderer Stelle als besprochen vermerkt.")
        _mark(meeting, item, AgendaOutcome.NOTED, note, user=user, now=now)
    return item


def _mark(meeting: Meeting, item: AgendaItem, outcome: AgendaOutcome, note: Note | None, *, user: "User", now: datetime) -> None:
    take_note(item, note)
    was_put_off = item.outcome == AgendaOutcome.PUT_OFF
    item.outcome, item.decided_at = outcome, now
    workflow.log(item, user=user, now=now, what=str(outcome.label))
    item.save()
    if was_put_off:
        drop_copies(meeting, item, user=user, now=now)


def write_note(item_id: int, *, note: Note, user: "User", now: datetime | None = None) -> AgendaItem:
    """Keep the note for the minutes, whatever the item's outcome. Raises `Outdated` if somebody else has changed it meanwhile."""
    with transaction.atomic():
        _, item = _locked_item(item_id, user)
        take_note(item, note)
        workflow.log(item, user=user, now=now or timezone.now(), what="Notiz geschrieben")
        item.save()
    return item


def last_decided(meeting: Meeting) -> AgendaItem | None:
    """Return the item of `meeting` that was agreed, noted or put off last; the meeting's end puts off without deciding."""
    decided = meeting.items.exclude(outcome=AgendaOutcome.OPEN).exclude(decided_at=None)
    return decided.in_order().order_by("-decided_at", "-pk").first()


def undo(meeting_id: int, item_id: int, *, user: "User", now: datetime | None = None) -> AgendaItem:
    """Take back the last decision of the meeting, which must be that on `item_id`: what stood before stands again.

    A first rating is deleted; the history keeps it, and the item its note. Raises `Outdated` if something has changed since.
    """
    now = now or timezone.now()
    with transaction.atomic():
        meeting = planned(meeting_id, user)
        item = last_decided(meeting)
        if item is None or item.pk != item_id:
            raise Outdated("Inzwischen wurde ein anderer Punkt entschieden oder die Entscheidung schon zurückgenommen.")
        if item.outcome == AgendaOutcome.AGREED:
            _take_back(meeting, item, user=user, now=now)
        reopen(meeting, item, user=user, now=now, what="Entscheidung zurückgenommen")
    return item


def _take_back(meeting: Meeting, item: AgendaItem, *, user: "User", now: datetime) -> None:
    rating = AgreedRating.objects.filter(round=meeting.round_id, measure=item.measure_id).first()
    if rating is None or rating.agreed_at != item.decided_at:
        raise Outdated("Diese Maßnahme wurde inzwischen an anderer Stelle neu abgestimmt.")
    restore(meeting.round, rating, user=user, now=now)
