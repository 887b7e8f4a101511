"""What a person sees of the Konzept: a table of who and what."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from goals.models import Concept, Goal, Measure, OrgUnit, Role
from tests import factories as make

pytestmark = pytest.mark.django_db

VISIBLE = [
    *(pytest.param([(role, False)], {"this", "that"}, id=f"{role} of all") for role in Role.values),
    *(pytest.param([(role, True)], {"this"}, id=f"{role} of this one") for role in Role.values),
    pytest.param([], set(), id="no role"),
    pytest.param([(Role.READER, False), (Role.REPORTER, True)], {"this", "that"}, id="the wider role counts"),
    pytest.param(None, set(), id="not signed in"),
]


@pytest.mark.parametrize(("roles", "seen"), VISIBLE)
def test_a_konzept_is_open_to_everyone_who_works_with_it(roles: list[tuple[Any, bool]] | None, seen: set[str]) -> None:
    concepts = {"this": make.concept(), "that": make.concept()}
    measures = {name: make.measure("1.1", concept=concept) for name, concept in concepts.items()}
    person: Any = AnonymousUser() if roles is None else make.user()
    for role, only_this in roles or []:
        make.member(role, user=person, concept=concepts["this"] if only_this else None)
    assert set(Concept.objects.visible_to(person)) == {concepts[name] for name in seen}
    assert set(Goal.objects.visible_to(person)) == {measures[name].goal for name in seen}
    assert set(Measure.objects.visible_to(person)) == {measures[name] for name in seen}


def test_measures_come_in_the_order_of_the_anhang() -> None:
    concept = make.concept()
    second, first = make.action_field(concept, position=2), make.action_field(concept, position=1)
    late, early = make.challenge(first, position=2), make.challenge(first, position=1)
    make.goal("10", challenge=early)
    make.goal("9", challenge=early)
    make.goal("1", challenge=late)
    make.goal("2", challenge=make.challenge(second))
    for number in ("10.2", "10.10", "10.1", "9.1", "1.1", "2.1"):
        make.measure(number, concept=concept)
    found = Measure.objects.filter(concept=concept).with_place().in_order()
    assert [measure.number for measure in found] == ["9.1", "10.1", "10.2", "10.10", "1.1", "2.1"]


def test_only_active_units_are_active() -> None:
    active, _ = make.unit(), make.unit(is_active=False)
    assert set(OrgUnit.objects.active()) == {active}
