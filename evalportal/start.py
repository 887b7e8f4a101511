"""The start page: by what somebody is here, what is due, what came back, what is to be decided, what happened, what was released."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from goals.example_marks import example_marks
from goals.permissions import access_for
from goals.requests import SignedInRequest
from goals.roles import Role
from ratings import permissions, rounds
from ratings.appendix import Appendix, Audience, live_appendix, load_appendix
from ratings.deadlines import is_late_on
from ratings.happenings import happenings
from ratings.models import OutgoingMail, ReportingRound, Supplement
from ratings.own_reports import own_reports, stood_in_for
from ratings.querysets import UNIT_ROLES
from ratings.result_words import result_sentences
from ratings.returns import Returns, UnitReturn, never_late, returns_by_unit, total
from ratings.rollup import Share, distribution
from ratings.round_tasks import Rank, Rights, RoundLook, Task, mail_task, no_round_task, tasks_of, tasks_of_closed
from ratings.since_last_round import SinceLast, since_last_round
from ratings.states import RoundState
from ratings.views import round_figures, round_page
from ratings.waiting import Waiting, open_supplements_of, versions_to_release, waiting_in

_SHOWN = 7
_RESULTS = 3


@dataclass(frozen=True)
class Glance:
    """A running round for those who lead or decide, at one look. `stations` is empty for those who only decide."""

    round: ReportingRound
    appendix: Appendix
    figures: round_figures.Figures
    links: dict[str, str]
    to_decide: list[Any]
    stations: list[round_page.Station]
    returns: Returns
    unfinished: list[UnitReturn]
    since_last: SinceLast | None
    waiting: Waiting
    rights: Rights
    tasks: list[Task]

    @property
    def is_awaited(self) -> bool:
        """The deadline still means something: reports are missing, or the round is not open yet."""
        return bool(self.figures.missing) or self.round.state == RoundState.PREPARING

    @property
    def moved(self) -> list[Any]:
        return list(self.since_last.moved[:_SHOWN]) if self.since_last else []

    @property
    def more_moved(self) -> int:
        """How many Maßnahmen moved besides those that are shown."""
        return len(self.since_last.moved) - len(self.moved) if self.since_last else 0


@dataclass(frozen=True)
class Result:
    """The newest released result. Without ratings `told` counts the Maßnahmen with a Kurzfassung."""

    round: ReportingRound
    appendix: Appendix
    shares: tuple[Share, ...]
    sentences: list[str]
    overview: str
    told: int
    since_last: SinceLast | None


@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """Show everybody their own work first, then the rounds they lead or decide in, what happened and what was released."""
    user = request.user
    access = access_for(user)
    seen = list(_visible_rounds(user))
    running = [round_ for round_ in seen if not round_.is_closed]
    writing = [round_ for round_ in running if round_.is_live] + [r for r in seen if r.is_closed and r.has_supplement]
    own = [found for round_ in writing for found in [own_reports(user, round_)] if found]
    own.sort(key=lambda part: part.is_through)
    glances = _glances(user, [round_ for round_ in running if access.has(permissions.ASKING, round_.concept_id)])
    result = None if own or any(glance.round.state != RoundState.PREPARING for glance in glances) else _newest_result(user, seen)
    tasks = _tasks(user, seen, glances)
    results = _results(seen, result)
    happened = happenings(user, [round_ for round_ in seen if round_.state != RoundState.PREPARING])
    shown = [part.round for part in own] + [part.round for part in glances] + [line.round for line in happened] + results
    shown += [result.round] if result else []
    context = {
        "access": bool(access.grants),
        "reports_somewhere": any(grant.role in UNIT_ROLES for grant in access.grants),
        "decides_somewhere": any(grant.role in permissions.ASKING for grant in access.grants),
        "own": own,
        "stood_in_for": stood_in_for(user),
        "tasks": tasks,
        "primary_is_own": any(not part.is_through for part in own),
        "glances": glances,
        # The page is about one round and says its name, where there is nothing else to do.
        "subject": glances[0] if len(glances) == 1 and not own else None,
        "result": result,
        "help_page": "ergebnis" if result and not tasks else "",
        "results": results,
        "happenings": happened,
        **example_marks(_fictional(shown, tasks)),
    }
    return render(request, "start.html", context)


def _fictional(rounds: Iterable[ReportingRound], tasks: Iterable[Task]) -> set[bool]:
    """Return whether what the page shows of these rounds and tasks is fictional, real or both."""
    return {round_.concept.is_example for round_ in rounds} | {task.is_example for task in tasks if task.is_example is not None}


def _visible_rounds(user: Any) -> Iterable[Any]:
    """The rounds in the order of their deadlines: which have an unfinished Nachtrag, and when a version was last released."""
    unfinished = Exists(Supplement.objects.unfinished().filter(round=OuterRef("pk")).order_by())
    rows = ReportingRound.objects.visible_to(user).select_related("concept").order_by("due_on", "pk")
    released = Max("snapshots__released_at", filter=Q(snapshots__released_at__isnull=False))
    return rows.annotate(has_supplement=unfinished, released_at=released)


def _glances(user: Any, running: Sequence[ReportingRound]) -> list[Glance]:
    waiting = waiting_in(user, running)
    return [_glance(user, round_, waiting[round_.pk]) for round_ in running]


def _glance(user: Any, round_: ReportingRound, waiting: Waiting) -> Glance:
    appendix = live_appendix(round_)
    rights = Rights(
        leads=bool(permissions.may_coordinate(user, round_.concept_id)),
        records=bool(permissions.may_record(user, round_.concept_id)),
    )
    today = timezone.localdate()
    is_over = rights.leads and round_.is_live and round_.due_on < today
    units = returns_by_unit(appendix.rows, is_late_on(today, round_) if is_over else never_late) if round_.is_live else []
    figures = round_figures.figures(appendix, {one.number for one in (*waiting.asked, *waiting.answered)})
    links = round_page.links(round_.slug)
    look = RoundLook(
        round=round_,
        rights=rights,
        numbers=figures,
        counts={kind.value: count for kind, count in figures.exceptions},
        links=links,
        late=units,
        changes=sum(len(group.lines) for group in round_page.pending_changes(user, round_)),
        waiting=waiting,
        step=round_page.next_step(round_, rounds.allowed_steps(user, round_), appendix),
    )
    return Glance(
        round=round_,
        appendix=appendix,
        figures=figures,
        links=links,
        to_decide=round_figures.to_decide(appendix.rows)[:_SHOWN] if round_.is_live else [],
        stations=round_page.stations(round_, round_page.history_of(round_)) if rights.leads else [],
        returns=total(units),
        unfinished=[unit for unit in units if not unit.is_complete][:_SHOWN],
        since_last=since_last_round(user, round_, appendix) if round_.is_live else None,
        waiting=waiting,
        rights=rights,
        tasks=tasks_of(look),
    )


def _tasks(user: Any, seen: Sequence[ReportingRound], glances: Sequence[Glance]) -> list[Task]:
    """The tasks of all rounds together, the most pressing first; with several rounds each says which one it is about."""
    several = len(glances) > 1
    found = [
        replace(task, round_title=glance.round.title if several else "", is_example=glance.round.concept.is_example)
        for glance in glances
        for task in glance.tasks
    ]
    led = [round_.pk for round_ in seen if permissions.may_coordinate(user, round_.concept_id)]
    found += tasks_of_closed(open_supplements_of(user, seen), versions_to_release(user, seen), led)
    if any(grant.role == Role.COORDINATOR for grant in access_for(user).grants):
        mails = OutgoingMail.objects.visible_to(user).troubled(timezone.now()).values_list("is_example", flat=True)
        troubled = mail_task(list(mails))
        found += [task for task in (troubled, None if glances else no_round_task()) if task]
    return sorted(found, key=lambda task: Rank(task.rank))


def _results(seen: Iterable[Any], result: Result | None) -> list[Any]:
    """The newest released results besides the one that is shown."""
    released = [round_ for round_ in seen if round_.released_at and not (result and round_.pk == result.round.pk)]
    return sorted(released, key=lambda round_: (round_.opens_on, round_.pk), reverse=True)[:_RESULTS]


def _newest_result(user: Any, seen: Iterable[Any]) -> Result | None:
    """Return the newest released result that the person may read."""
    round_ = next(iter(_results(seen, None)), None)
    if round_ is None:
        return None
    appendix = load_appendix(round_, Audience.RELEASED)
    shares = distribution(appendix.rows) if appendix.has_ratings else ()
    return Result(
        round=round_,
        appendix=appendix,
        shares=shares,
        sentences=result_sentences(shares),
        overview=round_figures.overview_link(round_.slug),
        told=sum(bool(row.summaries) for row in appendix.rows),
        since_last=since_last_round(user, round_, appendix),
    )
