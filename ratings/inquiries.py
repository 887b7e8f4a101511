"""Rückfragen: asked by the recorder with the return of a report, answered by its unit, settled by who asked."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goals.permissions import Decision, denied
from goals.text import clean_text
from ratings import permissions, workflow
from ratings.models import Inquiry, InquiryMessage, ReportingRound, StatusReport
from ratings.states import InquiryState
from ratings.workflow import Action, Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User


def return_with_inquiry(report_id: int, *, question: str, user: "User", now: datetime | None = None) -> Inquiry:
    """Return a submitted report to its unit with a question and open the thread. Errors as in `workflow.apply`."""
    now = now or timezone.now()
    with transaction.atomic():
        report = workflow.apply(report_id, Action.INQUIRE, user=user, reason=question, now=now)
        inquiry = Inquiry(report=report, opened_at=now)
        workflow.log(inquiry, user=user, now=now, what="gestellt")
        inquiry.save()
        _write(inquiry, report.state_reason, from_unit=False, user=user, now=now)
    return inquiry


def may_answer(user: "User", inquiry: Inquiry) -> Decision:
    """The unit answers, while the round runs."""
    if not inquiry.report.round.is_live:
        return denied(permissions.closed_reason(inquiry.report.round))
    return permissions.may_write(user, inquiry.report)


def may_settle(user: "User", inquiry: Inquiry) -> Decision:
    """Ask again or settle: the recorder, while the round runs."""
    if not inquiry.report.round.is_live:
        return denied(permissions.closed_reason(inquiry.report.round))
    if inquiry.state == InquiryState.DONE:
        return denied("Diese Rückfrage ist erledigt.")
    return permissions.may_record(user, inquiry.report.round.concept_id)


def answer(inquiry_id: int, *, text: str, user: "User", now: datetime | None = None) -> Inquiry:
    """Add the unit's answer; the inquiry is then beantwortet. Raises `Impossible` for an empty text or a settled inquiry."""
    now = now or timezone.now()
    text = _given(text, "Schreiben Sie eine Antwort.")
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        may_answer(user, inquiry).require()
        if inquiry.state == InquiryState.DONE:
            raise Impossible("Diese Rückfrage ist schon erledigt.")
        on_behalf = permissions.writes_on_behalf(user, inquiry.report)
        _write(inquiry, text, from_unit=True, on_behalf=on_behalf, user=user, now=now)
        return _set_state(inquiry, InquiryState.ANSWERED, user=user, now=now)


def ask_again(inquiry_id: int, *, text: str, user: "User", now: datetime | None = None) -> Inquiry:
    """Add a further question; the inquiry is open again. Raises `Impossible` for an empty text."""
    now = now or timezone.now()
    text = _given(text, "Schreiben Sie eine Frage.")
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        may_settle(user, inquiry).require()
        _write(inquiry, text, from_unit=False, user=user, now=now)
        return _set_state(inquiry, InquiryState.OPEN, user=user, now=now)


def settle(inquiry_id: int, *, user: "User", now: datetime | None = None) -> Inquiry:
    """Mark the inquiry erledigt."""
    now = now or timezone.now()
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        may_settle(user, inquiry).require()
        return _set_state(inquiry, InquiryState.DONE, user=user, now=now)


def answer_open(report: StatusReport, *, text: str, user: "User", now: datetime) -> None:
    """Put the answer written in the report's form to every open inquiry of the report; nothing if the text is empty."""
    if not text.strip():
        return
    for inquiry in Inquiry.objects.select_for_update().filter(report=report).pending():
        on_behalf = permissions.writes_on_behalf(user, report)
        _write(inquiry, text.strip(), from_unit=True, on_behalf=on_behalf, user=user, now=now)
        _set_state(inquiry, InquiryState.ANSWERED, user=user, now=now)


def _locked(inquiry_id: int) -> Inquiry:
    """The round first, as everywhere: closing waits for an answer and an answer for closing."""
    ReportingRound.objects.select_for_update().get(reports__inquiries=inquiry_id)
    rows = Inquiry.objects.select_for_update(of=("self",)).select_related("report__round__concept", "report__unit")
    return rows.get(pk=inquiry_id)


def _given(text: str, message: str) -> str:
    cleaned = clean_text(text).strip()
    if not cleaned:
        raise Impossible(message)
    return cleaned


def _write(inquiry: Inquiry, text: str, *, from_unit: bool, user: "User", now: datetime, on_behalf: bool = False) -> None:
    InquiryMessage.objects.create(
        inquiry=inquiry, text=text, from_unit=from_unit, on_behalf=on_behalf, author=user, written_at=now
    )


def _set_state(inquiry: Inquiry, state: InquiryState, *, user: "User", now: datetime) -> Inquiry:
    inquiry.state = state
    workflow.log(inquiry, user=user, now=now, what=str(state.label))
    inquiry.save()
    return inquiry
