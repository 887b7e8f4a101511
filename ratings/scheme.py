"""THE rating scheme (Bewertungsschema): value, word, symbol, shape, colour. Source: the report, section 2, and the legend of its Anhang.

Every page, file and chart takes word, shape and colour from here. Colours of files are the light theme of `static/css/tokens.css`.
"""

from dataclasses import dataclass
from typing import Final, Self

from django.db import models


@dataclass(frozen=True)
class _Look:
    symbol: str
    shape: str
    fill: str
    contour: str
    colour: str
    criterion: str


class Grade(models.TextChoices):
    """Zielerreichungsgrad of a Maßnahme. No value at all is „nicht bewertet“, which is not „unklar“."""

    HIGH = "hoch", "hoch"
    MEDIUM = "mittel", "mittel"
    LOW = "gering", "gering"
    UNCLEAR = "unklar", "unklar"

    @property
    def word(self) -> str:
        return str(self.label)

    @property
    def symbol(self) -> str:
        """One character for plain text and cells."""
        return _LOOKS[self].symbol

    @property
    def proposal_symbol(self) -> str:
        """The same for a Vorschlag: outlined where the symbol has an outline."""
        return {"●": "○", "◆": "◇", "▲": "△"}.get(self.symbol, self.symbol)

    @property
    def shape(self) -> str:
        """Name of the symbol `ampel-<shape>` in the sprite and of the colour token `--<shape>`."""
        return _LOOKS[self].shape

    @property
    def fill(self) -> str:
        """Colour in files, six hexadecimal digits RGB; in greyscale mittel is the lightest and gering the darkest."""
        return _LOOKS[self].fill

    @property
    def contour(self) -> str:
        """Colour of its outline in files: 3:1 and more on white, where a filling may have less (WCAG 1.4.11)."""
        return _LOOKS[self].contour

    @property
    def colour(self) -> str:
        """The colour in a word, for those who do not see it: „grün“."""
        return _LOOKS[self].colour

    @property
    def criterion(self) -> str:
        """When this grade is right, in one sentence."""
        return _LOOKS[self].criterion

    @property
    def rank(self) -> int | None:
        """3 hoch, 2 mittel, 1 gering; unklar has no place in that order."""
        return {"hoch": 3, "mittel": 2, "gering": 1}.get(self.value)

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """Return the grade for a stored or typed value, None for an empty one. Raises ValueError for any other."""
        return None if value in (None, "") else cls(str(value))


_LOOKS: Final = {
    Grade.HIGH: _Look(
        "●",
        "hoch",
        "3D9A50",
        "007328",
        "grün",
        "Die Maßnahme ist umgesetzt oder läuft dauerhaft so, wie das Konzept es vorsieht.",
    ),
    Grade.MEDIUM: _Look(
        "◆", "mittel", "FBCB2F", "986E00", "gelb", "Die Maßnahme ist begonnen und wirkt zum Teil; Wesentliches steht noch aus."
    ),
    Grade.LOW: _Look(
        "▲", "gering", "C31C13", "B60000", "rot", "Die Maßnahme ist nicht begonnen oder bleibt weit hinter dem Konzept zurück."
    ),
    Grade.UNCLEAR: _Look(
        "?", "unklar", "6E7597", "5B6185", "grau", "Der Stand lässt sich nicht beurteilen, zum Beispiel weil Angaben fehlen."
    ),
}

NOT_RATED_WORD: Final = "nicht bewertet"
NOT_RATED_SYMBOL: Final = "–"
NOT_RATED_SHAPE: Final = "ohne"
NO_PROPOSAL_WORD: Final = "kein Vorschlag"
DISPUTED_WORD: Final = "uneinig"
DISPUTED_SYMBOL: Final = "≠"
DISPUTED_SHAPE: Final = "uneinig"


@dataclass(frozen=True)
class _MarkerLook:
    symbol: str
    icon: str
    short: str
    hint: str


class Marker(models.TextChoices):
    """Kennzeichen. The values are also the names of the model fields (`is_mandatory` of the Maßnahme for P)."""

    MANDATORY = "is_mandatory", "Pflichtaufgabe"
    ROUTINE = "routine", "Routine"
    CONTINUE = "continuation", "Weiterführungsbedarf"
    INFLUENCE = "influence", "Zuständigkeit bzw. kommunale Einflussmöglichkeit fraglich"
    CONDITIONS = "conditions", "Veränderte Rahmenbedingungen"

    @property
    def word(self) -> str:
        return str(self.label)

    @property
    def symbol(self) -> str:
        return _MARKERS[self].symbol

    @property
    def icon(self) -> str:
        """Name of its symbol in the sprite; empty where the letter itself is shown."""
        return _MARKERS[self].icon

    @property
    def short(self) -> str:
        """A part of its word, for a switch beside the symbol."""
        return _MARKERS[self].short

    @property
    def hint(self) -> str:
        return _MARKERS[self].hint

    @classmethod
    def voted(cls) -> tuple["Marker", ...]:
        """Those that are proposed and agreed; P is a legal property of the Maßnahme and is not voted on."""
        return (cls.ROUTINE, cls.CONTINUE, cls.INFLUENCE, cls.CONDITIONS)


_MARKERS: Final = {
    Marker.MANDATORY: _MarkerLook("P", "", "Pflicht", "Der Landkreis ist gesetzlich verpflichtet."),
    Marker.ROUTINE: _MarkerLook("R", "", "Routine", "Die Maßnahme ist dauerhaft im Alltag verankert."),
    Marker.CONTINUE: _MarkerLook("➔", "kz-weiter", "Weiterführung", "Die Maßnahme soll weitergeführt werden."),
    Marker.INFLUENCE: _MarkerLook("↗", "kz-zustaendigkeit", "Zuständigkeit", "Der Landkreis kann nicht oder nur wenig steuern."),
    Marker.CONDITIONS: _MarkerLook("□", "kz-rahmen", "Rahmen", "Gesetz, Lage oder Bedarf haben sich grundlegend geändert."),
}
