"""THE transitions of a Sachstandsbericht: one table and one function that applies them (lock, check, write, log).

Source: DESIGN.md, section 4, „Who may do what, when“. Rounds have their own few transitions in `ratings.rounds`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.utils import timezone

from goals.permissions import ALLOWED, Decision, denied
from goals.text import clean_text
from ratings import permissions
from ratings.models import ReportingRound, StatusReport
from ratings.states import ReportState, RoundState

if TYPE_CHECKING:
    from evalportal.accounts.models import User


class Impossible(Exception):
    """The act does not fit the present state; the database is unchanged. The text says why, for the person who asked."""


class ReasonMissing(Impossible):
    """The act is open to this person and lacks nothing but its reason."""


class Action(models.TextChoices):
    SAVE = "save", "Entwurf speichern"
    SUBMIT = "submit", "Einreichen"
    APPROVE = "approve", "Freigeben"
    RETURN = "return", "Zurückgeben"
    WITHDRAW = "withdraw", "Zurückziehen"
    INQUIRE = "inquire", "Mit Rückfrage zurückgeben"
    DROP = "drop", "Auf „entfallen“ setzen"
    LIFT = "lift", "„entfallen“ aufheben"


@dataclass(frozen=True)
class Transition:
    """In these round states `action` leads from `source` to `target`, if `who` allows it.

    `target` is a state, or a function of the report where it depends on it: which state, and with which comment.
    """

    action: Action
    source: ReportState
    target: "ReportState | Callable[[StatusReport], tuple[ReportState, str]]"
    rounds: frozenset[RoundState]
    who: "Callable[[User, StatusReport], Decision]"
    needs_reason: bool = False


def _recorder(user: "User", report: StatusReport) -> Decision:
    return permissions.may_record(user, report.round.concept_id)


def _coordinator(user: "User", report: StatusReport) -> Decision:
    return permissions.may_coordinate(user, report.round.concept_id)


def _handed_in(report: StatusReport) -> tuple[ReportState, str]:
    """To the Jour fixe, or for approval where the unit wants that."""
    return (ReportState.AWAITING_APPROVAL if report.unit.requires_approval else ReportState.SUBMITTED), ""


def before_drop(report: StatusReport) -> tuple[ReportState, str]:
    """Return state and comment of the report before it was dropped, from its history; without one by whether it has a draft."""
    earlier = report.history.exclude(state=ReportState.DROPPED).order_by("-history_date", "-history_id").first()
    if earlier is None:
        return (ReportState.DRAFT if has_draft(report) else ReportState.OPEN), ""
    return ReportState(earlier.state), earlier.state_reason


def has_draft(report: StatusReport) -> bool:
    try:
        return report.draft is not None
    except ObjectDoesNotExist:
        return False


_S, _A = ReportState, Action
_OPEN = frozenset({RoundState.OPEN})
_LIVE = frozenset({RoundState.OPEN, RoundState.COORDINATING})

TRANSITIONS: Final = (
    Transition(_A.SAVE, _S.OPEN, _S.DRAFT, _LIVE, permissions.may_write),
    Transition(_A.SAVE, _S.DRAFT, _S.DRAFT, _LIVE, permissions.may_write),
    Transition(_A.SAVE, _S.RETURNED, _S.RETURNED, _LIVE, permissions.may_write),
    Transition(_A.SUBMIT, _S.DRAFT, _handed_in, _LIVE, permissions.may_write),
    Transition(_A.SUBMIT, _S.RETURNED, _handed_in, _LIVE, permissions.may_write),
    Transition(_A.APPROVE, _S.AWAITING_APPROVAL, _S.SUBMITTED, _LIVE, permissions.may_approve),
    Transition(_A.RETURN, _S.AWAITING_APPROVAL, _S.RETURNED, _LIVE, permissions.may_approve, needs_reason=True),
    Transition(_A.WITHDRAW, _S.AWAITING_APPROVAL, _S.DRAFT, _LIVE, permissions.may_write),
    Transition(_A.WITHDRAW, _S.SUBMITTED, _S.DRAFT, _OPEN, permissions.may_write),
    Transition(_A.INQUIRE, _S.SUBMITTED, _S.RETURNED, _LIVE, _recorder, needs_reason=True),
    *(
        Transition(_A.DROP, source, _S.DROPPED, _LIVE, _coordinator, needs_reason=True)
        for source in (_S.OPEN, _S.DRAFT, _S.AWAITING_APPROVAL, _S.SUBMITTED, _S.RETURNED)
    ),
    Transition(_A.LIFT, _S.DROPPED, before_drop, _LIVE, _coordinator),
)

# Why an action does not fit a state, and what would help.
_WRONG_STATE: Final = {
    _S.OPEN: "Zu dieser Maßnahme ist noch nichts geschrieben.",
    _S.DRAFT: "Der Bericht ist noch nicht eingereicht.",
    _S.AWAITING_APPROVAL: "Der Bericht liegt zur Freigabe. Ändern lässt er sich wieder, wenn die Einheit ihn zurückzieht oder die "
    "Freigabe ihn zurückgibt.",
    _S.SUBMITTED: "Der Bericht ist eingereicht. Ändern lässt er sich wieder, wenn die Einheit ihn zurückzieht oder das Protokoll des "
    "Jour fixe ihn mit einer Rückfrage zurückgibt.",
    _S.RETURNED: "Der Bericht ist zurückgegeben und liegt bei der Einheit.",
    _S.DROPPED: "Der Bericht ist entfallen. Die Evaluationsleitung kann das aufheben.",
}

# The same, where somebody else was quicker than the person who asks.
_WITHDRAWN: Final = "Der Bericht wurde inzwischen zurückgezogen und ist wieder ein Entwurf."
_APPROVE_LATER: Final = "Freigeben können Sie ihn, wenn er neu zur Freigabe gegeben ist."
_APPROVED: Final = "Der Bericht ist schon freigegeben und eingereicht."
_OVERTAKEN: Final = {
    (_A.APPROVE, _S.DRAFT): f"{_WITHDRAWN} {_APPROVE_LATER}",
    (_A.RETURN, _S.DRAFT): f"{_WITHDRAWN} Zurückzugeben ist er nicht mehr.",
    (_A.APPROVE, _S.SUBMITTED): _APPROVED,
    (_A.RETURN, _S.SUBMITTED): f"{_APPROVED} Zurückgeben kann ihn jetzt das Protokoll des Jour fixe mit einer Rückfrage.",
    (_A.APPROVE, _S.RETURNED): f"Der Bericht wurde inzwischen zurückgegeben. {_APPROVE_LATER}",
    (_A.WITHDRAW, _S.DRAFT): "Der Bericht ist schon zurückgezogen. Sie können ihn ändern.",
    (_A.WITHDRAW, _S.RETURNED): "Der Bericht wurde inzwischen zurückgegeben. Sie können ihn ändern.",
}


def find(report: StatusReport, action: Action) -> "Transition | Decision":
    """Return the transition that fits the states of report and round, or why there is none."""
    fitting = [t for t in TRANSITIONS if t.action == action and t.source == report.state]
    state = report.round.state_for(report.measure_id)
    if state not in _LIVE:
        return denied(permissions.closed_reason(report.round))
    for candidate in fitting:
        if state in candidate.rounds:
            return candidate
    if not fitting and (action, report.state) in _OVERTAKEN:
        return denied(_OVERTAKEN[action, ReportState(report.state)])
    if report.state == ReportState.SUBMITTED and state not in _OPEN:
        return denied(_no_way_back(report))
    return denied(_WRONG_STATE[ReportState(report.state)])


def _no_way_back(report: StatusReport) -> str:
    phase = "Abstimmung" if report.round.has_ratings else "Durchsicht"
    return (
        f"Der Bericht ist eingereicht. Die {phase} läuft; eingereichte Berichte zieht die Einheit jetzt nicht mehr zurück. "
        "Das Protokoll des Jour fixe kann den Bericht mit einer Rückfrage zurückgeben."
    )


def decide(user: "User", report: StatusReport, action: Action) -> Decision:
    """Return whether `user` may take `action` on `report` now, else why not. Needs `round`, `unit` and `draft` of the report."""
    found = find(report, action)
    return found.who(user, report) if isinstance(found, Transition) else found


def allowed_actions(user: "User", report: StatusReport) -> frozenset[str]:
    """Return the values of all actions that `user` may take on `report` now; templates show these and no others."""
    return frozenset(action.value for action in Action if decide(user, report, action))


def locked(report_id: int) -> StatusReport:
    """Return the report locked for this transaction, its round too, so that closing waits for it and it for closing."""
    concept_round = StatusReport.objects.filter(pk=report_id).values("round_id")
    ReportingRound.objects.select_for_update().get(pk__in=concept_round)
    rows = StatusReport.objects.select_for_update(of=("self",))
    return rows.select_related("round__concept", "unit", "measure__goal").get(pk=report_id)


def check(user: "User", report: StatusReport, action: Action, reason: str = "") -> Transition:
    """Return the transition for a locked report. Raises `Impossible` (state; `ReasonMissing`) or `PermissionDenied` (person) with why."""
    found = find(report, action)
    if not isinstance(found, Transition):
        raise Impossible(found.reason)
    found.who(user, report).require()
    if found.needs_reason and not reason.strip():
        raise ReasonMissing("Das braucht eine Begründung. Schreiben Sie ein bis zwei Sätze.")
    return found


def apply(report_id: int, action: Action, *, user: "User", reason: str = "", now: datetime | None = None) -> StatusReport:
    """Take `action` on the report and return it in its new state.

    For SAVE, SUBMIT and APPROVE with their texts use `ratings.submitting`, for INQUIRE `ratings.inquiries`: they call this. Raises
    `Impossible` if the states do not fit or a reason is missing, `PermissionDenied` if `user` may not; nothing is written then.
    """
    reason = clean_text(reason).strip()
    with transaction.atomic():
        report = locked(report_id)
        transition = check(user, report, action, reason)
        return _write(report, transition, user=user, reason=reason, now=now or timezone.now())


def _write(report: StatusReport, transition: Transition, *, user: "User", reason: str, now: datetime) -> StatusReport:
    target = transition.target
    if callable(target):
        report.state, report.state_reason = target(report)
    elif target != transition.source:
        report.state, report.state_reason = target, reason if transition.needs_reason else ""
    report.dropped_by_hand = transition.action == Action.DROP
    if transition.action == Action.SUBMIT:
        report.handed_in_by = user
    if transition.source == ReportState.SUBMITTED and transition.action == Action.WITHDRAW:
        report.retracted = True
    elif report.state == ReportState.SUBMITTED and transition.action != Action.LIFT:
        report.retracted = False
    return _save(report, user=user, now=now, what=f"{transition.action.label}{f': {reason}' if reason else ''}")


def follow_responsibility(report: StatusReport, *, dropped_because: str, user: "User", now: datetime) -> StatusReport:
    """Set a locked report of a running round to `entfallen` with the reason, or lift that if `dropped_because` is empty.

    For `rounds.sync_owed` alone: the responsibilities have changed, nobody decided about this report.
    """
    if dropped_because:
        report.state, report.state_reason, report.dropped_by_hand = ReportState.DROPPED, dropped_because, False
    else:
        report.state, report.state_reason = before_drop(report)
    return _save(report, user=user, now=now, what=dropped_because or "wieder zuständig")


def _save(report: StatusReport, *, user: "User", now: datetime, what: str) -> StatusReport:
    report.changed_at = now
    log(report, user=user, now=now, what=what)
    # The database checks uniqueness and constraints; asking it beforehand too would cost a query each.
    report.full_clean(exclude=["round", "measure", "unit", "handed_in_by"], validate_unique=False, validate_constraints=False)
    report.save()
    return report


def log(instance: models.Model, *, user: "User | None", now: datetime, what: str) -> None:
    """Make the next save of `instance` leave who, when and why in its history."""
    instance._history_user = user  # type: ignore[attr-defined]
    instance._history_date = now  # type: ignore[attr-defined]
    instance._change_reason = what  # type: ignore[attr-defined]


__all__ = ["ALLOWED", "TRANSITIONS", "Action", "Impossible", "Transition", "allowed_actions", "apply", "decide", "log"]
