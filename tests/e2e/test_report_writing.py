"""Writing a report in a real browser: it saves itself, and nothing that was written is lost (DESIGN.md, rule 7)."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from goals.models import Role
from ratings.models import Draft, StatusReport, Submission
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def report(live_server: Any) -> StatusReport:
    """An open report of a unit with two reporters, `anna` and `bert`."""
    owed = make.report()
    for name in ("anna", "bert"):
        make.member(Role.REPORTER, unit=owed.unit, user=make.user(name, password=make.PASSWORD))
    return owed


def form(page: Page, report: StatusReport) -> None:
    page.goto(f"/berichte/{report.pk}/")


def saved(page: Page) -> None:
    expect(page.locator("[data-status]")).to_contain_text("Gespeichert")


def choose(page: Page, grade: str) -> None:
    """The whole card is the label."""
    page.locator(f"label[for=id_grade_{grade}]").click()


def test_a_draft_saves_itself_and_is_there_after_a_reload(open_page: Any, report: StatusReport) -> None:
    page = open_page("anna")
    form(page, report)
    page.get_by_label("Sachstand").fill("Zwölf Module laufen.")
    saved(page)
    page.get_by_label("Sachstand").fill("Zwölf Module laufen seit Mai.")
    page.get_by_label("Kurzfassung").fill("Läuft.")
    expect(page.locator("[data-counter]")).to_have_text("6 von 400 Zeichen")
    page.get_by_label("Stand", exact=True).focus()
    for _ in range(50):
        if Draft.objects.filter(report=report, summary="Läuft.").exists():
            break
        page.wait_for_timeout(100)
    page.reload()
    expect(page.get_by_label("Sachstand")).to_have_value("Zwölf Module laufen seit Mai.")
    assert Draft.objects.get(report=report).summary == "Läuft."


def test_fields_appear_when_the_grade_asks_for_them(open_page: Any, report: StatusReport) -> None:
    page = open_page("anna")
    form(page, report)
    expect(page.get_by_label("Lösungsansatz")).to_be_hidden()
    choose(page, "gering")
    for label in ("Begründung", "Hemmnisse", "Lösungsansatz"):
        expect(page.get_by_label(label, exact=True)).to_be_visible()
    choose(page, "hoch")
    expect(page.get_by_label("Lösungsansatz")).to_be_hidden()


def test_two_people_at_once_both_keep_their_text(open_page: Any, guard: Any, report: StatusReport) -> None:
    guard.allow("status of 409")
    anna, bert = open_page("anna"), open_page("bert")
    form(anna, report)
    form(bert, report)
    anna.get_by_label("Sachstand").fill("Von Anna")
    saved(anna)
    bert.get_by_label("Sachstand").fill("Von Bert")
    expect(bert.locator("[data-status]")).to_contain_text("Ihr Text ist noch hier")
    bert.get_by_role("button", name="Entwurf speichern").last.click()
    expect(bert.get_by_role("heading", level=1)).to_contain_text("an anderer Stelle gespeichert")
    expect(bert.get_by_text("Von Anna")).to_be_visible()
    expect(bert.get_by_label("Ihre Fassung")).to_have_value("Von Bert")
    assert Draft.objects.get(report=report).situation == "Von Anna"
    bert.get_by_role("button", name="Meine Fassung speichern").click()
    expect(bert.get_by_label("Sachstand")).to_have_value("Von Bert")


def test_an_expired_sign_in_loses_nothing(open_page: Any, guard: Any, report: StatusReport, sign_in: Any) -> None:
    guard.allow("status of 401")
    page = open_page("anna")
    form(page, report)
    cookies = [cookie for cookie in page.context.cookies() if cookie["name"] != "sessionid"]
    page.context.clear_cookies()
    page.context.add_cookies(cookies)
    page.get_by_label("Sachstand").fill("Lange geschrieben")
    expect(page.locator("[data-status]")).to_contain_text("Ihre Anmeldung ist abgelaufen")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="In neuem Tab anmelden").click()
    guard.watch(opened.value)
    sign_in(opened.value, "anna")
    page.get_by_label("Sachstand").fill("Lange geschrieben, jetzt gespeichert")
    saved(page)
    assert Draft.objects.get(report=report).situation == "Lange geschrieben, jetzt gespeichert"


def test_everything_works_without_javascript(open_page: Any, guard: Any, report: StatusReport) -> None:
    guard.allow("status of 422")
    page = open_page("anna", java_script_enabled=False)
    form(page, report)
    page.get_by_label("Sachstand").fill("Ohne Skript")
    page.get_by_role("button", name="Bericht einreichen").click()
    summary = page.locator("#fehler")
    expect(summary).to_contain_text("Kurzfassung")
    summary.get_by_role("link", name="Kurzfassung").click()
    page.get_by_label("Kurzfassung").fill("Kurz.")
    choose(page, "hoch")
    page.get_by_role("button", name="Bericht einreichen").click()
    expect(page.locator(".toast")).to_contain_text("eingereicht")
    assert Submission.objects.get(report=report).situation == "Ohne Skript"
