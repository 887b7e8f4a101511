"""Vertretungen as part of somebody's access: from when until when, and what does not go over (issue 3, item 8)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evalportal.accounts.models import User
from goals.models import Deputy, Membership, Role
from goals.permissions import load_access
from tests import factories as make

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 13)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


class Case:
    """Somebody with a role in a unit and a reporter of another unit who stands in from FIRST to LAST."""

    def __init__(self, role: Role = Role.REPORTER, **fields: Any) -> None:
        self.concept, self.other_concept = make.concept(), make.concept()
        self.parent = make.unit()
        self.unit = make.unit(parent=self.parent)
        self.absent = make.member(role, unit=self.unit)
        self.person = make.member(Role.REPORTER, concept=self.concept)
        defaults = {"absent": self.absent, "deputy": self.person, "unit": self.unit, "from_on": FIRST, "until_on": LAST}
        self.row = Deputy.objects.create(**defaults | fields)

    def reports(self, concept: Any = None, person: User | None = None) -> bool:
        access = load_access(person or self.person)
        return self.unit.pk in access.units({Role.REPORTER}, (concept or self.concept).pk)


DAYS = [
    ("2026-03-01 23:59", False),
    ("2026-03-02 00:00", True),
    ("2026-03-08 12:00", True),
    ("2026-03-13 23:59", True),
    ("2026-03-14 00:00", False),
]


@pytest.mark.parametrize(("moment", "counts"), DAYS, ids=[moment for moment, _ in DAYS])
def test_it_counts_from_the_first_to_the_last_day(moment: str, counts: bool) -> None:
    case = Case()
    with time_machine.travel(at(moment), tick=False):
        assert case.reports() is counts


@time_machine.travel(at("2026-03-08 12:00"), tick=False)
def test_only_reporting_goes_over_and_only_in_that_unit() -> None:
    case = Case(Role.APPROVER)
    below = make.unit(parent=case.unit)
    access = load_access(case.person)
    assert case.unit.pk in access.units({Role.REPORTER}, case.concept.pk)
    assert access.units({Role.APPROVER}, case.concept.pk) == frozenset()
    assert not {below.pk, case.parent.pk} & access.units({Role.REPORTER}, case.concept.pk)
    assert [grant.is_deputy for grant in access.grants] == [False, True]
    assert case.reports(person=case.absent) is False, "an approver's own role is not the one of a reporter"


def ended(case: Case) -> None:
    Deputy.objects.update(ended_at=at("2026-03-08 11:00"))


def absent_lost_the_role(case: Case) -> None:
    Membership.objects.filter(user=case.absent).delete()


def absent_in_another_unit(case: Case) -> None:
    Membership.objects.filter(user=case.absent).update(unit=make.unit())


def absent_only_reads(case: Case) -> None:
    Membership.objects.filter(user=case.absent).update(role=Role.READER, unit=None)


def absent_in_another_concept(case: Case) -> None:
    Membership.objects.filter(user=case.absent).update(concept=case.other_concept)


def deputy_deactivated(case: Case) -> None:
    case.person.is_active = False


GONE = [ended, absent_lost_the_role, absent_in_another_unit, absent_only_reads, absent_in_another_concept, deputy_deactivated]


@pytest.mark.parametrize("happens", GONE)
@time_machine.travel(at("2026-03-08 12:00"), tick=False)
def test_it_counts_no_more(happens: Callable[[Case], None]) -> None:
    case = Case()
    assert case.reports()
    happens(case)
    assert not case.reports()


@time_machine.travel(at("2026-03-08 12:00"), tick=False)
def test_for_one_concept() -> None:
    concept = make.concept()
    case = Case(concept=concept)
    assert case.reports(concept)
    assert not case.reports(case.other_concept)


@time_machine.travel(at("2026-03-08 12:00"), tick=False)
def test_for_a_sub_unit_of_the_absent_persons_unit() -> None:
    case = Case()
    Membership.objects.filter(user=case.absent).update(unit=case.parent, with_subunits=True)
    assert case.reports()


@time_machine.travel(at("2026-03-08 12:00"), tick=False)
def test_it_costs_no_query_more() -> None:
    case = Case()
    with CaptureQueriesContext(connection) as queries:
        assert len(load_access(case.person).grants) == 2
    assert len(queries) == 1
