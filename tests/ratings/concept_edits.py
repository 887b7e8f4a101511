"""A Konzept that is reported on, and how it is edited, for the tests of editing."""

from collections.abc import Callable
from typing import Any

from goals.models import Measure, Role
from ratings import concept_editing
from ratings.concept_editing import version_of
from ratings.models import ReportingRound
from ratings.states import RoundState
from tests import factories as make
from tests.conftest import SignedInClient

SignIn = Callable[..., SignedInClient]


def leader() -> Any:
    return make.member(Role.COORDINATOR)


def reported(state: RoundState = RoundState.OPEN) -> tuple[ReportingRound, Measure]:
    """1.1 has a submitted report, 1.2 has none; both in one round."""
    round_ = make.round(state=state)
    measure = make.measure("1.1", concept=round_.concept)
    make.measure("1.2", concept=round_.concept)
    make.submission(make.report(measure, make.unit(name="Fachdienst Jugend", short_name="Jugend"), round=round_))
    return round_, measure


def save(part: Any, user: Any, *, reason: str = "", seen: str = "", **values: Any) -> tuple[str, ...]:
    return concept_editing.save(part, values, seen=seen or version_of(part, type(part)), reason=reason, user=user)
