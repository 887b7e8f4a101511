"""Which Fassung of a round is asked for (`fassung` in the query string), and the strip that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from ratings.appendix import Appendix, Audience
from ratings.models import ReportingRound, Snapshot


def asked_version(data: Mapping[str, Any]) -> int | None:
    """Return the version that `data` asks for, None for the round as it stands. Raises Http404 for what is no number."""
    text = data.get("fassung", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text)):
        raise Http404("Diese Fassung gibt es nicht.")
    return int(text)


@dataclass(frozen=True, slots=True)
class VersionStrip:
    """A Fassung that was asked for, beside the newest one that the person may read. `url` leads to the round as it stands."""

    appendix: Appendix
    newest: int
    url: str
    is_running: bool

    @property
    def is_newest(self) -> bool:
        return self.appendix.version == self.newest


def strip(appendix: Appendix, round_: ReportingRound, url: str) -> VersionStrip:
    """Return what is said above a Fassung that was asked for: one query."""
    snapshots = Snapshot.objects.filter(round=round_)
    if appendix.audience is Audience.RELEASED:
        snapshots = snapshots.filter(released_at__isnull=False)
    newest = snapshots.order_by("-version").values_list("version", flat=True)[0]
    is_running = appendix.audience is Audience.INTERNAL and not round_.is_closed
    return VersionStrip(appendix, newest, url, is_running)
