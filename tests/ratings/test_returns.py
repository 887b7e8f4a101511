"""The Rücklauf: what each unit owes and how far it is, for those who follow it (issue 3, point 6; DESIGN.md, rule 9)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from goals.models import OrgUnit, Role
from ratings.appendix import freeze, live_appendix
from ratings.models import DueExtension, ReportingRound, StatusReport
from ratings.returns import Returns, all_dropped, returns_by_unit, total, without_unit
from ratings.rounds import gaps
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]


def address(round_: ReportingRound, query: str = "") -> str:
    return reverse("ratings:returns", args=[round_.slug]) + query


def page(client: SignedInClient, round_: ReportingRound, query: str = "") -> str:
    response = client.get(address(round_, query))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def listed(client: SignedInClient, round_: ReportingRound, query: str = "") -> dict[str, dict[str, Any]]:
    """Return the figures of the list by unit, in its order."""
    table = client.get(address(round_, query)).context["table"]
    return {row.record.unit.name: dict(row.record.figures) | {"%": row.record.unit.percent} for row in table.rows}


def owes(unit: OrgUnit, *states: ReportState, round_: ReportingRound) -> None:
    """The unit owes one report in each of `states`; handed in are those that say so."""
    for state in states:
        report = make.report(make.measure(concept=round_.concept), unit, round=round_)
        if state in (ReportState.SUBMITTED, ReportState.RETURNED):
            make.submission(report)
        StatusReport.objects.filter(pk=report.pk).update(
            state=state, state_reason="Warum." if state in (ReportState.RETURNED, ReportState.DROPPED) else ""
        )


S = ReportState
ALL = (S.OPEN, S.OPEN, S.DRAFT, S.AWAITING_APPROVAL, S.SUBMITTED, S.SUBMITTED, S.SUBMITTED, S.RETURNED, S.DROPPED)


def overdue(round_: ReportingRound) -> ReportingRound:
    ReportingRound.objects.filter(pk=round_.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    round_.refresh_from_db()
    return round_


def test_the_figures_of_a_unit_count_every_state_once() -> None:
    round_ = make.round()
    owes(make.unit(), *ALL, round_=round_)
    (unit,) = returns_by_unit(live_appendix(round_).rows, lambda row, line: True)
    assert (unit.owed, unit.open, unit.draft, unit.awaiting, unit.submitted, unit.returned) == (8, 2, 1, 1, 3, 1)
    assert unit.open + unit.draft + unit.awaiting + unit.submitted + unit.returned == unit.owed
    assert (unit.missing, unit.percent, unit.is_complete) == (5, 38, False)
    assert unit.late == 4  # not the returned one: it was submitted
    assert sum(number for _, number, _ in unit.parts) == unit.owed


def test_a_withdrawn_report_is_late_again() -> None:
    round_ = make.round()
    report = make.report(round=round_)
    make.submission(report)
    StatusReport.objects.update(state=S.DRAFT, retracted=True)
    (unit,) = returns_by_unit(live_appendix(round_).rows, lambda row, line: True)
    assert unit.late == 1


def test_only_all_is_a_hundred_percent() -> None:
    round_ = make.round()
    owes(make.unit(), S.SUBMITTED, S.OPEN, round_=round_)
    (unit,) = returns_by_unit(live_appendix(round_).rows)
    done = next(report for report in unit.reports if report.line.state == S.SUBMITTED)
    unit.reports += [done] * 998
    assert (unit.submitted, unit.owed, unit.percent) == (999, 1000, 99)
    assert Returns([done]).percent == 100


def test_the_total_is_that_of_all_units() -> None:
    round_ = make.round()
    owes(make.unit(), *ALL, round_=round_)
    owes(make.unit(), S.SUBMITTED, round_=round_)
    units = returns_by_unit(live_appendix(round_).rows)
    assert [unit.owed for unit in units] == [8, 1]  # the least complete first
    assert (total(units).owed, total(units).submitted, total([]).percent) == (9, 4, 0)


def test_who_is_responsible_for_nothing_and_for_what_nobody_is() -> None:
    round_ = make.round()
    make.measure("1.1", concept=round_.concept)
    make.report(make.measure("2.1", concept=round_.concept), round=round_)
    owes(make.unit(), S.DROPPED, round_=round_)
    rows = live_appendix(round_).rows
    assert [row.number for row in without_unit(rows)] == ["1.1"]
    assert [row.number for row in all_dropped(rows)] == ["3.1"]


def test_a_measure_whose_reports_are_all_dropped_says_so(coordinator: SignedInClient) -> None:
    """By hand or not: „niemand zuständig“ would be wrong, the unit is named."""
    round_ = make.round()
    unit = make.unit(name="Bildung")
    owes(unit, S.DROPPED, round_=round_)
    text = page(coordinator, round_)
    assert "deren Berichte alle entfallen sind" in text
    assert "ohne zuständige Einheit" not in text
    overview = coordinator.get(reverse("ratings:overview", args=[round_.slug])).content.decode()
    assert "Berichte entfallen" in overview
    assert "alle Berichte entfallen" in [gap.kind for gap in gaps(round_)]
    figures = coordinator.get(reverse("ratings:round", args=[round_.slug])).content.decode()
    assert "stand=dropped" in figures
    assert coordinator.get(reverse("ratings:overview", args=[round_.slug]) + "?stand=dropped").context["shown"] == 1


def test_the_evaluationsleitung_gets_to_the_deadlines(coordinator: SignedInClient, recorder: SignedInClient) -> None:
    round_ = make.round()
    link = reverse("ratings:extensions", args=[round_.slug])
    assert link in page(coordinator, round_)
    assert link not in page(recorder, round_)
    ReportingRound.objects.update(state=RoundState.CLOSED)
    assert link not in page(coordinator, round_)


def test_the_page_shows_units_as_a_tree(coordinator: SignedInClient) -> None:
    round_ = make.round()
    house = make.unit(name="Arbeit")
    below = make.unit(name="Vermittlung", parent=house)
    between = make.unit(name="Bereich", parent=house)
    deep = make.unit(name="Zentrum", parent=between)
    other = make.unit(name="Bildung")
    outside = make.unit(name="Agentur", is_external=True)
    for unit in (outside, other, deep, below, house):
        owes(unit, S.OPEN, round_=round_)
    rows = coordinator.get(address(round_)).context["table"].rows
    # „Bereich“ owes nothing, so it neither stands there nor indents.
    assert [(row.record.unit.name, row.record.depth) for row in rows] == [
        ("Arbeit", 0),
        ("Zentrum", 1),
        ("Vermittlung", 1),
        ("Bildung", 0),
        ("Agentur", 0),
    ]


def test_bar_tabs_and_columns_say_the_states_in_the_same_words(coordinator: SignedInClient) -> None:
    """And each with the same number."""
    round_ = make.round()
    owes(make.unit(), *ALL, round_=round_)
    context = coordinator.get(address(round_)).context
    bar = {word.lower(): number for _, number, word in context["whole"].parts}
    tabs = {word.lower(): number for _, word, number in context["states"]}
    columns = {word.lower(): number for word, number in context["figures"]}
    assert len(bar) == 5
    assert bar.items() <= tabs.items()
    assert bar.items() <= columns.items()
    assert tabs["ausstehend"] == columns["ausstehend"]


def test_the_name_of_a_unit_leads_to_its_massnahmen(board: SignedInClient) -> None:
    round_ = make.round()
    unit = make.unit(name="Arbeit")
    owes(unit, S.OPEN, round_=round_)
    owes(make.unit(), S.OPEN, round_=round_)
    url = f"{reverse('ratings:overview', args=[round_.slug])}?einheit={unit.slug}"
    assert f'href="{url}">Arbeit</a>' in page(board, round_)
    assert board.get(url).context["shown"] == 1


def test_the_page_says_what_each_unit_owes(coordinator: SignedInClient) -> None:
    round_ = overdue(make.round())
    owes(make.unit(name="Arbeit"), *ALL, round_=round_)
    owes(make.unit(name="Bildung"), S.SUBMITTED, round_=round_)
    figures = {
        "angefordert": 8,
        "eingereicht": 3,
        "zur Freigabe": 1,
        "Entwurf": 1,
        "zurückgegeben": 1,
        "offen": 2,
        "ausstehend": 5,
    }
    assert listed(coordinator, round_)["Arbeit"] == figures | {"überfällig": 4, "%": 38}
    text = page(coordinator, round_)
    assert "<b>4</b> von 9 Berichten eingereicht (44 %)" in text
    assert "1 von 2 Einheiten sind vollständig." in text
    assert "4 Berichte überfällig" in text


def test_nothing_is_overdue_on_the_last_day(coordinator: SignedInClient) -> None:
    round_ = make.round()
    ReportingRound.objects.update(due_on=timezone.localdate())
    owes(make.unit(name="Arbeit"), S.OPEN, round_=round_)
    assert listed(coordinator, round_)["Arbeit"]["überfällig"] == 0


def test_an_extension_of_the_deadline_counts(coordinator: SignedInClient) -> None:
    round_ = overdue(make.round())
    longer = make.unit(name="Arbeit")
    owes(longer, S.OPEN, S.DRAFT, round_=round_)
    owes(make.unit(name="Bildung"), S.OPEN, round_=round_)
    DueExtension.objects.create(
        round=round_,
        unit=longer,
        due_on=timezone.localdate() + timedelta(days=5),
        reason="Erkrankung.",
        granted_at=timezone.now(),
        granted_by=coordinator.user,
    )
    assert {name: row["überfällig"] for name, row in listed(coordinator, round_).items()} == {"Arbeit": 0, "Bildung": 1}


@pytest.mark.parametrize(
    ("query", "names", "reports"),
    [
        ("", ["Arbeit", "Bildung"], 9),
        ("?stand=offen", ["Arbeit"], 2),
        ("?stand=entwurf", ["Arbeit"], 1),
        ("?stand=freigabe", ["Arbeit"], 1),
        ("?stand=ausstehend", ["Arbeit"], 5),
        ("?stand=eingereicht", ["Arbeit", "Bildung"], 4),
        ("?stand=zurueckgegeben", ["Arbeit"], 1),
        ("?stand=ueberfaellig", ["Arbeit"], 4),
        ("?stand=erfunden", ["Arbeit", "Bildung"], 9),
    ],
)
def test_the_filter_shows_units_and_their_reports_in_a_state(
    query: str, names: list[str], reports: int, board: SignedInClient
) -> None:
    round_ = overdue(make.round())
    owes(make.unit(name="Arbeit"), *ALL, round_=round_)
    owes(make.unit(name="Bildung"), S.SUBMITTED, round_=round_)
    rows = board.get(address(round_, query)).context["table"].rows
    assert [row.record.unit.name for row in rows] == names
    assert sum(len(row.record.shown) for row in rows) == reports
    assert ("wird nicht angewendet" in page(board, round_, query)) == ("erfunden" in query)
    assert "<b>4</b> von 9 Berichten" in page(board, round_, query)


def test_a_filter_that_fits_nothing_says_so(board: SignedInClient) -> None:
    round_ = make.round()
    owes(make.unit(), S.OPEN, round_=round_)
    assert "Kein Bericht ist in diesem Stand" in page(board, round_, "?stand=eingereicht")


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("einheit", ["Ärzte", "Bildung", "Zoll"]),
        ("-einheit", ["Zoll", "Bildung", "Ärzte"]),
        ("-ausstehend", ["Zoll", "Bildung", "Ärzte"]),
        ("anteil", ["Zoll", "Bildung", "Ärzte"]),
        ("-eingereicht", ["Ärzte", "Bildung", "Zoll"]),
        ("unsinn", ["Ärzte", "Bildung", "Zoll"]),
    ],
)
def test_the_list_can_be_sorted(sort: str, names: list[str], board: SignedInClient) -> None:
    round_ = make.round()
    owes(make.unit(name="Ärzte"), S.SUBMITTED, S.SUBMITTED, round_=round_)
    owes(make.unit(name="Bildung"), S.SUBMITTED, S.OPEN, round_=round_)
    owes(make.unit(name="Zoll"), S.OPEN, S.OPEN, round_=round_)
    assert list(listed(board, round_, f"?sort={sort}")) == names


def test_each_unit_unfolds_to_its_massnahmen(board: SignedInClient) -> None:
    round_ = make.round()
    measure = make.measure("20.1", concept=round_.concept, title="Angebote <b>vor Ort</b>")
    make.report(measure, round=round_)
    text = page(board, round_)
    assert f'href="{reverse("ratings:measure", args=[round_.concept.slug, "20.1"])}?runde={round_.slug}"' in text
    assert "Angebote &lt;b&gt;vor Ort&lt;/b&gt;" in text
    assert '<details class="more">' in text
    assert '<details class="more" open>' in page(board, round_, "?stand=offen")


def test_massnahmen_without_a_unit_are_listed(coordinator: SignedInClient, board: SignedInClient) -> None:
    round_ = make.round()
    make.measure("7.3", concept=round_.concept, title="Verwaist")
    make.report(make.measure("8.1", concept=round_.concept), round=round_)
    link = reverse("ratings:responsibilities", args=[round_.concept.slug, "7.3"])
    for client, may in ((coordinator, True), (board, False)):
        text = page(client, round_)
        assert "Maßnahmen ohne zuständige Einheit" in text
        assert "Verwaist" in text
        assert (link in text) == may


def test_no_names_of_people(coordinator: SignedInClient) -> None:
    round_ = make.round()
    writer = make.user(first_name="Xaver", last_name="Qualmann")
    report = make.report(round=round_)
    make.submission(report, submitted_by=writer)
    StatusReport.objects.update(handed_in_by=writer)
    assert "Qualmann" not in page(coordinator, round_)


def test_a_round_without_ratings_has_a_ruecklauf(coordinator: SignedInClient) -> None:
    round_ = make.round(has_ratings=False)
    owes(make.unit(name="Arbeit"), S.SUBMITTED, S.OPEN, round_=round_)
    assert listed(coordinator, round_)["Arbeit"]["%"] == 50


def test_a_closed_round_shows_what_its_version_holds(coordinator: SignedInClient) -> None:
    round_ = make.round()
    owes(make.unit(name="Arbeit"), S.SUBMITTED, S.OPEN, round_=round_)
    make.snapshot(round_, data=freeze(live_appendix(round_)))
    ReportingRound.objects.update(state=RoundState.CLOSED)
    StatusReport.objects.update(state=S.SUBMITTED)
    figures = listed(coordinator, round_)["Arbeit"]
    assert (figures["eingereicht"], figures["überfällig"]) == (1, 1)
    text = page(coordinator, round_)
    assert "Fassung 1" in text
    assert "Bis zum Abschluss war nichts eingereicht." in text


@pytest.mark.parametrize("with_version", [True, False])
def test_an_imported_round_says_that_it_has_none(with_version: bool, coordinator: SignedInClient) -> None:
    round_ = make.round(state=RoundState.CLOSED)
    make.responsibility(make.measure(concept=round_.concept))
    if with_version:
        make.snapshot(round_, data=freeze(live_appendix(round_)))
    assert "wurden keine Berichte angefordert" in page(coordinator, round_)


def test_a_round_in_preparation_has_none_yet(coordinator: SignedInClient, board: SignedInClient) -> None:
    round_ = make.round(state=RoundState.PREPARING)
    make.responsibility(make.measure(concept=round_.concept))
    assert "noch in Vorbereitung" in page(coordinator, round_)
    assert board.get(address(round_)).status_code == 404


ALLOWED = {Role.BOARD, Role.RECORDER, Role.COORDINATOR}


@pytest.mark.parametrize("role", Role)
def test_who_sees_it(role: Role, client_as: SignIn) -> None:
    round_ = make.round()
    client = client_as(role)
    answers = {client.get(url) for url in (address(round_), reverse("ratings:returns_current"))}
    statuses = sorted(answer.status_code for answer in answers)
    if role in ALLOWED:
        assert statuses == [200, 302]
    elif role == Role.READER:
        assert statuses == [404, 404]
    else:
        assert statuses == [403, 403]
        assert all("nur die Evaluationsleitung und der Jour fixe" in answer.content.decode() for answer in answers)


def test_not_for_another_konzept(client_as: SignIn) -> None:
    round_ = make.round()
    assert client_as(Role.COORDINATOR, concept=make.concept()).get(address(round_)).status_code == 404


def test_the_short_address_leads_to_the_running_round_and_keeps_the_query(client_as: SignIn) -> None:
    own, foreign = make.round(), make.round()
    board = client_as(Role.BOARD, concept=own.concept)
    make.member(Role.REPORTER, concept=foreign.concept, user=board.user)
    response = board.get(reverse("ratings:returns_current") + "?stand=offen&sort=-ausstehend")
    assert (response.status_code, response["Location"]) == (302, address(own, "?stand=offen&sort=-ausstehend"))


def test_without_a_round_the_short_address_says_so(board: SignedInClient) -> None:
    response = board.get(reverse("ratings:returns_current"))
    assert "Es gibt noch keine Berichtsrunde" in response.content.decode()


@pytest.mark.parametrize("measures", [3, 9])
def test_queries(measures: int, coordinator: SignedInClient, assert_query_count: QueryCounts) -> None:
    round_ = make.filled_round(measures)
    for _ in range(measures):
        owes(make.unit(parent=make.unit()), S.OPEN, round_=round_)
    assert_query_count("returns", coordinator, address(round_), most=12)
