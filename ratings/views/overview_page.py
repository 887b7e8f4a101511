"""What the overview shows, laid out for its template: list by Handlungsfeld, map, figures, quick links."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from ratings.appendix import Appendix, AppendixRow, Audience, Criteria, filter_rows
from ratings.charts import MeasureMap, measure_map
from ratings.comparison import Change, Compared, Comparison
from ratings.documents import wording
from ratings.filtersets import Faces, OverviewFilter
from ratings.returns import Parts, bar_parts
from ratings.rollup import DISPUTED_VALUE, UNRATED_VALUE, Progress, Share, Standing, distribution
from ratings.scheme import Marker

_QUICK_MOST: Final = 4
# Offered with their counts where there are any: parameter, value, words, and what the filter then lets through.
_QUICK: Final = (
    ("stand", Progress.RECHECK.value, "erneut prüfen", Criteria(progress=frozenset({Progress.RECHECK}))),
    ("bewertung", DISPUTED_VALUE, "uneinig", Criteria(ratings=frozenset({DISPUTED_VALUE}))),
    ("fehlt", "1", "Bericht fehlt", Criteria(missing=True)),
    ("bewertung", UNRATED_VALUE, "nicht bewertet", Criteria(ratings=frozenset({UNRATED_VALUE}))),
    ("niemand", "1", "niemand zuständig", Criteria(nobody=True)),
    ("kennzeichen", Marker.CONTINUE.value, Marker.CONTINUE.word, Criteria(markers=frozenset({Marker.CONTINUE}))),
)


# Parameters that mean something else, or nothing, in a round without ratings.
OF_GRADES: Final = ("bewertung", "kennzeichen", "stand", "uneinig", "sort")


def faces_of(whole: Appendix, *, started: bool) -> Faces:
    """Return which sides of a round its overview shows. `started`: it is no longer being prepared."""
    inside = whole.audience is Audience.INTERNAL
    return Faces(
        grades=started and whole.has_ratings,
        states=started and inside,
        inside=inside,
        summaries=started and not whole.has_ratings,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One Maßnahme in the list. `unknown`: Kennzeichen whose „nicht überliefert“ its own cell has to say.

    `compared` is None where no earlier round stands beside this one.
    """

    row: AppendixRow
    url: str
    anchor: str
    reason: str
    unknown: list[Marker]
    compared: Compared | None


@dataclass(frozen=True, slots=True)
class GoalBlock:
    number: str
    text: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class ChallengeBlock:
    title: str
    goals: list[GoalBlock]


@dataclass(frozen=True, slots=True)
class FieldBlock:
    """One Handlungsfeld as it is shown: its distribution counts the rows below it and nothing else."""

    position: int
    title: str
    shown: int
    agreed: int
    reported: int
    shares: tuple[Share, ...]
    changes: list[tuple[Change, int]]
    challenges: list[ChallengeBlock]


@dataclass(frozen=True, slots=True)
class QuickLink:
    words: str
    count: int
    query: str


class LineFactory:
    """Makes lines and their links: to the Maßnahme's page, with the way back to just this selection."""

    def __init__(
        self,
        whole: Appendix,
        rows: Sequence[AppendixRow],
        query: str,
        faces: Faces,
        comparison: Comparison | None,
        version: int | None = None,
    ) -> None:
        """`query`: the query string of the overview; `version`: the Fassung that was asked for."""
        self._concept = whole.concept_slug
        tail = {"runde": whole.round_slug, "fassung": str(version or ""), "zurueck": query}
        self._tail = urlencode({name: value for name, value in tail.items() if value})
        self._shared_reason = wording.shared_reason(rows)
        self._comparison = comparison
        self._unknown = wording.unknown_markers(rows)[1] if faces.grades else frozenset()

    def line(self, row: AppendixRow) -> Line:
        return Line(
            row=row,
            url=self.url(row),
            anchor=anchor(row),
            reason=row.reason if row.standing == Standing.NOT_RATED and row.reason != self._shared_reason else "",
            unknown=[marker for marker in row.unknown_markers if marker in self._unknown],
            compared=self._comparison.of(row) if self._comparison else None,
        )

    def url(self, row: AppendixRow) -> str:
        return f"{reverse('ratings:measure', args=[self._concept, row.number])}?{self._tail}"


def anchor(row: AppendixRow) -> str:
    """„m-20-1“."""
    return f"m-{re.sub(r'[^0-9A-Za-z]+', '-', row.number)}"


def field_blocks(
    rows: Iterable[AppendixRow], line: Callable[[AppendixRow], Line], comparison: Comparison | None = None
) -> list[FieldBlock]:
    """Return the Handlungsfelder of `rows`, which stand in the order of the Konzept."""
    blocks = []
    for position, of_field in groupby(rows, key=lambda row: row.field_position):
        own = list(of_field)
        challenges = groupby(own, key=lambda row: row.challenge_position)
        blocks.append(
            FieldBlock(
                position=position,
                title=own[0].field_title,
                shown=len(own),
                agreed=sum(row.is_agreed for row in own),
                reported=sum(bool(row.summaries) for row in own),
                shares=distribution(own),
                changes=comparison.counts(own) if comparison else [],
                challenges=[_challenge(list(of_challenge), line) for _, of_challenge in challenges],
            )
        )
    return blocks


def _challenge(rows: Sequence[AppendixRow], line: Callable[[AppendixRow], Line]) -> ChallengeBlock:
    goals = []
    for number, of_goal in groupby(rows, key=lambda row: row.goal_number):
        own = list(of_goal)
        goals.append(GoalBlock(number, own[0].goal_text, [line(row) for row in own]))
    return ChallengeBlock(rows[0].challenge_title, goals)


def overview_map(
    whole: Appendix, shown: Sequence[AppendixRow], url: Callable[[AppendixRow], str], *, has_fields: bool
) -> MeasureMap:
    """Return the map above the list: a mark leads to its row, or to the page of the Maßnahme while the filter hides that.

    `has_fields`: the list stands in the order of the Konzept, with a heading for each Handlungsfeld.
    """
    keys = {row.key for row in shown}
    return measure_map(
        whole,
        url=lambda row: f"#{anchor(row)}" if row.key in keys else url(row),
        field_url=lambda position, is_listed: f"#hf-{position}" if has_fields and is_listed else "",
        shown=shown,
    )


def shown_shares(rows: Sequence[AppendixRow], faces: Faces) -> list[Share]:
    """Return the distribution of the rows; readers have no „uneinig“, because they see no proposals."""
    return [share for share in distribution(rows) if faces.states or share.value != DISPUTED_VALUE]


def returns(rows: Iterable[AppendixRow]) -> Parts:
    """Return the Rücklauf of these rows, in the parts and words of every Rücklauf."""
    return bar_parts(Counter(line.state for row in rows for line in row.owed_units if line.state is not None))


def quick_links(whole: Appendix, chosen: OverviewFilter, comparison: Comparison | None = None) -> list[QuickLink]:
    """Return the selections people ask for most, each with its count over the whole round; none that is active or empty."""
    active, rows = set(chosen.pairs()), whole.rows
    links = _only_changes(rows, chosen, comparison) if comparison else []
    for name, value, words, criteria in _QUICK:
        if name in chosen.form.fields and (name, value) not in active:
            count = len(filter_rows(rows, criteria))
            if 0 < count < len(rows):
                shown = nobody_words(whole) if name == "niemand" else words
                links.append(QuickLink(shown, count, chosen.query_with_only(name, value)))
    return links[:_QUICK_MOST]


def _only_changes(rows: Sequence[AppendixRow], chosen: OverviewFilter, comparison: Comparison) -> list[QuickLink]:
    wanted = Change.differing()
    count = len(comparison.select(rows, wanted))
    if not 0 < count < len(rows) or chosen.changes == set(wanted):
        return []
    return [QuickLink("nur Änderungen", count, chosen.query_with_only("veraenderung", *wanted))]


def notes(rows: Sequence[AppendixRow], faces: Faces) -> list[str]:
    """Return what the data does not tell, one sentence each: as in the files."""
    found = [wording.shared_reason_note(rows), wording.unknown_markers(rows)[0]] if faces.grades else []
    return [note for note in found if note]


def nobody_words(whole: Appendix) -> str:
    """What stands where no unit is named: an imported result, for which no reports were asked, does not tell more."""
    return "niemand zuständig" if was_asked(whole) else "nicht benannt"


def was_asked(whole: Appendix) -> bool:
    """Whether reports were asked for in the round: not so for an imported result."""
    return whole.version is None or any(line.state for row in whole.rows for line in row.units)


def extent(rows: Sequence[AppendixRow]) -> tuple[int, int, int]:
    """Return how many Handlungsfelder, Ziele and Maßnahmen there are."""
    return len({row.field_position for row in rows}), len({row.goal_number for row in rows}), len(rows)
