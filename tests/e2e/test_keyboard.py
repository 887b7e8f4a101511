"""The main flow with the keyboard alone, and that nobody gets lost or stuck with it (WCAG 2.1.1, 2.1.2, 2.4.1, 2.4.7, 2.4.11)."""

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from goals.models import Role
from ratings.models import AgendaOrigin, AgreedRating, Meeting, ReportingRound, Submission
from tests import factories as make
from tests.e2e.test_accessibility import bring_in, is_page, person_of
from tests.e2e.walk import LOOK
from tests.pages import PAGES, build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLOW = 60_000  # milliseconds; a busy machine is no failure
STOPS = 150  # more presses of Tab to one control than anybody would bear


class Keyboard:
    """One person without a mouse. Every stop of the focus must be visible, in the window and not covered."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(SLOW)
        page.add_init_script(path=LOOK)
        if page.url.startswith("http"):
            page.reload()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, target: Locator, key: str = "Tab") -> None:
        """Go on with Tab until `target` has the focus."""
        expect(target).to_be_visible()
        for _ in range(STOPS):
            self.press(key)
            self.stop()
            if target.evaluate("element => element === document.activeElement"):
                return
        pytest.fail(f"{STOPS} presses of {key} do not lead to {target}")

    def stop(self) -> str:
        """Check where the focus is and return what has it; an empty text for the page itself."""
        name: str = self.page.evaluate("document.activeElement === document.body ? '' : look.name(document.activeElement)")
        if name:
            assert (name, self.page.evaluate("look.focus()")) == (name, "")
        return name

    def navigate(self, name: str) -> None:
        """Open this entry of the main navigation."""
        self.to(self.page.get_by_role("navigation", name="Hauptnavigation").get_by_role("link", name=name, exact=True))
        self.leave("Enter")

    def follow(self, name: str) -> None:
        """Go to the link of this name in the content and open it."""
        self.to(self.page.locator("main").get_by_role("link", name=name).first)
        self.leave("Enter")

    def leave(self, key: str) -> None:
        with self.page.expect_navigation():
            self.press(key)

    def write(self, label: str, text: str) -> None:
        self.to(self.page.get_by_label(label, exact=True))
        self.page.keyboard.type(text)

    def push(self, name: str) -> None:
        self.to(self.page.get_by_role("button", name=name, exact=True).last)
        self.leave("Enter")

    def sign_in(self, username: str) -> None:
        self.page.goto("/konto/anmelden/")
        self.write("Anmeldename oder E-Mail-Adresse", username)
        self.write("Passwort", make.PASSWORD)
        self.leave("Enter")


@pytest.fixture
def running(live_server: Any) -> ReportingRound:
    """An open round with one Maßnahme of one unit, on the agenda of today's meeting."""
    unit = make.unit(name="MaßArbeit", short_name="MaßArbeit")
    measure = make.measure("20.1", concept=make.concept(), title="Bedarfsermittlung")
    round_ = make.round(measure.concept, slug="runde-2026")
    make.report(measure, unit, round=round_)
    Meeting.objects.create(round=round_, on=timezone.localdate()).items.create(measure=measure, origin=AgendaOrigin.HAND)
    for name, role in {"massarbeit": Role.REPORTER, "jourfixe": Role.RECORDER, "leitung": Role.COORDINATOR}.items():
        of_unit = {"unit": unit} if role in Role.in_units() else {}
        make.member(role, user=make.user(name, password=make.PASSWORD), **of_unit)
    return round_


def test_from_the_report_to_the_file(open_page: Any, running: ReportingRound, tmp_path: Any) -> None:
    unit = Keyboard(open_page(reduced_motion="reduce"))
    unit.sign_in("massarbeit")
    unit.navigate("Meine Maßnahmen")
    unit.follow("Weiter mit 20.1")
    unit.write("Sachstand", "Der Bedarf ist erhoben.")
    unit.write("Kurzfassung", "Erhoben.")
    unit.to(unit.page.locator("#id_grade_hoch"))
    unit.press("ArrowDown", "ArrowUp", "Space")
    unit.stop()
    unit.push("Bericht einreichen")
    expect(unit.page.locator(".messages")).to_contain_text("eingereicht")
    assert Submission.objects.get().grade == "hoch"

    board = Keyboard(open_page(reduced_motion="reduce"))
    board.sign_in("jourfixe")
    board.navigate("Jour fixe")
    board.follow("Sitzung beginnen")
    board.to(board.page.locator("#grad-hoch"))
    board.press("Space", "ArrowRight", "ArrowLeft")
    board.push("Abstimmen und weiter")
    expect(board.page.locator(".section__head:has(#tagesordnung)")).to_contain_text("1 abgestimmt, 0 vertagt, 0 offen")
    assert AgreedRating.objects.get().grade == "hoch"

    leader = Keyboard(open_page(reduced_motion="reduce"))
    leader.sign_in("leitung")
    leader.navigate("Übersicht")
    export = leader.page.locator("summary", has_text="Anhang exportieren")
    leader.to(export)
    leader.press("Enter")
    leader.to(leader.page.get_by_role("link", name="Excel"))
    with leader.page.expect_download() as download:
        leader.press("Enter")
    download.value.save_as(tmp_path / "anhang.xlsx")
    rows = list(load_workbook(tmp_path / "anhang.xlsx")["Daten"].iter_rows(values_only=True))
    assert "hoch" in rows[1]
    leader.press("Escape")
    expect(export).to_be_focused()
    expect(leader.page.get_by_role("link", name="Excel")).to_be_hidden()


def test_the_skip_link_leads_past_the_header(open_page: Any, running: ReportingRound) -> None:
    person = Keyboard(open_page("massarbeit", reduced_motion="reduce"))
    person.page.goto("/berichte/")
    person.press("Tab")
    expect(person.page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    person.stop()
    person.press("Enter", "Tab")
    person.stop()
    assert person.page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("width", [1280, 320])
def test_escape_closes_the_menus_and_gives_the_focus_back(open_page: Any, running: ReportingRound, width: int) -> None:
    person = Keyboard(open_page("leitung", viewport={"width": width, "height": 800}, reduced_motion="reduce"))
    opener = person.page.locator(".menu__user") if width > 1000 else person.page.locator(".app-header__toggle")
    panel = person.page.get_by_role("link", name="Benachrichtigungen" if width > 1000 else "Einheiten", exact=True)
    person.to(opener)
    person.press("Enter")
    expect(panel).to_be_visible()
    person.to(panel)
    person.press("Escape")
    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (320, 640)])
def test_tab_leads_through_every_page_and_out_of_it(
    open_page: Any, running: ReportingRound, client_as: Any, live_server: Any, width: int, height: int
) -> None:
    """From the first stop through all to the end; each can be seen, in both directions, and none holds the focus."""
    client = client_as(Role.COORDINATOR)
    page = open_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    person = Keyboard(page)
    measure, report = running.concept.measures.get(), running.reports.get()
    place = f"/konzepte/{running.concept.slug}/massnahmen/{measure.number}/"
    meeting = f"/sitzungen/{Meeting.objects.get().pk}/"
    for address in (
        "/",
        f"/berichte/{report.pk}/",
        "/runden/runde-2026/uebersicht/",
        place,
        meeting,
        f"{meeting}{measure.number}/",
    ):
        page.goto(address)
        page.evaluate("document.activeElement.blur()")
        for key in ("Tab", "Shift+Tab"):
            stops = passed(person, key)
            assert len(stops) > 5, f"{address} {key}"


@pytest.mark.parametrize("role", ["coordinator", "reporter"])
def test_on_a_narrow_screen_every_stop_of_every_page_can_be_seen(
    role: str, open_page: Any, client_as: Any, live_server: Any
) -> None:
    """320 × 256, which is what 400 % zoom makes of 1280 × 1024. The frame around the content is the same everywhere and looked at above."""
    world = build_world()
    page, client = open_page(viewport={"width": 320, "height": 256}, reduced_motion="reduce"), person_of(role, world, client_as)
    bring_in(client, page, live_server.url)
    person, stops = Keyboard(page), 0
    for name in PAGES:
        address = reverse(name, kwargs=world.get(name, {}))
        if not is_page(client.get(address)):
            continue
        page.goto(address)
        page.evaluate("document.querySelector('main').tabIndex = -1; document.querySelector('main').focus()")
        for _ in range(4 * STOPS):
            person.press("Tab")
            if not page.evaluate("document.querySelector('main').contains(document.activeElement)"):
                break
            person.stop()
            stops += 1
        else:
            pytest.fail(f"{address}: the focus does not leave the content")
    assert stops > 200


def passed(person: Keyboard, key: str) -> list[str]:
    """Press `key` from one end of the page to the other and return the stops. A date has several: day, month, year, calendar."""
    stops: list[str] = []
    for _ in range(4 * STOPS):
        person.press(key)
        name = person.stop()
        if not name or (stops and name == stops[0] and stops[-1] != name):
            return stops
        stops.append(name)
        assert len(set(stops[-6:])) > 1 or len(stops) < 6, f"{name} holds the focus"
    pytest.fail(f"no end after {4 * STOPS} presses of {key}: {stops[-3:]}")
