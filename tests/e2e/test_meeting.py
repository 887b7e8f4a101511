"""A sitting of the Jour fixe: with the keyboard alone, and in two browsers (issue 3, point 2)."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from goals.models import Measure, Role
from ratings.models import AgendaItem, AgendaOrigin, AgendaOutcome, AgreedRating, Meeting, ReportingRound, StatusReport
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ITEMS = 20
SLOW = 20_000  # milliseconds; a busy machine is no failure


@pytest.fixture
def meeting(live_server: Any) -> Meeting:
    """Twenty Maßnahmen with proposals that differ, and two people who keep the minutes."""
    concept = make.concept()
    round_ = make.round(concept, slug="runde-2026")
    first, second, writer = make.unit(), make.unit(), make.user()
    sitting = Meeting.objects.create(round=round_, on=timezone.localdate())
    for number in range(1, ITEMS + 1):
        measure = make.measure(f"{number}.1", concept=concept)
        make.submission(make.report(measure, first, round=round_), submitted_by=writer)
        make.submission(make.report(measure, second, round=round_), grade="gering", submitted_by=writer)
        AgendaItem.objects.create(meeting=sitting, measure=measure, origin=AgendaOrigin.DISPUTED)
    for name in ("jourfixe", "leitung"):
        make.member(Role.RECORDER, user=make.user(name, password=make.PASSWORD))
    return sitting


def test_twenty_massnahmen_with_the_keyboard_alone(open_page: Any, meeting: Meeting, picture: Any, guard: Any) -> None:
    """Grade, Kennzeichen and Enter for each; 7.1 is unanimous and deviates, so that it is refused once without a reason."""
    guard.allow("status of 422")
    StatusReport.objects.filter(measure__goal__number="7", submissions__grade="gering").update(retracted=True)
    page = open_page("jourfixe")
    page.goto(f"/sitzungen/{meeting.pk}/1.1/")
    picture(page, "meeting")
    for number in range(1, ITEMS + 1):
        at(page, f"{number}.1")
        page.keyboard.press(str((number - 1) % 4 + 1))
        if number % 2:
            page.keyboard.press("6")
        if number == 7:
            page.keyboard.press("Enter")
            expect(page.locator("#fehler")).to_contain_text("Begründen Sie die Abweichung")
            expect(page.locator("#id_reason")).to_be_focused()  # letters are text here, no keys: z would put off
            page.keyboard.type("Nur jeder 2. Platz ist belegt: 1 und ? stehen im Text.")
            page.keyboard.press("Control+Enter")
        elif number == ITEMS:
            page.keyboard.press("p")
            page.keyboard.type("Für das Protokoll.")
            page.keyboard.press("Control+Enter")
        else:
            page.keyboard.press("Enter")
    page.wait_for_url(f"**/sitzungen/{meeting.pk}/", timeout=SLOW)
    expect(page.locator(".section__head:has(#tagesordnung)")).to_contain_text("20 abgestimmt, 0 vertagt, 0 offen")
    expect(page.get_by_text("Alle Punkte sind behandelt")).to_be_visible()
    picture(page, "meeting-done")
    ratings = list(AgreedRating.objects.order_by("measure__goal__sort_key"))
    assert [rating.grade for rating in ratings] == ["hoch", "mittel", "gering", "unklar"] * 5
    assert [rating.continuation for rating in ratings] == [True, False] * 10
    assert [rating.reason for rating in ratings if rating.reason] == ["Nur jeder 2. Platz ist belegt: 1 und ? stehen im Text."]
    assert list(AgendaItem.objects.in_order())[-1].note == "Für das Protokoll."


def at(page: Page, number: str) -> None:
    """Wait until the screen shows this Maßnahme and its keys work."""
    expect(page.locator(".case__title .num")).to_have_text(number, timeout=SLOW)
    expect(page.locator("html[data-keys=ready]")).to_be_attached(timeout=SLOW)


def test_going_on_putting_off_and_taking_back_with_keys(open_page: Any, meeting: Meeting) -> None:
    page = open_page("jourfixe")
    page.goto(f"/sitzungen/{meeting.pk}/1.1/")
    for key, number in (("n", "2.1"), ("v", "1.1"), ("z", "2.1")):
        page.keyboard.press(key)
        at(page, number)
    assert AgendaItem.objects.get(measure__goal__number="1").outcome == AgendaOutcome.PUT_OFF
    page.get_by_role("button", name="Rückgängig: 1.1 vertagt").press("Enter")
    at(page, "1.1")
    assert AgendaItem.objects.get(measure__goal__number="1").is_open


def test_a_meeting_without_ratings_with_the_keyboard(open_page: Any, meeting: Meeting) -> None:
    ReportingRound.objects.update(has_ratings=False)
    AgendaItem.objects.exclude(measure__goal__number__in=["1", "2", "3"]).delete()
    numbers = [item.measure.number for item in AgendaItem.objects.in_order()]
    page = open_page("jourfixe")
    page.goto(f"/sitzungen/{meeting.pk}/{numbers[0]}/")
    for number in numbers:
        at(page, number)
        page.keyboard.press("p")
        page.keyboard.type(f"Zu {number}")
        page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/sitzungen/{meeting.pk}/", timeout=SLOW)
    assert {(item.outcome, item.note) for item in AgendaItem.objects.in_order()} == {
        (AgendaOutcome.NOTED, f"Zu {number}") for number in numbers
    }
    assert not AgreedRating.objects.exists()


def test_keys_can_be_switched_off_and_are_listed(open_page: Any, meeting: Meeting) -> None:
    page = open_page("jourfixe")
    page.goto(f"/sitzungen/{meeting.pk}/1.1/")
    page.keyboard.press("?")
    expect(page.locator("#tasten")).to_contain_text("Weiterführungsbedarf")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ausschalten").click()
    page.reload()
    expect(page.locator("[data-keys-state]")).to_have_text("Tastenkürzel sind aus.")
    for key in ("3", "?", "n"):
        page.keyboard.press(key)
    expect(page.locator("#grad-gering")).not_to_be_checked()
    expect(page.locator("#tasten")).not_to_be_visible()
    expect(page.locator(".case__title .num")).to_have_text("1.1")
    page.get_by_role("button", name="Einschalten").click()
    page.keyboard.press("3")
    expect(page.locator("#grad-gering")).to_be_checked()


def test_two_browsers_in_one_meeting(open_page: Any, meeting: Meeting, guard: Any) -> None:
    guard.allow("status of 409")
    one, two = open_page("jourfixe"), open_page("leitung")
    for page in (one, two):
        page.goto(f"/sitzungen/{meeting.pk}/1.1/")
    two.locator("#id_reason").fill("Ich schreibe noch.")
    one.keyboard.press("1")
    one.keyboard.press("Enter")
    expect(one.locator(".case__title .num")).to_have_text("2.1")
    expect(two.locator("#inzwischen")).to_contain_text("An anderer Stelle abgestimmt: hoch")
    expect(two.locator("#fortschritt")).to_contain_text("1 von 20 abgestimmt")
    expect(two.locator("#id_reason")).to_be_focused()
    two.locator("label[for=grad-gering]").click()
    two.get_by_role("button", name="Abstimmen und weiter").click()
    expect(two.locator("#fehler")).to_contain_text("inzwischen hat sich etwas geändert")
    expect(two.locator("#id_reason")).to_have_value("Ich schreibe noch.")
    assert AgreedRating.objects.get(measure=Measure.objects.get(goal__number="1")).grade == "hoch"
