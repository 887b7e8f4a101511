"""What of a Konzept is locked while it is reported on, and why."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from goals.models import ActionField, Challenge, Goal, Measure
from ratings import concept_editing
from ratings.concept_locks import Hold, Locks, locks
from ratings.states import RoundState
from tests import factories as make
from tests.ratings.concept_edits import leader, reported, save

pytestmark = pytest.mark.django_db


# State of the round, state of the report (retracted or not), whether the rating is agreed: is the Maßnahme held?
HELD: dict[str, tuple[RoundState, str, bool, bool]] = {
    "submitted": (RoundState.OPEN, "submitted", False, True),
    "submitted, coordinating": (RoundState.COORDINATING, "submitted", False, True),
    "submitted, closed": (RoundState.CLOSED, "submitted", False, False),
    "waits for approval": (RoundState.OPEN, "awaiting_approval", False, True),
    "returned": (RoundState.OPEN, "returned", False, True),
    "withdrawn to correct": (RoundState.OPEN, "draft retracted", False, False),
    "returned and withdrawn": (RoundState.OPEN, "returned retracted", False, False),
    "only begun": (RoundState.OPEN, "draft", False, False),
    "only owed": (RoundState.OPEN, "open", False, False),
    "entfallen": (RoundState.OPEN, "entfallen", False, False),
    "agreed without a report": (RoundState.COORDINATING, "open", True, True),
    "agreed, closed": (RoundState.CLOSED, "open", True, False),
}


@pytest.mark.parametrize(("round_state", "report_state", "agreed", "held"), HELD.values(), ids=HELD)
def test_what_holds_a_measure(round_state: RoundState, report_state: str, agreed: bool, held: bool) -> None:
    round_ = make.round(state=round_state)
    measure = make.measure("1.1", concept=round_.concept)
    state, _, retracted = report_state.partition(" ")
    make.report(measure, round=round_, state=state, retracted=bool(retracted))
    if agreed:
        make.agreed_rating(measure, round=round_)
    found = locks(round_.concept)
    assert [bool(found.of(part)) for part in (measure, measure.goal, measure.goal.challenge)] == [held] * 3
    assert found.of(measure.goal.challenge.action_field) is None
    if held:
        assert str(round_) in str(found.of(measure))
        assert "Evaluationsleitung" in str(found.of(measure))


def test_a_supplement_holds_its_measure_until_it_is_finished() -> None:
    round_, measure = reported(RoundState.CLOSED)
    assert locks(round_.concept).of(measure) is None
    make.supplement(measure, round=round_)
    assert "Nachtrag" in str(locks(round_.concept).of(measure))


# Each editable field of something held: locked firmly, to be corrected with a reason, or free.
FIELDS: dict[tuple[str, str], Hold | None] = {
    ("challenge", "action_field"): Hold.FIRM,
    ("challenge", "title"): None,
    ("challenge", "position"): None,
    ("goal", "challenge"): Hold.FIRM,
    ("goal", "number"): Hold.FIRM,
    ("goal", "text"): Hold.CORRECTION,
    ("goal", "kind"): None,
    ("measure", "goal"): Hold.FIRM,
    ("measure", "position"): Hold.FIRM,
    ("measure", "title"): Hold.CORRECTION,
    ("measure", "is_mandatory"): None,
    ("field", "title"): None,
    ("field", "position"): None,
}


@pytest.mark.parametrize(("which", "field"), FIELDS, ids=[" ".join(key) for key in FIELDS])
def test_what_of_something_held_may_change(which: str, field: str) -> None:
    _, measure = reported()
    concept, goal = measure.concept, measure.goal
    other_field = make.action_field(concept)
    other_challenge, other_goal = make.challenge(other_field), make.goal("9", concept=concept)
    part: Any = {"measure": measure, "goal": goal, "challenge": goal.challenge, "field": goal.challenge.action_field}[which]
    new = {"action_field": other_field, "challenge": other_challenge, "goal": other_goal, "kind": "project", "is_mandatory": True}
    value = new.get(field, 2 if field == "position" and which == "field" else 7 if field == "position" else "77")
    if field == "position" and which == "challenge":
        make.challenge(part.action_field)
        value = 2
    hold, user = FIELDS[which, field], leader()
    if hold is None:
        assert save(part, user, **{field: value}) == (field,)
        return
    with pytest.raises(ValidationError) as refused:
        save(part, user, **{field: value})
    assert list(refused.value.message_dict) == [field if hold is Hold.FIRM else "reason"]
    assert "Evaluationsleitung" in str(refused.value)
    if hold is Hold.CORRECTION:
        assert save(part, user, reason="Buchstabendreher", **{field: value}) == (field,)
        assert part.history.first().history_change_reason == "Buchstabendreher"
    else:
        with pytest.raises(ValidationError):
            save(part, user, reason="Trotzdem", **{field: value})


def test_every_editable_field_is_in_the_table() -> None:
    names = {ActionField: "field", Challenge: "challenge", Goal: "goal", Measure: "measure"}
    edited = {(names[kind], field) for kind, fields in concept_editing.EDITABLE.items() if kind in names for field in fields}
    assert edited == set(FIELDS)


def test_locks_cost_two_queries(django_assert_num_queries: Any) -> None:
    round_ = make.filled_round(9)
    with django_assert_num_queries(2):
        found: Locks = locks(round_.concept)
    assert len(found.measures) == 9
