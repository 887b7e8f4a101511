"""Light, dark, like the system, large for the projector: what the cookie says is what every page is written with."""

import pytest
from django.test import Client

from evalportal.appearance import COOKIE, Appearance, Theme

LOGIN = "/konto/anmelden/"

COOKIES = {
    "": Appearance(),
    "dark.": Appearance(Theme.DARK),
    "light.projektor": Appearance(Theme.LIGHT, projector=True),
    "system.projektor": Appearance(projector=True),
    'dark"><script>.x': Appearance(),
    "DARK.Projektor": Appearance(),
}
# What was chosen, what is pressed, what is kept then.
PRESSES = [
    ("", {"theme": "dark"}, "dark."),
    ("dark.projektor", {"theme": "light"}, "light.projektor"),
    ("dark.", {"projector": "an"}, "dark.projektor"),
    ("dark.projektor", {"projector": "aus"}, "dark."),
    ("dark.projektor", {"theme": "purple", "projector": "maybe"}, "dark.projektor"),
    ("dark.projektor", {}, "dark.projektor"),
    ("dark.", {"theme": "system"}, ""),
]
# Where the form says it came from, and where the answer leads.
TARGETS = {
    LOGIN: LOGIN,
    "/runden/x/uebersicht/?stand=offen": "/runden/x/uebersicht/?stand=offen",
    "https://evil.example/": "/",
    "//evil.example/": "/",
    "/\\evil.example": "/",
    "javascript:alert(1)": "/",
    "": "/",
}


@pytest.mark.parametrize(("cookie", "meaning"), COOKIES.items())
def test_what_a_cookie_means(cookie: str, meaning: Appearance) -> None:
    assert Appearance.read(cookie) == meaning
    assert Appearance.read(meaning.cookie) == meaning


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "pressed", "after"), PRESSES)
def test_one_press_changes_one_thing(client: Client, before: str, pressed: dict[str, str], after: str) -> None:
    client.cookies[COOKIE] = before
    answer = client.post("/darstellung/", pressed | {"next": LOGIN})
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    cookie = answer.cookies[COOKIE]
    assert cookie.value == after
    assert cookie["samesite"] == "Lax"
    assert (cookie["max-age"] == 0) is (after == "")
    assert bool(cookie["httponly"]) is (after != "")


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "led"), TARGETS.items())
def test_it_leads_back_to_our_own_pages_alone(client: Client, asked: str, led: str) -> None:
    assert client.post("/darstellung/", {"theme": "dark", "next": asked})["Location"] == led


@pytest.mark.django_db
def test_the_cookie_is_secure_where_the_session_is(client: Client, settings: pytest.FixtureRequest) -> None:
    for secure in (True, False):
        settings.SESSION_COOKIE_SECURE = secure  # type: ignore[attr-defined]
        assert bool(client.post("/darstellung/", {"theme": "dark"}).cookies[COOKIE]["secure"]) is secure


@pytest.mark.django_db
def test_another_site_changes_nothing() -> None:
    answer = Client(enforce_csrf_checks=True).post("/darstellung/", {"theme": "dark"})
    assert answer.status_code == 403
    assert COOKIE not in answer.cookies


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "theme", "large"), [("", None, False), ("dark.", "dark", False), ("light.projektor", "light", True)]
)
def test_the_server_writes_the_choice_into_the_page(client: Client, cookie: str, theme: str | None, large: bool) -> None:
    client.cookies[COOKIE] = cookie
    page = client.get(LOGIN).content.decode()
    opening = page.split("<html", 1)[1].split(">", 1)[0]
    assert (f'data-kern-theme="{theme}"' in opening) is (theme is not None)
    assert ("data-kern-theme" in opening) is (theme is not None)
    assert ("projektor" in opening) is large
    assert f'value="{theme or "system"}" aria-pressed="true"' in page
    assert f'value="{"an" if large else "aus"}" aria-pressed="true"' in page
