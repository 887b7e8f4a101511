"""The body of the Evaluationsbericht, chapters 1 to 4, as pieces in the order in which they are read."""

from collections.abc import Iterable, Sequence
from typing import Final

from ratings.blocks import Block, BlockKind
from ratings.documents import report_tables as tables
from ratings.documents import wording
from ratings.documents.report_pieces import Bar, Chart, Heading, Items, Paragraph, Piece, Ref
from ratings.documents.report_tables import count
from ratings.evaluation_report import EvaluationReport, FieldPart, Figures
from ratings.indicator_lines import IndicatorLine
from ratings.models import Section

UNWRITTEN: Final = "Dieser Abschnitt ist noch nicht geschrieben."
NO_TEXT: Final = "Zu diesem Abschnitt liegt kein Text vor."


def body(report: EvaluationReport) -> list[Piece]:
    """Return chapters 1 to 4; the Anhang is written by each kind of file as a table of its own."""
    return _Body(report).pieces


class _Body:
    """Writes from top to bottom and counts figures and tables as it goes."""

    def __init__(self, report: EvaluationReport) -> None:
        self.pieces: list[Piece] = []
        self._report = report
        self._rated = report.appendix.has_ratings
        self._level = self._figures = self._tables = 0
        self._chapter(Section.INTRODUCTION, report.introduction)
        self._chapter(Section.METHOD, report.method)
        if self._rated:
            self._scheme()
        self._heading("Evaluationsergebnisse" if self._rated else "Sachstand in den Handlungsfeldern", 1)
        for part in report.fields:
            self._field(part)
        self._chapter(Section.CONCLUSION, report.conclusion)
        self._overview()

    def _heading(self, text: str, level: int) -> None:
        """A level is never left out (PDF/UA-1, 7.4.2), though a text may begin with its second one."""
        self._level = min(level, self._level + 1)
        self.pieces.append(Heading(text, self._level))

    def _paragraph(self, *parts: str | Ref) -> None:
        self.pieces.append(Paragraph(tuple(part for part in parts if part)))

    def _table(self) -> Ref:
        self._tables += 1
        return Ref("Tabelle", self._tables)

    def _figure(self) -> Ref:
        self._figures += 1
        return Ref("Abbildung", self._figures)

    def _chapter(self, section: Section, blocks: Sequence[Block]) -> None:
        self._heading(str(section.label), 1)
        self._text(blocks, below=1)

    def _text(self, blocks: Iterable[Block], *, below: int) -> None:
        """What somebody wrote; `below` is the level of the heading above it."""
        start = len(self.pieces)
        for block in blocks:
            if block.kind == BlockKind.HEADING:
                self._heading(block.text, below + block.level)
            elif block.kind == BlockKind.PARAGRAPH:
                self._paragraph(block.text)
            else:
                self.pieces.append(Items(block.items, is_numbered=block.kind == BlockKind.NUMBERS))
        if len(self.pieces) == start:
            self.pieces.append(Paragraph((UNWRITTEN if self._report.is_draft else NO_TEXT,), is_gap=True))

    def _scheme(self) -> None:
        self._heading("Bewertungsschema", 2)
        grades, markers = self._table(), self._table()
        self._paragraph(
            *(
                "Wie weit eine Maßnahme gekommen ist, sagt ihr Zielerreichungsgrad (",
                grades,
                "). Kennzeichen ergänzen ihn (",
                markers,
            ),
            f"). {tables.ONLY_MEASURES}",
        )
        self.pieces.append(tables.grades_table(grades.number, self._report.figures))
        self.pieces.append(tables.markers_table(markers.number))

    def _field(self, part: FieldPart) -> None:
        self._heading(part.title, 2)
        self._text(part.blocks, below=2)
        if not part.rows:
            self._paragraph("Zu diesem Handlungsfeld gibt es keine Maßnahmen.")
            return
        self._heading("Bewertung der Maßnahmen" if self._rated else "Stand der Maßnahmen", 3)
        figures = part.figures
        extent = (
            f"Das Handlungsfeld umfasst {count(figures.measures, 'Maßnahme', 'Maßnahmen')} zu "
            f"{count(figures.goals, 'Ziel', 'Zielen')}."
        )
        if not self._rated:
            self._paragraph(f"{extent} {_reported(figures)}")
        elif figures.is_rated:
            self._rated_field(part, extent)
        else:
            note = wording.shared_reason_note(part.rows)
            self._paragraph(f"{extent} {note or 'Keine davon ist bisher bewertet.'}")
            self._paragraph(tables.markers_sentence(figures))
        self._indicators(part.indicators, f"zum Handlungsfeld „{part.title}“")

    def _indicators(self, lines: Sequence[IndicatorLine], where: str) -> None:
        if lines:
            table = self._table()
            self._paragraph(f"Kennzahlen {where} nennt ", table, ".")
            self.pieces.append(tables.indicators_table(table.number, f"Kennzahlen {where}", lines))

    def _rated_field(self, part: FieldPart, extent: str) -> None:
        figures, name = part.figures, f"Handlungsfeld „{part.title}“"
        chart, table = self._figure(), self._table()
        self._paragraph(f"{extent} Wie sie bewertet sind, zeigen ", chart, " und ", table, ".")
        alternative = f"{name}: {tables.in_words(figures)}."
        caption = f"Zielerreichungsgrade im {name}"
        self.pieces.append(Chart(chart.number, caption, alternative, (Bar("", figures.shares),)))
        self.pieces.append(tables.counts_table(table.number, f"Anzahl der Maßnahmen im {name}", figures))
        self._paragraph(tables.markers_sentence(figures))
        self._changes(part)

    def _changes(self, part: FieldPart) -> None:
        """What became of the ratings since the earlier round; the Maßnahmen that moved are named."""
        earlier = self._report.compared_with
        if not earlier:
            return
        sentence = f"Im Vergleich mit „{earlier}“: {tables.changes_words(part.changes)}."
        if not part.moved:
            self._paragraph(sentence)
            return
        table = self._table()
        self._paragraph(f"{sentence} Welche Maßnahmen besser oder schlechter bewertet sind, zeigt ", table, ".")
        self.pieces.append(tables.moved_table(table.number, part, earlier))

    def _overview(self) -> None:
        report, figures = self._report, self._report.figures
        self._heading("Ergebnisse im Überblick" if self._rated else "Sachstand im Überblick", 2)
        extent = (
            f"Das Konzept umfasst {count(figures.measures, 'Maßnahme', 'Maßnahmen')} zu {count(figures.goals, 'Ziel', 'Zielen')} in "
            f"{count(len(report.fields), 'Handlungsfeld', 'Handlungsfeldern')}."
        )
        if figures.is_rated and self._rated:
            chart, table = self._figure(), self._table()
            self._paragraph(f"{extent} Wie sie bewertet sind, zeigen ", chart, " und ", table, ".")
            self.pieces.append(_overview_chart(chart.number, report))
        else:
            table = self._table()
            note = wording.shared_reason_note(report.appendix.rows) if self._rated else _reported(figures)
            self._paragraph(
                f"{extent} {note or 'Keine davon ist bisher bewertet.'} Die Zahlen je Handlungsfeld nennt ", table, "."
            )
        self.pieces.append(tables.overview_table(table.number, report))
        self._all_changes()
        self._indicators(report.indicators, "zum Konzept insgesamt")
        markers = tables.markers_sentence(figures) if self._rated else ""
        self._paragraph(f"{markers} Die einzelnen Maßnahmen stehen im Anhang.".strip())

    def _all_changes(self) -> None:
        report = self._report
        if not report.compared_with:
            return
        table = self._table()
        ended = f" {count(report.ended, 'Maßnahme', 'Maßnahmen')} von damals ohne Fortsetzung." if report.ended else ""
        self._paragraph(f"Den Vergleich mit „{report.compared_with}“ fasst ", table, f" zusammen.{ended}")
        self.pieces.append(tables.changes_table(table.number, report))


def _overview_chart(number: int, report: EvaluationReport) -> Chart:
    parts = [part for part in report.fields if part.rows]
    bars = tuple(Bar(f"{part.number} {part.title}", part.figures.shares) for part in parts)
    alternative = "; ".join(f"{part.title}: {tables.in_words(part.figures)}" for part in parts)
    return Chart(number, "Zielerreichungsgrade in den Handlungsfeldern", f"{alternative}.", bars)


def _reported(figures: Figures) -> str:
    """How many of the Maßnahmen have a Kurzfassung: the result of a round without ratings."""
    if figures.reported == figures.measures:
        return "Zu allen liegt ein Sachstand vor." if figures.measures > 1 else "Zu ihr liegt ein Sachstand vor."
    return f"Zu {figures.reported} davon liegt ein Sachstand vor." if figures.reported else "Ein Sachstand liegt noch nicht vor."
