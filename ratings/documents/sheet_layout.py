"""The columns of the sheet „Anhang“: only those that have something to say, together as wide as the page."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from ratings.appendix import Appendix, AppendixRow, Audience
from ratings.documents import wording
from ratings.documents.cell_styles import SIZE
from ratings.documents.grid import PADDING, PAGE_WIDTH
from ratings.documents.text_width import text_width
from ratings.rollup import Standing
from ratings.scheme import Marker

INDENT: Final = 8.0  # points that Excel leaves free for one step


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in points; `share` of the room that is left over, at least the longest word up to `most` points.

    `is_of_goal`: stands once per Ziel.
    """

    heading: str
    text: Callable[[AppendixRow], str]
    style: Callable[[AppendixRow, bool], str]
    width: float = 0.0
    share: float = 0.0
    is_of_goal: bool = False
    size: float = SIZE
    bold: bool = False
    indent: float = 0.0
    most: float = 110.0


def appendix_columns(appendix: Appendix, unknown_in_rows: frozenset[Marker]) -> list[Column]:
    """Return the columns of this round. `unknown_in_rows`: Kennzeichen of which the rows themselves say „nicht überliefert“."""
    rows = appendix.rows
    inside = appendix.audience is Audience.INTERNAL
    shared = wording.shared_reason(rows)
    ruled = _lined("Zelle mit Linie")
    columns = [
        Column("Ziel", lambda row: row.goal_number, _lined("Ziel", "Zelle"), width=34, is_of_goal=True, bold=True),
        Column("Herausforderung & Zielbeschreibung", lambda row: row.goal_text, ruled, share=6, is_of_goal=True),
        Column("Nr.", lambda row: row.number, _lined("Nummer mit Einzug", "Zelle"), width=_number_width(rows), indent=INDENT),
        Column("Maßnahmen", lambda row: row.title, ruled, share=4, most=134),
    ]
    if any(row.owed_units or (inside and not row.is_agreed) for row in rows):
        columns.append(Column("Zuständig", lambda row: _units(row, inside), _lined("Einzug"), share=2.4, indent=INDENT, most=112))
    if appendix.has_ratings:
        columns += _rating_columns(inside, unknown_in_rows)
        if any(_remark(row, shared) for row in rows):
            columns.append(Column("Bemerkung", lambda row: _remark(row, shared), ruled, share=4, most=84))
    else:
        if any(row.is_mandatory for row in rows):
            mandatory = Marker.MANDATORY.symbol
            columns.append(
                Column(mandatory, lambda row: mandatory if row.is_mandatory else "", _lined("Zelle mit Linie"), width=22)
            )
        columns.append(Column("Sachstand", lambda row: _summaries(row) or _no_summary(appendix), ruled, share=9))
    return _fill(columns, rows)


def _rating_columns(inside: bool, unknown_in_rows: frozenset[Marker]) -> list[Column]:
    return [
        Column("Ampel", symbol, lambda row, has_line: symbol_style(row), width=36, size=14, bold=True),
        Column("Bewertung", lambda row: _rating_words(row, inside), _lined("Einzug", "Einzug"), width=84, indent=INDENT),
        Column("Kennzeichen", lambda row: _markers(row, unknown_in_rows), _lined("Zelle mit Linie"), width=70),
    ]


def _fill(columns: list[Column], rows: tuple[AppendixRow, ...]) -> list[Column]:
    """Share the room that is left among the texts; none gets less than its longest word needs, so that names are not torn."""
    widths = {column.heading: _longest_word(column, rows) for column in columns if column.share}
    room = PAGE_WIDTH - sum(column.width for column in columns)
    open_ = [column for column in columns if column.share]
    while open_:
        shares = sum(column.share for column in open_)
        tight = [column for column in open_ if room * column.share / shares < widths[column.heading]]
        if not tight:
            widths |= {column.heading: room * column.share / shares for column in open_}
            break
        room -= sum(widths[column.heading] for column in tight)
        open_ = [column for column in open_ if column not in tight]
    return [replace(column, width=widths.get(column.heading, column.width)) for column in columns]


def _longest_word(column: Column, rows: tuple[AppendixRow, ...]) -> float:
    words = {word for row in rows for word in column.text(row).replace("-", "- ").split()}
    return min(max((text_width(word, SIZE) for word in words), default=0.0) * 1.06 + column.indent + PADDING, column.most)


def _lined(first: str, rest: str = "Zelle") -> Callable[[AppendixRow, bool], str]:
    return lambda row, has_line: first if has_line else rest


def _number_width(rows: tuple[AppendixRow, ...]) -> float:
    longest = max((len(row.number) for row in rows), default=4)
    return min(max(40.0, longest * 5.6 + INDENT + 6), 88.0)


def symbol(row: AppendixRow) -> str:
    """The symbol of the rating: filled where it is agreed, outlined where it is a proposal."""
    return row.grade.proposal_symbol if row.is_proposal and row.grade else row.symbol


def symbol_style(row: AppendixRow) -> str:
    """Name of the cell style: the colour as filling where agreed, as frame where proposed."""
    if row.grade:
        return f"{'Vorschlag' if row.is_proposal else 'Ampel'} {row.grade.value}"
    return "Ampel uneinig" if row.standing == Standing.DISPUTED else "Ampel ohne"


def _rating_words(row: AppendixRow, inside: bool) -> str:
    """„hoch“, „mittel / Vorschlag“; inside also why there is nothing yet, and what is to be looked at again."""
    words = [row.word]
    if row.is_proposal:
        words.append("Vorschlag")
    if inside and (row.recheck or row.standing == Standing.NONE):
        words.append(str(row.progress.label))
    return "\n".join(words)


def _markers(row: AppendixRow, unknown_in_rows: frozenset[Marker]) -> str:
    unknown = [f"{marker.symbol} ?" for marker in row.unknown_markers if marker in unknown_in_rows]
    return "  ".join([marker.symbol for marker in row.set_markers] + unknown)


def _units(row: AppendixRow, inside: bool) -> str:
    """The lead first; where nobody is responsible in a running round, that is said."""
    names = [row.lead.short_name] if row.lead else []
    if row.contributing:
        names.append("Zuarbeit: " + ", ".join(line.short_name for line in row.contributing))
    if not names and inside and not row.is_agreed:
        return "Berichte entfallen" if row.is_all_dropped else "niemand zuständig"
    return "\n".join(names)


def _remark(row: AppendixRow, shared_reason: str) -> str:
    """Why a Maßnahme is not rated, unless one note says it for all, and the remark."""
    reason = row.reason if row.standing == Standing.NOT_RATED and row.reason != shared_reason else ""
    return "\n".join(filter(None, [reason, row.remark]))


def _summaries(row: AppendixRow) -> str:
    return "\n".join(wording.summary_of(line) for line in row.summaries)


def _no_summary(appendix: Appendix) -> str:
    return "kein Sachstand" if appendix.version else "noch kein Sachstand"
