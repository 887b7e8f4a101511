"""The pages of the Jour fixe: who reads, who decides, what a second decision meets (issue 3, points 1 and 2)."""

import pytest
from django.utils import timezone

from goals.models import Measure
from ratings.appendix import freeze, live_appendix
from ratings.meetings import note_stamp
from ratings.models import AgendaItem, AgendaOrigin, AgreedRating, Inquiry, Meeting, ReportingRound
from ratings.states import RoundState
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts
from tests.ratings.measure_page import address, current, disputed_measure, entered, text_of

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
    refused = recorder.post(made["Location"], {"aktion": "nummern", "nummern": "100.1, 9.9"})
    assert (refused.status_code, b'value="100.1, 9.9"' in refused.content) == (422, True)
    page = text_of(refused)
    assert "Diese Nummern gibt es nicht: 9.9." in page
    recorder.post(made["Location"], {"aktion": "entfernen", "punkt": meeting.items.in_order()[0].pk})
    assert meeting.items.count() == 2


def test_what_was_taken_off_can_be_put_back_as_it_was(recorder: SignedInClient, item: AgendaItem) -> None:
    item.note = "Zahlen nachreichen."
    item.save()
    address = f"/sitzungen/{item.meeting_id}/"
    removed = recorder.post(address, {"aktion": "entfernen", "punkt": item.pk})
    assert "Rückgängig" in text_of(recorder.get(removed["Location"]))
    undo = {"aktion": "zuruecklegen", "punkt": item.pk}
    recorder.post(address, undo)
    again = AgendaItem.objects.get()
    assert (again.pk, again.origin, again.note) == (item.pk, item.origin, "Zahlen nachreichen.")
    assert again.history.first().history_change_reason == "wieder auf die Tagesordnung gesetzt"
    assert "Rückgängig" not in text_of(recorder.get(removed["Location"]))
    assert "steht schon wieder auf der Tagesordnung" in text_of(recorder.post(address, undo, follow=True))
    assert AgendaItem.objects.count() == 1


def test_a_meeting_that_ends_before_it_starts(recorder: SignedInClient, measure: Measure) -> None:
    data = {"on": "2026-12-10", "starts_at": "12:00", "ends_at": "10:00"}
    response = recorder.post(f"/runden/{current(measure).slug}/sitzungen/", data)
    assert response.status_code == 422
    page = text_of(response)
    assert '<a href="#id_ends_at">Das Ende liegt vor dem Beginn.</a>' in page
    assert page.count("Das Ende liegt vor dem Beginn.") == 2, "on top and at the field"
    assert page.index("error-summary") < page.index("In dieser Runde gibt es noch keine Sitzung")


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
    assert "22.1 ist abgestimmt: mittel." in page
    assert 'value="zuruecknehmen" aria-label="Rückgängig: 22.1 abgestimmt">' in page
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


def interim(item: AgendaItem) -> None:
    """The round of `item` becomes one without ratings, with a second item."""
    ReportingRound.objects.filter(pk=item.meeting.round_id).update(has_ratings=False)
    AgendaItem.objects.create(meeting=item.meeting, measure=Measure.objects.get(goal__number="100"), origin=AgendaOrigin.HAND)


def test_a_meeting_without_ratings(recorder: SignedInClient, item: AgendaItem) -> None:
    interim(item)
    page = text_of(recorder.get(screen(item)))
    assert "Besprochen und weiter" in page
    assert not [word for word in ("Zielerreichungsgrad", "Kennzeichen", "Vorschlag", "Einstimmige") if word in page]
    seen = note_stamp(item)
    done = recorder.post(screen(item), {"note": "Zahlen nachreichen.", "note_seen": seen})
    assert done["Location"] == f"/sitzungen/{item.meeting_id}/100.1/"
    conflict = recorder.post(screen(item), {"note": "Etwas anderes.", "note_seen": seen})
    assert conflict.status_code == 409
    assert all(text in text_of(conflict) for text in ("Etwas anderes.", "Zahlen nachreichen.", "besprochen"))
    last = recorder.post(done["Location"], {"aktion": "vertagen", "note": "Fehlt noch.", "note_seen": seen})
    assert last["Location"] == f"/sitzungen/{item.meeting_id}/"
    agenda = text_of(recorder.get(last["Location"]))
    assert "1 besprochen, 1 vertagt, 0 offen" in agenda
    assert all(text in agenda for text in ("Alle Punkte sind behandelt", "Zahlen nachreichen.", "Fehlt noch."))
    assert "Vorschläge uneinig" not in agenda
    back = {"aktion": "zuruecknehmen", "punkt": item.meeting.items.reverse()[0].pk, "next": done["Location"]}
    assert recorder.post(last["Location"], back)["Location"] == done["Location"]
    assert not AgreedRating.objects.exists()


@pytest.mark.parametrize("state", [RoundState.CLOSED, RoundState.PREPARING])
def test_a_meeting_of_a_round_that_does_not_run_says_so(state: RoundState, coordinator: SignedInClient) -> None:
    round_ = make.round(state=state)
    meeting = Meeting.objects.create(round=round_, on=timezone.localdate())
    words = "ist abgeschlossen" if state == RoundState.CLOSED else "ist noch in Vorbereitung"
    if state == RoundState.CLOSED:
        make.snapshot(round_, data=freeze(live_appendix(round_)))
    assert words in text_of(coordinator.get(f"/sitzungen/{meeting.pk}/"))
    assert words in text_of(coordinator.post(f"/sitzungen/{meeting.pk}/", {"aktion": "beenden"}, follow=True))
    assert words in text_of(coordinator.post(f"/runden/{round_.slug}/sitzungen/", {"on": "2026-12-10"}))


def test_a_note_beside_a_decision(recorder: SignedInClient, item: AgendaItem) -> None:
    seen = note_stamp(item)
    recorder.post(screen(item), entered(item.measure, note="Lange besprochen.", note_seen=seen))
    item.refresh_from_db()
    assert (item.outcome, item.note) == ("agreed", "Lange besprochen.")
    recorder.post(screen(item), {"aktion": "notiz", "note": "Kurz besprochen.", "note_seen": note_stamp(item)})
    item.refresh_from_db()
    assert item.note == "Kurz besprochen."
    lost = recorder.post(screen(item), {"aktion": "notiz", "note": "Von einer alten Seite.", "note_seen": seen})
    assert lost.status_code == 409
    assert "Von einer alten Seite." in text_of(lost)


def test_what_changed_since_the_round_before(recorder: SignedInClient, item: AgendaItem) -> None:
    before = make.round(
        item.measure.concept, state=RoundState.CLOSED, title="Runde 2024", opens_on="2024-01-01", due_on="2024-02-01"
    )
    unit = item.measure.reports.get(unit__slug="jugend").unit
    make.submission(make.report(item.measure, unit, round=before), summary="Die Plätze fehlen.", grade="mittel")
    shown = text_of(recorder.get(f"{screen(item)}?text=aenderungen"))
    assert "Verglichen mit „Runde 2024“" in shown
    assert '<del><span class="kern-sr-only"> gestrichen: </span>fehlen' in shown
    assert '<ins><span class="kern-sr-only"> neu: </span>reichen' in shown
    assert (
        "text=aenderungen" in recorder.post(f"{screen(item)}?text=aenderungen", entered(item.measure, aktion="notiz"))["Location"]
    )
    plain = text_of(recorder.get(screen(item)))
    assert "<del>" not in plain
    assert f'href="{screen(item)}?text=aenderungen"' in plain


@pytest.mark.parametrize(
    ("wanted", "comes_to"),
    [("", "/konzepte/"), ("https://example.org/", "/konzepte/"), ("//example.org/", "/konzepte/"), ("here", "/sitzungen/")],
)
def test_steps_on_a_report_lead_back_to_the_item(
    wanted: str, comes_to: str, coordinator: SignedInClient, item: AgendaItem
) -> None:
    here = f"{screen(item)}?text=aenderungen"
    report = item.measure.reports.get(unit__slug="vhs")
    assert f'name="next" value="{here}"' in text_of(coordinator.get(here))
    for action in ("drop", "lift"):
        data = {"action": action, "reason": "Nicht mehr zuständig.", "next": here if wanted == "here" else wanted}
        assert coordinator.post(f"/berichte/{report.pk}/schritt/", data)["Location"].startswith(comes_to)


def test_an_item_agreed_on_the_page_of_its_massnahme(recorder: SignedInClient, item: AgendaItem) -> None:
    recorder.post(address(item.measure, "agree"), entered(item.measure))
    assert "bereits abgestimmt am" in text_of(recorder.get(f"/sitzungen/{item.meeting_id}/"))
    assert "Bereits abgestimmt am" in text_of(recorder.get(screen(item)))


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
