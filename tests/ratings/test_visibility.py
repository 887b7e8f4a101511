"""Who sees which rounds and snapshots: role × range of the role (DESIGN.md, section 4, roles)."""

import pytest
from django.utils import timezone

from goals.models import Role
from ratings.models import Draft, ReportingRound, Snapshot
from ratings.states import RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [role for role in Role if role != Role.READER])
@pytest.mark.parametrize("reach", ["all", "own", "other"])
def test_the_inside_sees_every_round_of_its_concepts(role: Role, reach: str) -> None:
    concept = make.concept()
    round = make.round(concept)
    snapshot = make.snapshot(make.round(concept, state=RoundState.CLOSED))
    person = make.member(role, concept={"all": None, "own": concept, "other": make.concept()}[reach])
    sees = reach != "other"
    assert list(ReportingRound.objects.visible_to(person).filter(pk=round.pk)) == [round] * sees
    assert list(Snapshot.objects.visible_to(person)) == [snapshot] * sees


@pytest.mark.parametrize("role", list(Role))
def test_a_round_in_preparation_is_seen_by_the_evaluationsleitung_alone(role: Role) -> None:
    round = make.round(state=RoundState.PREPARING)
    assert list(ReportingRound.objects.visible_to(make.member(role))) == [round] * (role == Role.COORDINATOR)
    assert not ReportingRound.objects.visible_to(make.member(role, concept=make.concept())).exists()


@pytest.mark.parametrize("reach", ["all", "own", "other"])
def test_readers_see_what_is_released(reach: str) -> None:
    concept = make.concept()
    make.round(concept)
    make.snapshot(make.round(concept, state=RoundState.CLOSED))
    released = make.snapshot(make.round(concept, state=RoundState.CLOSED), released_at=timezone.now())
    make.snapshot(released.round)
    person = make.member(Role.READER, concept={"all": None, "own": concept, "other": make.concept()}[reach])
    sees = reach != "other"
    assert list(ReportingRound.objects.visible_to(person)) == [released.round] * sees
    assert list(Snapshot.objects.visible_to(person)) == [released] * sees


def test_without_a_role_nothing_is_seen() -> None:
    make.snapshot(released_at=timezone.now())
    assert not ReportingRound.objects.visible_to(make.user()).exists()
    assert not Snapshot.objects.visible_to(make.user()).exists()


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("where", ["own", "other"])
def test_drafts_stay_in_their_unit(role: str, where: str) -> None:
    draft = make.draft()
    in_unit = role in Role.in_units()
    unit = {"own": draft.report.unit, "other": make.unit()}[where] if in_unit else None
    person = make.member(role, unit=unit)
    assert list(Draft.objects.visible_to(person)) == [draft] * (in_unit and where == "own")


def test_the_coordinator_sees_a_draft_written_on_behalf() -> None:
    draft = make.draft(on_behalf=True)
    assert list(Draft.objects.visible_to(make.member(Role.COORDINATOR))) == [draft]
    assert not Draft.objects.visible_to(make.member(Role.RECORDER)).exists()
