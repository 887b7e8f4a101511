"""Tables of a Konzept for tests: rows by the names of the columns, and a small Konzept to change."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from goals.imports import create_concept
from goals.imports.layout import Column
from goals.imports.plan import Plan
from goals.models import Concept, Role
from goals.sheets import Book, Sheet
from tests import factories as make

HEADINGS = tuple(str(column) for column in Column)


def row(**cells: Any) -> tuple[Any, ...]:
    """A row of the table; a complete Maßnahme 1.1 unless `cells` (by the names of `Column`) say otherwise."""
    values = {"FIELD": "Energie", "CHALLENGE": "Sparen", "GOAL": "1", "TEXT": "Weniger Wärme", "POSITION": 1, "TITLE": "Dämmen"}
    return tuple((values | cells).get(column.name) for column in Column)


def more(**cells: Any) -> tuple[Any, ...]:
    """A row that goes on with what stands above."""
    return row(**({"FIELD": None, "CHALLENGE": None, "GOAL": None, "TEXT": None, "POSITION": None} | cells))


def book(*rows: tuple[Any, ...], is_csv: bool = False, others: tuple[Sheet, ...] = (), headings: Any = HEADINGS) -> Book:
    return Book((Sheet("CSV" if is_csv else "Maßnahmen", (headings, *rows)), *others), is_csv)


def numbers(plan: Plan) -> list[str]:
    return [f"{goal.number}.{measure.position} {measure.title}" for goal in plan.goals for measure in goal.measures]


def units_sheet(*rows: tuple[Any, ...]) -> tuple[Sheet, ...]:
    return (Sheet("Einheiten", (("Name", "Kurzname", "Kürzel", "gehört zu", "extern"), *rows)),)


def concept_sheet(**facts: Any) -> tuple[Sheet, ...]:
    return (Sheet("Konzept", (("Angabe", "Wert"), *(facts.items()))),)


def created(plan: Plan, **fields: Any) -> Concept:
    values = {"slug": "klimaschutz-2026", "title": "Klimaschutz", "short_title": "Klima"}
    concept = Concept(**values | {"period_start": date(2026, 1, 1), "period_end": date(2030, 12, 31)} | fields)
    return create_concept(plan, concept, user=make.member(Role.COORDINATOR), now=timezone.now(), reason="aus Tabelle")


def free(part: Any, field: str) -> str:
    return ""


def grown() -> Concept:
    """Ziele 1 and 2 with two Maßnahmen each under „Energie / Sparen“, Ziel 3 with one under „Verkehr / Rad“."""
    concept = make.concept()
    challenge = make.challenge(make.action_field(concept, title="Energie"), title="Sparen")
    for number in ("1", "2"):
        goal = make.goal(number, challenge=challenge, text=f"Text {number}")
        for position in (1, 2):
            make.measure(goal=goal, key=f"k{number}{position}", title=f"Titel {number}{position}")
    goal = make.goal("3", challenge=make.challenge(make.action_field(concept, title="Verkehr"), title="Rad"), text="Text 3")
    make.measure(goal=goal, key="k31", title="Titel 31")
    return concept


def known(key: str, number: str, **cells: Any) -> tuple[Any, ...]:
    goal, _, position = number.rpartition(".")
    place = {"FIELD": "Verkehr", "CHALLENGE": "Rad"} if goal == "3" and "FIELD" not in cells else {}
    return row(
        **({"KEY": key, "GOAL": goal, "POSITION": position, "TEXT": f"Text {goal}", "TITLE": f"Titel {key[1:]}"} | place | cells)
    )


ALL = ("k11 1.1", "k12 1.2", "k21 2.1", "k22 2.2", "k31 3.1")


def table(*changed: tuple[Any, ...], order: tuple[str, ...] = ALL) -> Book:
    """The table of `grown()`; `changed` rows stand for those with the same Schlüssel, others are added at the end."""
    by_key = {line[0]: line for line in changed if line[0]}
    rows = [by_key.pop(name.split()[0], None) or known(*name.split()) for name in order]
    return book(*rows, *by_key.values(), *(line for line in changed if not line[0]))


def upload(content: bytes = b"", name: str = "neu.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def plain_csv(*rows: tuple[Any, ...]) -> bytes:
    lines = [HEADINGS, *rows]
    return "\r\n".join(";".join("" if value is None else str(value) for value in line) for line in lines).encode("cp1252")
