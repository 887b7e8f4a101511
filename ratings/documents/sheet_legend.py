"""The sheet „Legende“: what this file is, what its sheets hold, what the grades and Kennzeichen mean."""

from typing import Final

from ratings.appendix import Appendix, Audience
from ratings.comparison import Comparison
from ratings.documents import wording
from ratings.documents.grid import PAGE_WIDTH, Grid, text_height
from ratings.documents.sheet_evaluation import EVALUATION
from ratings.documents.sheet_head import add_head
from ratings.documents.sheet_tables import DATA, REPORTS
from ratings.scheme import DISPUTED_SYMBOL, DISPUTED_WORD, NOT_RATED_SYMBOL, NOT_RATED_WORD, Grade, Marker

LEGEND: Final = "Legende"
_WIDTHS: Final = (36.0, 190.0, PAGE_WIDTH - 36.0 - 190.0)
_INDENT: Final = 8.0
_RULES: Final = (
    "Farbe steht nie allein: Jede Bewertung hat Zeichen, Wort und Farbe.",
    "„Nicht bewertet“ ist nicht „unklar“ und wird für sich gezählt.",
    "Ein Kennzeichen, das nicht überliefert ist, bedeutet nicht „nein“.",
)


def legend_grid(appendix: Appendix, selection: str, comparison: Comparison | None) -> Grid:
    """Return the sheet „Legende“. `selection`: the active filter in words."""
    grid = Grid(LEGEND, _WIDTHS, fits_width=True, shows_lines=False)
    add_head(grid, appendix, f"{LEGEND}: {wording.title(appendix)}", wording.subtitle(appendix), selection)
    _facts_section(grid, "Diese Datei", _facts(appendix, selection, comparison))
    _facts_section(grid, "Blätter", _sheets(appendix))
    if appendix.has_ratings:
        _scheme(grid)
    _markers(grid, has_ratings=appendix.has_ratings)
    grid.break_pages()
    return grid


def _facts(appendix: Appendix, selection: str, comparison: Comparison | None) -> list[tuple[str, str]]:
    facts = [
        ("Konzept", appendix.concept_title),
        ("Berichtsrunde", appendix.round_title),
        ("Stand der Daten", wording.german_date(appendix.as_of)),
        ("Fassung", wording.state(appendix)),
        ("Auswahl", selection or "keine: alle Maßnahmen"),
        ("Maßnahmen in dieser Datei", f"{len(appendix.rows)} von {appendix.total}"),
    ]
    if comparison:
        facts.append(("Verglichen mit", comparison.title))
    if appendix.audience is Audience.INTERNAL:
        facts.append(("Bestimmt für", "den internen Gebrauch: enthält, was die Einheiten eingereicht haben."))
    if appendix.is_example:
        facts.append(("Beispieldaten", wording.example_note(appendix)))
    return facts


def _sheets(appendix: Appendix) -> list[tuple[str, str]]:
    first = "die Übersicht zum Lesen und Drucken, wie sie veröffentlicht wird."
    counted = (
        "Anzahl und Anteil je Handlungsfeld, mit Diagrammen."
        if appendix.has_ratings
        else "Sachstände je Handlungsfeld, mit Diagramm."
    )
    sheets = [
        (wording.sheet_title(appendix), first),
        (EVALUATION, counted),
        (DATA, "alle Angaben, eine Zeile je Maßnahme, zum Filtern am Bildschirm; gedruckt wird besser das erste Blatt."),
    ]
    if appendix.audience is Audience.INTERNAL:
        sheets.append((REPORTS, "die eingereichten Sachstandsberichte, eine Zeile je Bericht. Entwürfe sind nicht enthalten."))
    return [*sheets, (LEGEND, "dieses Blatt.")]


def _scheme(grid: Grid) -> None:
    first = _section(grid, "Zielerreichungsgrad")
    for grade in Grade:
        _entry(grid, grade.symbol, f"{grade.word} ({grade.colour})", grade.criterion, symbol_style=f"Ampel {grade.value}")
    _entry(grid, "○", "Vorschlag", "Zeichen ohne Farbfläche: Vorschlag der federführenden Einheit, noch nicht abgestimmt.")
    disputed = "Die Einheiten schlagen Verschiedenes vor, und es ist noch nichts abgestimmt."
    _entry(grid, DISPUTED_SYMBOL, DISPUTED_WORD, disputed, symbol_style="Ampel uneinig")
    _entry(grid, NOT_RATED_SYMBOL, NOT_RATED_WORD, "Es ist noch nichts abgestimmt, oder es wurde mit Begründung nicht bewertet.")
    for rule in _RULES:
        grid.add_line(rule, "Hinweis", padding=3)
    grid.keep_together(first)


def _markers(grid: Grid, *, has_ratings: bool) -> None:
    """A round without ratings asks for no Kennzeichen; there is only the Pflichtaufgabe, a property of the Maßnahme."""
    first = _section(grid, "Kennzeichen")
    for marker in Marker if has_ratings else (Marker.MANDATORY,):
        _entry(grid, marker.symbol, marker.word, marker.hint)
    grid.keep_together(first)


def _section(grid: Grid, title: str) -> int:
    first = grid.add(10, is_heading=True)
    grid.add_line(title, "Abschnitt", 12, bold=True, padding=5)
    return first


def _facts_section(grid: Grid, title: str, facts: list[tuple[str, str]]) -> None:
    """The names begin in the first column and run over the second."""
    first = _section(grid, title)
    for name, text in facts:
        grid.add(text_height(text, _WIDTHS[2]))
        grid.put(1, name, "Feldname")
        grid.put(2, None, "Feldname")
        grid.put(3, text, "Zelle mit Linie")
    grid.keep_together(first)


def _entry(grid: Grid, symbol: str, name: str, text: str, *, symbol_style: str = "Zeichen mit Linie") -> None:
    heights = (
        text_height(symbol, _WIDTHS[0], size=14),
        text_height(name, _WIDTHS[1] - _INDENT, bold=True),
        text_height(text, _WIDTHS[2]),
    )
    grid.add(max(heights))
    grid.put(1, symbol, symbol_style)
    grid.put(2, name, "Feldname mit Einzug")
    grid.put(3, text, "Zelle mit Linie")
