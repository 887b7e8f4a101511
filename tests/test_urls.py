"""Every page × every role: who gets what. A page that is not in the table fails the test, so a new one has to be thought about."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from goals.models import Role
from tests.pages import PAGES, ROLES, SIGNS, build_world, names

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> dict[str, Any]:
    return build_world()


def client_for(role: str, world: dict[str, Any], client_as: Any) -> Client:
    if role == "nobody":
        return Client()
    found: Client = client_as(Role(role), world["unit"] if role in ("reporter", "approver") else None)
    return found


def test_the_table_names_every_page() -> None:
    assert names(get_resolver().url_patterns) == set(PAGES)


@pytest.mark.parametrize("role", ROLES)
def test_who_gets_what(role: str, world: dict[str, Any], client_as: Any) -> None:
    client = client_for(role, world, client_as)
    got = {}
    for name in PAGES:
        response = client.get(reverse(name, kwargs=world.get(name, {})))
        to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
        got[name] = "S" if to_sign_in else SIGNS[response.status_code]
        if response.status_code == 403 and not name.startswith("account_"):
            assert "Evaluationsleitung" in response.content.decode(), f"{name} does not say who may"
    assert got == {name: signs[ROLES.index(role)] for name, signs in PAGES.items()}


@pytest.mark.parametrize("role", ROLES)
def test_a_get_changes_nothing(role: str, world: dict[str, Any], client_as: Any) -> None:
    """No page writes to a table of the portal because somebody looked at it."""
    client = client_for(role, world, client_as)
    with CaptureQueriesContext(connection) as context:
        for name in PAGES:
            if not name.startswith("account_"):
                client.get(reverse(name, kwargs=world.get(name, {})))
    writing = [query["sql"] for query in context.captured_queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [
        sql for sql in writing if '"goals_' in sql or '"ratings_' in sql or '"accounts_' in sql or '"evalportal_' in sql
    ] == []


# Pages of the frame and of the account, the search over all places, and the list of those who report.
FRAME = {
    "accessibility", "barrier_report", "barrier_report_sent", "bewertungsschema", "glossary", "help", "help_page", "imprint", "privacy",
}  # fmt: skip
IN_NO_PLACE = FRAME | {"signed_in", "ratings:search", "ratings:my_reports", "ratings:deputies", "ratings:mail_preferences"}


def test_every_other_page_has_its_place_in_the_navigation(world: dict[str, Any], client_as: Any) -> None:
    """Whoever leads sees in the main navigation where they are."""
    client = client_for("coordinator", world, client_as)
    lost = set()
    for name in PAGES:
        response = client.get(reverse(name, kwargs=world.get(name, {})))
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            navigation = response.content.decode().partition('aria-label="Hauptnavigation"')[2].partition("</nav>")[0]
            if "aria-current" not in navigation:
                lost.add(name)
    assert {name for name in lost if not name.startswith("account_")} == IN_NO_PLACE
