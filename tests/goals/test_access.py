"""Who someone is: roles, units and Konzepte of a person (DESIGN.md, section 4, roles)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evalportal.accounts.models import User
from goals.models import Concept, OrgUnit, Role
from goals.permissions import ALLOWED, NOBODY, access_for, denied, load_access
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_an_answer_is_true_or_says_why_not() -> None:
    ALLOWED.require()
    assert bool(ALLOWED)
    assert not denied("Nur die Leitung.")
    with pytest.raises(PermissionDenied, match=r"Nur die Leitung\."):
        denied("Nur die Leitung.").require()


class Tree:
    """county → office → team; another office. Two Konzepte."""

    def __init__(self) -> None:
        self.county = make.unit()
        self.office = make.unit(parent=self.county)
        self.team = make.unit(parent=self.office)
        self.other = make.unit(parent=self.county)
        self.this, self.that = make.concept(), make.concept()


UNITS: list[Any] = [
    pytest.param({"unit": "office"}, "this", {"office"}, id="one unit"),
    pytest.param({"unit": "office", "with_subunits": True}, "this", {"office", "team"}, id="with sub-units"),
    pytest.param(
        {"unit": "county", "with_subunits": True}, "this", {"county", "office", "team", "other"}, id="all generations below"
    ),
    pytest.param({"unit": "office", "concept": "this"}, "this", {"office"}, id="in this Konzept"),
    pytest.param({"unit": "office", "concept": "that"}, "this", set(), id="in another Konzept"),
    pytest.param({"unit": "team"}, "this", {"team"}, id="not upwards"),
]


@pytest.mark.parametrize(("fields", "concept", "units"), UNITS)
def test_units_of_a_reporter(fields: dict[str, Any], concept: str, units: set[str]) -> None:
    tree = Tree()
    given = {name: value if name == "with_subunits" else getattr(tree, value) for name, value in fields.items()}
    access = load_access(make.member(Role.REPORTER, **given))
    asked: Concept = getattr(tree, concept)
    wanted: set[OrgUnit] = {getattr(tree, name) for name in units}
    assert access.units({Role.REPORTER}, asked.pk) == {unit.pk for unit in wanted}
    assert access.units({Role.APPROVER}, asked.pk) == frozenset()
    assert access.has({Role.REPORTER}, asked.pk) is bool(wanted)


def test_roles_add_up_and_do_not_mix() -> None:
    tree = Tree()
    user = make.member(Role.REPORTER, unit=tree.office, concept=tree.this)
    make.member(Role.APPROVER, unit=tree.team, user=user)
    make.member(Role.COORDINATOR, concept=tree.that, user=user)
    access = access_for(user)
    assert access.units({Role.REPORTER, Role.APPROVER}, tree.this.pk) == {tree.office.pk, tree.team.pk}
    assert access.units({Role.REPORTER}, tree.that.pk) == frozenset()
    assert not access.has({Role.COORDINATOR}, tree.this.pk)
    assert access.has({Role.COORDINATOR}, tree.that.pk)
    assert access.concepts_of({Role.REPORTER, Role.COORDINATOR}) == (False, {tree.this.pk, tree.that.pk})
    assert access.concepts_of({Role.APPROVER}) == (True, frozenset())
    assert access.everywhere


def inactive() -> User:
    user = make.member(Role.COORDINATOR)
    user.is_active = False
    user.save()
    return user


@pytest.mark.parametrize("who", [AnonymousUser, inactive], ids=["not signed in", "deactivated"])
def test_nobody_has_nothing(who: Callable[[], Any]) -> None:
    assert access_for(who()) == NOBODY
    assert not NOBODY.everywhere
    assert not NOBODY.concept_ids


def test_access_costs_two_queries_once() -> None:
    user = make.member(Role.APPROVER, unit=Tree().county, with_subunits=True)
    with CaptureQueriesContext(connection) as first:
        access_for(user)
    with CaptureQueriesContext(connection) as again:
        access_for(user)
    assert (len(first), len(again)) == (2, 0)
