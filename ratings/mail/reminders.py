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
from ratings.mail.outbox import Outcome, put, unwanted_kinds
from ratings.mail.people import People, by_person, people_of_units
from ratings.models import DueExtension, MailKind, MailState, OutgoingMail, ReportingRound, StatusReport
from ratings.workflow import Impossible, log

if TYPE_CHECKING:
    from evalportal.accounts.models import User

# What the history of the round says, with the units behind a colon.
REMINDED: Final = "An Einheiten erinnert"


@dataclass(frozen=True)
class Reached:
    """A person of a unit that owes something; `obstacle` says why no reminder reaches them today, empty if one does."""

    person: "User"
    obstacle: str


@dataclass(frozen=True)
class UnitReminder:
    """A unit that still owes reports, and who is written to."""

    unit: OrgUnit
    owed: int
    people: tuple[Reached, ...]

    @property
    def reaches(self) -> bool:
        return any(not reached.obstacle for reached in self.people)


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
    off, busy = unwanted_kinds(), _busy(today)
    by_unit: dict[int, list[StatusReport]] = defaultdict(list)
    for report in reports:
        by_unit[report.unit_id].append(report)
    found = []
    for own in by_unit.values():
        persons = sorted({person for report in own for person in people.owing(report)}, key=str)
        reached = tuple(Reached(person, _obstacle(person, off, busy)) for person in persons)
        found.append(UnitReminder(own[0].unit, len(own), reached))
    return sorted(found, key=lambda reminder: (-reminder.owed, reminder.unit.name))


def fingerprint(preview: Sequence[UnitReminder], text: Matter | None) -> str:
    """Return what stands for exactly this preview: units, how much they owe, people and text, not who was reached meanwhile."""
    rows = [f"{row.unit.pk}:{row.owed}:{','.join(str(reached.person.pk) for reached in row.people)}" for row in preview]
    return hashlib.sha256("\n".join([*rows, text.text if text else ""]).encode()).hexdigest()


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


def sample(round_: ReportingRound, today: date) -> Matter | None:
    """Return what one of the people would read, as a sample of the text; None if nobody owes anything."""
    owed = _owed_by_person(round_, people_of_units(round_.concept_id), None)
    extensions = list(extensions_of(round_))
    return next((_reminder(round_, reports, extensions, today) for reports in owed.values()), None)


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
        _note(round_, {report.unit.name for reports in owed.values() for report in reports}, user=user, now=now)
    return done


def _note(round_: ReportingRound, units: set[str], *, user: "User", now: datetime | None) -> None:
    """Leave in the history of the round who had these units reminded."""
    with transaction.atomic():
        locked = ReportingRound.objects.select_for_update().get(pk=round_.pk)
        log(locked, user=user, now=now or timezone.now(), what=f"{REMINDED}: {', '.join(sorted(units))}")
        locked.save()


def _owed_by_person(round_: ReportingRound, people: People, unit_ids: Collection[int] | None) -> dict["User", list[StatusReport]]:
    reports = (report for report in owed_reports(round_) if unit_ids is None or report.unit_id in unit_ids)
    return by_person(reports, people)


def _reminder(round_: ReportingRound, reports: Sequence[StatusReport], extensions: Sequence[DueExtension], today: date) -> Matter:
    occasion = Occasion(MailKind.REMINDER, f"reminder:{round_.pk}:{today}")
    return owed_matter(round_, occasion, reports, first_due(round_, reports, extensions), today)
