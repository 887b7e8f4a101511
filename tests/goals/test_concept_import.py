"""A Konzept from a table: every error at once with its cell, and what a table means."""

from datetime import date

import pytest

from goals.imports import Faulty, check_book
from goals.imports.plan import from_plain, to_plain
from goals.keys import KeyMaker, key_prefix
from goals.models import Goal, GoalKind, OrgUnit, ResponsibilityRole
from goals.sheets import Book, Sheet, Trouble
from tests import factories as make
from tests.goals.tables import HEADINGS, book, concept_sheet, created, more, numbers, row, units_sheet

pytestmark = pytest.mark.django_db

FAULTS: list[tuple[str, Book, list[tuple[str, str]]]] = [
    ("missing title", book(row(TITLE=None)), [("H2", "Titel der Maßnahme fehlt")]),
    ("missing field", book(row(FIELD=None)), [("B2", "Handlungsfeld fehlt")]),
    ("missing challenge", book(row(), row(FIELD="Verkehr", CHALLENGE=None, GOAL="2")), [("C3", "Herausforderung fehlt")]),
    ("missing number", book(row(GOAL=None)), [("D2", "Nummer des Ziels fehlt")]),
    ("missing goal text", book(row(TEXT=None)), [("E2", "Zielbeschreibung von Ziel 1 fehlt")]),
    ("another text for the same goal", book(row(), row(TEXT="Mehr Wärme", POSITION=2)), [("E3", "In Zeile 2 steht für Ziel 1")]),
    ("another place for the same goal", book(row(), row(CHALLENGE="Bauen", POSITION=2)), [("C3", "In Zeile 2 steht für Ziel 1")]),
    ("two kinds of one goal", book(row(KIND="Projektziel"), more(KIND="Prozessziel", POSITION=2)), [("F3", "andere Zielart")]),
    ("unknown kind", book(row(KIND="Fernziel")), [("F2", "„Fernziel“ ist keine Zielart")]),
    ("number twice", book(row(), row()), [("G3", "1.1 hat schon die Maßnahme in Zeile 2")]),
    ("position is no number", book(row(POSITION="a")), [("G2", "keine ganze Zahl")]),
    ("position is a fraction", book(row(POSITION=2.5)), [("G2", "keine ganze Zahl")]),
    ("position of another goal", book(row(POSITION=20.1)), [("G2", "keine ganze Zahl")]),
    ("some positions missing", book(row(), more()), [("G3", "Position fehlt")]),
    ("key twice", book(row(KEY="a"), more(KEY="a", POSITION=2)), [("A3", "hat schon die Zeile 2")]),
    ("key with a space", book(row(KEY="a b")), [("A2", "keine Leerzeichen")]),
    ("too long", book(row(TITLE="x" * 301)), [("H2", "301 Zeichen lang; erlaubt sind 300")]),
    ("slash in a number", book(row(GOAL="3/4")), [("D2", "keinen Schrägstrich")]),
    ("a date for a number", book(row(GOAL=date(2026, 2, 3))), [("D2", "das Datum 03.02.2026 gemacht")]),
    ("neither yes nor no", book(row(MANDATORY="vielleicht")), [("I2", "weder „ja“ noch „nein“")]),
    ("unknown unit", book(row(LEAD="Amt für Wetter")), [("J2", "„Amt für Wetter“ gibt es nicht")]),
    ("nearly a unit", book(row(LEAD="Fachdienst Umwell")), [("J2", "Meinten Sie „Fachdienst Umwelt“?")]),
    ("closed unit", book(row(LEAD="Sprachbüro")), [("J2", "nicht mehr aktiv. Nachfolgerin ist „Fachdienst Umwelt“")]),
    ("two units of a name", book(row(LEAD="Büro")), [("J2", "Schreiben Sie das Kürzel: „buero-a“, „buero-b“")]),
    ("lead also contributing", book(row(LEAD="FD Umwelt", CONTRIBUTING="Fachdienst Umwelt")), [("K2", "schon federführend")]),
    ("no rows", book(), [("", "keine Maßnahme")]),
    ("columns missing", book(row(), headings=HEADINGS[:4]), [("", "„Zielbeschreibung“, „Maßnahme“")]),
    ("column twice", book(row(), headings=(*HEADINGS, "Ziel")), [("L1", "gibt es zweimal")]),
    ("unknown column", book(row(), headings=(*HEADINGS, "Kosten")), [("L1", "„Kosten“ ist unbekannt")]),
    (
        "end before start",
        book(row(), others=concept_sheet(**{"Laufzeit von": 2026, "Laufzeit bis": "2025"})),
        [("B3", "vor ihrem Anfang")],
    ),
    ("no date", book(row(), others=concept_sheet(**{"Laufzeit von": "bald"})), [("B2", "„bald“ ist kein Datum")]),
    ("no slug", book(row(), others=concept_sheet(Kurzname="Klima Schutz")), [("B2", "Kurzname besteht nur aus")]),
    ("unit without name", book(row(), others=units_sheet((None, "FD X"))), [("A2", "Name der Einheit fehlt")]),
    (
        "unit in a circle",
        book(row(), others=units_sheet(("A", "", "a", "B"), ("B", "", "b", "A"))),
        [("D2", "zu sich selbst"), ("D3", "zu sich selbst")],
    ),
    (
        "all at once",
        book(row(TITLE=None, KIND="x", LEAD="y"), row(GOAL="2", POSITION="z", TITLE=None)),
        [("F2", "keine Zielart"), ("H2", "fehlt"), ("J2", "gibt es nicht"), ("G3", "keine ganze Zahl"), ("H3", "fehlt")],
    ),
]


@pytest.mark.usefixtures("table_units")
@pytest.mark.parametrize(("case", "content", "expected"), FAULTS, ids=[case for case, _, _ in FAULTS])
def test_every_error_is_named_with_its_cell(case: str, content: Book, expected: list[tuple[str, str]]) -> None:
    with pytest.raises(Faulty) as caught:
        check_book(content)
    found = [(fault.place, fault.text) for fault in caught.value.faults]
    assert [place for place, _ in found] == [place for place, _ in expected]
    for (_, text), (_, part) in zip(found, expected, strict=True):
        assert part in text


def test_a_formula_is_an_error_and_not_an_empty_cell() -> None:
    sheet = Sheet("Maßnahmen", (HEADINGS, row()), (Trouble("H3", "enthält eine Formel."),))
    with pytest.raises(Faulty) as caught:
        check_book(Book((sheet,)))
    assert [(fault.sheet, fault.place) for fault in caught.value.faults] == [("Maßnahmen", "H3")]


@pytest.mark.usefixtures("table_units")
def test_a_table_becomes_a_tree() -> None:
    plan = check_book(
        book(
            row(GOAL=20.0, POSITION=1.0, KIND="PROZESSZIEL", MANDATORY="x", LEAD="fachdienst  umwelt"),
            more(POSITION="20.2", TITLE="Lüften", CONTRIBUTING="bks; FD Umwelt\nB"),
            row(
                GOAL="M 3.2",
                CHALLENGE="Bauen",
                TEXT="Neu",
                POSITION=None,
                TITLE="Planen",
                CONTRIBUTING="Fachdienst Bildung, Kultur und Sport",
            ),
            row(GOAL="3", FIELD="Verkehr", CHALLENGE="Rad", TEXT="Wege", POSITION=None, TITLE=None),
        )
    )
    assert numbers(plan) == ["20.1 Dämmen", "20.2 Lüften", "M 3.2.1 Planen"]
    assert [(field.title, [challenge.title for challenge in field.challenges]) for field in plan.fields] == [
        ("Energie", ["Sparen", "Bauen"]),
        ("Verkehr", ["Rad"]),
    ]
    assert [goal.kind for goal in plan.goals] == [GoalKind.PROCESS, GoalKind.UNCLASSIFIED, GoalKind.UNCLASSIFIED]
    first, second, third = plan.measures
    assert (first.is_mandatory, first.lead, second.contributing) == (True, "fd-umwelt", ("bks", "fd-umwelt", "buero-b"))
    assert third.contributing == ("bks",)
    assert plan.goals[2].measures == ()
    assert from_plain(to_plain(plan)) == plan


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        (2026, date(2026, 1, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("1.2.2026", date(2026, 2, 1), date(2026, 2, 1)),
        (date(1905, 7, 18), date(2026, 1, 1), date(2026, 12, 31)),  # „2026“ typed into a cell for dates
        (date(2026, 2, 3), date(2026, 2, 3), date(2026, 2, 3)),
    ],
)
def test_a_period_may_be_given_as_years(value: object, start: date, end: date) -> None:
    plan = check_book(book(row(), others=concept_sheet(**{"Laufzeit von": value, "Laufzeit bis": value, "Titel": None})))
    assert plan.facts == {"period_start": start, "period_end": end}


def test_new_units_are_defined_in_the_table() -> None:
    make.unit(slug="amt", name="Amt")
    plan = check_book(
        book(
            row(LEAD="Energieagentur", CONTRIBUTING="FB"),
            others=units_sheet(
                ("Amt", "", "", "", ""), ("Energieagentur", "EA", "", "Fachbereich", "ja"), ("Fachbereich", "FB", "", "Amt", "")
            ),
        )
    )
    assert [(unit.slug, unit.parent, unit.is_external) for unit in plan.units] == [("ea", "fb", True), ("fb", "amt", False)]
    concept = created(plan)
    agency = OrgUnit.objects.get(slug="ea")
    assert (agency.parent.slug, agency.parent.parent.slug) == ("fb", "amt")  # type: ignore[union-attr]
    lead = concept.measures.get().responsibilities.get(role=ResponsibilityRole.LEAD)
    assert lead.unit == agency


def test_creating_writes_keys_and_history() -> None:
    plan = check_book(book(row(KEY="eigener-1"), more(POSITION=2, TITLE="Lüften"), row(GOAL="M 3.2", TEXT="Neu", TITLE="Planen")))
    concept = created(plan)
    keys = {measure.number: measure.key for measure in concept.measures.select_related("goal")}
    assert keys == {"1.1": "eigener-1", "1.2": "k26-001-2", "M 3.2.1": "k26-m-003-2-1"}
    measure = concept.measures.get(key="k26-001-2")
    assert measure.history.get().history_change_reason == "aus Tabelle"
    assert Goal.objects.get(concept=concept, number="M 3.2").sort_key == "M 000003.000002"


@pytest.mark.parametrize(
    ("slug", "prefix"),
    [("migration-integration-2018-2022", "mi18"), ("klima", "k18"), ("2018", "k18"), ("a-b-c-d-e", "abcd18")],
)
def test_keys_begin_like_the_konzept(slug: str, prefix: str) -> None:
    maker = KeyMaker(key_prefix(slug, date(2018, 1, 1)), [f"{prefix}-020-1"])
    assert [maker.make("20", 1), maker.make("20", 1)] == [f"{prefix}-020-1-2", f"{prefix}-020-1-3"]
