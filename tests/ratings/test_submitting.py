"""Submitting: a numbered, immutable copy of the draft that everyone else reads (DESIGN.md, sections 2 and 4; issue 2, item 7)."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from goals.models import Role
from ratings import submitting, workflow
from ratings.appendix import live_appendix
from ratings.models import Draft, Inquiry, StatusReport, Submission
from ratings.models.fields import ContentFields
from ratings.rollup import UnitTexts
from ratings.states import InquiryState, ReportState, RoundState
from ratings.submitting import Incomplete
from ratings.workflow import Action, Impossible
from tests import factories as make

pytestmark = pytest.mark.django_db

FULL = {
    "grade": "gering",
    "rationale": "Weil.",
    "obstacle_category": "staff",
    "obstacles": "Stelle frei.",
    "solution": "Ausgeschrieben.",
    "routine": True,
    "continuation": True,
    "influence": True,
    "conditions": True,
    "next_step": "Antrag.",
    "next_step_on": timezone.localdate() + timedelta(days=90),
    "influence_note": "Land.",
    "conditions_note": "Gesetz.",
    "successes": "Viele.",
    "target_group": "Familien.",
    "partners": "Caritas.",
    "resources": "Halbe Stelle.",
    "evidence": "https://www.lkos.de",
    "internal_note": "Nur für uns.",
}


def written(*, approval: bool = False, role: Role = Role.REPORTER, **values: Any) -> tuple[StatusReport, Any]:
    """A report with a complete draft of its reporter, and that person."""
    unit = make.unit(requires_approval=approval)
    report, reporter = make.report(unit=unit, state=ReportState.DRAFT), make.member(role, unit=unit)
    make.draft(report, edited_by=reporter, **values)
    return report, reporter


def copied(source: Any) -> dict[str, Any]:
    return {name: getattr(source, name) for name in ContentFields.content_names()}


def test_the_submission_is_a_copy_of_the_whole_draft() -> None:
    report, reporter = written(**FULL)
    now = timezone.now()
    assert submitting.submit(report.pk, user=reporter, version=1, now=now).state == ReportState.SUBMITTED
    submission = report.submissions.get()
    assert copied(submission) == copied(report.draft)
    assert (submission.number, submission.submitted_by, submission.submitted_at) == (1, reporter, now)
    assert (submission.approved_by, submission.on_behalf, submission.unchanged) == (None, False, False)


def test_the_interne_notiz_is_never_in_the_rows() -> None:
    assert "internal_note" not in {field.name for field in fields(UnitTexts)}
    report, reporter = written(**FULL)
    submitting.submit(report.pk, user=reporter)
    texts = live_appendix(report.round, with_texts=True).rows[0].units[0].texts
    assert texts is not None
    assert texts.partners == "Caritas."
    assert "Nur für uns." not in repr(live_appendix(report.round, with_texts=True))


def test_submissions_are_numbered_and_never_change() -> None:
    report, reporter = written()
    for number in (1, 2):
        submitting.submit(report.pk, user=reporter)
        assert list(report.submissions.values_list("number", flat=True)) == list(range(1, number + 1))
        workflow.apply(report.pk, Action.WITHDRAW, user=reporter)
        Draft.objects.filter(report=report).update(situation="Anders.")
    first, second = report.submissions.order_by("number")
    assert (first.situation == "Anders.", second.situation) == (False, "Anders.")
    first.situation = "Nachträglich."
    with pytest.raises(ValidationError, match="ändert sich nicht mehr"):
        first.save()


def test_everything_missing_is_named_and_nothing_is_written() -> None:
    report, reporter = written(grade=None, situation=" ", as_of=None, unparsed={"as_of": "Ende März"}, evidence="Ordner")
    before = report.history.count()
    with pytest.raises(Incomplete) as incomplete:
        submitting.submit(report.pk, user=reporter)
    assert [gap.field for gap in incomplete.value.gaps] == ["as_of", "situation", "grade", "evidence"]
    assert "„Ende März“ ist kein Datum" in incomplete.value.gaps[0].message
    report.refresh_from_db()
    assert (report.state, report.submissions.count(), report.history.count()) == (ReportState.DRAFT, 0, before)


@pytest.mark.parametrize("field", ["as_of", "next_step_on"])
def test_an_unreadable_date_keeps_from_submitting(field: str) -> None:
    report, reporter = written(unparsed={field: "bald"})
    with pytest.raises(Incomplete) as incomplete:
        submitting.submit(report.pk, user=reporter)
    assert [gap.field for gap in incomplete.value.gaps] == [field]


def test_another_version_than_the_one_seen_is_not_submitted() -> None:
    report, reporter = written(version=3)
    with pytest.raises(Impossible, match="inzwischen geändert"):
        submitting.submit(report.pk, user=reporter, version=2)
    assert not report.submissions.exists()


def test_others_do_not_submit() -> None:
    report, _ = written()
    with pytest.raises(PermissionDenied):
        submitting.submit(report.pk, user=make.member(Role.REPORTER))
    assert not report.submissions.exists()


def test_what_the_leitung_submits_says_so() -> None:
    report, _ = written(on_behalf=True)
    submitting.submit(report.pk, user=make.member(Role.COORDINATOR))
    assert report.submissions.get().on_behalf


def test_approval_keeps_author_and_approver_apart() -> None:
    report, reporter = written(approval=True)
    approver = make.member(Role.APPROVER, unit=report.unit)
    assert submitting.submit(report.pk, user=reporter).state == ReportState.AWAITING_APPROVAL
    assert not report.submissions.exists()
    assert submitting.approve(report.pk, user=approver).state == ReportState.SUBMITTED
    submission = report.submissions.get()
    assert (submission.submitted_by, submission.approved_by, submission.approval_reason) == (reporter, approver, "")
    assert copied(submission) == copied(report.draft)


@pytest.mark.parametrize("reason", ["", " ", "\x00"], ids=["none", "blank", "invisible"])
def test_who_stands_in_for_the_approver_says_why(reason: str) -> None:
    report, reporter = written(approval=True)
    leitung = make.member(Role.COORDINATOR)
    submitting.submit(report.pk, user=reporter)
    with pytest.raises(Impossible, match="Begründen Sie"):
        submitting.approve(report.pk, user=leitung, reason=reason)
    assert not report.submissions.exists()
    submitting.approve(report.pk, user=leitung, reason=" Vertretung\x00 ")
    assert report.submissions.get().approval_reason == "Vertretung"


@pytest.mark.parametrize("approval", [False, True], ids=["without approval", "with approval"])
def test_the_answer_in_the_form_goes_to_the_open_inquiry(approval: bool) -> None:
    report, reporter = written(approval=approval, answer="Es waren 40.")
    open_one = make.inquiry(report)
    settled = make.inquiry(report, state=InquiryState.DONE)
    submitting.submit(report.pk, user=reporter)
    if approval:
        assert open_one.messages.count() == 1
        submitting.approve(report.pk, user=make.member(Role.APPROVER, unit=report.unit))
    message = open_one.messages.latest("pk")
    assert (message.text, message.from_unit, message.author) == ("Es waren 40.", True, reporter)
    assert Inquiry.objects.get(pk=open_one.pk).state == InquiryState.ANSWERED
    assert settled.messages.count() == 1
    assert Draft.objects.get(report=report).answer == ""


@pytest.mark.parametrize("state", InquiryState)
def test_an_open_inquiry_wants_an_answer(state: InquiryState) -> None:
    report, reporter = written()
    inquiry = make.inquiry(report, state=state)
    if state == InquiryState.OPEN:
        with pytest.raises(Incomplete) as incomplete:
            submitting.submit(report.pk, user=reporter)
        assert [gap.field for gap in incomplete.value.gaps] == ["answer"]
        assert not report.submissions.exists()
        return
    submitting.submit(report.pk, user=reporter)
    assert (Inquiry.objects.get(pk=inquiry.pk).state, inquiry.messages.count()) == (state, 1)


def earlier(*, approval: bool = False, **values: Any) -> tuple[StatusReport, Any, Submission]:
    """An open report, its reporter, and what the unit submitted in the round before."""
    unit, measure = make.unit(requires_approval=approval), make.measure()
    today = timezone.localdate()
    before = make.round(
        measure.concept, state=RoundState.CLOSED, opens_on=today - timedelta(days=400), due_on=today - timedelta(days=350),
        closes_on=None,
    )  # fmt: skip
    old = make.report(measure, unit, round=before, state=ReportState.SUBMITTED)
    said = make.submission(old, as_of=today - timedelta(days=360), **values)
    return make.report(measure, unit), make.member(Role.REPORTER, unit=unit), said


@pytest.mark.parametrize("approval", [False, True], ids=["without approval", "with approval"])
def test_no_change_since_the_last_report_is_one_click(approval: bool) -> None:
    report, reporter, said = earlier(approval=approval, **FULL)
    report = submitting.submit_unchanged(report.pk, user=reporter)
    if approval:
        assert report.state == ReportState.AWAITING_APPROVAL
        report = submitting.approve(report.pk, user=make.member(Role.APPROVER, unit=report.unit))
    submission = report.submissions.get()
    assert copied(submission) == copied(said) | {"as_of": timezone.localdate()}
    assert (report.state, submission.unchanged, submission.submitted_by) == (ReportState.SUBMITTED, True, reporter)


def test_the_same_words_submitted_by_hand_are_unchanged_too() -> None:
    report, reporter, said = earlier()
    make.draft(report, **copied(said) | {"as_of": timezone.localdate()})
    submitting.submit(report.pk, user=reporter)
    assert report.submissions.get().unchanged


def test_unchanged_with_gaps_leaves_the_text_in_the_draft() -> None:
    report, reporter, _ = earlier(grade="mittel", obstacles="", situation="Wie gehabt.")
    with pytest.raises(Incomplete) as incomplete:
        submitting.submit_unchanged(report.pk, user=reporter)
    assert [gap.field for gap in incomplete.value.gaps] == ["obstacles"]
    report.refresh_from_db()
    assert (report.state, report.draft.situation, report.submissions.count()) == (ReportState.DRAFT, "Wie gehabt.", 0)


def test_unchanged_is_refused_where_nothing_stands_or_something_was_begun() -> None:
    report = make.report()
    with pytest.raises(Impossible, match="keinen früheren Bericht"):
        submitting.submit_unchanged(report.pk, user=make.member(Role.REPORTER, unit=report.unit))
    begun, reporter, _ = earlier()
    make.draft(begun, situation="Neu geschrieben.")
    with pytest.raises(Impossible, match="schon geschrieben"):
        submitting.submit_unchanged(begun.pk, user=reporter)
    other, _, _ = earlier()
    with pytest.raises(PermissionDenied):
        submitting.submit_unchanged(other.pk, user=reporter)
    assert Draft.objects.get().situation == "Neu geschrieben."
    assert Submission.objects.filter(report__in=[report, begun, other]).count() == 0
