"""What is put into the outbox: for whom, once, one mail per person and day, by their wishes."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as sent_mails
from django.db import connection
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Deputy, OrgUnit, Role
from ratings.inquiries import ask_again, return_with_inquiry, settle
from ratings.mail.outbox import prepare_mails, put
from ratings.mail.sending import send_waiting
from ratings.models import DueExtension, MailItem, MailKind, MailPreference, MailState, OutgoingMail, ReportingRound, StatusReport
from ratings.rounds import close, digest, gaps
from ratings.states import ReportState, RoundState
from ratings.workflow import Action, apply
from tests import factories as make
from tests.ratings.mails import mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """Midnight does not fall into a test."""
    with time_machine.travel(timezone.localtime().replace(hour=12, minute=0), tick=True):
        yield


def owing(days_left: int = 3, state: ReportState = ReportState.OPEN, **fields: Any) -> tuple[User, StatusReport]:
    """A reporter whose unit owes one report, in a round that opened long ago."""
    with time_machine.travel(timezone.now() - timedelta(days=60)):
        round_ = make.round(**{"concept": make.concept(**fields)})
    due = timezone.localdate() + timedelta(days=days_left)
    ReportingRound.objects.filter(pk=round_.pk).update(due_on=due, opens_on=due - timedelta(days=90), closes_on=None)
    round_.refresh_from_db()
    report = make.report(round=round_, state=state)
    return make.member(Role.REPORTER, unit=report.unit), report


def prepare() -> int:
    return prepare_mails(timezone.localdate())


def kinds(person: User) -> list[str]:
    return sorted(MailItem.objects.filter(recipient=person).values_list("kind", flat=True))


def test_who_owes_is_told_once_with_a_link_to_the_report(settings: Any) -> None:
    settings.BASE_URL = "https://portal.example.org"
    person, report = owing()
    assert prepare() == 1
    found = OutgoingMail.objects.get()
    assert (found.recipient, found.address, found.state) == (person, person.email, MailState.WAITING)
    assert f"https://portal.example.org/berichte/{report.pk}/" in found.text
    assert f'href="https://portal.example.org/berichte/{report.pk}/"' in found.html
    assert f"{report.round.due_on:%d.%m.%Y}" in found.subject
    assert "Beispieldaten" not in found.subject + found.text + found.html
    assert found.message_id.endswith("@portal.example.org>")
    assert prepare() == 0
    assert OutgoingMail.objects.get().message_id == found.message_id


def test_every_day_of_a_round_says_each_thing_once() -> None:
    """Sent every day; on the first day after the deadline everything is in."""
    person, report = owing(days_left=20)
    start = timezone.now()
    for day in range(30):
        with time_machine.travel(start + timedelta(days=day)):
            prepare()
            prepare()
            send_waiting()
    assert kinds(person) == ["deadline"] * 3 + ["overdue"] * 2
    assert len(sent_mails.outbox) == 5
    report.state = ReportState.SUBMITTED
    report.save()
    with time_machine.travel(start + timedelta(days=40)):
        assert prepare() == 0


@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.DROPPED, ReportState.AWAITING_APPROVAL])
def test_who_owes_nothing_is_told_nothing(state: ReportState) -> None:
    owing(state=state)
    other, report = owing()
    make.member(Role.READER)
    make.member(Role.REPORTER)
    make.member(Role.APPROVER, unit=report.unit)
    assert prepare() == 1
    assert OutgoingMail.objects.get().recipient == other


def test_an_approver_owes_the_approval_and_writes_where_nobody_reports() -> None:
    _, waiting = owing(state=ReportState.AWAITING_APPROVAL)
    approver = make.member(Role.APPROVER, unit=waiting.unit)
    _, alone = owing()
    alone.unit.memberships.all().delete()
    writer = make.member(Role.APPROVER, unit=alone.unit)
    prepare()
    assert "Freigabe" in OutgoingMail.objects.get(recipient=approver).text
    assert "Sachstandsbericht" in OutgoingMail.objects.get(recipient=writer).text


def test_subunits_deputies_and_people_who_left() -> None:
    person, report = owing()
    parent = make.unit()
    OrgUnit.objects.filter(pk=report.unit_id).update(parent=parent)
    above = make.member(Role.REPORTER, unit=parent, with_subunits=True)
    make.member(Role.REPORTER, unit=parent)
    make.member(Role.REPORTER, unit=report.unit, user=make.user(is_active=False))
    make.member(Role.REPORTER, unit=report.unit, user=make.user(email=""))
    make.member(Role.REPORTER, unit=report.unit, concept=make.concept())
    deputy, today = make.user(), timezone.localdate()
    Deputy.objects.create(absent=person, deputy=deputy, unit=report.unit, from_on=today, until_on=today)
    prepare()
    assert set(OutgoingMail.objects.values_list("recipient", flat=True)) == {person.pk, above.pk, deputy.pk}


def test_a_digest_of_several_kinds_is_one_mail_the_most_pressing_first() -> None:
    person, report = owing()
    back = make.report(round=report.round, unit=report.unit, state=ReportState.RETURNED)
    _, other = owing(days_left=-2)
    make.member(Role.REPORTER, unit=other.unit, user=person)
    prepare()
    found = OutgoingMail.objects.get(recipient=person)
    assert kinds(person) == ["deadline", "overdue", "returned"]
    assert found.subject.startswith("[Evaluationsportal] Zurückgegeben:")
    assert "und 2 weitere Hinweise" in found.subject
    assert found.text.index(f"/berichte/{back.pk}/") < found.text.index("Abgabefrist überschritten")


def test_what_comes_later_on_a_day_joins_the_waiting_mail_or_waits_for_tomorrow() -> None:
    person, report = owing()
    prepare()
    second = make.report(round=report.round, unit=report.unit, state=ReportState.RETURNED)
    assert prepare() == 1
    assert OutgoingMail.objects.count() == 1
    assert f"/berichte/{second.pk}/" in OutgoingMail.objects.get().text
    assert send_waiting().sent == 1
    third = make.report(round=report.round, unit=report.unit, state=ReportState.RETURNED)
    assert prepare() == 0
    assert send_waiting().sent == 0
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert prepare() == 1
        assert send_waiting().sent == 1
    assert f"/berichte/{third.pk}/" in sent_mails.outbox[-1].body
    assert f"/berichte/{second.pk}/" not in sent_mails.outbox[-1].body
    assert len(sent_mails.outbox) == 2
    assert set(OutgoingMail.objects.values_list("recipient", flat=True)) == {person.pk}


def test_after_an_outage_there_is_still_one_mail_a_day() -> None:
    """What waited since yesterday takes up what is new today."""
    _, report = owing()
    prepare()
    assert "steht Ihr Sachstandsbericht noch aus" in OutgoingMail.objects.get().text
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert prepare() == 1
        send_waiting()
        assert prepare() == 0
    assert len(sent_mails.outbox) == 1
    assert MailItem.objects.get().text.endswith(f"endet heute, am {report.round.due_on:%d.%m.%Y}.")


def test_each_return_and_each_question_is_told_once() -> None:
    person, report = owing(days_left=40)
    make.submission(report)
    recorder = make.member(Role.RECORDER)
    inquiry = return_with_inquiry(report.pk, question="Wie viele Personen waren es?", user=recorder)
    start, days = timezone.now(), iter(range(1, 20))

    def next_day() -> int:
        with time_machine.travel(start + timedelta(days=next(days))):
            prepared = prepare()
            send_waiting()
            return prepared

    assert next_day() == 1
    assert "Wie viele" not in sent_mails.outbox[-1].body
    assert str(recorder) not in sent_mails.outbox[-1].body
    assert next_day() == 0
    ask_again(inquiry.pk, text="Und im Vorjahr?", user=recorder)
    assert next_day() == 1
    settle(inquiry.pk, user=recorder)
    assert next_day() == 0
    StatusReport.objects.filter(pk=report.pk).update(state=ReportState.AWAITING_APPROVAL)
    apply(report.pk, Action.RETURN, user=make.member(Role.APPROVER, unit=report.unit), reason="Bitte kürzen.")
    assert next_day() == 1
    assert kinds(person) == ["returned"] * 3


def test_an_extension_moves_what_a_unit_is_told() -> None:
    """No „überschritten“ for what is not due yet; the own deadline counts."""
    person, report = owing(days_left=-1)
    make.report(round=report.round, unit=report.unit)
    later = timezone.localdate() + timedelta(days=3)
    DueExtension.objects.create(
        round=report.round, unit=report.unit, measure=report.measure, due_on=later, reason="Krankheit", granted_at=timezone.now()
    )
    prepare()
    found = OutgoingMail.objects.get(recipient=person)
    assert kinds(person) == ["deadline", "overdue"]
    assert f"Abgabe bis {later:%d.%m.%Y}" in found.text
    assert "Für eine Maßnahme steht Ihr Sachstandsbericht noch aus" in found.text


def test_opened_and_finished() -> None:
    report = make.report()
    person, leader = make.member(Role.REPORTER, unit=report.unit), make.member(Role.COORDINATOR)
    prepare()
    assert kinds(person) == ["opened"]
    assert kinds(leader) == []
    send_waiting()
    make.agreed_rating(report.measure)
    make.submission(report)
    prepare()
    assert kinds(leader) == ["finished"]
    send_waiting()
    ReportingRound.objects.filter(pk=report.round_id).update(state=RoundState.COORDINATING)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        close(report.round_id, user=leader, confirmed=digest(gaps(report.round)))
        send_waiting()
        prepare()
    assert kinds(person) == ["finished", "opened"]
    assert kinds(leader) == ["finished"]


def test_old_closed_rounds_and_those_in_preparation_are_silent() -> None:
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        report = make.report(round=make.round(state=RoundState.CLOSED))
        make.snapshot(report.round)
        make.member(Role.REPORTER, unit=report.unit)
    make.round(state=RoundState.PREPARING)
    assert prepare() == 0


def test_what_is_switched_off_is_left_out_but_never_a_return() -> None:
    person, report = owing()
    for kind in MailKind.optional():
        MailPreference.objects.create(user=person, kind=kind, wanted=False)
    assert prepare() == 0
    make.report(round=report.round, unit=report.unit, state=ReportState.RETURNED)
    assert prepare() == 1
    assert kinds(person) == ["returned"]


def test_example_data_says_so_and_names_nobody() -> None:
    person, report = owing(is_example=True)
    colleague = make.member(Role.REPORTER, unit=report.unit, user=make.user(first_name="Kim", last_name="Kollegin"))
    prepare()
    for found in OutgoingMail.objects.all():
        assert found.is_example
        for text in (found.subject, found.text, found.html):
            assert "Beispieldaten" in text
            assert str(person) not in text
            assert str(colleague) not in text


def test_titles_are_escaped_in_html_and_kept_to_one_line_in_the_subject() -> None:
    _, report = owing(state=ReportState.RETURNED)
    report.measure.title = "Fest <b>&\nFeier " + "x" * 300
    report.measure.title = report.measure.title[: report.measure._meta.get_field("title").max_length or 240]
    report.measure.save()
    prepare()
    found = OutgoingMail.objects.get()
    assert "<b>" not in found.html
    assert "\n" not in found.subject
    assert len(found.subject) <= 200
    assert "<b>&" in found.text
    assert send_waiting().sent == 1


def test_a_failed_mail_of_today_leaves_new_matters_for_tomorrow() -> None:
    person, _ = owing()
    mail(recipient=person, state=MailState.FAILED)
    assert prepare() == 0
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert prepare() == 1


def test_nothing_to_say_makes_no_mail() -> None:
    assert put(make.user(), [], today=timezone.localdate()).name == "NOTHING_NEW"


@pytest.mark.django_db(transaction=True)
def test_two_that_prepare_at_once_make_one_mail_per_person() -> None:
    for _ in range(4):
        owing()
    problems: list[BaseException] = []
    together = threading.Barrier(2)

    def work() -> None:
        try:
            together.wait(timeout=10)
            prepare()
        except BaseException as problem:  # shown by the test, a thread swallows it
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert problems == []
    assert OutgoingMail.objects.count() == 4
    assert MailItem.objects.count() == 4
