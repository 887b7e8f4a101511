"""What a round asks of those who lead it, keep its minutes or sit in the Jour fixe: the exceptions first (issue 5, point 2).

Pure: everything was loaded before (`ratings.waiting`, the rows of the round). Who reads only gets no task.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from ratings.models import Meeting, ReportingRound, Snapshot, Supplement
from ratings.states import RoundState
from ratings.waiting import Question, Sitting, Waiting

_PLACES: Final = 5


class Rank(enum.IntEnum):
    """The order in which tasks stand: what others wait for comes first."""

    SITTING_NOW = 1
    STEP_DUE = 2
    MAILS = 3
    LATE = 4
    RECHECK = 5
    ANSWERED = 6
    CHANGES = 7
    NOBODY = 8
    DISPUTED = 9
    NO_SITTING = 10
    SUPPLEMENT = 11
    RELEASE = 12
    SITTING = 13
    ASKED = 14
    UNANIMOUS = 15
    STEP_AHEAD = 16
    MINUTES = 17
    NO_ROUND = 18


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do: one button. `places` are single Maßnahmen it is about, each with its address, `more` those left out.

    `is_late`: it is overdue. `is_example`: it is about fictional data; None if it is about no Konzept.
    """

    rank: Rank
    title: str
    text: str
    button: str
    url: str
    places: tuple[tuple[str, str], ...] = ()
    more: int = 0
    is_late: bool = False
    round_title: str = ""
    is_example: bool | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """What the person is in the round."""

    leads: bool
    records: bool


class Numbers(Protocol):
    """What is counted of a round (`round_figures.Figures`)."""

    @property
    def total(self) -> int: ...
    @property
    def agreed(self) -> int: ...
    @property
    def disputed(self) -> int: ...
    @property
    def ready(self) -> int: ...
    @property
    def owed(self) -> int: ...
    @property
    def missing(self) -> int: ...


class Late(Protocol):
    """What is overdue of one unit (`returns.UnitReturn`)."""

    name: str

    @property
    def late(self) -> int: ...


class StepWords(Protocol):
    """The step that leads on, in words (`round_page.NextStep`)."""

    @property
    def step(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def button(self) -> str: ...


@dataclass(frozen=True)
class RoundLook:
    """One round as its tasks are found in it. `counts`: Maßnahmen by what is exceptional; `links`: where the overview shows them.

    `changes`: how many reports no longer fit the Zuständigkeiten; `step`: the step on, if the person may take it.
    """

    round: ReportingRound
    rights: Rights
    numbers: Numbers
    counts: Mapping[str, int]
    links: Mapping[str, str]
    late: Sequence[Late]
    changes: int
    waiting: Waiting
    step: StepWords | None


def tasks_of(look: RoundLook) -> list[Task]:
    """Return what the round asks of the person, the most pressing first."""
    if not look.round.is_live:
        found = [_step(look)]
    else:
        found = [
            _sitting(look),
            _step(look) if is_step_due(look) else None,
            _late(look),
            _recheck(look),
            _answered(look),
            _changes(look),
            _nobody(look),
            _disputed(look),
            _asked(look),
            _unanimous(look),
            _minutes(look),
        ]
    return sorted((task for task in found if task), key=lambda task: task.rank)


def is_step_due(look: RoundLook) -> bool:
    """Whether the round waits for its next step: reports are in or overdue, everything is agreed or the planned end has come."""
    today = timezone.localdate()
    round_, numbers = look.round, look.numbers
    if round_.state == RoundState.OPEN:
        return round_.due_on < today or (numbers.owed > 0 and not numbers.missing)
    if round_.state == RoundState.COORDINATING:
        is_through = numbers.agreed == numbers.total if round_.has_ratings else not numbers.missing
        return is_through or (round_.closes_on is not None and round_.closes_on <= today)
    return True


def number_of(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _step(look: RoundLook) -> Task | None:
    step = look.step
    if step is None:
        return None
    is_ahead = look.round.state == RoundState.PREPARING and look.round.opens_on > timezone.localdate()
    rank = Rank.STEP_AHEAD if is_ahead else Rank.STEP_DUE
    if step.step == "close":
        button, url = step.button, reverse("ratings:round_close", args=[look.round.slug])
    else:  # the step itself is taken on the page of the round, beside what it does
        button, url = "Zur Runde", f"{reverse('ratings:round', args=[look.round.slug])}#naechster-schritt"
    return Task(rank, step.title, step.text, button, url)


def _sitting(look: RoundLook) -> Task | None:
    sitting, records = look.waiting.sitting, look.rights.records
    if sitting is None:
        return _no_sitting(look) if records else None
    meeting, url = sitting.meeting, reverse("ratings:meeting", args=[sitting.meeting.pk])
    day = date_format(meeting.on, "l, j. F")
    when = f"{day}, {meeting.starts_at:%H:%M} Uhr" if meeting.starts_at else day
    where = ", ".join(filter(None, (when, meeting.place)))
    if sitting.is_past:
        if not records:
            return None
        text = f"{where}. {_agenda(sitting)} Was offen bleibt, wird beim Beenden vertagt."
        title = f"Die Sitzung vom {meeting.on:%d.%m.%Y} ist nicht beendet"
        return Task(Rank.SITTING_NOW, title, text, "Sitzung fortsetzen", url, is_late=True)
    text = f"{where}. {_agenda(sitting)}"
    if sitting.is_today:
        button = ("Sitzung fortsetzen" if sitting.is_begun else "Sitzung öffnen") if records else "Tagesordnung ansehen"
        return Task(Rank.SITTING_NOW, f"Heute ist {_name(meeting)}", text, button, url)
    button = "Tagesordnung zusammenstellen" if records and not sitting.points else "Tagesordnung ansehen"
    return Task(Rank.SITTING, f"Nächste Sitzung am {meeting.on:%d.%m.%Y}", text, button, url)


def _name(meeting: Meeting) -> str:
    return f"„{meeting.title}“" if meeting.title else "Jour fixe"


def _agenda(sitting: Sitting) -> str:
    if not sitting.points:
        return "Die Tagesordnung ist noch leer."
    done = f", {sitting.done} davon behandelt" if sitting.is_begun else ""
    return f"{number_of(sitting.points, 'Punkt', 'Punkte')} auf der Tagesordnung{done}."


def _no_sitting(look: RoundLook) -> Task | None:
    cases = look.numbers.disputed + look.counts.get("recheck", 0) if look.round.has_ratings else 0
    if not cases and look.round.state != RoundState.COORDINATING:
        return None
    text = f"{number_of(cases, 'Maßnahme wartet', 'Maßnahmen warten')} auf eine Entscheidung." if cases else ""
    url = reverse("ratings:meetings", args=[look.round.slug])
    return Task(Rank.NO_SITTING, "Es ist keine Sitzung geplant", text, "Sitzung anlegen", url)


def _late(look: RoundLook) -> Task | None:
    units = sorted((unit for unit in look.late if unit.late), key=lambda unit: (-unit.late, unit.name))
    number = sum(unit.late for unit in units)
    if not look.rights.leads or not number:
        return None
    named = ", ".join(unit.name for unit in units[:3])
    others = f" und {number_of(len(units) - 3, 'weitere Einheit', 'weitere Einheiten')}" if len(units) > 3 else ""
    title = number_of(number, "Bericht ist überfällig", "Berichte sind überfällig")
    return Task(
        Rank.LATE,
        title,
        f"{named}{others}.",
        "Einheiten erinnern",
        reverse("ratings:remind", args=[look.round.slug]),
        is_late=True,
    )


def _recheck(look: RoundLook) -> Task | None:
    number = look.counts.get("recheck", 0)
    if not number:
        return None
    title = f"{number_of(number, 'Maßnahme', 'Maßnahmen')} erneut prüfen"
    return Task(Rank.RECHECK, title, "Nach der Abstimmung wurde etwas Neues eingereicht.", "Ansehen", look.links["recheck"])


def _nobody(look: RoundLook) -> Task | None:
    number = look.counts.get("nobody", 0)
    if not look.rights.leads or not number:
        return None
    title = f"{number_of(number, 'Maßnahme', 'Maßnahmen')} ohne zuständige Einheit"
    url = f"{reverse('ratings:returns', args=[look.round.slug])}#niemand"
    return Task(Rank.NOBODY, title, "Dazu kommt kein Bericht.", "Zuständigkeit eintragen", url)


def _changes(look: RoundLook) -> Task | None:
    if not look.rights.leads or not look.changes:
        return None
    text = f"{number_of(look.changes, 'Bericht passt', 'Berichte passen')} nicht mehr dazu."
    url = reverse("ratings:round_sync", args=[look.round.slug])
    return Task(Rank.CHANGES, "Zuständigkeiten haben sich geändert", text, "Abgleich ansehen", url)


def _places(questions: Sequence[Question]) -> tuple[tuple[tuple[str, str], ...], int]:
    shown = tuple((one.number, reverse("ratings:inquiry", args=[one.pk])) for one in questions[:_PLACES])
    return shown, max(len(questions) - _PLACES, 0)


def _answered(look: RoundLook) -> Task | None:
    questions = look.waiting.answered
    if not questions:
        return None
    places, more = _places(questions)
    title = number_of(len(questions), "Rückfrage ist beantwortet", "Rückfragen sind beantwortet")
    return Task(Rank.ANSWERED, title, "", "Antwort lesen", places[0][1], places, more)


def _asked(look: RoundLook) -> Task | None:
    questions = sorted(look.waiting.asked, key=lambda one: not one.is_late)
    if not questions:
        return None
    places, more = _places(questions)
    late = sum(one.is_late for one in questions)
    title = number_of(len(questions), "Rückfrage wartet auf Antwort", "Rückfragen warten auf Antwort")
    text = f"{late} davon über die Antwortfrist hinaus." if late else ""
    return Task(Rank.ASKED, title, text, "Rückfrage ansehen", places[0][1], places, more, is_late=bool(late))


def _disputed(look: RoundLook) -> Task | None:
    number = look.numbers.disputed
    if not number:
        return None
    title = f"Bei {number_of(number, 'Maßnahme', 'Maßnahmen')} sind die Vorschläge uneinig"
    return Task(Rank.DISPUTED, title, "Darüber entscheidet der Jour fixe.", "Vorschläge ansehen", look.links["disputed"])


def _unanimous(look: RoundLook) -> Task | None:
    number = look.numbers.ready
    if not look.rights.records or not look.round.has_ratings or not number:
        return None
    title = f"{number_of(number, 'Maßnahme ist', 'Maßnahmen sind')} einstimmig"
    text = "Alle Berichte liegen vor, keine Rückfrage ist offen."
    return Task(Rank.UNANIMOUS, title, text, "Übernehmen", reverse("ratings:unanimous", args=[look.round.slug]))


def _minutes(look: RoundLook) -> Task | None:
    meeting = look.waiting.minutes
    if meeting is None or not look.rights.records:
        return None
    title = f"Protokoll der Sitzung vom {meeting.on:%d.%m.%Y}"
    url = reverse("ratings:meeting_minutes", args=[meeting.pk])
    return Task(Rank.MINUTES, title, "Die Sitzung ist beendet.", "Als Word-Datei", url)


def tasks_of_closed(supplements: Iterable[Supplement], versions: Iterable[Snapshot], coordinated: Iterable[int]) -> list[Task]:
    """Return what closed rounds still ask for: Nachträge that are not finished, versions that nobody has released.

    `coordinated`: the rounds that the person leads; others are led to the Maßnahme itself.
    """
    led = set(coordinated)
    found = []
    for row in supplements:
        place = [row.round.concept.slug, row.measure.number]
        url = (
            reverse("ratings:supplement", args=[row.pk])
            if row.round_id in led
            else f"{reverse('ratings:measure', args=place)}?runde={row.round.slug}"
        )
        title = f"Nachtrag zu {row.measure.number} ist offen"
        text = f"Seit dem {timezone.localdate(row.opened_at):%d.%m.%Y}: {row.reason}"
        found.append(_closed_task(row.round, Rank.SUPPLEMENT, title, text, "Nachtrag ansehen", url))
    for snapshot in versions:
        title = f"Fassung {snapshot.version} ist nicht freigegeben"
        text = "Bis dahin sehen Personen mit Leserechten dieses Ergebnis nicht."
        url = reverse("ratings:round", args=[snapshot.round.slug])
        found.append(_closed_task(snapshot.round, Rank.RELEASE, title, text, "Zur Freigabe", url))
    return found


def _closed_task(round_: ReportingRound, rank: Rank, title: str, text: str, button: str, url: str) -> Task:
    return Task(rank, title, text, button, url, round_title=round_.title, is_example=round_.concept.is_example)


def mail_task(troubled: Sequence[bool]) -> Task | None:
    """Return the task that mails of the Postausgang did not get through, of each whether it is about fictional data; None if all did."""
    if not troubled:
        return None
    title = number_of(len(troubled), "Mail ist nicht zugestellt", "Mails sind nicht zugestellt")
    text = "Der Versand ist gescheitert oder sein Ausgang ungewiss."
    return Task(Rank.MAILS, title, text, "Postausgang ansehen", reverse("ratings:mails"), is_late=True, is_example=any(troubled))


def no_round_task() -> Task:
    """Return what the Evaluationsleitung can do while no round runs."""
    text = "Legen Sie eine Runde an, wenn wieder berichtet werden soll."
    return Task(Rank.NO_ROUND, "Im Moment läuft keine Berichtsrunde", text, "Runde anlegen", reverse("ratings:round_create"))
