"""What becomes of what is entered on the page of a Maßnahme: decisions, questions, „entfallen“ (issue 2, item 10; rules 2, 3, 7)."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from goals.models import Measure, Role
from ratings.models import AgendaOrigin, AgendaOutcome, AgreedRating, Inquiry, Meeting, StatusReport
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.conftest import SignedInClient
from tests.ratings.measure_page import address, close_and_release, current, disputed_measure, entered, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def measure() -> Measure:
    return disputed_measure()


def test_agreeing(recorder: SignedInClient, measure: Measure) -> None:
    response = recorder.post(address(measure, "agree"), entered(measure, zurueck="uneinig=1", aktion="bleiben"))
    assert response["Location"] == address(measure, runde="runde-2026", zurueck="uneinig=1")
    rating = AgreedRating.objects.get()
    assert (rating.grade, rating.continuation, rating.routine, rating.reason, rating.remark) == (
        "mittel",
        True,
        False,
        "Zwischen beiden.",
        "Bleibt dran.",
    )
    page = text_of(recorder.get(response["Location"]))
    assert "22.1 ist abgestimmt: mittel." in page
    assert 'value="mittel" checked' in page
    assert "Zwischen beiden." in page


def test_taking_back(recorder: SignedInClient, measure: Measure) -> None:
    recorder.post(address(measure, "agree"), entered(measure))
    recorder.post(address(measure, "agree"), entered(measure, version="1", grade="gering"))
    back = {"runde": "runde-2026", "aktion": "zuruecknehmen"}
    page = text_of(recorder.post(address(measure, "agree"), back | {"version": "1"}, follow=True))
    assert "Nicht zurückgenommen. Diese Maßnahme wurde inzwischen an anderer Stelle neu abgestimmt." in page
    recorder.post(address(measure, "agree"), back | {"version": "2"})
    assert (AgreedRating.objects.get().grade, AgreedRating.objects.get().version) == ("mittel", 3)
    make.submission(StatusReport.objects.get(unit__slug="vhs"), grade=Grade.HIGH)
    page = text_of(recorder.post(address(measure, "agree"), back | {"version": "3"}, follow=True))
    assert "Seit der Abstimmung wurde neu eingereicht." in page
    assert AgreedRating.objects.exists()


def test_what_a_meeting_decided_is_taken_back_there(recorder: SignedInClient, measure: Measure) -> None:
    recorder.post(address(measure, "agree"), entered(measure))
    rating = AgreedRating.objects.get()
    meeting = Meeting.objects.create(round=rating.round, on="2026-11-30")
    meeting.items.create(measure=measure, origin=AgendaOrigin.HAND, outcome=AgendaOutcome.AGREED, decided_at=rating.agreed_at)
    back = {"runde": "runde-2026", "aktion": "zuruecknehmen", "version": "1"}
    assert "„Jour fixe am 30.11.2026“" in text_of(recorder.post(address(measure, "agree"), back, follow=True))
    assert AgreedRating.objects.exists()


@pytest.mark.parametrize("role", [Role.BOARD, Role.REPORTER, Role.READER])
def test_only_who_records_takes_back(role: Role, client_as: Callable[..., SignedInClient], measure: Measure) -> None:
    make.agreed_rating(measure, round=measure.concept.rounds.get())
    back = {"runde": "runde-2026", "aktion": "zuruecknehmen", "version": "1"}
    assert client_as(role).post(address(measure, "agree"), back).status_code in (403, 404)
    assert AgreedRating.objects.exists()


def test_agreeing_and_on_to_the_next(recorder: SignedInClient, measure: Measure) -> None:
    concept = measure.concept
    make.agreed_rating(Measure.objects.get(concept=concept, goal__number="100"))
    done = recorder.post(address(measure, "agree"), entered(measure, aktion="weiter"))
    first = Measure.objects.get(concept=concept, goal__number="21")
    assert done["Location"] == address(first, runde="runde-2026"), "100.1 is agreed, so it goes on from the beginning"
    make.agreed_rating(first)
    done = recorder.post(address(measure, "agree"), entered(measure, aktion="weiter"))
    assert done["Location"] == "/runden/runde-2026/uebersicht/"


def test_on_to_the_next_stays_in_the_filtered_list(recorder: SignedInClient, measure: Measure) -> None:
    done = recorder.post(address(measure, "agree"), entered(measure, aktion="weiter", zurueck="uneinig=1"))
    assert done["Location"] == "/runden/runde-2026/uebersicht/?uneinig=1", "no other Maßnahme is disputed"


def test_the_unanimous_proposal_is_offered(recorder: SignedInClient, measure: Measure) -> None:
    lead = StatusReport.objects.get(unit__slug="jugend")
    make.submission(lead, grade=Grade.HIGH, routine=True)
    StatusReport.objects.filter(unit__slug="vhs").update(state=ReportState.DROPPED, state_reason="Entfällt.")
    page = text_of(recorder.get(address(measure)))
    assert "vorschlag=1#entscheidung" in page
    assert 'value="hoch" checked' not in page
    page = text_of(recorder.get(address(measure, runde="runde-2026", vorschlag="1")))
    assert 'value="hoch" checked' in page
    assert 'id="id_routine" checked' in page
    assert not AgreedRating.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grade": ""}, "Wählen Sie einen Grad"),
        ({"grade": "prima"}, "Diesen Grad gibt es nicht."),
        ({"grade": "ohne", "reason": " "}, "„Nicht bewertet“ braucht eine Begründung."),
    ],
)
def test_a_refused_decision_keeps_what_was_entered(
    changes: dict[str, str], message: str, recorder: SignedInClient, measure: Measure
) -> None:
    response = recorder.post(address(measure, "agree"), entered(measure, remark="Meine <Bemerkung>\x00", **changes))
    page = text_of(response)
    assert response.status_code == 422
    assert page.count(message) == 2, "in the list on top and beside the field"
    assert "Meine <Bemerkung>" in page
    assert "&lt;Bemerkung&gt;" in response.content.decode()
    assert 'id="id_continuation" checked' in page
    assert not AgreedRating.objects.exists()


def test_another_grade_than_all_propose_needs_a_reason(recorder: SignedInClient, measure: Measure) -> None:
    make.submission(StatusReport.objects.get(unit__slug="vhs"), grade=Grade.HIGH)
    response = recorder.post(address(measure, "agree"), entered(measure, reason=""))
    assert response.status_code == 422
    assert 'value="mittel" checked' in text_of(response)
    assert "Begründen Sie die Abweichung" in text_of(response)


def decided_elsewhere(measure: Measure) -> None:
    make.agreed_rating(measure, grade=Grade.HIGH, remark="Die andere Entscheidung.")


def reported_anew(measure: Measure) -> None:
    make.submission(StatusReport.objects.get(unit__slug="vhs"), summary="Die andere Entscheidung.")


@pytest.mark.parametrize("meanwhile", [decided_elsewhere, reported_anew])
def test_a_conflict_shows_both_and_lets_decide_again(
    meanwhile: Callable[[Measure], None], recorder: SignedInClient, measure: Measure
) -> None:
    stale = entered(measure, zurueck="uneinig=1")
    meanwhile(measure)
    before = AgreedRating.objects.values_list("grade", "version").first()
    response = recorder.post(address(measure, "agree"), stale)
    assert response.status_code == 409
    page = text_of(response)
    for part in (
        "Zwischen beiden.",
        "Bleibt dran.",
        "Die andere Entscheidung.",
        'value="mittel" checked',
        'id="id_continuation" checked',
    ):
        assert part in page
    assert AgreedRating.objects.values_list("grade", "version").first() == before
    form = response.context["form"]
    again = stale | {"version": str(form["version"].value()), "seen": form["seen"].value()}
    assert recorder.post(address(measure, "agree"), again).status_code == 302
    assert AgreedRating.objects.get().grade == "mittel"


@pytest.mark.parametrize("broken", [{"version": "x"}, {"seen": "1;2"}, {"seen": "9" * 40}, {"version": "-1"}])
def test_a_broken_form_counts_as_stale(broken: dict[str, str], recorder: SignedInClient, measure: Measure) -> None:
    response = recorder.post(address(measure, "agree"), entered(measure, **broken))
    assert response.status_code == 409
    assert "Zwischen beiden." in text_of(response)
    assert not AgreedRating.objects.exists()


@pytest.mark.parametrize("role", [Role.BOARD, Role.REPORTER, Role.APPROVER, Role.READER])
def test_who_may_not_agree(role: Role, client_as: Callable[..., SignedInClient], measure: Measure) -> None:
    close_and_release(make.round(make.concept(), state=RoundState.COORDINATING))
    client = client_as(role)
    if role == Role.READER:
        assert client.post(address(measure, "agree"), entered(measure)).status_code == 404
    else:
        response = client.post(address(measure, "agree"), entered(measure))
        assert response.status_code == 403
        assert "Protokoll" in text_of(response)
    assert not AgreedRating.objects.exists()


def test_a_decision_for_a_round_that_was_closed_meanwhile_is_shown_again(recorder: SignedInClient, measure: Measure) -> None:
    data = entered(measure)
    close_and_release(current(measure))
    response = recorder.post(address(measure, "agree"), data)
    assert response.status_code == 409
    page = text_of(response)
    for part in ("ist abgeschlossen", "Evaluationsleitung", "Zwischen beiden.", "Bleibt dran."):
        assert part in page
    assert not AgreedRating.objects.exists()


def test_a_reloaded_address_leads_to_the_page(recorder: SignedInClient, measure: Measure) -> None:
    assert recorder.get(address(measure, "agree", runde="runde-2026"))["Location"] == address(measure, runde="runde-2026")
    assert recorder.post(address(measure, "agree"), {"grade": "hoch"}).status_code == 404
    assert not AgreedRating.objects.exists()


# Returning a report


def test_returning_with_a_question(recorder: SignedInClient, measure: Measure) -> None:
    report = StatusReport.objects.get(unit__slug="vhs")
    data = {"runde": "runde-2026", "zurueck": "uneinig=1", "report": str(report.pk), "text": "Wie viele?"}
    response = recorder.post(address(measure), data)
    assert response["Location"] == f"{address(measure, runde='runde-2026', zurueck='uneinig=1')}#frage-{Inquiry.objects.get().pk}"
    report.refresh_from_db()
    assert report.state == ReportState.RETURNED
    page = text_of(recorder.get(response["Location"]))
    assert "Wie viele?" in page
    response = recorder.post(address(measure), data | {"text": "Noch eine Frage"})
    assert response.status_code == 409, "it is with the unit already"
    assert "Noch eine Frage" in text_of(response)
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status"), [({"text": " "}, 422), ({"report": "0"}, 404), ({"report": "x"}, 404), ({"runde": "nix"}, 404)]
)
def test_returning_with_broken_input(changes: dict[str, str], status: int, recorder: SignedInClient, measure: Measure) -> None:
    data = {"runde": "runde-2026", "report": str(StatusReport.objects.get(unit__slug="vhs").pk), "text": "Wie viele?"}
    assert recorder.post(address(measure), data | changes).status_code == status
    assert not Inquiry.objects.exists()


def test_who_may_not_return(board: SignedInClient, measure: Measure) -> None:
    data = {"runde": "runde-2026", "report": str(StatusReport.objects.get(unit__slug="vhs").pk), "text": "Wie viele?"}
    assert board.post(address(measure), data).status_code == 403
    assert not Inquiry.objects.exists()


def test_setting_and_lifting_entfallen(coordinator: SignedInClient, measure: Measure) -> None:
    report = StatusReport.objects.get(unit__slug="vhs")
    step = reverse("ratings:report_step", args=[report.pk])
    assert f'action="{step}"' in text_of(coordinator.get(address(measure)))
    done = coordinator.post(step, {"action": "drop", "reason": "Aufgabe abgegeben.", "zurueck": "uneinig=1"})
    assert done["Location"] == address(measure, runde="runde-2026", zurueck="uneinig=1")
    page = text_of(coordinator.get(done["Location"]))
    assert "Aufgabe abgegeben." in page
    assert "„entfallen“ aufheben" in page
    coordinator.post(step, {"action": "lift"})
    report.refresh_from_db()
    assert report.state != ReportState.DROPPED


def test_numbers_of_another_konzept(recorder: SignedInClient) -> None:
    measure = make.measure("M 3.2.1", concept=make.concept(slug="klimaschutz"))
    assert address(measure) == "/konzepte/klimaschutz/massnahmen/M%203.2.1/"
    assert "Ziel M 3.2" in text_of(recorder.get(address(measure)))
