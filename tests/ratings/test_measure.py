"""The page of one Maßnahme: what it shows to whom, and where it leads (issue 2, item 10)."""

from collections.abc import Callable
from datetime import date

import pytest

from goals.models import Measure, OrgUnit, Role
from ratings import rounds
from ratings.models import AgreedRating, ReportingRound, StatusReport
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts
from tests.ratings.measure_page import SECRET, address, close_and_release, current, disputed_measure, entered, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def measure() -> Measure:
    return disputed_measure()


# What is shown


def test_the_submissions_side_by_side(recorder: SignedInClient, measure: Measure) -> None:
    response = recorder.get(address(measure))
    page = text_of(response)
    assert "<b>sichern</b>" not in response.content.decode()
    assert page.index("Fachdienst Jugend") < page.index("Volkshochschule"), "the lead first"
    for part in ("Die Plätze reichen.", "Es fehlen Plätze.", "federführend", "Zuarbeit", "Die Vorschläge gehen auseinander"):
        assert part in page
    assert SECRET not in page
    assert 'value="hoch" checked' not in page, "nothing is chosen beforehand"


def test_states_of_reports(recorder: SignedInClient, measure: Measure) -> None:
    make.report(measure, make.unit(name="Caritas", is_external=True))
    make.report(measure, state=ReportState.DROPPED, state_reason="Aufgabe abgegeben.")
    page = text_of(recorder.get(address(measure)))
    for part in ("Bericht fehlt", "Zuarbeit, extern", "entfallen", "Aufgabe abgegeben."):
        assert part in page


def test_a_draft_stays_in_its_unit(recorder: SignedInClient, measure: Measure) -> None:
    report = StatusReport.objects.get(unit__slug="vhs")
    report.state, report.state_reason = ReportState.RETURNED, "Wie viele?"
    report.save()
    make.draft(report, situation="Halbfertiger Satz", summary="Halbfertig")
    assert "Halbfertig" not in text_of(recorder.get(address(measure)))


def test_links_of_belege_only_where_they_are_addresses(recorder: SignedInClient, measure: Measure) -> None:
    report = StatusReport.objects.get(unit__slug="vhs")
    make.submission(report, evidence="https://example.org/a\njavascript:alert(1)")
    page = text_of(recorder.get(address(measure)))
    assert '<a href="https://example.org/a" rel="noopener noreferrer">' in page
    assert 'href="javascript' not in page
    assert "javascript:alert(1)" in page


def test_earlier_submissions_stay_reachable(recorder: SignedInClient, measure: Measure) -> None:
    make.submission(StatusReport.objects.get(unit__slug="vhs"), grade=Grade.MEDIUM, summary="Zweite Fassung.")
    page = text_of(recorder.get(address(measure)))
    for part in ("Zweite Fassung.", "Frühere Einreichungen (1)", "Es fehlen Plätze.", "vorher:"):
        assert part in page


def test_what_a_unit_took_back_is_not_shown(recorder: SignedInClient, measure: Measure) -> None:
    StatusReport.objects.filter(unit__slug="vhs").update(state=ReportState.DRAFT, retracted=True)
    assert "Es fehlen Plätze." not in text_of(recorder.get(address(measure)))


def test_names_of_authors(client_as: Callable[..., SignedInClient], measure: Measure) -> None:
    writer = make.user(first_name="Kim", last_name="Verfasser")
    make.submission(StatusReport.objects.get(unit__slug="vhs"), submitted_by=writer)
    own, other = OrgUnit.objects.get(slug="vhs"), OrgUnit.objects.get(slug="jugend")
    for role, unit, seen in [
        (Role.COORDINATOR, None, True),
        (Role.REPORTER, own, True),
        (Role.REPORTER, other, False),
        (Role.RECORDER, None, False),
        (Role.BOARD, None, False),
    ]:
        assert ("Kim Verfasser" in text_of(client_as(role, unit).get(address(measure)))) is seen, role


def test_earlier_rounds_and_predecessors(recorder: SignedInClient, measure: Measure) -> None:
    old = make.measure("20.1")
    measure.predecessors.add(old)
    evaluation = make.round(
        old.concept, state=RoundState.CLOSED, title="Evaluation 2018–2022", opens_on=date(2022, 1, 1), due_on=date(2022, 6, 1)
    )
    reason = "Farbe in der Quelle nicht überliefert"
    make.agreed_rating(old, round=evaluation, grade=None, reason=reason, influence=None, basis=[])
    page = text_of(recorder.get(address(measure)))
    assert "Evaluation 2018–2022, dort <a" in page
    assert f"/konzepte/{old.concept.slug}/massnahmen/20.1/?runde={evaluation.slug}" in page
    assert reason in page


def test_what_the_unit_said_before_is_found_behind_a_merger(recorder: SignedInClient, measure: Measure) -> None:
    vhs = OrgUnit.objects.get(slug="vhs")
    former = make.unit(successor=vhs, is_active=False)
    before = make.round(
        measure.concept, state=RoundState.CLOSED, title="Runde 2024", opens_on=date(2024, 1, 1), due_on=date(2024, 6, 1)
    )
    make.submission(make.report(measure, former, round=before), grade=Grade.UNCLEAR)
    assert "Vorschlag in „Runde 2024“" in text_of(recorder.get(address(measure)))


def test_nobody_responsible(coordinator: SignedInClient, board: SignedInClient) -> None:
    measure = make.measure("1.1")
    make.round(measure.concept)
    page = text_of(coordinator.get(address(measure)))
    assert "Niemand zuständig" in page
    assert address(measure, "responsibilities") in page
    assert address(measure, "responsibilities") not in text_of(board.get(address(measure)))


def test_recheck_names_the_newer_submission(recorder: SignedInClient, measure: Measure) -> None:
    make.agreed_rating(measure, grade=Grade.MEDIUM)
    assert "Erneut prüfen" not in text_of(recorder.get(address(measure)))
    make.submission(StatusReport.objects.get(unit__slug="vhs"))
    page = text_of(recorder.get(address(measure)))
    assert "Erneut prüfen" in page
    assert '<a href="#bericht-vhs">Volkshochschule</a> (Einreichung 2' in page


def test_a_round_without_ratings_has_no_grades(recorder: SignedInClient, measure: Measure) -> None:
    ReportingRound.objects.update(has_ratings=False)
    page = text_of(recorder.get(address(measure)))
    assert "Die Plätze reichen." in page
    for part in ("Vorschlag", "Abgestimmte Bewertung", 'name="grade"'):
        assert part not in page


@pytest.mark.parametrize(
    ("role", "panel", "steps"),
    [
        (Role.COORDINATOR, True, {"Mit Rückfrage zurückgeben", "Auf „entfallen“ setzen"}),
        (Role.RECORDER, True, {"Mit Rückfrage zurückgeben"}),
        (Role.BOARD, False, set()),
        (Role.REPORTER, False, set()),
        (Role.APPROVER, False, set()),
    ],
)
def test_who_is_offered_what(
    role: Role, panel: bool, steps: set[str], client_as: Callable[..., SignedInClient], measure: Measure
) -> None:
    page = text_of(client_as(role).get(address(measure)))
    assert ('name="grade"' in page) is panel
    assert {step for step in ("Mit Rückfrage zurückgeben", "Auf „entfallen“ setzen") if step in page} == steps


def test_without_the_role_the_agreed_rating_is_read(board: SignedInClient, measure: Measure) -> None:
    page = text_of(board.get(address(measure)))
    assert "Noch nicht abgestimmt</h2>" in page
    assert "Abgestimmte Bewertung" not in page
    assert "Runde offen</span>" in page, "the state of the round is not that of the Maßnahme"
    make.agreed_rating(measure, grade=Grade.MEDIUM, reason="Weil es hakt.", remark="Steht im Anhang.")
    page = text_of(board.get(address(measure)))
    rests_on = "beruht auf FD Jugend (Einreichung 1"
    for part in ("Abgestimmte Bewertung</h2>", "rating--mittel rating--large", "Weil es hakt.", "Steht im Anhang.", rests_on):
        assert part in page


def test_a_closed_round_is_read_from_its_snapshot(recorder: SignedInClient, measure: Measure) -> None:
    make.agreed_rating(measure, grade=Grade.MEDIUM, remark="Beschlossen.")
    round_ = current(measure)
    close_and_release(round_)
    AgreedRating.objects.update(remark="Später verändert.")
    Measure.objects.filter(pk=measure.pk).update(title="Später umbenannt")
    page = text_of(recorder.get(address(measure)))
    for part in ("Kinderbetreuung", "Beschlossen.", "Die Plätze reichen.", "Gesperrt", "wieder öffnen", "Fassung 1 vom"):
        assert part in page
    for part in ("Später", 'name="grade"', "Mit Rückfrage zurückgeben", SECRET):
        assert part not in page


def test_readers_see_the_released_result_alone(reader: SignedInClient, measure: Measure) -> None:
    page = text_of(reader.get(address(measure)))
    assert "Noch keine Berichtsrunde" in page
    assert "Die Plätze reichen." not in page
    make.agreed_rating(measure, grade=Grade.MEDIUM, remark="Beschlossen.")
    round_ = current(measure)
    close_and_release(round_)
    page = text_of(reader.get(address(measure)))
    for part in ("Beschlossen.", "rating--mittel rating--large", "Fachdienst Jugend"):
        assert part in page
    for part in ("Die Plätze reichen.", "Vorschlag", "Sachstand", "Gesperrt"):
        assert part not in page
    rounds.reopen(round_.pk, user=make.member(Role.COORDINATOR), reason="Fehler gefunden.")
    AgreedRating.objects.update(remark="Neu verhandelt.")
    assert "Neu verhandelt." not in text_of(reader.get(address(measure)))


def test_readers_do_not_learn_an_unreleased_result_from_a_later_round(reader: SignedInClient, measure: Measure) -> None:
    make.agreed_rating(measure, grade=Grade.MEDIUM)
    first = current(measure)
    ReportingRound.objects.update(opens_on=date(2024, 1, 1), due_on=date(2024, 6, 1), title="Runde 2024")
    close_and_release(first)
    later = make.round(measure.concept, state=RoundState.COORDINATING)
    close_and_release(later)
    assert "Runde 2024:" in text_of(reader.get(address(measure)))
    make.snapshot(first)
    assert "Runde 2024:" not in text_of(reader.get(address(measure)))


# Ways


def test_before_and_after_in_the_order_of_the_konzept(recorder: SignedInClient, measure: Measure) -> None:
    page = text_of(recorder.get(address(measure)))
    slug = measure.concept.slug
    assert f'rel="prev" href="/konzepte/{slug}/massnahmen/21.1/?runde=runde-2026"' in page
    assert f'rel="next" href="/konzepte/{slug}/massnahmen/100.1/?runde=runde-2026"' in page


def test_before_and_after_in_the_list_it_was_opened_from(recorder: SignedInClient, measure: Measure) -> None:
    page = text_of(recorder.get(address(measure, zurueck="niemand=1&sort=-nummer")))
    assert 'rel="prev" href="' in page
    assert page.index("massnahmen/100.1/") < page.index("massnahmen/21.1/")
    assert "zurueck=niemand%3D1%26sort%3D-nummer" in page
    assert "/runden/runde-2026/uebersicht/?niemand=1&sort=-nummer" in page
    page = text_of(recorder.get(address(measure, zurueck="uneinig=1")))
    assert 'rel="prev"' not in page
    assert 'rel="next"' not in page


def test_a_filter_cannot_lead_away(recorder: SignedInClient, measure: Measure) -> None:
    page = recorder.get(address(measure, zurueck='"><script>x</script>#//example.org')).content.decode()
    assert "<script>x" not in page
    assert "uebersicht/?%22%3E%3Cscript%3E" in page


def test_rounds_to_change_to(recorder: SignedInClient, measure: Measure) -> None:
    make.round(measure.concept, state=RoundState.CLOSED, slug="runde-2024", title="Runde 2024")
    page = text_of(recorder.get(address(measure, zurueck="uneinig=1")))
    assert "?runde=runde-2024&zurueck=uneinig%3D1" in page
    assert recorder.get(address(measure, runde="runde-2024")).status_code == 404, "closed, and nothing was frozen"


@pytest.mark.parametrize("number", ["22.2", "22.99999", "23.1", "x.1", "22.²"])
def test_unknown_measures(number: str, recorder: SignedInClient, measure: Measure) -> None:
    assert recorder.get(f"/konzepte/{measure.concept.slug}/massnahmen/{number}/").status_code == 404


def test_what_is_out_of_sight(client_as: Callable[..., SignedInClient], recorder: SignedInClient, measure: Measure) -> None:
    elsewhere = make.round(slug="anderswo")
    assert recorder.get(address(measure, runde="gibt-es-nicht")).status_code == 404
    assert recorder.get(address(measure, runde=elsewhere.slug)).status_code == 404
    stranger = client_as(Role.RECORDER, concept=elsewhere.concept)
    assert stranger.get(address(measure)).status_code == 404
    assert stranger.post(address(measure, "agree"), entered(measure)).status_code == 404
    assert client_as().get(address(measure)).status_code == 404


# Cost


@pytest.mark.parametrize("units", [1, 4])
def test_queries(units: int, coordinator: SignedInClient, measure: Measure, assert_query_count: QueryCounts) -> None:
    before = make.round(measure.concept, state=RoundState.CLOSED, opens_on=date(2024, 1, 1), due_on=date(2024, 6, 1))
    make.agreed_rating(measure, round=before)
    for _ in range(units):
        report = make.report(measure)
        make.submission(report)
        make.submission(report)
        make.inquiry(report)
        make.submission(make.report(measure, report.unit, round=before))
    make.agreed_rating(measure, round=current(measure))
    assert_query_count("measure", coordinator, address(measure), most=14)
    assert_query_count("measure, from a list", coordinator, address(measure, zurueck="uneinig=1"), most=19)


def test_queries_of_a_closed_round(
    recorder: SignedInClient, reader: SignedInClient, measure: Measure, assert_query_count: QueryCounts
) -> None:
    close_and_release(current(measure))
    assert_query_count("measure, closed", recorder, address(measure), most=12)
    assert_query_count("measure, released", reader, address(measure), most=12)


@pytest.mark.parametrize(
    ("grades", "words"),
    [
        ((), "Ein Vorschlag der federführenden Einheit liegt nicht vor."),
        ((Grade.MEDIUM,), "So schlägt es die federführende Einheit vor."),
        ((Grade.MEDIUM, Grade.LOW), "Die Vorschläge der Einheiten gehen auseinander."),
    ],
)
def test_what_is_not_agreed_is_called_by_what_it_is(board: SignedInClient, grades: tuple[Grade, ...], words: str) -> None:
    measure = make.measure()
    reports = [make.report(measure) for _ in range(2)]
    for report, grade in zip(reports, grades, strict=False):
        make.submission(report, grade=grade)
    assert words in text_of(board.get(address(measure)))
