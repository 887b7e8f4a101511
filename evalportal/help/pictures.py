"""The pictures of the help: their alternative texts. The browser tests take them and compare (`tests/e2e/test_help_pictures.py`)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

DIRECTORY: Final = Path(settings.BASE_DIR) / "static" / "help"
# Device pixels per CSS pixel of every picture.
SCALE: Final = 1.5

# Pictures of forms and lists that hold no data of a Konzept.
_WITHOUT_DATA: Final = frozenset({"anmelden", "tasten", "mails"})

ALT: Final[dict[str, str]] = {
    "anmelden": "Die Anmeldung: Felder für Anmeldename oder E-Mail-Adresse und Passwort, darunter „Anmelden“ und "
    "„Passwort vergessen?“.",
    "start": "Die Startseite einer Person, die berichtet: Frist und Stand der Runde, darunter die Berichte, die "
    "zurückkamen, und der nächste.",
    "meine-massnahmen": "„Meine Maßnahmen“: ein Balken mit dem Stand der Berichte, darunter unter „Als Nächstes“ zwei "
    "zurückgegebene Berichte.",
    "bericht": "Ein Bericht: links die Felder Sachstand und Kurzfassung, rechts Zieltext und letzter Bericht, unten "
    "Stand der Speicherung und Knöpfe.",
    "grad": "Die Auswahl des Zielerreichungsgrads: hoch, mittel, gering, unklar, jeweils mit ihrem Kriterium.",
    "unveraendert": "Ein Kasten über dem Formular fragt, ob sich seit dem letzten Bericht nichts geändert hat, mit dem "
    "Knopf dafür.",
    "rueckfrage": "Ein Kasten mit der Rückfrage des Jour fixe und dem Feld „Ihre Antwort“.",
    "freigeben": "Der Abschnitt „Freigabe“ mit dem Knopf „Freigeben und einreichen“ und dem aufgeklappten Feld zum Zurückgeben.",
    "vertretung": "Das Formular für eine Vertretung: Einheit, Person, Zeitraum und Anmerkung.",
    "fristen": "Das Formular für eine Fristverlängerung: Einheit, Maßnahme, neuer Tag und Begründung.",
    "excel": "„Offline schreiben“: die drei Schritte, das Feld zum Hochladen und daneben Hinweise.",
    "tagesordnung": "Die Auswahl für die Tagesordnung: uneinig, unklar, Rückfrage beantwortet, verändert, ➔ und jedes "
    "Handlungsfeld, je mit Anzahl und „Hinzufügen“.",
    "sitzung": "Die Sitzung: links die Tagesordnung, in der Mitte zwei Berichte mit Vorschlägen, unten die Wahl von "
    "Grad und Kennzeichen.",
    "tasten": "Die Liste der Tastenkürzel: 1 bis 4 und 0 für den Grad, 5 bis 8 für Kennzeichen, Enter zum Abstimmen und weitere.",
    "abstimmen": "Die abgestimmte Bewertung auf der Seite einer Maßnahme: Grade, Kennzeichen, Begründung, Bemerkung "
    "und zwei Knöpfe.",
    "einstimmige": "Einstimmige Vorschläge zum Ankreuzen, mit Vorschlag, Kennzeichen und der Spalte „Zu beachten“.",
    "ruecklauf": "Der Rücklauf: ein Balken für die ganze Runde und eine Tabelle mit einer Zeile je Einheit.",
    "erinnern": "Einheiten zum Ankreuzen, mit der Zahl der fehlenden Berichte und den Personen, die erinnert werden.",
    "runde": "Die Seite einer Runde: die vier Schritte von der Vorbereitung bis zum Abschluss und der nächste Schritt.",
    "abschluss": "Vor dem Abschluss: die Zahl der offenen Punkte nach ihrer Art und eine Liste der Maßnahmen.",
    "nachtrag": "Eine Maßnahme wieder öffnen: was der Nachtrag bewirkt, wie die Maßnahme steht und das Feld für die Begründung.",
    "konzept": "Eine Maßnahme bearbeiten: Nummer und Platz sind gesperrt, mit Grund; daneben die Zuständigkeit.",
    "fortschreibung": "Die Fortschreibung: Felder für Titel und Laufzeit, darunter die Maßnahmen zum Auswählen.",
    "einheit": "Eine Organisationseinheit: links ihre Maßnahmen, rechts ihre Angaben.",
    "liste-einlesen": "„Liste einlesen“: drei Schritte, das Feld zum Hochladen und daneben, was sich ändern lässt.",
    "kapitel": "Ein Kapitel des Evaluationsberichts: links Text und Vorschau, rechts das Material aus den Berichten. ",
    "ergebnis": "Die Startseite einer Person, die Ergebnisse liest: die freigegebene Runde mit ihrer Verteilung.",
    "uebersicht": "Die Verteilung als Balken und Tabelle, daneben die Karte mit einem Zeichen je Maßnahme, darunter die "
    "Zeichenerklärung.",
    "suche": "Die Suche nach „Sprachkurse“: Treffer unter Maßnahmen und Zielen mit der Fundstelle.",
    "filter": "Die Filter der Übersicht, aufgeklappt; gefiltert ist nach „gering“.",
    "diagramme": "Das Diagramm „Verteilung“: je Handlungsfeld ein Balken mit Zahlen, daneben dieselben Zahlen als Tabelle.",
    "massnahme": "Die Seite einer Maßnahme: Nummer, Titel und Ziel, Reiter der Runden und die Berichte zweier Einheiten.",
    "verlauf": "Der Verlauf einer Maßnahme: eine Einreichung mit den gestrichenen und neuen Worten.",
    "mails": "Benachrichtigungen: Anlässe zum Ankreuzen und „Speichern“.",
}


@dataclass(frozen=True)
class Picture:
    """A picture as a page shows it; width and height in CSS pixels, so that nothing jumps while it loads.

    `is_example`: it shows fictional data, and says so (DESIGN.md, rule 11).
    """

    path: str
    alt: str
    width: int
    height: int
    is_example: bool


@cache
def picture(name: str) -> Picture:
    """Return the picture `name`. Raises KeyError for one without an alternative text, OSError where the file is missing."""
    alt = ALT[name]
    width, height = size_of(DIRECTORY / f"{name}.webp")
    return Picture(f"help/{name}.webp", alt, round(width / SCALE), round(height / SCALE), name not in _WITHOUT_DATA)


def size_of(path: Path) -> tuple[int, int]:
    """Return width and height of a WebP file in the extended format, which Chromium writes. Raises ValueError for any other file.

    Source: RFC 9649, section 2.7: the canvas size less one, 24 bits each.
    """
    with path.open("rb") as file:
        head = file.read(30)
    if head[:4] != b"RIFF" or head[8:16] != b"WEBPVP8X":
        raise ValueError(f"{path.name} is no WebP file in the extended format")
    return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
