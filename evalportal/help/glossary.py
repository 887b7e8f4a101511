"""The glossary: the words of DESIGN.md, section 2, and those of the rating scheme, which come from `ratings.scheme`."""

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Final

from goals.roles import Role
from goals.text import fold, plain_slug
from ratings import scheme
from ratings.scheme import Grade, Marker


@dataclass(frozen=True)
class Term:
    """A word and its meaning. `page` is the slug of the help page that tells more; `symbol` the sign of a word of the scheme."""

    word: str
    meaning: str
    page: str = ""
    symbol: str = ""

    @property
    def anchor(self) -> str:
        return plain_slug(self.word)

    @property
    def letter(self) -> str:
        """The letter it stands under; Ü under U."""
        return fold(self.word)[0].upper()


_WORDS: Final = (
    Term(
        "abgestimmte Bewertung",
        "Was der Jour fixe zu einer Maßnahme in einer Berichtsrunde entschieden hat: Grad, Kennzeichen, Begründung, "
        "Bemerkung. Sie nennt die Einreichungen, auf denen sie beruht. Die Vorschläge der Einheiten bleiben daneben "
        "stehen.",
        "abstimmen",
    ),
    Term(
        "Anhang",
        "Die Übersicht aller Ziele und Maßnahmen mit ihrer Bewertung, die zum Evaluationsbericht gehört. Als Datei "
        "zeigt er dieselben Zeilen wie die Übersicht.",
        "evaluationsbericht",
    ),
    Term(
        "Begründung",
        "Warum so bewertet wurde. Nötig, wenn der Jour fixe nicht bewertet oder von einem einstimmigen Vorschlag abweicht.",
    ),
    Term(
        "Beispieldaten",
        "Erfundene Berichte und Bewertungen zum Ausprobieren. Jede Seite, jede Datei und jede E-Mail sagt es.",
    ),
    Term(
        "Berichtsrunde",
        "Ein Durchgang über ein Konzept, in dem zu jeder Maßnahme berichtet wird: in Vorbereitung, offen, in "
        "Abstimmung, abgeschlossen. Eine Runde ohne Bewertung hält nur den Sachstand fest.",
        "runde",
    ),
    Term(
        "Bewertungsschema",
        "Die Grade und Kennzeichen, mit denen Maßnahmen bewertet werden, und wann welches richtig ist.",
    ),
    Term(
        "extern",
        "Eine Organisationseinheit außerhalb der Kreisverwaltung, in der sich niemand anmeldet. Ihre Berichte "
        "schreibt die Evaluationsleitung sichtbar „im Auftrag“.",
        "einheiten",
    ),
    Term(
        "einig",
        "Alle genannten Grade sind gleich, und die federführende Einheit hat einen genannt. Verschiedene Kennzeichen "
        "ändern daran nichts.",
    ),
    Term(
        "Einreichung",
        "Die nummerierte Fassung eines Sachstandsberichts mit dem Vorschlag. Sie ändert sich nicht mehr und ist das, was "
        "alle anderen lesen; wer neu einreicht, schreibt die nächste Nummer.",
        "bericht",
    ),
    Term(
        "entfallen",
        "Der Bericht wird nicht mehr gebraucht, zum Beispiel weil die Zuständigkeit wechselte. Der Grund steht dabei; "
        "gelöscht wird nichts.",
    ),
    Term(
        "Entwurf",
        "Der Arbeitstext eines Berichts. Er gehört der Einheit, und nur sie liest ihn. Auch Ergebnisse vor der "
        "Freigabe tragen dieses Wort.",
        "bericht",
    ),
    Term(
        "erneut prüfen",
        "Nach der Abstimmung wurde neu eingereicht. Die Bewertung gilt weiter, bis neu abgestimmt ist.",
    ),
    Term(
        "Evaluationsbericht",
        "Der Bericht für den Kreistag: Kapitel, Diagramme und Anhang.",
        "evaluationsbericht",
    ),
    Term(
        "Evaluationsleitung",
        "Wer die Evaluation führt: Konzept, Einheiten, Zuständigkeiten, Runden, Abschluss, Freigabe und Bericht.",
    ),
    Term(
        "Fassung",
        "Eine nummerierte, festgeschriebene Kopie des Ergebnisses einer Runde. Sie ändert sich nie; eine Berichtigung "
        "ist eine neue Fassung.",
        "abschluss",
    ),
    Term(
        "federführend",
        "Die Einheit, die zu einer Maßnahme den Sachstand und den Vorschlag verantwortet; je Maßnahme höchstens eine.",
    ),
    Term(
        "Fortschreibung",
        "Ein neues Konzept aus dem, was weitergeht. Jede Maßnahme bleibt mit ihrer Vorgängerin verbunden.",
        "fortschreibung",
    ),
    Term(
        "Freigabe",
        "In der Einheit: Eine zweite Person liest den Bericht, bevor er an den Jour fixe geht. In der Runde: Eine "
        "Fassung wird für Personen mit Leserechten sichtbar.",
        "freigeben",
    ),
    Term(
        "Frist",
        "Der letzte Tag, an dem ein Bericht rechtzeitig ist; der Tag zählt mit. Sie lässt sich für Einheiten oder "
        "Maßnahmen verlängern.",
        "vertretung",
    ),
    Term(
        "gesperrt",
        "Hier lässt sich gerade nichts ändern. Daneben steht immer, warum und wer es aufheben kann.",
    ),
    Term(
        "Handlungsfeld",
        "Die oberste Gliederung eines Konzepts. Es hat keine eigene Bewertung, sondern zeigt eine Verteilung.",
    ),
    Term(
        "Herausforderung",
        "Eine Überschrift im Handlungsfeld, unter der Ziele stehen.",
    ),
    Term(
        "Jour fixe",
        "Die verwaltungsinterne Runde, die Vorschläge vergleicht, nachfragt und je Maßnahme eine Bewertung abstimmt.",
        "sitzung",
    ),
    Term(
        "Kennzahl",
        "Ein gemessener Wert mit Datum und Quelle. Sie kann auch nicht auswertbar sein; dann steht der Grund dabei.",
    ),
    Term(
        "Kennzeichen",
        "Fünf Zeichen, die neben dem Grad stehen und unabhängig von ihm und voneinander gelten: P, R, ➔, ↗ und □.",
    ),
    Term(
        "Konzept",
        "Was beschlossen wurde: Handlungsfelder, Herausforderungen, Ziele und Maßnahmen für eine Laufzeit.",
        "konzept",
    ),
    Term(
        "Kurzfassung",
        "Der Sachstand in höchstens 400 Zeichen. Sie steht im Jour fixe auf der Leinwand und im Evaluationsbericht.",
        "bericht",
    ),
    Term(
        "Maßnahme",
        "Das Einzige, was bewertet wird. Ihre Nummer 20.1 heißt: Ziel 20, erste Maßnahme. Ihr Schlüssel bleibt, auch "
        "wenn die Nummer wechselt.",
        "massnahme",
    ),
    Term(
        "Nachtrag",
        "Eine einzelne Maßnahme einer abgeschlossenen Runde wird mit Begründung wieder geöffnet. Am Ende steht eine "
        "neue Fassung.",
        "nachtrag",
    ),
    Term(
        "nicht überliefert",
        "Die Quelle eines übernommenen Ergebnisses sagt nicht, ob ein Kennzeichen gesetzt war. Das zählt nie als „nein“.",
    ),
    Term(
        "Organisationseinheit",
        "Ein Teil der Verwaltung oder eine Stelle außerhalb, die für Maßnahmen zuständig ist.",
        "einheiten",
    ),
    Term(
        "Protokoll",
        "Die Rolle, die im Jour fixe Bewertungen festhält und Berichte zurückgibt; auch die Word-Datei einer Sitzung.",
        "sitzung",
    ),
    Term(
        "Rückfrage",
        "Eine Frage des Jour fixe zu einem Bericht, mit den Antworten darunter: offen, beantwortet, erledigt.",
        "rueckfrage",
    ),
    Term(
        "Rücklauf",
        "Wie viele der angeforderten Berichte eingereicht sind, je Einheit. Nie je Person.",
        "ruecklauf",
    ),
    Term(
        "Sachstandsbericht",
        "Was eine Einheit zu einer Maßnahme in einer Runde schreibt. Je Runde, Maßnahme und Einheit gibt es einen.",
        "bericht",
    ),
    Term(
        "Stand der Runde",
        "Anderes Wort für eine Fassung: das festgeschriebene Ergebnis einer Runde.",
        "abschluss",
    ),
    Term(
        "überfällig",
        "Die Frist eines Berichts ist vorbei, und es ist nichts eingereicht. Einreichen geht weiter, bis die Runde "
        "abgeschlossen ist.",
        "ruecklauf",
    ),
    Term(
        "Übersicht",
        "Alle Maßnahmen eines Konzepts mit ihrer Bewertung in einer Runde, zum Filtern und als Datei.",
        "uebersicht",
    ),
    Term(
        "Verlauf",
        "Wer wann was geändert hat, mit altem und neuem Wert. Automatisches Speichern steht nicht darin.",
        "massnahme",
    ),
    Term(
        "Verteilung",
        "Wie viele Maßnahmen welchen Grad haben, in Zahl und Prozent dessen, was gezeigt wird. Einen Durchschnitt gibt es nicht.",
        "uebersicht",
    ),
    Term(
        "Vertretung",
        "Jemand berichtet für eine andere Person in deren Einheit, vom ersten bis zum letzten Tag. Die Freigabe geht nicht über.",
        "vertretung",
    ),
    Term(
        "Vorgängerin",
        "Die Maßnahme eines früheren Konzepts, die durch diese fortgeführt wird.",
        "fortschreibung",
    ),
    Term(
        "Vorschlag",
        "Grad und Kennzeichen, die eine Einheit mit ihrem Bericht nennt. Im Bild umrandet, abgestimmte Bewertungen sind gefüllt.",
        "abstimmen",
    ),
    Term(
        "Ziel",
        "Was erreicht werden soll. Es hat Maßnahmen, aber keine eigene Bewertung.",
    ),
    Term(
        "Zielart",
        "Prozessziel (ein Verfahren einrichten oder verbessern), Projektziel (ein bestimmtes Vorhaben), quantitatives "
        "Ziel (eine Zielgröße) oder nicht zugeordnet.",
    ),
    Term(
        "Zielerreichungsgrad",
        "Der Grad einer Maßnahme: hoch, mittel, gering oder unklar. Kurz: Grad.",
    ),
    Term(
        "Zuarbeit",
        "Der Beitrag einer weiteren Einheit neben der federführenden. Kurzfassung und Vorschlag zum Grad sind dabei freiwillig.",
        "bericht",
    ),
    Term(
        "Zuständigkeit",
        "Welche Einheit für eine Maßnahme federführend ist oder zuarbeitet. Daraus ergibt sich, wer in einer Runde berichtet.",
        "konzept",
    ),
)

_ROLES: Final = {
    Role.REPORTER: "Schreibt die Berichte einer Einheit und reicht sie ein; liest alle Einreichungen und die Übersicht.",
    Role.BOARD: "Liest alle Einreichungen und stellt Rückfragen.",
}


def _of_the_scheme() -> tuple[Term, ...]:
    grades = (Term(grade.word, f"{grade.criterion} Farbe: {grade.colour}.", symbol=grade.symbol) for grade in Grade)
    markers = (Term(marker.word, marker.hint, symbol=marker.symbol) for marker in Marker)
    not_rated = "Noch nichts abgestimmt, oder mit Begründung abgestimmt, nicht zu bewerten. Das ist nicht „unklar“ und wird eigens gezählt."
    disputed = "Die Vorschläge der Einheiten gehen auseinander, und abgestimmt ist noch nichts. Ein Stand, kein Grad."
    return (
        *grades,
        *markers,
        Term(scheme.NOT_RATED_WORD, not_rated, symbol=scheme.NOT_RATED_SYMBOL),
        Term(scheme.DISPUTED_WORD, disputed, "abstimmen", scheme.DISPUTED_SYMBOL),
    )


@cache
def terms() -> tuple[Term, ...]:
    """Return all words in the order of the alphabet, Ä as A."""
    roles = (Term(str(role.label), meaning) for role, meaning in _ROLES.items())
    return tuple(sorted((*_WORDS, *roles, *_of_the_scheme()), key=lambda term: fold(term.word)))


def find(word: str) -> Term:
    """Return the entry of `word`. Raises LookupError if there is none."""
    for term in terms():
        if term.word == word:
            return term
    raise LookupError(f"the glossary has no „{word}“")


def by_letter() -> list[tuple[str, list[Term]]]:
    """Return the words under their letters."""
    return [(letter, list(group)) for letter, group in groupby(terms(), key=lambda term: term.letter)]
