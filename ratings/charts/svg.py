"""How charts are drawn as SVG: lengths that fit a page of any width or a file of a fixed one, and colours by token or by value.

On a page every x is a percentage, so that bars and lines stretch while text keeps its size; classes take their colours from
`static/css/tokens.css`. A file stands alone: pixels, and the light colours of the scheme.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from goals.text import clean_text
from ratings.charts.parts import NOT_SET, SET, UNKNOWN, UNTOLD
from ratings.documents.cell_styles import BAND, HATCH, INK, LINE, MUTED, WHITE, ink_on
from ratings.documents.text_width import text_width, wrap
from ratings.scheme import DISPUTED_SHAPE, NOT_RATED_SHAPE, Grade

SIZE: Final = 14  # px of text
LINE_HEIGHT: Final = 18
NARROWEST: Final = 270.0  # px of a chart on a page 320 px wide, beside the scroll bar
WIDE: Final = 480.0  # from this width on a page shows the drawing with more labels: `.chart--wide` in static/css/ampel.css
# Letters against the Arial that is measured: on a page they are Fira Sans. A file is opened where there may be neither, and takes
# room for DejaVu Sans (as wide as Verdana), the widest that stands in: 1.18 on the words of the Konzept, 1.23 in bold.
_FIRA: Final = 1.06
_WIDEST: Final = 1.2
_WIDEST_BOLD: Final = 1.25
FONT: Final = "'Fira Sans', Arial, Helvetica, sans-serif"
_SET_FILL: Final = "2B3F8C"
# What has no colour of its own is pale, has a contour, or is hatched or dotted. An outline beside grades would be a Vorschlag.
PALE: Final = (NOT_RATED_SHAPE, NOT_SET)
BORDERED: Final = (UNTOLD,)
HATCHED: Final = (DISPUTED_SHAPE, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chart is drawn: in a file `width` px wide, or on a page (None) that has at least `least` px of the usual text.

    `uid` makes its ids unique.
    """

    uid: str
    width: float | None = None
    least: float = NARROWEST

    @property
    def is_file(self) -> bool:
        return self.width is not None

    @property
    def room(self) -> float:
        """Px that a line of text has in any case."""
        return self.width or self.least

    def wider(self, *, bold: bool = False) -> float:
        """How much wider than measured letters may be here."""
        if not self.is_file:
            return _FIRA
        return _WIDEST_BOLD if bold else _WIDEST

    def x(self, share: float) -> str:
        """A position or length: part of the whole width, from 0 to 1."""
        return f"{100 * share:.3f}%" if self.width is None else f"{share * self.width:.2f}"

    def size(self, length: float) -> str:
        """A length or height in px: on a page in letters, so that everything grows with the text of the Großdarstellung."""
        return f"{length:g}" if self.is_file else f"{length / SIZE:.4g}em"

    def group(self, share: float, y: float, pieces: list[SafeString]) -> SafeString:
        """Return `pieces`, which are drawn around 0, in their place."""
        if self.is_file:
            return format_html('<g transform="translate({} {})">{}</g>', self.x(share), f"{y:g}", joined(pieces))
        frame = '<svg x="{}" y="{}" overflow="visible">{}</svg>'
        return format_html(frame, self.x(share), self.size(y), joined(pieces))

    def look(self, name: str) -> SafeString:
        """Return the attributes that give an element its colour; `name` is a key of the colours of files, or a hatching."""
        filling = format_html('fill="url(#{}-{})" ', self.uid, name) if name in HATCHED else ""
        if not self.is_file:
            return format_html('{}class="chart__{}"', filling, name)
        return format_html("{}{}", filling, format_html_join(" ", '{}="{}"', _COLOURS.get(name, {}).items()))

    def patterns(self) -> SafeString:
        """Return the fillings that are no plain colour."""
        return format_html(
            '<defs><pattern id="{0}-{1}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<rect width="6" height="6" {3}/><rect width="2" height="6" {4}/></pattern>'
            '<pattern id="{0}-{2}" width="6" height="6" patternUnits="userSpaceOnUse">'
            '<rect width="6" height="6" {3}/><circle cx="3" cy="3" r="1.2" {4}/></pattern></defs>',
            self.uid,
            *HATCHED,
            self.look("ground"),
            self.look("hatch"),
        )


def _fills() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for grade in Grade:
        found[grade.shape] = {"fill": f"#{grade.fill}", "stroke": f"#{grade.contour}"}
        found[f"on-{grade.shape}"] = {"fill": f"#{ink_on(grade.fill)}"}
        found[f"{grade.shape}-v"] = {"fill": f"#{WHITE}", "stroke": f"#{grade.contour}", "stroke-width": "2"}
    found |= {name: {"fill": f"#{BAND}"} for name in PALE}
    found |= {name: {"fill": f"#{WHITE}", "stroke": f"#{MUTED}"} for name in BORDERED}
    found[SET] = {"fill": f"#{_SET_FILL}"}
    found[f"on-{SET}"] = {"fill": f"#{WHITE}"}
    return found


_COLOURS: Final = {
    **_fills(),
    "ground": {"fill": f"#{WHITE}"},
    "hatch": {"fill": f"#{HATCH}"},
    "on": {"fill": f"#{INK}"},
    "text": {"fill": f"#{INK}"},
    "muted": {"fill": f"#{MUTED}"},
    "line": {"stroke": f"#{LINE}"},
    "curve": {"fill": f"#{_SET_FILL}"},
    "goal": {"stroke": f"#{INK}", "stroke-dasharray": "2 4"},
    "due": {"stroke": f"#{INK}", "stroke-width": "2", "stroke-dasharray": "6 4"},
}


def text_look(look: str) -> str:
    """Return the look of text on a part: readable on its filling."""
    return f"on-{look}" if f"on-{look}" in _COLOURS else "on"


def text(place: Place, words: str, *, x: str, y: float, look: str = "text", anchor: str = "") -> SafeString:
    """Return a line of text."""
    anchored = format_html(' text-anchor="{}"', anchor) if anchor else ""
    # Words of one name may run from right to left: the line around them does not.
    return format_html(
        '<text x="{}" y="{}"{} {} direction="ltr" unicode-bidi="isolate">{}</text>',
        x,
        place.size(y),
        anchored,
        place.look(look),
        words,
    )


def plain(words: str) -> str:
    """Return `words` on one line, without what XML cannot hold."""
    return clean_text(words).replace("\n", " ")


def lines_of(words: str, place: Place, *, size: float = SIZE, bold: bool = False) -> list[str]:
    """Return `words` as lines that fit the width of the drawing."""
    return wrap(plain(words), place.room / place.wider(bold=bold), size, bold=bold)


def width_of(words: str, place: Place) -> float:
    """Return the px that a line of text takes."""
    return text_width(words, SIZE) * place.wider()


def fits(words: str, place: Place, share: float) -> bool:
    """Whether a label has room in a part of a bar, `share` of its whole width, with a little air."""
    return width_of(words, place) + 8 <= share * place.room


def stand_beside(line: str, words: str, place: Place) -> bool:
    """Whether `line` on the left and `words` on the right have room on one line."""
    return width_of(f"{line}   {words}", place) <= place.room


def joined(pieces: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))
