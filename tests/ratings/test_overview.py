"""The overview and its files through their pages: who sees what, what the query string does, what it costs."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from goals.models import Role
from ratings.appendix import freeze, live_appendix
from ratings.models import ReportingRound
from ratings.scheme import Grade
from ratings.states import RoundState
from tests import factories as make
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def the_round() -> ReportingRound:
    """Six Maßnahmen: 1.1 and 4.1 disputed, 2.1 and 5.1 with a Rückfrage, 3.1 and 6.1 agreed as hoch; one more nobody reports on."""
    round_ = make.filled_round(6, concept=make.concept(slug="plan", is_example=True))
    make.measure("7.1", concept=round_.concept, title="Verwaiste Maßnahme", is_mandatory=True)
    return round_


def released(round_: ReportingRound, **fields: Any) -> None:
    """Close the round with its first Fassung, released unless `released_at` says otherwise."""
    data = freeze(live_appendix(round_))
    ReportingRound.objects.filter(pk=round_.pk).update(state=RoundState.CLOSED)
    make.snapshot(round_, data=data, **{"released_at": timezone.now()} | fields)


def page(client: Client, round_: ReportingRound, query: str = "", **headers: Any) -> str:
    response = client.get(f"/runden/{round_.slug}/uebersicht/?{query}", **headers)
    assert response.status_code == 200
    return response.content.decode()


def shown(html: str) -> list[str]:
    """The numbers of the Maßnahmen in the list, in its order."""
    return [match.replace("-", ".") for match in re.findall(r'<tr class="overview__row[^>]*id="m-([^"]+)"', html)]


def read_csv(response: Any) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_whole_konzept_stands_there_by_handlungsfeld(coordinator: Client, the_round: ReportingRound) -> None:
    html = page(coordinator, the_round)
    assert shown(html) == ["1.1", "2.1", "3.1", "4.1", "5.1", "6.1", "7.1"]
    assert '<b class="num">7</b> von 7 Maßnahmen' in html
    assert "2 von 7 abgestimmt" in html
    assert "Beispieldaten:" in html
    assert "<b>Entwurf</b>, offen" in html
    assert "Vorschlag" in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("bewertung=uneinig", "1.1 4.1"),
        ("bewertung=hoch", "2.1 3.1 5.1 6.1"),
        ("bewertung=ohne", "7.1"),
        ("stand=missing", "2.1 5.1"),
        ("fehlt=1", "2.1 3.1 5.1 6.1"),
        ("niemand=1", "7.1"),
        ("kennzeichen=is_mandatory", "7.1"),
        ("q=VERWAISTE", "7.1"),
        ("sort=-nummer&fehlt=1", "6.1 5.1 3.1 2.1"),
    ],
)
def test_a_filter_shows_its_rows_and_says_how_many(
    coordinator: Client, the_round: ReportingRound, query: str, expected: str
) -> None:
    html = page(coordinator, the_round, query)
    assert " ".join(shown(html)) == expected
    assert f'<b class="num">{len(expected.split())}</b> von 7 Maßnahmen' in html
    rows = read_csv(coordinator.get(f"/runden/{the_round.slug}/anhang.csv?{query}"))
    assert " ".join(f"{row['Ziel']}.{row['Position']}" for row in rows) == expected


def test_what_is_missing_is_asked_for_in_one_place_and_old_addresses_keep_their_box(
    coordinator: Client, the_round: ReportingRound
) -> None:
    """„Bericht fehlt“ and „niemand zuständig“ have a box of their own; as a Stand they stand there only where they were asked for."""
    html = page(coordinator, the_round)
    assert "Nur Maßnahmen, bei denen" in html
    assert [html.count(f">{words}</label>") for words in ("ein Bericht fehlt", "niemand zuständig ist")] == [1, 1]
    assert 'value="decide"' in html
    for value, words in (("missing", "Bericht fehlt"), ("nobody", "niemand zuständig")):
        box = f'name="stand" value="{value}"'
        assert box not in html
        old = page(coordinator, the_round, f"stand={value}")
        assert box in old
        assert f">{words}</label>" in old


def test_quick_links_count_what_they_lead_to(coordinator: Client, the_round: ReportingRound) -> None:
    links = coordinator.get(f"/runden/{the_round.slug}/uebersicht/").context["quick_links"]
    assert ("uneinig", 2) in [(link.words, link.count) for link in links]
    for link in links:
        assert len(shown(page(coordinator, the_round, link.query))) == link.count


def test_menus_close_each_other_without_a_script(coordinator: Client, the_round: ReportingRound) -> None:
    html = page(coordinator, the_round)
    menus = re.findall(r'<details class="menu[^>]*>', html)
    assert len(menus) == 6
    assert all('name="menue"' in menu for menu in menus)
    assert '<noscript><button class="kern-btn kern-btn--secondary" type="submit">' in html


def test_the_workbook_has_the_rows_and_the_order_of_the_page(coordinator: Client, the_round: ReportingRound) -> None:
    query = "bewertung=hoch&bewertung=uneinig&sort=-bewertung"
    response: Any = coordinator.get(f"/runden/{the_round.slug}/anhang.xlsx?{query}")
    assert response["Content-Disposition"].startswith('attachment; filename="Beispieldaten_Entwurf_Anhang_')
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content)))["Daten"]
    head, *rows = sheet.iter_rows(values_only=True)
    assert [row[head.index("Nummer")] for row in rows] == shown(page(coordinator, the_round, query))
    assert "Bewertung: hoch oder uneinig" in str(rows[0][head.index("Auswahl")])


def test_a_broken_value_is_named_and_does_not_empty_the_list(coordinator: Client, the_round: ReportingRound) -> None:
    html = page(coordinator, the_round, "handlungsfeld=99&niemand=1&q=%3Cscript%3E" + "x" * 300)
    assert shown(html) == ["7.1"]
    assert "2 Filter sind nicht lesbar" in html
    assert "<li>Handlungsfeld: „99“ gibt es hier nicht.</li>" in html
    assert "<li>Suche: Höchstens 200 Zeichen.</li>" in html
    assert "<script>x" not in html


def test_no_file_is_made_of_a_filter_that_cannot_be_read(coordinator: Client, the_round: ReportingRound) -> None:
    response = coordinator.get(f"/runden/{the_round.slug}/anhang.xlsx?bewertung=rosa&fehlt=1", follow=True)
    assert response.redirect_chain == [(f"/runden/{the_round.slug}/uebersicht/?bewertung=rosa&fehlt=1", 302)]
    html = response.content.decode()
    assert "Es wurde keine Datei erzeugt" in html
    assert "Bewertung: „rosa“ gibt es hier nicht." in html
    assert coordinator.get(f"/runden/{the_round.slug}/anhang.exe").status_code == 404


def test_nothing_found_says_so_and_offers_the_way_back(coordinator: Client, the_round: ReportingRound) -> None:
    html = page(coordinator, the_round, "q=gibtesnicht")
    assert "Keine Maßnahme passt zu diesen Filtern" in html
    assert "Suche: „gibtesnicht“" in html


def test_links_keep_the_filter(coordinator: Client, the_round: ReportingRound) -> None:
    html = page(coordinator, the_round, "fehlt=1&bewertung=hoch")
    assert 'href="?bewertung=hoch&amp;fehlt=1&amp;sort=massnahme"' in html
    assert 'href="?bewertung=hoch&amp;fehlt=1&amp;zieltexte=kurz"' in html
    assert f"/runden/{the_round.slug}/anhang.xlsx?bewertung=hoch&amp;fehlt=1" in html
    link = re.search(r'class="overview__title" href="([^"]+)"', html)
    assert link is not None
    target = urlsplit(link.group(1).replace("&amp;", "&"))
    assert target.path == "/konzepte/plan/massnahmen/2.1/"
    assert parse_qs(target.query) == {"runde": [the_round.slug], "zurueck": ["bewertung=hoch&fehlt=1"]}


def test_a_partial_request_leaves_a_clean_address(coordinator: Client, the_round: ReportingRound) -> None:
    url = f"/runden/{the_round.slug}/uebersicht/"
    response = coordinator.get(f"{url}?q=&handlungsfeld=&fehlt=1&sort=nummer&zieltexte=", headers={"HX-Request": "true"})
    assert response["HX-Push-Url"] == f"{url}?fehlt=1"


def test_readers_see_the_released_result_and_nothing_behind_it(
    coordinator: Client, reader: Client, the_round: ReportingRound
) -> None:
    url = f"/runden/{the_round.slug}/uebersicht/"
    assert reader.get(url).status_code == 404
    assert reader.get(f"/runden/{the_round.slug}/anhang.xlsx").status_code == 404
    released(the_round)
    html = page(reader, the_round, "stand=missing&uneinig=1")
    assert shown(html) == ["1.1", "2.1", "3.1", "4.1", "5.1", "6.1", "7.1"]
    assert "<b>Fassung 1</b>, freigegeben am" in html
    for word in ("Vorschlag</span>", "uneinig</span>", ">Stand<", "Bericht fehlt", "umrandet", 'name="stand"', 'name="fehlt"'):
        assert word not in html
    inside = page(coordinator, the_round)
    assert "Vorschlag</span>" in inside
    assert "umrandet" in inside
    assert ">Stand<" in inside
    rows = read_csv(reader.get(f"/runden/{the_round.slug}/anhang.csv"))
    assert [row["Zielerreichungsgrad"] for row in rows] == ["", "", "hoch", "", "", "hoch", ""]
    assert "Vorschläge" not in rows[0]


def test_what_is_closed_and_not_released_is_a_draft_for_the_inside_only(
    coordinator: Client, reader: Client, the_round: ReportingRound
) -> None:
    released(the_round, released_at=None)
    assert "Fassung 1, noch nicht freigegeben" in page(coordinator, the_round)
    assert reader.get(f"/runden/{the_round.slug}/uebersicht/").status_code == 404


def test_a_round_without_ratings_shows_the_ruecklauf(coordinator: Client, the_round: ReportingRound) -> None:
    ReportingRound.objects.filter(pk=the_round.pk).update(has_ratings=False)
    html = page(coordinator, the_round)
    assert ">Rücklauf<" in html
    assert "Verteilung" not in html
    assert ">Bewertung<" not in html
    assert shown(html) == ["1.1", "2.1", "3.1", "4.1", "5.1", "6.1", "7.1"]


def test_a_round_in_preparation_shows_who_is_responsible(coordinator: Client) -> None:
    rated = make.measure(title="Kommt noch")
    make.responsibility(rated, make.unit(name="Fachdienst Zukunft"))
    round_ = make.round(rated.concept, state=RoundState.PREPARING)
    html = page(coordinator, round_)
    assert "Fachdienst Zukunft" in html
    assert "noch in Vorbereitung" in html
    assert ">Stand<" not in html


def test_the_current_overview_is_that_of_the_running_round(coordinator: Client, reader: Client) -> None:
    assert "Für Sie gibt es noch keine Berichtsrunde" in coordinator.get("/uebersicht/").content.decode()
    newest = make.round(state=RoundState.CLOSED, opens_on="2099-01-01", due_on="2099-02-01", closes_on=None)
    running = make.round(opens_on="2020-01-01")
    make.snapshot(newest, released_at=timezone.now())
    assert coordinator.get("/uebersicht/?q=Kita")["Location"] == f"/runden/{running.slug}/uebersicht/?q=Kita"
    assert reader.get("/uebersicht/")["Location"] == f"/runden/{newest.slug}/uebersicht/"


def test_rounds_of_other_konzepte_are_out_of_sight(client_as: Callable[..., Client], the_round: ReportingRound) -> None:
    stranger = client_as(Role.BOARD, concept=make.concept())
    assert stranger.get(f"/runden/{the_round.slug}/uebersicht/").status_code == 404
    assert stranger.get(f"/runden/{the_round.slug}/anhang.csv").status_code == 404
    assert "keine Berichtsrunde" in stranger.get("/uebersicht/").content.decode()


def test_the_page_costs_the_same_at_ten_times_the_rows(client_as: Callable[..., Any], assert_query_count: QueryCounts) -> None:
    client = client_as(Role.REPORTER, with_subunits=True)
    for measures in (3, 30):
        round_ = make.filled_round(measures)
        assert_query_count("overview", client, f"/runden/{round_.slug}/uebersicht/", most=9)
        assert_query_count("overview filtered", client, f"/runden/{round_.slug}/uebersicht/?bewertung=hoch&sort=stand", most=9)
        assert_query_count("export xlsx", client, f"/runden/{round_.slug}/anhang.xlsx", most=12)
        assert_query_count("export ods", client, f"/runden/{round_.slug}/anhang.ods", most=12)
        assert_query_count("export csv", client, f"/runden/{round_.slug}/anhang.csv", most=12)


def test_a_snapshot_costs_the_same_at_ten_times_the_rows(reader: Client, assert_query_count: QueryCounts) -> None:
    for measures in (3, 30):
        round_ = make.filled_round(measures)
        released(round_)
        assert_query_count("overview released", reader, f"/runden/{round_.slug}/uebersicht/", most=9)


def test_agreed_below_a_dispute_is_found_by_uneinig(coordinator: Client, the_round: ReportingRound) -> None:
    make.agreed_rating(the_round.concept.measures.get(goal__number="1"), round=the_round, grade=Grade.MEDIUM)
    assert shown(page(coordinator, the_round, "uneinig=1")) == ["1.1", "4.1"]
    assert shown(page(coordinator, the_round, "bewertung=uneinig")) == ["4.1"]
