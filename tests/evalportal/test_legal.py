"""Legal pages and the form to report a barrier: open to everyone, nothing invented, nothing lost."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from evalportal.legal.owner import VARIABLES, Owner, read_owner
from evalportal.models import BarrierReport
from tests import factories as make
from tests.constraints import assert_complete, assert_refused

pytestmark = pytest.mark.django_db

FORM = {"text": "Das Menü ist ohne Maus nicht zu öffnen.", "page": "/runden/", "name": "", "email": "", "also": ""}
NOBODY = Owner("Landkreis Muster")
OnCommit = Callable[..., Any]


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    """The cache of the rate limits is not emptied with the database."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def send(client: Client, django_capture_on_commit_callbacks: OnCommit) -> Callable[..., Any]:
    def post(**fields: str) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse("barrier_report"), FORM | fields)

    return post


def _page(client: Client, name: str) -> str:
    return client.get(reverse(name)).content.decode()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("imprint", ["name", "address", "phone", "email", "represented_by", "supervisor"]),
        ("privacy", ["name", "address", "privacy_officer", "privacy_authority", "legal_basis", "retention"]),
        (
            "accessibility",
            [
                "name",
                "address",
                "phone",
                "barrier_email",
                "barrier_answer_within",
                "arbitration",
                "arbitration_url",
                "monitoring",
            ],
        ),
    ],
)
def test_pages_show_what_the_settings_say(client: Client, name: str, fields: list[str]) -> None:
    page = _page(client, name)
    shown = {field: getattr(settings.OWNER, field).split("\n") for field in fields}
    assert {field: [line in page for line in lines] for field, lines in shown.items()} == {
        field: [True] * len(lines) for field, lines in shown.items()
    }
    assert "noch nicht hinterlegt" not in page
    assert "Beispielangaben" not in page
    with override_settings(OWNER=NOBODY):
        assert "noch nicht hinterlegt" in _page(client, name)


def test_the_statement_has_what_the_law_asks_for(client: Client) -> None:
    """§ 9b Abs. 2 NBGG: exceptions, alternatives, contact and enforcement with links; Decision (EU) 2018/1523: date and method."""
    page = _page(client, "accessibility")
    for words in ("teilweise vereinbar", "Stattdessen:", "22.11.2026", "Selbstbewertung", "§ 9d NBGG", reverse("barrier_report")):
        assert words in page
    assert 'href="https://schlichtung.kreis.example/"' in page


def test_values_of_a_copy_to_try_out_say_that_they_are_made_up(client: Client) -> None:
    example = read_owner(lambda name: "", name="Landkreis Muster", example=True)
    assert not example.missing
    with override_settings(OWNER=example):
        for name in ("imprint", "privacy", "accessibility"):
            assert "Beispielangaben" in _page(client, name)


def test_one_real_value_is_not_mixed_with_made_up_ones() -> None:
    owner = read_owner(lambda name: "0541 1" if name == "OWNER_PHONE" else "", name="Landkreis Muster", example=True)
    assert (owner.is_example, owner.phone, owner.address) == (False, "0541 1", "")


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"ACCESSIBILITY_STATEMENT_DATE.*22\.11\.2026"):
        read_owner(lambda name: "22.11.2026" if name.startswith("ACCESS") else "", name="x", example=False)


def test_the_check_for_a_server_names_what_is_missing() -> None:
    found = [message for message in run_checks(include_deployment_checks=True) if message.id == "evalportal.W001"]
    assert found == []
    with override_settings(OWNER=NOBODY):
        (warning,) = [message for message in run_checks(include_deployment_checks=True) if message.id == "evalportal.W001"]
    optional = {"OWNER_VAT_ID", "BARRIER_EMAIL"}
    assert {name for name in VARIABLES.values() if name in warning.msg} == set(VARIABLES.values()) - optional


def test_a_report_is_stored_and_mailed(client: Client, send: Callable[..., Any]) -> None:
    response = send(name="A. B.", email="a@example.org", text="  Kein Fokus.\r\n\x07Sonst gut. ")
    report = BarrierReport.objects.get()
    assert (report.text, report.page, report.name, report.email) == (
        "Kein Fokus.\nSonst gut.",
        "/runden/",
        "A. B.",
        "a@example.org",
    )
    (message,) = mail.outbox
    assert (message.to, message.reply_to) == (["barrieren@kreis.example"], ["a@example.org"])
    assert report.reference in message.subject
    assert report.text in message.body
    assert report.mailed_at
    page = client.get(response.headers["Location"]).content.decode()
    assert report.reference in page
    assert "vier Wochen" in page
    assert "a@example.org" not in page
    assert "Kein Fokus" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "Bitte beschreiben Sie die Barriere"),
        ({"text": " \r\n\u202e"}, "Bitte beschreiben Sie die Barriere"),
        ({"text": "x" * 5001}, "Bitte kürzen Sie den Text auf 5000 Zeichen; es sind 5001."),
        ({"page": "x" * 501}, "Bitte kürzen Sie die Adresse auf 500 Zeichen"),
        ({"name": "x" * 151}, "Bitte kürzen Sie den Namen"),
        ({"email": "a@example"}, "Das ist keine E-Mail-Adresse"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "Das ist keine E-Mail-Adresse"),
        ({"also": "https://spam.example"}, "Ein Feld, das leer bleiben muss"),
    ],
)
def test_what_is_refused_says_so_and_keeps_the_text(send: Callable[..., Any], fields: dict[str, str], words: str) -> None:
    response = send(**{"name": "Behalten"} | fields)
    page = response.content.decode()
    assert words in page
    assert 'id="fehler"' in page
    assert "<title>Fehler: " in page
    kept = {"name": "Behalten", **{name: value for name, value in fields.items() if name != "also"}}
    assert {name: response.context["form"][name].value() for name in kept} == kept
    assert "spam.example" not in page
    assert not BarrierReport.objects.exists()
    assert mail.outbox == []


def test_after_ten_reports_an_hour_the_text_stays_and_nothing_is_stored(send: Callable[..., Any]) -> None:
    assert [send().status_code for _ in range(10)] == [302] * 10
    response = send(text="Die elfte")
    assert response.status_code == 429
    page = response.content.decode()
    assert "Ihr Text ist noch da" in page
    assert "Die elfte" in page
    assert BarrierReport.objects.count() == 10


def test_a_failing_mail_loses_nothing_and_goes_out_later(send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(message: EmailMessage, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", fail)
        assert send().status_code == 302
        BarrierReport.objects.update(created_at=timezone.now() - timedelta(hours=1))
        with pytest.raises(CommandError, match="warten"):
            call_command("tidy_up", verbosity=0)
    assert BarrierReport.objects.get().mailed_at is None
    call_command("tidy_up", verbosity=0)
    assert BarrierReport.objects.get().mailed_at
    assert len(mail.outbox) == 1


def test_old_reports_are_deleted_unless_nobody_has_read_them() -> None:
    now = timezone.now()
    old, young = now - timedelta(days=361), now - timedelta(days=359)
    make.barrier_report(text="alt", created_at=old, mailed_at=old)
    make.barrier_report(text="jung", created_at=young, mailed_at=young)
    waiting = make.barrier_report(text="wartet", created_at=old)
    with override_settings(OWNER=NOBODY), pytest.raises(CommandError):
        call_command("tidy_up", verbosity=0)
    assert set(BarrierReport.objects.values_list("text", flat=True)) == {"jung", "wartet"}
    assert BarrierReport.objects.get(text="wartet").pk == waiting.pk


@pytest.mark.parametrize(
    ("asked", "referrer", "page"),
    [
        ("/runden/x/?a=1", "", "/runden/x/?a=1"),
        ("http://testserver/runden/#y", "", "/runden/"),
        ("", "http://testserver/berichte/", "/berichte/"),
        ("", "https://other.example/x", ""),
        ("https://other.example/", "", ""),
        ("//other.example/", "", ""),
        ("javascript:alert(1)", "", ""),
        ("/" + "x" * 600, "", ""),
    ],
)
def test_the_page_is_filled_in_from_the_own_host_only(client: Client, asked: str, referrer: str, page: str) -> None:
    query = {"seite": asked} if asked else {}
    headers = {"Referer": referrer} if referrer else {}
    form = client.get(reverse("barrier_report"), query, headers=headers).context["form"]
    assert form["page"].value() == page


def test_an_expired_sign_in_does_not_stop_a_report() -> None:
    """A browser with the cookie of a session that is over, and with the token of the form."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["sessionid"] = "vorbei"
    token = browser.get(reverse("barrier_report")).content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert browser.post(reverse("barrier_report"), FORM | {"csrfmiddlewaretoken": token}).status_code == 302
    assert BarrierReport.objects.count() == 1


def test_the_database_refuses_a_report_without_text() -> None:
    name = "barrier_report_has_text"
    assert_refused("evalportal", name, lambda: make.barrier_report(text=""))
    assert_complete("evalportal", [(name, make.barrier_report)])
