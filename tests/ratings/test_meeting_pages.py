"""The pages of the Jour fixe: who reads, who decides, what a second decision meets (issue 3, points 1 and 2)."""

import pytest
from django.utils import timezone

from goals.models import Measure
from ratings.models import AgendaItem, AgendaOrigin, AgreedRating, Inquiry, Meeting
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts
from tests.ratings.measure_page import current, disputed_measure, entered, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def measure() -> Measure:
    return disputed_measure()


@pytest.fixture
def item(measure: Measure) -> AgendaItem:
    meeting = Meeting.objects.create(round=current(measure), on=timezone.localdate())
    return AgendaItem.objects.create(meeting=meeting, measure=measure, origin=AgendaOrigin.DISPUTED)


def screen(item: AgendaItem) -> str:
    return f"/sitzungen/{item.meeting_id}/{item.measure.number}/"


def test_the_recorder_makes_a_meeting_and_its_agenda(recorder: SignedInClient, measure: Measure) -> None:
    address = f"/runden/{current(measure).slug}/sitzungen/"
    made = recorder.post(address, {"on": "2026-12-10", "place": "Kreishaus", "attendees": [recorder.user.pk]})
    meeting = Meeting.objects.get()
    assert made["Location"] == f"/sitzungen/{meeting.pk}/"
    assert list(meeting.attendees.all()) == [recorder.user]
    recorder.post(made["Location"], {"aktion": "auswahl", "auswahl": "disputed"})
    recorder.post(made["Location"], {"aktion": "nummern", "nummern": "100.1, 21.1"})
    assert [item.measure.number for item in meeting.items.in_order()] == ["21.1", "22.1", "100.1"]
    page = text_of(recorder.post(made["Location"], {"aktion": "nummern", "nummern": "9.9"}, follow=True))
    assert "Diese Nummern gibt es nicht: 9.9." in page
    recorder.post(made["Location"], {"aktion": "entfernen", "punkt": meeting.items.in_order()[0].pk})
    assert meeting.items.count() == 2


def test_a_meeting_that_ends_before_it_starts(recorder: SignedInClient, measure: Measure) -> None:
    data = {"on": "2026-12-10", "starts_at": "12:00", "ends_at": "10:00"}
    response = recorder.post(f"/runden/{current(measure).slug}/sitzungen/", data)
    assert response.status_code == 422
    assert "Das Ende liegt vor dem Beginn." in text_of(response)


def test_members_read_and_do_not_decide(board: SignedInClient, item: AgendaItem) -> None:
    page = text_of(board.get(screen(item)))
    assert "Die Plätze reichen." in page
    assert 'id="abstimmung"' not in page
    assert board.post(screen(item), entered(item.measure)).status_code == 403
    assert board.post(f"/sitzungen/{item.meeting_id}/", {"aktion": "beenden"}).status_code == 403
    assert not AgreedRating.objects.exists()


def test_deciding_and_on_to_the_next(recorder: SignedInClient, item: AgendaItem) -> None:
    other = Measure.objects.get(goal__number="100")
    AgendaItem.objects.create(meeting=item.meeting, measure=other, origin=AgendaOrigin.HAND)
    done = recorder.post(screen(item), entered(item.measure, aktion="weiter"))
    assert done["Location"] == f"/sitzungen/{item.meeting_id}/100.1/"
    item.refresh_from_db()
    assert item.outcome == "agreed"
    page = text_of(recorder.get(done["Location"]))
    assert "Entscheidung zu 22.1 zurücknehmen" in page
    assert '<b class="num">1</b> von 3 abgestimmt' in page
    recorder.post(f"/sitzungen/{item.meeting_id}/", {"aktion": "zuruecknehmen", "punkt": item.pk})
    assert not AgreedRating.objects.exists()


def test_two_decisions_never_overwrite_each_other(recorder: SignedInClient, item: AgendaItem) -> None:
    stale = entered(item.measure, grade="gering", reason="Meine Gründe.", aktion="weiter")
    recorder.post(screen(item), entered(item.measure, aktion="weiter"))
    response = recorder.post(screen(item), stale)
    assert response.status_code == 409
    page = text_of(response)
    assert "inzwischen hat sich etwas geändert" in page
    assert "Meine Gründe." in page
    assert "Zwischen beiden." in page
    assert AgreedRating.objects.get().grade == "mittel"


def test_a_refused_decision_keeps_what_was_entered(recorder: SignedInClient, item: AgendaItem) -> None:
    response = recorder.post(screen(item), entered(item.measure, grade="ohne", reason="", remark="Bleibt stehen"))
    assert response.status_code == 422
    assert "Bleibt stehen" in text_of(response)


def test_putting_off_and_asking(recorder: SignedInClient, item: AgendaItem) -> None:
    report = item.measure.reports.order_by("pk")[0]
    asked = recorder.post(screen(item), {"report": report.pk, "text": "Wie viele Plätze?"})
    assert asked["Location"] == screen(item)
    assert Inquiry.objects.get().report == report
    recorder.post(screen(item), {"aktion": "vertagen"})
    item.refresh_from_db()
    assert item.outcome == "put_off"


def test_the_list_tells_of_others_decisions(recorder: SignedInClient, board: SignedInClient, item: AgendaItem) -> None:
    page = board.get(screen(item))
    context = page.context
    address = f"/sitzungen/{item.meeting_id}/liste/"
    known = {"punkt": item.measure.number, "fassung": context["stamp"], "stand": context["digest"]}
    assert board.get(address, known).status_code == 204
    recorder.post(screen(item), entered(item.measure))
    answer = board.get(address, known)
    assert "An anderer Stelle abgestimmt: mittel" in text_of(answer)


def test_a_held_meeting_says_why_it_is_locked(recorder: SignedInClient, item: AgendaItem) -> None:
    recorder.post(f"/sitzungen/{item.meeting_id}/", {"aktion": "beenden"})
    assert "Diese Sitzung ist beendet." in text_of(recorder.get(screen(item)))
    response = recorder.post(screen(item), entered(item.measure, remark="Nicht verloren"))
    assert response.status_code == 409
    assert "Nicht verloren" in text_of(response)


def test_the_board_leads_to_the_next_meeting(board: SignedInClient, item: AgendaItem) -> None:
    assert board.get("/jour-fixe/")["Location"] == f"/sitzungen/{item.meeting_id}/"
    item.meeting.delete()
    assert board.get("/jour-fixe/")["Location"] == "/runden/runde-2026/sitzungen/"


@pytest.mark.parametrize("size", [2, 7])
def test_queries_do_not_grow(size: int, recorder: SignedInClient, assert_query_count: QueryCounts) -> None:
    round_ = make.filled_round(size)
    meeting = Meeting.objects.create(round=round_, on=timezone.localdate())
    for measure in Measure.objects.filter(concept=round_.concept):
        AgendaItem.objects.create(meeting=meeting, measure=measure, origin=AgendaOrigin.HAND)
    assert_query_count("meetings", recorder, f"/runden/{round_.slug}/sitzungen/")
    assert_query_count("meeting", recorder, f"/sitzungen/{meeting.pk}/")
    assert_query_count("meeting_item", recorder, f"/sitzungen/{meeting.pk}/1.1/")
    assert_query_count("meeting_agenda", recorder, f"/sitzungen/{meeting.pk}/liste/?punkt=1.1")
