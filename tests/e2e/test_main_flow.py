"""The whole chain, each step by the person whose it is: report, approval, agreement, closing, release, the Anhang in the Kreistag."""

from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from goals.models import Role
from ratings import rounds
from ratings.models import ReportingRound
from ratings.states import RoundState
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def running(live_server: Any) -> ReportingRound:
    """A round just opened with two Maßnahmen of one unit that wants approval; the five people of the chain can sign in."""
    konzept = make.concept(title="Konzept Integration", short_title="Integration")
    unit = make.unit(name="MaßArbeit", short_name="MaßArbeit", requires_approval=True)
    for number, title in (("20.1", "Bedarfsermittlung"), ("20.2", "Individuelle Kursberatung")):
        make.responsibility(make.measure(number, concept=konzept, title=title), unit, lead=True)
    people = {"massarbeit": Role.REPORTER, "freigabe": Role.APPROVER, "jourfixe": Role.RECORDER, "leitung": Role.COORDINATOR}
    for name, role in (people | {"kreistag": Role.READER}).items():
        of_unit = {"unit": unit} if role in Role.in_units() else {}
        make.member(role, user=make.user(name, password=make.PASSWORD), **of_unit)
    prepared = make.round(konzept, state=RoundState.PREPARING, slug="runde-2026", title="Runde 2026")
    leader = make.member(Role.COORDINATOR)
    return rounds.open_round(prepared.pk, user=leader)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def write(page: Page, text: str, grade: str) -> None:
    """Fill the open report and submit it."""
    page.get_by_label("Sachstand").fill(text)
    page.get_by_label("Kurzfassung").fill(f"Kurz: {text}")
    page.locator(f"label[for=id_grade_{grade}]").click()
    press(page, "Zur Freigabe geben")
    expect(page.locator(".toast")).to_contain_text("zur Freigabe gegeben")


def test_from_the_report_to_the_anhang(open_page: Any, running: ReportingRound, guard: Any, picture: Any, tmp_path: Any) -> None:
    guard.allow("status of 422")
    unit = open_page("massarbeit")
    unit.goto("/berichte/")
    unit.get_by_role("link", name="Weiter mit 20.1").click()
    write(unit, "Der Bedarf ist erhoben.", "hoch")
    unit.locator(".toast").get_by_role("link", name="Weiter mit 20.2").click()
    write(unit, "Die Beratung läuft an allen Standorten.", "hoch")
    picture(unit, "flow-1-list")

    approver = open_page("freigabe")
    for _ in range(2):
        approver.goto("/berichte/")
        approver.get_by_role("link", name="Lesen und freigeben").first.click()
        press(approver, "Freigeben und einreichen")
        expect(approver.locator(".toast")).to_contain_text("liegt jetzt dem Jour fixe vor")

    board = open_page("jourfixe")
    board.goto("/runden/runde-2026/uebersicht/")
    board.locator(".overview__title", has_text="Bedarfsermittlung").click()
    board.locator("label[for=grad-hoch]").click()
    press(board, "Abstimmen und weiter")
    expect(board.get_by_role("heading", level=1)).to_contain_text("Individuelle Kursberatung")
    board.locator("label[for=grad-mittel]").click()
    press(board, "Abstimmen")
    expect(board.locator("#id_reason")).to_be_visible()
    expect(board.locator("body")).to_contain_text("Begründen Sie die Abweichung")
    board.locator("#id_reason").fill("In vier Kommunen fehlt die Beratung noch.")
    press(board, "Abstimmen")
    expect(board.locator("main")).to_contain_text("abgestimmt")
    picture(board, "flow-2-agreed")

    leader = open_page("leitung")
    leader.goto("/runden/runde-2026/")
    leader.get_by_role("link", name="Abstimmung beginnen").click()
    expect(leader.locator("main")).to_contain_text("Alle Berichte sind eingereicht.")
    press(leader, "Abstimmung beginnen")
    leader.get_by_role("link", name="Offene Punkte ansehen").click()
    expect(leader.locator("main")).to_contain_text("Nichts ist offen")
    press(leader, "Runde abschließen")
    leader.get_by_role("link", name="Fassung 1 freigeben").click()
    press(leader, "Fassung 1 freigeben")
    picture(leader, "flow-3-released")

    reader = open_page("kreistag")
    reader.goto("/uebersicht/")
    expect(reader.locator("main")).to_contain_text("Individuelle Kursberatung")
    expect(reader.locator("main")).not_to_contain_text("Sachstand")
    reader.get_by_text("Anhang exportieren").click()
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Excel").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert "Entwurf" not in path.name
    data = load_workbook(path)["Daten"]
    head = [cell.value for cell in data[1]]
    grades = {
        row[head.index("Maßnahme")]: row[head.index("Zielerreichungsgrad")] for row in data.iter_rows(min_row=2, values_only=True)
    }
    assert grades == {"Bedarfsermittlung": "hoch", "Individuelle Kursberatung": "mittel"}
