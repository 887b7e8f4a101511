"""The columns of the list that a unit takes along to write offline: what a report is about, and what is written in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from goals.text import fold
from ratings.documents.seal import Cell, exact
from ratings.drafts import DATES, MARKERS, parse_date
from ratings.models import Draft, StatusReport, Submission
from ratings.models.fields import SUMMARY_LIMIT, ContentFields, ObstacleCategory
from ratings.scheme import Grade, Marker

UNIT: Final = "Einheit"
_YES: Final = {"ja", "j", "x"}
_NO: Final = {"nein", "n", ""}

# Where the word of the model would be another column's or says too little on its own.
_HEADINGS: Final = {
    "as_of": "Stand vom",
    "grade": "Vorschlag Zielerreichungsgrad",
    **{marker.value: f"{marker.word} ({marker.symbol})" for marker in Marker.voted()},
}
_WIDTHS: Final = {"situation": 70, "summary": 50, "as_of": 13, "next_step_on": 13, "grade": 18, "obstacle_category": 24}


class WrongWord(Exception):
    """What stands in the cell cannot be entered; the text says what can."""


@dataclass(frozen=True, slots=True)
class Place:
    """One column that says what the row is about; it is not read."""

    heading: str
    value: Callable[[StatusReport], str]
    width: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One column that is written in: the field of the draft, its heading and the words that it accepts, if not any."""

    field: str
    heading: str
    width: int
    words: tuple[str, ...] = ()

    def value(self, content: Draft | Submission | None) -> Cell:
        """Return what stands in the cell for a draft or a submission, None without one."""
        if content is None:
            return None
        value = getattr(content, self.field)
        if self.field in MARKERS:
            return "ja" if value else "nein"
        if self.field == "grade":
            return content.grade_value.word if content.grade_value else None
        if self.field == "obstacle_category":
            return str(ObstacleCategory(value).label) if value else None
        unread = content.unparsed.get(self.field) if isinstance(content, Draft) else None
        return unread or value or None

    def is_same(self, text: str, current: Cell) -> bool:
        """True if the cell says what the draft says: no word is „nein“, and capitals do not matter where words are chosen."""
        if not self.words:
            return False
        empty = "nein" if self.field in MARKERS else ""
        return (fold(text) or empty) == (fold(exact(current)) or empty)

    def entered(self, value: Cell, text: str) -> str:
        """Return what a form would send for this cell (see `ratings.drafts.read_values`). Raises `WrongWord`."""
        if self.field in MARKERS:
            if fold(text) not in _YES | _NO:
                raise WrongWord(f"„{text}“ ist weder „ja“ noch „nein“.")
            return "on" if fold(text) in _YES else ""
        if self.field in DATES:
            return _day(value, text)
        if self.field == "grade":
            return self._chosen(text, {grade.word: grade.value for grade in Grade})
        if self.field == "obstacle_category":
            return self._chosen(text, {str(kind.label): kind.value for kind in ObstacleCategory})
        return text

    def _chosen(self, text: str, values: dict[str, str]) -> str:
        if not text:
            return ""
        for word, value in values.items():
            if fold(text) == fold(word):
                return value
        raise WrongWord(f"„{text}“ gibt es hier nicht. Möglich sind {', '.join(f'„{word}“' for word in values)}.")

    def hint(self, text: str) -> str:
        """Return what has to be mended before the report is submitted, empty if nothing; a draft may hold it."""
        if self.field == "summary" and len(text) > SUMMARY_LIMIT:
            return f"Die Kurzfassung hat {len(text)} Zeichen; zum Einreichen sind es höchstens {SUMMARY_LIMIT}."
        return ""


def _day(value: Cell, text: str) -> str:
    if isinstance(value, date):
        return value.isoformat()
    day = parse_date(text) if text else None
    if text and (day is None or isinstance(value, (int, float))):
        raise WrongWord(f"„{text}“ ist kein Datum. Schreiben Sie TT.MM.JJJJ.")
    return day.isoformat() if day else ""


def places() -> list[Place]:
    """Return the columns that say what a row is about, without the Schlüssel and the Prüfzeichen."""
    return [
        Place("Nummer", lambda report: report.measure.number, 10),
        Place("Maßnahme", lambda report: report.measure.title, 38),
        Place(UNIT, lambda report: report.unit.name, 26),
        Place("Zuständigkeit", lambda report: str(report.get_role_display()), 15),
        Place("Bericht ist", lambda report: str(report.get_state_display()), 15),
    ]


def entries(*, has_ratings: bool) -> list[Entry]:
    """Return the columns that are written in, in the order of the form: those that the round asks for."""
    return [_entry(name) for name in ContentFields.asked_names(has_ratings=has_ratings)]


def _entry(name: str) -> Entry:
    heading = _HEADINGS.get(name) or str(Draft._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    words: tuple[str, ...] = ()
    if name in MARKERS:
        words = ("ja", "nein")
    elif name == "grade":
        words = tuple(grade.word for grade in Grade)
    elif name == "obstacle_category":
        words = tuple(str(kind.label) for kind in ObstacleCategory)
    return Entry(name, heading, _WIDTHS.get(name, 18 if words else 40), words)
