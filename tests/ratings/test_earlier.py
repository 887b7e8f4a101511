"""What was said before: the word of a unit passes to its successor, that of a Maßnahme to the one that continues it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from goals.models import Measure, OrgUnit, Role
from goals.permissions import access_for
from ratings.earlier import (
    earlier_grade,
    earlier_ratings,
    earlier_words,
    may_say_unchanged,
    measure_line,
    unit_line,
    words_before,
)
from ratings.models import ReportingRound, Submission
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db


def past(measure: Measure, years: int, **fields: Any) -> ReportingRound:
    day = timezone.localdate() - timedelta(days=365 * years)
    return make.round(measure.concept, state=RoundState.CLOSED, opens_on=day, due_on=day, closes_on=None, **fields)


def said(measure: Measure, unit: OrgUnit, years: int, round: ReportingRound | None = None, **fields: Any) -> Submission:
    """What `unit` submitted so many years ago; a submission after the first keeps the report."""
    report = make.report(measure, unit, round=round or past(measure, years), state=ReportState.SUBMITTED)
    return make.submission(report, **fields)


def test_the_newest_standing_submission_of_the_unit_itself() -> None:
    measure, unit = make.measure(), make.unit()
    make.responsibility(measure, unit)
    said(measure, unit, 3)
    newest = said(measure, unit, 2)
    again = make.submission(newest.report)
    said(measure, make.unit(), 1)
    now = make.report(measure, unit)
    make.submission(now)
    assert earlier_words(now).newest == again


@pytest.mark.parametrize(
    "fields",
    [{"retracted": True}, {"state": ReportState.DROPPED, "state_reason": "Entfallen."}],
    ids=["withdrawn", "entfallen"],
)
def test_what_does_not_stand_is_not_taken(fields: dict[str, Any]) -> None:
    measure, unit = make.measure(), make.unit()
    older, newer = said(measure, unit, 2), said(measure, unit, 1)
    for name, value in fields.items():
        setattr(newer.report, name, value)
    newer.report.save()
    assert earlier_words(make.report(measure, unit)).newest == older


def test_the_word_of_a_merged_unit_passes_on_and_the_leads_comes_first() -> None:
    merged = make.unit()
    middle = make.unit(is_active=False, successor=merged)
    lead, contributing = (make.unit(is_active=False, successor=middle) for _ in range(2))
    measure = make.measure()
    make.responsibility(measure, lead, lead=True)
    round = past(measure, 1)
    leads = said(measure, lead, 1, round)
    make.submission(said(measure, contributing, 1, round).report, situation="Zuarbeit, zweite Fassung.")
    assert set(unit_line(merged)) == {merged.pk, middle.pk, lead.pk, contributing.pk}
    assert unit_line(lead) == [lead.pk]
    assert earlier_words(make.report(measure, merged)).newest == leads


def test_a_measure_stands_in_line_with_its_predecessors() -> None:
    oldest, old, other, new = (make.measure() for _ in range(4))
    old.predecessors.add(oldest)
    new.predecessors.add(old, other)
    oldest.predecessors.add(new)
    assert measure_line(new) == sorted(measure.pk for measure in (oldest, old, other, new))
    unit = make.unit()
    before = said(oldest, unit, 4)
    assert earlier_words(make.report(new, unit)).newest == before


def test_earlier_ratings_come_from_closed_rounds_newest_first() -> None:
    old, new = make.measure(), make.measure()
    new.predecessors.add(old)
    first = make.agreed_rating(old, round=past(old, 5), grade=Grade.LOW)
    second = make.agreed_rating(new, round=past(new, 2))
    current = make.round(new.concept)
    make.agreed_rating(new, round=current)
    make.agreed_rating(make.measure(), round=past(make.measure(), 1))
    line, board = measure_line(new), make.member(Role.BOARD)
    access_for(board)
    with CaptureQueriesContext(connection) as queries:
        found = earlier_ratings(new, before=current, user=board, measures=line)
        assert [(item.round.concept, item.measure.number) for item in found]
    assert len(queries) == 1
    assert [(item.rating, item.measure) for item in found] == [(second, new), (first, old)]


def test_words_before_by_todays_unit() -> None:
    """The newest that stands of every unit and of those it succeeds; not of this round, not of a withdrawn submission."""
    measure, merged, other = make.measure(), make.unit(), make.unit()
    former = make.unit(is_active=False, successor=merged)
    said(measure, former, 3)
    newest = said(measure, former, 2)
    kept = said(measure, other, 4)
    withdrawn = said(measure, other, 1)
    withdrawn.report.retracted = True
    withdrawn.report.save()
    said(make.measure(), merged, 1)
    round_ = make.round(measure.concept)
    for unit in (merged, other):
        make.submission(make.report(measure, unit, round=round_))
    board = make.member(Role.BOARD)
    access_for(board)
    with CaptureQueriesContext(connection) as queries:
        found = words_before(round_, measure_line(measure), {merged.pk, other.pk}, user=board)
    assert len(queries) <= 3  # one of them is the line of the Maßnahme
    assert {unit: found.get(unit) for unit in (merged.pk, other.pk)} == {merged.pk: newest, other.pk: kept}


@pytest.mark.parametrize(("role", "told"), [(Role.BOARD, True), (Role.REPORTER, True), (Role.READER, False), (None, False)])
def test_words_before_tell_nothing_of_a_konzept_without_a_role(role: Role | None, told: bool) -> None:
    """Of the predecessor in an earlier Konzept only those who work inside the evaluation there read anything."""
    old, new, unit = make.measure(), make.measure(), make.unit()
    new.predecessors.add(old)
    before = said(old, unit, 3)
    person = make.member(Role.COORDINATOR, concept=new.concept)
    if role:
        make.member(role, user=person, concept=old.concept)
    round_ = make.round(new.concept)
    make.report(new, unit, round=round_)
    assert words_before(round_, measure_line(new), {unit.pk}, user=person) == ({unit.pk: before} if told else {})


@pytest.mark.parametrize(
    ("state", "grade", "has_ratings", "offered"),
    [
        (ReportState.OPEN, Grade.HIGH, True, True),
        (ReportState.OPEN, None, True, False),
        (ReportState.OPEN, None, False, True),
        (ReportState.DRAFT, Grade.HIGH, True, False),
        (ReportState.RETURNED, Grade.HIGH, True, False),
        (ReportState.DROPPED, Grade.HIGH, True, False),
    ],
)
def test_when_no_change_is_offered(state: ReportState, grade: Grade | None, has_ratings: bool, offered: bool) -> None:
    measure, unit = make.measure(), make.unit()
    before = said(measure, unit, 1, grade=grade)
    report = make.report(measure, unit, round=make.round(measure.concept, has_ratings=has_ratings), state=state)
    if state != ReportState.OPEN:
        make.draft(report)
    assert may_say_unchanged(report, before) is offered
    assert may_say_unchanged(report, None) is False
    assert (earlier_grade(before), earlier_grade(None)) == (grade, None)


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ({}, True),
        ({"as_of": date(2026, 1, 1)}, True),
        ({"situation": "Neu."}, False),
        ({"grade": Grade.LOW}, False),
        ({"routine": True}, False),
        ({"next_step_on": date(2027, 1, 1)}, False),
        ({"unparsed": {"as_of": "bald"}}, False),
        ({"internal_note": "Nachfragen."}, False),
    ],
)
def test_no_change_is_offered_until_something_is_written(written: dict[str, Any], offered: bool) -> None:
    measure, unit = make.measure(), make.unit()
    before = said(measure, unit, 1)
    report = make.report(measure, unit, round=make.round(measure.concept))
    empty = {"situation": "", "summary": "", "as_of": None, "grade": None}
    make.draft(report, **empty | written)
    assert may_say_unchanged(report, before) is offered
