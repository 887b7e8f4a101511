"""Which unit is responsible today: successors resolved, inactive ends nobody's (DESIGN.md, sections 2 and 4, rule 4)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.models import OrgUnit, ResponsibilityRole
from ratings.owed import effective_responsibilities, effective_unit
from tests import factories as make

LEAD, CONTRIBUTING = ResponsibilityRole.LEAD, ResponsibilityRole.CONTRIBUTING

# Units as „number: active?, successor“; who stands in for unit 1.
CHAINS: list[tuple[str, dict[int, tuple[bool, int | None]], int | None]] = [
    ("active", {1: (True, None)}, 1),
    ("inactive without successor", {1: (False, None)}, None),
    ("renamed", {1: (False, 2), 2: (True, None)}, 2),
    ("renamed twice", {1: (False, 2), 2: (False, 3), 3: (True, None)}, 3),
    ("chain ends at an inactive one", {1: (False, 2), 2: (False, None)}, None),
    ("circle", {1: (False, 2), 2: (False, 1)}, None),
    ("unknown", {}, None),
]


@pytest.mark.parametrize(("units", "wanted"), [row[1:] for row in CHAINS], ids=[row[0] for row in CHAINS])
def test_effective_unit(units: dict[int, tuple[bool, int | None]], wanted: int | None) -> None:
    known = {pk: OrgUnit(pk=pk, is_active=active, successor_id=successor) for pk, (active, successor) in units.items()}
    found = effective_unit(1, known)
    assert (found.pk if found else None) == wanted


@pytest.mark.django_db
def test_a_merger_owes_one_report_and_the_lead_counts() -> None:
    merged, gone = make.unit(), make.unit(is_active=False)
    first, second = (make.unit(is_active=False, successor=merged) for _ in range(2))
    concept = make.concept()
    both, one, none = (make.measure(number, concept=concept) for number in ("1.1", "2.1", "3.1"))
    make.responsibility(both, first, lead=False)
    make.responsibility(both, second, lead=True)
    make.responsibility(both, merged, lead=False)
    make.responsibility(one, first, lead=False)
    make.responsibility(none, gone, lead=True)
    make.responsibility()
    with CaptureQueriesContext(connection) as queries:
        owed = effective_responsibilities(concept)
    assert {(entry.measure_id, entry.unit, entry.role) for entry in owed} == {
        (both.pk, merged, LEAD),
        (one.pk, merged, CONTRIBUTING),
    }
    assert len(queries) == 2
