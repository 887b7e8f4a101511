"""Meetings with decisions, and what their minutes say, for the tests of the minutes."""

import io
import re
from datetime import timedelta
from typing import Any

import docx
from django.utils import timezone
from docx.document import Document
from docx.oxml.ns import qn

from evalportal.accounts.models import User
from goals.models import Measure
from ratings import meeting_decisions
from ratings import meetings as acts
from ratings.agreement import Decided, agree, counting_submissions
from ratings.documents.minutes import write_minutes
from ratings.minutes import Entry, Minutes, minutes_of
from ratings.models import AgendaItem, AgendaOrigin, AgreedRating, Meeting, ReportingRound
from ratings.scheme import Grade, Marker
from tests import factories as make


def proposed(round_: ReportingRound, number: str, *grades: Grade | None, title: str = "") -> Measure:
    """A Maßnahme with one submission per grade, the lead's first; None leaves the grade open."""
    measure = make.measure(number, concept=round_.concept, **({"title": title} if title else {}))
    for place, grade in enumerate(grades):
        unit = make.unit(short_name=f"E{place + 1}", name=f"Einheit {place + 1}")
        make.submission(make.report(measure, unit, round=round_), grade=grade)
    return measure


def a_meeting(round_: ReportingRound, user: User, *measures: Measure, in_days: int = 0) -> Meeting:
    meeting = acts.save(Meeting(round=round_, on=timezone.localdate() + timedelta(days=in_days)), user=user)
    acts.add(meeting.pk, [measure.key for measure in measures], AgendaOrigin.HAND, user=user)
    return meeting


def item_of(meeting: Meeting, measure: Measure) -> AgendaItem:
    return meeting.items.get(measure=measure)


def decided(grade: Grade | None, reason: str = "", **rest: Any) -> Decided:
    return Decided(grade, reason=reason, **rest)


def decide(meeting: Meeting, measure: Measure, user: User, what: Decided) -> AgreedRating:
    before = AgreedRating.objects.filter(round=meeting.round, measure=measure).first()
    seen = [submission.pk for submission in counting_submissions(meeting.round, measure)]
    version = before.version if before else 0
    return meeting_decisions.decide(item_of(meeting, measure).pk, decided=what, version=version, seen=seen, user=user)


def agree_outside(round_: ReportingRound, measure: Measure, user: User, what: Decided) -> None:
    before = AgreedRating.objects.filter(round=round_, measure=measure).first()
    seen = [submission.pk for submission in counting_submissions(round_, measure)]
    agree(round_id=round_.pk, measure=measure, decided=what, version=before.version if before else 0, seen=seen, user=user)


def read(meeting: Meeting) -> Minutes:
    return minutes_of(Meeting.objects.select_related("round__concept").get(pk=meeting.pk))


def entry(meeting: Meeting, number: str = "1.1") -> Entry:
    return next(entry for entry in read(meeting).entries if entry.number == number)


def written(minutes: Minutes) -> Document:
    out = io.BytesIO()
    write_minutes(minutes, out)
    out.seek(0)
    return docx.Document(out)


def texts(document: Document) -> list[str]:
    """Every paragraph, those in tables too, in their order."""
    return ["".join(node.text or "" for node in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p"))]


def everything(document: Document) -> str:
    return squeezed("\n".join(texts(document)))


def squeezed(text: str) -> str:
    return re.sub("[ \u00a0]+", " ", text).strip()


def full(round_: ReportingRound, recorder: User, *, reason: str = "Der Jour fixe sieht es anders.") -> Meeting:
    """1.1 follows, 2.1 deviates with `reason`, 3.1 was disputed, 4.1 is put off, 5.1 is open; each text is `reason`."""
    grades = [(Grade.HIGH, Grade.HIGH), (Grade.HIGH, Grade.HIGH), (Grade.HIGH, Grade.LOW), (Grade.LOW,), (Grade.UNCLEAR,)]
    measures = [proposed(round_, f"{place}.1", *given) for place, given in enumerate(grades, start=1)]
    make.inquiry(round_.reports.filter(measure=measures[1]).first(), text=reason)
    meeting = a_meeting(round_, recorder, *measures)
    decide(meeting, measures[0], recorder, decided(Grade.HIGH, markers={Marker.ROUTINE: True, Marker.INFLUENCE: True}))
    decide(meeting, measures[1], recorder, decided(Grade.LOW, reason))
    decide(meeting, measures[2], recorder, decided(Grade.MEDIUM, remark=reason))
    acts.put_off(item_of(meeting, measures[3]).pk, user=recorder)
    AgendaItem.objects.filter(meeting=meeting, measure=measures[3]).update(note=reason)
    return meeting
