"""Nothing entered is lost by a click elsewhere, the focus goes where the eye goes, a failing update says so."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Page, expect

from goals.models import Role
from ratings.models import AgendaOrigin, Meeting
from tests import factories as make
from tests.e2e.conftest import Guard, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The list of a meeting is asked for every five seconds.
ONE_ROUND = 12_000


class Asked(list[str]):
    """The kinds of dialogs that a page has shown; leaving is refused each time."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        self.append(dialog.type)
        dialog.dismiss()


def _leave(page: Page) -> None:
    """Click the link to the start page and wait for what comes of it."""
    page.locator(".brand").click(no_wait_after=True)
    page.wait_for_timeout(400)


@pytest.fixture
def leading(open_page: OpenPage) -> Any:
    make.member(Role.COORDINATOR, user=make.user("leitung", password=make.PASSWORD))
    make.member(Role.RECORDER, user=make.user("jourfixe", password=make.PASSWORD))
    return open_page


def test_what_was_typed_is_not_lost_by_a_click_elsewhere(leading: Any) -> None:
    page = leading("leitung")
    asked = Asked(page)
    new = reverse("ratings:unit_create")
    page.goto(new)
    page.get_by_label("Name", exact=True).fill("Fachdienst")
    _leave(page)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Name", exact=True)).to_have_value("Fachdienst")
    page.get_by_label("Name", exact=True).fill("")
    _leave(page)
    assert asked == ["beforeunload"], "what was taken back is not asked for"
    assert page.url.endswith(reverse("start"))


def test_sending_asks_nothing_and_a_refused_form_is_still_watched(leading: Any, guard: Guard) -> None:
    guard.allow("status of 422")
    page = leading("leitung")
    asked = Asked(page)
    page.goto(reverse("ratings:unit_create"))
    page.get_by_label("Name", exact=True).fill("Fachdienst")
    page.get_by_role("button", name="Anlegen").click()
    expect(page.locator("#fehler")).to_be_focused()
    assert page.title().startswith("Fehler: ")
    assert asked == []
    page.locator("#fehler a").first.click()
    _leave(page)
    assert asked == ["beforeunload"]


def test_another_form_of_the_page_is_watched_too(leading: Any) -> None:
    unit = make.unit()
    page = leading("leitung")
    asked = Asked(page)
    page.goto(reverse("ratings:unit", args=[unit.slug]))
    page.get_by_label("Name", exact=True).fill("Anders")
    page.get_by_text("Deaktivieren", exact=True).click()
    page.get_by_role("button", name="Folgen ansehen").last.click(no_wait_after=True)
    page.wait_for_timeout(400)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Name", exact=True)).to_have_value("Anders")


def test_after_a_step_the_focus_is_on_what_is_said_of_it(leading: Any) -> None:
    page = leading("leitung")
    page.goto(reverse("ratings:mail_preferences"))
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator(".messages")).to_be_focused()


def test_a_partial_update_that_fails_says_so_until_one_works(leading: Any, guard: Guard) -> None:
    guard.allow("status of 500|ERR_FAILED|Failed to load resource")
    guard.allow("htmx")
    measure = make.measure("20.1")
    round_ = make.round(measure.concept)
    make.report(measure, round=round_)
    meeting = Meeting.objects.create(round=round_, on="2030-01-01")
    meeting.items.create(measure=measure, origin=AgendaOrigin.HAND)
    page = leading("jourfixe")
    asking = f"**{reverse('ratings:meeting_agenda', args=[meeting.pk])}*"
    page.route(asking, lambda route: route.abort())
    page.goto(reverse("ratings:meeting_item", args=[meeting.pk, measure.number]))
    expect(page.get_by_role("alert")).to_contain_text("Keine Verbindung zum Server", timeout=ONE_ROUND)
    page.unroute(asking)
    page.route(asking, lambda route: route.fulfill(status=500, body=""))
    expect(page.get_by_role("alert")).to_contain_text("nicht geantwortet wie erwartet", timeout=ONE_ROUND)
    page.unroute(asking)
    expect(page.locator(".disturbance")).to_have_count(0, timeout=ONE_ROUND)


def test_a_barrier_is_reported_from_any_page_without_sign_in(open_page: OpenPage) -> None:
    page = open_page()
    page.goto(reverse("account_login"))
    page.get_by_role("link", name="Barriere melden").click()
    expect(page.get_by_label("Adresse der Seite")).to_have_value(reverse("account_login"))
    page.get_by_label("Was ist die Barriere?").focus()
    met = []
    for _ in range(5):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
    assert met == ["page", "name", "email", "Datenschutz", "Senden"], "the field that has to stay empty is not among them"
    page.get_by_label("Was ist die Barriere?").fill("Das Menü ist ohne Maus nicht zu öffnen.")
    page.get_by_role("button", name="Senden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Danke, Ihre Meldung ist eingegangen")


def test_one_press_sends_a_lost_form_again_after_the_sign_in(leading: Any, guard: Guard, sign_in: Any) -> None:
    guard.allow("status of 403|status of 422")
    page = leading("leitung")
    page.goto(reverse("ratings:unit_create"))
    page.get_by_label("Name", exact=True).fill("Fachdienst Soziales")
    page.context.clear_cookies(name="sessionid")
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("heading", name="Ihre Anmeldung ist abgelaufen")).to_be_visible()
    sign_in(page.context.new_page(), "leitung")
    page.get_by_role("button", name="Erneut senden").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Fachdienst Soziales")
