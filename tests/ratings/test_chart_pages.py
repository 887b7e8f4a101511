"""Charts through their pages: who sees what, what is live and what frozen, what it costs; the map on the overview."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html as parse

from goals.models import Role
from ratings.appendix import freeze, live_appendix
from ratings.models import AgreedRating, ReportingRound
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db
NAMES = ("verteilung", "verlauf", "ruecklauf", "kennzeichen")


@pytest.fixture
def the_round() -> ReportingRound:
    """Six Maßnahmen: 1.1 and 4.1 disputed, 2.1 and 5.1 proposed, 3.1 and 6.1 agreed as hoch."""
    return make.filled_round(6, concept=make.concept(slug="plan", is_example=True))


def release(round_: ReportingRound, **fields: Any) -> None:
    """Close the round with a further Fassung, released unless `released_at` says otherwise."""
    data = freeze(live_appendix(round_))
    ReportingRound.objects.filter(pk=round_.pk).update(state=RoundState.CLOSED)
    make.snapshot(round_, data=data, **{"released_at": timezone.now()} | fields)


def earlier(concept: Any, years: int, **fields: Any) -> ReportingRound:
    """A closed and released round that many years ago, with one Maßnahme agreed as mittel."""
    day = timezone.localdate() - timedelta(days=365 * years)
    dates = {"opens_on": day, "due_on": day, "closes_on": day}
    round_ = make.round(concept, state=RoundState.CLOSED, title=f"Runde vor {years} Jahren", **dates, **fields)
    make.agreed_rating(concept.measures.first(), round=round_, grade=Grade.MEDIUM)
    release(round_)
    return round_


def address(round_: ReportingRound, name: str = "") -> str:
    return f"/runden/{round_.slug}/diagramme/{f'{name}.svg' if name else ''}"


def page(client: Client, round_: ReportingRound, query: str = "") -> str:
    response = client.get(address(round_) + query)
    assert response.status_code == 200
    return response.content.decode()


def shown(client: Client, round_: ReportingRound, query: str = "") -> list[str]:
    """The charts on the page, by the files that it offers."""
    return re.findall(r'diagramme/(\w+)\.svg[^"]*" download', page(client, round_, query))


def files(client: Client, round_: ReportingRound) -> list[str]:
    """The charts that can be downloaded."""
    return [name for name in NAMES if client.get(address(round_, name)).status_code == 200]


def line(html: str, table: str, first: str) -> list[str]:
    """The cells of one row of a table, by the title of its section and the words in its head."""
    section = parse.fromstring(html).get_element_by_id(table).getparent().getparent()
    row = next(row for row in section.findall(".//tbody/tr") if row.find("th").text_content().strip().startswith(first))
    return [" ".join(cell.text_content().split()) for cell in row.findall("td")]


def test_the_inside_sees_four_charts_with_their_numbers(coordinator: Client, the_round: ReportingRound) -> None:
    html = page(coordinator, the_round)
    assert tuple(shown(coordinator, the_round)) == NAMES
    assert line(html, "verteilung", "Handlungsfeld 1") == [
        *("hoch 4 (davon Vorschlag: 2)", "mittel 0", "gering 0", "unklar 0", "uneinig 2", "nicht bewertet 0", "zusammen 6")
    ]
    assert "6 eingegangen" not in html
    assert "12 geschuldet" in html
    assert "Beispieldaten:" in html


@pytest.mark.parametrize("role", [Role.REPORTER, Role.BOARD, Role.RECORDER])
def test_everybody_inside_sees_the_ruecklauf(role: Role, client_as: Callable[..., Client], the_round: ReportingRound) -> None:
    assert files(client_as(role), the_round) == list(NAMES)


def test_readers_see_the_released_result_and_nothing_of_what_led_to_it(reader: Client, the_round: ReportingRound) -> None:
    assert reader.get(address(the_round)).status_code == 404
    assert files(reader, the_round) == []
    release(the_round)
    assert files(reader, the_round) == shown(reader, the_round) == ["verteilung", "verlauf", "kennzeichen"]
    html = page(reader, the_round)
    tree = parse.fromstring(html)
    for part in (*tree.find_class("map"), *tree.find_class("map-table"), *tree.find_class("chart-pair")):
        assert not re.search("Vorschlag|Vorschläge|uneinig|umrandet", part.text_content())
    assert line(html, "verteilung", "Handlungsfeld 1")[0] == "hoch 2"


def test_a_fassung_is_frozen_and_a_running_round_is_not(coordinator: Client, reader: Client, the_round: ReportingRound) -> None:
    release(the_round)
    AgreedRating.objects.filter(round=the_round, measure__goal__number="3").update(grade=Grade.LOW)
    assert line(page(coordinator, the_round), "verteilung", "Handlungsfeld 1")[2] == "gering 0"
    release(the_round, released_at=None)
    assert line(page(coordinator, the_round), "verteilung", "Handlungsfeld 1")[2] == "gering 1"
    assert line(page(coordinator, the_round, "?fassung=1"), "verteilung", "Handlungsfeld 1")[2] == "gering 0"
    assert shown(coordinator, the_round, "?fassung=1") == ["verteilung", "verlauf", "kennzeichen"]
    assert line(page(reader, the_round), "verteilung", "Handlungsfeld 1")[2] == "gering 0"
    for query in ("?fassung=2", "?fassung=9", "?fassung=x"):
        assert reader.get(address(the_round) + query).status_code == 404
        assert reader.get(address(the_round, "verteilung") + query).status_code == 404


def test_the_course_has_the_rounds_that_the_person_may_read(
    coordinator: Client, reader: Client, the_round: ReportingRound
) -> None:
    old = earlier(the_round.concept, 2)
    hidden = make.round(
        the_round.concept, state=RoundState.CLOSED, opens_on="2020-01-01", due_on="2020-02-01", title="Runde 2020"
    )
    make.snapshot(hidden, data=freeze(live_appendix(old)))
    assert line(page(coordinator, the_round), "verlauf", "Runde vor 2")[1] == "mittel 1 17 %"
    assert line(page(coordinator, the_round), "verlauf", "Runde 2020")
    release(the_round)
    html = page(reader, the_round)
    assert line(html, "verlauf", "Runde vor 2")[1] == "mittel 1 17 %"
    assert "Runde 2020" not in html


def test_a_round_of_the_konzept_before_counts_too(coordinator: Client, the_round: ReportingRound) -> None:
    before = make.measure("9.1", concept=make.concept(short_title="Altes Konzept"))
    the_round.concept.measures.earliest("pk").predecessors.add(before)
    earlier(before.concept, 5)
    other = make.measure("9.1")
    earlier(other.concept, 3)
    html = page(coordinator, the_round)
    assert line(html, "verlauf", "Runde vor 5 Jahren (Altes Konzept)")[1] == "mittel 1 100 %"
    assert "Runde vor 3" not in html


def test_the_ruecklauf_counts_what_stands_from_its_first_day(coordinator: Client) -> None:
    round_ = make.round()
    day = timezone.now() - timedelta(days=5)
    for state, fields in (
        (ReportState.SUBMITTED, {}),
        (ReportState.RETURNED, {}),
        (ReportState.SUBMITTED, {"retracted": True}),
        (ReportState.OPEN, {}),
    ):
        report = make.report(make.measure(concept=round_.concept), round=round_, state=state, **fields)
        if state != ReportState.OPEN:
            make.submission(report, submitted_at=day)
    make.submission(round_.reports.first())
    dropped = make.report(make.measure(concept=round_.concept), round=round_)
    make.submission(dropped, submitted_at=day)
    type(dropped).objects.filter(pk=dropped.pk).update(state=ReportState.DROPPED, state_reason="Entfällt.")
    html = page(coordinator, round_)
    assert line(html, "ruecklauf", f"{timezone.localdate(day):%d.%m.%Y}") == ["eingegangen 2", "bis dahin 2", "Anteil 50 %"]
    assert "4 geschuldet" in html
    person = round_.reports.earliest("pk").submissions.earliest("pk").submitted_by
    assert person.last_name not in html


def test_a_round_without_ratings_has_the_ruecklauf_alone(coordinator: Client, reader: Client) -> None:
    round_ = make.filled_round(3)
    ReportingRound.objects.filter(pk=round_.pk).update(has_ratings=False)
    assert files(coordinator, round_) == shown(coordinator, round_) == ["ruecklauf"]
    assert 'class="map"' not in page(coordinator, round_)
    release(ReportingRound.objects.get(pk=round_.pk))
    assert files(reader, round_) == shown(reader, round_) == []
    assert "In dieser Runde wurde berichtet, nicht bewertet." in page(reader, round_)


def test_while_a_round_is_prepared_there_is_nothing_to_draw(coordinator: Client, board: Client) -> None:
    round_ = make.round(state=RoundState.PREPARING)
    make.measure(concept=round_.concept)
    assert "Noch keine Diagramme" in page(coordinator, round_)
    assert files(coordinator, round_) == []
    assert board.get(address(round_)).status_code == 404


def test_an_imported_result_has_no_ruecklauf(coordinator: Client) -> None:
    round_ = make.round(state=RoundState.CLOSED)
    make.agreed_rating(make.measure(concept=round_.concept), round=round_)
    release(round_)
    assert files(coordinator, round_) == ["verteilung", "verlauf", "kennzeichen"]


def test_a_chart_is_sent_as_a_file(coordinator: Client, the_round: ReportingRound) -> None:
    response: Any = coordinator.get(address(the_round, "verteilung"))
    day = f"{timezone.localdate():%Y-%m-%d}"
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response["Content-Disposition"] == (
        f'attachment; filename="Beispieldaten_Entwurf_Diagramm-Verteilung_{the_round.slug}_Stand_{day}.svg"'
    )
    text = b"".join(response.streaming_content).decode()
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg"')
    assert "Entwurf (offen)." in text
    assert coordinator.get(address(the_round, "noten")).status_code == 404
    assert coordinator.get("/runden/keine/diagramme/verteilung.svg").status_code == 404


@pytest.mark.parametrize("years", [1, 3])
@pytest.mark.parametrize("measures", [3, 30])
def test_the_page_costs_the_same_with_more_of_everything(
    years: int, measures: int, coordinator: Client, assert_query_count: QueryCounts
) -> None:
    round_ = make.filled_round(measures)
    for year in range(1, years + 1):
        earlier(round_.concept, year)
    assert_query_count("charts", coordinator, address(round_), most=12)
    for name in NAMES:
        assert_query_count(f"chart {name}", coordinator, address(round_, name), most=12)


def test_the_map_of_the_overview_is_the_same_component(coordinator: Client, the_round: ReportingRound) -> None:
    html = coordinator.get(f"/runden/{the_round.slug}/uebersicht/?bewertung=uneinig").content.decode()
    cells = re.findall(r'<a class="map__link" href="([^"]+)">', html)
    assert len(cells) == 6
    assert [url for url in cells if url.startswith("#")] == ["#m-1-1", "#m-4-1"]
    assert all(url.startswith("/konzepte/plan/massnahmen/") for url in cells if not url.startswith("#"))
    assert f'href="#karte-{the_round.slug}-ende">Karte überspringen' in html
    assert f'id="karte-{the_round.slug}-ende"' in html
    assert f'href="{address(the_round)}' in html


def test_the_table_of_the_map_says_the_same(coordinator: Client, the_round: ReportingRound) -> None:
    tree = parse.fromstring(page(coordinator, the_round))
    tips = [" ".join(tip.text_content().split()) for tip in tree.find_class("map__tip")]
    rows = [row for row in tree.find_class("map-table")[0].findall(".//tbody/tr") if row.find("td") is not None]
    told = [" ".join(" ".join(row.itertext()).split()) for row in rows]
    assert tips[0] == "1.1 Maßnahme 1.1: Vorschläge uneinig"
    assert told[:3] == ["1.1 Maßnahme 1.1 uneinig", "2.1 Maßnahme 2.1 hoch Vorschlag", "3.1 Maßnahme 3.1 hoch"]
    assert len(told) == len(tips) == 6
