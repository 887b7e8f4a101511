"""„Was geschehen ist“: who sees what, what is gathered in one line, what is never told."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from goals.models import OrgUnit, Role
from ratings import deadlines, inquiries, meetings, rounds
from ratings.happenings import happenings
from ratings.models import Meeting, ReportingRound, StatusReport
from ratings.workflow import Action, apply
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> dict[str, Any]:
    """An open round with one report of each of two units; one unit wants approval."""
    units = {"mine": make.unit(requires_approval=True, short_name="Jugend"), "other": make.unit(short_name="VHS")}
    round_ = make.round()
    made = {
        name: make.report(make.measure(number, concept=round_.concept), unit, round=round_)
        for (name, unit), number in zip(units.items(), ("1.1", "1.2"), strict=True)
    }
    for report in made.values():
        make.draft(report)
    people = {
        "reporter": make.member(Role.REPORTER, unit=units["mine"]),
        "approver": make.member(Role.APPROVER, unit=units["mine"]),
        "stranger": make.member(Role.REPORTER, unit=units["other"]),
        **{role.value: make.member(role) for role in (Role.BOARD, Role.RECORDER, Role.COORDINATOR, Role.READER)},
    }
    return {"round": round_, "reports": made, "units": units, **people}


def told(case: dict[str, Any], who: str) -> list[tuple[str, str, list[str]]]:
    found = happenings(case[who], [case["round"]])
    return [(line.words, line.who, [spot.number for spot in line.spots]) for line in found]


def hand_in(report: StatusReport, case: dict[str, Any], who: str) -> None:
    apply(report.pk, Action.SUBMIT, user=case[who])


def test_what_passes_inside_a_unit_is_told_to_it_alone(case: dict[str, Any]) -> None:
    report = case["reports"]["mine"]
    hand_in(report, case, "reporter")
    apply(report.pk, Action.RETURN, user=case["approver"], reason="Bitte kürzer.")
    sent_back = [("Bericht in der Einheit zurückgegeben", "Jugend", ["1.1"])]
    expected = {"reporter": sent_back, "approver": sent_back, "stranger": [], "coordinator": [], "board": [], "reader": []}
    assert {who: told(case, who) for who in expected} == expected


def test_what_is_withdrawn_before_its_approval_is_told_to_the_unit_alone(case: dict[str, Any]) -> None:
    report = case["reports"]["mine"]
    hand_in(report, case, "reporter")
    apply(report.pk, Action.WITHDRAW, user=case["reporter"])
    held_back = [("Bericht vor der Freigabe zurückgezogen", "Jugend", ["1.1"])]
    expected = {"reporter": held_back, "approver": held_back, "stranger": [], "coordinator": [], "board": [], "reader": []}
    assert {who: told(case, who) for who in expected} == expected
    hand_in(report, case, "reporter")
    apply(report.pk, Action.APPROVE, user=case["approver"])
    apply(report.pk, Action.WITHDRAW, user=case["reporter"])
    assert told(case, "board")[0] == ("Bericht zurückgezogen", "Jugend", ["1.1"])


def test_units_see_their_own_reports_the_jour_fixe_all_of_them_in_one_line(case: dict[str, Any]) -> None:
    hand_in(case["reports"]["mine"], case, "reporter")
    apply(case["reports"]["mine"].pk, Action.APPROVE, user=case["approver"])
    hand_in(case["reports"]["other"], case, "stranger")
    both = [("2 Berichte eingereicht", "Jugend, VHS", ["1.1", "1.2"])]
    assert told(case, "coordinator") == told(case, "board") == both
    assert told(case, "reporter") == [("Bericht eingereicht", "Jugend", ["1.1"])]
    assert told(case, "stranger") == [("Bericht eingereicht", "VHS", ["1.2"])]
    assert told(case, "reader") == []


def test_a_return_with_a_question_is_told_once_and_the_answer_after_it(case: dict[str, Any]) -> None:
    report = case["reports"]["other"]
    hand_in(report, case, "stranger")
    inquiry = inquiries.return_with_inquiry(report.pk, question="Wie viele?", user=case["recorder"])
    inquiries.answer(inquiry.pk, text="Zwölf.", user=case["stranger"])
    inquiries.settle(inquiry.pk, user=case["recorder"])
    words = ["Rückfrage erledigt", "Rückfrage beantwortet", "Bericht mit Rückfrage zurückgegeben", "Bericht eingereicht"]
    assert [line[0] for line in told(case, "stranger")] == words
    assert told(case, "reporter") == []


def test_steps_of_the_round_deadlines_and_meetings(case: dict[str, Any]) -> None:
    round_: ReportingRound = case["round"]
    unit: OrgUnit = case["units"]["mine"]
    due_on = round_.due_on + timedelta(days=3)
    deadlines.grant(round_, unit=unit, measure=None, due_on=due_on, reason="Umzug", user=case["coordinator"])
    meetings.save(Meeting(round=round_, on=timezone.localdate()), user=case["recorder"])
    rounds.coordinate(round_.pk, user=case["coordinator"])
    step, meeting = "Abstimmung begonnen", f"Sitzung am {timezone.localdate():%d.%m.%Y} angelegt"
    longer = f"Frist verlängert bis {due_on:%d.%m.%Y}"
    expected = {"board": [step, meeting, longer], "reporter": [step, longer], "stranger": [step], "reader": []}
    assert {who: [line[0] for line in told(case, who)] for who in expected} == expected


def test_only_the_last_days_and_no_more_than_seven_lines(case: dict[str, Any]) -> None:
    hand_in(case["reports"]["other"], case, "stranger")
    later = timezone.now() + timedelta(days=15)
    assert happenings(case["board"], [case["round"]], now=later) == []
    for number in range(9):
        meetings.save(Meeting(round=case["round"], on=timezone.localdate() + timedelta(days=number)), user=case["recorder"])
    assert len(told(case, "board")) == 7


def test_no_line_names_a_person(case: dict[str, Any]) -> None:
    hand_in(case["reports"]["other"], case, "stranger")
    inquiries.ask(case["reports"]["other"].pk, question="Wie viele?", user=case["board"])
    names = [str(case[who]) for who in ("stranger", "board")]
    assert told(case, "coordinator")
    assert not [line for line in told(case, "coordinator") for name in names if name in str(line)]
