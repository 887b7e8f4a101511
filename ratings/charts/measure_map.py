"""All Maßnahmen of a round as a map: Handlungsfelder and their Maßnahmen as small marks that lead to them. No query."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode

from ratings.appendix import Appendix, AppendixRow
from ratings.rollup import Standing

_TIPS: Final = {
    Standing.AGREED: "{word}, abgestimmt",
    Standing.NOT_RATED: "{word}",
    Standing.DISPUTED: "Vorschläge uneinig",
    Standing.PROPOSAL: "{word}, Vorschlag",
    Standing.NONE: "noch nicht bewertet",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One Maßnahme. `starts`: the first of its Herausforderung. `is_shown`: the selection of the page has it."""

    row: AppendixRow
    url: str
    tip: str
    starts: bool
    is_shown: bool

    @property
    def words(self) -> str:
        """Rating and on whose word, as in the tip."""
        return _TIPS[self.row.standing].format(word=self.row.word)


@dataclass(frozen=True, slots=True)
class MapRow:
    """One Handlungsfeld; `url` leads to its list, empty if there is none."""

    title: str
    url: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class MeasureMap:
    """`name` makes its ids unique on a page."""

    name: str
    rows: tuple[MapRow, ...]

    @property
    def has_proposals(self) -> bool:
        """Whether anything is still proposed or disputed, so that the Zeichenerklärung has to tell it from what is agreed."""
        proposed = (Standing.PROPOSAL, Standing.DISPUTED)
        return any(cell.row.standing in proposed for row in self.rows for cell in row.cells)


def measure_map(
    appendix: Appendix,
    *,
    url: Callable[[AppendixRow], str] | None = None,
    field_url: Callable[[int, bool], str] | None = None,
    shown: Iterable[AppendixRow] | None = None,
) -> MeasureMap:
    """Return the map of `appendix`, all of it, whatever the page shows.

    `url` says where a Maßnahme leads (its page in this round), `field_url` the same for the position of a Handlungsfeld and
    whether any of its Maßnahmen is shown (the overview). `shown` are the rows of the page's selection: all of them without.
    """
    url = url or measure_url(appendix)
    overview = reverse("ratings:overview", args=[appendix.round_slug])
    lists = field_url or (lambda position, is_listed: f"{overview}#hf-{position}")
    keys = {row.key for row in (appendix.rows if shown is None else shown)}
    found = []
    for position, of_field in groupby(appendix.rows, key=lambda row: row.field_position):
        cells, before = [], None
        for row in of_field:
            cells.append(_cell(row, url(row), starts=row.challenge_position != before, is_shown=row.key in keys))
            before = row.challenge_position
        is_listed = any(cell.is_shown for cell in cells)
        found.append(MapRow(cells[0].row.field_title, lists(position, is_listed), tuple(cells)))
    return MeasureMap(f"karte-{appendix.round_slug}", tuple(found))


def measure_url(appendix: Appendix, version: int | None = None) -> Callable[[AppendixRow], str]:
    """Return what leads to the page of a Maßnahme in this round, in the Fassung that was asked for."""
    query = urlencode({"runde": appendix.round_slug} | ({"fassung": version} if version else {}))

    def url(row: AppendixRow) -> str:
        return f"{reverse('ratings:measure', args=[appendix.concept_slug, row.number])}?{query}"

    return url


def _cell(row: AppendixRow, url: str, *, starts: bool, is_shown: bool) -> Cell:
    words = _TIPS[row.standing].format(word=row.word)
    tip = f"{row.number} {row.title}: {words}"
    return Cell(row, url, tip if is_shown else f"{tip} (nicht in der Auswahl)", starts, is_shown)
