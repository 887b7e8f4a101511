"""Rückfragen: who asks, answers and settles when, and what happens to what was written (DESIGN.md, sections 2 and 4)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from goals.models import OrgUnit, Role
from ratings import inquiries
from ratings.models import Inquiry, InquiryMessage, ReportingRound, StatusReport
from ratings.states import InquiryState, ReportState, RoundState
from ratings.workflow import Impossible
from tests import factories as make
from tests.conftest import SignedInClient

pytestmark = pytest.mark.django_db

DECIDING = {Role.RECORDER, Role.COORDINATOR}
ASKING = DECIDING | {Role.BOARD}
ANSWERING = {Role.REPORTER, Role.APPROVER, Role.COORDINATOR}
LIVE = {RoundState.OPEN, RoundState.COORDINATING}


@pytest.fixture
def unit() -> OrgUnit:
    return make.unit(name="Volkshochschule", short_name="VHS")


@pytest.fixture
def submitted(unit: OrgUnit) -> StatusReport:
    report = make.report(unit=unit)
    make.submission(report)
    return report


@pytest.fixture
def thread(submitted: StatusReport) -> Inquiry:
    submitted.state, submitted.state_reason = ReportState.RETURNED, "Wie viele?"
    submitted.save()
    return make.inquiry(submitted)


def person_of(role: Role, unit: OrgUnit) -> object:
    return make.member(role, unit=unit if role in Role.in_units() else None)


@pytest.mark.parametrize("role", Role)
def test_who_returns_a_report(role: Role, submitted: StatusReport, unit: OrgUnit) -> None:
    person = person_of(role, unit)
    if role not in DECIDING:
        with pytest.raises(PermissionDenied, match="Protokoll"):
            inquiries.return_with_inquiry(submitted.pk, question="Wie viele?", user=person)
        assert not Inquiry.objects.exists()
        return
    inquiry = inquiries.return_with_inquiry(submitted.pk, question=" Wie viele?\r\nUnd wo? ", user=person)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.state_reason) == (ReportState.RETURNED, "Wie viele?\nUnd wo?")
    assert inquiry.state == InquiryState.OPEN
    message = inquiry.messages.get()
    assert (message.text, message.from_unit, message.author) == ("Wie viele?\nUnd wo?", False, person)
    assert submitted.submissions.counting().exists(), "what was submitted still counts"


@pytest.mark.parametrize("state", [state for state in ReportState if state != ReportState.SUBMITTED])
def test_only_a_submitted_report_is_returned(state: ReportState) -> None:
    report = make.report(state=state)
    with pytest.raises(Impossible):
        inquiries.return_with_inquiry(report.pk, question="Wie viele?", user=make.member(Role.RECORDER))
    report.refresh_from_db()
    assert report.state == state
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("question", ["", "  \n", "\x00"])
def test_no_return_without_a_question(question: str, submitted: StatusReport) -> None:
    with pytest.raises(Impossible):
        inquiries.return_with_inquiry(submitted.pk, question=question, user=make.member(Role.RECORDER))
    submitted.refresh_from_db()
    assert submitted.state == ReportState.SUBMITTED


@pytest.mark.parametrize("role", Role)
def test_who_answers(role: Role, thread: Inquiry, unit: OrgUnit) -> None:
    person = person_of(role, unit)
    if role not in ANSWERING:
        with pytest.raises(PermissionDenied, match="Volkshochschule"):
            inquiries.answer(thread.pk, text="96", user=person)
        assert thread.messages.count() == 1
        return
    assert inquiries.answer(thread.pk, text="96", user=person).state == InquiryState.ANSWERED
    assert thread.messages.filter(from_unit=True, text="96").exists()


def test_another_unit_does_not_answer(thread: Inquiry) -> None:
    with pytest.raises(PermissionDenied):
        inquiries.answer(thread.pk, text="96", user=make.member(Role.REPORTER))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", ["ask_again", "settle"])
def test_who_asks_again_and_settles(act: str, role: Role, thread: Inquiry, unit: OrgUnit) -> None:
    text = {"text": "Und wo?"} if act == "ask_again" else {}
    person = person_of(role, unit)
    if role not in (ASKING if act == "ask_again" else DECIDING):
        with pytest.raises(PermissionDenied):
            getattr(inquiries, act)(thread.pk, user=person, **text)
        thread.refresh_from_db()
        assert thread.state == InquiryState.OPEN
        return
    done = getattr(inquiries, act)(thread.pk, user=person, **text)
    assert done.state == (InquiryState.OPEN if act == "ask_again" else InquiryState.DONE)


def test_a_thread_from_question_to_the_end(thread: Inquiry, unit: OrgUnit) -> None:
    recorder, reporter = make.member(Role.RECORDER), make.member(Role.REPORTER, unit=unit)
    inquiries.answer(thread.pk, text="96", user=reporter)
    assert inquiries.ask_again(thread.pk, text="Und wo?", user=recorder).state == InquiryState.OPEN
    inquiries.answer(thread.pk, text="In Melle.", user=reporter)
    inquiries.settle(thread.pk, user=recorder)
    thread.refresh_from_db()
    assert thread.state == InquiryState.DONE
    assert [(message.from_unit, message.text) for message in thread.messages.all()] == [
        (False, "Wie viele Personen waren es?"),
        (True, "96"),
        (False, "Und wo?"),
        (True, "In Melle."),
    ]
    with pytest.raises(Impossible, match="erledigt"):
        inquiries.answer(thread.pk, text="Noch etwas.", user=reporter)
    with pytest.raises(PermissionDenied, match="erledigt"):
        inquiries.ask_again(thread.pk, text="Noch etwas?", user=recorder)
    assert InquiryMessage.objects.count() == 4


@pytest.mark.parametrize("state", RoundState)
def test_only_while_the_round_runs(state: RoundState, thread: Inquiry, unit: OrgUnit) -> None:
    ReportingRound.objects.update(state=state)
    reporter, recorder = make.member(Role.REPORTER, unit=unit), make.member(Role.RECORDER)
    if state in LIVE:
        inquiries.answer(thread.pk, text="96", user=reporter)
        inquiries.settle(thread.pk, user=recorder)
        return
    with pytest.raises(PermissionDenied, match="Evaluationsleitung"):
        inquiries.answer(thread.pk, text="96", user=reporter)
    with pytest.raises(PermissionDenied, match="Evaluationsleitung"):
        inquiries.settle(thread.pk, user=recorder)
    assert thread.messages.count() == 1


# The page


def post(client: SignedInClient, thread: Inquiry, **data: str) -> Any:
    return client.post(reverse("ratings:inquiry", args=[thread.pk]), data)


def test_the_unit_answers_on_the_page(client_as: Callable[..., SignedInClient], thread: Inquiry, unit: OrgUnit) -> None:
    client = client_as(Role.REPORTER, unit)
    address = reverse("ratings:measure", args=[thread.report.round.concept.slug, thread.report.measure.number])
    assert f'action="/rueckfragen/{thread.pk}/"' in client.get(address).content.decode()
    response = post(client, thread, action="answer", text="Es sind 96.", zurueck="stand=inquiry")
    query = f"?runde={thread.report.round.slug}&zurueck=stand%3Dinquiry#frage-{thread.pk}"
    assert (response.status_code, response.url) == (302, f"{address}{query}")
    assert "Es sind 96." in client.get(response.url).content.decode()


def test_back_to_where_it_was_written(client_as: Callable[..., SignedInClient], thread: Inquiry, unit: OrgUnit) -> None:
    client = client_as(Role.REPORTER, unit)
    assert post(client, thread, action="answer", text="96", next="/berichte/1/").url == "/berichte/1/"
    assert post(client, thread, action="answer", text="96", next="https://example.org/").url.startswith("/konzepte/")


def test_the_recorder_asks_again_and_settles(recorder: SignedInClient, thread: Inquiry) -> None:
    post(recorder, thread, action="ask", text="Und wo?")
    assert thread.messages.filter(from_unit=False, text="Und wo?").exists()
    post(recorder, thread, action="settle")
    thread.refresh_from_db()
    assert thread.state == InquiryState.DONE


def test_an_answer_that_comes_too_late_is_shown_again(
    client_as: Callable[..., SignedInClient], thread: Inquiry, unit: OrgUnit
) -> None:
    client = client_as(Role.REPORTER, unit)
    Inquiry.objects.update(state=InquiryState.DONE)
    response = post(client, thread, action="answer", text="Mein langer Text")
    assert response.status_code == 422
    page = response.content.decode()
    assert "schon erledigt" in page
    assert "Mein langer Text" in page
    assert thread.messages.count() == 1


def test_an_empty_answer_is_said_beside_the_field(
    client_as: Callable[..., SignedInClient], thread: Inquiry, unit: OrgUnit
) -> None:
    response = post(client_as(Role.REPORTER, unit), thread, action="answer", text=" ")
    assert response.status_code == 422
    assert f'href="#antwort-{thread.pk}"' in response.content.decode()


@pytest.mark.parametrize(
    ("role", "action", "status"),
    [
        (Role.BOARD, "answer", 403),
        (Role.BOARD, "settle", 403),
        (Role.REPORTER, "answer", 403),
        (Role.REPORTER, "ask", 403),
        (Role.READER, "answer", 404),
        (None, "answer", 404),
    ],
)
def test_who_has_no_right(
    role: Role | None, action: str, status: int, client_as: Callable[..., SignedInClient], thread: Inquiry
) -> None:
    response = post(client_as(role), thread, action=action, text="x")
    assert response.status_code == status
    thread.refresh_from_db()
    assert (thread.state, thread.messages.count()) == (InquiryState.OPEN, 1)


def test_an_unknown_step_changes_nothing(recorder: SignedInClient, thread: Inquiry) -> None:
    assert post(recorder, thread, action="delete").status_code == 302
    assert recorder.get(reverse("ratings:inquiry", args=[thread.pk])).status_code == 302
    assert recorder.get(reverse("ratings:inquiry", args=[thread.pk + 1])).status_code == 404
    assert thread.messages.count() == 1
