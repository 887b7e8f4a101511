"""Sittings: what comes onto the agenda by which choice, decisions, putting off, taking back (issue 3, points 1 and 2)."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Measure, Role
from ratings import meeting_decisions
from ratings import meetings as acts
from ratings.agenda import agenda_choices
from ratings.agreement import Decided, Outdated, Refused, counting_submissions
from ratings.appendix import live_appendix
from ratings.models import AgendaItem, AgendaOrigin, AgendaOutcome, AgreedRating, Meeting, MeetingState, ReportingRound
from ratings.scheme import Grade
from ratings.settled import agreed_for_good, settled_at
from ratings.states import InquiryState, RoundState
from ratings.workflow import Impossible
from tests import factories as make
from tests.ratings.meetings import a_meeting, agree_elsewhere, an_item, decide, take_back, take_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder() -> User:
    return make.member(Role.RECORDER)


@pytest.fixture
def round_() -> ReportingRound:
    """1.1 disputed, 2.1 with an inquiry, 3.1 agreed."""
    return make.filled_round(3)


def numbers(round_: ReportingRound, value: str) -> list[str]:
    appendix = live_appendix(round_)
    choice = next(choice for choice in agenda_choices(round_, appendix) if choice.value == value)
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
    found = {choice.value for choice in agenda_choices(round_, live_appendix(round_)) if measure.key in choice.keys}
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
        lambda: meeting_decisions.undo(meeting.pk, item.pk, user=person),
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
        meeting_decisions.decide(item.pk, decided=Decided(None), version=0, seen=seen, user=recorder)
    item.refresh_from_db()
    assert item.is_open
    assert not AgreedRating.objects.filter(measure=item.measure).exists()


def test_what_is_put_off_comes_up_in_the_next_meeting(round_: ReportingRound, recorder: User) -> None:
    today = a_meeting(round_, recorder)
    later = a_meeting(round_, recorder, in_days=7)
    a_meeting(round_, recorder, in_days=14)
    item = an_item(today, "1.1", recorder)
    assert acts.put_off(item.pk, user=recorder, note=acts.Note("Zahlen fehlen.", acts.note_stamp(item))) == later
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


def test_ending_leaves_what_was_agreed_elsewhere(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item, waiting = an_item(meeting, "1.1", recorder), an_item(meeting, "2.1", recorder)
    agree_elsewhere(item, recorder)
    acts.hold(meeting.pk, user=recorder)
    item.refresh_from_db()
    waiting.refresh_from_db()
    assert (item.outcome, waiting.outcome) == (AgendaOutcome.OPEN, AgendaOutcome.PUT_OFF)
    later = a_meeting(round_, recorder, in_days=7)
    assert [copy.measure for copy in later.items.all()] == [waiting.measure]


def test_taking_an_ended_meeting_up_again_opens_what_its_end_put_off(round_: ReportingRound, recorder: User) -> None:
    meeting, later = a_meeting(round_, recorder), a_meeting(round_, recorder, in_days=7)
    ended, chosen = an_item(meeting, "1.1", recorder), an_item(meeting, "2.1", recorder)
    acts.put_off(chosen.pk, user=recorder)
    acts.hold(meeting.pk, user=recorder)
    assert later.items.count() == 2
    acts.hold(meeting.pk, user=recorder, held=False)
    ended.refresh_from_db()
    chosen.refresh_from_db()
    assert (ended.outcome, chosen.outcome) == (AgendaOutcome.OPEN, AgendaOutcome.PUT_OFF)
    assert [copy.measure for copy in later.items.all()] == [chosen.measure]


@pytest.mark.parametrize("act", [take_up, take_back, decide])
@pytest.mark.parametrize(("note", "left"), [("", 0), ("Zahlen liegen vor.", 1)])
def test_the_copy_goes_when_the_item_is_taken_up_again(
    act: Any, note: str, left: int, round_: ReportingRound, recorder: User
) -> None:
    item, later = an_item(a_meeting(round_, recorder), "1.1", recorder), a_meeting(round_, recorder, in_days=7)
    acts.put_off(item.pk, user=recorder)
    copy = later.items.get()
    if note:
        meeting_decisions.write_note(copy.pk, note=acts.Note(note, acts.note_stamp(copy)), user=recorder)
    act(item, recorder)
    assert later.items.count() == left


def test_what_was_on_the_later_agenda_anyway_stays_there(round_: ReportingRound, recorder: User) -> None:
    item, later = an_item(a_meeting(round_, recorder), "1.1", recorder), a_meeting(round_, recorder, in_days=7)
    an_item(later, "1.1", recorder)
    acts.put_off(item.pk, user=recorder)
    take_up(item, recorder)
    assert later.items.count() == 1


@pytest.mark.parametrize(
    ("origin", "agreed", "newer", "is_settled"),
    [
        (AgendaOrigin.FIELD, "before", False, True),
        (AgendaOrigin.HAND, "before", False, False),
        (AgendaOrigin.ANSWERED, "before", False, False),
        (AgendaOrigin.HAND, "after", False, True),
        (AgendaOrigin.PUT_OFF, "after", False, True),
        (AgendaOrigin.HAND, "after", True, False),
        (AgendaOrigin.HAND, "never", False, False),
    ],
)
def test_when_an_item_was_settled_elsewhere(
    origin: AgendaOrigin, agreed: str, newer: bool, is_settled: bool, round_: ReportingRound, recorder: User
) -> None:
    meeting = a_meeting(round_, recorder)
    measure = Measure.objects.get(concept=round_.concept, goal__number="1")
    item = AgendaItem(meeting=meeting, measure=measure, origin=origin)
    if agreed == "before":
        agree_elsewhere(item, recorder)
    item.added_at = timezone.now()
    item.save()
    if agreed == "after":
        agree_elsewhere(item, recorder)
    if newer:
        make.submission(measure.reports.first())
    for_good = agreed_for_good(round_, live_appendix(round_).rows)
    assert (settled_at(item, measure.key, for_good) is not None) == is_settled
