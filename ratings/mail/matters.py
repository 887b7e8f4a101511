"""What is to be told to whom today, from the state of the rounds, and in which words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from goals.models import Measure
from ratings.deadlines import effective_due, extensions_of
from ratings.mail.due import NEWS_DAYS, Occasion, RoundDates, due_kinds
from ratings.mail.people import TO_WRITE, by_person, coordinators, people_of_units
from ratings.models import DueExtension, Inquiry, InquiryMessage, MailKind, ReportingRound, StatusReport, Submission
from ratings.states import InquiryState, ReportState, RoundState
from ratings.workflow import Action

if TYPE_CHECKING:
    from evalportal.accounts.models import User
    from ratings.mail.people import People

# More Maßnahmen are not listed one by one; the link to all of them follows anyway.
_LISTED = 5

Links = list[tuple[str, str]]


@dataclass(frozen=True)
class Matter:
    """One thing to tell one person. `links` are pairs of label and path, `reports` the ids of the reports that it is about."""

    round: ReportingRound
    kind: MailKind
    key: str
    title: str
    text: str
    links: Links
    reports: tuple[int, ...] = ()


def matters_of_day(today: date) -> dict["User", list[Matter]]:
    """Return what is to be told to whom on `today`, told already or not: a fixed number of queries per round."""
    news = timezone.now() - timedelta(days=NEWS_DAYS + 1)
    recent = Q(state=RoundState.CLOSED, snapshots__created_at__gte=news)
    reopened = Q(state=RoundState.CLOSED, supplements__finished_at__isnull=True, supplements__isnull=False)
    live = Q(state__in=[RoundState.OPEN, RoundState.COORDINATING])
    rounds = ReportingRound.objects.filter(live | recent | reopened).distinct()
    found: dict[User, list[Matter]] = defaultdict(list)
    for round_ in rounds.select_related("concept").order_by("due_on", "pk"):
        for person, matters in _of_round(round_, today).items():
            found[person] += matters
    return dict(found)


def owed_reports(round_: ReportingRound) -> list[StatusReport]:
    """Return the reports of a round that its units still owe, those that wait for approval included: one query.

    `was_submitted` says of each whether the unit has handed it in before, so that what is asked for now is rework.
    """
    unfinished = (*TO_WRITE, ReportState.AWAITING_APPROVAL)
    reports = StatusReport.objects.filter(round=round_, state__in=unfinished).with_place().in_order()
    return list(reports.annotate(was_submitted=Exists(Submission.objects.filter(report=OuterRef("pk")))))


def _of_round(round_: ReportingRound, today: date) -> dict["User", list[Matter]]:
    people = people_of_units(round_.concept_id)
    owed = by_person(owed_reports(round_), people) if round_.is_live else {}
    dates, extensions = _dates(round_), list(extensions_of(round_))
    found: dict[User, list[Matter]] = defaultdict(list)
    for person, matter in returned_matters(round_, people):
        found[person].append(matter)
    for occasion in due_kinds(today, dates):
        if occasion.kind == MailKind.FINISHED:
            matter = finished(round_, occasion)
            for person in coordinators(round_.concept_id) if round_.is_live else _took_part(round_, people):
                found[person].append(matter)
        elif occasion.kind == MailKind.OPENED:
            for person, reports in owed.items():
                found[person].append(owed_matter(round_, occasion, reports, first_due(round_, reports, extensions), today))
    for person, reports in owed.items():
        found[person] += _deadlines(round_, today, dates, reports, extensions)
    return found


def _deadlines(
    round_: ReportingRound,
    today: date,
    dates: RoundDates,
    reports: Sequence[StatusReport],
    extensions: Sequence[DueExtension],
) -> list[Matter]:
    """What one person is told about the deadlines of their reports, each deadline by itself where some were extended."""
    by_due: dict[date, list[StatusReport]] = defaultdict(list)
    for report in reports:
        by_due[effective_due(round_, report, extensions)].append(report)
    return [
        owed_matter(round_, occasion, own, due, today)
        for due, own in sorted(by_due.items())
        for occasion in due_kinds(today, replace(dates, due_on=due))
        if occasion.kind in (MailKind.DEADLINE, MailKind.OVERDUE)
    ]


def first_due(round_: ReportingRound, reports: Sequence[StatusReport], extensions: Sequence[DueExtension]) -> date:
    """Return the earliest day on which one of `reports` is due."""
    return min(effective_due(round_, report, extensions) for report in reports)


def _dates(round_: ReportingRound) -> RoundDates:
    opened = round_.history.filter(state=RoundState.OPEN).order_by("history_date").values_list("history_date", flat=True).first()
    # A Nachtrag writes a version too, but closes nothing: nobody is told again that the round is closed.
    closings = round_.snapshots.filter(supplement__isnull=True)
    snapshot = closings.order_by("-version").values_list("version", "created_at").first()
    return RoundDates(
        pk=round_.pk,
        state=RoundState(round_.state),
        due_on=round_.due_on,
        opened_on=timezone.localdate(opened) if opened else None,
        closed_on=timezone.localdate(snapshot[1]) if snapshot else None,
        version=snapshot[0] if snapshot else 0,
        is_agreed=is_agreed(round_),
    )


def is_agreed(round_: ReportingRound) -> bool:
    """Return whether a running round has a rating for every Maßnahme. One without ratings never has."""
    if not (round_.is_live and round_.has_ratings):
        return False
    measures = Measure.objects.filter(concept=round_.concept_id)
    return measures.exists() and not measures.exclude(agreed_ratings__round=round_).exists()


def _took_part(round_: ReportingRound, people: "People") -> set["User"]:
    units = StatusReport.objects.filter(round=round_).owed().order_by().values_list("unit", flat=True).distinct()
    return {person for unit_id in units for person in people.writers(unit_id)}


def owed_matter(round_: ReportingRound, occasion: Occasion, reports: Sequence[StatusReport], due_on: date, today: date) -> Matter:
    """Return what a person is told on `today` who owes `reports` until `due_on`: at the opening, around the deadline, as a reminder."""
    rework = [report for report in reports if _is_rework(report)]
    approve = sum(report.state == ReportState.AWAITING_APPROVAL for report in reports)
    write = len(reports) - len(rework) - approve
    titles = {
        MailKind.OPENED: f"Eröffnet: {_name(round_)}",
        MailKind.DEADLINE: f"Abgabe bis {due_on:%d.%m.%Y}: {_name(round_)}",
        MailKind.OVERDUE: f"{'Abgabefrist überschritten' if write or approve else 'Noch zu überarbeiten'}: {_name(round_)}",
        MailKind.REMINDER: f"Erinnerung: {_name(round_)}",
    }
    sentences = [
        (write, "steht Ihr Sachstandsbericht noch aus."),
        (len(rework), "haben Sie den Bericht zurückbekommen; er ist zu überarbeiten und wieder einzureichen."),
        (approve, "wartet ein Bericht auf Ihre Freigabe."),
    ]
    text = [f"{_count(number)} {words}" for number, words in sentences if number]
    if write or approve or due_on >= today:
        text.append(_due_words(due_on, today))
    links = [(report_label(report), reverse("ratings:report", args=[report.pk])) for report in reports[:_LISTED]]
    if len(reports) > 1:
        links.append(("Alle Berichte Ihrer Einheit", f"{reverse('ratings:my_reports')}?runde={round_.slug}"))
    ids = tuple(report.pk for report in reports)
    return Matter(round_, occasion.kind, occasion.key, titles[occasion.kind], " ".join(text), links, ids)


def _is_rework(report: StatusReport) -> bool:
    """Handed in before and returned: that is no missing report (`UnitLine.is_missing`), so it is not called overdue."""
    return report.state == ReportState.RETURNED and bool(getattr(report, "was_submitted", True))


def _due_words(due_on: date, today: date) -> str:
    if due_on == today:
        return f"Die Abgabefrist endet heute, am {due_on:%d.%m.%Y}."
    return f"Die Abgabefrist {'endete' if due_on < today else 'endet'} am {due_on:%d.%m.%Y}."


def finished(round_: ReportingRound, occasion: Occasion) -> Matter:
    """Return that everything is agreed (to the Evaluationsleitung) or that the round is closed (to those who reported)."""
    if round_.is_live:
        title, text = f"Alles abgestimmt: {_name(round_)}", "Für alle Maßnahmen ist eine Bewertung abgestimmt."
        links = [("Zur Berichtsrunde", reverse("ratings:round", args=[round_.slug]))]
    else:
        title = f"Abgeschlossen: {_name(round_)}"
        text = "Die Berichtsrunde ist abgeschlossen. Von Ihnen wird dazu nichts mehr erwartet."
        links = [("Zur Übersicht", reverse("ratings:overview", args=[round_.slug]))]
    return Matter(round_, MailKind.FINISHED, occasion.key, title, text, links)


def returned_matters(round_: ReportingRound, people: "People") -> list[tuple["User", Matter]]:
    """Return reports that were returned, and questions, with whom to tell: at once, once for each return and each question.

    In a closed round that concerns the Maßnahmen with an unfinished Nachtrag alone.
    """
    if not (round_.is_live or round_.reopened):
        return []
    asked = dict(
        InquiryMessage.objects.filter(inquiry__report__round=round_, from_unit=False)
        .order_by()
        .values_list("inquiry__report")
        .annotate(Max("pk"))
    )
    pending = Q(inquiries__state=InquiryState.OPEN)
    reports = StatusReport.objects.filter(round=round_).owed().filter(Q(state=ReportState.RETURNED) | pending).distinct()
    if not round_.is_live:
        reports = reports.filter(measure__in=round_.reopened)
    found = []
    times = _returns(round_)
    open_inquiries = Inquiry.objects.pending().filter(report__round=round_).order_by("opened_at", "pk")
    threads = {inquiry.report_id: inquiry for inquiry in open_inquiries}
    for report in reports.with_place().in_order():
        key = f"returned:{report.pk}:{times.get(report.pk, 0)}:{asked.get(report.pk, 0)}"
        back = report.state == ReportState.RETURNED
        title = f"{'Zurückgegeben' if back else 'Rückfrage'}: {report_label(report)}"
        text = (
            f"Ein Bericht Ihrer Einheit zu „{_name(round_)}“ wurde zurückgegeben. Warum, steht beim Bericht."
            if back
            else f"Zu einem Bericht Ihrer Einheit in „{_name(round_)}“ wurde eine Rückfrage gestellt. Sie steht beim Bericht."
        )
        thread = threads.get(report.pk)
        if thread is not None and thread.due_on:
            text += f" Antworten Sie bitte bis {thread.due_on:%d.%m.%Y}."
        links = [("Zum Bericht", reverse("ratings:report", args=[report.pk]))]
        if thread is not None and not back:
            links.insert(0, ("Zur Rückfrage", reverse("ratings:inquiry", args=[thread.pk])))
        matter = Matter(round_, MailKind.RETURNED, key, title, text, links, (report.pk,))
        found += [(person, matter) for person in people.writers(report.unit_id)]
    return found


def _returns(round_: ReportingRound) -> dict[int, int]:
    """The newest entry „zurückgegeben“ in the history of each report: a second return is told again."""
    labels = [str(action.label) for action in (Action.RETURN, Action.INQUIRE)]
    said = Q()
    for label in labels:
        said |= Q(history_change_reason__startswith=label)
    returned = StatusReport.history.filter(said, round=round_, state=ReportState.RETURNED)
    return dict(returned.order_by().values_list("id").annotate(Max("history_id")))


def report_label(report: StatusReport) -> str:
    return f"{report.measure.number} {report.measure.title}"


def _name(round_: ReportingRound) -> str:
    return f"{round_.title}, {round_.concept.short_title}"


def _count(number: int) -> str:
    return "Für eine Maßnahme" if number == 1 else f"Für {number} Maßnahmen"
