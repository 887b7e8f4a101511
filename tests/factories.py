"""Objects for tests, written straight to the database: each function builds what its object needs, fields are keywords.

Use as `from tests import factories as make`: `make.report(state="draft")`. No rule of `ratings.workflow` runs here.
"""

from datetime import date
from itertools import count
from typing import Any

from django.utils import timezone

from evalportal.accounts.models import User
from evalportal.models import BarrierReport
from goals.models import (
    ActionField,
    Challenge,
    Concept,
    Goal,
    Indicator,
    Measure,
    Membership,
    OrgUnit,
    Responsibility,
    ResponsibilityRole,
    Role,
)
from ratings.models import (
    AgreedRating,
    Draft,
    Inquiry,
    InquiryMessage,
    ReportingRound,
    SavedView,
    Snapshot,
    StatusReport,
    Submission,
    Supplement,
)
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState

PASSWORD = "demo"

_numbers = count(1)

# Reports in these states have been handed in at least once.
_HANDED_IN = (ReportState.SUBMITTED, ReportState.RETURNED, ReportState.AWAITING_APPROVAL)


def concept(**fields: Any) -> Concept:
    n = next(_numbers)
    defaults = {
        "slug": f"konzept-{n}",
        "title": f"Konzept {n} des Landkreises",
        "short_title": f"Konzept {n}",
        "period_start": date(2023, 1, 1),
        "period_end": date(2027, 12, 31),
    }
    return Concept.objects.create(**defaults | fields)


def action_field(concept: Concept | None = None, **fields: Any) -> ActionField:
    """The next Handlungsfeld of the Konzept."""
    concept = concept or _concept()
    position = concept.action_fields.count() + 1
    return ActionField.objects.create(**{"concept": concept, "position": position, "title": f"Handlungsfeld {position}"} | fields)


def challenge(action_field: ActionField | None = None, **fields: Any) -> Challenge:
    """The next Herausforderung of the Handlungsfeld."""
    action_field = action_field or _action_field()
    position = action_field.challenges.count() + 1
    defaults = {"action_field": action_field, "position": position, "title": f"Herausforderung {position}"}
    return Challenge.objects.create(**defaults | fields)


def goal(number: str = "", *, concept: Concept | None = None, challenge: Challenge | None = None, **fields: Any) -> Goal:
    """A Ziel; without `number` the next one of the Konzept, without `challenge` under the first Herausforderung there is."""
    if challenge is None:
        concept = concept or _concept()
        challenge = Challenge.objects.filter(action_field__concept=concept).first() or _challenge(_first_field(concept))
    concept = challenge.action_field.concept
    number = number or str(concept.goals.count() + 1)
    defaults = {"concept": concept, "challenge": challenge, "number": number, "text": f"Beschreibung des Ziels {number}"}
    return Goal.objects.create(**defaults | fields)


def measure(number: str = "", *, concept: Concept | None = None, goal: Goal | None = None, **fields: Any) -> Measure:
    """A Maßnahme; `number` („20.1“) finds or makes its Ziel, without it the next one of `goal` or of a new Ziel."""
    if number:
        goal_number, _, position = number.rpartition(".")
        concept = concept or _concept()
        goal = Goal.objects.filter(concept=concept, number=goal_number).first() or _goal(goal_number, concept=concept)
    else:
        goal = goal or _goal(concept=concept)
        position = str(goal.measures.count() + 1)
    defaults = {
        "concept": goal.concept,
        "goal": goal,
        "position": int(position),
        "key": f"K{next(_numbers)}",
        "title": f"Maßnahme {goal.number}.{position}",
    }
    return Measure.objects.create(**defaults | fields)


def indicator(**fields: Any) -> Indicator:
    defaults = {"title": f"Kennzahl {next(_numbers)}", "unit": "Prozent", "source": "Bericht, Abschnitt 2"}
    return Indicator.objects.create(**{"concept": fields.pop("concept", None) or _concept()} | defaults | fields)


def unit(**fields: Any) -> OrgUnit:
    n = next(_numbers)
    return OrgUnit.objects.create(**{"slug": f"einheit-{n}", "name": f"Fachdienst {n}", "short_name": f"FD {n}"} | fields)


def responsibility(
    measure: Measure | None = None, unit: OrgUnit | None = None, *, lead: bool | None = None, **fields: Any
) -> Responsibility:
    """A Zuständigkeit; unless `lead` says otherwise federführend if the Maßnahme has no lead yet, else Zuarbeit."""
    measure = measure or _measure()
    if lead is None:
        lead = not measure.responsibilities.filter(role=ResponsibilityRole.LEAD).exists()
    role = ResponsibilityRole.LEAD if lead else ResponsibilityRole.CONTRIBUTING
    return Responsibility.objects.create(**{"measure": measure, "unit": unit or _unit(), "role": role} | fields)


def user(username: str = "", *, password: str | None = None, **fields: Any) -> User:
    """A person who can sign in if `password` is given."""
    n = next(_numbers)
    defaults = {
        "username": username or f"person{n}",
        "first_name": "Alex",
        "last_name": f"Beispiel {n}",
        "email": f"p{n}@example.org",
    }
    person = User(**defaults | fields)
    if password is None:
        person.set_unusable_password()
    else:
        person.set_password(password)
    person.save()
    return person


def member(
    role: Role | str, *, unit: OrgUnit | None = None, concept: Concept | None = None, user: User | None = None, **fields: Any
) -> User:
    """A person with `role`: in `unit` (a new one for roles that need one), for `concept` or all. Returns the person."""
    person = user or _user()
    if unit is None and role in Role.in_units():
        unit = _unit()
    Membership.objects.create(**{"user": person, "role": role, "unit": unit, "concept": concept} | fields)
    if hasattr(person, "_access"):
        del person._access
    return person


def round(concept: Concept | None = None, *, state: RoundState | str = RoundState.OPEN, **fields: Any) -> ReportingRound:
    """A Berichtsrunde in `state`, open by default; its dates surround today."""
    n = next(_numbers)
    today = timezone.localdate()
    defaults = {
        "concept": concept or _concept(),
        "slug": f"runde-{n}",
        "title": f"Berichtsrunde {n}",
        "state": state,
        "opens_on": date.fromordinal(today.toordinal() - 20),
        "due_on": date.fromordinal(today.toordinal() + 10),
        "closes_on": date.fromordinal(today.toordinal() + 40),
    }
    return ReportingRound.objects.create(**defaults | fields)


def report(
    measure: Measure | None = None,
    unit: OrgUnit | None = None,
    *,
    round: ReportingRound | None = None,
    state: ReportState | str = ReportState.OPEN,
    **fields: Any,
) -> StatusReport:
    """A Sachstandsbericht in `state`, with the Zuständigkeit it comes from.

    Without `round` in the round of the Konzept that is not closed, or a new open one. A state that reports reach only with a
    draft or a submission is set as it is; make those with `draft()` and `submission()`.
    """
    measure = measure or (_measure(concept=round.concept) if round else _measure())
    round = round or measure.concept.rounds.exclude(state=RoundState.CLOSED).first() or _round(measure.concept)
    unit = unit or _unit()
    owed = measure.responsibilities.filter(unit=unit).first() or responsibility(measure, unit)
    reasons = {ReportState.RETURNED: "Bitte Zahlen ergänzen.", ReportState.DROPPED: "Die Zuständigkeit ist entfallen."}
    reason = reasons.get(ReportState(state), "")
    defaults = {"round": round, "measure": measure, "unit": unit, "role": owed.role, "state": state, "state_reason": reason}
    return StatusReport.objects.create(**defaults | {"changed_at": timezone.now()} | fields)


def content(*, grade: Grade | str | None = Grade.HIGH, **fields: Any) -> dict[str, Any]:
    """Values of the content and rating fields that are complete for `grade` (issue 2, item 7)."""
    values: dict[str, Any] = {
        "grade": grade,
        "situation": "Das Angebot läuft seit dem Frühjahr an allen Standorten.",
        "summary": "Das Angebot läuft an allen Standorten.",
        "as_of": timezone.localdate(),
    }
    if grade not in (Grade.HIGH, None):
        values["rationale"] = "Wesentliche Teile stehen noch aus."
    if grade in (Grade.MEDIUM, Grade.LOW):
        values |= {
            "obstacle_category": "staff",
            "obstacles": "Eine Stelle ist unbesetzt.",
            "solution": "Die Stelle ist ausgeschrieben.",
        }
    if grade == Grade.UNCLEAR:
        values["unclear_note"] = "Die Zahlen liegen noch nicht vor."
    return values | fields


def draft(report: StatusReport | None = None, **fields: Any) -> Draft:
    """The Entwurf of a report, complete by default; an open report becomes „Entwurf“."""
    report = report or _report(state=ReportState.DRAFT)
    if report.state == ReportState.OPEN:
        report.state = ReportState.DRAFT
        report.save()
    defaults: dict[str, Any] = {
        "report": report,
        "edited_by": fields.pop("edited_by", None) or _user(),
        "saved_at": timezone.now(),
    }
    return Draft.objects.create(**defaults | content() | fields)


def submission(report: StatusReport | None = None, **fields: Any) -> Submission:
    """The next Einreichung of a report, with the grade hoch from a lead and none from Zuarbeit by default.

    A report that was not handed in yet becomes „eingereicht“.
    """
    report = report or _report(state=ReportState.SUBMITTED)
    if report.state not in _HANDED_IN:
        report.state = ReportState.SUBMITTED
        report.save()
    fields.setdefault("grade", Grade.HIGH if report.is_lead else None)
    defaults: dict[str, Any] = {
        "report": report,
        "number": report.submissions.count() + 1,
        "submitted_at": timezone.now(),
        "submitted_by": fields.pop("submitted_by", None) or _user(),
    }
    return Submission.objects.create(**defaults | content(**fields))


def inquiry(report: StatusReport | None = None, *, text: str = "Wie viele Personen waren es?", **fields: Any) -> Inquiry:
    """A Rückfrage with its question at a report, a returned one by default."""
    report = report or _report(state=ReportState.RETURNED)
    author = fields.pop("author", None) or _user()
    thread = Inquiry.objects.create(**{"report": report, "opened_at": timezone.now()} | fields)
    InquiryMessage.objects.create(inquiry=thread, text=text, author=author, written_at=thread.opened_at)
    return thread


def agreed_rating(
    measure: Measure | None = None, *, round: ReportingRound | None = None, grade: Grade | str | None = Grade.HIGH, **fields: Any
) -> AgreedRating:
    """An abgestimmte Bewertung; it rests on the submissions that stand, unless `basis` names others."""
    measure = measure or (_measure(concept=round.concept) if round else _measure())
    round = round or measure.concept.rounds.exclude(state=RoundState.CLOSED).first() or _round(measure.concept)
    basis = fields.pop("basis", None)
    if basis is None:
        basis = Submission.objects.filter(report__round=round, report__measure=measure).counting()
    defaults: dict[str, Any] = {
        "round": round,
        "measure": measure,
        "grade": grade,
        "reason": "" if grade else "Die Maßnahme wurde nicht begonnen.",
        "agreed_at": timezone.now(),
        "agreed_by": fields.pop("agreed_by", None) or _user(),
    }
    rating = AgreedRating.objects.create(**defaults | fields)
    rating.basis.set(basis)
    return rating


def snapshot(round: ReportingRound | None = None, **fields: Any) -> Snapshot:
    """The next Fassung of a round, closed by default. Its `data` is empty: frozen rows come from `ratings.appendix`."""
    round = round or _round(state=RoundState.CLOSED)
    defaults: dict[str, Any] = {"round": round, "version": round.snapshots.count() + 1, "data": {}, "created_at": timezone.now()}
    return Snapshot.objects.create(**defaults | fields)


def supplement(measure: Measure | None = None, *, round: ReportingRound | None = None, **fields: Any) -> Supplement:
    """A Nachtrag that is open."""
    round = round or _round(state=RoundState.CLOSED)
    defaults = {"measure": measure or _measure(concept=round.concept), "reason": "Zahl berichtigt.", "opened_at": timezone.now()}
    return Supplement.objects.create(**{"round": round} | defaults | fields)


def barrier_report(**fields: Any) -> BarrierReport:
    defaults = {
        "reference": f"T{next(_numbers):07}",
        "text": "Das Menü ist ohne Maus nicht zu öffnen.",
        "created_at": timezone.now(),
    }
    return BarrierReport.objects.create(**defaults | fields)


def saved_view(concept: Concept | None = None, *, owner: User | None = None, **fields: Any) -> SavedView:
    """An Ansicht that shows all Maßnahmen, not shared."""
    defaults = {"name": f"Ansicht {next(_numbers)}", "query": ""}
    return SavedView.objects.create(concept=concept or _concept(), owner=owner or _user(), **defaults | fields)


def filled_round(measures: int = 3, *, concept: Concept | None = None, lead: OrgUnit | None = None) -> ReportingRound:
    """An open round with `measures` Maßnahmen: each with a lead that handed in hoch and a contributing unit that has a draft.

    Every third has an agreed rating, every third is disputed, every third has a Rückfrage. For counting queries at any size.
    """
    concept = concept or _concept()
    the_round = _round(concept)
    first, second, writer = lead or _unit(), _unit(), _user()
    for number in range(1, measures + 1):
        rated = _measure(f"{number}.1", concept=concept)
        one, two = report(rated, first, round=the_round), report(rated, second, round=the_round)
        submission(one, submitted_by=writer)
        if number % 3 == 0:
            agreed_rating(rated, round=the_round, agreed_by=writer)
        elif number % 3 == 1:
            submission(two, grade=Grade.LOW, submitted_by=writer)
        else:
            draft(two, edited_by=writer)
            inquiry(one, author=writer)
    return the_round


def _first_field(concept: Concept) -> ActionField:
    return concept.action_fields.first() or _action_field(concept)


# The names under which functions reach each other whose parameters have the name of the object.
_concept, _action_field, _challenge, _goal, _measure = concept, action_field, challenge, goal, measure
_unit, _user, _round, _report = unit, user, round, report
