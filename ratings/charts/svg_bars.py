"""Stacked bars as SVG: the name above each bar, its numbers in the parts that have room for them and below for the others."""

from collections.abc import Sequence
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ratings.charts import svg
from ratings.charts.parts import Bar, BarChart, Key, Part, segments
from ratings.charts.svg import BORDERED, HATCHED, LINE_HEIGHT, Place, fits, joined, lines_of, stand_beside, text, width_of
from ratings.charts.svg_marks import MARK, MARKED, mark

_BAR: Final = 24
_GAP: Final = 16
_MORE: Final = 10  # above the bar that sums up the others
_APART: Final = 12  # between numbers below a bar
KEY_WIDTH: Final = 28
KEY_HEIGHT: Final = 18


def draw_bars(chart: BarChart, place: Place, *, top: float = 0) -> tuple[SafeString, float]:
    """Return the drawing and the y of its lower end; it begins at `top`."""
    pieces = [place.patterns()]
    y = top
    for bar in chart.bars:
        if bar.is_sum:
            y += _MORE
        heading, y = _heading(chart, bar, place, y)
        below, foot = _below(bar, place, y + _BAR)
        pieces += [heading, _bar(bar, place, y), below]
        y = foot + _GAP
    return joined(pieces), y - (_GAP if chart.bars else 0)


def _heading(chart: BarChart, bar: Bar, place: Place, y: float) -> tuple[SafeString, float]:
    """The name of the bar and what it counts, in words beside the first: on one line where both fit."""
    pieces = []
    for name, total in _lines(chart, bar, place):
        y += LINE_HEIGHT
        if name:
            pieces.append(text(place, name, x="0", y=y - 4))
        if total:
            pieces.append(text(place, total, x=place.x(1), y=y - 4, look="muted", anchor="end"))
    return joined(pieces), y + 2


def _lines(chart: BarChart, bar: Bar, place: Place) -> list[tuple[str, str]]:
    """The heading: what stands left and right in each line."""
    names = lines_of(f"{bar.label}, {bar.note}" if bar.note else bar.label, place)
    total = chart.total_words(bar) if bar is chart.bars[0] else str(bar.total)
    if not stand_beside(names[-1], total, place):
        total = str(bar.total)
    if not stand_beside(names[-1], total, place):
        names.append("")
    return [*((name, "") for name in names[:-1]), (names[-1], total)]


def _bar(bar: Bar, place: Place, y: float) -> SafeString:
    if not bar.total or not bar.parts:
        return format_html(
            '<rect x="0" y="{}" width="{}" height="{}" {}/>', place.size(y), place.x(1), place.size(_BAR), place.look("ohne")
        )
    pieces = []
    for part, start, length in _placed(bar):
        pieces.append(_part(part, place, start, length, y))
        if start:
            edge = '<rect x="{}" y="{}" width="2" height="{}" {}/>'
            pieces.append(format_html(edge, place.x(start), place.size(y), place.size(_BAR), place.look("ground")))
        pieces.append(_label(part, place, start, length, y))
    return joined(pieces)


def _placed(bar: Bar) -> list[tuple[Part, float, float]]:
    places = segments([part.count for part in bar.parts])
    return [(part, start, length) for part, (start, length) in zip(bar.parts, places, strict=True)]


def draw_key(key: Key, place: Place) -> SafeString:
    """Return a part as wide as its picture, `KEY_WIDTH`, and the symbol on it."""
    part = Part(key.look, key.symbol, 0)
    return joined([_part(part, place, 0, 1, 0, height=KEY_HEIGHT), _sign(part, key.symbol, place, 0.5, KEY_HEIGHT / 2 + 5)])


def _part(part: Part, place: Place, start: float, length: float, y: float, *, height: float = _BAR) -> SafeString:
    look = place.look(f"{part.look}-v" if part.is_outlined else part.look)
    if place.width is not None:
        # The contour lies inside of the part, beside the gap.
        inset = 1 if part.is_outlined or part.look in BORDERED else 0
        gap = 2 if start else 0
        return format_html(
            '<rect x="{}" y="{}" width="{}" height="{}" {}/>',
            f"{start * place.width + inset + gap:.2f}",
            place.size(y + inset),
            f"{max(length * place.width - 2 * inset - gap, 1):.2f}",
            place.size(height - 2 * inset),
            look,
        )
    # On a page its length is not known: an inner picture cuts off the half of the contour that stands over.
    return format_html(
        '<svg{} x="{}" y="{}" width="{}" height="{}" overflow="hidden"><rect width="100%" height="100%" {}/></svg>',
        format_html(' class="{}"', "chart__after") if start else "",
        place.x(start),
        place.size(y),
        place.x(length),
        place.size(height),
        look,
    )


def _words(part: Part) -> str:
    return f"{part.symbol} {part.count}"


def _label(part: Part, place: Place, start: float, length: float, y: float) -> SafeString:
    """Symbol and count where they fit, else the symbol alone; both stand below then. Never a number that only colour explains."""
    words = next((words for words in (_words(part), part.symbol) if fits(words, place, length)), "")
    if not words:
        return joined([])
    return _sign(part, words, place, start + length / 2, y + _BAR / 2 + 5)


def _sign(part: Part, words: str, place: Place, middle: float, foot: float) -> SafeString:
    if part.look not in HATCHED:
        look = "on" if part.is_outlined else svg.text_look(part.look)
        return text(place, words, x=place.x(middle), y=foot, look=look, anchor="middle")
    # A ground of its own, so that the hatching strikes nothing out.
    half = width_of(words, place) / 2 + 2
    ground = '<rect x="{}" y="{}" width="{}" height="{}" rx="2" {}/>'
    sizes = [place.size(value) for value in (-half, -14, 2 * half, 18)]
    pieces = [format_html(ground, *sizes, place.look("ground")), text(place, words, x="0", y=0, look="on", anchor="middle")]
    return place.group(middle, foot, pieces)


def _below(bar: Bar, place: Place, y: float) -> tuple[SafeString, float]:
    """The numbers of the parts that are too small for them, each as near to its part as those before it let it."""
    small = [(part, start) for part, start, length in _placed(bar) if not fits(_words(part), place, length)]
    pieces = []
    for line in _lines_below(small, place):
        y += LINE_HEIGHT
        pieces += [_count(part, place, left / place.room, y - 1) for part, left in line]
    return joined(pieces), y


def _lines_below(small: Sequence[tuple[Part, float]], place: Place) -> list[list[tuple[Part, float]]]:
    """Share the numbers out over lines and push them apart, first to the right, then back from the edge."""
    lines: list[list[tuple[Part, float]]] = []
    used = place.room + 1
    for part, start in small:
        used += _width(part, place)
        if used > place.room:
            lines.append([])
            used = _width(part, place)
        lines[-1].append((part, start))
    return [_apart(line, place) for line in lines]


def _apart(line: Sequence[tuple[Part, float]], place: Place) -> list[tuple[Part, float]]:
    lefts, end = [], 0.0
    for part, start in line:
        lefts.append(max(start * place.room, end))
        end = lefts[-1] + _width(part, place)
    end = place.room + _APART
    for index in reversed(range(len(line))):
        lefts[index] = min(lefts[index], end - _width(line[index][0], place))
        end = lefts[index]
    return [(part, left) for (part, _), left in zip(line, lefts, strict=True)]


def _width(part: Part, place: Place) -> float:
    """The px that a number below a bar takes, with the space after it."""
    return (MARK + 4 + width_of(str(part.count), place) if part.look in MARKED else width_of(_words(part), place)) + _APART


def _count(part: Part, place: Place, start: float, y: float) -> SafeString:
    if part.look not in MARKED:
        return text(place, _words(part), x=place.x(start), y=y)
    number = text(place, str(part.count), x=place.size(MARK + 4), y=0)
    return place.group(start, y, [mark(place, part.look, is_outlined=part.is_outlined), number])
