"""How sheets are printed: A4 landscape, header and footer, and page breaks that leave no heading alone at the foot of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from goals.text import clean_text
from ratings.appendix import Appendix
from ratings.documents import wording
from ratings.documents.xlsx_cells import FONT, SIZE

_POINTS_PER_INCH: Final = 72
_A4_SHORT: Final = 595.3
_MARGIN_SIDE: Final = 0.39
_MARGIN_END: Final = 0.63
_MARGIN_RUNNING: Final = 0.28
_MAX_PART: Final = 90  # Excel allows 255 characters for a whole header
# Height of a page for rows, in points; some is left because printers and programs round differently.
PAGE_HEIGHT: Final = (_A4_SHORT - 2 * _MARGIN_END * _POINTS_PER_INCH) * 0.97
# One digit of Arial 10 is 7 pixels wide in Excel and 7.4 in LibreOffice: this many points fit the page at 100 % in both.
PAGE_WIDTH: Final = 735.0
_POINTS_PER_COLUMN_UNIT: Final = 5.25


def column_units(points: float) -> float:
    """Return the column width that Excel shows `points` wide."""
    return round(points / _POINTS_PER_COLUMN_UNIT, 2)


def set_up_page(sheet: Worksheet, appendix: Appendix) -> None:
    """Set paper, margins, header and footer."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    margins = sheet.page_margins
    margins.left = margins.right = _MARGIN_SIDE
    margins.top = margins.bottom = _MARGIN_END
    margins.header = margins.footer = _MARGIN_RUNNING
    example = "Beispieldaten · " if appendix.is_example else ""
    _running(sheet.oddHeader, f"{appendix.concept_short_title} · {appendix.round_title}", f"{example}{wording.state(appendix)}")
    _running(sheet.oddFooter, f"Stand {wording.german_date(appendix.as_of)} · Blatt „{sheet.title}“", "")
    sheet.oddFooter.right.text = "Seite &P von &N"


def _running(item: HeaderFooterItem, left: str, right: str) -> None:
    for part, text in ((item.left, left), (item.right, right)):
        plain = " ".join(clean_text(text).split())
        part.text = (plain if len(plain) <= _MAX_PART else f"{plain[: _MAX_PART - 1]}…").replace("&", "&&") or None
        part.font, part.size = f"{FONT},Regular", SIZE


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row of a sheet: height in points; a heading stays with the row below it."""

    height: float
    is_heading: bool


def break_pages(sheet: Worksheet, rows: Sequence[PrintedRow], *, repeated: float) -> None:
    """Break pages so that headings stay with the row below. `repeated`: height of the rows on top of later pages."""
    used = group = 0.0
    first = 1
    for number, row in enumerate(rows, start=1):
        if group == 0:
            first = number
        group += row.height
        if row.is_heading:
            continue
        if used and used + group > PAGE_HEIGHT:
            sheet.row_breaks.append(Break(id=first - 1))
            used = repeated
        used += group
        group = 0.0
