"""What people do in one round, by Maßnahme and unit, through the functions that the pages call."""

from datetime import datetime

from django.utils import timezone

from evalportal.example import plan, texts
from evalportal.example.people import People
from evalportal.example.responsibilities import APPROVING_UNITS, MERGED_INTO, MERGED_UNIT
from evalportal.example.texts import Proposal, Subject
from goals.models import Measure, OrgUnit
from ratings import agreement, inquiries, submitting, workflow
from ratings.agreement import Decided
from ratings.drafts import read_values, save_draft
from ratings.models import Inquiry, ReportingRound, StatusReport
from ratings.scheme import Grade
from ratings.workflow import Action

# The units' own grades by (Maßnahme, unit).
Grades = dict[tuple[str, str], Grade | None]


class Stage:
    """One round while it is played. `earlier` are the grades the units gave in the rounds before."""

    def __init__(self, round_: ReportingRound, people: People, *, year: int, earlier: Grades) -> None:
        self.round = round_
        self.people = people
        self.index = plan.ROUNDS.index(round_.slug)
        self.year = year
        self.earlier = earlier
        self.given: Grades = {}
        self._reports: dict[tuple[str, str], tuple[int, OrgUnit]] = {}
        self._leads: set[tuple[str, str]] = set()
        self._drafts: dict[int, int] = {}
        self._ratings: dict[str, int] = {}
        self.measures = {
            measure.number: measure for measure in Measure.objects.filter(concept=round_.concept).with_place().in_order()
        }

    def places(self) -> list[tuple[str, str]]:
        """Return (Maßnahme, unit) of every report the round is owed, in the order of the Konzept."""
        reports = StatusReport.objects.filter(round=self.round).with_place().in_order()
        self._reports = {(report.measure.number, report.unit.slug): (report.pk, report.unit) for report in reports}
        self._leads = {(report.measure.number, report.unit.slug) for report in reports if report.is_lead}
        return list(self._reports)

    def report(self, number: str, slug: str) -> tuple[int, OrgUnit]:
        """Return the primary key and the unit of a report; neither changes while the round is played."""
        if (number, slug) not in self._reports:
            self.places()
        return self._reports[number, slug]

    def _content(self, number: str, slug: str, at: datetime) -> dict[str, str]:
        is_lead = (number, slug) in self._leads
        earlier = self.earlier.get((number, slug))
        if slug == MERGED_INTO:
            earlier = earlier or self.earlier.get((number, MERGED_UNIT))
        subject = self.subject(number)
        grade = plan.lead_grade(number, self.index) if is_lead else plan.contributing_grade(number, self.index)
        proposal = Proposal(grade, plan.markers(number, self.index) if is_lead else frozenset(), earlier)
        self.given[number, slug] = grade
        write = texts.lead_report if is_lead else texts.contribution
        return write(subject, proposal, on=timezone.localdate(at))

    def subject(self, number: str) -> Subject:
        measure = self.measures[number]
        field = measure.goal.challenge.action_field.position
        return Subject(number, measure.title, field, self.round.slug, self.year)

    def _save(self, pk: int, unit: OrgUnit, data: dict[str, str], at: datetime) -> None:
        values, version = read_values(data), self._drafts.get(pk, 0)
        _, draft = save_draft(pk, values, version=version, user=self.people.author(unit), now=at)
        self._drafts[pk] = draft.version

    def begin(self, number: str, slug: str, at: datetime) -> None:
        """Write a draft that is not finished."""
        pk, unit = self.report(number, slug)
        self._save(pk, unit, texts.beginning(self.subject(number), on=timezone.localdate(at)), at)

    def hand_in(self, number: str, slug: str, at: datetime, *, answer: str = "", addition: str = "") -> None:
        """Write the report and submit it: to the Jour fixe, or for approval where the unit wants that."""
        pk, unit = self.report(number, slug)
        data = self._content(number, slug, at)
        if addition:
            data["situation"] += f"\n\n{addition}"
        self._save(pk, unit, data | ({"answer": answer} if answer else {}), at)
        submitting.submit(pk, user=self.people.author(unit), now=at)

    def unchanged(self, number: str, slug: str, at: datetime) -> None:
        """„Keine Änderung seit dem letzten Bericht“."""
        pk, unit = self.report(number, slug)
        submitting.submit_unchanged(pk, user=self.people.author(unit), now=at)

    def approve(self, number: str, slug: str, at: datetime) -> None:
        submitting.approve(self.report(number, slug)[0], user=self.people.approver, now=at)

    def send_back(self, number: str, slug: str, reason: str, at: datetime) -> None:
        """The unit's own approver returns the report."""
        workflow.apply(self.report(number, slug)[0], Action.RETURN, user=self.people.approver, reason=reason, now=at)

    def withdraw(self, number: str, slug: str, at: datetime) -> None:
        pk, unit = self.report(number, slug)
        workflow.apply(pk, Action.WITHDRAW, user=self.people.author(unit), now=at)

    def drop(self, number: str, slug: str, reason: str, at: datetime) -> None:
        workflow.apply(self.report(number, slug)[0], Action.DROP, user=self.people.coordinator, reason=reason, now=at)

    def ask(self, number: str, slug: str, question: str, at: datetime) -> None:
        inquiries.return_with_inquiry(self.report(number, slug)[0], question=question, user=self.people.recorder, now=at)

    def answer(self, number: str, slug: str, text: str, at: datetime) -> None:
        pk, unit = self.report(number, slug)
        inquiries.answer(self._inquiry(pk), text=text, user=self.people.author(unit), now=at)

    def settle(self, number: str, slug: str, at: datetime) -> None:
        inquiries.settle(self._inquiry(self.report(number, slug)[0]), user=self.people.recorder, now=at)

    def _inquiry(self, report_id: int) -> int:
        return Inquiry.objects.filter(report=report_id).latest("pk").pk

    def wants_approval(self, slug: str) -> bool:
        return slug in APPROVING_UNITS

    def agree(self, number: str, at: datetime, decided: Decided | None = None) -> None:
        """Record what the Jour fixe decided; without `decided` it follows the lead's proposal."""
        measure = self.measures[number]
        submissions = agreement.counting_submissions(self.round, measure)
        if decided is None:
            lead = next((submission for submission in submissions if submission.report.is_lead), None)
            if lead is None:
                decided = Decided(None, reason="Es lag kein Bericht einer federführenden Einheit vor.")
            else:
                markers = {marker: bool(value) for marker, value in lead.marker_values.items()}
                decided = Decided(lead.grade_value, markers, remark=texts.remark(self.subject(number)))
        rating = agreement.agree(
            round_id=self.round.pk,
            measure=measure,
            decided=decided,
            version=self._ratings.get(number, 0),
            seen=[submission.pk for submission in submissions],
            user=self.people.recorder,
            now=at,
        )
        self._ratings[number] = rating.version

    def grades(self) -> Grades:
        """Return what the next round takes as earlier: this round's grades over those before."""
        return {**self.earlier, **{place: grade for place, grade in self.given.items() if grade is not None}}
