"""Meetings and what is done in them, for the tests of both."""

from datetime import timedelta

from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Measure
from ratings import meeting_decisions
from ratings import meetings as acts
from ratings.agreement import Decided, agree, counting_submissions
from ratings.models import AgendaItem, AgendaOrigin, AgreedRating, Meeting, ReportingRound
from ratings.scheme import Grade


def a_meeting(round_: ReportingRound, user: User, *, in_days: int = 0) -> Meeting:
    return acts.save(Meeting(round=round_, on=timezone.localdate() + timedelta(days=in_days)), user=user)


def an_item(meeting: Meeting, number: str, user: User) -> AgendaItem:
    goal, _, position = number.rpartition(".")
    measure = Measure.objects.get(concept=meeting.round.concept, goal__number=goal, position=position)
    acts.add(meeting.pk, [measure.key], AgendaOrigin.HAND, user=user)
    return meeting.items.get(measure=measure)


def decide(item: AgendaItem, user: User, grade: Grade = Grade.MEDIUM, *, version: int = 0) -> AgreedRating:
    seen = [submission.pk for submission in counting_submissions(item.meeting.round, item.measure)]
    decided = Decided(grade, reason="Zwischen beiden.")
    return meeting_decisions.decide(item.pk, decided=decided, version=version, seen=seen, user=user)


def agree_elsewhere(item: AgendaItem, user: User) -> None:
    seen = [submission.pk for submission in counting_submissions(item.meeting.round, item.measure)]
    decided = Decided(Grade.MEDIUM, reason="Zwischen beiden.")
    agree(round_id=item.meeting.round_id, measure=item.measure, decided=decided, version=0, seen=seen, user=user)


def take_up(item: AgendaItem, user: User) -> None:
    acts.take_up(item.pk, user=user)


def take_back(item: AgendaItem, user: User) -> None:
    meeting_decisions.undo(item.meeting_id, item.pk, user=user)
