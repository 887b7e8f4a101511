"""The column „Prüfzeichen“: what a row held when it left, so that what comes back tells what somebody changed in it.

For every cell of the row it holds a short digest of column and value. A cell whose digest is in it was not touched since; where
the value that the system holds now is not in it, the system has changed meanwhile. So an edit, an old file and a changed system
are told apart cell by cell, whatever was sorted, moved or left out. It is no protection against forgery: who reads the file in
again is checked like everybody else.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from ratings.documents.grid import safe_text

HEADING: Final = "Prüfzeichen"
_SIZE: Final = 4  # characters of one digest: 24 bits
_ESCAPED: Final = re.compile(r"_x(005[Ff]|000[Dd])_")
_WHOLE: Final = re.compile(r"(?:[A-Za-z0-9_-]{4}){2,200}")

Cell = str | int | float | bool | date | None


def exact(value: Cell) -> str:
    """Return the text that stands for a value of the system, the same for Excel, LibreOffice and CSV.

    Dates are TT.MM.JJJJ, whole numbers have no decimals, white space around is left out, what is too long for a cell is cut as there.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return safe_text(value).strip()


def plain(value: Cell) -> str:
    """Return the text that stands for a cell of a file: as `exact`, and Excel's notation is undone.

    „_x005F_“ is an underscore, „_x000D_“ a line end that says nothing.
    """
    if isinstance(value, str):
        value = _ESCAPED.sub(lambda found: "_" if found[1].lower() == "005f" else "", value)
    return exact(value)


def seal(place: str, cells: Iterable[tuple[str, Cell]], state: str = "") -> str:
    """Return the Prüfzeichen of a row. `place` names the row and its round, `cells` are heading and value.

    `state`: what else must not change between export and import, and stands in no cell.
    """
    digests = [_digest(place, "", ""), _digest(place, "#", state)]
    digests += [_digest(place, heading, exact(value)) for heading, value in cells]
    return "".join(digests)


@dataclass(frozen=True, slots=True)
class Seal:
    """A Prüfzeichen that came back."""

    place: str
    digests: frozenset[str]

    @classmethod
    def read(cls, text: str, place: str) -> "Seal | None":
        """Return the Prüfzeichen of this row; None if it is damaged or that of another row or round."""
        text = text.strip()
        if not _WHOLE.fullmatch(text):
            return None
        found = cls(place, frozenset(text[at : at + _SIZE] for at in range(0, len(text), _SIZE)))
        return found if text[:_SIZE] == _digest(place, "", "") else None

    def holds(self, heading: str, value: Cell) -> bool:
        """True if the cell of a file says what it left with; openpyxl has undone a part of Excel's notation in some files."""
        return any(_digest(self.place, heading, text) in self.digests for text in {plain(value), exact(value)})

    def left_with(self, heading: str, value: Cell) -> bool:
        """True if the row left with this value of the system."""
        return _digest(self.place, heading, exact(value)) in self.digests

    def is_of(self, state: str) -> bool:
        """True if the row left in this state."""
        return _digest(self.place, "#", state) in self.digests


def _digest(place: str, heading: str, text: str) -> str:
    raw = hashlib.blake2b(f"{place}\x1f{heading}\x1f{text}".encode(), digest_size=3).digest()
    return base64.urlsafe_b64encode(raw).decode()
