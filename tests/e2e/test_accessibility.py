"""Every page × role × light and dark × 1280 and 320 px: axe finds nothing, nothing scrolls sideways, nothing is cut off.

The walk follows the table of pages, so a new page is covered by itself. 320 px is 1280 px at 400 % zoom (WCAG 1.4.10).
"""

from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error
from playwright.sync_api import Page

from goals.models import Role
from tests.e2e.walk import Findings, Walk
from tests.e2e.world import LONG_TEXT, addresses, build_rich_world
from tests.page_forms import forms_of
from tests.pages import PAGES, ROLES

PARTS, FORM_PARTS = 6, 3

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(live_server: Any) -> dict[str, Any]:
    return build_rich_world()


def person_of(role: str, world: dict[str, Any], client_as: Any) -> Client:
    """A client of the role; for unit roles in the unit that the world is about."""
    if role == "nobody":
        return Client()
    found: Client = client_as(Role(role), world["unit"] if role in Role.in_units() else None)
    return found


def bring_in(client: Client, page: Page, address: str) -> None:
    """Give the browser the sign-in of the client."""
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    if session:
        page.context.add_cookies([{"name": session.key, "value": session.value, "url": address}])


def is_page(response: Any) -> bool:
    """Whether this is a page: no file, no way on, no refusal."""
    return bool(response.status_code == 200 and response["Content-Type"].startswith("text/html"))


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page(part: int, world: dict[str, Any], client_as: Any, open_page: Any, live_server: Any) -> None:
    """Each part takes its share of the pages, for all roles, so that pages that are the same for several are known as such."""
    findings = Findings()
    share = addresses(world, PAGES)[part::PARTS]
    for role in ROLES:
        page, client = open_page(), person_of(role, world, client_as)
        bring_in(client, page, live_server.url)
        walk = Walk(page, role, findings)
        for name, address in share:
            if is_page(client.get(address)):
                walk.visit(name, address)
        page.close()
    conclude(findings)


def conclude(findings: Findings) -> None:
    print(findings.measured())
    faults = list(findings.lines())
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize("part", range(FORM_PARTS))
def test_every_refused_form(
    part: int, world: dict[str, Any], client_as: Any, open_page: Any, live_server: Any, guard: Any
) -> None:
    """Every form sent empty, by each of its buttons. What comes back is looked at, what it changed is taken back."""
    guard.allow("status of 4")
    findings = Findings()
    names = list(dict.fromkeys(name for name, _ in addresses(world, PAGES)))[part::FORM_PARTS]
    for role in ("nobody", "reporter", "approver", "recorder", "coordinator"):
        page, client, tried = open_page(), person_of(role, world, client_as), set()
        bring_in(client, page, live_server.url)
        walk = Walk(page, role, findings)
        for name, address in addresses(world, PAGES):
            response = client.get(address) if name in names else None
            for form in forms_of(response, address) if response and is_page(response) else ():
                empty = form.emptied()
                what = (name, *(value for key, value in empty.items() if key in ("action", "step")))
                if what in tried:
                    continue
                tried.add(what)
                answer = sent_in_vain(client, form.target, empty)
                if answer["Content-Type"].startswith("text/html") and answer.status_code in (200, 403, 409, 422):
                    walk.show(f"{role} refused {what} {address}", answer, brief=True)
        page.close()
    assert findings.counts["pages"], "no form was refused"
    conclude(findings)


def sent_in_vain(client: Client, target: str, data: dict[str, Any]) -> Any:
    """The answer to this form; the database stays as it was."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        response = client.post(target, data)
        transaction.set_rollback(True)
    client.cookies = cookies  # signing out is among the forms
    return response


def test_every_error_page(world: dict[str, Any], client_as: Any, open_page: Any, live_server: Any, guard: Any) -> None:
    """400, 403, 404, 429, 500, and the page of a form that came without a sign-in."""
    guard.allow("status of (4|5)")
    client, stranger, findings = person_of("reader", world, client_as), Client(), Findings()
    page = open_page()
    bring_in(client, page, live_server.url)
    walk = Walk(page, "reader", findings)
    walk.show("400", client.get("/", headers={"host": "fremd.example"}))
    walk.show("403", client.get(reverse("ratings:units")))
    walk.show("404", client.get("/gibt/es/nicht/"))
    for _ in range(31):
        limited = stranger.post(reverse("account_login"), {"login": "x", "password": "y"})
    assert limited.status_code == 429
    walk.show("429", limited)
    walk.show("500", server_error(RequestFactory().get("/")))
    lost = stranger.post(reverse("ratings:round_create"), {"note": LONG_TEXT, "title": "Runde"})
    assert "Ihr Text ist noch da" in lost.content.decode()
    walk.show("lost post", lost)
    conclude(findings)


def test_the_style_guide(open_page: Any, settings: Any) -> None:
    """Every part in every variant, also those that no page of the world happens to show. The page is there in DEBUG only."""
    settings.DEBUG = True
    response = Client().get("/stil/")
    settings.DEBUG = False
    findings = Findings()
    Walk(open_page(), "nobody", findings).show("stil", response)
    conclude(findings)
