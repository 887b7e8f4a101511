"""The start page shows everybody their own work, and only that."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from goals.models import Deputy, Role
from ratings import deadlines, rounds
from ratings.appendix import freeze, live_appendix
from ratings.models import Inquiry, Meeting, ReportingRound
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]


def _start(client: SignedInClient) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_without_a_role_the_page_says_whom_to_ask(client_as: SignIn) -> None:
    page = _start(client_as())
    assert "Ihnen ist noch keine Rolle zugewiesen" in page
    assert "Wenden Sie sich an die Evaluationsleitung" in page


@pytest.mark.parametrize(
    ("role", "text"),
    [
        (Role.REPORTER, "Sobald die Evaluationsleitung eine Runde öffnet"),
        (Role.READER, "Sobald ein Ergebnis freigegeben ist"),
        (Role.COORDINATOR, "Legen Sie eine Runde an"),
    ],
)
def test_without_a_running_round_there_is_nothing_to_do(client_as: SignIn, role: Role, text: str) -> None:
    assert text in _start(client_as(role))


def test_reporters_see_what_is_due_and_go_on_where_they_were(reporter: SignedInClient) -> None:
    unit = reporter.user.memberships.get().unit
    round_ = make.round(title="Runde 2026")
    for number in ("1.1", "1.2", "1.3", "1.4"):
        make.report(make.measure(number, concept=round_.concept, title=f"Maßnahme {number}"), unit, round=round_)
    reports = list(round_.reports.in_order())
    make.submission(reports[0])
    make.draft(reports[2])
    returned = reports[3]
    make.submission(returned)
    returned.state, returned.state_reason = "returned", "Wie viele waren es?"
    returned.save()
    make.inquiry(returned, text="Wie viele Kommunen fehlen noch?")
    make.report(make.measure("2.1", concept=round_.concept, title="Andere"), make.unit(), round=round_)
    page = _start(reporter)
    assert "<b>1</b> von 4 Berichten eingereicht" in page
    assert "noch 10 Tage" in page
    assert "Wie viele Kommunen fehlen noch?" in page
    assert "Weiter mit 1.3" in page
    assert f"/berichte/{reports[2].pk}/" in page
    assert "Rückfrage beantworten" in page
    assert "Andere" not in page


def test_a_unit_that_has_handed_in_everything_reads_so(reporter: SignedInClient) -> None:
    report = make.report(unit=reporter.user.memberships.get().unit)
    make.submission(report)
    assert "Alle Berichte sind eingereicht." in _start(reporter)


def test_approvers_see_what_waits_for_them(client_as: SignIn) -> None:
    unit = make.unit(requires_approval=True)
    make.report(unit=unit, state="awaiting_approval")
    page = _start(client_as(Role.APPROVER, unit))
    assert "1 Bericht wartet auf Ihre Freigabe" in page
    assert "Weiter mit" not in page


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (
            Role.COORDINATOR,
            {"Rücklauf je Einheit", "Stand der Runde", "Uneinige Vorschläge", "Sitzung anlegen", "Maßnahmen einstimmig"},
        ),
        (Role.RECORDER, {"Rücklauf je Einheit", "Uneinige Vorschläge", "Sitzung anlegen", "Maßnahmen einstimmig"}),
        (Role.BOARD, {"Rücklauf je Einheit", "Uneinige Vorschläge", "Maßnahmen einig"}),
    ],
)
def test_the_round_at_a_glance(client_as: SignIn, role: Role, sees: set[str]) -> None:
    round_ = make.filled_round(7)
    overview = f"/runden/{round_.slug}/uebersicht/"
    page = _start(client_as(role))
    assert '2 <small>von 7</small></span> <span class="figure__label">Maßnahmen abgestimmt' in page
    assert f'href="{overview}?bewertung=uneinig">Alle 3</a>' in page
    assert page.count('class="map__link"') == 7
    assert page.count('aria-label="Zeichenerklärung"') == 3
    words = {
        "Rücklauf je Einheit",
        "Stand der Runde",
        "Uneinige Vorschläge",
        "Sitzung anlegen",
        "Maßnahmen einig",
        "Maßnahmen einstimmig",
    }
    assert {word for word in words if word in page} == sees


def test_the_page_about_one_round_says_its_name_and_puts_what_is_due_below_its_figures(
    coordinator: SignedInClient,
) -> None:
    round_ = make.filled_round(7)
    page = _start(coordinator)
    assert f'<h1 class="page-header__title">{round_.title}</h1>' in page
    order = [
        "Stand der Runde",
        "Berichte eingereicht",
        "Als Nächstes",
        "Alle Maßnahmen",
        "Rücklauf je Einheit",
        "Verteilung je Handlungsfeld",
    ]
    found = [page.index(word) for word in [*order, "Uneinige Vorschläge"]]
    assert found == sorted(found)
    other = make.round()
    page = _start(coordinator)
    assert f"Guten Tag, {coordinator.user}" in page
    assert page.index("Als Nächstes") < min(page.index(f'id="runde-{one.pk}"') for one in (round_, other))


def test_the_table_of_handlungsfelder_counts_what_the_overview_shows(coordinator: SignedInClient) -> None:
    round_ = make.filled_round(9)
    page = _start(coordinator)
    table = page.partition("Verteilung der Bewertungen je Handlungsfeld")[2].partition("</table>")[0]
    counts = [int(number) for number in re.findall(r"</svg>(\d+)</td>", table)]
    overview = coordinator.get(f"/runden/{round_.slug}/uebersicht/").context
    assert counts == [share.count for share in overview["shares"]]


def test_a_question_at_a_unanimous_massnahme_takes_it_from_what_can_be_taken_over(recorder: SignedInClient) -> None:
    """The number of the task is the one that „Einstimmige übernehmen“ has chosen beforehand."""
    round_ = make.round()
    for number in ("1.1", "1.2"):
        make.submission(make.report(make.measure(number, concept=round_.concept), round=round_), grade="hoch")
    make.inquiry(round_.reports.in_order()[0])
    figures = recorder.get("/").context["glances"][0].figures
    assert (figures.unanimous, figures.ready) == (2, 1)
    assert "1 Maßnahme ist einstimmig" in _start(recorder)
    assert recorder.get(f"/runden/{round_.slug}/einstimmige/").context["ready"] == 1


def test_what_moved_besides_the_rows_is_counted(coordinator: SignedInClient) -> None:
    concept = make.concept()
    measures = [make.measure(f"{number}.1", concept=concept) for number in range(1, 10)]
    before = make.round(concept, state="closed", opens_on=date(2024, 1, 1), due_on=date(2024, 2, 1), closes_on=None)
    for measure in measures:
        make.agreed_rating(measure, round=before, grade="gering")
    make.snapshot(before, data=freeze(live_appendix(before)), released_at=timezone.now())
    now = make.round(concept)
    for measure in measures:
        make.agreed_rating(measure, round=now, grade="mittel")
    page = _start(coordinator)
    url = f"/runden/{now.slug}/uebersicht/?vergleich={before.slug}&veraenderung=schlechter&veraenderung=besser"
    assert f'href="{url.replace("&", "&amp;")}">2 weitere Maßnahmen</a>' in page
    assert coordinator.get(url).context["shown"] == 9


def test_figures_and_filters_of_the_overview_agree(coordinator: SignedInClient) -> None:
    """Every link leads to as many rows as its figure says."""
    round_ = make.filled_round(9)
    page = coordinator.get(f"/runden/{round_.slug}/").context
    figures, links = page["figures"], page["links"]
    for count, link in ((figures.disputed, "disputed"), (figures.unanimous, "unanimous"), (figures.total, "all")):
        shown = coordinator.get(links[link]).content.decode()
        assert shown.count('class="overview__row') == count, link


def test_readers_see_the_newest_released_result(reader: SignedInClient) -> None:
    concept = make.concept(is_example=True)
    older = make.filled_round(3, concept=concept)
    ReportingRound.objects.filter(pk=older.pk).update(state="closed")
    make.snapshot(older, data=freeze(live_appendix(older)), released_at=timezone.now())
    running = make.filled_round(0, concept=concept)
    page = _start(reader)
    assert older.title in page
    assert running.title not in page
    assert "Von 3 Maßnahmen hat 1 ihr Ziel in hohem Maß erreicht. 2 sind nicht bewertet." in page
    assert f"/runden/{older.slug}/anhang.xlsx" in page
    assert f"/runden/{older.slug}/evaluationsbericht.pdf" in page
    assert f'/runden/{older.slug}/uebersicht/#ergebnis">Als Tabelle</a>' in page, "the table, not the map above it"
    assert "Beispieldaten" in page
    assert "oder uneinig" not in page


def test_a_preparing_round_is_nobodys_but_the_leads(client_as: SignIn, coordinator: SignedInClient) -> None:
    round_ = make.round(state="preparing", title="Runde 2027")
    unit = make.unit()
    make.responsibility(make.measure("1.1", concept=round_.concept), unit)
    assert "Runde 2027" not in _start(client_as(Role.REPORTER, unit))
    assert "Runde 2027" in _start(coordinator)
    rounds.open_round(round_.pk, user=coordinator.user)
    assert "Weiter mit 1.1" in _start(client_as(Role.REPORTER, unit))


def test_what_is_first_is_the_only_prominent_button(client_as: SignIn) -> None:
    """Somebody who reports and leads goes on with the reports; returned ones stand above, two at most."""
    unit = make.unit(requires_approval=True)
    round_ = make.round()
    for number in ("1.1", "1.2", "1.3"):
        make.report(make.measure(number, concept=round_.concept), unit, round=round_, state="returned")
    make.report(make.measure("1.4", concept=round_.concept), unit, round=round_)
    client = client_as(Role.REPORTER, unit)
    make.member(Role.COORDINATOR, user=client.user)
    page = _start(client)
    assert page.count("kern-btn--primary") == 1
    assert "Weiter mit 1.4" in page.partition("kern-btn--primary")[2][:200]
    assert "1.2 überarbeiten" in page
    assert "1.3 überarbeiten" not in page
    assert 'stand=zu-erledigen#massnahmen">und 1 weiterer Bericht</a>' in page
    assert f'{round_.title}<span class="kern-sr-only"> auf einen Blick' in page


def test_longer_deadlines_and_deputies_are_told(client_as: SignIn, coordinator: SignedInClient) -> None:
    unit, today = make.unit(), timezone.localdate()
    round_ = make.round(closes_on=today + timedelta(days=60))
    for number in ("1.1", "1.2"):
        make.report(make.measure(number, concept=round_.concept), unit, round=round_)
    measure = round_.reports.in_order()[0].measure
    due_on = round_.due_on + timedelta(days=5)
    deadlines.grant(round_, unit=unit, measure=measure, due_on=due_on, reason="Umzug", user=coordinator.user)
    absent, deputy = client_as(Role.REPORTER, unit), client_as(Role.REPORTER)
    Deputy.objects.create(absent=absent.user, deputy=deputy.user, unit=unit, from_on=today, until_on=today)
    assert f'berichtet bis zum <time datetime="{today}">' in _start(absent)
    page = _start(deputy)
    assert f"berichten Sie für {absent.user} in „{unit.name}“" in page
    assert f'<b>Längere Frist:</b> 1.1 bis <time datetime="{due_on}">' in page
    assert "Frist verlängert bis" in page


def test_a_closed_round_asks_for_its_release_and_its_nachtrag(coordinator: SignedInClient, recorder: SignedInClient) -> None:
    round_ = make.filled_round(3)
    ReportingRound.objects.filter(pk=round_.pk).update(state="closed")
    make.snapshot(round_, data=freeze(live_appendix(round_)))
    make.supplement(round_.reports.in_order()[0].measure, round=round_)
    page = _start(coordinator)
    assert "Fassung 1 ist nicht freigegeben" in page
    assert "Nachtrag zu 1.1 ist offen" in page
    assert "Legen Sie eine Runde an" in page
    page = _start(recorder)
    assert "Fassung 1 ist nicht freigegeben" not in page
    assert f'/massnahmen/1.1/?runde={round_.slug}"><span' in page


def test_a_round_without_ratings_shows_no_ratings(client_as: SignIn) -> None:
    round_ = make.filled_round(4)
    ReportingRound.objects.update(has_ratings=False)
    page = _start(client_as(Role.COORDINATOR))
    assert "Maßnahmen vollständig berichtet" in page
    assert "Rücklauf je Einheit" in page
    assert not [word for word in ("uneinig", "map__link", "Verteilung", "abstimmen") if word in page]
    assert round_.title in page


def test_changes_to_the_round_before_lead_to_those_rows(coordinator: SignedInClient) -> None:
    before, now = two_rounds()
    response = coordinator.get("/")
    counts = dict(response.context["glances"][0].since_last.counts)
    assert {change.value: count for change, count in counts.items() if count} == {"besser": 1, "schlechter": 1, "neu": 1}
    for change, count in counts.items():
        url = f"/runden/{now.slug}/uebersicht/?vergleich={before.slug}&veraenderung={change.value}"
        assert (url.replace("&", "&amp;") in response.content.decode()) == bool(count)
        assert coordinator.get(url).content.decode().count('class="overview__row') == count


def two_rounds() -> tuple[ReportingRound, ReportingRound]:
    """A closed round and a running one with a Maßnahme each that is better, worse and new."""
    concept = make.concept()
    measures = [make.measure(number, concept=concept) for number in ("1.1", "1.2")]
    before = make.round(concept, state="closed", opens_on=date(2024, 1, 1), due_on=date(2024, 2, 1), closes_on=None)
    for measure, grade in zip(measures, ("gering", "hoch"), strict=True):
        make.agreed_rating(measure, round=before, grade=grade)
    make.snapshot(before, data=freeze(live_appendix(before)), released_at=timezone.now())
    now = make.round(concept)
    for measure in measures:
        make.agreed_rating(measure, round=now, grade="mittel")
    make.measure("1.3", concept=concept)
    return before, now


def test_several_running_rounds_name_themselves(coordinator: SignedInClient) -> None:
    rounds_ = [make.filled_round(4), make.filled_round(4)]
    page = _start(coordinator)
    for round_ in rounds_:
        assert f'<span class="todo__round">{round_.title}</span>' in page
        assert f'id="runde-{round_.pk}"' in page


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.BOARD, Role.REPORTER, Role.READER])
def test_the_page_costs_the_same_at_ten_times_the_rows(client_as: SignIn, assert_query_count: QueryCounts, role: Role) -> None:
    concept, unit = make.concept(), make.unit()
    client = client_as(role, unit if role == Role.REPORTER else None)
    make.round(make.concept(), state="closed")
    for size in (3, 30):
        ReportingRound.objects.update(state="closed")
        round_ = make.filled_round(size, concept=make.concept() if size == 30 else concept, lead=unit)
        log_everything(round_)
        if role == Role.READER:
            make.snapshot(round_, data=freeze(live_appendix(round_)), released_at=timezone.now())
        assert_query_count(f"start ({role.value})", client, "/", most=34)


def log_everything(round_: ReportingRound) -> None:
    """Give every report, Rückfrage and rating an entry in its history, and plan a meeting."""
    Meeting.objects.create(round=round_, on=timezone.localdate())
    for row in (*round_.reports.all(), *round_.agreed_ratings.all(), *Inquiry.objects.filter(report__round=round_)):
        row.save()
