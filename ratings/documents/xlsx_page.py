"""How the sheets of an Excel workbook are printed: A4 landscape, header and footer."""

from typing import Final

from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.worksheet import Worksheet

from goals.text import clean_text
from ratings.appendix import Appendix
from ratings.documents import wording
from ratings.documents.cell_styles import FONT, SIZE
from ratings.documents.grid import POINTS_PER_CHARACTER

_MARGIN_SIDE: Final = 0.39
_MARGIN_END: Final = 0.63
_MARGIN_RUNNING: Final = 0.28
_MAX_PART: Final = 90  # Excel allows 255 characters for a whole header


def column_units(points: float) -> float:
    """Return the column width that Excel shows `points` wide."""
    return round(points / POINTS_PER_CHARACTER, 2)


def set_up_page(sheet: Worksheet, appendix: Appendix) -> None:
    """Set paper, margins, header and footer."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    margins = sheet.page_margins
    margins.left = margins.right = _MARGIN_SIDE
    margins.top = margins.bottom = _MARGIN_END
    margins.header = margins.footer = _MARGIN_RUNNING
    header, footer = wording.running_words(appendix, sheet.title)
    _running(sheet.oddHeader, *header)
    _running(sheet.oddFooter, *footer)
    sheet.oddFooter.right.text = "Seite &P von &N"


def _running(item: HeaderFooterItem, left: str, right: str) -> None:
    for part, text in ((item.left, left), (item.right, right)):
        part.text = _running_text(text) or None
        part.font, part.size = f"{FONT},Regular", SIZE


def _running_text(text: str) -> str:
    """One line, with „&“ as Excel writes it; short enough for both parts and their fonts to fit the 255 characters Excel allows."""
    plain = " ".join(clean_text(text).split())
    whole = plain.replace("&", "&&")
    if len(whole) <= _MAX_PART:
        return whole
    while len(plain.replace("&", "&&")) >= _MAX_PART:
        plain = plain[:-1]
    return plain.replace("&", "&&") + "…"
