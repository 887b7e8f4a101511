"""The log of a round: every entry of the histories of the round, its reports, ratings, Rückfragen and of the Zuständigkeiten.

A fixed number of queries. It says who did what, as the Evaluationsleitung may know (rule 9), and cannot be searched or ordered by
person: that would make a record of somebody's work out of it (NPersVG § 67).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone

from goals.models import Measure, OrgUnit, Responsibility, ResponsibilityRole
from goals.text import fold, sort_key
from ratings.history_page import grade_word, read_act
from ratings.models import AgreedRating, Inquiry, InquiryMessage, ReportingRound, StatusReport
from ratings.states import InquiryState, RoundState
from ratings.workflow import Action


class LogKind(models.TextChoices):
    ROUND = "runde", "Runde"
    REPORT = "bericht", "Bericht"
    RATING = "bewertung", "Bewertung"
    INQUIRY = "rueckfrage", "Rückfrage"
    RESPONSIBILITY = "zustaendigkeit", "Zuständigkeit"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a history says, by keys."""

    at: datetime
    kind: LogKind
    what: str
    text: str = ""
    measure_id: int | None = None
    unit_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log. `number` and `unit` are empty where it concerns the round as a whole."""

    at: datetime
    kind: LogKind
    what: str
    text: str
    number: str
    title: str
    unit: str
    unit_slug: str
    who: str

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)

    @property
    def number_key(self) -> str:
        return sort_key(self.number)

    @property
    def unit_key(self) -> str:
        return fold(self.unit)

    @property
    def searched(self) -> str:
        """What the search looks at: never the name of a person."""
        return fold(f"{self.what} {self.text} {self.number} {self.title} {self.unit}")


def log_lines(round_: ReportingRound) -> list[LogLine]:
    """Return the log of `round_`, the newest first: nine queries."""
    entries = [
        *_of_round(round_),
        *_of_responsibilities(round_),
        *_of_reports(round_),
        *_of_inquiries(round_),
        *_of_ratings(round_),
    ]
    rows = Measure.objects.filter(concept=round_.concept_id).values_list("pk", "goal__number", "position", "title")
    measures = {pk: (f"{goal}.{position}", title) for pk, goal, position, title in rows}
    units = {pk: (name, slug) for pk, name, slug in OrgUnit.objects.values_list("pk", "name", "slug")}
    people = get_user_model().objects.in_bulk({entry.user_id for entry in entries if entry.user_id})
    entries.sort(key=lambda entry: entry.at)
    return [
        LogLine(
            entry.at,
            entry.kind,
            entry.what,
            entry.text,
            *measures.get(entry.measure_id or 0, ("", "")),
            *units.get(entry.unit_id or 0, ("", "")),
            str(people.get(entry.user_id or 0, "")),
        )
        for entry in reversed(entries)
    ]


def _history(model: Any, *columns: str, **filters: Any) -> Iterable[Any]:
    """The entries of a model's history, oldest first: moment, person, what, and `columns`."""
    rows = model.history.filter(**filters).order_by("history_date", "history_id")
    found: Iterable[Any] = rows.values_list("history_date", "history_user_id", "history_change_reason", *columns)
    return found


def _of_round(round_: ReportingRound) -> Iterator[_Entry]:
    for at, user_id, what, kind in _history(ReportingRound, "history_type", id=round_.pk):
        title, _, text = (what or ("angelegt" if kind == "+" else "geändert")).partition(": ")
        yield _Entry(at, LogKind.ROUND, f"Runde {title}" if title[:1].islower() else title, text, user_id=user_id)


def _of_reports(round_: ReportingRound) -> Iterator[_Entry]:
    columns = ("state", "measure_id", "unit_id")
    for at, user_id, what, state, measure_id, unit_id in _history(StatusReport, *columns, round_id=round_.pk):
        act = read_act(what, state)
        # Why a unit sent a draft back to its own desk is about the draft, which stays in the unit (rule 8).
        text = "" if act.action is Action.RETURN else act.reason
        yield _Entry(at, LogKind.REPORT, act.title, text, measure_id, unit_id, user_id)


def _of_inquiries(round_: ReportingRound) -> Iterator[_Entry]:
    place = ("inquiry__report__measure_id", "inquiry__report__unit_id")
    messages = InquiryMessage.objects.filter(inquiry__report__round=round_).order_by("written_at", "pk")
    columns = ("written_at", "author_id", "text", "from_unit", *place)
    for at, user_id, text, from_unit, measure_id, unit_id in messages.values_list(*columns):
        title = "Antwort der Einheit" if from_unit else "Frage an die Einheit"
        yield _Entry(at, LogKind.INQUIRY, title, text, measure_id, unit_id, user_id)
    settled = _history(Inquiry, "report__measure_id", "report__unit_id", report__round_id=round_.pk, state=InquiryState.DONE)
    for at, user_id, _, measure_id, unit_id in settled:
        yield _Entry(at, LogKind.INQUIRY, "Rückfrage erledigt", "", measure_id, unit_id, user_id)


def _of_ratings(round_: ReportingRound) -> Iterator[_Entry]:
    """Decisions with old and new grade; what an entry repeats of the same Fassung (its basis was set) is left out."""
    columns = ("history_type", "measure_id", "grade", "version", "reason", "remark")
    last: dict[int, tuple[str | None, int]] = {}
    for at, user_id, what, kind, measure_id, grade, version, reason, remark in _history(
        AgreedRating, *columns, round_id=round_.pk
    ):
        if kind == "-":
            last.pop(measure_id, None)
            yield _Entry(at, LogKind.RATING, "Bewertung zurückgenommen", "", measure_id, None, user_id)
            continue
        before = last.get(measure_id)
        last[measure_id] = (grade, version)
        if before and before[1] == version:
            continue
        was = f"vorher {grade_word(before[0])}, jetzt " if before and before[0] != grade else ""
        what = what or "abgestimmt"
        title = f"{what[:1].upper()}{what[1:]}: {was}{grade_word(grade)}"
        yield _Entry(at, LogKind.RATING, title, "\n".join(filter(None, (reason, remark))), measure_id, None, user_id)


def _of_responsibilities(round_: ReportingRound) -> Iterator[_Entry]:
    """Changes in the Konzept from the day the round was made until it was last closed."""
    history: Any = ReportingRound.history
    states = list(history.filter(id=round_.pk).order_by("history_date", "history_id").values_list("history_date", "state"))
    filters: dict[str, Any] = {"measure__concept_id": round_.concept_id}
    if states:
        filters["history_date__gte"] = states[0][0]
        closed = [at for at, state in states if state == RoundState.CLOSED]
        if round_.is_closed and closed:
            filters["history_date__lte"] = closed[-1]
    words = {"+": "Zuständig", "~": "Zuständigkeit geändert", "-": "Nicht mehr zuständig"}
    columns = ("history_type", "role", "measure_id", "unit_id")
    for at, user_id, what, kind, role, measure_id, unit_id in _history(Responsibility, *columns, **filters):
        title = words[kind] if kind == "-" else f"{words[kind]}: {ResponsibilityRole(role).label}"
        yield _Entry(at, LogKind.RESPONSIBILITY, title, what or "", measure_id, unit_id, user_id)
