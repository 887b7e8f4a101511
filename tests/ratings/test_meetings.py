"""Sittings: what comes onto the agenda by which choice, decisions, putting off, taking back (issue 3, points 1 and 2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Measure, Role
from ratings import meetings as acts
from ratings.agreement import Decided, Outdated, Refused, agree, counting_submissions
from ratings.appendix import live_appendix
from ratings.models import AgendaItem, AgendaOrigin, AgendaOutcome, AgreedRating, Meeting, MeetingState, ReportingRound
from ratings.scheme import Grade, Marker
from ratings.states import InquiryState, RoundState
from ratings.workflow import Impossible
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder() -> User:
    return make.member(Role.RECORDER)


@pytest.fixture
def round_() -> ReportingRound:
    """1.1 disputed, 2.1 with an inquiry, 3.1 agreed."""
    return make.filled_round(3)


def a_meeting(round_: ReportingRound, user: User, *, in_days: int = 0) -> Meeting:
    return acts.save(Meeting(round=round_, on=timezone.localdate() + timedelta(days=in_days)), user=user)


def an_item(meeting: Meeting, number: str, user: User) -> AgendaItem:
    goal, _, position = number.rpartition(".")
    measure = Measure.objects.get(concept=meeting.round.concept, goal__number=goal, position=position)
    acts.add(meeting.pk, [measure.key], AgendaOrigin.HAND, user=user)
    return meeting.items.get(measure=measure)


def decide(item: AgendaItem, user: User, grade: Grade = Grade.MEDIUM, *, version: int = 0) -> AgreedRating:
    seen = [submission.pk for submission in counting_submissions(item.meeting.round, item.measure)]
    decided = Decided(grade, reason="Zwischen beiden.")
    return acts.decide(item.pk, decided=decided, version=version, seen=seen, user=user)


def numbers(round_: ReportingRound, value: str) -> list[str]:
    appendix = live_appendix(round_)
    choice = next(choice for choice in acts.agenda_choices(round_, appendix) if choice.value == value)
    return [row.number for row in appendix.rows if row.key in choice.keys]


def disputed(measure: Measure, round_: ReportingRound) -> None:
    make.submission(make.report(measure, round=round_), grade=Grade.HIGH)
    make.submission(make.report(measure, round=round_), grade=Grade.LOW)


def unclear(measure: Measure, round_: ReportingRound) -> None:
    make.submission(make.report(measure, round=round_), grade=Grade.UNCLEAR)


def answered(measure: Measure, round_: ReportingRound) -> None:
    make.inquiry(make.report(measure, round=round_), state=InquiryState.ANSWERED)


def only_asked(measure: Measure, round_: ReportingRound) -> None:
    make.inquiry(make.report(measure, round=round_))


def earlier(measure: Measure, grade: Grade | None) -> None:
    before = make.round(measure.concept, state=RoundState.CLOSED, opens_on="2020-01-01", due_on="2020-02-01", closes_on=None)
    make.agreed_rating(measure, round=before, grade=grade)


def changed(measure: Measure, round_: ReportingRound) -> None:
    earlier(measure, Grade.LOW)
    make.submission(make.report(measure, round=round_), grade=Grade.HIGH)


def unchanged(measure: Measure, round_: ReportingRound) -> None:
    earlier(measure, Grade.HIGH)
    make.submission(make.report(measure, round=round_), grade=Grade.HIGH)


def unrated_before(measure: Measure, round_: ReportingRound) -> None:
    earlier(measure, None)
    make.submission(make.report(measure, round=round_), grade=Grade.HIGH)


def changed_from_predecessor(measure: Measure, round_: ReportingRound) -> None:
    former = make.measure("1.1", concept=make.concept())
    earlier(former, Grade.LOW)
    measure.predecessors.add(former)
    make.submission(make.report(measure, round=round_), grade=Grade.HIGH)


def continued(measure: Measure, round_: ReportingRound) -> None:
    make.submission(make.report(measure, round=round_), continuation=True)


def agreed_to_continue(measure: Measure, round_: ReportingRound) -> None:
    make.agreed_rating(measure, round=round_, continuation=True)


def nothing(measure: Measure, round_: ReportingRound) -> None:
    make.report(measure, round=round_)


@pytest.mark.parametrize(
    ("happened", "choices"),
    [
        (disputed, {"disputed"}),
        (unclear, {"unclear"}),
        (answered, {"answered"}),
        (only_asked, set()),
        (changed, {"changed"}),
        (unchanged, set()),
        (unrated_before, set()),
        (changed_from_predecessor, {"changed"}),
        (continued, {"continue"}),
        (agreed_to_continue, {"continue"}),
        (nothing, set()),
    ],
)
def test_what_each_choice_takes(happened: Any, choices: set[str]) -> None:
    concept = make.concept()
    measure = make.measure("7.1", concept=concept)
    round_ = make.round(concept)
    happened(measure, round_)
    found = {choice.value for choice in acts.agenda_choices(round_, live_appendix(round_)) if measure.key in choice.keys}
    assert found == choices | {"feld-1"}


def test_choices_of_a_handlungsfeld(round_: ReportingRound) -> None:
    other = make.measure(goal=make.goal("90", challenge=make.challenge(make.action_field(round_.concept))))
    assert numbers(round_, "feld-1") == ["1.1", "2.1", "3.1"]
    assert numbers(round_, "feld-2") == [other.number]


def test_the_agenda_has_the_order_of_the_konzept_and_nothing_twice(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    an_item(meeting, "3.1", recorder)
    keys = [row.key for row in live_appendix(round_).rows]
    assert acts.add(meeting.pk, keys, AgendaOrigin.FIELD, user=recorder) == 2
    assert acts.add(meeting.pk, keys, AgendaOrigin.FIELD, user=recorder) == 0
    items = list(meeting.items.in_order())
    assert [item.measure.number for item in items] == ["1.1", "2.1", "3.1"]
    assert [item.origin for item in items] == ["field", "field", "hand"]


@pytest.mark.parametrize("role", [Role.BOARD, Role.REPORTER, Role.READER])
def test_only_the_recorder_and_the_coordinator_hold_meetings(role: Role, round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    person = make.member(role)
    for act in (
        lambda: a_meeting(round_, person),
        lambda: acts.add(meeting.pk, [], AgendaOrigin.HAND, user=person),
        lambda: acts.remove(item.pk, user=person),
        lambda: acts.put_off(item.pk, user=person),
        lambda: decide(item, person),
        lambda: acts.undo(meeting.pk, item.pk, user=person),
        lambda: acts.hold(meeting.pk, user=person),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert meeting.items.count() == 1


@pytest.mark.parametrize("state", [RoundState.PREPARING, RoundState.CLOSED])
def test_no_meeting_in_a_round_that_is_not_running(state: RoundState, recorder: User) -> None:
    with pytest.raises(Impossible, match="abgeschlossen|Vorbereitung"):
        a_meeting(make.round(state=state), recorder)
    assert not Meeting.objects.exists()


def test_deciding_marks_the_item(round_: ReportingRound, recorder: User) -> None:
    item = an_item(a_meeting(round_, recorder), "1.1", recorder)
    rating = decide(item, recorder)
    item.refresh_from_db()
    assert (item.outcome, item.decided_at) == (AgendaOutcome.AGREED, rating.agreed_at)
    with pytest.raises(Outdated):
        decide(item, recorder, Grade.LOW)
    with pytest.raises(Impossible, match="abgestimmt"):
        acts.put_off(item.pk, user=recorder)
    with pytest.raises(Impossible, match="abgestimmt"):
        acts.remove(item.pk, user=recorder)


def test_a_refused_decision_leaves_the_item_open(round_: ReportingRound, recorder: User) -> None:
    item = an_item(a_meeting(round_, recorder), "1.1", recorder)
    seen = [submission.pk for submission in counting_submissions(round_, item.measure)]
    with pytest.raises(Refused):
        acts.decide(item.pk, decided=Decided(None), version=0, seen=seen, user=recorder)
    item.refresh_from_db()
    assert item.is_open
    assert not AgreedRating.objects.filter(measure=item.measure).exists()


def test_what_is_put_off_comes_up_in_the_next_meeting(round_: ReportingRound, recorder: User) -> None:
    today = a_meeting(round_, recorder)
    later = a_meeting(round_, recorder, in_days=7)
    a_meeting(round_, recorder, in_days=14)
    item = an_item(today, "1.1", recorder)
    assert acts.put_off(item.pk, user=recorder, note="Zahlen fehlen.") == later
    item.refresh_from_db()
    assert (item.outcome, item.note) == (AgendaOutcome.PUT_OFF, "Zahlen fehlen.")
    assert later.items.get().is_open
    acts.put_off(item.pk, user=recorder)
    assert later.items.count() == 1


def test_what_is_put_off_waits_for_a_meeting(round_: ReportingRound, recorder: User) -> None:
    today = a_meeting(round_, recorder)
    put_off, done = an_item(today, "1.1", recorder), an_item(today, "2.1", recorder)
    assert acts.put_off(put_off.pk, user=recorder) is None
    decide(done, recorder)
    later = a_meeting(round_, recorder, in_days=7)
    assert [item.measure for item in later.items.all()] == [put_off.measure]
    decide(later.items.get(), recorder)
    assert a_meeting(round_, recorder, in_days=14).items.count() == 0


def test_ending_a_meeting_puts_off_what_is_open(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    assert acts.hold(meeting.pk, user=recorder).state == MeetingState.HELD
    item.refresh_from_db()
    assert item.outcome == AgendaOutcome.PUT_OFF
    with pytest.raises(Impossible, match="beendet"):
        decide(item, recorder)
    acts.hold(meeting.pk, user=recorder, held=False)
    decide(item, recorder)


def test_taking_back_a_first_decision(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    decide(item, recorder)
    acts.undo(meeting.pk, item.pk, user=recorder)
    item.refresh_from_db()
    assert (item.outcome, item.decided_at) == (AgendaOutcome.OPEN, None)
    assert not AgreedRating.objects.filter(measure=item.measure).exists()
    kept = AgreedRating.history.filter(measure=item.measure)
    assert [entry.history_type for entry in kept.order_by("history_id")] == ["~", "-"]
    assert kept.first().history_user == recorder
    with pytest.raises(Outdated):
        acts.undo(meeting.pk, item.pk, user=recorder)


def test_a_page_that_shows_a_decision_taken_back_overwrites_nothing(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    stale = decide(item, recorder).version
    acts.undo(meeting.pk, item.pk, user=recorder)
    assert decide(item, recorder, Grade.HIGH).version == stale + 1
    with pytest.raises(Outdated):
        decide(item, recorder, Grade.LOW, version=stale)


def test_taking_back_restores_what_stood_before(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    seen = [submission.pk for submission in counting_submissions(round_, item.measure)]
    other = make.member(Role.COORDINATOR)
    before = Decided(Grade.LOW, {Marker.ROUTINE: True}, "Vorher so.", "Bemerkung")
    agree(round_id=round_.pk, measure=item.measure, decided=before, version=0, seen=seen, user=other)
    decide(item, recorder, Grade.HIGH, version=1)
    acts.undo(meeting.pk, item.pk, user=recorder)
    rating = AgreedRating.objects.get(measure=item.measure)
    assert (rating.grade, rating.routine, rating.reason, rating.remark) == ("gering", True, "Vorher so.", "Bemerkung")
    assert (rating.version, rating.agreed_by) == (3, other)
    assert set(rating.basis.values_list("pk", flat=True)) == set(seen)
    assert rating.history.first().history_change_reason == "Entscheidung zurückgenommen"


def test_only_the_last_decision_can_be_taken_back(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    first, second = an_item(meeting, "1.1", recorder), an_item(meeting, "2.1", recorder)
    decide(first, recorder)
    decide(second, recorder)
    with pytest.raises(Outdated):
        acts.undo(meeting.pk, first.pk, user=recorder)
    acts.undo(meeting.pk, second.pk, user=recorder)
    acts.undo(meeting.pk, first.pk, user=recorder)
    assert not AgreedRating.objects.filter(measure__in=[first.measure, second.measure]).exists()


def test_nothing_is_taken_back_after_a_change(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    decide(item, recorder)
    make.submission(item.measure.reports.first())
    with pytest.raises(Outdated, match="neu eingereicht"):
        acts.undo(meeting.pk, item.pk, user=recorder)
    assert AgreedRating.objects.filter(measure=item.measure).exists()


def test_nothing_is_taken_back_that_was_agreed_anew_elsewhere(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    decide(item, recorder)
    seen = [submission.pk for submission in counting_submissions(round_, item.measure)]
    agree(round_id=round_.pk, measure=item.measure, decided=Decided(Grade.LOW), version=1, seen=seen, user=recorder)
    with pytest.raises(Outdated, match="anderer Stelle"):
        acts.undo(meeting.pk, item.pk, user=recorder)
    assert AgreedRating.objects.get(measure=item.measure).grade == Grade.LOW
