"""Cells of a workbook: text that stays text, real dates, the named styles. No style object is made per cell."""

import re
from datetime import date
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from goals.text import clean_text
from ratings.documents.columns import Value
from ratings.scheme import Grade

FONT: Final = "Arial"  # on every machine, or with the same widths as Liberation Sans
SIZE: Final = 10
INK: Final = "171A2B"
MUTED: Final = "4C5270"
WHITE: Final = "FFFFFF"
LINE: Final = "B9BED2"
BAND: Final = "DFE3F0"
SOFT: Final = "F1F3F9"

MAX_CHARS: Final = 32_767
CUT_NOTE: Final = " … (gekürzt)"
_ESCAPE_LIKE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def safe_text(value: str) -> str:
    """Return `value` as a cell can hold it: no control characters, at most 32,767 UTF-16 units, a cut is visible."""
    text = clean_text(value)
    encoded = text.encode("utf-16-le")
    if len(encoded) // 2 <= MAX_CHARS:
        return text
    return encoded[: 2 * (MAX_CHARS - len(CUT_NOTE))].decode("utf-16-le", errors="ignore") + CUT_NOTE


def put(cell: Cell, value: Value, style: str) -> None:
    """Write `value` in the named style. Text never becomes a formula, an error value or a number, whatever it begins with.

    „_x0041_“ is Excel's own notation for a character and would be read as „A“, so its underscore is written in that notation.
    """
    cell.style = style
    if value is None or value == "":
        return
    cell.value = _ESCAPE_LIKE.sub("_x005F_", safe_text(value)) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.lstrip()[:1] in ("=", "+", "-", "@")
    elif isinstance(value, date):
        cell.number_format = "DD.MM.YYYY"


def grade_ink(grade: Grade) -> str:
    """Colour of the symbol on the grade's filling: at least 4.5:1 (WCAG 1.4.3)."""
    return WHITE if contrast(WHITE, grade.fill) >= contrast(INK, grade.fill) else INK


def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast of two RGB colours, six hexadecimal digits each."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def new_workbook() -> Workbook:
    """Return a workbook without sheets whose default font is Arial 10 and which knows the named styles below."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    workbook._fonts.clear()  # the width of columns is counted in digits of the first font
    workbook._fonts.add(Font(name=FONT, size=SIZE, family=2))
    workbook._named_styles["Normal"].font = Font(name=FONT, size=SIZE, family=2)
    for style in _styles():
        workbook.add_named_style(style)
    return workbook


def _styles() -> list[NamedStyle]:
    top = Alignment(vertical="top")
    wrapped = Alignment(vertical="top", wrap_text=True)
    indented = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
    centred = Alignment(vertical="top", horizontal="center", wrap_text=True)
    upper = Border(top=Side("thin", LINE))
    heading = Border(top=Side("thin", INK), bottom=Side("medium", INK))
    styles = [
        _style("Titel", top, size=14, bold=True),
        _style("Untertitel", top, size=12),
        _style("Angabe", top),
        _style("Legende", Alignment(horizontal="left", vertical="center", indent=1)),
        _style("Hinweis", top, colour=MUTED),
        _style("Warnung", top, bold=True),
        _style("Abschnitt", top, size=12, bold=True),
        _style(
            "Handlungsfeld", Alignment(vertical="center"), size=13, bold=True, fill=BAND, border=Border(top=Side("medium", INK))
        ),
        _style("Spaltenkopf", Alignment(vertical="center", wrap_text=True), bold=True, border=heading),
        _style("Herausforderung", Alignment(vertical="center"), bold=True, fill=SOFT, border=upper),
        _style("Zelle", wrapped),
        _style("Zelle mit Linie", wrapped, border=upper),
        _style("Einzug", indented, border=upper),
        _style("Nummer mit Einzug", indented, border=upper, number_format="@"),
        _style("Spaltenkopf mit Einzug", Alignment(horizontal="left", vertical="center", indent=1), bold=True, border=heading),
        _style("Nummer", wrapped, border=upper, number_format="@"),
        _style("Ziel", centred, bold=True, border=upper, number_format="@"),
        _style("Zahl", Alignment(horizontal="left", vertical="top"), border=upper),
        _style("Datum", Alignment(horizontal="left", vertical="top"), border=upper, number_format="DD.MM.YYYY"),
        _style("Zeichen", Alignment(horizontal="center", vertical="center"), bold=True),
        _style("Ampel ohne", centred, size=14, border=upper),
        _style("Ampel uneinig", centred, size=14, bold=True, border=_bar(INK)),
    ]
    for grade in Grade:
        look = {"size": 14, "bold": True, "colour": grade_ink(grade), "fill": grade.fill, "border": upper}
        styles.append(_style(f"Ampel {grade.value}", centred, **look))
        styles.append(_style(f"Vorschlag {grade.value}", centred, size=14, bold=True, border=_bar(grade.fill)))
    return styles


def _bar(colour: str) -> Border:
    """Colour without a filling: lines left and right, so that a proposal is outlined and not filled."""
    side = Side("thick", colour)
    return Border(left=side, right=side, top=Side("thin", LINE))


def _style(
    name: str, alignment: Alignment, *, size: float = SIZE, bold: bool = False, colour: str = INK, fill: str = "", **rest: Any
) -> NamedStyle:
    return NamedStyle(
        name=name,
        font=Font(name=FONT, size=size, bold=bold, color=colour, family=2),
        alignment=alignment,
        fill=PatternFill("solid", fgColor=fill) if fill else PatternFill(),
        **rest,
    )
