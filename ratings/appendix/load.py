"""The rows that a page or a file shows: live while the round runs, from a snapshot once it is closed (rule 5)."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from ratings.appendix.frozen import thaw
from ratings.appendix.live import live_appendix
from ratings.appendix.rows import Appendix, AppendixRow, Audience
from ratings.models import ReportingRound, Snapshot
from ratings.rollup import Progress, RollUp, Standing, UnitLine
from ratings.scheme import Marker
from ratings.states import RoundState


class NothingReleased(Exception):
    """The round has no snapshot that this audience may read."""


def load_appendix(round_: ReportingRound, audience: Audience = Audience.INTERNAL, *, with_texts: bool = False) -> Appendix:
    """Return the rows of `round_` for `audience`.

    Inside: live data until the round is closed, then its newest snapshot. Readers: the newest released snapshot, whatever the
    round's state. Raises `NothingReleased` if there is no such snapshot.
    """
    if audience is Audience.INTERNAL and not round_.is_closed:
        return live_appendix(round_, with_texts=with_texts)
    snapshots = Snapshot.objects.filter(round=round_)
    if audience is Audience.RELEASED:
        snapshots = snapshots.filter(released_at__isnull=False)
    snapshot = snapshots.order_by("-version").first()
    if snapshot is None:
        raise NothingReleased(f"{round_} has no snapshot for {audience}.")
    return from_snapshot(snapshot, audience)


def from_snapshot(snapshot: Snapshot, audience: Audience = Audience.INTERNAL) -> Appendix:
    """Return the rows of one version of a round's result."""
    head, rows = thaw(snapshot.data)
    if audience is Audience.RELEASED:
        rows = tuple(_for_readers(row) for row in rows)
    return Appendix(
        **head,
        state_word=str(RoundState.CLOSED.label),
        is_draft=snapshot.released_at is None,
        version=snapshot.version,
        as_of=timezone.localdate(snapshot.created_at),
        released_on=timezone.localdate(snapshot.released_at) if snapshot.released_at else None,
        audience=audience,
        total=len(rows),
        rows=rows,
    )


def _for_readers(row: AppendixRow) -> AppendixRow:
    """The result without what led to it: no proposals, no states of reports, no texts of units."""
    units = tuple(
        UnitLine(line.slug, line.name, line.short_name, line.is_lead, line.is_external, state=None) for line in row.owed_units
    )
    agreed = row.is_agreed
    markers: dict[str, Any] = {} if agreed else {marker.value: False for marker in Marker.voted()}
    return replace(
        row,
        standing=row.standing if agreed else Standing.NONE,
        grade=row.grade if agreed else None,
        progress=Progress.AGREED if agreed else Progress.REPORTED,
        recheck=False,
        units=units,
        roll_up=RollUp((), (), None, {}, nobody_responsible=not units),
        **markers,
    )
