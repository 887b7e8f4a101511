"""The browser tests themselves work: a page loads in Chromium, in silence, and the guard hears what it has to hear."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.e2e.conftest import DESKTOP, PHONE, Guard, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_sign_in_page_loads_in_silence(
    open_page: OpenPage, viewport: dict[str, int], picture: Callable[[Page, str], None]
) -> None:
    page = open_page(viewport=viewport)
    response = page.goto(reverse("account_login"))
    assert response is not None
    assert response.status == 200
    expect(page.locator("input[name=login]")).to_be_visible()
    picture(page, "anmeldung")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than the window"


def test_a_person_signs_in(open_page: OpenPage) -> None:
    make.filled_round()
    make.member("coordinator", user=make.user("leitung", password=make.PASSWORD))
    page = open_page("leitung")
    expect(page.locator("h1")).to_have_count(1)


def test_the_guard_hears_console_scripts_policy_and_foreign_hosts(page: Page, guard: Guard) -> None:
    page.goto(reverse("account_login"))
    with page.expect_console_message():
        page.evaluate("console.error('said aloud')")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('thrown') }, 0)")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    with page.expect_event("requestfailed"):
        page.evaluate("window.open('http://foreign.example/', '_self')")
    heard = guard.unexpected()
    for expected in ("said aloud", "thrown", "Content Security Policy", "foreign request: http://foreign.example/"):
        assert any(expected in text for text in heard), f"{expected} in {heard}"
    guard.allow("")
