"""A sheet before it is a file: cells with named styles, charts, how it prints. Excel and OpenDocument are written from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from unicodedata import is_normalized

from goals.text import clean_text
from ratings.documents.cell_styles import SIZE
from ratings.documents.text_width import line_height, wrap

CellValue = str | int | float | date | None

MAX_CHARS: Final = 32_767
CUT_NOTE: Final = " … (gekürzt)"
PADDING: Final = 5.0  # points left and right of the text in a cell, together
POINTS_PER_CHARACTER: Final = 5.25  # width of a digit of Arial 10, the unit of column widths in Excel
MAX_HEIGHT: Final = 409.0  # points of a row in Excel
_SAFETY: Final = 0.96  # programs measure text a little differently

# Room for rows on a page of A4 landscape, in points; some is left because printers and programs round differently.
PAGE_HEIGHT: Final = (595.3 - 2 * 0.63 * 72) * 0.97
# One digit of Arial 10 is 7 pixels wide in Excel and 7.4 in LibreOffice: this many points fit the page at 100 % in both.
PAGE_WIDTH: Final = 735.0


def safe_text(value: str) -> str:
    """Return `value` as a cell can hold it: no control characters, at most 32,767 UTF-16 units, a cut is visible."""
    # What is printable and composed has nothing to clean: most cells, and much faster.
    text = value if value.isprintable() and is_normalized("NFC", value) else clean_text(value)
    if len(text) <= MAX_CHARS // 2:
        return text
    encoded = text.encode("utf-16-le")
    if len(encoded) // 2 <= MAX_CHARS:
        return text
    return encoded[: 2 * (MAX_CHARS - len(CUT_NOTE))].decode("utf-16-le", errors="ignore") + CUT_NOTE


def text_height(text: str, width: float, *, size: float = SIZE, bold: bool = False) -> float:
    """Return the height of a row in points that shows the whole of `text` in a cell `width` points wide, as far as Excel allows."""
    return min(len(wrap(text, (width - PADDING) * _SAFETY, size, bold=bold)) * line_height(size) + 5, MAX_HEIGHT)


@dataclass(slots=True)
class GridRow:
    """One row: height in points, cells by their column (1 is the first). A heading stays with the row below it when printed."""

    height: float
    is_heading: bool = False
    cells: dict[int, tuple[CellValue, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a stacked bar: the column its numbers stand in, its words, filling and whether that is hatched."""

    column: int
    words: str
    fill: str
    is_hatched: bool = False


@dataclass(frozen=True, slots=True)
class StackedBars:
    """A chart of the numbers in rows `first` to `last`; the words of the bars stand in column 1, those of the series in row `heading`.

    `description` says in a sentence what the chart shows, for those who do not see it. Lengths in points.
    """

    title: str
    description: str
    axis: str
    heading: int
    first: int
    last: int
    series: tuple[Series, ...]
    row: int
    width: float
    height: float


@dataclass(slots=True)
class Grid:
    """One sheet. `widths` of its columns in points; `heading_row` is repeated on every page, as are the first `heading_columns`.

    `is_table`: the first row are headings with filters, and they stay in sight. `fits_width`: printed at the width of the page.
    `page_breaks`: the last rows of pages.
    """

    name: str
    widths: Sequence[float]
    rows: list[GridRow] = field(default_factory=list)
    heading_row: int = 0
    heading_columns: int = 0
    is_table: bool = False
    fits_width: bool = False
    shows_lines: bool = True
    page_breaks: list[int] = field(default_factory=list)
    charts: list[StackedBars] = field(default_factory=list)

    def add(self, height: float, *, is_heading: bool = False) -> int:
        """Add an empty row and return its number; the first is 1."""
        self.rows.append(GridRow(height, is_heading))
        return len(self.rows)

    def put(self, column: int, value: CellValue, style: str) -> None:
        """Write into the last row. Text is made safe for a cell; it is never read as a formula, a number or a date."""
        self.rows[-1].cells[column] = (safe_text(value) if isinstance(value, str) else value, style)

    def add_line(self, text: str, style: str, size: float = SIZE, *, bold: bool = False, padding: float = 2.0) -> None:
        """Text over the whole width: it runs over the empty cells beside it, and into further rows where it is too long."""
        for line in wrap(safe_text(text), PAGE_WIDTH * 0.97, size, bold=bold):
            self.add(line_height(size) + padding, is_heading=True)
            self.put(1, line, style)

    def keep_together(self, first: int) -> None:
        """The rows from `first` to the last one stand on one page."""
        for row in self.rows[first - 1 : -1]:
            row.is_heading = True

    def break_pages(self) -> None:
        """Break pages so that headings stay with the row below; the heading row stands on top of the pages that follow."""
        repeated = self.rows[self.heading_row - 1].height if self.heading_row else 0.0
        self.page_breaks = page_breaks(self.rows, repeated=repeated)


def page_breaks(rows: Sequence[GridRow], *, repeated: float) -> list[int]:
    """Return the numbers of the rows that end a page. `repeated`: height of the rows on top of later pages."""
    found = []
    used = group = 0.0
    first = 1
    for number, row in enumerate(rows, start=1):
        if group == 0:
            first = number
        group += row.height
        if row.is_heading:
            continue
        if used and used + group > PAGE_HEIGHT:
            found.append(first - 1)
            used = repeated
        used += group
        group = 0.0
    return found
