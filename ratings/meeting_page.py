"""What stands on the pages of one meeting: its agenda with the rating of each Maßnahme, in groups, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from ratings import permissions
from ratings.appendix import Appendix, AppendixRow, live_appendix, load_appendix
from ratings.measure_page import Spot
from ratings.models import AgendaItem, AgendaOutcome, Meeting

if TYPE_CHECKING:
    from evalportal.accounts.models import User

TABS = (
    (AgendaOutcome.OPEN, "offen", "Offen"),
    (AgendaOutcome.AGREED, "abgestimmt", "Abgestimmt"),
    (AgendaOutcome.PUT_OFF, "vertagt", "Vertagt"),
)


@dataclass(frozen=True)
class MeetingSpot(Spot):
    """A Maßnahme looked at in a meeting: forms on its reports lead back there."""

    meeting_id: int = 0
    query: str = ""

    @property
    def here(self) -> str:
        path = reverse("ratings:meeting_item", args=[self.meeting_id, self.measure.number])
        return f"{path}?{self.query}" if self.query else path


@dataclass(frozen=True)
class Point:
    """An item of the agenda with the row of its Maßnahme, if the round has that."""

    item: AgendaItem
    row: AppendixRow | None
    url: str

    @property
    def number(self) -> str:
        return self.item.measure.number

    @property
    def field_title(self) -> str:
        return self.item.measure.goal.challenge.action_field.title

    @property
    def is_agreed(self) -> bool:
        return self.item.outcome == AgendaOutcome.AGREED


class MeetingPage:
    """The agenda of `meeting`, whose round and Konzept are selected: seven queries, whatever the number of items."""

    def __init__(self, user: "User", meeting: Meeting, *, projector: bool = False, tab: str = "") -> None:
        self.user = user
        self.meeting = meeting
        self.round = meeting.round
        self.projector = projector
        self.tab = tab if tab in {name for _, name, _ in TABS} else TABS[0][1]
        rows = {row.key: row for row in self.appendix.rows}
        items = AgendaItem.objects.filter(meeting=meeting).in_order()
        self.points = [Point(item, rows.get(item.measure.key), self.url(item.measure.number)) for item in items]

    @cached_property
    def appendix(self) -> Appendix:
        return live_appendix(self.round) if self.round.is_live else load_appendix(self.round)

    @cached_property
    def may_lead(self) -> bool:
        """The recorder and the Evaluationsleitung, while the round runs."""
        return bool(permissions.may_record_round(self.user, self.round))

    @property
    def may_decide(self) -> bool:
        return self.may_lead and not self.meeting.is_held

    @property
    def query(self) -> str:
        found = {"ansicht": "projektor"} if self.projector else {}
        if self.tab != TABS[0][1]:
            found["reiter"] = self.tab
        return urlencode(found)

    def url(self, number: str) -> str:
        path = reverse("ratings:meeting_item", args=[self.meeting.pk, number])
        return f"{path}?{self.query}" if self.query else path

    @property
    def tabs(self) -> list[tuple[str, str, int]]:
        """Name, word and number of items of each part of the agenda."""
        return [(name, word, sum(point.item.outcome == outcome for point in self.points)) for outcome, name, word in TABS]

    @property
    def shown(self) -> list[tuple[str, list[Point]]]:
        """The items of the chosen part under their Handlungsfelder."""
        wanted = next(outcome for outcome, name, _ in TABS if name == self.tab)
        return grouped([point for point in self.points if point.item.outcome == wanted])

    @property
    def groups(self) -> list[tuple[str, list[Point]]]:
        return grouped(self.points)

    @property
    def agreed(self) -> int:
        """Maßnahmen of the whole round that are agreed."""
        return sum(row.is_agreed for row in self.appendix.rows)

    @property
    def progress(self) -> list[tuple[str, int, str]]:
        return [("in", self.agreed, "abgestimmt"), ("open", self.appendix.total - self.agreed, "offen")]

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

    def after(self, number: str) -> Point | None:
        """The next open item behind `number`, from the beginning again at the end."""
        place = next((place for place, point in enumerate(self.points) if point.number == number), -1)
        following = self.points[place + 1 :] + self.points[: max(place, 0)]
        return next((point for point in following if point.item.is_open), None)


def grouped(points: Sequence[Point]) -> list[tuple[str, list[Point]]]:
    """Return `points` under the titles of their Handlungsfelder, in their order."""
    found: dict[str, list[Point]] = {}
    for point in points:
        found.setdefault(point.field_title, []).append(point)
    return list(found.items())
