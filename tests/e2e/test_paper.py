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
        ("1.1", ["Abgestimmte Bewertung uneinig", "zu entscheiden"]),
        ("2.1", ["Abgestimmte Bewertung hoch", "Rückfrage"]),
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
