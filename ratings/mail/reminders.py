"""Reminders of the Evaluationsleitung from the Rücklauf: who gets one, and putting them into the outbox."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from goals.models import OrgUnit
from ratings import permissions
from ratings.deadlines import extensions_of
from ratings.mail.due import Occasion
from ratings.mail.matters import Matter, first_due, owed_matter, owed_reports
from ratings.mail.outbox import Outcome, put, unwanted_kinds, write_texts
from ratings.mail.people import People, by_person, people_of_units
from ratings.models import DueExtension, MailItem, MailKind, MailState, OutgoingMail, ReportingRound, StatusReport
from ratings.workflow import Impossible, log

if TYPE_CHECKING:
    from evalportal.accounts.models import User

# What the history of the round says, with the units behind a colon.
REMINDED: Final = "An Einheiten erinnert"
TAKEN_BACK: Final = "Erinnerung zurückgezogen"

# Why a person is not reminded a second time on one day: of the unit's reports, or of those of another of their units.
TODAY: Final = "heute erinnert"
ELSEWHERE: Final = "heute schon an eine andere Einheit erinnert"


@dataclass(frozen=True)
class Reached:
    """A person of a unit that owes something; `obstacle` says why no reminder reaches them today, empty if one does."""

    person: "User"
    obstacle: str


@dataclass(frozen=True)
class Sample:
    """What one of the people would read, and the units whose reports it is about."""

    matter: Matter
    person: "User"
    units: tuple[OrgUnit, ...]


@dataclass(frozen=True)
class UnitReminder:
    """A unit that still owes reports, and who is written to."""

    unit: OrgUnit
    owed: int
    people: tuple[Reached, ...]

    @property
    def reaches(self) -> bool:
        return any(not reached.obstacle for reached in self.people)

    @property
    def is_reminded(self) -> bool:
        """Somebody here has today's reminder, and nobody else can get it."""
        return not self.reaches and any(reached.obstacle == TODAY for reached in self.people)


@dataclass
class Reminded:
    """What became of the reminders: how many people, by what happened."""

    queued: int = 0
    held: int = 0
    already: int = 0
    unwanted: int = 0
    no_address: int = 0


def reminder_preview(round_: ReportingRound, today: date) -> list[UnitReminder]:
    """Return the units that still owe something, with the people a reminder would go to: a fixed number of queries."""
    reports = owed_reports(round_)
    people = people_of_units(round_.concept_id)
    off, busy, reminded = unwanted_kinds(), _busy(today), _reminded(round_, today)
    by_unit: dict[int, list[StatusReport]] = defaultdict(list)
    for report in reports:
        by_unit[report.unit_id].append(report)
    found = []
    for own in by_unit.values():
        persons = sorted({person for report in own for person in people.owing(report)}, key=str)
        owed = {report.pk for report in own}
        reached = tuple(
            Reached(person, _obstacle(person, off, busy) if told is None else TODAY if owed & told else ELSEWHERE)
            for person in persons
            for told in [reminded.get(person.pk)]
        )
        found.append(UnitReminder(own[0].unit, len(own), reached))
    return sorted(found, key=lambda reminder: (-reminder.owed, reminder.unit.name))


def fingerprint(preview: Sequence[UnitReminder], text: Sample | None) -> str:
    """Return what stands for exactly this preview: units, how much they owe, people and text, not who was reached meanwhile."""
    rows = [f"{row.unit.pk}:{row.owed}:{','.join(str(reached.person.pk) for reached in row.people)}" for row in preview]
    return hashlib.sha256("\n".join([*rows, text.matter.text if text else ""]).encode()).hexdigest()


def _reminded(round_: ReportingRound, today: date) -> dict[int, set[int]]:
    """People in whose mail, waiting or sent, today's reminder of this round stands, with the reports that it is about."""
    rows = MailItem.objects.filter(round=round_, key=_key(round_, today)).values_list("recipient_id", "reports")
    return {person: set(reports) for person, reports in rows}


def _busy(today: date) -> dict[int, str]:
    """People who have a mail of today that is no longer waiting, with its state in words."""
    rows = OutgoingMail.objects.filter(
        Q(day=today) | Q(sent_at__date=today) | Q(state__in=[MailState.CLAIMED, MailState.SENDING])
    )
    return {pk: MailState(state) for pk, state in rows.exclude(state=MailState.WAITING).values_list("recipient_id", "state")}


def _obstacle(person: "User", off: set[tuple[int, str]], busy: dict[int, str]) -> str:
    if not person.email:
        return "ohne E-Mail-Adresse"
    if (person.pk, MailKind.REMINDER) in off:
        return "hat Erinnerungen abgeschaltet"
    if person.pk not in busy:
        return ""
    if busy[person.pk] in (MailState.FAILED, MailState.UNCERTAIN):
        return f"Mail von heute ist {MailState(busy[person.pk]).label}, siehe Postausgang"
    return "hat heute schon eine Mail bekommen"


def sample(round_: ReportingRound, today: date) -> Sample | None:
    """Return what one of the people would read, as a sample of the text; None if nobody owes anything."""
    owed = _owed_by_person(round_, people_of_units(round_.concept_id), None)
    extensions = list(extensions_of(round_))
    for person, reports in owed.items():
        units = tuple({report.unit_id: report.unit for report in reports}.values())
        return Sample(_reminder(round_, reports, extensions, today), person, units)
    return None


def remind(
    round_: ReportingRound,
    unit_ids: Collection[int],
    *,
    user: "User",
    seen: str | None = None,
    today: date | None = None,
    now: datetime | None = None,
) -> Reminded:
    """Put reminders to the people of these units into the outbox, as far as their units still owe something.

    `seen` is the `fingerprint` of the preview that was confirmed. Raises `PermissionDenied` if `user` is not the Evaluationsleitung,
    `Impossible` if the round does not run, no unit is chosen or the preview would be another by now.
    Nobody gets a second mail on one day: who has one waiting finds the reminder in it, who has one already gets none.
    """
    permissions.may_coordinate(user, round_.concept_id).require()
    if not round_.is_live:
        raise Impossible(permissions.closed_reason(round_))
    if not unit_ids:
        raise Impossible("Wählen Sie mindestens eine Einheit aus.")
    today = today or timezone.localdate()
    if seen is not None and seen != fingerprint(reminder_preview(round_, today), sample(round_, today)):
        raise Impossible(
            "Inzwischen hat sich geändert, wer was schuldet. Sehen Sie die Vorschau noch einmal durch; gesendet ist nichts."
        )
    off, extensions = unwanted_kinds(), list(extensions_of(round_))
    done = Reminded()
    owed = _owed_by_person(round_, people_of_units(round_.concept_id), unit_ids)
    for person, reports in owed.items():
        if (person.pk, MailKind.REMINDER) in off:
            done.unwanted += 1
            continue
        outcome = put(person, [_reminder(round_, reports, extensions, today)], today=today, now=now)
        done.queued += outcome is Outcome.QUEUED
        done.held += outcome is Outcome.HELD
        done.already += outcome is Outcome.NOTHING_NEW
        done.no_address += outcome is Outcome.NO_ADDRESS
    if done.queued:
        _note(round_.pk, REMINDED, {report.unit.name for reports in owed.values() for report in reports}, user=user, now=now)
    return done


def withdraw(mail_id: int, *, user: "User", now: datetime | None = None) -> bool:
    """Take the reminders of Konzepte that `user` leads out of a mail that still waits; False if it does not wait (any more).

    What else stands in the mail goes out as before; without anything else the mail disappears. Whoever was to read the
    reminder can be reminded again. A mail that was sent before and is sent again by hand stays as it is.
    """
    with transaction.atomic():
        waiting = OutgoingMail.objects.filter(pk=mail_id, state=MailState.WAITING, resent_at__isnull=True)
        mail = waiting.select_for_update(of=("self",)).first()
        if mail is None:
            return False
        items = list(mail.items.select_related("round__concept").order_by("pk"))
        gone = [one for one in items if one.kind == MailKind.REMINDER and permissions.may_coordinate(user, one.round.concept_id)]
        if not gone:
            return False
        MailItem.objects.filter(pk__in=[one.pk for one in gone]).delete()
        if kept := [one for one in items if one not in gone]:
            write_texts(mail, kept)
            mail.save()
        else:
            mail.delete()
        for one in gone:
            units = set(OrgUnit.objects.filter(reports__in=one.reports).values_list("name", flat=True))
            _note(one.round_id, TAKEN_BACK, units, user=user, now=now)
    return True


def _note(round_id: int, what: str, units: set[str], *, user: "User", now: datetime | None) -> None:
    """Leave in the history of the round who had these units reminded, or took that back."""
    with transaction.atomic():
        locked = ReportingRound.objects.select_for_update().get(pk=round_id)
        log(locked, user=user, now=now or timezone.now(), what=f"{what}: {', '.join(sorted(units))}")
        locked.save()


def _owed_by_person(round_: ReportingRound, people: People, unit_ids: Collection[int] | None) -> dict["User", list[StatusReport]]:
    reports = (report for report in owed_reports(round_) if unit_ids is None or report.unit_id in unit_ids)
    return by_person(reports, people)


def _reminder(round_: ReportingRound, reports: Sequence[StatusReport], extensions: Sequence[DueExtension], today: date) -> Matter:
    occasion = Occasion(MailKind.REMINDER, _key(round_, today))
    return owed_matter(round_, occasion, reports, first_due(round_, reports, extensions), today)


def _key(round_: ReportingRound, today: date) -> str:
    return f"reminder:{round_.pk}:{today}"
