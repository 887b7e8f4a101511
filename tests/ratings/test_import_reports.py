"""„Berichte“ of a unit that comes back: into its own drafts, never over what somebody else wrote meanwhile."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest

from evalportal.accounts.models import User
from goals.models import Role
from ratings.imports import applying, reports
from ratings.imports.applying import NotApplied
from ratings.imports.changes import Checked
from ratings.models import Draft, ImportDraft, ImportKind, ReportingRound, StatusReport
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.ratings import lists

pytestmark = pytest.mark.django_db


class World:
    """A unit with three reports: 1.1 not begun, 2.1 a draft, 3.1 submitted; another unit with a draft."""

    def __init__(self) -> None:
        self.unit = make.unit(name="Fachdienst Soziales")
        self.user: User = make.member(Role.REPORTER, unit=self.unit)
        self.concept = make.concept()
        self.round = make.round(self.concept)
        self.reports = [
            make.report(make.measure(number, concept=self.concept), self.unit, round=self.round)
            for number in ("1.1", "2.1", "3.1")
        ]
        self.draft = make.draft(self.reports[1], situation="Wir haben begonnen.", unparsed={"next_step_on": "Ende März"})
        make.submission(self.reports[2], situation="Fertig.")
        self.foreign = make.draft(make.report(self.reports[0].measure, make.unit(name="Andere"), round=self.round))

    @property
    def file(self) -> bytes:
        return lists.reports_of(self.round, self.user)

    def check(self, content: bytes) -> Checked:
        return reports.check(lists.read(content), ReportingRound.objects.get(pk=self.round.pk), self.user)

    def edit(self, cells: dict[tuple[int, str], Any]) -> Checked:
        return self.check(lists.changed(self.file, "Berichte", cells))

    def keep(self, checked: Checked) -> ImportDraft:
        assert checked.problems == []
        return applying.keep(checked, kind=ImportKind.REPORTS, round_=self.round, file_name="b.xlsx", user=self.user)


@pytest.fixture
def world() -> World:
    return World()


def said(checked: Checked) -> list[str]:
    return [f"{problem.where}: {problem.message}" for problem in checked.problems]


def test_the_workbook_holds_the_units_own_reports_and_changes_nothing_when_it_comes_back(world: World) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(world.file))["Berichte"]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["1.1", "2.1", "3.1"]
    assert {row[3].value for row in sheet.iter_rows(min_row=2)} == {"Fachdienst Soziales"}
    unlocked = [[cell.column_letter for cell in row if not cell.protection.locked] for row in sheet.iter_rows(min_row=2)]
    assert [bool(cells) for cells in unlocked] == [True, True, False]
    assert sheet.protection.sheet
    checked = world.check(world.file)
    assert (checked.rows, checked.problems, checked.notes) == ([], [], [])


def test_what_was_written_offline_becomes_draft(world: World) -> None:
    checked = world.edit(
        {
            (2, "Sachstand"): " Drei Kurse laufen. \n20,1 Stunden",
            (2, "Stand vom"): "16.11.2026",
            (2, "Vorschlag Zielerreichungsgrad"): "Mittel",
            (2, "Art der Hemmnisse"): "fehlende Mittel",
            (2, "Weiterführungsbedarf (➔)"): "ja",
            (3, "Nächster Schritt bis"): date(2027, 3, 31),
            (3, "Kurzfassung"): "Kurz. " * 100,
        }
    )
    assert any("600" in note or "599" in note for note in checked.notes)
    applied = applying.apply(world.keep(checked).pk, user=world.user)
    assert (applied.rows, applied.cells) == (2, 7)
    new = Draft.objects.get(report=world.reports[0])
    assert (new.situation, new.as_of, new.grade) == ("Drei Kurse laufen. \n20,1 Stunden", date(2026, 11, 16), "mittel")
    assert (new.obstacle_category, new.continuation, new.routine) == ("money", True, False)
    assert new.edited_by == world.user
    assert StatusReport.objects.get(pk=world.reports[0].pk).state == ReportState.DRAFT
    changed = Draft.objects.get(pk=world.draft.pk)
    assert (changed.situation, changed.next_step_on, changed.unparsed) == ("Wir haben begonnen.", date(2027, 3, 31), {})
    assert changed.version == world.draft.version + 1
    assert ImportDraft.objects.get().payload == {}


@pytest.mark.parametrize(
    ("cells", "place", "message"),
    [
        ({(2, "Vorschlag Zielerreichungsgrad"): "super"}, "(Vorschlag Zielerreichungsgrad)", "Möglich sind „hoch“"),
        ({(2, "Art der Hemmnisse"): "Wetter"}, "(Art der Hemmnisse)", "Möglich sind"),
        ({(2, "Routine (R)"): "oft"}, "(Routine (R))", "weder"),
        ({(2, "Stand vom"): "im Herbst"}, "(Stand vom)", "kein Datum"),
        ({(2, "Stand vom"): "46000"}, "(Stand vom)", "kein Datum"),
        ({(2, "Einheit"): "Andere", (2, "Sachstand"): "x"}, "D2 (Einheit)", "berichten Sie in dieser Runde nicht"),
        ({(2, "Schlüssel"): "XY", (2, "Sachstand"): "x"}, "A2 (Schlüssel)", "schuldet"),
        ({(2, "Maßnahme"): "Neuer Titel"}, "C2 (Maßnahme)", "Das wird hier nicht geändert"),
        ({(4, "Sachstand"): "Doch nicht fertig."}, "(Sachstand)", "Der Bericht ist eingereicht"),
        ({(2, "Sachstand"): "=1+1"}, "(Sachstand)", "Formel"),
        ({(2, "Prüfzeichen"): "", (2, "Sachstand"): "x"}, "(Prüfzeichen)", "gehört nicht"),
    ],
)
def test_what_does_not_fit_is_named(world: World, cells: dict[tuple[int, str], Any], place: str, message: str) -> None:
    [text] = said(world.edit(cells))
    assert text.startswith("Blatt „Berichte“, Zelle ")
    assert place in text
    assert message in text


def test_a_draft_changed_in_the_portal_meanwhile_is_named_and_kept(world: World) -> None:
    old = world.file
    Draft.objects.filter(pk=world.draft.pk).update(situation="Im Portal.", version=7)
    [text] = said(world.check(lists.changed(old, "Berichte", {(3, "Kurzfassung"): "Offline."})))
    assert "inzwischen im Portal geändert und wird nicht überschrieben" in text
    [row] = world.check(lists.changed(old, "Berichte", {(2, "Kurzfassung"): "Offline."})).rows
    assert row.number == "1.1"


def _write(world: World) -> None:
    Draft.objects.filter(pk=world.draft.pk).update(situation="Im Portal.", version=7)


def _save_the_same(world: World) -> None:
    Draft.objects.filter(pk=world.draft.pk).update(version=7)


def _submit(world: World) -> None:
    make.submission(world.reports[1])


def _close(world: World) -> None:
    ReportingRound.objects.update(state=RoundState.CLOSED)


def _take_role(world: World) -> None:
    world.user.memberships.all().delete()
    del world.user._access  # type: ignore[attr-defined]


@pytest.mark.parametrize("meanwhile", [_write, _save_the_same, _submit, _close, _take_role])
def test_applying_looks_again_and_writes_all_or_nothing(world: World, meanwhile: Callable[[World], None]) -> None:
    draft = world.keep(world.edit({(2, "Sachstand"): "Offline.", (3, "Sachstand"): "Offline."}))
    meanwhile(world)
    with pytest.raises(NotApplied):
        applying.apply(draft.pk, user=world.user)
    assert not Draft.objects.filter(situation="Offline.").exists()


def test_the_evaluationsleitung_gets_no_drafts_of_units(world: World) -> None:
    assert reports.lines(world.round, make.member(Role.COORDINATOR)) == []


def test_the_sheet_of_the_anhang_is_not_taken_for_it(world: World) -> None:
    assert any("„Prüfzeichen“ fehlt" in text for text in said(world.check(lists.exported(world.round))))
