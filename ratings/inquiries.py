"""Rückfragen: asked by the Jour fixe, answered by the unit; the recorder alone returns, settles and takes up again.

Asking leaves a report submitted; the recorder's return always asks. What is answered comes back to the agenda by itself.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goals.permissions import ALLOWED, Decision, denied
from goals.text import clean_text
from ratings import agenda, permissions, workflow
from ratings.deadlines import workday
from ratings.drafts import parse_date
from ratings.models import Inquiry, InquiryMessage, ReportingRound, StatusReport
from ratings.states import InquiryState, ReportState
from ratings.workflow import Action, Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User

# How long a unit has for an answer unless somebody says otherwise.
DAYS_TO_ANSWER = 14


class BadDue(Impossible):
    """What was given as „Antwort bis“ is no date, or it is past."""


class Unread(Impossible):
    """Something was written in the thread that the person had not seen; nothing is decided over it."""


def suggested_due(round_: ReportingRound, now: datetime | None = None) -> date:
    """Return the proposal for „Antwort bis“: a workday in two weeks, the close of the round if that is sooner, tomorrow at the earliest."""
    today = timezone.localdate(now)
    latest = workday(today + timedelta(days=DAYS_TO_ANSWER))
    closes_on = round_.closes_on if round_.is_live else None
    return max(min(latest, closes_on or latest), today + timedelta(days=1))


def due_from(text: str) -> date | None:
    """Return the day that a form sent as „Antwort bis“, None for an empty field. Raises `BadDue` for what is no date."""
    text = clean_text(text).strip()
    found = parse_date(text) if text else None
    if text and found is None:
        raise BadDue(f"„{text[:40]}“ ist kein Datum. Schreiben Sie „Antwort bis“ als TT.MM.JJJJ oder lassen Sie es leer.")
    return found


def may_ask(user: "User", report: StatusReport) -> Decision:
    """Open a thread and leave the report submitted: who sits in the Jour fixe, while the round runs."""
    if not report.round.is_live_for(report.measure_id):
        return denied(permissions.closed_reason(report.round))
    if report.state != ReportState.SUBMITTED:
        return denied("Fragen lässt sich zu einem Bericht, der eingereicht ist. Dieser liegt gerade bei der Einheit.")
    return permissions.may_ask(user, report.round.concept_id)


def may_answer(user: "User", inquiry: Inquiry) -> Decision:
    """The unit answers, while the round runs."""
    if not inquiry.report.round.is_live_for(inquiry.report.measure_id):
        return denied(permissions.closed_reason(inquiry.report.round))
    return permissions.may_write(user, inquiry.report)


def may_ask_again(user: "User", inquiry: Inquiry) -> Decision:
    """A further question in the thread: who sits in the Jour fixe, until it is settled."""
    decision = _unsettled(inquiry)
    return permissions.may_ask(user, inquiry.report.round.concept_id) if decision else decision


def may_settle(user: "User", inquiry: Inquiry) -> Decision:
    """Settle: the recorder, while the round runs."""
    decision = _unsettled(inquiry)
    return permissions.may_record(user, inquiry.report.round.concept_id) if decision else decision


def may_reopen(user: "User", inquiry: Inquiry) -> Decision:
    """Take up a settled thread again: the recorder, while the round runs."""
    if not inquiry.report.round.is_live_for(inquiry.report.measure_id):
        return denied(permissions.closed_reason(inquiry.report.round))
    if inquiry.state != InquiryState.DONE:
        return denied("Diese Rückfrage ist nicht erledigt.")
    return permissions.may_record(user, inquiry.report.round.concept_id)


def _unsettled(inquiry: Inquiry) -> Decision:
    """The round runs and the thread is not settled."""
    if not inquiry.report.round.is_live_for(inquiry.report.measure_id):
        return denied(permissions.closed_reason(inquiry.report.round))
    if inquiry.state == InquiryState.DONE:
        return denied("Diese Rückfrage ist erledigt. Wer Protokoll führt, kann sie wieder aufnehmen.")
    return ALLOWED


def return_with_inquiry(
    report_id: int, *, question: str, user: "User", due_on: date | None = None, now: datetime | None = None
) -> Inquiry:
    """Return a submitted report to its unit with a question and open the thread.

    `due_on` is the day by which the unit should answer. Errors as in `workflow.apply`; `BadDue` for a day in the past.
    """
    now = now or timezone.now()
    _check_due(due_on, now)
    with transaction.atomic():
        report = workflow.apply(report_id, Action.INQUIRE, user=user, reason=question, now=now)
        return _open(report, report.state_reason, due_on, user=user, now=now)


def ask(report_id: int, *, question: str, user: "User", due_on: date | None = None, now: datetime | None = None) -> Inquiry:
    """Ask the unit of a submitted report; the report stays submitted.

    Raises `Impossible` for an empty question, a day in the past, a report or round in another state; `PermissionDenied`.
    """
    now = now or timezone.now()
    question = _given(question, "Schreiben Sie, was die Einheit klären soll.")
    _check_due(due_on, now)
    with transaction.atomic():
        report = workflow.locked(report_id)
        permissions.may_ask(user, report.round.concept_id).require()
        if not (decision := may_ask(user, report)):
            raise Impossible(decision.reason)
        return _open(report, question, due_on, user=user, now=now)


def answer(inquiry_id: int, *, text: str, user: "User", now: datetime | None = None) -> Inquiry:
    """Add the unit's answer; the inquiry is then beantwortet and the Maßnahme on the next agenda.

    Raises `Impossible` for an empty text or a settled inquiry.
    """
    now = now or timezone.now()
    text = _given(text, "Schreiben Sie eine Antwort.")
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        may_answer(user, inquiry).require()
        if inquiry.state == InquiryState.DONE:
            raise Impossible("Diese Rückfrage ist schon erledigt.")
        return _answered(inquiry, text, user=user, now=now)


def ask_again(inquiry_id: int, *, text: str, user: "User", due_on: date | None = None, now: datetime | None = None) -> Inquiry:
    """Add a further question; the inquiry is open again, with its own day for the answer. Errors as in `ask`."""
    now = now or timezone.now()
    text = _given(text, "Schreiben Sie eine Frage.")
    _check_due(due_on, now)
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        may_ask_again(user, inquiry).require()
        _write(inquiry, text, from_unit=False, user=user, now=now)
        inquiry.due_on = due_on
        return _set_state(inquiry, InquiryState.OPEN, user=user, now=now)


def settle(inquiry_id: int, *, user: "User", seen: int | None = None, now: datetime | None = None) -> Inquiry:
    """Mark the inquiry erledigt. `seen` is the newest post the person read: raises `Unread` if there is a newer one."""
    now = now or timezone.now()
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        may_settle(user, inquiry).require()
        if seen is not None and inquiry.messages.filter(pk__gt=seen).exists():
            raise Unread("Inzwischen wurde hier etwas geschrieben. Lesen Sie es, bevor Sie die Rückfrage erledigen.")
        return _set_state(inquiry, InquiryState.DONE, user=user, now=now)


def reopen(inquiry_id: int, *, user: "User", now: datetime | None = None) -> Inquiry:
    """Take up a settled inquiry again: beantwortet if the unit wrote last, else offen."""
    now = now or timezone.now()
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        may_reopen(user, inquiry).require()
        last = inquiry.messages.order_by("-written_at", "-pk").first()
        if last is None or not last.from_unit:
            return _set_state(inquiry, InquiryState.OPEN, user=user, now=now)
        return _set_state(inquiry, InquiryState.ANSWERED, user=user, now=now)


def answer_open(report: StatusReport, *, text: str, user: "User", now: datetime) -> None:
    """Put the answer written in the report's form to every open inquiry of the report; nothing if the text is empty."""
    if not text.strip():
        return
    for inquiry in Inquiry.objects.select_for_update(of=("self",)).filter(report=report).pending():
        inquiry.report = report
        _answered(inquiry, text.strip(), user=user, now=now)


def _open(report: StatusReport, question: str, due_on: date | None, *, user: "User", now: datetime) -> Inquiry:
    inquiry = Inquiry(report=report, opened_at=now, due_on=due_on)
    workflow.log(inquiry, user=user, now=now, what="gestellt")
    inquiry.save()
    _write(inquiry, question, from_unit=False, user=user, now=now)
    return inquiry


def _answered(inquiry: Inquiry, text: str, *, user: "User", now: datetime) -> Inquiry:
    report = inquiry.report
    on_behalf = permissions.writes_on_behalf(user, report)
    _write(inquiry, text, from_unit=True, on_behalf=on_behalf, user=user, now=now)
    _set_state(inquiry, InquiryState.ANSWERED, user=user, now=now)
    if report.round.is_live and report.state != ReportState.DROPPED:
        agenda.bring_back(report.round, report.measure_id, now=now)
    return inquiry


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


def _check_due(due_on: date | None, now: datetime) -> None:
    if due_on is not None and due_on < timezone.localdate(now):
        raise BadDue(f"„Antwort bis“ liegt in der Vergangenheit: {due_on:%d.%m.%Y}. Nennen Sie heute oder einen späteren Tag.")


def _write(inquiry: Inquiry, text: str, *, from_unit: bool, user: "User", now: datetime, on_behalf: bool = False) -> None:
    InquiryMessage.objects.create(
        inquiry=inquiry, text=text, from_unit=from_unit, on_behalf=on_behalf, author=user, written_at=now
    )


def _set_state(inquiry: Inquiry, state: InquiryState, *, user: "User", now: datetime) -> Inquiry:
    inquiry.state = state
    workflow.log(inquiry, user=user, now=now, what=str(state.label))
    inquiry.save()
    return inquiry
