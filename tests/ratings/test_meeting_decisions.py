"""What is decided in a meeting: notes, „besprochen“ without ratings, taking back (issue 3, points 2 and 10)."""

import pytest
from django.core.exceptions import PermissionDenied

from evalportal.accounts.models import User
from goals.models import Role
from ratings import meeting_decisions
from ratings import meetings as acts
from ratings.agreement import Decided, Outdated, agree, counting_submissions
from ratings.models import AgendaItem, AgendaOutcome, AgreedRating, ReportingRound
from ratings.scheme import Grade, Marker
from ratings.workflow import Impossible
from tests import factories as make
from tests.ratings.meetings import a_meeting, an_item, decide, take_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder() -> User:
    return make.member(Role.RECORDER)


@pytest.fixture
def round_() -> ReportingRound:
    """1.1 disputed, 2.1 with an inquiry, 3.1 agreed."""
    return make.filled_round(3)


def test_a_note_is_never_overwritten_unseen(round_: ReportingRound, recorder: User) -> None:
    item = an_item(a_meeting(round_, recorder), "1.1", recorder)
    stale = acts.note_stamp(item)
    meeting_decisions.write_note(item.pk, note=acts.Note(" Zahlen bis März.\r\n", stale), user=recorder)
    seen = [submission.pk for submission in counting_submissions(round_, item.measure)]
    for act in (
        lambda note: meeting_decisions.write_note(item.pk, note=note, user=recorder),
        lambda note: acts.put_off(item.pk, note=note, user=recorder),
        lambda note: meeting_decisions.decide(
            item.pk, decided=Decided(Grade.HIGH), version=0, seen=seen, note=note, user=recorder
        ),
    ):
        with pytest.raises(Outdated, match="Notiz"):
            act(acts.Note("Etwas anderes.", stale))
    item.refresh_from_db()
    assert (item.note, item.outcome) == ("Zahlen bis März.", AgendaOutcome.OPEN)
    assert not AgreedRating.objects.filter(measure=item.measure).exists()
    meeting_decisions.write_note(item.pk, note=acts.Note("Zahlen bis März.", stale), user=recorder)


def test_a_round_without_ratings_notes_and_agrees_nothing(round_: ReportingRound, recorder: User) -> None:
    before = AgreedRating.objects.count()
    rated = an_item(a_meeting(round_, recorder), "1.1", recorder)
    with pytest.raises(Impossible, match="abgestimmt"):
        meeting_decisions.discuss(rated.pk, note=acts.Note("", ""), user=recorder)
    ReportingRound.objects.filter(pk=round_.pk).update(has_ratings=False)
    item = AgendaItem.objects.get(pk=rated.pk)
    with pytest.raises(PermissionDenied, match="ohne Bewertung"):
        decide(item, recorder)
    meeting_decisions.discuss(item.pk, note=acts.Note("Zahlen nachreichen.", acts.note_stamp(item)), user=recorder)
    item.refresh_from_db()
    assert (item.outcome, item.note) == (AgendaOutcome.NOTED, "Zahlen nachreichen.")
    with pytest.raises(Outdated, match="besprochen"):
        meeting_decisions.discuss(item.pk, note=acts.Note("Anders.", acts.note_stamp(item)), user=recorder)
    for refused in (lambda: acts.put_off(item.pk, user=recorder), lambda: acts.remove(item.pk, user=recorder)):
        with pytest.raises(Impossible, match="besprochen"):
            refused()
    take_back(item, recorder)
    item.refresh_from_db()
    assert (item.is_open, item.note) == (True, "Zahlen nachreichen.")
    assert AgreedRating.objects.count() == before


def test_taking_back_a_first_decision(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    decide(item, recorder)
    meeting_decisions.undo(meeting.pk, item.pk, user=recorder)
    item.refresh_from_db()
    assert (item.outcome, item.decided_at) == (AgendaOutcome.OPEN, None)
    assert not AgreedRating.objects.filter(measure=item.measure).exists()
    kept = AgreedRating.history.filter(measure=item.measure)
    assert [entry.history_type for entry in kept.order_by("history_id")] == ["~", "-"]
    assert kept.first().history_user == recorder
    with pytest.raises(Outdated):
        meeting_decisions.undo(meeting.pk, item.pk, user=recorder)


def test_a_page_that_shows_a_decision_taken_back_overwrites_nothing(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    stale = decide(item, recorder).version
    meeting_decisions.undo(meeting.pk, item.pk, user=recorder)
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
    meeting_decisions.undo(meeting.pk, item.pk, user=recorder)
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
        meeting_decisions.undo(meeting.pk, first.pk, user=recorder)
    meeting_decisions.undo(meeting.pk, second.pk, user=recorder)
    meeting_decisions.undo(meeting.pk, first.pk, user=recorder)
    assert not AgreedRating.objects.filter(measure__in=[first.measure, second.measure]).exists()


def test_nothing_is_taken_back_after_a_change(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    decide(item, recorder)
    make.submission(item.measure.reports.first())
    with pytest.raises(Outdated, match="neu eingereicht"):
        meeting_decisions.undo(meeting.pk, item.pk, user=recorder)
    assert AgreedRating.objects.filter(measure=item.measure).exists()


def test_nothing_is_taken_back_that_was_agreed_anew_elsewhere(round_: ReportingRound, recorder: User) -> None:
    meeting = a_meeting(round_, recorder)
    item = an_item(meeting, "1.1", recorder)
    decide(item, recorder)
    seen = [submission.pk for submission in counting_submissions(round_, item.measure)]
    agree(round_id=round_.pk, measure=item.measure, decided=Decided(Grade.LOW), version=1, seen=seen, user=recorder)
    with pytest.raises(Outdated, match="anderer Stelle"):
        meeting_decisions.undo(meeting.pk, item.pk, user=recorder)
    assert AgreedRating.objects.get(measure=item.measure).grade == Grade.LOW
