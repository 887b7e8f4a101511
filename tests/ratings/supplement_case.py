"""A closed round with a Nachtrag in the making, for the tests of Nachträge."""

from datetime import date
from typing import Any

from django.utils import timezone

from goals.models import Measure, Role
from ratings import agreement, inquiries, supplements
from ratings.agreement import Decided
from ratings.appendix import freeze, live_appendix
from ratings.models import AgreedRating, ReportingRound, Snapshot, StatusReport, Supplement
from ratings.scheme import Grade
from ratings.states import RoundState
from tests import factories as make


class Case:
    """A round closed in 2024 with a released Fassung 1 of three Maßnahmen, while another round of the Konzept runs."""

    def __init__(self) -> None:
        opened = make.round()
        self.concept, self.unit = opened.concept, make.unit(name="Fachdienst Jugend")
        self.measures = [make.measure(f"{number}.1", concept=self.concept) for number in (1, 2, 3)]
        self.measure, self.other, self.third = self.measures
        self.reports = [make.report(measure, self.unit, round=opened) for measure in self.measures]
        self.report = self.reports[0]
        for report in self.reports:
            make.submission(report, grade=Grade.MEDIUM)
            make.draft(report)
            make.agreed_rating(report.measure, round=opened, grade=Grade.MEDIUM)
        dates = {"opens_on": date(2024, 1, 1), "due_on": date(2024, 3, 1), "closes_on": date(2024, 4, 1)}
        ReportingRound.objects.filter(pk=opened.pk).update(state=RoundState.CLOSED, **dates)
        frozen = freeze(live_appendix(ReportingRound.objects.get(pk=opened.pk), with_texts=True))
        self.pk = opened.pk
        self.first = make.snapshot(self.round, data=frozen, released_at=timezone.now())
        self.running = make.round(self.concept)
        self.leader, self.recorder = make.member(Role.COORDINATOR), make.member(Role.RECORDER)
        self.reporter = make.member(Role.REPORTER, unit=self.unit)

    @property
    def round(self) -> ReportingRound:
        """As the database has it now."""
        return ReportingRound.objects.select_related("concept").get(pk=self.pk)

    def open(self, measure: Measure | None = None, **fields: Any) -> Supplement:
        fields = {"reason": "Die Zahl der Plätze war falsch.", "user": self.leader} | fields
        return supplements.open_supplement(self.pk, measure or self.measure, **fields)

    def rate(self, measure: Measure | None = None, grade: Grade = Grade.HIGH) -> AgreedRating:
        measure = measure or self.measure
        standing = agreement.counting_submissions(self.round, measure)
        before = AgreedRating.objects.filter(round=self.pk, measure=measure).first()
        return agreement.agree(
            round_id=self.pk,
            measure=measure,
            decided=Decided(grade, reason="Neu gezählt."),
            version=before.version if before else 0,
            seen=[submission.pk for submission in standing],
            user=self.recorder,
        )

    def finish(self, supplement: Supplement) -> Snapshot:
        supplement = Supplement.objects.select_related("measure__goal").get(pk=supplement.pk)
        supplement.round = self.round
        seal = supplements.preview(supplement).seal
        return supplements.finish(supplement.pk, confirmed=seal, user=self.leader)

    def url(self, measure: Measure | None = None, path: str = "", query: str = "") -> str:
        number = (measure or self.measure).number
        return f"/konzepte/{self.concept.slug}/massnahmen/{number}/{path}?runde={self.round.slug}{query}"


def give_back(case: Case, report: StatusReport) -> Any:
    return inquiries.return_with_inquiry(report.pk, question="Wie viele?", user=case.recorder)
