"""What happened lately in somebody's rounds: a short list for the start page, newest first (issue 5, point 2).

Read from the histories, with a fixed number of queries whatever the number of rounds and reports. Who leads or sits in the Jour fixe
sees what concerns the round, everybody else what concerns the reports of their units. It never names a person (rule 9), and what
passes inside a unit before it hands in is told to that unit alone (rule 8).
"""

import enum
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from goals.permissions import access_for
from ratings.history_words import day_word, read_act
from ratings.models import AgreedRating, DueExtension, Inquiry, Meeting, ReportingRound, StatusReport
from ratings.permissions import ASKING, COORDINATING, is_inside
from ratings.querysets import UNIT_ROLES
from ratings.states import InquiryState, ReportState
from ratings.workflow import Action

if TYPE_CHECKING:
    from evalportal.accounts.models import User

LOOK_BACK: Final = timedelta(days=14)
_MOST: Final = 7
_SPOTS: Final = 5


class Kind(enum.Enum):
    """What can happen, in words for one and for several; {} is the number. `inner`: known to the unit alone."""

    SUBMITTED = ("Bericht eingereicht", "{} Berichte eingereicht")
    SENT_BACK = ("Bericht in der Einheit zurückgegeben", "{} Berichte in der Einheit zurückgegeben")
    WITHDRAWN = ("Bericht zurückgezogen", "{} Berichte zurückgezogen")
    HELD_BACK = ("Bericht vor der Freigabe zurückgezogen", "{} Berichte vor der Freigabe zurückgezogen")
    RETURNED = ("Bericht mit Rückfrage zurückgegeben", "{} Berichte mit Rückfragen zurückgegeben")
    DROPPED = ("Bericht entfallen", "{} Berichte entfallen")
    ASKED = ("Rückfrage gestellt", "{} Rückfragen gestellt")
    ANSWERED = ("Rückfrage beantwortet", "{} Rückfragen beantwortet")
    SETTLED = ("Rückfrage erledigt", "{} Rückfragen erledigt")
    AGREED = ("Bewertung abgestimmt", "{} Bewertungen abgestimmt")
    TAKEN_BACK = ("Bewertung zurückgenommen", "{} Bewertungen zurückgenommen")
    EXTENDED = ("Frist verlängert", "{} Fristen verlängert")
    ROUND = ("", "")
    MEETING = ("", "")

    @property
    def inner(self) -> bool:
        return self in (Kind.SENT_BACK, Kind.HELD_BACK)

    def words(self, number: int) -> str:
        one, several = self.value
        return one if number == 1 else several.format(number)


_ACTS: Final = {
    Action.SUBMIT: Kind.SUBMITTED,
    Action.APPROVE: Kind.SUBMITTED,
    Action.RETURN: Kind.SENT_BACK,
    Action.WITHDRAW: Kind.WITHDRAWN,
    Action.INQUIRE: Kind.RETURNED,
    Action.DROP: Kind.DROPPED,
}
_ASKING: Final = {InquiryState.OPEN: Kind.ASKED, InquiryState.ANSWERED: Kind.ANSWERED, InquiryState.DONE: Kind.SETTLED}
# How the entries end that a step or a release leaves in the history of a round.
_STEPS: Final = ("geöffnet", "begonnen", "abgeschlossen", "freigegeben")
_PLACE: Final = ("measure__goal__number", "measure__position", "measure__title", "unit__short_name")


@dataclass(frozen=True, slots=True)
class Spot:
    """A Maßnahme that it concerned."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    round_id: int
    kind: Kind
    words: str = ""
    spot: Spot | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: what happened on one day in one round. `more`: how many Maßnahmen are not among `spots`."""

    at: datetime
    round: ReportingRound
    words: str
    who: str
    spots: tuple[Spot, ...]
    more: int

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


def happenings(user: "User", rounds: Sequence[ReportingRound], *, now: datetime | None = None) -> list[Happening]:
    """Return what happened in the last days in those of `rounds` that `user` sees from the inside, the newest first.

    Six queries at most, none for somebody who only reads results.
    """
    seen = {round_.pk: round_ for round_ in rounds if is_inside(user, round_.concept_id)}
    if not seen:
        return []
    view = _View(user, list(seen.values()), (now or timezone.now()) - LOOK_BACK)
    reports = list(view.of_reports())
    # A return asks a question in the same moment: that is told once.
    returned = {(event.at, event.spot, event.unit) for event in reports if event.kind is Kind.RETURNED}
    asked = (event for event in view.of_inquiries() if (event.at, event.spot, event.unit) not in returned)
    events = [*reports, *asked, *view.of_ratings(), *view.of_extensions(), *view.of_rounds()]
    if view.leading:
        events += view.of_meetings()
    return _gathered(events, seen)[:_MOST]


class _View:
    """What one person may know of some rounds since a moment."""

    def __init__(self, user: "User", rounds: Iterable[ReportingRound], since: datetime) -> None:
        self.since = since
        access = access_for(user)
        self.round_ids: list[int] = []
        self.leading: set[int] = set()
        self.coordinated: set[int] = set()
        self.units: dict[int, Collection[int]] = {}
        for round_ in rounds:
            self.round_ids.append(round_.pk)
            self.units[round_.pk] = access.units(UNIT_ROLES, round_.concept_id)
            if access.has(ASKING, round_.concept_id):
                self.leading.add(round_.pk)
            if access.has(COORDINATING, round_.concept_id):
                self.coordinated.add(round_.pk)

    def _mine(self, path: str = "", *, of_measures: bool = False) -> Q:
        """Rows of a round that is led, or of one's own units in the others; `of_measures`: on the Maßnahmen of these units."""
        found = Q(**{f"{path}round__in": self.leading})
        for round_id, units in self.units.items():
            if round_id in self.leading or not units:
                continue
            here = Q(**{f"{path}round": round_id})
            reports = StatusReport.objects.filter(round=round_id, unit__in=units)
            found |= here & (Q(measure__in=reports.values("measure")) if of_measures else Q(**{f"{path}unit__in": units}))
        return found

    def _history(self, model: Any, rows: Q, *columns: str | Subquery) -> Iterable[Any]:
        """Moment, what, kind of the entry and `columns` of a model's history, oldest first."""
        found = model.history.filter(rows, history_date__gte=self.since).order_by("history_date", "history_id")
        entries: Iterable[Any] = found.values_list("history_date", "history_change_reason", "history_type", *columns)
        return entries

    def of_reports(self) -> Iterator[_Event]:
        history: Any = StatusReport.history
        earlier = history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
        columns = ("round_id", "unit_id", "state", Subquery(earlier.values("state")[:1]), *_PLACE)
        for at, what, _, round_id, unit_id, state, before, *place in self._history(StatusReport, self._mine(), *columns):
            kind = _kind_of(read_act(what, state).action, state, before)
            if kind and not (kind.inner and unit_id not in self.units[round_id]):
                yield _Event(at, round_id, kind, "", *_spot_and_unit(place))

    def of_inquiries(self) -> Iterator[_Event]:
        place = [f"report__{column}" for column in _PLACE]
        columns = ("report__round_id", "state", *place)
        for at, _, _, round_id, state, *there in self._history(Inquiry, self._mine("report__"), *columns):
            yield _Event(at, round_id, _ASKING[InquiryState(state)], "", *_spot_and_unit(there))

    def of_ratings(self) -> Iterator[_Event]:
        """Decisions; what an entry repeats of the same Fassung (its basis was set) is left out."""
        told: set[tuple[int, int]] = set()
        columns = ("round_id", "measure_id", "version", *_PLACE[:3])
        for at, _, kind, round_id, measure_id, version, *place in self._history(
            AgreedRating, self._mine(of_measures=True), *columns
        ):
            taken_back = kind == "-"
            if taken_back or (measure_id, version) not in told:
                told.add((measure_id, version))
                yield _Event(at, round_id, Kind.TAKEN_BACK if taken_back else Kind.AGREED, "", *_spot_and_unit([*place, ""]))

    def of_extensions(self) -> Iterator[_Event]:
        columns = ("round_id", "due_on", *_PLACE)
        rows = self._mine() | (self._mine(of_measures=True) & Q(unit=None))
        for at, _, kind, round_id, due_on, *place in self._history(DueExtension, rows, *columns):
            if kind == "+":
                yield _Event(at, round_id, Kind.EXTENDED, f"Frist verlängert bis {day_word(due_on)}", *_spot_and_unit(place))

    def of_rounds(self) -> Iterator[_Event]:
        """The steps of a round and its releases; whatever else was done with it concerns its Evaluationsleitung alone."""
        for at, what, _, round_id in self._history(ReportingRound, Q(id__in=self.round_ids), "id"):
            title = (what or "").partition(": ")[0]
            if title.endswith(_STEPS) or (title and round_id in self.coordinated):
                yield _Event(at, round_id, Kind.ROUND, f"Runde {title}" if title[:1].islower() else title)

    def of_meetings(self) -> Iterator[_Event]:
        words = {"angelegt": "Sitzung am {} angelegt", "beendet": "Sitzung vom {} beendet"}
        for at, what, _, round_id, on in self._history(Meeting, Q(round__in=self.leading), "round_id", "on"):
            if what in words:
                yield _Event(at, round_id, Kind.MEETING, words[what].format(day_word(on)))


def _kind_of(action: Action | None, state: str, before: str | None) -> Kind | None:
    """What an entry of a report's history tells; None for what is not news. Without an action something else had it changed.

    What was withdrawn while it waited for approval has never left the unit (rule 8).
    """
    if action is None:
        return Kind.DROPPED if state == ReportState.DROPPED else None
    if action is Action.SUBMIT and state == ReportState.AWAITING_APPROVAL:
        return None  # it waits in the unit and stands there as a task
    if action is Action.WITHDRAW and before == ReportState.AWAITING_APPROVAL:
        return Kind.HELD_BACK
    return _ACTS.get(action)


def _spot_and_unit(place: Sequence[Any]) -> tuple[Spot | None, str]:
    goal, position, title, unit = place
    return (Spot(f"{goal}.{position}", title) if goal else None), unit or ""


def _gathered(events: Iterable[_Event], rounds: dict[int, ReportingRound]) -> list[Happening]:
    """One line for what happened in the same way on one day in one round, the newest first."""
    groups: dict[tuple[date, int, Kind, str], list[_Event]] = {}
    for event in sorted(events, key=lambda event: event.at):
        groups.setdefault((timezone.localdate(event.at), event.round_id, event.kind, event.words), []).append(event)
    found = []
    for (_, round_id, kind, words), group in groups.items():
        spots = list(dict.fromkeys(event.spot for event in group if event.spot))
        units = list(dict.fromkeys(event.unit for event in group if event.unit))
        who = ", ".join(units) if len(units) < 3 else f"{len(units)} Einheiten"
        said = words or kind.words(len(spots) or len(group))
        more = max(len(spots) - _SPOTS, 0)
        found.append(Happening(group[-1].at, rounds[round_id], said, who, tuple(spots[:_SPOTS]), more))
    return sorted(found, key=lambda line: line.at, reverse=True)
