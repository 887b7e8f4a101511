"""Who may, and why not: the roles of DESIGN.md, section 4, and the rules on approval, drafts and names."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from evalportal.accounts.models import User
from goals.models import Role
from goals.permissions import Decision
from ratings import permissions
from ratings.models import StatusReport
from ratings.states import ReportState, RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db

PREDICATES: dict[str, Callable[[Any, StatusReport], Decision | bool]] = {
    "read inside": lambda user, report: permissions.is_inside(user, report.round.concept_id),
    "coordinate": lambda user, report: permissions.may_coordinate(user, report.round.concept_id),
    "record": lambda user, report: permissions.may_record(user, report.round.concept_id),
    "ask": lambda user, report: permissions.may_ask(user, report.round.concept_id),
    "record in the round": lambda user, report: permissions.may_record_round(user, report.round),
    "write": permissions.may_write,
    "read the draft": lambda user, report: permissions.may_read_draft(user, report, on_behalf=False),
    "read a draft on behalf": lambda user, report: permissions.may_read_draft(user, report, on_behalf=True),
    "approve": permissions.may_approve,
    "see authors": permissions.may_see_authors,
}

COORDINATOR_MAY = "read inside, coordinate, record, ask, record in the round, write, read a draft on behalf, approve, see authors"

# Who, in which unit („here“ is the report's) and Konzept → what they may. The report is open, nobody has written anything.
MAY: list[tuple[str, Role | None, str, str, str]] = [
    ("reporter here", Role.REPORTER, "here", "all", "read inside, write, read the draft, read a draft on behalf, see authors"),
    ("reporter here, this one", Role.REPORTER, "here", "this",
     "read inside, write, read the draft, read a draft on behalf, see authors"),
    ("reporter here, another one", Role.REPORTER, "here", "that", ""),
    ("reporter elsewhere", Role.REPORTER, "there", "all", "read inside"),
    ("approver here", Role.APPROVER, "here", "all",
     "read inside, write, read the draft, read a draft on behalf, approve, see authors"),
    ("approver above", Role.APPROVER, "above", "all", "read inside, approve"),
    ("approver above and below", Role.APPROVER, "above+", "all",
     "read inside, write, read the draft, read a draft on behalf, approve, see authors"),
    ("approver elsewhere", Role.APPROVER, "there", "all", "read inside"),
    ("board", Role.BOARD, "", "all", "read inside, ask"),
    ("recorder", Role.RECORDER, "", "all", "read inside, record, ask, record in the round"),
    ("recorder of another one", Role.RECORDER, "", "that", ""),
    ("coordinator", Role.COORDINATOR, "", "all", COORDINATOR_MAY),
    ("coordinator of this one", Role.COORDINATOR, "", "this", COORDINATOR_MAY),
    ("coordinator of another one", Role.COORDINATOR, "", "that", ""),
    ("reader", Role.READER, "", "all", ""),
    ("nobody", None, "", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("role", "unit", "concept", "may"), [row[1:] for row in MAY], ids=[row[0] for row in MAY])
def test_who_may(role: Role | None, unit: str, concept: str, may: str) -> None:
    above = make.unit()
    report = make.report(unit=make.unit(parent=above))
    units = {"here": report.unit, "there": make.unit(), "above": above, "above+": above, "": None}
    concepts = {"this": report.round.concept, "that": make.concept(), "all": None}
    person = make.user()
    if role:
        make.member(role, user=person, unit=units[unit], concept=concepts[concept], with_subunits=unit == "above+")
    answers = {name: predicate(person, report) for name, predicate in PREDICATES.items()}
    assert [name for name, answer in answers.items() if answer] == (may.split(", ") if may else [])
    assert [name for name, answer in answers.items() if isinstance(answer, Decision) and not answer and not answer.reason] == []


def test_who_is_not_signed_in_may_nothing() -> None:
    report = make.report()
    assert not any(predicate(AnonymousUser(), report) for predicate in PREDICATES.values())


# Who of the unit may approve, who wrote and who handed in → who else may, and what they need (rules on approval).
APPROVAL: list[tuple[str, str, str, str, str]] = [
    ("a second person is there", "anna", "rita", "rita", "anna"),
    ("the only approver wrote last", "anna", "anna", "anna", "parent leitung"),
    ("the only approver handed in", "anna", "rita", "anna", "parent leitung"),
    ("one of two approvers wrote", "anna bert", "anna", "anna", "bert"),
    ("both approvers had a hand in it", "anna bert", "anna", "bert", "parent leitung"),
    ("the only approver has left", "gone", "rita", "rita", "parent leitung"),
    ("there is no approver", "", "rita", "rita", "parent leitung"),
    ("the Evaluationsleitung wrote on behalf", "", "leitung", "leitung", "parent"),
    ("the Evaluationsleitung wrote on behalf, approver there", "anna", "leitung", "leitung", "anna"),
]


@pytest.mark.parametrize(("approvers", "editor", "handed_in", "may"), [row[1:] for row in APPROVAL], ids=[r[0] for r in APPROVAL])
def test_nobody_approves_their_own_edit(approvers: str, editor: str, handed_in: str, may: str) -> None:
    above = make.unit()
    unit = make.unit(parent=above, requires_approval=True)
    people: dict[str, User] = {
        "anna": make.member(Role.REPORTER, unit=unit),
        "bert": make.member(Role.REPORTER, unit=unit),
        "rita": make.member(Role.REPORTER, unit=unit),
        "gone": make.user(is_active=False),
        "parent": make.member(Role.APPROVER, unit=above),
        "elsewhere": make.member(Role.APPROVER),
        "protokoll": make.member(Role.RECORDER),
        "leitung": make.member(Role.COORDINATOR),
    }
    for name in approvers.split():
        make.member(Role.APPROVER, unit=unit, user=people[name])
    report = make.report(unit=unit, state=ReportState.AWAITING_APPROVAL, handed_in_by=people[handed_in])
    make.draft(report, edited_by=people[editor], on_behalf=editor == "leitung")
    answers = {name: permissions.may_approve(person, report) for name, person in people.items()}
    assert [name for name, answer in answers.items() if answer] == may.split()
    assert all(answer.reason for answer in answers.values() if not answer)
    stand_ins = {name for name in may.split() if permissions.approval_needs_reason(people[name], report)}
    assert stand_ins == set(may.split()) & {"parent", "leitung"}


@pytest.mark.parametrize(
    ("draft", "may"),
    [(None, True), ({"on_behalf": True}, True), ({"on_behalf": False}, False)],
    ids=["nothing written", "written on behalf", "the unit writes itself"],
)
def test_the_leitung_never_writes_over_the_unit(draft: dict[str, bool] | None, may: bool) -> None:
    report, leitung = make.report(), make.member(Role.COORDINATOR)
    if draft is not None:
        make.draft(report, **draft)
    decision = permissions.may_write(leitung, report)
    assert bool(decision) is may
    assert permissions.writes_on_behalf(leitung, report)
    assert may or "schreibt selbst" in decision.reason


def test_who_is_reporter_too_does_not_write_on_behalf() -> None:
    report = make.report()
    both = make.member(Role.REPORTER, unit=report.unit, user=make.member(Role.COORDINATOR))
    make.draft(report)
    assert permissions.may_write(both, report)
    assert not permissions.writes_on_behalf(both, report)


@pytest.mark.parametrize(
    ("role", "fields", "says"),
    [
        (Role.RECORDER, {}, ""),
        (Role.RECORDER, {"has_ratings": False}, "wird nicht bewertet"),
        (Role.RECORDER, {"state": RoundState.COORDINATING}, ""),
        (Role.RECORDER, {"state": RoundState.CLOSED}, "mit einer Begründung wieder öffnen"),
        (Role.RECORDER, {"state": RoundState.PREPARING}, "noch in Vorbereitung"),
        (Role.BOARD, {}, "nur das Protokoll des Jour fixe oder die Evaluationsleitung"),
    ],
    ids=["open", "without ratings", "coordinating", "closed", "preparing", "board"],
)
def test_ratings_are_recorded_while_the_round_runs(role: Role, fields: dict[str, Any], says: str) -> None:
    decision = permissions.may_record_round(make.member(role), make.round(**fields))
    assert bool(decision) is not bool(says)
    assert says in decision.reason
