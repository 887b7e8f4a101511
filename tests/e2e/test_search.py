"""The search while one types: results follow, the address keeps them, nothing is announced twice, and the header leads there."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories as make
from tests.e2e.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_results_follow_what_is_typed(open_page: OpenPage) -> None:
    make.measure("20.1", title="Sprachkurse ausbauen")
    make.measure("21.1", title="Übergänge gestalten")
    make.member("reader", user=make.user("kreistag", password=make.PASSWORD))
    page = open_page("kreistag")
    page.get_by_role("searchbox").fill("Sprachkursen")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text(["Sprachkurse"])
    field = page.get_by_label("Wort oder Nummer")
    expect(field).to_have_value("Sprachkursen")
    page.evaluate("document.body.dataset.same = 'page'")
    field.fill("übergang")
    expect(page.locator("mark")).to_have_text(["Übergänge"])
    expect(page.get_by_role("status")).to_have_text("1 Treffer für „übergang“")
    expect(page).to_have_url(re.compile(r"/suche/\?q=%C3%BCbergang"))
    assert page.evaluate("document.body.dataset.same") == "page"
    expect(field).to_be_focused()
    page.get_by_label("Art").select_option("ziele")
    expect(page.get_by_role("heading", name="Nichts gefunden")).to_be_visible()
    page.get_by_role("link", name="In allen Konzepten und Arten suchen").click()
    expect(page.get_by_role("link", name="Übergänge gestalten")).to_be_visible()
