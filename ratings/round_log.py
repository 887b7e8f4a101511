"""The log of a round: what the histories tell of the round, its reports, ratings, Rückfragen, deadlines, meetings, of
Zuständigkeiten and Vertretungen, and which mails were sent by hand.

A fixed number of queries. It says who did what, as the Evaluationsleitung may know (rule 9), and cannot be searched or ordered by
person: that would make a record of somebody's work out of it (NPersVG § 67).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.utils import timezone

from goals.models import Deputy, Measure, OrgUnit, Responsibility, ResponsibilityRole
from goals.text import fold, sort_key
from ratings.history_words import answer_due_title, day_word, extension_title, grade_word, read_act, supplement_titles
from ratings.mail.reminders import REMINDED, TAKEN_BACK
from ratings.models import (
    AgendaItem,
    AgendaOrigin,
    AgreedRating,
    DueExtension,
    Inquiry,
    InquiryMessage,
    Meeting,
    OutgoingMail,
    ReportingRound,
    StatusReport,
    Supplement,
)
from ratings.scheme import Marker
from ratings.states import InquiryState, RoundState
from ratings.workflow import Action


class LogKind(models.TextChoices):
    ROUND = "runde", "Runde"
    REPORT = "bericht", "Bericht"
    RATING = "bewertung", "Bewertung"
    INQUIRY = "rueckfrage", "Rückfrage"
    MEETING = "sitzung", "Sitzung"
    SUPPLEMENT = "nachtrag", "Nachtrag"
    DEADLINE = "frist", "Frist"
    MAIL = "mail", "Mail von Hand"
    RESPONSIBILITY = "zustaendigkeit", "Zuständigkeit"
    DEPUTY = "vertretung", "Vertretung"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a history says, by keys. `deputy_ids`: who stands in for whom."""

    at: datetime
    kind: LogKind
    what: str
    text: str = ""
    measure_id: int | None = None
    unit_id: int | None = None
    user_id: int | None = None
    deputy_ids: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log. `number` and `unit` are empty where it concerns the round as a whole.

    `deputies` says who stands in for whom.
    """

    at: datetime
    kind: LogKind
    what: str
    text: str
    number: str
    title: str
    unit: str
    unit_slug: str
    who: str
    deputies: str

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
    def searched(self) -> tuple[str, ...]:
        """What the search looks at, the number first: never the name of a person."""
        return self.number, self.what, self.text, self.title, self.unit


def log_lines(round_: ReportingRound) -> list[LogLine]:
    """Return the log of `round_`, the newest first: a fixed number of queries, however much has happened."""
    reports, ratings = list(_of_reports(round_)), list(_of_ratings(round_))
    decided = {(entry.measure_id, entry.at) for entry in ratings}
    entries = [
        *_of_round(round_),
        *_of_responsibilities(round_),
        *_of_deputies(round_, {entry.unit_id for entry in reports if entry.unit_id}),
        *_of_extensions(round_),
        *_of_mails(round_),
        *_of_supplements(round_),
        *reports,
        *_of_inquiries(round_),
        # What a decision says of its item on the agenda too stands there once, with the grade.
        *(entry for entry in _of_meetings(round_) if (entry.measure_id, entry.at) not in decided),
        *ratings,
    ]
    entries.sort(key=lambda entry: entry.at)
    return _in_words(round_, entries[::-1])


def _in_words(round_: ReportingRound, entries: Sequence[_Entry]) -> list[LogLine]:
    rows = Measure.objects.filter(concept=round_.concept_id).values_list("pk", "goal__number", "position", "title")
    measures = {pk: (f"{goal}.{position}", title) for pk, goal, position, title in rows}
    units = {pk: (name, slug) for pk, name, slug in OrgUnit.objects.values_list("pk", "name", "slug")}
    named = {pk for entry in entries for pk in (entry.user_id, *(entry.deputy_ids or ())) if pk}
    people = get_user_model().objects.in_bulk(named)
    return [
        LogLine(
            entry.at,
            entry.kind,
            entry.what,
            entry.text,
            *measures.get(entry.measure_id or 0, ("", "")),
            *units.get(entry.unit_id or 0, ("", "")),
            str(people.get(entry.user_id or 0, "")),
            " für ".join(str(people[pk]) for pk in entry.deputy_ids or () if pk in people),
        )
        for entry in entries
    ]


def _history(model: Any, *columns: str, **filters: Any) -> Iterable[Any]:
    """The entries of a model's history, oldest first: moment, person, what, and `columns`."""
    rows = model.history.filter(**filters).order_by("history_date", "history_id")
    found: Iterable[Any] = rows.values_list("history_date", "history_user_id", "history_change_reason", *columns)
    return found


def _of_round(round_: ReportingRound) -> Iterator[_Entry]:
    """What the round itself went through, with the version that a close wrote; from whom a report was asked for by hand."""
    versions = {at: _version(number, gaps) for at, number, gaps in round_.snapshots.values_list("created_at", "version", "gaps")}
    due_before: date | None = None
    for at, user_id, what, kind, due_on in _history(ReportingRound, "history_type", "due_on", id=round_.pk):
        title, _, text = (what or ("angelegt" if kind == "+" else "geändert")).partition(": ")
        if due_before not in (None, due_on):
            text = "\n".join(filter(None, (text, f"Abgabe vorher bis {day_word(due_before)}, jetzt bis {day_word(due_on)}")))
        due_before = due_on
        if title.startswith("Nachtrag zu "):  # told with its Maßnahme by `_of_supplements`
            continue
        title = f"Runde {title}" if title[:1].islower() else title
        entry_kind = LogKind.MAIL if title in (REMINDED, TAKEN_BACK) else LogKind.ROUND
        yield _Entry(at, entry_kind, title, text or versions.get(at, ""), user_id=user_id)


def _version(number: int, gaps: Collection[str]) -> str:
    points = f", {len(gaps)} {'offener Punkt' if len(gaps) == 1 else 'offene Punkte'}" if gaps else ""
    return f"Fassung {number}{points}"


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
    before: dict[int, tuple[str, date | None]] = {}
    states = ("id", "state", "due_on", "report__measure_id", "report__unit_id")
    for at, user_id, _, pk, state, due_on, measure_id, unit_id in _history(Inquiry, *states, report__round_id=round_.pk):
        state_before, due_before = before.get(pk, ("", None))
        before[pk] = (state, due_on)
        if due_on != due_before and state != InquiryState.DONE:
            yield _Entry(at, LogKind.INQUIRY, answer_due_title(due_before, due_on), "", measure_id, unit_id, user_id)
        if state == InquiryState.DONE != state_before:
            yield _Entry(at, LogKind.INQUIRY, "Rückfrage erledigt", "", measure_id, unit_id, user_id)


def _of_ratings(round_: ReportingRound) -> Iterator[_Entry]:
    """Decisions with old and new words; what an entry repeats of the same Fassung (its basis was set) is left out."""
    voted = Marker.voted()
    columns = ("history_type", "measure_id", "version", "reason", "remark", "grade", *(marker.value for marker in voted))
    last: dict[int, tuple[int, str, str]] = {}
    for at, user_id, what, kind, measure_id, version, reason, remark, grade, *set_ in _history(
        AgreedRating, *columns, round_id=round_.pk
    ):
        before = last.pop(measure_id, None)
        if kind == "-":
            was = f": vorher {before[1]}" if before else ""
            yield _Entry(at, LogKind.RATING, f"Bewertung zurückgenommen{was}", "", measure_id, None, user_id)
            continue
        word = grade_word(grade)
        markers = ", ".join(marker.word for marker, value in zip(voted, set_, strict=True) if value) or "keine"
        last[measure_id] = (version, word, markers)
        if before and before[0] == version:
            continue
        what = what or "abgestimmt"
        title = f"{what[:1].upper()}{what[1:]}: {_from_to(before[1] if before else None, word)}"
        seen = before[2] if before else "keine"
        words = f"Kennzeichen: {_from_to(before and before[2], markers)}" if markers != seen else ""
        yield _Entry(at, LogKind.RATING, title, "\n".join(filter(None, (words, reason, remark))), measure_id, None, user_id)


def _from_to(before: str | None, after: str) -> str:
    return after if before in (None, after) else f"vorher {before}, jetzt {after}"


def _of_extensions(round_: ReportingRound) -> Iterator[_Entry]:
    columns = ("history_type", "due_on", "reason", "measure_id", "unit_id")
    for at, user_id, what, kind, due_on, reason, measure_id, unit_id in _history(DueExtension, *columns, round_id=round_.pk):
        title = extension_title(kind, what, due_on)
        yield _Entry(at, LogKind.DEADLINE, title, "" if kind == "-" else reason, measure_id, unit_id, user_id)


def _of_meetings(round_: ReportingRound) -> Iterator[_Entry]:
    """Meetings planned, changed, held; what was put on their agenda, put off and taken from it again."""
    names: dict[int, str] = {}
    for at, user_id, what, pk, title, on, place in _history(Meeting, "id", "title", "on", "place", round_id=round_.pk):
        names[pk] = title or f"Jour fixe am {day_word(on)}"
        text = ", ".join(filter(None, (names[pk], day_word(on) if title else "", place)))
        yield _Entry(at, LogKind.MEETING, f"Sitzung {what or 'geändert'}", text, user_id=user_id)
    columns = ("meeting_id", "measure_id", "origin", "note")
    origins = dict(AgendaOrigin.choices)
    for at, user_id, what, meeting_id, measure_id, origin, note in _history(AgendaItem, *columns, meeting__round_id=round_.pk):
        what = what or "Tagesordnung geändert"
        chosen = f"Auswahl: {origins.get(origin, origin)}"
        text = ", ".join(filter(None, (names.get(meeting_id, ""), chosen)))
        text = "\n".join(filter(None, (text, note)))
        yield _Entry(at, LogKind.MEETING, f"{what[:1].upper()}{what[1:]}", text, measure_id, None, user_id)


def _of_mails(round_: ReportingRound) -> Iterator[_Entry]:
    """Mails whose fate was open or that had failed, sent again by hand: without the person they went to (rule 9)."""
    rows = OutgoingMail.objects.filter(items__round=round_, resent_at__isnull=False).order_by("resent_at", "pk").distinct()
    for at, user_id, day in rows.values_list("resent_at", "resent_by_id", "day"):
        assert at is not None  # noqa: S101 (the query asks for it)
        yield _Entry(at, LogKind.MAIL, "Mail erneut in Auftrag gegeben", f"Mail vom {day_word(day)}", user_id=user_id)


def _of_supplements(round_: ReportingRound) -> Iterator[_Entry]:
    """Maßnahmen of the closed round that were opened again, and what became of it."""
    for row in Supplement.objects.filter(round=round_).select_related("snapshot").defer("snapshot__data"):
        opened, finished = supplement_titles(row)
        yield _Entry(row.opened_at, LogKind.SUPPLEMENT, opened, row.reason, row.measure_id, None, row.opened_by_id)
        if row.finished_at:
            yield _Entry(row.finished_at, LogKind.SUPPLEMENT, finished, "", row.measure_id, None, row.finished_by_id)


def _span(round_: ReportingRound) -> dict[str, datetime]:
    """From the moment the round was made until it was last closed, as a filter of other histories: one query."""
    history: Any = ReportingRound.history
    states = list(history.filter(id=round_.pk).order_by("history_date", "history_id").values_list("history_date", "state"))
    closed = [at for at, state in states if state == RoundState.CLOSED]
    span = {"history_date__gte": states[0][0]} if states else {}
    return span | ({"history_date__lte": closed[-1]} if round_.is_closed and closed else {})


def _of_responsibilities(round_: ReportingRound) -> Iterator[_Entry]:
    """Changes in the Konzept while the round ran. What they did to its reports is told by those."""
    words = {"+": "Zuständig", "~": "Zuständigkeit geändert", "-": "Nicht mehr zuständig"}
    columns = ("history_type", "role", "measure_id", "unit_id")
    filters = {"measure__concept_id": round_.concept_id, **_span(round_)}
    for at, user_id, what, kind, role, measure_id, unit_id in _history(Responsibility, *columns, **filters):
        title = words[kind] if kind == "-" else f"{words[kind]}: {ResponsibilityRole(role).label}"
        yield _Entry(at, LogKind.RESPONSIBILITY, title, what or "", measure_id, unit_id, user_id)


def _of_deputies(round_: ReportingRound, unit_ids: Collection[int]) -> Iterator[_Entry]:
    """Vertretungen in units that report, as far as they reach into the round. The names are shown and never searched."""
    until = {name: at for name, at in _span(round_).items() if name == "history_date__lte"}
    history: Any = Deputy.history
    rows = history.filter(Q(concept=None) | Q(concept=round_.concept_id), unit__in=unit_ids, **until)
    rows = rows.filter(until_on__gte=round_.opens_on).order_by("history_date", "history_id")
    columns = ("history_date", "history_user_id", "history_change_reason", "unit_id", "from_on", "until_on")
    for at, user_id, what, unit_id, from_on, until_on, *pair in rows.values_list(*columns, "deputy_id", "absent_id"):
        what = what or "Vertretung geändert"
        title = what if what.startswith("Vertretung") else f"Vertretung {what}"
        text = f"vom {day_word(from_on)} bis {day_word(until_on)}"
        yield _Entry(at, LogKind.DEPUTY, title, text, None, unit_id, user_id, (pair[0], pair[1]))
