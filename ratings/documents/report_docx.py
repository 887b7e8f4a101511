"""The Evaluationsbericht as a Word document: to be edited and passed on. Its pieces are those of the PDF."""

from collections.abc import Sequence
from typing import Any, BinaryIO, Final

from django.utils import timezone

from ratings.documents import report_words as words
from ratings.documents import wording
from ratings.documents.report_body import body
from ratings.documents.report_pdf import annex_tables, chart_pictures
from ratings.documents.report_pieces import Cell, Chart, Heading, Items, Paragraph, Piece, Ref, Table
from ratings.documents.word import Band, Column, Frame, Line, Row, Span, grade_spans, lines_of
from ratings.documents.word import Cell as WordCell
from ratings.documents.word_fields import Entry
from ratings.documents.word_report import LANDSCAPE_WIDTH, Reference, ReportDocument
from ratings.documents.word_styles import TEXT_WIDTH
from ratings.evaluation_report import EvaluationReport
from ratings.scheme import DISPUTED_SHAPE, DISPUTED_SYMBOL, NOT_RATED_SYMBOL, Grade

# Columns of the Anhang beside Ziel, Zielbeschreibung, number and Maßnahme: heading and width in centimetres.
_ANNEX: Final = {
    "units": ("Zuständig", 3.6),
    "rating": ("Bewertung", 2.9),
    "markers": ("Kennzeichen", 2.5),
    "mandatory": ("P", 1.0),
    "remark": ("Begründung, Bemerkung", 4.2),
    "summaries": ("Sachstand", 8.4),
}
_GOAL_SHARE: Final = 0.56  # of the room that Zielbeschreibung and Maßnahme share


def write_report_docx(report: EvaluationReport, out: BinaryIO) -> None:
    """Write the Word document to `out`. Raises `NotWritten` if the charts cannot be drawn."""
    pieces = body(report)
    annex = annex_tables(report)
    document = ReportDocument(_frame(report), now=timezone.localtime())
    _cover(document, report)
    document.contents("Inhalt", _entries(pieces, words.annex_title(report), annex["fields"]))
    _body(document, pieces)
    document.landscape()
    _annex(document, report, annex)
    document.save(out)


def _frame(report: EvaluationReport) -> Frame:
    return Frame(
        title=f"{words.title(report)}: {words.concept(report)}",
        subject=f"{report.appendix.round_title}, {words.state(report)}",
        header=words.running_title(report),
        footer=words.footer(report),
        notice=words.notice(report),
        description=" ".join(words.cover(report).notices),
    )


def _cover(document: ReportDocument, report: EvaluationReport) -> None:
    cover = words.cover(report)
    document.line(cover.owner, "Herausgeber")
    document.line(cover.title, "Title")
    document.line(cover.subtitle, "Subtitle")
    for word, value in cover.facts:
        document.fact(word, value)
    for notice in cover.notices:
        document.line(notice, "Hinweis")


def _entries(pieces: Sequence[Piece], annex: str, fields: Sequence[dict[str, Any]]) -> list[Entry]:
    """The lines of the table of contents as they will be, chapters numbered as Word numbers them."""
    entries, chapter, section = [], 0, 0
    for place, heading in _headings(pieces):
        if heading.level == 1:
            chapter, section = chapter + 1, 0
            entries.append(Entry(1, str(chapter), heading.text, _toc_mark(place)))
        elif heading.level == 2:
            section += 1
            entries.append(Entry(2, f"{chapter}.{section}", heading.text, _toc_mark(place)))
    entries.append(Entry(1, "", annex, "_Toc_Anhang"))
    return [*entries, *(Entry(2, "", field["title"], _annex_mark(place)) for place, field in enumerate(fields))]


def _headings(pieces: Sequence[Piece]) -> list[tuple[int, Heading]]:
    return [(place, piece) for place, piece in enumerate(pieces) if isinstance(piece, Heading)]


def _toc_mark(place: int) -> str:
    return f"_Toc_{place}"


def _annex_mark(place: int) -> str:
    return f"_Toc_Anhang_{place}"


def _ref_mark(ref: Ref) -> str:
    return f"_Ref_{ref.kind}_{ref.number}"


def _body(document: ReportDocument, pieces: Sequence[Piece]) -> None:
    charts = [piece for piece in pieces if isinstance(piece, Chart)]
    pictures = iter(chart_pictures(charts, TEXT_WIDTH * 10))
    for place, piece in enumerate(pieces):
        match piece:
            case Heading():
                document.chapter(piece.text, piece.level, _toc_mark(place), new_page=place == 0)
            case Paragraph():
                parts = [Reference(part.words, _ref_mark(part)) if isinstance(part, Ref) else part for part in piece.parts]
                after = "Text nach Tabelle" if place and isinstance(pieces[place - 1], Table) else "Normal"
                leads = place + 1 < len(pieces) and isinstance(pieces[place + 1], Chart | Table)
                document.line(parts, "Platzhalter" if piece.is_gap else after, stays=leads)
            case Items():
                document.items(piece.items, is_numbered=piece.is_numbered)
            case Chart():
                ref = Ref("Abbildung", piece.number)
                document.picture(next(pictures), piece.alternative, ref.words)
                document.caption(ref.kind, ref.number, piece.caption, _ref_mark(ref), is_above=False)
            case Table():
                _table(document, piece)


def _table(document: ReportDocument, table: Table) -> None:
    ref = Ref("Tabelle", table.number)
    document.caption(ref.kind, ref.number, table.caption, _ref_mark(ref), is_above=True)
    columns = [Column(column.heading, column.width, column.is_number) for column in table.columns]
    given = [*table.rows, *([table.total] if table.total else [])]
    rows = [Row([_cell(cell) for cell in row], stays=row is not given[-1]) for row in given]
    document.table(columns, rows, description=table.caption)


def _cell(cell: Cell) -> WordCell:
    style = "Strong" if cell.is_strong else ""
    if cell.marker:
        return [[cell.marker.symbol]]
    if cell.grade:
        sign = grade_spans(cell.grade)[0]
        return [[sign, Span(f"\u00a0{cell.text}", style)]]
    sign_before = f"{cell.symbol}\u00a0" if cell.symbol else ""
    return [[Span(f"{sign_before}{line}", style)] for line in lines_of(cell.text)] or [[""]]


def _annex(document: ReportDocument, report: EvaluationReport, annex: dict[str, Any]) -> None:
    document.chapter(words.annex_title(report), 1, "_Toc_Anhang", is_numbered=False)
    for note in words.annex_notes(report):
        document.line(note)
    if not annex["fields"]:
        document.line(wording.NOTHING_FOUND)
    columns = _annex_columns(annex)
    for place, field in enumerate(annex["fields"]):
        document.chapter(field["title"], 2, _annex_mark(place), is_numbered=False)
        if field["count"]:
            document.line(field["count"], stays=True)
        document.table(columns, _annex_rows(field, annex["columns"]), description=f"Maßnahmen: {field['title']}")
    document.line(f"{words.state(report)}, Stand {wording.german_date(report.appendix.as_of)}.", "Schlusszeile")


def _annex_columns(annex: dict[str, Any]) -> list[Column]:
    goal, number = (annex["widths"][name] / 10 for name in ("goal", "number"))
    others = [Column(*_ANNEX[name]) for name in annex["columns"]]
    room = LANDSCAPE_WIDTH - goal - number - sum(column.width for column in others)
    texts = (round(room * _GOAL_SHARE, 2), round(room * (1 - _GOAL_SHARE), 2))
    return [
        Column("Ziel", goal),
        Column("Zielbeschreibung", texts[0]),
        Column("Nr.", number),
        Column("Maßnahme", texts[1]),
        *others,
    ]


def _annex_rows(field: dict[str, Any], names: Sequence[str]) -> list[Row | Band]:
    rows: list[Row | Band] = []
    for challenge in field["challenges"]:
        rows += [Band(challenge["title"])] if challenge["title"] else []
        for goal in challenge["goals"]:
            rows += _goal_rows(goal, names)
    return rows


def _goal_rows(goal: dict[str, Any], names: Sequence[str]) -> list[Row]:
    """One row per Maßnahme; the Ziel stands in the first, its number in each, so that every row is read aloud whole."""
    description: list[Line] = [[line] for line in lines_of(goal["text"])]
    description += [[Span(goal["kind"], "Leise")]] if goal["kind"] else []
    rows = []
    for place, measure in enumerate(goal["measures"]):
        own: list[WordCell] = [
            [[measure["number"]]],
            [[Span(line, "Strong")] for line in lines_of(measure["title"])] or [[""]],
            *(_ANNEX_CELLS[name](measure) for name in names),
        ]
        first: list[WordCell] = [[[Span(goal["number"], "" if place else "Strong")]], [[""]] if place else description or [[""]]]
        is_last = measure is goal["measures"][-1]
        rows.append(Row([*first, *own], continued=2 if place else 0, stays=goal["together"] and not is_last))
    return rows


def _units(measure: dict[str, Any]) -> WordCell:
    lines: list[Line] = [[measure["lead"]]] if measure["lead"] else []
    lines += [[Span(f"Zuarbeit: {measure['contributing']}", "Leise")]] if measure["contributing"] else []
    return lines or [[Span(measure["nobody"], "Leise")]]


def _rating(measure: dict[str, Any]) -> WordCell:
    """Shape and word; a proposal has no colour and says what it is."""
    given = measure["rating"]
    grade = next((grade for grade in Grade if grade.shape == given["shape"]), None)
    symbol = DISPUTED_SYMBOL if given["shape"] == DISPUTED_SHAPE else grade.symbol if grade else NOT_RATED_SYMBOL
    if grade and not given["proposed"]:
        first: list[Span | str] = [grade_spans(grade)[0], Span(f"\u00a0{given['word']}", "Strong")]
    else:
        first = [f"{symbol}\u00a0{given['word']}"]
    return [first, *([Span(note, "Leise")] for note in given["notes"])]


def _markers(measure: dict[str, Any]) -> WordCell:
    return [["  ".join(f"{marker['letter']}{'?' if marker['unknown'] else ''}" for marker in measure["markers"])]]


def _mandatory(measure: dict[str, Any]) -> WordCell:
    return [["P" if measure["mandatory"] else ""]]


def _remark(measure: dict[str, Any]) -> WordCell:
    return [[line] for line in lines_of(measure["remark"])] or [[""]]


def _summaries(measure: dict[str, Any]) -> WordCell:
    lines: list[Line] = []
    for summary in measure["summaries"]:
        as_of = f" (Stand {summary['as_of']})" if summary["as_of"] else ""
        first, *rest = lines_of(summary["text"]) or [""]
        lines += [[Span(summary["unit"], "Strong"), f"{as_of}: {first}"], *([line] for line in rest)]
    return lines or [[Span(measure["no_summary"], "Leise")]]


_ANNEX_CELLS: Final = {
    "units": _units,
    "rating": _rating,
    "markers": _markers,
    "mandatory": _mandatory,
    "remark": _remark,
    "summaries": _summaries,
}
