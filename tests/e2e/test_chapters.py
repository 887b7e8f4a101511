"""Writing a chapter of the Evaluationsbericht in a real browser: it saves itself, the preview follows (DESIGN.md, rule 7)."""

from typing import Any

import pytest
from playwright.sync_api import expect

from goals.models import Role
from ratings.models import FieldSummary, ReportingRound
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def round_(live_server: Any) -> ReportingRound:
    for name in ("anna", "bert"):
        make.member(Role.COORDINATOR, user=make.user(name, password=make.PASSWORD))
    return make.round()


def test_a_chapter_saves_itself_and_shows_itself(open_page: Any, guard: Any, round_: ReportingRound) -> None:
    """Two people at once: the second sees both texts and loses none."""
    guard.allow("status of 409")
    anna, bert = open_page("anna"), open_page("bert")
    for page in (anna, bert):
        page.goto(f"/runden/{round_.slug}/bericht/fazit/")
    anna.get_by_label("Text", exact=True).fill("# Ergebnis\n\nEs laufen:\n- zwei Kurse")
    expect(anna.locator("#vorschau h3")).to_have_text("Ergebnis")
    expect(anna.locator("#vorschau li")).to_have_text("zwei Kurse")
    expect(anna.locator("#vorschau")).to_contain_text("5 Wörter")
    expect(anna.locator("[data-status]")).to_contain_text("Gespeichert")
    assert FieldSummary.objects.get().text.endswith("- zwei Kurse")
    bert.get_by_label("Text", exact=True).fill("Von Bert")
    expect(bert.locator("[data-status]")).to_contain_text("Mit „Speichern“ sehen Sie beide Fassungen")
    bert.get_by_role("button", name="Speichern").last.click()
    expect(bert.get_by_label("Ihre Fassung")).to_have_value("Von Bert")
    expect(bert.locator(".versions__saved")).to_contain_text("zwei Kurse")


def test_what_was_added_is_where_one_goes_on_and_can_be_undone(open_page: Any, round_: ReportingRound) -> None:
    page = open_page("anna")
    page.goto(f"/runden/{round_.slug}/bericht/methode/")
    own = "Eigener Satz.\n\n" * 40
    page.get_by_label("Text", exact=True).fill(own)
    page.get_by_role("button", name="Vorschlagstext").click()
    area = page.get_by_label("Text", exact=True)
    expect(area).to_be_focused()
    assert area.evaluate("field => field.value.slice(0, field.selectionStart).trim()") == own.strip()
    assert area.evaluate("field => field.scrollTop") > 0
    expect(area).to_be_in_viewport()
    page.get_by_role("button", name="Einfügen rückgängig").click()
    expect(page.locator(".messages")).to_contain_text("wieder entfernt")
    expect(page.get_by_label("Text", exact=True)).to_have_value(own.strip())
