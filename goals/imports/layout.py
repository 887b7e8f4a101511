"""The flat shape of a Konzept, one row per Maßnahme: sheets, headings and words, for the reader and for the writer."""

import enum
from typing import Final

from goals.models import GoalKind

MEASURES: Final = "Maßnahmen"
CONCEPT: Final = "Konzept"
UNITS: Final = "Einheiten"
# Sheets that explain and are not read.
GUIDE: Final = "Anleitung"
EXAMPLE: Final = "Beispiel"


class Column(enum.StrEnum):
    """A column of the sheet „Maßnahmen“; the value is its heading."""

    KEY = "Schlüssel"
    FIELD = "Handlungsfeld"
    CHALLENGE = "Herausforderung"
    GOAL = "Ziel"
    TEXT = "Zielbeschreibung"
    KIND = "Zielart"
    POSITION = "Position"
    TITLE = "Maßnahme"
    MANDATORY = "Pflichtaufgabe"
    LEAD = "federführend"
    CONTRIBUTING = "Zuarbeit"


# Without these columns there is nothing to read; the others may be missing.
NEEDED: Final = (Column.FIELD, Column.CHALLENGE, Column.GOAL, Column.TEXT, Column.TITLE)
# Headings that lists of others have for the same.
ALIASES: Final = {
    "ziel nummer": Column.GOAL,
    "zielnummer": Column.GOAL,
    "ziel nr": Column.GOAL,
    "nummer des ziels": Column.GOAL,
    "titel der massnahme": Column.TITLE,
    "massnahmentitel": Column.TITLE,
    "federfuhrung": Column.LEAD,
    "federfuhrende einheit": Column.LEAD,
    "zuarbeitend": Column.CONTRIBUTING,
    "zustandig": Column.LEAD,
    "p": Column.MANDATORY,
}
# Written for the reader of the file, not read back.
NOTE: Final = "Hinweis"


class Fact(enum.StrEnum):
    """A row of the sheet „Konzept“; the value is what stands in its first column."""

    TITLE = "Titel"
    SHORT_TITLE = "Kurztitel"
    SLUG = "Kurzname"
    PERIOD_START = "Laufzeit von"
    PERIOD_END = "Laufzeit bis"
    RESOLUTION = "Beschluss"
    IS_EXAMPLE = "Beispieldaten"

    @property
    def field(self) -> str:
        """The field of `Concept`."""
        return self.name.lower()


class UnitColumn(enum.StrEnum):
    """A column of the sheet „Einheiten“."""

    NAME = "Name"
    SHORT_NAME = "Kurzname"
    SLUG = "Kürzel"
    PARENT = "gehört zu"
    IS_EXTERNAL = "extern"


YES: Final = "ja"
NO: Final = "nein"
YES_WORDS: Final = frozenset({"ja", "j", "x", "p", "wahr", "true", "1", "pflicht", "pflichtaufgabe"})
NO_WORDS: Final = frozenset({"", "nein", "n", "-", "–", "falsch", "false", "0"})

# By folded word; `KIND_LABELS` are the words that are written and offered.
KIND_LABELS: Final = {kind: str(kind.label) for kind in GoalKind}
KINDS: Final = {
    "": GoalKind.UNCLASSIFIED,
    "-": GoalKind.UNCLASSIFIED,
    "–": GoalKind.UNCLASSIFIED,
    "prozess": GoalKind.PROCESS,
    "projekt": GoalKind.PROJECT,
    "quantitativ": GoalKind.QUANTITATIVE,
}

# What stands between several units in „Zuarbeit“: a semicolon or a new line.
SEPARATOR: Final = "; "

MAX_GOAL_TEXT: Final = 10_000
MAX_GOAL_NUMBER: Final = 20
MAX_POSITION: Final = 9_999
