"""How the portal searches: words of a text and of a question are brought to the same short form and compared from their beginning.

1. A word is a run of letters or a number; „20.1“ and „31.12.2022“ are one number each. Soft hyphens and the hyphen of a line break do
   not part a word, nor does the sign before „innen“ („Schüler*innen“).
2. It is folded (`goals.text.fold`: „ÜBERGÄNGE“ = „übergänge“, „ß“ = „ss“), and „ae“, „oe“, „ue“ typed for an umlaut lose their e.
   The e of „neue“, „Bauer“ and „Quelle“ belongs to no umlaut and stays.
3. The endings e, en, er, es, n, s are trimmed until none is left, so that „Sprachkurs“, which itself ends in s, meets „Sprachkurse“ and
   „Sprachkursen“. What stays has at least three letters after e and er and four after n and s: „Ämter“ meets „Amt“, while „Haus“
   and „Plan“ stay whole and do not begin „Hauptschule“ and „Plakat“. ss keeps both s („Straße“ does not begin „Strafe“). There is no
   dictionary: „Sprachkurs“ also finds „Sprachkurve“.
4. The search column holds the trimmed words of a row once each, every one behind a space; a trimmed word of the question fits if one of
   them begins with it: `LIKE '% sprachkur%'`. That is plain text on both sides, hence the same on SQLite and PostgreSQL, whose own german
   configuration does not bring „Sprachkurs“ and „Sprachkurse“ together. `select` compares rows in memory the same way.

The rules stand a second time in the migrations that fill the columns. Who changes them here adds a migration that fills them anew.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from goals.text import clean_text, fold

# A word is cut here on both sides, which leaves its beginning; more words than this are not asked for.
WORD_LENGTH: Final = 60
MOST_WORDS: Final = 20

_LETTER = r"[^\W\d_][\u0300-\u036f]*"
_INVISIBLE = r"[\u00ad\u200b-\u200d\u2060]+"
_GENDER = rf"[*:_·/]-?(?=in(?:nen)?(?!{_LETTER}))"
# „Schutz-⏎suchende“ is one word, „Migrations-⏎und Integrationsarbeit“ is not.
_LINE_BREAK = r"[-\u2010][ \t]*\n\s*(?!(?:und|oder|bzw|sowie)\b)(?=[a-zß-öø-ÿ])"
_WORD = re.compile(rf"{_LETTER}(?:(?:{_INVISIBLE}|{_GENDER}|{_LINE_BREAK})?{_LETTER})*|\d+(?:[.,]\d+)*")
_NO_LETTER = re.compile(r"[\W_]+")
_UMLAUT = re.compile(r"([ao])e|(?<![aeq])(u)e")
# The second s of „Prozess“ and „Straße“ is no ending.
_N_OR_S = re.compile(r"(?:n|(?<!s)s)$")
_HYPHENS = frozenset("-\u2010\u2011")
_ONLY_NUMBER = re.compile(r"^(?:ziel|massnahme|nummer|nr\.?)?(\D{0,20}\d[\d.]{0,20})$")
_LAST_NUMBER = re.compile(r"\d+(?:\.\d+)*$")

Row = TypeVar("Row")


class Word(NamedTuple):
    """A word of a text: where it stands, folded, and trimmed as it is compared."""

    start: int
    end: int
    folded: str
    stem: str


class Piece(NamedTuple):
    """A part of a text as it is shown; `is_hit`: it is a word that was asked for."""

    text: str
    is_hit: bool


def words(text: str) -> Iterator[Word]:
    """Yield the words of `text` (NFC, as `clean_text` leaves it) in their order."""
    for match in _WORD.finditer(text):
        if folded := _folded(match.group()):
            yield Word(match.start(), match.end(), folded, _stem(folded))


def column_text(*texts: str) -> str:
    """Return what the search column holds for a row with these texts: „ sprachkur geflucht“; empty if there are no words.

    A hyphenated word stands there in its parts and as one („E-Mail“ is also „Email“), a number also from each of its dots on
    („2022“ finds 31.12.2022).
    """
    found: dict[str, None] = {}
    for text in map(clean_text, texts):
        compound, end = "", -1
        for word in words(text):
            goes_on = word.start == end + 1 and text[end] in _HYPHENS
            compound, end = (compound * goes_on + word.folded)[: WORD_LENGTH + 1], word.end
            found |= dict.fromkeys(_forms(word.stem))
            if goes_on:
                found[_stem(compound)] = None
    return "".join(f" {stem}" for stem in found)


def stems_of(question: str) -> list[str]:
    """Return the trimmed words of a question, each once, at most `MOST_WORDS`; all of them have to be found.

    A single letter beside other words is left out: it begins so many words that it says nothing.
    """
    found = list(dict.fromkeys(word.stem for word in words(clean_text(question))))
    telling = [stem for stem in found if len(stem) > 1 or stem.isdigit()]
    return (telling or found)[:MOST_WORDS]


def is_hit(word: Word, stems: Iterable[str]) -> bool:
    """True if one of the trimmed words `stems` finds this word."""
    return any(form.startswith(stem) for form in _forms(word.stem) for stem in stems)


def marked(text: str, stems: Iterable[str]) -> list[Piece]:
    """Return the whole of `text` in pieces, with the words that `stems` find as pieces of their own."""
    text, stems = clean_text(text), tuple(stems)
    pieces, end = [], 0
    for word in words(text):
        if is_hit(word, stems):
            pieces += [Piece(text[end : word.start], False), Piece(text[word.start : word.end], True)]
            end = word.end
    pieces.append(Piece(text[end:], False))
    return [piece for piece in pieces if piece.text]


def excerpt(text: str, stems: Iterable[str], room: int = 220) -> list[Piece]:
    """Return about `room` characters of `text` around the first word that `stems` find, cut between words, in pieces.

    Line breaks become spaces. What was left out at either end is told by „…“.
    """
    text, stems = " ".join(clean_text(text).split()), tuple(stems)
    first = next((word.start for word in words(text) if is_hit(word, stems)), 0)
    start = max(0, min(first - room // 4, len(text) - room))
    if start and (gap := text.find(" ", start, first)) >= 0:
        start = gap + 1
    end = start + room
    if end < len(text) and (gap := text.rfind(" ", start + 1, end)) > first:
        end = gap
    pieces = marked(text[start:end], stems)
    before = [Piece("… ", False)] if start else []
    return before + pieces + ([Piece(" …", False)] if end < len(text) else [])


def squeezed(text: str) -> str:
    """Return a number as it is compared: folded, without white space („M 3.2“: m3.2)."""
    return "".join(fold(text).split())


def number_of(question: str) -> str:
    """Return the number if the question is nothing but one („20.1“, „Ziel 20“, „M 3.2“), squeezed; else an empty string."""
    found = _ONLY_NUMBER.match(squeezed(question))
    return found.group(1).strip(".") if found else ""


def number_forms(number: str) -> set[str]:
    """Return under what a number is found: itself, and „M 3“ also as 3."""
    whole = squeezed(number)
    last = _LAST_NUMBER.search(whole)
    return {whole, last.group()} if last else {whole}


def measure_forms(number: str) -> set[str]:
    """Return under what the number of a Maßnahme is found: its own forms and those of its Ziel („20.1“ also as 20)."""
    return number_forms(number) | number_forms(number.rpartition(".")[0])


def select(rows: Iterable[Row], question: str, searched: Callable[[Row], Sequence[str]]) -> list[Row]:
    """Return the rows of a list in memory that `question` finds, all of them if it is empty, compared as the database compares.

    `searched` gives the number of the Maßnahme (empty for none) and the texts of a row. Who types nothing but a number means the
    Ziel or the Maßnahme with this number: 20 is not 2027 in a text. Only a number that no row has is looked for in the texts.
    """
    if not question.strip():
        return list(rows)
    looked_at = [(row, tuple(searched(row))) for row in rows]
    forms = {number: measure_forms(number) for _, (number, *_) in looked_at}
    asked, stems = number_of(question), stems_of(question)
    if asked and any(asked in found for found in forms.values()):
        return [row for row, (number, *_) in looked_at if asked in forms[number]]

    def is_found(number: str, *texts: str) -> bool:
        column = column_text(*texts)
        return bool(stems) and all(f" {stem}" in column or stem in forms[number] for stem in stems)

    return [row for row, texts in looked_at if is_found(*texts)]


@lru_cache(maxsize=8192)  # the same words stand in row after row
def _folded(word: str) -> str:
    if word[0].isdecimal():
        return word.replace(",", ".")
    return _UMLAUT.sub(lambda match: match.group(1) or match.group(2), _NO_LETTER.sub("", fold(word)))


@lru_cache(maxsize=8192)
def _stem(folded: str) -> str:
    """Return the word as it is compared. One too long for German is cut and keeps its ending."""
    if folded[0].isdecimal() or len(folded) > WORD_LENGTH:
        return folded[:WORD_LENGTH]
    while True:
        if folded.endswith("er") and len(folded) > 4:
            folded = folded[:-2]
        elif len(folded) > 4 and _N_OR_S.search(folded) or len(folded) > 3 and folded.endswith("e"):
            folded = folded[:-1]
        else:
            return folded


def _forms(stem: str) -> Iterator[str]:
    """Yield the forms from whose beginning a word can be found: itself; „31.12.2022“ also „12.2022“ and „2022“."""
    yield stem
    if stem[0].isdecimal():
        while "." in stem:
            stem = stem.partition(".")[2]
            yield stem
