"""The steps beside the report form: approval, withdrawing, writing on behalf."""

from typing import Any

import pytest
from django.urls import reverse

from goals.models import Role
from ratings.models import StatusReport, Submission
from ratings.states import ReportState
from tests import factories as make
from tests.ratings.report_requests import address, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed(reporter: Any) -> StatusReport:
    """An open report of the unit for which `reporter` writes."""
    return make.report(unit=reporter.user.memberships.get().unit)


@pytest.mark.parametrize("action", ["", "submit", "nonsense", "inquire"])
def test_unknown_steps_change_nothing(reporter: Any, owed: StatusReport, action: str) -> None:
    reporter.post(address(owed, "report_step"), {"action": action})
    owed.refresh_from_db()
    assert owed.state == ReportState.OPEN


def test_approval_in_the_unit(client_as: Any, reporter: Any, owed: StatusReport) -> None:
    owed.unit.requires_approval = True
    owed.unit.save()
    reporter.post(address(owed), sent(action="submit"))
    assert not Submission.objects.exists()
    approver = client_as(Role.APPROVER, owed.unit)
    assert "wartet auf Ihre Freigabe" in approver.get(address(owed)).content.decode()
    approver.post(address(owed, "report_step"), {"action": "return", "reason": "Bitte Zahlen nennen."})
    page = reporter.get(address(owed)).content.decode()
    assert "Bitte Zahlen nennen." in page
    reporter.post(address(owed), sent(version="1", situation="Mit Zahlen: 12", action="submit"))
    approver.post(address(owed, "report_step"), {"action": "approve", "version": "1"})
    assert not Submission.objects.exists(), "nobody approves a text they have not seen"
    approver.post(address(owed, "report_step"), {"action": "approve", "version": "2"})
    submission = Submission.objects.get(report=owed)
    assert (submission.submitted_by, submission.approved_by) == (reporter.user, approver.user)


def test_who_approves_goes_on_to_the_next_and_reads_what_was_withdrawn(client_as: Any, reporter: Any, owed: StatusReport) -> None:
    owed.unit.requires_approval = True
    owed.unit.save()
    reports = [owed, make.report(make.measure(concept=owed.round.concept), owed.unit, round=owed.round)]
    for one in reports:
        reporter.post(address(one), sent(action="submit"))
    approver = client_as(Role.APPROVER, owed.unit)
    approve = {"action": "approve", "version": "1"}
    page = approver.post(address(owed, "report_step"), approve, follow=True).content.decode()
    assert "liegt jetzt dem Jour fixe vor" in page
    assert f"Weiter mit {reports[1].measure.number}</a>" in page
    reporter.post(address(reports[1], "report_step"), {"action": "withdraw"})
    stale = approver.post(address(reports[1], "report_step"), approve, follow=True)
    assert stale.request["PATH_INFO"] == reverse("ratings:my_reports")
    assert f"{reports[1].measure.number}: Der Bericht wurde inzwischen zurückgezogen" in stale.content.decode()


def test_where_nobody_else_can_approve_the_leitung_reads_and_approves_with_a_reason(
    coordinator: Any, board: Any, owed: StatusReport
) -> None:
    make.draft(owed, situation="Wartet auf Freigabe")
    StatusReport.objects.filter(pk=owed.pk).update(state=ReportState.AWAITING_APPROVAL)
    assert "Wartet auf Freigabe" in coordinator.get(address(owed)).content.decode()
    assert "Wartet auf Freigabe" not in board.get(address(owed), follow=True).content.decode()
    refused = coordinator.post(address(owed, "report_step"), {"action": "approve", "version": "1"})
    assert refused.status_code == 422
    assert 'name="version" value="1"' in refused.content.decode()
    assert f'<a href="{address(owed)}">Bericht zu {owed.measure.number}</a>' in refused.content.decode()
    assert not Submission.objects.exists()
    coordinator.post(address(owed, "report_step"), {"action": "approve", "version": "1", "reason": "Stelle unbesetzt"})
    assert Submission.objects.get(report=owed).approval_reason == "Stelle unbesetzt"


def test_a_reason_that_came_too_late_is_shown_again(coordinator: Any, owed: StatusReport) -> None:
    StatusReport.objects.filter(pk=owed.pk).update(state=ReportState.DROPPED, state_reason="x")
    response = coordinator.post(address(owed, "report_step"), {"action": "drop", "reason": "Lange überlegt"})
    assert response.status_code == 409
    assert "Lange überlegt" in response.content.decode()


def test_a_reason_left_out_is_asked_for_beside_the_field(coordinator: Any, owed: StatusReport) -> None:
    sent_on = {"action": "drop", "zurueck": "bewertung=hoch"}
    response = coordinator.post(address(owed, "report_step"), sent_on | {"reason": "  "})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_reason"' in page
    assert 'aria-invalid="true"' in page
    assert all(f'name="{name}" value="{value}"' in page for name, value in sent_on.items())
    coordinator.post(address(owed, "report_step"), sent_on | {"reason": "Aufgabe abgegeben."})
    owed.refresh_from_db()
    assert (owed.state, owed.state_reason) == (ReportState.DROPPED, "Aufgabe abgegeben.")


def test_a_forbidden_step_is_403_with_the_reason(reader: Any, board: Any, owed: StatusReport) -> None:
    assert reader.post(address(owed, "report_step"), {"action": "drop"}).status_code == 404
    response = board.post(address(owed, "report_step"), {"action": "drop", "reason": "x"})
    assert response.status_code == 403
    assert "Evaluationsleitung" in response.content.decode()


def test_the_coordinator_writes_visibly_on_behalf(coordinator: Any, owed: StatusReport) -> None:
    assert "Sie schreiben im Auftrag von" in coordinator.get(address(owed)).content.decode()
    coordinator.post(address(owed), sent(action="submit"))
    assert Submission.objects.get(report=owed).on_behalf


def test_the_coordinator_does_not_see_the_draft_of_a_unit(coordinator: Any, owed: StatusReport) -> None:
    make.draft(owed, situation="Noch geheim")
    response = coordinator.get(address(owed), follow=True)
    assert "Noch geheim" not in response.content.decode()
    assert coordinator.post(address(owed), sent(version="1", action="save")).status_code == 403
