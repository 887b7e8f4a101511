"""Minutes of a meeting: what they say and that nothing later rewrites them; who downloads them (issue 3, point 5)."""

import io
import zipfile
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Measure, Role
from ratings import inquiries, meeting_decisions
from ratings import meetings as acts
from ratings.agreement import Chosen, agree_unanimous, counting_submissions
from ratings.meetings import Note
from ratings.models import Inquiry, ReportingRound
from ratings.scheme import Grade, Marker
from ratings.states import InquiryState
from tests import factories as make
from tests.ratings.minutes_samples import (
    a_meeting,
    agree_outside,
    decide,
    decided,
    entry,
    everything,
    full,
    item_of,
    proposed,
    read,
    written,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder() -> User:
    return make.member(Role.RECORDER, user=make.user(first_name="Petra", last_name="Protokoll"))


@pytest.fixture
def round_() -> ReportingRound:
    return make.round()


@pytest.mark.parametrize(
    ("proposals", "grade", "says"),
    [
        ((Grade.HIGH, Grade.HIGH), Grade.HIGH, "follows"),
        ((Grade.HIGH, None), Grade.HIGH, "follows"),
        ((Grade.HIGH, Grade.HIGH), Grade.LOW, "deviates"),
        ((Grade.HIGH,), None, "deviates"),
        ((Grade.HIGH, Grade.LOW), Grade.LOW, "is_disputed"),
        ((None, Grade.LOW), Grade.LOW, "lacks_lead"),
        ((None, None), Grade.LOW, ""),
        ((), Grade.LOW, ""),
    ],
)
def test_how_a_decision_stands_to_the_proposals(
    proposals: tuple[Grade | None, ...], grade: Grade | None, says: str, round_: ReportingRound, recorder: User
) -> None:
    measure = proposed(round_, "1.1", *proposals)
    meeting = a_meeting(round_, recorder, measure)
    decide(meeting, measure, recorder, decided(grade, "Aus der Sitzung.", markers={Marker.CONTINUE: True}, remark="Im Blick."))
    made = entry(meeting).resolution
    assert made is not None
    assert (made.grade, made.reason, made.remark, made.markers) == (grade, "Aus der Sitzung.", "Im Blick.", (Marker.CONTINUE,))
    assert [(proposal.unit, proposal.grade) for proposal in made.proposals] == [
        (f"E{place + 1}", given) for place, given in enumerate(proposals)
    ]
    assert {name for name in ("follows", "deviates", "is_disputed", "lacks_lead") if getattr(made, name)} == {says} - {""}


def test_a_later_decision_does_not_rewrite_the_minutes(round_: ReportingRound, recorder: User) -> None:
    measure = proposed(round_, "1.1", Grade.HIGH)
    first = a_meeting(round_, recorder, measure)
    decide(first, measure, recorder, decided(Grade.LOW, "Zuerst."))
    acts.hold(first.pk, user=recorder)
    second = a_meeting(round_, recorder, measure, in_days=7)
    make.submission(round_.reports.get(measure=measure), grade=Grade.MEDIUM)
    decide(second, measure, recorder, decided(Grade.UNCLEAR, "Danach."))
    agree_outside(round_, measure, recorder, decided(Grade.HIGH, "Zuletzt."))
    found = [entry(meeting).resolution for meeting in (first, second)]
    assert [(made.grade, made.reason, made.proposed) for made in found if made] == [
        (Grade.LOW, "Zuerst.", Grade.HIGH),
        (Grade.UNCLEAR, "Danach.", Grade.MEDIUM),
    ]


def test_a_decision_taken_back_is_not_in_the_minutes(round_: ReportingRound, recorder: User) -> None:
    measure = proposed(round_, "1.1", Grade.HIGH)
    first = a_meeting(round_, recorder, measure)
    decide(first, measure, recorder, decided(Grade.HIGH))
    acts.hold(first.pk, user=recorder)
    second = a_meeting(round_, recorder, measure, in_days=7)
    decide(second, measure, recorder, decided(Grade.LOW, "Irrtum."))
    meeting_decisions.undo(second.pk, item_of(second, measure).pk, user=recorder)
    assert entry(second).resolution is None
    assert [found.number for found in read(second).untreated] == ["1.1"]
    made = entry(first).resolution
    assert made is not None
    assert made.grade == Grade.HIGH


def test_what_was_agreed_outside_is_said_but_not_as_a_decision_of_the_meeting(round_: ReportingRound, recorder: User) -> None:
    measures = [proposed(round_, f"{number}.1", Grade.HIGH) for number in (1, 2)]
    meeting = a_meeting(round_, recorder, measures[0])
    chosen = [Chosen(found.pk, tuple(row.pk for row in counting_submissions(round_, found))) for found in measures]
    agree_unanimous(round_id=round_.pk, chosen=chosen, user=recorder)
    minutes = read(meeting)
    assert [found.number for found in minutes.entries] == ["1.1"]
    assert not minutes.agreed
    assert minutes.entries[0].elsewhere is not None
    assert [made.grade for _, made in minutes.settled] == [Grade.HIGH]
    assert not minutes.untreated
    assert "Bereits vorher abgestimmt" in everything(written(minutes))


def test_what_is_put_off_names_the_meeting_it_goes_to(round_: ReportingRound, recorder: User) -> None:
    one, two = (proposed(round_, f"{number}.1", Grade.HIGH) for number in (1, 2))
    meeting = a_meeting(round_, recorder, one, two)
    acts.put_off(item_of(meeting, one).pk, user=recorder, note=Note("Zahlen fehlen.", acts.note_stamp(item_of(meeting, one))))
    assert entry(meeting).goes_to is None
    assert "noch nicht geplant" in everything(written(read(meeting)))
    later = a_meeting(round_, recorder, in_days=9)
    acts.hold(meeting.pk, user=recorder)
    found = read(meeting)
    assert [(item.number, item.goes_to, item.note, item.is_left_over) for item in found.put_off] == [
        ("1.1", later.on, "Zahlen fehlen.", False),
        ("2.1", later.on, "", True),
    ]
    text = everything(written(found))
    assert f"{later.on:%d.%m.%Y}" in text
    assert "nicht mehr behandelt" in text


def test_inquiries_stand_as_they_did_at_the_end_of_the_meeting(round_: ReportingRound, recorder: User) -> None:
    measure = proposed(round_, "1.1", Grade.HIGH)
    report = round_.reports.get(measure=measure)
    due = timezone.localdate() + timedelta(days=5)
    before = make.inquiry(report, text="Früher gefragt?", state=InquiryState.DONE)
    long_ago = timezone.now() - timedelta(days=30)
    Inquiry.history.filter(id=before.pk).update(history_date=long_ago)
    asked = make.inquiry(report, text="Wie viele\nPersonen?", due_on=due)
    meeting = a_meeting(round_, recorder, measure)
    acts.hold(meeting.pk, user=recorder)
    inquiries.ask_again(asked.pk, text="Und seither?", user=recorder)
    Inquiry.objects.filter(pk=asked.pk).update(due_on=None)
    inquiries.settle(asked.pk, user=recorder)
    make.inquiry(report, text="Nach der Sitzung gefragt?")
    found = [(q.unit, q.text, q.state, q.due_on) for q in entry(meeting).questions]
    assert found == [("E1", "Wie viele\nPersonen?", InquiryState.OPEN, due)]
    text = everything(written(read(meeting)))
    assert f"{due:%d.%m.%Y}" in text
    assert "Früher" not in text


def test_an_inquiry_without_deadline_says_so(round_: ReportingRound, recorder: User) -> None:
    measure = proposed(round_, "1.1", Grade.HIGH)
    make.inquiry(round_.reports.get(measure=measure))
    assert "ohne Frist" in everything(written(read(a_meeting(round_, recorder, measure))))


def test_people_of_the_meeting_are_named_authors_are_not(round_: ReportingRound, recorder: User) -> None:
    measure = make.measure("1.1", concept=round_.concept)
    author = make.user(first_name="Gerd", last_name="Geheim")
    make.submission(make.report(measure, round=round_), submitted_by=author)
    make.inquiry(round_.reports.get(measure=measure), author=make.user(first_name="Frida", last_name="Fragt"))
    meeting = a_meeting(round_, recorder, measure)
    meeting.participants = "Frau Müller (Caritas)\n\nHerr Meyer (Stadt Melle)\n"
    meeting.place, meeting.starts_at, meeting.ends_at = "Kreishaus", time(10), time(12, 30)
    meeting.save()
    meeting.attendees.add(make.user(first_name="Lena", last_name="Leitner"))
    decide(meeting, measure, recorder, decided(Grade.HIGH))
    text = everything(written(read(meeting)))
    assert "Lena Leitner, Frau Müller (Caritas), Herr Meyer (Stadt Melle)" in text
    assert "Protokoll:Petra Protokoll" in text
    assert "10:00 bis 12:30 Uhr" in text
    assert "Kreishaus" in text
    assert "Geheim" not in text
    assert "Fragt" not in text


def test_a_round_without_ratings_has_no_part_about_grades(recorder: User) -> None:
    round_ = make.round(has_ratings=False)
    measure = proposed(round_, "1.1", None)
    meeting = a_meeting(round_, recorder, measure)
    item = item_of(meeting, measure)
    meeting_decisions.discuss(item.pk, note=Note("Läuft weiter.\nNächster Bericht im Mai.", acts.note_stamp(item)), user=recorder)
    minutes = read(meeting)
    assert [found.note for found in minutes.discussed] == ["Läuft weiter.\nNächster Bericht im Mai."]
    text = everything(written(minutes))
    assert "Besprochene Maßnahmen" in text
    assert "Läuft weiter.\nNächster Bericht im Mai." in text
    assert not any(word in text for word in ("Bewertung", "Vorschl", "Kennzeichen", *Grade.values))


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.RECORDER, 200), (Role.BOARD, 200), (Role.COORDINATOR, 200), (Role.READER, 404), (Role.REPORTER, 404)],
)
def test_who_reads_meetings_downloads_the_minutes(
    role: Role, status: int, round_: ReportingRound, recorder: User, client_as: Callable[..., Any]
) -> None:
    meeting = full(round_, recorder)
    response = client_as(role).get(reverse("ratings:meeting_minutes", args=[meeting.pk]))
    assert response.status_code == status
    if status == 200:
        assert (
            f'filename="Entwurf_Ergebnisprotokoll_{round_.slug}_{timezone.localdate():%Y-%m-%d}.docx"'
            in response["Content-Disposition"]
        )
        assert zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))).testzip() is None


def test_the_agenda_leads_to_the_minutes(round_: ReportingRound, recorder: User, client_as: Callable[..., Any]) -> None:
    meeting = full(round_, recorder)
    page = client_as(Role.BOARD).get(reverse("ratings:meeting", args=[meeting.pk])).content.decode()
    assert reverse("ratings:meeting_minutes", args=[meeting.pk]) in page


@pytest.mark.parametrize("times", [1, 3])
def test_query_count(times: int, recorder: User, client_as: Callable[..., Any], assert_query_count: Any) -> None:
    round_ = make.filled_round(3 * times)
    measures = list(Measure.objects.filter(concept=round_.concept))
    meeting = a_meeting(round_, recorder, *measures)
    for measure in measures[::2]:
        decide(meeting, measure, recorder, decided(Grade.MEDIUM, "Zwischen beiden."))
    acts.hold(meeting.pk, user=recorder)
    assert_query_count("minutes", client_as(Role.BOARD), reverse("ratings:meeting_minutes", args=[meeting.pk]), most=14)
