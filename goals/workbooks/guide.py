"""What the workbook says about itself: the sheet „Anleitung“, the hints at the columns, the rows of the example."""

from collections.abc import Iterator
from typing import Final

from goals.imports.layout import CONCEPT, EXAMPLE, MEASURES, UNITS, Column, Fact
from goals.models import GoalKind
from goals.workbooks.table import Row

HINTS: Final = {
    Column.KEY: "Bleibt für immer gleich; an ihm wird die Maßnahme wiedererkannt. Bei einer neuen Maßnahme leer lassen.",
    Column.FIELD: "Leer: wie in der Zeile darüber. Die Reihenfolge der Zeilen ist die Reihenfolge im Konzept.",
    Column.CHALLENGE: "Die Überschrift im Handlungsfeld. Leer: wie in der Zeile darüber.",
    Column.GOAL: "Die Nummer des Ziels, zum Beispiel 1 oder M 3.2. Leer: wie in der Zeile darüber.",
    Column.TEXT: "Bei mehreren Maßnahmen eines Ziels genügt der Text in der ersten Zeile.",
    Column.KIND: "Prozessziel, Projektziel, quantitatives Ziel oder nicht zugeordnet. Leer: nicht zugeordnet.",
    Column.POSITION: "Die Position der Maßnahme im Ziel: 1, 2, 3. Leer: wird in der Reihenfolge der Zeilen gezählt.",
    Column.TITLE: "Der Titel der Maßnahme. Leer: Das Ziel steht ohne Maßnahme da.",
    Column.MANDATORY: "ja, wenn die Maßnahme eine gesetzliche Pflichtaufgabe ist.",
    Column.LEAD: f"Eine Einheit vom Blatt „{UNITS}“: Name, Kurzname oder Kürzel.",
    Column.CONTRIBUTING: "Weitere Einheiten, mit Semikolon getrennt.",
}
FACT_HINTS: Final = {
    Fact.TITLE: "Der volle Titel des Konzepts.",
    Fact.SHORT_TITLE: "Steht in Listen und Kopfzeilen.",
    Fact.SLUG: "Steht in Adressen und Dateinamen. Leer: wird aus dem Kurztitel gebildet. Ändert sich später nicht.",
    Fact.PERIOD_START: "TT.MM.JJJJ oder nur das Jahr.",
    Fact.PERIOD_END: "TT.MM.JJJJ oder nur das Jahr.",
    Fact.RESOLUTION: "Wer das Konzept wann beschlossen hat.",
    Fact.IS_EXAMPLE: "ja, wenn die Inhalte erfunden sind: Dann sagt es jede Seite und jede Datei dazu.",
}

_PLACE: Final[Row] = {Column.FIELD: "Energie", Column.CHALLENGE: "Energie sparen in Gebäuden"}
EXAMPLE_ROWS: Final[list[Row]] = [
    _PLACE
    | {
        Column.GOAL: "1",
        Column.TEXT: "Der Landkreis senkt den Wärmeverbrauch seiner Gebäude bis 2030 um ein Fünftel.",
        Column.KIND: str(GoalKind.QUANTITATIVE.label),
        Column.POSITION: 1,
        Column.TITLE: "Sanierungsfahrplan für die kreiseigenen Gebäude",
        Column.MANDATORY: "nein",
        Column.LEAD: "Fachdienst Gebäudewirtschaft",
        Column.CONTRIBUTING: "Fachdienst Umwelt; Energieagentur",
    },
    {
        Column.GOAL: "1",
        Column.POSITION: 2,
        Column.TITLE: "Energiebericht für alle Gebäude",
        Column.MANDATORY: "ja",
        Column.LEAD: "Fachdienst Gebäudewirtschaft",
    },
    {
        Column.FIELD: "Mobilität",
        Column.CHALLENGE: "Wege mit dem Rad",
        Column.GOAL: "M 3.2",
        Column.TEXT: "Zwischen allen Kommunen gibt es durchgängige Radwege.",
        Column.KIND: str(GoalKind.PROJECT.label),
        Column.POSITION: 1,
        Column.TITLE: "Lücken im Radwegenetz erheben und nach Dringlichkeit ordnen",
        Column.MANDATORY: "nein",
        Column.LEAD: "Fachdienst Umwelt",
    },
]


def guide_lines(*, is_template: bool, is_example: bool) -> Iterator[tuple[str, str]]:
    """Yield the lines of the sheet „Anleitung“: what is meant, and the sentence."""
    yield "Ein Konzept als Tabelle", ""
    if is_example:
        yield "Beispieldaten", "Dieses Konzept ist erfunden."
    if is_template:
        yield (
            "So geht es",
            (
                f"Füllen Sie die Blätter „{MEASURES}“ und „{CONCEPT}“ aus und laden Sie die Datei unter „Neues Konzept“ hoch. "
                "Vor dem Anlegen sehen Sie eine Vorschau."
            ),
        )
    else:
        yield (
            "So geht es",
            (
                "Ändern Sie, was sich ändern soll, und laden Sie die Datei beim Konzept unter „Aus Tabelle ändern“ hoch. "
                "Vor dem Übernehmen sehen Sie jede Änderung."
            ),
        )
    yield f"Blatt „{MEASURES}“", "Eine Zeile je Maßnahme. Die Überschriften bleiben stehen; Spalten dürfen umgestellt werden."
    for column in Column:
        yield column, HINTS[column]
    yield f"Blatt „{CONCEPT}“", "Titel, Laufzeit und Beschluss. Was hier fehlt, fragt die Vorschau."
    yield (
        f"Blatt „{UNITS}“",
        (
            "Die Organisationseinheiten, die es schon gibt. Fehlt eine, tragen Sie sie darunter ein; sie wird mit angelegt. "
            "Vorhandene ändern sich hier nicht."
        ),
    )
    if is_template:
        yield f"Blatt „{EXAMPLE}“", "So sieht eine ausgefüllte Tabelle aus. Dieses Blatt wird nicht gelesen."
