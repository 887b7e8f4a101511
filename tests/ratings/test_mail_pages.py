"""Pages of the outbox, of the wishes and of the reminders."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from goals.models import Role
from ratings.mail.sending import send_waiting
from ratings.models import MailItem, MailKind, MailPreference, MailState, OutgoingMail, ReportingRound, StatusReport
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.ratings.mails import mail

pytestmark = pytest.mark.django_db


def owing(number: int = 1, **fields: Any) -> list[StatusReport]:
    """Reports that are owed in one round, each by a unit of its own with a reporter."""
    round_ = make.round(**fields)
    reports = [make.report(round=round_) for _ in range(number)]
    for report in reports:
        make.member(Role.REPORTER, unit=report.unit)
    return reports


def remind(client: Any, round_: ReportingRound, **data: Any) -> Any:
    """Press the button under the preview as it stands now."""
    url = reverse("ratings:remind", args=[round_.slug])
    seen = client.get(url).context["fingerprint"]
    return client.post(url, {"vorschau": seen} | data, follow=True)


def test_failed_and_uncertain_stand_on_top_with_the_reason_and_are_sent_again_by_hand(coordinator: Any) -> None:
    uncertain = mail(state=MailState.UNCERTAIN, last_error="Die Verbindung brach ab.", subject="Ungewisse Mail")
    mail(subject="Andere Mail", text="Streng geheim")
    stuck = mail(state=MailState.SENDING, claimed_until=timezone.now() - timedelta(minutes=1), subject="Hängende Mail")
    page = coordinator.get(reverse("ratings:mails")).content.decode()
    assert page.index("Ungewisse Mail") < page.index("Andere Mail")
    assert "Die Verbindung brach ab." in page
    assert "Hängende Mail" in page
    assert "Streng geheim" not in page
    assert page.count("erneut senden") == 2, "one button, and a note at the stuck one"
    answer = coordinator.post(reverse("ratings:mail_resend", args=[uncertain.pk]), follow=True).content.decode()
    assert "noch einmal gesendet" in answer
    uncertain.refresh_from_db()
    assert (uncertain.state, uncertain.resent_by) == (MailState.WAITING, coordinator.user)
    answer = coordinator.post(reverse("ratings:mail_resend", args=[stuck.pk]), follow=True).content.decode()
    assert "gescheitert oder ungewiss" in answer
    assert send_waiting().sent == 2


def test_the_list_is_filtered_by_state_and_survives_nonsense(coordinator: Any) -> None:
    mail(subject="Wartende Mail")
    mail(subject="Gesendete Mail", state=MailState.SENT, sent_at=timezone.now())
    url = reverse("ratings:mails")
    sent = coordinator.get(url, {"stand": "sent"}).content.decode()
    assert "Gesendete Mail" in sent
    assert "Wartende Mail" not in sent
    assert "Wartende Mail" in coordinator.get(url, {"stand": "quatsch", "seite": "-9"}).content.decode()


def test_the_evaluationsleitung_of_one_konzept_sees_its_mails_only(client_as: Any) -> None:
    own, foreign = make.round(), make.round()
    for round_, subject in ((own, "Eigene Mail"), (foreign, "Fremde Mail")):
        item = mail(subject=subject, state=MailState.FAILED)
        MailItem.objects.create(mail=item, recipient=item.recipient, round=round_, kind="opened", key="k", title="t", text="t")
    client = client_as(Role.COORDINATOR, concept=own.concept)
    page = client.get(reverse("ratings:mails")).content.decode()
    assert "Eigene Mail" in page
    assert "Fremde Mail" not in page
    hidden = OutgoingMail.objects.get(subject="Fremde Mail")
    assert client.post(reverse("ratings:mail_resend", args=[hidden.pk])).status_code == 404
    hidden.refresh_from_db()
    assert hidden.state == MailState.FAILED


@pytest.mark.parametrize("role", [Role.REPORTER, Role.RECORDER, Role.READER])
def test_others_neither_see_nor_send_nor_remind(client_as: Any, role: Role) -> None:
    client = client_as(role)
    failed, report = mail(state=MailState.FAILED), owing()[0]
    assert client.get(reverse("ratings:mails")).status_code == 403
    assert client.post(reverse("ratings:mail_resend", args=[failed.pk])).status_code == 403
    remind = reverse("ratings:remind", args=[report.round.slug])
    assert client.post(remind, {"unit": [report.unit_id]}).status_code in (403, 404)
    assert OutgoingMail.objects.get().state == MailState.FAILED


def test_a_person_switches_kinds_off_and_on_again(reporter: Any) -> None:
    url = reverse("ratings:mail_preferences")
    assert url in reporter.get(reverse("start")).content.decode(), "the user menu leads there"
    reporter.post(url, {"kind": ["deadline", "returned", "nonsense"]})
    wanted = set(MailPreference.objects.filter(user=reporter.user, wanted=True).values_list("kind", flat=True))
    assert wanted == {"deadline"}
    assert not MailPreference.objects.filter(kind=MailKind.RETURNED).exists()
    page = reporter.get(url).content.decode()
    assert page.count(" checked") == 2
    assert "lässt sich nicht abschalten" in page
    reporter.post(url, {"kind": [kind.value for kind in MailKind]})
    assert not MailPreference.objects.filter(wanted=False).exists()


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.REPORTER, set(MailKind)),
        (Role.APPROVER, set(MailKind)),
        (Role.COORDINATOR, {MailKind.FINISHED}),
        (Role.RECORDER, set()),
        (Role.BOARD, set()),
        (Role.READER, set()),
    ],
)
def test_only_what_a_person_can_be_told_is_offered(client_as: Any, role: Role, offered: set[MailKind]) -> None:
    client, url = client_as(role), reverse("ratings:mail_preferences")
    page = client.get(url).content.decode()
    assert {kind for kind in MailKind if f'id="id_kind_{kind.value}"' in page} == offered
    assert ("An Sie schreibt das Portal nicht" in page) is not offered
    assert (f'href="{url}"' in client.get("/").content.decode()) is bool(offered)
    client.post(url, {"kind": []})
    assert set(MailPreference.objects.filter(user=client.user).values_list("kind", flat=True)) == {
        kind.value for kind in offered - {MailKind.RETURNED}
    }


def test_the_preview_shows_who_is_reminded_of_what_and_writes_nothing(coordinator: Any) -> None:
    report, silent = owing(2)
    MailPreference.objects.create(user=silent.unit.memberships.get().user, kind=MailKind.REMINDER, wanted=False)
    outside = make.report(round=report.round, unit=make.unit(is_external=True))
    done = make.report(round=report.round, state=ReportState.SUBMITTED)
    page = coordinator.get(reverse("ratings:remind", args=[report.round.slug])).content.decode()
    assert str(report.unit.memberships.get().user) in page
    assert "hat Erinnerungen abgeschaltet" in page
    assert "anderem Weg" in page
    assert outside.unit.name in page
    assert done.unit.name not in page
    assert "Erinnerung: " in page
    assert page.count(" checked") == 1
    assert not OutgoingMail.objects.exists()


def test_chosen_units_are_reminded_once_a_day(coordinator: Any) -> None:
    chosen, other = owing(2)
    url = reverse("ratings:remind", args=[chosen.round.slug])
    seen = {"unit": [chosen.unit_id], "vorschau": coordinator.get(url).context["fingerprint"]}
    assert "Die Erinnerung an eine Person" in coordinator.post(url, seen, follow=True).content.decode()
    assert "heute schon in Auftrag gegeben" in coordinator.post(url, seen, follow=True).content.decode(), "a double click"
    assert "Heute erinnert." in coordinator.get(url).content.decode()
    found = OutgoingMail.objects.get()
    assert found.recipient == chosen.unit.memberships.get().user
    assert f"/berichte/{chosen.pk}/" in found.text
    assert str(coordinator.user) not in found.text
    assert send_waiting().sent == 1
    assert coordinator.post(url, seen, follow=True).status_code == 200
    assert OutgoingMail.objects.count() == 1
    page = coordinator.get(url).content.decode()
    assert page.count("Heute erinnert.") == 1, "also when it is sent"
    assert other.unit.name in page


def test_a_reminder_joins_the_mail_that_waits(coordinator: Any) -> None:
    report = owing()[0]
    person = report.unit.memberships.get().user
    waiting = mail(recipient=person)
    remind(coordinator, report.round, unit=[report.unit_id])
    waiting.refresh_from_db()
    assert OutgoingMail.objects.count() == 1
    assert "Erinnerung" in waiting.text


def test_what_is_sent_is_what_was_previewed(coordinator: Any) -> None:
    first, second = owing(2)
    url = reverse("ratings:remind", args=[first.round.slug])
    seen = {"unit": [first.unit_id, second.unit_id], "vorschau": coordinator.get(url).context["fingerprint"]}
    make.member(Role.REPORTER, unit=first.unit)
    answer = coordinator.post(url, seen)
    assert answer.status_code == 422
    assert "gesendet ist nichts" in answer.content.decode()
    assert not OutgoingMail.objects.exists()
    again = {**seen, "vorschau": answer.context["fingerprint"]}
    assert "3 Personen" in coordinator.post(url, again, follow=True).content.decode()


def test_a_reminder_after_the_deadline_says_that_it_is_over(coordinator: Any) -> None:
    (report,) = owing()
    due = timezone.localdate() - timedelta(days=3)
    ReportingRound.objects.filter(pk=report.round_id).update(due_on=due, opens_on=due - timedelta(days=60), closes_on=None)
    page = " ".join(coordinator.get(reverse("ratings:remind", args=[report.round.slug])).content.decode().split())
    assert f"Die Abgabefrist endete am {due:%d.%m.%Y}." in page


def test_a_decision_can_also_be_to_leave_it(coordinator: Any) -> None:
    uncertain = mail(state=MailState.UNCERTAIN)
    url = reverse("ratings:mail_resend", args=[uncertain.pk])
    assert "ist abgelegt" in coordinator.post(url, {"ablegen": "1"}, follow=True).content.decode()
    uncertain.refresh_from_db()
    assert uncertain.state == MailState.DROPPED
    assert "Mail ist „erledigt“" in coordinator.post(url, follow=True).content.decode()
    assert send_waiting().sent == 0


def test_bad_input_of_a_reminder_changes_nothing(coordinator: Any) -> None:
    report = owing()[0]
    url = reverse("ratings:remind", args=[report.round.slug])
    nothing = coordinator.post(url, {})
    assert nothing.status_code == 422
    assert "mindestens eine Einheit" in nothing.content.decode()
    assert coordinator.post(url, {"unit": ["x"]}).status_code == 404
    assert "ging keine Erinnerung" in remind(coordinator, report.round, unit=["999999"]).content.decode()
    closed = make.round(state=RoundState.CLOSED)
    refused = coordinator.post(reverse("ratings:remind", args=[closed.slug]), {"unit": [report.unit_id]}, follow=True)
    assert "abgeschlossen" in refused.content.decode()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("number", [2, 9])
def test_the_pages_need_as_many_queries_for_many_as_for_few(coordinator: Any, assert_query_count: Any, number: int) -> None:
    reports = owing(number)
    for _ in range(number):
        mail(state=MailState.FAILED)
    assert_query_count("mails", coordinator, reverse("ratings:mails"))
    assert_query_count("remind", coordinator, reverse("ratings:remind", args=[reports[0].round.slug]))
    assert_query_count("mail_preferences", coordinator, reverse("ratings:mail_preferences"))


def test_who_is_reminded_today_is_said_and_cannot_be_chosen_again(coordinator: Any) -> None:
    first, second = owing(2)
    person = first.unit.memberships.get().user
    other = make.report(round=first.round)
    make.member(Role.REPORTER, unit=other.unit, user=person)
    remind(coordinator, first.round, unit=[first.unit_id])
    response = coordinator.get(reverse("ratings:remind", args=[first.round.slug]))
    rows = {row.unit: row for row in response.context["units"]}
    assert [rows[one.unit].is_reminded for one in (first, second, other)] == [True, False, False]
    assert [rows[one.unit].reaches for one in (first, second, other)] == [False, True, False]
    page = response.content.decode()
    assert page.count("<b>Heute erinnert.</b>") == 1
    assert "heute schon an eine andere Einheit erinnert" in page
    assert page.count(" checked") == 1
    assert "Heute erinnert: 1 Einheit." in " ".join(page.split())


def test_the_sample_says_whose_mail_it_is(coordinator: Any) -> None:
    (report,) = owing()
    page = " ".join(coordinator.get(reverse("ratings:remind", args=[report.round.slug])).content.decode().split())
    assert f"Als Beispiel die Mail an <b>{report.unit.memberships.get().user}</b>, {report.unit.name}." in page


def test_a_mail_can_be_read(coordinator: Any, client_as: Any) -> None:
    (report,) = owing()
    remind(coordinator, report.round, unit=[report.unit_id])
    found = OutgoingMail.objects.get()
    url = reverse("ratings:mail", args=[found.pk])
    assert f'href="{url}"' in coordinator.get(reverse("ratings:mails")).content.decode()
    assert f"/berichte/{report.pk}/" in coordinator.get(url).content.decode()
    assert client_as(Role.RECORDER).get(url).status_code == 403
    assert client_as(Role.COORDINATOR, concept=make.concept()).get(url).status_code == 404


def test_of_a_mail_about_several_konzepte_one_reads_what_concerns_ones_own(client_as: Any) -> None:
    own, foreign = make.round(), make.round()
    item = mail(text="Eigenes und Fremdes")
    for round_, text in ((own, "Eigenes"), (foreign, "Fremdes")):
        fields = {"kind": MailKind.REMINDER, "key": f"reminder:{round_.pk}", "title": text, "text": text}
        MailItem.objects.create(mail=item, recipient=item.recipient, round=round_, **fields)
    client = client_as(Role.COORDINATOR, concept=own.concept)
    page = client.get(reverse("ratings:mail", args=[item.pk])).content.decode()
    assert "Eigenes" in page
    assert "Fremdes" not in page
    client.post(reverse("ratings:mail_withdraw", args=[item.pk]))
    assert [left.text for left in item.items.all()] == ["Fremdes"]
    item.refresh_from_db()
    assert "Eigenes" not in item.text


def test_a_reminder_that_waits_is_taken_back_and_can_be_written_again(coordinator: Any) -> None:
    (report,) = owing()
    person = report.unit.memberships.get().user
    remind(coordinator, report.round, unit=[report.unit_id])
    url = reverse("ratings:mail_withdraw", args=[OutgoingMail.objects.get().pk])
    assert f"Die Erinnerung an {person} ist zurückgezogen." in coordinator.post(url, follow=True).content.decode()
    assert not OutgoingMail.objects.exists()
    assert report.round.history.first().history_change_reason == f"Erinnerung zurückgezogen: {report.unit.name}"
    assert "Die Erinnerung an eine Person" in remind(coordinator, report.round, unit=[report.unit_id]).content.decode()


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, MailKind.OPENED),
        ({"state": MailState.SENT, "sent_at": timezone.now()}, MailKind.REMINDER),
        ({"state": MailState.CLAIMED, "claimed_until": timezone.now()}, MailKind.REMINDER),
        ({"resent_at": timezone.now()}, MailKind.REMINDER),
    ],
)
def test_nothing_else_is_taken_back(coordinator: Any, fields: dict[str, Any], kind: MailKind) -> None:
    item = mail(**fields)
    MailItem.objects.create(mail=item, recipient=item.recipient, round=make.round(), kind=kind, key="k", title="t", text="t")
    assert "Erinnerung zurückziehen" not in coordinator.get(reverse("ratings:mail", args=[item.pk])).content.decode()
    answer = coordinator.post(reverse("ratings:mail_withdraw", args=[item.pk]), follow=True).content.decode()
    assert "nur, solange sie wartet" in answer
    assert item.items.count() == 1
