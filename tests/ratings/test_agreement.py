"""What the Jour fixe may decide, on what it rests, and who keeps whom from overwriting (DESIGN.md, section 4, rules 2 and 3)."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from goals.models import Measure, Role
from ratings import agreement
from ratings.agreement import Decided, Outdated, Refused
from ratings.models import AgreedRating, ReportingRound, StatusReport
from ratings.scheme import Grade, Marker
from ratings.states import ReportState, RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db

HIGH, MEDIUM, LOW, UNCLEAR = Grade
NOBODY_REPORTED: list[Grade | None] = []


def reported(*grades: Grade | None) -> Measure:
    """A Maßnahme of an open round on which the lead and then contributing units have proposed `grades`."""
    measure = make.measure()
    make.round(measure.concept)
    for grade in grades:
        make.submission(make.report(measure), grade=grade)
    return measure


def the_round(measure: Measure) -> ReportingRound:
    return measure.concept.rounds.latest("pk")


def agree(measure: Measure, decided: Decided, **changes: object) -> AgreedRating:
    """Decide as a recorder who saw what stands."""
    round_ = the_round(measure)
    arguments: dict = {
        "round_id": round_.pk,
        "measure": measure,
        "decided": decided,
        "version": 0,
        "seen": [submission.pk for submission in agreement.counting_submissions(round_, measure)],
    }
    if "user" not in changes:
        changes["user"] = make.member(Role.RECORDER)
    return agreement.agree(**arguments | changes)


# proposals (the lead's first), decision, is a reason needed?
REASONS = [
    pytest.param(NOBODY_REPORTED, HIGH, False, id="nobody reported"),
    pytest.param(NOBODY_REPORTED, None, True, id="nobody reported, not rated"),
    pytest.param([HIGH], HIGH, False, id="as the lead proposes"),
    pytest.param([HIGH], MEDIUM, True, id="not as the lead alone proposes"),
    pytest.param([HIGH], None, True, id="lead proposes, not rated"),
    pytest.param([HIGH, HIGH], HIGH, False, id="as all propose"),
    pytest.param([HIGH, HIGH], UNCLEAR, True, id="not as all propose"),
    pytest.param([HIGH, None], LOW, True, id="Zuarbeit without a grade does not break the agreement"),
    pytest.param([HIGH, LOW], HIGH, False, id="disputed: the lead's grade"),
    pytest.param([HIGH, LOW], MEDIUM, False, id="disputed: between them"),
    pytest.param([HIGH, LOW], None, True, id="disputed, not rated"),
    pytest.param([None, HIGH], MEDIUM, False, id="the lead gave none: not unanimous"),
]


@pytest.mark.parametrize(("proposals", "grade", "needed"), REASONS)
def test_when_a_reason_is_needed(proposals: list[Grade | None], grade: Grade | None, needed: bool) -> None:
    measure = reported(*proposals)
    if needed:
        for blank in ("", " \n\t"):
            with pytest.raises(Refused) as refused:
                agree(measure, Decided(grade, reason=blank))
            assert refused.value.field == "reason"
        assert not AgreedRating.objects.exists()
    rating = agree(measure, Decided(grade, reason="Der Jour fixe begründet es." if needed else ""))
    assert rating.grade == grade
    assert rating.version == 1


def test_everything_entered_is_kept() -> None:
    measure = reported(HIGH, LOW)
    person = make.member(Role.RECORDER)
    rating = agree(
        measure,
        Decided(MEDIUM, {Marker.CONTINUE: True, Marker.ROUTINE: False}, reason=" Zeile 1\r\nZeile\x00 2 ", remark="=1+1"),
        user=person,
    )
    rating.refresh_from_db()
    assert rating.marker_values == {
        Marker.ROUTINE: False,
        Marker.CONTINUE: True,
        Marker.INFLUENCE: False,
        Marker.CONDITIONS: False,
    }
    assert (rating.reason, rating.remark, rating.agreed_by) == ("Zeile 1\nZeile 2", "=1+1", person)
    assert set(rating.basis.all()) == set(agreement.counting_submissions(the_round(measure), measure))
    assert rating.basis.count() == 2


def test_each_decision_is_one_entry_of_the_history_with_its_basis() -> None:
    measure = reported(HIGH)
    first = agree(measure, Decided(HIGH))
    make.submission(StatusReport.objects.get(), grade=LOW)
    second = agree(measure, Decided(LOW), version=1)
    assert first.pk == second.pk
    assert second.version == 2
    entries = list(second.history.order_by("history_date", "history_id"))
    assert [(entry.grade, entry.history_change_reason, entry.version) for entry in entries] == [
        ("hoch", "abgestimmt", 1),
        ("gering", "neu abgestimmt", 2),
    ]
    assert [[row.submission.number for row in entry.basis.all()] for entry in entries] == [[1], [2]]
    assert [submission.number for submission in second.basis.all()] == [2]


def newer_submission(report: StatusReport) -> None:
    make.submission(report)


def withdrawn(report: StatusReport) -> None:
    StatusReport.objects.filter(pk=report.pk).update(state=ReportState.DRAFT, retracted=True)


def dropped(report: StatusReport) -> None:
    StatusReport.objects.filter(pk=report.pk).update(state=ReportState.DROPPED, state_reason="Nicht mehr zuständig.")


def another_unit(report: StatusReport) -> None:
    make.submission(make.report(report.measure))


@pytest.mark.parametrize("change", [newer_submission, withdrawn, dropped, another_unit])
def test_a_change_of_the_reports_is_not_overlooked(change: Callable[[StatusReport], None]) -> None:
    measure = reported(HIGH)
    seen = [submission.pk for submission in agreement.counting_submissions(the_round(measure), measure)]
    change(StatusReport.objects.get())
    with pytest.raises(Outdated):
        agree(measure, Decided(HIGH), seen=seen)
    assert not AgreedRating.objects.exists()


@pytest.mark.parametrize("version", [0, 2, -1])
def test_a_decision_made_elsewhere_is_not_overwritten(version: int) -> None:
    measure = reported(HIGH)
    agree(measure, Decided(HIGH))
    with pytest.raises(Outdated):
        agree(measure, Decided(LOW, reason="Anders gesehen."), version=version)
    rating = AgreedRating.objects.get()
    assert (rating.grade, rating.version, rating.history.count()) == ("hoch", 1, 1)


def test_a_decision_that_is_gone_is_not_replaced_unseen() -> None:
    with pytest.raises(Outdated):
        agree(reported(HIGH), Decided(HIGH), version=1)


ALLOWED_ROLES = {Role.RECORDER, Role.COORDINATOR}
LIVE = {RoundState.OPEN, RoundState.COORDINATING}


@pytest.mark.parametrize("state", RoundState)
@pytest.mark.parametrize("role", Role)
def test_who_agrees_when(role: Role, state: RoundState) -> None:
    measure = reported(HIGH)
    ReportingRound.objects.update(state=state)
    person = make.member(role)
    if role in ALLOWED_ROLES and state in LIVE:
        assert agree(measure, Decided(HIGH), user=person).grade == "hoch"
        return
    with pytest.raises(PermissionDenied) as refused:
        agree(measure, Decided(HIGH), user=person)
    assert str(refused.value)
    if role in ALLOWED_ROLES:
        assert "Evaluationsleitung" in str(refused.value)
    assert not AgreedRating.objects.exists()


def test_not_in_a_round_without_ratings() -> None:
    measure = reported(HIGH)
    ReportingRound.objects.update(has_ratings=False)
    with pytest.raises(PermissionDenied, match="nicht bewertet"):
        agree(measure, Decided(HIGH))


def test_not_for_another_konzept() -> None:
    measure = reported(HIGH)
    with pytest.raises(PermissionDenied):
        agree(measure, Decided(HIGH), user=make.member(Role.RECORDER, concept=make.concept()))


def test_a_decision_counts_for_its_round_alone() -> None:
    measure = reported(HIGH)
    ReportingRound.objects.update(state=RoundState.CLOSED)
    before = make.agreed_rating(measure, round=ReportingRound.objects.get(), grade=LOW)
    now = make.round(measure.concept)
    rating = agree(measure, Decided(HIGH), round_id=now.pk, seen=[])
    assert rating.pk != before.pk
    assert (rating.round, rating.version) == (now, 1)
    before.refresh_from_db()
    assert before.grade == "gering"
