"""The rules that the database itself keeps for goals: one case for each way to break them (DESIGN.md, section 4, rule 3)."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db.models import F

from goals.models import Deputy, Goal, IndicatorValue, Membership, OrgUnit, Responsibility, ResponsibilityRole, Role
from tests import factories as make
from tests.constraints import Case, assert_complete, assert_refused

pytestmark = pytest.mark.django_db


def change_unit(**fields: object) -> int:
    return OrgUnit.objects.filter(pk=make.unit().pk).update(**fields)


def twice(build: Callable[..., object], **fields: object) -> None:
    build(**fields)
    build(**fields)


def two_leads() -> None:
    measure = make.measure()
    make.responsibility(measure, lead=True)
    make.responsibility(measure, lead=True)


def values_on_one_day() -> None:
    indicator = make.indicator()
    for period in ("2021", "Ende 2021"):
        IndicatorValue.objects.create(indicator=indicator, on=date(2021, 12, 31), period=period, value=56)


def responsible_twice() -> None:
    measure, unit = make.measure(), make.unit()
    make.responsibility(measure, unit, lead=True)
    make.responsibility(measure, unit, lead=False)


def deputy(**fields: object) -> Deputy:
    defaults = {"unit": make.unit(), "from_on": date(2026, 3, 1), "until_on": date(2026, 3, 14)}
    people = {name: make.user() for name in ("absent", "deputy") if name not in fields}
    return Deputy.objects.create(**defaults | people | fields)


def deputy_of_oneself() -> None:
    person = make.user()
    deputy(absent=person, deputy=person)


CASES: list[Case] = [
    ("concept_period_in_order", lambda: make.concept(period_start=date(2024, 1, 2), period_end=date(2024, 1, 1))),
    ("action_field_position_unique", lambda: twice(make.action_field, concept=make.concept(), position=1)),
    ("challenge_position_unique", lambda: twice(make.challenge, action_field=make.action_field(), position=1)),
    ("goal_number_unique", lambda: twice(make.goal, concept=make.concept(), number="M 3.2")),
    ("goal_kind_valid", lambda: Goal.objects.filter(pk=make.goal().pk).update(kind="other")),
    ("measure_key_unique", lambda: twice(make.measure, concept=make.concept(), key="K1")),
    ("measure_position_unique", lambda: twice(make.measure, goal=make.goal(), position=1)),
    ("measure_key_given", lambda: make.measure(key="")),
    ("indicator_title_unique", lambda: twice(make.indicator, concept=make.concept(), title="Quote")),
    ("indicator_source_given", lambda: make.indicator(source="")),
    ("indicator_value_date_unique", values_on_one_day),
    ("unit_not_its_own_parent", lambda: change_unit(parent=F("pk"))),
    ("unit_not_its_own_successor", lambda: change_unit(successor=F("pk"), is_active=False)),
    ("unit_with_successor_inactive", lambda: make.unit(successor=make.unit(), is_active=True)),
    ("responsibility_once_per_unit", responsible_twice),
    ("responsibility_one_lead", two_leads),
    ("responsibility_role_valid", lambda: make.responsibility(role="other")),
    ("membership_role_valid", lambda: make.member("other")),
    ("membership_unit_fits_role", lambda: Membership.objects.create(user=make.user(), role=Role.REPORTER)),
    ("membership_unit_fits_role", lambda: Membership.objects.create(user=make.user(), role=Role.APPROVER)),
    ("membership_unit_fits_role", lambda: make.member(Role.COORDINATOR, unit=make.unit())),
    ("membership_unit_fits_role", lambda: make.member(Role.READER, unit=make.unit())),
    ("membership_once", lambda: twice(make.member, role=Role.READER, user=make.user())),
    ("membership_once_per_concept", lambda: twice(make.member, role=Role.READER, user=make.user(), concept=make.concept())),
    ("membership_once_per_unit", lambda: twice(make.member, role=Role.REPORTER, user=make.user(), unit=make.unit())),
    (
        "membership_once_per_unit_and_concept",
        lambda: twice(make.member, role=Role.REPORTER, user=make.user(), unit=make.unit(), concept=make.concept()),
    ),
    ("deputy_dates_in_order", lambda: deputy(from_on=date(2026, 3, 2), until_on=date(2026, 3, 1))),
    ("deputy_not_oneself", deputy_of_oneself),
]


@pytest.mark.parametrize(("name", "violate"), CASES, ids=[name for name, _ in CASES])
def test_the_database_refuses(name: str, violate: Callable[[], object]) -> None:
    assert_refused("goals", name, violate)


def test_every_constraint_has_a_case() -> None:
    assert_complete("goals", CASES)


def test_what_the_constraints_allow() -> None:
    """Neighbours of the cases above that must stay possible."""
    concept, other = make.concept(period_start=date(2024, 1, 1), period_end=date(2024, 1, 1)), make.concept()
    make.goal("M 3.2", concept=concept)
    make.goal("M 3.2", concept=other)
    measure = make.measure(concept=concept, key="K1", title="Sprachkurs")
    make.measure(concept=other, key="K1", title="Sprachkurs")
    make.responsibility(measure, lead=True)
    make.responsibility(measure, lead=False)
    make.responsibility(measure, lead=False)
    person, unit = make.user(), make.unit()
    for concept_or_all in (None, concept, other):
        make.member(Role.REPORTER, user=person, unit=unit, concept=concept_or_all)
        make.member(Role.READER, user=person, concept=concept_or_all)
    make.unit(successor=unit, is_active=False)
    deputy(from_on=date(2026, 3, 1), until_on=date(2026, 3, 1))
    assert Responsibility.objects.filter(role=ResponsibilityRole.CONTRIBUTING).count() == 2
    assert person.memberships.count() == 6
