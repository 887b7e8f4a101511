"""THE roll-up: what the units' reports on one Maßnahme say together, and how many Maßnahmen have which rating. Pure functions.

Rules: DESIGN.md, section 4 („Roll-up of one Maßnahme“, rule 1). Only Maßnahmen have a grade; everything above has a distribution.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from django.db import models

from ratings import scheme
from ratings.scheme import Grade, Marker
from ratings.states import ReportState

MarkerValues = dict[Marker, bool | None]


@dataclass(frozen=True, slots=True)
class UnitTexts:
    """The submitted texts of one unit that others may read; the interne Notiz is never among them."""

    situation: str = ""
    summary: str = ""
    rationale: str = ""
    obstacle_category: str = ""
    obstacles: str = ""
    solution: str = ""
    unclear_note: str = ""
    influence_note: str = ""
    conditions_note: str = ""
    next_step: str = ""
    next_step_on: date | None = None
    successes: str = ""
    target_group: str = ""
    partners: str = ""
    resources: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit's report on one Maßnahme: its state and, where a submission counts, the proposal in it.

    What a unit has taken back is not here. `state` None: the unit is responsible, and no report was asked of it (the round is
    being prepared, or its result was imported).
    """

    slug: str
    name: str
    short_name: str
    is_lead: bool
    is_external: bool
    state: ReportState | None
    grade: Grade | None = None
    routine: bool | None = None
    continuation: bool | None = None
    influence: bool | None = None
    conditions: bool | None = None
    submission: int | None = None
    submitted_on: date | None = None
    as_of: date | None = None
    texts: UnitTexts | None = None

    @property
    def counts(self) -> bool:
        """A submission stands: there is one, and the report is not entfallen."""
        return self.submission is not None and self.is_owed

    @property
    def is_owed(self) -> bool:
        return self.state != ReportState.DROPPED

    @property
    def is_missing(self) -> bool:
        """Owed, and nothing counts yet. A returned report is not missing: what was submitted still counts."""
        return self.state is not None and self.is_owed and not self.counts

    @property
    def markers(self) -> MarkerValues:
        return {marker: getattr(self, marker.value) for marker in Marker.voted()}

    @property
    def set_markers(self) -> list[Marker]:
        return [marker for marker in Marker.voted() if getattr(self, marker.value)]


@dataclass(frozen=True, slots=True)
class RollUp:
    """What the reports on one Maßnahme say together."""

    missing: tuple[UnitLine, ...]
    grades: tuple[Grade, ...]
    lead_grade: Grade | None
    markers: dict[Marker, tuple[str, ...]]
    nobody_responsible: bool

    @property
    def is_disputed(self) -> bool:
        """Uneinig: at least two different grades were given. Differing markers are not a disagreement."""
        return len(self.grades) > 1

    @property
    def is_unanimous(self) -> bool:
        """Einig: all grades given are equal, and the lead has given one."""
        return len(self.grades) == 1 and self.lead_grade is not None

    @property
    def unanimous_grade(self) -> Grade | None:
        return self.lead_grade if self.is_unanimous else None


def roll_up(lines: Iterable[UnitLine]) -> RollUp:
    """Return the roll-up of the lines of one Maßnahme. Lines that are entfallen count for nothing, as if they were not there."""
    owed = [line for line in lines if line.is_owed]
    counting = [line for line in owed if line.counts]
    given = {line.grade for line in counting if line.grade is not None}
    return RollUp(
        missing=tuple(line for line in owed if line.is_missing),
        grades=tuple(grade for grade in Grade if grade in given),
        lead_grade=next((line.grade for line in counting if line.is_lead), None),
        markers={
            marker: names
            for marker in Marker.voted()
            if (names := tuple(line.short_name for line in counting if getattr(line, marker.value)))
        },
        nobody_responsible=not owed,
    )


class Standing(models.TextChoices):
    """What stands where a rating stands, and on whose word."""

    AGREED = "agreed", "abgestimmt"
    NOT_RATED = "not_rated", "nicht bewertet (so abgestimmt)"
    DISPUTED = "disputed", "Vorschläge uneinig"
    PROPOSAL = "proposal", "Vorschlag"
    NONE = "none", "noch nicht bewertet"


def standing(rolled: RollUp, *, agreed: bool, agreed_grade: Grade | None) -> tuple[Standing, Grade | None]:
    """Return what the overview shows: the agreed rating if there is one, else uneinig, else the lead's proposal, else nothing."""
    if agreed:
        return (Standing.AGREED, agreed_grade) if agreed_grade else (Standing.NOT_RATED, None)
    if rolled.is_disputed:
        return Standing.DISPUTED, None
    if rolled.lead_grade:
        return Standing.PROPOSAL, rolled.lead_grade
    return Standing.NONE, None


class Progress(models.TextChoices):
    """How far one Maßnahme is in its round: the column „Stand“. The first that fits is shown."""

    RECHECK = "recheck", "erneut prüfen"
    AGREED = "agreed", "abgestimmt"
    NOBODY = "nobody", "niemand zuständig"
    DROPPED = "dropped", "Berichte entfallen"
    INQUIRY = "inquiry", "Rückfrage"
    DECIDE = "decide", "zu entscheiden"
    MISSING = "missing", "Bericht fehlt"
    UNANIMOUS = "unanimous", "einig"
    REPORTED = "reported", "berichtet"
    WAITING = "waiting", "noch nicht begonnen"


def progress(rolled: RollUp, lines: Sequence[UnitLine], *, agreed: bool, recheck: bool) -> Progress:
    """Return how far the Maßnahme is. `recheck`: a newer submission than those the decision rests on."""
    if agreed:
        return Progress.RECHECK if recheck else Progress.AGREED
    if rolled.nobody_responsible:
        return Progress.DROPPED if lines else Progress.NOBODY
    states = [line.state for line in lines]
    if not any(states):
        return Progress.WAITING
    if any(line.state == ReportState.RETURNED and line.counts for line in lines):
        return Progress.INQUIRY
    if rolled.is_disputed:
        return Progress.DECIDE
    if rolled.missing:
        return Progress.MISSING
    return Progress.UNANIMOUS if rolled.is_unanimous else Progress.REPORTED


class Rated(Protocol):
    """What the distribution needs to know of a row."""

    @property
    def standing(self) -> Standing: ...
    @property
    def grade(self) -> Grade | None: ...


@dataclass(frozen=True, slots=True)
class Share:
    """One category of a distribution. `agreed` of `count` are agreed, the rest are proposals; `percent` is of all shown rows."""

    value: str
    word: str
    symbol: str
    shape: str
    count: int
    agreed: int
    percent: float

    @property
    def proposed(self) -> int:
        return self.count - self.agreed


DISPUTED_VALUE: Final = "uneinig"
UNRATED_VALUE: Final = "ohne"


def category(row: Rated) -> str:
    """Return the category in which a row is counted and filtered: a grade's value, „uneinig“ or „ohne“ (nicht bewertet)."""
    if row.standing == Standing.DISPUTED:
        return DISPUTED_VALUE
    return row.grade.value if row.grade else UNRATED_VALUE


def distribution(rows: Sequence[Rated]) -> tuple[Share, ...]:
    """Return the six categories with their counts: four grades, uneinig, nicht bewertet. Never an average (rule 1)."""
    categories = [(grade.value, grade.word, grade.symbol, grade.shape) for grade in Grade]
    categories.append((DISPUTED_VALUE, scheme.DISPUTED_WORD, scheme.DISPUTED_SYMBOL, scheme.DISPUTED_SHAPE))
    categories.append((UNRATED_VALUE, scheme.NOT_RATED_WORD, scheme.NOT_RATED_SYMBOL, scheme.NOT_RATED_SHAPE))
    counts = dict.fromkeys([value for value, *_ in categories], 0)
    agreed = dict(counts)
    for row in rows:
        value = category(row)
        counts[value] += 1
        agreed[value] += row.standing in (Standing.AGREED, Standing.NOT_RATED)
    total = len(rows)
    return tuple(
        Share(value, word, symbol, shape, counts[value], agreed[value], 100 * counts[value] / total if total else 0.0)
        for value, word, symbol, shape in categories
    )
