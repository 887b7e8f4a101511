"""What is answered comes back to the agenda by itself (issue 3, point 4)."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Role
from ratings import agenda, inquiries, meetings, submitting
from ratings.appendix import live_appendix
from ratings.models import AgendaItem, AgendaOrigin, AgendaOutcome, Inquiry, Meeting, MeetingState, StatusReport
from ratings.states import InquiryState, ReportState
from tests import factories as make

pytestmark = pytest.mark.django_db

OPEN, AGREED, PUT_OFF = AgendaOutcome.OPEN, AgendaOutcome.AGREED, AgendaOutcome.PUT_OFF


@pytest.fixture(params=[True, False], ids=["with ratings", "without ratings"])
def inquiry(request: pytest.FixtureRequest) -> Inquiry:
    """An unanswered question at a submitted report."""
    report = make.report(round=make.round(has_ratings=request.param))
    make.submission(report, grade=None)
    return make.inquiry(report)


@pytest.fixture
def recorder() -> User:
    return make.member(Role.RECORDER)


def answer(inquiry: Inquiry) -> None:
    inquiries.answer(inquiry.pk, text="96", user=make.member(Role.REPORTER, unit=inquiry.report.unit))


def a_meeting(inquiry: Inquiry, days: int, **fields: Any) -> Meeting:
    """Straight to the database, as if nothing were waiting."""
    return Meeting.objects.create(round=inquiry.report.round, on=timezone.localdate() + timedelta(days=days), **fields)


def an_item(meeting: Meeting, inquiry: Inquiry, outcome: str) -> AgendaItem:
    decided_at = timezone.now() - timedelta(hours=1) if outcome == AGREED else None
    return AgendaItem.objects.create(
        meeting=meeting, measure=inquiry.report.measure, origin=AgendaOrigin.FIELD, outcome=outcome, decided_at=decided_at
    )


def items(inquiry: Inquiry) -> list[tuple[int, str, str]]:
    """Days from today, origin and outcome of each point."""
    rows = AgendaItem.objects.filter(measure=inquiry.report.measure).order_by("meeting__on", "meeting_id")
    return [((item.meeting.on - timezone.localdate()).days, item.origin, item.outcome) for item in rows.select_related("meeting")]


# Planned meetings by days from today, each with the outcome the Maßnahme has there (None: not on the agenda) → all points after.
CASES: list[tuple[str, dict[int, str | None], list[tuple[int, str, str]]]] = [
    ("today is next", {0: None, 7: None}, [(0, "answered", OPEN)]),
    ("the next by day", {9: None, 3: None}, [(3, "answered", OPEN)]),
    ("yesterday's is over", {-1: None, 3: None}, [(3, "answered", OPEN)]),
    ("only one that nobody has ended", {-9: None, -1: None}, [(-1, "answered", OPEN)]),
    ("it waits there already", {0: OPEN, 7: None}, [(0, "field", OPEN)]),
    ("it waits in a later one", {0: None, 7: OPEN}, [(7, "field", OPEN)]),
    ("decided in that one", {0: AGREED, 7: None}, [(0, "field", AGREED), (7, "answered", OPEN)]),
    ("put off there", {0: PUT_OFF, 7: None}, [(0, "field", PUT_OFF), (7, "answered", OPEN)]),
    ("decided, none after", {0: AGREED}, [(0, "field", AGREED)]),
    ("no meeting", {}, []),
]


@pytest.mark.parametrize(("planned", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_where_an_answer_comes_up(
    planned: dict[int, str | None], after: list[tuple[int, str, str]], inquiry: Inquiry, recorder: User
) -> None:
    for days, outcome in planned.items():
        meeting = a_meeting(inquiry, days)
        if outcome:
            an_item(meeting, inquiry, outcome)
    answer(inquiry)
    assert items(inquiry) == after
    answer(inquiry)
    assert items(inquiry) == after, "once"


def test_by_time_on_the_same_day(inquiry: Inquiry) -> None:
    a_meeting(inquiry, 1, starts_at=time(14))
    morning = a_meeting(inquiry, 1, starts_at=time(9))
    answer(inquiry)
    assert AgendaItem.objects.get().meeting == morning


def test_held_meetings_and_those_of_other_rounds_do_not_count(inquiry: Inquiry) -> None:
    a_meeting(inquiry, 1, state=MeetingState.HELD)
    Meeting.objects.create(round=make.round(), on=timezone.localdate())
    answer(inquiry)
    assert items(inquiry) == []


def test_the_history_names_no_person(inquiry: Inquiry) -> None:
    a_meeting(inquiry, 1)
    answer(inquiry)
    entry = AgendaItem.objects.get().history.get()
    assert entry.history_user is None
    assert "Rückfrage beantwortet" in entry.history_change_reason


def test_resubmitting_with_an_answer_brings_it_back_too(inquiry: Inquiry) -> None:
    reporter = make.member(Role.REPORTER, unit=inquiry.report.unit)
    StatusReport.objects.update(state=ReportState.RETURNED, state_reason="Wie viele?")
    make.draft(inquiry.report, edited_by=reporter, answer="96", grade="hoch" if inquiry.report.round.has_ratings else None)
    StatusReport.objects.update(state=ReportState.RETURNED)
    a_meeting(inquiry, 1)
    submitting.submit(inquiry.report.pk, user=reporter)
    assert items(inquiry) == [(1, "answered", OPEN)]


def test_what_is_asked_again_and_answered_again_comes_back_again(inquiry: Inquiry, recorder: User) -> None:
    first = a_meeting(inquiry, 0)
    answer(inquiry)
    item = AgendaItem.objects.get()
    item.outcome, item.decided_at = AGREED, timezone.now()
    item.save()
    inquiries.ask_again(inquiry.pk, text="Und wo?", user=recorder)
    answer(inquiry)
    assert items(inquiry) == [(0, "answered", AGREED)]
    meetings.save(Meeting(round=first.round, on=timezone.localdate() + timedelta(days=7)), user=recorder)
    assert items(inquiry) == [(0, "answered", AGREED), (7, "answered", OPEN)]


# Without a meeting it waits for the next that is made


def new_meeting(inquiry: Inquiry, recorder: User, days: int) -> Meeting:
    return meetings.save(Meeting(round=inquiry.report.round, on=timezone.localdate() + timedelta(days=days)), user=recorder)


def test_the_next_new_meeting_takes_it(inquiry: Inquiry, recorder: User) -> None:
    answer(inquiry)
    new_meeting(inquiry, recorder, 3)
    assert items(inquiry) == [(3, "answered", OPEN)]
    new_meeting(inquiry, recorder, 5)
    assert items(inquiry) == [(3, "answered", OPEN)], "it waits there already"


def test_a_meeting_written_down_afterwards_does_not_take_it(inquiry: Inquiry, recorder: User) -> None:
    answer(inquiry)
    new_meeting(inquiry, recorder, -3)
    assert items(inquiry) == []


def unanswered(inquiry: Inquiry) -> None:
    Inquiry.objects.update(state=InquiryState.OPEN)


def settled(inquiry: Inquiry) -> None:
    Inquiry.objects.update(state=InquiryState.DONE)


def dropped(inquiry: Inquiry) -> None:
    StatusReport.objects.update(state=ReportState.DROPPED, state_reason="Entfällt.")


def agreed_since(inquiry: Inquiry) -> None:
    make.agreed_rating(inquiry.report.measure, round=inquiry.report.round, agreed_at=timezone.now())


def decided_since(inquiry: Inquiry) -> None:
    item = an_item(a_meeting(inquiry, -1, state=MeetingState.HELD), inquiry, AGREED)
    AgendaItem.objects.filter(pk=item.pk).update(decided_at=timezone.now())


@pytest.mark.parametrize("happened", [unanswered, settled, dropped, agreed_since, decided_since])
def test_what_is_dealt_with_does_not_come(happened: Any, inquiry: Inquiry, recorder: User) -> None:
    answer(inquiry)
    happened(inquiry)
    new_meeting(inquiry, recorder, 3)
    assert not AgendaItem.objects.filter(origin=AgendaOrigin.ANSWERED).exists()


def test_an_answer_after_the_decision_comes(inquiry: Inquiry, recorder: User) -> None:
    make.agreed_rating(inquiry.report.measure, round=inquiry.report.round, agreed_at=timezone.now() - timedelta(hours=1))
    an_item(a_meeting(inquiry, -1, state=MeetingState.HELD), inquiry, AGREED)
    answer(inquiry)
    new_meeting(inquiry, recorder, 3)
    assert items(inquiry) == [(-1, "field", AGREED), (3, "answered", OPEN)]


def test_an_answer_in_a_dropped_report_stays_off(inquiry: Inquiry) -> None:
    a_meeting(inquiry, 1)
    dropped(inquiry)
    answer(inquiry)
    assert items(inquiry) == []


def test_choices_of_a_round_without_ratings() -> None:
    measure = make.measure()
    round_ = make.round(measure.concept, has_ratings=False)
    assert [choice.value for choice in agenda.agenda_choices(round_, live_appendix(round_))] == ["answered", "feld-1"]
