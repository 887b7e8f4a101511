"""Other pages than the overview on paper: what counts is there, what can only be done is not. Charts in the Großdarstellung."""

from typing import Any

import pytest

from goals.models import Role
from ratings.models import ReportingRound
from tests import factories as make
from tests.ratings.test_documents_pdf import poppler

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def round_(live_server: Any) -> ReportingRound:
    make.member(Role.COORDINATOR, user=make.user("anna", password=make.PASSWORD))
    return make.filled_round(6, concept=make.concept(slug="plan", is_example=True))


def printed(page: Any, address: str) -> str:
    page.goto(address)
    text: str = poppler("pdftotext", page.pdf(prefer_css_page_size=True), "-layout")
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("number", "there"),
    [
        ("3.1", ["Abgestimmte Bewertung hoch", "abgestimmt", "Bericht fehlt"]),
        ("1.1", ["Noch nicht abgestimmt uneinig", "zu entscheiden"]),
        ("2.1", ["Noch nicht abgestimmt hoch", "Rückfrage"]),
    ],
)
def test_a_measure_for_those_who_decide(open_page: Any, round_: ReportingRound, number: str, there: list[str]) -> None:
    page = open_page("anna")
    text = printed(page, f"/konzepte/plan/massnahmen/{number}/")
    for words in [*there, f"Maßnahme {number} · {round_.title} · Entwurf · Beispieldaten", "Seite 1 von"]:
        assert words in text
    for words in (
        "entfallen“ setzen",
        "Rückfrage stellen",
        "Frist verlängern",
        "Bericht öffnen",
        "Abstimmen",
        "Verlauf",
        "lesen",
    ):
        assert words not in text, f"„{words}“ is on paper"
    pill = page.locator(".state:visible").first
    page.emulate_media(media="print", color_scheme="dark")
    ink, ground = pill.evaluate("one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]")
    assert (ink, ground) != ("rgb(255, 255, 255)", "rgb(255, 255, 255)")
    assert ground == "rgba(0, 0, 0, 0)", "printers leave backgrounds out"


def test_charts_have_their_numbers_as_a_table(open_page: Any, round_: ReportingRound) -> None:
    text = printed(page := open_page("anna"), f"/runden/{round_.slug}/diagramme/")
    assert "hoch mittel gering unklar uneinig nicht bewertet zusammen" in text
    assert f"Diagramme · {round_.title} · Entwurf · Beispieldaten" in text
    assert "herunterladen" not in text
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 703


def test_charts_grow_with_the_text_and_stay_on_the_page(open_page: Any, round_: ReportingRound) -> None:
    page = open_page("anna")
    page.goto(f"/runden/{round_.slug}/diagramme/")
    measured = """() => [...document.querySelectorAll(".chart")].filter(one => one.checkVisibility())
        .flatMap(one => [one, one.querySelector("text")]).map(one => one.getBoundingClientRect().height)"""
    before = page.evaluate(measured)
    page.evaluate("document.documentElement.classList.add('projektor')")
    after = page.evaluate(measured)
    assert len(before) == len(after) == 8, "one drawing of each of four charts is shown"
    assert [new / old for old, new in zip(before, after, strict=True)] == pytest.approx([1.25] * 8, abs=0.07)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize(
    ("address", "there", "missing"),
    [
        ("/", ["Berichtsrunde", "Maßnahmen abgestimmt"], ["Zur Runde", "Alle Diagramme", "Abmelden"]),
        ("/runden/{}/", ["Rücklauf je Einheit", "Evaluationsportal · Berichtsrunde"], ["Nächster Schritt", "Zur Übersicht"]),
        ("/ruecklauf/", ["Maßnahmen ohne zuständige Einheit", "Rücklauf · Berichtsrunde"], ["Zuständigkeit", "Tragen Sie"]),
        ("/suche/?q=Maßnahme", ["7 Treffer für „Maßnahme“"], ["Wort oder Nummer", "Suchen"]),
        ("/hilfe/bericht/", ["So geht es", "Hilfe · Einen Bericht schreiben und einreichen"], ["Hauptnavigation", "Abmelden"]),
        ("/hilfe/glossar/", ["Einreichung", "Evaluationsportal · Glossar"], ["Abmelden"]),
    ],
)
def test_pages_say_what_they_are_and_offer_nothing(
    open_page: Any, round_: ReportingRound, address: str, there: list[str], missing: list[str]
) -> None:
    ReportingRound.objects.filter(pk=round_.pk).update(title="Berichtsrunde")
    make.measure("9.1", concept=round_.concept, title="Maßnahme ohne Einheit")
    text = printed(open_page("anna"), address.format(round_.slug))
    assert [words for words in there if words not in text] == []
    assert [words for words in missing if words in text] == []


def test_a_heading_stays_with_its_table(open_page: Any, round_: ReportingRound) -> None:
    """Whatever stands above it: the page breaks before the heading, not between the two."""
    page = open_page("anna")
    page.goto(f"/runden/{round_.slug}/")
    for height in range(400, 1000, 20):
        page.evaluate("height => { document.querySelector('.page-header').style.paddingBottom = height + 'px'; }", height)
        sheets = poppler("pdftotext", page.pdf(prefer_css_page_size=True), "-layout").split("\f")
        (with_heading,) = [sheet for sheet in sheets if "\nVerlauf\n" in f"\n{sheet}"]
        assert "geändert" in with_heading, height
