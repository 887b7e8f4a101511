"""„Meine Maßnahmen“: what a unit owes, what came back, what is next."""

import html
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from goals.models import Role
from ratings.my_reports import next_line, report_lines
from ratings.states import ReportState, RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = reverse("ratings:my_reports")


@pytest.fixture
def unit(reporter: Any) -> Any:
    return reporter.user.memberships.get().unit


def owed(unit: Any, states: list[str]) -> Any:
    """A running round in which `unit` owes one report in each of `states`; returns the reports."""
    the_round = make.round()
    reports = []
    for number, state in enumerate(states, 1):
        report = make.report(make.measure(f"{number}.1", concept=the_round.concept), unit, round=the_round, state=state)
        if state == ReportState.DRAFT:
            make.draft(report)
        elif state in (ReportState.SUBMITTED, ReportState.RETURNED):
            make.submission(report)
        reports.append(report)
    return reports


def test_shows_progress_deadline_and_states_of_the_own_unit_only(reporter: Any, unit: Any) -> None:
    reports = owed(unit, ["open", "draft", "submitted", "returned", "entfallen"])
    foreign = make.report(make.measure("77.3", concept=reports[0].round.concept, title="Fremde Maßnahme"), round=reports[0].round)
    page = reporter.get(URL).content.decode()
    assert "<b>1</b> von 4 Berichten eingereicht" in page
    assert "noch 10 Tage" in page
    assert foreign.measure.title not in page


@pytest.mark.parametrize(
    ("states", "after", "expected"),
    [
        (["open", "draft", "submitted"], None, 1),
        (["open", "submitted", "returned"], None, 0),
        (["submitted", "draft", "open"], 0, 1),
        (["open", "submitted", "draft"], 1, 2),
        (["open", "submitted", "submitted"], 1, 0),
        (["submitted", "submitted", "returned"], 0, 2),
        (["submitted", "draft", "submitted", "open"], 2, 3),
        (["submitted", "awaiting_approval", "entfallen"], None, None),
    ],
)
def test_the_next_open_report(reporter: Any, unit: Any, states: list[str], after: int | None, expected: int | None) -> None:
    """Behind the one just done, else a begun one, else a new one; a returned one stands on top anyway and comes last."""
    reports = owed(unit, states)
    lines = report_lines(reporter.user, reports[0].round)
    found = next_line(lines, after=None if after is None else reports[after].pk)
    assert (found.report if found else None) == (None if expected is None else reports[expected])


def test_a_returned_report_stands_on_top_with_the_question(reporter: Any, unit: Any) -> None:
    reports = owed(unit, ["open", "returned"])
    make.inquiry(reports[1], text="Welche Kommunen fehlen?")
    page = reporter.get(URL).content.decode()
    assert page.index("Welche Kommunen fehlen?") < page.index('id="massnahmen"')
    assert "Rückfrage beantworten" in page


def numbers(page: str) -> list[str]:
    return [part.split("<")[0] for part in page.split('<td role="cell" class="num">')[1:]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["1.1", "2.1", "3.1", "4.1"]),
        ("stand=zu-erledigen", ["1.1", "2.1"]),
        ("stand=eingereicht", ["3.1"]),
        ("stand=entfallen", ["4.1"]),
        ("q=MASSNAHME+2.1", ["2.1"]),
        ("q=maßnahme+2.1", ["2.1"]),
        ("q=2", ["2.1"]),
        ("q=massnahmen", ["1.1", "2.1", "3.1", "4.1"]),
        ("art=contributing", []),
        ("sort=-nummer", ["4.1", "3.1", "2.1", "1.1"]),
        ("sort=stand", ["1.1", "2.1", "3.1", "4.1"]),
        ("sort=-stand&stand=zu-erledigen", ["2.1", "1.1"]),
        ("sort=nonsense", ["1.1", "2.1", "3.1", "4.1"]),
        ("handlungsfeld=1", ["1.1", "2.1", "3.1", "4.1"]),
    ],
)
def test_filters_and_order_are_in_the_url(reporter: Any, unit: Any, query: str, expected: list[str]) -> None:
    owed(unit, ["open", "draft", "submitted", "entfallen"])
    assert numbers(reporter.get(f"{URL}?{query}").content.decode()) == expected


def test_tabs_and_headings_lead_to_what_they_say(reporter: Any, unit: Any) -> None:
    owed(unit, ["open", "draft", "submitted"])
    page = reporter.get(f"{URL}?q=massnahme").content.decode()
    links = [html.unescape(link) for link in re.findall(r'class="(?:tabs__link|list-table__sort)" href="([^"#]*)', page)]
    assert [link for link in links if "stand=eingereicht" in link and "q=massnahme" in link]
    assert [link for link in links if "sort=stand" in link and "q=massnahme" in link]
    to_submitted = next(link for link in links if "stand=eingereicht" in link)
    assert numbers(reporter.get(f"{URL}{to_submitted}").content.decode()) == ["3.1"]


@pytest.mark.parametrize("query", ["stand=kaputt", "handlungsfeld=99", "art=x", "einheit=fremd"])
def test_a_broken_filter_is_said_and_empties_nothing(reporter: Any, unit: Any, query: str) -> None:
    owed(unit, ["open", "draft"])
    page = reporter.get(f"{URL}?{query}").content.decode()
    assert "wird nicht angewendet" in page
    assert numbers(page) == ["1.1", "2.1"]


def test_two_running_rounds_can_be_switched(client_as: Any, unit: Any) -> None:
    first, second = owed(unit, ["open"])[0].round, owed(unit, ["open"])[0].round
    person = client_as(Role.REPORTER, unit)
    assert second.title in person.get(URL).content.decode()
    assert first.title in person.get(f"{URL}?runde={first.slug}").content.decode()
    assert person.get(f"{URL}?runde=unbekannt").status_code == 404


@pytest.mark.parametrize(
    ("role", "words"), [(Role.REPORTER, "Zurzeit ist nichts zu berichten"), (Role.BOARD, "keine Organisationseinheit")]
)
def test_nothing_to_report_is_said(client_as: Any, role: Role, words: str) -> None:
    make.round(state=RoundState.CLOSED)
    assert words in client_as(role).get(URL).content.decode()


def shown_on_top(page: str) -> list[str]:
    """The words of the buttons under „Als Nächstes“."""
    part = page[page.index('id="naechstes"') : page.index('id="massnahmen"')]
    return [words.strip() for words in re.findall(r'<span class="kern-label">([^<]+)</span>', part)]


def test_the_approver_finds_the_approvals_first(client_as: Any, unit: Any) -> None:
    """What the Freigabe returned is the turn of those who report: for who only approves it is one of the rest."""
    reports = owed(unit, ["returned", "returned", "draft", "awaiting_approval", "open", "submitted"])
    make.draft(reports[3])
    make.inquiry(reports[1], due_on=timezone.localdate())
    approver = client_as(Role.APPROVER, unit)
    page = approver.get(URL).content.decode()
    assert shown_on_top(page) == ["Lesen und freigeben", "Rückfrage beantworten", "Weiter mit 3.1"]
    assert "und 2 weitere Berichte</a>" in page
    assert 'Zu erledigen <span class="tabs__count">5</span>' in page
    assert numbers(approver.get(f"{URL}?stand=zu-erledigen").content.decode()) == ["1.1", "2.1", "3.1", "4.1", "5.1"]
    make.member(Role.REPORTER, unit=unit, user=approver.user)
    page = approver.get(URL).content.decode()
    assert shown_on_top(page) == ["Lesen und freigeben", "Rückfrage beantworten", "1.1 überarbeiten", "Weiter mit 3.1"]


def test_nobody_is_asked_to_approve_their_own(client_as: Any, unit: Any) -> None:
    reports = owed(unit, ["awaiting_approval", "awaiting_approval", "awaiting_approval"])
    approver = client_as(Role.APPROVER, unit)
    make.draft(reports[0], edited_by=approver.user)
    type(reports[1]).objects.filter(pk=reports[1].pk).update(handed_in_by=approver.user)
    make.draft(reports[1])
    make.draft(reports[2])
    page = approver.get(URL).content.decode()
    assert shown_on_top(page) == ["Lesen und freigeben"]
    assert (
        f'href="{reverse("ratings:report", args=[reports[2].pk])}"' in page[page.index('id="naechstes"') :].partition("</ol>")[0]
    )


def test_the_states_have_one_word_and_a_question_is_named_beside(reporter: Any, unit: Any) -> None:
    reports = owed(unit, ["open", "submitted", "returned"])
    make.inquiry(reports[1])
    page = reporter.get(URL).content.decode()
    on_top = page[page.index('id="naechstes"') : page.index('id="massnahmen"')]
    assert on_top.count("Rückfrage des Jour fixe vom") == 1
    assert "Ihr Bericht bleibt eingereicht." in on_top
    assert ">zurückgegeben</span>" in on_top
    assert ">Rückfrage</span>" not in page
    assert "Rückfrage offen" in page[page.index('id="massnahmen"') :]
    assert 'Zu erledigen <span class="tabs__count">3</span>' in page


def test_a_report_nobody_has_begun_was_not_changed(reporter: Any, unit: Any) -> None:
    reports = owed(unit, ["open"])
    row = reporter.get(URL).content.decode().partition('class="meta list-table__minor"')[2]
    assert row.startswith(">–<")
    make.draft(reports[0])
    row = reporter.get(URL).content.decode().partition('class="meta list-table__minor"')[2]
    assert row.startswith(f">{timezone.localdate():%d.%m.%Y}<")


def test_the_note_of_the_round_says_whose_it_is(reporter: Any, unit: Any) -> None:
    report = owed(unit, ["open"])[0]
    type(report.round).objects.update(note="Bitte bis Freitag.")
    assert "<b>Hinweis der Evaluationsleitung:</b> Bitte bis Freitag." in reporter.get(URL).content.decode()


def test_queries_stay_the_same_at_ten_times_the_rows(reporter: Any, unit: Any, assert_query_count: Any) -> None:
    reports = owed(unit, ["draft", "submitted", "returned"])
    make.inquiry(reports[2])
    assert_query_count("my_reports", reporter, URL, most=12)
    the_round = reports[0].round
    for number in range(4, 34):
        report = make.report(make.measure(f"{number}.1", concept=the_round.concept), unit, round=the_round)
        make.draft(report)
        make.inquiry(report)
    assert_query_count("my_reports", reporter, URL, most=12)
