"""Cells of an Excel workbook: text that stays text, real dates, the named styles. No style object is made per cell."""

import re
from copy import copy
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from ratings.documents.cell_styles import FONT, SIZE, STYLES, CellStyle, Edge
from ratings.documents.grid import CellValue

_ESCAPE_LIKE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CALCULATED: Final = ("=", "+", "-", "@")


class CellPen:
    """Writes values into the cells of one workbook. Every style is looked up once and not for every cell."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._looks: dict[tuple[str, bool], Any] = {}

    def put(self, cell: Cell, value: CellValue, style: str) -> None:
        """Write `value`, made safe by `safe_text`, in the named style. Text never becomes a formula, an error value or a number.

        „_x0041_“ is Excel's own notation for a character and would be read as „A“, so its underscore is written in that notation.
        """
        if isinstance(value, str):
            cell._style = self._look(style, quoted=value.lstrip()[:1] in _CALCULATED if value else False)
            if value:
                cell.value = _ESCAPE_LIKE.sub("_x005F_", value)
                cell.data_type = "s"
        else:
            cell._style = self._look(style, quoted=False)
            if value is not None:
                cell.value = value

    def _look(self, style: str, *, quoted: bool) -> Any:
        """The array of indices that openpyxl keeps of a style; `quoted` is the mark that Excel shows as an apostrophe."""
        found = self._looks.get((style, quoted))
        if found is None:
            found = copy(self._workbook._named_styles[style].as_tuple())
            found.quotePrefix = int(quoted)
            self._looks[style, quoted] = found
        return found


class _OrderedFont(Font):
    """A font whose parts are written in the order of the schema (ISO/IEC 29500-1, CT_Font), which openpyxl does not keep."""

    __nested__ = Font.__nested__
    __elements__ = (
        *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name", "family"),
        *("charset", "scheme"),
    )


def new_workbook() -> Workbook:
    """Return a workbook without sheets whose default font is Arial 10 and which knows the styles of `cell_styles`."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    default = _OrderedFont(name=FONT, size=SIZE, family=2)
    workbook._fonts.clear()  # the width of columns is counted in digits of the first font
    workbook._fonts.add(default)
    workbook._named_styles["Normal"].font = default
    for style in STYLES:
        workbook.add_named_style(_named(style))
    return workbook


def _named(style: CellStyle) -> NamedStyle:
    return NamedStyle(
        name=style.name,
        font=_OrderedFont(name=FONT, size=style.size, bold=style.bold, color=style.colour, family=2),
        alignment=Alignment(
            horizontal=style.horizontal or None,
            vertical=style.vertical,
            wrap_text=style.wraps or None,
            indent=style.indent,
        ),
        fill=PatternFill("solid", fgColor=style.fill) if style.fill else PatternFill(),
        border=Border(top=_side(style.top), bottom=_side(style.bottom), left=_side(style.sides), right=_side(style.sides)),
        number_format=style.number_format or "General",
    )


def _side(edge: Edge | None) -> Side:
    return Side(edge.weight, edge.colour) if edge else Side()
