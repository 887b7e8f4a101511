"""A round without ratings (interim Sachstand) from its creation to the released file; nowhere a word about grades."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from goals.models import Concept, Measure, Role
from ratings import rounds, submitting, workflow
from ratings.drafts import save_draft
from ratings.earlier import earlier_words
from ratings.mail.matters import matters_of_day
from ratings.models import ReportingRound, StatusReport
from ratings.scheme import Grade
from ratings.states import RoundState
from ratings.workflow import Impossible
from tests import factories as make

pytestmark = pytest.mark.django_db

OF_GRADES = re.compile(
    r"[Bb]ewert|abgestimmt|[Aa]bstimmung|uneinig|Vorschlag|Vorschläge|Zielerreichung|unklar|Verteilung|[Aa]mpel|Weiterführung"
)
# Says what the round is, and why a comparison or a decision is refused.
ALLOWED = re.compile(r"ohne Bewertung|nicht bewertet")


def words(html: str) -> str:
    """What can be read in the page itself, without its frame."""
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def of_grades(html: str) -> list[str]:
    return OF_GRADES.findall(ALLOWED.sub("", words(html)))


@pytest.fixture
def concept() -> Concept:
    concept = make.concept(slug="plan", title="Konzept Plan")
    lead, other = make.unit(slug="vhs", name="Volkshochschule"), make.unit(slug="sozial", name="Soziales")
    for number in ("1.1", "2.1"):
        measure = make.measure(number, concept=concept, title=f"Kurse {number}")
        make.responsibility(measure, lead)
    make.responsibility(measure, other, role="contributing")
    return concept


@pytest.fixture
def coordinator(client_as: Callable[..., Any], concept: Concept) -> Any:
    return client_as(Role.COORDINATOR, concept=concept)


def interim(concept: Concept, **fields: Any) -> ReportingRound:
    return make.round(concept, slug="stand", title="Sachstand 2027", has_ratings=False, **fields)


def finished(concept: Concept, ago: int, *, has_ratings: bool, **fields: Any) -> ReportingRound:
    day = timezone.localdate() - timedelta(ago)
    dates = {"opens_on": day, "due_on": day, "closes_on": day}
    return make.round(concept, state=RoundState.CLOSED, has_ratings=has_ratings, **dates, **fields)


def handed_in(report: StatusReport, user: Any, **values: Any) -> StatusReport:
    """Save and submit a report; what a round without ratings does not ask for is sent along."""
    sent: dict[str, Any] = {"situation": f"Lange Fassung {report.pk}.", "summary": f"Kurze Fassung {report.pk}.", "unparsed": {}}
    sent |= {"as_of": timezone.localdate(), "grade": "gering", "continuation": True, "obstacles": "Zu wenig Geld."}
    save_draft(report.pk, sent | values, version=0, user=user)
    return submitting.submit(report.pk, user=user)


def test_from_creation_to_the_released_file(coordinator: Client, client_as: Any, concept: Concept) -> None:
    today = timezone.localdate()
    new = {"concept": concept.pk, "title": "Sachstand 2027", "opens_on": f"{today}", "due_on": f"{today + timedelta(9)}"}
    assert coordinator.post("/runden/neu/", new).status_code == 302
    round_ = ReportingRound.objects.get(slug="sachstand-2027")
    assert not round_.has_ratings
    step = f"/runden/{round_.slug}/schritt/"
    coordinator.post(step, {"step": "open"})
    first, second, dropped = StatusReport.objects.filter(round=round_).in_order()

    reporter = client_as(Role.REPORTER, first.unit)
    form = reporter.get(f"/berichte/{first.pk}/").content.decode()
    assert not of_grades(form)
    assert 'name="grade"' not in form
    assert 'name="continuation"' not in form
    sent = {"version": "0", "situation": "Drei Kurse.", "summary": "", "as_of": f"{today}", "grade": "gering", "action": "submit"}
    refused = reporter.post(f"/berichte/{first.pk}/", sent)
    assert refused.status_code == 422
    assert not of_grades(refused.content.decode())
    assert reporter.post(f"/berichte/{first.pk}/", sent | {"version": "1", "summary": "Drei Kurse laufen."}).status_code == 302
    assert first.submissions.get().grade is None

    done = coordinator.post(step, {"step": "coordinate"}, follow=True).content.decode()
    assert "Die Durchsicht hat begonnen." in done
    assert "in Durchsicht" in done
    refused = coordinator.post(step, {"step": "coordinate"}, follow=True).content.decode()
    assert "In die Durchsicht geht nur eine offene Runde." in refused

    closing = coordinator.get(f"/runden/{round_.slug}/abschluss/").content.decode()
    assert "nicht abgestimmt" not in closing
    assert "Bericht fehlt" in closing
    round_.refresh_from_db()
    rounds.close(round_.pk, user=coordinator.user, confirmed=rounds.digest(rounds.gaps(round_)))  # type: ignore[attr-defined]
    coordinator.post(step, {"step": "release", "version": "1"})

    reader = client_as(Role.READER, concept=concept)
    page = reader.get(f"/runden/{round_.slug}/uebersicht/").content.decode()
    assert "Drei Kurse laufen." in page
    assert "Drei Kurse.<" not in page
    assert "kein Sachstand" in page
    assert "Zu 1 von 2 Maßnahmen liegt eine Kurzfassung vor." in words(page)
    start = words(reader.get("/").content.decode())
    assert "Zu 1 von 2 Maßnahmen gibt es einen Sachstand." in start
    measure = reader.get(f"/konzepte/plan/massnahmen/1.1/?runde={round_.slug}").content.decode()
    assert "Drei Kurse laufen." in measure
    assert not of_grades(page) + of_grades(measure) + OF_GRADES.findall(start)
    _check_file(reader, round_.slug)


def _check_file(reader: Client, slug: str) -> None:
    """The readers' workbook: its name, its sheets, the Kurzfassung and nothing of the full report."""
    response: Any = reader.get(f"/runden/{slug}/anhang.xlsx")
    assert f'filename="Sachstand_{slug}_Stand_' in response["Content-Disposition"]
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    assert book.sheetnames == ["Sachstand", "Auswertung", "Daten", "Legende"]
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert "Sachstand Konzept Plan" in cells
    assert any(cell.endswith(": Drei Kurse laufen.") for cell in cells)
    assert "Kurzfassungen" in cells
    assert not [cell for cell in cells if OF_GRADES.search(cell) or "Drei Kurse." in cell or cell in ("Stand", "Sachstände")]


PAGES = (
    "/",
    "/berichte/?runde=stand",
    "/runden/stand/",
    "/runden/stand/bearbeiten/",
    "/runden/stand/uebersicht/",
    "/runden/stand/uebersicht/?sort=stand",
    "/runden/stand/uebersicht/?stand=agreed",
    "/runden/stand/ruecklauf/",
    "/runden/stand/verlauf/",
    "/konzepte/plan/massnahmen/1.1/?runde=stand",
    "/konzepte/plan/massnahmen/1.1/verlauf/?runde=stand",
    "/konzepte/plan/massnahmen/2.1/?runde=stand",
)


@pytest.mark.parametrize("state", [RoundState.PREPARING, RoundState.OPEN, RoundState.COORDINATING, RoundState.CLOSED])
def test_no_page_speaks_of_grades(coordinator: Any, concept: Concept, state: RoundState) -> None:
    """Even if submissions hold a proposal, as data of another origin may."""
    round_ = interim(concept, state=RoundState.PREPARING)
    if state != RoundState.PREPARING:
        rounds.open_round(round_.pk, user=coordinator.user)
        for report, grade in zip(StatusReport.objects.filter(round=round_), ("hoch", "gering", "mittel"), strict=True):
            make.submission(report, grade=grade, continuation=True)
    if state in (RoundState.COORDINATING, RoundState.CLOSED):
        rounds.coordinate(round_.pk, user=coordinator.user)
    if state == RoundState.CLOSED:
        assert rounds.gaps(round_) == []
        rounds.close(round_.pk, user=coordinator.user)
    answers = {url: coordinator.get(url) for url in PAGES}
    shown = {url: answer.content.decode() for url, answer in answers.items() if answer.status_code == 200}
    assert len(shown) >= 8
    found = {url: of_grades(html) for url, html in shown.items()}
    # The words of the form and the legend of all rounds are about rounds in general.
    assert {url: hits for url, hits in found.items() if hits and "bearbeiten" not in url} == {}


def test_what_is_about_grades_is_refused_with_the_reason(coordinator: Any, concept: Concept) -> None:
    round_ = interim(concept)
    make.report(concept_measure(concept), round=round_)
    refused = coordinator.get("/runden/stand/einstimmige/")
    assert refused.status_code == 403
    assert "„Sachstand 2027“ ist eine Runde ohne Bewertung" in refused.content.decode()
    posted = {"runde": "stand", "grade": "hoch", "reason": "Mein Grund", "version": "0", "seen": ""}
    refused = coordinator.post("/konzepte/plan/massnahmen/1.1/bewertung/", posted)
    assert refused.status_code == 409
    for text in ("„Sachstand 2027“ ist eine Runde ohne Bewertung", "Mein Grund"):
        assert text in refused.content.decode()
    assert not round_.agreed_ratings.exists()


def concept_measure(concept: Concept) -> Any:
    return concept_measures(concept)[0]


def concept_measures(concept: Concept) -> list[Any]:
    return list(Measure.objects.filter(concept=concept).in_order())


def test_a_round_without_ratings_is_not_compared_and_says_so(coordinator: Any, concept: Concept) -> None:
    finished(concept, 800, has_ratings=True, slug="alt", title="Evaluation")
    finished(concept, 400, has_ratings=False, slug="zwischen", title="Zwischenstand")
    now = make.round(concept, slug="neu")
    for report in (make.report(measure, round=now) for measure in concept_measures(concept)):
        make.submission(report)
    page = coordinator.get("/runden/neu/uebersicht/").content.decode()
    assert re.findall(r'value="(alt|zwischen)"', page) == ["alt"]
    assert "nicht zur Wahl: „Zwischenstand“" in words(page)
    page = coordinator.get("/runden/neu/uebersicht/?vergleich=zwischen").content.decode()
    assert "„Zwischenstand“ ist eine Runde ohne Bewertung; mit ihr lässt sich nicht vergleichen." in page
    ReportingRound.objects.filter(pk=now.pk).update(has_ratings=False)
    page = coordinator.get("/runden/neu/uebersicht/?vergleich=alt").content.decode()
    assert "Diese Runde ist ohne Bewertung. Vergleichen lässt sich nur, was abgestimmt ist." in page
    assert coordinator.get("/runden/neu/anhang.csv?vergleich=alt").status_code == 302


def test_a_grade_is_looked_up_behind_the_interim_round_and_a_text_in_it(
    coordinator: Any, concept: Concept, client_as: Any
) -> None:
    measure = concept_measure(concept)
    unit = measure.responsibilities.get().unit
    rated, between = finished(concept, 800, has_ratings=True, title="Evaluation"), finished(concept, 400, has_ratings=False)
    rated_words = {"grade": Grade.MEDIUM, "situation": "Alt.", "summary": "Alt.", "rationale": "Darum."}
    make.submission(make.report(measure, unit, round=rated), **rated_words)
    make.submission(make.report(measure, unit, round=between), grade=None, situation="Neuer.", summary="Neuer.")
    report = make.report(measure, unit, round=make.round(concept))
    found = earlier_words(report)
    assert found.graded != found.newest
    assert found.repeated == found.newest
    reporter = client_as(Role.REPORTER, unit)
    form = words(reporter.get(f"/berichte/{report.pk}/").content.decode())
    assert f"Ihren Bericht aus „{between}“ und Ihren Vorschlag aus „Evaluation“" in form
    assert "aus „Evaluation“" in form
    done = submitting.submit_unchanged(report.pk, user=reporter.user)
    said = done.submissions.get()
    assert (said.situation, said.grade, said.rationale, said.unchanged) == ("Neuer.", "mittel", "Darum.", True)
    page = words(coordinator.get(f"/konzepte/plan/massnahmen/1.1/?runde={report.round.slug}").content.decode())
    assert "Vorschlag in „Evaluation“: mittel" in page


def test_an_interim_report_repeats_the_text_alone(concept: Concept) -> None:
    measure = concept_measure(concept)
    unit = measure.responsibilities.get().unit
    rated = finished(concept, 800, has_ratings=True)
    make.submission(
        make.report(measure, unit, round=rated), grade="gering", rationale="Darum.", continuation=True, next_step="Mehr"
    )
    report = make.report(measure, unit, round=interim(concept))
    person = make.member(Role.REPORTER, unit=unit)
    said = submitting.submit_unchanged(report.pk, user=person).submissions.get()
    assert (said.grade, said.rationale, said.next_step, said.set_markers, said.unchanged) == (None, "", "", [], True)


def test_approval_withdrawal_and_return_work_without_grades(coordinator: Any, concept: Concept) -> None:
    measure = concept_measure(concept)
    unit = measure.responsibilities.get().unit
    unit.requires_approval = True
    unit.save()
    report = make.report(measure, unit, round=interim(concept))
    writer, approver = make.member(Role.REPORTER, unit=unit), make.member(Role.APPROVER, unit=unit)
    assert handed_in(report, writer).state == "awaiting_approval"
    assert submitting.approve(report.pk, user=approver).state == "submitted"
    rounds.coordinate(report.round_id, user=coordinator.user)
    report.refresh_from_db()
    with pytest.raises(Impossible, match="Die Durchsicht läuft"):
        workflow.apply(report.pk, workflow.Action.WITHDRAW, user=writer)
    asked = {"runde": "stand", "report": str(report.pk), "text": "Wie viele?"}
    page = coordinator.post("/konzepte/plan/massnahmen/1.1/", asked, follow=True).content.decode()
    assert "Wie viele?" in page
    assert not of_grades(page)


def test_mails_of_an_interim_round_speak_of_reports_only(coordinator: Any, concept: Concept) -> None:
    round_ = interim(concept, state=RoundState.PREPARING)
    make.member(Role.REPORTER, unit=concept_measure(concept).responsibilities.get().unit)
    rounds.open_round(round_.pk, user=coordinator.user)
    for day in (timezone.localdate(), round_.due_on - timedelta(3), round_.due_on, round_.due_on + timedelta(7)):
        told = [matter for matters in matters_of_day(day).values() for matter in matters]
        assert told
        assert not [matter for matter in told if OF_GRADES.search(f"{matter.title} {matter.text}")]


def test_the_overview_costs_the_same_with_more_rows(coordinator: Any, concept: Concept, assert_query_count: Any) -> None:
    round_ = interim(concept)
    for count in (1, 6):
        for number in range(count):
            measure = make.measure(f"{10 * count + number}.1", concept=concept)
            make.submission(make.report(measure, round=round_))
        assert_query_count("overview_without_ratings", coordinator, "/runden/stand/uebersicht/", most=10)
