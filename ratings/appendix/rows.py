"""The shape: one row for one Maßnahme in one round, and the round's rows together."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ratings import scheme
from ratings.rollup import Progress, RollUp, Standing, UnitLine
from ratings.scheme import Grade, Marker


class Audience(enum.Enum):
    """Who reads: the inside sees reports and proposals, readers of a released round see its result."""

    INTERNAL = "internal"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class AppendixRow:
    """One Maßnahme in one round. `grade` is what stands there, `standing` on whose word; a null marker is nicht überliefert."""

    key: str
    number: str
    goal_number: str
    goal_sort_key: str
    position: int
    title: str
    field_position: int
    field_title: str
    challenge_position: int
    challenge_title: str
    goal_text: str
    goal_kind: str
    is_mandatory: bool
    standing: Standing
    grade: Grade | None
    routine: bool | None
    continuation: bool | None
    influence: bool | None
    conditions: bool | None
    reason: str
    remark: str
    agreed_on: date | None
    recheck: bool
    progress: Progress
    units: tuple[UnitLine, ...]
    roll_up: RollUp

    @property
    def lead(self) -> UnitLine | None:
        return next((line for line in self.units if line.is_lead and line.is_owed), None)

    @property
    def contributing(self) -> list[UnitLine]:
        return [line for line in self.units if not line.is_lead and line.is_owed]

    @property
    def owed_units(self) -> list[UnitLine]:
        """The lead first, without those that are entfallen."""
        return [line for line in self.units if line.is_owed]

    @property
    def summaries(self) -> list[UnitLine]:
        """Those whose Kurzfassung stands and was loaded: what a round without ratings shows in place of a grade."""
        return [line for line in self.owed_units if line.counts and line.texts and line.texts.summary]

    @property
    def is_all_dropped(self) -> bool:
        """There are reports, and all of them are entfallen: somebody is or was responsible."""
        return bool(self.units) and not self.owed_units

    @property
    def is_agreed(self) -> bool:
        return self.standing in (Standing.AGREED, Standing.NOT_RATED)

    @property
    def is_proposal(self) -> bool:
        return self.standing == Standing.PROPOSAL

    @property
    def word(self) -> str:
        """„hoch“, „uneinig“, „nicht bewertet“: what is read where the rating stands."""
        if self.standing == Standing.DISPUTED:
            return scheme.DISPUTED_WORD
        return self.grade.word if self.grade else scheme.NOT_RATED_WORD

    @property
    def symbol(self) -> str:
        if self.standing == Standing.DISPUTED:
            return scheme.DISPUTED_SYMBOL
        return self.grade.symbol if self.grade else scheme.NOT_RATED_SYMBOL

    @property
    def shape(self) -> str:
        if self.standing == Standing.DISPUTED:
            return scheme.DISPUTED_SHAPE
        return self.grade.shape if self.grade else scheme.NOT_RATED_SHAPE

    @property
    def markers(self) -> dict[Marker, bool | None]:
        """All five in their order; null is nicht überliefert."""
        return {marker: getattr(self, marker.value) for marker in Marker}

    @property
    def set_markers(self) -> list[Marker]:
        return [marker for marker in Marker if getattr(self, marker.value)]

    @property
    def unknown_markers(self) -> list[Marker]:
        """Kennzeichen that the source of an imported result does not tell."""
        return [marker for marker in Marker if getattr(self, marker.value) is None]


@dataclass(frozen=True, slots=True)
class Appendix:
    """All rows of one round in the order of the Konzept, with what title, file name and footer need."""

    concept_slug: str
    concept_title: str
    concept_short_title: str
    is_example: bool
    round_slug: str
    round_title: str
    state_word: str
    has_ratings: bool
    is_draft: bool
    version: int | None
    as_of: date
    released_on: date | None
    audience: Audience
    total: int
    rows: tuple[AppendixRow, ...]

    def with_rows(self, rows: Iterable[AppendixRow]) -> "Appendix":
        """The same round with a selection of its rows; `total` still counts the whole, for „n von 134“."""
        return replace(self, rows=tuple(rows))
