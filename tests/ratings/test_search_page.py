"""The page of the search and its form in the header."""

import re
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from goals.models import OrgUnit, Role
from ratings.models import ReportingRound
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

URL = "/suche/"


def page(client: Any, text: str = "", **query: str) -> str:
    response = client.get(URL, {"q": text, **query})
    assert response.status_code == 200
    return str(response.content.decode())


def links(html: str) -> list[str]:
    return [unescape(url) for url in re.findall(r'class="hit__title" href="([^"]*)"', html)]


def counts(html: str) -> dict[str, int]:
    found = re.findall(r'class="section__title" id="art-\w+">(\S+) <span class="tabs__count">(\d+)<', html)
    return {kind: int(number) for kind, number in found}


def filled(measures: int, text: str = "Sprachkurs") -> ReportingRound:
    """A round whose Maßnahmen, Ziele, reports and units all hold `text`."""
    round_ = make.round()
    writer = make.user()
    for number in range(1, measures + 1):
        goal = make.goal(str(number), concept=round_.concept, text=f"{text} für alle")
        measure = make.measure(goal=goal, title=f"{text} {number}")
        report = make.report(measure, make.unit(name=f"{text}amt {number}"), round=round_)
        make.submission(report, summary=f"Der {text} läuft.", submitted_by=writer)
    return round_


def test_hits_of_every_kind_with_the_words_marked(recorder: SignedInClient) -> None:
    round_ = filled(2)
    html = page(recorder, "Sprachkurse")
    assert counts(html) == {"Maßnahmen": 2, "Ziele": 2, "Berichte": 2, "Einheiten": 2}
    assert '<b class="num">8</b> Treffer für „Sprachkurse“' in html
    assert html.count("<mark>Sprachkurs</mark> 1") == 1
    assert '<span class="meta">Kurzfassung:</span> Der <mark>Sprachkurs</mark> läuft.' in html
    slug, unit = round_.concept.slug, OrgUnit.objects.get(name="Sprachkursamt 1")
    assert links(html)[::2] == [
        f"/konzepte/{slug}/massnahmen/1.1/",
        f"/konzepte/{slug}/#ziel-1",
        f"/konzepte/{slug}/massnahmen/1.1/?runde={round_.slug}#einheit-{unit.slug}",
        f"/runden/{round_.slug}/uebersicht/?einheit={unit.slug}",
    ]
    assert all(recorder.get(url).status_code == 200 for url in links(html))


def test_the_evaluationsleitung_comes_to_the_page_of_a_unit(coordinator: SignedInClient) -> None:
    unit = make.unit(name="Sprachenamt", is_active=False, successor=make.unit(name="Neues Amt"))
    html = page(coordinator, "Sprache")
    assert links(html) == [f"/einheiten/{unit.slug}/"]
    assert "aufgegangen in Neues Amt" in html


def test_what_was_written_is_text_and_no_markup(recorder: SignedInClient) -> None:
    evil = "<script>alert(1)</script> & <b>Kurs</b>"
    make.submission(make.report(make.measure(title=evil)), summary=evil)
    html = page(recorder, f"kurs {evil}")
    assert "<script>alert" not in html
    assert "&lt;<mark>script</mark>&gt;<mark>alert</mark>" in html
    assert "&lt;b&gt;<mark>Kurs</mark>&lt;/b&gt;" in html


def test_few_of_each_kind_and_all_in_pages(recorder: SignedInClient) -> None:
    filled(23)
    html = page(recorder, "Sprachkurs")
    assert len(links(html)) == 4 * 5
    assert "?q=Sprachkurs&amp;art=massnahmen" in html
    assert "Alle 23 Maßnahmen anzeigen" in html
    first = page(recorder, "Sprachkurs", art="massnahmen")
    assert (len(links(first)), "Seite 1 von 2" in first) == (20, True)
    second = page(recorder, "Sprachkurs", art="massnahmen", seite="2")
    assert [url.split("/")[-2] for url in links(second)] == ["21.1", "22.1", "23.1"]
    assert "q=Sprachkurs&amp;art=massnahmen&amp;seite=1" in second
    assert links(page(recorder, "Sprachkurs", art="massnahmen", seite="99")) == links(second)
    assert links(page(recorder, "Sprachkurs", art="massnahmen", seite="x")) == links(first)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "Wonach suchen Sie?"),
        ({"q": "  "}, "Wonach suchen Sie?"),
        ({"q": "%_'\""}, "Wonach suchen Sie?"),
        ({"q": "Fahrrad"}, "Nichts gefunden"),
        ({"q": "Kurs", "art": "berichte"}, "In allen Konzepten und Arten suchen"),
        ({"q": "x" * 10_000}, "Bitte suchen Sie mit höchstens 200 Zeichen."),
        ({"q": "Kurs", "art": "personen"}, "Diese Auswahl gibt es nicht; gesucht wird in allem."),
        ({"q": "Kurs", "konzept": "geheim"}, "Diese Auswahl gibt es nicht; gesucht wird in allem."),
        ({"q": "Kurs\x00\u202e\r\n"}, "<mark>Kurs</mark>"),
    ],
)
def test_what_the_page_says(recorder: SignedInClient, query: dict[str, str], said: str) -> None:
    make.measure(title="Kurs")
    response = recorder.get(URL, query)
    assert response.status_code == 200
    assert said in response.content.decode()


def test_readers_are_told_and_offered_what_they_can_find(reader: SignedInClient) -> None:
    round_ = filled(1)
    html = page(reader, "Sprachkurs")
    assert counts(html) == {"Maßnahmen": 1, "Ziele": 1}
    assert "läuft" not in html
    assert "berichte" not in re.findall(r'<option value="(\w*)"', html)
    assert counts(page(reader, "Sprachkurs", art="berichte")) == {"Maßnahmen": 1, "Ziele": 1}
    assert "Gefunden werden Maßnahmen und Ziele." in page(reader)
    assert str(round_) not in html


def test_a_unit_does_not_read_the_draft_of_another(client_as: Any) -> None:
    make.draft(make.report(), situation="Streng vertraulich", summary="Streng vertraulich")
    for client in (client_as(Role.REPORTER), client_as(Role.COORDINATOR)):
        assert "Nichts gefunden" in page(client, "vertraulich")


def test_the_header_of_other_pages_has_the_form(reader: SignedInClient, client: Any) -> None:
    html = reader.get("/").content.decode()
    assert f'action="{URL}"' in html
    assert html.count('name="q"') == 1
    assert html.count('role="search"') == 1
    assert page(reader).count('role="search"') == 1
    assert URL not in client.get(reverse("account_login")).content.decode()


def test_example_data_is_named(recorder: SignedInClient) -> None:
    make.measure("1.1", concept=make.concept(is_example=True), title="Kurs")
    html = page(recorder, "Kurs")
    assert "Beispieldaten:" in html
    assert "· Beispieldaten" in html


def test_the_number_of_queries_does_not_grow(client_as: Any, assert_query_count: QueryCounts) -> None:
    for number in (1, 4):
        filled(number)
        for role in (Role.COORDINATOR, Role.RECORDER, Role.READER):
            client = client_as(role)
            assert_query_count(f"search ({role.value})", client, f"{URL}?q=Sprachkurs", most=12)
            assert_query_count(f"search, number ({role.value})", client, f"{URL}?q=1.1", most=12)
