"""The overview in a real browser: an Ansicht is saved, shared and opened by its short link; columns are chosen; paper."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from goals.models import Role
from ratings.models import ReportingRound
from tests import factories as make
from tests.ratings.test_documents_pdf import poppler

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A4 landscape in points, and its width without margins in CSS pixels.
A4_LANDSCAPE, PRINTED_WIDTH = (842, 595), 1032


@pytest.fixture
def round_(live_server: Any) -> ReportingRound:
    """Enough Maßnahmen for several pages."""
    for name, role in (("anna", Role.COORDINATOR), ("bert", Role.BOARD)):
        make.member(role, user=make.user(name, password=make.PASSWORD))
    return make.filled_round(40, concept=make.concept(slug="plan", is_example=True))


def test_an_ansicht_is_saved_shared_and_opened_by_somebody_else(open_page: Any, round_: ReportingRound) -> None:
    anna, bert = open_page("anna"), open_page("bert")
    anna.goto(f"/runden/{round_.slug}/uebersicht/")
    anna.locator("summary", has_text="Spalten").click()
    anna.get_by_label("Kennzeichen", exact=True).last.uncheck()
    expect(anna.locator(".overview thead").first).not_to_contain_text("Kennzeichen")
    anna.locator("summary", has_text="Ansichten").click()
    anna.get_by_label("Name der Ansicht").fill("Ohne Zeichen")
    anna.get_by_label("für alle sichtbar").check()
    anna.get_by_role("button", name="Ansicht speichern").click()
    expect(anna.locator("#ansicht")).to_contain_text("Ansicht Ohne Zeichen")
    anna.locator("summary", has_text="Ansichten").click()
    link = anna.get_by_label("Kurzlink der Ansicht Ohne Zeichen", exact=True).input_value()
    bert.goto(link)
    expect(bert.locator("#ansicht")).to_contain_text("Ansicht Ohne Zeichen")
    expect(bert.locator(".overview thead").first).not_to_contain_text("Kennzeichen")
    bert.get_by_label("Handlungsfeld", exact=True).select_option(index=1)
    expect(bert.locator("#ansicht")).to_contain_text("geändert")
    expect(bert.locator("#ansicht")).not_to_contain_text("Änderung speichern")


def test_it_works_without_script(open_page: Any, round_: ReportingRound) -> None:
    page = open_page("anna", java_script_enabled=False)
    page.goto(f"/runden/{round_.slug}/uebersicht/")
    page.locator("summary", has_text="Spalten").click()
    for name in ("Ziel", "Zuständig", "Bewertung", "Kennzeichen", "Stand"):
        page.locator(".columns-menu__panel").get_by_label(name, exact=True).uncheck()
    page.get_by_role("button", name="Filtern").click()
    expect(page.locator(".overview thead tr").last).to_have_text("Maßnahme" * 2, use_inner_text=False)
    page.locator("summary", has_text="Ansichten").click()
    page.get_by_label("Name der Ansicht").fill("Nur Namen")
    page.get_by_role("button", name="Ansicht speichern").click()
    expect(page.locator("#ansicht")).to_contain_text("Ansicht Nur Namen")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper(open_page: Any, round_: ReportingRound, scheme: str) -> None:
    """A4 landscape; nothing beyond the edge; heads, Handlungsfeld and number on every page; word beside shape; nothing to click."""
    page = open_page("anna", color_scheme=scheme)
    page.goto(f"/runden/{round_.slug}/uebersicht/")
    file = page.pdf(prefer_css_page_size=True)
    sizes = re.findall(r"size: +([\d.]+) x ([\d.]+)", poppler("pdfinfo", file, "-f", "1", "-l", "99"))
    assert {(round(float(width)), round(float(height))) for width, height in sizes} == {A4_LANDSCAPE}
    texts = poppler("pdftotext", file, "-layout").rstrip("\f").split("\f")
    assert len(texts) == len(sizes)
    assert len(texts) > 1
    for number, text in enumerate(texts, 1):
        assert f"Seite {number} von {len(texts)}" in text
        assert f"Übersicht der Maßnahmen · {round_.title} · Entwurf · Beispieldaten" in text, f"the foot of page {number}"
        for word in ("Ziel", "Maßnahme", "Zuständig", "Bewertung", "Kennzeichen", "Stand", "abgestimmt", "hoch"):
            assert word in text, f"page {number} lacks „{word}“"
    for word in (
        "Übersicht der Maßnahmen",
        "Beispieldaten",
        round_.title,
        "Entwurf",
        "Gezeigt: alle Maßnahmen",
        "Gedruckt am",
        "umrandet",
    ):
        assert word in texts[0]
    for word in ("exportieren", "Filtern", "Hilfe", "http", "verwalten", "Pfeiltasten", "Bewertungsschema"):
        assert not any(word in text for text in texts), f"„{word}“ is on paper"
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PRINTED_WIDTH, "height": 700})
    beyond = f"[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > {PRINTED_WIDTH + 1})"
    assert page.evaluate(f"{beyond}.map(one => one.className)") == []


# Words as long as German has them, which break at no letter where there is no dictionary to hyphenate by.
LONG_WORDS = ("Gleichstellungsbeauftragte", "Sicherheitspartnerschaft", "Willkommensinformationen", "Kennzeichen")
BROKEN = """words => { const found = [], range = document.createRange(), texts = document.createTreeWalker(document.body, 4);
  while (texts.nextNode()) for (const word of words) {
    const node = texts.currentNode, start = node.data.indexOf(word);
    if (start < 0 || !node.parentElement.checkVisibility() || node.parentElement.closest("th")?.offsetWidth === 1) continue;
    range.setStart(node, start); range.setEnd(node, start + word.length);
    const tops = new Set([...range.getClientRects()].map(one => Math.round(one.top)));
    found.push([word, tops.size]);
  } return found; }"""


@pytest.mark.parametrize(
    ("width", "query", "media", "is_large"),
    [
        (1280, "", "screen", False),
        (1280, "?sort=massnahme", "screen", False),
        (1024, "", "screen", False),
        (900, "", "screen", False),
        (1280, "", "screen", True),
        (1920, "", "screen", True),
        (PRINTED_WIDTH, "", "print", False),
    ],
)
def test_no_word_breaks_at_a_letter(
    open_page: Any, round_: ReportingRound, width: int, query: str, media: str, is_large: bool
) -> None:
    rating = round_.agreed_ratings.select_related("measure")[0]
    rating.grade, rating.reason = None, "Erst nach der Sitzung der Sicherheitspartnerschaft."
    rating.save()
    rating.measure.title = "Willkommensinformationen in acht Sprachen"
    rating.measure.save()
    unit = round_.reports.filter(measure=rating.measure)[0].unit
    unit.name = "Gleichstellungsbeauftragte"
    unit.save()
    page = open_page("anna", viewport={"width": width, "height": 900})
    page.emulate_media(media=media)
    page.goto(f"/runden/{round_.slug}/uebersicht/{query}")
    if is_large:
        page.evaluate("document.documentElement.classList.add('projektor')")
    found = page.evaluate(BROKEN, list(LONG_WORDS))
    assert {word for word, _ in found} == set(LONG_WORDS)
    assert [word for word, lines in found if lines > 1] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
