"""How wide text is in Arial, and where it breaks: row heights must be set, because LibreOffice does not grow wrapped rows."""

from functools import lru_cache
from typing import Final

# Advance widths of Arial (the same in Liberation Sans) in thousandths of the font size, for the characters of German texts.
_GROUPS: Final = {
    191: "'",
    222: "ijl",
    278: " !,./:;I[\\]ft",
    333: "()-`r„“”·{}",
    389: '"*',
    500: "Jcksvxyz^",
    556: "#$0123456789?L_abdeghnopquäöü–é§€|",
    611: "FTZß+<=>~≠",
    667: "&ABEKPSVXYÄ",
    722: "CDHNRUwÜ",
    778: "GOQÖ",
    833: "Mm",
    1000: "%W—…@●◆▲○◇△➔↗□",
}
_WIDTHS: Final = {char: width for width, chars in _GROUPS.items() for char in chars}
_BOLD: Final = 1.11
_ASCENT_TO_DESCENT: Final = 1.275


def _char_width(char: str) -> int:
    """A letter without an entry is taken for a wide one; from the Indic and Asian scripts on, one em and a half."""
    return _WIDTHS.get(char) or (722 if ord(char) < 0x0900 else 1000 if char < "\u3000" else 1500)


@lru_cache(maxsize=20_000)
def _units(text: str) -> int:
    return sum(_char_width(char) for char in text)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line of `text` in points at font size `size`."""
    return _units(text) * size / 1000 * (_BOLD if bold else 1)


def line_height(size: float) -> float:
    """Return the height of a line in points, as Excel and LibreOffice need it for Arial and the symbols' substitute fonts."""
    return size * _ASCENT_TO_DESCENT


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines of `text` in `width` points. Breaks after spaces and hyphens, and inside words that are too long."""
    room = width / size * 1000 / (_BOLD if bold else 1)
    return [line for paragraph in text.split("\n") for line in _wrap_paragraph(paragraph, room)]


def _wrap_paragraph(paragraph: str, room: float) -> list[str]:
    lines: list[str] = []
    line, used = "", 0
    for piece in _pieces(paragraph):
        if line and used + _units(piece.rstrip()) > room:
            lines.append(line.rstrip())
            line, used = "", 0
        if _units(piece.rstrip()) > room:
            *full, piece = _cut(piece, room)
            lines.extend(full)
        line += piece
        used += _units(piece)
    return [*lines, line.rstrip()]


def _pieces(paragraph: str) -> list[str]:
    """Words with the space or hyphen after them."""
    return [
        part + ("-" if index < len(parts) - 1 else " ")
        for word in paragraph.split(" ")
        for parts in [word.split("-")]
        for index, part in enumerate(parts)
    ]


def _cut(word: str, room: float) -> list[str]:
    """Return a word that is wider than the line in pieces that fit; the last one is the rest."""
    pieces, piece, used = [], "", 0
    for char in word:
        width = _char_width(char)
        if piece and used + width > room:
            pieces.append(piece)
            piece, used = "", 0
        piece += char
        used += width
    return [*pieces, piece]
