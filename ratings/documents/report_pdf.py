"""The Evaluationsbericht as PDF: tagged PDF/UA-1, chapters upright, the Anhang landscape. The look is in `typ/report.typ`."""

from typing import Any, BinaryIO

from ratings.documents import report_words as words
from ratings.documents import wording
from ratings.documents.cell_styles import grade_ink
from ratings.documents.pdf import appendix_content
from ratings.documents.report_body import body
from ratings.documents.report_pieces import Cell, Chart, Heading, Items, Paragraph, Piece, Ref, Table
from ratings.documents.typst_base import Frame, contour, draw_pictures, write_pdf_file
from ratings.evaluation_report import EvaluationReport
from ratings.rollup import Share
from ratings.scheme import Grade

Data = dict[str, Any]


def write_report_pdf(report: EvaluationReport, out: BinaryIO) -> None:
    """Write the PDF to `out`. Raises `NotWritten`."""
    out.write(write_pdf_file("report", _frame(report), report_content(report)))


def _frame(report: EvaluationReport) -> Frame:
    return Frame(
        title=f"{words.title(report)}: {words.concept(report)}",
        description=f"{report.appendix.round_title}, {words.state(report)}",
        kind=words.title(report),
        header=words.running_title(report),
        footer=words.footer(report),
        made_of=report.appendix.as_of,
        notice=words.notice(report),
    )


def report_content(report: EvaluationReport) -> Data:
    """Return what `typ/report.typ` takes."""
    given = words.cover(report)
    return {
        "cover": {
            "owner": given.owner,
            "title": given.title,
            "subtitle": given.subtitle,
            "facts": given.facts,
            "notices": given.notices,
        },
        "pieces": _pieces(body(report)),
        "annex": {
            "title": words.annex_title(report),
            "notes": words.annex_notes(report),
            "nothing_found": wording.NOTHING_FOUND,
            **annex_tables(report),
        },
    }


def annex_tables(report: EvaluationReport) -> Data:
    """Return fields, columns and widths of the Anhang, the same as in its own file: the Word file, too, is written from them."""
    content = appendix_content(report.appendix)
    return {name: content[name] for name in ("fields", "columns", "widths")}


def _pieces(pieces: list[Piece]) -> list[Data]:
    """A paragraph that leads to a figure or table stays on its page."""
    following = [*pieces[1:], None]
    return [{**_piece(piece), "leads": isinstance(after, Chart | Table)} for piece, after in zip(pieces, following, strict=True)]


def _piece(piece: Piece) -> Data:
    match piece:
        case Heading():
            return {"kind": "heading", "text": piece.text, "level": piece.level}
        case Paragraph():
            return {"kind": "paragraph", "gap": piece.is_gap, "parts": [_part(part) for part in piece.parts]}
        case Items():
            return {"kind": "items", "items": piece.items, "numbered": piece.is_numbered}
        case Chart():
            target = _target(Ref("Abbildung", piece.number))
            given = {"caption": piece.caption, "alternative": piece.alternative, "target": target}
            return {"kind": "chart", **given, **_chart(piece)}
        case Table():
            return {"kind": "table", **_table(piece)}


def _part(part: str | Ref) -> Data:
    return {"text": part, "target": ""} if isinstance(part, str) else {"text": part.words, "target": _target(part)}


def _target(ref: Ref) -> str:
    return f"{ref.kind.lower()}-{ref.number}"


def _table(table: Table) -> Data:
    return {
        "caption": table.caption,
        "target": _target(Ref("Tabelle", table.number)),
        "columns": [{"heading": column.heading, "width": column.width, "number": column.is_number} for column in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "total": [_cell(cell) for cell in table.total],
    }


def _cell(cell: Cell) -> Data:
    marker = cell.marker
    sign = {"letter": marker.symbol, "icon": marker.icon.removeprefix("kz-"), "word": marker.word} if marker else None
    return {
        "text": cell.text,
        "shape": cell.shape,
        "strong": cell.is_strong,
        "marker": {**sign, "unknown": False, "alt": marker.word} if marker and sign else None,
    }


def _chart(chart: Chart) -> Data:
    """Return bars and legend. What is agreed is filled, what is proposed is outlined, as on the page."""
    found = {share.value: share for bar in chart.bars for share in bar.shares if share.count}
    order = [share.value for share in chart.bars[0].shares if share.value in found] if chart.bars else []
    legend = [{"shape": found[value].shape, "words": found[value].word} for value in order]
    outlined = next((share.shape for bar in chart.bars for share in bar.shares if _proposed(share)), "")
    return {
        "bars": [
            {
                "title": bar.title,
                "count": str(sum(share.count for share in bar.shares)),
                "parts": [part for share in bar.shares for part in _parts(share)],
            }
            for bar in chart.bars
        ],
        "legend": [
            *legend,
            *([{"shape": f"{outlined}-v", "words": "umrandet: Vorschlag, nicht abgestimmt"}] if outlined else []),
        ],
    }


def _proposed(share: Share) -> int:
    return share.proposed if share.value in Grade.values else 0


def _parts(share: Share) -> list[Data]:
    line = contour(share.shape)
    proposed = _proposed(share)
    if share.value not in Grade.values:
        plain = {"count": share.count, "filled": False, "fill": "", "ink": "", "line": line, "shape": share.shape}
        return [plain] if share.count else []
    grade = Grade(share.value)
    agreed = {
        "count": share.agreed,
        "filled": True,
        "fill": grade.fill,
        "ink": grade_ink(grade),
        "line": line,
        "shape": share.shape,
    }
    outlined = {"count": proposed, "filled": False, "fill": "", "ink": "", "line": line, "shape": f"{share.shape}-v"}
    return [part for part in (agreed, outlined) if part["count"]]


def chart_pictures(charts: list[Chart], width: float) -> list[bytes]:
    """Return the charts as PNG files, `width` millimetres wide. Raises `NotWritten`."""
    return draw_pictures("charts", {"width": width, "charts": [_chart(chart) for chart in charts]}) if charts else []
