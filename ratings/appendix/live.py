"""Rows from live data: a fixed number of queries, whatever the number of Maßnahmen."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django.utils import timezone

from goals.models import Measure, OrgUnit, ResponsibilityRole
from ratings.appendix.rows import Appendix, AppendixRow, Audience
from ratings.models import AgreedRating, ReportingRound, StatusReport, Submission
from ratings.owed import Owed, effective_responsibilities
from ratings.rollup import Standing, UnitLine, UnitTexts, progress, roll_up, standing
from ratings.scheme import Grade, Marker
from ratings.states import ReportState, RoundState

_TEXTS = tuple(field.name for field in fields(UnitTexts))
_PROPOSAL = ("grade", *(marker.value for marker in Marker.voted()))
_NO_PROPOSAL = {"grade": None, **{marker.value: False for marker in Marker.voted()}}


def live_appendix(round_: ReportingRound, audience: Audience = Audience.INTERNAL, *, with_texts: bool = False) -> Appendix:
    """Return the rows of `round_` as they stand in the database now: five queries, seven while nothing is owed yet.

    `with_texts` also loads what the units wrote. `round_.concept` should be selected. Live data is for the inside only:
    raises ValueError for another audience, which reads released snapshots.
    """
    if audience is not Audience.INTERNAL:
        raise ValueError("Live data is for the inside; readers get a released snapshot.")
    rows = _rows(round_, with_texts=with_texts)
    return Appendix(
        concept_slug=round_.concept.slug,
        concept_title=round_.concept.title,
        concept_short_title=round_.concept.short_title,
        is_example=round_.concept.is_example,
        round_slug=round_.slug,
        round_title=round_.title,
        state_word=round_.get_state_display(),
        has_ratings=round_.has_ratings,
        is_draft=True,
        version=None,
        as_of=timezone.localdate(),
        released_on=None,
        audience=audience,
        total=len(rows),
        rows=rows,
    )


def _rows(round_: ReportingRound, *, with_texts: bool) -> tuple[AppendixRow, ...]:
    if round_.state == RoundState.PREPARING:
        lines = _responsible_lines(round_)
        return tuple(
            build_row(measure, [line for _, line in lines.get(measure.pk, [])], None, recheck=False)
            for measure in _measures(round_)
        )
    lines = _lines(round_, _submissions(round_, with_texts=with_texts)) or _responsible_lines(round_)
    if not round_.has_ratings:
        return tuple(
            build_row(measure, [line for _, line in lines.get(measure.pk, [])], None, recheck=False)
            for measure in _measures(round_)
        )
    ratings = {rating.measure_id: rating for rating in AgreedRating.objects.filter(round=round_)}
    basis: dict[int, set[int]] = defaultdict(set)
    through = AgreedRating.basis.through.objects.filter(agreedrating__round=round_)
    for rating_id, submission_id in through.values_list("agreedrating_id", "submission_id"):
        basis[rating_id].add(submission_id)
    rows = []
    for measure in _measures(round_):
        rating = ratings.get(measure.pk)
        own = lines.get(measure.pk, [])
        standing_now = {submission_id for submission_id, line in own if line.counts}
        recheck = rating is not None and standing_now != basis[rating.pk]
        rows.append(build_row(measure, [line for _, line in own], rating, recheck=recheck))
    return tuple(rows)


def _measures(round_: ReportingRound) -> Iterable[Measure]:
    return Measure.objects.filter(concept=round_.concept_id).with_place().in_order()


def _submissions(round_: ReportingRound, *, with_texts: bool) -> dict[int, dict[str, Any]]:
    names = ("pk", "report_id", "number", "submitted_at", "as_of", *_PROPOSAL, *(_TEXTS if with_texts else ()))
    newest = Submission.objects.newest().filter(report__round=round_)
    return {values["report_id"]: values for values in newest.values(*names)}


Lines = dict[int, list[tuple[int | None, UnitLine]]]


def _lines(round_: ReportingRound, submissions: dict[int, dict[str, Any]]) -> Lines:
    """Return by Maßnahme its (newest submission's pk, line) pairs, the lead first."""
    lines: Lines = defaultdict(list)
    for report in StatusReport.objects.filter(round=round_).select_related("unit"):
        values = None if report.retracted else submissions.get(report.pk)
        line = build_line(report, values, has_ratings=round_.has_ratings)
        lines[report.measure_id].append((values["pk"] if values else None, line))
    return _in_order(lines)


def _responsible_lines(round_: ReportingRound) -> Lines:
    """Return by Maßnahme who is responsible today: for a round of which no report was asked (yet)."""
    lines: Lines = defaultdict(list)
    for owed in effective_responsibilities(round_.concept):
        lines[owed.measure_id].append((None, responsible_line(owed)))
    return _in_order(lines)


def build_line(report: StatusReport, values: dict[str, Any] | None, *, has_ratings: bool) -> UnitLine:
    """Return the line of one report; `values` are those of its newest submission, None if none counts.

    `has_ratings`: whether the round has them; without, nothing in a submission is a proposal.
    """
    proposal = _proposal(values if has_ratings else values | _NO_PROPOSAL) if values else {}
    return _line(report.unit, is_lead=report.is_lead, state=ReportState(report.state), proposal=proposal)


def responsible_line(owed: Owed) -> UnitLine:
    """Return the line of a unit that is responsible and of which no report was asked."""
    return _line(owed.unit, is_lead=owed.role == ResponsibilityRole.LEAD, state=None, proposal={})


def _line(unit: OrgUnit, *, is_lead: bool, state: ReportState | None, proposal: dict[str, Any]) -> UnitLine:
    return UnitLine(
        slug=unit.slug,
        name=unit.name,
        short_name=unit.short_name,
        is_lead=is_lead,
        is_external=unit.is_external,
        state=state,
        **proposal,
    )


def _in_order(lines: Lines) -> Lines:
    for own in lines.values():
        own.sort(key=lambda pair: (not pair[1].is_lead, pair[1].name, pair[1].slug))
    return lines


def _proposal(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "grade": Grade.parse(values["grade"]),
        **{marker.value: values[marker.value] for marker in Marker.voted()},
        "submission": values["number"],
        "submitted_on": timezone.localdate(values["submitted_at"]),
        "as_of": values["as_of"],
        "texts": UnitTexts(**{name: values[name] for name in _TEXTS}) if "situation" in values else None,
    }


def build_row(measure: Measure, lines: list[UnitLine], rating: AgreedRating | None, *, recheck: bool) -> AppendixRow:
    """Return the row of one Maßnahme (with its place selected) from its lines, the lead first, and its agreed rating."""
    rolled = roll_up(lines)
    shown, grade = standing(rolled, agreed=rating is not None, agreed_grade=rating.grade_value if rating else None)
    challenge = measure.goal.challenge
    return AppendixRow(
        key=measure.key,
        number=measure.number,
        goal_number=measure.goal.number,
        goal_sort_key=measure.goal.sort_key,
        position=measure.position,
        title=measure.title,
        field_position=challenge.action_field.position,
        field_title=challenge.action_field.title,
        challenge_position=challenge.position,
        challenge_title=challenge.title,
        goal_text=measure.goal.text,
        goal_kind=measure.goal.get_kind_display(),
        is_mandatory=measure.is_mandatory,
        standing=shown,
        grade=grade,
        **{marker.value: _marker(marker, rating, shown, lines) for marker in Marker.voted()},
        reason=rating.reason if rating else "",
        remark=rating.remark if rating else "",
        agreed_on=timezone.localdate(rating.agreed_at) if rating and rating.agreed_at else None,
        recheck=recheck,
        progress=progress(rolled, lines, agreed=rating is not None, recheck=recheck),
        units=tuple(lines),
        roll_up=rolled,
    )


def _marker(marker: Marker, rating: AgreedRating | None, shown: Standing, lines: Iterable[UnitLine]) -> bool | None:
    """The agreed marker; before that the lead's where its proposal stands, else that any unit has set it."""
    if rating is not None:
        value: bool | None = getattr(rating, marker.value)
        return value
    counting = [line for line in lines if line.counts]
    if shown == Standing.PROPOSAL:
        counting = [line for line in counting if line.is_lead]
    return any(getattr(line, marker.value) for line in counting)
