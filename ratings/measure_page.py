"""What stands on the page of one Maßnahme in one round: its row, the reports with their threads, what was said before.

A fixed number of queries, however many units report. A closed round is read from its snapshot, and so is everything readers see.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from goals.models import Concept, Measure
from ratings import permissions, workflow
from ratings.agreement import unanimous_grade
from ratings.appendix import Appendix, AppendixRow, Audience, load_appendix
from ratings.appendix.live import build_line, build_row, responsible_line
from ratings.earlier import EarlierRating, earlier_ratings, measure_line, words_before
from ratings.generations import Lineage, lineage_of
from ratings.inquiries import may_answer, may_ask, may_ask_again, may_reopen, may_settle, suggested_due
from ratings.measure_cards import Card, Thread
from ratings.models import AgreedRating, Inquiry, InquiryMessage, ReportingRound, StatusReport, Submission, Supplement
from ratings.models.fields import ContentFields
from ratings.owed import Owed, effective_responsibilities
from ratings.scheme import Grade
from ratings.states import InquiryState, RoundState
from ratings.workflow import Action

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from evalportal.accounts.models import User

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
    """Which Maßnahme in which round is looked at, and from which list: `back` is the query string of the overview.

    `version` is the Fassung that was asked for; None shows the round as it stands.
    """

    concept: Concept
    measure: Measure
    round: ReportingRound | None
    all_rounds: tuple[ReportingRound, ...]
    back: str = ""
    version: int | None = None

    @property
    def rounds(self) -> list[ReportingRound]:
        """The rounds of this Konzept that the person sees, newest first."""
        return [round_ for round_ in self.all_rounds if round_.concept_id == self.concept.pk]

    def url(self, number: str = "", *, round_: ReportingRound | None = None, name: str = "measure") -> str:
        """Return the address of this or another Maßnahme, in this or another round; the filter of the overview is kept."""
        shown = round_ or self.round
        query = {"runde": shown.slug} if shown else {}
        if self.version and shown == self.round:
            query["fassung"] = str(self.version)
        if self.back:
            query["zurueck"] = self.back if shown == self.round else without_version(self.back)
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
        query = self.back or (urlencode({"fassung": self.version}) if self.version else "")
        return f"{path}?{query}" if query else path


def without_version(query: str) -> str:
    """Return a query string of the overview for another round or for the round as it stands: a Fassung belongs to one round."""
    data = QueryDict(query, mutable=True)
    data.pop("fassung", None)
    return data.urlencode()


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
        if self.inside and not self.spot.version:  # they go on after a Fassung and are no part of it
            self._add_threads(self.round)

    @property
    def is_frozen(self) -> bool:
        """A snapshot is read: for readers, for a Fassung that was asked for, and once the round is closed for this Maßnahme."""
        if self.round is None or self.spot.version or not self.inside:
            return self.round is not None
        return self.round.is_closed and not self.round.is_live_for(self.spot.measure.pk)

    @property
    def head(self) -> AppendixRow:
        """Number, title and place of the Maßnahme: as the round knows it, else as it is today."""
        return self.row or build_row(self.spot.measure, [], None, recheck=False)

    @property
    def has_ratings(self) -> bool:
        return self.round is not None and self.round.has_ratings

    @cached_property
    def may_decide(self) -> bool:
        if self.round is None or self.is_frozen:
            return False
        return bool(permissions.may_record_round(self.user, self.round, self.spot.measure.pk))

    @property
    def locked_reason(self) -> str:
        """Why nothing can be changed and who can lift that; empty while the round runs and for readers, who change nothing."""
        if self.round is None or self.spot.version or not self.inside or self.round.is_live_for(self.spot.measure.pk):
            return ""
        return permissions.closed_reason(self.round)

    @cached_property
    def supplement(self) -> Supplement | None:
        """The unfinished Nachtrag on the Maßnahme, for the inside."""
        if self.round is None or not self.inside or self.spot.measure.pk not in self.round.reopened:
            return None
        found = Supplement.objects.unfinished().filter(round=self.round, measure=self.spot.measure).first()
        if found:
            found.measure = self.spot.measure
        return found

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
        threads = [thread for card in self.cards for thread in card.threads]
        asking = any(card.target == target and "ask" in card.allowed for card in self.cards)
        return asking or any(thread.offers(target) for thread in threads)

    @property
    def suggested_due(self) -> date | None:
        """What is proposed for „Antwort bis“."""
        return suggested_due(self.round) if self.round else None

    def _load_frozen(self, round_: ReportingRound) -> None:
        self.appendix = load_appendix(round_, Audience.INTERNAL if self.inside else Audience.RELEASED, version=self.spot.version)
        self.row = next((row for row in self.appendix.rows if row.key == self.spot.measure.key), None)
        self.cards = [Card(line) for line in self.row.units] if self.row else []

    def _load_live(self, round_: ReportingRound) -> None:
        measure = self.spot.measure
        self.rating = AgreedRating.objects.filter(round=round_, measure=measure).first()
        reports = list(self._reports(round_))
        submissions = self._submissions(round_)
        units = {report.unit_id for report in reports}
        before = words_before(round_, self._measures, units, user=self.user, graded=True) if round_.has_ratings else {}
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
        line = build_line(report, vars(newest) if newest else None, has_ratings=report.round.has_ratings)
        in_unit = permissions.is_in_unit(self.user, report)
        return Card(
            line=line,
            report=report,
            submission=newest,
            older=submissions[1:],
            allowed=self._allowed(report),
            names=permissions.may_see_authors(self.user, report),
            may_open=in_unit or any(workflow.decide(self.user, report, action) for action in (Action.SAVE, Action.APPROVE)),
            before=before,
            is_newer=self.rating is not None and newest is not None and line.counts and newest.pk not in based_on,
        )

    def _allowed(self, report: StatusReport) -> frozenset[str]:
        """The steps whose forms are shown: actions of the workflow, and „ask“, which changes nothing at the report."""
        found = {action.value for action in _OFFERED if workflow.decide(self.user, report, action)}
        return frozenset(found | {"ask"} if may_ask(self.user, report) else found)

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
        return Thread(
            inquiry,
            [],
            names=permissions.may_see_authors(self.user, inquiry.report),
            asker_names=bool(permissions.may_coordinate(self.user, round_.concept_id)),
            may_answer=inquiry.state != InquiryState.DONE and bool(may_answer(self.user, inquiry)),
            may_ask_again=bool(may_ask_again(self.user, inquiry)),
            may_settle=bool(may_settle(self.user, inquiry)),
            may_reopen=bool(may_reopen(self.user, inquiry)),
        )

    @cached_property
    def _measures(self) -> list[int]:
        return measure_line(self.spot.measure)

    @cached_property
    def lineage(self) -> Lineage:
        """The Maßnahmen of other Konzepte that this one continues and that continue it."""
        return lineage_of(self.spot.measure, measures=self._measures, user=self.user)

    @property
    def unrated_predecessors(self) -> list[Measure]:
        """Predecessors of which no rating is shown."""
        rated = {entry.measure.pk for entry in self.earlier}
        return [measure for measure in self.lineage.predecessors if measure.pk not in rated]

    @cached_property
    def earlier(self) -> list[EarlierRating]:
        """Agreed ratings of earlier closed rounds that the person may read; of predecessors too where there is no round yet."""
        return earlier_ratings(self.spot.measure, before=self.round, user=self.user, measures=self._measures)
