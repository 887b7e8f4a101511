"""A sitting of the Jour fixe: with the keyboard alone, and in two browsers (issue 3, point 2)."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from goals.models import Measure, Role
from ratings.models import AgendaItem, AgendaOrigin, AgreedRating, Meeting
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ITEMS = 20


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


def test_twenty_massnahmen_with_the_keyboard_alone(open_page: Any, meeting: Meeting, picture: Any) -> None:
    page = open_page("jourfixe")
    page.goto(f"/sitzungen/{meeting.pk}/1.1/")
    picture(page, "meeting")
    for number in range(1, ITEMS + 1):
        expect(page.locator(".case__title .num")).to_have_text(f"{number}.1")
        expect(page.locator("html[data-keys=ready]")).to_be_attached()
        page.keyboard.press(str((number - 1) % 4 + 1))
        if number % 2:
            page.keyboard.press("6")
        if number == ITEMS:
            break
        page.keyboard.press("Enter")
    page.locator("#id_reason").focus()
    page.keyboard.type("Mit 1 und Enter im Text")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/sitzungen/{meeting.pk}/")
    ratings = AgreedRating.objects.order_by("measure__goal__sort_key")
    assert [rating.grade for rating in ratings] == ["hoch", "mittel", "gering", "unklar"] * 5
    assert [rating.continuation for rating in ratings] == [True, False] * 10
    assert list(ratings)[-1].reason == "Mit 1 und Enter im Text"


def test_keys_can_be_switched_off_and_are_listed(open_page: Any, meeting: Meeting) -> None:
    page = open_page("jourfixe")
    page.goto(f"/sitzungen/{meeting.pk}/1.1/")
    page.keyboard.press("?")
    expect(page.locator("#tasten")).to_contain_text("Weiterführungsbedarf")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ausschalten").click()
    page.reload()
    expect(page.locator("[data-keys-state]")).to_have_text("Tastenkürzel sind aus.")
    page.keyboard.press("3")
    expect(page.locator("#grad-gering")).not_to_be_checked()


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
