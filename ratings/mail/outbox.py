"""The outbox: what a person is told goes into one mail per day, and nothing goes in twice."""

import enum
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from ratings.mail.matters import Matter, matters_of_day
from ratings.models import MailItem, MailKind, MailPreference, MailState, OutgoingMail

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from evalportal.accounts.models import User

_UNDER_WAY = (MailState.WAITING, MailState.CLAIMED, MailState.SENDING)


class Outcome(enum.Enum):
    """What became of the matters of one person."""

    QUEUED = enum.auto()
    NOTHING_NEW = enum.auto()
    # The person has a mail of today already; what is new waits for tomorrow's.
    HELD = enum.auto()
    NO_ADDRESS = enum.auto()


def prepare_mails(today: date, *, now: datetime | None = None) -> int:
    """Put what is to be told on `today` into the outbox, by person and by their wishes; return the number of mails written.

    Safe to run at any time, twice or by two processes at once: what somebody was told is not put in again.
    """
    unwanted = unwanted_kinds()
    queued = 0
    for person, matters in matters_of_day(today).items():
        wanted = [matter for matter in matters if (person.pk, matter.kind) not in unwanted]
        queued += put(person, wanted, today=today, now=now) is Outcome.QUEUED
    return queued


def unwanted_kinds() -> set[tuple[int, str]]:
    """Return (person, kind) of everything that somebody has switched off."""
    return set(MailPreference.objects.filter(wanted=False).values_list("user_id", "kind"))


def put(person: "User", matters: Sequence[Matter], *, today: date, now: datetime | None = None) -> Outcome:
    """Add `matters` to the mail of `person` that still waits, or make one, unless they have one of today already."""
    if not matters:
        return Outcome.NOTHING_NEW
    if not person.email:
        return Outcome.NO_ADDRESS
    for _ in range(2):  # another process may be faster with this person's mail; the second time its mail is there to join
        try:
            with transaction.atomic():
                return _put(person, matters, today, now or timezone.now())
        except IntegrityError:
            continue
    return Outcome.NOTHING_NEW


def _put(person: "User", matters: Sequence[Matter], today: date, now: datetime) -> Outcome:
    told = set(
        MailItem.objects.filter(recipient=person, key__in=[matter.key for matter in matters]).values_list("key", flat=True)
    )
    new = [matter for matter in matters if matter.key not in told]
    if not new:
        return Outcome.NOTHING_NEW
    present = Q(day=today) | Q(sent_at__date=today) | Q(state__in=_UNDER_WAY)
    mails = list(OutgoingMail.objects.select_for_update(of=("self",)).filter(present, recipient=person))
    if len(mails) > 1 or any(mail.state != MailState.WAITING for mail in mails):
        return Outcome.HELD
    mail = mails[0] if mails else OutgoingMail(recipient=person, message_id=_message_id(), created_at=now)
    earlier = list(mail.items.select_related("round__concept")) if mail.pk else []
    items = [
        MailItem(
            recipient=person,
            round=matter.round,
            kind=matter.kind,
            key=matter.key,
            title=matter.title[:250],
            text=matter.text,
            links=matter.links,
            reports=list(matter.reports),
        )
        for matter in new
    ]
    mail.day, mail.address = today, person.email
    write_texts(mail, [*earlier, *items])
    mail.save()
    for item in items:
        item.mail = mail
    MailItem.objects.bulk_create(items)
    return Outcome.QUEUED


def _message_id() -> str:
    return f"<{uuid.uuid4()}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>"


def write_texts(mail: OutgoingMail, items: Sequence[MailItem]) -> None:
    """Set subject and texts of `mail` from its items, the most pressing first.

    Where a reminder by hand names what is owed in a round, the hint at the round's deadline would say the same again.
    """
    order = list(MailKind)
    reminded = {item.round_id for item in items if item.kind == MailKind.REMINDER}
    repeated = (MailKind.DEADLINE, MailKind.OVERDUE)
    items = [item for item in items if item.kind not in repeated or item.round_id not in reminded]
    items = sorted(items, key=lambda item: order.index(MailKind(item.kind)))
    mail.is_example = any(item.round.concept.is_example for item in items)
    mail.subject = subject(items, is_example=mail.is_example)
    mail.text, mail.html = (render(items, ending, is_example=mail.is_example) for ending in ("txt", "html"))


def subject(items: "Sequence[MailItem | Matter]", *, is_example: bool) -> str:
    """Return the subject of a mail with these items: the first one and how many more."""
    more = len(items) - 1
    rest = "" if not more else f" und {more} {'weiterer Hinweis' if more == 1 else 'weitere Hinweise'}"
    start = f"[{'Beispieldaten, ' if is_example else ''}Evaluationsportal] "
    title = " ".join(items[0].title.split())
    room = 200 - len(start) - len(rest)
    return f"{start}{title if len(title) <= room else f'{title[: room - 1]}…'}{rest}"


def render(items: "Iterable[MailItem | Matter]", ending: str, *, is_example: bool) -> str:
    """Return the text („txt“) or HTML („html“) of a mail with these items."""
    shown = [(item, [(label, f"{settings.BASE_URL}{path}") for label, path in item.links]) for item in items]
    context = {"items": shown, "is_example": is_example, "base_url": settings.BASE_URL, "owner": settings.OWNER_NAME}
    return render_to_string(f"mail/digest.{ending}", context)


def resend(mail_id: int, *, user: "User", now: datetime | None = None) -> bool:
    """Have a failed or uncertain mail sent again, by hand; False if it is neither (any more). Its Message-ID stays."""
    return bool(
        _stopped(mail_id).update(
            state=MailState.WAITING,
            attempts=0,
            not_before=None,
            claimed_by="",
            claimed_until=None,
            resent_at=now or timezone.now(),
            resent_by=user,
        )
    )


def drop(mail_id: int) -> bool:
    """Put a failed or uncertain mail aside, by hand: it is not sent again. False if it is neither (any more)."""
    return bool(_stopped(mail_id).update(state=MailState.DROPPED, claimed_by="", claimed_until=None))


def _stopped(mail_id: int) -> "QuerySet[OutgoingMail]":
    return OutgoingMail.objects.filter(pk=mail_id, state__in=[MailState.FAILED, MailState.UNCERTAIN])
