"""How cells of workbooks look: one table of named styles, from which Excel and OpenDocument files are made alike."""

from dataclasses import dataclass
from typing import Any, Final

from ratings.scheme import Grade

FONT: Final = "Arial"  # on every machine, or with the same widths as Liberation Sans
SIZE: Final = 10
INK: Final = "171A2B"
MUTED: Final = "4C5270"
WHITE: Final = "FFFFFF"
LINE: Final = "B9BED2"
BAND: Final = "DFE3F0"
SOFT: Final = "F1F3F9"
HATCH: Final = "969DB8"  # lines of a hatched filling

TEXT: Final = "@"
DATE: Final = "DD.MM.YYYY"
PERCENT: Final = "0 %"  # with the space of DIN 5008


@dataclass(frozen=True, slots=True)
class Edge:
    """A border line: „thin“, „medium“ or „thick“."""

    weight: str
    colour: str


@dataclass(frozen=True, slots=True)
class CellStyle:
    """A named style; colours are six hexadecimal digits RGB. `fill` empty: none. `number_format` empty: as the program likes."""

    name: str
    horizontal: str = ""
    vertical: str = "top"
    wraps: bool = False
    indent: int = 0
    size: float = SIZE
    bold: bool = False
    colour: str = INK
    fill: str = ""
    number_format: str = ""
    top: Edge | None = None
    bottom: Edge | None = None
    sides: Edge | None = None


def grade_ink(grade: Grade) -> str:
    """Colour of the symbol on the grade's filling: at least 4.5:1 (WCAG 1.4.3)."""
    return ink_on(grade.fill)


def ink_on(ground: str) -> str:
    """Return white or ink, whichever is better readable on `ground`."""
    return WHITE if contrast(WHITE, ground) >= contrast(INK, ground) else INK


def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast of two RGB colours, six hexadecimal digits each."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


_RULE: Final = Edge("thin", LINE)
_STRONG: Final = Edge("medium", INK)
_ABOVE: Final = Edge("thin", INK)


def _styles() -> tuple[CellStyle, ...]:
    heading: dict[str, Any] = {"bold": True, "vertical": "center", "top": _ABOVE, "bottom": _STRONG}
    # About the middle, below centred headings.
    number: dict[str, Any] = {"horizontal": "right", "vertical": "center", "indent": 3, "top": _RULE}
    total: dict[str, Any] = {"bold": True, "vertical": "center", "top": _ABOVE, "bottom": _ABOVE}
    return (
        CellStyle("Titel", size=14, bold=True),
        CellStyle("Untertitel", size=12),
        CellStyle("Angabe"),
        CellStyle("Legende", horizontal="left", vertical="center", indent=1),
        CellStyle("Hinweis", colour=MUTED),
        CellStyle("Warnung", bold=True),
        CellStyle("Abschnitt", size=12, bold=True),
        CellStyle("Handlungsfeld", vertical="center", size=13, bold=True, fill=BAND, top=_STRONG),
        CellStyle("Spaltenkopf", wraps=True, **heading),
        CellStyle("Herausforderung", vertical="center", bold=True, fill=SOFT, top=_RULE),
        CellStyle("Zelle", wraps=True),
        CellStyle("Zelle mit Linie", wraps=True, top=_RULE),
        CellStyle("Einzug", horizontal="left", wraps=True, indent=1, top=_RULE),
        CellStyle("Nummer mit Einzug", horizontal="left", wraps=True, indent=1, number_format=TEXT, top=_RULE),
        CellStyle("Spaltenkopf mit Einzug", horizontal="left", indent=1, **heading),
        CellStyle("Nummer", wraps=True, number_format=TEXT, top=_RULE),
        CellStyle("Ziel", horizontal="center", wraps=True, bold=True, number_format=TEXT, top=_RULE),
        CellStyle("Prüfzeichen", colour=MUTED, number_format=TEXT, top=_RULE),
        CellStyle("Zahl", horizontal="left", top=_RULE),
        CellStyle("Datum", horizontal="left", number_format=DATE, top=_RULE),
        CellStyle("Zeichen", horizontal="center", vertical="center", bold=True),
        CellStyle("Ampel ohne", horizontal="center", wraps=True, size=14, top=_RULE),
        CellStyle("Ampel uneinig", horizontal="center", wraps=True, size=14, bold=True, top=_RULE, sides=Edge("thick", INK)),
        CellStyle("Feldname", bold=True, top=_RULE),
        CellStyle("Feldname mit Einzug", horizontal="left", wraps=True, indent=1, bold=True, top=_RULE),
        CellStyle("Zeichen mit Linie", horizontal="center", bold=True, size=14, top=_RULE),
        CellStyle("Spaltenkopf mittig", wraps=True, horizontal="center", **heading),
        CellStyle("Zeile", vertical="center", wraps=True, top=_RULE),
        CellStyle("Anzahl", number_format="0", **number),
        CellStyle("Anteil", number_format=PERCENT, **number),
        CellStyle("Summe", wraps=True, **total),
        CellStyle("Summe Anzahl", horizontal="right", indent=3, number_format="0", **total),
        CellStyle("Summe Anteil", horizontal="right", indent=3, number_format=PERCENT, **total),
        *(style for grade in Grade for style in _grade_styles(grade)),
    )


def _grade_styles(grade: Grade) -> tuple[CellStyle, ...]:
    """The colour as filling where agreed; as lines left and right where proposed, so that a proposal is outlined and not filled."""
    symbol: dict[str, Any] = {"horizontal": "center", "wraps": True, "size": 14, "bold": True, "top": _RULE}
    heading: dict[str, Any] = {
        "horizontal": "center",
        "vertical": "center",
        "wraps": True,
        "bold": True,
        "top": _ABOVE,
        "bottom": _STRONG,
    }
    return (
        CellStyle(f"Ampel {grade.value}", colour=grade_ink(grade), fill=grade.fill, **symbol),
        CellStyle(f"Vorschlag {grade.value}", sides=Edge("thick", grade.fill), **symbol),
        CellStyle(f"Spaltenkopf {grade.value}", colour=grade_ink(grade), fill=grade.fill, **heading),
    )


STYLES: Final = _styles()
