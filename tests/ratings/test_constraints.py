"""The rules that the database itself keeps for ratings: one case for each way to break them (DESIGN.md, section 4, rule 3)."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ratings.models import (
    AgendaItem,
    AgendaOrigin,
    AgreedRating,
    Draft,
    DueExtension,
    FieldSummary,
    ImportDraft,
    Inquiry,
    InquiryMessage,
    MailItem,
    MailPreference,
    Meeting,
    ReportingRound,
    Section,
    StatusReport,
)
from ratings.models.report import SUMMARY_LIMIT
from ratings.scheme import Grade, Marker
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.constraints import Case, assert_complete, assert_refused
from tests.ratings.mails import mail

pytestmark = pytest.mark.django_db

DAY, NEXT_DAY = date(2026, 3, 1), date(2026, 3, 2)


def two_rounds(first: RoundState, second: RoundState) -> None:
    concept = make.concept()
    make.round(concept, state=first)
    make.round(concept, state=second)


def report_twice() -> None:
    report = make.report()
    make.report(report.measure, report.unit, round=report.round)


def rating_twice() -> None:
    rating = make.agreed_rating()
    make.agreed_rating(rating.measure, round=rating.round, grade=Grade.LOW)


def number_twice() -> None:
    report = make.report()
    make.submission(report, number=1)
    make.submission(report, number=1)


def version_twice() -> None:
    round = make.round(state=RoundState.CLOSED)
    make.snapshot(round, version=1)
    make.snapshot(round, version=1)


def change_report(**fields: object) -> int:
    return StatusReport.objects.filter(pk=make.report().pk).update(**fields)


def change_draft(**fields: object) -> int:
    return Draft.objects.filter(pk=make.draft().pk).update(**fields)


def import_draft(**fields: object) -> ImportDraft:
    stamp = {"uploaded_at": timezone.now(), "uploaded_by": make.user()}
    return ImportDraft.objects.create(**{"round": make.round(), "file_name": "liste.xlsx"} | stamp | fields)


def extension(**fields: object) -> DueExtension:
    round_ = fields.pop("round", None) or make.round()
    defaults = {"round": round_, "due_on": DAY, "reason": "Krankheit", "granted_at": timezone.now()}
    return DueExtension.objects.create(**defaults | fields)


def supplement_twice() -> None:
    first = make.supplement()
    make.supplement(first.measure, round=first.round)


def extended_twice(*parts: str) -> None:
    whom = {"unit": make.unit(), "measure": make.measure()}
    fields = {"round": make.round()} | {part: whom[part] for part in parts}
    extension(**fields)
    extension(**fields)


def empty_message() -> None:
    InquiryMessage.objects.filter(inquiry=make.inquiry()).update(text="")


def mail_twice() -> None:
    person = make.user()
    mail(recipient=person)
    mail(recipient=person, message_id="<another@example.org>")


def mail_item(**fields: object) -> None:
    told = mail()
    values = {"mail": told, "recipient": told.recipient, "round": make.round(), "kind": "opened", "key": "k", "title": "t"}
    MailItem.objects.create(**values | fields)


def mail_item_twice() -> None:
    person = make.user()
    mail_item(recipient=person)
    mail_item(recipient=person)


def preference_twice() -> None:
    person = make.user()
    for _ in range(2):
        MailPreference.objects.create(user=person, kind="opened")


def item(**fields: Any) -> AgendaItem:
    meeting = fields.pop("meeting", None) or Meeting.objects.create(round=make.round(), on=DAY)
    defaults: dict[str, Any] = {"measure": make.measure(concept=meeting.round.concept), "origin": AgendaOrigin.HAND}
    return AgendaItem.objects.create(meeting=meeting, **defaults | fields)


def item_twice() -> None:
    first = item()
    item(meeting=first.meeting, measure=first.measure)


def summary(**fields: Any) -> FieldSummary:
    defaults: dict[str, Any] = {"section": Section.INTRODUCTION, "edited_by": make.user(), "edited_at": timezone.now()}
    return FieldSummary.objects.create(**{"round": fields.pop("round", None) or make.round()} | defaults | fields)


def summary_twice(**fields: object) -> None:
    round_ = make.round()
    for _ in range(2):
        summary(round=round_, **fields)


def view_twice(**second: Any) -> None:
    first = make.saved_view(**second)
    make.saved_view(first.concept, owner=first.owner, **(second or {"name": first.name}))


CASES: list[Case] = [
    ("saved_view_name_once", view_twice),
    ("saved_view_one_start", lambda: view_twice(is_start=True)),
    ("saved_view_name_given", lambda: make.saved_view(name="")),
    ("saved_view_code_valid", lambda: make.saved_view(code="kurz")),
    ("mail_preference_once", preference_twice),
    ("mail_preference_kind_optional", lambda: MailPreference.objects.create(user=make.user(), kind="returned")),
    ("mail_once_per_day", mail_twice),
    ("mail_state_valid", lambda: mail(state="other")),
    ("mail_address_given", lambda: mail(address="")),
    ("mail_claim_expires", lambda: mail(state="sending")),
    ("mail_claim_expires", lambda: mail(state="claimed")),
    ("mail_sent_has_time", lambda: mail(state="sent")),
    ("mail_item_once", mail_item_twice),
    ("mail_item_kind_valid", lambda: mail_item(kind="other")),
    ("round_one_not_closed", lambda: two_rounds(RoundState.OPEN, RoundState.PREPARING)),
    ("round_one_not_closed", lambda: two_rounds(RoundState.COORDINATING, RoundState.OPEN)),
    ("round_one_not_closed", lambda: two_rounds(RoundState.PREPARING, RoundState.PREPARING)),
    ("round_state_valid", lambda: ReportingRound.objects.filter(pk=make.round().pk).update(state="other")),
    ("round_due_after_opening", lambda: make.round(opens_on=NEXT_DAY, due_on=DAY)),
    ("round_closes_after_due", lambda: make.round(opens_on=DAY, due_on=NEXT_DAY, closes_on=DAY)),
    ("report_once", report_twice),
    ("report_state_valid", lambda: change_report(state="other")),
    ("report_role_valid", lambda: change_report(role="other")),
    ("report_reason_given", lambda: change_report(state=ReportState.DROPPED, state_reason="")),
    ("report_reason_given", lambda: change_report(state=ReportState.RETURNED, state_reason="")),
    ("draft_grade_valid", lambda: change_draft(grade="other")),
    ("draft_grade_valid", lambda: change_draft(grade="")),
    *(("draft_markers_given", lambda marker=marker: change_draft(**{marker.value: None})) for marker in Marker.voted()),
    ("draft_obstacle_category_valid", lambda: change_draft(obstacle_category="other reasons")),
    ("submission_obstacle_category_valid", lambda: make.submission(obstacle_category="other reasons")),
    ("submission_number_unique", number_twice),
    ("submission_grade_valid", lambda: make.submission(grade="other")),
    ("submission_grade_valid", lambda: make.submission(grade="")),
    *(("submission_markers_given", lambda marker=marker: make.submission(**{marker.value: None})) for marker in Marker.voted()),
    ("submission_text_given", lambda: make.submission(situation="")),
    ("submission_summary_short", lambda: make.submission(summary="ä" * (SUMMARY_LIMIT + 1))),
    ("submission_as_of_given", lambda: make.submission(as_of=None)),
    ("inquiry_state_valid", lambda: Inquiry.objects.filter(pk=make.inquiry().pk).update(state="other")),
    ("inquiry_message_text_given", empty_message),
    ("agreed_rating_once", rating_twice),
    ("agreed_rating_grade_valid", lambda: make.agreed_rating(grade="other")),
    ("agreed_rating_grade_valid", lambda: AgreedRating.objects.filter(pk=make.agreed_rating().pk).update(grade="")),
    ("agreed_rating_no_grade_has_reason", lambda: make.agreed_rating(grade=None, reason="")),
    ("extension_for_something", extension),
    ("extension_reason_given", lambda: extension(unit=make.unit(), reason="")),
    ("extension_once_per_unit", lambda: extended_twice("unit")),
    ("extension_once_per_measure", lambda: extended_twice("measure")),
    ("extension_once_per_report", lambda: extended_twice("unit", "measure")),
    ("meeting_state_valid", lambda: Meeting.objects.create(round=make.round(), on=DAY, state="other")),
    (
        "meeting_ends_after_start",
        lambda: Meeting.objects.create(round=make.round(), on=DAY, starts_at=time(12), ends_at=time(10)),
    ),
    ("agenda_item_once", item_twice),
    ("agenda_item_origin_valid", lambda: item(origin="other")),
    ("agenda_item_outcome_valid", lambda: item(outcome="other")),
    ("agenda_item_agreed_has_time", lambda: item(outcome="agreed")),
    ("agenda_item_agreed_has_time", lambda: item(outcome="noted")),
    ("supplement_one_unfinished", supplement_twice),
    ("supplement_reason_given", lambda: make.supplement(reason="")),
    ("supplement_version_when_finished", lambda: make.supplement(snapshot=make.snapshot())),
    ("supplement_finished_after_opening", lambda: make.supplement(finished_at=timezone.now() - timedelta(days=1))),
    ("import_draft_kind_valid", lambda: import_draft(kind="other")),
    ("summary_section_once", summary_twice),
    ("summary_field_once", lambda: summary_twice(section=Section.FIELD, field=make.action_field())),
    ("summary_section_valid", lambda: summary(section="other")),
    ("summary_field_fits_section", lambda: summary(section=Section.FIELD)),
    ("summary_field_fits_section", lambda: summary(field=make.action_field())),
    ("snapshot_version_unique", version_twice),
    ("snapshot_version_from_one", lambda: make.snapshot(version=0)),
]


@pytest.mark.parametrize(("name", "violate"), CASES, ids=[name for name, _ in CASES])
def test_the_database_refuses(name: str, violate: Callable[[], object]) -> None:
    assert_refused("ratings", name, violate)


def test_every_constraint_has_a_case() -> None:
    assert_complete("ratings", CASES)


def test_what_the_constraints_allow() -> None:
    """Neighbours of the cases above that must stay possible."""
    concept = make.concept()
    make.round(concept, state=RoundState.CLOSED)
    make.round(concept, state=RoundState.CLOSED)
    round = make.round(concept, opens_on=DAY, due_on=DAY, closes_on=DAY)
    measure = make.measure(concept=concept)
    lead, contributing = make.report(measure, round=round), make.report(measure, round=round)
    make.draft(lead, grade=None, situation="", summary="", as_of=None)
    make.submission(lead, summary="ä" * SUMMARY_LIMIT)
    make.submission(contributing, grade=None)
    rating = make.agreed_rating(measure, round=round, grade=None, reason="Farbe in der Quelle nicht überliefert", routine=None)
    for whom in ({"unit": lead.unit}, {"measure": measure}, {"unit": lead.unit, "measure": measure}, {"unit": contributing.unit}):
        extension(round=round, **whom)
    summary(round=round, section=Section.METHOD)
    for _ in range(2):
        summary(round=round, section=Section.FIELD, field=make.action_field(concept))
    assert (lead.role, contributing.role) == ("lead", "contributing")
    assert rating.basis.count() == 2
