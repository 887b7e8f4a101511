"""The tables of the Evaluationsbericht and the sentences that carry numbers: counts and percent, never an average (rule 1)."""

from collections.abc import Sequence
from typing import Final

from ratings import scheme
from ratings.comparison import Change, Compared
from ratings.documents.report_pieces import Cell, Column, Table
from ratings.evaluation_report import EvaluationReport, FieldPart, Figures
from ratings.indicator_lines import IndicatorLine
from ratings.rollup import DISPUTED_VALUE, Share
from ratings.scheme import Grade, Marker

ONLY_MEASURES: Final = (
    "Bewertet werden nur Maßnahmen. Für Ziele, Handlungsfelder und das Konzept wird keine Gesamtnote gebildet; der Bericht zählt, "
    "wie viele Maßnahmen wie bewertet sind."
)
_NOT_RATED_CRITERION: Final = "Es ist kein Zielerreichungsgrad festgelegt. Das ist nicht dasselbe wie „unklar“."
_DISPUTED_CRITERION: Final = "Die Vorschläge der Einheiten gehen auseinander; abgestimmt ist noch nichts."
_CHANGES: Final = {
    Change.BETTER: "besser bewertet",
    Change.WORSE: "schlechter bewertet",
    Change.NEW: "neu",
    Change.SAME: "gleich bewertet",
    Change.INCOMPARABLE: "nicht vergleichbar",
}


def count(number: int, one: str, many: str) -> str:
    """„1 Maßnahme“, „13 Maßnahmen“, with a space that does not break."""
    return f"{number}\u00a0{one if number == 1 else many}"


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}\u00a0%" if whole else "–"


def in_words(figures: Figures) -> str:
    """„13 Maßnahmen, davon 9 hoch, 3 mittel und 1 nicht bewertet“: all that the bar shows."""
    shown = [
        f"{share.count} {share.word}"
        + (f" (davon {share.proposed} als Vorschlag)" if share.proposed and _is_grade(share) else "")
        for share in figures.shares
        if share.count
    ]
    listed = " und ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
    whole = "1 Maßnahme" if figures.measures == 1 else f"{figures.measures} Maßnahmen"
    return f"{whole}, davon {listed}" if shown else whole


def _is_grade(share: Share) -> bool:
    return share.value in Grade.values


def markers_sentence(figures: Figures) -> str:
    """„Kennzeichen: Pflichtaufgabe (P) 3, Routine (R) 5“; what the source does not tell is said, not counted."""
    parts = []
    for one in figures.markers:
        name = f"{one.marker.word} ({one.marker.symbol})"
        if one.unknown == figures.measures:
            parts.append(f"{name} nicht überliefert")
        elif one.unknown:
            parts.append(f"{name} {one.count} (bei {one.unknown} nicht überliefert)")
        elif one.count:
            parts.append(f"{name} {one.count}")
    return f"Kennzeichen: {', '.join(parts)}." if parts else "Kennzeichen sind nicht gesetzt."


def changes_words(changes: tuple[tuple[Change, int], ...]) -> str:
    """„3 besser bewertet, 8 gleich bewertet“."""
    return ", ".join(f"{number} {_CHANGES[change]}" for change, number in changes if number)


def grades_table(number: int, figures: Figures) -> Table:
    """Every grade with the sentence that tells when it is right, and what can stand in its place."""
    rows = [(Cell(grade.word, grade.shape, grade.symbol, grade, is_strong=True), Cell(grade.criterion)) for grade in Grade]
    rows.append((Cell(scheme.NOT_RATED_WORD, scheme.NOT_RATED_SHAPE, scheme.NOT_RATED_SYMBOL), Cell(_NOT_RATED_CRITERION)))
    if any(share.count for share in figures.shares if share.value == DISPUTED_VALUE):
        rows.append((Cell(scheme.DISPUTED_WORD, scheme.DISPUTED_SHAPE, scheme.DISPUTED_SYMBOL), Cell(_DISPUTED_CRITERION)))
    columns = (Column("Zielerreichungsgrad", 4.2), Column("Bedeutung", 12.3))
    return Table(number, "Zielerreichungsgrade", columns, tuple(rows))


def markers_table(number: int) -> Table:
    columns = (Column("Zeichen", 2.0), Column("Kennzeichen", 6.2), Column("Bedeutung", 8.3))
    rows = tuple((Cell("", marker=marker), Cell(marker.word, is_strong=True), Cell(marker.hint)) for marker in Marker)
    return Table(number, "Kennzeichen", columns, rows)


def counts_table(number: int, caption: str, figures: Figures) -> Table:
    """How many Maßnahmen have which grade; „davon Vorschlag“ as long as there are proposals."""
    proposed = figures.proposed
    columns = [Column("Zielerreichungsgrad", 5.4), Column("Maßnahmen", 2.6, is_number=True)]
    columns += [Column("davon Vorschlag", 3.2, is_number=True)] if proposed else []
    columns.append(Column("Anteil", 2.2, is_number=True))
    rows = []
    for share in figures.shown:
        cells = [_share_cell(share), Cell(str(share.count))]
        cells += [Cell(str(share.proposed) if _is_grade(share) else "–")] if proposed else []
        rows.append((*cells, Cell(percent(share.count, figures.measures))))
    total = ["Summe", str(figures.measures), *([str(proposed)] if proposed else []), percent(figures.measures, figures.measures)]
    return Table(number, caption, tuple(columns), tuple(rows), _strong(total))


def _share_cell(share: Share) -> Cell:
    return Cell(share.word, share.shape, share.symbol, Grade(share.value) if _is_grade(share) else None)


def _strong(words: list[str]) -> tuple[Cell, ...]:
    return tuple(Cell(word, is_strong=True) for word in words)


def overview_table(number: int, report: EvaluationReport) -> Table:
    """Handlungsfelder with their counts; without ratings how many of their Maßnahmen were reported on."""
    values = [share.value for share in report.figures.shown] if report.figures.is_rated else []
    words = {share.value: share.word for share in report.figures.shares}
    heads = [words[value] for value in values] + ([] if report.appendix.has_ratings else ["mit Sachstand"])

    def counts(figures: Figures) -> list[str]:
        by_value = {share.value: share.count for share in figures.shares}
        reported = [] if report.appendix.has_ratings else [str(figures.reported)]
        return [str(figures.measures), *(str(by_value[value]) for value in values), *reported]

    narrow = 1.6 if report.appendix.has_ratings else 2.9
    widths = [2.3, *(2.1 if head == scheme.NOT_RATED_WORD else narrow for head in heads)]
    columns = [Column("Handlungsfeld", 16.5 - sum(widths))]
    columns += [Column(head, width, is_number=True) for head, width in zip(["Maßnahmen", *heads], widths, strict=True)]
    rows = tuple((Cell(f"{part.number} {part.title}"), *(Cell(word) for word in counts(part.figures))) for part in report.fields)
    caption = "Bewertungen je Handlungsfeld" if report.figures.is_rated else "Maßnahmen je Handlungsfeld"
    return Table(number, caption, tuple(columns), rows, _strong(["Summe", *counts(report.figures)]))


def moved_table(number: int, part: FieldPart, compared_with: str) -> Table:
    """The Maßnahmen that are rated better or worse than in the earlier round."""
    columns = (
        Column("Nr.", 1.5),
        Column("Maßnahme", 7.6),
        Column("vorher", 2.4),
        Column("jetzt", 2.4),
        Column("Veränderung", 2.6),
    )
    rows = tuple(
        (Cell(one.now.number, is_strong=True), Cell(one.now.title), _before_cell(one), _now_cell(one), Cell(one.change.word))
        for one in part.moved
    )
    return Table(number, f"Veränderungen im Handlungsfeld „{part.title}“ gegenüber „{compared_with}“", columns, rows)


def _now_cell(one: Compared) -> Cell:
    return Cell(one.now.word, one.now.shape, one.now.symbol, one.now.grade)


def _before_cell(one: Compared) -> Cell:
    """Several where it continues several Maßnahmen: then words alone."""
    if len(one.before) == 1:
        row = one.before[0]
        return Cell(row.word, row.shape, row.symbol, row.grade)
    return Cell(one.words_before)


def indicators_table(number: int, caption: str, lines: Sequence[IndicatorLine]) -> Table:
    """Kennzahlen with what they cover and where they come from; one that cannot be evaluated says why."""
    columns = (Column("Kennzahl", 5.6), Column("Werte", 5.5), Column("Quelle", 5.4))
    rows = tuple((Cell(_of_goal(line)), Cell(_values(line)), Cell(line.source)) for line in lines)
    return Table(number, caption, columns, rows)


def _of_goal(line: IndicatorLine) -> str:
    return f"{line.title} (Ziel {line.goal_number})" if line.goal_number else line.title


def _values(line: IndicatorLine) -> str:
    reason = [f"nicht auswertbar: {line.reason}"] if line.reason else []
    return "\n".join([*line.values, *reason]) or "ohne Wert"


def changes_table(number: int, report: EvaluationReport) -> Table:
    columns = (Column("Veränderung", 6.4), Column("Maßnahmen", 2.6, is_number=True), Column("Anteil", 2.2, is_number=True))
    whole = report.figures.measures
    rows = tuple((Cell(_CHANGES[change]), Cell(str(found)), Cell(percent(found, whole))) for change, found in report.changes)
    total = _strong(["Summe", str(whole), percent(whole, whole)])
    return Table(number, f"Veränderungen gegenüber „{report.compared_with}“", columns, rows, total)
