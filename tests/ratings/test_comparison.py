"""Two rounds side by side: the rule as a table, then what the overview makes of it."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from goals.models import Measure, Role
from ratings.appendix import AppendixRow, freeze, live_appendix
from ratings.comparison import Change, compare
from ratings.models import ReportingRound
from ratings.rollup import Standing
from ratings.scheme import Grade
from ratings.states import RoundState
from tests import factories as make
from tests.query_counts import QueryCounts
from tests.ratings.appendix_samples import row

HIGH, MEDIUM, LOW, UNCLEAR = Grade.HIGH, Grade.MEDIUM, Grade.LOW, Grade.UNCLEAR
BETTER, WORSE, NEW, SAME, INCOMPARABLE = Change


def agreed(key: str, grade: Grade | None) -> AppendixRow:
    return row(key=key, standing=Standing.AGREED if grade else Standing.NOT_RATED, grade=grade)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (LOW, MEDIUM, BETTER),
        (LOW, HIGH, BETTER),
        (MEDIUM, HIGH, BETTER),
        (HIGH, MEDIUM, WORSE),
        (HIGH, LOW, WORSE),
        (MEDIUM, LOW, WORSE),
        (HIGH, HIGH, SAME),
        (MEDIUM, MEDIUM, SAME),
        (LOW, LOW, SAME),
        (UNCLEAR, HIGH, INCOMPARABLE),
        (HIGH, UNCLEAR, INCOMPARABLE),
        (UNCLEAR, UNCLEAR, INCOMPARABLE),
        (None, HIGH, INCOMPARABLE),
        (HIGH, None, INCOMPARABLE),
        (None, None, INCOMPARABLE),
    ],
)
def test_the_rule(before: Grade | None, now: Grade | None, expected: Change) -> None:
    found = compare([agreed("k", now)], [agreed("k", before)])
    assert found.by_key["k"].change is expected


@pytest.mark.parametrize("standing", [Standing.PROPOSAL, Standing.DISPUTED, Standing.NONE])
def test_only_what_was_agreed_counts(standing: Standing) -> None:
    proposed = row(key="k", standing=standing, grade=HIGH if standing == Standing.PROPOSAL else None)
    assert compare([proposed], [agreed("k", LOW)]).by_key["k"].change is INCOMPARABLE
    assert compare([agreed("k", LOW)], [proposed]).by_key["k"].change is INCOMPARABLE


def test_without_a_counterpart_a_measure_is_new_and_what_nobody_continues_has_ended() -> None:
    found = compare([agreed("a", HIGH), agreed("b", None)], [agreed("c", HIGH)])
    assert [found.by_key[key].change for key in "ab"] == [NEW, NEW]
    assert [old.key for old in found.ended] == ["c"]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((LOW, MEDIUM), HIGH, BETTER),
        ((HIGH, MEDIUM), LOW, WORSE),
        ((MEDIUM, MEDIUM), MEDIUM, SAME),
        ((LOW, MEDIUM), MEDIUM, INCOMPARABLE),
        ((LOW, HIGH), MEDIUM, INCOMPARABLE),
        ((LOW, UNCLEAR), HIGH, INCOMPARABLE),
        ((LOW, None), HIGH, INCOMPARABLE),
    ],
)
def test_several_predecessors_have_no_average(before: tuple[Grade | None, ...], now: Grade, expected: Change) -> None:
    earlier = [agreed(f"old-{number}", grade) for number, grade in enumerate(before)]
    found = compare([agreed("new", now)], earlier, {"new": {old.key for old in earlier}})
    assert found.by_key["new"].change is expected
    assert list(found.by_key["new"].before) == earlier
    assert not found.ended


def test_across_konzepte_equal_keys_mean_nothing() -> None:
    found = compare([agreed("a", HIGH), agreed("b", HIGH)], [agreed("a", LOW), agreed("b", LOW)], {"a": {"b"}})
    assert [found.by_key[key].change for key in "ab"] == [BETTER, NEW]
    assert [old.key for old in found.ended] == ["a"]


def test_selection_and_counts() -> None:
    rows = [agreed("a", HIGH), agreed("b", LOW), agreed("c", LOW)]
    found = compare(rows, [agreed("a", LOW), agreed("b", LOW)])
    assert [kept.key for kept in found.select(rows, Change.differing())] == ["a", "c"]
    assert found.select(rows, ()) == tuple(rows)
    assert found.counts(rows) == [(BETTER, 1), (WORSE, 0), (NEW, 1), (SAME, 1), (INCOMPARABLE, 0)]


# The page


def closed(concept: Any, slug: str, opens_on: date, grades: dict[Measure, Grade | None], *, is_released: bool = True) -> None:
    round_ = make.round(
        concept,
        slug=slug,
        title=f"Runde {slug}",
        opens_on=opens_on,
        due_on=opens_on,
        closes_on=None,
        state=RoundState.CLOSED,
    )
    for measure, grade in grades.items():
        make.agreed_rating(measure, round=round_, grade=grade)
    make.snapshot(round_, data=freeze(live_appendix(round_)), released_at=timezone.now() if is_released else None)


def two_rounds(measures: int = 6, *, is_released: bool = True) -> None:
    """`neu` and `alt`; six Maßnahmen: besser, schlechter, gleich, unklar before, nicht bewertet now, and one that is new."""
    concept = make.concept(slug="plan")
    before, now = [LOW, HIGH, MEDIUM, UNCLEAR, HIGH], [HIGH, LOW, MEDIUM, HIGH, None, MEDIUM]
    own = [make.measure(f"{number}.1", concept=concept, title=f"Nummer {number}") for number in range(1, measures)]
    closed(concept, "alt", date(2024, 1, 1), dict(zip(own, before * measures, strict=False)), is_released=is_released)
    own.append(make.measure(f"{measures}.1", concept=concept, title="Dazugekommen"))
    closed(concept, "neu", date(2025, 1, 1), dict(zip(own, now * measures, strict=False)))


def page(client: Client, query: str = "", slug: str = "neu") -> str:
    response = client.get(f"/runden/{slug}/uebersicht/?{query}")
    assert response.status_code == 200
    return response.content.decode()


def shown(html: str) -> str:
    return " ".join(found.replace("-", ".") for found in re.findall(r'<tr class="overview__row[^>]*id="m-([^"]+)"', html))


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def cells(html: str) -> list[str]:
    return [plain(cell) for cell in re.findall(r'<td class="overview__change".*?</td>', html, re.DOTALL)]


@pytest.mark.django_db
def test_the_overview_shows_the_earlier_round_beside_this_one(coordinator: Client) -> None:
    two_rounds()
    without = page(coordinator)
    assert re.findall(r'<option value="(alt|neu)"[^>]*>\s*([^<]*?)\s*</option>', without) == [("alt", "Runde alt")]
    assert ">Veränderung<" not in without
    html = page(coordinator, "vergleich=alt")
    assert shown(html) == "1.1 2.1 3.1 4.1 5.1 6.1"
    assert cells(html) == [
        "besser vorher gering → jetzt hoch",
        "schlechter vorher hoch → jetzt gering",
        "gleich",
        "nicht vergleichbar vorher unklar → jetzt hoch",
        "nicht vergleichbar vorher hoch → jetzt nicht bewertet",
        "neu",
    ]
    assert "Veränderung gegenüber „Runde alt“" in html
    assert "1 besser 1 schlechter 1 neu 1 gleich 2 nicht vergleichbar" in plain(html)
    assert 'href="?vergleich=alt&amp;veraenderung=besser&amp;veraenderung=schlechter&amp;veraenderung=neu"' in html
    assert "nur Änderungen" in html
    assert "zurueck=vergleich%3Dalt" in html
    assert "anhang.xlsx?vergleich=alt" in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("veraenderung=besser", "1.1"),
        ("veraenderung=besser&veraenderung=schlechter&veraenderung=neu", "1.1 2.1 6.1"),
        ("veraenderung=unvergleichbar&sort=-nummer", "5.1 4.1"),
        ("veraenderung=unvergleichbar&bewertung=hoch", "4.1"),
        ("sort=-bewertung", "5.1 2.1 3.1 6.1 1.1 4.1"),
    ],
)
def test_the_filter_shows_the_same_rows_on_the_page_and_in_the_file(coordinator: Client, query: str, expected: str) -> None:
    two_rounds()
    html = page(coordinator, f"vergleich=alt&{query}")
    assert shown(html) == expected
    assert f'<b class="num">{len(expected.split())}</b> von 6 Maßnahmen' in html
    response: Any = coordinator.get(f"/runden/neu/anhang.csv?vergleich=alt&{query}")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")), delimiter=";"))
    assert " ".join(f"{found['Ziel']}.{found['Position']}" for found in rows) == expected


@pytest.mark.django_db
def test_the_files_say_what_stood_there_before(coordinator: Client) -> None:
    two_rounds()
    response: Any = coordinator.get("/runden/neu/anhang.xlsx?vergleich=alt&veraenderung=besser&veraenderung=unvergleichbar")
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content)))["Daten"]
    head, *rows = sheet.iter_rows(values_only=True)
    found = [dict(zip(head, values, strict=True)) for values in rows]
    assert [(cell["Vorherige Bewertung"], cell["Veränderung"], cell["Vergleich mit"]) for cell in found] == [
        ("gering", "besser", "Runde alt"),
        ("unklar", "nicht vergleichbar", "Runde alt"),
        ("hoch", "nicht vergleichbar", "Runde alt"),
    ]
    assert "Veränderung gegenüber „Runde alt“: besser oder nicht vergleichbar" in str(found[0]["Auswahl"])
    plain_file: Any = coordinator.get("/runden/neu/anhang.csv")
    assert "Veränderung;" not in b"".join(plain_file.streaming_content).decode("utf-8-sig")


@pytest.mark.django_db
def test_totals_tell_what_their_links_show_and_each_field_counts_its_rows(coordinator: Client) -> None:
    two_rounds()
    html = page(coordinator, "vergleich=alt&veraenderung=besser&q=Nummer")
    assert "von 5 der 6" in html
    assert 'href="?q=Nummer&amp;vergleich=alt&amp;veraenderung=schlechter"' in html
    assert [plain(words) for words in re.findall(r'field__changes">(.*?)</p>', html)] == ["Veränderung: 1 besser"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "complaints"),
    [
        ("vergleich=quatsch", ["Vergleich mit: „quatsch“ gibt es hier nicht."]),
        ("vergleich=neu", ["Vergleich mit: „neu“ gibt es hier nicht."]),
        ("vergleich=alt&veraenderung=blau", ["Veränderung: „blau“ gibt es hier nicht."]),
        ("veraenderung=besser", ["Veränderung: Dafür muss eine Runde zum Vergleich gewählt sein."]),
    ],
)
def test_a_broken_value_is_named_and_the_page_still_shows(coordinator: Client, query: str, complaints: list[str]) -> None:
    two_rounds()
    html = page(coordinator, query)
    assert shown(html) == "1.1 2.1 3.1 4.1 5.1 6.1"
    assert [plain(item) for item in re.findall(r"<li>([^<]*: [^<]*)</li>", html)] == complaints
    assert coordinator.get(f"/runden/neu/anhang.csv?{query}").status_code == 302


@pytest.mark.django_db
def test_only_earlier_rounds_with_ratings_are_offered(coordinator: Client) -> None:
    two_rounds()
    assert "Vergleich mit" not in page(coordinator, slug="alt")
    assert "Vergleich mit: „neu“ gibt es hier nicht." in page(coordinator, "vergleich=neu", slug="alt")
    ReportingRound.objects.filter(slug="alt").update(has_ratings=False)
    assert "Vergleich mit" not in page(coordinator)


@pytest.mark.django_db
def test_a_round_without_ratings_is_not_compared(coordinator: Client) -> None:
    two_rounds()
    concept = ReportingRound.objects.get(slug="neu").concept
    make.round(concept, slug="stand", has_ratings=False)
    assert ">Veränderung" not in page(coordinator, "vergleich=alt", slug="stand")


@pytest.mark.django_db
def test_a_closed_round_without_result_is_a_complaint(coordinator: Client) -> None:
    two_rounds()
    concept = ReportingRound.objects.get(slug="neu").concept
    make.round(concept, slug="leer", state=RoundState.CLOSED, opens_on=date(2023, 1, 1), due_on=date(2023, 1, 1))
    html = page(coordinator, "vergleich=leer&veraenderung=besser")
    assert "Von dieser Runde gibt es kein Ergebnis, mit dem sich vergleichen lässt." in html
    assert shown(html) == "1.1 2.1 3.1 4.1 5.1 6.1"


@pytest.mark.django_db
def test_readers_compare_released_results_only(reader: Client, coordinator: Client) -> None:
    two_rounds(is_released=False)
    assert "Vergleich mit" not in page(reader)
    html = page(reader, "vergleich=alt")
    assert "Vergleich mit: „alt“ gibt es hier nicht." in html
    assert "Runde alt" not in html
    assert cells(page(coordinator, "vergleich=alt"))
    snapshot = ReportingRound.objects.get(slug="alt").snapshots.get()
    snapshot.released_at = timezone.now()
    snapshot.save(update_fields=["released_at"])
    assert cells(page(reader, "vergleich=alt"))[0] == "besser vorher gering → jetzt hoch"


@pytest.mark.django_db
def test_readers_see_no_proposal_through_the_comparison(reader: Client, coordinator: Client) -> None:
    """The later round is running again: readers go on seeing its released Fassung, and nothing that was agreed since."""
    two_rounds()
    later = ReportingRound.objects.get(slug="neu")
    ReportingRound.objects.filter(pk=later.pk).update(state=RoundState.COORDINATING)
    later.agreed_ratings.filter(measure__title="Nummer 2").update(grade=HIGH)
    assert cells(page(coordinator, "vergleich=alt"))[1] == "gleich"
    assert cells(page(reader, "vergleich=alt"))[1] == "schlechter vorher hoch → jetzt gering"


@pytest.mark.django_db
def test_an_earlier_konzept_is_compared_by_predecessors(coordinator: Client) -> None:
    two_rounds()
    follower = make.concept(slug="folge")
    continued = make.measure("1.1", concept=follower)
    continued.predecessors.set(Measure.objects.filter(concept__slug="plan", title__in=["Nummer 2", "Nummer 3"]))
    fresh = make.measure("2.1", concept=follower)
    make.concept(slug="fremd")
    closed(follower, "folge-1", date(2026, 1, 1), {continued: HIGH, fresh: LOW})
    html = page(coordinator, "vergleich=neu", slug="folge-1")
    assert "Runde neu (" in html
    assert cells(html) == ["besser vorher gering mittel → jetzt hoch", "neu"]
    assert "4 Maßnahmen von damals gibt es hier nicht mehr." in plain(html)


@pytest.mark.django_db
def test_the_measure_page_steps_through_the_changes_only(coordinator: Client) -> None:
    two_rounds()
    back = urlencode({"runde": "neu", "zurueck": "vergleich=alt&veraenderung=besser&veraenderung=neu"})
    html = plain(coordinator.get(f"/konzepte/plan/massnahmen/1.1/?{back}").content.decode())
    assert "Nächste Maßnahme: 6.1" in html
    broken = urlencode({"runde": "neu", "zurueck": "vergleich=weg&veraenderung=besser"})
    html = plain(coordinator.get(f"/konzepte/plan/massnahmen/1.1/?{broken}").content.decode())
    assert "Nächste Maßnahme: 2.1" in html


@pytest.mark.django_db
def test_the_comparison_costs_the_same_at_ten_times_the_rows(
    client_as: Callable[..., Client], assert_query_count: QueryCounts
) -> None:
    client = client_as(Role.REPORTER, with_subunits=True)
    for measures in (3, 30):
        round_ = make.filled_round(measures)
        own = list(round_.concept.measures.all())
        closed(round_.concept, f"alt-{measures}", date(2024, 1, 1), dict.fromkeys(own, LOW))
        url = f"/runden/{round_.slug}/uebersicht/?vergleich=alt-{measures}&veraenderung=besser"
        assert_query_count("overview compared", client, url, most=10)
        follower = make.filled_round(measures)
        for measure, old in zip(follower.concept.measures.all(), own, strict=True):
            measure.predecessors.add(old)
        url = f"/runden/{follower.slug}/uebersicht/?vergleich=alt-{measures}"
        assert_query_count("overview compared with an earlier Konzept", client, url, most=11)
