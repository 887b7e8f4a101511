"""What was queued is checked once more when it goes out: nobody is asked for what they no longer owe."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Role
from ratings.mail.outbox import prepare_mails, resend
from ratings.mail.sending import send_waiting
from ratings.models import (
    DueExtension,
    MailItem,
    MailKind,
    MailPreference,
    MailState,
    OutgoingMail,
    ReportingRound,
    StatusReport,
    Supplement,
)
from ratings.states import ReportState, RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db


def round_due_in(days_left: int) -> ReportingRound:
    """A round that opened long ago."""
    round_ = make.round()
    due = timezone.localdate() + timedelta(days=days_left)
    ReportingRound.objects.filter(pk=round_.pk).update(due_on=due, opens_on=due - timedelta(days=90), closes_on=None)
    round_.history.all().delete()
    round_.refresh_from_db()
    return round_


def queued(days_left: int = -2, number: int = 1) -> tuple[User, list[StatusReport]]:
    """A reporter whose mail about `number` reports waits."""
    round_, unit = round_due_in(days_left), make.unit()
    reports = [make.report(round=round_, unit=unit) for _ in range(number)]
    person = make.member(Role.REPORTER, unit=unit)
    assert prepare_mails(timezone.localdate()) == 1
    return person, reports


def submitted(person: User, report: StatusReport) -> None:
    StatusReport.objects.filter(pk=report.pk).update(state=ReportState.SUBMITTED)


def dropped(person: User, report: StatusReport) -> None:
    StatusReport.objects.filter(pk=report.pk).update(state=ReportState.DROPPED, state_reason="Warum.")


def closed(person: User, report: StatusReport) -> None:
    ReportingRound.objects.filter(pk=report.round_id).update(state=RoundState.CLOSED)


def extended(person: User, report: StatusReport) -> None:
    longer = timezone.localdate() + timedelta(days=40)
    values: dict[str, Any] = {"reason": "Krank.", "granted_at": timezone.now(), "granted_by": make.user()}
    DueExtension.objects.create(round=report.round, unit=report.unit, due_on=longer, **values)


def switched_off(person: User, report: StatusReport) -> None:
    MailPreference.objects.create(user=person, kind=MailKind.OVERDUE, wanted=False)


def without_role(person: User, report: StatusReport) -> None:
    person.memberships.all().delete()


def left(person: User, report: StatusReport) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


@pytest.mark.parametrize("change", [submitted, dropped, closed, extended, switched_off, without_role, left])
def test_what_is_settled_before_it_goes_out_is_not_sent(change: Callable[[User, StatusReport], None]) -> None:
    person, (report,) = queued()
    change(person, report)
    result = send_waiting()
    assert (result.sent, result.settled) == (0, 1)
    assert sent_mails.outbox == []
    assert not OutgoingMail.objects.exists(), "the person was told nothing, so they can be told later"
    assert not MailItem.objects.exists()


def test_what_is_owed_again_is_told_again() -> None:
    person, (report,) = queued()
    submitted(person, report)
    send_waiting()
    StatusReport.objects.filter(pk=report.pk).update(state=ReportState.DRAFT)
    assert prepare_mails(timezone.localdate()) == 1
    assert send_waiting().sent == 1


def test_what_is_left_is_what_the_mail_says() -> None:
    person, (first, second) = queued(number=2)
    submitted(person, first)
    assert send_waiting().sent == 1
    (sent,) = sent_mails.outbox
    assert f"/berichte/{second.pk}/" in sent.body
    assert f"/berichte/{first.pk}/" not in sent.body
    assert "Für eine Maßnahme steht" in sent.body


def test_it_goes_to_the_present_address() -> None:
    person, _ = queued()
    User.objects.filter(pk=person.pk).update(email="neu@example.org")
    send_waiting()
    assert sent_mails.outbox[0].to == ["neu@example.org"]
    assert OutgoingMail.objects.get().address == "neu@example.org"


def test_without_an_address_it_fails_visibly_and_goes_out_once_there_is_one() -> None:
    person, _ = queued()
    User.objects.filter(pk=person.pk).update(email="")
    assert send_waiting().failed == 1
    found = OutgoingMail.objects.get()
    assert (found.state, "keine E-Mail-Adresse" in found.last_error) == (MailState.FAILED, True)
    User.objects.filter(pk=person.pk).update(email="neu@example.org")
    assert resend(found.pk, user=make.user())
    assert send_waiting().sent == 1


def test_one_that_is_sent_again_by_hand_but_settled_stays_as_such() -> None:
    person, (report,) = queued()
    OutgoingMail.objects.update(state=MailState.UNCERTAIN)
    assert resend(OutgoingMail.objects.get().pk, user=make.user())
    submitted(person, report)
    assert send_waiting().settled == 1
    found = OutgoingMail.objects.get()
    assert (found.state, "erledigt" in found.last_error) == (MailState.DROPPED, True)


def test_after_an_outage_a_mail_says_what_holds_by_then() -> None:
    """It waited since before the deadline; on the day after it, „überschritten“ takes the place of „Abgabe bis“."""
    _, (report,) = queued(days_left=3)
    due = timezone.localdate() - timedelta(days=1)
    ReportingRound.objects.update(due_on=due)
    MailItem.objects.update(key=f"deadline:{report.round_id}:{due}:3")
    OutgoingMail.objects.update(day=due - timedelta(days=3))
    prepare_mails(timezone.localdate())
    assert send_waiting().sent == 1
    (sent,) = sent_mails.outbox
    assert "Abgabefrist überschritten" in sent.subject
    assert "weiterer Hinweis" not in sent.subject
    assert "Abgabe bis" not in sent.body
    assert OutgoingMail.objects.get().day == timezone.localdate()


def test_a_returned_report_is_not_called_overdue() -> None:
    """Submitted in time and returned: the Rücklauf does not count it as overdue either."""
    report = make.report(round=round_due_in(-2))
    make.submission(report)
    StatusReport.objects.filter(pk=report.pk).update(state=ReportState.RETURNED, state_reason="Warum.")
    make.member(Role.REPORTER, unit=report.unit)
    prepare_mails(timezone.localdate())
    text = OutgoingMail.objects.get().text
    assert "Noch zu überarbeiten" in text
    assert "überschritten" not in text
    assert "endete" not in text


@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.RETURNED])
def test_a_nachtrag_tells_nobody_that_the_round_is_closed_again(state: ReportState) -> None:
    """But the unit hears of a report that is returned in it."""
    round_ = make.round(state=RoundState.CLOSED)
    report = make.report(round=round_, state=state)
    make.member(Role.REPORTER, unit=report.unit)
    values: dict[str, Any] = {"round": round_, "reason": "Fehler.", "opened_at": timezone.now()}
    done: dict[str, Any] = {"finished_at": timezone.now(), "snapshot": make.snapshot(round_)}
    Supplement.objects.create(measure=make.measure(concept=round_.concept), **values, **done)
    Supplement.objects.create(measure=report.measure, **values)
    prepare_mails(timezone.localdate())
    told = list(MailItem.objects.values_list("kind", flat=True))
    assert told == (["returned"] if state == ReportState.RETURNED else [])
    assert send_waiting().sent == len(told)
