"""What the parts on /stil/ are drawn with: invented, without a database."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, cycle
from typing import Any, Final

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.utils import timezone

from ratings.appendix import Appendix, AppendixRow, Audience
from ratings.charts import distribution_chart, return_curve
from ratings.filtersets import ActiveFilter
from ratings.forms import AgreementForm
from ratings.returns import bar_parts
from ratings.rollup import Progress, Share, Standing, UnitLine, roll_up
from ratings.round_tasks import Rank, Task
from ratings.scheme import NOT_RATED_SHAPE, NOT_RATED_WORD, Grade, Marker
from ratings.states import InquiryState, MeetingState, ReportState, RoundState

_FIELDS: Final = (("Sprache", 13), ("Bildung und Übergang in den Beruf", 9), ("Wohnen", 4))
_MESSAGES: Final = (
    (constants.SUCCESS, "Der Bericht ist eingereicht."),
    (constants.INFO, "Es war nichts zu ändern."),
    (constants.WARNING, "Die Frist ist vorbei. Der Bericht ist trotzdem eingereicht."),
    (constants.ERROR, "Das ließ sich nicht speichern."),
)


class SampleForm(forms.Form):
    """One field of each kind that the portal has."""

    use_required_attribute = False

    situation = forms.CharField(
        label="Sachstand",
        help_text="Was wurde umgesetzt, was nicht, und warum?",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Beschreiben Sie den Sachstand."},
    )
    as_of = forms.DateField(label="Stand", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    unit = forms.ChoiceField(
        label="Einheit", choices=[("", "Bitte wählen"), ("a", "FD Jugend"), ("b", "FD Soziales")], required=False
    )
    agreed = forms.BooleanField(label="Ich habe die offenen Punkte gelesen", required=False)


@dataclass(frozen=True)
class Station:
    """Of the steps of something."""

    word: str
    dates: str
    variant: str = ""


@dataclass(frozen=True)
class Entry:
    """Of a history."""

    history_date: Any
    history_user: str
    history_change_reason: str


def context() -> dict[str, Any]:
    """Return what the templates in `style_guide/` show."""
    today = timezone.localdate()
    appendix = _appendix(today)
    form = SampleForm({"as_of": today.isoformat()})
    form.is_valid()
    report_states = {ReportState.SUBMITTED: 6, ReportState.AWAITING_APPROVAL: 2, ReportState.DRAFT: 3, ReportState.OPEN: 4}
    days = [today - timedelta(back) for back in (20, 18, 18, 12, 9, 9, 9, 4, 2, 1)]
    return {
        "appendix": appendix,
        "chart": distribution_chart(appendix),
        "curve": return_curve(
            days, owed=15, opens_on=today - timedelta(24), due_on=today + timedelta(12), today=today, is_closed=False
        ),
        "agreement": AgreementForm(initial={"grade": Grade.MEDIUM.value, Marker.ROUTINE.value: True}),
        "page": {"head": {"is_mandatory": True}},
        "grades": list(Grade),
        "all_markers": list(Marker),
        "sizes": ["small", "", "large"],
        "shares": _shares(),
        "report_states": list(ReportState),
        "round_states": list(RoundState),
        "meeting_states": list(MeetingState),
        "inquiry_states": list(InquiryState),
        "progress": list(Progress),
        "today": today,
        "soon": today + timedelta(12),
        "late": today - timedelta(3),
        "parts": bar_parts(Counter(report_states)),
        "stations": [
            Station("Vorbereitung", "bis 30.10.", "done"),
            Station("Berichte", "bis 04.12.", "now"),
            Station("Abschluss", ""),
        ],
        "messages": [Message(level, text) for level, text in _MESSAGES],
        "form": form,
        "entries": [Entry(timezone.now(), "B. Beispiel", "Wortlaut berichtigt")],
        "buttons": ["primary", "secondary", "tertiary"],
        "filters": [ActiveFilter("Handlungsfeld: Sprache", ""), ActiveFilter("Bewertung: gering", "")],
        "task": Task(
            Rank.ASKED, "3 Rückfragen sind beantwortet", "Zu", "Rückfragen ansehen", "#", (("20.1", "#"), ("21.4", "#")), 1
        ),
        "late_task": Task(Rank.MAILS, "Eine Mail kam nicht an", "", "Postausgang ansehen", "#", is_late=True),
    }


def _shares() -> list[Share]:
    counts = zip(Grade, ((30, 21), (14, 6), (8, 8), (5, 0)), strict=True)
    shares = [Share(grade.value, grade.word, grade.symbol, grade.shape, number, agreed, 0) for grade, (number, agreed) in counts]
    return [*shares, Share(NOT_RATED_SHAPE, NOT_RATED_WORD, "–", NOT_RATED_SHAPE, 3, 0, 0)]


def _appendix(today: date) -> Appendix:
    """Return a round of three Handlungsfelder in which everything occurs."""
    looks = cycle(
        [
            (Standing.AGREED, Grade.HIGH),
            (Standing.AGREED, Grade.MEDIUM),
            (Standing.PROPOSAL, Grade.HIGH),
            (Standing.DISPUTED, None),
            (Standing.AGREED, Grade.LOW),
            (Standing.PROPOSAL, Grade.UNCLEAR),
            (Standing.NONE, None),
        ]
    )
    goals = count(1)
    rows = [
        _row(goal, field, title, position, *next(looks))
        for field, (title, measures) in enumerate(_FIELDS, 1)
        for goal, position in [(next(goals), 1) for _ in range(measures)]
    ]
    return Appendix(
        concept_slug="muster",
        concept_title="Muster eines Konzepts",
        concept_short_title="Muster",
        is_example=True,
        round_slug="muster",
        round_title="Musterrunde",
        state_word="offen",
        has_ratings=True,
        is_draft=True,
        version=None,
        as_of=today,
        released_on=None,
        audience=Audience.INTERNAL,
        total=len(rows),
        rows=tuple(rows),
    )


def _row(goal: int, field: int, title: str, position: int, standing: Standing, grade: Grade | None) -> AppendixRow:
    units: tuple[UnitLine, ...] = ()
    return AppendixRow(
        key=f"muster-{goal}-{position}",
        number=f"{goal}.{position}",
        goal_number=str(goal),
        goal_sort_key=f"{goal:04}",
        position=position,
        title="Muster einer Maßnahme",
        field_position=field,
        field_title=title,
        challenge_position=1 + goal % 2,
        challenge_title="Muster einer Herausforderung",
        goal_text="Muster eines Ziels",
        goal_kind="",
        is_mandatory=False,
        standing=standing,
        grade=grade,
        routine=False,
        continuation=False,
        influence=False,
        conditions=False,
        reason="",
        remark="",
        agreed_on=None,
        recheck=False,
        progress=Progress.AGREED if standing == Standing.AGREED else Progress.DECIDE,
        units=units,
        roll_up=roll_up(units),
    )
