"""Who may do what, when: the table of DESIGN.md, section 4, written down a second time and held against `ratings.workflow`."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Role
from ratings import workflow
from ratings.models import Draft, StatusReport, Submission
from ratings.states import ReportState, RoundState
from ratings.workflow import Action, Impossible
from tests import factories as make

pytestmark = pytest.mark.django_db

LIVE, OPEN_ONLY = {"open", "coordinating"}, {"open"}
IMPOSSIBLE, DENIED = "impossible", "denied"

# Report state → action → (state it leads to, round states, who). Everything else is impossible, everyone else is denied.
# „editor“ is reporter and approver of the unit and has written the draft; the unit has another approver.
ALLOWED: dict[str, dict[str, tuple[str, set[str], str]]] = {
    "open": {
        "save": ("draft", LIVE, "reporter editor approver coordinator"),
        "drop": ("entfallen", LIVE, "coordinator"),
    },
    "draft": {
        "save": ("draft", LIVE, "reporter editor approver"),
        "submit": ("submitted", LIVE, "reporter editor approver"),
        "drop": ("entfallen", LIVE, "coordinator"),
    },
    "awaiting_approval": {
        "approve": ("submitted", LIVE, "approver"),
        "return": ("returned", LIVE, "approver"),
        "withdraw": ("draft", LIVE, "reporter editor approver"),
        "drop": ("entfallen", LIVE, "coordinator"),
    },
    "submitted": {
        "withdraw": ("draft", OPEN_ONLY, "reporter editor approver"),
        "inquire": ("returned", LIVE, "recorder coordinator"),
        "drop": ("entfallen", LIVE, "coordinator"),
    },
    "returned": {
        "save": ("returned", LIVE, "reporter editor approver"),
        "submit": ("submitted", LIVE, "reporter editor approver"),
        "drop": ("entfallen", LIVE, "coordinator"),
    },
    "entfallen": {"lift": ("draft", LIVE, "coordinator")},
}


class _Undo(Exception):
    pass


def people(report: StatusReport, parent: Any) -> dict[str, User]:
    editor = make.member(Role.REPORTER, unit=report.unit)
    return {
        "reporter": make.member(Role.REPORTER, unit=report.unit),
        "editor": make.member(Role.APPROVER, unit=report.unit, user=editor),
        "approver": make.member(Role.APPROVER, unit=report.unit),
        "reporter elsewhere": make.member(Role.REPORTER),
        "approver elsewhere": make.member(Role.APPROVER),
        "parent's approver": make.member(Role.APPROVER, unit=parent),
        "board": make.member(Role.BOARD),
        "recorder": make.member(Role.RECORDER),
        "coordinator": make.member(Role.COORDINATOR),
        "coordinator of another Konzept": make.member(Role.COORDINATOR, concept=make.concept()),
        "reader": make.member(Role.READER),
        "nobody": make.user(),
    }


def outcome(report: StatusReport, action: Action, user: User) -> str:
    """Take the action, say what came of it and undo it."""
    state = ""
    try:
        with transaction.atomic():
            state = workflow.apply(report.pk, action, user=user, reason="Das ist der Grund.").state
            raise _Undo
    except _Undo:
        return state
    except Impossible as refusal:
        return IMPOSSIBLE if str(refusal) else "refused without a reason"
    except PermissionDenied as refusal:
        return DENIED if str(refusal) else "refused without a reason"


def expected(report_state: str, round_state: str, action: str, who: str) -> str:
    target, rounds, allowed = ALLOWED[report_state].get(action, ("", set(), ""))
    if round_state not in rounds:
        return IMPOSSIBLE
    return target if who in allowed.split() else DENIED


def traces(report: StatusReport) -> list[Any]:
    return [
        StatusReport.objects.filter(pk=report.pk).values().get(),
        list(report.history.values_list("history_id", flat=True)),
        list(Draft.objects.filter(report=report).values()),
        list(Submission.objects.filter(report=report).values()),
    ]


@pytest.mark.parametrize("round_state", RoundState.values)
@pytest.mark.parametrize("report_state", ReportState.values)
def test_who_may_do_what_when(report_state: str, round_state: str) -> None:
    parent = make.unit()
    report = make.report(
        unit=make.unit(parent=parent), round=make.round(state=round_state), state=report_state, changed_at=timezone.now()
    )
    who_is_who = people(report, parent)
    if report_state != "open":
        make.draft(report, edited_by=who_is_who["editor"])
    before, wrong = traces(report), []
    fresh = StatusReport.objects.select_related("round__concept", "unit", "draft").get(pk=report.pk)
    for who, user in who_is_who.items():
        allowed = set()
        for action in Action:
            wanted = expected(report_state, round_state, action.value, who)
            if round_state == "open" or who in ("reporter", "approver", "coordinator"):
                got = outcome(report, action, user)
                if got != wanted:
                    wrong.append(f"{who}, {action.value}: {got} instead of {wanted}")
            decision = workflow.decide(user, fresh, action)
            assert decision or decision.reason, f"{who}, {action.value}: denied without a reason"
            if wanted not in (IMPOSSIBLE, DENIED):
                allowed.add(action.value)
        if workflow.allowed_actions(user, fresh) != allowed:
            wrong.append(f"{who} is shown {sorted(workflow.allowed_actions(user, fresh))} instead of {sorted(allowed)}")
    assert wrong == []
    assert traces(report) == before


ACTS = [
    pytest.param("open", Action.SAVE, "reporter", "Entwurf speichern", "", id="save"),
    pytest.param("draft", Action.SUBMIT, "reporter", "Einreichen", "", id="submit"),
    pytest.param("awaiting_approval", Action.APPROVE, "approver", "Freigeben: Das ist der Grund.", "", id="approve"),
    pytest.param(
        "awaiting_approval", Action.RETURN, "approver", "Zurückgeben: Das ist der Grund.", "Das ist der Grund.", id="return"
    ),
    pytest.param("submitted", Action.WITHDRAW, "reporter", "Zurückziehen", "", id="withdraw"),
    pytest.param(
        "submitted",
        Action.INQUIRE,
        "recorder",
        "Mit Rückfrage zurückgeben: Das ist der Grund.",
        "Das ist der Grund.",
        id="inquire",
    ),
    pytest.param(
        "submitted", Action.DROP, "coordinator", "Auf „entfallen“ setzen: Das ist der Grund.", "Das ist der Grund.", id="drop"
    ),
    pytest.param("entfallen", Action.LIFT, "coordinator", "„entfallen“ aufheben", "", id="lift"),
]


@pytest.mark.parametrize(("state", "action", "who", "entry", "state_reason"), ACTS)
def test_an_act_leaves_one_entry_with_who_when_and_why(
    state: str, action: Action, who: str, entry: str, state_reason: str
) -> None:
    report = make.report(state=state)
    if state != "open":
        make.draft(report)
    user, now = people(report, make.unit())[who], timezone.now() + timedelta(minutes=1)
    before = report.history.count()
    reason = " Das ist\x00 der Grund.\u202e " if entry.endswith("Grund.") else ""
    report = workflow.apply(report.pk, action, user=user, reason=reason, now=now)
    newest = report.history.order_by("-history_id").first()
    assert newest is not None
    assert report.history.count() == before + 1
    assert (newest.history_user, newest.history_date, newest.history_change_reason) == (user, now, entry)
    assert (newest.state, newest.state_reason) == (report.state, state_reason)
    assert report.changed_at == now
    assert StatusReport.objects.values_list("state", "state_reason").get(pk=report.pk) == (report.state, state_reason)


@pytest.mark.parametrize("reason", ["", "  \n", "\x00\u202e"], ids=["none", "blank", "invisible"])
@pytest.mark.parametrize(
    ("state", "action", "who"),
    [
        pytest.param("awaiting_approval", Action.RETURN, "approver", id="return"),
        pytest.param("submitted", Action.INQUIRE, "recorder", id="inquire"),
        pytest.param("draft", Action.DROP, "coordinator", id="drop"),
    ],
)
def test_what_burdens_others_needs_a_reason(state: str, action: Action, who: str, reason: str) -> None:
    report = make.report(state=state)
    make.draft(report)
    user, before = people(report, make.unit())[who], traces(report)
    with pytest.raises(Impossible, match="Begründung"):
        workflow.apply(report.pk, action, user=user, reason=reason)
    assert traces(report) == before


def test_a_unit_that_wants_approval_hands_in_for_approval() -> None:
    report = make.report(unit=make.unit(requires_approval=True), state=ReportState.DRAFT)
    make.draft(report)
    who = people(report, make.unit())
    handed_in = workflow.apply(report.pk, Action.SUBMIT, user=who["reporter"])
    assert (handed_in.state, handed_in.handed_in_by) == (ReportState.AWAITING_APPROVAL, who["reporter"])
    returned = workflow.apply(report.pk, Action.RETURN, user=who["approver"], reason="Bitte kürzen.")
    assert (returned.state, returned.state_reason) == (ReportState.RETURNED, "Bitte kürzen.")
    again = workflow.apply(report.pk, Action.SUBMIT, user=who["editor"])
    assert (again.state, again.state_reason, again.handed_in_by) == (ReportState.AWAITING_APPROVAL, "", who["editor"])
    assert workflow.apply(report.pk, Action.APPROVE, user=who["approver"]).state == ReportState.SUBMITTED


def counts(report: StatusReport) -> bool:
    return Submission.objects.filter(report=report).counting().exists()


def test_what_is_withdrawn_does_not_count_until_it_is_handed_in_again() -> None:
    report = make.report(state=ReportState.SUBMITTED)
    make.draft(report)
    make.submission(report)
    reporter = people(report, make.unit())["reporter"]
    assert counts(report)
    workflow.apply(report.pk, Action.WITHDRAW, user=reporter)
    assert not counts(report)
    workflow.apply(report.pk, Action.SUBMIT, user=reporter)
    assert counts(report)


def test_what_is_withdrawn_does_not_count_while_it_awaits_approval() -> None:
    report = make.report(unit=make.unit(requires_approval=True), state=ReportState.SUBMITTED)
    make.draft(report)
    make.submission(report)
    who = people(report, make.unit())
    workflow.apply(report.pk, Action.WITHDRAW, user=who["reporter"])
    workflow.apply(report.pk, Action.SUBMIT, user=who["reporter"])
    assert not counts(report)
    workflow.apply(report.pk, Action.APPROVE, user=who["approver"])
    assert counts(report)


def test_what_was_submitted_counts_while_a_returned_report_is_reworked() -> None:
    report = make.report(unit=make.unit(requires_approval=True), state=ReportState.SUBMITTED)
    make.draft(report)
    make.submission(report)
    who = people(report, make.unit())
    workflow.apply(report.pk, Action.INQUIRE, user=who["recorder"], reason="Wie viele?")
    assert counts(report)
    workflow.apply(report.pk, Action.SUBMIT, user=who["reporter"])
    workflow.apply(report.pk, Action.WITHDRAW, user=who["reporter"])
    assert counts(report)


@pytest.mark.parametrize("state", [state for state in ReportState.values if state != "entfallen"])
def test_lifting_brings_back_what_was_before(state: str) -> None:
    report = make.report(state=state)
    if state != "open":
        make.draft(report)
    was, coordinator = (report.state, report.state_reason, report.retracted), make.member(Role.COORDINATOR)
    dropped = workflow.apply(report.pk, Action.DROP, user=coordinator, reason="Doppelt vergeben.")
    assert (dropped.state, dropped.state_reason, dropped.dropped_by_hand) == ("entfallen", "Doppelt vergeben.", True)
    lifted = workflow.apply(report.pk, Action.LIFT, user=coordinator)
    assert (lifted.state, lifted.state_reason, lifted.retracted) == was
    assert not lifted.dropped_by_hand


def test_lifting_does_not_make_a_withdrawn_submission_count() -> None:
    report = make.report(state=ReportState.SUBMITTED)
    make.draft(report)
    make.submission(report)
    who = people(report, make.unit())
    workflow.apply(report.pk, Action.WITHDRAW, user=who["reporter"])
    workflow.apply(report.pk, Action.DROP, user=who["coordinator"], reason="Doppelt vergeben.")
    assert workflow.apply(report.pk, Action.LIFT, user=who["coordinator"]).state == ReportState.DRAFT
    assert not counts(report)


@pytest.mark.parametrize(
    ("state", "action", "says"),
    [
        (RoundState.CLOSED, Action.SAVE, "eine einzelne Maßnahme oder die Runde mit einer Begründung wieder öffnen"),
        (RoundState.PREPARING, Action.SAVE, "Evaluationsleitung öffnet die Runde"),
        (RoundState.COORDINATING, Action.WITHDRAW, "Protokoll des Jour fixe kann den Bericht mit einer Rückfrage"),
        (RoundState.OPEN, Action.SAVE, "wenn die Einheit ihn zurückzieht oder das Protokoll des Jour fixe ihn"),
        (RoundState.COORDINATING, Action.SAVE, "zieht die Einheit jetzt nicht mehr zurück"),
    ],
    ids=["closed", "preparing", "coordinating", "submitted", "submitted, coordinating"],
)
def test_locked_says_why_and_who_can_lift_it(state: RoundState, action: Action, says: str) -> None:
    report = make.report(round=make.round(state=state), state=ReportState.SUBMITTED)
    with pytest.raises(Impossible, match=says):
        workflow.apply(report.pk, action, user=make.member(Role.REPORTER, unit=report.unit))


@pytest.mark.parametrize(
    ("state", "action", "says"),
    [
        (ReportState.DRAFT, Action.APPROVE, "inzwischen zurückgezogen .* Freigeben können Sie ihn, wenn"),
        (ReportState.DRAFT, Action.RETURN, "inzwischen zurückgezogen"),
        (ReportState.RETURNED, Action.APPROVE, "inzwischen zurückgegeben"),
        (ReportState.SUBMITTED, Action.APPROVE, "schon freigegeben und eingereicht"),
        (ReportState.SUBMITTED, Action.RETURN, "Protokoll des Jour fixe mit einer Rückfrage"),
        (ReportState.DRAFT, Action.WITHDRAW, "schon zurückgezogen"),
        (ReportState.RETURNED, Action.WITHDRAW, "inzwischen zurückgegeben"),
    ],
)
def test_who_was_too_slow_reads_what_happened(state: ReportState, action: Action, says: str) -> None:
    report = make.report(state=state)
    with pytest.raises(Impossible, match=says):
        workflow.apply(report.pk, action, user=make.member(Role.APPROVER, unit=report.unit), reason="Grund")
