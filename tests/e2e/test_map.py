"""The map of the Maßnahmen and the Ampel in Chromium: pointing, keyboard, without a script, and in colours that the reader chose."""

from base64 import b64encode
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from ratings.models import ReportingRound
from ratings.scheme import Grade
from tests import factories as make
from tests.e2e.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def the_round() -> ReportingRound:
    """Two Handlungsfelder: 1.1 to 3.1 agreed as hoch, mittel and gering, 4.1 unklar; 5.1 proposed as hoch, 6.1 open."""
    round_ = make.round()
    first = make.challenge(make.action_field(round_.concept))
    second = make.challenge(make.action_field(round_.concept))
    for number, grade in enumerate(Grade, start=1):
        make.agreed_rating(make.measure(goal=make.goal(str(number), challenge=first)), round=round_, grade=grade)
    proposed = make.report(make.measure(goal=make.goal("5", challenge=second)), round=round_)
    make.submission(proposed, grade=Grade.HIGH)
    make.measure(goal=make.goal("6", challenge=second))
    make.member("coordinator", user=make.user("leitung", password=make.PASSWORD))
    return round_


def map_page(open_page: OpenPage, round_: ReportingRound, **options: Any) -> Page:
    page = open_page("leitung", **options)
    page.goto(reverse("ratings:charts", args=[round_.slug]))
    return page


def tip(page: Page, number: str) -> Locator:
    return page.locator(".map__tip", has_text=f"{number} ")


def is_shown(locator: Locator) -> bool:
    """What only screen readers get is one pixel large."""
    return bool(
        locator.evaluate("tip => tip.getBoundingClientRect().height > 4 && getComputedStyle(tip).visibility === 'visible'")
    )


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_keys_move_through_the_map_and_tab_reaches_every_measure(open_page: OpenPage, the_round: ReportingRound) -> None:
    page = map_page(open_page, the_round)
    page.locator(".map-skip").focus()
    seen = []
    for _ in range(8):
        page.keyboard.press("Tab")
        seen.append(focused(page)[:3])
    assert seen == ["Han", "1.1", "2.1", "3.1", "4.1", "Han", "5.1", "6.1"]
    for key, number in (
        ("Home", "5.1"),
        ("ArrowRight", "6.1"),
        ("ArrowUp", "2.1"),
        ("ArrowDown", "6.1"),
        ("ArrowLeft", "5.1"),
        ("ArrowLeft", "4.1"),
        ("Home", "1.1"),
        ("End", "4.1"),
        ("ArrowUp", "4.1"),
    ):
        page.keyboard.press(key)
        assert focused(page).startswith(number), key
    assert is_shown(tip(page, "4.1"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/massnahmen/4.1/**")


def test_the_skip_link_leads_past_the_map(open_page: OpenPage, the_round: ReportingRound) -> None:
    page = map_page(open_page, the_round)
    page.locator(".map-skip").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('.map') && !!document.activeElement.closest('.map-frame')")


def test_a_hint_can_be_pointed_at_and_put_away(open_page: OpenPage, the_round: ReportingRound) -> None:
    """WCAG 2.2, 1.4.13: dismissible, hoverable, persistent."""
    page = map_page(open_page, the_round)
    cell, hint = page.locator(".map__link").nth(1), tip(page, "2.1")
    assert not is_shown(hint)
    cell.hover()
    page.wait_for_function("tip => getComputedStyle(tip).visibility === 'visible'", arg=hint.element_handle())
    box = hint.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    assert is_shown(hint)
    page.keyboard.press("Escape")
    assert not is_shown(hint)
    page.locator(".map__link").nth(3).focus()
    assert is_shown(tip(page, "4.1"))
    page.keyboard.press("Escape")
    assert not is_shown(tip(page, "4.1"))
    assert focused(page).startswith("4.1")


@pytest.mark.parametrize("width", [1280, 320])
def test_the_map_works_without_a_script_and_its_marks_are_large_enough(
    open_page: OpenPage, the_round: ReportingRound, width: int
) -> None:
    """WCAG 2.2, 2.5.8: targets of 24 by 24 px; hints stay inside the window."""
    page = map_page(open_page, the_round, java_script_enabled=False, viewport={"width": width, "height": 900})
    expect(page.locator(".map__keys")).to_be_hidden()
    for index in range(6):
        box = page.locator(".map__link").nth(index).bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
    page.locator(".map__link").nth(3).focus()
    hint = tip(page, "4.1").bounding_box()
    assert hint
    assert hint["height"] > 4
    assert hint["x"] >= 0
    assert hint["x"] + hint["width"] <= width
    page.locator(".map__link").nth(3).click()
    page.wait_for_url("**/massnahmen/4.1/**")


# Counts the pixels of an element that differ from the ground around it: drawn on a canvas from a picture of the page.
PIXELS = """async ([picture, boxes]) => {
  const image = await createImageBitmap(await (await fetch(picture)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d', {willReadFrequently: true});
  canvas.drawImage(image, 0, 0);
  return boxes.map(box => {
    const {data} = canvas.getImageData(box.x, box.y, box.width, box.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (Math.abs(data[at] - data[0]) + Math.abs(data[at + 1] - data[1]) + Math.abs(data[at + 2] - data[2]) > 180) count++;
    }
    return count / (data.length / 4);
  });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_every_mark_and_every_part_stays_visible(
    open_page: OpenPage, the_round: ReportingRound, scheme: str
) -> None:
    page = map_page(open_page, the_round, forced_colors="active", color_scheme=scheme, bypass_csp=True)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('.map .shape')].map(e => e.getBoundingClientRect())
             .map(b => ({x: Math.round(b.x) - 1, y: Math.round(b.y) - 1, width: 18, height: 18}))"""
    )
    picture = f"data:image/png;base64,{b64encode(page.screenshot()).decode()}"
    shares = page.evaluate(PIXELS, [picture, boxes])
    assert len(shares) == 6
    # hoch, mittel, gering, unklar filled, hoch outlined, nicht bewertet: a dash.
    assert all(share > floor for share, floor in zip(shares, (0.3, 0.1, 0.2, 0.3, 0.1, 0.03), strict=True)), shares
    assert shares[0] > 1.5 * shares[4], "filled and outlined look alike"
    looks = page.evaluate(
        """() => ['hoch', 'mittel', 'gering', 'unklar', 'ohne'].map(name => {
             const part = document.querySelector(`.chart .chart__${name}`);
             return part && getComputedStyle(part).fill; })"""
    )
    assert len(set(looks)) == 5, looks


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("light", 1280), ("dark", 320), ("dark", 1280)])
def test_in_forced_colours_every_icon_stays_visible(
    open_page: OpenPage, the_round: ReportingRound, scheme: str, width: int
) -> None:
    page = open_page("leitung", forced_colors="active", color_scheme=scheme, bypass_csp=True)
    page.set_viewport_size({"width": width, "height": 6000})
    faint = []
    for name in ("ratings:overview", "ratings:round", "ratings:charts"):
        page.goto(reverse(name, args=[the_round.slug]))
        found = page.evaluate(
            """() => [...document.querySelectorAll('.kern-icon, .icon')]
                 .filter(e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width > 4)
                 .map(e => [e.className, ...['x', 'y', 'width', 'height'].map(part => Math.round(e.getBoundingClientRect()[part]))])
                 .map(([name, x, y, width, height]) => ({name, x, y, width, height}))"""
        )
        picture = f"data:image/png;base64,{b64encode(page.screenshot()).decode()}"
        shares = page.evaluate(PIXELS, [picture, found])
        assert shares
        faint += [f"{name}: {icon['name']}" for icon, share in zip(found, shares, strict=True) if share < 0.03]
    assert faint == []
