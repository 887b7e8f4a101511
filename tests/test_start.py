"""The start page shows everybody their own work, and only that."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from goals.models import Role
from ratings import rounds
from ratings.appendix import freeze, live_appendix
from ratings.models import ReportingRound
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
    assert "1 Bericht wartet auf Freigabe" in page
    assert "Weiter mit" not in page


@pytest.mark.parametrize(("role", "leads"), [(Role.COORDINATOR, True), (Role.RECORDER, False), (Role.BOARD, False)])
def test_the_round_at_a_glance(client_as: SignIn, role: Role, leads: bool) -> None:
    round_ = make.filled_round(7)
    overview = f"/runden/{round_.slug}/uebersicht/"
    page = _start(client_as(role))
    assert '2 <small>von 7</small></span> <span class="figure__label">Maßnahmen abgestimmt' in page
    assert f'href="{overview}?bewertung=uneinig">Zu entscheiden</a>' in page
    assert "Alle 3" in page
    assert ("Wo Berichte fehlen" in page) == leads
    assert ("Stand der Runde" in page) == leads


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
    assert "<b>3</b> Maßnahmen" in page
    assert f"/runden/{older.slug}/anhang.xlsx" in page
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


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.REPORTER])
def test_the_page_costs_the_same_at_ten_times_the_rows(client_as: SignIn, assert_query_count: QueryCounts, role: Role) -> None:
    concept, unit = make.concept(), make.unit()
    client = client_as(role, unit if role == Role.REPORTER else None)
    for size in (2, 20):
        ReportingRound.objects.update(state="closed")
        make.filled_round(size, concept=make.concept() if size == 20 else concept, lead=unit)
        assert_query_count(f"start ({role.value})", client, "/", most=14)
