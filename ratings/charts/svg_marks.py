"""The marks of the Ampel inside of a chart: the shapes of `static/img/ampel.svg`, drawn here because a file stands alone."""

from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ratings.charts.svg import Place, text_look
from ratings.scheme import Grade

MARK: Final = 12  # px of a mark beside text
# On a ground of 16 x 16 units, filled (abgestimmt) and outlined (Vorschlag).
_SHAPES: Final = {
    Grade.HIGH: ('<circle cx="8" cy="8" r="6.25" {}/>', '<circle cx="8" cy="8" r="5.9" {}/>'),
    Grade.MEDIUM: ('<path d="M8 1.2 14.8 8 8 14.8 1.2 8Z" {}/>', '<path d="M8 1.7 14.3 8 8 14.3 1.7 8Z" {}/>'),
    Grade.LOW: ('<path d="M8 1.9 14.9 14.1H1.1Z" {}/>', '<path d="M8 2.6 14.2 13.7H1.8Z" {}/>'),
    Grade.UNCLEAR: (
        '<rect x="1.75" y="1.75" width="12.5" height="12.5" rx="2" {}/>',
        '<rect x="1.7" y="1.7" width="12.6" height="12.6" rx="2" {}/>',
    ),
}
_QUESTION: Final = '<text x="8" y="12.2" font-size="12" font-weight="bold" text-anchor="middle" {}>?</text>'
_BY_LOOK: Final = {grade.shape: shapes for grade, shapes in _SHAPES.items()}
MARKED: Final = frozenset(_BY_LOOK)


def mark(place: Place, look: str, *, is_outlined: bool) -> SafeString:
    """Return the mark of a grade by its look, standing on the line of the text beside it."""
    pieces = [format_html(_BY_LOOK[look][is_outlined], place.look(f"{look}-v" if is_outlined else look))]
    if look == Grade.UNCLEAR.shape:
        pieces.append(format_html(_QUESTION, place.look("on" if is_outlined else text_look(look))))
    frame = '<svg{} y="{}" width="{}" height="{}" viewBox="0 0 16 16">{}{}</svg>'
    own = "" if place.is_file else format_html(' class="{}"', "chart__mark")
    return format_html(
        frame, own, place.size(1 - MARK), place.size(MARK), place.size(MARK), pieces[0], pieces[1] if pieces[1:] else ""
    )
