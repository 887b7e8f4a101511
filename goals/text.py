"""Text as it enters and is compared: pure functions on strings."""

import re
import unicodedata

from django.utils.text import slugify

# What other programs write for a line end; the words around it must not run together.
_LINE_END = re.compile(r"\r\n|[\r\u2028\u2029]")
# Control characters other than tab and line feed, and the invisible marks that turn the writing direction of what follows.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"})


def clean_text(value: str) -> str:
    """Return `value` as the database keeps it: NFC, line ends as \\n, without control characters and without bidi overrides.

    PostgreSQL refuses NUL, Excel refuses most of the others; bidi overrides would turn the text of the page around them.
    """
    return unicodedata.normalize("NFC", _CONTROL.sub("", _LINE_END.sub("\n", value)))


def fold(value: str) -> str:
    """Return `value` for a comparison that ignores case and marks: „ÜBERGÄNGE“ and „übergänge“ fold to the same text."""
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    # Once more, because signs like „℡“ come apart into capitals.
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def sort_key(number: str) -> str:
    """Return a key that sorts numbers like „2“, „10“, „M 3.2“ as people do: every run of digits padded to six places."""
    return re.sub(r"\d+", lambda match: match.group().zfill(6), number)


def plain_slug(title: str, most: int = 70) -> str:
    """Return a Kurzname made of `title`, perhaps empty: „Übergänge 2026“ becomes „uebergaenge-2026“."""
    return slugify(title.translate(_UMLAUTS))[:most].strip("-")


def counted(number: int, singular: str, plural: str) -> str:
    """Return a number with its noun: „1 Maßnahme“, „0 Maßnahmen“."""
    return f"{number} {singular if number == 1 else plural}"
