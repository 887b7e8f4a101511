"""The Rücklauf over time as SVG: steps that rise with every day on which reports came in, up to what is owed."""

from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ratings.charts.parts import ReturnCurve
from ratings.charts.svg import LINE_HEIGHT, Place, joined, text, width_of

_HEIGHT: Final = 168
_AIR: Final = 6  # beside words that stand next to the curve or on it


def draw_curve(curve: ReturnCurve, place: Place, *, top: float = 0) -> tuple[SafeString, float]:
    """Return the drawing and the y of its lower end; it begins at `top`."""
    ceiling = top + LINE_HEIGHT + 6
    floor = ceiling + _HEIGHT
    span = (curve.ends - curve.starts).days + 1
    pieces = [_level(place, ceiling, "goal"), text(place, f"{curve.owed} geschuldet", x="0", y=ceiling - 6)]
    ends = [day.day for day in curve.days[1:]]
    for day, following in zip(curve.days, [*ends, None], strict=True):
        start = (day.day - curve.starts).days / span
        end = ((following or curve.until) - curve.starts).days / span + (0 if following else 1 / span)
        height = _HEIGHT * min(day.total / curve.owed, 1)
        # A little under the next step, so that no seam shows between them.
        overlap = 0.004 if following else 0
        pieces.append(
            format_html(
                '<rect x="{}" y="{}" width="{}" height="{}" {}/>',
                place.x(start),
                place.size(floor - height),
                place.x(end - start + overlap),
                place.size(height),
                place.look("curve"),
            )
        )
    pieces += [_level(place, floor, "line"), *_deadline(curve, place, ceiling, floor, span), *_reached(curve, place, floor, span)]
    foot = floor + LINE_HEIGHT
    pieces.append(text(place, f"{curve.starts:%d.%m.%Y}", x="0", y=foot, look="muted"))
    pieces.append(text(place, f"{curve.ends:%d.%m.%Y}", x=place.x(1), y=foot, look="muted", anchor="end"))
    return joined(pieces), foot + 4


def _level(place: Place, y: float, look: str) -> SafeString:
    return format_html('<line x1="0" y1="{0}" x2="{1}" y2="{0}" {2}/>', place.size(y), place.x(1), place.look(look))


def _deadline(curve: ReturnCurve, place: Place, ceiling: float, floor: float, span: int) -> list[SafeString]:
    share = ((curve.due - curve.starts).days + 1) / span
    words = f"Abgabefrist {curve.due:%d.%m.%Y}"
    line = format_html(
        '<line x1="{0}" y1="{1}" x2="{0}" y2="{2}" {3}/>',
        place.x(share),
        place.size(ceiling),
        place.size(floor),
        place.look("due"),
    )
    if share == 1:
        # The end of the picture is the deadline, and the day stands below it.
        return [line, text(place, "Abgabefrist", x=place.x(1), y=ceiling - 6, look="muted", anchor="end")]
    anchor = "end" if share > 0.5 else "start"
    return [line, text(place, words, x=place.x(max(share, 0.45) if anchor == "end" else share), y=ceiling - 6, anchor=anchor)]


def _reached(curve: ReturnCurve, place: Place, floor: float, span: int) -> list[SafeString]:
    """The number reached so far: above the end of the curve, near the top beside it or, late in the round, on a ground of its own."""
    share = ((curve.until - curve.starts).days + 1) / span
    height = _HEIGHT * min(curve.total / curve.owed, 1)
    words = f"{curve.total} eingegangen"
    is_early = share <= 0.4
    if height < _HEIGHT - 2 * LINE_HEIGHT:
        y, x = floor - height - 6, "0" if is_early else place.x(share)
        return [text(place, f"{words} ", x=x, y=y, anchor="start" if is_early else "end")]
    y = floor - height + LINE_HEIGHT
    if is_early:
        return [place.group(share, y, [text(place, words, x=place.size(_AIR), y=0)])]
    # The steps before the last may be low: the words stand partly on the curve, partly above it.
    width = width_of(words, place) + 2 * _AIR
    sizes = [place.size(value) for value in (-width, 4 - LINE_HEIGHT, width - _AIR / 2, LINE_HEIGHT)]
    ground = format_html('<rect x="{}" y="{}" width="{}" height="{}" rx="2" {}/>', *sizes, place.look("ground"))
    return [place.group(share, y, [ground, text(place, words, x=place.size(-_AIR), y=0, anchor="end")])]
