"""One cell of an uploaded table as what it means: text, whole number, yes or no, a day. Raises `BadCell` with a German sentence."""

import re
from datetime import date
from typing import Final

from goals.imports.layout import MAX_POSITION, NO_WORDS, YES_WORDS
from goals.sheets import Value
from goals.sheets.writing import CUT_NOTE, MAX_CHARS, plain_csv_text, plain_excel_text
from goals.text import clean_text, fold

_FIRST_DAY: Final = date(1899, 12, 30)
_YEARS: Final = range(1900, 2200)


class BadCell(Exception):
    """What the cell holds cannot be meant; the text says why and what to do."""


def text_of(value: Value, *, is_csv: bool = False, most: int = 0) -> str:
    """Return the cell as text, at most `most` characters; a number that Excel made of „1“ is „1“ again, not „1.0“."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, date):
        raise BadCell(
            f"Excel hat hieraus das Datum {value:%d.%m.%Y} gemacht. Formatieren Sie die Spalte als Text und tragen Sie den Wert neu ein."
        )
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.12g}"
    text = clean_text((plain_csv_text if is_csv else plain_excel_text)(str(value))).strip()
    if most and len(text) > most:
        raise BadCell(f"Der Text ist {len(text)} Zeichen lang; erlaubt sind {most}. Kürzen Sie ihn.")
    if len(text) > MAX_CHARS - 100 and text.endswith(CUT_NOTE.strip()):
        raise BadCell("Der Text wurde beim Schreiben der Datei gekürzt. Fügen Sie ihn wieder vollständig ein.")
    return text


def yes_no(text: str) -> bool:
    """Return what „ja“, „x“, „P“ or „nein“, an empty cell and their like say."""
    word = fold(text)
    if word in YES_WORDS:
        return True
    if word in NO_WORDS:
        return False
    raise BadCell(f"„{shown(text)}“ ist weder „ja“ noch „nein“.")


def position_of(text: str, goal: str) -> int | None:
    """Return the position in Ziel `goal`; None if the cell is empty. „20.1“ is understood as 1 in Ziel 20."""
    number = text.removeprefix(f"{goal}.") if goal else text
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", number):
        raise BadCell(f"„{shown(text)}“ ist keine ganze Zahl. Hier steht nur die Position im Ziel, zum Beispiel 1.")
    if int(number) > MAX_POSITION:
        raise BadCell(f"Die Position ist größer als {MAX_POSITION}.")
    return int(number)


def day_of(value: Value, *, is_end: bool, is_csv: bool = False) -> date | None:
    """Return the day; a year alone is its first or last day. None if the cell is empty."""
    if isinstance(value, date):
        year = (value - _FIRST_DAY).days  # „2026“ in a cell for dates becomes the 2026th day of Excel, in 1905
        return value if year not in _YEARS else day_of(year, is_end=is_end)
    text = text_of(value, is_csv=is_csv)
    if not text:
        return None
    if re.fullmatch(r"[0-9]{4}", text):
        text = f"{text}-12-31" if is_end else f"{text}-01-01"
    if found := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", text):
        text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCell(f"„{shown(text)}“ ist kein Datum. Schreiben Sie TT.MM.JJJJ oder nur das Jahr.") from None


def shown(text: str, most: int = 60) -> str:
    """Return `text` on one line for a sentence, shortened where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
