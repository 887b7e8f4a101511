"""Asking without returning, „Antwort bis“, taking up again, and two people at once (issue 3, point 4)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import OrgUnit, Role
from ratings import inquiries, submitting, workflow
from ratings.inquiries import BadDue, Unread
from ratings.mail.matters import matters_of_day
from ratings.models import Inquiry, MailKind, ReportingRound, StatusReport
from ratings.states import InquiryState, ReportState, RoundState
from ratings.workflow import Action, Impossible
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def in_days(days: int) -> date:
    return TODAY() + timedelta(days=days)


@pytest.fixture
def unit() -> OrgUnit:
    return make.unit(name="Volkshochschule", short_name="VHS", slug="vhs")


@pytest.fixture
def submitted(unit: OrgUnit) -> StatusReport:
    report = make.report(unit=unit)
    make.submission(report)
    return report


@pytest.fixture
def member() -> User:
    return make.member(Role.BOARD)


@pytest.fixture
def reporter(unit: OrgUnit) -> User:
    return make.member(Role.REPORTER, unit=unit)


@pytest.mark.parametrize("role", Role)
def test_who_asks(role: Role, submitted: StatusReport, unit: OrgUnit) -> None:
    person = make.member(role, unit=unit if role in Role.in_units() else None)
    if role not in {Role.BOARD, Role.RECORDER, Role.COORDINATOR}:
        with pytest.raises(PermissionDenied, match="Jour fixe"):
            inquiries.ask(submitted.pk, question="Wie viele?", user=person)
        assert not Inquiry.objects.exists()
        return
    inquiry = inquiries.ask(submitted.pk, question=" Wie\u202e viele?\r\n", due_on=in_days(3), user=person)
    submitted.refresh_from_db()
    assert submitted.state == ReportState.SUBMITTED, "asking returns nothing"
    assert (inquiry.state, inquiry.due_on) == (InquiryState.OPEN, in_days(3))
    message = inquiry.messages.get()
    assert (message.text, message.from_unit, message.author) == ("Wie viele?", False, person)


@pytest.mark.parametrize("state", [state for state in ReportState if state != ReportState.SUBMITTED])
def test_only_a_submitted_report_is_asked_about(state: ReportState, member: User) -> None:
    report = make.report(state=state)
    with pytest.raises(Impossible, match="eingereicht"):
        inquiries.ask(report.pk, question="Wie viele?", user=member)
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("state", [RoundState.PREPARING, RoundState.CLOSED])
def test_not_in_a_round_that_does_not_run(state: RoundState, submitted: StatusReport, member: User) -> None:
    ReportingRound.objects.update(state=state)
    with pytest.raises(Impossible, match="Evaluationsleitung"):
        inquiries.ask(submitted.pk, question="Wie viele?", user=member)
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("question", ["", " \n ", "\x00\u202e"])
def test_no_empty_question(question: str, submitted: StatusReport, member: User) -> None:
    with pytest.raises(Impossible, match="klären"):
        inquiries.ask(submitted.pk, question=question, user=member)


@pytest.mark.parametrize("act", ["ask", "return_with_inquiry", "ask_again"])
def test_no_day_in_the_past(act: str, submitted: StatusReport) -> None:
    recorder = make.member(Role.RECORDER)
    pk = make.inquiry(submitted).pk if act == "ask_again" else submitted.pk
    words = {"text": "Wie viele?"} if act == "ask_again" else {"question": "Wie viele?"}
    before = Inquiry.objects.count()
    with pytest.raises(BadDue, match="Vergangenheit"):
        getattr(inquiries, act)(pk, due_on=in_days(-1), user=recorder, **words)
    submitted.refresh_from_db()
    assert (submitted.state, Inquiry.objects.count()) == (ReportState.SUBMITTED, before)
    assert getattr(inquiries, act)(pk, due_on=TODAY(), user=recorder, **words).due_on == TODAY()


@pytest.mark.parametrize(
    ("today", "closes_on", "proposed"),
    [
        ("2026-11-25", None, "2026-12-09"),
        ("2026-11-25", "2027-01-05", "2026-12-09"),
        ("2026-11-25", "2026-11-30", "2026-11-30"),
        ("2026-11-25", "2026-11-25", "2026-11-26"),
        ("2026-11-25", "2026-10-01", "2026-11-26"),
        ("2026-11-28", None, "2026-12-14"),  # a Saturday
        ("2026-11-29", None, "2026-12-14"),  # a Sunday
        ("2026-11-29", "2026-12-13", "2026-12-13"),
    ],
)
def test_the_proposed_day(today: str, closes_on: str | None, proposed: str) -> None:
    round_ = ReportingRound(state=RoundState.OPEN, closes_on=date.fromisoformat(closes_on) if closes_on else None)
    now = datetime.fromisoformat(f"{today} 10:00+01:00")
    assert inquiries.suggested_due(round_, now) == date.fromisoformat(proposed)


@pytest.mark.parametrize(
    ("text", "found"), [("", None), ("  ", None), ("2026-12-04", date(2026, 12, 4)), ("04.12.2026", date(2026, 12, 4))]
)
def test_reading_the_day(text: str, found: date | None) -> None:
    assert inquiries.due_from(text) == found


@pytest.mark.parametrize("text", ["Ende März", "31.02.2026", "9" * 9999, "\u202e2026"])
def test_a_day_that_is_none(text: str) -> None:
    with pytest.raises(BadDue, match="kein Datum") as refusal:
        inquiries.due_from(text)
    assert len(str(refusal.value)) < 160


def test_asking_again_sets_its_own_day(submitted: StatusReport, member: User, reporter: User) -> None:
    inquiry = inquiries.ask(submitted.pk, question="Wie viele?", due_on=in_days(2), user=member)
    inquiries.answer(inquiry.pk, text="96", user=reporter)
    assert inquiries.ask_again(inquiry.pk, text="Und wo?", due_on=in_days(9), user=member).due_on == in_days(9)
    assert inquiries.ask_again(inquiry.pk, text="Und wann?", user=member).due_on is None
    assert list(inquiry.history.order_by("history_id").values_list("state", "due_on")) == [
        ("open", in_days(2)),
        ("answered", in_days(2)),
        ("open", in_days(9)),
        ("open", None),
    ]


# Several at once: nothing is lost


def test_nothing_is_settled_over_an_answer_nobody_read(submitted: StatusReport, reporter: User, member: User) -> None:
    recorder = make.member(Role.RECORDER)
    inquiry = inquiries.ask(submitted.pk, question="Wie viele?", user=member)
    seen = inquiry.messages.get().pk
    inquiries.answer(inquiry.pk, text="96", user=reporter)
    with pytest.raises(Unread, match="Inzwischen"):
        inquiries.settle(inquiry.pk, seen=seen, user=recorder)
    inquiry.refresh_from_db()
    assert inquiry.state == InquiryState.ANSWERED
    newest = inquiry.messages.order_by("pk").last()
    assert newest is not None
    assert inquiries.settle(inquiry.pk, seen=newest.pk, user=recorder).state == InquiryState.DONE


def test_two_answers_and_two_questions_all_stay(submitted: StatusReport, reporter: User, member: User) -> None:
    first = inquiries.ask(submitted.pk, question="Wie viele?", user=member)
    second = inquiries.ask(submitted.pk, question="Und wo?", user=make.member(Role.BOARD))
    inquiries.answer(first.pk, text="96", user=reporter)
    inquiries.answer(first.pk, text="davon 40 in Melle", user=reporter)
    assert first.messages.count() == 3
    second.refresh_from_db()
    assert second.state == InquiryState.OPEN


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("answered", [True, False])
def test_who_takes_up_again(role: Role, answered: bool, submitted: StatusReport, unit: OrgUnit, reporter: User) -> None:
    inquiry = make.inquiry(submitted)
    if answered:
        inquiries.answer(inquiry.pk, text="96", user=reporter)
    inquiries.settle(inquiry.pk, user=make.member(Role.RECORDER))
    person = make.member(role, unit=unit if role in Role.in_units() else None)
    if role not in {Role.RECORDER, Role.COORDINATOR}:
        with pytest.raises(PermissionDenied):
            inquiries.reopen(inquiry.pk, user=person)
        return
    expected = InquiryState.ANSWERED if answered else InquiryState.OPEN
    assert inquiries.reopen(inquiry.pk, user=person).state == expected
    with pytest.raises(PermissionDenied, match="nicht erledigt"):
        inquiries.reopen(inquiry.pk, user=person)


def test_a_report_withdrawn_with_an_open_question_answers_it_when_it_comes_back(
    submitted: StatusReport, member: User, reporter: User
) -> None:
    inquiry = inquiries.ask(submitted.pk, question="Wie viele?", user=member)
    make.draft(submitted, edited_by=reporter)
    StatusReport.objects.filter(pk=submitted.pk).update(state=ReportState.SUBMITTED)
    workflow.apply(submitted.pk, Action.WITHDRAW, user=reporter)
    submitted.draft.answer = "96"
    submitted.draft.save()
    assert submitting.submit(submitted.pk, user=reporter).state == ReportState.SUBMITTED
    inquiry.refresh_from_db()
    assert inquiry.state == InquiryState.ANSWERED
    assert inquiry.messages.filter(from_unit=True, text="96").exists()


# Mail


def test_the_unit_is_told_with_a_link_to_the_thread(submitted: StatusReport, member: User, reporter: User) -> None:
    inquiry = inquiries.ask(submitted.pk, question="Wie viele?", due_on=in_days(3), user=member)
    told = matters_of_day(TODAY())
    matters = [matter for matter in told[reporter] if matter.kind == MailKind.RETURNED]
    assert [matter.title.split(":")[0] for matter in matters] == ["Rückfrage"]
    assert matters[0].links[0] == ("Zur Rückfrage", f"/rueckfragen/{inquiry.pk}/")
    assert f"bis {in_days(3):%d.%m.%Y}" in matters[0].text
    assert member not in told
    assert MailKind.RETURNED not in MailKind.optional()
    inquiries.answer(inquiry.pk, text="96", user=reporter)
    assert not [matter for matter in matters_of_day(TODAY()).get(reporter, []) if matter.kind == MailKind.RETURNED]


# The pages


def page_of(report: StatusReport) -> str:
    return reverse("ratings:measure", args=[report.round.concept.slug, report.measure.number])


def send(client: SignedInClient, report: StatusReport, /, **data: str) -> Any:
    data = {"runde": report.round.slug, "report": str(report.pk), "text": "Wie viele?", "action": "ask"} | data
    return client.post(page_of(report), data)


def test_a_member_asks_on_the_page(client_as: Callable[..., SignedInClient], submitted: StatusReport, unit: OrgUnit) -> None:
    board = client_as(Role.BOARD)
    page = board.get(page_of(submitted)).content.decode()
    assert "Rückfrage stellen" in page
    assert f'value="{inquiries.suggested_due(submitted.round):%Y-%m-%d}"' in page
    for word in ("Mit Rückfrage zurückgeben", "Nur fragen", "Erledigt"):
        assert word not in page
    response = send(board, submitted, due_on=f"{in_days(3):%Y-%m-%d}")
    inquiry = Inquiry.objects.get()
    assert response.url.endswith(f"#frage-{inquiry.pk}")
    page = board.get(response.url).content.decode()
    assert f'id="frage-{inquiry.pk}"' in page
    assert "noch 3 Tage" in page
    assert "Noch einmal fragen" in page
    assert "Erledigt" not in page
    assert str(board.user) not in page.split("<main", 1)[1], "members are not named (rule 9)"


def test_names_of_who_asked_for_the_evaluationsleitung_alone(
    client_as: Callable[..., SignedInClient], submitted: StatusReport, unit: OrgUnit
) -> None:
    asker = make.member(Role.BOARD, user=make.user(first_name="Karin", last_name="Fragt"))
    inquiries.ask(submitted.pk, question="Wie viele?", user=asker)
    seen = {
        role: "Karin Fragt" in client_as(role, unit if role in Role.in_units() else None).get(page_of(submitted)).content.decode()
        for role in (Role.REPORTER, Role.RECORDER, Role.BOARD, Role.COORDINATOR)
    }
    assert seen == {Role.REPORTER: False, Role.RECORDER: False, Role.BOARD: False, Role.COORDINATOR: True}


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        ({"text": " "}, 422, "klären"),
        ({"due_on": "2020-01-01"}, 422, "Vergangenheit"),
        ({"due_on": "Ende März"}, 422, "kein Datum"),
        ({"report": "0"}, 404, ""),
        ({"report": "9" * 30}, 404, ""),
        ({"action": "return"}, 403, ""),
        ({"action": ""}, 403, ""),
    ],
)
def test_broken_input(
    data: dict[str, str], status: int, said: str, client_as: Callable[..., SignedInClient], submitted: StatusReport
) -> None:
    response = send(client_as(Role.BOARD), submitted, **data)
    assert response.status_code == status
    assert said in response.content.decode()
    if status == 422 and "text" not in data:
        assert "Wie viele?" in response.content.decode(), "the text is still there"
    assert not Inquiry.objects.exists()
    submitted.refresh_from_db()
    assert submitted.state == ReportState.SUBMITTED


def test_a_stale_page_keeps_the_question(client_as: Callable[..., SignedInClient], submitted: StatusReport) -> None:
    StatusReport.objects.update(state=ReportState.RETURNED, state_reason="x")
    response = send(client_as(Role.BOARD), submitted, text="Mein langer Text")
    assert response.status_code == 409
    assert "Mein langer Text" in response.content.decode()


def test_the_unit_answers_where_it_reports(
    client_as: Callable[..., SignedInClient], submitted: StatusReport, unit: OrgUnit, member: User
) -> None:
    inquiry = inquiries.ask(submitted.pk, question="Wie viele?", user=member)
    Inquiry.objects.update(due_on=in_days(-2))
    client = client_as(Role.REPORTER, unit)
    for address in ("/", "/berichte/"):
        page = client.get(address).content.decode()
        assert "Wie viele?" in page
        assert "seit 2 Tagen überfällig" in page
        assert "eingereicht." in page
    own = f"/berichte/{submitted.pk}/"
    assert f'action="/rueckfragen/{inquiry.pk}/"' in client.get(own).content.decode()
    data = {"action": "answer", "text": "96", "next": own}
    assert client.post(f"/rueckfragen/{inquiry.pk}/", data)["Location"] == own
    page = client.get(own).content.decode()
    assert "96" in page
    assert f'action="/rueckfragen/{inquiry.pk}/"' not in page
    assert "Wie viele?" not in client.get("/berichte/").content.decode()


def test_an_empty_answer_is_said_on_the_page_where_it_was_written(
    client_as: Callable[..., SignedInClient], submitted: StatusReport, unit: OrgUnit, member: User
) -> None:
    inquiry = inquiries.ask(submitted.pk, question="Wie viele?", user=member)
    client, own = client_as(Role.REPORTER, unit), f"/berichte/{submitted.pk}/"
    address, data = f"/rueckfragen/{inquiry.pk}/", {"action": "answer", "text": " ", "next": own}
    response = client.post(address, data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Dieser Bericht lässt sich gerade nicht ändern" in page, "the page they came from"
    assert f'href="#antwort-{inquiry.pk}"' in page
    assert f'aria-describedby="antwort-{inquiry.pk}_error"' in page
    assert f'name="next" value="{own}"' in page
    inquiries.answer(inquiry.pk, text="96", user=client.user)
    inquiries.settle(inquiry.pk, user=make.member(Role.RECORDER))
    late = client.post(address, data | {"text": "Mein langer Text"})
    assert "Mein langer Text" in late.content.decode(), "where the page offers no answer any more"


def test_an_answer_that_waits_for_approval_is_not_asked_for_again(
    client_as: Callable[..., SignedInClient], submitted: StatusReport, unit: OrgUnit
) -> None:
    client, inquiry = client_as(Role.REPORTER, unit), make.inquiry(submitted)
    StatusReport.objects.update(state=ReportState.AWAITING_APPROVAL)
    draft = make.draft(submitted)
    form = f'action="/rueckfragen/{inquiry.pk}/"'
    assert form in client.get(f"/berichte/{submitted.pk}/").content.decode()
    type(draft).objects.update(answer="Es waren 96.")
    page = client.get(f"/berichte/{submitted.pk}/").content.decode()
    assert form not in page
    assert "Es waren 96." in page


def test_settling_on_a_stale_page_shows_what_came(
    recorder: SignedInClient, submitted: StatusReport, member: User, reporter: User
) -> None:
    inquiry = inquiries.ask(submitted.pk, question="Wie viele?", user=member)
    seen = str(inquiry.messages.get().pk)
    inquiries.answer(inquiry.pk, text="Es waren 96.", user=reporter)
    response = recorder.post(f"/rueckfragen/{inquiry.pk}/", {"action": "settle", "seen": seen})
    assert response.status_code == 422
    for words in ("Inzwischen", "Es waren 96."):
        assert words in response.content.decode()
    newest = str(inquiry.messages.order_by("pk").last().pk)  # type: ignore[union-attr]
    assert recorder.post(f"/rueckfragen/{inquiry.pk}/", {"action": "settle", "seen": newest}).status_code == 302
    assert "Wieder aufnehmen" in recorder.get(page_of(submitted)).content.decode()
    recorder.post(f"/rueckfragen/{inquiry.pk}/", {"action": "reopen"})
    inquiry.refresh_from_db()
    assert inquiry.state == InquiryState.ANSWERED


def test_queries_do_not_grow_with_threads_and_posts(
    client_as: Callable[..., SignedInClient],
    submitted: StatusReport,
    unit: OrgUnit,
    member: User,
    reporter: User,
    assert_query_count: QueryCounts,
) -> None:
    board, client = client_as(Role.BOARD), client_as(Role.REPORTER, unit)
    for number in (1, 5):
        for _ in range(number):
            inquiry = inquiries.ask(submitted.pk, question="Wie viele?", user=member)
            inquiries.answer(inquiry.pk, text="96", user=reporter)
            inquiries.ask_again(inquiry.pk, text="Und wo?", user=member)
        assert_query_count("measure, questions", board, page_of(submitted))
        assert_query_count("report, questions", client, f"/berichte/{submitted.pk}/")
        assert_query_count("my reports, questions", client, "/berichte/")
