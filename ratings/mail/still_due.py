"""Whether a mail that was queued is still right at the moment it goes out: nobody is asked for what they no longer owe."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from django.db import transaction

from ratings.deadlines import extensions_of
from ratings.mail.due import Occasion
from ratings.mail.matters import Matter, first_due, is_agreed, owed_matter, owed_reports, returned_matters
from ratings.mail.outbox import write_texts
from ratings.mail.people import people_of_units
from ratings.models import DueExtension, MailItem, MailKind, MailState, OutgoingMail, ReportingRound, StatusReport

if TYPE_CHECKING:
    from evalportal.accounts.models import User

NO_ADDRESS: Final = "Für diese Person ist keine E-Mail-Adresse eingetragen."
_SETTLED: Final = "Nicht noch einmal gesendet: Was in der Mail stand, hat sich inzwischen erledigt."

# Their keys hold the day they are about: `deadline:<round>:<day>:<n>`.
_OF_A_DAY: Final = (MailKind.DEADLINE, MailKind.OVERDUE)


@dataclass
class _Situation:
    """What a person owes in one round right now, and what they are asked there."""

    round: ReportingRound
    owed: list[StatusReport] = field(default_factory=list)
    asked: dict[str, Matter] = field(default_factory=dict)
    extensions: list[DueExtension] = field(default_factory=list)


def bring_up_to_date(mail: OutgoingMail, today: date) -> bool:
    """Write the claimed `mail` anew from what still holds on `today`, to the person's present address; say whether to send it.

    Left out are matters that are settled or switched off by now. If nothing is left the mail disappears, and with it the note that
    the person was told; one that was sent before and is now sent again by hand stays as „erledigt“. Without an address it fails.
    """
    with transaction.atomic():
        mine = OutgoingMail.objects.filter(pk=mail.pk, claimed_by=mail.claimed_by, state=MailState.CLAIMED)
        if mine.select_for_update(of=("self",)).first() is None:
            return False
        person = mail.recipient
        items = list(mail.items.select_related("round__concept").order_by("pk"))
        kept = _still_right(items, person, today) if items and person.is_active else []
        if not person.is_active or (items and not kept):
            _let_go(mail)
            return False
        if not person.email:
            _stop(mail, MailState.FAILED, NO_ADDRESS)
            return False
        if kept:
            MailItem.objects.filter(mail=mail).exclude(pk__in=[item.pk for item in kept]).delete()
            MailItem.objects.bulk_update(kept, ["title", "text", "links", "reports"])
            write_texts(mail, kept)
        mail.address = person.email
        if not OutgoingMail.objects.filter(recipient=person, day=today).exists():
            mail.day = today
        mail.save(update_fields=["address", "day", "subject", "text", "html", "is_example"])
    return True


def _let_go(mail: OutgoingMail) -> None:
    if mail.resent_at:
        _stop(mail, MailState.DROPPED, _SETTLED)
    else:
        mail.delete()


def _stop(mail: OutgoingMail, state: MailState, reason: str) -> None:
    mail.state, mail.last_error, mail.claimed_by, mail.claimed_until = state, reason, "", None
    mail.save(update_fields=["state", "last_error", "claimed_by", "claimed_until"])


def _still_right(items: list[MailItem], person: "User", today: date) -> list[MailItem]:
    off = set(person.mail_preferences.filter(wanted=False).values_list("kind", flat=True))
    situations = {item.round_id: item.round for item in items}
    now = {pk: _situation(round_, person) for pk, round_ in situations.items()}
    kept: dict[object, MailItem] = {}
    for item in items:
        if item.kind in off or not _renew(item, now[item.round_id], today):
            continue
        # After an outage „in 14 days“ may stand beside „in 3 days“, or the deadline beside „overdue“: the later one says it all.
        same = ":".join(item.key.split(":")[1:3]) if item.kind in _OF_A_DAY else item.pk
        kept[same] = item
    return list(kept.values())


def _situation(round_: ReportingRound, person: "User") -> _Situation:
    people = people_of_units(round_.concept_id)
    owed = [report for report in owed_reports(round_) if person in people.owing(report)] if round_.is_live else []
    asked = {matter.key: matter for whom, matter in returned_matters(round_, people) if whom == person}
    return _Situation(round_, owed, asked, list(extensions_of(round_)))


def _renew(item: MailItem, now: _Situation, today: date) -> bool:
    """Write `item` from what holds now; False if nothing of it does."""
    if item.kind == MailKind.FINISHED:
        return is_agreed(now.round) if item.key.startswith("agreed:") else now.round.is_closed
    matter = now.asked.get(item.key) if item.kind == MailKind.RETURNED else _of_owed(item, now, today)
    if matter is None:
        return False
    item.title, item.text, item.links, item.reports = matter.title[:250], matter.text, matter.links, list(matter.reports)
    return True


def _of_owed(item: MailItem, now: _Situation, today: date) -> Matter | None:
    kind = MailKind(item.kind)
    reports = [report for report in now.owed if report.pk in item.reports or not item.reports]
    if kind in _OF_A_DAY:
        day = item.key.split(":")[2]
        reports = [report for report in reports if _due(now, [report]).isoformat() == day]
    if not reports:
        return None
    return owed_matter(now.round, Occasion(kind, item.key), reports, _due(now, reports), today)


def _due(now: _Situation, reports: Iterable[StatusReport]) -> date:
    return first_due(now.round, list(reports), now.extensions)
