"""The frame of every page: who is let in, what becomes of a refused form, error pages, health, words and marks."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import path, reverse
from django.utils import timezone
from django.views.defaults import bad_request, server_error

from evalportal.accounts.models import User
from evalportal.lost_post import KINDS, WAYS_TO_CONCEPT
from evalportal.urls import urlpatterns as pages
from goals.models import Membership, OrgUnit
from goals.roles import Role
from ratings.rollup import Progress, Share
from ratings.scheme import Grade, Marker
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.pages import PAGES as ADDRESSES

TEXT = "Größe <script>alert(1)</script>\r\nzweite Zeile mit „ä“"
SHOWN = "Größe &lt;script&gt;alert(1)&lt;/script&gt;\r\nzweite Zeile mit „ä“"


def take(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST["situation"])


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Die Runde ist „abgeschlossen“.")


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("Absicht")


urlpatterns = [path("probe/", take), path("verboten/", refuse), path("kaputt/", fail), *pages]


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("leitung", password="ein-langes-Kennwort", first_name="B.", last_name="Beispiel")


def as_role(person: User, role: Role) -> Client:
    unit = OrgUnit.objects.create(slug="mz", name="Migrationszentrum") if role in Role.in_units() else None
    Membership.objects.create(user=person, role=role, unit=unit)
    client = Client()
    client.force_login(person)
    return client


# Pages that answer without a sign-in, each for the reason given in evalportal/urls.py.
OPEN = {
    "/barriere-melden/": 200,
    "/barrierefreiheit/": 200,
    "/datenschutz/": 200,
    "/healthz": 200,
    "/impressum/": 200,
    "/konto/anmelden/": 200,
    "/konto/abmelden/": 302,
    "/konto/gesperrt/": 200,
    "/konto/passwort/vergessen/": 200,
    "/konto/passwort/vergessen/gesendet/": 200,
    "/konto/passwort/neu/1-abc/": 200,
    "/konto/passwort/neu/fertig/": 200,
}
CLOSED = ["/", "/bewertungsschema/", "/konto/passwort/", "/konto/angemeldet/", "/konto/bestaetigen/", "/berichte/", "/runden/"]


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), OPEN.items())
def test_open_pages(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize("address", CLOSED)
def test_all_other_pages_lead_to_the_sign_in(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.headers["Location"]) == (302, f"/konto/anmelden/?next={address}")


@pytest.mark.django_db
@pytest.mark.urls("tests.test_frame")
def test_a_post_without_sign_in_shows_its_text_again(client: Client) -> None:
    response = client.post("/probe/?a=1", {"situation": TEXT, "version": "3", "grade": "hoch"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "Ihre Anmeldung ist abgelaufen" in page
    assert SHOWN in page
    assert 'name="version" value="3"' in page
    assert 'action="/probe/?a=1"' in page


@pytest.mark.django_db
@pytest.mark.urls("tests.test_frame")
@pytest.mark.parametrize("headers", [{"Accept": "application/json"}, {"X-Requested-With": "fetch"}])
def test_a_script_without_sign_in_gets_json(client: Client, headers: dict[str, str]) -> None:
    response = client.post("/probe/", {"situation": TEXT}, headers=headers)
    answer = response.json()
    assert response.status_code == 401
    assert answer["error"] == "signed_out"
    assert answer["login_url"] == "/konto/anmelden/?next=/konto/angemeldet/"


@pytest.mark.django_db
@pytest.mark.urls("tests.test_frame")
def test_passwords_are_never_shown_again(client: Client) -> None:
    page = client.post("/probe/", {"situation": TEXT, "password1": "geheim-geheim"}).content.decode()
    assert "geheim-geheim" not in page
    assert "Bitte erneut anmelden" in page


def token(response: Any) -> str:
    return response.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


@pytest.mark.urls("tests.test_frame")
def test_the_text_survives_sign_in_and_a_turned_token(person: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    form = {"situation": TEXT, "csrfmiddlewaretoken": token(browser.get("/konto/anmelden/"))}
    lost = browser.post("/probe/", form)
    sign_in = {
        "login": "leitung",
        "password": "ein-langes-Kennwort",
        "csrfmiddlewaretoken": token(browser.get("/konto/anmelden/")),
    }
    assert browser.post("/konto/anmelden/", sign_in).status_code == 302

    again = browser.post("/probe/", {"situation": TEXT, "csrfmiddlewaretoken": token(lost)})
    assert again.status_code == 403
    assert SHOWN in again.content.decode()

    sent = browser.post(
        "/probe/",
        {
            "situation": TEXT,
            "csrfmiddlewaretoken": again.content.decode().split('class="form lost-text')[1].split('value="')[1].split('"')[0],
        },
    )
    assert (sent.status_code, sent.content.decode()) == (200, TEXT)


@pytest.mark.django_db
def test_a_refused_form_says_what_it_is_about(client: Client) -> None:
    """The form says it; for somebody who is not signed in nothing is looked up but whether the data is fictional."""
    example, real = make.concept(is_example=True), make.concept()
    for concept in (example, real):
        report = make.report(make.measure("20.1", concept=concept, title="Geheimer Titel"))
        places = {
            f"/berichte/{report.pk}/": {"betrifft": "20.1 Sprachkurse <b>"},
            f"/rueckfragen/{make.inquiry(report).pk}/": {"betrifft": "20.1 Sprachkurse <b>"},
            f"/konzepte/{concept.slug}/massnahmen/20.1/bewertung/": {},
            "/uebersicht/": {"runde": report.round.slug},
        }
        for address, fields in places.items():
            page = client.post(address, {"text": TEXT} | fields).content.decode()
            assert SHOWN in page
            assert ("<b>Beispieldaten:</b>" in page) is concept.is_example, address
            assert "Geheimer Titel" not in page
            assert page.count("20.1 Sprachkurse &lt;b&gt;") == 2 * ("betrifft" in fields), "on top and to be sent again"
    assert "Sachstandsbericht: 20.1 Sprachkurse" in client.post("/berichte/1/", {"betrifft": "20.1 Sprachkurse"}).content.decode()
    decision = client.post("/konzepte/x/massnahmen/20.1/bewertung/", {"reason": TEXT}).content.decode()
    assert "Abgestimmte Bewertung: Maßnahme 20.1" in decision


def test_the_pages_named_for_refused_forms_are_there() -> None:
    assert {*KINDS, *WAYS_TO_CONCEPT} <= set(ADDRESSES)


@pytest.mark.urls("tests.test_frame")
def test_a_refused_token_as_json(person: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    response = browser.post("/probe/", {"situation": TEXT}, headers={"Accept": "application/json"})
    assert (response.status_code, response.json()["error"]) == (403, "token")


@pytest.mark.urls("tests.test_frame")
def test_text_from_another_site_cannot_be_sent_on(person: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    page = browser.post("/probe/", {"situation": TEXT}, headers={"Origin": "https://evil.example"}).content.decode()
    assert SHOWN in page
    assert "Erneut senden" not in page


@pytest.mark.urls("tests.test_frame")
def test_403_shows_the_reason(person: User, client: Client) -> None:
    client.force_login(person)
    response = client.get("/verboten/")
    assert response.status_code == 403
    assert "Die Runde ist „abgeschlossen“." in response.content.decode()


@pytest.mark.urls("tests.test_frame")
@pytest.mark.parametrize(
    ("address", "status", "words"), [("/nichts/", 404, "Diese Seite gibt es nicht"), ("/kaputt/", 500, "Das hat nicht geklappt")]
)
def test_error_pages(person: User, address: str, status: int, words: str) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(person)
    response = browser.get(address)
    assert response.status_code == status
    assert words in response.content.decode()


@pytest.mark.parametrize(
    ("show", "title"),
    [
        (server_error, "Das hat nicht geklappt"),
        (lambda request: bad_request(request, ValueError()), "Diese Anfrage war nicht lesbar"),
    ],
)
def test_pages_for_the_worst_case_need_no_database(show: Any, title: str) -> None:
    """This test may not use the database, and the page gets no context of the request."""
    page = show(RequestFactory().get("/")).content.decode()
    assert f"<title>{title} – Evaluationsportal</title>" in page
    assert f'<h1 class="page-header__title">{title}</h1>' in page
    assert page.count("Zur Startseite") == 1


NAVIGATION = {
    Role.REPORTER: ["Start", "Meine Maßnahmen", "Übersicht", "Konzept"],
    Role.APPROVER: ["Start", "Meine Maßnahmen", "Übersicht", "Konzept"],
    Role.BOARD: ["Start", "Rücklauf", "Jour fixe", "Übersicht", "Konzept", "Runden"],
    Role.RECORDER: ["Start", "Rücklauf", "Jour fixe", "Übersicht", "Konzept", "Runden"],
    Role.COORDINATOR: ["Start", "Rücklauf", "Jour fixe", "Übersicht", "Konzept", "Runden", "Einheiten"],
    Role.READER: ["Start", "Übersicht", "Konzept"],
}


@pytest.mark.parametrize(("role", "labels"), NAVIGATION.items())
def test_navigation_by_role(person: User, role: Role, labels: list[str]) -> None:
    frame = as_role(person, role).get("/bewertungsschema/").context["frame"]
    assert [entry.label for entry in frame.navigation] == labels
    assert (frame.person, frame.roles) == ("B. Beispiel", role.label)


@pytest.mark.parametrize("page", ["start", "ratings:search", "ratings:my_reports", "imprint", "account_change_password"])
def test_help_and_glossary_are_one_click_away_from_every_page(person: User, page: str) -> None:
    """Behind the sign-in: who is not signed in gets no link that would ask for one."""
    looked_up = {reverse(name) for name in ("help", "glossary", "bewertungsschema")}
    links = {link.url for link in as_role(person, Role.READER).get(reverse(page)).context["frame"].links}
    assert looked_up <= links
    if page == "imprint":
        assert not looked_up & {link.url for link in Client().get(reverse(page)).context["frame"].links}


def test_bewertungsschema_names_every_grade_and_marker(person: User) -> None:
    page = as_role(person, Role.READER).get("/bewertungsschema/").content.decode()
    for text in [grade.criterion for grade in Grade] + [marker.hint for marker in Marker]:
        assert text in page


def render(source: str, **context: object) -> str:
    return Template("{% load ampel words %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("days", "words"),
    [(10, "noch 10 Tage"), (1, "noch 1 Tag"), (0, "heute"), (-1, "seit 1 Tag überfällig"), (-3, "seit 3 Tagen überfällig")],
)
def test_deadline_words(days: int, words: str) -> None:
    assert render("{{ day|deadline_words }}", day=timezone.localdate() + timedelta(days)) == words


def test_words() -> None:
    assert render("{{ day|long_date }}", day=date(2026, 12, 4)) == "Freitag, 4. Dezember 2026"
    assert render('{% count 1 "Maßnahme" "Maßnahmen" %}, {% count 0 "Maßnahme" "Maßnahmen" %}') == "1 Maßnahme, 0 Maßnahmen"


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ('{% shape "hoch" %}', ["shape--hoch", "#ampel-hoch", 'aria-hidden="true"']),
        (
            '{% shape "mittel" proposal=True size="small" label="mittel" %}',
            ["#ampel-mittel-v", "shape--small", 'aria-label="mittel"'],
        ),
        ('{% shape "uneinig" proposal=True %}', ['#ampel-uneinig"']),
        ('{% grade "gering" proposal=True note="Vorschlag" %}', ["rating--proposal", ">gering<", ">Vorschlag<"]),
        ("{% grade None %}", ["rating--none", "nicht bewertet"]),
        ('{% marker "continuation" %}', ["#kz-weiter", "Weiterführungsbedarf"]),
        ('{% marker "is_mandatory" word=True %}', [">P<", "Pflichtaufgabe"]),
        ("{% legend %}", ["umrandet: Vorschlag", "Veränderte Rahmenbedingungen"]),
    ],
)
def test_marks_have_word_and_shape(source: str, parts: list[str]) -> None:
    drawn = render(source)
    assert [part for part in parts if part not in drawn] == []


@pytest.mark.parametrize("state", [*ReportState, *Progress, *RoundState])
def test_every_state_has_its_word(state: ReportState | Progress | RoundState) -> None:
    tag = {ReportState: "report_state", Progress: "progress_state", RoundState: "round_state"}[type(state)]
    assert str(state.label) in render(f"{{% {tag} state %}}", state=state)


def test_bars_tell_their_numbers() -> None:
    shares = [Share("hoch", "hoch", "●", "hoch", 3, 1, 75.0), Share("ohne", "nicht bewertet", "–", "ohne", 1, 0, 25.0)]
    bar = render("{% distribution shares %}", shares=shares)
    assert 'aria-label="Verteilung: hoch 3, nicht bewertet 1"' in bar
    assert '<rect class="dist__part dist__hoch" x="0.000%" width="25.000%"' in bar
    assert '<svg x="25.000%" width="50.000%"' in bar
    empty = render("{% distribution shares %}", shares=[])
    assert "dist__ohne" in empty

    progress = render("{% progress_bar parts %}", parts=[("in", 3, "eingereicht"), ("open", 1, "offen")])
    assert 'aria-label="3 eingereicht, 1 offen"' in progress
    assert '<rect class="bars__in" x="0.000%" width="75.000%"' in progress
