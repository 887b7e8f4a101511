"""What a round asks of whom, and in which order."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ratings.models import Meeting, ReportingRound
from ratings.round_tasks import Rank, Rights, RoundLook, tasks_of
from ratings.views.round_page import NextStep
from ratings.waiting import Question, Sitting, Waiting


@dataclass
class Numbers:
    total: int = 10
    agreed: int = 4
    disputed: int = 0
    ready: int = 0
    owed: int = 12
    missing: int = 3


@dataclass
class Late:
    name: str
    late: int


TODAY = timezone.localdate()
LEADS, RECORDS, BOARD = Rights(leads=True, records=True), Rights(leads=False, records=True), Rights(leads=False, records=False)
STEP = NextStep("coordinate", "Abstimmung beginnen", "", "Abstimmung beginnen")


def a_look(rights: Rights = LEADS, **changes: Any) -> RoundLook:
    dates = {"opens_on": TODAY - timedelta(days=20), "due_on": TODAY + timedelta(days=changes.pop("due_in", 5))}
    round_ = ReportingRound(slug="runde", title="Runde", state=changes.pop("state", "open"), **dates)
    links = {name: f"/uebersicht/?{name}" for name in ("recheck", "disputed")}
    look = RoundLook(round_, rights, Numbers(), {}, links, late=[], changes=0, waiting=Waiting(), step=STEP)
    return replace(look, **changes)


def a_sitting(in_days: int, points: int = 5, done: int = 0) -> Waiting:
    return Waiting(sitting=Sitting(Meeting(pk=1, on=TODAY + timedelta(days=in_days)), points, done))


def ranks(look: RoundLook) -> list[str]:
    return [task.rank.name for task in tasks_of(look)]


CASES: list[tuple[str, dict[str, Any], list[str], list[str], list[str]]] = [
    ("nothing", {}, [], [], []),
    ("disputed", {"numbers": Numbers(disputed=2)}, ["DISPUTED", "NO_SITTING"], ["DISPUTED", "NO_SITTING"], ["DISPUTED"]),
    ("unanimous", {"numbers": Numbers(ready=2)}, ["UNANIMOUS"], ["UNANIMOUS"], []),
    ("recheck", {"counts": {"recheck": 1}}, ["RECHECK", "NO_SITTING"], ["RECHECK", "NO_SITTING"], ["RECHECK"]),
    ("nobody responsible", {"counts": {"nobody": 1}}, ["NOBODY"], [], []),
    ("late", {"late": [Late("FD", 2)], "due_in": -1, "step": None}, ["LATE"], [], []),
    ("changed responsibilities", {"changes": 3}, ["CHANGES"], [], []),
    ("sitting today", {"waiting": a_sitting(0)}, ["SITTING_NOW"], ["SITTING_NOW"], ["SITTING_NOW"]),
    ("sitting not ended", {"waiting": a_sitting(-1)}, ["SITTING_NOW"], ["SITTING_NOW"], []),
    ("sitting to come", {"waiting": a_sitting(3)}, ["SITTING"], ["SITTING"], ["SITTING"]),
    ("answered", {"waiting": Waiting(answered=[Question(1, "1.1", None)])}, ["ANSWERED"], ["ANSWERED"], ["ANSWERED"]),
    ("asked", {"waiting": Waiting(asked=[Question(1, "1.1", None)])}, ["ASKED"], ["ASKED"], ["ASKED"]),
    ("minutes", {"waiting": Waiting(minutes=Meeting(pk=1, on=TODAY))}, ["MINUTES"], ["MINUTES"], []),
]


@pytest.mark.parametrize(("name", "changes", "leads", "records", "board"), CASES, ids=[case[0] for case in CASES])
def test_who_is_asked(name: str, changes: dict[str, Any], leads: list[str], records: list[str], board: list[str]) -> None:
    found = [ranks(a_look(rights, **changes)) for rights in (LEADS, RECORDS, BOARD)]
    assert found == [leads, records, board]


@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({}, False),
        ({"numbers": Numbers(missing=0)}, True),
        ({"due_in": 0}, False),
        ({"due_in": -1}, True),
        ({"state": "coordinating"}, False),
        ({"state": "coordinating", "numbers": Numbers(agreed=10)}, True),
        ({"state": "preparing"}, True),
        ({"state": "preparing", "step": None}, False),
    ],
)
def test_the_next_step_is_named_when_its_time_has_come(changes: dict[str, Any], is_due: bool) -> None:
    assert (Rank.STEP_DUE.name in ranks(a_look(**changes))) == is_due


def test_what_others_wait_for_comes_first() -> None:
    look = a_look(
        numbers=Numbers(disputed=1, ready=1, missing=0),
        counts={"recheck": 1, "nobody": 1},
        late=[Late("FD", 1)],
        changes=1,
        waiting=replace(a_sitting(0), answered=[Question(1, "1.1", None)], asked=[Question(2, "1.2", None)]),
    )
    order = ["SITTING_NOW", "STEP_DUE", "LATE", "RECHECK", "ANSWERED", "CHANGES", "NOBODY", "DISPUTED", "ASKED", "UNANIMOUS"]
    assert ranks(look) == order


@pytest.mark.parametrize(
    ("rights", "sitting", "button"),
    [
        (RECORDS, a_sitting(0), "Sitzung öffnen"),
        (RECORDS, a_sitting(0, done=2), "Sitzung fortsetzen"),
        (RECORDS, a_sitting(-2), "Sitzung fortsetzen"),
        (RECORDS, a_sitting(3, points=0), "Tagesordnung zusammenstellen"),
        (RECORDS, a_sitting(3), "Tagesordnung ansehen"),
        (BOARD, a_sitting(0, done=2), "Tagesordnung ansehen"),
        (BOARD, a_sitting(3, points=0), "Tagesordnung ansehen"),
    ],
)
def test_a_sitting_is_prepared_held_and_read(rights: Rights, sitting: Waiting, button: str) -> None:
    assert [task.button for task in tasks_of(a_look(rights, waiting=sitting))] == [button]


def test_an_answer_that_is_overdue_is_said_and_comes_first_in_the_row() -> None:
    asked = [Question(1, "1.1", None), Question(2, "2.1", TODAY - timedelta(days=1)), Question(3, "3.1", TODAY)]
    (task,) = tasks_of(a_look(BOARD, waiting=Waiting(asked=asked)))
    assert (task.is_late, [number for number, _ in task.places]) == (True, ["2.1", "1.1", "3.1"])
    assert task.text == "1 davon über die Antwortfrist hinaus."


def test_a_long_row_is_cut_and_says_so() -> None:
    (task,) = tasks_of(a_look(BOARD, waiting=Waiting(asked=[Question(n, f"{n}.1", None) for n in range(1, 9)])))
    assert (len(task.places), task.more) == (5, 3)
