"""The tools of the tests do what their users rely on."""

import json
from pathlib import Path

import pytest

from goals.models import Role
from ratings.models import StatusReport
from ratings.states import ReportState
from tests import factories as make
from tests.query_counts import beyond_session_and_user

SESSION = 'SELECT "django_session"."session_key" FROM "django_session" WHERE 1'
USER = 'SELECT "accounts_user"."id" FROM "accounts_user" WHERE "accounts_user"."id" = 1'


@pytest.mark.django_db
def test_a_filled_round_has_an_agreed_a_disputed_and_an_inquired_measure() -> None:
    round = make.filled_round(6)
    assert round.agreed_ratings.count() == 2
    assert StatusReport.objects.filter(round=round).count() == 12
    assert StatusReport.objects.filter(round=round, inquiries__isnull=False).count() == 2
    assert StatusReport.objects.filter(round=round, state=ReportState.DRAFT).count() == 2
    assert [report.role for report in StatusReport.objects.in_order()[:2]] == ["lead", "contributing"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ReportState.values)
def test_reports_of_one_measure_share_its_round(state: str) -> None:
    measure = make.measure("M 3.2.1")
    first, second = make.report(measure, state=state), make.report(measure)
    assert (first.state, first.round, first.measure.number) == (state, second.round, "M 3.2.1")


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_every_role_can_be_given(role: str) -> None:
    membership = make.member(role).memberships.get()
    assert (membership.role, membership.unit is not None) == (role, role in Role.in_units())


@pytest.mark.parametrize(
    ("statements", "counted"),
    [
        ([SESSION, USER], []),
        ([SESSION, USER, USER], [USER]),
        (["SAVEPOINT a", "SELECT 1", "RELEASE SAVEPOINT a"], ["SELECT 1"]),
        (['UPDATE "django_session" SET 1'], ['UPDATE "django_session" SET 1']),
    ],
)
def test_only_the_first_look_at_session_and_user_is_free(statements: list[str], counted: list[str]) -> None:
    assert beyond_session_and_user(statements) == counted


def test_the_baseline_is_sorted_and_readable() -> None:
    text = (Path(__file__).parent / "query_counts.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
