"""What the minutes of a meeting say (Ergebnisprotokoll, issue 3, point 5): what was agreed in it, as it was agreed.

What changes afterwards does not rewrite them: decisions and Rückfragen are read from their history, as of the decision and as of the
end of the meeting. How the minutes look as a file is in `ratings.documents.minutes`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from ratings.agenda import order_of
from ratings.agreement import unanimous_grade
from ratings.appendix import live_appendix
from ratings.models import AgendaItem, AgendaOutcome, AgreedRating, Inquiry, InquiryMessage, Meeting, Submission
from ratings.scheme import Grade, Marker
from ratings.settled import agreed_for_good, settled_at
from ratings.states import InquiryState


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one unit proposed in the submission the decision rests on; no grade: it left that open."""

    unit: str
    grade: Grade | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """One decision. `proposed`: what all units proposed, None where they did not agree."""

    grade: Grade | None
    markers: tuple[Marker, ...]
    reason: str
    remark: str
    agreed_at: datetime
    recorded_by: str
    proposals: tuple[Proposal, ...] = ()
    proposed: Grade | None = None

    @property
    def is_proposed(self) -> bool:
        """At least one unit proposed a grade."""
        return any(proposal.grade for proposal in self.proposals)

    @property
    def is_disputed(self) -> bool:
        return len({proposal.grade for proposal in self.proposals} - {None}) > 1

    @property
    def lacks_lead(self) -> bool:
        """The others agree, the lead proposed nothing: that is not unanimous."""
        return self.is_proposed and not self.is_disputed and self.proposed is None

    @property
    def follows(self) -> bool:
        """As all units proposed."""
        return self.proposed is not None and self.grade == self.proposed

    @property
    def deviates(self) -> bool:
        """From a unanimous proposal; such a decision has a reason (rule 2)."""
        return self.proposed is not None and self.grade != self.proposed


@dataclass(frozen=True, slots=True)
class Question:
    """A Rückfrage as it stood at the end of the meeting; `text` is what was asked last."""

    unit: str
    text: str
    state: InquiryState
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the agenda. `resolution`: what was agreed in this meeting; `elsewhere`: what had been agreed outside of it.

    `goes_to` is the day of the meeting whose agenda takes up what was put off; `is_left_over`: the end of the meeting put it off.
    `is_settled`: nothing was left to decide, it had been agreed before.
    """

    number: str
    title: str
    field_title: str
    outcome: AgendaOutcome
    note: str
    resolution: Resolution | None
    elsewhere: Resolution | None
    questions: tuple[Question, ...]
    goes_to: date | None
    is_left_over: bool
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes of one meeting; `entries` in the order of the Konzept. `as_of`: the end of the meeting, now while it is not held."""

    title: str
    concept_title: str
    round_title: str
    round_slug: str
    has_ratings: bool
    is_example: bool
    is_draft: bool
    on: date
    starts_at: time | None
    ends_at: time | None
    place: str
    participants: tuple[str, ...]
    as_of: datetime
    entries: tuple[Entry, ...]

    @property
    def recorders(self) -> tuple[str, ...]:
        """Who recorded the decisions, in the order in which they began to."""
        found = [entry.resolution for entry in self.entries if entry.resolution is not None]
        names = [made.recorded_by for made in sorted(found, key=lambda made: made.agreed_at) if made.recorded_by]
        return tuple(dict.fromkeys(names))

    @property
    def agreed(self) -> list[tuple[Entry, Resolution]]:
        return [(entry, entry.resolution) for entry in self.entries if entry.resolution is not None]

    @property
    def discussed(self) -> list[Entry]:
        """Treated without a rating, as in rounds that have none."""
        other = (AgendaOutcome.PUT_OFF, AgendaOutcome.OPEN)
        return [entry for entry in self.entries if entry.resolution is None and entry.outcome not in other]

    @property
    def put_off(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.outcome == AgendaOutcome.PUT_OFF]

    @property
    def untreated(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.outcome == AgendaOutcome.OPEN and not entry.is_settled]

    @property
    def settled(self) -> list[tuple[Entry, Resolution]]:
        """Agreed elsewhere before it was their turn."""
        return [(entry, entry.elsewhere) for entry in self.entries if entry.is_settled and entry.elsewhere is not None]


def minutes_of(meeting: Meeting, *, now: datetime | None = None) -> Minutes:
    """Return the minutes of `meeting`, whose round and Konzept are selected: ten queries at most, whatever the number of items.

    Before its end those of the live rows come on top.
    """
    as_of = _ended_at(meeting) if meeting.is_held else now or timezone.now()
    items = list(AgendaItem.objects.filter(meeting=meeting).in_order())
    made = _Resolutions(meeting, items)
    questions = _questions(meeting, items, as_of)
    later = _later_days(meeting, items)
    settled = _settled(meeting, items)
    round_ = meeting.round
    return Minutes(
        title=str(meeting),
        concept_title=round_.concept.title,
        round_title=round_.title,
        round_slug=round_.slug,
        has_ratings=round_.has_ratings,
        is_example=round_.concept.is_example,
        is_draft=not meeting.is_held,
        on=meeting.on,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place=meeting.place,
        participants=_participants(meeting),
        as_of=as_of,
        entries=tuple(
            replace(
                _entry(item, made, tuple(questions.get(item.measure_id, ())), later.get(item.measure_id), as_of),
                is_settled=item.pk in settled,
            )
            for item in items
        ),
    )


def _settled(meeting: Meeting, items: Collection[AgendaItem]) -> set[int]:
    """Return which items need no decision any more. The end of a meeting leaves open only those (`ratings.meetings.hold`)."""
    waiting = [item for item in items if item.is_open]
    if meeting.is_held or not waiting:
        return {item.pk for item in waiting}
    agreed = agreed_for_good(meeting.round, live_appendix(meeting.round).rows)
    return {item.pk for item in waiting if settled_at(item, item.measure.key, agreed) is not None}


def _entry(item: AgendaItem, made: "_Resolutions", questions: tuple[Question, ...], later: date | None, as_of: datetime) -> Entry:
    is_agreed = item.outcome == AgendaOutcome.AGREED and item.decided_at is not None
    return Entry(
        number=item.measure.number,
        title=item.measure.title,
        field_title=item.measure.goal.challenge.action_field.title,
        outcome=AgendaOutcome(item.outcome),
        note=item.note,
        resolution=made.at(item.measure_id, item.decided_at) if is_agreed and item.decided_at else None,
        elsewhere=None if is_agreed else made.at(item.measure_id, as_of),
        questions=questions,
        goes_to=later if item.outcome == AgendaOutcome.PUT_OFF else None,
        is_left_over=item.outcome == AgendaOutcome.PUT_OFF and item.decided_at is None,
    )


def _ended_at(meeting: Meeting) -> datetime:
    """When the meeting was ended: changes of its place or people afterwards do not count."""
    history: Any = Meeting.history
    ended = timezone.now()
    for record in history.filter(id=meeting.pk).order_by("-history_date", "-history_id"):
        if record.state != meeting.state:
            break
        ended = record.history_date
    return ended


def _participants(meeting: Meeting) -> tuple[str, ...]:
    people = [str(person) for person in meeting.attendees.order_by("last_name", "first_name", "pk")]
    return tuple(people + [line.strip() for line in meeting.participants.splitlines() if line.strip()])


class _Resolutions:
    """The decisions on the Maßnahmen of an agenda, from their history: three queries."""

    def __init__(self, meeting: Meeting, items: Collection[AgendaItem]) -> None:
        history: Any = AgreedRating.history
        records = history.filter(round=meeting.round_id, measure__in=[item.measure_id for item in items], agreed_at__isnull=False)
        self._records: dict[int, list[Any]] = {}
        for record in records.select_related("agreed_by").order_by("history_date", "history_id"):
            self._records.setdefault(record.measure_id, []).append(record)
        kept = history.model.basis.model.objects.filter(history__in=[row.pk for rows in self._records.values() for row in rows])
        bases: dict[int, set[int]] = {}
        for history_id, submission_id in kept.values_list("history_id", "submission_id"):
            bases.setdefault(history_id, set()).add(submission_id)
        self._bases = bases
        wanted = {pk for pks in bases.values() for pk in pks}
        rows = Submission.objects.filter(pk__in=wanted).select_related("report__unit")
        self._submissions = list(rows.order_by("-report__role", "report__unit__name", "pk"))

    def at(self, measure_id: int, moment: datetime) -> Resolution | None:
        """Return the decision that stood at `moment`: of the records until then the last, unless it was taken back."""
        records = [record for record in self._records.get(measure_id, ()) if record.history_date <= moment]
        if not records or records[-1].history_type == "-":
            return None
        return self._resolution(records[-1])

    def _resolution(self, record: Any) -> Resolution:
        basis = [submission for submission in self._submissions if submission.pk in self._bases.get(record.pk, ())]
        return Resolution(
            grade=Grade.parse(record.grade),
            markers=tuple(marker for marker in Marker.voted() if getattr(record, marker.value)),
            reason=record.reason,
            remark=record.remark,
            agreed_at=record.agreed_at,
            recorded_by=str(record.agreed_by) if record.agreed_by else "",
            proposals=tuple(Proposal(submission.report.unit.short_name, submission.grade_value) for submission in basis),
            proposed=unanimous_grade(basis),
        )


def _questions(meeting: Meeting, items: Collection[AgendaItem], as_of: datetime) -> dict[int, list[Question]]:
    """Return the Rückfragen to report on by Maßnahme: those not settled at `as_of`, and those settled on the day of the meeting."""
    asked = Inquiry.objects.filter(report__round=meeting.round_id, report__measure__in=[item.measure_id for item in items])
    inquiries = {inquiry.pk: inquiry for inquiry in asked.select_related("report__unit").order_by("report_id", "opened_at", "pk")}
    texts: dict[int, str] = {}
    written = InquiryMessage.objects.filter(inquiry__in=list(inquiries), from_unit=False, written_at__lte=as_of)
    for inquiry_id, text in written.order_by("written_at", "pk").values_list("inquiry_id", "text"):
        texts[inquiry_id] = text
    found: dict[int, list[Question]] = {}
    states = _last_records(inquiries, as_of)
    for pk, inquiry in inquiries.items():
        record = states.get(pk)
        if record is None or (record.state == InquiryState.DONE and timezone.localdate(record.history_date) != meeting.on):
            continue
        question = Question(inquiry.report.unit.short_name, texts.get(pk, ""), InquiryState(record.state), record.due_on)
        found.setdefault(inquiry.report.measure_id, []).append(question)
    return found


def _last_records(pks: Iterable[int], as_of: datetime) -> dict[int, Any]:
    history: Any = Inquiry.history
    records = history.filter(id__in=list(pks), history_date__lte=as_of).order_by("history_date", "history_id")
    return {record.id: record for record in records}


def _later_days(meeting: Meeting, items: Collection[AgendaItem]) -> dict[int, date]:
    """Return for each Maßnahme the day of the next meeting that has it on its agenda."""
    measures = [item.measure_id for item in items]
    rows = AgendaItem.objects.filter(meeting__round=meeting.round_id, measure__in=measures).exclude(meeting=meeting)
    found: dict[int, date] = {}
    for item in sorted(rows.select_related("meeting"), key=lambda item: order_of(item.meeting)):
        if order_of(item.meeting) > order_of(meeting):
            found.setdefault(item.measure_id, item.meeting.on)
    return found
