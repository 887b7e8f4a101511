"""The Verlauf of one Maßnahme in one round: what happened to its reports and its rating, the newest first, with word differences.

A fixed number of queries, however many units report. Names stand where rule 9 allows them; drafts and the interne Notiz never do.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString

from ratings import permissions
from ratings.differences import Kind, Piece, condensed, differences, has_changed, render
from ratings.earlier import measure_line, words_before
from ratings.measure_page import Passage, Spot, passages
from ratings.models import AgreedRating, Inquiry, InquiryMessage, ReportingRound, StatusReport, Submission
from ratings.models.fields import ContentFields, ObstacleCategory, RatingFields
from ratings.scheme import NOT_RATED_WORD, Grade, Marker
from ratings.states import InquiryState, ReportState
from ratings.workflow import Action

if TYPE_CHECKING:
    from evalportal.accounts.models import User

_NEVER = frozenset({"internal_note"})
_CONTENT = tuple(own for own in ContentFields._meta.fields if own.name not in _NEVER)
_MARKER_WORDS = {True: "ja", False: "nein", None: "nicht überliefert"}

# What the acts on a report are called once they are done.
_DONE = {
    Action.SAVE: "Bericht begonnen",
    Action.SUBMIT: "Eingereicht",
    Action.APPROVE: "In der Einheit freigegeben",
    Action.RETURN: "In der Einheit zurückgegeben",
    Action.WITHDRAW: "Von der Einheit zurückgezogen",
    Action.INQUIRE: "Mit Rückfrage zurückgegeben",
    Action.DROP: "Auf „entfallen“ gesetzt",
    Action.LIFT: "„entfallen“ aufgehoben",
}
_BY_UNIT = frozenset({Action.SAVE, Action.SUBMIT, Action.APPROVE, Action.RETURN, Action.WITHDRAW})


@dataclass(frozen=True)
class Act:
    """An entry of a report's history in words: what was done, with which reason; `action` is None for what followed by itself."""

    action: Action | None
    title: str
    reason: str = ""

    @property
    def is_by_unit(self) -> bool:
        return self.action in _BY_UNIT


def read_act(what: str | None, state: str) -> Act:
    """Return what `workflow.apply` and `rounds.sync_owed` wrote as `what` about a report that then was in `state`."""
    what = what or ""
    for action, title in _DONE.items():
        if what == action.label or what.startswith(f"{action.label}: "):
            if action is Action.SUBMIT and state == ReportState.AWAITING_APPROVAL:
                title = "Zur Freigabe gegeben"
            return Act(action, title, what[len(action.label) + 2 :])
    if state == ReportState.DROPPED:
        return Act(None, "Entfallen", what)
    return Act(None, f"{what[:1].upper()}{what[1:]}" if what else "Geändert")


@dataclass(frozen=True)
class Change:
    """One field that differs: the texts word by word (`pieces`), grades and short values as old and new."""

    label: str
    pieces: tuple[Piece, ...] = ()
    old: Any = ""
    new: Any = ""
    is_grade: bool = False

    @property
    def html(self) -> SafeString:
        return render(self.pieces)


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


def _day(value: date | None) -> str:
    return f"{value:%d.%m.%Y}" if value else "kein Datum"


def _text_change(label: str, before: str, after: str) -> list[Change]:
    return [Change(label, condensed(differences(before, after)))] if has_changed(before, after) else []


def rating_changes(before: RatingFields, after: RatingFields, label: str) -> list[Change]:
    """Return how grade (called `label`) and Kennzeichen differ."""
    found = []
    if before.grade_value != after.grade_value:
        found.append(Change(label, old=before.grade_value, new=after.grade_value, is_grade=True))
    for marker in Marker.voted():
        old, new = before.marker_values[marker], after.marker_values[marker]
        if old != new:
            found.append(Change(f"{marker.symbol} {marker.word}", old=_MARKER_WORDS[old], new=_MARKER_WORDS[new]))
    return found


def submission_changes(before: Submission, after: Submission, *, has_ratings: bool) -> list[Change]:
    """Return how two submissions differ, in the order of the form, without the interne Notiz."""
    found = rating_changes(before, after, "Vorschlag") if has_ratings else []
    for own in _CONTENT:
        old, new = getattr(before, own.name), getattr(after, own.name)
        label = str(own.verbose_name)
        if old == new:
            continue
        if own.name in ("as_of", "next_step_on"):
            found.append(Change(label, old=_day(old), new=_day(new)))
        elif own.name == "obstacle_category":
            words = dict(ObstacleCategory.choices)
            found.append(Change(label, old=str(words.get(old, "keine")), new=str(words.get(new, "keine"))))
        else:
            found += _text_change(label, old, new)
    return found


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
        found = [*self._report_events(), *self._submission_events(), *self._inquiry_events(), *self._rating_events()]
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
        changes = submission_changes(last, submission, has_ratings=self.round.has_ratings)
        return Event(**about, compared=compared, changes=tuple(changes))

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
        history: Any = Inquiry.history
        settled = history.filter(report__round=self.round, report__measure=self.spot.measure, state=InquiryState.DONE)
        for entry in settled.select_related("history_user"):
            unit = self.reports[entry.report_id].unit
            yield Event(entry.history_date, "inquiry", "Rückfrage erledigt", unit.name, self._recorder(entry.history_user))

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
        changes += _text_change("Begründung", before.reason, after.reason) + _text_change(
            "Bemerkung", before.remark, after.remark
        )
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


def grade_word(value: str | None) -> str:
    grade = Grade.parse(value)
    return grade.word if grade else NOT_RATED_WORD
