"""Two people at the same moment, with real threads on the real database: one wins, the other is told, nothing is lost in silence."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from goals.models import Role
from ratings import agreement, drafts, organising, rounds, submitting
from ratings.agreement import Decided, Outdated
from ratings.drafts import Conflict
from ratings.models import AgreedRating, Draft, ReportingRound, Submission
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState
from ratings.workflow import Impossible
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> Counter[str]:
    """Start all acts together, each with its own connection; return how many ended in which way."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        try:
            start.wait(timeout=10)
            act()
        except (Conflict, Outdated, Impossible) as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


def test_one_of_many_saves_of_the_same_version_wins() -> None:
    report = make.report()
    writers = [make.member(Role.REPORTER, unit=report.unit) for _ in range(6)]
    make.draft(report, situation="Anfang")

    def save(number: int) -> Callable[[], Any]:
        values = {"situation": f"Fassung {number}", "unparsed": {}}
        return lambda: drafts.save_draft(report.pk, values, version=1, user=writers[number])

    assert at_once(*(save(number) for number in range(6))) == {"done": 1, "Conflict": 5}
    assert Draft.objects.get(report=report).version == 2


def test_a_report_is_submitted_once() -> None:
    report = make.report()
    writers = [make.member(Role.REPORTER, unit=report.unit) for _ in range(4)]
    make.draft(report)
    acts = [lambda user=user: submitting.submit(report.pk, user=user, version=1) for user in writers]
    assert at_once(*acts) == {"done": 1, "Impossible": 3}
    assert Submission.objects.filter(report=report).count() == 1


def test_one_of_two_decisions_wins() -> None:
    report = make.report()
    submission = make.submission(report)
    recorders = [make.member(Role.RECORDER) for _ in range(2)]

    def agree(user: Any, grade: Grade) -> Callable[[], Any]:
        return lambda: agreement.agree(
            round_id=report.round_id,
            measure=report.measure,
            decided=Decided(grade, reason="So besprochen."),
            version=0,
            seen=[submission.pk],
            user=user,
        )

    assert at_once(agree(recorders[0], Grade.LOW), agree(recorders[1], Grade.MEDIUM)) == {"done": 1, "Outdated": 1}
    assert AgreedRating.objects.count() == 1


def test_deciding_and_changing_responsibilities_do_not_wait_for_each_other_in_a_circle() -> None:
    """Both write to round, Maßnahme and unit. On PostgreSQL a circle of locks would end one of them with an error."""
    report = make.report()
    submission = make.submission(report)
    recorder, leader, other = make.member(Role.RECORDER), make.member(Role.COORDINATOR), make.unit()

    def decide(turn: int) -> Callable[[], Any]:
        return lambda: agreement.agree(
            round_id=report.round_id,
            measure=report.measure,
            decided=Decided(Grade.HIGH),
            version=turn,
            seen=[submission.pk],
            user=recorder,
        )

    def assign(turn: int) -> Callable[[], Any]:
        contributing = [other] if turn % 2 == 0 else []
        return lambda: organising.assign(
            report.measure_id, lead=report.unit, contributing=contributing, source="", reason="", user=leader
        )

    for turn in range(5):
        outcome = at_once(decide(turn), assign(turn))
        assert outcome == {"done": 2}


def test_a_round_is_closed_once() -> None:
    report = make.report(state=ReportState.RETURNED)
    make.submission(report)
    leaders = [make.member(Role.COORDINATOR) for _ in range(3)]
    ReportingRound.objects.filter(pk=report.round_id).update(state=RoundState.COORDINATING)
    confirmed = rounds.digest(rounds.gaps(ReportingRound.objects.get(pk=report.round_id)))
    acts = [lambda user=user: rounds.close(report.round_id, user=user, confirmed=confirmed) for user in leaders]
    assert at_once(*acts) == {"done": 1, "Impossible": 2}
    assert ReportingRound.objects.get(pk=report.round_id).snapshots.count() == 1
