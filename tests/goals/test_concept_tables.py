"""A Konzept as a table: whatever it says, what is written and read back changes nothing and is never a formula."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from goals.imports import Faulty, check_book, find_changes
from goals.models import Concept, GoalKind, OrgUnit, Role
from goals.sheets import read_book
from goals.sheets.writing import csv_text, excel_text, plain_csv_text, plain_excel_text
from goals.text import clean_text
from goals.workbooks.csv_file import write_csv
from goals.workbooks.table import table_of, unit_rows
from goals.workbooks.xlsx import write_template, write_workbook
from tests import factories as make
from tests.conftest import SignedInClient
from tests.goals.tables import HEADINGS, free
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]


HAZARDS = [
    "=1+1",
    "'=1+1",
    "''@x",
    "+49 541",
    "-",
    "20.1",
    "'20.1",
    "1.0",
    "007",
    "3/4",
    "1E5",
    "_x0041_",
    'Er sagte „so“; "so"\nund weiter',
    "Übergänge – ﬁ ß 🚲",
    "WAHR",
    "'Apostroph",
]


@pytest.mark.parametrize("text", [*HAZARDS, "", "  =x", "'"])
def test_text_for_a_file_comes_back(text: str) -> None:
    assert plain_csv_text(csv_text(text)) == text
    assert plain_excel_text(excel_text(text)) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_for_a_file_comes_back(text: str) -> None:
    kept = clean_text(text)
    assert plain_csv_text(csv_text(kept)) == kept
    assert plain_excel_text(excel_text(kept)) == kept


def hazardous() -> Concept:
    concept = make.concept(title="=Titel", resolution="+1\nzwei", is_example=True)
    field = make.action_field(concept, title="@Feld")
    make.action_field(concept, title="Leeres Feld")
    other = make.action_field(concept, title=HAZARDS[0])
    for group, goals in ((field, ("M 3.2", "1.0")), (other, ("007", "20.1"))):
        challenge = make.challenge(group, title="'=Frage")
        for number in goals:
            make.goal(
                number,
                challenge=challenge,
                text=f"={number}",
                kind=GoalKind.PROJECT if number == "007" else GoalKind.UNCLASSIFIED,
            )
    goal = make.goal("20", challenge=other.challenges.get())
    units = [make.unit(name="Doppelt"), make.unit(name="Doppelt"), make.unit(name="Alt; und neu"), make.unit(is_active=False)]
    for position, title in enumerate(HAZARDS, start=1):
        measure = make.measure(
            goal=goal, position=position * 10, title=title, key=f"=K.{position}", is_mandatory=position % 2 == 0
        )
        for unit in units[: position % 5]:
            make.responsibility(measure, unit)
    return concept


def files(concept: Concept) -> dict[str, bytes]:
    table, xlsx, csv = table_of(concept), io.BytesIO(), io.BytesIO()
    write_workbook(table, xlsx, title=concept.title, is_example=concept.is_example)
    write_csv(table.rows, csv, is_example=concept.is_example)
    return {"k.xlsx": xlsx.getvalue(), "k.csv": csv.getvalue()}


@pytest.mark.parametrize("name", ["k.xlsx", "k.csv"])
def test_what_is_written_and_read_back_changes_nothing(name: str) -> None:
    concept = hazardous()
    plan = check_book(read_book(SimpleUploadedFile(name, files(concept)[name])), concept=concept)
    found = find_changes(plan, concept, locked=free)
    assert (found.changes, found.added, found.missing, found.emptied, found.obstacles) == ([], [], [], [], [])
    assert not found
    assert plan.facts["is_example"]


def test_nothing_in_the_workbook_is_a_formula() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(files(hazardous())["k.xlsx"]))
    kinds = {cell.data_type for sheet in workbook for line in sheet.iter_rows() for cell in line}
    assert "f" not in kinds
    assert (workbook.properties.title, workbook.properties.language) == ("=Titel", "de-DE")


def test_the_template_is_empty_but_for_its_headings_and_offers_the_units() -> None:
    make.unit(name="Fachdienst Umwelt")
    out = io.BytesIO()
    write_template(unit_rows(list(OrgUnit.objects.all())), out)
    sheet = openpyxl.load_workbook(out)["Maßnahmen"]
    assert [cell.value for cell in sheet[1]] == list(HEADINGS)
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists["J2:J2000"] == "Einheiten!$A$2:$A$500"
    with pytest.raises(Faulty) as caught:
        check_book(read_book(SimpleUploadedFile("vorlage.xlsx", out.getvalue())))
    assert [fault.text for fault in caught.value.faults] == ["Unter den Überschriften steht keine Maßnahme."]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_files_are_named_and_say_what_is_fictional(reader: SignedInClient, ending: str) -> None:
    make.concept(slug="klima", is_example=True)
    answer = reader.get(f"/konzepte/klima/konzept.{ending}")
    assert (
        f'filename="Beispieldaten_Konzept_klima_Stand_{timezone.localdate():%Y-%m-%d}.{ending}"' in answer["Content-Disposition"]
    )
    assert reader.get("/konzepte/klima/konzept.pdf").status_code == 404


def test_the_file_of_another_konzept_is_out_of_sight(client_as: SignIn) -> None:
    other = make.concept()
    assert client_as(Role.READER, concept=make.concept()).get(f"/konzepte/{other.slug}/konzept.csv").status_code == 404


def test_the_file_costs_the_same_at_ten_times_the_rows(reader: SignedInClient, assert_query_count: QueryCounts) -> None:
    for size in (1, 10):
        concept = make.concept()
        for _ in range(size):
            make.responsibility(make.measure(concept=concept))
        assert_query_count("concept_table", reader, f"/konzepte/{concept.slug}/konzept.csv", most=8)
