"""Which occasions a round gives on which day: pure, day by day."""

from datetime import date, timedelta

import pytest

from ratings.mail.due import RoundDates, due_kinds
from ratings.models import MailKind
from ratings.states import RoundState

DUE = date(2026, 12, 4)


def a_round(state: RoundState = RoundState.OPEN, **fields: object) -> RoundDates:
    return RoundDates(**{"pk": 7, "state": state, "due_on": DUE} | fields)


def kinds(today: date, found: RoundDates) -> list[MailKind]:
    return [occasion.kind for occasion in due_kinds(today, found)]


@pytest.mark.parametrize("state", [RoundState.OPEN, RoundState.COORDINATING])
def test_on_a_daily_run_each_deadline_is_told_once_and_overdue_weekly(state: RoundState) -> None:
    told: dict[str, int] = {}
    for offset in range(-30, 23):
        for occasion in due_kinds(DUE + timedelta(days=offset), a_round(state)):
            told.setdefault(occasion.key, offset)
    assert [(key.split(":")[0], offset) for key, offset in told.items()] == [
        ("deadline", -14),
        ("deadline", -3),
        ("deadline", 0),
        ("overdue", 1),
        ("overdue", 8),
        ("overdue", 15),
        ("overdue", 22),
    ]


@pytest.mark.parametrize("offset", [-15, -9, -4])
def test_between_the_deadlines_there_is_nothing_to_say(offset: int) -> None:
    assert kinds(DUE + timedelta(days=offset), a_round()) == []


@pytest.mark.parametrize("offset", [-13, -12, -11, -10, -2, -1])
def test_a_day_on_which_the_portal_did_not_run_is_made_up_for(offset: int) -> None:
    assert kinds(DUE + timedelta(days=offset), a_round()) == [MailKind.DEADLINE]


@pytest.mark.parametrize(("opened", "today", "told"), [(-14, -13, 0), (-15, -13, 1), (-2, -2, 0), (-2, 0, 1), (0, 0, 0)])
def test_a_round_that_opened_since_has_just_named_the_deadline(opened: int, today: int, told: int) -> None:
    found = a_round(opened_on=DUE + timedelta(days=opened))
    assert kinds(DUE + timedelta(days=today), found).count(MailKind.DEADLINE) == told


def test_an_extended_deadline_is_a_new_one() -> None:
    before = due_kinds(DUE, a_round())
    later = due_kinds(DUE + timedelta(days=7), a_round(due_on=DUE + timedelta(days=7)))
    assert before[0].key != later[0].key


def test_opening_is_news_for_a_week() -> None:
    opened = date(2026, 10, 1)
    assert kinds(opened, a_round(opened_on=opened)) == [MailKind.OPENED]
    assert kinds(opened + timedelta(days=7), a_round(opened_on=opened)) == [MailKind.OPENED]
    assert kinds(opened + timedelta(days=8), a_round(opened_on=opened)) == []


def test_agreed_and_closed() -> None:
    quiet = DUE - timedelta(days=8)
    assert [o.key for o in due_kinds(quiet, a_round(is_agreed=True))] == ["agreed:7:0"]
    closed = a_round(RoundState.CLOSED, closed_on=quiet, version=2, is_agreed=True)
    assert [o.key for o in due_kinds(quiet, closed)] == ["closed:7:2"]
    assert due_kinds(quiet + timedelta(days=8), closed) == []


@pytest.mark.parametrize("state", [RoundState.PREPARING, RoundState.CLOSED])
def test_a_round_that_does_not_run_has_no_deadline(state: RoundState) -> None:
    assert due_kinds(DUE, a_round(state)) == []
