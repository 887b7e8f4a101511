"""Editing a Konzept while others edit it or hand in reports, with real threads on the real database: nobody waits in a circle."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from goals.models import Measure, Role
from ratings import concept_bulk, concept_editing, submitting
from ratings.concept_bulk import OtherOutcome, Wish
from ratings.concept_editing import Stale, version_of
from ratings.workflow import Impossible
from tests import factories as make
from tests.ratings.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def _telling(act: Callable[[], Any]) -> Callable[[], Any]:
    """Let what is refused to the person count as refused."""

    def run() -> None:
        try:
            act()
        except (Stale, ValidationError, OtherOutcome) as refusal:
            raise Impossible(str(refusal)) from refusal

    return run


def test_one_of_many_saves_of_the_same_page_wins() -> None:
    measure = make.measure("1.1")
    seen, leaders = version_of(measure, Measure), [make.member(Role.COORDINATOR) for _ in range(4)]

    def save(number: int) -> Callable[[], Any]:
        values = {"title": f"Titel {number}"}
        return _telling(lambda: concept_editing.save(measure, values, seen=seen, user=leaders[number]))

    assert at_once(*(save(number) for number in range(4))) == {"done": 1, "Impossible": 3}
    assert measure.history.count() == 2


def test_one_of_two_new_measures_gets_the_place() -> None:
    goal, leaders = make.goal("1"), [make.member(Role.COORDINATOR) for _ in range(2)]

    def add(user: Any) -> Callable[[], Any]:
        return _telling(lambda: concept_editing.add(Measure(concept=goal.concept, goal=goal, position=1, title="Neu"), user=user))

    assert at_once(*(add(user) for user in leaders)) == {"done": 1, "Impossible": 1}


def test_editing_submitting_and_changing_many_do_not_wait_in_a_circle() -> None:
    report = make.report(make.measure("1.1"))
    make.draft(report)
    measure, goal, unit = report.measure, report.measure.goal, make.unit()
    writer, leader, other = (
        make.member(Role.REPORTER, unit=report.unit),
        make.member(Role.COORDINATOR),
        make.member(Role.COORDINATOR),
    )
    wish = Wish(sets_lead=True, lead=unit)
    expected = concept_bulk.preview(goal.concept, [measure.pk], wish, user=other).digest
    place = {"position": 7}
    outcome = at_once(
        _telling(lambda: submitting.submit(report.pk, user=writer, version=1)),
        _telling(lambda: concept_editing.save(measure, place, seen=version_of(measure, Measure), user=leader)),
        _telling(lambda: concept_bulk.apply(goal.concept, [measure.pk], wish, expected=expected, user=other)),
    )
    assert sum(outcome.values()) == 3, "refused or done, never an error"
    assert outcome["done"] >= 1
