"""The rows that a page or a file shows: live while the round runs, from a snapshot once it is closed (rule 5)."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from ratings.appendix.frozen import thaw
from ratings.appendix.live import live_appendix
from ratings.appendix.rows import Appendix, AppendixRow, Audience
from ratings.models import ReportingRound, Snapshot
from ratings.rollup import Progress, RollUp, Standing, UnitLine, UnitTexts
from ratings.scheme import Marker
from ratings.states import RoundState


class NothingReleased(Exception):
    """The round has no snapshot that this audience may read."""


class NoSuchVersion(NothingReleased):
    """The round does not have the version that was asked for, or this audience may not read it."""


def load_appendix(
    round_: ReportingRound, audience: Audience = Audience.INTERNAL, *, with_texts: bool = False, version: int | None = None
) -> Appendix:
    """Return the rows of `round_` for `audience`.

    Inside: live data until the round is closed, then its newest snapshot. Readers: the newest released snapshot, whatever the
    round's state. Raises `NothingReleased` if there is no such snapshot. With `version` that one, whatever the round's state;
    raises `NoSuchVersion` if there is none for this audience.
    """
    if audience is Audience.INTERNAL and not round_.is_closed and version is None:
        return live_appendix(round_, with_texts=with_texts)
    snapshots = Snapshot.objects.filter(round=round_)
    if audience is Audience.RELEASED:
        snapshots = snapshots.filter(released_at__isnull=False)
    if version is not None:
        snapshots = snapshots.filter(version=version)
    snapshot = snapshots.order_by("-version").first()
    if snapshot is None and version is not None:
        raise NoSuchVersion(f"{round_} has no version {version} for {audience}.")
    if snapshot is None:
        raise NothingReleased(f"{round_} has no snapshot for {audience}.")
    return from_snapshot(snapshot, audience)


def from_snapshot(snapshot: Snapshot, audience: Audience = Audience.INTERNAL) -> Appendix:
    """Return the rows of one version of a round's result."""
    head, rows = thaw(snapshot.data)
    if audience is Audience.RELEASED:
        rows = tuple(_for_readers(row, has_ratings=head["has_ratings"]) for row in rows)
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


def _for_readers(row: AppendixRow, *, has_ratings: bool) -> AppendixRow:
    """The result without what led to it: no proposals, no states of reports, no texts of units.

    A round without ratings has no other result than the Kurzfassungen, which are written to be published: they stay, each with
    its Stand.
    """
    units = tuple(_line_for_readers(line, with_summary=not has_ratings) for line in row.owed_units)
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


def _line_for_readers(line: UnitLine, *, with_summary: bool) -> UnitLine:
    shown = UnitLine(line.slug, line.name, line.short_name, line.is_lead, line.is_external, state=None)
    if with_summary and line.counts and line.texts and line.texts.summary:
        return replace(shown, submission=line.submission, as_of=line.as_of, texts=UnitTexts(summary=line.texts.summary))
    return shown
