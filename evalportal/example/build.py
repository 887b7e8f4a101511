"""Builds the example data: Konzept, units, people and three rounds, through the same functions as the pages."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from evalportal.example.closed_rounds import play_closed_round
from evalportal.example.concept import EXAMPLE_SLUG, REAL_SLUG, create_concept
from evalportal.example.open_round import play_open_round
from evalportal.example.people import People, create_people
from evalportal.example.responsibilities import create_responsibilities, create_units
from evalportal.example.stage import Grades, Stage
from goals.models import Concept
from ratings import workflow
from ratings.models import ReportingRound

# When the closed rounds began; 33 days later their reports were due.
_CLOSED: Final = {"beispiel-2024": date(2024, 9, 2), "beispiel-2025": date(2025, 9, 1)}
_REPORTING, _AGREEING = timedelta(days=32), timedelta(days=60)
OPEN_FOR, OPEN_LEFT = timedelta(days=21), timedelta(days=12)


def is_built() -> bool:
    return Concept.objects.filter(slug=EXAMPLE_SLUG).exists()


def build_example(now: datetime | None = None) -> None:
    """Build everything that `demo` shows beside the real evaluation, in one transaction.

    Needs the three fixtures and no `beispiel` yet. The open round began three weeks before `now` and is due twelve days after it;
    all else is the same on every call. `now` must lie after 2025.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        founded = timezone.make_aware(datetime(2023, 1, 16, 9))  # noqa: DTZ001  made aware by the zone of the portal
        example = create_concept(at=founded)
        create_units(at=founded)
        create_people(example, Concept.objects.get(slug=REAL_SLUG), at=founded)
        create_responsibilities(example, at=founded)
        people = People(example)
        grades: Grades = {}
        for slug, start in _CLOSED.items():
            round_ = _create_round(example, slug, start, start + _REPORTING, people)
            _gather_statistics()
            stage = Stage(round_, people, year=start.year, earlier=grades)
            play_closed_round(stage, start)
            grades = stage.grades()
        start = _weekday(today - OPEN_FOR)
        round_ = _create_round(example, EXAMPLE_SLUG, start, today + OPEN_LEFT, people)
        _gather_statistics()
        play_open_round(Stage(round_, people, year=start.year, earlier=grades), start)


def _gather_statistics() -> None:
    """PostgreSQL plans by statistics, which autovacuum cannot gather of what this transaction wrote: without them it takes minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _create_round(example: Concept, slug: str, start: date, due: date, people: People) -> ReportingRound:
    round_ = ReportingRound(
        concept=example,
        slug=slug,
        title=f"Berichtsrunde {start.year}",
        opens_on=start,
        due_on=due,
        closes_on=start + _AGREEING if due < start + _AGREEING else due,
        note="Bitte nennen Sie Zahlen für das laufende Jahr. Bei Fragen hilft die Evaluationsleitung.",
    )
    prepared = timezone.make_aware(datetime.combine(start - timedelta(days=10), datetime.min.time())) + timedelta(hours=10)
    workflow.log(round_, user=people.coordinator, now=prepared, what="angelegt")
    round_.full_clean()
    round_.save()
    return round_
