"""„Daten“ that comes back: what may be changed, what is named, and that all of it is applied or nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import OrgUnit, Responsibility, Role
from ratings.imports import applying, data
from ratings.imports.applying import NotApplied
from ratings.imports.changes import Checked
from ratings.models import AgreedRating, ImportDraft, ImportKind, ReportingRound, StatusReport
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState
from ratings.workflow import Impossible
from tests import factories as make
from tests.ratings import lists

pytestmark = pytest.mark.django_db

ROUTINE = "Routine (R)"


class World:
    """A running round: 1.1 proposed hoch, 2.1 agreed mittel, 3.1 with nothing, 4.1 disputed."""

    def __init__(self) -> None:
        self.concept = make.concept()
        self.round = make.round(self.concept)
        self.lead = make.unit(name="Fachdienst Soziales", short_name="FD Soz")
        self.other = make.unit(name="Volkshochschule", short_name="VHS")
        self.user: User = make.member(Role.COORDINATOR)
        for number in ("1.1", "2.1", "3.1", "4.1"):
            measure = make.measure(number, concept=self.concept)
            report = make.report(measure, self.lead, round=self.round)
            if number != "3.1":
                make.submission(report, routine=number == "1.1")
            if number == "2.1":
                make.agreed_rating(measure, round=self.round, grade=Grade.MEDIUM, reason="Anders.", remark="Bleibt.")
            if number == "4.1":
                make.submission(make.report(measure, self.other, round=self.round), grade=Grade.LOW)

    @property
    def file(self) -> bytes:
        return lists.exported(self.round)

    def check(self, content: bytes, name: str = "liste.xlsx") -> Checked:
        return data.check(lists.read(content, name), ReportingRound.objects.get(pk=self.round.pk), self.user)

    def edit(self, cells: dict[tuple[int, str], Any], more: lists.Edit | None = None) -> Checked:
        return self.check(lists.changed(self.file, "Daten", cells, more))

    def keep(self, checked: Checked) -> ImportDraft:
        assert checked.problems == []
        effects = applying.effects_of(checked, file_name="liste.xlsx", user=self.user)
        return applying.keep(
            checked, kind=ImportKind.DATA, round_=self.round, file_name="liste.xlsx", user=self.user, effects=effects
        )

    def apply(self, checked: Checked) -> None:
        applying.apply(self.keep(checked).pk, user=self.user)

    def rating(self, number: str) -> AgreedRating | None:
        goal, position = number.split(".")
        return AgreedRating.objects.filter(round=self.round, measure__goal__number=goal, measure__position=position).first()


@pytest.fixture
def world() -> World:
    return World()


def said(checked: Checked) -> list[str]:
    return [f"{problem.where}: {problem.message}" for problem in checked.problems]


def test_export_and_import_without_edits_change_nothing(world: World) -> None:
    for content, name in ((world.file, "liste.xlsx"), (lists.exported(world.round, "csv"), "liste.csv")):
        checked = world.check(content, name)
        assert (checked.rows, checked.problems, checked.notes) == ([], [], [])


@pytest.mark.parametrize(
    ("cells", "number", "grade", "markers"),
    [
        ({(2, "Zielerreichungsgrad"): "unklar", (2, "Begründung"): "Zahlen fehlen."}, "1.1", Grade.UNCLEAR, {"routine"}),
        ({(2, "Bewertung ist"): "abgestimmt"}, "1.1", Grade.HIGH, {"routine"}),
        ({(2, "Bewertung ist"): " Abgestimmt ", (2, ROUTINE): "nein"}, "1.1", Grade.HIGH, set()),
        ({(3, ROUTINE): "JA"}, "2.1", Grade.MEDIUM, {"routine"}),
        ({(3, "Zielerreichungsgrad"): "hoch"}, "2.1", Grade.HIGH, set()),
        ({(4, "Zielerreichungsgrad"): "gering", (4, ROUTINE): True}, "3.1", Grade.LOW, {"routine"}),
        ({(4, "Bewertung ist"): "nicht bewertet", (4, "Begründung"): "Nicht begonnen."}, "3.1", None, set()),
        ({(5, "Zielerreichungsgrad"): "nicht bewertet", (5, "Begründung"): "Streit."}, "4.1", None, set()),
    ],
)
def test_what_a_changed_row_agrees(
    world: World, cells: dict[tuple[int, str], Any], number: str, grade: Grade | None, markers: set[str]
) -> None:
    checked = world.edit(cells)
    world.apply(checked)
    rating = world.rating(number)
    assert rating is not None
    assert rating.grade_value == grade
    assert {marker.value for marker in rating.set_markers} == markers
    assert rating.agreed_by == world.user
    assert AgreedRating.objects.count() == (1 if number == "2.1" else 2)


def test_a_remark_keeps_the_rest_of_the_decision_and_is_in_the_histories(world: World) -> None:
    checked = world.edit({(3, "Bemerkung"): "Neu gefasst.\nZweite Zeile "})
    [row] = checked.rows
    [change] = row.changes
    assert (row.number, change.column, change.old, change.new) == ("2.1", "Bemerkung", "Bleibt.", "Neu gefasst.\nZweite Zeile")
    world.apply(checked)
    rating = world.rating("2.1")
    assert rating is not None
    assert (rating.grade, rating.reason, rating.remark) == ("mittel", "Anders.", "Neu gefasst.\nZweite Zeile")
    assert rating.history.latest().history_change_reason == "neu abgestimmt"
    entry = world.round.history.latest()
    assert entry.history_change_reason == "Liste eingelesen: 1 Maßnahme geändert, „liste.xlsx“"
    assert entry.history_user == world.user


@pytest.mark.parametrize(
    ("cells", "place", "message"),
    [
        ({(2, "Zielerreichungsgrad"): "sehr gut"}, "K2", "gibt es nicht"),
        ({(2, "Zielerreichungsgrad"): "gering"}, "Begründung", "Begründen Sie die Abweichung"),
        ({(2, "Zielerreichungsgrad"): None}, "K2", "keine Entscheidung"),
        ({(2, ROUTINE): "vielleicht", (2, "Bewertung ist"): "abgestimmt"}, "(Routine (R))", "weder „ja“ noch „nein“"),
        ({(2, ROUTINE): "nein"}, "(Routine (R))", "schreiben Sie „abgestimmt“"),
        ({(3, "Bewertung ist"): "Vorschlag"}, "L3", "lässt sich nicht eintragen"),
        ({(3, "Bewertung ist"): "fertig"}, "L3", "Möglich sind"),
        ({(3, "Bewertung ist"): "nicht bewertet"}, "K3", "Leeren Sie den Zielerreichungsgrad"),
        ({(4, "Bewertung ist"): "abgestimmt"}, "K4", "braucht einen Zielerreichungsgrad"),
        ({(4, "Bewertung ist"): "nicht bewertet"}, "Begründung", "braucht eine Begründung"),
        ({(2, "Maßnahme"): "Anderer Titel"}, "I2", "Das wird hier nicht geändert"),
        ({(2, "Vorschläge"): "alle hoch"}, "(Vorschläge)", "Das wird hier nicht geändert"),
        ({(2, "Schlüssel"): "gibtesnicht"}, "A2", "gibt es in diesem Konzept nicht"),
        ({(2, "Schlüssel"): None}, "A2", "Schlüssel fehlt"),
        ({(2, "federführend"): "Fachdienst Sozales"}, "(federführend)", "Meinen Sie „Fachdienst Soziales“?"),
        ({(2, "Zuarbeit"): "VHS; Niemand"}, "(Zuarbeit)", "„Niemand“ gibt es nicht"),
        ({(2, "Zuarbeit"): "FD Soz"}, "(Zuarbeit)", "nicht zugleich"),
        ({(2, "federführend"): "VHS; FD Soz"}, "(federführend)", "höchstens eine"),
        ({(2, "Bemerkung"): "=A1"}, "Bemerkung", "enthält eine Formel"),
        ({(2, "Prüfzeichen"): "kaputt", (2, "Zielerreichungsgrad"): "mittel"}, "(Prüfzeichen)", "gehört nicht zu dieser Zeile"),
    ],
)
def test_what_does_not_fit_is_named_with_sheet_row_and_column(
    world: World, cells: dict[tuple[int, str], Any], place: str, message: str
) -> None:
    checked = world.edit(cells)
    [text] = said(checked)
    assert text.startswith("Blatt „Daten“, Zelle ")
    assert place in text
    assert message in text
    assert AgreedRating.objects.count() == 1


def test_all_problems_are_named_at_once(world: World) -> None:
    checked = world.edit({(2, "Zielerreichungsgrad"): "toll", (3, "Zuarbeit"): "Niemand", (4, "Handlungsfeld"): "Anderes"})
    assert len(checked.problems) == 3
    assert checked.rows == []


def test_a_key_that_stands_twice_is_named(world: World) -> None:
    def twice(page: Any) -> None:
        for column in range(1, page.max_column + 1):
            page.cell(6, column).value = page.cell(2, column).value

    assert "A6" in said(world.edit({}, twice))[0]


def test_rows_and_columns_may_be_moved_added_and_left_out(world: World) -> None:
    def shuffled(page: Any) -> None:
        page.cell(2, 11).value = "mittel"
        page.cell(2, [one.value for one in page[1]].index("Begründung") + 1).value = "Es fehlt noch etwas."
        rows = [[cell.value for cell in row] for row in page.iter_rows()]
        page.delete_rows(1, 10)
        keep = [index for index, heading in enumerate(rows[0]) if heading not in ("Zuarbeit", "Sachstände", "Stand")]
        page.append(["Notiz", None, "Stand Montag"])
        for row in (rows[0], rows[4], rows[1], rows[2]):
            page.append(["neu" if row is not rows[0] else "Meine Spalte", *(row[index] for index in reversed(keep))])
        page.title = "Meine Liste"

    checked = world.edit({}, shuffled)
    assert said(checked) == []
    [row] = checked.rows
    assert (row.number, [change.column for change in row.changes]) == ("1.1", ["Zielerreichungsgrad", "Begründung"])
    notes = " ".join(checked.notes)
    for part in ("„Meine Spalte“", "Blatt „Meine Liste“", "„Zuarbeit“", "1 von 4 Maßnahmen steht nicht"):
        assert part in notes


def test_a_file_without_the_list_or_its_marks_says_what_is_missing(world: World) -> None:
    def without_mark(page: Any) -> None:
        page.delete_cols([one.value for one in page[1]].index("Prüfzeichen") + 1)

    assert "„Prüfzeichen“ fehlt" in said(world.edit({}, without_mark))[0]
    assert "kein Blatt „Daten“" in said(world.check(b"a;b\n1;2\n", "x.csv"))[0]


def test_a_list_of_another_round_is_named_once(world: World) -> None:
    other = World()
    content = lists.changed(other.file, "Daten", {(2, "Zielerreichungsgrad"): "gering"})
    [text] = said(world.check(content))
    assert f"gehört zur Berichtsrunde „{other.round.title}“" in text


def test_a_number_that_excel_made_of_a_text_is_the_same(world: World) -> None:
    assert world.edit({(2, "Nummer"): 1.1, (3, "Ziel"): 2}).problems == []


def test_units_change_the_responsibility_and_the_running_round(world: World) -> None:
    checked = world.edit({(2, "federführend"): "vhs", (2, "Zuarbeit"): "Fachdienst Soziales"})
    world.apply(checked)
    measure = StatusReport.objects.filter(round=world.round).first().measure  # type: ignore[union-attr]
    roles = dict(Responsibility.objects.filter(measure=measure).values_list("unit__short_name", "role"))
    assert roles == {"VHS": "lead", "FD Soz": "contributing"}
    reports = dict(StatusReport.objects.filter(measure=measure).values_list("unit__short_name", "role"))
    assert reports == {"VHS": "lead", "FD Soz": "contributing"}


def test_a_unit_that_the_list_does_not_show_stays(world: World) -> None:
    """A report that is entfallen by hand is not shown; a former unit stands for its successor."""
    measure = Responsibility.objects.first().measure  # type: ignore[union-attr]
    dropped = make.report(measure, make.unit(), round=world.round, state=ReportState.DROPPED, dropped_by_hand=True)
    former = make.unit()
    former.is_active, former.successor = False, world.other
    former.save()
    make.responsibility(measure, former, lead=False)
    make.report(measure, world.other, round=world.round)
    Responsibility.objects.filter(measure=measure, unit=world.other).delete()
    third = make.unit(name="Dritte")
    checked = world.edit({(2, "Zuarbeit"): f"{world.other.name}; Dritte"})
    world.apply(checked)
    have = set(Responsibility.objects.filter(measure=measure).values_list("unit", flat=True))
    assert have == {world.lead.pk, dropped.unit_id, former.pk, third.pk}


def test_what_changed_meanwhile_in_the_system_is_named_where_it_was_edited_and_left_alone_elsewhere(world: World) -> None:
    old = world.file
    rating = world.rating("2.1")
    assert rating is not None
    rating.remark = "Im Portal geändert."
    rating.save()
    untouched = world.check(lists.changed(old, "Daten", {(4, "Zielerreichungsgrad"): "gering"}))
    assert [row.number for row in untouched.rows] == ["3.1"]
    assert any("Im System neuer" in note and "2.1" in note for note in untouched.notes)
    [text] = said(world.check(lists.changed(old, "Daten", {(3, "Zielerreichungsgrad"): "hoch"})))
    assert "inzwischen im System geändert (Bemerkung: jetzt „Im Portal geändert.“)" in text


def test_a_newer_submission_than_the_list_shows_refuses_the_row(world: World) -> None:
    old = world.file
    report = StatusReport.objects.get(round=world.round, measure__goal__number="1")
    make.submission(report, routine=True)
    [text] = said(world.check(lists.changed(old, "Daten", {(2, "Bewertung ist"): "abgestimmt"})))
    assert "andere Einreichungen" in text


def _rate(world: World) -> None:
    make.agreed_rating(StatusReport.objects.get(round=world.round, measure__goal__number="3").measure, round=world.round)


def _close(world: World) -> None:
    ReportingRound.objects.update(state=RoundState.CLOSED)


def _take_role(world: World) -> None:
    world.user.memberships.all().delete()
    del world.user._access  # type: ignore[attr-defined]


def _expire(world: World) -> None:
    ImportDraft.objects.update(uploaded_at=timezone.now() - timedelta(days=2))


@pytest.mark.parametrize(
    ("meanwhile", "error"), [(_rate, NotApplied), (_close, Impossible), (_take_role, PermissionDenied), (_expire, Impossible)]
)
def test_applying_looks_at_everything_again_and_writes_all_or_nothing(
    world: World, meanwhile: Callable[[World], None], error: type[Exception]
) -> None:
    checked = world.edit({(2, "Bewertung ist"): "abgestimmt", (4, "Zielerreichungsgrad"): "gering", (3, "Zuarbeit"): "VHS"})
    draft = world.keep(checked)
    meanwhile(world)
    with pytest.raises(error):
        applying.apply(draft.pk, user=world.user)
    assert world.rating("1.1") is None
    assert Responsibility.objects.filter(unit=world.other).count() == 1
    draft.refresh_from_db()
    assert draft.applied_at is None


def test_a_list_is_applied_once_and_by_its_owner_alone(world: World) -> None:
    draft = world.keep(world.edit({(2, "Bewertung ist"): "abgestimmt"}))
    with pytest.raises(PermissionDenied):
        applying.apply(draft.pk, user=make.member(Role.COORDINATOR))
    applying.apply(draft.pk, user=world.user)
    with pytest.raises(Impossible):
        applying.apply(draft.pk, user=world.user)
    draft.refresh_from_db()
    assert draft.payload == {}


@pytest.mark.parametrize("role", [Role.RECORDER, Role.BOARD, Role.REPORTER, Role.READER])
def test_only_the_evaluationsleitung_reads_lists_in(world: World, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        data.check(lists.read(world.file), world.round, make.member(role))


def test_a_closed_round_takes_nothing(world: World) -> None:
    content = lists.changed(world.file, "Daten", {(2, "Bewertung ist"): "abgestimmt"})
    _close(world)
    [text] = said(world.check(content))
    assert "ist abgeschlossen" in text


def test_without_ratings_the_units_alone_come_back() -> None:
    world = World()
    AgreedRating.objects.all().delete()
    ReportingRound.objects.update(has_ratings=False)
    world.round.refresh_from_db()
    checked = world.edit({(2, "Zuarbeit"): "VHS"})
    assert [change.column for change in checked.rows[0].changes] == ["Zuarbeit"]
    world.apply(checked)
    assert OrgUnit.objects.get(pk=world.other.pk).responsibilities.count() == 2


def test_csv_comes_back_too_with_its_apostrophes(world: World) -> None:
    rating = world.rating("2.1")
    assert rating is not None
    rating.remark = "=1+1"
    rating.save()
    rows = lists.csv_rows(lists.exported(world.round, "csv"))
    assert rows[1]["Bemerkung"] == "'=1+1"
    rows[1]["Begründung"] = "'-2 Stellen"
    [row] = world.check(lists.csv_of(rows), "liste.csv").rows
    assert [(change.column, change.new) for change in row.changes] == [("Begründung", "-2 Stellen")]
