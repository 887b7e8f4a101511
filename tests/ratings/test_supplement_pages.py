"""Nachträge on the pages: who reads which version where, mails, and from the closed page to the next version."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from goals.models import Role
from ratings import rounds
from ratings.earlier import earlier_ratings
from ratings.mail.matters import matters_of_day
from ratings.models import Supplement
from ratings.my_reports import report_lines, rounds_to_report
from ratings.scheme import Grade
from ratings.states import RoundState
from tests import factories as make
from tests.ratings.supplement_case import Case, give_back


@pytest.fixture
def case(db: None) -> Case:
    return Case()


def test_readers_learn_nothing_before_the_release(case: Case, reader: Any) -> None:
    later_round = make.round(case.concept, state=RoundState.CLOSED)
    grades = lambda: [found.rating.grade for found in earlier_ratings(case.measure, before=later_round, user=reader.user)]  # noqa: E731
    assert grades() == ["mittel"]
    supplement = case.open()
    case.rate()
    assert grades() == []
    page = reader.get(case.url()).content.decode()
    assert "Nachtrag" not in page
    assert "mittel" in page
    second = case.finish(supplement)
    assert grades() == []
    overview = f"/runden/{case.round.slug}/uebersicht/"
    assert reader.get(overview).context["whole"].version == 1
    assert reader.get(f"{overview}?fassung=2").status_code == 404
    rounds.release(second.pk, user=case.leader)
    assert grades() == ["hoch"]
    assert reader.get(overview).context["whole"].version == 2
    assert reader.get(f"{overview}?fassung=1").context["whole"].version == 1


def test_my_reports_show_what_is_open_again(case: Case, client_as: Any) -> None:
    assert rounds_to_report(case.reporter) == [case.running]
    case.open(case.other)
    assert rounds_to_report(case.reporter) == [case.running, case.round]
    assert [line.report.measure for line in report_lines(case.reporter, case.round)] == [case.other]
    assert rounds_to_report(make.member(Role.REPORTER)) == [case.running]
    client = client_as(user=case.reporter)
    page = client.get(f"/berichte/?runde={case.round.slug}").content.decode()
    assert "Nachtrag zu 2.1, offen seit" in page
    assert "Die Zahl der Plätze war falsch." in page
    assert "überfällig" not in page
    give_back(case, case.reports[1])
    form = client.get(f"/berichte/{case.reports[1].pk}/").content.decode()
    assert "Nachtrag zu 2.1" in form
    assert "Bericht schreiben" in form
    assert "einzelne Maßnahme" in client.get(f"/berichte/{case.report.pk}/").content.decode()
    assert case.round.title in client.get("/").content.decode()


def test_from_the_closed_page_to_the_next_version(case: Case, coordinator: Any) -> None:
    page = coordinator.get(case.url()).content.decode()
    assert "Einzelne Maßnahme wieder öffnen" in page
    address = case.url(path="nachtrag/")
    assert "Fassung 1 bleibt unverändert lesbar" in coordinator.get(address).content.decode()
    refused = coordinator.post(address, {"runde": case.round.slug, "reason": ""})
    assert (refused.status_code, Supplement.objects.count()) == (422, 0)
    sent = {"runde": case.round.slug, "reason": "Zahl berichtigt", "give_back": [case.report.pk]}
    page = coordinator.post(address, sent, follow=True).content.decode()
    for part in ("Nachtrag, offen seit", "Zahl berichtigt", "Nachtrag läuft", 'id="entscheidung"'):
        assert part in page
    assert "Neu abstimmen und weiter" not in page
    assert 'id="entscheidung"' not in coordinator.get(case.url(case.other)).content.decode()
    case.rate(grade=Grade.LOW)
    supplement = Supplement.objects.get()
    url = f"/nachtraege/{supplement.pk}/"
    shown = coordinator.get(url)
    assert "Rückfrage nicht erledigt" in shown.content.decode()
    seal = shown.context["form"].initial["seal"]
    assert coordinator.post(url, {"action": "finish", "seal": seal}).status_code == 422
    assert coordinator.post(url, {"action": "finish", "seal": "x", "confirmed": "on"}).status_code == 422
    page = coordinator.post(url, {"action": "discard"}, follow=True).content.decode()
    assert "das ginge verloren" in page
    page = coordinator.post(url, {"action": "finish", "seal": seal, "confirmed": "on"}, follow=True).content.decode()
    for part in ("Geben Sie Fassung 2 frei", "Nachträge", "?fassung=1", "?fassung=2", "Nachtrag zu 1.1: Zahl berichtigt"):
        assert part in page
    assert "schon beendet" in coordinator.get(url, follow=True).content.decode()


def test_mail_tells_of_returns_and_not_of_another_closing(case: Case) -> None:
    def keys() -> list[str]:
        told = matters_of_day(timezone.localdate()).get(case.reporter, [])
        return [matter.key for matter in told if matter.round.pk == case.pk]

    before = keys()
    supplement = case.open(give_back=[case.report.pk])
    new = [key for key in keys() if key not in before]
    assert [key.rsplit(":", 2)[0] for key in new] == [f"returned:{case.report.pk}"]
    case.rate()
    case.finish(supplement)
    assert keys() == before


def test_agreeing_too_late_keeps_the_text(case: Case, client_as: Any) -> None:
    client = client_as(user=case.recorder)
    sent = {"runde": case.round.slug, "grade": "hoch", "reason": "Neu gezählt.", "version": 1, "seen": ""}
    response = client.post(case.url(path="bewertung/"), sent)
    assert (response.status_code, "Neu gezählt." in response.content.decode()) == (409, True)


def test_an_earlier_version_is_read_everywhere(case: Case, coordinator: Any) -> None:
    overview, files = f"/runden/{case.round.slug}/uebersicht/", f"/runden/{case.round.slug}/anhang"
    before = {ending: content(coordinator.get(f"{files}.{ending}?fassung=1")) for ending in ("csv", "xlsx")}
    supplement = case.open()
    case.rate(grade=Grade.LOW)
    case.finish(supplement)
    page = coordinator.get(f"{overview}?fassung=1&bewertung=mittel&sort=massnahme").content.decode()
    assert "die neueste ist Fassung 2" in page
    assert '<input type="hidden" name="fassung" value="1"' in page
    for link in ("anhang.xlsx?", "massnahmen/1.1/?"):
        assert "fassung=1" in page.split(link, 1)[1].split('"', 1)[0]
    assert coordinator.get(overview).context["shown"] == 3
    assert coordinator.get(f"{overview}?fassung=1&bewertung=mittel").context["shown"] == 3
    assert coordinator.get(f"{overview}?bewertung=mittel").context["shown"] == 2
    assert content(coordinator.get(f"{files}.csv?fassung=1")) == before["csv"]
    rows = list(csv.DictReader(StringIO(before["csv"].decode("utf-8-sig")), delimiter=";"))
    assert {row["Fassung"] for row in rows} == {f"freigegeben am {timezone.localdate():%d.%m.%Y}, Fassung 1"}
    response = coordinator.get(f"{files}.xlsx")
    assert "Fassung-2" in response["Content-Disposition"]
    cells = [cell.value for sheet in load_workbook(BytesIO(content(response))) for row in sheet for cell in row]
    assert any("Fassung 2" in str(value) for value in cells)
    page = coordinator.get(case.url(query="&fassung=1")).content.decode()
    assert "die neueste ist Fassung 2" in page
    assert 'id="entscheidung"' not in page


@pytest.mark.parametrize("version", ["9", "0", "-1", "x", "²", "99999999999"])
def test_an_unknown_version_is_not_there(case: Case, coordinator: Any, version: str) -> None:
    slug = case.round.slug
    for url in (f"/runden/{slug}/uebersicht/?", f"/runden/{slug}/anhang.csv?", f"{case.url()}&"):
        assert coordinator.get(f"{url}fassung={version}").status_code == 404


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_queries(case: Case, coordinator: Any, assert_query_count: Any) -> None:
    supplement = case.open()
    case.rate()
    pages = {
        "Nachtrag, open": case.url(case.other, path="nachtrag/"),
        "Nachtrag, finish": f"/nachtraege/{supplement.pk}/",
        "measure, with a Nachtrag": case.url(),
        "overview, earlier version": f"/runden/{case.round.slug}/uebersicht/?fassung=1",
        "round, with a Nachtrag": f"/runden/{case.round.slug}/",
    }
    for name, url in pages.items():
        assert_query_count(name, coordinator, url)
    case.open(case.third)
    for number in (1, 2):
        more = make.measure(f"{number}.2", concept=case.concept)
        make.submission(make.report(more, case.unit, round=case.round))
    for name in ("Nachtrag, finish", "measure, with a Nachtrag", "overview, earlier version", "round, with a Nachtrag"):
        assert_query_count(name, coordinator, pages[name])
