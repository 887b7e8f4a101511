"""What a person sees of rounds and reports: a table of role × object (DESIGN.md, section 4, roles and rule 8)."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from goals.models import Role
from ratings.models import AgreedRating, Draft, Inquiry, ReportingRound, Snapshot, StatusReport, Submission
from ratings.scheme import Grade
from ratings.states import InquiryState, ReportState, RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db

MODELS: tuple[Any, ...] = (ReportingRound, StatusReport, Submission, Inquiry, AgreedRating, Snapshot, Draft)


class World:
    """Konzept „this“ with an open round and two closed ones (one released), Konzept „that“ with an open one.

    The open round of „this“ has drafts of two units (one of them below the other's) and one written on behalf.
    """

    def __init__(self) -> None:
        self.names: dict[Any, str] = {}
        self.concepts = {"this": make.concept(), "that": make.concept(), "all": None}
        self.above, self.there = make.unit(), make.unit()
        self.here = make.unit(parent=self.above)
        self.units = {"here": self.here, "above": self.above, "above+": self.above, "there": self.there, "": None}
        for name in ("this", "that"):
            self.fill(name)
        closed = [make.round(self.concepts["this"], state=RoundState.CLOSED) for _ in range(2)]
        self.note("closed", closed[0], make.snapshot(closed[0]))
        self.note("released", closed[1], make.snapshot(closed[1], released_at=timezone.now()))
        self.note("superseded", make.snapshot(closed[1]))

    def note(self, name: str, *objects: Any) -> None:
        self.names.update(dict.fromkeys(objects, name))

    def fill(self, name: str) -> None:
        round = make.round(self.concepts[name])
        measure = make.measure("1.1", concept=round.concept)
        report = make.report(measure, self.here, round=round, state=ReportState.RETURNED)
        self.note(name, round, report, make.submission(report), make.inquiry(report), make.agreed_rating(measure, round=round))
        self.note(f"{name} draft here", make.draft(report))
        for unit, fields in ((self.above, {}), (self.there, {"on_behalf": True})):
            other = make.report(measure, unit, round=round, state=ReportState.DRAFT)
            self.note(name, other)
            self.note(f"{name} draft {'above' if unit == self.above else 'on behalf'}", make.draft(other, **fields))

    def seen(self, person: Any, model: Any) -> set[str]:
        return {self.names[found] for found in model.objects.visible_to(person)}


BOTH, THIS = {"this", "that"}, {"this"}
CLOSED = {"closed", "released"}
SNAPSHOTS = {"closed", "released", "superseded"}
HERE = "this draft here", "that draft here"
ABOVE = "this draft above", "that draft above"
BEHALF = "this draft on behalf", "that draft on behalf"

# Role, unit, Konzept → rounds, what is inside a round, snapshots, drafts.
SEEN: list[tuple[str, Role | None, str, str, set[str], set[str], set[str], set[str]]] = [
    ("coordinator", Role.COORDINATOR, "", "all", BOTH | CLOSED, BOTH, SNAPSHOTS, {*BEHALF}),
    ("coordinator, this", Role.COORDINATOR, "", "this", THIS | CLOSED, THIS, SNAPSHOTS, {BEHALF[0]}),
    ("recorder", Role.RECORDER, "", "all", BOTH | CLOSED, BOTH, SNAPSHOTS, set()),
    ("board", Role.BOARD, "", "all", BOTH | CLOSED, BOTH, SNAPSHOTS, set()),
    ("board, that", Role.BOARD, "", "that", {"that"}, {"that"}, set(), set()),
    ("reporter here", Role.REPORTER, "here", "all", BOTH | CLOSED, BOTH, SNAPSHOTS, {*HERE}),
    ("reporter here, this", Role.REPORTER, "here", "this", THIS | CLOSED, THIS, SNAPSHOTS, {HERE[0]}),
    ("reporter above", Role.REPORTER, "above", "all", BOTH | CLOSED, BOTH, SNAPSHOTS, {*ABOVE}),
    ("reporter above and below", Role.REPORTER, "above+", "this", THIS | CLOSED, THIS, SNAPSHOTS, {HERE[0], ABOVE[0]}),
    ("approver here", Role.APPROVER, "here", "all", BOTH | CLOSED, BOTH, SNAPSHOTS, {*HERE}),
    ("approver there", Role.APPROVER, "there", "all", BOTH | CLOSED, BOTH, SNAPSHOTS, {*BEHALF}),
    ("reader", Role.READER, "", "all", {"released"}, set(), {"released"}, set()),
    ("reader, this", Role.READER, "", "this", {"released"}, set(), {"released"}, set()),
    ("reader, that", Role.READER, "", "that", set(), set(), set(), set()),
    ("nobody", None, "", "", set(), set(), set(), set()),
]


def test_visible_to() -> None:
    world, wrong = World(), []
    for who, role, unit, concept, rounds, inside, snapshots, drafts in SEEN:
        person = make.user()
        if role:
            fields = {"unit": world.units[unit], "concept": world.concepts[concept], "with_subunits": unit == "above+"}
            make.member(role, user=person, **fields)
        wanted = (rounds, inside, inside, inside, inside, snapshots, drafts)
        for model, expected in zip(MODELS, wanted, strict=True):
            seen = world.seen(person, model)
            if seen != expected:
                wrong.append(f"{who} sees of {model.__name__}: {sorted(seen)} instead of {sorted(expected)}")
    assert wrong == []
    assert [model.__name__ for model in MODELS if world.seen(AnonymousUser(), model)] == []


def test_roles_add_up() -> None:
    world, person = World(), make.user()
    make.member(Role.READER, user=person)
    make.member(Role.BOARD, user=person, concept=world.concepts["that"])
    make.member(Role.COORDINATOR, user=person, concept=world.concepts["that"])
    make.member(Role.REPORTER, user=person, unit=world.here, concept=world.concepts["this"])
    assert world.seen(person, ReportingRound) == BOTH | CLOSED
    assert world.seen(person, Draft) == {HERE[0], BEHALF[1]}


def test_reports_of_my_units() -> None:
    world = World()
    concept = world.concepts["this"]
    assert concept is not None
    cases = [
        (make.member(Role.REPORTER, unit=world.here), {world.here}),
        (make.member(Role.APPROVER, unit=world.above, with_subunits=True), {world.here, world.above}),
        (make.member(Role.REPORTER, unit=world.here, concept=world.concepts["that"]), set()),
        (make.member(Role.COORDINATOR), set()),
    ]
    for person, units in cases:
        mine = StatusReport.objects.filter(round__concept=concept).of_units(person, concept.pk)
        assert {report.unit for report in mine} == units


# State of the report, retracted → does its newest submission count, is a report owed.
COUNTING = [
    (ReportState.SUBMITTED, False, True, True),
    (ReportState.SUBMITTED, True, False, True),
    (ReportState.RETURNED, False, True, True),
    (ReportState.AWAITING_APPROVAL, False, True, True),
    (ReportState.AWAITING_APPROVAL, True, False, True),
    (ReportState.DRAFT, True, False, True),
    (ReportState.DROPPED, False, False, False),
]


@pytest.mark.parametrize(("state", "retracted", "counts", "owed"), COUNTING)
def test_the_newest_submission_that_stands_counts(state: ReportState, retracted: bool, counts: bool, owed: bool) -> None:
    report = make.report(state=ReportState.SUBMITTED)
    make.submission(report, grade=Grade.LOW)
    newest = make.submission(report)
    StatusReport.objects.filter(pk=report.pk).update(state=state, retracted=retracted, state_reason="Grund.")
    assert list(Submission.objects.newest()) == [newest]
    assert list(Submission.objects.counting()) == ([newest] if counts else [])
    assert StatusReport.objects.owed().exists() is owed


def test_pending_inquiries_wait_for_the_unit() -> None:
    report = make.report(state=ReportState.RETURNED)
    waiting, *_ = [make.inquiry(report, state=state) for state in InquiryState.values]
    assert list(Inquiry.objects.pending()) == [waiting]


def test_reports_come_as_in_the_anhang_with_the_lead_first() -> None:
    round = make.round()
    late, early = (make.measure(number, concept=round.concept) for number in ("10.1", "2.1"))
    contributing = make.unit(name="A")
    lead = make.unit(name="Z")
    make.responsibility(early, lead, lead=True)
    made = [make.report(late, contributing, round=round), make.report(early, contributing, round=round), make.report(early, lead)]
    assert list(StatusReport.objects.with_place().in_order()) == made[::-1]
