"""What a table says, once it is free of errors: plain values, kept in the database between the preview and taking it over."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One error: the sheet, the cell („B5“, or „Zeile 5“ of a text file), the heading of its column, and the sentence."""

    sheet: str
    place: str
    heading: str
    text: str
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """A unit that the table defines and that does not exist yet. `parent` is a Kürzel."""

    slug: str
    name: str
    short_name: str
    parent: str
    is_external: bool


@dataclass(frozen=True, slots=True)
class PlannedMeasure:
    """A Maßnahme. `key` is empty for a new one; units are named by their Kürzel; `row` is where it stands in the table."""

    key: str
    position: int
    title: str
    is_mandatory: bool
    lead: str
    contributing: tuple[str, ...]
    row: int


@dataclass(frozen=True, slots=True)
class PlannedGoal:
    number: str
    text: str
    kind: str
    row: int
    measures: tuple[PlannedMeasure, ...]


@dataclass(frozen=True, slots=True)
class PlannedChallenge:
    title: str
    goals: tuple[PlannedGoal, ...]


@dataclass(frozen=True, slots=True)
class PlannedField:
    title: str
    challenges: tuple[PlannedChallenge, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A Konzept as a table describes it. `facts` are the fields of `Concept` that it gives; `letters` the column of each heading.

    `says_units` and `says_mandatory` are false where the table has no such columns: then it says nothing about them.
    """

    facts: dict[str, Any]
    fields: tuple[PlannedField, ...]
    units: tuple[PlannedUnit, ...] = ()
    letters: dict[str, str] = field(default_factory=dict)
    sheet: str = ""
    says_units: bool = True
    says_mandatory: bool = True
    says_kind: bool = True

    @property
    def challenges(self) -> list[PlannedChallenge]:
        return [challenge for group in self.fields for challenge in group.challenges]

    @property
    def goals(self) -> list[PlannedGoal]:
        return [goal for challenge in self.challenges for goal in challenge.goals]

    @property
    def measures(self) -> list[PlannedMeasure]:
        return [measure for goal in self.goals for measure in goal.measures]

    def places(self) -> Iterator[tuple[PlannedField, PlannedChallenge, PlannedGoal]]:
        for group in self.fields:
            for challenge in group.challenges:
                for goal in challenge.goals:
                    yield group, challenge, goal

    def place(self, row: int, heading: str) -> str:
        """Return „D5“ for the column with this heading, „Zeile 5“ if the table has none."""
        letter = self.letters.get(heading)
        return f"{letter}{row}" if letter else f"Zeile {row}"


def to_plain(plan: Plan) -> dict[str, Any]:
    """Return what a JSON field can hold."""
    data = asdict(plan)
    data["facts"] = {name: {"d": v.isoformat()} if isinstance(v, date) else v for name, v in plan.facts.items()}
    return data


def from_plain(data: dict[str, Any]) -> Plan:
    """Return the plan that `to_plain` made plain."""
    facts = {name: date.fromisoformat(v["d"]) if isinstance(v, dict) else v for name, v in data["facts"].items()}
    rest = {name: value for name, value in data.items() if name not in ("facts", "fields", "units")}
    return Plan(
        facts=facts,
        fields=tuple(
            PlannedField(
                group["title"],
                tuple(
                    PlannedChallenge(challenge["title"], tuple(_goal(goal) for goal in challenge["goals"]))
                    for challenge in group["challenges"]
                ),
            )
            for group in data["fields"]
        ),
        units=tuple(PlannedUnit(**unit) for unit in data["units"]),
        **rest,
    )


def _goal(data: dict[str, Any]) -> PlannedGoal:
    measures = tuple(
        PlannedMeasure(**(measure | {"contributing": tuple(measure["contributing"])})) for measure in data["measures"]
    )
    return PlannedGoal(**(data | {"measures": measures}))
