"""Submitting a report: the draft becomes a numbered, immutable copy that everyone else reads."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from goals.text import clean_text
from ratings import inquiries, permissions, workflow
from ratings.completeness import Demands, Gap, gaps
from ratings.drafts import save_draft
from ratings.earlier import EarlierWords, earlier_grade, earlier_words, may_say_unchanged, nothing_written
from ratings.models import Draft, Inquiry, StatusReport, Submission
from ratings.models.fields import ContentFields
from ratings.states import ReportState
from ratings.workflow import Action, Impossible, ReasonMissing

if TYPE_CHECKING:
    from evalportal.accounts.models import User


class Incomplete(Exception):
    """The draft cannot be submitted yet; `gaps` names everything that is missing."""

    def __init__(self, found: list[Gap]) -> None:
        super().__init__("; ".join(gap.message for gap in found))
        self.gaps = found


def demands_on(report: StatusReport, earlier: Submission | None, now: datetime | None = None) -> Demands:
    """Return what this report must contain, given the unit's earlier submission."""
    return Demands(
        is_lead=report.is_lead,
        has_ratings=report.round.has_ratings,
        earlier_grade=earlier_grade(earlier),
        is_asked=Inquiry.objects.filter(report=report).pending().exists(),
        today=timezone.localdate(now),
    )


def draft_gaps(draft: Draft, demands: Demands) -> list[Gap]:
    """Return everything that keeps `draft` from being submitted, unreadable dates first said as such."""
    unreadable = [
        Gap(name, f"„{text}“ ist kein Datum. Schreiben Sie es als TT.MM.JJJJ.") for name, text in draft.unparsed.items()
    ]
    return unreadable + [gap for gap in gaps(draft, demands) if gap.field not in draft.unparsed]


def submit(report_id: int, *, user: "User", version: int | None = None, now: datetime | None = None) -> StatusReport:
    """Submit the saved draft: to the Jour fixe, or for approval where the unit wants that.

    `version` is the draft's that the person saw. Raises `Incomplete` with every gap, `Impossible`, `PermissionDenied`; nothing is
    written then.
    """
    now = now or timezone.now()
    with transaction.atomic():
        report = workflow.locked(report_id)
        workflow.check(user, report, Action.SUBMIT)
        draft = _seen_draft(report, version)
        words = earlier_words(report)
        found = draft_gaps(draft, demands_on(report, words.graded, now))
        if found:
            raise Incomplete(found)
        report = workflow.apply(report_id, Action.SUBMIT, user=user, now=now)
        if report.state == ReportState.SUBMITTED:
            _freeze(report, draft, words, user=user, now=now)
    return report


def approve(
    report_id: int, *, user: "User", version: int | None = None, reason: str = "", now: datetime | None = None
) -> StatusReport:
    """Approve a report in the unit: it is submitted now. Standing in for the unit's approver needs a reason.

    `version` is that of the draft the person read: nobody approves a text they have not seen. Errors as in `submit`.
    """
    now = now or timezone.now()
    reason = clean_text(reason).strip()
    with transaction.atomic():
        report = workflow.locked(report_id)
        workflow.check(user, report, Action.APPROVE)
        if permissions.approval_needs_reason(user, report) and not reason:
            raise ReasonMissing("Sie geben für eine andere Einheit frei. Begründen Sie das in einem Satz.")
        draft = _seen_draft(report, version)
        report = workflow.apply(report_id, Action.APPROVE, user=user, reason=reason, now=now)
        author = report.handed_in_by or draft.edited_by
        _freeze(report, draft, earlier_words(report), user=author, approver=user, reason=reason, now=now)
    return report


def _seen_draft(report: StatusReport, version: int | None) -> Draft:
    """Return the draft, locked. Raises `Impossible` if there is none or the person saw another version."""
    draft = Draft.objects.select_for_update(of=("self",)).filter(report=report).first()
    if draft is None:
        raise Impossible("Zu dieser Maßnahme ist noch nichts geschrieben.")
    if version is not None and draft.version != version:
        raise Impossible("Der Text wurde inzwischen geändert. Lesen Sie ihn noch einmal; erst dann geht er weiter.")
    return draft


def submit_unchanged(report_id: int, *, user: "User", now: datetime | None = None) -> StatusReport:
    """„Keine Änderung seit dem letzten Bericht“: submit the unit's earlier submission again, with today as its Stand.

    Raises `Impossible` if there is none to stand by, `Incomplete` if it lacks what is required today; its text is in the draft then.
    """
    now = now or timezone.now()
    with transaction.atomic():
        report = workflow.locked(report_id)
        workflow.check(user, report, Action.SAVE)
        words, values = _unchanged(report, user, now)
        existing = Draft.objects.filter(report=report).values_list("version", flat=True).first()
        report, draft = save_draft(report_id, values, version=existing or 0, user=user, now=now)
        found = draft_gaps(draft, demands_on(report, words.graded, now))
        if not found:
            report = workflow.apply(report_id, Action.SUBMIT, user=user, now=now)
            if report.state == ReportState.SUBMITTED:
                _freeze(report, draft, words, user=user, now=now)
    if found:
        raise Incomplete(found)
    return report


def preview_unchanged(report: StatusReport, *, user: "User", now: datetime | None = None) -> tuple[Draft, list[Gap]]:
    """Return what `submit_unchanged` would submit, not saved, and what it would lack. Errors as there, and `PermissionDenied`."""
    now = now or timezone.now()
    workflow.check(user, report, Action.SAVE)
    words, values = _unchanged(report, user, now)
    draft = Draft(report=report, **values)
    return draft, draft_gaps(draft, demands_on(report, words.graded, now))


def _unchanged(report: StatusReport, user: "User", now: datetime) -> tuple[EarlierWords, dict[str, Any]]:
    """Return what the unit said before and the values of a draft that says it again today."""
    if not nothing_written(report):
        raise Impossible("An diesem Bericht wurde schon geschrieben. Öffnen Sie ihn und reichen Sie ihn ein.")
    words = earlier_words(report)
    repeated = words.repeated
    if repeated is None or not may_say_unchanged(report, words.graded):
        raise Impossible("Es gibt keinen früheren Bericht Ihrer Einheit, der unverändert gelten könnte.")
    values = words.values(repeated) | {"as_of": timezone.localdate(now), "unparsed": {}}
    if not permissions.is_in_unit(user, report):
        del values["internal_note"]
    return words, values


def _freeze(
    report: StatusReport,
    draft: Draft,
    words: EarlierWords,
    *,
    user: "User",
    now: datetime,
    approver: "User | None" = None,
    reason: str = "",
) -> Submission:
    number = (report.submissions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    submission = Submission(
        report=report,
        number=number,
        submitted_at=now,
        submitted_by=user,
        approved_by=approver,
        approval_reason=reason,
        on_behalf=draft.on_behalf,
        unchanged=_repeats(report, draft, words),
        **{name: getattr(draft, name) for name in ContentFields.asked_names(has_ratings=report.round.has_ratings)},
    )
    submission.full_clean(exclude=["report", "submitted_by", "approved_by"], validate_unique=False, validate_constraints=False)
    submission.save()
    if draft.answer:
        inquiries.answer_open(report, text=draft.answer, user=user, now=now)
        Draft.objects.filter(pk=draft.pk).update(answer="")
    return submission


def _repeats(report: StatusReport, draft: Draft, words: EarlierWords) -> bool:
    """True if the draft tells others word for word what was submitted before; only its Stand may be newer."""
    if words.repeated is None:
        return False
    before = words.values(words.repeated)
    asked = ContentFields.asked_names(has_ratings=report.round.has_ratings)
    return all(getattr(draft, name) == before[name] for name in asked if name not in ("as_of", "internal_note"))
