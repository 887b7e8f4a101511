"""What changed between two texts, word by word: pure functions on strings, and how that is shown."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# „Mutter-Kind-Kurs“, „1.200“ and „12,5“ are one word each; any other sign stands alone. White space belongs to the word before it.
_WORDS: Final = re.compile(r"(?:\w+(?:[-–.,:/’'&]\w+)*|[^\w\s])\s*")
# Words × words that are compared at once (a second or so at worst); texts beyond it are compared by lines.
_MOST: Final = 1_000_000
_SHORT: Final = 3
_CUT: Final = " […] "


class Kind(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


class Piece(NamedTuple):
    """A stretch of text that stayed, came or went."""

    kind: Kind
    text: str


def differences(before: str, after: str) -> tuple[Piece, ...]:
    """Return how `after` came from `before`, removed words before the added ones that replace them.

    Words are compared, white space is not: a new paragraph alone is no difference. Kept and added pieces together are `after`
    without white space at its ends. Very long texts are compared by lines, and those that share none are shown as replaced.
    """
    old, new = _tokens(before), _tokens(after)
    start, end = _common(old, new)
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    is_small = len(gone) * len(come) <= _MOST
    parts = _compare(gone, come) if is_small else _compare_lines(_lines("".join(gone)), _lines("".join(come)))
    return _pieces([(Kind.KEPT, new[:start]), *parts, (Kind.KEPT, new[len(new) - end :])])


def has_changed(before: str, after: str) -> bool:
    """True if the two texts differ in more than white space."""
    return [word.rstrip() for word in _tokens(before)] != [word.rstrip() for word in _tokens(after)]


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _tokens(text: str) -> list[str]:
    return _WORDS.findall(_clean(text))


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n\s*|[^\n]+", text)


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many words are the same at the beginning and at the end: mostly all but a few, and cheap to find."""
    most = min(len(old), len(new))
    start = next((n for n in range(most) if old[n].rstrip() != new[n].rstrip()), most)
    end = next((n for n in range(most - start) if old[-1 - n].rstrip() != new[-1 - n].rstrip()), most - start)
    return start, end


_Parts = list[tuple[Kind, list[str]]]


def _compare(old: Sequence[str], new: Sequence[str]) -> _Parts:
    matcher = SequenceMatcher(None, [word.rstrip() for word in old], [word.rstrip() for word in new], autojunk=False)
    parts: _Parts = []
    codes = matcher.get_opcodes()
    for place, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag != "equal":
            parts += [(Kind.REMOVED, list(old[i1:i2])), (Kind.ADDED, list(new[j1:j2]))]
        elif 0 < place < len(codes) - 1 and _is_chance(new[j1:j2]):
            # A lone „und“ between two changes is no anchor; the sentence reads better if it is shown as replaced.
            parts += [(Kind.REMOVED, list(old[i1:i2])), (Kind.ADDED, list(new[j1:j2]))]
        else:
            parts.append((Kind.KEPT, list(new[j1:j2])))
    return parts


def _is_chance(words: Sequence[str]) -> bool:
    return len(words) == 1 and len(words[0].rstrip()) <= _SHORT and not words[0].rstrip().isdigit()


def _compare_lines(old: list[str], new: list[str]) -> _Parts:
    """By lines; within a changed stretch by words where that is small enough."""
    if len(old) * len(new) > _MOST:
        return [(Kind.REMOVED, old), (Kind.ADDED, new)]
    matcher = SequenceMatcher(None, [line.strip() for line in old], [line.strip() for line in new], autojunk=False)
    parts: _Parts = []
    left = _MOST
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        gone, come = _WORDS.findall("".join(old[i1:i2])), _WORDS.findall("".join(new[j1:j2]))
        if tag == "equal":
            parts.append((Kind.KEPT, new[j1:j2]))
        elif gone and come and len(gone) * len(come) <= left:
            left -= len(gone) * len(come)
            parts += _compare(gone, come)
        else:
            parts += [(Kind.REMOVED, old[i1:i2]), (Kind.ADDED, new[j1:j2])]
    return parts


def _pieces(parts: _Parts) -> tuple[Piece, ...]:
    """Join neighbours of one kind; between two kept stretches all that went stands before all that came."""
    found: list[Piece] = []
    waiting: dict[Kind, list[str]] = {Kind.REMOVED: [], Kind.ADDED: [], Kind.KEPT: []}

    def put(*kinds: Kind) -> None:
        for kind in kinds:
            text = "".join(waiting[kind])
            if text:
                found.append(Piece(kind, text))
            waiting[kind] = []

    for kind, words in parts:
        if kind is Kind.KEPT and words:
            put(Kind.REMOVED, Kind.ADDED)
        elif words:
            put(Kind.KEPT)
        waiting[kind] += words
    put(Kind.KEPT, Kind.REMOVED, Kind.ADDED)
    return tuple(found)


def condensed(pieces: Sequence[Piece], around: int = 12) -> tuple[Piece, ...]:
    """Return `pieces` with long kept stretches cut to the `around` words next to a change; „[…]“ stands for the rest."""
    found = []
    for place, (kind, text) in enumerate(pieces):
        words = _WORDS.findall(text)
        if kind is not Kind.KEPT or len(pieces) == 1 or len(words) <= 2 * around + 8:
            found.append(Piece(kind, text))
            continue
        head = "".join(words[:around]).rstrip() if place else ""
        tail = "".join(words[-around:]) if place < len(pieces) - 1 else ""
        found.append(Piece(Kind.KEPT, f"{head}{_CUT}{tail}" if head else f"{_CUT.lstrip()}{tail}"))
    return tuple(found)


_TAGS: Final = {Kind.ADDED: ("ins", "neu:", "Ende neu"), Kind.REMOVED: ("del", "gestrichen:", "Ende gestrichen")}


def render(pieces: Iterable[Piece]) -> SafeString:
    """Return `pieces` as HTML: <ins> and <del>, each with words for those who do not see how they look."""
    return format_html_join("", "{}", ((_render(piece),) for piece in pieces))


def _render(piece: Piece) -> SafeString:
    if piece.kind is Kind.KEPT:
        return format_html("{}", piece.text)
    tag, begins, ends = _TAGS[piece.kind]
    text = piece.text.rstrip()
    before, after = (format_html('<span class="kern-sr-only"> {} </span>', words) for words in (begins, ends))
    # The space after the words is outside, so that no line under or through it joins two pieces.
    space = piece.text[len(text) :] or (" " if piece.kind is Kind.REMOVED else "")
    return format_html("<{0}>{1}{2}{3}</{0}>{4}", tag, before, text, after, space)
