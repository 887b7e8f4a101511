"""The finished SVG of a chart: as part of a page, and as a file that stands alone."""

from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ratings.appendix import Appendix
from ratings.charts import svg
from ratings.charts.parts import BarChart, Chart, Key
from ratings.charts.svg import FONT, LINE_HEIGHT, SIZE, Place, joined, lines_of, text
from ratings.charts.svg_bars import KEY_HEIGHT, KEY_WIDTH, draw_bars, draw_key
from ratings.charts.svg_curve import draw_curve
from ratings.documents import file_name, wording
from ratings.documents.cell_styles import WHITE

_WIDTH: Final = 720.0
_MARGIN: Final = 32
_TITLE: Final = 20
_EXAMPLE: Final = "Beispieldaten: Die Zahlen in diesem Diagramm sind erfunden."


def _draw(chart: Chart, place: Place, *, top: float = 0) -> tuple[SafeString, float]:
    if isinstance(chart, BarChart):
        return draw_bars(chart, place, top=top)
    return draw_curve(chart, place, top=top)


def page_picture(chart: Chart, uid: str) -> SafeString:
    """Return the SVG for a page; `uid` makes its ids unique there. Its title and description are read by screen readers.

    Bars come in two drawings, one for a narrow column and one for a wide one; the stylesheet shows the one that fits.
    """
    if not isinstance(chart, BarChart):
        return _page_picture(chart, Place(uid), "chart")
    rooms = (("narrow", svg.NARROWEST), ("wide", svg.WIDE))
    return joined([_page_picture(chart, Place(f"{uid}-{name}", least=room), f"chart chart--{name}") for name, room in rooms])


def _page_picture(chart: Chart, place: Place, css: str) -> SafeString:
    drawing, height = _draw(chart, place)
    return format_html(
        '<svg class="{0}" role="img" aria-labelledby="{1}-titel" aria-describedby="{1}-text" width="100%" height="{2}">'
        '<title id="{1}-titel">{3}</title><desc id="{1}-text">{4}</desc>{5}</svg>',
        css,
        place.uid,
        place.size(height),
        chart.title,
        chart.description,
        drawing,
    )


def key_picture(key: Key, uid: str) -> SafeString:
    """Return how a category looks in the bars of a page, for its Zeichenerklärung: the filling with the symbol on it."""
    place = Place(f"{uid}-{key.look}")
    return format_html(
        '<svg class="chart-key" aria-hidden="true" width="{}" height="{}">{}{}</svg>',
        place.size(KEY_WIDTH),
        place.size(KEY_HEIGHT),
        place.patterns() if key.look in svg.HATCHED else "",
        draw_key(key, place),
    )


def file_picture(chart: Chart, appendix: Appendix) -> str:
    """Return the file: with its own colours and words, so that it says everywhere what it shows and how binding that is."""
    place = Place("d", _WIDTH - 2 * _MARGIN)
    head, y = _head(chart, appendix, place)
    drawing, y = _draw(chart, place, top=y + 8)
    foot, y = _foot(chart, appendix, place, y + 8)
    height = y + _MARGIN
    return format_html(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" xml:lang="de" role="img" aria-labelledby="titel text" width="{0}" height="{1}" '
        'viewBox="0 0 {0} {1}" font-family="{2}" font-size="{3}"><title id="titel">{4}</title><desc id="text">{5}</desc>'
        '<rect width="{0}" height="{1}" fill="#{6}"/><g transform="translate({7} {7})">{8}{9}{10}</g></svg>\n',
        f"{_WIDTH:g}",
        f"{height + _MARGIN:g}",
        FONT,
        SIZE,
        svg.plain(", ".join([chart.title, appendix.round_title])),
        svg.plain(" ".join([*_status(appendix), chart.description])),
        WHITE,
        _MARGIN,
        head,
        drawing,
        foot,
    )


def picture_name(chart: Chart, appendix: Appendix) -> str:
    """Return „Beispieldaten_Entwurf_Diagramm-Verteilung_beispiel_Stand_2026-11-22.svg“."""
    return file_name(appendix, "svg", f"Diagramm-{chart.name.capitalize()}")


def _status(appendix: Appendix) -> list[str]:
    state = wording.state(appendix)
    return [f"{state[0].upper()}{state[1:]}."] + ([_EXAMPLE] if appendix.is_example else [])


def _head(chart: Chart, appendix: Appendix, place: Place) -> tuple[SafeString, float]:
    pieces, y = [], 0.0
    for line in lines_of(chart.title, place, size=_TITLE, bold=True):
        y += _TITLE + 4
        pieces.append(format_html('<g font-size="{}" font-weight="bold">{}</g>', _TITLE, text(place, line, x="0", y=y - 6)))
    named = f"{appendix.concept_title}, {appendix.round_title}"
    for words in (named, " ".join(_status(appendix))):
        for line in lines_of(words, place):
            y += LINE_HEIGHT
            pieces.append(text(place, line, x="0", y=y, look="muted"))
    return joined(pieces), y + 4


def _foot(chart: Chart, appendix: Appendix, place: Place, y: float) -> tuple[SafeString, float]:
    pieces = []
    if isinstance(chart, BarChart):
        legend, y = _legend(chart, place, y)
        pieces.append(legend)
    for words in (*chart.notes, f"Stand {wording.german_date(appendix.as_of)}"):
        for line in lines_of(words, place):
            y += LINE_HEIGHT
            pieces.append(text(place, line, x="0", y=y, look="muted"))
    return joined(pieces), y


def _legend(chart: BarChart, place: Place, y: float) -> tuple[SafeString, float]:
    """The categories side by side, each with its filling, symbol, word and, where one bar is the whole, its number: no table stands by."""
    pieces, x = [], 0.0
    y += LINE_HEIGHT + 8
    for key in chart.keys:
        words = f"{key.word} {chart.whole.cell(key).count}" if chart.whole else key.word
        width = KEY_WIDTH + 6 + svg.width_of(words, place) + 20
        if x and x + width > place.room:
            x, y = 0.0, y + LINE_HEIGHT + 6
        pieces.append(place.group(x / place.room, y - 14, [draw_key(key, Place(place.uid, KEY_WIDTH))]))
        pieces.append(text(place, words, x=f"{x + KEY_WIDTH + 6:.2f}", y=y))
        x += width
    return joined(pieces), y + 4
