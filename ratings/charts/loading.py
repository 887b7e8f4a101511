"""What charts need beyond the rows of their round: the results of the rounds before, and on which days reports came in."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Min
from django.utils import timezone

from ratings import permissions
from ratings.appendix import Appendix, AppendixRow, Audience, live_appendix
from ratings.appendix.load import from_snapshot
from ratings.charts.from_rows import RoundResult
from ratings.charts.parts import ReturnCurve
from ratings.charts.returns_curve import return_curve
from ratings.lineage import comparable_rounds, title_of
from ratings.models import ReportingRound, Snapshot, StatusReport
from ratings.states import RoundState

if TYPE_CHECKING:
    from ratings.querysets import Person


def load_results(user: "Person", shown: ReportingRound, whole: Appendix, rounds: Iterable[ReportingRound]) -> list[RoundResult]:
    """Return the results of the rounds before `shown` that `user` may read, the oldest first, and `whole` itself as the last.

    `rounds` are the visible ones, marked by `with_lineage`. Two queries whatever their number; five more for an earlier round
    that is still running, whose live result only the inside reads. What readers may not read is left out.
    """
    earlier = comparable_rounds(shown, rounds)[::-1]
    inside = {other.pk: permissions.is_inside(user, other.concept_id) for other in earlier}
    frozen = _newest_versions(user, [other for other in earlier if other.is_closed or not inside[other.pk]])
    results = []
    for other in earlier:
        rows: tuple[AppendixRow, ...]
        if other.pk in frozen:
            audience = Audience.INTERNAL if inside[other.pk] else Audience.RELEASED
            rows = from_snapshot(frozen[other.pk], audience).rows
        elif inside[other.pk] and not other.is_closed:
            rows = live_appendix(other).rows
        else:
            continue
        results.append(RoundResult(title_of(other, shown), rows))
    return [*results, RoundResult(shown.title, whole.rows, "Entwurf" if whole.is_draft else "")]


def _newest_versions(user: "Person", rounds: list[ReportingRound]) -> dict[int, Snapshot]:
    """Return by round its newest Fassung that `user` may read."""
    visible = Snapshot.objects.visible_to(user).filter(round__in=[other.pk for other in rounds])
    newest = dict(visible.order_by("version").values_list("round_id", "pk"))
    return {snapshot.round_id: snapshot for snapshot in Snapshot.objects.filter(pk__in=newest.values())} if newest else {}


def load_return_curve(round_: ReportingRound) -> ReturnCurve | None:
    """Return the Rücklauf of a round over time from its reports as they stand now: one query, for the inside only.

    None while the round is prepared, or where no report was asked for or none has come in. A report counts from its first
    Einreichung on as long as one stands: not once it was zurückgezogen or is entfallen.
    """
    if round_.state == RoundState.PREPARING:
        return None
    owed = StatusReport.objects.filter(round=round_).owed().order_by()
    firsts = list(owed.annotate(first=Min("submissions__submitted_at")).values_list("retracted", "first"))
    return return_curve(
        [timezone.localdate(first) for retracted, first in firsts if first and not retracted],
        owed=len(firsts),
        opens_on=round_.opens_on,
        due_on=round_.due_on,
        today=timezone.localdate(),
        is_closed=round_.is_closed,
    )
