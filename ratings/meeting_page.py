"""What stands on the pages of one meeting: its agenda with the rating of each Maßnahme, in groups, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from ratings import permissions
from ratings.appendix import Appendix, AppendixRow, live_appendix, load_appendix
from ratings.measure_page import Spot
from ratings.models import AgendaItem, AgendaOutcome, Meeting
from ratings.settled import agreed_for_good, settled_at

if TYPE_CHECKING:
    from evalportal.accounts.models import User

OPEN, PUT_OFF = "offen", "vertagt"


@dataclass(frozen=True)
class MeetingSpot(Spot):
    """A Maßnahme looked at in a meeting: forms on its reports lead back there."""

    meeting_id: int = 0
    address: str = ""

    @property
    def here(self) -> str:
        return self.address


@dataclass(frozen=True)
class Look:
    """How the screen is looked at: it stays so from one item to the next. Its names are those of the query string."""

    projector: bool = False
    changes: bool = False
    tab: str = OPEN

    @classmethod
    def read(cls, data: dict[str, str]) -> "Look":
        return cls(data.get("ansicht") == "projektor", data.get("text") == "aenderungen", data.get("reiter") or OPEN)

    @property
    def query(self) -> str:
        found = {"ansicht": "projektor"} if self.projector else {}
        if self.changes:
            found["text"] = "aenderungen"
        if self.tab != OPEN:
            found["reiter"] = self.tab
        return urlencode(found)


@dataclass(frozen=True)
class Point:
    """An item of the agenda with the row of its Maßnahme, if the round has that.

    `settled` is when an open item was agreed elsewhere, `said` when another meeting without ratings last spoke about it.
    """

    item: AgendaItem
    row: AppendixRow | None
    url: str
    settled: datetime | None = None
    said: datetime | None = None

    @property
    def number(self) -> str:
        return self.item.measure.number

    @property
    def field_title(self) -> str:
        return self.item.measure.goal.challenge.action_field.title

    @property
    def is_open(self) -> bool:
        """Something is left to decide."""
        return self.item.is_open and self.settled is None

    @property
    def is_done(self) -> bool:
        return self.item.is_done or self.settled is not None

    @property
    def is_put_off(self) -> bool:
        return self.item.outcome == AgendaOutcome.PUT_OFF


@dataclass(frozen=True)
class Tab:
    """One part of the agenda: open, done, put off."""

    name: str
    word: str
    points: tuple[Point, ...]
    url: str


class MeetingPage:
    """The agenda of `meeting`, whose round and Konzept are selected: eight queries, whatever the number of items."""

    def __init__(self, user: "User", meeting: Meeting, look: Look | None = None) -> None:
        self.user = user
        self.meeting = meeting
        self.round = meeting.round
        self.look = look or Look()
        rows = {row.key: row for row in self.appendix.rows}
        agreed = agreed_for_good(self.round, self.appendix.rows)
        said = self._said()
        self.points = [
            Point(
                item,
                rows.get(item.measure.key),
                self.url(item.measure.number),
                settled_at(item, item.measure.key, agreed),
                said.get(item.measure_id) if item.is_open else None,
            )
            for item in AgendaItem.objects.filter(meeting=meeting).in_order()
        ]

    def _said(self) -> dict[int, datetime]:
        """When other meetings of a round without ratings spoke about a Maßnahme."""
        if self.round.has_ratings:
            return {}
        noted = AgendaItem.objects.filter(meeting__round=self.round, outcome=AgendaOutcome.NOTED).exclude(meeting=self.meeting)
        return dict(noted.order_by().values_list("measure").annotate(Max("decided_at")))

    @cached_property
    def appendix(self) -> Appendix:
        return live_appendix(self.round) if self.round.is_live else load_appendix(self.round)

    @cached_property
    def may_lead(self) -> bool:
        """The recorder and the Evaluationsleitung, while the round runs."""
        return bool(permissions.may_meet(self.user, self.round))

    @property
    def may_decide(self) -> bool:
        return self.may_lead and not self.meeting.is_held

    @property
    def locked_reason(self) -> str:
        """Why nothing can be changed in this meeting and who can lift that (rule 10)."""
        if not self.round.is_live:
            return permissions.closed_reason(self.round)
        return "Diese Sitzung ist beendet. Wer Protokoll führt, kann sie wieder aufnehmen." if self.meeting.is_held else ""

    @property
    def projector(self) -> bool:
        return self.look.projector

    @property
    def query(self) -> str:
        return self.look.query

    @property
    def done_word(self) -> str:
        return str((AgendaOutcome.AGREED if self.round.has_ratings else AgendaOutcome.NOTED).label)

    def url(self, number: str, look: Look | None = None) -> str:
        path = reverse("ratings:meeting_item", args=[self.meeting.pk, number])
        query = (look or self.look).query
        return f"{path}?{query}" if query else path

    @cached_property
    def open(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.is_open)

    @cached_property
    def done(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.is_done)

    @cached_property
    def put_off(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.is_put_off)

    def tabs(self, current: Point) -> list[Tab]:
        """The parts of the agenda, with the addresses that show them beside `current`."""
        parts = ((OPEN, self.open), (self.done_word, self.done), (PUT_OFF, self.put_off))
        return [
            Tab(name, name.capitalize(), points, self.url(current.number, replace(self.look, tab=name))) for name, points in parts
        ]

    def shown(self, current: Point) -> list[tuple[str, list[Point]]]:
        """The items of the chosen part under their Handlungsfelder."""
        tabs = self.tabs(current)
        return grouped(next((tab for tab in tabs if tab.name == self.look.tab), tabs[0]).points)

    @property
    def groups(self) -> list[tuple[str, list[Point]]]:
        return grouped(self.points)

    @property
    def counted(self) -> tuple[int, int]:
        """How many are done of how many: Maßnahmen of the whole round that are agreed, without ratings items of this agenda."""
        if not self.round.has_ratings:
            return len(self.done), len(self.points)
        return sum(row.is_agreed for row in self.appendix.rows), self.appendix.total

    @property
    def progress(self) -> list[tuple[str, int, str]]:
        done, total = self.counted
        return [("in", done, self.done_word), ("open", total - done, "offen")]

    @property
    def minutes_left(self) -> int | None:
        """Minutes until the planned end, on the day itself."""
        now = timezone.localtime()
        if self.meeting.is_held or self.meeting.ends_at is None or self.meeting.on != now.date():
            return None
        end = self.meeting.ends_at
        return max(end.hour * 60 + end.minute - now.hour * 60 - now.minute, 0)

    def point(self, number: str) -> Point | None:
        return next((point for point in self.points if point.number == number), None)

    def neighbour(self, point: Point, step: int) -> Point | None:
        place = self.points.index(point) + step
        return self.points[place] if 0 <= place < len(self.points) else None

    def after(self, number: str) -> Point | None:
        """The next open item behind `number`, from the beginning again at the end."""
        place = next((place for place, point in enumerate(self.points) if point.number == number), -1)
        following = self.points[place + 1 :] + self.points[: max(place, 0)]
        return next((point for point in following if point.is_open), None)


def grouped(points: Sequence[Point]) -> list[tuple[str, list[Point]]]:
    """Return `points` under the titles of their Handlungsfelder, in their order."""
    found: dict[str, list[Point]] = {}
    for point in points:
        found.setdefault(point.field_title, []).append(point)
    return list(found.items())
