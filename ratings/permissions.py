"""WHO MAY: predicates that answer allowed, or denied with the reason in words for the person who asked.

Whether an act is possible at this moment (states of round and report) is a question for `ratings.workflow` and `ratings.rounds`.
"""

from typing import TYPE_CHECKING, TypeAlias

from django.db.models import Q

from goals.models import Membership, OrgUnit
from goals.permissions import ALLOWED, Decision, access_for, denied
from goals.roles import Role
from ratings.querysets import INSIDE, UNIT_ROLES
from ratings.states import ReportState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from evalportal.accounts.models import User
    from ratings.models import ReportingRound, SavedView, StatusReport

    Person: TypeAlias = "User | AnonymousUser"

RECORDING = frozenset({Role.RECORDER, Role.COORDINATOR})
ASKING = RECORDING | {Role.BOARD}
COORDINATING = frozenset({Role.COORDINATOR})


def is_inside(user: "Person", concept_id: int) -> bool:
    """Reads submissions and the live overview; everyone else reads released results."""
    return access_for(user).has(INSIDE, concept_id)


def may_coordinate(user: "Person", concept_id: int) -> Decision:
    """Konzept, units, responsibilities, rounds, release."""
    if access_for(user).has(COORDINATING, concept_id):
        return ALLOWED
    return denied("Das darf nur die Evaluationsleitung.")


def may_record(user: "Person", concept_id: int) -> Decision:
    """Record agreed ratings, return reports with a Rückfrage."""
    if access_for(user).has(RECORDING, concept_id):
        return ALLOWED
    return denied("Das darf nur das Protokoll des Jour fixe oder die Evaluationsleitung.")


def may_ask(user: "Person", concept_id: int) -> Decision:
    """Put a Rückfrage to a unit: every member of the Jour fixe. Returning its report and settling are decisions (`may_record`)."""
    if access_for(user).has(ASKING, concept_id):
        return ALLOWED
    return denied("Rückfragen stellen nur die Mitglieder des Jour fixe, das Protokoll und die Evaluationsleitung.")


def may_follow_returns(user: "Person", concept_id: int | None = None) -> Decision:
    """Read the Rücklauf by unit: who leads the evaluation or sits in the Jour fixe of this Konzept, or of any."""
    access = access_for(user)
    if any(grant.role in ASKING and (concept_id is None or grant.covers(concept_id)) for grant in access.grants):
        return ALLOWED
    return denied("Den Rücklauf sehen nur die Evaluationsleitung und der Jour fixe.")


def may_read_chapters(user: "Person", concept_id: int) -> Decision:
    """Read the chapters of the Evaluationsbericht while they are written: the Jour fixe, which the texts are agreed with."""
    if access_for(user).has(ASKING, concept_id):
        return ALLOWED
    return denied("Die Kapitel des Evaluationsberichts lesen die Evaluationsleitung und der Jour fixe, solange sie entstehen.")


def is_in_unit(user: "Person", report: "StatusReport") -> bool:
    """Reporters and approvers of the unit: both write, approvers also approve (DESIGN.md, section 4, roles)."""
    return report.unit_id in access_for(user).units(UNIT_ROLES, report.round.concept_id)


def writes_on_behalf(user: "Person", report: "StatusReport") -> bool:
    """True if `user` can write only „im Auftrag“: as Evaluationsleitung for a unit that is not their own."""
    return not is_in_unit(user, report) and bool(may_coordinate(user, report.round.concept_id))


def may_write(user: "Person", report: "StatusReport") -> Decision:
    """Write, submit and withdraw a report: the unit itself; the Evaluationsleitung „im Auftrag“.

    The Evaluationsleitung never writes over a draft of the unit itself, which it may not even read (rule 8).
    """
    if is_in_unit(user, report):
        return ALLOWED
    if writes_on_behalf(user, report):
        draft = getattr(report, "draft", None)
        if draft is None or draft.on_behalf:
            return ALLOWED
        return denied(f"„{report.unit}“ schreibt selbst an diesem Bericht; den Entwurf liest nur die Einheit.")
    return denied(f"Diesen Bericht schreibt „{report.unit}“. Sie haben dort nicht die Rolle „{Role.REPORTER.label}“.")


def may_read_draft(user: "Person", report: "StatusReport", *, on_behalf: bool) -> Decision:
    """Read the working text: the unit itself; the Evaluationsleitung only what was written „im Auftrag“ (rule 8).

    Whoever stands in for a missing approver reads what waits for the approval: nobody approves a text unread.
    """
    if is_in_unit(user, report) or (on_behalf and may_coordinate(user, report.round.concept_id)):
        return ALLOWED
    if report.state == ReportState.AWAITING_APPROVAL and may_approve(user, report):
        return ALLOWED
    return denied(f"Den Entwurf liest nur „{report.unit}“. Sichtbar wird der Bericht, wenn er eingereicht ist.")


def may_see_authors(user: "Person", report: "StatusReport") -> bool:
    """Names of authors: the unit itself and the Evaluationsleitung (rule 9, NPersVG § 67)."""
    return is_in_unit(user, report) or bool(may_coordinate(user, report.round.concept_id))


def may_approve(user: "Person", report: "StatusReport") -> Decision:
    """Approve or return inside the unit: its approver, who is not the last editor.

    If the unit has no such second person, the parent unit's approver or the Evaluationsleitung, with a reason
    (`approval_needs_reason`).
    """
    if _is_last_editor(user, report):
        return denied("Niemand gibt frei, was er oder sie selbst zuletzt bearbeitet hat.")
    if _is_approver(user, report):
        return ALLOWED
    if not (_is_parent_approver(user, report) or may_coordinate(user, report.round.concept_id)):
        return denied(f"Freigeben darf, wer in „{report.unit}“ die Rolle „{Role.APPROVER.label}“ hat.")
    if _has_second_person(report):
        return denied(f"In „{report.unit}“ gibt es eine Person für die Freigabe; sie geht vor.")
    return ALLOWED


def approval_needs_reason(user: "Person", report: "StatusReport") -> bool:
    """True if `user` stands in for the unit's own approver."""
    return not _is_approver(user, report)


def _is_approver(user: "Person", report: "StatusReport") -> bool:
    return report.unit_id in access_for(user).units({Role.APPROVER}, report.round.concept_id)


def _is_parent_approver(user: "Person", report: "StatusReport") -> bool:
    return report.unit.parent_id in access_for(user).units({Role.APPROVER}, report.round.concept_id)


def _is_last_editor(user: "Person", report: "StatusReport") -> bool:
    draft = getattr(report, "draft", None)
    return user.pk is not None and user.pk in (report.handed_in_by_id, draft.edited_by_id if draft else None)


def _has_second_person(report: "StatusReport") -> bool:
    draft = getattr(report, "draft", None)
    editors = {report.handed_in_by_id, draft.edited_by_id if draft else None} - {None}
    parents = dict(OrgUnit.objects.values_list("pk", "parent_id"))
    above, current = [], parents.get(report.unit_id)
    while current is not None and current not in above:
        above.append(current)
        current = parents.get(current)
    return (
        Membership.objects.filter(role=Role.APPROVER, user__is_active=True)
        .filter(Q(unit=report.unit_id) | Q(unit__in=above, with_subunits=True))
        .filter(Q(concept=None) | Q(concept=report.round.concept_id))
        .exclude(user__in=editors)
        .exists()
    )


def may_record_round(user: "Person", round_: "ReportingRound", measure_id: int | None = None) -> Decision:
    """Record ratings in this round: needs the role and a round with ratings that is running.

    With `measure_id` the rating of this Maßnahme, for which an unfinished Nachtrag is enough.
    """
    decision = may_record(user, round_.concept_id)
    if not decision:
        return decision
    if not round_.has_ratings:
        return denied(f"„{round_}“ ist eine Runde ohne Bewertung: Berichtet wird der Sachstand, es wird nicht bewertet.")
    if not (round_.is_live if measure_id is None else round_.is_live_for(measure_id)):
        return denied(closed_reason(round_))
    return ALLOWED


def may_meet(user: "Person", round_: "ReportingRound") -> Decision:
    """Hold meetings of the Jour fixe on this round, with or without ratings: needs the role and a round that is running."""
    decision = may_record(user, round_.concept_id)
    if decision and not round_.is_live:
        return denied(closed_reason(round_))
    return decision


def closed_reason(round_: "ReportingRound") -> str:
    """Why nothing can be changed in a round that is not running, and who can lift that (rule 10)."""
    if round_.is_closed:
        return (
            f"„{round_}“ ist abgeschlossen; Berichte{' und Bewertungen' if round_.has_ratings else ''} ändern sich nicht mehr. "
            "Die Evaluationsleitung kann eine einzelne Maßnahme oder die Runde mit einer Begründung wieder öffnen, "
            "wenn in ihr berichtet wurde."
        )
    return f"„{round_}“ ist noch in Vorbereitung. Die Evaluationsleitung öffnet die Runde."


def may_share_views(user: "Person", concept_id: int) -> Decision:
    """Show an Ansicht of one's own to all who read the overview: everyone inside the evaluation."""
    if is_inside(user, concept_id):
        return ALLOWED
    return denied(
        "Ansichten teilen die Evaluationsleitung und alle, die an der Evaluation mitarbeiten. Ihre Ansichten gelten für Sie."
    )


def may_change_view(user: "Person", view: "SavedView") -> Decision:
    """Give an Ansicht another name or selection: the person it belongs to."""
    if user.pk == view.owner_id:
        return ALLOWED
    return denied("Diese Ansicht ändert nur, wer sie angelegt hat. Die Evaluationsleitung kann geteilte Ansichten löschen.")


def may_withdraw_view(user: "Person", view: "SavedView") -> Decision:
    """Delete an Ansicht or share it no more: the person it belongs to; if it is shared, the Evaluationsleitung as well."""
    if user.pk == view.owner_id or (view.is_shared and may_coordinate(user, view.concept_id)):
        return ALLOWED
    return denied("Diese Ansicht löscht, wer sie angelegt hat, oder die Evaluationsleitung.")
