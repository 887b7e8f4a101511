"""„Meine Maßnahmen“: what the units of one person owe in one round, and what comes next."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from goals.models import Deputy
from goals.permissions import access_for, current_deputies
from goals.roles import Role
from goals.text import fold
from ratings.deadlines import effective_due
from ratings.models import Draft, DueExtension, Inquiry, InquiryMessage, ReportingRound, StatusReport, Submission, Supplement
from ratings.permissions import may_read_draft
from ratings.querysets import UNIT_ROLES
from ratings.scheme import Grade
from ratings.states import InquiryState, ReportState, RoundState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from evalportal.accounts.models import User

TO_WRITE = (ReportState.OPEN, ReportState.DRAFT, ReportState.RETURNED)


@dataclass(frozen=True)
class Question:
    """The newest question of the Jour fixe that waits for an answer, and until when."""

    text: str
    asked_at: datetime
    due_on: date | None
    inquiry: Inquiry


@dataclass(frozen=True)
class ReportLine:
    """One report of the person's units with its draft, its newest submission and the last day to hand it in.

    `awaits_me`: it waits for the person's own approval. `approves_only`: the person approves in its unit and does not report there.
    """

    report: StatusReport
    draft: Draft | None
    submission: Submission | None
    question: Question | None
    place: int
    due_on: date
    awaits_me: bool = False
    approves_only: bool = False

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
    def came_back(self) -> bool:
        """Something is to be done that somebody else asked for: a returned report, an unanswered question."""
        if self.report.state == ReportState.RETURNED:
            return True
        handed_on = self.report.state == ReportState.AWAITING_APPROVAL and self.draft is not None and bool(self.draft.answer)
        return self.question is not None and self.report.state != ReportState.DROPPED and not handed_on

    @property
    def is_others_turn(self) -> bool:
        """Returned by the Freigabe to those who report: not the first thing to do for who only approves."""
        return self.approves_only and self.question is None and self.report.state == ReportState.RETURNED

    @property
    def is_to_do(self) -> bool:
        """Something is left to do: to write, to answer or, for this person, to approve."""
        return self.is_to_write or self.came_back or self.awaits_me

    @property
    def touched_at(self) -> datetime | None:
        """When somebody last did something with it, None for a report nobody has begun."""
        if self.report.state == ReportState.OPEN:
            return None
        return self.draft.saved_at if self.draft else self.report.changed_at

    @property
    def to_do(self) -> str:
        """What is left, in words: the question, the reason of a return, what the draft lacks."""
        if self.question:
            return self.question.text
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
    """Return the rounds in which units of `user` write, newest first: one query.

    These are the running rounds of Konzepte in which they have a unit; after them closed ones with a Nachtrag to one of their reports.
    """
    access = access_for(user)
    rounds = ReportingRound.objects.visible_to(user).select_related("concept")
    reopened = Exists(_reopened_reports(OuterRef("pk")).order_by())
    running = Q(state__in=[RoundState.OPEN, RoundState.COORDINATING])
    rounds = rounds.filter(running | Q(reopened, state=RoundState.CLOSED)).order_by("-opens_on", "-pk")
    mine = [round_ for round_ in rounds if access.units(UNIT_ROLES, round_.concept_id)]
    return sorted((r for r in mine if r.is_live or _owed_reports(user, r).exists()), key=lambda round_: round_.is_closed)


def _reopened_reports(round_id: Any) -> "QuerySet[StatusReport]":
    """The reports of a round on Maßnahmen with an unfinished Nachtrag."""
    open_here = Supplement.objects.unfinished().filter(round=OuterRef("round"), measure=OuterRef("measure"))
    return StatusReport.objects.filter(Exists(open_here), round=round_id)


def _owed_reports(user: "User", round_: ReportingRound) -> Any:
    """The reports of the person's units; in a closed round those that a Nachtrag has opened again."""
    reports = StatusReport.objects.of_units(user, round_.concept_id).filter(round=round_)
    return reports.filter(measure__in=round_.reopened) if round_.is_closed else reports


def open_supplements(round_: ReportingRound, measures: "Iterable[int]") -> list[Supplement]:
    """Return the unfinished Nachträge to these Maßnahmen of a closed round, the oldest first; none and no query in another."""
    if not round_.is_closed:
        return []
    rows = Supplement.objects.unfinished().filter(round=round_, measure__in=list(measures))
    return list(rows.select_related("measure__goal").order_by("opened_at", "pk"))


def standing_in(user: "User", round_: ReportingRound) -> list[Deputy]:
    """Return the Vertretungen of today by which `user` reports in this round, the first to end first: one query, none without."""
    if not any(grant.is_deputy and grant.covers(round_.concept_id) for grant in access_for(user).grants):
        return []
    rows = current_deputies().filter(Q(concept=None) | Q(concept=round_.concept_id), deputy=user)
    return list(rows.select_related("absent", "unit").order_by("until_on", "unit__name", "pk"))


def only_as_deputy(user: "User", round_: ReportingRound) -> frozenset[int]:
    """Return the primary keys of the units in which `user` reports as a deputy alone."""
    grants = [grant for grant in access_for(user).grants if grant.role in UNIT_ROLES and grant.covers(round_.concept_id)]
    own = {unit_id for grant in grants if not grant.is_deputy for unit_id in grant.unit_ids}
    return frozenset(unit_id for grant in grants if grant.is_deputy for unit_id in grant.unit_ids if unit_id not in own)


def report_lines(user: "User", round_: ReportingRound) -> list[ReportLine]:
    """Return the reports of the person's units in the order of the Konzept: four queries, whatever their number."""
    reports = _owed_reports(user, round_)
    newest = {
        submission.report_id: submission for submission in Submission.objects.newest().filter(report__in=reports.values("pk"))
    }
    questions = _questions(reports)
    extensions = list(DueExtension.objects.filter(round=round_))
    access = access_for(user)
    approving = access.units({Role.APPROVER}, round_.concept_id)
    reporting = access.units({Role.REPORTER}, round_.concept_id)
    lines = []
    for place, report in enumerate(reports.with_place().select_related("draft", "round__concept").in_order()):
        draft = getattr(report, "draft", None)
        readable = draft is not None and may_read_draft(user, report, on_behalf=draft.on_behalf)
        due_on = effective_due(round_, report, extensions)
        question = questions.get(report.pk)
        lines.append(
            ReportLine(
                report=report,
                draft=draft if readable else None,
                submission=newest.get(report.pk),
                question=question,
                place=place,
                due_on=due_on,
                awaits_me=report.unit_id in approving and _waits_for(user, report, draft),
                approves_only=report.unit_id in approving and report.unit_id not in reporting,
            )
        )
    return lines


def _waits_for(user: "User", report: StatusReport, draft: Draft | None) -> bool:
    """Somebody else last edited what waits for approval: nobody approves their own."""
    editors = (report.handed_in_by_id, draft.edited_by_id if draft else None)
    return report.state == ReportState.AWAITING_APPROVAL and user.pk not in editors


def _questions(reports: "QuerySet[StatusReport]") -> dict[int, Question]:
    """The newest unanswered question by report."""
    asked = InquiryMessage.objects.filter(
        from_unit=False, inquiry__state=InquiryState.OPEN, inquiry__report__in=reports.values("pk")
    )
    return {
        message.inquiry.report_id: Question(message.text, message.written_at, message.inquiry.due_on, message.inquiry)
        for message in asked.select_related("inquiry").order_by("written_at", "pk")
    }


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


def next_waiting(lines: "Sequence[ReportLine]", after: int) -> ReportLine | None:
    """Return the next of the reports that wait for the person's approval: the first behind report `after`, else the first."""
    waiting = [line for line in lines if line.awaits_me]
    place = next((line.place for line in lines if line.report.pk == after), -1)
    return next((line for line in waiting if line.place > place), next(iter(waiting), None))


@dataclass(frozen=True)
class NextSteps:
    """What somebody is to do in one round, in the order in which it stands on top.

    `waiting` for their approval; `came_back`, what is due first on top; `following`, the report to go on with. `to_do` is all of it.
    """

    waiting: list[ReportLine]
    came_back: list[ReportLine]
    following: ReportLine | None
    to_do: list[ReportLine]

    def __bool__(self) -> bool:
        return bool(self.waiting or self.came_back or self.following)

    @property
    def more(self) -> int:
        """How much is to do besides what is named."""
        return len(self.to_do) - len(self.waiting) - len(self.came_back) - (self.following is not None)


def next_steps(lines: "Sequence[ReportLine]", after: int | None = None) -> NextSteps:
    """Return what is to do of `lines`; `after` is the report that was just done."""
    waiting = [line for line in lines if line.awaits_me]
    came_back = [line for line in lines if line.came_back and not line.is_others_turn and not line.awaits_me]
    came_back.sort(key=lambda line: (line.question and line.question.due_on) or date.max)
    rest = [line for line in lines if not line.came_back]
    return NextSteps(waiting, came_back, next_line(rest, after), [line for line in lines if line.is_to_do])
