"""The report form through the browser's eyes: what is sent is saved or shown again, never lost (DESIGN.md, rule 7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from goals.models import Role
from ratings.models import Draft, StatusReport, Submission
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.ratings.report_requests import address, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed(reporter: Any) -> StatusReport:
    """An open report of the unit for which `reporter` writes."""
    return make.report(unit=reporter.user.memberships.get().unit)


def test_saving_keeps_everything_and_says_when(reporter: Any, owed: StatusReport) -> None:
    text = "Straße <script>alert(1)</script>\r\n=1+1\tÜ"
    response = reporter.post(address(owed), sent(situation=text, next_step_on="Ende März", action="save"), follow=True)
    draft = Draft.objects.get(report=owed)
    assert draft.situation == "Straße <script>alert(1)</script>\n=1+1\tÜ"
    assert draft.unparsed == {"next_step_on": "Ende März"}
    assert "Gespeichert" in response.content.decode()
    assert "&lt;script&gt;" in response.content.decode()
    assert "Ende März" in response.content.decode()
    owed.refresh_from_db()
    assert owed.state == ReportState.DRAFT


def test_submitting_names_every_missing_thing_with_a_link_to_its_field(reporter: Any, owed: StatusReport) -> None:
    data = sent(action="submit", summary="", grade="gering", continuation="on", as_of="morgen", evidence="siehe Akte")
    response = reporter.post(address(owed), data)
    page = response.content.decode()
    assert response.status_code == 422
    wanted = (
        "summary",
        "as_of",
        "rationale",
        "obstacle_category",
        "obstacles",
        "solution",
        "next_step",
        "next_step_on",
        "evidence",
    )
    assert [name for name in wanted if f'href="#id_{name}"' not in page] == []
    assert "„morgen“ ist kein Datum" in page
    assert Submission.objects.count() == 0
    assert Draft.objects.get(report=owed).situation == "Läuft.", "what was sent is saved all the same"


def test_submitting_leads_to_the_list_with_the_next_report(reporter: Any, owed: StatusReport) -> None:
    other = make.report(make.measure(concept=owed.round.concept), owed.unit, round=owed.round)
    response = reporter.post(address(owed), sent(action="submit"), follow=True)
    page = response.content.decode()
    assert StatusReport.objects.get(pk=owed.pk).state == ReportState.SUBMITTED
    assert f"Bericht {owed.measure.number} ist eingereicht" in page
    assert f"Weiter mit {other.measure.number}</a>" in page, "in the message"
    assert f'href="{address(owed)}#zurueckziehen"' in page
    again = reporter.get(response.redirect_chain[-1][0]).content.decode()
    assert "ist eingereicht" not in again, "said once"


def test_a_locked_report_has_the_way_back_beside_the_words(client_as: Any, coordinator: Any, owed: StatusReport) -> None:
    make.submission(owed)
    StatusReport.objects.filter(pk=owed.pk).update(state=ReportState.SUBMITTED)
    client = client_as(Role.REPORTER, owed.unit)
    page = client.get(address(owed)).content.decode()
    reason = page.index("wenn die Einheit ihn zurückzieht")
    assert (
        reason
        < page.index("Sie können ihn selbst zurückziehen")
        < page.index("Zurückziehen und ändern")
        < page.index('id="text"')
    )
    type(owed.round).objects.filter(pk=owed.round_id).update(state=RoundState.COORDINATING)
    page = client.get(address(owed)).content.decode()
    assert "zieht die Einheit jetzt nicht mehr zurück" in page
    assert "Zurückziehen und ändern" not in page


def test_what_is_submitted_on_behalf_leads_to_the_massnahme(coordinator: Any, owed: StatusReport) -> None:
    page = coordinator.post(address(owed), sent(action="submit"), follow=True)
    assert page.request["PATH_INFO"].startswith("/konzepte/")
    assert f"Bericht {owed.measure.number} ist eingereicht" in page.content.decode()


def test_a_stale_page_shows_both_versions_and_saves_on_request(reporter: Any, owed: StatusReport) -> None:
    make.draft(owed, situation="Von nebenan", version=3)
    response = reporter.post(address(owed), sent(version="1", situation="Von mir", action="submit"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Von nebenan" in page
    assert "Von mir" in page
    assert 'name="version" value="3"' in page
    assert Draft.objects.get(report=owed).situation == "Von nebenan"
    reporter.post(address(owed), sent(version="3", situation="Von mir", action="save"))
    assert Draft.objects.get(report=owed).situation == "Von mir"


def test_two_versions_of_a_zuarbeit_are_called_so(client_as: Any, owed: StatusReport) -> None:
    contributing = make.report(owed.measure, round=owed.round)
    make.draft(contributing, situation="Von nebenan", version=3)
    client = client_as(Role.REPORTER, contributing.unit)
    page = client.post(address(contributing), sent(version="1", situation="Von mir", action="save")).content.decode()
    assert 'id="feld-situation">Zuarbeit</h2>' in page


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_an_unreadable_version_is_a_conflict_and_no_error(reporter: Any, owed: StatusReport, version: str) -> None:
    make.draft(owed, situation="Von nebenan")
    assert reporter.post(address(owed), sent(version=version, action="save")).status_code == 409


@pytest.mark.parametrize("state", [RoundState.CLOSED, RoundState.PREPARING])
def test_a_round_that_is_not_running_gives_the_text_back(reporter: Any, owed: StatusReport, state: RoundState) -> None:
    type(owed.round).objects.filter(pk=owed.round_id).update(state=state)
    response = reporter.post(address(owed), sent(situation="Mein langer Text", action="save"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Mein langer Text" in page
    assert "Evaluationsleitung" in page, "says who can lift it"
    assert not Draft.objects.exists()


def test_another_unit_gets_its_text_back_and_the_reason(client_as: Any, owed: StatusReport) -> None:
    stranger = client_as(Role.REPORTER, make.unit(), concept=owed.round.concept)
    response = stranger.post(address(owed), sent(situation="Verirrt", action="save"))
    assert response.status_code == 403
    assert "Verirrt" in response.content.decode()
    assert not Draft.objects.exists()


def test_another_konzept_is_not_found(client_as: Any, owed: StatusReport) -> None:
    stranger = client_as(Role.REPORTER, make.unit(), concept=make.concept())
    assert stranger.get(address(owed)).status_code == 404
    assert stranger.post(address(owed), sent()).status_code == 404


class TestAutosave:
    def test_answers_with_time_and_version(self, reporter: Any, owed: StatusReport) -> None:
        answer = reporter.post(address(owed, "report_autosave"), sent()).json()
        assert answer["version"] == 1
        assert len(answer["saved_at"]) == 5
        assert reporter.post(address(owed, "report_autosave"), sent(version="1", summary="Neu")).json()["version"] == 2
        changes = owed.history.order_by("history_id").values_list("state", flat=True)
        assert list(changes) == ["open", "draft"], "the change of state leaves an entry, saving none"

    def test_conflict_and_refusal_are_told_apart(self, reporter: Any, owed: StatusReport) -> None:
        make.draft(owed, situation="Von nebenan", version=2)
        answer = reporter.post(address(owed, "report_autosave"), sent(version="1"))
        assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
        StatusReport.objects.filter(pk=owed.pk).update(state=ReportState.SUBMITTED)
        answer = reporter.post(address(owed, "report_autosave"), sent(version="2"))
        assert (answer.status_code, answer.json()["error"]) == (409, "refused")

    def test_an_expired_sign_in_is_told_as_json(self, client: Any, owed: StatusReport) -> None:
        answer = client.post(address(owed, "report_autosave"), sent(), headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["error"]) == (401, "signed_out")

    def test_get_changes_nothing(self, reporter: Any, owed: StatusReport) -> None:
        assert reporter.get(address(owed, "report_autosave")).status_code == 405


class TestEarlierReport:
    @pytest.fixture
    def before(self, owed: StatusReport) -> Submission:
        """What the unit submitted on the same Maßnahme in a closed round."""
        opened = owed.round.opens_on
        closed = make.round(
            owed.round.concept,
            state=RoundState.CLOSED,
            opens_on=opened - timedelta(300),
            due_on=opened - timedelta(280),
            closes_on=opened - timedelta(270),
        )
        report = make.report(owed.measure, owed.unit, round=closed)
        return make.submission(report, situation="Damals", summary="Kurz damals", grade="mittel")

    def test_take_over_appends_and_never_replaces(self, reporter: Any, owed: StatusReport, before: Submission) -> None:
        reporter.post(address(owed), sent(situation="Heute", takeover="situation"))
        assert Draft.objects.get(report=owed).situation == "Heute\n\nDamals"
        reporter.post(address(owed), sent(version="1", situation="Heute\n\nDamals", takeover="situation"))
        assert Draft.objects.get(report=owed).situation == "Heute\n\nDamals", "not twice"

    def test_what_is_taken_stands_above_its_button(self, reporter: Any, owed: StatusReport, before: Submission) -> None:
        type(before)._base_manager.filter(pk=before.pk).update(situation="Damals lief es an.", summary="Kurz damals.")
        page = reporter.get(address(owed)).content.decode()
        side = page[page.index('aria-label="Zum Nachlesen"') :]
        places = [side.index(words) for words in ("Damals lief es an.", 'value="situation"', "Kurz damals.", 'value="summary"')]
        assert places == sorted(places)
        assert "Füllt auch Vorschlag und Kennzeichen" in side
        form = page[page.index('id="bericht"') : page.index('id="id_situation"')]
        assert all(f'value="{name}"' in form for name in ("situation", "summary", "all")), "where one writes on a narrow screen"
        reporter.post(address(owed), sent(summary="", takeover="summary"))
        assert Draft.objects.get(report=owed).summary == "Kurz damals."

    def test_take_over_all_fills_empty_fields_only(self, reporter: Any, owed: StatusReport, before: Submission) -> None:
        reporter.post(address(owed), sent(situation="Heute", summary="", takeover="all"))
        draft = Draft.objects.get(report=owed)
        assert (draft.situation, draft.summary, draft.obstacles) == ("Heute", "Kurz damals", "Eine Stelle ist unbesetzt.")
        assert draft.as_of == timezone.localdate()

    @pytest.mark.parametrize("way", ["takeover", "unchanged"])
    def test_the_interne_notiz_stays_in_the_unit(
        self, coordinator: Any, owed: StatusReport, before: Submission, way: str
    ) -> None:
        type(before)._base_manager.filter(pk=before.pk).update(internal_note="Nur unter uns")
        if way == "takeover":
            coordinator.post(address(owed), sent(takeover="all"))
        else:
            coordinator.post(address(owed, "report_unchanged"))
        assert Draft.objects.get(report=owed).internal_note == ""

    def test_unchanged_shows_what_it_submits(self, reporter: Any, owed: StatusReport, before: Submission) -> None:
        assert f'href="{address(owed, "report_unchanged")}"' in reporter.get(address(owed)).content.decode()
        preview = reporter.get(address(owed, "report_unchanged")).content.decode()
        assert all(words in preview for words in ("Damals", "Kurz damals", "mittel", "Noch ist nichts eingereicht"))
        assert not Submission.objects.filter(report=owed).exists(), "looking changes nothing"
        page = reporter.post(address(owed, "report_unchanged"), follow=True).content.decode()
        assert f"Bericht {owed.measure.number} ist eingereicht" in page
        assert f'href="{address(owed)}#zurueckziehen"' in page, "the way back"
        submission = Submission.objects.get(report=owed)
        assert (submission.situation, submission.grade, submission.unchanged) == ("Damals", "mittel", True)
        assert submission.as_of == timezone.localdate()

    def test_what_the_old_report_lacks_is_said_before(self, reporter: Any, owed: StatusReport, before: Submission) -> None:
        type(before)._base_manager.filter(pk=before.pk).update(obstacles="")
        preview = reporter.get(address(owed, "report_unchanged")).content.decode()
        assert "Beschreiben Sie die Hemmnisse." in preview
        assert "In den Entwurf übernehmen" in preview
        assert not Draft.objects.exists()
        assert reporter.post(address(owed, "report_unchanged")).url == address(owed)
        assert Draft.objects.get(report=owed).situation == "Damals"
        assert reporter.get(address(owed, "report_unchanged")).url == address(owed), "begun: nothing to preview any more"

    def test_an_empty_form_submitted_by_mistake_does_not_end_the_offer(
        self, reporter: Any, owed: StatusReport, before: Submission
    ) -> None:
        empty = sent(action="submit", situation="", summary="", grade="")
        refused = reporter.post(address(owed), empty)
        assert refused.status_code == 422
        for page in (refused, reporter.get(address(owed))):
            assert "Keine Änderung seit dem letzten Bericht" in page.content.decode()
        reporter.post(address(owed, "report_unchanged"))
        assert Submission.objects.get(report=owed).situation == "Damals"

    def test_unchanged_is_not_offered_without_an_earlier_grade(self, reporter: Any, owed: StatusReport) -> None:
        assert "Keine Änderung" not in reporter.get(address(owed)).content.decode()
        reporter.post(address(owed, "report_unchanged"))
        assert not Submission.objects.exists()


def test_the_page_shows_what_one_looks_up_while_writing(reporter: Any, owed: StatusReport) -> None:
    colleague = make.report(owed.measure, make.unit(name="Volkshochschule"), round=owed.round)
    make.submission(colleague, situation="Sechs Module laufen.", internal_note="Nur wir")
    StatusReport.objects.filter(pk=owed.pk).update(state=ReportState.RETURNED, state_reason="Wie viele?")
    make.inquiry(owed, text="Wie viele Personen?")
    page = reporter.get(address(owed)).content.decode()
    for text in (owed.measure.goal.text, "Volkshochschule", "Sechs Module laufen.", "Wie viele Personen?", "bleibt weit hinter"):
        assert text in page
    assert "Nur wir" not in page


@pytest.mark.parametrize("state", [ReportState.DRAFT, ReportState.RETURNED, ReportState.SUBMITTED, ReportState.AWAITING_APPROVAL])
def test_queries_stay_the_same_with_more_units(
    client_as: Any, owed: StatusReport, assert_query_count: Any, state: ReportState
) -> None:
    """The dearest case: rights in sub-units, a Maßnahme with a predecessor, an interim Sachstand without grades in between."""
    parent = make.unit()
    type(owed.unit).objects.filter(pk=owed.unit_id).update(parent=parent)
    person = client_as(Role.REPORTER, parent, with_subunits=True)
    old = make.measure()
    owed.measure.predecessors.add(old)
    for ago, measure, has_ratings in ((700, old, True), (300, owed.measure, False)):
        opened = owed.round.opens_on - timedelta(ago)
        ended = {"opens_on": opened, "due_on": opened, "closes_on": opened}
        earlier = make.round(measure.concept, state=RoundState.CLOSED, has_ratings=has_ratings, **ended)
        make.submission(make.report(measure, owed.unit, round=earlier), grade="hoch" if has_ratings else None)
    make.draft(owed)
    if state in (ReportState.SUBMITTED, ReportState.RETURNED):
        make.submission(owed)
    StatusReport.objects.filter(pk=owed.pk).update(state=state, state_reason="x" if state == ReportState.RETURNED else "")
    for others in (1, 9):
        for _ in range(others):
            make.submission(make.report(owed.measure, round=owed.round))
            make.inquiry(owed)
        assert_query_count(f"report_form, {state}", person, address(owed), most=12)


class TestRueckfrage:
    def test_submitting_without_an_answer_asks_for_it_in_words(self, reporter: Any, owed: StatusReport) -> None:
        StatusReport.objects.filter(pk=owed.pk).update(state=ReportState.RETURNED, state_reason="Wie viele?")
        make.draft(owed)
        make.inquiry(owed)
        assert "freiwillig" not in reporter.get(address(owed)).content.decode().partition('id="id_situation"')[0]
        response = reporter.post(address(owed), sent(version="1", answer=" ", action="submit"))
        page = response.content.decode()
        assert response.status_code == 422
        assert 'href="#id_answer"' in page
        assert 'id="id_answer_error"' in page
        assert "Rückfrage beantworten" in reporter.get(reverse("ratings:my_reports")).content.decode()
        reporter.post(address(owed), sent(version="2", answer="Steht im Sachstand.", action="submit"))
        assert "Rückfrage beantworten" not in reporter.get(reverse("ratings:my_reports")).content.decode()

    def test_belege_are_links_where_they_are_addresses(self, reporter: Any, owed: StatusReport) -> None:
        make.submission(owed, evidence="https://www.lkos.de/a\njavascript:alert(1)")
        page = reporter.get(address(owed)).content.decode()
        assert '<a href="https://www.lkos.de/a" rel="noopener noreferrer">' in page
        assert 'href="javascript' not in page
