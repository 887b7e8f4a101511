"""„Meine Maßnahmen“: what the units of one person owe in one round, and what comes next."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from goals.permissions import access_for
from goals.roles import Role
from goals.text import fold
from ratings.deadlines import effective_due
from ratings.models import Draft, DueExtension, Inquiry, ReportingRound, StatusReport, Submission
from ratings.permissions import may_read_draft
from ratings.querysets import UNIT_ROLES
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evalportal.accounts.models import User

TO_WRITE = (ReportState.OPEN, ReportState.DRAFT, ReportState.RETURNED)


@dataclass(frozen=True)
class ReportLine:
    """One report of the person's units with its draft, its newest submission and the last day to hand it in."""

    report: StatusReport
    draft: Draft | None
    submission: Submission | None
    question: str
    place: int
    due_on: date

    @property
    def folded_title(self) -> str:
        return fold(self.report.measure.title)

    @property
    def grade_place(self) -> int:
        return list(Grade).index(self.grade) if self.grade else len(Grade)

    @property
    def state_place(self) -> int:
        return list(ReportState).index(ReportState(self.report.state))

    @property
    def role_place(self) -> int:
        return 0 if self.report.is_lead else 1

    @property
    def content(self) -> Draft | Submission | None:
        """What the proposal is read from: the working text, after submission the submission."""
        return self.submission if self.report.state == ReportState.SUBMITTED else self.draft or self.submission

    @property
    def grade(self) -> Grade | None:
        return self.content.grade_value if self.content else None

    @property
    def is_to_write(self) -> bool:
        return self.report.state in TO_WRITE

    @property
    def to_do(self) -> str:
        """What is left, in words: the question, the reason of a return, what the draft lacks."""
        if self.question:
            return self.question
        if self.report.state == ReportState.RETURNED:
            return self.report.state_reason
        if self.draft is None:
            return ""
        lacks = [] if self.draft.situation else ["der Sachstand" if self.report.is_lead else "die Zuarbeit"]
        if self.report.is_lead and not self.draft.summary:
            lacks.append("die Kurzfassung")
        if self.report.round.has_ratings and self.report.is_lead and not self.draft.grade:
            lacks.append("der Bewertungsvorschlag")
        if not lacks:
            return "Alles Wichtige steht da. Lesen Sie den Bericht noch einmal und reichen Sie ihn ein."
        listed = " und ".join(filter(None, [", ".join(lacks[:-1]), lacks[-1]]))
        return f"Es {'fehlt' if len(lacks) == 1 else 'fehlen'} noch {listed}."


def rounds_to_report(user: "User") -> list[ReportingRound]:
    """Return the running rounds of Konzepte in which `user` has a unit, newest first: one query."""
    access = access_for(user)
    rounds = ReportingRound.objects.visible_to(user).select_related("concept")
    running = rounds.filter(state__in=[RoundState.OPEN, RoundState.COORDINATING]).order_by("-opens_on", "-pk")
    return [round_ for round_ in running if access.units(UNIT_ROLES, round_.concept_id)]


def report_lines(user: "User", round_: ReportingRound) -> list[ReportLine]:
    """Return the reports of the person's units in the order of the Konzept: four queries, whatever their number."""
    reports = StatusReport.objects.of_units(user, round_.concept_id).filter(round=round_)
    newest = {
        submission.report_id: submission for submission in Submission.objects.newest().filter(report__in=reports.values("pk"))
    }
    questions: dict[int, str] = {}
    pending = Inquiry.objects.pending().filter(report__in=reports.values("pk"))
    asked = pending.filter(messages__from_unit=False).order_by("messages__written_at")
    for report_id, text in asked.values_list("report_id", "messages__text"):
        questions[report_id] = text
    extensions = list(DueExtension.objects.filter(round=round_))
    lines = []
    for place, report in enumerate(reports.with_place().select_related("draft", "round__concept").in_order()):
        draft = getattr(report, "draft", None)
        readable = draft is not None and may_read_draft(user, report, on_behalf=draft.on_behalf)
        due_on = effective_due(round_, report, extensions)
        question = questions.get(report.pk, "")
        lines.append(ReportLine(report, draft if readable else None, newest.get(report.pk), question, place, due_on))
    return lines


def common_due(round_: ReportingRound, lines: "Sequence[ReportLine]") -> date:
    """Return the deadline to show above a list: the one that all `lines` share, else the round's; others stand at their line."""
    found = {line.due_on for line in lines}
    return found.pop() if len(found) == 1 else round_.due_on


def next_line(lines: "Sequence[ReportLine]", after: int | None = None) -> ReportLine | None:
    """Return what comes next: the next unfinished report behind report `after`, else a begun one, a new one, a returned one.

    Returned reports come last here because they stand on top of every list by themselves. `lines` are in the order of the Konzept.
    """
    places = {line.report.pk: place for place, line in enumerate(lines)}
    behind = [line for line in lines if after in places and places[line.report.pk] > places[after]]
    unfinished = (ReportState.DRAFT, ReportState.OPEN)
    following = next((line for line in behind if line.report.state in unfinished), None)
    by_state = (line for state in (*unfinished, ReportState.RETURNED) for line in lines if line.report.state == state)
    return following or next(by_state, None)


def waiting_lines(user: "User", round_: ReportingRound, lines: "Sequence[ReportLine]") -> list[ReportLine]:
    """Return the reports that wait for the approval of `user`: in units where they approve, not last edited by them."""
    units = access_for(user).units({Role.APPROVER}, round_.concept_id)
    waiting = (line for line in lines if line.report.state == ReportState.AWAITING_APPROVAL and line.report.unit_id in units)
    return [
        line for line in waiting if user.pk not in (line.report.handed_in_by_id, line.draft.edited_by_id if line.draft else None)
    ]
