"""The Verlauf of one Maßnahme in one round: what happened to its reports and its rating, the newest first, with word differences.

A fixed number of queries, however many units report. Names stand where rule 9 allows them; drafts and the interne Notiz never do.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from ratings import permissions
from ratings.differences import Kind
from ratings.earlier import measure_line, words_before
from ratings.history_words import (
    Change,
    answer_due_title,
    extension_title,
    rating_changes,
    read_act,
    submission_changes,
    supplement_titles,
    text_change,
)
from ratings.measure_cards import Passage, passages
from ratings.measure_page import Spot
from ratings.models import (
    AgreedRating,
    DueExtension,
    Inquiry,
    InquiryMessage,
    ReportingRound,
    StatusReport,
    Submission,
    Supplement,
)
from ratings.models.fields import RatingFields
from ratings.scheme import Grade, Marker
from ratings.states import InquiryState
from ratings.workflow import Action

if TYPE_CHECKING:
    from evalportal.accounts.models import User


@dataclass(frozen=True)
class Event:
    """One thing that happened. `changes` compare with what `compared` names; `whole` is the text of a first submission."""

    at: datetime
    kind: str
    title: str
    unit: str = ""
    who: str = ""
    text: str = ""
    note: str = ""
    changes: tuple[Change, ...] = ()
    compared: str = ""
    graded: bool = False
    grade: Grade | None = None
    markers: tuple[Marker, ...] = ()
    summary: str = ""
    whole: list[Passage] = field(default_factory=list)


class HistoryPage:
    """All events of the Maßnahme of `spot` in `round_`, as `user` may read them, who works inside the evaluation."""

    def __init__(self, user: "User", spot: Spot, round_: ReportingRound) -> None:
        self.user = user
        self.spot = spot
        self.round = round_
        rows = StatusReport.objects.filter(round=round_, measure=spot.measure).select_related("unit")
        self.reports = {report.pk: report for report in rows}
        for report in self.reports.values():
            report.round = round_
        self.submissions = self._submissions()
        self.messages = self._messages()
        found = [
            *self._supplement_events(),
            *self._extension_events(),
            *self._report_events(),
            *self._submission_events(),
            *self._inquiry_events(),
            *self._rating_events(),
        ]
        # Sorting is stable: of what happened in one moment the consequence stands above its cause.
        self.events = sorted(found, key=lambda event: event.at)[::-1]

    @cached_property
    def sees_recorder(self) -> bool:
        """Names of those who hold the minutes and lead the evaluation: among themselves only."""
        return bool(permissions.may_record(self.user, self.round.concept_id))

    def _author(self, report: StatusReport, person: Any) -> str:
        return str(person) if person and permissions.may_see_authors(self.user, report) else ""

    def _recorder(self, person: Any) -> str:
        return str(person) if person and self.sees_recorder else ""

    def _submissions(self) -> dict[int, list[Submission]]:
        """All submissions by report, the first one first."""
        rows = Submission.objects.filter(report__round=self.round, report__measure=self.spot.measure)
        found: dict[int, list[Submission]] = defaultdict(list)
        for submission in rows.select_related("submitted_by", "approved_by").order_by("report_id", "number"):
            submission.report = self.reports[submission.report_id]
            found[submission.report_id].append(submission)
        return found

    def _messages(self) -> list[InquiryMessage]:
        rows = InquiryMessage.objects.filter(inquiry__report__round=self.round, inquiry__report__measure=self.spot.measure)
        return list(rows.select_related("inquiry", "author").order_by("written_at", "pk"))

    def _report_events(self) -> Iterable[Event]:
        told = {(one.report_id, one.submitted_at) for several in self.submissions.values() for one in several}
        told |= {(message.inquiry.report_id, message.inquiry.opened_at) for message in self.messages}
        history: Any = StatusReport.history
        entries = history.filter(round=self.round, measure=self.spot.measure).select_related("history_user")
        for entry in entries.order_by("history_date", "history_id"):
            report = self.reports[entry.id]
            act = read_act(entry.history_change_reason, entry.state)
            # The submission or the question that stands there says the same and more.
            if act.action in (Action.SUBMIT, Action.APPROVE, Action.INQUIRE) and (entry.id, entry.history_date) in told:
                continue
            # Why a unit sent a draft back to its own desk is about the draft, which stays in the unit (rule 8).
            inner = act.action is Action.RETURN and not permissions.is_in_unit(self.user, report)
            yield Event(
                entry.history_date,
                "report",
                act.title,
                unit=report.unit.name,
                who=self._author(report, entry.history_user) if act.is_by_unit else self._recorder(entry.history_user),
                text="" if inner else act.reason,
            )

    def _submission_events(self) -> Iterable[Event]:
        first_ones = {report.unit_id for report in self.reports.values() if self.submissions.get(report.pk)}
        before = words_before(self.round, measure_line(self.spot.measure), first_ones, user=self.user) if first_ones else {}
        before = {unit: one for unit, one in before.items() if permissions.is_inside(self.user, one.report.round.concept_id)}
        for report_id, several in self.submissions.items():
            report = self.reports[report_id]
            last = before.get(report.unit_id)
            for submission in several:
                yield self._submission_event(report, submission, last, is_newest=submission is several[-1])
                last = submission

    def _submission_event(
        self, report: StatusReport, submission: Submission, last: Submission | None, *, is_newest: bool
    ) -> Event:
        names = [self._author(report, submission.submitted_by)]
        if submission.approved_by and names[0]:
            names.append(f"freigegeben von {submission.approved_by}")
        notes = ["im Auftrag"] if submission.on_behalf else []
        notes += ["keine Änderung seit dem letzten Bericht"] if submission.unchanged else []
        about: dict[str, Any] = {
            "at": submission.submitted_at,
            "kind": "submission",
            "title": f"Einreichung {submission.number}",
            "unit": report.unit.name,
            "who": ", ".join(filter(None, names)),
        }
        if report.retracted and is_newest and not permissions.is_in_unit(self.user, report):
            notes.append("zurückgezogen; den Text liest nur die Einheit")
            return Event(**about, note=", ".join(notes))
        about |= {
            "note": ", ".join(notes),
            "text": submission.approval_reason if names[0] else "",
            "graded": self.round.has_ratings,
            "grade": submission.grade_value,
            "markers": tuple(submission.set_markers),
        }
        if last is None:
            return Event(**about, summary=submission.summary, whole=passages(submission))
        same_round = last.report_id == submission.report_id
        compared = f"Einreichung {last.number}" if same_round else f"dem Bericht in „{last.report.round}“"
        changes = submission_changes(
            last, submission, has_ratings=self.round.has_ratings, had_ratings=last.report.round.has_ratings
        )
        # What the earlier round did not ask for is in no comparison: it is read in the whole text.
        is_asked_first = self.round.has_ratings and not last.report.round.has_ratings
        return Event(**about, compared=compared, changes=tuple(changes), whole=passages(submission) if is_asked_first else [])

    def _extension_events(self) -> Iterable[Event]:
        """Longer deadlines that reach the Maßnahme: its own, and those of a unit for all of its reports.

        Why a unit gets longer is read where rule 9 lets names be read: it can be about somebody's absence.
        """
        reports = {report.unit_id: report for report in self.reports.values()}
        of_measure = Q(measure=self.spot.measure) & (Q(unit=None) | Q(unit__in=reports))
        history: Any = DueExtension.history
        entries = history.filter(of_measure | Q(measure=None, unit__in=reports), round=self.round)
        for entry in entries.select_related("history_user").order_by("history_date", "history_id"):
            report = reports.get(entry.unit_id)
            reads = self.sees_recorder or (report is not None and permissions.is_in_unit(self.user, report))
            yield Event(
                entry.history_date,
                "report",
                extension_title(entry.history_type, entry.history_change_reason, entry.due_on),
                unit=report.unit.name if report else "Alle Einheiten",
                who=self._recorder(entry.history_user),
                text=entry.reason if reads and entry.history_type != "-" else "",
                note="" if entry.measure_id else "für alle ihre Maßnahmen",
            )

    def _supplement_events(self) -> Iterable[Event]:
        """This Maßnahme opened again after the round was closed."""
        rows = Supplement.objects.filter(round=self.round, measure=self.spot.measure)
        for row in rows.select_related("snapshot", "opened_by", "finished_by").defer("snapshot__data"):
            opened, finished = supplement_titles(row)
            unit = "Evaluationsleitung"
            yield Event(row.opened_at, "report", opened, unit=unit, who=self._recorder(row.opened_by), text=row.reason)
            if row.finished_at:
                yield Event(row.finished_at, "report", finished, unit=unit, who=self._recorder(row.finished_by))

    def _inquiry_events(self) -> Iterable[Event]:
        opened: set[int] = set()
        for message in self.messages:
            report = self.reports[message.inquiry.report_id]
            first = message.inquiry_id not in opened
            opened.add(message.inquiry_id)
            question = "Rückfrage" if first else "Weitere Frage"
            yield Event(
                message.written_at,
                "inquiry",
                "Antwort der Einheit" if message.from_unit else question,
                unit=report.unit.name,
                who=self._author(report, message.author) if message.from_unit else self._recorder(message.author),
                text=message.text,
                note="im Auftrag" if message.on_behalf else "",
            )
        yield from self._inquiry_states()

    def _inquiry_states(self) -> Iterable[Event]:
        """Until when an answer is asked for, and what is settled."""
        history: Any = Inquiry.history
        entries = history.filter(report__round=self.round, report__measure=self.spot.measure).select_related("history_user")
        before: dict[int, tuple[str, date | None]] = {}
        for entry in entries.order_by("history_date", "history_id"):
            about = (self.reports[entry.report_id].unit.name, self._recorder(entry.history_user))
            state, due_on = before.get(entry.id, ("", None))
            before[entry.id] = (entry.state, entry.due_on)
            if entry.due_on != due_on and entry.state != InquiryState.DONE:
                yield Event(entry.history_date, "inquiry", answer_due_title(due_on, entry.due_on), *about)
            if entry.state == InquiryState.DONE != state:
                yield Event(entry.history_date, "inquiry", "Rückfrage erledigt", *about)

    def _rating_events(self) -> Iterable[Event]:
        if not self.round.has_ratings:
            return
        entries = self._rating_entries()
        basis = self._basis(entry.history_id for entry in entries)
        last = None
        for entry in entries:
            if entry.history_type == "-":
                yield Event(
                    entry.history_date, "rating", "Abgestimmte Bewertung zurückgenommen", who=self._recorder(entry.history_user)
                )
                last = None
                continue
            yield self._rating_event(entry, last, basis.get(entry.history_id, []))
            last = entry

    def _rating_entries(self) -> list[Any]:
        """The history of the rating, the first first; of several entries of one Fassung, which its basis can leave, the last."""
        history: Any = AgreedRating.history
        rows = history.filter(round=self.round, measure=self.spot.measure).select_related("history_user")
        found: list[Any] = []
        for entry in rows.order_by("history_date", "history_id"):
            if found and "-" not in (entry.history_type, found[-1].history_type) and found[-1].version == entry.version:
                entry.history_change_reason = found[-1].history_change_reason or entry.history_change_reason
                found.pop()
            found.append(entry)
        return found

    def _basis(self, entries: Iterable[int]) -> dict[int, list[str]]:
        """The submissions each entry rests on, in words."""
        history: Any = AgreedRating.history
        known = {one.pk: one for several in self.submissions.values() for one in several}
        found: dict[int, list[str]] = defaultdict(list)
        rows = history.model.basis.model.objects.filter(history__in=list(entries)).order_by("submission_id")
        for history_id, submission_id in rows.values_list("history_id", "submission_id"):
            submission = known.get(submission_id)
            if submission is not None:
                found[history_id].append(f"Einreichung {submission.number} ({submission.report.unit.short_name})")
        return found

    def _rating_event(self, entry: Any, last: Any, basis: list[str]) -> Event:
        after = _as_rating(entry)
        before = _as_rating(last) if last is not None else AgreedRating(reason="", remark="")
        changes = rating_changes(before, after, "Bewertung") if last is not None else []
        changes += text_change("Begründung", before.reason, after.reason) + text_change("Bemerkung", before.remark, after.remark)
        if last is None:  # nothing to compare with: as written, not as „neu“
            changes = [
                Change(change.label, tuple(piece._replace(kind=Kind.KEPT) for piece in change.pieces)) for change in changes
            ]
        what = entry.history_change_reason or "abgestimmt"
        return Event(
            entry.history_date,
            "rating",
            f"{what[:1].upper()}{what[1:]}",
            who=self._recorder(entry.history_user),
            note=f"beruht auf {', '.join(basis)}" if basis else "ohne Bericht entschieden",
            graded=True,
            grade=after.grade_value,
            markers=tuple(after.set_markers),
            changes=tuple(changes),
            compared="der Entscheidung davor" if last is not None else "",
        )


def _as_rating(entry: Any) -> AgreedRating:
    """The rating as it was; an entry of the history has its columns but not its properties."""
    names = [own.name for own in RatingFields._meta.fields]
    return AgreedRating(reason=entry.reason, remark=entry.remark, **{name: getattr(entry, name) for name in names})
