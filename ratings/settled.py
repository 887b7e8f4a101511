"""Which Maßnahmen on an agenda need no decision any more: they were agreed elsewhere (issue 3, point 1)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from ratings.appendix import AppendixRow
from ratings.models import AgendaItem, AgendaOrigin, AgreedRating, ReportingRound

# Somebody wants to talk about just this Maßnahme, agreed or not; the other choices take many at once.
_MEANT = frozenset({AgendaOrigin.HAND, AgendaOrigin.ANSWERED, AgendaOrigin.PUT_OFF})
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def agreed_for_good(round_: ReportingRound, rows: Iterable[AppendixRow]) -> dict[str, datetime]:
    """Return when each Maßnahme was agreed that is not to be rechecked, by key: one query. `rows` are those of `round_`."""
    if not round_.has_ratings:
        return {}
    standing = {row.key for row in rows if row.is_agreed and not row.recheck}
    found = AgreedRating.objects.filter(round=round_).order_by().values_list("measure__key", "agreed_at")
    return {key: at or _LONG_AGO for key, at in found if key in standing}


def settled_at(item: AgendaItem, key: str, agreed: Mapping[str, datetime]) -> datetime | None:
    """Return when the Maßnahme `key` of an open item was agreed elsewhere, so that nothing is left to decide; else None.

    What was picked by hand, answered or put off is settled only by a decision made after it came onto the agenda.
    """
    at = agreed.get(key) if item.is_open else None
    if at is None or (item.origin in _MEANT and at < item.added_at):
        return None
    return at
