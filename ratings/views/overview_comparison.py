"""An earlier round beside the one that the overview shows: which can be chosen, what changed, how often."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ratings import permissions
from ratings.appendix import Appendix, AppendixRow, Audience, NothingReleased, load_appendix
from ratings.comparison import Change, Comparison, compare
from ratings.filtersets import OverviewFilter
from ratings.lineage import comparable_rounds, predecessors, title_of, with_lineage
from ratings.models import ReportingRound

if TYPE_CHECKING:
    from ratings.querysets import Person

_NO_RESULT = "Von dieser Runde gibt es kein Ergebnis, mit dem sich vergleichen lässt."


@dataclass(frozen=True, slots=True)
class ChangeCount:
    """How many Maßnahmen changed in one way, and the query string that shows only those."""

    change: Change
    count: int
    query: str
    is_chosen: bool


def offered(user: "Person", shown: ReportingRound) -> list[ReportingRound]:
    """Return the rounds that `user` can compare `shown` with, newest first: one query."""
    rounds = ReportingRound.objects.visible_to(user).select_related("concept")
    return comparable_rounds(shown, with_lineage(rounds, shown.slug))


def choices(shown: ReportingRound, earlier: Iterable[ReportingRound]) -> list[tuple[str, str]]:
    """Return slug and title of each, for the filter."""
    return [(other.slug, title_of(other, shown)) for other in earlier]


def place_beside(
    user: "Person", shown: ReportingRound, whole: Appendix, chosen: OverviewFilter, rounds: Iterable[ReportingRound]
) -> Comparison | None:
    """Return the comparison that `chosen` asks for; None without one, or if the earlier round has no result for `user`.

    The latter is then a complaint of the filter. One more query within the Konzept where the earlier round is closed.
    """
    earlier = next((other for other in rounds if other.slug == chosen.compared_with), None)
    if earlier is None:
        return None
    inside = permissions.is_inside(user, earlier.concept_id)
    try:
        before = load_appendix(earlier, Audience.INTERNAL if inside else Audience.RELEASED)
    except NothingReleased:
        chosen.refuse_comparison(_NO_RESULT)
        return None
    return compare(whole.rows, before.rows, predecessors(shown, earlier), title=title_of(earlier, shown))


def change_counts(comparison: Comparison, rows: Sequence[AppendixRow], chosen: OverviewFilter) -> list[ChangeCount]:
    """Return the total per change. `rows` pass all filters but that of the change, so each number is what its link shows."""
    return [
        ChangeCount(change, count, chosen.query(veraenderung=change.value), chosen.changes == {change})
        for change, count in comparison.counts(rows)
    ]
