"""Fristverlängerungen: which deadline counts, who grants and withdraws, where it is shown (issue 3, item 9)."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from goals.models import OrgUnit, Role
from ratings import deadlines
from ratings.appendix import live_appendix
from ratings.models import DueExtension, ReportingRound, StatusReport
from ratings.states import ReportState, RoundState
from ratings.workflow import Impossible
from tests import factories as make


def day(number: int) -> date:
    return date(2026, 3, number)


def extension(due: int, *, unit: int | None = None, measure: int | None = None) -> Any:
    return SimpleNamespace(unit_id=unit, measure_id=measure, due_on=day(due))


RULES: list[Any] = [
    pytest.param([], 10, id="none"),
    pytest.param([extension(20, unit=1)], 20, id="the unit"),
    pytest.param([extension(20, unit=2)], 10, id="another unit"),
    pytest.param([extension(20, measure=5)], 20, id="the Maßnahme"),
    pytest.param([extension(20, measure=6)], 10, id="another Maßnahme"),
    pytest.param([extension(20, unit=1, measure=5)], 20, id="this report"),
    pytest.param([extension(20, unit=1, measure=6)], 10, id="the unit's other report"),
    pytest.param([extension(20, unit=2, measure=5)], 10, id="the other unit's report"),
    pytest.param([extension(20, unit=1), extension(25, measure=5)], 25, id="the latest, whichever it is"),
    pytest.param([extension(25, unit=1), extension(15, unit=1, measure=5)], 25, id="the nearer one does not shorten"),
    pytest.param([extension(9, unit=1)], 10, id="one that the round's deadline has passed"),
]


@pytest.mark.parametrize(("extensions", "due"), RULES)
def test_the_latest_that_applies(extensions: list[Any], due: int) -> None:
    round_ = ReportingRound(due_on=day(10))
    assert deadlines.effective_due(round_, StatusReport(unit_id=1, measure_id=5), extensions) == day(due)


class Case:
    """A running round in which one unit owes two reports, another one; and what is sent to extend."""

    def __init__(self) -> None:
        self.round = make.round()
        concept = self.round.concept
        self.unit, self.other = make.unit(name="Fachdienst Jugend"), make.unit()
        self.first = make.report(make.measure("1.1", concept=concept), self.unit, round=self.round)
        self.second = make.report(make.measure("2.1", concept=concept), self.unit, round=self.round)
        self.foreign = make.report(self.first.measure, self.other, round=self.round)
        self.longer = self.round.due_on + timedelta(days=14)
        self.url = f"/runden/{self.round.slug}/fristen/"

    def sent(self, **fields: Any) -> dict[str, Any]:
        return {"unit": self.unit.pk, "measure": "", "due_on": self.longer, "reason": "Krankheit im Team"} | fields

    def extend(self, **fields: Any) -> DueExtension:
        defaults = {"round": self.round, "unit": self.unit, "due_on": self.longer, "reason": "x", "granted_at": timezone.now()}
        return DueExtension.objects.create(**defaults | fields)


@pytest.fixture
def case(db: None) -> Case:
    return Case()


def test_granted_and_withdrawn(case: Case, coordinator: Any) -> None:
    response = coordinator.post(case.url, case.sent(), follow=True)
    text = response.content.decode()
    assert "Frist verlängert. Fachdienst Jugend" in text
    assert "Krankheit im Team" in text
    row = DueExtension.objects.get()
    assert (row.unit, row.measure, row.due_on, row.granted_by) == (case.unit, None, case.longer, coordinator.user)
    assert [deadlines.due_of(report) for report in (case.first, case.second, case.foreign)] == [
        case.longer,
        case.longer,
        case.round.due_on,
    ]
    assert "ist zurückgezogen" in coordinator.post(case.url, {"withdraw": row.pk}, follow=True).content.decode()
    assert deadlines.due_of(case.first) == case.round.due_on
    gone = DueExtension.history.first()
    assert (gone.history_type, gone.history_user) == ("-", coordinator.user)
    for pk in (row.pk, "", "²", "9" * 30):
        assert "schon zurückgezogen" in coordinator.post(case.url, {"withdraw": pk}, follow=True).content.decode()


def test_for_one_report(case: Case, coordinator: Any) -> None:
    coordinator.post(case.url, case.sent(measure=case.first.measure_id))
    assert deadlines.due_of(case.first) == case.longer
    assert deadlines.due_of(case.second) == deadlines.due_of(case.foreign) == case.round.due_on


def test_for_a_measure_of_all_units(case: Case, coordinator: Any) -> None:
    coordinator.post(case.url, case.sent(unit="", measure=case.first.measure_id))
    assert deadlines.due_of(case.first) == deadlines.due_of(case.foreign) == case.longer
    assert deadlines.due_of(case.second) == case.round.due_on


def on_the_deadline(case: Case) -> tuple[dict[str, Any], str]:
    return {"due_on": case.round.due_on}, "Eine Verlängerung liegt danach"


def before_the_deadline(case: Case) -> tuple[dict[str, Any], str]:
    return {"due_on": case.round.due_on - timedelta(days=1)}, "Eine Verlängerung liegt danach"


def after_the_close(case: Case) -> tuple[dict[str, Any], str]:
    assert case.round.closes_on
    return {"due_on": case.round.closes_on + timedelta(days=1)}, "Verschieben Sie zuerst den Abschluss"


def over_already(case: Case) -> tuple[dict[str, Any], str]:
    today = timezone.localdate()
    ReportingRound.objects.filter(pk=case.round.pk).update(due_on=today - timedelta(days=9))
    return {"due_on": today - timedelta(days=1)}, "ist schon vorbei"


def for_nothing(case: Case) -> tuple[dict[str, Any], str]:
    return {"unit": ""}, "Wählen Sie eine Einheit, eine Maßnahme oder beides"


def without_reason(case: Case) -> tuple[dict[str, Any], str]:
    return {"reason": " \n "}, "Schreiben Sie ein bis zwei Sätze"


def a_unit_that_owes_nothing(case: Case) -> tuple[dict[str, Any], str]:
    return {"unit": make.unit().pk}, "schuldet in dieser Runde keinen Bericht"


def a_report_not_owed(case: Case) -> tuple[dict[str, Any], str]:
    return {"unit": case.other.pk, "measure": case.second.measure_id}, "keinen Bericht zu 2.1"


def a_dropped_report(case: Case) -> tuple[dict[str, Any], str]:
    StatusReport.objects.filter(pk=case.foreign.pk).update(state=ReportState.DROPPED, state_reason="entfallen")
    return {"unit": case.other.pk}, "schuldet in dieser Runde keinen Bericht"


def a_measure_of_another_concept(case: Case) -> tuple[dict[str, Any], str]:
    return {"measure": make.measure().pk}, "wird in dieser Runde nicht berichtet"


def no_date(case: Case) -> tuple[dict[str, Any], str]:
    return {"due_on": "31.02.2026"}, "Datum"


def a_second_time(case: Case) -> tuple[dict[str, Any], str]:
    case.extend()
    return {}, "gilt schon eine Verlängerung bis zum"


def a_closed_round(case: Case) -> tuple[dict[str, Any], str]:
    ReportingRound.objects.filter(pk=case.round.pk).update(state=RoundState.CLOSED)
    return {}, "ist abgeschlossen"


def a_round_in_preparation(case: Case) -> tuple[dict[str, Any], str]:
    ReportingRound.objects.filter(pk=case.round.pk).update(state=RoundState.PREPARING)
    return {}, "ist noch in Vorbereitung"


BAD = [
    on_the_deadline,
    before_the_deadline,
    after_the_close,
    over_already,
    for_nothing,
    without_reason,
    a_unit_that_owes_nothing,
    a_report_not_owed,
    a_dropped_report,
    a_measure_of_another_concept,
    no_date,
    a_second_time,
    a_closed_round,
    a_round_in_preparation,
]


@pytest.mark.parametrize("spoil", BAD)
def test_bad_input(spoil: Callable[[Case], tuple[dict[str, Any], str]], case: Case, coordinator: Any) -> None:
    fields, message = spoil(case)
    before = DueExtension.objects.count()
    response = coordinator.post(case.url, case.sent(**fields))
    assert response.status_code == 422
    assert message in response.content.decode()
    assert DueExtension.objects.count() == before
    at_no_field = bool(response.context["form"].non_field_errors())
    assert at_no_field == (spoil in (a_closed_round, a_round_in_preparation))


@pytest.mark.parametrize("spoil", [on_the_deadline, after_the_close, over_already, for_nothing, a_second_time, a_closed_round])
def test_granting_looks_again(spoil: Callable[[Case], tuple[dict[str, Any], str]], case: Case, coordinator: Any) -> None:
    fields, message = spoil(case)
    case.round.refresh_from_db()
    given = {"unit": case.unit, "measure": None, "due_on": case.longer, "reason": "Umzug"} | fields
    with pytest.raises(Impossible, match=message):
        deadlines.grant(case.round, **given | {"unit": given["unit"] or None}, user=coordinator.user)


def test_everything_that_does_not_fit_is_said_at_once(case: Case, coordinator: Any) -> None:
    sent = case.sent(unit=case.other.pk, measure=case.second.measure_id, due_on=case.round.due_on, reason="")
    response = coordinator.post(case.url, sent)
    assert set(response.context["form"].errors) == {"unit", "due_on", "reason"}
    page = response.content.decode()
    assert 'href="#id_unit"' in page
    assert "freiwillig" not in page
    assert "Wählen Sie eine Einheit, eine Maßnahme oder beides." in page


def test_not_withdrawn_in_a_closed_round(case: Case, coordinator: Any) -> None:
    row = case.extend()
    ReportingRound.objects.filter(pk=case.round.pk).update(state=RoundState.CLOSED)
    response = coordinator.post(case.url, {"withdraw": row.pk}, follow=True)
    assert "ist abgeschlossen" in response.content.decode()
    assert 'name="withdraw"' not in response.content.decode()
    assert DueExtension.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.COORDINATOR, Role.READER)])
def test_only_the_evaluationsleitung(role: Role, case: Case, client_as: Any) -> None:
    client = client_as(role, case.unit if role in Role.in_units() else None)
    row = case.extend()
    assert client.get(case.url).status_code == 403
    assert client.post(case.url, case.sent()).status_code == 403
    assert client.post(case.url, {"withdraw": row.pk}).status_code == 403
    with pytest.raises(PermissionDenied):
        deadlines.withdraw(row, user=client.user)
    with pytest.raises(PermissionDenied):
        deadlines.grant(case.round, unit=case.unit, measure=None, due_on=case.longer, reason="x", user=client.user)
    assert client_as(Role.COORDINATOR, concept=make.concept()).get(case.url).status_code == 404


def test_withdrawn_twice(case: Case, coordinator: Any) -> None:
    row = case.extend()
    stale = DueExtension.objects.get(pk=row.pk)
    deadlines.withdraw(row, user=coordinator.user)
    with pytest.raises(Impossible, match="schon zurückgezogen"):
        deadlines.withdraw(stale, user=coordinator.user)


def test_links_preselect(case: Case, coordinator: Any) -> None:
    text = coordinator.get(f"{case.url}?einheit={case.unit.slug}&massnahme={case.first.measure.key}").content.decode()
    assert f'value="{case.unit.pk}" selected' in text
    assert f'value="{case.first.measure_id}" selected' in text
    assert "selected" not in coordinator.get(f"{case.url}?einheit=gibt-es-nicht").content.decode().replace(
        'value="" selected', ""
    )


def german(value: date) -> str:
    return f"{value:%d.%m.%Y}"


def test_the_unit_sees_its_own_deadline(case: Case, client_as: Any) -> None:
    """All reports the same: in the header. Else the round's in the header and the longer one at its line."""
    client, other = client_as(Role.REPORTER, case.unit), client_as(Role.REPORTER, case.other)
    case.extend()
    iso = f'datetime="{case.longer.isoformat()}"'
    for page in ("/berichte/", "/"):
        assert iso in client.get(page).content.decode()
        assert iso not in other.get(page).content.decode()
    DueExtension.objects.update(measure=case.first.measure)
    text = client.get("/berichte/").content.decode()
    assert iso not in text
    assert text.count(f"bis {german(case.longer)}") == 1
    assert german(case.longer) in client.get(f"/berichte/{case.first.pk}/").content.decode()
    assert german(case.longer) not in client.get(f"/berichte/{case.second.pk}/").content.decode()


def test_overdue_follows_the_longer_deadline(case: Case, client_as: Any) -> None:
    today = timezone.localdate()
    ReportingRound.objects.filter(pk=case.round.pk).update(due_on=today - timedelta(days=3))
    client = client_as(Role.REPORTER, case.unit)
    assert "seit 3 Tagen überfällig" in client.get("/berichte/").content.decode()
    case.extend(due_on=today)
    text = client.get("/berichte/").content.decode()
    assert "überfällig" not in text
    assert "heute" in text


@pytest.mark.django_db
def test_what_is_late_in_the_ruecklauf() -> None:
    case = Case()
    case.extend()
    case.extend(unit=None, measure=case.first.measure, due_on=case.longer + timedelta(days=2))
    rows = live_appendix(case.round).rows

    def late(today: date) -> set[tuple[str, str]]:
        is_late = deadlines.is_late_on(today, case.round)
        return {(row.number, line.slug) for row in rows for line in row.owed_units if is_late(row, line)}

    assert late(case.round.due_on + timedelta(days=1)) == set()
    assert late(case.longer) == set()
    assert late(case.longer + timedelta(days=1)) == {("2.1", case.unit.slug)}
    assert late(case.longer + timedelta(days=3)) == {
        ("1.1", case.unit.slug),
        ("1.1", case.other.slug),
        ("2.1", case.unit.slug),
    }


def test_the_round_page_leads_there(case: Case, coordinator: Any) -> None:
    assert f'href="{case.url}"' in coordinator.get(f"/runden/{case.round.slug}/").content.decode()


def test_query_counts(case: Case, coordinator: Any, assert_query_count: Any) -> None:
    for size in (1, 6):
        for _ in range(size):
            unit: OrgUnit = make.unit()
            make.report(make.measure(concept=case.round.concept), unit, round=case.round)
            case.extend(unit=unit, granted_by=make.user())
        assert_query_count("extensions", coordinator, case.url, most=10)


def test_withdrawing_is_undone(case: Case, coordinator: Any, client_as: Any) -> None:
    row = case.extend()
    before = DueExtension.objects.filter(pk=row.pk).values().get()
    page = coordinator.post(case.url, {"withdraw": row.pk}, follow=True).content.decode()
    assert f'name="give_back" value="{row.pk}"' in page
    with pytest.raises(PermissionDenied):
        deadlines.give_back(case.round, row.pk, user=client_as(Role.RECORDER).user)
    assert "gilt wieder" in coordinator.post(case.url, {"give_back": row.pk}, follow=True).content.decode()
    assert DueExtension.objects.values().get() == before
    assert 'name="give_back"' not in coordinator.get(f"{case.url}?zurueckgezogen={row.pk}").content.decode()
    for pk in (row.pk, "", "²", "9" * 30):
        assert "gilt schon wieder" in coordinator.post(case.url, {"give_back": pk}, follow=True).content.decode()


def test_withdrawing_is_not_undone_where_another_counts_or_the_round_is_over(case: Case, coordinator: Any) -> None:
    row = case.extend()
    coordinator.post(case.url, {"withdraw": row.pk})
    other = case.extend()
    assert "gilt schon eine" in coordinator.post(case.url, {"give_back": row.pk}, follow=True).content.decode()
    assert DueExtension.objects.get() == other
    other.delete()
    ReportingRound.objects.filter(pk=case.round.pk).update(state=RoundState.CLOSED)
    assert "ist abgeschlossen" in coordinator.post(case.url, {"give_back": row.pk}, follow=True).content.decode()
    assert not DueExtension.objects.exists()
