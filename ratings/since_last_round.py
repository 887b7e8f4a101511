"""What became of the ratings since the round before: the counts and the Maßnahmen that moved (issue 5, point 2)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ratings import permissions
from ratings.appendix import Appendix, Audience, NothingReleased, load_appendix
from ratings.comparison import Change, Compared, compare
from ratings.lineage import comparable_rounds, predecessors, title_of, with_lineage
from ratings.models import ReportingRound

if TYPE_CHECKING:
    from ratings.querysets import Person

_MOVED: Final = (Change.WORSE, Change.BETTER)


@dataclass(frozen=True)
class SinceLast:
    """A round beside the one before it, whose slug and title these are. `moved`: what is worse now, then what is better."""

    slug: str
    title: str
    counts: tuple[tuple[Change, int], ...]
    moved: tuple[Compared, ...]

    @property
    def compared(self) -> int:
        """In how many Maßnahmen the two rounds can be compared."""
        return sum(count for change, count in self.counts if change in (*_MOVED, Change.SAME))


def since_last_round(user: "Person", shown: ReportingRound, appendix: Appendix) -> SinceLast | None:
    """Return the comparison of `appendix`, which is that of `shown`, with the round before that `user` sees.

    None if there is no such round, it has no result for `user`, or no Maßnahme is rated in both. At most three queries.
    """
    if not appendix.has_ratings or not any(row.is_agreed for row in appendix.rows):
        return None
    rounds = ReportingRound.objects.visible_to(user).select_related("concept")
    earlier = next(iter(comparable_rounds(shown, with_lineage(rounds, shown.slug))), None)
    if earlier is None:
        return None
    inside = permissions.is_inside(user, earlier.concept_id)
    try:
        before = load_appendix(earlier, Audience.INTERNAL if inside else Audience.RELEASED)
    except NothingReleased:
        return None
    comparison = compare(appendix.rows, before.rows, predecessors(shown, earlier), title=title_of(earlier, shown))
    moved = [comparison.of(row) for change in _MOVED for row in comparison.select(appendix.rows, {change})]
    found = SinceLast(earlier.slug, comparison.title, tuple(comparison.counts(appendix.rows)), tuple(moved))
    return found if found.compared else None
