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
_NARROW: Final = 250  # a text of narrower letters than this is rare, and only measured piece by piece
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
    if len(text) * _NARROW <= room and "\n" not in text and _units(text) <= room:
        return [text.rstrip()]
    return [line for paragraph in text.split("\n") for line in _wrap_paragraph(paragraph, room)]


def _wrap_paragraph(paragraph: str, room: float) -> list[str]:
    lines: list[str] = []
    line: list[str] = []
    used = 0
    for word in paragraph.split(" "):
        for piece, bare, whole in _pieces(word):
            if line and used + bare > room:
                lines.append("".join(line).rstrip())
                line, used = [], 0
            if bare > room:
                *full, rest = _cut(piece, room)
                lines.extend(full)
                line.append(rest)
                used += _units(rest)
            else:
                line.append(piece)
                used += whole
    return [*lines, "".join(line).rstrip()]


@lru_cache(maxsize=20_000)
def _pieces(word: str) -> tuple[tuple[str, int, int], ...]:
    """The parts of a word with the hyphen or space after them, their widths without that space, and with it."""
    parts = word.split("-")
    pieces = [f"{part}-" for part in parts[:-1]] + [f"{parts[-1]} "]
    return tuple((piece, _units(piece.rstrip()), _units(piece)) for piece in pieces)


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
