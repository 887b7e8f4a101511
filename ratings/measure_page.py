"""What stands on the page of one Maßnahme in one round: its row, the reports with their threads, what was said before.

A fixed number of queries, however many units report. A closed round is read from its snapshot, and so is everything readers see.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import urlencode

from goals.models import Concept, Measure
from ratings import permissions, workflow
from ratings.agreement import unanimous_grade
from ratings.appendix import Appendix, AppendixRow, Audience, load_appendix
from ratings.appendix.live import build_line, build_row, responsible_line
from ratings.completeness import is_link
from ratings.earlier import EarlierRating, earlier_ratings, measure_line, words_before
from ratings.inquiries import may_answer, may_settle
from ratings.models import AgreedRating, Inquiry, InquiryMessage, ReportingRound, StatusReport, Submission
from ratings.models.fields import ContentFields, ObstacleCategory
from ratings.owed import Owed, effective_responsibilities
from ratings.rollup import UnitLine, UnitTexts
from ratings.scheme import Grade
from ratings.states import InquiryState, ReportState, RoundState
from ratings.workflow import Action

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from evalportal.accounts.models import User

_LABELS = {text.name: str(text.verbose_name) for text in ContentFields._meta.fields}
_PASSAGES = tuple(text.name for text in fields(UnitTexts) if text.name != "summary")
_OFFERED = (Action.INQUIRE, Action.DROP, Action.LIFT)


def visible_rounds(user: "User") -> list[ReportingRound]:
    """Return all rounds that `user` sees, newest first."""
    return list(ReportingRound.objects.visible_to(user).order_by("-opens_on", "-pk"))


def current_round(rounds: Iterable[ReportingRound]) -> ReportingRound | None:
    """Return the round a page shows if none is asked for: the one that is running, else the newest one that is closed."""
    order = {RoundState.CLOSED: 1, RoundState.PREPARING: 2}
    return min(rounds, key=lambda round_: order.get(RoundState(round_.state), 0), default=None)


@dataclass(frozen=True)
class Spot:
    """Which Maßnahme in which round is looked at, and from which list: `back` is the query string of the overview."""

    concept: Concept
    measure: Measure
    round: ReportingRound | None
    all_rounds: tuple[ReportingRound, ...]
    back: str = ""

    @property
    def rounds(self) -> list[ReportingRound]:
        """The rounds of this Konzept that the person sees, newest first."""
        return [round_ for round_ in self.all_rounds if round_.concept_id == self.concept.pk]

    def url(self, number: str = "", *, round_: ReportingRound | None = None, name: str = "measure") -> str:
        """Return the address of this or another Maßnahme, in this or another round; the filter of the overview is kept."""
        shown = round_ or self.round
        query = {"runde": shown.slug} if shown else {}
        if self.back:
            query["zurueck"] = self.back
        path = reverse(f"ratings:{name}", args=[self.concept.slug, number or self.measure.number])
        return f"{path}?{urlencode(query)}" if query else path

    @property
    def here(self) -> str:
        return self.url()

    @property
    def history(self) -> str:
        return self.url(name="history")

    @property
    def overview(self) -> str:
        """Address of the overview with the filter it was left with; empty if there is no round."""
        if self.round is None:
            return ""
        path = reverse("ratings:overview", args=[self.round.slug])
        return f"{path}?{self.back}" if self.back else path


@dataclass(frozen=True)
class Passage:
    """One labelled text of a submission; Belege come as lines, each with whether it is an address."""

    label: str
    text: str = ""
    lines: tuple[tuple[str, bool], ...] = ()


def passages(texts: UnitTexts | Submission) -> list[Passage]:
    """Return what was written, in the order of the form, without the Kurzfassung, which stands apart, and the interne Notiz."""
    found = []
    for name in _PASSAGES:
        value = getattr(texts, name)
        if not value:
            continue
        if name == "evidence":
            lines = tuple((line.strip(), is_link(line.strip())) for line in value.splitlines() if line.strip())
            found.append(Passage(_LABELS[name], lines=lines))
        elif name == "next_step_on":
            found.append(Passage(_LABELS[name], f"{value:%d.%m.%Y}"))
        elif name == "obstacle_category":
            found.append(Passage(_LABELS[name], str(dict(ObstacleCategory.choices).get(value, value))))
        else:
            found.append(Passage(_LABELS[name], value))
    return found


@dataclass(frozen=True)
class Thread:
    """A Rückfrage with its posts, and what the person may do in it."""

    inquiry: Inquiry
    messages: list[InquiryMessage]
    names: bool
    may_answer: bool
    may_settle: bool

    @property
    def target(self) -> str:
        return f"antwort-{self.inquiry.pk}"


@dataclass
class Card:
    """One unit's report as it is shown. `report` and `submission` are missing where a snapshot is read.

    `older` are the submissions of this round that no longer count, `before` is what the unit said in an earlier round.
    """

    line: UnitLine
    report: StatusReport | None = None
    submission: Submission | None = None
    older: list[Submission] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    allowed: frozenset[str] = frozenset()
    names: bool = False
    may_open: bool = False
    before: Submission | None = None
    is_newer: bool = False

    @property
    def anchor(self) -> str:
        return f"bericht-{self.line.slug}"

    @property
    def target(self) -> str:
        return f"rueckfrage-{self.line.slug}"

    @property
    def passages(self) -> list[Passage]:
        return passages(self.line.texts) if self.line.texts else []

    @property
    def corrected(self) -> Submission | None:
        """The submission that the standing one replaces."""
        return self.older[0] if self.older and self.line.counts else None

    @property
    def earlier(self) -> list[tuple[Submission, list[Passage]]]:
        return [(submission, passages(submission)) for submission in self.older]

    @property
    def is_missing(self) -> bool:
        return self.line.is_missing

    @property
    def is_dropped(self) -> bool:
        return self.line.state == ReportState.DROPPED


class MeasurePage:
    """Everything the page of one Maßnahme shows to `user`. Raises `NothingReleased` if a snapshot is needed and there is none."""

    def __init__(self, user: "User", spot: Spot) -> None:
        self.user = user
        self.spot = spot
        self.round = spot.round
        self.inside = permissions.is_inside(user, spot.concept.pk)
        self.rating: AgreedRating | None = None
        self.appendix: Appendix | None = None
        self.row: AppendixRow | None = None
        self.cards: list[Card] = []
        self.basis: list[Submission] = []
        if self.round is None:
            return
        if self.is_frozen:
            self._load_frozen(self.round)
        else:
            self._load_live(self.round)
        if self.inside:
            self._add_threads(self.round)

    @property
    def is_frozen(self) -> bool:
        return self.round is not None and (self.round.is_closed or not self.inside)

    @property
    def head(self) -> AppendixRow:
        """Number, title and place of the Maßnahme: as the round knows it, else as it is today."""
        return self.row or build_row(self.spot.measure, [], None, recheck=False)

    @property
    def has_ratings(self) -> bool:
        return self.round is not None and self.round.has_ratings

    @cached_property
    def may_decide(self) -> bool:
        return self.round is not None and bool(permissions.may_record_round(self.user, self.round))

    @property
    def locked_reason(self) -> str:
        """Why nothing can be changed and who can lift that; empty while the round runs and for readers, who change nothing."""
        if self.round is None or self.round.is_live or not self.inside:
            return ""
        return permissions.closed_reason(self.round)

    @property
    def standing(self) -> list[Submission]:
        """The submissions that a decision made now rests on."""
        return [card.submission for card in self.cards if card.submission is not None and card.line.counts]

    @property
    def seen(self) -> str:
        return ",".join(str(submission.pk) for submission in self.standing)

    @property
    def version(self) -> int:
        return self.rating.version if self.rating else 0

    @property
    def unanimous(self) -> Grade | None:
        return unanimous_grade(self.standing)

    @property
    def newer(self) -> list[Card]:
        """The reports submitted after the decision."""
        return [card for card in self.cards if card.is_newer]

    def offers(self, target: str) -> bool:
        """True if the page has the form that text belongs to."""
        open_threads = [thread for card in self.cards for thread in card.threads]
        return any(card.target == target and Action.INQUIRE in card.allowed for card in self.cards) or any(
            thread.target == target and (thread.may_answer or thread.may_settle) for thread in open_threads
        )

    def _load_frozen(self, round_: ReportingRound) -> None:
        self.appendix = load_appendix(round_, Audience.INTERNAL if self.inside else Audience.RELEASED)
        self.row = next((row for row in self.appendix.rows if row.key == self.spot.measure.key), None)
        self.cards = [Card(line) for line in self.row.units] if self.row else []

    def _load_live(self, round_: ReportingRound) -> None:
        measure = self.spot.measure
        self.rating = AgreedRating.objects.filter(round=round_, measure=measure).first()
        reports = list(self._reports(round_))
        submissions = self._submissions(round_)
        before = words_before(round_, self._measures, {report.unit_id for report in reports}, user=self.user)
        based_on = frozenset(self.rating.basis.values_list("pk", flat=True)) if self.rating else frozenset()
        for report in reports:
            report.round, report.measure = round_, measure
            self.cards.append(self._card(report, submissions[report.pk], before.get(report.unit_id), based_on))
            self.basis += [submission for submission in submissions[report.pk] if submission.pk in based_on]
        if not reports and not round_.is_live:
            self.cards = [Card(responsible_line(owed)) for owed in self._owed()]
        self.cards.sort(key=lambda card: (not card.line.is_lead, card.line.name, card.line.slug))
        self.row = build_row(measure, [card.line for card in self.cards], self.rating, recheck=bool(self.newer))

    def _reports(self, round_: ReportingRound) -> "QuerySet[StatusReport]":
        """The reports with their units; of the drafts, which stay in their units, only what the permissions ask for."""
        texts = [f"draft__{name}" for name in ContentFields.content_names()]
        rows = StatusReport.objects.filter(round=round_, measure=self.spot.measure)
        return rows.select_related("unit", "draft").defer(*texts)

    def _owed(self) -> list[Owed]:
        return [owed for owed in effective_responsibilities(self.spot.concept) if owed.measure_id == self.spot.measure.pk]

    def _submissions(self, round_: ReportingRound) -> dict[int, list[Submission]]:
        """All submissions on the Maßnahme by report, newest first."""
        rows = Submission.objects.filter(report__round=round_, report__measure=self.spot.measure)
        found: dict[int, list[Submission]] = defaultdict(list)
        for submission in rows.select_related("submitted_by", "approved_by").order_by("-number"):
            found[submission.report_id].append(submission)
        return found

    def _card(
        self, report: StatusReport, submissions: list[Submission], before: Submission | None, based_on: frozenset[int]
    ) -> Card:
        for submission in submissions:
            submission.report = report
        newest = submissions[0] if submissions and not report.retracted else None
        line = build_line(report, vars(newest) if newest else None)
        in_unit = permissions.is_in_unit(self.user, report)
        return Card(
            line=line,
            report=report,
            submission=newest,
            older=submissions[1:],
            allowed=frozenset(action.value for action in _OFFERED if workflow.decide(self.user, report, action)),
            names=permissions.may_see_authors(self.user, report),
            may_open=in_unit or any(workflow.decide(self.user, report, action) for action in (Action.SAVE, Action.APPROVE)),
            before=before,
            is_newer=self.rating is not None and newest is not None and line.counts and newest.pk not in based_on,
        )

    def _add_threads(self, round_: ReportingRound) -> None:
        rows = InquiryMessage.objects.filter(inquiry__report__round=round_, inquiry__report__measure=self.spot.measure)
        rows = rows.select_related("inquiry__report__unit", "author")
        reports = {card.report.pk: card.report for card in self.cards if card.report}
        threads: dict[str, dict[int, Thread]] = defaultdict(dict)
        for message in rows.order_by("inquiry__opened_at", "inquiry_id", "written_at", "pk"):
            of_unit = threads[message.inquiry.report.unit.slug]
            if message.inquiry_id not in of_unit:
                message.inquiry.report = reports.get(message.inquiry.report_id, message.inquiry.report)
                of_unit[message.inquiry_id] = self._thread(message.inquiry, round_)
            of_unit[message.inquiry_id].messages.append(message)
        for card in self.cards:
            card.threads = list(threads[card.line.slug].values())

    def _thread(self, inquiry: Inquiry, round_: ReportingRound) -> Thread:
        inquiry.report.round = round_
        answering = inquiry.state != InquiryState.DONE and bool(may_answer(self.user, inquiry))
        names = permissions.may_see_authors(self.user, inquiry.report)
        return Thread(inquiry, [], names, answering, bool(may_settle(self.user, inquiry)))

    @cached_property
    def _measures(self) -> list[int]:
        return measure_line(self.spot.measure)

    @cached_property
    def earlier(self) -> list[EarlierRating]:
        """Agreed ratings of earlier closed rounds that the person may read."""
        if self.round is None:
            return []
        return earlier_ratings(self.spot.measure, before=self.round, user=self.user, measures=self._measures)
