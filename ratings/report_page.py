"""What stands around a report: its Maßnahme, the round before, the other units, open questions. A fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.http import urlencode

from goals.text import clean_text
from ratings import inquiries, permissions, workflow
from ratings.deadlines import due_of
from ratings.drafts import DATES, MARKERS, TEXTS, parse_date
from ratings.earlier import EarlierWords, earlier_ratings, earlier_words, may_say_unchanged, measure_line
from ratings.measure_cards import answer_target
from ratings.models import Draft, Inquiry, StatusReport, Submission, Supplement
from ratings.models.fields import ContentFields, RatingFields
from ratings.scheme import Grade
from ratings.states import InquiryState, ReportState
from ratings.workflow import Action

if TYPE_CHECKING:
    from evalportal.accounts.models import User
    from ratings.earlier import EarlierRating


class ReportPage:
    """Everything the pages of one report show. Parts are loaded when they are first used."""

    def __init__(self, user: "User", report: StatusReport) -> None:
        self.user = user
        self.report = report

    @cached_property
    def is_writable(self) -> bool:
        return bool(workflow.decide(self.user, self.report, Action.SAVE))

    @property
    def is_readable(self) -> bool:
        """The person writes, approves or belongs to the unit; everyone else reads the page of the Maßnahme."""
        return (
            self.is_writable
            or permissions.is_in_unit(self.user, self.report)
            or bool(workflow.decide(self.user, self.report, Action.APPROVE))
        )

    @cached_property
    def draft(self) -> Draft | None:
        """The draft, if there is one and the person may read it."""
        draft = getattr(self.report, "draft", None)
        if draft is None:
            return None
        return draft if permissions.may_read_draft(self.user, self.report, on_behalf=draft.on_behalf) else None

    @property
    def address(self) -> str:
        return reverse("ratings:report", args=[self.report.pk])

    @property
    def plain_measure_url(self) -> str:
        measure = self.report.measure
        return reverse("ratings:measure", args=[self.report.round.concept.slug, measure.number])

    @property
    def measure_url(self) -> str:
        return f"{self.plain_measure_url}?{urlencode({'runde': self.report.round.slug})}"

    @cached_property
    def _measures(self) -> list[int]:
        return measure_line(self.report.measure)

    @cached_property
    def _words(self) -> EarlierWords:
        return earlier_words(self.report, self._measures)

    @property
    def earlier(self) -> Submission | None:
        return self._words.newest

    @property
    def earlier_graded(self) -> Submission | None:
        return self._words.graded

    @property
    def repeated(self) -> Submission | None:
        """The submission whose text „Keine Änderung“ repeats; its proposal is that of `earlier_graded`."""
        return self._words.repeated

    @cached_property
    def earlier_rating(self) -> "EarlierRating | None":
        found = earlier_ratings(self.report.measure, before=self.report.round, user=self.user, measures=self._measures)
        return found[0] if found else None

    @cached_property
    def own_submission(self) -> Submission | None:
        """The unit's newest submission in this round, standing or taken back."""
        return next((s for s in self._round_submissions if s.report_id == self.report.pk), None)

    @cached_property
    def others(self) -> list[Submission]:
        """The standing submissions of the other units on this Maßnahme."""
        return [
            submission
            for submission in self._round_submissions
            if submission.report_id != self.report.pk
            and not submission.report.retracted
            and submission.report.state != ReportState.DROPPED
        ]

    @cached_property
    def _round_submissions(self) -> list[Submission]:
        return list(
            Submission.objects.newest()
            .filter(report__round=self.report.round_id, report__measure=self.report.measure_id)
            .select_related("report__unit", "submitted_by", "approved_by")
            .order_by("-report__role", "report__unit__name", "pk")
        )

    @cached_property
    def inquiries(self) -> list[Inquiry]:
        return list(Inquiry.objects.filter(report=self.report).prefetch_related("messages").order_by("-opened_at", "-pk"))

    @property
    def open_inquiries(self) -> list[Inquiry]:
        return [inquiry for inquiry in self.inquiries if inquiry.state == InquiryState.OPEN]

    @property
    def may_answer(self) -> bool:
        """The report cannot be changed now, but its open questions can be answered: unless the answer waits for approval with it."""
        open_ones = self.open_inquiries
        if self.report.state == ReportState.AWAITING_APPROVAL and self.draft is not None and self.draft.answer:
            return False
        for inquiry in open_ones:
            inquiry.report = self.report
        return bool(open_ones) and bool(inquiries.may_answer(self.user, open_ones[0]))

    def _help_page(self, allowed: frozenset[str]) -> str:
        """The page of the help where it depends on the report: what came back, what is to be approved; else empty."""
        if Action.APPROVE in allowed:
            return "freigeben"
        return "rueckfrage" if self.report.state == ReportState.RETURNED or self.may_answer else ""

    def offers_answer(self, target: str) -> bool:
        """True if the field `target` of an answer is on the page."""
        return self.may_answer and any(answer_target(inquiry.pk) == target for inquiry in self.open_inquiries)

    @cached_property
    def supplement(self) -> Supplement | None:
        """The unfinished Nachtrag that has opened this report again; only a closed round can have one."""
        report = self.report
        if report.measure_id not in report.round.reopened:
            return None
        found = Supplement.objects.unfinished().filter(round=report.round_id, measure=report.measure_id).first()
        if found:
            found.measure = report.measure
        return found

    def context(self) -> dict[str, Any]:
        """Return the context of the report's pages; `allowed` holds the actions whose buttons are shown."""
        allowed = workflow.allowed_actions(self.user, self.report)
        earlier = self.earlier_graded
        return {
            "page": self,
            "report": self.report,
            "round": self.report.round,
            "help_page": self._help_page(allowed),
            "due_on": due_of(self.report),
            "supplement": self.supplement,
            "measure": self.report.measure,
            "is_example": self.report.round.concept.is_example,
            "allowed": allowed,
            "on_behalf": permissions.writes_on_behalf(self.user, self.report),
            "locked_reason": workflow.decide(self.user, self.report, Action.SAVE).reason,
            "approval_reason": "approve" in allowed and permissions.approval_needs_reason(self.user, self.report),
            "offer_unchanged": self.is_writable and may_say_unchanged(self.report, earlier),
            "always_rationale": earlier is not None and earlier.grade not in (None, Grade.HIGH),
        }


@dataclass(frozen=True)
class Difference:
    """One field that differs between what was sent and what is saved. `is_text` says whether it can be edited as text there."""

    name: str
    label: str
    mine: str
    mine_shown: str
    saved: str
    is_text: bool


def differences(data: Mapping[str, str], current: Draft) -> list[Difference]:
    """Return the fields in which the sent text differs from the saved draft, in the order of the form."""
    found = []
    for field in (Draft._meta.get_field("answer"), *ContentFields._meta.fields, *RatingFields._meta.fields):
        name = field.name
        if name not in data:
            continue
        mine = "on" if name in MARKERS and data[name] else clean_text(data[name])
        saved = _shown(current, name)
        mine_shown = _mine_shown(field, mine)
        if mine_shown != saved:
            is_text = name in (*TEXTS, "answer") and not field.choices
            found.append(Difference(name, _label(field, current), mine, mine_shown, saved, is_text))
    return found


def _label(field: Any, current: Draft) -> str:
    """The field as the form calls it: what a contributing unit writes is its Zuarbeit."""
    return "Zuarbeit" if field.name == "situation" and not current.report.is_lead else str(field.verbose_name)


def _mine_shown(field: Any, mine: str) -> str:
    if field.name in MARKERS:
        return "ja" if mine else "nein"
    if field.name in DATES:
        return _german(parse_date(mine)) or mine
    return _labelled(field, mine)


def _german(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _labelled(field: Any, value: str) -> str:
    choices = dict(field.flatchoices or ())
    if choices:
        return str(choices.get(value, value))
    return value


def _shown(draft: Draft, name: str) -> str:
    value = getattr(draft, name)
    if name in MARKERS:
        return "ja" if value else "nein"
    if name in DATES:
        return _german(value) or str(draft.unparsed.get(name, ""))
    if name in ("grade", "obstacle_category"):
        return _labelled(Draft._meta.get_field(name), value or "")
    return str(value)


def take_over(values: dict[str, Any], report: StatusReport, what: str, *, user: "User") -> None:
    """Put text of the unit's earlier submission into `values`: after what is written in one field, or into all empty fields.

    `what` is „situation“, „summary“ or „all“; anything else changes nothing. The interne Notiz stays in the unit.
    """
    words = earlier_words(report)
    earlier = words.newest
    if earlier is None:
        return
    if what in ("situation", "summary"):
        written, before = values.get(what, "").strip(), getattr(earlier, what)
        if before not in written:
            values[what] = f"{written}\n\n{before}" if written else before
    elif what == "all":
        own = permissions.is_in_unit(user, report)
        before = words.values(earlier)
        for name in ContentFields.asked_names(has_ratings=report.round.has_ratings):
            if name != "as_of" and (own or name != "internal_note") and not values.get(name):
                values[name] = before[name]
