"""`sync_owed`: what changed units and responsibilities do to the reports of a running round. Nothing is deleted or re-keyed."""

from collections.abc import Callable

import pytest

from evalportal.accounts.models import User
from goals.models import Measure, OrgUnit, Role
from ratings import rounds
from ratings.models import StatusReport
from ratings.states import ReportState
from tests import factories as make

pytestmark = pytest.mark.django_db


def _leader() -> User:
    user = make.user()
    make.member(Role.COORDINATOR, user=user)
    return user


def _new_responsibility(measure: Measure, unit: OrgUnit) -> None:
    make.responsibility(measure, make.unit(name="Neu"))


def _removed(measure: Measure, unit: OrgUnit) -> None:
    measure.responsibilities.filter(unit=unit).delete()


def _role_changed(measure: Measure, unit: OrgUnit) -> None:
    measure.responsibilities.filter(unit=unit).update(role="contributing")


def _merged(measure: Measure, unit: OrgUnit) -> None:
    OrgUnit.objects.filter(pk=unit.pk).update(is_active=False, successor=make.unit(name="Neu"))


def _merged_into_other(measure: Measure, unit: OrgUnit) -> None:
    other = measure.responsibilities.exclude(unit=unit).get().unit
    OrgUnit.objects.filter(pk=unit.pk).update(is_active=False, successor=other)


def _deactivated(measure: Measure, unit: OrgUnit) -> None:
    OrgUnit.objects.filter(pk=unit.pk).update(is_active=False)


def _renamed(measure: Measure, unit: OrgUnit) -> None:
    OrgUnit.objects.filter(pk=unit.pk).update(name="Umbenannt")


_SYNC = [
    # what changed, then (unit, role, state, part of the reason) of all reports; "A" leads, "B" contributes
    (
        _new_responsibility,
        {("A", "lead", "submitted", ""), ("B", "contributing", "open", ""), ("Neu", "contributing", "open", "")},
    ),
    (_removed, {("A", "lead", "entfallen", "nicht mehr zuständig"), ("B", "contributing", "open", "")}),
    (_role_changed, {("A", "contributing", "submitted", ""), ("B", "contributing", "open", "")}),
    (
        _merged,
        {("A", "lead", "entfallen", "in „Neu“ aufgegangen"), ("B", "contributing", "open", ""), ("Neu", "lead", "open", "")},
    ),
    (_merged_into_other, {("A", "lead", "entfallen", "in „B“ aufgegangen"), ("B", "lead", "open", "")}),
    (_deactivated, {("A", "lead", "entfallen", "nicht mehr aktiv"), ("B", "contributing", "open", "")}),
    (_renamed, {("Umbenannt", "lead", "submitted", ""), ("B", "contributing", "open", "")}),
]


@pytest.mark.parametrize(("change", "expected"), _SYNC, ids=[change.__name__.strip("_") for change, _ in _SYNC])
@pytest.mark.parametrize("state", ["open", "coordinating"])
def test_changed_responsibilities_are_carried_over(
    change: Callable[[Measure, OrgUnit], None], expected: set[tuple[str, str, str, str]], state: str
) -> None:
    round_, leader = make.round(state=state), _leader()
    measure, unit, other = make.measure("1.1", concept=round_.concept), make.unit(name="A"), make.unit(name="B")
    submitted = make.report(measure, unit, round=round_, state=ReportState.SUBMITTED)
    make.report(measure, other, round=round_)
    make.submission(submitted)
    change(measure, unit)
    preview = rounds.owed_changes(round_)
    keys = set(StatusReport.objects.values_list("pk", flat=True))
    done = rounds.sync_owed(round_.pk, user=leader)
    assert (len(done.added), len(done.dropped), len(done.changed)) == (
        len(preview.added),
        len(preview.dropped),
        len(preview.changed),
    )
    reports = round_.reports.select_related("unit")
    assert {(r.unit.name, r.role, r.state) for r in reports} == {line[:3] for line in expected}
    for name, _, _, reason in expected:
        assert reason in reports.get(unit__name=name).state_reason
    assert keys <= set(StatusReport.objects.values_list("pk", flat=True))
    assert not rounds.owed_changes(round_)
    assert not rounds.sync_owed(round_.pk, user=leader)


def test_what_comes_back_has_its_state_again_but_not_what_was_dropped_by_hand() -> None:
    round_, leader = make.round(), _leader()
    measure, unit = make.measure("1.1", concept=round_.concept), make.unit()
    report = make.report(measure, unit, round=round_, state=ReportState.SUBMITTED)
    make.submission(report)
    other = make.measure("1.2", concept=round_.concept)
    by_hand = make.report(other, unit, round=round_, state=ReportState.DROPPED, dropped_by_hand=True)
    OrgUnit.objects.filter(pk=unit.pk).update(is_active=False)
    rounds.sync_owed(round_.pk, user=leader)
    report.refresh_from_db()
    assert report.state == ReportState.DROPPED
    OrgUnit.objects.filter(pk=unit.pk).update(is_active=True)
    assert [r.pk for r in rounds.sync_owed(round_.pk, user=leader).lifted] == [report.pk]
    report.refresh_from_db()
    by_hand.refresh_from_db()
    assert (report.state, report.state_reason) == (ReportState.SUBMITTED, "")
    assert by_hand.state == ReportState.DROPPED


@pytest.mark.parametrize("state", ["preparing", "closed"])
def test_a_round_that_is_not_running_stays_as_it_is(state: str) -> None:
    round_ = make.round(state=state)
    make.responsibility(make.measure("2.1", concept=round_.concept))
    before = round_.reports.count()
    assert not rounds.sync_owed(round_.pk, user=_leader())
    assert round_.reports.count() == before
