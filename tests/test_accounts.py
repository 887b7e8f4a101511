"""Sign-in, sign-out, change and reset of the password, and the limits on guessing."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from evalportal.accounts.models import User

PASSWORD = "ein-langes-Kennwort"
OTHER = "ein-anderes-Kennwort"


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    return User.objects.create_user("leitung", email="leitung@example.org", password=PASSWORD)


def sign_in(client: Client, login: str = "leitung", password: str = PASSWORD, **environment: Any) -> int:
    return client.post(
        "/konto/anmelden/?next=/bewertungsschema/", {"login": login, "password": password}, **environment
    ).status_code


@pytest.mark.parametrize("login", ["leitung", "leitung@example.org"])
def test_sign_in_and_out(client: Client, person: User, login: str) -> None:
    assert sign_in(client, login) == 302
    assert client.get("/bewertungsschema/").status_code == 200
    assert client.post("/konto/abmelden/").headers["Location"] == "/konto/anmelden/"
    assert client.get("/bewertungsschema/").status_code == 302


def test_a_wrong_password_is_named_once_and_never_repeated(client: Client, person: User) -> None:
    page = client.post("/konto/anmelden/", {"login": "leitung", "password": "falsch-falsch"}).content.decode()
    assert page.count("Anmeldename oder Passwort stimmen nicht.") == 1
    assert "falsch-falsch" not in page


def test_an_inactive_person_stays_out(client: Client, person: User) -> None:
    User.objects.update(is_active=False)
    sign_in(client)
    assert client.get("/bewertungsschema/").status_code == 302


def test_guessing_is_limited_per_person(client: Client, person: User) -> None:
    for number in range(5):
        assert sign_in(client, password="falsch", REMOTE_ADDR=f"192.0.2.{number}") == 200
    page = client.post("/konto/anmelden/", {"login": "leitung", "password": PASSWORD}, REMOTE_ADDR="192.0.2.9")
    assert "Zu viele Fehlversuche" in page.content.decode()


def test_requests_are_limited_per_address(client: Client, person: User) -> None:
    statuses = [client.post("/konto/anmelden/", {"login": f"x{number}", "password": "y"}).status_code for number in range(31)]
    assert statuses[-1] == 429
    page = client.post("/konto/anmelden/", {"login": "x", "password": "y"}).content.decode()
    assert "Zu viele Versuche" in page


def test_change_of_password(client: Client, person: User) -> None:
    client.force_login(person)
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert client.post("/konto/passwort/", form).headers["Location"] == "/"
    assert client.get("/bewertungsschema/").status_code == 200
    person.refresh_from_db()
    assert person.check_password(OTHER)


def test_a_short_password_is_refused_beside_its_field(client: Client, person: User) -> None:
    client.force_login(person)
    page = client.post("/konto/passwort/", {"oldpassword": PASSWORD, "password1": "kurz", "password2": "kurz"}).content.decode()
    assert 'id="id_password1_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'href="#id_password1"' in page


def test_reset_by_mail(client: Client, person: User, mailoutbox: list[EmailMessage]) -> None:
    sent = client.post("/konto/passwort/vergessen/", {"email": "leitung@example.org"})
    assert sent.headers["Location"] == "/konto/passwort/vergessen/gesendet/"
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["leitung@example.org"], "[Evaluationsportal] Passwort zurücksetzen")
    ]
    link = re.search(r"http://testserver(/konto/passwort/neu/\S+)", str(mailoutbox[0].body))
    assert link is not None
    form_address = client.get(link[1]).headers["Location"]
    assert "Neues Passwort setzen" in client.get(form_address).content.decode()
    done = client.post(form_address, {"password1": OTHER, "password2": OTHER})
    assert done.headers["Location"] == "/konto/passwort/neu/fertig/"
    assert sign_in(client, password=OTHER) == 302
    assert "Der Link gilt nicht mehr" in Client().get(link[1]).content.decode()


def test_reset_does_not_tell_who_has_an_account(client: Client, person: User, mailoutbox: list[EmailMessage]) -> None:
    answer = client.post("/konto/passwort/vergessen/", {"email": "niemand@example.org"})
    assert answer.headers["Location"] == "/konto/passwort/vergessen/gesendet/"
    assert mailoutbox == []


def test_nobody_signs_up(client: Client) -> None:
    assert [client.get(f"/konto/{page}/").status_code for page in ("registrieren", "signup", "email")] == [404, 404, 404]


def test_the_admin_uses_the_sign_in_of_the_portal(client: Client, person: User) -> None:
    assert client.get("/verwaltung/login/").headers["Location"].startswith("/konto/anmelden/?next=")
    client.force_login(person)
    assert client.get("/verwaltung/login/").status_code == 403
