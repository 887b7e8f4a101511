"""What a table changes in a Konzept that exists: rows are recognised by their Schlüssel, nothing is lost."""

import pytest
from django.utils import timezone

from goals.imports import Faulty, check_book, find_changes, update_concept
from goals.models import ActionField, Concept, Measure, Role
from goals.sheets import Book, Sheet
from tests import factories as make
from tests.goals.tables import ALL, HEADINGS, book, free, grown, known, row, table

pytestmark = pytest.mark.django_db

MOVES: list[tuple[str, Book, set[tuple[str, str, str, str]]]] = [
    ("nothing", table(), set()),
    ("retitled", table(known("k12", "1.2", TITLE="Neu")), {("1.2", "Titel", "Titel 12", "Neu")}),
    (
        "changed places",
        table(known("k11", "1.2"), known("k12", "1.1")),
        {("1.1", "Nummer", "1.1", "1.2"), ("1.2", "Nummer", "1.2", "1.1")},
    ),
    ("moved to another goal", table(known("k12", "2.3")), {("1.2", "Nummer", "1.2", "2.3")}),
    (
        "goals renumbered in a ring",
        table(
            known("k11", "2.1", TEXT="Text 1"),
            known("k12", "2.2", TEXT="Text 1"),
            known("k21", "1.1", TEXT="Text 2"),
            known("k22", "1.2", TEXT="Text 2"),
        ),
        {("Ziel 1", "Nummer", "1", "2"), ("Ziel 2", "Nummer", "2", "1")},
    ),
    (
        "goal renumbered and rewritten",
        table(known("k31", "9.1", TEXT="Ganz neu", FIELD="Verkehr", CHALLENGE="Rad")),
        {("Ziel 3", "Nummer", "3", "9"), ("Ziel 3", "Zielbeschreibung", "Text 3", "Ganz neu")},
    ),
    (
        "field renamed",
        table(known("k31", "3.1", FIELD="Mobilität", CHALLENGE="Rad")),
        {("Handlungsfeld", "Titel", "Verkehr", "Mobilität")},
    ),
    (
        "goal under another heading",
        table(known("k31", "3.1", FIELD="Energie", CHALLENGE="Sparen")),
        {("Ziel 3", "Herausforderung", "Rad", "Sparen")},
    ),
    (
        "fields in another order",
        table(order=("k31 3.1", *ALL[:4])),
        {("Handlungsfelder", "Reihenfolge", "", "wie in der Tabelle")},
    ),
    ("mandatory", table(known("k11", "1.1", MANDATORY="ja")), {("1.1", "Pflichtaufgabe", "nein", "ja")}),
    ("unit", table(known("k11", "1.1", LEAD="Fachdienst Umwelt")), {("1.1", "federführend", "", "Fachdienst Umwelt")}),
    ("new goal", table(row(GOAL="4", TEXT="Text 4", TITLE="Neue")), {("Ziel 4", "neu", "", "Text 4")}),
    (
        "new field in between",
        table(row(FIELD="Abfall", CHALLENGE="Müll", GOAL="4", TEXT="Text 4", TITLE="Neue"), order=ALL[:4]),
        {("Handlungsfeld", "neu", "", "Abfall"), ("Herausforderung", "neu", "", "Müll"), ("Ziel 4", "neu", "", "Text 4")},
    ),
]


@pytest.mark.usefixtures("table_units")
@pytest.mark.parametrize(("case", "content", "expected"), MOVES, ids=[case for case, _, _ in MOVES])
def test_changes_are_found_by_key_and_taken_over(case: str, content: Book, expected: set[tuple[str, str, str, str]]) -> None:
    concept = grown()
    plan = check_book(content, concept=concept)
    found = find_changes(plan, concept, locked=free)
    assert {(change.subject, change.what, change.old, change.new) for change in found.changes} == expected
    assert found.obstacles == []
    entries = Measure.history.count()
    update_concept(found, user=make.member(Role.COORDINATOR), now=timezone.now(), reason="aus Tabelle")
    again = find_changes(check_book(with_keys(content, concept), concept=concept), concept, locked=free)
    assert again.changes == []
    if not expected:
        assert Measure.history.count() == entries
    positions = list(ActionField.objects.filter(concept=concept).order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))
    assert Measure.objects.filter(concept=concept, key__in=["k11", "k12", "k21", "k22", "k31"]).count() == 5


def with_keys(content: Book, concept: Concept) -> Book:
    """The same table after new Maßnahmen have got their Schlüssel."""
    keys = {measure.title: measure.key for measure in concept.measures.all()}
    head, *rows = content.sheets[0].rows
    return Book((Sheet("Maßnahmen", (head, *((keys.get(str(line[7]), line[0]), *line[1:]) for line in rows))),))


def test_an_emptied_goal_and_its_headings_go_and_nothing_else() -> None:
    concept = grown()
    found = find_changes(check_book(table(known("k31", "2.3")), concept=concept), concept, locked=free)
    assert found.emptied == ["Ziel 3", "Herausforderung „Rad“", "Handlungsfeld „Verkehr“"]
    update_concept(found, user=make.user(), now=timezone.now(), reason="aus Tabelle")
    assert [group.title for group in concept.action_fields.all()] == ["Energie"]
    assert concept.measures.count() == 5


def test_what_the_table_leaves_out_stays() -> None:
    concept = grown()
    found = find_changes(check_book(table(order=ALL[:3]), concept=concept), concept, locked=free)
    assert [measure.key for measure in found.missing] == ["k22", "k31"]
    assert not found
    update_concept(found, user=make.user(), now=timezone.now(), reason="aus Tabelle")
    assert concept.measures.count() == 5


@pytest.mark.parametrize(
    ("content", "place", "part"),
    [
        (table(row(GOAL="2", POSITION=2, TEXT="Text 2", TITLE="Neu"), order=ALL[:3]), "G5", "hat „Titel 22“ (k22)"),
        (
            table(
                known("k11", "3.1", TEXT="Text 1", FIELD="Energie", CHALLENGE="Sparen"),
                known("k12", "3.2", TEXT="Text 1", FIELD="Energie", CHALLENGE="Sparen"),
                order=ALL[:4],
            ),
            "D2",
            "Ein anderes Ziel 3 bleibt bestehen",
        ),
    ],
)
def test_a_number_that_stays_taken_stands_in_the_way(content: Book, place: str, part: str) -> None:
    concept = grown()
    found = find_changes(check_book(content, concept=concept), concept, locked=free)
    assert [fault.place for fault in found.obstacles] == [place]
    assert part in found.obstacles[0].text
    with pytest.raises(ValueError, match="obstacles"):
        update_concept(found, user=make.user(), now=timezone.now(), reason="x")


def test_an_existing_konzept_knows_its_keys() -> None:
    concept = grown()
    with pytest.raises(Faulty) as caught:
        check_book(table(known("fremd", "4.1")), concept=concept)
    assert [(fault.place, "gibt es in diesem Konzept nicht" in fault.text) for fault in caught.value.faults] == [("A7", True)]
    headings = HEADINGS[1:]
    with pytest.raises(Faulty) as caught:
        check_book(book(row()[1:], headings=headings), concept=concept)
    assert "„Schlüssel“ fehlt" in caught.value.faults[0].text
